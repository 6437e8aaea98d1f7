// What ends a loop that tries again: some way out of it, or its condition, looks at a count or a clock.
#include "collect/constants.h"
#include "collect/retry_loop.h"
#include "collect/retry_outcome.h"

#include <clang/AST/ExprCXX.h>

namespace plumbline {

static constexpr std::string_view bounding[] = {"retry",   "retries", "attempt",  "attempts", "exhausted", "limit",
                                                "expired", "expire",  "deadline", "budget",   "remaining", "left",
                                                "quota",   "elapsed", "tries",    "until",    "timedout",  "exceeded"};
static constexpr std::string_view timing[] = {"now",      "time",    "clock", "gettimeofday", "elapsed",
                                              "uptime",   "tick",    "ticks", "gettime",      "timestamp",
                                              "deadline", "expired", "until", "expiry",       "timeout"};

namespace {

class BoundReader {
 public:
  BoundReader(const LoopSurvey& loop, Outcomes& outcomes, const clang::CallExpr& tried)
      : loop(loop), outcomes(outcomes), tried(&tried) {}

  void read(RetryLoop& retry) {
    retry.bounded = is_bounded();
    if (!retry.bounded) retry.together = together;
  }

 private:
  static bool can_be_none(clang::QualType type) { // a pointer, a smart pointer, an optional
    const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
    return type->isPointerType() || (record && record->isInStdNamespace());
  }

  bool is_counter(const clang::ValueDecl& variable) const {
    return loop.counters.contains(&variable) && !loop.result_of(&variable);
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
    return llvm::any_of(loop.kept, [&](const std::pair<const clang::ValueDecl*, const clang::Expr*>& one) {
      return one.first == &variable && reads_counter(one.second);
    });
  }

  // The next server, or what is found for the next name, of which none may be left.
  bool is_of_next(const clang::CallExpr& call) const {
    return has_word(called_name(call), {"next"}) || llvm::any_of(call.arguments(), [&](const clang::Expr* argument) {
             const clang::ValueDecl* variable = value_named_by(argument);
             const clang::CallExpr* result = variable ? loop.result_of(variable) : nullptr;
             return result && has_word(called_name(*result), {"next"});
           });
  }

  // A number that the loop changes otherwise than by what is tried: `if (size <= 16) abort(); size = smaller;`.
  bool moves(const clang::Expr* side) const {
    const clang::ValueDecl* variable = value_named_by(side);
    return variable && variable->getType()->isIntegerType() && loop.changed.contains(variable) &&
           !loop.own.contains(variable) && !loop.result_of(variable);
  }

  bool looks_at_bound(const clang::Stmt* statement) const {
    if (!statement || statement == tried) return false; // connect(hosts[attempt % count]) bounds nothing
    if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement)) {
      if (const clang::ValueDecl* variable = value_named_by(expression)) {
        const clang::CallExpr* result = loop.result_of(variable);
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
            !outcomes.is_attempt(call, true))
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
    return variable && !loop.own.contains(variable) && !speaks_of_stopping(name_of(variable)) &&
           !speaks_of_arrival(name_of(variable)) && !loop.result_of(variable) &&
           llvm::any_of(loop.flags, [&](const LoopSurvey::Flag& flag) { return flag.variable == variable; }) &&
           outcomes.of_flag(variable) == 0;
  }

  // if (!repaired && attempt == limit) break; where `repaired` is asked anew each time round, and is not the attempt's
  // own outcome: as long as it repairs, nobody counts.
  bool counts_only_together(const clang::Expr* condition) {
    const clang::BinaryOperator* both = llvm::dyn_cast_or_null<clang::BinaryOperator>(plain_value(condition));
    if (!both || both->getOpcode() != clang::BO_LAnd) return false;
    for (const auto& [asked, bound] : {std::pair(both->getLHS(), both->getRHS()), {both->getRHS(), both->getLHS()}}) {
      const clang::Expr* plain = plain_value(asked);
      if (const clang::UnaryOperator* unary = llvm::dyn_cast_or_null<clang::UnaryOperator>(plain);
          unary && unary->getOpcode() == clang::UO_LNot)
        plain = plain_value(unary->getSubExpr());
      const clang::ValueDecl* variable = value_named_by(plain);
      if (!variable || !loop.own.contains(variable) || !looks_at_bound(bound) || looks_at_bound(asked) ||
          loop.result_of(variable) || outcomes.of_flag(variable) != 0 ||
          llvm::none_of(loop.flags, [&](const LoopSurvey::Flag& flag) { return flag.variable == variable; }))
        continue;
      together = variable->getNameAsString();
      return true;
    }
    return false;
  }

  bool is_bound(const clang::Expr* condition) { return !counts_only_together(condition) && looks_at_bound(condition); }

  bool is_bounded() {
    if (loop.item || looks_at_bound(loop.condition)) return true;
    for (const LoopSurvey::Way& way : loop.ways)
      for (const LoopSurvey::Guard& guard : way.at.guards)
        if (is_bound(guard.condition) || asks_second_time(guard.condition)) return true;
    // Flags that end the loop: `if (++attempt > 3) failed = true;`
    for (const LoopSurvey::Flag& flag : loop.flags)
      for (const LoopSurvey::Guard& guard : flag.at.guards)
        if (is_bound(guard.condition)) return true;
    // A helper that gets the count and throws: check_attempts(++attempt).
    static constexpr std::string_view judging[] = {"check",   "ensure",  "throw",    "assert", "limit",  "retry",
                                                   "retries", "attempt", "attempts", "give",   "require"};
    return llvm::any_of(loop.calls, [&](const clang::CallExpr* call) {
      return has_word(name_of(call->getDirectCallee()), judging) && !is_pause(call->getDirectCallee()) &&
             llvm::any_of(call->arguments(), [&](const clang::Expr* argument) {
               const clang::Expr* value = strip(argument);
               if (const clang::UnaryOperator* unary = llvm::dyn_cast_or_null<clang::UnaryOperator>(value))
                 value = unary->getSubExpr();
               const clang::ValueDecl* variable = value_named_by(value);
               return variable && loop.counters.contains(variable);
             });
    });
  }

  const LoopSurvey& loop;
  Outcomes& outcomes;
  const clang::CallExpr* tried;
  std::string together;
};

} // namespace

void describe_bound(const LoopSurvey& loop, Outcomes& outcomes, const clang::CallExpr& tried, RetryLoop& retry) {
  BoundReader(loop, outcomes, tried).read(retry);
}

} // namespace plumbline
