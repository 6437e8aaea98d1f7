#include "report/words.h"

#include "facts/embedded.h"
#include "report/render.h"

#include <llvm/ADT/StringRef.h>

namespace plumbline {

static constexpr llvm::StringLiteral prefix = "messages.";
static constexpr llvm::StringLiteral suffix = ".json";

std::vector<std::string> languages() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_templates()) {
    llvm::StringRef name = file.name;
    if (name.consume_front(prefix) && name.consume_back(suffix)) names.push_back(name.str());
  }
  return names;
}

static llvm::Expected<Sentences> sentences_of(const std::string& language, const Json& texts) {
  const std::string name = "sentences." + language + suffix.str();
  std::map<std::string, std::string> roles;
  for (const auto& [role, word] : part_of(texts, "role").items())
    if (word.is_string()) roles[role] = word.get<std::string>();
  for (const EmbeddedFile& file : embedded_templates())
    if (file.name == name) return read_sentences(file.bytes, std::move(roles), "templates/" + name);
  return Sentences{};
}

llvm::Expected<Words> words_of(const std::string& language) {
  for (const EmbeddedFile& file : embedded_templates())
    if (file.name == prefix.str() + language + suffix.str()) {
      Json texts = Json::parse(file.bytes, nullptr, /*allow_exceptions=*/false);
      if (texts.is_discarded())
        return llvm::createStringError("templates/" + std::string(file.name) + " is not JSON; mend it and build again");
      llvm::Expected<Sentences> sentences = sentences_of(language, texts);
      if (!sentences) return sentences.takeError();
      return Words{language, std::move(texts), std::move(*sentences)};
    }
  std::string known;
  for (const std::string& name : languages()) known += (known.empty() ? "" : ", ") + name;
  return llvm::createStringError("--lang " + language + ": no such language; there are " + known);
}

static const Json* node_at(const Words& words, const std::vector<std::string>& path) {
  const Json* node = &words.texts;
  for (const std::string& key : path) {
    auto member = node->find(key);
    if (member == node->end()) return nullptr;
    node = &*member;
  }
  return node;
}

std::string words_at(const Words& words, const std::vector<std::string>& path) {
  const Json* node = node_at(words, path);
  return node && node->is_string() ? node->get<std::string>() : "";
}

std::string word_for(const Words& words, const char* group, const std::string& value) {
  std::string word = words_at(words, {group, value});
  return word.empty() ? value : word;
}

std::string kind_words(const Words& words, const Json& finding, const char* key) {
  std::string check = text_of(finding, "check");
  std::string text = words_at(words, {"checks", check, "kinds", text_of(finding, "kind"), key});
  return text.empty() ? words_at(words, {"checks", check, key}) : text;
}

std::vector<std::string> kind_steps(const Words& words, const Json& finding) {
  std::string check = text_of(finding, "check");
  std::vector<std::string> own = steps_at(words, {"checks", check, "kinds", text_of(finding, "kind"), "steps"});
  return own.empty() ? steps_at(words, {"checks", check, "steps"}) : own;
}

std::vector<std::string> steps_at(const Words& words, const std::vector<std::string>& path) {
  const Json* list = node_at(words, path);
  std::vector<std::string> steps;
  if (list && list->is_array())
    for (const Json& step : *list)
      if (step.is_string()) steps.push_back(step.get<std::string>());
  return steps;
}

std::string filled(std::string text, const std::vector<std::pair<std::string, std::string>>& values) {
  std::string result;
  std::size_t at = 0;
  while (true) {
    std::size_t open = text.find("{{", at), close = open == std::string::npos ? open : text.find("}}", open);
    if (close == std::string::npos) return result + text.substr(at);
    result += text.substr(at, open - at);
    std::string name = text.substr(open + 2, close - open - 2);
    for (const auto& [key, value] : values)
      if (key == name) result += value;
    at = close + 2;
  }
}

llvm::Expected<std::string> with_words(std::string_view text, const Words& words, const std::string& name) {
  static constexpr std::string_view mark = "{{t.";
  std::string result;
  std::size_t at = 0;
  while (true) {
    std::size_t open = text.find(mark, at), close = open == text.npos ? open : text.find("}}", open);
    if (close == text.npos) return result + std::string(text.substr(at));
    result += text.substr(at, open - at);
    std::string key(text.substr(open + mark.size(), close - open - mark.size()));
    const Json* node = node_at(words, {"text", key});
    if (!node || !node->is_string())
      return llvm::createStringError(name + " names {{t." + key + "}}, which templates/messages." + words.language +
                                     ".json does not have under \"text\"; correct the name");
    result += node->get<std::string>();
    at = close + 2;
  }
}

} // namespace plumbline
