// What ends a loop: whether it waits until no work is left, and whether it notices that a round changed nothing.
#pragma once

#include <clang/AST/ASTContext.h>
#include <clang/AST/Stmt.h>

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

// A loop's condition, or null.
const clang::Expr* condition_of(const clang::Stmt& loop);

} // namespace plumbline
