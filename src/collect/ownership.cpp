#include "collect/ownership.h"
#include "collect/graph_loops.h"
#include "collect/graph_types.h"
#include "program/ownership.h"

#include <clang/AST/DeclTemplate.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

namespace {

// How a type keeps a record.
struct Kept {
  const clang::CXXRecordDecl* record = nullptr;
  bool shared = false, pointer = false, many = false;
};

bool is_callable_type(clang::QualType type) {
  llvm::StringRef name = class_name(type);
  return name == "function" || name == "move_only_function" || name == "copyable_function" || name == "any_invocable" ||
         name == "AnyInvocable" || name == "unique_function";
}

// A callable, or a container of callables.
bool holds_callables(clang::QualType type, int depth = 0) {
  if (is_callable_type(type)) return true;
  if (depth > 2) return false;
  llvm::StringRef name = class_name(type);
  if (is_sequence_template(name) || name == "optional") {
    clang::QualType element = type_argument(type, 0);
    return !element.isNull() && holds_callables(element, depth + 1);
  }
  clang::QualType mapped = mapped_type(type);
  return !mapped.isNull() && holds_callables(mapped, depth + 1);
}

class OwnershipVisitor : public clang::RecursiveASTVisitor<OwnershipVisitor> {
 public:
  explicit OwnershipVisitor(CollectContext& context) : context(context) {}
  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldVisitLambdaBody() const { return true; }

  bool TraverseDecl(clang::Decl* declaration) {
    if (!declaration) return true;
    if (!llvm::isa<clang::TranslationUnitDecl, clang::NamespaceDecl, clang::LinkageSpecDecl>(declaration) &&
        !context.is_ours(declaration->getLocation()))
      return true;
    clang::FunctionDecl* body = llvm::dyn_cast<clang::FunctionDecl>(declaration);
    const clang::CXXMethodDecl* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(body);
    if (!body || (method && method->getParent()->isLambda())) return RecursiveASTVisitor::TraverseDecl(declaration);
    const clang::FunctionDecl* outer = function;
    function = body;
    bool go_on = RecursiveASTVisitor::TraverseDecl(declaration);
    function = outer;
    return go_on;
  }

  bool VisitCXXRecordDecl(clang::CXXRecordDecl* record) {
    if (!record->isThisDeclarationADefinition() || record->isLambda()) return true;
    if (record->isDependentContext()) {
      if (record->getDescribedClassTemplate()) fields_of(*record);
      return true;
    }
    for (const clang::CXXBaseSpecifier& base : record->bases()) {
      const clang::CXXRecordDecl* target = base.getType()->getAsCXXRecordDecl();
      if (!target || !context.is_ours(target->getLocation()) || !target->hasDefinition()) continue;
      OwnershipFact fact;
      fact.record = node(*record), fact.target = node(*target);
      fact.location = context.expansion_of(record->getLocation());
      fact.target_name = target->getQualifiedNameAsString();
      write_once(fact);
      if (!target->isPolymorphic()) continue;
      std::swap(fact.record, fact.target);
      fact.target_name = record->getQualifiedNameAsString();
      fact.may_be = true;
      write_once(fact);
    }
    fields_of(*record);
    return true;
  }

  bool VisitCXXConstructorDecl(clang::CXXConstructorDecl* constructor) {
    for (const clang::CXXCtorInitializer* initialiser : constructor->inits())
      if (initialiser->isWritten() && initialiser->isAnyMemberInitializer() && initialiser->getInit())
        put(*initialiser->getAnyMember(), nullptr, initialiser->getInit());
    return true;
  }

  bool VisitCXXOperatorCallExpr(clang::CXXOperatorCallExpr* call) {
    if (call->getOperator() == clang::OO_Equal && call->getNumArgs() == 2) {
      const clang::Expr* base = nullptr;
      if (const clang::FieldDecl* field = field_of(call->getArg(0), base)) {
        if (is_empty(call->getArg(1)) && bare_is_member(call->getArg(0))) clears(*field);
        put(*field, base, call->getArg(1));
      }
    }
    return true;
  }

  bool VisitCXXMemberCallExpr(clang::CXXMemberCallExpr* call) {
    const clang::CXXMethodDecl* method = call->getMethodDecl();
    if (!method || !method->getDeclName().isIdentifier()) return true;
    const clang::Expr* object = call->getImplicitObjectArgument();
    llvm::StringRef name = method->getName();
    const clang::Expr* base = nullptr;
    if (const clang::FieldDecl* field = field_of(object, base); field && !context.is_ours(method->getLocation())) {
      bool clearing = (name == "reset" && call->getNumArgs() == 0) || name == "clear";
      if (clearing && bare_is_member(object)) clears(*field);
      if (name == "erase" && function) change(*field, "erases", -1);
      if (llvm::StringSwitch<bool>(name)
              .Cases({"push_back", "emplace_back", "insert", "emplace", "push", "insert_or_assign", "assign"}, true)
              .Default(false))
        for (const clang::Expr* argument : call->arguments()) put(*field, base, argument);
    }
    if (context.is_ours(method->getLocation())) hand_over(*method, *call, object);
    return true;
  }

 private:
  void fields_of(const clang::CXXRecordDecl& record) {
    for (const clang::FieldDecl* field : record.fields()) {
      std::vector<Kept> kept;
      if (field->getType()->isDependentType())
        keeps_open(field->getType(), {}, 0, kept);
      else
        keeps(field->getType(), {}, 0, kept);
      for (const Kept& one : kept) {
        OwnershipFact fact = describe(record, *field);
        fact.target = node(*one.record);
        fact.target_name = one.record->getQualifiedNameAsString();
        fact.shared = one.shared;
        fact.pointer = one.pointer;
        fact.many = one.many;
        write_once(fact);
      }
      if (holds_callables(field->getType())) write_once(describe(record, *field));
    }
  }

  OwnershipFact describe(const clang::CXXRecordDecl& record, const clang::FieldDecl& field) {
    OwnershipFact fact;
    fact.record = node(record);
    fact.member = context.entity(&field);
    fact.location = context.expansion_of(field.getLocation());
    fact.name = field.getNameAsString();
    fact.qualified = field.getQualifiedNameAsString();
    if (const clang::RecordDecl* parent = field.getParent(); parent && !fact.qualified.empty())
      fact.qualified = parent->getQualifiedNameAsString() + "::" + fact.name;
    clang::PrintingPolicy policy = context.ast.getPrintingPolicy();
    policy.SuppressTagKeyword = true;
    fact.type = field.getType().getAsString(policy);
    return fact;
  }

  void write_once(const OwnershipFact& fact) {
    std::uint64_t digest = static_cast<std::uint64_t>(fact.record) * 3 ^ static_cast<std::uint64_t>(fact.target) * 7 ^
                           static_cast<std::uint64_t>(fact.member) * 13 ^ (fact.shared ? 0x51ull << 48 : 0) ^
                           (fact.may_be ? 0x17ull << 52 : 0) ^ 0x6f776eull;
    if (context.first_time(digest)) write(context.table, fact);
  }

  // A specialization is a node of its own: Holder<A> keeps no B.
  EntityId node(const clang::CXXRecordDecl& record) {
    if (!llvm::isa<clang::ClassTemplateSpecializationDecl>(record)) return context.entity(&record);
    return entity_from_text("record|" + clang::QualType(context.ast.getCanonicalTagType(&record)).getAsString());
  }

  // Templates whose arguments they do not keep alive.
  static bool keeps_nothing(llvm::StringRef name) {
    return llvm::StringSwitch<bool>(name)
        .Cases({"weak_ptr", "reference_wrapper", "allocator", "less", "greater", "hash", "equal_to", "default_delete"},
               true)
        .Cases({"char_traits", "QPointer", "QWeakPointer", "observer_ptr", "span", "basic_string", "basic_string_view"},
               true)
        .Cases({"enable_shared_from_this", "polymorphic_allocator", "promise", "owner_less", "ratio", "duration"}, true)
        .Default(false);
  }

  static void pass(llvm::StringRef name, Kept& so_far) {
    if (is_shared_pointer_template(name)) so_far.shared = true;
    if (so_far.shared || name == "unique_ptr") so_far.pointer = true;
    if (is_sequence_template(name) || is_map_template(name)) so_far.many = true;
  }

  // The same in a template as it is written, by the templates that a type names. Instantiations say more; but one that
  // only the body of a library function needs, as in make_shared<Node<int>>(), is not made while such bodies are
  // skipped.
  void keeps_open(clang::QualType type, Kept so_far, int depth, std::vector<Kept>& kept) {
    if (type.isNull() || depth > 8 || type->isReferenceType()) return;
    if (!type->isDependentType()) return keeps(type, so_far, depth, kept);
    if (const clang::TemplateSpecializationType* open = type->getAs<clang::TemplateSpecializationType>()) {
      if (open->isTypeAlias()) return keeps_open(open->getAliasedType(), so_far, depth + 1, kept);
      const clang::ClassTemplateDecl* pattern =
          llvm::dyn_cast_or_null<clang::ClassTemplateDecl>(open->getTemplateName().getAsTemplateDecl());
      if (!pattern || !pattern->getIdentifier()) return;
      if (context.is_ours(pattern->getLocation())) {
        so_far.record = pattern->getTemplatedDecl();
        kept.push_back(so_far);
        return;
      }
      if (keeps_nothing(pattern->getName()) || pattern->getName().ends_with("function")) return;
      pass(pattern->getName(), so_far);
      for (const clang::TemplateArgument& argument : open->template_arguments())
        if (argument.getKind() == clang::TemplateArgument::Type)
          keeps_open(argument.getAsType(), so_far, depth + 1, kept);
      return;
    }
    // Node, in the template Node itself.
    const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
    if (!record || !context.is_ours(record->getLocation())) return;
    so_far.record = record;
    kept.push_back(so_far);
  }

  // Records of ours that a value of the type keeps alive.
  void keeps(clang::QualType type, Kept so_far, int depth, std::vector<Kept>& kept) {
    if (type.isNull() || depth > 8 || type->isReferenceType() || type->isDependentType()) return;
    type = type.getCanonicalType().getUnqualifiedType();
    if (const clang::ArrayType* array = type->getAsArrayTypeUnsafe()) {
      so_far.many = true;
      return keeps(array->getElementType(), so_far, depth + 1, kept);
    }
    const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
    if (!record) return;
    const clang::ClassTemplateSpecializationDecl* specialization =
        llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(record);
    if (context.is_ours(record->getLocation())) {
      // What only the body of a library function instantiates stays as the template is written.
      const bool open = specialization && !record->hasDefinition();
      so_far.record = open ? specialization->getSpecializedTemplate()->getTemplatedDecl() : record;
      kept.push_back(so_far);
      return;
    }
    if (!specialization || !specialization->getIdentifier()) return;
    llvm::StringRef name = specialization->getName();
    if (keeps_nothing(name) || is_callable_type(type)) return;
    pass(name, so_far);
    for (const clang::TemplateArgument& argument : specialization->getTemplateArgs().asArray()) {
      if (argument.getKind() == clang::TemplateArgument::Type) keeps(argument.getAsType(), so_far, depth + 1, kept);
      if (argument.getKind() == clang::TemplateArgument::Pack)
        for (const clang::TemplateArgument& part : argument.pack_elements())
          if (part.getKind() == clang::TemplateArgument::Type) keeps(part.getAsType(), so_far, depth + 1, kept);
    }
  }

  static bool bare_is_member(const clang::Expr* expression) {
    return llvm::isa_and_nonnull<clang::MemberExpr>(stripped(expression));
  }

  // The field that an expression is, or stores into: on_data_, this->handlers_[id], request->finished.
  static const clang::FieldDecl* field_of(const clang::Expr* expression, const clang::Expr*& base) {
    expression = stripped(expression);
    if (const clang::CXXOperatorCallExpr* subscript = llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(expression);
        subscript && subscript->getOperator() == clang::OO_Subscript)
      expression = stripped(subscript->getArg(0));
    const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression);
    if (!member) return nullptr;
    base = member->getBase();
    return llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl());
  }

  static bool is_empty(const clang::Expr* value) {
    value = stripped(value);
    if (!value) return false;
    if (llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(value)) return true;
    if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(value)) return list->getNumInits() == 0;
    if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(value)) {
      if (construct->getNumArgs() == 0) return true;
      return construct->getNumArgs() == 1 && is_empty(construct->getArg(0));
    }
    return false;
  }

  // In a destructor it comes too late: the ring is why it never runs.
  void clears(const clang::FieldDecl& field) {
    if (!function || llvm::isa<clang::CXXDestructorDecl>(function) || !context.is_ours(field.getLocation())) return;
    change(field, "clears", -1);
  }

  void change(const clang::FieldDecl& field, const char* what, int index) {
    MemberChange fact;
    fact.function = context.entity(function);
    fact.member = context.entity(&field);
    fact.what = what;
    fact.index = index;
    fact.location = context.expansion_of(field.getLocation());
    std::uint64_t digest = static_cast<std::uint64_t>(fact.function) * 23 ^
                           static_cast<std::uint64_t>(fact.member) * 29 ^ static_cast<std::uint64_t>(index + 2) ^
                           (static_cast<std::uint64_t>(what[0]) << 40);
    if (fact.function != EntityId::none && context.first_time(digest)) write(context.table, fact);
  }

  static const clang::LambdaExpr* lambda_in(const clang::Expr* value) {
    for (int depth = 0; value && depth < 8; ++depth) {
      value = stripped(value);
      if (const clang::LambdaExpr* lambda = llvm::dyn_cast_or_null<clang::LambdaExpr>(value)) return lambda;
      const clang::CXXConstructExpr* construct = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(value);
      const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(value);
      if (construct && construct->getNumArgs() >= 1)
        value = construct->getArg(0);
      else if (call && call->getNumArgs() == 1)
        value = call->getArg(0);
      else if (const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(value)) {
        const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(named->getDecl());
        if (!variable || !variable->isLocalVarDecl() || !variable->hasInit()) return nullptr;
        value = variable->getInit();
      } else
        return nullptr;
    }
    return nullptr;
  }

  static const clang::ParmVarDecl* parameter_in(const clang::Expr* value) {
    value = stripped(value);
    for (int depth = 0; value && depth < 4; ++depth) {
      if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(value);
          construct && construct->getNumArgs() == 1)
        value = stripped(construct->getArg(0));
    }
    const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(value);
    return named ? llvm::dyn_cast<clang::ParmVarDecl>(named->getDecl()) : nullptr;
  }

  // What a variable was made from: `self` from shared_from_this(), `copy` from `request`.
  static const clang::Expr* origin_of(const clang::Expr* value) {
    value = stripped(value);
    for (int depth = 0; value && depth < 6; ++depth) {
      const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(value);
      const clang::VarDecl* variable = named ? llvm::dyn_cast<clang::VarDecl>(named->getDecl()) : nullptr;
      if (!variable || llvm::isa<clang::ParmVarDecl>(variable) || !variable->isLocalVarDecl() || !variable->hasInit())
        break;
      const clang::Expr* init = stripped(variable->getInit());
      bool copies = llvm::isa_and_nonnull<clang::DeclRefExpr>(init);
      const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(init);
      bool made_of_this = call && callee_name(*call).find("shared_from_this") != std::string::npos;
      if (!copies && !made_of_this) break;
      value = init;
    }
    return value;
  }

  static bool is_self(const clang::Expr* value) {
    value = stripped(value);
    if (llvm::isa_and_nonnull<clang::CXXThisExpr>(value)) return true;
    const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(value);
    if (!call) return false;
    std::string name = callee_name(*call);
    if (name.find("shared_from_this") != std::string::npos || name == "shared_from_base" || name == "sharedFromThis")
      return true;
    return call->getNumArgs() == 1 && (name.find("pointer_cast") != std::string::npos) &&
           is_self(origin_of(call->getArg(0)));
  }

  static bool is_shared(clang::QualType type) { return is_shared_pointer_template(class_name(type)); }

  // Something is put into a field of `base` (null: of this).
  void put(const clang::FieldDecl& field, const clang::Expr* base, const clang::Expr* value) {
    if (!holds_callables(field.getType()) || !context.is_ours(field.getLocation())) return;
    if (const clang::ParmVarDecl* parameter = parameter_in(value)) {
      if (parameter->getDeclContext() == function &&
          (!base || llvm::isa_and_nonnull<clang::CXXThisExpr>(stripped(base))))
        change(field, "stores", static_cast<int>(parameter->getFunctionScopeIndex()));
      return;
    }
    if (const clang::LambdaExpr* lambda = lambda_in(value)) stored(context.entity(&field), field, base, *lambda);
  }

  // timer->on_tick([timer] …): whether on_tick() stores it is known after linking.
  void hand_over(const clang::CXXMethodDecl& method, const clang::CallExpr& call, const clang::Expr* object) {
    for (unsigned i = 0; i < call.getNumArgs() && i < method.getNumParams(); ++i)
      if (const clang::LambdaExpr* lambda = lambda_in(call.getArg(i)))
        stored(context.parameter(&method, i), method, object, *lambda);
  }

  // connection->on_open([connection] { connection->on_open(nullptr); … }): once it ran, it has let go. `keeper`: the
  // method or field that keeps the lambda.
  static bool replaces_itself(const clang::LambdaExpr& lambda, const clang::NamedDecl& keeper,
                              const clang::VarDecl& captured) {
    bool found = false;
    each_statement(lambda.getBody(), [&](const clang::Stmt& statement) {
      const clang::MemberExpr* named = nullptr;
      if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(&statement))
        named = llvm::dyn_cast_or_null<clang::MemberExpr>(call->getCallee()->IgnoreParens());
      if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&statement);
          call && call->getOperator() == clang::OO_Equal)
        named = llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(call->getArg(0)));
      if (named && named->getMemberDecl()->getCanonicalDecl() == keeper.getCanonicalDecl())
        each_statement(named->getBase(), [&](const clang::Stmt& part) {
          const clang::DeclRefExpr* object = llvm::dyn_cast<clang::DeclRefExpr>(&part);
          found = found || (object && object->getDecl() == &captured);
          return !found;
        });
      return !found;
    });
    return found;
  }

  void stored(EntityId member, const clang::NamedDecl& keeper, const clang::Expr* base,
              const clang::LambdaExpr& lambda) {
    if (member == EntityId::none) return;
    const clang::Expr* owner = base ? origin_of(base) : nullptr;
    bool owner_is_this = !base || is_self(owner);
    // request->finished, (*request).finished: the pointer itself.
    if (const clang::CXXOperatorCallExpr* arrow = llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(stripped(base));
        arrow && (arrow->getOperator() == clang::OO_Arrow || arrow->getOperator() == clang::OO_Star)) {
      owner = origin_of(arrow->getArg(0));
      owner_is_this = is_self(owner);
    }
    const clang::DeclRefExpr* owner_name = llvm::dyn_cast_or_null<clang::DeclRefExpr>(owner);
    for (const clang::LambdaCapture& capture : lambda.captures()) {
      if (!capture.capturesVariable() || capture.getCaptureKind() != clang::LCK_ByCopy) continue;
      const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(capture.getCapturedVar());
      if (!variable || !is_shared(variable->getType())) continue;
      const clang::Expr* origin = nullptr;
      const clang::VarDecl* source = variable;
      if (variable->hasInit() && !llvm::isa<clang::ParmVarDecl>(variable)) {
        origin = stripped(variable->getInit());
        if (const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(origin);
            named && llvm::isa<clang::VarDecl>(named->getDecl())) {
          origin = origin_of(named);
          if (const clang::DeclRefExpr* first = llvm::dyn_cast_or_null<clang::DeclRefExpr>(origin))
            source = llvm::dyn_cast<clang::VarDecl>(first->getDecl());
        }
      }
      bool same = owner_is_this ? origin && is_self(origin) : owner_name && source && owner_name->getDecl() == source;
      if (!same || replaces_itself(lambda, keeper, *variable)) continue;
      StoredLambda fact;
      fact.member = member;
      fact.location = context.expansion_of(lambda.getBeginLoc());
      fact.variable = variable->getNameAsString();
      if (const clang::CXXRecordDecl* kept =
              llvm::dyn_cast_or_null<clang::CXXRecordDecl>(record_behind(variable->getType())))
        fact.captured = node(*kept);
      if (context.first_time(static_cast<std::uint64_t>(context.place_id("stored-lambda", fact.location)) ^
                             static_cast<std::uint64_t>(member)))
        write(context.table, fact);
    }
  }

  CollectContext& context;
  const clang::FunctionDecl* function = nullptr;
};

} // namespace

void collect_ownership(CollectContext& context) {
  OwnershipVisitor(context).TraverseDecl(context.ast.getTranslationUnitDecl());
}

} // namespace plumbline
