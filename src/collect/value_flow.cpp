#include "collect/value_flow.h"
#include "collect/lower.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/Basic/Builtins.h>
#include <clang/Lex/Lexer.h>
#include <llvm/ADT/ScopeExit.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

namespace {

class ValueFlowVisitor : public clang::RecursiveASTVisitor<ValueFlowVisitor> {
 public:
  explicit ValueFlowVisitor(CollectContext& context) : context(context), lowering(context) {}

  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldVisitLambdaBody() const { return true; }

  bool TraverseDecl(clang::Decl* declaration) {
    if (!declaration) return true;
    if (declaration->isImplicit() && !llvm::isa<clang::CXXRecordDecl>(declaration)) return true;
    // Instantiations of a template stand where the template does.
    if (!llvm::isa<clang::TranslationUnitDecl, clang::NamespaceDecl, clang::LinkageSpecDecl>(declaration) &&
        !context.is_ours(declaration->getLocation()))
      return true;
    const clang::FunctionDecl* function = llvm::dyn_cast<clang::FunctionDecl>(declaration);
    if (!function) return RecursiveASTVisitor::TraverseDecl(declaration);
    // Context: whose body it is (a lambda's body belongs to the function around it), and where returns go.
    EntityId outer = lowering.function, outer_result = result;
    EntityId id = context.entity(function);
    bool lambda = llvm::isa<clang::CXXMethodDecl>(function) &&
                  llvm::cast<clang::CXXMethodDecl>(function)->getParent()->isLambda();
    if (!lambda) lowering.function = id;
    result = id == EntityId::none ? id : return_of(id);
    bool go_on = RecursiveASTVisitor::TraverseDecl(declaration);
    lowering.function = outer;
    result = outer_result;
    return go_on;
  }

  // What a lambda returns is not what the function around it returns.
  bool TraverseLambdaExpr(clang::LambdaExpr* lambda) {
    EntityId outer = result;
    result = context.result(lambda->getCallOperator());
    bool go_on = RecursiveASTVisitor::TraverseLambdaExpr(lambda);
    result = outer;
    return go_on;
  }

  bool VisitRecordDecl(clang::RecordDecl* record) {
    if (record->isThisDeclarationADefinition() && !record->isLambda()) context.entity(record);
    return true;
  }

  bool VisitUsingDecl(clang::UsingDecl* declaration) { // using Base::Base
    const clang::CXXRecordDecl* derived = llvm::dyn_cast<clang::CXXRecordDecl>(declaration->getDeclContext());
    if (!derived) return true;
    for (const clang::UsingShadowDecl* shadow : declaration->shadows())
      if (const clang::ConstructorUsingShadowDecl* inherited =
              llvm::dyn_cast<clang::ConstructorUsingShadowDecl>(shadow)) {
        EntityId base = context.entity(inherited->getNominatedBaseClass()), id = context.entity(derived);
        if (context.first_time(static_cast<std::uint64_t>(id) * 47 + static_cast<std::uint64_t>(base)))
          write_inherited_constructors(context.table, id, base);
      }
    return true;
  }

  bool VisitFunctionDecl(clang::FunctionDecl* function) {
    for (unsigned i = 0; i < function->getNumParams(); ++i) {
      clang::ParmVarDecl* parameter = function->getParamDecl(i);
      EntityId id = context.parameter(function, i);
      if (!parameter->hasDefaultArg() || parameter->hasUnparsedDefaultArg() ||
          parameter->hasUninstantiatedDefaultArg() || !flows(parameter->getType()))
        continue;
      emit(parameter->getDefaultArg(), id, parameter->getName(), FlowKind::default_argument);
    }
    if (const clang::CXXConstructorDecl* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(function))
      for (const clang::CXXCtorInitializer* initialiser : constructor->inits()) {
        if (initialiser->isWritten())
          constructor_initialiser(*constructor, *initialiser);
        else if (!constructor->isImplicit())
          unwritten_initialiser(*constructor, *initialiser);
      }
    return true;
  }

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (llvm::isa<clang::ParmVarDecl>(variable) || !variable->hasInit() || variable->isCXXForRangeDecl()) return true;
    initialise(variable->getInit(), context.entity(variable), variable->getName(), variable->getType(),
               FlowKind::initialise);
    if (is_stream(variable->getType())) // std::istringstream stream(text);
      if (const clang::CXXConstructExpr* construction =
              llvm::dyn_cast<clang::CXXConstructExpr>(variable->getInit()->IgnoreImplicit());
          construction && construction->getNumArgs() > 0)
        shapes(construction->getArg(0), context.entity(variable));
    return true;
  }

  bool VisitFieldDecl(clang::FieldDecl* field) {
    EntityId id = context.entity(field); // every field, so that config types know theirs
    if (field->hasInClassInitializer() && field->getInClassInitializer())
      initialise(field->getInClassInitializer(), id, field->getName(), field->getType(), FlowKind::member_default);
    return true;
  }

  bool VisitEnumConstantDecl(clang::EnumConstantDecl* enumerator) {
    if (enumerator->getInitExpr() && is_quantity(*enumerator))
      emit(enumerator->getInitExpr(), context.entity(enumerator), enumerator->getName(), FlowKind::initialise);
    return true;
  }

  bool VisitInitListExpr(clang::InitListExpr* list) {
    clang::InitListExpr* semantic = list->isSemanticForm() ? list : list->getSemanticForm();
    if (!semantic) return true;
    if (semantic->getType()->isArrayType()) // visited before its rows are
      for (const clang::Expr* row : semantic->inits())
        if (row) rows.insert(row->IgnoreImplicit());
    if (rows.contains(semantic))
      lowering.row = context.place_id("row", context.expansion_of(semantic->getSourceRange()));
    record_fields(*semantic);
    lowering.row = EntityId::none;
    return true;
  }

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->isComparisonOp())
      lowering.compare(operation->getOpcodeStr(), operation->getLHS(), operation->getRHS(),
                       loop_conditions.contains(operation));
    else if (operation->getOpcode() == clang::BO_Assign)
      assign(operation->getLHS(), operation->getRHS());
    else if (operation->getOpcode() == clang::BO_Add || operation->getOpcode() == clang::BO_Sub ||
             operation->getOpcode() == clang::BO_AddAssign || operation->getOpcode() == clang::BO_SubAssign)
      loose(operation);
    if (operation->isCompoundAssignmentOp()) influence(*operation);
    if (operation->getOpcode() == clang::BO_Div && before_rounding_up(*operation, context.ast))
      roundings.insert(llvm::cast<clang::BinaryOperator>(strip(operation->getLHS())));
    if (operation->getOpcode() == clang::BO_Rem) lowering.lower(operation);
    return true;
  }

  bool VisitCXXRewrittenBinaryOperator(clang::CXXRewrittenBinaryOperator* operation) {
    clang::CXXRewrittenBinaryOperator::DecomposedForm form = operation->getDecomposedForm();
    lowering.compare(clang::BinaryOperator::getOpcodeStr(form.Opcode), form.LHS, form.RHS, false);
    return true;
  }

  bool VisitForStmt(clang::ForStmt* loop) {
    // `for (int i = 0; i < 10; ++i)` bounds an iteration; what is counted decides whether it is a limit.
    if (const clang::BinaryOperator* condition = llvm::dyn_cast_or_null<clang::BinaryOperator>(loop->getCond());
        condition && condition->isComparisonOp())
      loop_conditions.insert(condition);
    return true;
  }

  bool VisitReturnStmt(clang::ReturnStmt* statement) {
    if (!statement->getRetValue() || result == EntityId::none) return true;
    if (flows(statement->getRetValue()->getType()) || is_text(statement->getRetValue()->getType()))
      emit(statement->getRetValue(), result, {}, FlowKind::result);
    return true;
  }

  bool VisitArrayTypeLoc(clang::ArrayTypeLoc array) {
    if (const clang::Expr* size = array.getSizeExpr()) bound(size);
    return true;
  }
  bool VisitTemplateSpecializationTypeLoc(clang::TemplateSpecializationTypeLoc specialization) {
    const clang::TemplateDecl* record = specialization.getTypePtr()->getTemplateName().getAsTemplateDecl();
    for (unsigned i = 0; i < specialization.getNumArgs(); ++i)
      if (specialization.getArgLoc(i).getArgument().getKind() == clang::TemplateArgument::Expression)
        if (const clang::Expr* value = specialization.getArgLoc(i).getSourceExpression();
            !template_argument(value, record, i))
          bound(value);
    return true;
  }
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) { // attempt<3>(…)
    const clang::FunctionDecl* function = llvm::dyn_cast<clang::FunctionDecl>(reference->getDecl());
    if (!function || !reference->hasExplicitTemplateArgs()) return true;
    for (unsigned i = 0; i < reference->getNumTemplateArgs(); ++i)
      if (const clang::TemplateArgument& argument = reference->getTemplateArgs()[i].getArgument();
          argument.getKind() == clang::TemplateArgument::Expression)
        template_argument(reference->getTemplateArgs()[i].getSourceExpression(), function->getPrimaryTemplate(), i);
    return true;
  }
  bool VisitNonTypeTemplateParmDecl(clang::NonTypeTemplateParmDecl* parameter) {
    if (parameter->hasDefaultArgument() && flows(parameter->getType()))
      emit(parameter->getDefaultArgument().getSourceExpression(), context.entity(parameter), parameter->getName(),
           FlowKind::default_argument);
    return true;
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call))
      return operator_call(*operation);
    if (const clang::FunctionDecl* callee = call->getDirectCallee()) {
      // Casts in all but name; the elements of std::forward<T>(pack)... also share one place, and would mix.
      if (unsigned builtin = callee->getBuiltinID();
          builtin == clang::Builtin::BImove || builtin == clang::Builtin::BIforward ||
          builtin == clang::Builtin::BIas_const || builtin == clang::Builtin::BImove_if_noexcept)
        return true;
      const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call);
      const clang::Expr* object = member ? member->getImplicitObjectArgument() : nullptr;
      if (object && object->isImplicitCXXThis()) object = nullptr;
      forwarded(*call, *callee); // first: what it forwards is not an argument of the forwarder
      if (!member && is_clamp(*callee)) lowering.lower(call);
      arguments(call, *callee, llvm::ArrayRef(call->getArgs(), call->getNumArgs()), 0, object);
    } else {
      unresolved(*call);
    }
    return true;
  }

  bool VisitCXXConstructExpr(clang::CXXConstructExpr* construct) {
    const clang::CXXConstructorDecl* constructor = construct->getConstructor();
    if (construct->isElidable() || constructor->isCopyOrMoveConstructor()) return true;
    if (construct->getNumArgs() == 0) return constructed(*construct, *constructor->getParent(), constructor);
    TypeTraits traits = traits_of(construct->getType());
    if (traits.type_class == TypeClass::duration) return built(*construct);
    if (carries_value(traits.type_class) || traits.type_class == TypeClass::text)
      return true; // a wrapper: its value flows on
    llvm::ArrayRef<const clang::Expr*> given(construct->getArgs(), construct->getNumArgs());
    if (is_thread(*constructor->getParent())) bound_call(*construct, given);
    arguments(construct, *constructor, given, 0, nullptr);
    return true;
  }

  bool VisitUserDefinedLiteral(clang::UserDefinedLiteral* literal) { return built(*literal); }

 private:
  bool flows(clang::QualType type) {
    TypeTraits traits = traits_of(type);
    return carries_value(traits.type_class) || type->isDependentType() || type->isUndeducedAutoType();
  }
  // What a template of ours is given for a number goes to its parameter. False if it is no such template.
  bool template_argument(const clang::Expr* value, const clang::TemplateDecl* declaration, unsigned index) {
    if (!declaration || !context.is_ours(declaration->getLocation())) return false;
    const clang::TemplateParameterList* parameters = declaration->getTemplateParameters();
    const clang::NonTypeTemplateParmDecl* parameter =
        index < parameters->size() ? llvm::dyn_cast<clang::NonTypeTemplateParmDecl>(parameters->getParam(index))
                                   : nullptr;
    if (!parameter || parameter->isParameterPack()) return false;
    if (flows(parameter->getType())) emit(value, context.entity(parameter), parameter->getName(), FlowKind::argument);
    return true;
  }
  bool is_text(clang::QualType type) { return traits_of(type).type_class == TypeClass::text; }

  void emit_terms(const std::vector<Term>& terms, EntityId to, FlowKind kind, EntityId site, llvm::StringRef option,
                  llvm::StringRef receiver) {
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

  void emit(const clang::Expr* value, EntityId to, llvm::StringRef name, FlowKind kind, EntityId site = EntityId::none,
            llvm::StringRef option = {}, llvm::StringRef receiver = {}) {
    if (!value || to == EntityId::none) return;
    emit_terms(lowering.lower(value, {name.str(), to}), to, kind, site, option, receiver);
  }

  // The braces of `std::vector<int> delays = {15, 30}`, which the constructor gets as an initializer_list.
  static const clang::Expr* elements_of(const clang::Expr* expression) {
    const clang::CXXConstructExpr* construct = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(expression);
    if (construct && construct->getNumArgs() > 0) expression = construct->getArg(0)->IgnoreImplicit();
    const clang::CXXStdInitializerListExpr* list = llvm::dyn_cast_or_null<clang::CXXStdInitializerListExpr>(expression);
    return list ? strip(list->getSubExpr()) : construct ? construct : expression;
  }

  void initialise(const clang::Expr* value, EntityId to, llvm::StringRef name, clang::QualType type, FlowKind kind) {
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

  void constructor_initialiser(const clang::CXXConstructorDecl& constructor,
                               const clang::CXXCtorInitializer& initialiser) {
    if (!initialiser.isWritten() || !initialiser.isAnyMemberInitializer() || !initialiser.getInit()) return;
    EntityId outer = lowering.function;
    lowering.function = context.entity(&constructor);
    const clang::FieldDecl* field = initialiser.getAnyMember();
    initialise(initialiser.getInit(), context.entity(field), field->getName(), field->getType(),
               FlowKind::constructor_initialise);
    lowering.function = outer;
  }

  // A member or base that a constructor does not mention is constructed all the same: where the member is declared.
  void unwritten_initialiser(const clang::CXXConstructorDecl& constructor,
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

  // Aggregate initialisation: each value goes to its field. Parts of a time span (timeval) are one value, see
  // constants.h.
  void record_fields(const clang::InitListExpr& list) {
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

  void assign(const clang::Expr* left, const clang::Expr* right) {
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

  // `size *= n`: what was there before is influenced, not replaced.
  void influence(const clang::BinaryOperator& operation) {
    const clang::Expr* target = strip(operation.getLHS());
    if (!target || !flows(target->getType())) return;
    std::vector<Term> terms = lowering.lower(operation.getRHS());
    for (Term& term : terms) term.derived = true;
    emit_terms(terms, lowering.named_entity(target), FlowKind::derived, EntityId::none, {}, {});
  }

  // What is read out of a text or a stream depends on it without being it.
  void shapes(const clang::Expr* source, EntityId target) {
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

  static bool is_stream(clang::QualType type) {
    const clang::CXXRecordDecl* record = type.getNonReferenceType()->getAsCXXRecordDecl();
    return record && record->getIdentifier() &&
           llvm::StringSwitch<bool>(record->getName())
               .Cases({"basic_istringstream", "basic_stringstream", "basic_istream", "basic_iostream",
                       "basic_ispanstream", "basic_ifstream"},
                      true)
               .Default(false);
  }

  // A sum in a place that nothing else lowers (a condition, an argument of a stream): its literals may still be spans.
  void loose(const clang::BinaryOperator* operation) {
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

  void bound(const clang::Expr* size) { write_use(size, UseKind::array_bound, 37); }

  // That a value ends here, without another operand. `salt` tells the kinds of use apart.
  void write_use(const clang::Expr* value, UseKind kind, std::uint64_t salt) {
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

  // A duration that is built where no flow was seen: still a constant span, handed to something we do not follow.
  bool built(const clang::Expr& expression) {
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

  bool operator_call(const clang::CXXOperatorCallExpr& call) {
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

  static bool is_named_option(const clang::Expr* argument, CollectContext& context, std::string& name) {
    if (argument->getBeginLoc().isMacroID() && literal_value(argument, context.ast)) {
      name = clang::Lexer::getImmediateMacroName(argument->getBeginLoc(), context.sources, context.ast.getLangOpts())
                 .str();
      return true;
    }
    const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(strip(argument));
    if (!reference || !llvm::isa<clang::EnumConstantDecl>(reference->getDecl())) return false;
    name = reference->getDecl()->getNameAsString();
    return true;
  }

  // `first` arguments of the callee are already bound (the object of a bound member function).
  void arguments(const clang::Expr* call, const clang::FunctionDecl& callee, llvm::ArrayRef<const clang::Expr*> given,
                 unsigned first, const clang::Expr* object) {
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
    call_of(fact);
    // using Base::Base: who makes the derived class calls the base's constructor with what is given.
    if (const clang::CXXConstructorDecl* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(&callee);
        constructor && constructor->isInheritingConstructor()) {
      fact.callee = context.entity(constructor->getInheritedConstructor().getConstructor());
      call_of(fact);
    }
  }
  void call_of(const CallFact& fact) {
    if (fact.location.line && fact.callee != EntityId::none &&
        context.first_time(static_cast<std::uint64_t>(fact.site) * 43 + static_cast<std::uint64_t>(fact.callee)))
      write(context.table, fact);
  }

  // The callee can write through it: what it writes comes out in the caller's variable.
  void output(const clang::Expr* argument, EntityId parameter, EntityId site) {
    EntityId variable = lowering.named_entity(argument);
    if (variable == EntityId::none || parameter == EntityId::none) return;
    Term term;
    term.from = parameter;
    term.range = argument->getSourceRange();
    term.leaves = site;
    emit_terms({term}, variable, FlowKind::output, EntityId::none, {}, {});
  }

  // std::make_unique<T>(…), queue.emplace(…): the arguments reach T's constructor. std::bind(&f, …), std::thread(&f,
  // …): f's parameters.
  void forwarded(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
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

  static bool is_thread(const clang::CXXRecordDecl& record) {
    return record.getIdentifier() && (record.getName() == "thread" || record.getName() == "jthread");
  }

  void bound_call(const clang::Expr& call, llvm::ArrayRef<const clang::Expr*> given) {
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
    const clang::FunctionDecl* function =
        reference ? llvm::dyn_cast<clang::FunctionDecl>(reference->getDecl()) : nullptr;
    if (!function || !context.is_ours(function->getLocation())) return;
    const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
    given = given.drop_front(1);
    if (method && !method->isStatic() && !given.empty()) given = given.drop_front(1);
    arguments(&call, *function, given, 0, nullptr);
  }

  // The constructor that arguments of these types would choose: by their number, then by how many are numbers where
  // numbers are wanted.
  void construct_with(const clang::CallExpr& call, clang::QualType type, unsigned skip) {
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

  // An object comes to be without arguments that could flow. A constructor that nobody wrote has no place of its own:
  // the record stands for it.
  bool constructed(const clang::Expr& expression, const clang::CXXRecordDecl& record,
                   const clang::CXXConstructorDecl* constructor) {
    constructed_at(context.expansion_of(expression.getSourceRange()), record, constructor);
    return true;
  }
  void constructed_at(const Location& location, const clang::CXXRecordDecl& record,
                      const clang::CXXConstructorDecl* constructor) {
    if (record.isLambda() || location.line == 0 || !context.is_ours(record.getLocation())) return;
    CallFact fact;
    fact.caller = lowering.function;
    fact.callee = constructor && !constructor->isImplicit() ? context.entity(constructor) : context.entity(&record);
    fact.site = context.place_id("call", location);
    fact.location = location;
    call_of(fact);
  }

  // In a template's pattern the callee may be unknown: its name is all there is.
  void unresolved(const clang::CallExpr& call) {
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

  CollectContext& context;
  Lowering lowering;
  EntityId result = EntityId::none;
  llvm::DenseSet<const clang::Stmt*> loop_conditions;
  llvm::DenseSet<const clang::BinaryOperator*> roundings; // their sums are no offsets
  llvm::DenseSet<const clang::Expr*> rows;                // elements of initialiser lists of arrays
};

} // namespace

void collect_value_flow(CollectContext& context) {
  ValueFlowVisitor visitor(context);
  visitor.TraverseDecl(context.ast.getTranslationUnitDecl());
}

} // namespace plumbline
