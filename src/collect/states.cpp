#include "collect/states.h"
#include "collect/constants.h"

#include "collect/state_cells.h"
#include "collect/state_enums.h"
#include "collect/state_flow.h"
#include "collect/state_replace.h"
#include "collect/state_tables.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

namespace {

class StatesVisitor : public clang::RecursiveASTVisitor<StatesVisitor> {
 public:
  StatesVisitor(CollectContext& context, StateEnums& enums) : context(context), enums(enums) {}

  // The code as written: an instantiation says nothing about states that its template does not.
  bool shouldVisitTemplateInstantiations() const { return false; }

  bool TraverseDecl(clang::Decl* declaration) {
    if (!declaration) return true;
    if (!llvm::isa<clang::TranslationUnitDecl, clang::NamespaceDecl, clang::LinkageSpecDecl>(declaration) &&
        !context.is_ours(declaration->getLocation()))
      return true;
    const clang::FunctionDecl* function = llvm::dyn_cast<clang::FunctionDecl>(declaration);
    const clang::FunctionDecl* outer = current;
    if (function && !is_lambda_body(*function)) current = function;
    const bool go_on = RecursiveASTVisitor::TraverseDecl(declaration);
    current = outer;
    return go_on;
  }

  bool VisitFunctionDecl(clang::FunctionDecl* function) {
    if (!function->doesThisDeclarationHaveABody() || !function->getBody() || is_lambda_body(*function)) return true;
    follow(*function, *function->getBody(), *function, 0);
    if (const clang::CXXConstructorDecl* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(function))
      initialisers(*constructor);
    collect_returned_sets(context, *function, [this](const clang::EnumDecl* e) { return states_of(e); });
    return true;
  }

  // template <class State> class Machine: a machine of each enum that it is used for.
  bool VisitClassTemplateDecl(clang::ClassTemplateDecl* pattern) {
    if (!pattern->isThisDeclarationADefinition()) return true;
    for (clang::ClassTemplateSpecializationDecl* instance : pattern->specializations()) {
      if (instance->isExplicitSpecialization()) continue;
      each_enum(instance->getTemplateArgs(), [&](const clang::EnumDecl* enumeration) {
        only = enumeration;
        for (clang::FieldDecl* field : instance->fields()) {
          const bool starts = field->hasInClassInitializer() && enum_behind(field->getType()) == enumeration;
          if (enum_behind(field->getType()) == enumeration)
            holder(*field, enumeration, starts ? field->getInClassInitializer() : nullptr);
        }
        for (clang::CXXMethodDecl* method : instance->methods()) follow_instance(*method);
        only = nullptr;
      });
    }
    return true;
  }
  bool VisitFunctionTemplateDecl(clang::FunctionTemplateDecl* pattern) {
    if (!pattern->isThisDeclarationADefinition()) return true;
    for (clang::FunctionDecl* instance : pattern->specializations())
      if (const clang::TemplateArgumentList* arguments = instance->getTemplateSpecializationArgs())
        each_enum(*arguments, [&](const clang::EnumDecl* enumeration) {
          only = enumeration;
          follow_instance(*instance);
          only = nullptr;
        });
    return true;
  }

  bool VisitEnumDecl(clang::EnumDecl* enumeration) {
    if (enumeration->isThisDeclarationADefinition()) states_of(enumeration);
    return true;
  }

  bool VisitFieldDecl(clang::FieldDecl* field) {
    if (const clang::EnumDecl* enumeration = enum_behind(field->getType()))
      holder(*field, enumeration, field->hasInClassInitializer() ? field->getInClassInitializer() : nullptr);
    else if (field->hasInClassInitializer() && field->getInClassInitializer())
      table(*field, field->getInClassInitializer());
    return true;
  }

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (llvm::isa<clang::ParmVarDecl>(variable)) return true;
    const clang::EnumDecl* enumeration = enum_behind(variable->getType());
    if (enumeration && variable->hasGlobalStorage() && !variable->getType().isConstQualified() &&
        !variable->getType()->isReferenceType()) {
      holder(*variable, enumeration, variable->hasInit() ? variable->getInit() : nullptr);
    } else if (!enumeration && variable->hasInit() && !variable->isCXXForRangeDecl()) {
      table(*variable, variable->getInit());
      // `const auto& allowed() { static const std::map<…> table{…}; return table; }`
      if (variable->isStaticLocal() && current && !current->getReturnType()->isBuiltinType())
        if (const clang::Type* result = current->getReturnType().getNonReferenceType().getTypePtrOrNull();
            result && context.ast.hasSameUnqualifiedType(clang::QualType(result, 0), variable->getType()))
          table(*current, variable->getInit());
    }
    if (enumeration && variable->isLocalVarDecl()) return true;
    return true;
  }

  bool VisitSwitchStmt(clang::SwitchStmt* statement) {
    const StateEnum* states = states_of(enum_of(statement->getCond()));
    // `switch (static_cast<int>(state))` says that only some are meant.
    const clang::Expr* condition = statement->getCond()->IgnoreParenImpCasts();
    if (!states || (llvm::isa<clang::ExplicitCastExpr>(condition) && !condition->getType()->isEnumeralType()))
      return true;
    StateMask listed = 0;
    for (const clang::SwitchCase* label = statement->getSwitchCaseList(); label; label = label->getNextSwitchCase()) {
      const clang::CaseStmt* one = llvm::dyn_cast<clang::CaseStmt>(label);
      if (!one || one->getRHS()) return true; // default, or a range
      if (const clang::EnumConstantDecl* enumerator = enumerator_of(one->getLHS()))
        if (const std::optional<unsigned> index = states->index_of(number_of(*enumerator)))
          listed |= StateMask(1) << *index;
    }
    if ((states->all() & ~listed) == 0 || listed == 0) return true;
    StateSwitchFact fact;
    fact.enumeration = states->id;
    fact.function = context.entity(current);
    fact.location = context.expansion_of(clang::SourceRange(statement->getSwitchLoc(), statement->getRParenLoc()));
    fact.missing = states->all() & ~listed;
    if (fact.location.line) write(context.table, fact);
    return true;
  }

  // --- enumerators that are used as something else than a value that goes into a state ---

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->getOpcode() == clang::BO_Comma) return true;
    if (operation->getOpcode() == clang::BO_Assign) {
      if (!enum_behind(operation->getLHS()->getType()) && enumerator_of(operation->getRHS())) number_holder(*operation);
      return mark(operation->getRHS());
    }
    mark(operation->getLHS());
    return mark(operation->getRHS());
  }
  bool VisitCXXRewrittenBinaryOperator(clang::CXXRewrittenBinaryOperator* operation) {
    clang::CXXRewrittenBinaryOperator::DecomposedForm form = operation->getDecomposedForm();
    mark(form.LHS);
    return mark(form.RHS);
  }
  bool VisitCaseStmt(clang::CaseStmt* label) {
    // `case idle: idle:` and somewhere else `goto idle;`: it is entered by the jump.
    const clang::LabelStmt* target = llvm::dyn_cast_or_null<clang::LabelStmt>(label->getSubStmt());
    return target && target->getDecl()->isUsed() ? true : mark(label->getLHS());
  }
  bool VisitArraySubscriptExpr(clang::ArraySubscriptExpr* element) { return mark(element->getIdx()); }
  bool VisitDesignatedInitExpr(clang::DesignatedInitExpr* part) { // [idle] = "idle"
    for (const clang::DesignatedInitExpr::Designator& designator : part->designators())
      if (designator.isArrayDesignator()) mark(part->getArrayIndex(designator));
    return true;
  }
  bool VisitExplicitCastExpr(clang::ExplicitCastExpr* cast) {
    const clang::EnumDecl* to = cast->getType()->getAsEnumDecl();
    if (!to) {
      if (cast->getType()->isIntegerType()) mark(cast->getSubExpr());
      return true;
    }
    if (!enum_of(cast->getSubExpr()) && cast->getSubExpr()->getType()->isIntegerType())
      if (const StateEnum* states = states_of(enum_behind(cast->getType()))) enums.note_number(*states);
    return true;
  }
  bool VisitCallExpr(clang::CallExpr* call) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    const std::optional<MethodCall> member = method_call_of(call);
    if (!callee && !member) return true;
    const llvm::StringRef name = member                    ? member->name
                                 : callee->getIdentifier() ? callee->getName()
                                                           : llvm::StringRef();
    const bool looks_up = llvm::isa<clang::CXXOperatorCallExpr>(call) ||
                          llvm::StringSwitch<bool>(name)
                              .Cases({"find", "count", "contains", "at", "erase", "store", "exchange",
                                      "compare_exchange_strong", "compare_exchange_weak", "to_underlying"},
                                     true)
                              .Default(false);
    // What goes into a function of ours is followed there, if that function takes this enum.
    for (unsigned i = 0; i < call->getNumArgs(); ++i)
      if (looks_up || (callee && takes_enum(*call, *callee, i))) mark(call->getArg(i));
    collect_table_call(context, *call, [this](const clang::EnumDecl* e) { return states_of(e); });
    collect_table_building(
        context, *call, [this](const clang::EnumDecl* e) { return states_of(e); },
        [this](const clang::Expr* e) { mark(e); });
    return true;
  }
  bool VisitCXXConstructExpr(clang::CXXConstructExpr* construct) {
    const clang::CXXConstructorDecl* constructor = construct->getConstructor();
    if (!context.is_ours(constructor->getLocation())) return true;
    for (unsigned i = 0; i < construct->getNumArgs() && i < constructor->getNumParams(); ++i)
      if (enum_behind(constructor->getParamDecl(i)->getType())) mark(construct->getArg(i));
    return true;
  }
  bool VisitInitListExpr(clang::InitListExpr* list) {
    if (clang::InitListExpr* semantic = list->isSemanticForm() ? list : list->getSemanticForm()) members(*semantic);
    return true;
  }
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    const clang::EnumConstantDecl* enumerator = llvm::dyn_cast<clang::EnumConstantDecl>(reference->getDecl());
    if (!enumerator || followed.contains(reference)) return true;
    const StateEnum* states = states_of(enum_of(reference));
    if (states) enums.mention(*states, *enumerator);
    return true;
  }
  bool VisitDependentScopeDeclRefExpr(clang::DependentScopeDeclRefExpr* reference) {
    const clang::EnumConstantDecl* enumerator = enumerator_of(reference);
    if (!enumerator || followed.contains(reference)) return true;
    const StateEnum* states = states_of(enum_of(reference));
    if (states) enums.mention(*states, *enumerator);
    return true;
  }

 private:
  const StateEnum* states_of(const clang::EnumDecl* declaration) { return enums.of(declaration); }

  bool mark(const clang::Expr* expression) {
    expression = bare(expression);
    if (const clang::ConditionalOperator* choice = llvm::dyn_cast_or_null<clang::ConditionalOperator>(expression)) {
      mark(choice->getTrueExpr());
      return mark(choice->getFalseExpr());
    }
    if (llvm::isa_and_nonnull<clang::DeclRefExpr, clang::DependentScopeDeclRefExpr>(expression))
      followed.insert(expression);
    return true;
  }

  bool takes_enum(const clang::CallExpr& call, const clang::FunctionDecl& callee, unsigned argument) {
    if (!context.is_ours(callee.getLocation())) return false;
    const unsigned skip =
        llvm::isa<clang::CXXOperatorCallExpr>(call) && llvm::isa<clang::CXXMethodDecl>(callee) ? 1 : 0;
    return argument >= skip && argument - skip < callee.getNumParams() &&
           enum_behind(callee.getParamDecl(argument - skip)->getType()) != nullptr;
  }

  // --- who holds a state ---

  void holder(const clang::ValueDecl& variable, const clang::EnumDecl* enumeration, const clang::Expr* init) {
    const StateEnum* states = states_of(enumeration);
    if (!states) return enums.note_large(variable, enumeration);
    StateHolderFact fact;
    fact.variable = context.entity(&variable);
    fact.enumeration = states->id;
    fact.location = context.expansion_of(clang::SourceRange(variable.getLocation()));
    if (init) fact.initial = constant_in(*states, init);
    if (fact.variable != EntityId::none && fact.location.line) write(context.table, fact);
  }
  // An integer that is assigned an enumerator, as C code keeps its states.
  void number_holder(const clang::BinaryOperator& assignment) {
    const FunctionScan nothing;
    const StateEnum none;
    const clang::EnumDecl* enumeration = enum_of(assignment.getRHS());
    if (!enumeration || !assignment.getLHS()->getType()->isIntegerType()) return;
    const clang::ValueDecl* variable = StateScope(context, nothing, none).holder_of(assignment.getLHS());
    if (variable && !llvm::isa<clang::ParmVarDecl>(variable)) holder(*variable, enumeration, nullptr);
  }
  // The constant that an initialiser gives, through `{X}`, `atomic(X)` and `{}`.
  StateMask constant_in(const StateEnum& states, const clang::Expr* init) {
    init = bare(init);
    while (true) {
      if (const clang::InitListExpr* list = llvm::dyn_cast_or_null<clang::InitListExpr>(init)) {
        if (list->getNumInits() == 0) break;
        init = bare(list->getInit(0));
      } else if (const clang::CXXConstructExpr* construct = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(init)) {
        if (construct->getNumArgs() == 0) return 0;
        init = bare(construct->getArg(0));
      } else {
        break;
      }
    }
    if (!init) return 0;
    if (const clang::EnumConstantDecl* enumerator = enumerator_of(init);
        enumerator && enum_of(init) == states.declaration) {
      mark(init);
      if (const std::optional<unsigned> index = states.index_of(number_of(*enumerator))) return StateMask(1) << *index;
    }
    return 0;
  }

  void initialisers(const clang::CXXConstructorDecl& constructor) {
    for (const clang::CXXCtorInitializer* initialiser : constructor.inits()) {
      const clang::FieldDecl* field = initialiser->getAnyMember();
      if (!field || !initialiser->isWritten()) continue;
      const StateEnum* states = states_of(enum_behind(field->getType()));
      if (only && (!states || states->declaration != only)) continue;
      if (!states) {
        table(*field, initialiser->getInit());
        continue;
      }
      if (const StateMask constant = constant_in(*states, initialiser->getInit())) {
        holder_initial(*field, *states, constant);
        continue;
      }
      // From a parameter: what the callers say.
      const FunctionScan scan = scan_function(constructor, *constructor.getBody());
      StateScope scope(context, scan, *states);
      StateFlowFact flow = flow_of(constructor, *states, context.entity(field), 100);
      StateEvent event;
      event.flow = flow.id;
      event.location = context.expansion_of(initialiser->getSourceRange());
      const clang::Expr* value = bare(initialiser->getInit());
      if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(value);
          list && list->getNumInits() == 1)
        value = list->getInit(0);
      if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(value);
          construct && construct->getNumArgs() == 1)
        value = construct->getArg(0);
      event.value = scope.value_of(value);
      event.creates = true;
      event.old_states = states->all();
      if (!event.location.line) continue;
      write(context.table, flow);
      write(context.table, event);
    }
  }
  void holder_initial(const clang::ValueDecl& variable, const StateEnum& states, StateMask initial) {
    StateHolderFact fact;
    fact.variable = context.entity(&variable);
    fact.enumeration = states.id;
    fact.location = context.expansion_of(clang::SourceRange(variable.getLocation()));
    fact.initial = initial;
    if (fact.variable != EntityId::none && fact.location.line) write(context.table, fact);
  }
  // Job{id, Status::queued}
  void members(const clang::InitListExpr& list) {
    if (rows.contains(&list)) return;
    const clang::RecordDecl* record = list.getType()->getAsRecordDecl();
    if (!record || !record->getDefinition()) return;
    unsigned index = 0;
    const clang::CXXRecordDecl* special = llvm::dyn_cast<clang::CXXRecordDecl>(record);
    if (special) index = special->getNumBases();
    for (const clang::FieldDecl* field : record->getDefinition()->fields()) {
      if (index >= list.getNumInits()) return;
      const clang::Expr* init = list.getInit(index++);
      const StateEnum* states = states_of(enum_behind(field->getType()));
      if (!states || !init || llvm::isa<clang::ImplicitValueInitExpr, clang::CXXDefaultInitExpr>(init)) continue;
      if (const StateMask constant = constant_in(*states, init))
        holder_initial(*field, *states, constant);
      else if (const clang::Expr* value = bare(init); llvm::isa<clang::DeclRefExpr>(value))
        enums.note_number(*states); // from wherever that variable has it
    }
  }

  void table(const clang::NamedDecl& variable, const clang::Expr* init) {
    if (collect_table(
            context, variable, init, [this](const clang::EnumDecl* e) { return states_of(e); },
            [this](const clang::Expr* e) { mark(e); }))
      rows_of(init);
  }
  // The lists below a table are its rows: no object starts with the states that they name.
  void rows_of(const clang::Stmt* part) {
    if (!part) return;
    if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(part)) {
      rows.insert(list);
      if (list->getSemanticForm()) rows.insert(list->getSemanticForm());
      if (list->getSyntacticForm()) rows.insert(list->getSyntacticForm());
    }
    for (const clang::Stmt* child : part->children()) rows_of(child);
  }

  // --- functions ---

  StateFlowFact flow_of(const clang::FunctionDecl& function, const StateEnum& states, EntityId holder,
                        unsigned ordinal) {
    StateFlowFact flow;
    flow.function = context.entity(&function);
    flow.enumeration = states.id;
    flow.holder = holder;
    flow.location = context.expansion_of(clang::SourceRange(function.getLocation()));
    flow.id = entity_from_text("state-flow|" + std::to_string(static_cast<std::uint64_t>(flow.function)) + "|" +
                               std::to_string(static_cast<std::uint64_t>(states.id)) + "|" + std::to_string(ordinal));
    return flow;
  }

  template <class Use> void each_enum(const clang::TemplateArgumentList& arguments, const Use& use) {
    llvm::SmallPtrSet<const clang::EnumDecl*, 2> seen;
    for (const clang::TemplateArgument& argument : arguments.asArray())
      if (argument.getKind() == clang::TemplateArgument::Type)
        if (const StateEnum* states = states_of(enum_behind(argument.getAsType()));
            states && seen.insert(states->declaration).second)
          use(states->declaration);
  }
  void follow_instance(const clang::FunctionDecl& instance) {
    const clang::FunctionDecl* body = nullptr;
    if (!instance.hasBody(body) || !body->getBody() || !context.is_ours(instance.getLocation())) return;
    follow(*body, *body->getBody(), *body, 0);
    if (const clang::CXXConstructorDecl* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(body))
      initialisers(*constructor);
  }

  // `body` is that of `function`, or of a lambda in it; `owner` is the function whose doing it is.
  void follow(const clang::FunctionDecl& function, const clang::Stmt& body, const clang::FunctionDecl& owner,
              unsigned ordinal) {
    const FunctionScan scan = scan_function(function, body);
    collect_replacements(context, scan, owner, [this](const clang::EnumDecl* e) { return states_of(e); });
    llvm::SmallVector<const StateEnum*, 4> concerned;
    const auto concern = [&](const clang::EnumDecl* enumeration) {
      if (only && enumeration != only) return;
      if (const StateEnum* states = states_of(enumeration); states && !llvm::is_contained(concerned, states))
        concerned.push_back(states);
    };
    for (const clang::Expr* write : scan.enum_writes) {
      const std::optional<StateWrite> parts = state_write_of(write);
      concern(enum_behind(parts->target->getType()));
      concern(enum_of(parts->value));
    }
    for (const clang::Expr* read : scan.enum_reads) concern(enum_behind(read->getType()));
    for (const clang::Expr* call : scan.enum_calls)
      for (const clang::Stmt* child : call->children())
        if (const clang::Expr* argument = llvm::dyn_cast_or_null<clang::Expr>(child)) concern(enum_of(argument));
    if (!is_lambda_body(function)) {
      for (const clang::ParmVarDecl* parameter : function.parameters()) concern(enum_behind(parameter->getType()));
      concern(enum_behind(function.getReturnType()));
    }

    std::unique_ptr<clang::CFG> graph;
    for (const StateEnum* states : concerned) {
      if (!is_worth_following(context, function, scan, *states)) continue;
      const std::vector<StateCell> cells = cells_of(context, function, scan, *states);
      if (cells.empty()) continue;
      if (!graph) {
        clang::CFG::BuildOptions options;
        options.setAllAlwaysAdd();
        graph = clang::CFG::buildCFG(&function, const_cast<clang::Stmt*>(&body), &context.ast, options);
        if (!graph) {
          if (const clang::FunctionDecl* instance = ordinal == 0 ? instance_of(function) : nullptr)
            return follow(*instance, *instance->getBody(), owner, ordinal);
          break;
        }
      }
      for (std::size_t i = 0; i < cells.size(); ++i) follow_cell(scan, *states, *graph, cells, i, owner, ordinal);
    }
    for (const clang::LambdaExpr* lambda : scan.lambdas)
      if (lambda->getBody() && ordinal < 10000)
        follow(*lambda->getCallOperator(), *lambda->getBody(), owner, ++lambdas * 10);
  }

  void follow_cell(const FunctionScan& scan, const StateEnum& states, const clang::CFG& graph,
                   const std::vector<StateCell>& cells, std::size_t index, const clang::FunctionDecl& owner,
                   unsigned ordinal) {
    const StateCell& cell = cells[index];
    StateScope scope(context, scan, states);
    scope.cell = cell.path;
    scope.cell_base = cell.base;
    scope.old_parameter = cell.old_parameter;
    scope.new_parameter = cell.new_parameter;
    StateFlowFact flow = flow_of(owner, states, cell.holder ? context.entity(cell.holder) : EntityId::none,
                                 ordinal + static_cast<unsigned>(index));
    if (ordinal == 0) {
      if (cell.old_parameter) flow.old_parameter = static_cast<int>(cell.old_parameter->getFunctionScopeIndex());
      if (cell.new_parameter) flow.new_parameter = static_cast<int>(cell.new_parameter->getFunctionScopeIndex());
    }
    flow.in_lambda = ordinal != 0;
    if (!flow.location.line || flow.function == EntityId::none) return;
    StateFlowRequest request;
    request.scope = &scope;
    request.scan = &scan;
    request.states = &states;
    request.graph = &graph;
    request.flow = flow.id;
    request.calls_of_others = index == 0;
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (i != index && !cells[i].base.empty()) request.other_bases.push_back(cells[i].base);
    for (const clang::SwitchStmt* statement : scan.switches) {
      const StateRole role = scope.role_of(statement->getCond());
      if (role != StateRole::current && role != StateRole::old_state) continue;
      for (const clang::SwitchCase* label = statement->getSwitchCaseList(); label; label = label->getNextSwitchCase())
        if (const clang::CaseStmt* one = llvm::dyn_cast<clang::CaseStmt>(label))
          if (const clang::EnumConstantDecl* enumerator = enumerator_of(one->getLHS()))
            if (const std::optional<unsigned> state = states.index_of(number_of(*enumerator)))
              flow.labels.emplace_back(*state, context.expansion_of(one->getLHS()->getSourceRange()));
    }
    follow_state(context, request, flow);
    write(context.table, flow);
  }

  CollectContext& context;
  StateEnums& enums;
  const clang::FunctionDecl* current = nullptr;
  llvm::DenseSet<const clang::Expr*> followed;
  llvm::DenseSet<const clang::InitListExpr*> rows; // of tables
  const clang::EnumDecl* only = nullptr;           // what an instance of a template is followed for
  unsigned lambdas = 0;
};

} // namespace

void collect_states(CollectContext& context, const std::vector<clang::SourceRange>& skipped) {
  StateEnums enums(context);
  StatesVisitor(context, enums).TraverseDecl(context.ast.getTranslationUnitDecl());
  enums.finish(skipped);
}

} // namespace plumbline
