// How a retry is recognised. Two questions are asked of each way out of a loop: is it taken when something that was
// tried succeeded, and does it look at a count or a clock? A loop is a retry if success leaves it and failure does not;
// it is bounded if some way out, or its condition, looks at a count or a clock. What is tried is told by its name and
// by what happens around it: `while (!connect())` tries, `while (!is_ready())` waits for a state, `while (!pop(job))`
// takes the next one.
#include "collect/retry_loop.h"
#include "collect/constants.h"

#include <clang/AST/ExprCXX.h>

namespace plumbline {

static constexpr std::string_view bounding[] = {"retry",   "retries", "attempt",  "attempts", "exhausted", "limit",
                                                "expired", "expire",  "deadline", "budget",   "remaining", "left",
                                                "quota",   "elapsed", "tries",    "until",    "timedout",  "exceeded"};
static constexpr std::string_view timing[] = {"now",      "time",    "clock", "gettimeofday", "elapsed",
                                              "uptime",   "tick",    "ticks", "gettime",      "timestamp",
                                              "deadline", "expired", "until", "expiry",       "timeout"};
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
namespace {

class Loop : LoopSurvey {
 public:
  // `around`: the function's name. `each`: a range-for's variable.
  Loop(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment, const clang::Stmt& body,
       llvm::StringRef around, const clang::VarDecl* each = nullptr)
      : LoopSurvey(context, condition, increment, body), around(around) {
    item = each;
    if (item) changed.insert(item);
  }

  // `label`: that of a loop made by goto; its body ends with the last goto to it.
  std::optional<RetryLoop> read(const clang::LabelDecl* label = nullptr) {
    if (interrupted || unreadable || steps(condition)) return std::nullopt;
    const clang::CallExpr* attempt = label ? failure(*label) : success();
    if (!attempt || drains()) return std::nullopt;
    RetryLoop loop;
    tried = attempt;
    loop.attempt = called_name(*attempt);
    loop.bounded = is_bounded();
    loop.stop_flag = stop_flag();
    describe_pause(*this, loop);
    return loop;
  }

 private:
  bool is_attempt(const clang::CallExpr* call, bool certainly) const {
    return plumbline::is_attempt(*this, call, certainly, around);
  }
  // while (next(&iterator)), while ((line = read_line(file))): on to the next one, not again.
  bool steps(const clang::Expr* asked) const {
    asked = plain_value(asked);
    if (const clang::UnaryOperator* unary = llvm::dyn_cast_or_null<clang::UnaryOperator>(asked))
      return unary->getOpcode() == clang::UO_LNot && steps(unary->getSubExpr());
    if (const clang::BinaryOperator* operation = llvm::dyn_cast_or_null<clang::BinaryOperator>(asked))
      return steps(operation->getOpcode() == clang::BO_Assign ? operation->getRHS() : operation->getLHS());
    const clang::CallExpr* call = call_of(asked);
    return call && has_word(called_name(*call), {"next", "pop", "dequeue", "readdir", "fgets", "getline", "shift"});
  }

  // while (!queue.empty()) { item = queue.front(); queue.pop(); send(item); }: each time round another item, and fewer.
  // What is taken away only where an attempt succeeded stays for the next round.
  bool drains() {
    if (!condition) return false;
    llvm::DenseSet<const clang::ValueDecl*> asked;
    names_in(condition, asked);
    // while (Item* item = pop(queue)): the variable's name stands for the condition.
    for (const clang::ValueDecl* name : asked)
      if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(name);
          variable && variable->hasInit() && condition->getBeginLoc() == variable->getLocation())
        if (const clang::CallExpr* call = call_of(variable->getInit()); call && takes_away(called_name(*call)))
          return true;
    return llvm::any_of(removals, [&](const std::pair<const clang::CallExpr*, Place>& removal) {
      llvm::DenseSet<const clang::ValueDecl*> from;
      names_in(removal.first, from);
      const clang::CallExpr* before = judged;
      const bool after_success = succeeds(removal.second);
      judged = before;
      return !after_success && llvm::any_of(from, [&](const clang::ValueDecl* name) { return asked.contains(name); });
    });
  }
  static void names_in(const clang::Stmt* statement, llvm::DenseSet<const clang::ValueDecl*>& names) {
    if (!statement) return;
    if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement))
      if (const clang::ValueDecl* name = value_named_by(expression)) names.insert(name);
    for (const clang::Stmt* child : statement->children()) names_in(child, names);
  }

  // What an enumerator or named constant says: +1 success, -1 failure.
  static int named_outcome(const clang::Expr* expression) {
    const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(strip(expression));
    if (!reference) return 0;
    const llvm::StringRef name = name_of(reference->getDecl());
    if (name.ends_with_insensitive("ok") || has_word(name, success_words)) return 1;
    return has_word(name, failure_words) ? -1 : 0;
  }

  // +1: the condition holds when an attempt succeeded, -1: when it failed, 0: it says nothing about an attempt.
  // The attempt is left in `judged`.
  int outcome(const clang::Expr* expression, unsigned depth = 0) {
    expression = plain_value(expression);
    if (!expression || depth > 8) return 0;
    if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(expression))
      return outcome(cleanups->getSubExpr(), depth + 1);
    if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(expression);
        unary && unary->getOpcode() == clang::UO_LNot)
      return -outcome(unary->getSubExpr(), depth + 1);
    if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(expression)) {
      if (operation->isLogicalOp()) {
        const int left = outcome(operation->getLHS(), depth + 1);
        return left ? left : outcome(operation->getRHS(), depth + 1);
      }
      if (operation->isComparisonOp()) return compared(*operation);
      if (operation->getOpcode() == clang::BO_Assign) { // while ((fd = open(path)) < 0) comes here by compared()
        const clang::CallExpr* call = call_of(operation->getRHS());
        return call ? truth(*call, operation->getType(), operation->getLHS()) : 0;
      }
      return 0;
    }
    if (const clang::CallExpr* call = call_of(expression)) {
      if (const int said = asked(*call)) return said;
      const llvm::StringRef name = name_of(call->getDirectCallee());
      if (call->getNumArgs() == 0 && has_word(name, {"is"}) && has_word(name, reached)) return tried_elsewhere(call);
      return truth(*call, call->getType(), nullptr);
    }
    if (const clang::ValueDecl* variable = value_named_by(expression)) {
      if (const clang::CallExpr* call = result_of(variable)) return truth(*call, variable->getType(), expression);
      return flag_outcome(variable);
    }
    return 0;
  }

  const clang::CallExpr* result_of(const clang::ValueDecl* variable) const {
    const auto at = results.find(variable);
    return at == results.end() ? nullptr : at->second;
  }

  // The attempt whose value the expression is.
  const clang::CallExpr* attempt_behind(const clang::Expr* expression) const {
    expression = plain_value(expression);
    if (const clang::BinaryOperator* operation = llvm::dyn_cast_or_null<clang::BinaryOperator>(expression);
        operation && operation->getOpcode() == clang::BO_Assign)
      expression = plain_value(operation->getRHS());
    const clang::ValueDecl* variable = value_named_by(expression);
    if (const clang::CallExpr* call = variable ? result_of(variable) : nullptr) return call;
    if (const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression)) // result.code
      return member->isImplicitAccess() ? nullptr : attempt_behind(member->getBase());
    return variable ? nullptr : call_of(expression);
  }

  bool accept(const clang::CallExpr* call) {
    // Where somebody pauses or catches, what is tried may have any name.
    if (!is_attempt(call, pauses_anywhere == 0) || tries_another(*this, *call) || hands_on_data(*this, *call))
      return false;
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

  int truth(const clang::CallExpr& call, clang::QualType type, const clang::Expr* through) {
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
  int asked(const clang::CallExpr& call) {
    const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
    if (!member) return 0;
    const llvm::StringRef name = name_of(member->getMethodDecl());
    const bool good = has_word(name, success_words) || name == "has_value",
               bad = has_word(name, failure_words) && !good;
    if (!good && !bad) return 0;
    const clang::Expr* object = member->getImplicitObjectArgument();
    const clang::CallExpr* attempt = attempt_behind(object);
    if (!attempt) {
      const clang::ValueDecl* receiver = value_named_by(object);
      for (const clang::CallExpr* other_call : calls)
        if (const clang::CXXMemberCallExpr* tried = llvm::dyn_cast<clang::CXXMemberCallExpr>(other_call);
            receiver && tried && tried != &call && value_named_by(tried->getImplicitObjectArgument()) == receiver &&
            is_attempt(tried, true))
          attempt = tried;
    }
    if (!attempt || !accept(attempt)) return 0;
    return good ? 1 : -1;
  }

  int compared(const clang::BinaryOperator& operation) {
    const clang::Expr *left = operation.getLHS(), *right = operation.getRHS();
    const clang::CallExpr* attempt = attempt_behind(left);
    if (!attempt || !is_attempt(attempt, pauses_anywhere == 0)) std::swap(left, right), attempt = attempt_behind(left);
    if (!attempt || !accept(attempt)) return 0;
    clang::Expr::EvalResult value;
    int equal = named_outcome(right);
    const clang::Expr* stripped = right->IgnoreParenImpCasts();
    const bool null =
        llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(stripped) || left->getType()->isPointerType();
    std::optional<std::int64_t> number;
    if (!right->isValueDependent() && right->getType()->isIntegralOrEnumerationType() &&
        right->EvaluateAsInt(value, context.ast))
      number = saturated(value.Val.getInt());
    switch (operation.getOpcode()) {
    case clang::BO_EQ:
    case clang::BO_NE:
      if (null)
        equal = is_error(left->getType(), left) ? 1 : -1;
      else if (!equal && left->getType()->isBooleanType() && number)
        equal = *number ? 1 : -1;
      else if (!equal && number)
        equal = *number < 0 ? -1 : *number <= 1 || (*number >= 200 && *number < 300) ? 1 : 0; // OpenSSL's 1
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

  int outcome_of(const clang::CaseStmt& label) const {
    if (const int said = named_outcome(label.getLHS())) return said;
    clang::Expr::EvalResult value;
    if (label.getLHS()->isValueDependent() || !label.getLHS()->EvaluateAsInt(value, context.ast)) return 0;
    if (strip(label.getLHS())->getType()->isEnumeralType()) return 0;
    const std::int64_t number = saturated(value.Val.getInt());
    return number == 0 ? 1 : number < 0 ? -1 : 0;
  }

  // What the labels that lead to a statement say about what the switch asks: `case Code::ok:`, `case 0:`, and
  // `default:` where the others name only failures.
  int outcome_of_labels(const Guard& guard) {
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
  int tried_elsewhere(const clang::CallExpr* query) {
    for (const clang::CallExpr* call : calls)
      if (call != query && is_attempt(call, true)) return judged = call, 1;
    return 0;
  }

  // A flag that is set where an attempt succeeded: `if (connect()) done = true;`, `try { connect(); done = true; }`.
  int flag_outcome(const clang::ValueDecl* variable) {
    for (const Flag& flag : flags)
      if (flag.variable == variable && !flag.asking) {
        flag.asking = true;
        const bool succeeded = succeeds(flag.at);
        flag.asking = false;
        if (succeeded) return flag.value ? 1 : -1;
      }
    return !changed.contains(variable) && has_word(name_of(variable), reached) ? tried_elsewhere(nullptr) : 0;
  }

  // Whether the loop ends when the flag has its value: while (!done), while (more && …).
  static bool is_ended_by(const clang::Expr* asked, const Flag& flag) {
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
  bool other_branch_leaves(const Guard& guard) const {
    const auto is_other = [&](const Place& at) {
      return !at.guards.empty() && at.guards.back().condition == guard.condition && !guard.choice &&
             at.guards.back().branch != guard.branch;
    };
    return llvm::any_of(ways, [&](const Way& way) { return is_other(way.at); }) ||
           llvm::any_of(flags, [&](const Flag& flag) { return is_other(flag.at) && is_ended_by(condition, flag); });
  }

  bool succeeds(const Place& at) {
    if (at.in_catch) return false;
    for (const Guard& guard : at.guards) {
      const int said = guard.choice ? outcome_of_labels(guard) : outcome(guard.condition);
      const bool succeeded = (said > 0) == guard.branch;
      // Where failure leaves too, nothing is tried again.
      if (said == 0 || (succeeded && (guard.other_leaves || other_branch_leaves(guard)))) continue;
      return succeeded;
    }
    // Under a condition that says nothing about an attempt (`if (stopping) return;`), leaving is no success.
    if (!at.in_try || !first_tried_in_any || at.guards.size() > at.guards_outside) return false;
    judged = first_tried_in_any;
    return true;
  }

  // The attempt whose success leaves the loop, or null.
  const clang::CallExpr* success() {
    pauses_anywhere = pauses.size() + (first_tried_in(ways) ? 1 : 0);
    judged = nullptr;
    if (condition && outcome(condition) < 0 && judged) return judged;
    for (const Way& way : ways) {
      if (llvm::isa<clang::CXXThrowExpr, clang::CallExpr>(way.statement)) continue;
      judged = nullptr;
      if (succeeds(way.at) && judged) return judged;
    }
    return nullptr;
  }

  // The attempt whose failure goes back to the label, or null.
  const clang::CallExpr* failure(const clang::LabelDecl& label) {
    pauses_anywhere = pauses.size();
    for (const Way& way : ways) {
      const clang::GotoStmt* back = llvm::dyn_cast<clang::GotoStmt>(way.statement);
      if (!back || back->getLabel() != &label) continue;
      for (const Guard& guard : way.at.guards) {
        judged = nullptr;
        const int said = guard.choice ? outcome_of_labels(guard) : outcome(guard.condition);
        if (said != 0 && (said < 0) == guard.branch && judged) return judged;
      }
    }
    return nullptr;
  }

  // Leaving a try block whose handler stays: what was tried is the first call in the block.
  bool first_tried_in(const std::vector<Way>&) {
    first_tried_in_any = first_tried;
    return first_tried != nullptr;
  }

  static bool can_be_none(clang::QualType type) { // a pointer, a smart pointer, an optional
    const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
    return type->isPointerType() || (record && record->isInStdNamespace());
  }

  bool is_counter(const clang::ValueDecl& variable) const {
    return counters.contains(&variable) && !result_of(&variable);
  }
  bool reads_counter(const clang::Stmt* statement) const {
    if (!statement) return false;
    const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement);
    const clang::ValueDecl* variable = expression ? value_named_by(expression) : nullptr;
    return (variable && is_counter(*variable)) ||
           llvm::any_of(statement->children(), [&](const clang::Stmt* child) { return reads_counter(child); });
  }
  // more = tries < limit
  bool keeps_bound(const clang::ValueDecl& variable) const {
    return llvm::any_of(kept, [&](const std::pair<const clang::ValueDecl*, const clang::Expr*>& one) {
      return one.first == &variable && reads_counter(one.second);
    });
  }

  // The next server, or what is found for the next name, of which none may be left.
  bool is_of_next(const clang::CallExpr& call) const {
    return has_word(called_name(call), {"next"}) || llvm::any_of(call.arguments(), [&](const clang::Expr* argument) {
             const clang::ValueDecl* variable = value_named_by(argument);
             const clang::CallExpr* result = variable ? result_of(variable) : nullptr;
             return result && has_word(called_name(*result), {"next"});
           });
  }

  // A number that the loop changes otherwise than by what is tried: `if (size <= 16) abort(); size = smaller;`.
  bool moves(const clang::Expr* side) const {
    const clang::ValueDecl* variable = value_named_by(side);
    return variable && variable->getType()->isIntegerType() && changed.contains(variable) && !own.contains(variable) &&
           !result_of(variable);
  }

  bool looks_at_bound(const clang::Stmt* statement) const {
    if (!statement || statement == tried) return false; // connect(hosts[attempt % count]) bounds nothing
    if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement)) {
      if (const clang::ValueDecl* variable = value_named_by(expression)) {
        const clang::CallExpr* result = result_of(variable);
        if (is_counter(*variable) || keeps_bound(*variable)) return true;
        if (result && can_be_none(variable->getType()) && is_of_next(*result)) return true;
        static constexpr std::string_view rest[] = {"remaining", "left", "budget", "attempts", "retries", "tries"};
        if (result != tried && has_word(name_of(variable), rest)) return true;
        if (has_word(name_of(variable), timing) || traits_of(variable->getType()).type_class == TypeClass::time_point)
          return true;
      }
      if (const clang::BinaryOperator* relation = llvm::dyn_cast<clang::BinaryOperator>(expression);
          relation && relation->isRelationalOp() && (moves(relation->getLHS()) || moves(relation->getRHS())))
        return true;
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression))
        if (const clang::FunctionDecl* callee = call->getDirectCallee();
            callee && (has_word(name_of(callee), timing) || has_word(name_of(callee), bounding)) &&
            !is_attempt(call, true))
          return true;
    }
    return llvm::any_of(statement->children(), [&](const clang::Stmt* child) { return looks_at_bound(child); });
  }

  // `if (retried) return; retried = true;`, but neither `connected = true` nor a stop flag.
  bool asks_second_time(const clang::Expr* expression) {
    expression = plain_value(expression);
    if (const clang::UnaryOperator* unary = llvm::dyn_cast_or_null<clang::UnaryOperator>(expression))
      return asks_second_time(unary->getSubExpr());
    if (const clang::BinaryOperator* operation = llvm::dyn_cast_or_null<clang::BinaryOperator>(expression))
      return operation->isLogicalOp() &&
             (asks_second_time(operation->getLHS()) || asks_second_time(operation->getRHS()));
    const clang::ValueDecl* variable = value_named_by(expression);
    return variable && !own.contains(variable) && !has_word(name_of(variable), stopping) &&
           !has_word(name_of(variable), reached) && !result_of(variable) &&
           llvm::any_of(flags, [&](const Flag& flag) { return flag.variable == variable; }) &&
           flag_outcome(variable) == 0;
  }

  bool is_bounded() {
    if (item || looks_at_bound(condition)) return true;
    for (const Way& way : ways)
      for (const Guard& guard : way.at.guards)
        if (looks_at_bound(guard.condition) || asks_second_time(guard.condition)) return true;
    // Flags that end the loop: `if (++attempt > 3) failed = true;`
    for (const Flag& flag : flags)
      for (const Guard& guard : flag.at.guards)
        if (looks_at_bound(guard.condition)) return true;
    // A helper that gets the count and throws: check_attempts(++attempt).
    static constexpr std::string_view judging[] = {"check",   "ensure",  "throw",    "assert", "limit",  "retry",
                                                   "retries", "attempt", "attempts", "give",   "require"};
    return llvm::any_of(calls, [&](const clang::CallExpr* call) {
      return has_word(name_of(call->getDirectCallee()), judging) && !is_pause(call->getDirectCallee()) &&
             llvm::any_of(call->arguments(), [&](const clang::Expr* argument) {
               const clang::Expr* value = strip(argument);
               if (const clang::UnaryOperator* unary = llvm::dyn_cast_or_null<clang::UnaryOperator>(value))
                 value = unary->getSubExpr();
               const clang::ValueDecl* variable = value_named_by(value);
               return variable && counters.contains(variable);
             });
    });
  }

  // The name of a stop flag in an expression, or "".
  static llvm::StringRef stop_in(const clang::Stmt* statement) {
    if (!statement) return {};
    llvm::StringRef name;
    if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement)) {
      if (const clang::ValueDecl* variable = value_named_by(expression)) name = name_of(variable);
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression))
        name = name_of(call->getDirectCallee());
      if (!name.empty() && has_word(name, stopping)) return name;
    }
    for (const clang::Stmt* child : statement->children())
      if (llvm::StringRef found = stop_in(child); !found.empty()) return found;
    return {};
  }

  std::string stop_flag() const {
    if (llvm::StringRef name = stop_in(condition); !name.empty()) return name.str();
    for (const Way& way : ways)
      for (const Guard& guard : way.at.guards)
        if (llvm::StringRef name = stop_in(guard.condition); !name.empty()) return name.str();
    return {};
  }

  llvm::StringRef around;
  const clang::CallExpr *first_tried_in_any = nullptr, *judged = nullptr, *tried = nullptr;
  std::size_t pauses_anywhere = 0;
};

} // namespace

std::optional<RetryLoop> retry_in(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment,
                                  const clang::Stmt& body, llvm::StringRef around) {
  return Loop(context, condition, increment, body, around).read();
}

std::optional<RetryLoop> retry_over(CollectContext& context, const clang::CXXForRangeStmt& loop,
                                    llvm::StringRef around) {
  return Loop(context, nullptr, nullptr, *loop.getBody(), around, loop.getLoopVariable()).read();
}

static bool goes_to(const clang::Stmt* statement, const clang::LabelDecl& label) {
  if (!statement || llvm::isa<clang::LambdaExpr>(statement)) return false;
  if (const clang::GotoStmt* jump = llvm::dyn_cast<clang::GotoStmt>(statement)) return jump->getLabel() == &label;
  return llvm::any_of(statement->children(), [&](const clang::Stmt* child) { return goes_to(child, label); });
}

std::optional<RetryLoop> retry_by_goto(CollectContext& context, const clang::LabelStmt& label,
                                       llvm::ArrayRef<const clang::Stmt*> following, llvm::StringRef around) {
  while (!following.empty() && !goes_to(following.back(), *label.getDecl())) following = following.drop_back();
  llvm::SmallVector<clang::Stmt*, 8> statements{const_cast<clang::Stmt*>(label.getSubStmt())};
  for (const clang::Stmt* statement : following) statements.push_back(const_cast<clang::Stmt*>(statement));
  if (following.empty() && !goes_to(label.getSubStmt(), *label.getDecl())) return std::nullopt;
  const clang::CompoundStmt* body = clang::CompoundStmt::Create(context.ast, statements, clang::FPOptionsOverride(),
                                                                label.getBeginLoc(), label.getEndLoc());
  return Loop(context, nullptr, nullptr, *body, around).read(label.getDecl());
}

} // namespace plumbline
