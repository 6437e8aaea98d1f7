// What a report in another language cannot say: for the tests that no message is added without its translations.
#pragma once

#include "report/words.h"

#include <map>
#include <string>
#include <vector>

namespace plumbline {

inline std::vector<std::string> other_languages() {
  std::vector<std::string> others;
  for (const std::string& language : languages())
    if (language != "en") others.push_back(language);
  return others;
}

// Whether two words of a lower-case alphabet stand side by side outside of code and of what a user is quoted with: a
// placeholder has swallowed English.
inline bool has_english_left(llvm::StringRef text) {
  static constexpr std::pair<llvm::StringRef, llvm::StringRef> quotes[] = {{"`", "`"}, {"“", "”"}, {"「", "」"}};
  std::size_t letters = 0, before = 0; // of this word, and of the one before it if only a space is between
  while (!text.empty()) {
    for (const auto& [open, close] : quotes)
      if (text.starts_with(open)) text = text.drop_front(std::min(text.size() - 1, text.find(close, open.size())));
    const char c = text.front();
    text = text.drop_front();
    if (c >= 'a' && c <= 'z') {
      if (++letters >= 2 && before >= 2) return true;
      continue;
    }
    before = c == ' ' ? letters : 0;
    letters = 0;
  }
  return false;
}

// What to do so that every language can say the text's first line; the rest is code. "" when all can.
inline std::string missing_translation(const std::string& text) {
  static const std::map<std::string, Words> all = [] {
    std::map<std::string, Words> read;
    for (const std::string& language : other_languages()) read.emplace(language, llvm::cantFail(words_of(language)));
    return read;
  }();
  const std::string english = text.substr(0, text.find('\n'));
  if (english.empty()) return "";
  for (const auto& [language, words] : all) {
    const std::optional<std::string> own = translated(words.sentences, english);
    if (!own) return "add to templates/sentences." + language + ".json what says:\n  " + english;
    if (has_english_left(*own))
      return "templates/sentences." + language + ".json leaves English in:\n  " + english + "\n  " + *own;
  }
  return "";
}

} // namespace plumbline
