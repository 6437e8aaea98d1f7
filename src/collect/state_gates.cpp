#include "collect/state_gates.h"

namespace plumbline {

StateGates::StateGates(const clang::CFG& graph, const StateScope& scope, StateConditions& conditions)
    : graph(graph), scope(scope), conditions(conditions), dependencies(const_cast<clang::CFG*>(&graph)) {}

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

// Values that say nothing but "there" and "not there".
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

const std::vector<StateGates::Held>& StateGates::closed_by(const clang::CFGBlock& block) {
  const std::pair<llvm::DenseMap<const clang::CFGBlock*, std::vector<Held>>::iterator, bool> entry =
      closed.try_emplace(&block);
  std::vector<Held>& found = entry.first->second;
  if (!entry.second) return found;
  const auto note = [&](const clang::Expr* target, std::optional<bool> truth) {
    if (!truth || !(scope.holder_of(target) || llvm::isa<clang::MemberExpr>(bare(target)))) return;
    if (std::string path = scope.path_of(target); !path.empty()) found.push_back({std::move(path), *truth});
  };
  for (const clang::CFGElement& element : block) {
    const std::optional<clang::CFGStmt> part = element.getAs<clang::CFGStmt>();
    if (!part) continue;
    const clang::Stmt* statement = part->getStmt();
    if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(statement)) {
      if (operation->getOpcode() == clang::BO_Assign) note(operation->getLHS(), truth_of(operation->getRHS()));
    } else if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(statement)) {
      if (call->getOperator() == clang::OO_Equal && call->getNumArgs() == 2)
        note(call->getArg(0), truth_of(call->getArg(1)));
    } else if (const std::optional<MethodCall> call = method_call_of(llvm::dyn_cast<clang::Expr>(statement))) {
      const unsigned given = call->call->getNumArgs();
      if ((call->name == "store" || call->name == "exchange") && given >= 1)
        note(call->object, truth_of(call->call->getArg(0)));
      else if (call->name == "reset" || call->name == "clear" || call->name == "release")
        note(call->object, given != 0 && !llvm::isa<clang::CXXDefaultArgExpr>(call->call->getArg(0)));
    }
  }
  return found;
}

std::optional<StateGates::Held> StateGates::held_by(const clang::Expr* condition, bool truth) const {
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
      // A number that is 0 where there is none: `timer_id > 0`.
      if (!operation->isEqualityOp() && operation->getOpcode() != clang::BO_GT) return std::nullopt;
      const clang::Expr* other = bare(operation->getRHS());
      const bool none =
          llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(other) ||
          (llvm::isa<clang::IntegerLiteral>(other) && llvm::cast<clang::IntegerLiteral>(other)->getValue() == 0);
      if (!none) return std::nullopt;
      truth = truth == (operation->getOpcode() != clang::BO_EQ);
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
  const std::vector<Gate> mine = gates_of(block);
  return std::any_of(mine.begin(), mine.end(), [&](const Gate& gate) {
    const std::optional<Held> held = gate.truth ? held_by(gate.condition, *gate.truth) : std::nullopt;
    if (!held) return false;
    const auto closes = [&](const Held& closer) { return closer.path == held->path && closer.truth != held->truth; };
    // Behind the same gate, or in it: `if (closed_.exchange(true)) return;`
    return std::any_of(graph.begin(), graph.end(), [&](const clang::CFGBlock* other) {
      const std::vector<Held>& found = closed_by(*other);
      if (std::none_of(found.begin(), found.end(), closes)) return false;
      const std::vector<Gate>& theirs = gates_of(*other);
      return condition_of(*other) == gate.condition ||
             std::any_of(theirs.begin(), theirs.end(), [&](const Gate& other_gate) {
               return other_gate.condition == gate.condition && other_gate.truth == gate.truth;
             });
    });
  });
}

} // namespace plumbline
