// What the collectors of single checks have in common: a walk over the declarations of our files that knows in whose
// body it is and which statements stand around the one at hand.
#pragma once

#include "collect/context.h"

#include <clang/AST/RecursiveASTVisitor.h>

#include <vector>

namespace plumbline {

template <class Derived> class FunctionVisitor : public clang::RecursiveASTVisitor<Derived> {
  using Base = clang::RecursiveASTVisitor<Derived>;

 public:
  explicit FunctionVisitor(CollectContext& context) : context(context) {}

  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldVisitLambdaBody() const { return true; }

  bool TraverseDecl(clang::Decl* declaration) {
    if (!declaration) return true;
    if (declaration->isImplicit() && !llvm::isa<clang::CXXRecordDecl>(declaration)) return true;
    if (!llvm::isa<clang::TranslationUnitDecl, clang::NamespaceDecl, clang::LinkageSpecDecl>(declaration) &&
        !context.is_ours(declaration->getLocation()))
      return true;
    const clang::FunctionDecl* declared = llvm::dyn_cast<clang::FunctionDecl>(declaration);
    if (!declared) return Base::TraverseDecl(declaration);
    // A lambda's body belongs to the function around it.
    const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(declared);
    if (method && method->getParent()->isLambda()) return Base::TraverseDecl(declaration);
    const clang::FunctionDecl* outer = function;
    std::vector<const clang::Stmt*> outer_statements;
    std::swap(outer_statements, around);
    function = declared;
    bool go_on = Base::TraverseDecl(declaration);
    function = outer;
    std::swap(outer_statements, around);
    return go_on;
  }

  // Without the queue that Clang offers for deep trees, because what stands around a statement has to be known; what
  // is deeper than any code that people write is left out instead.
  bool TraverseStmt(clang::Stmt* statement) {
    if (!statement || around.size() > max_depth) return true;
    around.push_back(statement);
    bool go_on = Base::TraverseStmt(statement);
    around.pop_back();
    return go_on;
  }

 protected:
  // plumbline: allow(hard-coded-limit) the same code has the same findings, whoever scans it
  static constexpr std::size_t max_depth = 1500;

  EntityId function_id() { return context.entity(function); }

  CollectContext& context;
  const clang::FunctionDecl* function = nullptr; // in whose body we are
  std::vector<const clang::Stmt*> around;        // from the outside in; the last is the one that is visited
};

} // namespace plumbline
