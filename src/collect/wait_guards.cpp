#include "collect/wait_guards.h"
#include "collect/wait_apis.h"

#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallVector.h>

namespace plumbline {

namespace {

struct ConditionalJumpFinder : clang::RecursiveASTVisitor<ConditionalJumpFinder> {
  bool found = false;
  unsigned conditions = 0;
  bool TraverseLambdaExpr(clang::LambdaExpr*) { return true; }
  bool TraverseIfStmt(clang::IfStmt* statement) {
    ++conditions;
    bool go_on = RecursiveASTVisitor::TraverseIfStmt(statement);
    --conditions;
    return go_on;
  }
  bool jump() { return found |= conditions > 0, !found; }
  bool VisitBreakStmt(clang::BreakStmt*) { return jump(); }
  bool VisitContinueStmt(clang::ContinueStmt*) { return jump(); }
  bool VisitReturnStmt(clang::ReturnStmt*) { return jump(); }
  bool VisitGotoStmt(clang::GotoStmt*) { return jump(); }
  bool VisitCXXThrowExpr(clang::CXXThrowExpr*) { return jump(); }
};

} // namespace

static bool leaves_on_condition(const clang::Stmt& body) {
  ConditionalJumpFinder finder;
  finder.TraverseStmt(const_cast<clang::Stmt*>(&body));
  return finder.found;
}

bool asks_in_loop(llvm::ArrayRef<const clang::Stmt*> loops, const clang::ASTContext& ast) {
  for (const clang::Stmt* loop : llvm::reverse(loops)) {
    const clang::Expr* condition = nullptr;
    const clang::Stmt* body = nullptr;
    if (const clang::WhileStmt* while_loop = llvm::dyn_cast<clang::WhileStmt>(loop))
      condition = while_loop->getCond(), body = while_loop->getBody();
    else if (const clang::DoStmt* do_loop = llvm::dyn_cast<clang::DoStmt>(loop))
      condition = do_loop->getCond(), body = do_loop->getBody();
    else if (const clang::ForStmt* for_loop = llvm::dyn_cast<clang::ForStmt>(loop))
      condition = for_loop->getCond(), body = for_loop->getBody();
    else
      continue; // going through a container asks nothing
    if (const clang::DoStmt* once = llvm::dyn_cast<clang::DoStmt>(loop); once && integer(condition, ast) == 0)
      continue; // do { } while (0), as macros write it
    if (condition && !integer(condition, ast)) return true;
    return leaves_on_condition(*body);
  }
  return false;
}

// { condition_->wait(*lock_); } and nothing else: the lock is held by whoever calls.
static bool is_all_of(const clang::FunctionDecl& function, const clang::CallExpr& call) {
  const clang::CompoundStmt* body = llvm::dyn_cast_or_null<clang::CompoundStmt>(function.getBody());
  if (!body || body->size() != 1) return false;
  const clang::Stmt* only = body->body_front();
  if (const clang::ReturnStmt* result = llvm::dyn_cast<clang::ReturnStmt>(only)) only = result->getRetValue();
  const clang::Expr* value = llvm::dyn_cast_or_null<clang::Expr>(only);
  return value && value->IgnoreImplicit() == &call;
}

// Of a class that is one of the means to wait, also where it only implements one: Monitor::Impl.
static bool is_means_to_wait(const clang::FunctionDecl& function) {
  if (says_word(name_of(&function), {"sem", "semaphore", "cond", "condition", "monitor", "event"})) return true; // in C
  for (const clang::DeclContext* around = function.getParent(); around; around = around->getParent())
    if (const clang::RecordDecl* record = llvm::dyn_cast<clang::RecordDecl>(around);
        record && record->getIdentifier() &&
        says_word(record->getName(), {"cond", "condition", "monitor", "event", "mutex", "lock", "signal", "semaphore"}))
      return true;
  return false;
}

bool leaves_predicate_to_caller(const clang::FunctionDecl& function, const clang::CallExpr& call) {
  if (!says_word(name_of(&function), {"wait", "waits", "timedwait"})) return false;
  if (is_means_to_wait(function) || is_all_of(function, call)) return true;
  return llvm::any_of(call.arguments(), [&](const clang::Expr* value) {
    value = unwrapped(value);
    if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(value))
      value = unwrapped(unary->getSubExpr());
    const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(value);
    return reference && llvm::isa<clang::ParmVarDecl>(reference->getDecl());
  });
}

// Statements from the body down to the call; empty if it is not there.
static bool way_to(const clang::Stmt* statement, const clang::Stmt* wanted,
                   llvm::SmallVectorImpl<const clang::Stmt*>& way) {
  if (!statement) return false;
  way.push_back(statement);
  if (statement == wanted) return true;
  for (const clang::Stmt* child : statement->children())
    if (way_to(child, wanted, way)) return true;
  way.pop_back();
  return false;
}

static bool any_within(const clang::Stmt* statement, llvm::function_ref<bool(const clang::Stmt&)> holds) {
  return statement && (holds(*statement) || llvm::any_of(statement->children(), [&](const clang::Stmt* child) {
                         return any_within(child, holds);
                       }));
}

// timeout > 0, deadline == nullptr, options.wait_ms != infinite
static bool asks_for_limit(const clang::Expr* condition) {
  return any_within(condition, [](const clang::Stmt& statement) {
    const clang::NamedDecl* named = nullptr;
    if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(&statement))
      named = reference->getDecl();
    else if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(&statement))
      named = member->getMemberDecl();
    return named && named->getIdentifier() &&
           says_word(named->getName(),
                     {"timeout", "timeouts", "deadline", "until", "expiry", "abstime", "timespec", "infinite",
                      "forever", "duration", "ms", "msec", "millis", "milliseconds", "seconds", "usec"});
  });
}

static bool waits_with_limit(const clang::Stmt* statement) {
  return any_within(statement, [](const clang::Stmt& inner) {
    const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(&inner);
    const llvm::StringRef name = call ? name_of(call->getDirectCallee()) : llvm::StringRef();
    return says_word(name, {"timeout", "timed", "timedwait", "until", "deadline"}) ||
           (says_word(name, {"wait"}) && says_word(name, {"for"}));
  });
}

static bool leaves(const clang::Stmt* statement) {
  while (const clang::CompoundStmt* block = llvm::dyn_cast_or_null<clang::CompoundStmt>(statement))
    statement = block->body_empty() ? nullptr : block->body_back();
  return llvm::isa_and_nonnull<clang::ReturnStmt, clang::CXXThrowExpr, clang::BreakStmt, clang::ContinueStmt,
                               clang::GotoStmt>(statement);
}

bool asks_once(const clang::FunctionDecl& function, const clang::CallExpr& call) {
  llvm::SmallVector<const clang::Stmt*, 16> way;
  if (!way_to(function.getBody(), &call, way)) return false;
  for (std::size_t i = 0; i + 1 < way.size(); ++i) {
    if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(way[i])) {
      if (way[i + 1] == choice->getThen() || way[i + 1] == choice->getElse()) return true;
    } else if (const clang::CompoundStmt* block = llvm::dyn_cast<clang::CompoundStmt>(way[i])) {
      for (const clang::Stmt* statement : block->body()) {
        if (statement == way[i + 1]) break;
        const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(statement);
        if (choice && leaves(choice->getThen())) return true;
      }
    }
  }
  return false;
}

bool is_limited_otherwise(const clang::FunctionDecl& function, const clang::CallExpr& call) {
  llvm::SmallVector<const clang::Stmt*, 16> way;
  if (!way_to(function.getBody(), &call, way)) return false;
  for (std::size_t i = 0; i + 1 < way.size(); ++i) {
    const clang::Stmt *around = way[i], *below = way[i + 1];
    if (const clang::ConditionalOperator* choice = llvm::dyn_cast<clang::ConditionalOperator>(around)) {
      const clang::Expr* other = choice->getTrueExpr() == below ? choice->getFalseExpr() : choice->getTrueExpr();
      if (below != choice->getCond() && asks_for_limit(choice->getCond()) && waits_with_limit(other)) return true;
    } else if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(around)) {
      const clang::Stmt* other = choice->getThen() == below ? choice->getElse() : choice->getThen();
      if (below != choice->getCond() && asks_for_limit(choice->getCond()) && waits_with_limit(other)) return true;
    } else if (const clang::CompoundStmt* block = llvm::dyn_cast<clang::CompoundStmt>(around)) {
      // if (timeout > 0) { wait_for(timeout); return; } wait();   if (timeout < 0) { wait(); return; }
      // wait_for(timeout);
      bool behind = false;
      const clang::IfStmt* own = llvm::dyn_cast<clang::IfStmt>(below);
      const bool left = own && !own->getElse() && asks_for_limit(own->getCond()) && leaves(own->getThen());
      for (const clang::Stmt* statement : block->body()) {
        const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(statement);
        if (!behind && choice && choice != below && asks_for_limit(choice->getCond()) && leaves(choice->getThen()) &&
            waits_with_limit(choice->getThen()))
          return true;
        if (behind && left && waits_with_limit(statement)) return true;
        behind |= statement == below;
      }
    }
  }
  return false;
}

} // namespace plumbline
