// What stands around a wait and answers for it: a loop that asks, a caller that asks, a choice between a limit and
// none.
#pragma once

#include <clang/AST/ASTContext.h>
#include <clang/AST/Expr.h>
#include <llvm/ADT/ArrayRef.h>

namespace plumbline {

// Whether the innermost of the loops (outermost first) asks something each time round: its condition, or an if that
// leaves or restarts it.
bool asks_in_loop(llvm::ArrayRef<const clang::Stmt*> loops, const clang::ASTContext& ast);

// Whether the function only wraps a condition variable: those who call it hold the lock and know what they wait for.
bool leaves_predicate_to_caller(const clang::FunctionDecl& function, const clang::CallExpr& call);

// Whether an `if` around the call, or one before it that leaves, asks for what is waited for: once, not after waking.
bool asks_once(const clang::FunctionDecl& function, const clang::CallExpr& call);

// Whether the call is what happens where no limit was asked for: `if (timeout > 0) wait_for(…, timeout); else wait();`.
// Whoever gives the timeout may give none; that is not this function's to decide. Looks at the whole body: for calls
// that are known to wait only.
bool is_limited_otherwise(const clang::FunctionDecl& function, const clang::CallExpr& call);

} // namespace plumbline
