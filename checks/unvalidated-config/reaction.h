// What a piece of code does about a failure: says something, tells its caller, or goes on.
#pragma once

#include <clang/AST/Decl.h>
#include <clang/AST/Stmt.h>

namespace plumbline::unvalidated_config {

struct Reaction {
  bool loud = false;    // throws, logs, ends the program, counts or remembers the failure
  bool told = false;    // returns something that says "failed"
  bool assigns = false; // gives some variable another value
  bool noticed() const { return loud || told; }
};

// Of the statements below `region`, which stands in `function`; lambdas in it count as part of it. `exception` is the
// variable of the handler that it is the body of, if it is one.
Reaction reaction_of(const clang::Stmt* region, const clang::FunctionDecl* function,
                     const clang::VarDecl* exception = nullptr);

// `if (good) { …; return; } complain();`: whether what stands behind a branch that leaves notices the other case.
bool told_behind(const clang::IfStmt& branch, const clang::FunctionDecl& function);

// Whether a function with this name speaks to somebody: log_error, printf, report, abort.
bool speaks(llvm::StringRef name);

} // namespace plumbline::unvalidated_config
