// Loops that put failed work back into its queue.
#include "collect/constants.h"
#include "collect/retry_loop.h"

#include <clang/AST/ExprCXX.h>

namespace plumbline {

const clang::NamedDecl* attempt_count(const clang::Expr* expression) {
  expression = strip(expression);
  const clang::NamedDecl* named = nullptr;
  clang::QualType type;
  if (const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression))
    named = llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl());
  else if (const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(expression))
    named = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
  else if (const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(expression))
    named = call->getDirectCallee(); // queue.retries_of(id)
  else if (const clang::UnaryOperator* unary = llvm::dyn_cast_or_null<clang::UnaryOperator>(expression))
    return attempt_count(unary->getSubExpr()); // ++job.attempts > limit
  if (!named || traits_of(expression->getType()).type_class != TypeClass::integer) return nullptr;
  static constexpr std::string_view counting[] = {"attempt",  "attempts",   "retry",        "retries",  "tries",
                                                  "failures", "deliveries", "redeliveries", "delivery", "requeues"};
  static constexpr std::string_view bounding[] = {"max",     "maximum", "limit",    "most",  "min",
                                                  "delay",   "timeout", "interval", "after", "at",
                                                  "backoff", "policy",  "id"};
  return has_word(name_of(named), counting) && !has_word(name_of(named), bounding) ? named : nullptr;
}

static bool puts_back(llvm::StringRef name) {
  static constexpr std::string_view verbs[] = {"requeue",    "reenqueue", "resubmit",
                                               "reschedule", "redeliver", "requeued"};
  const std::vector<std::string> words = words_of(name);
  if (words.empty() || words.front() == "is" || words.front() == "has" || words.front() == "should") return false;
  if (has_word(name, verbs) || (words.front() == "retry" && words.size() <= 2)) return true;
  const llvm::StringRef lower = name;
  return lower.contains_insensitive("put_back") || lower.contains_insensitive("putback") ||
         lower.contains_insensitive("return_to_queue") || lower.contains_insensitive("enqueue_again") ||
         lower.contains_insensitive("back_to_pending");
}

static bool is_push(const clang::FunctionDecl& callee) {
  static constexpr std::string_view verbs[] = {"push", "emplace", "insert", "enqueue", "add", "submit", "put", "offer"};
  const std::vector<std::string> words = words_of(name_of(&callee));
  return llvm::isa<clang::CXXMethodDecl>(callee) && !words.empty() && llvm::is_contained(verbs, words.front());
}

static bool speaks_of_failure(llvm::StringRef name) {
  static constexpr std::string_view failing[] = {
      "expired",  "expire", "expiry", "timeout", "timeouts", "timed",   "failed", "failure", "stale", "orphan",
      "orphaned", "lost",   "stuck",  "reclaim", "recover",  "overdue", "lease",  "leases",  "dead",  "broken"};
  return has_word(name, failing);
}

static bool mentions_failure(const clang::Stmt* statement) {
  if (!statement) return false;
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(statement))
    if (speaks_of_failure(name_of(reference->getDecl()))) return true;
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(statement))
    if (speaks_of_failure(name_of(member->getMemberDecl()))) return true;
  return llvm::any_of(statement->children(), mentions_failure);
}

namespace {

struct Scan {
  std::vector<const clang::CallExpr*> calls;
  bool limited = false, failure = false;
  void walk(const clang::Stmt* statement) {
    if (!statement) return;
    if (llvm::isa<clang::WhileStmt, clang::ForStmt, clang::CXXForRangeStmt>(statement)) return; // asked for itself
    if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement)) calls.push_back(call);
    if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(statement);
        operation && operation->isComparisonOp())
      limited |= attempt_count(operation->getLHS()) || attempt_count(operation->getRHS());
    if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(statement))
      failure |= mentions_failure(choice->getCond());
    for (const clang::Stmt* child : statement->children()) walk(child);
  }
};

} // namespace

static const clang::RecordDecl* record_behind(const clang::Expr* expression) {
  const TypeTraits traits = traits_of(expression->getType());
  return traits.type_class == TypeClass::record ? traits.record : nullptr;
}

std::vector<Requeue> requeues_in(CollectContext& context, const clang::FunctionDecl& function, const clang::Stmt& body,
                                 const clang::VarDecl* item, const clang::Expr* over) {
  Scan scan;
  scan.walk(&body);
  std::vector<Requeue> found;
  const bool failure = scan.failure || speaks_of_failure(name_of(&function)) || mentions_failure(over);
  for (const clang::CallExpr* call : scan.calls) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (!callee) continue;
    const bool named = puts_back(name_of(callee)) && context.is_ours(callee->getLocation());
    if (!named && !(failure && is_push(*callee) && call->getNumArgs() > 0)) continue; // v.emplace_back(): a new one
    Requeue requeue;
    requeue.named = named;
    requeue.limited = scan.limited;
    requeue.call = name_of(callee);
    requeue.call_location = context.expansion_of(call->getSourceRange());
    requeue.target = context.entity(callee);
    const clang::RecordDecl* record = item ? traits_of(item->getType()).record : nullptr;
    for (const clang::Expr* argument : call->arguments())
      if (const clang::RecordDecl* given = record_behind(argument); given && context.is_ours(given->getLocation()))
        record = given;
    if (record && context.is_ours(record->getLocation())) requeue.record = context.entity(record);
    if (!named && requeue.record == EntityId::none) continue;
    found.push_back(requeue);
    break; // one finding a loop
  }
  return found;
}

static void add_callees(CollectContext& context, const clang::Stmt* statement, std::vector<EntityId>& found) {
  if (!statement) return;
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement))
    if (const clang::FunctionDecl* callee = call->getDirectCallee(); callee && context.is_ours(callee->getLocation()))
      found.push_back(context.entity(callee));
  for (const clang::Stmt* child : statement->children()) add_callees(context, child, found);
}

std::vector<EntityId> callees_in(CollectContext& context, const clang::Stmt& body) {
  std::vector<EntityId> found;
  add_callees(context, &body, found);
  return found;
}

} // namespace plumbline
