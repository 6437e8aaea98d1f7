// Judges' sentences in other languages: how they are matched, and that none is missing.
#include "report/sentences.h"

#include "../translations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>

namespace plumbline {

using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

static Sentences sentences(std::string_view json) {
  return llvm::cantFail(read_sentences(json, {{"timeout", "超时"}}, "test.json"));
}
static std::string problem_of(std::string_view json) {
  return llvm::toString(read_sentences(json, {}, "test.json").takeError());
}

static const Sentences& some() {
  static const Sentences read = sentences(R"json({
    ". ": "。", ".": "。", "; ": "；", ", ": "、", " and ": "和", "…": "等", "{1} more": "其他 {1} 项",
    "the caller": "调用方",
    "the call of {1}()": "对 `{1}()` 的调用",
    "the sum with {1:name}": "与{1}的和",
    "{1} is written into {2:phrase}": "{1}写死在{2}中",
    "no configuration reaches it": "没有配置能改变它",
    "{1} waits for {2}": "{1}等待{2}",
    "{1} waits for {2} for ever": "{1}永远等待{2}",
    "{1:name} makes {2:name}": "{1}创建{2}",
    "{1} ({2:role}): {3:phrase}": "{1}（{2}）：{3}",
    "{1} test{?s} must change": "需要修改{1}个测试",
    "values {1:list}": "取值{1}",
    "types {1:names}": "类型{1}",
    "leave {2} to {1}, and {2} alone": "把 {2} 交给 {1}",
    "every {1:value}": "每隔{1}",
    "Compare first: {1}": "先比较：`{1}`"
  })json");
  return read;
}

TEST(Sentences, PlaceholdersAreFilledInTheOrderOfTheLanguage) {
  EXPECT_THAT(translated(some(), "5 s is written into the call of poll()"),
              Optional(Eq("5 s 写死在对 `poll()` 的调用中")));
  EXPECT_THAT(translated(some(), "leave a to b, and a alone"), Optional(Eq("把 a 交给 b")));
  EXPECT_THAT(translated(some(), "leave a to b, and c alone"), Eq(std::nullopt));
  EXPECT_THAT(translated(some(), "3 (timeout): 'limit_ms'"), Optional(Eq("3（超时）：`limit_ms`")));
  EXPECT_THAT(translated(some(), "3 (no role): 'limit_ms'"), Optional(Eq("3（no role）：`limit_ms`")));
  EXPECT_THAT(translated(some(), "1 test must change"), Optional(Eq("需要修改 1 个测试")));
  EXPECT_THAT(translated(some(), "2 tests must change."), Optional(Eq("需要修改 2 个测试。")));
}

TEST(Sentences, PhrasesAreTranslatedAndNamesBecomeCode) {
  EXPECT_THAT(translated(some(), "5 s is written into the sum with 'now'"), Optional(Eq("5 s 写死在与 `now` 的和中")));
  EXPECT_THAT(translated(some(), "5 s is written into 'now'"), Optional(Eq("5 s 写死在 `now` 中")));
  EXPECT_THAT(translated(some(), "5 s is written into a bottle"), Eq(std::nullopt));
  EXPECT_THAT(translated(some(), "the caller makes Worker"), Optional(Eq("调用方创建 `Worker`")));
  EXPECT_THAT(translated(some(), "run() makes std::map<int, Worker>"),
              Optional(Eq("`run()` 创建 `std::map<int, Worker>`")));
  EXPECT_THAT(translated(some(), "whoever comes makes Worker"), Eq(std::nullopt)) << "words are no name";
  EXPECT_THAT(translated(some(), "every 5 s"), Optional(Eq("每隔 5 s")));
  EXPECT_THAT(translated(some(), "every 'pause'"), Optional(Eq("每隔 `pause`")));
}

TEST(Sentences, ListsAreJoinedAsTheLanguageDoes) {
  EXPECT_THAT(translated(some(), "values 1, 5 s, 3, …"), Optional(Eq("取值 1、5 s、3 等")));
  EXPECT_THAT(translated(some(), "types a::B and f<int, long>()"), Optional(Eq("类型 `a::B` 和 `f<int, long>()`")));
  EXPECT_THAT(translated(some(), "values 'a, b', 'c' and 2 more"), Optional(Eq("取值 `a, b`、`c` 和其他 2 项")));
}

TEST(Sentences, TheWholeIsTriedFirstAndThenItsParts) {
  EXPECT_THAT(translated(some(), "5 s is written into the call of f(); no configuration reaches it"),
              Optional(Eq("5 s 写死在对 `f()` 的调用中；没有配置能改变它")));
  EXPECT_THAT(translated(some(), "1 test must change. no configuration reaches it."),
              Optional(Eq("需要修改 1 个测试。没有配置能改变它。")));
  EXPECT_THAT(translated(some(), "Compare first: if (a == b) { close(); return; }"),
              Optional(Eq("先比较：`if (a == b) { close(); return; }`")));
}

TEST(Sentences, NothingIsHalfTranslated) {
  EXPECT_THAT(translated(some(), "5 s is written into the call of f(); a fish reaches it"), Eq(std::nullopt));
  EXPECT_THAT(translated(some(), "a fish reaches it; no configuration reaches it"), Eq(std::nullopt));
  EXPECT_THAT(translated(some(), ""), Eq(std::nullopt));
  EXPECT_THAT(translated(some(), "values 1, "), Optional(HasSubstr("1"))) << "an odd list is a list of odd values";
}

TEST(Sentences, APlaceholderNeverHoldsTheNextSentence) {
  EXPECT_THAT(translated(some(), "f() waits for g; 2 tests must change"), Optional(Eq("f()等待 g；需要修改 2 个测试")));
  EXPECT_THAT(translated(some(), "f() waits for g; h is late"), Eq(std::nullopt));
  EXPECT_THAT(translated(some(), "f() waits for g[; h is late"), Eq(std::nullopt));
  EXPECT_THAT(translated(some(), "f() waits for g["), Optional(Eq("f()等待 g["))) << "code that is cut off";
}

TEST(Sentences, ThePatternWithTheMostTextHolds) {
  EXPECT_THAT(translated(some(), "f() waits for g"), Optional(Eq("f()等待 g")));
  EXPECT_THAT(translated(some(), "f() waits for g for ever"), Optional(Eq("f()永远等待 g")));
}

// Names and expressions come from the code that is audited: they may look like the sentence around them.
TEST(Sentences, HostileTextStaysWhatItIs) {
  EXPECT_THAT(translated(some(), "5 s is written into the sum with 'a; no configuration reaches it'"),
              Optional(Eq("5 s 写死在与 `a; no configuration reaches it` 的和中")));
  EXPECT_THAT(translated(some(), "(a waits for b) waits for c"), Optional(Eq("(a waits for b)等待 c")));
  EXPECT_THAT(translated(some(), "<b>{1}</b>{{x}} waits for {2}"), Optional(Eq("<b>{1}</b>{{x}}等待{2}")));
  std::string many = "1";
  for (int i = 0; i < 300; ++i) many += ": x (timeout): 'y'; z. ";
  EXPECT_THAT(translated(some(), many), Eq(std::nullopt));
  std::string nested = "a";
  for (int i = 0; i < 300; ++i) nested += " makes a";
  EXPECT_THAT(translated(some(), nested), Eq(std::nullopt));
}

TEST(Sentences, ACatalogueThatCannotBeRightIsRefused) {
  EXPECT_THAT(problem_of("[]"), HasSubstr("test.json is no JSON object of sentences"));
  EXPECT_THAT(problem_of(R"({"a {1}": "b {2}"})"), HasSubstr("\"a {1}\" has other placeholders than its translation"));
  EXPECT_THAT(problem_of(R"({"a {1}": "b"})"), HasSubstr("other placeholders"));
  EXPECT_THAT(problem_of(R"({"a": ""})"), HasSubstr("has no translation"));
  EXPECT_THAT(problem_of(R"({"{1}": "{1}"})"), HasSubstr("would fit every text"));
  EXPECT_THAT(problem_of(R"({"{1}{2} x": "{1}{2}"})"), HasSubstr("a placeholder that is none"));
  EXPECT_THAT(problem_of(R"({"{1:fish} x": "{1}"})"), HasSubstr("a placeholder that is none"));
}

// ---- the catalogues

static Json catalogue(const std::string& language) {
  const auto file = llvm::MemoryBuffer::getFile(SOURCE_DIR "/templates/sentences." + language + ".json");
  return file ? Json::parse((*file)->getBuffer().str(), nullptr, false) : Json();
}

TEST(Catalogues, TheTestForEnglishFindsIt) {
  EXPECT_TRUE(has_english_left("`f()` 等待 for ever 为止"));
  EXPECT_TRUE(has_english_left("for ever"));
  EXPECT_FALSE(has_english_left("`for ever` 和“for ever”与「for ever」是 10 ms s 的"));
  EXPECT_NE(missing_translation("nobody has ever said this"), "");
  EXPECT_EQ(missing_translation("used here"), "");
}

// That both sides have the same placeholders is asked when a catalogue is read.
TEST(Catalogues, HaveTheSameSentencesInEveryLanguage) {
  const Json first = catalogue("zh-CN");
  EXPECT_GT(first.size(), 300u);
  for (const std::string& language : other_languages()) {
    llvm::cantFail(words_of(language));
    const Json own = catalogue(language);
    for (const auto& [english, text] : first.items()) EXPECT_TRUE(own.contains(english)) << language << ": " << english;
    for (const auto& [english, text] : own.items()) EXPECT_TRUE(first.contains(english)) << language << ": " << english;
  }
}

static void expect_translated(const Json& text, const std::string& where) {
  EXPECT_THAT(missing_translation(text.get<std::string>()), Eq("")) << where;
}

// What the five systems' reports say; fixture_test asks the same of what every check can say.
TEST(Catalogues, SayAllThatTheGoldenReportsSay) {
  int reports = 0;
  std::error_code code;
  for (llvm::sys::fs::recursive_directory_iterator file(SOURCE_DIR "/fixtures", code), end; file != end && !code;
       file.increment(code)) {
    const llvm::StringRef path = file->path();
    if (!path.contains("/golden/") || !path.ends_with(".json")) continue;
    ++reports;
    const Json model =
        Json::parse(llvm::cantFail(llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(path)))->getBuffer().str());
    for (const Json& finding : model["findings"]) {
      const std::string where = path.str() + ": " + finding["check"].get<std::string>();
      expect_translated(finding["message"], where);
      if (finding.contains("suggestion")) expect_translated(finding["suggestion"], where);
      for (const Json& step : finding["evidence"]) expect_translated(step["message"], where);
    }
    for (const Json& note : model["coverage"]["notes"]) expect_translated(note, path.str());
  }
  EXPECT_GE(reports, 7);
}

} // namespace plumbline
