// What can be an attempt: told by its name, and by whether it is the same thing each time round.
#include "collect/constants.h"
#include "collect/retry_loop.h"

#include <clang/AST/ExprCXX.h>

namespace plumbline {

// Verbs of something that can fail for reasons outside and succeed later.
static constexpr std::string_view trying[] = {
    "connect",    "reconnect",    "dial",     "open",      "reopen",  "bind",      "send",    "resend",
    "publish",    "post",         "put",      "write",     "call",    "invoke",    "request", "login",
    "logon",      "authenticate", "register", "subscribe", "upload",  "download",  "fetch",   "submit",
    "commit",     "insert",       "join",     "mount",     "attach",  "handshake", "ping",    "try",
    "retry",      "attempt",      "acquire",  "deliver",   "execute", "start",     "restart", "init",
    "initialize", "initialise",   "sync",     "upsert",    "enroll",  "flush",     "perform"};
// Those of them that end a name of C, and are seldom nouns: rd_kafka_producer_flush, mysql_real_connect.
static constexpr std::string_view ending[] = {"connect", "reconnect", "publish", "subscribe",    "login",
                                              "upload",  "download",  "submit",  "flush",        "acquire",
                                              "deliver", "handshake", "perform", "authenticate", "send"};
// Queries, iteration, taking the next of many, and waiting: going on is not trying again.
static constexpr std::string_view other[] = {
    "pop",       "next",    "read",     "recv",    "receive",  "peek",    "poll",     "wait",     "select",  "epoll",
    "accept",    "is",      "has",      "have",    "empty",    "find",    "search",   "contains", "exist",   "exists",
    "count",     "size",    "lock",     "compare", "exchange", "test",    "load",     "begin",    "end",     "done",
    "parse",     "scan",    "getline",  "line",    "dequeue",  "take",    "front",    "decode",   "match",   "step",
    "advance",   "iterate", "check",    "ready",   "valid",    "eof",     "finished", "drain",    "consume", "token",
    "char",      "now",     "time",     "clock",   "sleep",    "log",     "print",    "format",   "rand",    "random",
    "generate",  "status",  "state",    "stopped", "stop",     "running", "can",      "should",   "loop",    "visit",
    "process",   "does",    "want",     "wants",   "needs",    "need",    "was",      "were",     "are",     "handle",
    "enumerate", "each",    "dispatch", "fork",    "vfork",    "waitpid", "waitid",   "code",     "trywait", "trylock"};

// `template <class F> bool retry(F operation)`: a callable is tried if its name or the function's says so; any other
// may as well be the condition that somebody waits for.
static bool is_attempted_value(const clang::CallExpr& call, llvm::StringRef around) {
  static constexpr std::string_view tried[] = {"operation", "op",      "action", "attempt", "task", "work",
                                               "request",   "command", "body",   "job",     "call", "callable"};
  static constexpr std::string_view retrying[] = {"retry", "retries", "retrying", "attempt", "attempts", "try"};
  const llvm::StringRef name = called_name(call);
  if (has_word(name, other) || has_word(name, {"pred", "predicate", "condition", "cond"})) return false;
  return has_word(name, tried) || has_word(name, trying) || has_word(around, retrying);
}

// Whether an expression is another one each time round: the loop's item, a pointer or iterator that moves, a subscript
// with a counter; with `any`, any counter.
// `through`: a variable also stands for what it was given, one = *at.
static bool is_next(const LoopSurvey& loop, const clang::Stmt* statement, bool any, bool through = true) {
  if (!statement || llvm::isa<clang::LambdaExpr>(statement)) return false;
  if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(statement);
      operation && operation->getOpcode() == clang::BO_Rem)
    return false; // goes round: hosts[attempt % count]
  if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement))
    if (const clang::ValueDecl* variable = value_named_by(expression)) {
      if (variable == loop.item) return true;
      const clang::QualType type = variable->getType().getNonReferenceType();
      if (loop.counters.contains(variable) && (any || type->isPointerType() || type->isRecordType())) return true;
      const auto value = loop.values.find(variable);
      if (through && value != loop.values.end() && !call_of(value->second) &&
          is_next(loop, value->second, false, false))
        return true;
    }
  if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(statement))
    return is_next(loop, subscript->getBase(), any, through) || is_next(loop, subscript->getIdx(), true, through);
  if (const clang::CXXOperatorCallExpr* subscript = llvm::dyn_cast<clang::CXXOperatorCallExpr>(statement);
      subscript && subscript->getOperator() == clang::OO_Subscript && subscript->getNumArgs() == 2)
    return is_next(loop, subscript->getArg(0), any, through) || is_next(loop, subscript->getArg(1), true, through);
  return llvm::any_of(statement->children(),
                      [&](const clang::Stmt* child) { return is_next(loop, child, any, through); });
}

// One step of a TLS handshake, read or write: what it returns asks for more bytes, and the next step goes on from
// there. OpenSSL's and wolfSSL's names, GnuTLS's, mbed TLS's, Secure Transport's.
static bool is_tls_step(llvm::StringRef name) {
  static constexpr std::string_view steps[] = {"handshake", "connect", "accept", "read", "write", "shutdown"};
  return (name.starts_with("SSL_") || name.starts_with("wolfSSL_") || name.starts_with("gnutls_") ||
          name.starts_with("mbedtls_ssl_") || name.starts_with("SSLHandshake")) &&
         has_word(name, steps);
}

// Waiting until a descriptor is ready is what an event loop does.
static bool polls(const LoopSurvey& loop) {
  return llvm::any_of(loop.calls, [](const clang::CallExpr* call) {
    return has_word(name_of(call->getDirectCallee()),
                    {"poll", "ppoll", "select", "pselect", "epoll", "wait", "kevent"});
  });
}

bool speaks_of_trying(llvm::StringRef name) {
  const std::vector<std::string> words = words_of(name);
  return !words.empty() && !has_word(name, other) &&
         (llvm::is_contained(trying, words[0]) || (words.size() > 1 && llvm::is_contained(trying, words[1])) ||
          llvm::is_contained(ending, words.back()));
}

bool is_attempt(const LoopSurvey& loop, const clang::CallExpr* call, bool certainly, llvm::StringRef around) {
  if (call && calls_a_value(*call)) return is_attempted_value(*call, around);
  const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
  if (!callee || llvm::isa<clang::CXXOperatorCallExpr>(call) || is_pause(callee)) return false;
  const llvm::StringRef name = name_of(callee);
  const std::vector<std::string> words = words_of(name);
  if (words.empty()) return false;
  const bool tries = llvm::is_contained(trying, words[0]) ||
                     (words.size() > 1 && llvm::is_contained(trying, words[1])) ||
                     llvm::is_contained(ending, words.back());
  // `try_lock`, `try_pop`, `can_connect`, `is_open`, `open_next`: the other words win.
  if (has_word(name, other) || name == "fread" || name == "flock" || name == "lockf" || name.starts_with("get") ||
      name.starts_with("mem") ||
      (name.starts_with("str") && name != "strdup" && name != "strndup")) // these two ask for memory
    return false;
  const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
  const bool library = method ? method->getParent()->isInStdNamespace() : callee->isInStdNamespace();
  if (library && words[0] != "open") return false;
  if (!method && is_tls_step(name)) return false;
  // C's library writes to descriptors in loops of its own kind: what is left goes round, or somebody polls.
  if (!method && (name == "write" || name == "send" || name == "sendto" || name == "sendmsg" || name == "fwrite"))
    return name != "fwrite" && !polls(loop) &&
           !llvm::any_of(call->arguments(), [&](const clang::Expr* argument) { return is_next(loop, argument, true); });
  return tries || !certainly;
}

// What came back is how far it got, and something moves on by it: buffer.move_head(send(buffer.head())).
static bool gets_on(const LoopSurvey& loop, const clang::CallExpr& attempt) {
  const auto is_result = [&](const clang::Expr* argument) {
    const clang::ValueDecl* variable = value_named_by(argument);
    if (!variable || !variable->getType()->isIntegerType() || variable->getType()->isBooleanType()) return false;
    return loop.result_of(variable, argument) == &attempt;
  };
  static constexpr std::string_view moving[] = {"move",  "advance", "consume", "skip", "erase", "remove", "drop",
                                                "shift", "pop",     "inc",     "seek", "add",   "drain"};
  return llvm::any_of(loop.calls, [&](const clang::CallExpr* call) {
    return has_word(name_of(call->getDirectCallee()), moving) && llvm::any_of(call->arguments(), is_result);
  });
}

// What stays the same each time round: constants, and what nothing in the loop changes, also through its accessors.
static bool stays(const LoopSurvey& loop, const clang::Stmt* statement) {
  if (!statement) return true;
  if (llvm::isa<clang::LambdaExpr>(statement)) return true;
  if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement))
    if (const clang::ValueDecl* variable = value_named_by(expression)) {
      static constexpr std::string_view counting[] = {"attempt", "attempts", "try", "tries", "retry", "retries"};
      if (has_word(name_of(variable), counting)) return true;
      if (loop.own.contains(variable) || loop.changed.contains(variable) || loop.counters.contains(variable))
        return false;
    }
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement))
    if (has_word(called_name(*call), {"front", "back", "top", "peek", "head", "first", "pop", "next", "at"}))
      return false;
  return llvm::all_of(statement->children(), [&](const clang::Stmt* child) { return stays(loop, child); });
}

bool hands_on_data(const LoopSurvey& loop, const clang::CallExpr& call) {
  static constexpr std::string_view moving[] = {"send",   "write", "put",    "post", "insert",  "execute",
                                                "commit", "flush", "upsert", "call", "deliver", "invoke"};
  return loop.pauses.empty() && has_word(called_name(call), moving) &&
         llvm::any_of(call.arguments(), [&](const clang::Expr* argument) { return !stays(loop, argument); });
}

bool tries_another(const LoopSurvey& loop, const clang::CallExpr& call) {
  if (gets_on(loop, call)) return true;
  if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
      member && is_next(loop, member->getImplicitObjectArgument(), false))
    return true;
  return llvm::any_of(call.arguments(), [&](const clang::Expr* argument) {
    const clang::ValueDecl* variable = value_named_by(argument);
    static constexpr std::string_view counting[] = {"attempt", "attempts", "try", "tries", "retry", "retries"};
    return is_next(loop, argument, loop.pauses.empty() && variable && !has_word(name_of(variable), counting));
  });
}

} // namespace plumbline
