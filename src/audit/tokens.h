// C++ source as tokens, good enough to compare code with itself after formatting: each punctuation character counts as
// a token (`>>` equals `> >`), literals are kept as written, raw strings whole, comments are left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

enum class TokenKind { word, number, literal, punctuation };

struct Token {
  std::size_t begin = 0, end = 0; // offsets into the source
  TokenKind kind = TokenKind::punctuation;
};

std::vector<Token> tokens_of(std::string_view source);

// A token with its text; string literals that stand side by side are one, because formatters break long ones in two.
struct Word {
  std::string text;
  std::size_t begin = 0; // offset into the source
  TokenKind kind = TokenKind::punctuation;
};

std::vector<Word> words_of(std::string_view source);

} // namespace plumbline
