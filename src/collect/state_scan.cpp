// One pass over a function's body: where states are written, read and handed on, and what the questions about them
// need.
#include "collect/state_outcome.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

std::optional<StateWrite> state_write_of(const clang::Stmt* statement) {
  // ++parser->state: to whatever comes next.
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(statement))
    return operation->isIncrementDecrementOp() ? std::optional(StateWrite{operation->getSubExpr(), operation, nullptr})
                                               : std::nullopt;
  // machine->state += 2: to whatever that is. A bit that is set or cleared is a flag beside the state.
  if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(statement)) {
    if (operation->getOpcode() != clang::BO_Assign && operation->getOpcode() != clang::BO_AddAssign &&
        operation->getOpcode() != clang::BO_SubAssign)
      return std::nullopt;
    const clang::Expr* value = operation->isCompoundAssignmentOp() ? operation : operation->getRHS();
    return StateWrite{operation->getLHS(), value, nullptr};
  }
  if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(statement)) {
    if (call->getOperator() != clang::OO_Equal || call->getNumArgs() != 2 || !enum_behind(call->getArg(0)->getType()))
      return std::nullopt;
    return StateWrite{call->getArg(0), call->getArg(1), nullptr};
  }
  const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement);
  if (!call) return std::nullopt;
  const std::optional<MethodCall> member = method_call_of(call);
  const clang::FunctionDecl* callee = call->getDirectCallee();
  if (!member && (!callee || !callee->getIdentifier())) return std::nullopt;
  enum class Form { none, value, exchange };
  const Form form = llvm::StringSwitch<Form>(member ? member->name : callee->getName())
                        .Cases({"store", "exchange", "atomic_store", "atomic_exchange", "atomic_store_explicit",
                                "atomic_exchange_explicit"},
                               Form::value)
                        .Cases({"compare_exchange_strong", "compare_exchange_weak", "atomic_compare_exchange_strong",
                                "atomic_compare_exchange_weak", "compareAndExchange", "compare_and_swap"},
                               Form::exchange)
                        .Default(Form::none);
  if (form == Form::none) return std::nullopt;
  if (member && !enum_behind(member->object->getType())) return std::nullopt;
  const unsigned first = member ? 0 : 1;
  if (call->getNumArgs() < first + (form == Form::exchange ? 2 : 1)) return std::nullopt;
  const clang::Expr* target = member ? member->object : call->getArg(0);
  if (form == Form::value) return StateWrite{target, call->getArg(first), nullptr};
  return StateWrite{target, call->getArg(first + 1), call->getArg(first)};
}

namespace {

class Scanner : public clang::RecursiveASTVisitor<Scanner> {
 public:
  explicit Scanner(FunctionScan& scan) : scan(scan) {}

  // A lambda's body is a function of its own; what it captures is evaluated here.
  bool TraverseLambdaExpr(clang::LambdaExpr* lambda) {
    scan.lambdas.push_back(lambda);
    for (clang::Expr* capture : lambda->capture_inits())
      if (capture && !TraverseStmt(capture)) return false;
    return true;
  }
  bool TraverseDecl(clang::Decl* declaration) { // local classes have functions of their own
    return llvm::isa_and_nonnull<clang::RecordDecl, clang::FunctionDecl>(declaration)
               ? true
               : RecursiveASTVisitor::TraverseDecl(declaration);
  }
  bool TraverseSwitchStmt(clang::SwitchStmt* statement) {
    if (!TraverseStmt(statement->getInit()) || !TraverseStmt(statement->getCond())) return false;
    scan.switches.push_back(statement);
    groups.emplace_back();
    const bool go_on = TraverseStmt(statement->getBody());
    groups.pop_back();
    return go_on;
  }
  bool TraverseCaseStmt(clang::CaseStmt* label) {
    if (!groups.empty()) {
      if (!chained) groups.back().clear();
      groups.back().push_back(label);
    }
    chained = false;
    if (!TraverseStmt(label->getLHS())) return false;
    note_discarded(label->getSubStmt());
    chained = llvm::isa_and_nonnull<clang::SwitchCase>(label->getSubStmt());
    const bool go_on = TraverseStmt(label->getSubStmt());
    chained = false;
    return go_on;
  }
  bool TraverseDefaultStmt(clang::DefaultStmt* label) {
    if (!groups.empty() && !chained) groups.back().clear();
    note_discarded(label->getSubStmt());
    chained = llvm::isa_and_nonnull<clang::SwitchCase>(label->getSubStmt());
    const bool go_on = TraverseStmt(label->getSubStmt());
    chained = false;
    return go_on;
  }

  bool VisitCompoundStmt(clang::CompoundStmt* compound) {
    for (const clang::Stmt* child : compound->body()) note_discarded(child);
    return true;
  }
  bool VisitIfStmt(clang::IfStmt* statement) {
    note_discarded(statement->getThen());
    note_discarded(statement->getElse());
    return true;
  }
  bool VisitForStmt(clang::ForStmt* statement) {
    note_discarded(statement->getInc());
    note_discarded(statement->getBody());
    return true;
  }
  bool VisitWhileStmt(clang::WhileStmt* statement) { return note_discarded(statement->getBody()); }
  bool VisitDoStmt(clang::DoStmt* statement) { return note_discarded(statement->getBody()); }
  bool VisitCXXForRangeStmt(clang::CXXForRangeStmt* loop) {
    note_discarded(loop->getBody());
    const clang::VarDecl* variable = loop->getLoopVariable();
    scan.ranges[variable] = loop->getRangeInit();
    if (const clang::DecompositionDecl* parts = llvm::dyn_cast_or_null<clang::DecompositionDecl>(variable))
      for (const clang::BindingDecl* binding : parts->bindings())
        if (binding->getHoldingVar()) scan.ranges[binding->getHoldingVar()] = loop->getRangeInit();
    return true;
  }

  bool VisitReturnStmt(clang::ReturnStmt* statement) {
    scan.returns.push_back(statement);
    return note_labels(statement);
  }
  bool VisitCXXThrowExpr(clang::CXXThrowExpr* expression) { return note_labels(expression); }

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (!operation->isAssignmentOp()) return true;
    note_labels(operation);
    if (operation->getOpcode() == clang::BO_Assign) replace(operation->getLHS(), operation->getRHS(), operation);
    assign(operation->getLHS(), operation->isCompoundAssignmentOp() ? operation : operation->getRHS());
    if (state_write_of(operation) && (enum_of(operation->getLHS()) ||
                                      (operation->getOpcode() == clang::BO_Assign && names_state(operation->getRHS()))))
      scan.enum_writes.push_back(operation);
    return true;
  }
  bool VisitUnaryOperator(clang::UnaryOperator* operation) {
    if (operation->isIncrementDecrementOp()) {
      note_labels(operation);
      assign(operation->getSubExpr(), operation);
      if (enum_of(operation->getSubExpr())) scan.enum_writes.push_back(operation);
    }
    // Whoever gets the address may write: `unpack(packet, &partial); if (partial) …`
    if (operation->getOpcode() == clang::UO_AddrOf &&
        (carries_state(operation->getSubExpr()) || operation->getSubExpr()->getType()->isIntegerType()))
      assign(operation->getSubExpr(), operation);
    return true;
  }
  bool VisitCXXDeleteExpr(clang::CXXDeleteExpr*) {
    scan.destroys = true;
    return true;
  }
  bool VisitCXXOperatorCallExpr(clang::CXXOperatorCallExpr* call) {
    if (call->isAssignmentOp() && call->getNumArgs() == 2) assign(call->getArg(0), call->getArg(1));
    if (call->getOperator() == clang::OO_Equal && call->getNumArgs() == 2)
      replace(call->getArg(0), call->getArg(1), call);
    return true;
  }
  bool VisitCallExpr(clang::CallExpr* call) {
    if (const std::optional<StateWrite> write = state_write_of(call)) {
      note_labels(call);
      scan.enum_writes.push_back(call);
      return true;
    }
    const clang::FunctionDecl* callee = call->getDirectCallee();
    scan.destroys |= callee && !scan.destroys && destroys(*callee);
    if (callee && callee->getIdentifier() && call->getNumArgs() >= 2 &&
        (callee->getName().contains("memset") || callee->getName() == "bzero"))
      clear(call->getArg(0), call);
    const unsigned skip =
        llvm::isa<clang::CXXOperatorCallExpr>(call) && llvm::isa_and_nonnull<clang::CXXMethodDecl>(callee) ? 1 : 0;
    bool given = false;
    for (unsigned i = skip; i < call->getNumArgs(); ++i) {
      given |= enum_of(call->getArg(i)) != nullptr;
      if (callee && i - skip < callee->getNumParams())
        out_parameter(callee->getParamDecl(i - skip), call->getArg(i), call);
    }
    if (given && callee) scan.enum_calls.push_back(call);
    if (callee && call->getNumArgs() == 0 && enum_behind(call->getType())) scan.enum_reads.push_back(call);
    return true;
  }
  bool VisitCXXConstructExpr(clang::CXXConstructExpr* construct) {
    for (const clang::Expr* argument : construct->arguments())
      if (enum_of(argument)) {
        scan.enum_calls.push_back(construct);
        break;
      }
    return true;
  }
  bool VisitMemberExpr(clang::MemberExpr* member) {
    if (llvm::isa<clang::FieldDecl, clang::VarDecl>(member->getMemberDecl()) && enum_behind(member->getType()))
      scan.enum_reads.push_back(member);
    return true;
  }
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (variable && variable->hasGlobalStorage() && enum_behind(variable->getType()))
      scan.enum_reads.push_back(reference);
    return true;
  }

 private:
  bool note_discarded(const clang::Stmt* statement) {
    const clang::Expr* expression = llvm::dyn_cast_or_null<clang::Expr>(statement);
    if (expression) scan.discarded.insert(bare(expression));
    return true;
  }
  bool note_labels(const clang::Stmt* statement) {
    if (groups.empty()) return true;
    llvm::SmallVector<const clang::CaseStmt*, 2>& labels = scan.labels[statement];
    for (std::size_t i = groups.size(); i-- > 0;) labels.append(groups[i].begin(), groups[i].end());
    return true;
  }
  void replace(const clang::Expr* target, const clang::Expr* value, const clang::Expr* statement) {
    if (target->getType()->isRecordType() && makes_object(value)) scan.replaced.emplace_back(target, statement);
  }
  void clear(const clang::Expr* target, const clang::Expr* call) {
    target = bare(target);
    if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(target);
        operation && operation->getOpcode() == clang::UO_AddrOf)
      target = bare(operation->getSubExpr());
    scan.replaced.emplace_back(target, call);
  }
  static bool names_state(const clang::Expr* value) {
    if (const clang::ConditionalOperator* choice = llvm::dyn_cast<clang::ConditionalOperator>(bare(value)))
      return names_state(choice->getTrueExpr());
    return enumerator_of(value) != nullptr;
  }
  static bool carries_state(const clang::Expr* expression) {
    return enum_behind(expression->getType()) || expression->getType()->isBooleanType();
  }
  void assign(const clang::Expr* target, const clang::Expr* value) {
    const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(bare(target));
    const clang::VarDecl* variable = reference ? llvm::dyn_cast<clang::VarDecl>(reference->getDecl()) : nullptr;
    if (variable && (variable->isLocalVarDecl() || llvm::isa<clang::ParmVarDecl>(variable)))
      scan.assigned[variable].push_back(value);
  }
  void out_parameter(const clang::ParmVarDecl* parameter, const clang::Expr* argument, const clang::Expr* call) {
    const clang::QualType type = parameter->getType();
    if (type->isLValueReferenceType() && !type->getPointeeType().isConstQualified() &&
        (carries_state(argument) || argument->getType()->isIntegerType()))
      assign(argument, call);
  }

  FunctionScan& scan;
  std::vector<llvm::SmallVector<const clang::CaseStmt*, 4>> groups; // of each enclosing switch
  bool chained = false;
};

} // namespace

// What a statement of its own assigns.
static const clang::Expr* assigned_by(const clang::Stmt* statement) {
  const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement);
  expression = expression ? bare(expression) : nullptr;
  if (const clang::BinaryOperator* operation = llvm::dyn_cast_or_null<clang::BinaryOperator>(expression))
    return operation->getOpcode() == clang::BO_Assign ? operation->getLHS() : nullptr;
  const clang::CXXOperatorCallExpr* call = llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(expression);
  return call && call->getOperator() == clang::OO_Equal && call->getNumArgs() == 2 ? call->getArg(0) : nullptr;
}

FunctionScan scan_function(const clang::FunctionDecl& function, const clang::Stmt& body) {
  FunctionScan scan;
  scan.function = &function;
  Scanner(scan).TraverseStmt(const_cast<clang::Stmt*>(&body));
  if (const clang::CompoundStmt* block = llvm::dyn_cast<clang::CompoundStmt>(&body))
    for (const clang::Stmt* statement : block->body())
      if (const clang::Expr* target = assigned_by(statement)) scan.stored.push_back(target);
  return scan;
}

} // namespace plumbline
