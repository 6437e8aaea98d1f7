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

// Without coming through `not_by` again.
static bool leads_to(const clang::CFGBlock* from, const clang::CFGBlock& target, const clang::CFGBlock& not_by) {
  llvm::DenseSet<const clang::CFGBlock*> seen{&not_by};
  std::vector<const clang::CFGBlock*> work{from};
  while (!work.empty()) {
    const clang::CFGBlock* block = work.back();
    work.pop_back();
    if (block == &target) return true;
    if (!block || !seen.insert(block).second) continue;
    for (const clang::CFGBlock::AdjacentBlock& next : block->succs()) work.push_back(next.getReachableBlock());
  }
  return false;
}

bool StateGates::comes_back(const clang::CFGBlock& block) const {
  return std::any_of(block.succ_begin(), block.succ_end(), [&](const clang::CFGBlock::AdjacentBlock& next) {
    return leads_to(next.getReachableBlock(), block, graph.getEntry());
  });
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
        gate.decider = decider;
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

// State(), time_point{}: nothing yet.
static bool is_default(const clang::Expr* value) {
  value = bare(value);
  if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(value))
    return construct->getNumArgs() == 0 || (construct->getNumArgs() == 1 && is_default(construct->getArg(0)));
  if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(value)) return list->getNumInits() == 0;
  return llvm::isa<clang::CXXScalarValueInitExpr, clang::ImplicitValueInitExpr, clang::CXXDefaultArgExpr>(value);
}

struct Equality {
  const clang::Expr *left, *right;
  bool equal;
};
// `since == time_point()`, of a class.
static std::optional<Equality> equality_of(const clang::Expr* condition) {
  if (const clang::CXXRewrittenBinaryOperator* rewritten =
          llvm::dyn_cast<clang::CXXRewrittenBinaryOperator>(condition)) {
    const clang::CXXRewrittenBinaryOperator::DecomposedForm form = rewritten->getDecomposedForm();
    if (form.Opcode != clang::BO_EQ && form.Opcode != clang::BO_NE) return std::nullopt;
    return Equality{form.LHS, form.RHS, form.Opcode == clang::BO_EQ};
  }
  const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(condition);
  if (!call || call->getNumArgs() != 2) return std::nullopt;
  if (call->getOperator() != clang::OO_EqualEqual && call->getOperator() != clang::OO_ExclaimEqual) return std::nullopt;
  return Equality{call->getArg(0), call->getArg(1), call->getOperator() == clang::OO_EqualEqual};
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
    // add_timer(callback, &timer_id): whoever gets the address gives it a value.
    if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement))
      for (const clang::Expr* argument : call->arguments())
        if (const clang::UnaryOperator* address = llvm::dyn_cast<clang::UnaryOperator>(bare(argument));
            address && address->getOpcode() == clang::UO_AddrOf)
          note(address->getSubExpr(), true);
    if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(statement)) {
      if (operation->getOpcode() == clang::BO_Assign) note(operation->getLHS(), truth_of(operation->getRHS()));
    } else if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(statement)) {
      if (call->getOperator() == clang::OO_Equal && call->getNumArgs() == 2)
        note(call->getArg(0), is_default(call->getArg(1)) ? false : truth_of(call->getArg(1)).value_or(true));
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
    if (const std::optional<Equality> asked = equality_of(condition); asked && is_default(asked->right)) {
      truth = truth != asked->equal;
      condition = bare(asked->left);
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

// What must be for the condition to come out: of `a && b`, where one block decides about both, each part.
static void add_parts(const clang::Expr* condition, bool truth,
                      std::vector<std::pair<const clang::Expr*, bool>>& parts) {
  condition = bare(condition);
  const clang::BinaryOperator* operation = llvm::dyn_cast_or_null<clang::BinaryOperator>(condition);
  if (!operation || operation->getOpcode() != (truth ? clang::BO_LAnd : clang::BO_LOr)) {
    parts.emplace_back(condition, truth);
    return;
  }
  add_parts(operation->getLHS(), truth, parts);
  add_parts(operation->getRHS(), truth, parts);
}

bool StateGates::is_closed_within(const Gate& gate, const Held& held) {
  const auto closes = [&](const Held& closer) { return closer.path == held.path && closer.truth != held.truth; };
  // Behind the same gate, or in it: `if (closed_.exchange(true)) return;`
  return std::any_of(graph.begin(), graph.end(), [&](const clang::CFGBlock* other) {
    const std::vector<Held>& found = closed_by(*other);
    if (std::none_of(found.begin(), found.end(), closes)) return false;
    const std::vector<Gate>& theirs = gates_of(*other);
    return condition_of(*other) == gate.condition ||
           std::any_of(theirs.begin(), theirs.end(), [&](const Gate& other_gate) {
             return other_gate.condition == gate.condition && truth_for(other_gate, *other) == gate.truth;
           });
  });
}

// `if (unset && wanted)`: the first of them leads to the block only if it holds, though the second decides, too. Costs
// a walk over the function, so that only conditions are asked about that something could close.
std::optional<bool> StateGates::truth_for(const Gate& gate, const clang::CFGBlock& block) {
  if (gate.truth || !gate.decider || gate.decider->succ_size() != 2) return gate.truth;
  if (!held_by(gate.condition, true)) {
    const clang::BinaryOperator* both = llvm::dyn_cast<clang::BinaryOperator>(bare(gate.condition));
    if (!both || !both->isLogicalOp()) return std::nullopt;
  }
  const bool on_yes = leads_to(gate.decider->succ_begin()->getReachableBlock(), block, *gate.decider);
  const bool on_no = leads_to((gate.decider->succ_begin() + 1)->getReachableBlock(), block, *gate.decider);
  return on_yes != on_no ? std::optional(on_yes) : std::nullopt;
}

bool StateGates::happens_once(const clang::CFGBlock& block) {
  std::vector<Gate> mine = gates_of(block);
  return std::any_of(mine.begin(), mine.end(), [&](Gate& gate) {
    gate.truth = truth_for(gate, block);
    std::vector<std::pair<const clang::Expr*, bool>> parts;
    if (gate.truth) add_parts(gate.condition, *gate.truth, parts);
    return std::any_of(parts.begin(), parts.end(), [&](const std::pair<const clang::Expr*, bool>& part) {
      const std::optional<Held> held = held_by(part.first, part.second);
      return held && is_closed_within(gate, *held);
    });
  });
}

} // namespace plumbline
