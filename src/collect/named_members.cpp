#include "collect/named_members.h"

#include <clang/Basic/LangOptions.h>
#include <clang/Lex/Lexer.h>

namespace plumbline {

static bool is_assignment(const clang::Token& token) {
  return token.isOneOf(clang::tok::equal, clang::tok::plusequal, clang::tok::minusequal, clang::tok::pipeequal,
                       clang::tok::ampequal, clang::tok::starequal, clang::tok::slashequal, clang::tok::caretequal);
}

// Whether what the member at `i` is, or a part of it, is assigned to: `.list[i].size = 3`. Behind a pointer it is read.
static bool is_written(const std::vector<clang::Token>& tokens, std::size_t i) {
  for (++i; i < tokens.size();) {
    if (tokens[i].is(clang::tok::period)) {
      i += 2;
    } else if (tokens[i].is(clang::tok::l_square)) {
      int depth = 0;
      do {
        depth += tokens[i].is(clang::tok::l_square) ? 1 : tokens[i].is(clang::tok::r_square) ? -1 : 0;
      } while (++i < tokens.size() && depth > 0);
    } else {
      return is_assignment(tokens[i]);
    }
  }
  return false;
}

// `&Config::port`, `offsetof(struct config, port)`: whoever gets it reads or writes.
static bool is_pointed_out(const std::vector<clang::Token>& tokens, std::size_t i) {
  std::size_t first = i;
  while (first >= 2 && tokens[first - 1].is(clang::tok::coloncolon) && tokens[first - 2].is(clang::tok::raw_identifier))
    first -= 2;
  if (first != i) return first > 0 && tokens[first - 1].is(clang::tok::amp);
  if (i + 1 >= tokens.size() || !tokens[i - 1].is(clang::tok::comma) || !tokens[i + 1].is(clang::tok::r_paren))
    return false;
  std::size_t open = i - 1; // of a macro or function with a type and a name: `struct ns::config`
  while (open > 0 && tokens[open - 1].isOneOf(clang::tok::raw_identifier, clang::tok::coloncolon)) --open;
  return open >= 2 && tokens[open - 1].is(clang::tok::l_paren) && tokens[open - 2].is(clang::tok::raw_identifier) &&
         tokens[open - 2].getRawIdentifier().contains_insensitive("offset");
}

void add_members_read(const std::vector<clang::Token>& tokens, std::set<std::string>& names) {
  llvm::StringRef target; // of the assignment we are in
  unsigned open = 0;      // parentheses since it began
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i].is(clang::tok::semi)) target = {};
    if (tokens[i].is(clang::tok::l_paren)) ++open;
    // What an assignment in parentheses gives is used: `if ((n = config.n) > 3)`.
    if (tokens[i].is(clang::tok::r_paren) && open-- == 0) target = {};
    if (!tokens[i].is(clang::tok::raw_identifier)) continue;
    const llvm::StringRef name = tokens[i].getRawIdentifier();
    if (is_pointed_out(tokens, i)) names.insert(name.str());
    if (!tokens[i - 1].isOneOf(clang::tok::arrow, clang::tok::period)) continue;
    if (is_written(tokens, i)) {
      target = name;
      open = 0;
    } else if (name != target) {
      names.insert(name.str());
    }
  }
}

std::set<std::string> members_read_in(llvm::StringRef text) {
  clang::LangOptions language; // as far as raw tokens differ
  language.LineComment = language.CPlusPlus = language.CPlusPlus11 = language.CPlusPlus14 = true;
  clang::Lexer lexer(clang::SourceLocation(), language, text.begin(), text.begin(), text.end());
  std::vector<clang::Token> tokens;
  clang::Token token;
  while (!lexer.LexFromRawLexer(token)) tokens.push_back(token);
  std::set<std::string> names;
  add_members_read(tokens, names);
  return names;
}

} // namespace plumbline
