// Reads of the environment, of global objects and of what an argument-less function gives by reference or pointer.
// Left out where the code alone shows that nothing is picked out of the air: the accessors of a variable that only its
// file sees, what sets such a variable up or frees it, and functions that do nothing but load the environment.
#include "collect/access_visitor.h"
#include "facts.h"
#include "facts/words.h"
#include "home_code.h"

#include <llvm/Support/SaveAndRestore.h>

namespace plumbline::ambient_config_read {

static void write(FactTable& table, const AmbientRead& read) {
  FactBuilder(table, ambient_read)
      .subject(read.what)
      .object(read.function)
      .at(read.location)
      .text("name", read.name)
      .text("part", read.part)
      .number("type", static_cast<std::int64_t>(read.type))
      .number("given", static_cast<std::int64_t>(read.given_to))
      .number("starts", static_cast<std::int64_t>(read.starts))
      .number("points_to", static_cast<std::int64_t>(read.points_to))
      .number("through", static_cast<std::int64_t>(read.through))
      .text("source", read.source)
      .text("line", read.line);
}

AmbientRead read_ambient(const FactTable& table, const Fact& fact) {
  AmbientRead read;
  read.what = fact.subject;
  read.function = fact.object;
  read.location = fact.location;
  read.name = table.text(fact, "name");
  read.part = table.text(fact, "part");
  read.type = static_cast<EntityId>(table.number(fact, "type"));
  read.given_to = static_cast<EntityId>(table.number(fact, "given"));
  read.starts = static_cast<EntityId>(table.number(fact, "starts"));
  read.points_to = static_cast<EntityId>(table.number(fact, "points_to"));
  read.through = static_cast<EntityId>(table.number(fact, "through"));
  read.source = table.text(fact, "source");
  read.line = table.text(fact, "line");
  return read;
}

namespace {

class AmbientVisitor : public AccessVisitor<AmbientVisitor> {
  using Base = AccessVisitor<AmbientVisitor>;

 public:
  using Base::Base;

  bool TraverseVarDecl(clang::VarDecl* variable) {
    EntityId outer = starts;
    if (!function && variable->hasGlobalStorage()) starts = context.entity(variable);
    bool go_on = Base::TraverseVarDecl(variable);
    starts = outer;
    return go_on;
  }

  bool TraverseFieldDecl(clang::FieldDecl* field) {
    EntityId outer = starts;
    if (!function && field->hasInClassInitializer()) starts = context.entity(field);
    bool go_on = Base::TraverseFieldDecl(field);
    starts = outer;
    return go_on;
  }
  bool TraverseParmVarDecl(clang::ParmVarDecl* parameter) {
    llvm::SaveAndRestore<bool> save(in_default_argument, true);
    return Base::TraverseParmVarDecl(parameter);
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    Base::VisitCallExpr(call);
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call);
        operation && operation->getNumArgs() > 0 && counts(operation->getOperator()))
      counted(operation->getArg(0));
    if (!callee || !callee->getDeclName().isIdentifier()) return true;
    if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call);
        member && (callee->getName() == "fetch_add" || callee->getName() == "fetch_sub"))
      counted(member->getImplicitObjectArgument());
    if (reads_environment(*callee)) {
      if (!function || !(only_loads_environment(*function) || is_about_environment(*function)))
        emit(*call, EntityId::none, callee->getNameAsString(), key_of(*call));
      return true;
    }
    if (is_unread(call)) return true;
    const clang::RecordDecl* manager = manager_of(*call);
    if (manager || (!is_method(*callee) && gives_global(*call, *callee))) {
      llvm::SaveAndRestore<EntityId> save(through, manager ? context.entity(manager) : EntityId::none);
      object_read(*call, context.entity(callee), callee->getQualifiedNameAsString());
    }
    return true;
  }

  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (!variable || is_unread(reference) || !variable->hasGlobalStorage() || variable->isStaticLocal() ||
        variable->isConstexpr() || (variable->getType().isConstQualified() && !variable->getType()->isPointerType()))
      return true;
    TypeTraits traits = traits_of(variable->getType());
    if (!traits.record || traits.plural || traits.type_class != TypeClass::record ||
        !context.is_ours(traits.record->getLocation()))
      return true;
    if (variable->getType()->isReferenceType() && variable->getType()->getPointeeType().isConstQualified() &&
        variable->isConstexpr())
      return true;
    if (function && (is_accessor_of(*function, *variable, context.sources) || takes_over(*function, *variable) ||
                     keeps_up(*function, *variable, context.sources)))
      return true;
    object_read(*reference, context.entity(variable), variable->getQualifiedNameAsString());
    return true;
  }

  bool VisitUnaryOperator(clang::UnaryOperator* operation) {
    if (operation->isIncrementDecrementOp()) counted(operation->getSubExpr());
    return Base::VisitUnaryOperator(operation);
  }
  bool VisitCompoundAssignOperator(clang::CompoundAssignOperator* operation) {
    if (operation->isAdditiveOp() || operation->getOpcode() == clang::BO_AddAssign ||
        operation->getOpcode() == clang::BO_SubAssign)
      counted(operation->getLHS());
    return true;
  }
  bool
  VisitAtomicExpr(clang::AtomicExpr* operation) { // __atomic_fetch_add(&config.finished, 1, …), __atomic_add_fetch()
    if (operation->getOpAsString().contains("fetch")) counted(operation->getPtr());
    return true;
  }

 private:
  static std::string key_of(const clang::CallExpr& call) {
    for (const clang::Expr* argument : call.arguments())
      if (const clang::StringLiteral* text = llvm::dyn_cast<clang::StringLiteral>(argument->IgnoreParenImpCasts()))
        if (text->isOrdinary()) return text->getString().str();
    return {};
  }

  static bool is_method(const clang::FunctionDecl& function) {
    const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
    return method && !method->isStatic();
  }

  // ConfigManager::instance().current()->port: the manager that such a call asks, if it is a global object.
  const clang::RecordDecl* manager_of(const clang::CallExpr& call) {
    const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
    if (!member || !gives_global(call, *call.getDirectCallee())) return nullptr;
    const clang::CallExpr* global =
        llvm::dyn_cast<clang::CallExpr>(member->getImplicitObjectArgument()->IgnoreParenImpCasts());
    const clang::FunctionDecl* accessor = global ? global->getDirectCallee() : nullptr;
    if (!accessor || !accessor->getDeclName().isIdentifier() || is_method(*accessor) ||
        !gives_global(*global, *accessor))
      return nullptr;
    return traits_of(accessor->getReturnType()).record;
  }

  // A function that takes nothing and gives an object that somebody else owns; makers give a new one.
  bool gives_global(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
    if (!context.is_ours(callee.getLocation())) return false;
    for (const clang::Expr* argument : call.arguments())
      if (!llvm::isa<clang::CXXDefaultArgExpr>(argument)) return false;
    const clang::QualType type = callee.getReturnType();
    TypeTraits traits = traits_of(type);
    if (!traits.record || traits.plural || traits.type_class != TypeClass::record ||
        !context.is_ours(traits.record->getLocation()))
      return false;
    if (!type->isReferenceType() && !type->isPointerType()) {
      const clang::CXXRecordDecl* pointer = type->getAsCXXRecordDecl();
      if (!pointer || !pointer->getIdentifier() || pointer->getName() != "shared_ptr") return false;
    }
    for (const std::string& word : words_of(std::string_view(callee.getName())))
      if (word == "make" || word == "create" || word == "new" || word == "build" || word == "load" || word == "parse" ||
          word == "read" || word == "version" || word == "default" || word == "defaults" || word == "clone" ||
          word == "init")
        return false;
    return true;
  }

  static bool counts(clang::OverloadedOperatorKind kind) {
    return kind == clang::OO_PlusPlus || kind == clang::OO_MinusMinus || kind == clang::OO_PlusEqual ||
           kind == clang::OO_MinusEqual;
  }

  // `++config.connections;`: of a global object, the member that the function counts in.
  void counted(const clang::Expr* target) {
    const clang::MemberExpr* member = nullptr;
    for (target = target->IgnoreParenImpCasts();; target = target->IgnoreParenImpCasts()) {
      const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(target);
      if (unary && unary->getOpcode() == clang::UO_AddrOf) {
        target = unary->getSubExpr();
      } else if (const clang::MemberExpr* part = llvm::dyn_cast<clang::MemberExpr>(target)) {
        member = part;
        target = part->getBase();
      } else {
        break;
      }
    }
    const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(target);
    const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(target);
    const clang::VarDecl* variable = reference ? llvm::dyn_cast<clang::VarDecl>(reference->getDecl()) : nullptr;
    const clang::FunctionDecl* accessor = call ? call->getDirectCallee() : nullptr;
    if (!function || !member || !((variable && variable->hasGlobalStorage()) || (accessor && call->getNumArgs() == 0)))
      return;
    const EntityId what = variable ? context.entity(variable) : context.entity(accessor);
    const std::string part = member->getMemberDecl()->getNameAsString();
    if (what != EntityId::none && context.is_ours(member->getMemberDecl()->getLocation()) &&
        context.first_time(static_cast<std::uint64_t>(entity_from_text("ambient-count|" + part)) ^
                           static_cast<std::uint64_t>(what) * 3 ^ static_cast<std::uint64_t>(function_id()) * 5))
      FactBuilder(context.table, ambient_count).subject(what).object(function_id()).text("part", part);
  }

  // What becomes of the object that the visited expression names.
  void object_read(const clang::Expr& expression, EntityId what, std::string name) {
    std::string part;
    EntityId given = EntityId::none, points_to = EntityId::none;
    for (std::size_t i = around.size() - 1; i-- > 0;) {
      const clang::Stmt* outer = around[i];
      if (const clang::CastExpr* cast = llvm::dyn_cast<clang::CastExpr>(outer)) {
        if (cast->getCastKind() == clang::CK_PointerToBoolean) return; // whether there is one
        continue;
      }
      if (llvm::isa<clang::ParenExpr, clang::ExprWithCleanups, clang::MaterializeTemporaryExpr>(outer)) continue;
      if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(outer)) {
        if (unary->getOpcode() == clang::UO_LNot) return;
        if (unary->getOpcode() == clang::UO_AddrOf || unary->getOpcode() == clang::UO_Deref) continue;
      }
      if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(outer)) {
        if (operation->getOperator() == clang::OO_Arrow || operation->getOperator() == clang::OO_Star) continue;
        if (operation->isAssignmentOp() && operation->getArg(0)->IgnoreParenImpCasts() == &expression) return;
        if (operation->isComparisonOp()) return; // with nullptr
      }
      if (const clang::BinaryOperator* binary = llvm::dyn_cast<clang::BinaryOperator>(outer);
          binary && (binary->isComparisonOp() ||
                     (binary->isAssignmentOp() && binary->getLHS()->IgnoreParenImpCasts() == &expression)))
        return;
      if (llvm::isa<clang::CXXDeleteExpr>(outer)) return;
      if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(outer)) {
        const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(member->getMemberDecl());
        if (method && llvm::isa<clang::CXXConversionDecl>(method)) return; // whether there is one
        if (method && method->getDeclName().isIdentifier() &&
            (method->getName() == "get" && method->getReturnType()->isPointerType() &&
             !context.is_ours(method->getLocation())))
          continue; // of a smart pointer
        if (method && fills(*method)) return;
        if (is_lock(member->getType())) return;
        part = member->getMemberDecl()->getNameAsString();
        if (!method) {
          const clang::RecordDecl* object = pointee_of(member->getType());
          if (object && !context.is_ours(object->getLocation())) return; // a FILE: no setting
          if (object) points_to = context.entity(object);
        }
        if (!method && fills_part(i)) return;
        break;
      }
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(outer))
        if (const clang::FunctionDecl* callee = call->getDirectCallee()) given = receiver(*call, *callee, expression);
      break;
    }
    // A default that whoever calls can replace: `explicit Server(const Config& config = default_config)`.
    if (in_default_argument && part.empty()) return;
    emit(expression, what, std::move(name), std::move(part), given, points_to);
  }

  // The record behind a pointer, or behind those of an array.
  const clang::RecordDecl* pointee_of(clang::QualType type) const {
    bool points = false;
    while (type->isPointerType() || type->isArrayType()) {
      points |= type->isPointerType();
      type = type->isPointerType() ? type->getPointeeType() : context.ast.getBaseElementType(type);
    }
    return points ? type->getAsRecordDecl() : nullptr;
  }

  // A mutex says nothing about what is configured.
  static bool is_lock(clang::QualType type) {
    const clang::RecordDecl* record = type.getNonReferenceType()->getAsRecordDecl();
    const clang::TypedefType* alias = type.getNonReferenceType()->getAs<clang::TypedefType>(); // pthread_mutex_t
    return (record && record->getIdentifier() && record->getName().contains_insensitive("mutex")) ||
           (alias && alias->getDecl()->getName().contains_insensitive("mutex"));
  }

  // `config.enabled.set(3, true);`: around[index] names a member of the object, which is only changed.
  bool fills_part(std::size_t index) const {
    if (index < 2) return false;
    const clang::MemberExpr* outer = llvm::dyn_cast<clang::MemberExpr>(around[index - 1]);
    const clang::CXXMethodDecl* method = outer ? llvm::dyn_cast<clang::CXXMethodDecl>(outer->getMemberDecl()) : nullptr;
    return method && fills(*method);
  }

  // A method that gives the object its values: load(), set_port(), reset().
  static bool fills(const clang::CXXMethodDecl& method) {
    if (method.isConst() || method.isStatic() || !method.getDeclName().isIdentifier()) return false;
    if (method.getReturnType()->isVoidType()) return true;
    std::vector<std::string> words = words_of(std::string_view(method.getName()));
    return !words.empty() && llvm::StringSwitch<bool>(words.front())
                                 .Cases({"load", "parse", "read", "set", "init", "initialize", "initialise", "reset",
                                         "reload", "update", "merge", "apply", "add"},
                                        true)
                                 .Default(false);
  }

  // The function that gets the object and may write to it.
  EntityId receiver(const clang::CallExpr& call, const clang::FunctionDecl& callee, const clang::Expr& expression) {
    for (unsigned i = 0; i < call.getNumArgs() && i < callee.getNumParams(); ++i) {
      const clang::Expr* argument = call.getArg(i)->IgnoreParenImpCasts();
      if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(argument))
        argument = unary->getSubExpr()->IgnoreParenImpCasts();
      if (argument != &expression) continue;
      const clang::QualType type = callee.getParamDecl(i)->getType();
      const bool writable =
          (type->isLValueReferenceType() || type->isPointerType()) && !type->getPointeeType().isConstQualified();
      return writable ? context.entity(&callee) : EntityId::none;
    }
    return EntityId::none;
  }

  void emit(const clang::Expr& expression, EntityId what, std::string name, std::string part,
            EntityId given = EntityId::none, EntityId points_to = EntityId::none) {
    AmbientRead read;
    read.location = context.expansion_of(expression.getSourceRange());
    if (read.location.line == 0) return;
    read.what = what;
    if (what != EntityId::none)
      if (const clang::RecordDecl* record = traits_of(expression.getType()).record) read.type = context.entity(record);
    read.function = function ? function_id() : EntityId::none;
    read.name = std::move(name);
    read.part = std::move(part);
    read.given_to = given;
    read.starts = starts;
    read.points_to = points_to;
    read.through = through;
    // One per function and setting: the facts of a C program that keeps all in one global are many already.
    std::uint64_t key = static_cast<std::uint64_t>(entity_from_text("ambient|" + read.name + "|" + read.part)) ^
                        static_cast<std::uint64_t>(what) * 3 ^ static_cast<std::uint64_t>(read.function) * 5 ^
                        static_cast<std::uint64_t>(given) * 7 ^ static_cast<std::uint64_t>(starts) * 11;
    if (!context.first_time(key)) return;
    read.source = context.text_of(expression.getSourceRange(), 120);
    read.line = context.line_of(expression.getBeginLoc());
    write(context.table, read);
  }

  EntityId starts = EntityId::none;  // outside of functions: the variable or member that is initialised
  EntityId through = EntityId::none; // the manager that is asked for what is read
  bool in_default_argument = false;
};

} // namespace

void collect(CollectContext& context) {
  AmbientVisitor visitor(context);
  visitor.TraverseDecl(context.ast.getTranslationUnitDecl());
}

} // namespace plumbline::ambient_config_read
