// Reports in other languages: the same keys everywhere, and no English left where there are words.
#include "facts/embedded.h"
#include "report/words.h"

#include "sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace plumbline {

using testing::HasSubstr;
using testing::Not;

static void collect(const Json& node, const std::string& path, std::map<std::string, std::string>& texts) {
  for (const auto& [key, value] : node.items()) {
    const std::string here = path.empty() ? key : path + "." + key;
    if (value.is_string())
      texts[here] = value.get<std::string>();
    else if (value.is_structured())
      collect(value, here, texts);
  }
}

static std::map<std::string, std::string> texts_of(const std::string& language) {
  std::map<std::string, std::string> texts;
  collect(llvm::cantFail(words_of(language)).texts, "", texts);
  return texts;
}

// What a text has filled in: {{name}}, and {{#name}} for the plural of English only.
static std::set<std::string> names_in(const std::string& text) {
  std::set<std::string> names;
  for (std::size_t open = text.find("{{"); open != std::string::npos; open = text.find("{{", open + 2)) {
    const std::string name = text.substr(open + 2, text.find("}}", open) - open - 2);
    if (std::string_view("#^/").find(name.front()) == std::string_view::npos) names.insert(name);
  }
  return names;
}

TEST(Languages, AreThese) { EXPECT_THAT(languages(), testing::ElementsAre("en", "zh-CN", "zh-TW")); }

TEST(Languages, HaveTheSameKeysAndFillInTheSameValues) {
  const std::map<std::string, std::string> english = texts_of("en");
  EXPECT_GT(english.size(), 200u);
  for (const std::string& language : languages()) {
    const std::map<std::string, std::string> texts = texts_of(language);
    for (const auto& [key, text] : english) {
      ASSERT_TRUE(texts.contains(key)) << language << " has no " << key;
      EXPECT_EQ(names_in(texts.at(key)), names_in(text)) << language << ": " << key;
      EXPECT_FALSE(texts.at(key).empty()) << language << ": " << key;
    }
    for (const auto& [key, text] : texts) EXPECT_TRUE(english.contains(key)) << language << " alone has " << key;
  }
}

TEST(Languages, NoTemplateNamesAnUnknownKeyAndNoTextIsUnused) {
  std::string all;
  for (const std::string& language : languages()) {
    const Words words = llvm::cantFail(words_of(language));
    for (const EmbeddedFile& file : embedded_templates()) {
      if (!file.name.ends_with(".mustache")) continue;
      llvm::Expected<std::string> text = with_words(file.bytes, words, std::string(file.name));
      EXPECT_TRUE(static_cast<bool>(text)) << llvm::toString(text.takeError());
      all += file.bytes;
    }
  }
  std::vector<std::string> unused;
  const Words english = llvm::cantFail(words_of("en"));
  for (const auto& [key, text] : english.texts["text"].items())
    if (!key.starts_with("figure_") && all.find("{{t." + key + "}}") == all.npos) unused.push_back(key);
  EXPECT_THAT(unused, testing::IsEmpty());
}

// Characters that are written otherwise in Taiwan, or words that are not used there.
TEST(Languages, TaiwansTextIsNotConvertedFromTheMainlands) {
  for (const auto& [key, text] : texts_of("zh-TW"))
    for (const char* foreign :
         {"配置", "超时", "超時", "代码",   "代碼", "队列", "隊列", "线程", "線程", "依赖",     "依賴",   "默认",
          "默認", "内存", "內存", "文件夹", "函数", "函數", "循环", "调用", "調用", "构造函数", "默認值", "门禁"})
      EXPECT_THAT(text, Not(HasSubstr(foreign))) << key;
  for (const auto& [key, text] : texts_of("zh-CN"))
    for (const char* foreign :
         {"設定", "逾時", "程式", "佇列", "執行緒", "相依", "預設", "記憶體", "函式", "迴圈", "呼叫"})
      EXPECT_THAT(text, Not(HasSubstr(foreign))) << key;
}

static std::string page_in(const std::string& language, Format format = Format::markdown) {
  RenderOptions options;
  options.language = language;
  AuditInput input = sample_input();
  for (Finding& finding : input.findings)
    if (finding.kind == "literal") finding.kind = finding.check == "hard-coded-limit" ? "limit" : "duration";
  for (Finding& finding : input.findings) {
    if (finding.check != "hard-coded-duration") continue;
    finding.message = "5 s is written into the call of poll(); no configuration reaches it";
    finding.suggestion = "Use the existing field options.poll_interval_seconds of demo::WorkerOptions.";
    finding.evidence = {{finding.place, "used in the call of poll()"}, {finding.place, "poll() sleeps for it"}};
  }
  return llvm::cantFail(render(format, report_model(run_audit(input)), options));
}

TEST(Languages, ChinesePagesSpeakChineseAndQuoteTheTool) {
  const std::string simplified = page_in("zh-CN"), traditional = page_in("zh-TW");
  EXPECT_THAT(simplified, HasSubstr("# 设计审计报告\n\n> **不完整**："));
  EXPECT_THAT(simplified, HasSubstr("共 3 个问题，归为 2 个工作项，预计 1.5–3 小时"));
  EXPECT_THAT(simplified, HasSubstr("`demo::poll`：5 s 写死在代码中，无法通过配置修改"));
  EXPECT_THAT(simplified, HasSubstr("**问题说明**：调用 `poll()` 时直接写死了 5 s；没有任何配置能改变它。\n"));
  EXPECT_THAT(simplified, HasSubstr("改用 `demo::WorkerOptions` 中已有的配置项 `options.poll_interval_seconds`。"));
  EXPECT_THAT(simplified, HasSubstr("：用于调用 `poll()`\n"));
  EXPECT_THAT(simplified, HasSubstr("* [ ] 用非默认值测试一次"));
  EXPECT_THAT(traditional, HasSubstr("`demo::poll`：5 s 寫死在程式碼中，無法透過設定修改"));
  EXPECT_THAT(traditional, HasSubstr("* [ ] 以非預設值測試一次"));
}

// What no catalogue has is quoted as the judge wrote it, and a browser is told that it is English.
TEST(Languages, AMessageWithoutATranslationIsQuoted) {
  EXPECT_THAT(page_in("zh-CN"), HasSubstr("**工具原文**：100 is the capacity of \\`queue\\`"));
  EXPECT_THAT(page_in("zh-CN"), HasSubstr("：poll() sleeps for it\n"));
  const std::string page = page_in("zh-CN", Format::html);
  EXPECT_THAT(page, HasSubstr("<strong>工具原文</strong>：<span lang=\"en\">100 is the capacity of"));
  EXPECT_THAT(page, HasSubstr("：<span lang=\"en\">poll() sleeps for it</span></li>"));
  EXPECT_THAT(
      page, HasSubstr("<strong>问题说明</strong>：调用 <code>poll()</code> 时直接写死了 5 s；没有任何配置能改变它。"));
  EXPECT_THAT(page, HasSubstr("：用于调用 <code>poll()</code></li>"));
  EXPECT_THAT(page_in("zh-TW", Format::pull_request),
              HasSubstr("呼叫 `poll()` 時直接寫死了 5 s；沒有任何設定能改變它。"));
}

TEST(Languages, ACheckWithoutWordsKeepsItsMessage) {
  Audit audit;
  audit.findings = {sample_finding("brand-new-check", "kind", "a.cpp", 1)};
  RenderOptions options;
  options.language = "zh-CN";
  EXPECT_THAT(llvm::cantFail(render(Format::markdown, report_model(audit), options)),
              HasSubstr("1. 5 s is written into poll()"));
}

TEST(Languages, AnUnknownOneIsAnError) {
  RenderOptions options;
  options.language = "tlh";
  EXPECT_THAT(llvm::toString(render(Format::markdown, report_model({}), options).takeError()),
              HasSubstr("there are en, zh-CN, zh-TW"));
}

} // namespace plumbline
