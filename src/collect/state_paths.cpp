// What expressions name: enums and enumerators, the objects that hold a state, and the calls that only hand one on.
#include "collect/constants.h"
#include "collect/state_values.h"

#include "facts/words.h"

#include <clang/Basic/Builtins.h>

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
    // likely(x), unlikely(x)
    else if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(inner);
             call && call->getNumArgs() > 1 &&
             (call->getBuiltinCallee() == clang::Builtin::BI__builtin_expect ||
              call->getBuiltinCallee() == clang::Builtin::BI__builtin_expect_with_probability))
      inner = call->getArg(0);
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
  // In a template, std::atomic of one of its own enums is not a class yet.
  if (const clang::TemplateSpecializationType* open = type->getAs<clang::TemplateSpecializationType>();
      open && type->isDependentType())
    if (const clang::TemplateDecl* name = open->getTemplateName().getAsTemplateDecl();
        name && name->getIdentifier() && is_atomic_name(name->getName()) && open->template_arguments().size() == 1 &&
        open->template_arguments()[0].getKind() == clang::TemplateArgument::Type)
      return enum_behind(open->template_arguments()[0].getAsType());
  return nullptr;
}

const clang::EnumConstantDecl* enumerator_of(const clang::Expr* expression) {
  expression = bare(expression);
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(expression))
    return llvm::dyn_cast<clang::EnumConstantDecl>(reference->getDecl());
  // `State::idle` in a template whose State may be specialised: looked up in the enum as the template writes it.
  const clang::DependentScopeDeclRefExpr* open = llvm::dyn_cast_or_null<clang::DependentScopeDeclRefExpr>(expression);
  if (!open || open->getQualifier().getKind() != clang::NestedNameSpecifier::Kind::Type) return nullptr;
  if (const clang::EnumDecl* enumeration = enum_behind(clang::QualType(open->getQualifier().getAsType(), 0)))
    for (const clang::EnumConstantDecl* enumerator : enumeration->enumerators())
      if (enumerator->getDeclName() == open->getDeclName()) return enumerator;
  return nullptr;
}

std::int64_t number_of(const clang::EnumConstantDecl& enumerator) {
  const clang::EnumDecl* enumeration = llvm::dyn_cast<clang::EnumDecl>(enumerator.getDeclContext());
  if (!enumeration || !enumeration->isDependentContext()) return saturated(enumerator.getInitVal());
  std::int64_t value = -1;
  for (const clang::EnumConstantDecl* one : enumeration->enumerators()) {
    ++value;
    const clang::Expr* init = one->getInitExpr();
    clang::Expr::EvalResult result;
    if (init && !init->isValueDependent() && init->EvaluateAsInt(result, enumeration->getASTContext()))
      value = saturated(result.Val.getInt());
    if (one == &enumerator) break;
  }
  return value;
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

const clang::VarDecl* variable_of(const clang::Expr* expression) {
  const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(bare(expression));
  return reference ? llvm::dyn_cast<clang::VarDecl>(reference->getDecl()) : nullptr;
}

// `auto& [id, job] : jobs`
static const clang::BindingDecl* binding_of(const clang::Expr* expression) {
  const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(bare(expression));
  return reference ? llvm::dyn_cast<clang::BindingDecl>(reference->getDecl()) : nullptr;
}

std::optional<MethodCall> method_call_of(const clang::Expr* expression) {
  const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(expression);
  if (!call || llvm::isa<clang::CXXOperatorCallExpr>(call)) return std::nullopt;
  const clang::Expr* callee = call->getCallee()->IgnoreParenImpCasts();
  MethodCall result;
  result.call = call;
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(callee)) {
    result.method = llvm::dyn_cast<clang::CXXMethodDecl>(member->getMemberDecl());
    if (!result.method) return std::nullopt; // a pointer to a function
    result.object = member->getBase();
    if (result.method->getIdentifier()) result.name = result.method->getName();
    return result;
  }
  const clang::CXXDependentScopeMemberExpr* open = llvm::dyn_cast<clang::CXXDependentScopeMemberExpr>(callee);
  if (!open || open->isImplicitAccess() || !open->getMember().isIdentifier()) return std::nullopt;
  result.object = open->getBase();
  result.name = open->getMember().getAsIdentifierInfo()->getName();
  return result;
}

const clang::Expr* handed_on(const clang::Expr* expression) {
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(expression))
    if (operation->getOpcode() == clang::UO_Deref || operation->getOpcode() == clang::UO_AddrOf)
      return operation->getSubExpr();
  if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression))
    if (call->getNumArgs() == 1 && (call->getOperator() == clang::OO_Arrow || call->getOperator() == clang::OO_Star))
      return call->getArg(0);
  if (const std::optional<MethodCall> call = method_call_of(expression)) {
    if (llvm::isa_and_nonnull<clang::CXXConversionDecl>(call->method)) return call->object;
    if (call->name == "load") return call->object;
    if ((call->name == "get" || call->name == "value") && call->call->getNumArgs() == 0 && call->method &&
        call->method->getParent()->isInStdNamespace())
      return call->object;
  }
  return nullptr;
}

static bool is_getter(const clang::CallExpr& call) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  return callee && callee->getIdentifier() && call.getNumArgs() == 0;
}

// jobs.find(id), where the expression is `it->second` and `it` came from it.
static std::optional<MethodCall> look_up_of(const StateScope& scope, const clang::Expr* expression) {
  const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression);
  if (!member || !member->getMemberDecl()->getIdentifier() || member->getMemberDecl()->getName() != "second")
    return std::nullopt;
  const clang::Expr* base = bare(member->getBase());
  if (const clang::Expr* iterator = handed_on(base)) base = bare(iterator);
  const clang::VarDecl* variable = variable_of(base);
  if (!variable || !variable->isLocalVarDecl() || !variable->hasInit() || !scope.is_fixed(variable))
    return std::nullopt;
  const std::optional<MethodCall> call = method_call_of(bare(variable->getInit()));
  return call && call->name == "find" && call->call->getNumArgs() == 1 ? call : std::nullopt;
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
  if (const clang::BindingDecl* binding = binding_of(expression)) return address_name(binding->getCanonicalDecl());
  if (const clang::Expr* object = handed_on(expression)) return path_of(object);
  if (const std::optional<MethodCall> found = look_up_of(*this, expression)) {
    std::string base = path_of(found->object);
    if (!base.empty()) return base + "[" + context.text_of(found->call->getArg(0)->getSourceRange()) + "]";
  }
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
  if (const std::optional<MethodCall> call = method_call_of(expression)) {
    if (call->name.empty()) return {};
    std::string base = path_of(call->object);
    if (base.empty()) return base;
    if (call->call->getNumArgs() == 0) return base + "." + member_name(call->name);
    if (call->call->getNumArgs() == 1 && call->name == "at")
      return base + "[" + context.text_of(call->call->getArg(0)->getSourceRange()) + "]";
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
  if (const std::optional<MethodCall> call = method_call_of(expression)) return path_of(call->object);
  return {};
}

const clang::VarDecl* StateScope::root_of(const clang::Expr* expression) const {
  for (expression = bare(expression); expression;) {
    if (const clang::VarDecl* variable = variable_of(expression)) return variable;
    if (const clang::BindingDecl* binding = binding_of(expression))
      return llvm::dyn_cast<clang::VarDecl>(binding->getDecomposedDecl());
    if (const clang::Expr* object = handed_on(expression))
      expression = bare(object);
    else if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression))
      expression = bare(member->getBase());
    else if (const clang::ArraySubscriptExpr* element = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression))
      expression = bare(element->getBase());
    else if (const std::optional<MethodCall> call = method_call_of(expression))
      expression = bare(call->object);
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
  if (const std::optional<MethodCall> found = look_up_of(*this, expression))
    if (const clang::ValueDecl* container = holder_of(found->object)) return container;
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression))
    if (llvm::isa<clang::FieldDecl, clang::VarDecl>(member->getMemberDecl())) return member->getMemberDecl();
  if (const clang::ArraySubscriptExpr* element = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression))
    return holder_of(element->getBase());
  if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression);
      call && call->getOperator() == clang::OO_Subscript)
    return holder_of(call->getArg(0));
  return nullptr;
}

// g_new0(struct session, 1), as glib writes it: ({ …; p = g_malloc0_n(n, sizeof(…)); p; })
static bool makes_object_within(const clang::StmtExpr& block) {
  llvm::SmallVector<const clang::Stmt*, 8> work{block.getSubStmt()};
  while (!work.empty()) {
    const clang::Stmt* statement = work.pop_back_val();
    if (!statement) continue;
    if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement); call && makes_object(call))
      return true;
    work.append(statement->child_begin(), statement->child_end());
  }
  return false;
}

bool makes_object(const clang::Expr* expression) {
  expression = bare(expression);
  // What Clang did not understand may make one, such as the macro of a missing header.
  if (!expression || llvm::isa<clang::CXXNewExpr, clang::RecoveryExpr>(expression)) return expression != nullptr;
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
          word == "zalloc" || word == "emplace" || word == "allocate" || word == "clone" ||
          llvm::StringRef(word).starts_with("malloc"))
        return true;
  }
  if (const clang::StmtExpr* block = llvm::dyn_cast<clang::StmtExpr>(expression)) return makes_object_within(*block);
  return llvm::isa<clang::CXXScalarValueInitExpr, clang::ImplicitValueInitExpr, clang::CompoundLiteralExpr>(expression);
}

bool StateScope::is_one_of_many(const clang::Expr* expression) const {
  const clang::VarDecl* root = root_of(expression);
  if (!root || !root->isLocalVarDecl() || root->isStaticLocal()) return false;
  return scan.ranges.contains(root) || (root->getType()->isPointerType() && !is_fixed(root));
}

// A number that nobody had before: what a counter is raised to, or what a call that makes something returns.
static bool makes_number(const clang::Expr* expression) {
  const clang::UnaryOperator* operation = llvm::dyn_cast_or_null<clang::UnaryOperator>(bare(expression));
  return operation ? operation->isIncrementOp() : makes_object(expression);
}

// timers[fd].state, where `fd` was just created.
bool StateScope::is_in_new_place(const clang::Expr* expression) const {
  for (expression = bare(expression); expression;) {
    const clang::Expr *base = nullptr, *index = nullptr;
    if (const clang::ArraySubscriptExpr* element = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression)) {
      base = element->getBase();
      index = element->getIdx();
    } else if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression);
               call && call->getOperator() == clang::OO_Subscript && call->getNumArgs() == 2) {
      base = call->getArg(0);
      index = call->getArg(1);
    } else if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression)) {
      base = member->getBase();
    } else {
      base = handed_on(expression);
    }
    const clang::VarDecl* number = variable_of(index);
    if (index && (makes_number(index) || (number && number->isLocalVarDecl() && is_fixed(number) && number->hasInit() &&
                                          makes_number(number->getInit()))))
      return true;
    expression = base ? bare(base) : nullptr;
  }
  return false;
}

bool StateScope::is_made_here(const clang::Expr* expression) const {
  if (is_in_new_place(expression)) return true;
  const clang::VarDecl* root = root_of(expression);
  if (!root || !root->isLocalVarDecl() || root->isStaticLocal()) return false;
  llvm::DenseMap<const clang::VarDecl*, llvm::SmallVector<const clang::Expr*, 2>>::const_iterator assigned =
      scan.assigned.find(root);
  if (assigned != scan.assigned.end())
    for (const clang::Expr* value : assigned->second)
      if (makes_object(value)) return true;
  const clang::QualType type = root->getType();
  // A pointer that nothing sets was set by a statement that Clang did not understand, as by a macro of a missing
  // header.
  if (!root->hasInit()) return type->isRecordType() || (type->isPointerType() && is_fixed(root));
  if (const clang::Expr* init = root->getInit()) {
    if (makes_object(init)) return true;
    if (type->isReferenceType() && root_of(init) && root_of(init) != root) return is_made_here(init);
  }
  return false;
}

} // namespace plumbline
