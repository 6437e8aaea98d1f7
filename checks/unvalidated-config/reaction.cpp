#include "reaction.h"
#include "collect/constants.h"
#include "collect/types.h"
#include "facts/numbers.h"
#include "facts/words.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline::unvalidated_config {

bool speaks(llvm::StringRef name) {
  if (name == "exit" || name == "_exit" || name == "_Exit" || name == "abort" || name == "terminate" ||
      name == "quick_exit" || name == "__assert_fail" || name == "errx" || name == "err")
    return true;
  for (const std::string& word : words_of(std::string_view(name)))
    if (llvm::StringSwitch<bool>(word)
            .Cases({"log", "logf", "warn", "warning", "warnx", "error", "errors", "print", "printf", "fprintf",
                    "println", "puts", "fputs", "perror", "report"},
                   true)
            .Cases({"syslog", "notify", "fail", "failed", "failure", "die", "fatal", "panic", "alert", "trace", "debug",
                    "info", "critical", "usage", "complain"},
                   true)
            .Cases({"diag", "diagnose", "diagnostic", "message", "throw", "raise", "reject", "invalid", "vlog"}, true)
            .Default(false))
      return true;
  return false;
}

namespace {

// The constants that some function's returns give: `return -1`, `return 0`. A function all of whose returns are
// constants speaks of success, one that also returns computed values returns a value.
struct Returns : clang::RecursiveASTVisitor<Returns> {
  explicit Returns(const clang::ASTContext& ast) : ast(ast) {}
  const clang::ASTContext& ast;
  bool computed = false;
  llvm::SmallVector<double, 4> values;
  bool TraverseLambdaExpr(clang::LambdaExpr*) { return true; }
  bool VisitReturnStmt(clang::ReturnStmt* statement) {
    const clang::Expr* value = statement->getRetValue();
    if (!value) return true;
    std::optional<double> constant = value->isValueDependent() ? std::nullopt : constant_of(value, ast);
    if (constant)
      values.push_back(*constant);
    else
      computed = true;
    return true;
  }
  static std::optional<double> constant_of(const clang::Expr* value, const clang::ASTContext& ast) {
    clang::Expr::EvalResult result;
    if (value->isValueDependent() || !value->getType()->isIntegralOrEnumerationType()) return std::nullopt;
    if (!value->EvaluateAsInt(result, ast)) return std::nullopt;
    return static_cast<double>(saturated(result.Val.getInt()));
  }
};

class ReactionVisitor : public clang::RecursiveASTVisitor<ReactionVisitor> {
 public:
  ReactionVisitor(const clang::FunctionDecl* function, const clang::VarDecl* exception)
      : function(function), exception(exception) {}

  Reaction reaction;

  bool VisitCXXThrowExpr(clang::CXXThrowExpr*) { return reaction.loud = true; }
  bool VisitGotoStmt(clang::GotoStmt*) { return reaction.told = true; } // to the cleanup of a failure
  bool VisitCoreturnStmt(clang::CoreturnStmt*) { return reaction.told = true; }
  bool VisitStringLiteral(clang::StringLiteral* literal) { // a message for somebody
    if (literal->isOrdinary() && literal->getString().contains(' ')) reaction.loud = true;
    return true;
  }
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) { // error.what() goes somewhere
    if (exception && reference->getDecl() == exception) reaction.loud = true;
    return true;
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call)) {
      if (operation->getOperator() == clang::OO_LessLess) reaction.loud = true;
      if (operation->isAssignmentOp()) assigned(operation->getArg(0));
      return true;
    }
    if (callee && callee->getDeclName().isIdentifier() && speaks(callee->getName())) reaction.loud = true;
    if (callee && callee->isNoReturn()) reaction.loud = true;
    const clang::Expr* target = call->getCallee()->IgnoreParenImpCasts();
    if (const clang::OverloadExpr* overload = llvm::dyn_cast<clang::OverloadExpr>(target))
      if (overload->getName().isIdentifier() && speaks(overload->getName().getAsIdentifierInfo()->getName()))
        reaction.loud = true;
    if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(target)) { // errors.push_back(name)
      const clang::Expr* object = strip(member->getBase());
      if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(object);
          reference && reference->getDecl()->getDeclName().isIdentifier() && speaks(reference->getDecl()->getName()))
        reaction.loud = true;
      if (const clang::MemberExpr* field = llvm::dyn_cast<clang::MemberExpr>(object);
          field && field->getMemberDecl()->getDeclName().isIdentifier() && speaks(field->getMemberDecl()->getName()))
        reaction.loud = true;
    }
    return true;
  }

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->isAssignmentOp()) assigned(operation->getLHS());
    return true;
  }
  bool VisitUnaryOperator(clang::UnaryOperator* operation) { // ++errors
    if (operation->isIncrementDecrementOp()) reaction.loud = true;
    return true;
  }

  bool VisitReturnStmt(clang::ReturnStmt* statement) {
    if (tells(statement->getRetValue())) reaction.told = true;
    return true;
  }

 private:
  void assigned(const clang::Expr* target) {
    target = strip(target);
    reaction.assigns = true;
    if (!target) return;
    if (target->getType()->isBooleanType()) reaction.told = true; // ok = false
    std::string name;
    if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(target))
      name = reference->getDecl()->getNameAsString();
    else if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(target))
      name = member->getMemberDecl()->getNameAsString();
    if (speaks(name) || llvm::StringRef(name).starts_with_insensitive("err")) reaction.told = true;
  }

  // Whether what is returned can say "failed": a truth value, nothing at all, an error; a number only if it is
  // negative, or if the function returns nothing but such constants.
  bool tells(const clang::Expr* value) const {
    if (!value || !function) return false;
    TypeTraits traits = traits_of(function->getReturnType());
    const clang::QualType type = function->getReturnType().getNonReferenceType();
    const bool number = is_number(traits.type_class);
    if (type->isBooleanType() || type->isEnumeralType() || type->isPointerType()) return true;
    if (type->isUndeducedType() || type->isDependentType()) return !llvm::isa<clang::DeclRefExpr>(strip(value));
    if (!number) return true;
    if (type->isRecordType() && traits.type_class != TypeClass::duration) { // optional<int>: {} and nullopt tell
      const clang::Expr* stripped = strip(value);
      TypeTraits given = traits_of(stripped->getType());
      return given.type_class != TypeClass::integer && given.type_class != TypeClass::floating;
    }
    const clang::ASTContext& ast = function->getASTContext();
    std::optional<double> constant = Returns::constant_of(value, ast);
    if (!constant) return false;
    if (*constant < 0) return true;
    if (!only_codes) { // once: a chain of a thousand `return 7;` asks for each of them
      Returns returns(ast);
      returns.TraverseStmt(function->getBody());
      only_codes = !returns.computed &&
                   llvm::any_of(returns.values, [&](double other) { return other != returns.values.front(); });
    }
    return *only_codes;
  }

  const clang::FunctionDecl* function;
  const clang::VarDecl* exception;
  mutable std::optional<bool> only_codes; // whether the function returns nothing but constants, and several
};

} // namespace

Reaction reaction_of(const clang::Stmt* region, const clang::FunctionDecl* function, const clang::VarDecl* exception) {
  ReactionVisitor visitor(function, exception);
  if (region) visitor.TraverseStmt(const_cast<clang::Stmt*>(region));
  return visitor.reaction;
}

bool told_behind(const clang::IfStmt& branch, const clang::FunctionDecl& function) {
  struct Leaves : clang::RecursiveASTVisitor<Leaves> {
    bool found = false;
    bool VisitReturnStmt(clang::ReturnStmt*) { return !(found = true); }
    bool VisitContinueStmt(clang::ContinueStmt*) { return !(found = true); }
    bool VisitBreakStmt(clang::BreakStmt*) { return !(found = true); }
  } leaves;
  leaves.TraverseStmt(const_cast<clang::Stmt*>(branch.getThen()));
  if (!leaves.found) return false;
  struct Siblings : clang::RecursiveASTVisitor<Siblings> {
    const clang::Stmt* of = nullptr;
    llvm::SmallVector<const clang::Stmt*, 8> behind;
    bool VisitCompoundStmt(clang::CompoundStmt* compound) {
      bool seen = false;
      for (const clang::Stmt* statement : compound->body()) {
        if (seen) behind.push_back(statement);
        seen |= statement == of;
      }
      return true;
    }
  } siblings;
  siblings.of = &branch;
  siblings.TraverseStmt(function.getBody());
  // The value itself goes out behind the check of failure, and the failure behind the check of success.
  for (const clang::Stmt* statement : siblings.behind) {
    Reaction reaction = reaction_of(statement, &function);
    if (reaction.loud) return true;
    const clang::ReturnStmt* given = llvm::dyn_cast<clang::ReturnStmt>(statement);
    if (given && reaction.told) return true;
  }
  return false;
}

} // namespace plumbline::unvalidated_config
