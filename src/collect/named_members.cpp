#include "collect/named_members.h"

#include <clang/Basic/LangOptions.h>
#include <clang/Lex/Lexer.h>
#include <llvm/ADT/STLFunctionalExtras.h>

namespace plumbline {

static bool is_assignment(const clang::Token& token) {
  return token.isOneOf(clang::tok::equal, clang::tok::plusequal, clang::tok::minusequal, clang::tok::pipeequal,
                       clang::tok::ampequal, clang::tok::starequal, clang::tok::slashequal, clang::tok::caretequal);
}

// The assignment to what the member at `i` is, or to a part of it: `.list[i].size = 3`; 0 if there is none. Behind a
// pointer it is read.
static std::size_t assignment_to(const std::vector<clang::Token>& tokens, std::size_t i) {
  for (++i; i < tokens.size();) {
    if (tokens[i].is(clang::tok::period)) {
      i += 2;
    } else if (tokens[i].is(clang::tok::l_square)) {
      int depth = 0;
      do {
        depth += tokens[i].is(clang::tok::l_square) ? 1 : tokens[i].is(clang::tok::r_square) ? -1 : 0;
      } while (++i < tokens.size() && depth > 0);
    } else {
      return is_assignment(tokens[i]) ? i : 0;
    }
  }
  return 0;
}

// Whether a literal is all that is assigned at `i`: `= 3;`, `= -1,`.
static bool is_of_literal(const std::vector<clang::Token>& tokens, std::size_t i) {
  if (++i < tokens.size() && tokens[i].isOneOf(clang::tok::minus, clang::tok::plus)) ++i;
  return i + 1 < tokens.size() && tokens[i].isLiteral() &&
         tokens[i + 1].isOneOf(clang::tok::semi, clang::tok::comma, clang::tok::r_brace, clang::tok::r_paren);
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

// Where the name stands that the member at `i` is a member of, in front of indices; 0 if there is none.
static std::size_t base_at(const std::vector<clang::Token>& tokens, std::size_t i) {
  if (i < 2) return 0;
  std::size_t at = i - 2; // in front of the arrow
  while (tokens[at].is(clang::tok::r_square)) {
    int depth = 0;
    do {
      depth += tokens[at].is(clang::tok::r_square) ? 1 : tokens[at].is(clang::tok::l_square) ? -1 : 0;
      if (at == 0) return 0;
      --at;
    } while (depth > 0);
  }
  return at;
}

// `load("port", &server->conf.port)`: the address is handed out, rather than ANDed with.
static bool is_address_taken(const std::vector<clang::Token>& tokens, std::size_t i) {
  while (i > 1 && tokens[i - 1].isOneOf(clang::tok::arrow, clang::tok::period)) {
    const std::size_t base = base_at(tokens, i);
    if (!tokens[base].is(clang::tok::raw_identifier)) return false;
    i = base;
  }
  return i > 1 && tokens[i - 1].is(clang::tok::amp) &&
         tokens[i - 2].isOneOf(clang::tok::l_paren, clang::tok::comma, clang::tok::equal, clang::tok::l_brace,
                               clang::tok::kw_return);
}

// The name of what the member at `i` is a member of; "" if it is no name.
static std::string base_of(const std::vector<clang::Token>& tokens, std::size_t i) {
  const std::size_t at = base_at(tokens, i);
  if (!tokens[at].is(clang::tok::raw_identifier) || tokens[at].getRawIdentifier() == "this") return {};
  return tokens[at].getRawIdentifier().str();
}

void add_members_used(const std::vector<clang::Token>& tokens, NamedMembers& members) {
  llvm::StringRef target; // of the assignment we are in
  unsigned open = 0;      // parentheses since it began
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i].is(clang::tok::semi)) target = {};
    if (tokens[i].is(clang::tok::l_paren)) ++open;
    // What an assignment in parentheses gives is used: `if ((n = config.n) > 3)`.
    if (tokens[i].is(clang::tok::r_paren) && open-- == 0) target = {};
    if (!tokens[i].is(clang::tok::raw_identifier)) continue;
    const llvm::StringRef name = tokens[i].getRawIdentifier();
    if (is_pointed_out(tokens, i)) {
      members.read.emplace("", name);
      members.given.emplace("", name);
    }
    if (!tokens[i - 1].isOneOf(clang::tok::arrow, clang::tok::period)) continue;
    if (is_address_taken(tokens, i)) members.given.emplace(base_of(tokens, i), name);
    if (const std::size_t assignment = assignment_to(tokens, i); assignment != 0) {
      if (!is_of_literal(tokens, assignment)) members.given.emplace(base_of(tokens, i), name);
      target = name;
      open = 0;
    } else if (name != target) {
      members.read.emplace(base_of(tokens, i), name);
    }
  }
}

static void add_declarations_of(const std::vector<clang::Token>& tokens,
                                llvm::function_ref<bool(llvm::StringRef)> is_wanted, NamedMembers& members) {
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
    if (!tokens[i].is(clang::tok::raw_identifier) || !is_wanted(tokens[i].getRawIdentifier()) ||
        !tokens[i + 1].isOneOf(clang::tok::equal, clang::tok::semi, clang::tok::comma, clang::tok::r_paren,
                               clang::tok::l_square, clang::tok::l_brace, clang::tok::colon))
      continue;
    const std::string base = tokens[i].getRawIdentifier().str();
    std::size_t at = i - 1;
    const auto is_const = [&] {
      return tokens[at].is(clang::tok::raw_identifier) && tokens[at].getRawIdentifier() == "const";
    };
    while (at > 0 && (tokens[at].isOneOf(clang::tok::star, clang::tok::amp, clang::tok::ampamp) || is_const())) --at;
    if (tokens[at].is(clang::tok::greater) || tokens[at].is(clang::tok::greatergreater)) { // shared_ptr<Config> config
      for (; at > 0 && !tokens[at].isOneOf(clang::tok::semi, clang::tok::l_brace, clang::tok::less); --at)
        if (tokens[at].is(clang::tok::raw_identifier)) members.declared.emplace(base, tokens[at].getRawIdentifier());
    } else if (tokens[at].is(clang::tok::raw_identifier) && at + 1 <= i) {
      const llvm::StringRef type = tokens[at].getRawIdentifier();
      if (type != "return" && type != "else" && type != "goto" && type != "case") members.declared.emplace(base, type);
    }
  }
}

void add_declarations(const std::vector<clang::Token>& tokens, NamedMembers& members) {
  std::set<llvm::StringRef> wanted;
  for (const auto& [base, member] : members.read) wanted.insert(base);
  for (const auto& [base, member] : members.given) wanted.insert(base);
  add_declarations_of(tokens, [&](llvm::StringRef name) { return wanted.contains(name); }, members);
}

void add_all_declarations(const std::vector<clang::Token>& tokens, NamedMembers& members) {
  add_declarations_of(tokens, [](llvm::StringRef) { return true; }, members);
}

std::vector<clang::Token> raw_tokens(llvm::StringRef text) {
  clang::LangOptions language; // as far as raw tokens differ
  language.LineComment = language.CPlusPlus = language.CPlusPlus11 = language.CPlusPlus14 = true;
  clang::Lexer lexer(clang::SourceLocation(), language, text.begin(), text.begin(), text.end());
  std::vector<clang::Token> tokens;
  clang::Token token;
  while (!lexer.LexFromRawLexer(token)) tokens.push_back(token);
  return tokens;
}

NamedMembers members_used_in(llvm::StringRef text) {
  const std::vector<clang::Token> tokens = raw_tokens(text);
  NamedMembers members;
  add_members_used(tokens, members);
  add_declarations(tokens, members);
  return members;
}

} // namespace plumbline
