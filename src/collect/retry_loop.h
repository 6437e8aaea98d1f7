// Reads one loop: does success leave it while failure stays, what bounds it, and how does it pause?
#pragma once

#include "collect/loop_survey.h"
#include "program/retries.h"

#include <clang/AST/Stmt.h>

#include <optional>

namespace plumbline {

// The loop as a retry, without its place; nothing if it is none: a search, a worker, an event loop, EINTR, CAS.
// `around`: the name of the function that it stands in.
std::optional<RetryLoop> retry_in(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment,
                                  const clang::Stmt& body, llvm::StringRef around);

// The same for a loop over a range, which bounds it.
std::optional<RetryLoop> retry_over(CollectContext& context, const clang::CXXForRangeStmt& loop,
                                    llvm::StringRef around);

// The same for a loop that is made by `goto`: from the label to the last jump back to it. `following`: the statements
// after the label in its block.
std::optional<RetryLoop> retry_by_goto(CollectContext& context, const clang::LabelStmt& label,
                                       llvm::ArrayRef<const clang::Stmt*> following, llvm::StringRef around);

// Whether a call can be an attempt at all; `certainly`: its name says so. `around`: as above.
bool is_attempt(const LoopSurvey& loop, const clang::CallExpr* call, bool certainly, llvm::StringRef around);
// Alternatives and searches: for (host : hosts) if (connect(host)) …, while (!reserve(id)) ++id.
bool tries_another(const LoopSurvey& loop, const clang::CallExpr& call);

// What goes on at once with something that the loop finds anew is sent, not tried again: send(queue.front()).
bool hands_on_data(const LoopSurvey& loop, const clang::CallExpr& call);

// How the loop pauses, by some of its pauses; `retry` gets its pause.
void describe_pause(const LoopSurvey& loop, llvm::ArrayRef<const clang::CallExpr*> pauses, RetryLoop& retry);

// What bounds the loop, if anything does; `retry` gets it.
class Outcomes;
void describe_bound(const LoopSurvey& loop, Outcomes& outcomes, const clang::CallExpr& tried, RetryLoop& retry);

// What the loop puts back, nested loops excluded, which are asked for themselves. `item` and `over` are a range-for's
// variable and range; `over` is the condition of other loops.
std::vector<Requeue> requeues_in(CollectContext& context, const clang::FunctionDecl& function, const clang::Stmt& body,
                                 const clang::VarDecl* item, const clang::Expr* over);

// The field, variable or function that an expression reads if its name counts attempts; null otherwise.
const clang::NamedDecl* attempt_count(const clang::Expr* expression);

std::vector<EntityId> callees_in(CollectContext& context, const clang::Stmt& body);

} // namespace plumbline
