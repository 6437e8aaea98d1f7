#include "collect/state_values.h"
#include "collect/constants.h"

#include "collect/state_tables.h"
#include "facts/words.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

std::optional<unsigned> StateEnum::index_of(std::int64_t value) const {
  for (unsigned i = 0; i < values.size(); ++i)
    if (values[i] == value) return i;
  return std::nullopt;
}

const clang::Expr* bare(const clang::Expr* expression) {
  while (expression) {
    const clang::Expr* inner = expression->IgnoreParenCasts();
    if (const clang::FullExpr* full = llvm::dyn_cast<clang::FullExpr>(inner))
      inner = full->getSubExpr();
    else if (const clang::MaterializeTemporaryExpr* temporary = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(inner))
      inner = temporary->getSubExpr();
    else if (const clang::CXXBindTemporaryExpr* bound = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(inner))
      inner = bound->getSubExpr();
    else if (const clang::CXXRewrittenBinaryOperator* rewritten =
                 llvm::dyn_cast<clang::CXXRewrittenBinaryOperator>(inner))
      inner = rewritten->getSemanticForm();
    else if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(inner);
             list && list->getNumInits() == 1 && !list->getType()->isRecordType() && !list->getType()->isArrayType())
      inner = list->getInit(0);
    if (inner == expression) return expression;
    expression = inner;
  }
  return expression;
}

static bool is_atomic_name(llvm::StringRef name) {
  return name == "atomic" || name == "__atomic_base" || name == "atomic_ref" || name == "Atomic" ||
         name == "atomic_wrapper";
}

bool is_atomic_method(const clang::CXXMethodDecl& method) { return is_atomic_name(method.getParent()->getName()); }

const clang::EnumDecl* enum_behind(clang::QualType type) {
  if (type.isNull()) return nullptr;
  type = type.getNonReferenceType();
  if (const clang::AtomicType* atomic = type->getAs<clang::AtomicType>()) type = atomic->getValueType();
  if (const clang::EnumDecl* enumeration = type->getAsEnumDecl())
    return enumeration->getDefinition() ? enumeration->getDefinition() : enumeration;
  if (const clang::ClassTemplateSpecializationDecl* record =
          llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(type->getAsCXXRecordDecl()))
    if (is_atomic_name(record->getName()) && record->getTemplateArgs().size() > 0 &&
        record->getTemplateArgs()[0].getKind() == clang::TemplateArgument::Type)
      return enum_behind(record->getTemplateArgs()[0].getAsType());
  return nullptr;
}

const clang::EnumConstantDecl* enumerator_of(const clang::Expr* expression) {
  const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(bare(expression));
  return reference ? llvm::dyn_cast<clang::EnumConstantDecl>(reference->getDecl()) : nullptr;
}

const clang::EnumDecl* enum_of(const clang::Expr* expression) {
  if (!expression) return nullptr;
  if (const clang::EnumConstantDecl* enumerator = enumerator_of(expression)) {
    const clang::EnumDecl* enumeration = llvm::dyn_cast<clang::EnumDecl>(enumerator->getDeclContext());
    return enumeration && enumeration->getDefinition() ? enumeration->getDefinition() : enumeration;
  }
  const clang::Expr* inner = bare(expression);
  if (const clang::EnumDecl* enumeration = enum_behind(inner->getType())) return enumeration;
  return enum_behind(expression->getType());
}

// get_state, isState, set_state_, m_state: the words that name the member.
static std::string member_name(llvm::StringRef name) {
  std::string text;
  for (const std::string& word : words_of(std::string_view(name)))
    if (word != "get" && word != "set" && word != "load" && word != "current") text += word + "_";
  return text;
}

static std::string address_name(const void* pointer) {
  return std::to_string(reinterpret_cast<std::uintptr_t>(pointer));
}

static const clang::VarDecl* variable_of(const clang::Expr* expression) {
  const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(bare(expression));
  return reference ? llvm::dyn_cast<clang::VarDecl>(reference->getDecl()) : nullptr;
}

// The object of a call that only hands on what it holds: atomics, smart pointers, iterators.
static const clang::Expr* handed_on(const clang::Expr* expression) {
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(expression))
    if (operation->getOpcode() == clang::UO_Deref || operation->getOpcode() == clang::UO_AddrOf)
      return operation->getSubExpr();
  if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression))
    if (call->getNumArgs() == 1 && (call->getOperator() == clang::OO_Arrow || call->getOperator() == clang::OO_Star))
      return call->getArg(0);
  if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(expression)) {
    const clang::CXXMethodDecl* method = call->getMethodDecl();
    if (!method) return nullptr;
    if (llvm::isa<clang::CXXConversionDecl>(method)) return call->getImplicitObjectArgument();
    const bool plain = method->getIdentifier() != nullptr;
    if (plain && method->getName() == "load") return call->getImplicitObjectArgument();
    if (plain && (method->getName() == "get" || method->getName() == "value") && call->getNumArgs() == 0 &&
        call->getMethodDecl()->getParent()->isInStdNamespace())
      return call->getImplicitObjectArgument();
  }
  return nullptr;
}

static bool is_getter(const clang::CallExpr& call) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  return callee && callee->getIdentifier() && call.getNumArgs() == 0;
}

std::string StateScope::path_of(const clang::Expr* expression) const {
  expression = bare(expression);
  if (!expression) return {};
  if (llvm::isa<clang::CXXThisExpr>(expression)) return "this";
  if (const clang::VarDecl* variable = variable_of(expression)) {
    const bool alias = variable->isLocalVarDecl() && variable->hasInit() && is_fixed(variable) &&
                       (variable->getType()->isReferenceType() || variable->getType()->isPointerType());
    if (alias) {
      std::string path = path_of(variable->getInit());
      if (!path.empty()) return path;
    }
    return address_name(variable->getCanonicalDecl());
  }
  if (const clang::Expr* object = handed_on(expression)) return path_of(object);
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression)) {
    if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(member->getMemberDecl()))
      return address_name(variable->getCanonicalDecl());
    std::string base = path_of(member->getBase());
    if (base.empty() || !member->getMemberDecl()->getIdentifier()) return base;
    return base + "." + member_name(member->getMemberDecl()->getName());
  }
  if (const clang::ArraySubscriptExpr* element = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression)) {
    std::string base = path_of(element->getBase());
    return base.empty() ? base : base + "[" + context.text_of(element->getIdx()->getSourceRange()) + "]";
  }
  if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression)) {
    if (call->getOperator() != clang::OO_Subscript || call->getNumArgs() != 2) return {};
    std::string base = path_of(call->getArg(0));
    return base.empty() ? base : base + "[" + context.text_of(call->getArg(1)->getSourceRange()) + "]";
  }
  if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(expression)) {
    const clang::CXXMethodDecl* method = call->getMethodDecl();
    if (!method || !method->getIdentifier()) return {};
    std::string base = path_of(call->getImplicitObjectArgument());
    if (base.empty()) return base;
    if (call->getNumArgs() == 0) return base + "." + member_name(method->getName());
    if (call->getNumArgs() == 1 && method->getName() == "at")
      return base + "[" + context.text_of(call->getArg(0)->getSourceRange()) + "]";
    return {};
  }
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression))
    if (is_getter(*call)) return "call " + address_name(call->getDirectCallee()->getCanonicalDecl());
  return {};
}

std::string StateScope::base_of(const clang::Expr* expression) const {
  expression = bare(expression);
  if (!expression) return {};
  if (const clang::Expr* object = handed_on(expression)) return base_of(object);
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression))
    return path_of(member->getBase());
  if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(expression))
    return path_of(call->getImplicitObjectArgument());
  return {};
}

const clang::VarDecl* StateScope::root_of(const clang::Expr* expression) const {
  for (expression = bare(expression); expression;) {
    if (const clang::VarDecl* variable = variable_of(expression)) return variable;
    if (const clang::Expr* object = handed_on(expression))
      expression = bare(object);
    else if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression))
      expression = bare(member->getBase());
    else if (const clang::ArraySubscriptExpr* element = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression))
      expression = bare(element->getBase());
    else if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(expression))
      expression = bare(call->getImplicitObjectArgument());
    else if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression);
             operation && operation->getNumArgs() > 0)
      expression = bare(operation->getArg(0));
    else
      return nullptr;
  }
  return nullptr;
}

const clang::ValueDecl* StateScope::holder_of(const clang::Expr* expression) const {
  expression = bare(expression);
  if (!expression) return nullptr;
  if (const clang::VarDecl* variable = variable_of(expression)) {
    if (variable->isLocalVarDecl() && !variable->isStaticLocal()) {
      const bool alias =
          variable->hasInit() && (variable->getType()->isReferenceType() || variable->getType()->isPointerType());
      return alias ? holder_of(variable->getInit()) : nullptr;
    }
    if (const clang::ParmVarDecl* parameter = llvm::dyn_cast<clang::ParmVarDecl>(variable))
      return parameter->getType()->isReferenceType() || parameter->getType()->isPointerType() ? parameter : nullptr;
    return variable;
  }
  if (const clang::Expr* object = handed_on(expression)) return holder_of(object);
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression))
    if (llvm::isa<clang::FieldDecl, clang::VarDecl>(member->getMemberDecl())) return member->getMemberDecl();
  if (const clang::ArraySubscriptExpr* element = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression))
    return holder_of(element->getBase());
  if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression);
      call && call->getOperator() == clang::OO_Subscript)
    return holder_of(call->getArg(0));
  return nullptr;
}

// new, make_unique, malloc, emplace_back, create_job …: gives an object that nobody else has seen.
static bool makes_object(const clang::Expr* expression) {
  expression = bare(expression);
  if (!expression || llvm::isa<clang::CXXNewExpr>(expression)) return expression != nullptr;
  if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(expression))
    return list->getType()->isRecordType();
  if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(expression)) {
    const clang::CXXConstructorDecl* constructor = construct->getConstructor();
    const bool wraps = construct->getNumArgs() >= 1 &&
                       (constructor->isCopyOrMoveConstructor() || constructor->getParent()->isInStdNamespace());
    return !wraps || makes_object(construct->getArg(0));
  }
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression)) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (!callee || !callee->getIdentifier()) return false;
    for (const std::string& word : words_of(std::string_view(callee->getName())))
      if (word == "make" || word == "create" || word == "new" || word == "alloc" || word == "calloc" ||
          word == "malloc" || word == "zalloc" || word == "emplace" || word == "allocate" || word == "clone")
        return true;
  }
  return llvm::isa<clang::CXXScalarValueInitExpr, clang::ImplicitValueInitExpr>(expression);
}

bool StateScope::is_made_here(const clang::Expr* expression) const {
  const clang::VarDecl* root = root_of(expression);
  if (!root || !root->isLocalVarDecl() || root->isStaticLocal()) return false;
  llvm::DenseMap<const clang::VarDecl*, llvm::SmallVector<const clang::Expr*, 2>>::const_iterator assigned =
      scan.assigned.find(root);
  if (assigned != scan.assigned.end())
    for (const clang::Expr* value : assigned->second)
      if (makes_object(value)) return true;
  const clang::QualType type = root->getType();
  if (!root->hasInit()) return type->isRecordType();
  if (const clang::Expr* init = root->getInit()) {
    if (makes_object(init)) return true;
    if (type->isReferenceType() && root_of(init) && root_of(init) != root) return is_made_here(init);
  }
  return false;
}

StateRole StateScope::role_of(const clang::Expr* expression, unsigned depth) const {
  expression = bare(expression);
  if (!expression || depth > 4) return StateRole::none;
  const llvm::DenseMap<const clang::Expr*, StateRole>::const_iterator known = roles.find(expression);
  if (known != roles.end()) return known->second;
  return roles[expression] = compute_role(expression, depth);
}

StateRole StateScope::compute_role(const clang::Expr* expression, unsigned depth) const {
  if (const clang::VarDecl* variable = variable_of(expression)) {
    if (new_parameter && variable == new_parameter) return StateRole::new_state;
    if (old_parameter && variable == old_parameter) return StateRole::current;
    const bool value = variable->isLocalVarDecl() && !variable->isStaticLocal() && variable->hasInit() &&
                       !variable->getType()->isReferenceType() && !variable->getType()->isPointerType() &&
                       is_fixed(variable) && !variable->getType()->isRecordType();
    if (value) {
      const StateRole role = role_of(variable->getInit(), depth + 1);
      return role == StateRole::current ? StateRole::old_state : role;
    }
  }
  if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(expression))
    if (const clang::CXXMethodDecl* method = call->getMethodDecl(); method && method->getIdentifier() &&
                                                                    method->getName() == "exchange" && !cell.empty() &&
                                                                    path_of(call->getImplicitObjectArgument()) == cell)
      return StateRole::old_state;
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression))
    if (const clang::FunctionDecl* callee = call->getDirectCallee();
        callee && callee->getIdentifier() && callee->getName() == "exchange" && call->getNumArgs() == 2 &&
        !cell.empty() && path_of(call->getArg(0)) == cell)
      return StateRole::old_state;
  return !cell.empty() && path_of(expression) == cell ? StateRole::current : StateRole::none;
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
  if (const clang::EnumConstantDecl* enumerator = enumerator_of(expression)) return saturated(enumerator->getInitVal());
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
    const std::optional<unsigned> index = states.index_of(saturated(enumerator->getInitVal()));
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
      if (const std::optional<unsigned> index = states.index_of(saturated(enumerator->getInitVal())))
        operand = {StateOperand::Kind::constant, *index};
    return operand;
  }
  const StateRole role = role_of(expression);
  if (role == StateRole::new_state) operand.kind = StateOperand::Kind::new_state;
  if (role == StateRole::current || role == StateRole::old_state) operand.kind = StateOperand::Kind::old_state;
  return operand;
}

namespace {

// Finds calls and tables that an expression asks, also through locals that hold an intermediate result and in lambdas.
class ConsultFinder : public clang::RecursiveASTVisitor<ConsultFinder> {
 public:
  ConsultFinder(CollectContext& context, const StateScope& scope, const FunctionScan& scan, const StateEnum& states)
      : context(context), scope(scope), scan(scan), states(states) {}

  bool shouldVisitLambdaBody() const { return true; }

  bool VisitExpr(clang::Expr* expression) {
    if (scope.operand_of(expression).kind != StateOperand::Kind::other) about_state = true;
    return true;
  }
  bool VisitCallExpr(clang::CallExpr* call) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (!callee) return true;
    Consult consult;
    for (unsigned i = llvm::isa<clang::CXXOperatorCallExpr>(call) && llvm::isa<clang::CXXMethodDecl>(callee) ? 1 : 0;
         i < call->getNumArgs(); ++i)
      consult.arguments.push_back(scope.operand_of(call->getArg(i)));
    const bool given = std::any_of(consult.arguments.begin(), consult.arguments.end(), [](const StateOperand& operand) {
      return operand.kind != StateOperand::Kind::other;
    });
    const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call);
    const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
    if (member && method && is_atomic_method(*method)) return true;
    // A method of this object that is asked about one of its parts counts as well: require(id, State::running).
    const std::string object = member ? scope.path_of(member->getImplicitObjectArgument()) : std::string();
    consult.same_object =
        !object.empty() && !scope.cell_base.empty() && (object == scope.cell_base || object == "this");
    if (!given && !(consult.same_object && call->getNumArgs() == 0)) return true;
    if (!context.is_ours(callee->getLocation())) return true; // find, contains, max: the table tells
    if (enum_behind(callee->getReturnType()) == states.declaration && call->getNumArgs() == 0) return true; // a getter
    consult.what = context.entity(callee);
    if (consult.what != EntityId::none) consults.push_back(std::move(consult));
    return true;
  }
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (!variable) return true;
    if (variable->isLocalVarDecl() && !variable->isStaticLocal() && !variable->isConstexpr()) return inside(variable);
    if (!llvm::isa<clang::ParmVarDecl>(variable)) table(*variable);
    return true;
  }
  bool VisitMemberExpr(clang::MemberExpr* member) {
    if (const clang::FieldDecl* field = llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl())) table(*field);
    if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(member->getMemberDecl())) table(*variable);
    return true;
  }

  std::vector<Consult> consults;
  bool about_state = false;

 private:
  bool inside(const clang::VarDecl* variable) {
    if (depth >= 4) return true;
    ++depth;
    const llvm::DenseMap<const clang::VarDecl*, const clang::Expr*>::const_iterator range = scan.ranges.find(variable);
    if (range != scan.ranges.end())
      TraverseStmt(const_cast<clang::Expr*>(range->second));
    else if (variable->hasInit() && scope.is_fixed(variable) && variable->getInit())
      TraverseStmt(const_cast<clang::Expr*>(variable->getInit()));
    if (variable->hasInit() && mentions_enum(variable->getType(), 0)) table(*variable);
    --depth;
    return true;
  }
  // A container or array whose elements have to do with the enum, or a constant array that is indexed by it.
  void table(const clang::ValueDecl& variable) {
    const clang::QualType type = variable.getType().getNonReferenceType();
    const bool array =
        type->isArrayType() || (type->getAsCXXRecordDecl() && type->getAsCXXRecordDecl()->getName() == "array");
    if (!mentions_enum(type, 0) &&
        !(array && (type.isConstQualified() || context.ast.getBaseElementType(type).isConstQualified())))
      return;
    if (enum_behind(type)) return;
    if (const clang::VarDecl* constant = llvm::dyn_cast<clang::VarDecl>(&variable); constant && array)
      collect_matrix(context, *constant, states);
    Consult consult;
    consult.what = context.entity(&variable);
    consult.is_table = true;
    if (consult.what != EntityId::none) tables.push_back(std::move(consult));
  }
  bool mentions_enum(clang::QualType type, unsigned level) const {
    if (level > 4) return false;
    type = type.getNonReferenceType();
    if (level > 0 && enum_behind(type) == states.declaration) return true;
    if (const clang::ArrayType* array = type->getAsArrayTypeUnsafe())
      return mentions_enum(array->getElementType(), level + 1);
    const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
    if (!record) return false;
    if (const clang::ClassTemplateSpecializationDecl* special =
            llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(record)) {
      for (const clang::TemplateArgument& argument : special->getTemplateArgs().asArray())
        if (argument.getKind() == clang::TemplateArgument::Type && mentions_enum(argument.getAsType(), level + 1))
          return true;
      return false;
    }
    // A row of a table of structs.
    if (level > 0 && record->hasDefinition())
      for (const clang::FieldDecl* field : record->fields())
        if (enum_behind(field->getType()) == states.declaration) return true;
    return false;
  }

 public:
  std::vector<Consult> tables;

 private:
  CollectContext& context;
  const StateScope& scope;
  const FunctionScan& scan;
  const StateEnum& states;
  unsigned depth = 0;
};

} // namespace

std::vector<Consult> StateScope::consults_of(const clang::Expr* expression) const {
  ConsultFinder finder(context, *this, scan, states);
  finder.TraverseStmt(const_cast<clang::Expr*>(expression));
  std::vector<Consult> consults;
  const auto add = [&](const Consult& consult) {
    if (std::find(consults.begin(), consults.end(), consult) == consults.end()) consults.push_back(consult);
  };
  for (const Consult& consult : finder.consults) add(consult);
  if (finder.about_state)
    for (const Consult& consult : finder.tables) add(consult);
  return consults;
}

} // namespace plumbline
