// What comes of a zero, which atoi() makes of what is no number: conditions, questions of the project's own and
// look-ups that refuse it aloud.
#pragma once

#include <clang/AST/Expr.h>
#include <clang/AST/Stmt.h>
#include <llvm/ADT/STLFunctionalExtras.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace plumbline::unvalidated_config {

// The values of parts of an expression that are known for some case at hand; nothing for all others.
using KnownValue = llvm::function_ref<std::optional<std::int64_t>(const clang::Expr*)>;

// The value of a condition, a comparison or a constant, given those of its parts; nothing if it hangs on others. As
// much as conditions need: `!`, `&&`, `||`, comparisons, constants.
std::optional<std::int64_t> value_of(const clang::Expr* expression, KnownValue known, const clang::ASTContext& ast);

// What a function gives for 0 as that parameter: `return n == 1 || n == 3;`, `if (n > 0) return 0; return -1;`, a
// switch. Where only its name is known it must say that it validates; then 0 is taken to be refused.
std::optional<std::int64_t> answer_at_zero(const clang::FunctionDecl& callee, unsigned parameter);

// Whether the branch that is taken, given the values of parts of its condition, refuses aloud.
bool refuses(const clang::IfStmt& branch, KnownValue known, const clang::FunctionDecl* function);

// The `if` in whose condition the last of the statements stands, or null.
const clang::IfStmt* condition_around(const std::vector<const clang::Stmt*>& around);

// Whether a 0 that a call makes of text is refused aloud below in the function: by itself, in the variable or member
// that it becomes, or because it says which of several is meant, and what is looked up by it is not there.
bool is_refused_below(const clang::CallExpr& parse, const clang::FunctionDecl& function);

} // namespace plumbline::unvalidated_config
