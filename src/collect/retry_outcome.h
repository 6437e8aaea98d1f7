// What the conditions in a loop say about an attempt that stands in it: that it succeeded, or that it failed.
#pragma once

#include "collect/loop_survey.h"

namespace plumbline {

// A stop flag's name: stopping, is_running, shutdown_requested.
bool speaks_of_stopping(llvm::StringRef name);
// The name of what an attempt brings about: connected, is_registered.
bool speaks_of_arrival(llvm::StringRef name);

class Outcomes {
 public:
  // `around`: the name of the function that the loop stands in.
  Outcomes(const LoopSurvey& loop, llvm::StringRef around) : loop(loop), around(around) {}

  // +1: the condition holds when an attempt succeeded, -1: when it failed, 0: it says nothing about an attempt.
  // The attempt is left in `judged`.
  int of(const clang::Expr* condition, unsigned depth = 0);
  // What the labels that lead to a statement say about what the switch asks.
  int of_labels(const LoopSurvey::Guard& guard);
  // A flag that is set where an attempt succeeded: `if (connect()) done = true;`, `try { connect(); done = true; }`.
  int of_flag(const clang::ValueDecl* variable);

  // Whether a place is only reached when an attempt succeeded, and failure stays in the loop.
  bool succeeds(const LoopSurvey::Place& at);
  // The attempt whose success leaves the loop, or null.
  const clang::CallExpr* leaving();
  // The attempt whose failure goes back to the label, or null.
  const clang::CallExpr* going_back(const clang::LabelDecl& label);
  // The call behind the condition's value, if the loop goes on as long as it succeeds: while ((last = more()) == ok).
  const clang::CallExpr* driver() const;
  // The pauses that follow a failure.
  std::vector<const clang::CallExpr*> pauses_after_failure();

  // Whether the call can be an attempt; `certainly`: its name says so.
  bool is_attempt(const clang::CallExpr* call, bool certainly) const;

  const clang::CallExpr* judged = nullptr;

 private:
  bool accept(const clang::CallExpr* call);
  const clang::CallExpr* attempt_behind(const clang::Expr* expression) const;
  int truth(const clang::CallExpr& call, clang::QualType type, const clang::Expr* through);
  int asked(const clang::CallExpr& call);
  int of_member(const clang::Expr* expression);
  int compared(const clang::BinaryOperator& operation);
  int outcome_of(const clang::CaseStmt& label) const;
  int of_guards(const LoopSurvey::Place& at);
  int tried_elsewhere(const clang::CallExpr* query);
  bool other_branch_leaves(const LoopSurvey::Guard& guard) const;
  bool is_implied_by_failure(const clang::Expr* condition, bool branch, const clang::CallExpr& attempt);
  bool failure_leaves(const clang::CallExpr& attempt, const clang::LabelDecl* back);

  const LoopSurvey& loop;
  llvm::StringRef around;
  const clang::CallExpr* first_tried_in_any = nullptr;
  std::size_t pauses_anywhere = 0;
};

} // namespace plumbline
