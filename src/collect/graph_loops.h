// What ends a loop: whether it waits until no work is left, and whether it notices that a round changed nothing.
#pragma once

#include <clang/AST/ASTContext.h>
#include <clang/AST/Expr.h>
#include <clang/AST/Stmt.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace plumbline {

struct LoopTraits {
  bool waits_for_work = false; // ends when a container is empty, a count is reached or a function says so
  bool endless = false;        // no condition
  bool notices = false;        // a round without progress, a deadline or a number of rounds ends it too
};

// `loop` is a while, do or for statement; others have no traits.
LoopTraits loop_traits(const clang::Stmt& loop, const clang::ASTContext& ast);

// What follows if a branch is taken: bits of GraphOutcome.
unsigned outcome_of(const clang::Stmt* branch);

// The expression without parentheses, casts, temporaries, copies and std::move.
const clang::Expr* stripped(const clang::Expr* expression);

// The name of what a call calls: "insert", "operator[]" … or "".
std::string callee_name(const clang::CallExpr& call);

// Whether one of the name's words (facts/words.h) is wanted.
bool has_word(llvm::StringRef name, std::initializer_list<std::string_view> wanted);

// Whether a function or variable of this name tells somebody that something is wrong.
bool complains(llvm::StringRef name);

// Visits the statement and what is in it, depth first; `visit` says whether to go on into what it was given.
template <class Visit> void each_statement(const clang::Stmt* statement, const Visit& visit) {
  if (!statement || !visit(*statement)) return;
  for (const clang::Stmt* child : statement->children()) each_statement(child, visit);
}

// A loop's condition, or null.
const clang::Expr* condition_of(const clang::Stmt& loop);

} // namespace plumbline
