// Two questions are asked of a condition: does it hold when something that was tried succeeded, and is what was tried
// an attempt at all? An int result of C, an enumerator's name, what came back, a flag, a handler that stays: all may
// say.
#include "collect/retry_outcome.h"
#include "collect/constants.h"
#include "collect/retry_loop.h"

#include <clang/AST/ExprCXX.h>

namespace plumbline {

static constexpr std::string_view stopping[] = {
    "stop",    "stopped",   "stopping",   "running", "run",       "shutdown", "quit",        "exit",
    "exiting", "terminate", "terminated", "cancel",  "cancelled", "canceled", "interrupted", "alive",
    "closing", "closed",    "abort",      "aborted", "killed",    "active",   "signal",      "requested"};
static constexpr std::string_view success_words[] = {"ok",         "success", "succeeded", "good", "none",  "valid",
                                                     "successful", "done",    "connected", "open", "opened"};
static constexpr std::string_view reached[] = {"connected", "opened",        "registered", "subscribed",  "established",
                                               "logged",    "authenticated", "joined",     "succeeded",   "mounted",
                                               "sent",      "started",       "attached",   "initialized", "synced"};
static constexpr std::string_view failure_words[] = {"error",       "err",     "fail",    "failed", "failure",
                                                     "bad",         "timeout", "again",   "busy",   "invalid",
                                                     "unavailable", "lost",    "refused", "errored"};

bool speaks_of_stopping(llvm::StringRef name) { return has_word(name, stopping); }
bool speaks_of_arrival(llvm::StringRef name) { return has_word(name, reached); }

// What an enumerator or named constant says: +1 success, -1 failure.
static int named_outcome(const clang::Expr* expression) {
  const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(strip(expression));
  if (!reference) return 0;
  const llvm::StringRef name = name_of(reference->getDecl());
  if (name.ends_with_insensitive("ok") || has_word(name, success_words)) return 1;
  return has_word(name, failure_words) ? -1 : 0;
}

int Outcomes::of(const clang::Expr* expression, unsigned depth) {
  expression = plain_value(expression);
  if (!expression || depth > 8) return 0;
  if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(expression))
    return of(cleanups->getSubExpr(), depth + 1);
  if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(expression);
      unary && unary->getOpcode() == clang::UO_LNot)
    return -of(unary->getSubExpr(), depth + 1);
  if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(expression)) {
    if (operation->isLogicalOp()) {
      const int left = of(operation->getLHS(), depth + 1);
      return left ? left : of(operation->getRHS(), depth + 1);
    }
    if (operation->isComparisonOp()) return compared(*operation);
    if (operation->getOpcode() == clang::BO_Assign) { // while ((fd = open(path)) < 0) comes here by compared()
      const clang::CallExpr* call = call_of(operation->getRHS());
      return call ? truth(*call, operation->getType(), operation->getLHS()) : 0;
    }
    // while (connection->err & (lost | closed))
    return operation->getOpcode() == clang::BO_And ? of_member(operation->getLHS()) : 0;
  }
  if (const clang::CallExpr* call = call_of(expression)) {
    if (const int said = asked(*call)) return said;
    const llvm::StringRef name = name_of(call->getDirectCallee());
    if (call->getNumArgs() == 0 && has_word(name, {"is"}) && has_word(name, reached)) return tried_elsewhere(call);
    return truth(*call, call->getType(), nullptr);
  }
  if (const clang::ValueDecl* variable = value_named_by(expression)) {
    if (const clang::CallExpr* call = loop.result_of(variable, expression))
      return truth(*call, variable->getType(), expression);
    if (const int said = of_member(expression)) return said;
    return of_flag(variable);
  }
  return 0;
}

// The attempt whose value the expression is.
const clang::CallExpr* Outcomes::attempt_behind(const clang::Expr* expression) const {
  expression = plain_value(expression);
  if (const clang::BinaryOperator* operation = llvm::dyn_cast_or_null<clang::BinaryOperator>(expression);
      operation && operation->getOpcode() == clang::BO_Assign)
    expression = plain_value(operation->getRHS());
  const clang::ValueDecl* variable = value_named_by(expression);
  if (const clang::CallExpr* call = variable ? loop.result_of(variable, expression) : nullptr) return call;
  if (const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression)) // result.code
    return member->isImplicitAccess() ? nullptr : attempt_behind(member->getBase());
  return variable ? nullptr : call_of(expression);
}

bool Outcomes::is_attempt(const clang::CallExpr* call, bool certainly) const {
  return plumbline::is_attempt(loop, call, certainly, around);
}

bool Outcomes::accept(const clang::CallExpr* call) {
  // Where somebody pauses or catches, what is tried may have any name.
  if (!is_attempt(call, pauses_anywhere == 0) || tries_another(loop, *call) || hands_on_data(loop, *call)) return false;
  judged = call;
  return true;
}

// A pointer that is null where all went well: `srs_error_t err`, `struct failure* why`, `Error* error`.
static bool is_error(clang::QualType type, const clang::Expr* holder) {
  static constexpr std::string_view errors[] = {"err", "error", "errors", "failure", "exception", "errptr"};
  if (!type->isPointerType()) return false;
  if (const clang::TypedefType* alias = type->getAs<clang::TypedefType>();
      alias && has_word(name_of(alias->getDecl()), errors))
    return true;
  const clang::RecordDecl* record = type->getPointeeType()->getAsRecordDecl();
  if (record && has_word(name_of(record), errors)) return true;
  if (!holder) return false;
  const clang::BinaryOperator* assignment = llvm::dyn_cast<clang::BinaryOperator>(strip(holder));
  const clang::ValueDecl* variable =
      value_named_by(assignment && assignment->getOpcode() == clang::BO_Assign ? assignment->getLHS() : holder);
  return variable && has_word(name_of(variable), errors);
}

int Outcomes::truth(const clang::CallExpr& call, clang::QualType type, const clang::Expr* through) {
  if (!accept(&call)) return 0;
  type = type.getNonReferenceType();
  if (const clang::RecordDecl* record = type->getAsRecordDecl()) return name_of(record) == "error_code" ? -1 : 1;
  if (is_error(type, through)) return -1;
  if (type->isBooleanType() || type->isPointerType()) return 1;
  // An int result of C: zero is success, unless a descriptor or a count is what comes back.
  if (!through) return -1;
  const clang::ValueDecl* variable = value_named_by(through);
  static constexpr std::string_view codes[] = {"err",    "error", "rc",     "ret", "code",
                                               "status", "res",   "result", "r",   "rv"};
  return variable && has_word(name_of(variable), codes) ? -1 : 0;
}

// `reply.ok()`, `reply.error()`, `session.ok()` after `session.connect()`.
int Outcomes::asked(const clang::CallExpr& call) {
  const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
  if (!member) return 0;
  const llvm::StringRef name = name_of(member->getMethodDecl());
  const bool good = has_word(name, success_words) || name == "has_value", bad = has_word(name, failure_words) && !good;
  if (!good && !bad) return 0;
  const clang::Expr* object = member->getImplicitObjectArgument();
  const clang::CallExpr* attempt = attempt_behind(object);
  if (!attempt) {
    const clang::ValueDecl* receiver = value_named_by(object);
    for (const clang::CallExpr* other_call : loop.calls)
      if (const clang::CXXMemberCallExpr* tried = llvm::dyn_cast<clang::CXXMemberCallExpr>(other_call);
          receiver && tried && tried != &call && value_named_by(tried->getImplicitObjectArgument()) == receiver &&
          is_attempt(tried, true))
        attempt = tried;
  }
  if (!attempt || !accept(attempt)) return 0;
  return good ? 1 : -1;
}

// A part of what came back, by its name: while (connection->failed) { connection = connect(host); … }
int Outcomes::of_member(const clang::Expr* expression) {
  const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(plain_value(expression));
  if (!member || member->isImplicitAccess()) return 0;
  const llvm::StringRef name = name_of(member->getMemberDecl());
  const bool good = has_word(name, success_words), bad = has_word(name, failure_words) && !good;
  const clang::CallExpr* attempt = good || bad ? attempt_behind(member->getBase()) : nullptr;
  return !attempt || !accept(attempt) ? 0 : good ? 1 : -1;
}

// Steps of a machine end, they do not succeed: while (cursor->state != done) cursor->state = step(cursor);
static bool ends_steps(const clang::Expr* variable, const clang::Expr* value) {
  const clang::ValueDecl* held = value_named_by(variable);
  const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(strip(value));
  return held && named && has_word(name_of(held), {"state", "phase", "stage", "step"}) &&
         has_word(name_of(named->getDecl()), {"done", "end", "ended", "finished", "complete", "completed", "final"});
}

int Outcomes::compared(const clang::BinaryOperator& operation) {
  const clang::Expr *left = operation.getLHS(), *right = operation.getRHS();
  const clang::CallExpr* attempt = attempt_behind(left);
  if (!attempt || !is_attempt(attempt, pauses_anywhere == 0)) std::swap(left, right), attempt = attempt_behind(left);
  if (!attempt || !accept(attempt)) return 0;
  if (ends_steps(left, right)) return 0;
  clang::Expr::EvalResult value;
  int equal = named_outcome(right);
  const clang::Expr* stripped = right->IgnoreParenImpCasts();
  const bool null =
      llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(stripped) || left->getType()->isPointerType();
  std::optional<std::int64_t> number;
  if (!right->isValueDependent() && right->getType()->isIntegralOrEnumerationType() &&
      right->EvaluateAsInt(value, loop.context.ast))
    number = saturated(value.Val.getInt());
  // In C++ both sides of `send(x) == false` are promoted to int.
  const bool truth_value = left->IgnoreParenImpCasts()->getType()->isBooleanType();
  const bool enumerator = llvm::isa_and_nonnull<clang::DeclRefExpr>(strip(right)) && !truth_value;
  switch (operation.getOpcode()) {
  case clang::BO_EQ:
  case clang::BO_NE:
    if (null)
      equal = is_error(left->getType(), left) ? 1 : -1;
    else if (!equal && truth_value && number)
      equal = *number ? 1 : -1;
    else if (!equal && number)
      // OpenSSL's 1; an enumerator of that value has a name of its own
      equal = *number < 0 ? -1 : *number <= (enumerator ? 0 : 1) || (*number >= 200 && *number < 300) ? 1 : 0;
    return operation.getOpcode() == clang::BO_EQ ? equal : -equal;
  case clang::BO_LT:
  case clang::BO_LE:
    return number && *number <= 0 ? -1 : 0;
  case clang::BO_GT:
  case clang::BO_GE:
    return number && *number <= 0 ? 1 : 0;
  default:
    return 0;
  }
}

int Outcomes::outcome_of(const clang::CaseStmt& label) const {
  if (const int said = named_outcome(label.getLHS())) return said;
  clang::Expr::EvalResult value;
  if (label.getLHS()->isValueDependent() || !label.getLHS()->EvaluateAsInt(value, loop.context.ast)) return 0;
  if (strip(label.getLHS())->getType()->isEnumeralType()) return 0;
  const std::int64_t number = saturated(value.Val.getInt());
  return number == 0 ? 1 : number < 0 ? -1 : 0;
}

// What the labels that lead to a statement say about what the switch asks: `case Code::ok:`, `case 0:`, and
// `default:` where the others name only failures.
int Outcomes::of_labels(const LoopSurvey::Guard& guard) {
  const clang::CallExpr* attempt = attempt_behind(guard.condition);
  if (!attempt || !accept(attempt)) return 0;
  int said = 0;
  bool rest = false;
  for (const clang::SwitchCase* label : guard.labels)
    if (const clang::CaseStmt* one = llvm::dyn_cast<clang::CaseStmt>(label)) {
      const int says = outcome_of(*one);
      if (says == 0 || says == -said) return 0;
      said = says;
    } else
      rest = true;
  if (!rest) return said;
  bool success = false, failure = false;
  for (const clang::SwitchCase* label = guard.choice->getSwitchCaseList(); label; label = label->getNextSwitchCase())
    if (const clang::CaseStmt* one = llvm::dyn_cast<clang::CaseStmt>(label);
        one && !llvm::is_contained(guard.labels, label))
      (outcome_of(*one) > 0 ? success : failure) |= outcome_of(*one) != 0;
  const int others = success ? -1 : failure ? 1 : 0;
  return said == 0 || said == others ? others : 0;
}

// `while (!connected_) { connect(); … }`, `while (!client.is_connected()) { client.connect(); … }`: the attempt
// changes what the condition asks.
int Outcomes::tried_elsewhere(const clang::CallExpr* query) {
  for (const clang::CallExpr* call : loop.calls)
    if (call != query && is_attempt(call, true)) return judged = call, 1;
  return 0;
}

// A flag that is set where an attempt succeeded: `if (connect()) done = true;`, `try { connect(); done = true; }`.
int Outcomes::of_flag(const clang::ValueDecl* variable) {
  for (const LoopSurvey::Flag& flag : loop.flags)
    if (flag.variable == variable && !flag.asking) {
      flag.asking = true;
      const bool succeeded = succeeds(flag.at);
      flag.asking = false;
      if (succeeded) return flag.value ? 1 : -1;
    }
  return !loop.changed.contains(variable) && has_word(name_of(variable), reached) ? tried_elsewhere(nullptr) : 0;
}

// Whether the loop ends when the flag has its value: while (!done), while (more && …).
static bool is_ended_by(const clang::Expr* asked, const LoopSurvey::Flag& flag) {
  asked = plain_value(asked);
  if (const clang::UnaryOperator* negated = llvm::dyn_cast_or_null<clang::UnaryOperator>(asked);
      negated && negated->getOpcode() == clang::UO_LNot)
    return value_named_by(negated->getSubExpr()) == flag.variable && flag.value;
  if (const clang::BinaryOperator* both = llvm::dyn_cast_or_null<clang::BinaryOperator>(asked))
    return both->getOpcode() == clang::BO_LAnd &&
           (is_ended_by(both->getLHS(), flag) || is_ended_by(both->getRHS(), flag));
  return value_named_by(asked) == flag.variable && !flag.value;
}

// if (send()) return true; else throw …, if (send()) return; else done = true;
bool Outcomes::other_branch_leaves(const LoopSurvey::Guard& guard) const {
  const auto is_other = [&](const LoopSurvey::Place& at) {
    return !at.guards.empty() && at.guards.back().condition == guard.condition && !guard.choice &&
           at.guards.back().branch != guard.branch;
  };
  return llvm::any_of(loop.ways, [&](const LoopSurvey::Way& way) { return is_other(way.at); }) ||
         llvm::any_of(loop.flags, [&](const LoopSurvey::Flag& flag) {
           return is_other(flag.at) && is_ended_by(loop.condition, flag);
         });
}

// What the conditions on the way to a place say: +1 only reached when an attempt succeeded and failure stays in the
// loop, -1 when it failed, 0 neither.
int Outcomes::of_guards(const LoopSurvey::Place& at) {
  for (const LoopSurvey::Guard& guard : at.guards) {
    const int said = guard.choice ? of_labels(guard) : of(guard.condition);
    const bool succeeded = (said > 0) == guard.branch;
    // Where failure leaves too, nothing is tried again.
    if (said == 0 || (succeeded && (guard.other_leaves || other_branch_leaves(guard)))) continue;
    return succeeded ? 1 : -1;
  }
  return 0;
}

bool Outcomes::succeeds(const LoopSurvey::Place& at) {
  if (at.in_catch) return false;
  if (const int said = of_guards(at)) return said > 0;
  // Under a condition that says nothing about an attempt (`if (stopping) return;`), leaving is no success.
  if (!at.in_try || !first_tried_in_any || at.guards.size() > at.guards_outside) return false;
  judged = first_tried_in_any;
  return true;
}

// return false, return -1, goto readerr: whatever the call says, it has not succeeded.
static bool says_failure(const clang::Stmt& way, CollectContext& context) {
  if (const clang::GotoStmt* jump = llvm::dyn_cast<clang::GotoStmt>(&way)) {
    static constexpr std::string_view ends[] = {"err", "error", "errors", "fail", "failed", "failure", "bad"};
    const llvm::StringRef name = jump->getLabel()->getName();
    return has_word(name, ends) || name.ends_with_insensitive("err") || name.ends_with_insensitive("error");
  }
  const clang::ReturnStmt* back = llvm::dyn_cast<clang::ReturnStmt>(&way);
  const clang::Expr* value = back && back->getRetValue() ? strip(back->getRetValue()) : nullptr;
  if (!value) return false;
  if (const clang::CXXBoolLiteralExpr* literal = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(value))
    return !literal->getValue();
  if (llvm::isa<clang::IntegerLiteral>(value)) {
    const std::string macro = value->getBeginLoc().isMacroID() ? context.macro_of(value->getBeginLoc()) : std::string();
    return macro == "false" || macro == "FALSE";
  }
  const clang::UnaryOperator* minus = llvm::dyn_cast<clang::UnaryOperator>(value);
  return minus && minus->getOpcode() == clang::UO_Minus && llvm::isa<clang::IntegerLiteral>(strip(minus->getSubExpr()));
}

// Whether the condition takes the branch at least whenever the attempt failed: result || !done.
bool Outcomes::is_implied_by_failure(const clang::Expr* condition, bool branch, const clang::CallExpr& attempt) {
  condition = plain_value(condition);
  if (const clang::UnaryOperator* unary = llvm::dyn_cast_or_null<clang::UnaryOperator>(condition);
      unary && unary->getOpcode() == clang::UO_LNot)
    return is_implied_by_failure(unary->getSubExpr(), !branch, attempt);
  if (const clang::BinaryOperator* both = llvm::dyn_cast_or_null<clang::BinaryOperator>(condition);
      both && both->isLogicalOp())
    return (both->getOpcode() == clang::BO_LOr) == branch && (is_implied_by_failure(both->getLHS(), branch, attempt) ||
                                                              is_implied_by_failure(both->getRHS(), branch, attempt));
  judged = nullptr;
  const int said = of(condition);
  return judged == &attempt && said != 0 && (said < 0) == branch;
}

// Whether the attempt's failure alone leaves: if (result || !done) return result;
bool Outcomes::failure_leaves(const clang::CallExpr& attempt, const clang::LabelDecl* back) {
  const clang::CallExpr* before = judged;
  const auto tried_at = loop.places.find(&attempt);
  const auto is_known = [&](const LoopSurvey::Guard& guard) {
    return guard.other_leaves ||
           (tried_at != loop.places.end() && llvm::any_of(tried_at->second.guards, [&](const LoopSurvey::Guard& outer) {
              return outer.condition == guard.condition && outer.branch == guard.branch;
            }));
  };
  const bool leaves = llvm::any_of(loop.ways, [&](const LoopSurvey::Way& way) {
    const clang::GotoStmt* jump = llvm::dyn_cast<clang::GotoStmt>(way.statement);
    const bool thrown = llvm::isa<clang::CXXThrowExpr, clang::CallExpr>(way.statement);
    if ((jump && jump->getLabel() == back) || way.at.guards.empty() || way.at.in_catch || (thrown && way.at.in_try))
      return false;
    const LoopSurvey::Guard& last = way.at.guards.back();
    return !last.choice && is_implied_by_failure(last.condition, last.branch, attempt) &&
           llvm::all_of(llvm::ArrayRef(way.at.guards).drop_back(), is_known);
  });
  judged = before;
  return leaves;
}

const clang::CallExpr* Outcomes::leaving() {
  first_tried_in_any = loop.first_tried;
  pauses_anywhere = loop.pauses.size() + (loop.first_tried ? 1 : 0);
  judged = nullptr;
  if (loop.condition && of(loop.condition) < 0 && judged && !failure_leaves(*judged, nullptr)) return judged;
  for (const LoopSurvey::Way& way : loop.ways) {
    if (llvm::isa<clang::CXXThrowExpr, clang::CallExpr>(way.statement) || says_failure(*way.statement, loop.context))
      continue;
    judged = nullptr;
    if (succeeds(way.at) && judged && !failure_leaves(*judged, nullptr)) return judged;
  }
  return nullptr;
}

const clang::CallExpr* Outcomes::going_back(const clang::LabelDecl& label) {
  pauses_anywhere = loop.pauses.size();
  for (const LoopSurvey::Way& way : loop.ways) {
    const clang::GotoStmt* back = llvm::dyn_cast<clang::GotoStmt>(way.statement);
    if (!back || back->getLabel() != &label) continue;
    for (const LoopSurvey::Guard& guard : way.at.guards) {
      judged = nullptr;
      const int said = guard.choice ? of_labels(guard) : of(guard.condition);
      if (said != 0 && (said < 0) == guard.branch && judged && !failure_leaves(*judged, &label)) return judged;
    }
  }
  return nullptr;
}

const clang::CallExpr* Outcomes::driver() const {
  const clang::BinaryOperator* relation = llvm::dyn_cast_or_null<clang::BinaryOperator>(plain_value(loop.condition));
  if (!relation || (relation->getOpcode() != clang::BO_EQ && relation->getOpcode() != clang::BO_NE)) return nullptr;
  const int said = named_outcome(relation->getRHS());
  if (said != (relation->getOpcode() == clang::BO_EQ ? 1 : -1)) return nullptr;
  const clang::Expr* value = plain_value(relation->getLHS());
  if (const clang::BinaryOperator* kept = llvm::dyn_cast_or_null<clang::BinaryOperator>(value);
      kept && kept->getOpcode() == clang::BO_Assign)
    value = kept->getRHS();
  const clang::CallExpr* call = call_of(value);
  return call && !is_pause(call->getDirectCallee()) && !has_word(called_name(*call), {"wait", "retry", "again"})
             ? call
             : nullptr;
}

std::vector<const clang::CallExpr*> Outcomes::pauses_after_failure() {
  std::vector<const clang::CallExpr*> found;
  const clang::CallExpr* before = judged;
  for (const clang::CallExpr* pause : loop.pauses) {
    const auto at = loop.places.find(pause);
    if (at == loop.places.end() || of_guards(at->second) <= 0) found.push_back(pause);
  }
  judged = before;
  return found;
}

} // namespace plumbline
