#include "collect/value_flow.h"
#include "collect/flow_writer.h"
#include "collect/rounding.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/Basic/Builtins.h>
#include <clang/Lex/Lexer.h>
#include <llvm/ADT/ScopeExit.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

namespace {

class ValueFlowVisitor : public clang::RecursiveASTVisitor<ValueFlowVisitor>, FlowWriter {
 public:
  using FlowWriter::FlowWriter;

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
    if (operation->getOpcode() == clang::BO_Div || operation->getOpcode() == clang::BO_Shr)
      if (const clang::BinaryOperator* sum = rounding_sum(*operation, context.ast)) {
        roundings.insert(sum);
        lowering.see_division(*operation);
      }
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

  bool VisitIfStmt(clang::IfStmt* choice) {
    lowering.ask(choice->getCond());
    return true;
  }

  bool VisitConditionalOperator(clang::ConditionalOperator* choice) {
    lowering.ask(choice->getCond());
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
};

} // namespace

void collect_value_flow(CollectContext& context) {
  ValueFlowVisitor visitor(context);
  visitor.TraverseDecl(context.ast.getTranslationUnitDecl());
}

} // namespace plumbline
