// Calls and what stands like one: arguments reach parameters, also through make_unique, bind and threads.
#include "collect/flow_writer.h"

#include <clang/Basic/Builtins.h>
#include <clang/Lex/Lexer.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

// nullptr, also where an empty smart pointer is made of it.
static bool is_nothing(const clang::Expr& argument, const clang::ASTContext& ast) {
  const clang::Expr* written = argument.IgnoreUnlessSpelledInSource();
  if (llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(written)) return true;
  return argument.getType()->isPointerType() &&
         argument.isNullPointerConstant(const_cast<clang::ASTContext&>(ast),
                                        clang::Expr::NPC_ValueDependentIsNotNull) != clang::Expr::NPCK_NotNull;
}

bool FlowWriter::built(const clang::Expr& expression) {
  if (lowering.is_consumed(&expression) || lowering.is_consumed(strip(&expression)) ||
      traits_of(expression.getType()).type_class != TypeClass::duration)
    return true;
  std::optional<ConstantValue> value = literal_value(&expression, context.ast);
  if (!value) return true;
  EntityId id = lowering.constant(&expression);
  if (id == EntityId::none) return true;
  UseFact fact;
  fact.from = id;
  fact.kind = UseKind::call;
  fact.location = context.expansion_of(expression.getSourceRange());
  fact.function = lowering.function;
  if (fact.location.line && context.first_time(static_cast<std::uint64_t>(id) * 41)) write(context.table, fact);
  return true;
}

bool FlowWriter::operator_call(const clang::CXXOperatorCallExpr& call) {
  switch (call.getOperator()) {
  case clang::OO_Less:
  case clang::OO_LessEqual:
  case clang::OO_Greater:
  case clang::OO_GreaterEqual:
  case clang::OO_EqualEqual:
  case clang::OO_ExclaimEqual:
    if (call.getNumArgs() == 2)
      lowering.compare(clang::getOperatorSpelling(call.getOperator()), call.getArg(0), call.getArg(1), false);
    return true;
  case clang::OO_Equal:
    if (call.getNumArgs() == 2) assign(call.getArg(0), call.getArg(1));
    return true;
  case clang::OO_Plus:
  case clang::OO_Minus:
  case clang::OO_PlusEqual:
  case clang::OO_MinusEqual:
    if (call.getNumArgs() == 2) lowering.lower(&call);
    return true;
  case clang::OO_GreaterGreater: { // stream >> a >> b
    const clang::Expr* stream = call.getArg(0);
    while (const clang::CXXOperatorCallExpr* inner = llvm::dyn_cast<clang::CXXOperatorCallExpr>(strip(stream)))
      stream = inner->getArg(0);
    if (call.getNumArgs() == 2 && is_stream(strip(stream)->getType()))
      shapes(stream, lowering.named_entity(call.getArg(1)));
    return true;
  }
  case clang::OO_LessLess: // printed: no consumer
    for (const clang::Expr* argument : call.arguments())
      if (literal_value(argument, context.ast)) lowering.constant(argument);
    if (call.getNumArgs() == 2 && flows(call.getArg(1)->getType())) write_use(call.getArg(1), UseKind::print, 53);
    return true;
  case clang::OO_Slash:
  case clang::OO_Percent:
  case clang::OO_Star: // unit arithmetic: elapsed / 1ms
    for (const clang::Expr* argument : call.arguments())
      if (literal_value(argument, context.ast)) lowering.constant(argument);
    return true;
  case clang::OO_Call:
    if (const clang::FunctionDecl* callee = call.getDirectCallee())
      if (call.getNumArgs() > 0)
        arguments(&call, *callee, llvm::ArrayRef(call.getArgs(), call.getNumArgs()).drop_front(1), 0, nullptr);
    return true;
  default:
    return true;
  }
}

bool FlowWriter::is_named_option(const clang::Expr* argument, CollectContext& context, std::string& name) {
  if (argument->getBeginLoc().isMacroID() && literal_value(argument, context.ast)) {
    name =
        clang::Lexer::getImmediateMacroName(argument->getBeginLoc(), context.sources, context.ast.getLangOpts()).str();
    return true;
  }
  const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(strip(argument));
  if (!reference || !llvm::isa<clang::EnumConstantDecl>(reference->getDecl())) return false;
  name = reference->getDecl()->getNameAsString();
  return true;
}

void FlowWriter::arguments(const clang::Expr* call, const clang::FunctionDecl& callee,
                           llvm::ArrayRef<const clang::Expr*> given, unsigned first, const clang::Expr* object) {
  EntityId callee_id = context.entity(&callee);
  if (callee_id == EntityId::none) return;
  EntityId site = lowering.call_site(call);
  std::string option, receiver = object ? context.text_of(object->getSourceRange(), 60) : std::string();
  unsigned explicit_arguments = 0;
  bool interesting = context.is_ours(callee.getLocation());
  for (const clang::Expr* argument : given) {
    if (llvm::isa<clang::CXXDefaultArgExpr>(argument)) continue;
    ++explicit_arguments;
    std::string name;
    if (given.size() > 1 && is_named_option(argument, context, name)) option += option.empty() ? name : "," + name;
  }
  for (unsigned i = 0; i < given.size(); ++i) {
    const clang::Expr* argument = given[i];
    if (llvm::isa<clang::CXXDefaultArgExpr>(argument) || lowering.is_consumed(strip(argument))) continue;
    const clang::Expr* stripped = strip(argument);
    clang::QualType type = stripped->getType();
    bool variadic = i >= callee.getNumParams();
    const clang::ParmVarDecl* parameter = variadic ? nullptr : callee.getParamDecl(i);
    bool by_address = llvm::isa<clang::UnaryOperator>(stripped) &&
                      llvm::cast<clang::UnaryOperator>(stripped)->getOpcode() == clang::UO_AddrOf;
    clang::QualType parameter_type = parameter ? parameter->getType() : clang::QualType();
    bool by_reference = !parameter_type.isNull() && parameter_type->isLValueReferenceType() &&
                        !parameter_type.getNonReferenceType().isConstQualified();
    if ((by_address || by_reference) &&
        (flows(type) || (by_address && flows(llvm::cast<clang::UnaryOperator>(stripped)->getSubExpr()->getType())) ||
         is_text(type))) {
      output(stripped, context.parameter(&callee, i + first), site);
    }
    if (!flows(type) && !is_text(type) && !by_address && traits_of(type).type_class != TypeClass::other) continue;
    if (is_text(type) && !interesting) continue;
    emit(argument, context.parameter(&callee, i + first), parameter ? parameter->getName() : llvm::StringRef(),
         FlowKind::argument, site, option, receiver);
  }
  if (!interesting) return;
  CallFact fact;
  fact.caller = lowering.function;
  fact.callee = callee_id;
  fact.site = site;
  fact.location = context.expansion_of(call->getSourceRange());
  fact.arguments = explicit_arguments;
  fact.takes_away = !given.empty() && is_nothing(*given.front(), context.ast);
  call_of(fact);
  // using Base::Base: who makes the derived class calls the base's constructor with what is given.
  if (const clang::CXXConstructorDecl* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(&callee);
      constructor && constructor->isInheritingConstructor()) {
    fact.callee = context.entity(constructor->getInheritedConstructor().getConstructor());
    call_of(fact);
  }
}

void FlowWriter::call_of(const CallFact& fact) {
  if (fact.location.line && fact.callee != EntityId::none &&
      context.first_time(static_cast<std::uint64_t>(fact.site) * 43 + static_cast<std::uint64_t>(fact.callee)))
    write(context.table, fact);
}

void FlowWriter::output(const clang::Expr* argument, EntityId parameter, EntityId site) {
  EntityId variable = lowering.named_entity(argument);
  if (variable == EntityId::none || parameter == EntityId::none) return;
  Term term;
  term.from = parameter;
  term.range = argument->getSourceRange();
  term.leaves = site;
  emit_terms({term}, variable, FlowKind::output, EntityId::none, {}, {});
}

void FlowWriter::forwarded(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
  if (!callee.getDeclName().isIdentifier() || context.is_ours(callee.getLocation())) return;
  llvm::StringRef name = callee.getName();
  if (llvm::StringSwitch<bool>(name)
          .Cases({"make_unique", "make_shared", "make_optional", "allocate_shared", "MakeUnique",
                  "make_unique_for_overwrite"},
                 true)
          .Default(false)) {
    const clang::TemplateArgumentList* types = callee.getTemplateSpecializationArgs();
    if (types && types->size() > 0 && types->get(0).getKind() == clang::TemplateArgument::Type)
      construct_with(call, types->get(0).getAsType(), name == "allocate_shared" ? 1 : 0);
  } else if (name.starts_with("emplace")) {
    const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
    if (!member) return;
    const clang::ClassTemplateSpecializationDecl* container =
        llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(member->getRecordDecl());
    if (container && container->getTemplateArgs().size() > 0 &&
        container->getTemplateArgs()[0].getKind() == clang::TemplateArgument::Type)
      construct_with(call, container->getTemplateArgs()[0].getAsType(), 0);
  } else if (llvm::StringSwitch<bool>(name)
                 .Cases({"bind", "async", "bind_front", "invoke", "BindOnce", "BindRepeating"}, true)
                 .Default(false)) {
    bound_call(call, llvm::ArrayRef(call.getArgs(), call.getNumArgs()));
  }
}

bool FlowWriter::is_thread(const clang::CXXRecordDecl& record) {
  return record.getIdentifier() && (record.getName() == "thread" || record.getName() == "jthread");
}

void FlowWriter::bound_call(const clang::Expr& call, llvm::ArrayRef<const clang::Expr*> given) {
  while (!given.empty() && !strip(given[0])->getType()->isFunctionType() &&
         !llvm::isa<clang::UnaryOperator>(strip(given[0]))) {
    given = given.drop_front(1); // a launch policy, an executor
    if (given.size() < 2) return;
  }
  if (given.empty()) return;
  const clang::Expr* target = strip(given[0]);
  if (const clang::UnaryOperator* address = llvm::dyn_cast<clang::UnaryOperator>(target))
    target = strip(address->getSubExpr());
  const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(target);
  const clang::FunctionDecl* function = reference ? llvm::dyn_cast<clang::FunctionDecl>(reference->getDecl()) : nullptr;
  if (!function || !context.is_ours(function->getLocation())) return;
  const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
  given = given.drop_front(1);
  if (method && !method->isStatic() && !given.empty()) given = given.drop_front(1);
  arguments(&call, *function, given, 0, nullptr);
}

void FlowWriter::construct_with(const clang::CallExpr& call, clang::QualType type, unsigned skip) {
  const clang::CXXRecordDecl* record = type->getAsCXXRecordDecl();
  llvm::ArrayRef<const clang::Expr*> given(call.getArgs(), call.getNumArgs());
  if (record && is_thread(*record) && !context.is_ours(record->getLocation())) return bound_call(call, given);
  if (!record || !record->hasDefinition() || !context.is_ours(record->getLocation())) return;
  given = given.drop_front(std::min<std::size_t>(skip, given.size()));
  const clang::CXXConstructorDecl* best = nullptr;
  unsigned best_score = 0;
  for (const clang::CXXConstructorDecl* constructor : record->ctors()) {
    if (constructor->isCopyOrMoveConstructor() || given.size() > constructor->getNumParams() ||
        given.size() < constructor->getMinRequiredArguments())
      continue;
    unsigned score = 1;
    for (unsigned i = 0; i < given.size(); ++i) {
      clang::QualType wanted = constructor->getParamDecl(i)->getType().getNonReferenceType(),
                      have = strip(given[i])->getType().getNonReferenceType();
      if (traits_of(wanted).type_class == traits_of(have).type_class) score += 2;
      if (wanted.getCanonicalType().getUnqualifiedType() == have.getCanonicalType().getUnqualifiedType()) score += 1;
    }
    if (score > best_score) best = constructor, best_score = score;
  }
  if (best)
    arguments(&call, *best, given, 0, nullptr);
  else if (given.empty()) // an implicit constructor that nobody has declared yet
    constructed(call, *record, nullptr);
}

bool FlowWriter::constructed(const clang::Expr& expression, const clang::CXXRecordDecl& record,
                             const clang::CXXConstructorDecl* constructor) {
  constructed_at(context.expansion_of(expression.getSourceRange()), record, constructor);
  return true;
}

void FlowWriter::constructed_at(const Location& location, const clang::CXXRecordDecl& record,
                                const clang::CXXConstructorDecl* constructor) {
  if (record.isLambda() || location.line == 0 || !context.is_ours(record.getLocation())) return;
  CallFact fact;
  fact.caller = lowering.function;
  fact.callee = constructor && !constructor->isImplicit() ? context.entity(constructor) : context.entity(&record);
  fact.site = context.place_id("call", location);
  fact.location = location;
  call_of(fact);
}

void FlowWriter::unresolved(const clang::CallExpr& call) {
  const clang::Expr* target = call.getCallee()->IgnoreParenImpCasts();
  std::string name;
  if (const clang::CXXDependentScopeMemberExpr* member = llvm::dyn_cast<clang::CXXDependentScopeMemberExpr>(target))
    name = member->getMember().getAsString();
  else if (const clang::OverloadExpr* overload = llvm::dyn_cast<clang::OverloadExpr>(target))
    name = overload->getName().getAsString();
  else if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(target))
    name = member->getMemberDecl()->getNameAsString();
  for (const clang::Expr* argument : call.arguments()) {
    if (!literal_value(argument, context.ast) || lowering.is_consumed(strip(argument))) continue;
    EntityId id = lowering.constant(argument);
    UseFact fact;
    fact.from = id;
    fact.kind = UseKind::call;
    fact.location = context.expansion_of(argument->getSourceRange());
    fact.function = lowering.function;
    fact.operation = name;
    if (id != EntityId::none && fact.location.line && context.first_time(static_cast<std::uint64_t>(id) * 41))
      write(context.table, fact);
  }
}
} // namespace plumbline
