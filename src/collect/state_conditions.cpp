#include "collect/state_conditions.h"

#include <algorithm>

namespace plumbline {

bool meet(std::vector<Consult>& mine, bool mine_same_only, const std::vector<Consult>& theirs, bool theirs_same_only) {
  bool changed = false;
  std::vector<Consult> kept;
  for (Consult& consult : mine) {
    const std::vector<Consult>::const_iterator also = std::find(theirs.begin(), theirs.end(), consult);
    if (also == theirs.end() && !theirs_same_only) {
      changed = true;
      continue;
    }
    const bool except = consult.except_same || also == theirs.end() || also->except_same;
    changed |= except != consult.except_same;
    consult.except_same = except;
    kept.push_back(consult);
  }
  if (mine_same_only)
    for (const Consult& consult : theirs)
      if (std::find(mine.begin(), mine.end(), consult) == mine.end()) {
        kept.push_back(consult);
        kept.back().except_same = true;
        changed = true;
      }
  mine = std::move(kept);
  return changed;
}

// `return rc;`: the variable, where its value is decided on the way to a common end. The state itself is followed
// anyway.
static const clang::VarDecl* result_of(const FunctionScan& scan, const StateEnum& states) {
  for (const clang::ReturnStmt* end : scan.returns) {
    const clang::VarDecl* variable = variable_of(end->getRetValue());
    if (!variable || !variable->isLocalVarDecl() || variable->isStaticLocal()) continue;
    if (scan.assigned.contains(variable) && enum_behind(variable->getType()) != states.declaration) return variable;
  }
  return nullptr;
}

StateConditions::StateConditions(CollectContext& context, const StateScope& scope, const FunctionScan& scan,
                                 const StateEnum& states)
    : context(context), scope(scope), scan(scan), states(states), result(result_of(scan, states)) {}

StateKnowledge StateConditions::start() const {
  StateKnowledge knowledge;
  knowledge.reached = true;
  knowledge.relational = scope.new_parameter != nullptr;
  knowledge.current = states.all();
  knowledge.pairs = Pairs::product(states.all(), scope.new_parameter ? states.all() : 1);
  return knowledge;
}

void StateConditions::assume(const clang::Expr* condition, bool truth, StateKnowledge& knowledge, unsigned depth) {
  condition = bare(condition);
  if (!condition || !knowledge.reached || depth > 16) return;
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(condition);
      operation && operation->getOpcode() == clang::UO_LNot)
    return assume(operation->getSubExpr(), !truth, knowledge, depth + 1);
  if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(condition);
      operation && operation->isLogicalOp()) {
    if ((operation->getOpcode() == clang::BO_LAnd) == truth) {
      assume(operation->getLHS(), truth, knowledge, depth + 1);
      return assume(operation->getRHS(), truth, knowledge, depth + 1);
    }
    StateKnowledge other = knowledge;
    assume(operation->getLHS(), truth, knowledge, depth + 1);
    assume(operation->getLHS(), !truth, other, depth + 1);
    assume(operation->getRHS(), truth, other, depth + 1);
    knowledge.join(other);
    if (!knowledge.reached) knowledge = other;
    return;
  }
  if (assume_result(condition, truth, knowledge)) return;
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(condition)) {
    const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (variable && variable->isLocalVarDecl() && variable->getType()->isBooleanType())
      return assume_flag(variable, truth, knowledge, depth);
  }
  if (const std::optional<StateWrite> write = state_write_of(condition);
      write && write->expected && !scope.cell.empty() && scope.path_of(write->target) == scope.cell)
    return assume_exchange(condition, *write, truth, knowledge);
  if (scope.concerns_state(condition)) {
    restrict(knowledge, [&](const Valuation& valuation) -> std::optional<bool> {
      const std::optional<std::int64_t> value = scope.evaluate(condition, valuation);
      return value ? std::optional((*value != 0) == truth) : std::nullopt;
    });
  } else if (const std::optional<std::int64_t> constant = scope.evaluate(condition, {});
             constant && (*constant != 0) != truth) {
    knowledge.reached = false;
  }
  add_consults(condition, truth ? Consult::Answer::yes : Consult::Answer::no, knowledge);
}

void StateConditions::add_consults(const clang::Expr* expression, Consult::Answer answer, StateKnowledge& knowledge) {
  std::pair<llvm::DenseMap<const clang::Expr*, std::vector<Consult>>::iterator, bool> known =
      consults.try_emplace(expression);
  if (known.second) known.first->second = scope.consults_of(expression);
  const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression);
  const bool direct = call && !llvm::isa<clang::CXXOperatorCallExpr>(call);
  for (Consult consult : known.first->second) {
    consult.answer = answer;
    consult.direct = direct;
    const std::vector<Consult>::iterator asked =
        std::find(knowledge.consults.begin(), knowledge.consults.end(), consult);
    if (asked == knowledge.consults.end())
      knowledge.consults.push_back(std::move(consult));
    else
      asked->except_same = false;
  }
}

void StateConditions::assume_flag(const clang::VarDecl* variable, bool truth, StateKnowledge& knowledge,
                                  unsigned depth) {
  if (const std::pair<Pairs, Pairs>* flag = knowledge.flag(variable);
      flag && (!scope.is_fixed(variable) || !knowledge.fresh)) {
    knowledge.pairs &= truth ? flag->first : flag->second;
    if (knowledge.fresh) knowledge.current &= knowledge.pairs.old_states();
    if (knowledge.pairs.empty()) knowledge.reached = false;
    if (scope.is_fixed(variable))
      add_consults(variable->getInit(), truth ? Consult::Answer::yes : Consult::Answer::no, knowledge);
  } else if (variable->hasInit() && scope.is_fixed(variable)) {
    assume(variable->getInit(), truth, knowledge, depth + 1);
  }
}

// What the cell held or holds now depends on whether the exchange took place.
void StateConditions::assume_exchange(const clang::Expr* condition, const StateWrite& write, bool truth,
                                      StateKnowledge& knowledge) {
  const StateValue expected = expected_of(write);
  const std::optional<MethodCall> call = method_call_of(condition);
  bool known = expected.constants && !expected.parameters && !expected.unknown && !expected.copy;
  if (!truth && (!call || call->name.contains("weak"))) known = false; // may fail for no reason
  if (known && knowledge.fresh)
    for (unsigned i = 0; i < max_states; ++i)
      if (((expected.constants >> i & 1) != 0) != truth) knowledge.pairs.rows[i] = 0;
  if (truth) {
    knowledge.current = written_states(scope.value_of(write.value), knowledge);
    knowledge.fresh = false;
  } else if (known) {
    knowledge.current &= ~expected.constants;
  }
  if (knowledge.pairs.empty() || knowledge.current == 0) knowledge.reached = false;
}

// Whether an outcome is true as a condition; not known of most values.
static std::optional<bool> truth_of(const std::optional<Outcome>& outcome) {
  if (outcome == Outcome::yes || outcome == Outcome::error) return true;
  if (outcome == Outcome::no || outcome == Outcome::success) return false;
  return std::nullopt;
}

bool StateConditions::assume_result(const clang::Expr* condition, bool truth, StateKnowledge& knowledge) const {
  if (!result || !knowledge.result || knowledge.result_is_guess) return false;
  std::optional<bool> holds;
  if (variable_of(condition) == result) {
    holds = truth_of(knowledge.result);
  } else if (const clang::BinaryOperator* comparison = llvm::dyn_cast<clang::BinaryOperator>(condition);
             comparison && comparison->isComparisonOp() && variable_of(comparison->getLHS()) == result) {
    // `rc == 0`, `status != Status::ok`; only negative numbers are known to be errors.
    const std::optional<bool> fails = truth_of(knowledge.result);
    if (!fails || outcome_of(context, scan, comparison->getRHS()) != Outcome::success) return false;
    switch (comparison->getOpcode()) {
    case clang::BO_EQ:
    case clang::BO_GE:
      holds = !*fails;
      break;
    case clang::BO_NE:
    case clang::BO_LT:
      holds = *fails;
      break;
    default:
      break;
    }
  }
  if (!holds) return false;
  if (*holds != truth) knowledge.reached = false;
  return true;
}

bool StateConditions::relates(const clang::Expr* condition) {
  if (!scope.new_parameter || !condition) return false;
  for (const bool truth : {true, false}) {
    StateKnowledge knowledge = start();
    assume(condition, truth, knowledge);
    if (knowledge.reached && !knowledge.pairs.is_product()) return true;
  }
  return false;
}

void StateConditions::remember(const clang::VarDecl* variable, const clang::Expr* value, StateKnowledge& knowledge) {
  if (is_result(variable)) {
    const Outcome outcome = outcome_of(context, scan, value);
    knowledge.result = outcome;
    knowledge.result_is_guess = llvm::isa<clang::CallExpr>(bare(value));
    if (!variable->getType()->isBooleanType() || outcome == Outcome::yes || outcome == Outcome::no) return;
    knowledge.result.reset(); // another comparison
  }
  if (!variable->getType()->isBooleanType()) return;
  StateKnowledge yes = knowledge, no = knowledge;
  assume(value, true, yes);
  assume(value, false, no);
  // Cleared where it is another constant.
  if (const std::optional<std::int64_t> constant = scope.evaluate(value, {})) (*constant ? no : yes).reached = false;
  std::pair<Pairs, Pairs> flag{yes.reached ? yes.pairs : Pairs{}, no.reached ? no.pairs : Pairs{}};
  const bool tells = flag.first != knowledge.pairs || flag.second != knowledge.pairs;
  if (std::pair<Pairs, Pairs>* known = knowledge.flag(variable))
    *known = flag;
  else if (tells && knowledge.flags.size() < 8)
    knowledge.flags.push_back({variable, flag});
}

StateValue StateConditions::expected_of(const StateWrite& write) const {
  const clang::VarDecl* variable = variable_of(write.expected);
  if (!variable || !variable->isLocalVarDecl()) return scope.value_of(write.expected);
  const clang::Expr* last = variable->hasInit() ? variable->getInit() : nullptr;
  if (const auto assigned = scan.assigned.find(variable); assigned != scan.assigned.end())
    for (const clang::Expr* value : assigned->second)
      if (context.sources.isBeforeInTranslationUnit(value->getBeginLoc(), write.expected->getBeginLoc())) last = value;
  return scope.value_of(last ? last : write.expected);
}

StateMask StateConditions::written_states(const StateValue& value, const StateKnowledge& knowledge) const {
  if (value.unknown || value.copy || !value.calls.empty()) return states.all();
  StateMask mask = value.constants;
  if (value.parameters)
    mask |= scope.new_parameter && value.parameters == 1u << scope.new_parameter->getFunctionScopeIndex()
                ? knowledge.pairs.new_states()
                : states.all();
  return mask;
}

} // namespace plumbline
