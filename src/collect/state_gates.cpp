#include "collect/state_gates.h"

#include <clang/AST/RecursiveASTVisitor.h>

namespace plumbline {

StateGates::StateGates(const clang::CFG& graph, const StateScope& scope, const FunctionScan& scan,
                       StateConditions& conditions)
    : scope(scope), scan(scan), conditions(conditions), dependencies(const_cast<clang::CFG*>(&graph)) {}

const clang::Expr* condition_of(const clang::CFGBlock& block) {
  const clang::Stmt* terminator = block.getTerminatorStmt();
  if (!terminator || block.succ_size() != 2 || llvm::isa<clang::CXXTryStmt, clang::SwitchStmt>(terminator))
    return nullptr;
  const clang::Expr* condition = llvm::dyn_cast_or_null<clang::Expr>(block.getTerminatorCondition());
  while (const clang::BinaryOperator* operation =
             condition ? llvm::dyn_cast<clang::BinaryOperator>(condition->IgnoreParens()) : nullptr) {
    if (!operation->isLogicalOp()) break;
    condition = operation->getRHS();
  }
  return condition;
}

const std::vector<StateGates::Gate>& StateGates::gates_of(const clang::CFGBlock& block) {
  const std::pair<llvm::DenseMap<const clang::CFGBlock*, std::vector<Gate>>::iterator, bool> entry =
      known.try_emplace(&block);
  if (!entry.second) return entry.first->second;
  std::vector<Gate> gates;
  llvm::SmallPtrSet<clang::CFGBlock*, 16> seen;
  std::vector<clang::CFGBlock*> work{const_cast<clang::CFGBlock*>(&block)};
  while (!work.empty()) {
    clang::CFGBlock* dependent = work.back();
    work.pop_back();
    for (clang::CFGBlock* decider : dependencies.getControlDependencies(dependent)) {
      if (const clang::Expr* condition = condition_of(*decider)) {
        Gate gate;
        gate.condition = condition;
        bool first = true;
        for (const clang::CFGBlock::AdjacentBlock& next : decider->succs()) {
          clang::CFGBlock* target = next.getReachableBlock();
          if (target && dependencies.getCFGPostDomTree().dominates(dependent, target)) gate.truth = first;
          first = false;
        }
        gates.push_back(gate);
      }
      if (seen.insert(decider).second) work.push_back(decider);
    }
  }
  return known[&block] = std::move(gates);
}

bool StateGates::is_compared(const clang::CFGBlock& block) {
  for (const Gate& gate : gates_of(block))
    if (conditions.relates(gate.condition)) return true;
  return false;
}

namespace {

// Something outside the function that a condition is about: the path of a field or global, and what it must be.
struct Held {
  std::string path;
  bool truth = true;
};

// Values that are written into fields and globals and that say nothing but "there" and "not there".
class Closers : public clang::RecursiveASTVisitor<Closers> {
 public:
  explicit Closers(const StateScope& scope) : scope(scope) {}
  std::vector<Held> found;

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->getOpcode() == clang::BO_Assign) note(operation->getLHS(), truth_of(operation->getRHS()));
    return true;
  }
  bool VisitCXXOperatorCallExpr(clang::CXXOperatorCallExpr* call) {
    if (call->getOperator() == clang::OO_Equal && call->getNumArgs() == 2)
      note(call->getArg(0), truth_of(call->getArg(1)));
    return true;
  }
  bool VisitCallExpr(clang::CallExpr* expression) {
    const std::optional<MethodCall> call = method_call_of(expression);
    if (!call) return true;
    if ((call->name == "store" || call->name == "exchange") && expression->getNumArgs() >= 1)
      note(call->object, truth_of(expression->getArg(0)));
    else if (call->name == "reset" || call->name == "clear" || call->name == "release")
      note(call->object, expression->getNumArgs() != 0 && !llvm::isa<clang::CXXDefaultArgExpr>(expression->getArg(0)));
    return true;
  }

 private:
  void note(const clang::Expr* target, std::optional<bool> truth) {
    if (!truth || !(scope.holder_of(target) || llvm::isa<clang::MemberExpr>(bare(target)))) return;
    if (std::string path = scope.path_of(target); !path.empty()) found.push_back({std::move(path), *truth});
  }
  static std::optional<bool> truth_of(const clang::Expr* value) {
    value = bare(value);
    if (const clang::CXXBoolLiteralExpr* literal = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(value))
      return literal->getValue();
    if (llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(value)) return false;
    if (const clang::IntegerLiteral* literal = llvm::dyn_cast<clang::IntegerLiteral>(value))
      return literal->getValue() != 0;
    if (llvm::isa<clang::CXXNewExpr, clang::CXXThisExpr>(value)) return true;
    return std::nullopt;
  }

  const StateScope& scope;
};

} // namespace

// Flags and pointers only: `if (retries_ < 3)` may hold many times.
static std::optional<Held> held_by(const StateScope& scope, const clang::Expr* condition, bool truth) {
  for (condition = bare(condition); condition;) {
    if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(condition);
        operation && operation->getOpcode() == clang::UO_LNot) {
      truth = !truth;
      condition = bare(operation->getSubExpr());
      continue;
    }
    if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(condition)) {
      if (operation->getOpcode() == clang::BO_Assign) { // while ((queue = waiter->queue))
        condition = bare(operation->getRHS());
        continue;
      }
      if (!operation->isEqualityOp()) return std::nullopt;
      const clang::Expr* other = bare(operation->getRHS());
      const bool none =
          llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(other) ||
          (llvm::isa<clang::IntegerLiteral>(other) && llvm::cast<clang::IntegerLiteral>(other)->getValue() == 0);
      if (!none) return std::nullopt;
      truth = truth == (operation->getOpcode() == clang::BO_NE);
      condition = bare(operation->getLHS());
      continue;
    }
    break;
  }
  if (!condition) return std::nullopt;
  if (const std::optional<MethodCall> call = method_call_of(condition); call && call->name == "exchange")
    condition = call->object;
  const clang::Expr* object = handed_on(condition) ? handed_on(condition) : condition;
  if (!scope.holder_of(object)) return std::nullopt;
  std::string path = scope.path_of(object);
  return path.empty() ? std::nullopt : std::optional(Held{std::move(path), truth});
}

bool StateGates::happens_once(const clang::CFGBlock& block) {
  std::vector<Held> held;
  for (const Gate& gate : gates_of(block))
    if (gate.truth)
      if (const std::optional<Held> one = held_by(scope, gate.condition, *gate.truth)) held.push_back(*one);
  if (held.empty()) return false;
  Closers closers(scope);
  closers.TraverseStmt(scan.function->getBody());
  return std::any_of(held.begin(), held.end(), [&](const Held& gate) {
    return std::any_of(closers.found.begin(), closers.found.end(),
                       [&](const Held& closer) { return closer.path == gate.path && closer.truth != gate.truth; });
  });
}

} // namespace plumbline
