// The questions that an expression asks about a state: helpers in whatever file, and tables.
#include "collect/state_values.h"

#include "collect/state_tables.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/SmallPtrSet.h>

namespace plumbline {

namespace {

// Finds calls and tables that an expression asks, also through locals that hold an intermediate result and in lambdas.
class ConsultFinder : public clang::RecursiveASTVisitor<ConsultFinder> {
 public:
  ConsultFinder(CollectContext& context, const StateScope& scope, const FunctionScan& scan, const StateEnum& states)
      : context(context), scope(scope), scan(scan), states(states) {}

  bool shouldVisitLambdaBody() const { return true; }

  // Before its parts are visited: a table that is indexed by something else as well is none of transitions.
  bool VisitExpr(clang::Expr* expression) {
    note_foreign_indexes(expression);
    if (scope.operand_of(expression).kind != StateOperand::Kind::other) about_state = true;
    return true;
  }
  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->getOpcode() == clang::BO_And)
      masks |= names_state(operation->getLHS()) || names_state(operation->getRHS());
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
    const std::optional<MethodCall> member = method_call_of(call);
    if (member && member->method && is_atomic_method(*member->method)) return true;
    // A method of this object that is asked about one of its parts counts as well: require(id, State::running).
    const std::string object = member ? scope.path_of(member->object) : std::string();
    consult.same_object =
        !object.empty() && !scope.cell_base.empty() && (object == scope.cell_base || object == "this");
    // is_closed(connection): what C has for a method.
    const bool plain = !member && !llvm::isa<clang::CXXOperatorCallExpr>(call);
    if (plain && !scope.cell_base.empty())
      consult.same_object = std::any_of(call->arg_begin(), call->arg_end(), [&](const clang::Expr* argument) {
        return scope.path_of(argument) == scope.cell_base;
      });
    const unsigned itself = plain ? 1 : 0; // the arguments of a question that is about the object alone
    // edges().count({state_, next}): a function that gives the table.
    if (!given && call->getNumArgs() == 0 && context.is_ours(callee->getLocation()) &&
        mentions_enum(callee->getReturnType(), 0) && !enum_behind(callee->getReturnType())) {
      Consult table;
      table.what = context.entity(callee);
      table.is_table = true;
      if (table.what != EntityId::none) tables.push_back(std::move(table));
      return true;
    }
    if (!given && !(consult.same_object && call->getNumArgs() == itself)) return true;
    if (!context.is_ours(callee->getLocation())) return true; // find, contains, max: the table tells
    if (enum_behind(callee->getReturnType()) == states.declaration && !given) return true; // a getter
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
  // Other than as the index of a row: `rows[state] & 1 << next`, and not `frames[state] & 1 << type`.
  bool names_state(const clang::Stmt* part) const {
    if (!part || llvm::isa<clang::ArraySubscriptExpr>(part)) return false;
    if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(part);
        call && call->getOperator() == clang::OO_Subscript)
      return false;
    if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(part);
        expression && scope.operand_of(expression).kind != StateOperand::Kind::other)
      return true;
    return std::any_of(part->child_begin(), part->child_end(),
                       [&](const clang::Stmt* child) { return names_state(child); });
  }
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
  void note_foreign_indexes(const clang::Expr* element) {
    bool other = false;
    for (element = bare(element); element;) {
      const clang::Expr *base = nullptr, *index = nullptr;
      if (const clang::ArraySubscriptExpr* array = llvm::dyn_cast<clang::ArraySubscriptExpr>(element)) {
        base = array->getBase();
        index = array->getIdx();
      } else if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(element);
                 call && call->getOperator() == clang::OO_Subscript && call->getNumArgs() == 2) {
        base = call->getArg(0);
        index = call->getArg(1);
      }
      if (!base) break;
      const clang::EnumDecl* enumeration = enum_of(index);
      other |= enumeration && enumeration != states.declaration;
      element = bare(base);
    }
    if (!other || !element) return;
    if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(element))
      foreign.insert(member->getMemberDecl());
    else if (const clang::VarDecl* variable = variable_of(element))
      foreign.insert(variable);
  }
  // A container or array whose elements have to do with the enum, or a constant array that is indexed by it.
  void table(const clang::ValueDecl& variable) {
    const clang::QualType type = variable.getType().getNonReferenceType();
    const bool array =
        type->isArrayType() || (type->getAsCXXRecordDecl() && type->getAsCXXRecordDecl()->getName() == "array");
    if (!mentions_enum(type, 0) &&
        !(array && (type.isConstQualified() || context.ast.getBaseElementType(type).isConstQualified())))
      return;
    if (enum_behind(type) || foreign.contains(&variable)) return;
    if (const clang::VarDecl* constant = llvm::dyn_cast<clang::VarDecl>(&variable); constant && array)
      collect_matrix(context, *constant, states, masks);
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
  llvm::SmallPtrSet<const clang::ValueDecl*, 4> foreign; // tables that another enum indexes, too
  unsigned depth = 0;
  bool masks = false; // bits are asked for
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
