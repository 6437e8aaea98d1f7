#include "audit/identity.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/BLAKE3.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

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

std::string normalised_source(std::string_view source) {
  std::string result;
  std::size_t at = 0;
  while (at < source.size()) {
    char c = source[at];
    if (llvm::isSpace(c)) {
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
    std::size_t end = at + 1;
    if (llvm::isDigit(c) || (c == '.' && at + 1 < source.size() && llvm::isDigit(source[at + 1])))
      end = after_number(source, at);
    else if (is_identifier_character(c))
      end = after_word(source, at);
    else if (c == '"' || c == '\'')
      end = after_quoted(source, at);
    if (!result.empty()) result += ' ';
    result += source.substr(at, end - at);
    at = end;
  }
  return result;
}

std::vector<FingerprintParts> parts_of(const std::vector<Finding>& findings) {
  std::vector<FingerprintParts> all;
  all.reserve(findings.size());
  for (const Finding& finding : findings)
    all.push_back({finding.check, finding.kind, finding.place.path, finding.entity, finding.owner,
                   normalised_source(finding.source_text), normalised_source(finding.line_text), 0});

  std::vector<std::size_t> in_file_order(findings.size());
  std::iota(in_file_order.begin(), in_file_order.end(), 0);
  std::sort(in_file_order.begin(), in_file_order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(findings[a].place, a) < std::tie(findings[b].place, b);
  });
  using Key = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view, std::string_view,
                         std::string_view>;
  std::map<Key, unsigned> seen;
  for (std::size_t index : in_file_order) {
    FingerprintParts& parts = all[index];
    parts.ordinal = seen[Key(parts.check, parts.kind, parts.path, parts.entity, parts.owner, parts.text)]++;
  }
  return all;
}

std::string fingerprint_of(const FingerprintParts& parts) {
  llvm::BLAKE3 hasher;
  std::string ordinal = std::to_string(parts.ordinal);
  for (std::string_view ingredient :
       {std::string_view("plumbline/v1"), std::string_view(parts.check), std::string_view(parts.kind),
        std::string_view(parts.path), std::string_view(parts.entity), std::string_view(parts.owner),
        std::string_view(parts.text), std::string_view(ordinal)}) {
    hasher.update(std::to_string(ingredient.size()) + ":");
    hasher.update(llvm::StringRef(ingredient));
  }
  llvm::BLAKE3Result<16> digest = hasher.final<16>();
  return llvm::toHex(digest, /*LowerCase=*/true);
}

void set_fingerprints(std::vector<Finding>& findings) {
  std::vector<FingerprintParts> parts = parts_of(findings);
  for (std::size_t i = 0; i < findings.size(); ++i) findings[i].fingerprint = fingerprint_of(parts[i]);
}

} // namespace plumbline
