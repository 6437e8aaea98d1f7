// How a retry is recognised. Two questions are asked of each way out of a loop: is it taken when something that was
// tried succeeded, and does it look at a count or a clock? A loop is a retry if success leaves it and failure does not;
// it is bounded if some way out, or its condition, looks at a count or a clock. What is tried is told by its name and
// by what happens around it: `while (!connect())` tries, `while (!is_ready())` waits for a state, `while (!pop(job))`
// takes the next one.
#include "collect/retry_loop.h"
#include "collect/constants.h"
#include "facts/words.h"
#include "program/sinks.h"

#include <clang/AST/ExprCXX.h>
#include <clang/AST/StmtCXX.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallVector.h>

#include <array>

namespace plumbline {

using Words = llvm::ArrayRef<std::string_view>;

static bool has_word(llvm::StringRef name, Words wanted) {
  return llvm::any_of(words_of(name), [&](const std::string& word) { return llvm::is_contained(wanted, word); });
}

static llvm::StringRef name_of(const clang::NamedDecl* declaration) {
  return declaration && declaration->getDeclName().isIdentifier() ? declaration->getName() : llvm::StringRef();
}

// Verbs of something that can fail for reasons outside and succeed later.
static constexpr std::string_view trying[] = {
    "connect",  "reconnect", "dial",      "open",     "reopen",     "bind",       "send",    "resend",  "publish",
    "post",     "put",       "write",     "call",     "invoke",     "request",    "login",   "logon",   "authenticate",
    "register", "subscribe", "upload",    "download", "fetch",      "submit",     "commit",  "insert",  "join",
    "mount",    "attach",    "handshake", "ping",     "try",        "retry",      "attempt", "acquire", "deliver",
    "execute",  "start",     "restart",   "init",     "initialize", "initialise", "sync",    "upsert",  "enroll"};
// Queries, iteration, taking the next of many, and waiting: going on is not trying again.
static constexpr std::string_view other[] = {
    "pop",      "next",    "read",    "recv",    "receive", "peek",     "poll",    "wait",   "select",
    "epoll",    "accept",  "is",      "has",     "have",    "empty",    "find",    "search", "contains",
    "exists",   "count",   "size",    "lock",    "compare", "exchange", "test",    "load",   "begin",
    "end",      "done",    "parse",   "scan",    "getline", "line",     "dequeue", "take",   "front",
    "decode",   "match",   "step",    "advance", "iterate", "check",    "ready",   "valid",  "eof",
    "finished", "drain",   "consume", "token",   "char",    "now",      "time",    "clock",  "sleep",
    "log",      "print",   "format",  "rand",    "random",  "generate", "status",  "state",  "stopped",
    "stop",     "running", "can",     "should",  "loop",    "visit",    "process", "handle", "dispatch"};
static constexpr std::string_view pausing[] = {"sleep",   "usleep", "nanosleep", "pause",
                                               "backoff", "delay",  "nap",       "msleep"};
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

struct Guard {
  const clang::Expr* condition;
  bool branch;
  bool other_leaves = false; // the other branch left the loop
};

struct Context {
  llvm::SmallVector<Guard, 4> guards;
  bool in_try = false;            // whose handlers stay in the loop
  std::size_t guards_outside = 0; // of that try
  bool in_catch = false;
  unsigned nested = 0; // loops and switches between: their breaks are theirs
  bool nested_loop = false;
};

struct Way { // out of the loop
  const clang::Stmt* statement;
  Context context;
};

class Loop {
 public:
  Loop(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment, const clang::Stmt& body)
      : context(context), condition(condition), increment(increment), body(body) {}

  std::optional<RetryLoop> read() {
    if (condition && is_constant_true(condition)) condition = nullptr;
    if (condition) survey(condition, {});
    if (increment) survey(increment, {});
    walk(&body, {});
    if (interrupted) return std::nullopt;
    const clang::CallExpr* attempt = success();
    if (!attempt && !thrown_attempt) return std::nullopt;
    if (!attempt) attempt = thrown_attempt;
    RetryLoop loop;
    loop.attempt = name_of(attempt->getDirectCallee());
    loop.bounded = is_bounded();
    loop.stop_flag = stop_flag();
    describe_pause(loop);
    return loop;
  }

 private:
  bool is_constant_true(const clang::Expr* expression) const {
    clang::Expr::EvalResult value;
    return !expression->isValueDependent() && expression->EvaluateAsInt(value, context.ast) && value.Val.getInt() != 0;
  }

  static const clang::ValueDecl* variable_of(const clang::Expr* expression) {
    expression = strip(expression);
    if (const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(expression))
      return llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression))
      return llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl());
    return nullptr;
  }

  // The call behind a value: through casts, temporaries, and conversions to bool.
  static const clang::CallExpr* call_of(const clang::Expr* expression) {
    expression = strip(expression);
    for (const clang::Expr* inner = nullptr; expression && inner != expression;) {
      inner = expression;
      if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(expression))
        expression = strip(cleanups->getSubExpr());
      else if (const clang::MaterializeTemporaryExpr* made =
                   llvm::dyn_cast<clang::MaterializeTemporaryExpr>(expression))
        expression = strip(made->getSubExpr());
      else if (const clang::CXXBindTemporaryExpr* bound = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(expression))
        expression = strip(bound->getSubExpr());
      else if (const clang::CXXConstructExpr* made = llvm::dyn_cast<clang::CXXConstructExpr>(expression);
               made && made->getNumArgs() == 1)
        expression = strip(made->getArg(0));
    }
    const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(expression);
    if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast_or_null<clang::CXXMemberCallExpr>(call);
        member && llvm::isa_and_nonnull<clang::CXXConversionDecl>(member->getMethodDecl()))
      return call_of(member->getImplicitObjectArgument());
    return call;
  }

  static bool is_pause(const clang::FunctionDecl* callee) {
    const llvm::StringRef name = name_of(callee);
    return has_word(name, pausing) || name == "wait_for" || name == "wait_until";
  }

  // Whether a call can be an attempt at all; `certainly`: its name says so.
  bool is_attempt(const clang::CallExpr* call, bool certainly) const {
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

  // Where success leaves a try block and its handler stays, what is tried may have any name, but for those of a
  // dialogue with a user.
  static bool can_be_tried(const clang::FunctionDecl& callee) {
    static constexpr std::string_view asking[] = {"parse", "read",  "getline", "line",  "ask",   "prompt", "input",
                                                  "scan",  "lock",  "log",     "next",  "pop",   "print",  "take",
                                                  "info",  "debug", "warn",    "error", "trace", "empty",  "size"};
    const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&callee);
    return !name_of(&callee).empty() && !is_pause(&callee) && !has_word(name_of(&callee), asking) &&
           !(method ? method->getParent()->isInStdNamespace() : callee.isInStdNamespace());
  }

  // What stands in an expression: counters, results, calls.
  void survey(const clang::Stmt* statement, const Context& at) {
    if (!statement || llvm::isa<clang::LambdaExpr>(statement)) return;
    if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(statement);
        unary && unary->isIncrementDecrementOp())
      count(unary->getSubExpr());
    else if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(statement)) {
      if (operation->isCompoundAssignmentOp())
        count(operation->getLHS());
      else if (operation->getOpcode() == clang::BO_Assign)
        assign(operation->getLHS(), operation->getRHS(), at);
    } else if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(statement)) {
      const clang::OverloadedOperatorKind kind = call->getOperator();
      if (kind == clang::OO_PlusPlus || kind == clang::OO_MinusMinus || kind == clang::OO_PlusEqual ||
          kind == clang::OO_MinusEqual || kind == clang::OO_StarEqual)
        count(call->getArg(0));
      else if (kind == clang::OO_Equal && call->getNumArgs() == 2)
        assign(call->getArg(0), call->getArg(1), at);
    } else if (const clang::CallExpr* plain = llvm::dyn_cast<clang::CallExpr>(statement)) {
      see_call(*plain, at);
    } else if (const clang::IntegerLiteral* literal = llvm::dyn_cast<clang::IntegerLiteral>(statement)) {
      if (literal->getBeginLoc().isMacroID() && context.macro_of(literal->getBeginLoc()) == "EINTR") interrupted = true;
    } else if (llvm::isa<clang::CXXThrowExpr>(statement)) {
      ways.push_back({statement, at});
    }
    for (const clang::Stmt* child : statement->children()) survey(child, at);
  }

  void see_call(const clang::CallExpr& call, const Context& at) {
    const clang::FunctionDecl* callee = call.getDirectCallee();
    if (!callee) return;
    const llvm::StringRef name = name_of(callee);
    if (name.contains("compare_exchange") || name.contains("compare_and_swap") || name == "try_lock")
      interrupted = true;
    if (callee->isNoReturn() || name == "exit" || name == "abort") ways.push_back({&call, at});
    if (is_pause(callee) && !at.nested_loop) pauses.push_back(&call);
    calls.push_back(&call);
    if (name.starts_with("fetch_add") || name.starts_with("fetch_sub"))
      if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call))
        count(member->getImplicitObjectArgument());
    if (at.in_try && !at.in_catch && !first_tried && can_be_tried(*callee)) first_tried = &call;
    // connect(socket, address, error)
    for (const clang::Expr* argument : call.arguments())
      if (const clang::RecordDecl* record = argument->getType()->getAsRecordDecl();
          record && name_of(record) == "error_code" && argument->isLValue())
        if (const clang::ValueDecl* variable = variable_of(argument)) results[variable] = &call;
  }

  void count(const clang::Expr* expression) {
    if (const clang::ValueDecl* variable = variable_of(expression)) counters.insert(variable);
  }

  void assign(const clang::Expr* to, const clang::Expr* value, const Context& at) {
    if (const clang::ValueDecl* variable = variable_of(to)) assign(variable, value, at);
  }

  void assign(const clang::ValueDecl* variable, const clang::Expr* value, const Context& at) {
    changed.insert(variable);
    if (const clang::CallExpr* call = call_of(value)) results[variable] = call;
    // `connected = session.connect() && session.login()`, `ok = send(x) == 0`
    else if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(strip(value)))
      for (const clang::Expr* side : {operation->getRHS(), operation->getLHS()})
        if (const clang::CallExpr* call = call_of(side)) results[variable] = call;
    if (const clang::CXXBoolLiteralExpr* literal = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(strip(value)))
      flags.push_back({variable, literal->getValue(), at});
  }

  // Statements in order, with the conditions under which they run. After `if (x) continue;` the rest runs if not x.
  void walk(const clang::Stmt* statement, Context at) {
    if (!statement) return;
    if (const clang::CompoundStmt* block = llvm::dyn_cast<clang::CompoundStmt>(statement)) {
      for (const clang::Stmt* child : block->body()) {
        walk(child, at);
        if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(child)) {
          if (always_leaves(choice->getThen()))
            at.guards.push_back({choice->getCond(), false, always_ends(choice->getThen())});
          if (choice->getElse() && always_leaves(choice->getElse()))
            at.guards.push_back({choice->getCond(), true, always_ends(choice->getElse())});
        }
      }
    } else if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(statement)) {
      walk(choice->getInit(), at);
      if (choice->getConditionVariableDeclStmt()) walk(choice->getConditionVariableDeclStmt(), at);
      survey(choice->getCond(), at);
      Context then_at = at, else_at = at;
      then_at.guards.push_back({choice->getCond(), true});
      else_at.guards.push_back({choice->getCond(), false});
      walk(choice->getThen(), then_at);
      walk(choice->getElse(), else_at);
    } else if (const clang::CXXTryStmt* attempt = llvm::dyn_cast<clang::CXXTryStmt>(statement)) {
      walk_try(*attempt, at);
    } else if (const clang::DeclStmt* declarations = llvm::dyn_cast<clang::DeclStmt>(statement)) {
      for (const clang::Decl* declaration : declarations->decls())
        if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(declaration);
            variable && variable->hasInit()) {
          survey(variable->getInit(), at);
          assign(variable, variable->getInit(), at);
          own.insert(variable);
        }
    } else if (llvm::isa<clang::WhileStmt, clang::DoStmt, clang::ForStmt, clang::CXXForRangeStmt, clang::SwitchStmt>(
                   statement)) {
      Context inner = at;
      ++inner.nested;
      inner.nested_loop |= !llvm::isa<clang::SwitchStmt>(statement);
      for (const clang::Stmt* child : statement->children()) walk(child, inner);
    } else if (llvm::isa<clang::BreakStmt>(statement)) {
      if (at.nested == 0) ways.push_back({statement, at});
    } else if (llvm::isa<clang::ReturnStmt, clang::GotoStmt, clang::CXXThrowExpr>(statement)) {
      ways.push_back({statement, at});
      for (const clang::Stmt* child : statement->children()) survey(child, at);
    } else if (llvm::isa<clang::Expr>(statement)) {
      survey(statement, at);
    } else {
      for (const clang::Stmt* child : statement->children()) walk(child, at);
    }
  }

  void walk_try(const clang::CXXTryStmt& attempt, const Context& at) {
    Context inside = at;
    inside.guards_outside = at.guards.size();
    first_tried = nullptr;
    for (unsigned i = 0; i < attempt.getNumHandlers(); ++i)
      inside.in_try |= !always_ends(attempt.getHandler(i)->getHandlerBlock());
    walk(attempt.getTryBlock(), inside);
    Context handler = at;
    handler.in_catch = true;
    for (unsigned i = 0; i < attempt.getNumHandlers(); ++i) walk(attempt.getHandler(i)->getHandlerBlock(), handler);
  }

  static const clang::Stmt* last(const clang::Stmt* statement) {
    while (const clang::CompoundStmt* block = llvm::dyn_cast_or_null<clang::CompoundStmt>(statement))
      statement = block->body_empty() ? nullptr : block->body_back();
    if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast_or_null<clang::ExprWithCleanups>(statement))
      statement = cleanups->getSubExpr();
    return statement;
  }
  static bool always_ends(const clang::Stmt* statement) { // leaves the loop
    statement = last(statement);
    return llvm::isa_and_nonnull<clang::BreakStmt, clang::ReturnStmt, clang::CXXThrowExpr, clang::GotoStmt>(statement);
  }
  static bool always_leaves(const clang::Stmt* statement) { // does not reach what follows
    return always_ends(statement) || llvm::isa_and_nonnull<clang::ContinueStmt>(last(statement));
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
    if (const clang::ValueDecl* variable = variable_of(expression)) {
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
    if (const clang::ValueDecl* variable = variable_of(expression)) return result_of(variable);
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

  int truth(const clang::CallExpr& call, clang::QualType type, const clang::Expr* through) {
    if (!accept(&call)) return 0;
    type = type.getNonReferenceType();
    if (const clang::RecordDecl* record = type->getAsRecordDecl()) return name_of(record) == "error_code" ? -1 : 1;
    if (type->isBooleanType() || type->isPointerType()) return 1;
    // An int result of C: zero is success, unless a descriptor or a count is what comes back.
    if (!through) return -1;
    const clang::ValueDecl* variable = variable_of(through);
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
      const clang::ValueDecl* receiver = variable_of(object);
      for (const clang::CallExpr* other_call : calls)
        if (const clang::CXXMemberCallExpr* tried = llvm::dyn_cast<clang::CXXMemberCallExpr>(other_call);
            receiver && tried && tried != &call && variable_of(tried->getImplicitObjectArgument()) == receiver &&
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
        equal = -1;
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

  bool succeeds(const Context& at) {
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
      if (succeeds(way.context) && judged) return judged;
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
      if (const clang::ValueDecl* variable = variable_of(expression)) {
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
      for (const Guard& guard : way.context.guards)
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
               const clang::ValueDecl* variable = variable_of(value);
               return variable && counters.contains(variable);
             });
    });
  }

  // The name of a stop flag in an expression, or "".
  static llvm::StringRef stop_in(const clang::Stmt* statement) {
    if (!statement) return {};
    llvm::StringRef name;
    if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement)) {
      if (const clang::ValueDecl* variable = variable_of(expression)) name = name_of(variable);
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
      for (const Guard& guard : way.context.guards)
        if (llvm::StringRef name = stop_in(guard.condition); !name.empty()) return name.str();
    return {};
  }

  // What a pause's length depends on.
  struct Length {
    bool varies = false;
    llvm::SmallVector<const clang::ValueDecl*, 2> reads;
  };
  void measure(const clang::Stmt* statement, Length& length) const {
    if (!statement) return;
    if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(statement)) {
      if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl()))
        read_variable(variable, length);
    } else if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(statement)) {
      if (const clang::FieldDecl* field = llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl()))
        return read_variable(field, length); // not its object
    } else if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement)) {
      const clang::FunctionDecl* callee = call->getDirectCallee();
      if (name_of(callee) == "now") return; // sleep_until(now() + 1s)
      if (!callee || context.is_ours(callee->getLocation()) || has_word(name_of(callee), {"rand", "random"}))
        length.varies = true;
    } else if (llvm::isa<clang::LambdaExpr>(statement)) {
      return; // the predicate of a wait
    }
    for (const clang::Stmt* child : statement->children()) measure(child, length);
  }
  void read_variable(const clang::ValueDecl* variable, Length& length) const {
    const TypeTraits traits = traits_of(variable->getType());
    if (!carries_value(traits.type_class) && traits.type_class != TypeClass::other) return; // a lock, a mutex
    if (traits.type_class == TypeClass::other && !variable->getType()->isRecordType()) return;
    if (counters.contains(variable) || (changed.contains(variable) && !own.contains(variable))) length.varies = true;
    if (own.contains(variable)) {
      if (const clang::VarDecl* local = llvm::dyn_cast<clang::VarDecl>(variable)) measure(local->getInit(), length);
      return;
    }
    if (carries_value(traits.type_class)) length.reads.push_back(variable);
  }

  void describe_pause(RetryLoop& loop) {
    for (const clang::CallExpr* call : pauses) {
      const clang::FunctionDecl* callee = call->getDirectCallee();
      const llvm::StringRef name = name_of(callee);
      loop.pause_location = context.expansion_of(call->getSourceRange());
      const std::string qualified = callee->getQualifiedNameAsString();
      int index = name == "wait_for" || name == "wait_until" ? 1 : 0;
      const Sink* sink = find_sink(qualified, index, {});
      if (context.is_ours(callee->getLocation()) || static_cast<int>(call->getNumArgs()) <= index) {
        loop.pause = Pause::varying; // a helper of the project: what it does is not followed
        return;
      }
      const clang::Expr* argument = call->getArg(index);
      Length length;
      measure(argument, length);
      if (length.varies || length.reads.size() > 1) {
        loop.pause = Pause::varying;
        return;
      }
      if (length.reads.size() == 1) {
        loop.pause = Pause::read;
        loop.pause_source = context.entity(length.reads[0]);
        loop.pause_value = "'" + length.reads[0]->getNameAsString() + "'";
        continue;
      }
      if (loop.pause != Pause::none) continue;
      loop.pause = Pause::constant;
      loop.pause_value = context.text_of(argument->getSourceRange(), 60);
      if (std::optional<ConstantValue> value = literal_value(argument, context.ast))
        if (std::int64_t tick = value->tick > 0 ? value->tick : sink ? sink->tick : 0)
          loop.pause_value = format_duration(value->value * static_cast<double>(tick));
    }
  }

  struct Flag {
    const clang::ValueDecl* variable;
    bool value;
    Context at;
    mutable bool asking = false; // a flag that depends on itself
  };

  CollectContext& context;
  const clang::Expr* condition; // null: always true
  const clang::Expr* increment;
  const clang::Stmt& body;
  std::vector<Way> ways;
  std::vector<const clang::CallExpr*> pauses, calls;
  std::vector<Flag> flags;
  llvm::DenseSet<const clang::ValueDecl*> counters, changed, own; // own: declared in the body
  llvm::DenseMap<const clang::ValueDecl*, const clang::CallExpr*> results;
  const clang::CallExpr *first_tried = nullptr, *first_tried_in_any = nullptr, *thrown_attempt = nullptr;
  const clang::CallExpr* judged = nullptr;
  std::size_t pauses_anywhere = 0;
  bool interrupted = false; // EINTR, compare-and-swap, spinning on a lock: no retries
};

} // namespace

std::optional<RetryLoop> retry_in(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment,
                                  const clang::Stmt& body) {
  return Loop(context, condition, increment, body).read();
}

} // namespace plumbline
