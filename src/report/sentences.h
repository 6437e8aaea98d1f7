// What judges say in English, said in a report's language: templates/sentences.<language>.json maps the English pattern
// of each sentence to the same sentence in that language, as gettext's catalogues do.
//
// A pattern has numbered placeholders for what stands in the code; the translation has the same, in its own order.
//   {1}         copied as it is: a number, a duration, an expression
//   {1:name}    a name of the code, shown as code; or a phrase of the catalogue ("the caller")
//   {1:value}   a phrase of the catalogue, else copied
//   {1:phrase}  a phrase of the catalogue or a quoted name; nothing else fits
//   {1:list}    values with ", " or " and " between them; {1:names} the same of names
//   {1:role}    a role of the model ("timeout"), else copied
//   {?s}        text that may be missing: "{1} test{?s}"
// The translation names the number alone: {1}. Text of the code stands between backticks there (see prose()).
#pragma once

#include <llvm/Support/Error.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

enum class SentencePartKind { literal, copied, name, value, phrase, list, names, role };

struct SentencePart {
  SentencePartKind kind = SentencePartKind::literal;
  std::string text; // of a literal
  int number = 0;   // of a placeholder, from 1
};

struct Sentence {
  std::vector<SentencePart> english, own;
  std::size_t literal_bytes = 0; // of the English pattern
};

struct Sentences {
  std::vector<Sentence> patterns;           // those with the most literal text first, then by their text
  std::map<std::string, std::string> whole; // those without a placeholder
  // Patterns that begin with a whole word, by it, and the others; as indexes.
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_first_word;
  std::vector<std::size_t> by_placeholder;
  std::map<std::string, std::string> roles;
};

// `roles`: the language's words for the model's roles. `name` is that of the file, for errors: what is no JSON object
// of texts, or has placeholders that the other side has not.
llvm::Expected<Sentences> read_sentences(std::string_view json, std::map<std::string, std::string> roles,
                                         const std::string& name);

// The text in the language; nothing when any part of it has no translation, so that no text is ever half translated.
// The whole is tried first, then its sentences. Of several patterns that fit, the one with the most literal text holds.
std::optional<std::string> translated(const Sentences& sentences, std::string_view english);

} // namespace plumbline
