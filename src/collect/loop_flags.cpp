#include "collect/loop_flags.h"
#include "collect/graph_loops.h"

#include <clang/AST/ExprCXX.h>
#include <clang/AST/StmtCXX.h>

#include <optional>
#include <vector>

namespace plumbline {

static bool speaks_of_movement(llvm::StringRef name) {
  return has_word(name, {"progress", "progressed", "changed", "advanced", "moved", "started", "ran", "executed",
                         "dispatched", "updated", "worked", "submitted", "launched"});
}

static bool speaks_of_rest(llvm::StringRef name) {
  return has_word(name, {"open", "pending", "remaining", "remain", "remains", "left", "unfinished", "todo",
                         "outstanding", "incomplete", "blocked", "waiting", "busy", "active", "unresolved"});
}

// 1: what stands under the condition is ready, -1: it is not, 0: the condition does not say.
static int readiness(const clang::Expr* condition) {
  condition = stripped(condition);
  if (!condition) return 0;
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(condition);
      operation && operation->getOpcode() == clang::UO_LNot)
    return -readiness(operation->getSubExpr());
  if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(condition)) {
    if (operation->isLogicalOp()) {
      const int left = readiness(operation->getLHS());
      return left != 0 ? left : readiness(operation->getRHS());
    }
    return 0;
  }
  llvm::StringRef name;
  std::string called;
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(condition))
    name = called = callee_name(*call);
  else if (const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(condition);
           named && named->getDecl()->getDeclName().isIdentifier())
    name = named->getDecl()->getName();
  else if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(condition);
           member && member->getMemberDecl()->getDeclName().isIdentifier())
    name = member->getMemberDecl()->getName();
  if (has_word(name, {"ready", "runnable", "satisfied", "met", "eligible", "startable", "can", "unblocked"})) return 1;
  if (has_word(name, {"blocked", "waiting", "waits", "unmet", "missing", "unready", "unsatisfied"})) return -1;
  return 0;
}

static bool is_number(const clang::Expr* expression, const clang::VarDecl& variable, std::int64_t& value) {
  expression = stripped(expression);
  if (!expression) return false;
  if (const clang::CXXBoolLiteralExpr* boolean = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(expression)) {
    value = boolean->getValue();
    return true;
  }
  clang::Expr::EvalResult result;
  if (expression->isValueDependent() || !expression->getType()->isIntegerType() ||
      !expression->EvaluateAsInt(result, variable.getASTContext()) || !result.Val.getInt().isRepresentableByInt64())
    return false;
  value = result.Val.getInt().getExtValue();
  return true;
}

// Whether the value asks what is left, rather than doing something: !list.empty(), task.state != State::done.
static bool asks_for_rest(const clang::Expr* value) {
  bool asks = false, does = false;
  each_statement(value, [&](const clang::Stmt& statement) {
    if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(&statement);
        operation && operation->isComparisonOp())
      asks = true;
    if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(&statement)) {
      const std::string name = callee_name(*call);
      if (name == "empty" || name == "size" ||
          has_word(name, {"finished", "done", "complete", "completed", "pending", "remaining", "left", "unfinished"}))
        asks = true;
      else if (!llvm::StringRef(name).starts_with("operator") && name != "load" && name != "get" && name != "at")
        does = true;
    }
    return true;
  });
  return asks && !does;
}

namespace {

class FlagReader {
 public:
  FlagReader(const clang::Stmt& body, const clang::VarDecl& variable) : body(body), variable(variable) {}

  FlagTells read() {
    if (!variable.getType()->isIntegerType()) return FlagTells::nothing;
    find_start();
    walk(&body, 0, false);
    if (rest) return FlagTells::work_remains;
    return moved ? FlagTells::something_moved : FlagTells::nothing;
  }

 private:
  // A value that is set in each round, whatever happens.
  void find_start() {
    const clang::CompoundStmt* block = llvm::dyn_cast<clang::CompoundStmt>(&body);
    if (!block) return;
    for (const clang::Stmt* statement : block->body()) {
      const clang::Expr* value = nullptr;
      if (const clang::DeclStmt* declaration = llvm::dyn_cast<clang::DeclStmt>(statement)) {
        for (const clang::Decl* declared : declaration->decls())
          if (declared == &variable) value = variable.getInit();
      } else if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement)) {
        const clang::BinaryOperator* assigned = llvm::dyn_cast<clang::BinaryOperator>(expression->IgnoreParens());
        if (assigned && assigned->getOpcode() == clang::BO_Assign && names_it(assigned->getLHS()))
          value = assigned->getRHS();
      }
      if (!value) continue;
      std::int64_t number = 0;
      if (is_number(value, variable, number)) {
        if (!start) start = number;
      } else if (asks_for_rest(value)) {
        rest = true;
      }
    }
  }

  bool names_it(const clang::Expr* expression) const {
    const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(stripped(expression));
    return named && named->getDecl() == &variable;
  }

  // How the statement raises the flag, if it does: to another constant, by counting, by or-ing something to it.
  struct Raise {
    bool happens = false;
    const clang::Expr* value = nullptr; // that is not constant
  };

  Raise raise_in(const clang::Stmt& statement) const {
    const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(&statement);
    if (!expression || !start) return {};
    expression = expression->IgnoreParens();
    if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(expression))
      expression = cleanups->getSubExpr()->IgnoreParens();
    if (const clang::UnaryOperator* step = llvm::dyn_cast<clang::UnaryOperator>(expression))
      return {step->isIncrementDecrementOp() && names_it(step->getSubExpr()), nullptr};
    const clang::BinaryOperator* assigned = llvm::dyn_cast<clang::BinaryOperator>(expression);
    if (!assigned || !assigned->isAssignmentOp() || !names_it(assigned->getLHS())) return {};
    std::int64_t number = 0;
    if (!is_number(assigned->getRHS(), variable, number)) return {true, assigned->getRHS()};
    return {assigned->isCompoundAssignmentOp() || number != *start, nullptr};
  }

  // `ready`: what the conditions around the statement say; `otherwise`: it stands in an else or under a negation.
  void walk(const clang::Stmt* statement, int ready, bool otherwise) {
    if (!statement || llvm::isa<clang::LambdaExpr>(statement)) return;
    if (const clang::CompoundStmt* block = llvm::dyn_cast<clang::CompoundStmt>(statement)) {
      for (const clang::Stmt* inner : block->body()) {
        visit(*inner, block, ready, otherwise);
        // if (!is_ready(task)) continue; and what follows is for tasks that are ready
        if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(inner);
            choice && !choice->getElse() && ready == 0 && (outcome_of(choice->getThen()) & (1 | 2 | 4)) &&
            leaves(choice->getThen()))
          ready = -readiness(choice->getCond());
      }
      return;
    }
    visit(*statement, nullptr, ready, otherwise);
  }

  static bool leaves(const clang::Stmt* branch) {
    if (const clang::CompoundStmt* block = llvm::dyn_cast_or_null<clang::CompoundStmt>(branch))
      branch = block->body_empty() ? nullptr : block->body_back();
    return branch && llvm::isa<clang::ContinueStmt, clang::BreakStmt, clang::ReturnStmt>(branch);
  }

  void visit(const clang::Stmt& statement, const clang::CompoundStmt* block, int ready, bool otherwise) {
    if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(&statement)) {
      const int says = readiness(choice->getCond());
      const clang::UnaryOperator* negation = llvm::dyn_cast_or_null<clang::UnaryOperator>(stripped(choice->getCond()));
      walk(choice->getThen(), says != 0 ? says : ready, negation && negation->getOpcode() == clang::UO_LNot);
      walk(choice->getElse(), says != 0 ? -says : ready, true);
      return;
    }
    if (llvm::isa<clang::ForStmt, clang::CXXForRangeStmt, clang::WhileStmt, clang::DoStmt, clang::SwitchStmt,
                  clang::SwitchCase, clang::CXXTryStmt, clang::CXXCatchStmt>(&statement)) {
      for (const clang::Stmt* child : statement.children()) walk(child, ready, otherwise);
      return;
    }
    if (llvm::isa<clang::CompoundStmt>(&statement)) return walk(&statement, ready, otherwise);
    const Raise raise = raise_in(statement);
    if (!raise.happens || block == &body) return;
    (means_rest(raise, block, ready, otherwise) ? rest : moved) = true;
  }

  bool means_rest(const Raise& raise, const clang::CompoundStmt* block, int ready, bool otherwise) const {
    if (raise.value) return asks_for_rest(raise.value);
    const llvm::StringRef name = variable.getName();
    if (speaks_of_movement(name)) return false;
    if (ready != 0) return ready < 0;
    if (speaks_of_rest(name)) return true;
    return otherwise || !stands_beside_work(block);
  }

  // Whether something else is done in the same breath; what hangs on a further question is not.
  bool stands_beside_work(const clang::CompoundStmt* block) const {
    if (!block) return false;
    bool raises = false, works = false;
    for (const clang::Stmt* statement : block->body()) {
      if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(statement); choice && leaves(choice->getThen())) {
        if (raises) break; // what follows is done for some only
        works = false;
      } else if (raise_in(*statement).happens) {
        raises = true;
      } else if (is_work(*statement)) {
        works = true;
      }
    }
    return raises && works;
  }

  static bool is_work(const clang::Stmt& statement) {
    const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(&statement);
    if (!expression) return false;
    expression = expression->IgnoreParens();
    if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(expression))
      expression = cleanups->getSubExpr()->IgnoreParens();
    const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression);
    const std::string called = call ? callee_name(*call) : std::string();
    return called != "operator<<" && !complains(called) && !has_word(called, {"sleep", "yield", "wait"});
  }

  const clang::Stmt& body;
  const clang::VarDecl& variable;
  std::optional<std::int64_t> start;
  bool rest = false, moved = false;
};

} // namespace

FlagTells flag_tells(const clang::Stmt& body, const clang::VarDecl& variable) {
  return FlagReader(body, variable).read();
}

} // namespace plumbline
