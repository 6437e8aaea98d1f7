// How a retry is recognised. Two questions are asked of each way out of a loop: is it taken when something that was
// tried succeeded, and does it look at a count or a clock? A loop is a retry if success leaves it and failure does not;
// it is bounded if some way out, or its condition, looks at a count or a clock. What is tried is told by its name and
// by what happens around it: `while (!connect())` tries, `while (!is_ready())` waits for a state, `while (!pop(job))`
// takes the next one.
#include "collect/retry_loop.h"
#include "collect/constants.h"

#include <clang/AST/ExprCXX.h>

namespace plumbline {

// Verbs of something that can fail for reasons outside and succeed later.
static constexpr std::string_view trying[] = {
    "connect",  "reconnect", "dial",      "open",     "reopen",     "bind",       "send",    "resend",  "publish",
    "post",     "put",       "write",     "call",     "invoke",     "request",    "login",   "logon",   "authenticate",
    "register", "subscribe", "upload",    "download", "fetch",      "submit",     "commit",  "insert",  "join",
    "mount",    "attach",    "handshake", "ping",     "try",        "retry",      "attempt", "acquire", "deliver",
    "execute",  "start",     "restart",   "init",     "initialize", "initialise", "sync",    "upsert",  "enroll"};
// Queries, iteration, taking the next of many, and waiting: going on is not trying again.
static constexpr std::string_view other[] = {
    "pop",     "next",     "read",    "recv",     "receive", "peek",     "poll",   "wait",     "select", "epoll",
    "accept",  "is",       "has",     "have",     "empty",   "find",     "search", "contains", "exists", "count",
    "size",    "lock",     "compare", "exchange", "test",    "load",     "begin",  "end",      "done",   "parse",
    "scan",    "getline",  "line",    "dequeue",  "take",    "front",    "decode", "match",    "step",   "advance",
    "iterate", "check",    "ready",   "valid",    "eof",     "finished", "drain",  "consume",  "token",  "char",
    "now",     "time",     "clock",   "sleep",    "log",     "print",    "format", "rand",     "random", "generate",
    "status",  "state",    "stopped", "stop",     "running", "can",      "should", "loop",     "visit",  "process",
    "handle",  "dispatch", "fork",    "vfork",    "waitpid", "waitid",   "code"};
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
  // `around`: the function's name.
  Loop(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment, const clang::Stmt& body,
       llvm::StringRef around)
      : LoopSurvey(context, condition, increment, body), around(around) {}

  std::optional<RetryLoop> read() {
    if (interrupted) return std::nullopt;
    const clang::CallExpr* attempt = success();
    if (!attempt) return std::nullopt;
    RetryLoop loop;
    loop.attempt = called_name(*attempt);
    loop.bounded = is_bounded();
    loop.stop_flag = stop_flag();
    describe_pause(*this, loop);
    return loop;
  }

 private:
  // Whether a call can be an attempt at all; `certainly`: its name says so.
  bool is_attempt(const clang::CallExpr* call, bool certainly) const {
    if (call && calls_a_value(*call)) return is_attempted_value(*call);
    const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
    if (!callee || llvm::isa<clang::CXXOperatorCallExpr>(call) || is_pause(callee)) return false;
    const llvm::StringRef name = name_of(callee);
    const std::vector<std::string> words = words_of(name);
    if (words.empty()) return false;
    const bool tries =
        llvm::is_contained(trying, words[0]) || (words.size() > 1 && llvm::is_contained(trying, words[1]));
    // `try_lock`, `try_pop`, `can_connect`, `is_open`, `open_next`: the other words win.
    if (has_word(name, other) || name.starts_with("get") || name.starts_with("str") || name.starts_with("mem"))
      return false;
    const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
    const bool library = method ? method->getParent()->isInStdNamespace() : callee->isInStdNamespace();
    if (library && words[0] != "open") return false;
    // C's library writes to descriptors in loops of its own kind: what is left goes round.
    if (!method && (name == "write" || name == "send" || name == "sendto" || name == "sendmsg" || name == "fwrite"))
      return false;
    return tries || !certainly;
  }
  // `template <class F> bool retry(F operation)`: a callable is tried if its name or the function's says so; any other
  // may as well be the condition that somebody waits for.
  bool is_attempted_value(const clang::CallExpr& call) const {
    static constexpr std::string_view tried[] = {"operation", "op",      "action", "attempt", "task", "work",
                                                 "request",   "command", "body",   "job",     "call", "callable"};
    static constexpr std::string_view retrying[] = {"retry", "retries", "retrying", "attempt", "attempts", "try"};
    const llvm::StringRef name = called_name(call);
    if (has_word(name, other) || has_word(name, {"pred", "predicate", "condition", "cond"})) return false;
    return has_word(name, tried) || has_word(name, trying) || has_word(around, retrying);
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
    expression = strip(expression);
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
    expression = strip(expression);
    if (const clang::BinaryOperator* operation = llvm::dyn_cast_or_null<clang::BinaryOperator>(expression);
        operation && operation->getOpcode() == clang::BO_Assign)
      expression = strip(operation->getRHS());
    if (const clang::ValueDecl* variable = value_named_by(expression)) return result_of(variable);
    if (const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression))
      return attempt_behind(member->getBase());
    return call_of(expression);
  }

  bool accept(const clang::CallExpr* call) {
    // Where somebody pauses or catches, what is tried may have any name.
    if (!is_attempt(call, pauses_anywhere == 0)) return false;
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
        equal = *number < 0 ? -1 : *number == 0 || (*number >= 200 && *number < 300) ? 1 : 0;
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

  bool succeeds(const Place& at) {
    if (at.in_catch) return false;
    for (const Guard& guard : at.guards) {
      const int said = outcome(guard.condition);
      const bool succeeded = (said > 0) == guard.branch;
      if (said == 0 || (succeeded && guard.other_leaves)) continue; // failure has left already: nothing is tried again
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

  // Leaving a try block whose handler stays: what was tried is the first call in the block.
  bool first_tried_in(const std::vector<Way>&) {
    first_tried_in_any = first_tried;
    return first_tried != nullptr;
  }

  bool looks_at_bound(const clang::Stmt* statement) const {
    if (!statement) return false;
    if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement)) {
      if (const clang::ValueDecl* variable = value_named_by(expression)) {
        if (counters.contains(variable) && !result_of(variable)) return true;
        if (has_word(name_of(variable), timing) || traits_of(variable->getType()).type_class == TypeClass::time_point)
          return true;
      }
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression))
        if (const clang::FunctionDecl* callee = call->getDirectCallee();
            callee && (has_word(name_of(callee), timing) || has_word(name_of(callee), bounding)) &&
            !is_attempt(call, true))
          return true;
    }
    return llvm::any_of(statement->children(), [&](const clang::Stmt* child) { return looks_at_bound(child); });
  }

  bool is_bounded() const {
    if (looks_at_bound(condition)) return true;
    for (const Way& way : ways)
      for (const Guard& guard : way.at.guards)
        if (looks_at_bound(guard.condition)) return true;
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
  const clang::CallExpr *first_tried_in_any = nullptr, *judged = nullptr;
  std::size_t pauses_anywhere = 0;
};

} // namespace

std::optional<RetryLoop> retry_in(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment,
                                  const clang::Stmt& body, llvm::StringRef around) {
  return Loop(context, condition, increment, body, around).read();
}

} // namespace plumbline
