// What expressions are worth: the role of a value, a condition's truth for given states, the states of a written value.
#include "collect/state_values.h"
#include "collect/constants.h"

#include <llvm/ADT/SmallPtrSet.h>

namespace plumbline {

StateRole StateScope::role_of(const clang::Expr* expression, unsigned depth) const {
  expression = bare(expression);
  if (!expression || depth > 4) return StateRole::none;
  const llvm::DenseMap<const clang::Expr*, StateRole>::const_iterator known = roles.find(expression);
  if (known != roles.end()) return known->second;
  return roles[expression] = compute_role(expression, depth);
}

// `State before = State::idle; { lock guard(mutex); before = state_; }`: a value that only keeps the place counts as
// none.
const clang::Expr* StateScope::only_value_of(const clang::VarDecl* variable) const {
  const llvm::DenseMap<const clang::VarDecl*, llvm::SmallVector<const clang::Expr*, 2>>::const_iterator assigned =
      scan.assigned.find(variable);
  if (assigned == scan.assigned.end()) return variable->getInit();
  if (assigned->second.size() != 1 || (variable->hasInit() && !enumerator_of(variable->getInit()))) return nullptr;
  return assigned->second.front();
}

StateRole StateScope::compute_role(const clang::Expr* expression, unsigned depth) const {
  if (const clang::VarDecl* variable = variable_of(expression)) {
    if (new_parameter && variable == new_parameter) return StateRole::new_state;
    if (old_parameter && variable == old_parameter) return StateRole::current;
    const bool value = variable->isLocalVarDecl() && !variable->isStaticLocal() &&
                       !variable->getType()->isReferenceType() && !variable->getType()->isPointerType() &&
                       !variable->getType()->isRecordType();
    if (const clang::Expr* only = value ? only_value_of(variable) : nullptr) {
      const StateRole role = role_of(only, depth + 1);
      return role == StateRole::current ? StateRole::old_state : role;
    }
  }
  if (const std::optional<MethodCall> call = method_call_of(expression);
      call && call->name == "exchange" && !cell.empty() && path_of(call->object) == cell)
    return StateRole::old_state;
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression))
    if (const clang::FunctionDecl* callee = call->getDirectCallee();
        callee && callee->getIdentifier() && callee->getName() == "exchange" && call->getNumArgs() == 2 &&
        !cell.empty() && path_of(call->getArg(0)) == cell)
      return StateRole::old_state;
  return !cell.empty() && path_of(expression) == cell ? StateRole::current : StateRole::none;
}

bool StateScope::concerns_state(const clang::Expr* expression) const {
  const std::pair<llvm::DenseMap<const clang::Expr*, bool>::iterator, bool> known =
      concerns.insert({expression, false});
  if (!known.second) return known.first->second;
  llvm::SmallVector<const clang::Stmt*, 16> work{expression};
  llvm::SmallPtrSet<const clang::VarDecl*, 8> seen;
  bool found = false;
  while (!work.empty() && !found) {
    const clang::Stmt* statement = work.pop_back_val();
    if (!statement) continue;
    if (const clang::Expr* part = llvm::dyn_cast<clang::Expr>(statement)) found = role_of(part) != StateRole::none;
    // A local that holds an intermediate result.
    if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(statement))
      if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
          variable && variable->isLocalVarDecl() && variable->hasInit() && seen.insert(variable).second)
        work.push_back(variable->getInit());
    for (const clang::Stmt* child : statement->children()) work.push_back(child);
  }
  return concerns[expression] = found;
}

// An element of a constant array, as an integer.
static std::optional<std::int64_t> element_of(const clang::APValue& array, llvm::ArrayRef<std::int64_t> indexes) {
  const clang::APValue* value = &array;
  for (std::int64_t index : indexes) {
    while (value->isStruct() && value->getStructNumFields() == 1) value = &value->getStructField(0); // std::array
    if (!value->isArray() || index < 0 || index >= static_cast<std::int64_t>(value->getArraySize()))
      return std::nullopt;
    value = index < static_cast<std::int64_t>(value->getArrayInitializedElts())
                ? &value->getArrayInitializedElt(static_cast<unsigned>(index))
                : &value->getArrayFiller();
  }
  while (value->isStruct() && value->getStructNumFields() == 1) value = &value->getStructField(0);
  return value->isInt() ? std::optional(saturated(value->getInt())) : std::nullopt;
}

// `t[i][j]`, with operator[] as well: the constant and its indexes, outermost first.
static const clang::VarDecl* constant_array(const clang::Expr* expression,
                                            llvm::SmallVectorImpl<const clang::Expr*>& indexes) {
  expression = bare(expression);
  if (const clang::ArraySubscriptExpr* element = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression)) {
    const clang::VarDecl* variable = constant_array(element->getBase(), indexes);
    indexes.push_back(element->getIdx());
    return variable;
  }
  if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression);
      call && call->getOperator() == clang::OO_Subscript && call->getNumArgs() == 2) {
    const clang::VarDecl* variable = constant_array(call->getArg(0), indexes);
    indexes.push_back(call->getArg(1));
    return variable;
  }
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression))
    return llvm::dyn_cast<clang::VarDecl>(member->getMemberDecl());
  return variable_of(expression);
}

static const clang::APValue* constant_value(const clang::VarDecl* variable) {
  if (!variable || !(variable->isConstexpr() || variable->getType().isConstQualified())) return nullptr;
  const clang::VarDecl* definition = nullptr;
  const clang::Expr* init = variable->getAnyInitializer(definition);
  if (!init || init->isValueDependent() || definition->getType()->isDependentType()) return nullptr;
  return definition->evaluateValue();
}

static std::optional<std::int64_t> apply(clang::BinaryOperatorKind operation, std::int64_t a, std::int64_t b) {
  switch (operation) {
  case clang::BO_EQ:
    return a == b;
  case clang::BO_NE:
    return a != b;
  case clang::BO_LT:
    return a < b;
  case clang::BO_GT:
    return a > b;
  case clang::BO_LE:
    return a <= b;
  case clang::BO_GE:
    return a >= b;
  case clang::BO_Add:
    return a + b;
  case clang::BO_Sub:
    return a - b;
  case clang::BO_And:
    return a & b;
  case clang::BO_Or:
    return a | b;
  case clang::BO_Xor:
    return a ^ b;
  case clang::BO_Shl:
    return b >= 0 && b < 63 ? std::optional(static_cast<std::int64_t>(static_cast<std::uint64_t>(a) << b))
                            : std::nullopt;
  case clang::BO_Shr:
    return b >= 0 && b < 63 ? std::optional(a >> b) : std::nullopt;
  case clang::BO_Mul:
    return std::abs(a) < 1 << 20 && std::abs(b) < 1 << 20 ? std::optional(a * b) : std::nullopt;
  case clang::BO_Rem:
    return b != 0 ? std::optional(a % b) : std::nullopt;
  default:
    return std::nullopt;
  }
}

std::optional<std::int64_t> StateScope::evaluate(const clang::Expr* expression, const Valuation& valuation,
                                                 unsigned depth) const {
  expression = bare(expression);
  if (!expression || depth > 24) return std::nullopt;
  if (const clang::EnumConstantDecl* enumerator = enumerator_of(expression)) return number_of(*enumerator);
  if (const clang::IntegerLiteral* literal = llvm::dyn_cast<clang::IntegerLiteral>(expression))
    return literal->getValue().getActiveBits() < 63 ? std::optional<std::int64_t>(literal->getValue().getZExtValue())
                                                    : std::nullopt;
  if (const clang::CXXBoolLiteralExpr* literal = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(expression))
    return literal->getValue();
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(expression);
      operation && (operation->getOpcode() == clang::UO_LNot || operation->getOpcode() == clang::UO_Minus)) {
    const std::optional<std::int64_t> value = evaluate(operation->getSubExpr(), valuation, depth + 1);
    if (!value) return value;
    return operation->getOpcode() == clang::UO_LNot ? std::int64_t(*value == 0) : -*value;
  }
  if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(expression)) {
    const std::optional<std::int64_t> left = evaluate(operation->getLHS(), valuation, depth + 1);
    if (operation->getOpcode() == clang::BO_LAnd || operation->getOpcode() == clang::BO_LOr) {
      const bool decides = operation->getOpcode() == clang::BO_LOr;
      if (left && (*left != 0) == decides) return decides;
      const std::optional<std::int64_t> right = evaluate(operation->getRHS(), valuation, depth + 1);
      if (right && (*right != 0) == decides) return decides;
      return left && right ? std::optional<std::int64_t>(!decides) : std::nullopt;
    }
    const std::optional<std::int64_t> right = left ? evaluate(operation->getRHS(), valuation, depth + 1) : left;
    return left && right ? apply(operation->getOpcode(), *left, *right) : std::nullopt;
  }
  if (const clang::ConditionalOperator* choice = llvm::dyn_cast<clang::ConditionalOperator>(expression)) {
    const std::optional<std::int64_t> condition = evaluate(choice->getCond(), valuation, depth + 1);
    if (condition) return evaluate(*condition ? choice->getTrueExpr() : choice->getFalseExpr(), valuation, depth + 1);
    const std::optional<std::int64_t> yes = evaluate(choice->getTrueExpr(), valuation, depth + 1);
    return yes && yes == evaluate(choice->getFalseExpr(), valuation, depth + 1) ? yes : std::nullopt;
  }
  const StateRole role = role_of(expression);
  if (role != StateRole::none) {
    const int index = role == StateRole::new_state ? valuation.new_state
                      : role == StateRole::current ? valuation.current
                                                   : valuation.old_state;
    return index >= 0 ? std::optional(states.values[static_cast<std::size_t>(index)]) : std::nullopt;
  }
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression)) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (callee && callee->getIdentifier() && callee->getName() == "to_underlying" && call->getNumArgs() == 1)
      return evaluate(call->getArg(0), valuation, depth + 1);
  }
  llvm::SmallVector<const clang::Expr*, 2> indexes;
  if (const clang::VarDecl* variable = constant_array(expression, indexes)) {
    if (indexes.empty() && variable->isLocalVarDecl() && variable->hasInit() && is_fixed(variable) &&
        !variable->getType()->isReferenceType())
      return evaluate(variable->getInit(), valuation, depth + 1);
    if (const clang::APValue* value = constant_value(variable)) {
      llvm::SmallVector<std::int64_t, 2> numbers;
      for (const clang::Expr* index : indexes) {
        const std::optional<std::int64_t> number = evaluate(index, valuation, depth + 1);
        if (!number) return std::nullopt;
        numbers.push_back(*number);
      }
      return element_of(*value, numbers);
    }
  }
  return std::nullopt;
}

StateValue StateScope::value_of(const clang::Expr* expression, unsigned depth) const {
  StateValue value;
  expression = bare(expression);
  if (!expression || depth > 6) {
    value.unknown = true;
    return value;
  }
  const auto add = [&](const StateValue& other) {
    value.constants |= other.constants;
    value.parameters |= other.parameters;
    value.calls.insert(value.calls.end(), other.calls.begin(), other.calls.end());
    value.unknown |= other.unknown;
    value.copy |= other.copy;
  };
  if (const clang::EnumConstantDecl* enumerator = enumerator_of(expression)) {
    const std::optional<unsigned> index = states.index_of(number_of(*enumerator));
    if (index && enum_of(expression) == states.declaration)
      value.constants = StateMask(1) << *index;
    else
      value.unknown = true;
    return value;
  }
  if (const clang::ConditionalOperator* choice = llvm::dyn_cast<clang::ConditionalOperator>(expression)) {
    add(value_of(choice->getTrueExpr(), depth + 1));
    add(value_of(choice->getFalseExpr(), depth + 1));
    return value;
  }
  if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(expression);
      list && list->getNumInits() == 0) { // State{}: the one with the value 0
    if (const std::optional<unsigned> index = states.index_of(0)) value.constants = StateMask(1) << *index;
    return value;
  }
  if (const clang::ParmVarDecl* parameter = llvm::dyn_cast_or_null<clang::ParmVarDecl>(variable_of(expression))) {
    if (parameter->getDeclContext() == scan.function && parameter->getFunctionScopeIndex() < 32)
      value.parameters = 1u << parameter->getFunctionScopeIndex();
    else
      value.unknown = true;
    return value;
  }
  if (const clang::VarDecl* variable = variable_of(expression);
      variable && variable->isLocalVarDecl() && !variable->isStaticLocal()) {
    if (variable->hasInit()) add(value_of(variable->getInit(), depth + 1));
    const llvm::DenseMap<const clang::VarDecl*, llvm::SmallVector<const clang::Expr*, 2>>::const_iterator assigned =
        scan.assigned.find(variable);
    if (assigned != scan.assigned.end())
      for (const clang::Expr* other : assigned->second) add(value_of(other, depth + 1));
    if (value.empty()) value.unknown = true;
    return value;
  }
  if (const clang::Expr* object = handed_on(expression); object && enum_of(object) == states.declaration)
    return value_of(object, depth + 1);
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression)) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (callee && enum_behind(callee->getReturnType()) == states.declaration && context.is_ours(callee->getLocation()))
      value.calls.push_back(context.entity(callee));
    else
      value.unknown = true;
    return value;
  }
  // Another holder's state, if it is one: a number is not.
  if (enum_of(expression) == states.declaration && holder_of(expression))
    value.copy = true;
  else
    value.unknown = true;
  return value;
}

StateOperand StateScope::operand_of(const clang::Expr* expression) const {
  StateOperand operand;
  if (const clang::EnumConstantDecl* enumerator = enumerator_of(expression)) {
    if (enum_of(expression) == states.declaration)
      if (const std::optional<unsigned> index = states.index_of(number_of(*enumerator)))
        operand = {StateOperand::Kind::constant, *index};
    return operand;
  }
  const StateRole role = role_of(expression);
  if (role == StateRole::new_state) operand.kind = StateOperand::Kind::new_state;
  if (role == StateRole::current || role == StateRole::old_state) operand.kind = StateOperand::Kind::old_state;
  return operand;
}

} // namespace plumbline
