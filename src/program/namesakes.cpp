// Settings of one plan that would be called the same: what tells them apart, or that they are one.
#include "facts/words.h"
#include "program/field_names.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>

#include <set>

namespace plumbline {

static constexpr std::size_t most_words = 3;

// The names on a line, outside of its texts.
static std::vector<std::string> names_on(llvm::StringRef line) {
  std::vector<std::string> names(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (llvm::isAlnum(c) || c == '_'))
      names.back() += c;
    else if (!names.back().empty())
      names.emplace_back();
  }
  std::erase_if(names, [](const std::string& name) { return name.empty() || llvm::isDigit(name.front()); });
  return names;
}

static bool says_something(const std::string& word) {
  static constexpr std::string_view empty[] = {"int",   "long",   "const",   "static", "std",      "chrono",  "auto",
                                               "if",    "return", "sizeof",  "null",   "while",    "for",     "this",
                                               "void",  "char",   "bool",    "double", "unsigned", "default", "seconds",
                                               "false", "true",   "nullptr", "and",    "not",      "get",     "set"};
  return word.size() > 2 && !llvm::is_contained(empty, word) && !unit_of_word(word) &&
         llvm::all_of(word, [](char c) { return llvm::isAlpha(c); });
}

static std::string joined(std::vector<std::string> words) {
  if (words.size() > most_words) words.erase(words.begin(), words.end() - most_words);
  return llvm::join(words, "_");
}

static std::string by_function(const Program& program, const Tunable& tunable,
                               const std::vector<const Tunable*>& namesakes) {
  const EntityFact* function = program.entity(tunable.function);
  if (!function || llvm::any_of(namesakes, [&](const Tunable* other) {
        return other != &tunable && other->function == tunable.function;
      }))
    return {};
  const std::size_t colon = tunable.owner.rfind("::");
  const std::vector<std::string> of_owner = words_of(
      colon == std::string::npos ? std::string_view(tunable.owner) : std::string_view(tunable.owner).substr(colon + 2));
  std::vector<std::string> words = words_of(function->name);
  std::erase_if(words, [&](const std::string& word) {
    return llvm::is_contained(of_owner, word) || !says_something(word) || word == "operator";
  });
  return joined(std::move(words));
}

static std::string by_line(const Tunable& tunable, const std::vector<const Tunable*>& namesakes,
                           const std::string& name) {
  std::set<std::string> elsewhere;
  for (const std::string& word : words_of(name)) elsewhere.insert(word);
  for (const Tunable* other : namesakes)
    if (other != &tunable)
      for (const std::string& found : names_on(other->constant.line))
        for (const std::string& word : words_of(found)) elsewhere.insert(word);
  for (const std::string& found : names_on(tunable.constant.line)) {
    std::vector<std::string> words = words_of(found);
    std::erase_if(words, [&](const std::string& word) { return elsewhere.contains(word) || !says_something(word); });
    if (!words.empty()) return joined(std::move(words));
  }
  return {};
}

std::string distinguishing_words(const Program& program, const Tunable& tunable,
                                 const std::vector<const Tunable*>& namesakes) {
  std::string words = by_function(program, tunable, namesakes);
  return words.empty() ? by_line(tunable, namesakes, value_name(tunable)) : words;
}

bool are_one_setting(const Tunable& one, const Tunable& other) {
  return one.value == other.value && one.consumer.role == other.consumer.role &&
         one.consumer.dimension == other.consumer.dimension && tick_of(one) == tick_of(other);
}

} // namespace plumbline
