#include "collect/flow_writer.h"

#include <clang/Basic/Builtins.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

bool FlowWriter::flows(clang::QualType type) {
  TypeTraits traits = traits_of(type);
  return carries_value(traits.type_class) || type->isDependentType() || type->isUndeducedAutoType();
}

bool FlowWriter::template_argument(const clang::Expr* value, const clang::TemplateDecl* declaration, unsigned index) {
  if (!declaration || !context.is_ours(declaration->getLocation())) return false;
  const clang::TemplateParameterList* parameters = declaration->getTemplateParameters();
  const clang::NonTypeTemplateParmDecl* parameter =
      index < parameters->size() ? llvm::dyn_cast<clang::NonTypeTemplateParmDecl>(parameters->getParam(index))
                                 : nullptr;
  if (!parameter || parameter->isParameterPack()) return false;
  if (flows(parameter->getType())) emit(value, context.entity(parameter), parameter->getName(), FlowKind::argument);
  return true;
}

bool FlowWriter::is_text(clang::QualType type) { return traits_of(type).type_class == TypeClass::text; }

void FlowWriter::emit_terms(const std::vector<Term>& terms, EntityId to, FlowKind kind, EntityId site,
                            llvm::StringRef option, llvm::StringRef receiver) {
  if (to == EntityId::none) return;
  for (const Term& term : terms) {
    if (term.from == EntityId::none || term.from == to) continue;
    FlowFact fact;
    fact.from = term.from;
    fact.to = to;
    fact.kind = term.derived ? FlowKind::derived : kind;
    fact.location = context.expansion_of(term.range);
    fact.function = lowering.function;
    fact.site = site;
    fact.leaves = term.leaves;
    fact.scale = term.scale;
    fact.tick = term.tick;
    fact.fallback_of = term.fallback_of;
    fact.option = option;
    fact.context = receiver;
    std::uint64_t digest = static_cast<std::uint64_t>(fact.from) * 3 ^ static_cast<std::uint64_t>(fact.to) * 5 ^
                           static_cast<std::uint64_t>(site) * 11 ^ static_cast<std::uint64_t>(fact.leaves) * 17 ^
                           static_cast<std::uint64_t>(context.place_id("flow", fact.location)) * 19 ^
                           (static_cast<std::uint64_t>(fact.kind) << 56);
    if (context.first_time(digest)) write(context.table, fact);
  }
}

void FlowWriter::emit(const clang::Expr* value, EntityId to, llvm::StringRef name, FlowKind kind, EntityId site,
                      llvm::StringRef option, llvm::StringRef receiver) {
  if (!value || to == EntityId::none) return;
  emit_terms(lowering.lower(value, {name.str(), to}), to, kind, site, option, receiver);
}

const clang::Expr* FlowWriter::elements_of(const clang::Expr* expression) {
  const clang::CXXConstructExpr* construct = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(expression);
  if (construct && construct->getNumArgs() > 0) expression = construct->getArg(0)->IgnoreImplicit();
  const clang::CXXStdInitializerListExpr* list = llvm::dyn_cast_or_null<clang::CXXStdInitializerListExpr>(expression);
  return list ? strip(list->getSubExpr()) : construct ? construct : expression;
}

void FlowWriter::initialise(const clang::Expr* value, EntityId to, llvm::StringRef name, clang::QualType type,
                            FlowKind kind) {
  if (to == EntityId::none) return;
  const clang::Expr* stripped = strip(value);
  const clang::InitListExpr* list = llvm::dyn_cast_or_null<clang::InitListExpr>(elements_of(stripped));
  while (list && list->getNumInits() == 1 && llvm::isa<clang::InitListExpr>(strip(list->getInit(0))))
    list = llvm::cast<clang::InitListExpr>(strip(list->getInit(0))); // std::array
  TypeTraits traits = traits_of(type);
  if (list && traits.plural && carries_value(traits.type_class)) {
    // An array of values is one finding, at its first constant.
    for (const clang::Expr* element : list->inits()) {
      std::vector<Term> terms = lowering.lower(element, {name.str(), to});
      if (terms.empty()) continue;
      emit_terms(terms, to, kind, EntityId::none, {}, {});
      if (literal_value(element, context.ast)) {
        for (const clang::Expr* rest : list->inits()) lowering.consume(rest);
        break;
      }
    }
    return;
  }
  if (flows(type) || traits.type_class == TypeClass::text || traits.type_class == TypeClass::other)
    emit(value, to, name, kind);
}

void FlowWriter::constructor_initialiser(const clang::CXXConstructorDecl& constructor,
                                         const clang::CXXCtorInitializer& initialiser) {
  if (!initialiser.isWritten() || !initialiser.isAnyMemberInitializer() || !initialiser.getInit()) return;
  EntityId outer = lowering.function;
  lowering.function = context.entity(&constructor);
  const clang::FieldDecl* field = initialiser.getAnyMember();
  initialise(initialiser.getInit(), context.entity(field), field->getName(), field->getType(),
             FlowKind::constructor_initialise);
  lowering.function = outer;
}

void FlowWriter::unwritten_initialiser(const clang::CXXConstructorDecl& constructor,
                                       const clang::CXXCtorInitializer& initialiser) {
  const clang::Expr* value = initialiser.getInit();
  const clang::CXXConstructExpr* construct =
      value ? llvm::dyn_cast<clang::CXXConstructExpr>(value->IgnoreImplicit()) : nullptr;
  if (!construct || construct->getConstructor()->isCopyOrMoveConstructor()) return;
  const clang::FieldDecl* field = initialiser.getAnyMember();
  EntityId outer = lowering.function;
  lowering.function = context.entity(&constructor);
  constructed_at(context.expansion_of(field ? field->getLocation() : constructor.getLocation()),
                 *construct->getConstructor()->getParent(), construct->getConstructor());
  lowering.function = outer;
}

void FlowWriter::record_fields(const clang::InitListExpr& list) {
  const clang::RecordDecl* record = list.getType()->getAsRecordDecl();
  if (!record || traits_of(list.getType()).type_class == TypeClass::duration) {
    if (record) built(list);
    return;
  }
  if (!context.is_ours(record->getLocation())) return;
  unsigned i = 0;
  if (const clang::CXXRecordDecl* cxx = llvm::dyn_cast<clang::CXXRecordDecl>(record)) {
    i = cxx->getNumBases();
    constructed(list, *cxx, nullptr);
  }
  for (const clang::FieldDecl* field : record->fields()) {
    if (field->isUnnamedBitField()) continue;
    if (i >= list.getNumInits()) break;
    const clang::Expr* value = list.getInit(i++);
    if (!value || llvm::isa<clang::ImplicitValueInitExpr, clang::CXXDefaultInitExpr>(value)) continue;
    initialise(value, context.entity(field), field->getName(), field->getType(), FlowKind::initialise);
  }
}

void FlowWriter::assign(const clang::Expr* left, const clang::Expr* right) {
  const clang::Expr* target = strip(left);
  if (!target || !(flows(target->getType()) || is_text(target->getType()))) return;
  EntityId to = lowering.named_entity(target);
  if (to == EntityId::none) return;
  std::string name = names_in(target);
  name = name.substr(name.rfind(',') == std::string::npos ? 0 : name.rfind(',') + 1);
  // tv.tv_sec = 2; tv.tv_usec = 0: parts of one value.
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(target);
      member && traits_of(member->getBase()->getType()).type_class == TypeClass::duration) {
    std::vector<Term> terms = lowering.lower(right, {name, to});
    std::int64_t tick = llvm::StringSwitch<std::int64_t>(member->getMemberDecl()->getName())
                            .Case("tv_sec", 1000'000'000)
                            .Case("tv_usec", 1000)
                            .Case("tv_nsec", 1)
                            .Default(0);
    for (Term& term : terms)
      if (term.tick == 0) term.tick = tick;
    emit_terms(terms, to, FlowKind::part, EntityId::none, {}, {});
    return;
  }
  emit(right, to, name, FlowKind::assign);
}

void FlowWriter::influence(const clang::BinaryOperator& operation) {
  const clang::Expr* target = strip(operation.getLHS());
  if (!target || !flows(target->getType())) return;
  const EntityId to = lowering.named_entity(target);
  const std::string names = names_in(target);
  std::vector<Term> terms = lowering.lower(operation.getRHS(), {names.substr(names.rfind(',') + 1), to});
  for (Term& term : terms) term.derived = true;
  emit_terms(terms, to, FlowKind::derived, EntityId::none, {}, {});
}

void FlowWriter::shapes(const clang::Expr* source, EntityId target) {
  if (target == EntityId::none) return;
  std::vector<Term> terms = lowering.lower(source);
  if (EntityId stream = lowering.named_entity(source); terms.empty() && stream != EntityId::none) {
    Term term;
    term.from = stream;
    term.range = source->getSourceRange();
    terms.push_back(term);
  }
  for (Term& term : terms) term.derived = true;
  emit_terms(terms, target, FlowKind::derived, EntityId::none, {}, {});
}

bool FlowWriter::is_stream(clang::QualType type) {
  const clang::CXXRecordDecl* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  return record && record->getIdentifier() &&
         llvm::StringSwitch<bool>(record->getName())
             .Cases({"basic_istringstream", "basic_stringstream", "basic_istream", "basic_iostream",
                     "basic_ispanstream", "basic_ifstream"},
                    true)
             .Default(false);
}

void FlowWriter::loose(const clang::BinaryOperator* operation) {
  if (roundings.contains(operation)) {
    if (const clang::BinaryOperator* sum = llvm::dyn_cast<clang::BinaryOperator>(strip(operation->getLHS())))
      roundings.insert(sum); // of `n + 1000 - 1`
    return;
  }
  if (lowering.is_lowered(operation)) return;
  const clang::Expr* right = operation->getRHS();
  if (operation->isCompoundAssignmentOp() && !literal_value(right, context.ast)) return;
  lowering.lower(operation);
}

void FlowWriter::bound(const clang::Expr* size) { write_use(size, UseKind::array_bound, 37); }

void FlowWriter::write_use(const clang::Expr* value, UseKind kind, std::uint64_t salt) {
  for (const Term& term : lowering.lower(value)) {
    UseFact fact;
    fact.from = term.from;
    fact.kind = kind;
    fact.location = context.expansion_of(term.range);
    fact.function = lowering.function;
    if (fact.location.line && term.from != EntityId::none &&
        context.first_time(static_cast<std::uint64_t>(term.from) * salt +
                           static_cast<std::uint64_t>(context.place_id("bound", fact.location))))
      write(context.table, fact);
  }
}

} // namespace plumbline
