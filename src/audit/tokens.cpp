#include "audit/tokens.h"

#include <llvm/ADT/StringExtras.h>

#include <string>

namespace plumbline {

static bool is_identifier_character(char c) {
  return llvm::isAlnum(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

// The end of the line splice (backslash, optional blanks, newline) at `at`, or `at` if there is none.
static std::size_t after_splice(std::string_view source, std::size_t at) {
  if (source[at] != '\\') return at;
  std::size_t end = at + 1;
  while (end < source.size() && (source[end] == ' ' || source[end] == '\t' || source[end] == '\r')) ++end;
  return end < source.size() && source[end] == '\n' ? end + 1 : at;
}

// The end of a "//" comment, which goes on after a spliced line end.
static std::size_t after_line_comment(std::string_view source, std::size_t at) {
  while (at < source.size() && source[at] != '\n') {
    std::size_t spliced = after_splice(source, at);
    at = spliced == at ? at + 1 : spliced;
  }
  return at;
}

// The end of a quoted literal whose opening quote is at `at`. One that is not closed ends with its line, so that a
// stray apostrophe cannot swallow the rest.
static std::size_t after_quoted(std::string_view source, std::size_t at) {
  char quote = source[at++];
  while (at < source.size() && source[at] != '\n') {
    if (source[at] == quote) return at + 1;
    at += source[at] == '\\' && at + 1 < source.size() ? 2 : 1;
  }
  return at;
}

static std::size_t after_raw_string(std::string_view source, std::size_t at) {
  std::size_t open = source.find('(', at);
  if (open == std::string_view::npos) return source.size();
  std::string close = ")" + std::string(source.substr(at + 1, open - at - 1)) + "\"";
  std::size_t end = source.find(close, open);
  return end == std::string_view::npos ? source.size() : end + close.size();
}

// The end of a preprocessing number ([lex.ppnumber]): digit separators and signed exponents belong to it.
static std::size_t after_number(std::string_view source, std::size_t at) {
  while (at < source.size()) {
    char c = source[at];
    bool exponent = c == 'e' || c == 'E' || c == 'p' || c == 'P';
    if (exponent && at + 1 < source.size() && (source[at + 1] == '+' || source[at + 1] == '-'))
      at += 2;
    else if (is_identifier_character(c) || c == '.')
      ++at;
    else if (c == '\'' && at + 1 < source.size() && is_identifier_character(source[at + 1]))
      at += 2;
    else
      break;
  }
  return at;
}

static std::size_t after_word(std::string_view source, std::size_t at) {
  std::size_t end = at;
  while (end < source.size() && is_identifier_character(source[end])) ++end;
  std::string_view word = source.substr(at, end - at);
  bool prefix = word == "L" || word == "u" || word == "U" || word == "u8";
  bool raw = word == "R" || word == "LR" || word == "uR" || word == "UR" || word == "u8R";
  if (end == source.size()) return end;
  if (raw && source[end] == '"') return after_raw_string(source, end);
  if (prefix && (source[end] == '"' || source[end] == '\'')) return after_quoted(source, end);
  return end;
}

static Token token_at(std::string_view source, std::size_t at) {
  char c = source[at];
  if (llvm::isDigit(c) || (c == '.' && at + 1 < source.size() && llvm::isDigit(source[at + 1])))
    return {at, after_number(source, at), TokenKind::number};
  if (is_identifier_character(c)) {
    std::size_t end = after_word(source, at);
    char last = source[end - 1];
    return {at, end, last == '"' || last == '\'' ? TokenKind::literal : TokenKind::word};
  }
  if (c == '"' || c == '\'') return {at, after_quoted(source, at), TokenKind::literal};
  return {at, at + 1, TokenKind::punctuation};
}

std::vector<Token> tokens_of(std::string_view source) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < source.size()) {
    if (llvm::isSpace(source[at])) {
      ++at;
      continue;
    }
    if (std::size_t end = after_splice(source, at); end != at) {
      at = end;
      continue;
    }
    std::string_view two = source.substr(at, 2);
    if (two == "//") {
      at = after_line_comment(source, at);
      continue;
    }
    if (two == "/*") {
      std::size_t close = source.find("*/", at + 2);
      at = close == std::string_view::npos ? source.size() : close + 2;
      continue;
    }
    tokens.push_back(token_at(source, at));
    at = tokens.back().end;
  }
  return tokens;
}

// Raw strings, those with a prefix, and characters stay by themselves.
static bool is_plain_string(const Word& word) {
  return word.kind == TokenKind::literal && word.text.size() >= 2 && word.text.front() == '"' &&
         word.text.back() == '"';
}

std::vector<Word> words_of(std::string_view source) {
  std::vector<Word> words;
  for (const Token& token : tokens_of(source)) {
    Word word{std::string(source.substr(token.begin, token.end - token.begin)), token.begin, token.kind};
    if (!words.empty() && is_plain_string(word) && is_plain_string(words.back())) {
      words.back().text.pop_back();
      words.back().text += word.text.substr(1);
    } else {
      words.push_back(std::move(word));
    }
  }
  return words;
}

} // namespace plumbline
