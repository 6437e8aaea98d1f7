// Which functions make a number of text, how each says that it could not, and who in a function looks at that.
#pragma once

#include "collect/constants.h"

#include <clang/AST/Decl.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/ADT/SmallVector.h>

namespace plumbline::unvalidated_config {

// How a parser says that it failed: not at all; by its end pointer or errno; by its result; by its truth value; by an
// exception; `own`: by what a function of the project or a document's library throws.
enum class Parser : std::uint8_t { none, blind, end_pointer, result, truth, throwing, own };

Parser parser_of(const clang::FunctionDecl& callee);
bool is_number(clang::QualType type);
bool is_input_stream(clang::QualType type);
// A call of what the macro errno is made of.
bool is_errno(const clang::Expr* expression);

// Where in a function some variable, or errno, is looked at.
class IndicatorVisitor : public clang::RecursiveASTVisitor<IndicatorVisitor> {
 public:
  llvm::SmallPtrSet<const clang::ValueDecl*, 4> variables;
  const clang::Expr* parse = nullptr;     // the call itself, where it stands in a condition
  const clang::CallExpr* after = nullptr; // errno is looked at for this call's sake: behind it, before it is set again
  bool read = false;
  llvm::SmallVector<const clang::Stmt*, 4> decisions; // if statements and conditional operators that depend on it

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->getOpcode() != clang::BO_Assign) return true;
    const clang::Expr* target = strip(operation->getLHS());
    written.insert(target);
    const clang::UnaryOperator* deref = llvm::dyn_cast<clang::UnaryOperator>(target);
    if (deref && is_errno(strip(deref->getSubExpr())) && errno_is_of_parse) errno_is_of_parse = false;
    return true;
  }
  bool VisitCallExpr(clang::CallExpr* call) {
    if (call == after) errno_is_of_parse = true;
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (callee && parser_of(*callee) == Parser::end_pointer && call->getNumArgs() > 1)
      if (const clang::UnaryOperator* address = llvm::dyn_cast<clang::UnaryOperator>(strip(call->getArg(1))))
        written.insert(strip(address->getSubExpr()));
    if (errno_is_of_parse && is_errno(call) && !written.contains(call)) read = true;
    return true;
  }
  bool VisitUnaryOperator(clang::UnaryOperator* operation) { // *__errno_location() = 0
    if (operation->getOpcode() == clang::UO_Deref && written.contains(operation))
      written.insert(operation->getSubExpr());
    return true;
  }
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    if (variables.contains(reference->getDecl()) && !written.contains(reference)) read = true;
    return true;
  }
  bool VisitIfStmt(clang::IfStmt* statement) {
    if (depends(statement->getCond())) decisions.push_back(statement);
    return true;
  }
  bool VisitConditionalOperator(clang::ConditionalOperator* conditional) {
    if (depends(conditional->getCond())) decisions.push_back(conditional);
    return true;
  }

 private:
  struct Finder : clang::RecursiveASTVisitor<Finder> {
    explicit Finder(const IndicatorVisitor& outer) : outer(outer) {}
    const IndicatorVisitor& outer;
    bool found = false;
    bool VisitExpr(clang::Expr* expression) {
      if (expression == outer.parse || (outer.errno_is_of_parse && is_errno(expression))) found = true;
      if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression))
        found |= outer.variables.contains(reference->getDecl());
      return !found;
    }
  };
  bool depends(const clang::Expr* condition) const {
    Finder finder(*this);
    finder.TraverseStmt(const_cast<clang::Expr*>(condition));
    return finder.found;
  }

  llvm::SmallPtrSet<const clang::Expr*, 8> written;
  bool errno_is_of_parse = false; // statements are visited in their order
};

} // namespace plumbline::unvalidated_config
