#include "collect/graph_events.h"
#include "collect/graph_reader.h"

#include <clang/AST/RecursiveASTVisitor.h>

namespace plumbline {

namespace {

class FunctionFinder : public clang::RecursiveASTVisitor<FunctionFinder> {
 public:
  explicit FunctionFinder(CollectContext& context) : context(context) {}
  bool shouldVisitTemplateInstantiations() const { return true; }
  // Bodies are read by GraphReader; here only declarations are gone through, for classes inside functions too.
  bool TraverseDecl(clang::Decl* declaration) {
    if (!declaration) return true;
    if (!llvm::isa<clang::TranslationUnitDecl, clang::NamespaceDecl, clang::LinkageSpecDecl>(declaration) &&
        !context.is_ours(declaration->getLocation()))
      return true;
    return RecursiveASTVisitor::TraverseDecl(declaration);
  }
  bool VisitFunctionDecl(clang::FunctionDecl* function) {
    if (!function->isThisDeclarationADefinition() || !function->hasBody() || function->isImplicit() ||
        function->isDefaulted() || function->isDependentContext() || function->isTemplated())
      return true;
    const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
    if (method && method->getParent()->isLambda()) return true; // part of the function around it
    EntityId id = context.entity(function);
    // Instantiations of one template are one function.
    if (context.first_time(static_cast<std::uint64_t>(id) * 41 ^ 0x6772617068ull))
      GraphReader(context, *function).read();
    return true;
  }

 private:
  CollectContext& context;
};

} // namespace

void collect_graph_events(CollectContext& context) {
  FunctionFinder(context).TraverseDecl(context.ast.getTranslationUnitDecl());
}

} // namespace plumbline
