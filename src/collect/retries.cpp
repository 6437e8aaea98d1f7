#include "collect/retries.h"
#include "collect/constants.h"
#include "collect/retry_loop.h"
#include "facts/words.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/Support/SaveAndRestore.h>

namespace plumbline {

namespace {

class RetryVisitor : public clang::RecursiveASTVisitor<RetryVisitor> {
 public:
  explicit RetryVisitor(CollectContext& context) : context(context) {}
  bool shouldVisitTemplateInstantiations() const { return true; }

  bool TraverseDecl(clang::Decl* declaration) {
    if (!declaration) return true;
    if (declaration->isImplicit() && !llvm::isa<clang::CXXRecordDecl>(declaration)) return true;
    if (!llvm::isa<clang::TranslationUnitDecl, clang::NamespaceDecl, clang::LinkageSpecDecl>(declaration) &&
        !context.is_ours(declaration->getLocation()))
      return true;
    clang::FunctionDecl* inner = llvm::dyn_cast<clang::FunctionDecl>(declaration);
    const clang::CXXMethodDecl* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(inner);
    if (!inner || (method && method->getParent()->isLambda())) return RecursiveASTVisitor::TraverseDecl(declaration);
    llvm::SaveAndRestore<const clang::FunctionDecl*> save(function, inner);
    return RecursiveASTVisitor::TraverseDecl(declaration);
  }

  bool VisitWhileStmt(clang::WhileStmt* loop) { return examine(*loop, loop->getCond(), nullptr, *loop->getBody()); }
  bool VisitDoStmt(clang::DoStmt* loop) {
    return is_once(*loop) || examine(*loop, loop->getCond(), nullptr, *loop->getBody());
  }
  bool VisitForStmt(clang::ForStmt* loop) { return examine(*loop, loop->getCond(), loop->getInc(), *loop->getBody()); }
  bool VisitCXXForRangeStmt(clang::CXXForRangeStmt* loop) {
    if (!usable()) return true;
    requeues(*loop, *loop->getBody(), loop->getLoopVariable(), loop->getRangeInit());
    add(retry_over(context, *loop, name_of(function)), *loop);
    return true;
  }

  // A label and what follows it in its block is a loop if something there jumps back.
  bool VisitCompoundStmt(clang::CompoundStmt* block) {
    if (!usable()) return true;
    const llvm::SmallVector<const clang::Stmt*, 16> statements(block->body_begin(), block->body_end());
    for (std::size_t i = 0; i < statements.size(); ++i)
      if (const clang::LabelStmt* label = llvm::dyn_cast<clang::LabelStmt>(statements[i]))
        add(retry_by_goto(context, *label, llvm::ArrayRef(statements).drop_front(i + 1), name_of(function)), *label);
    return true;
  }

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (!usable() || !operation->isComparisonOp()) return true;
    for (const clang::Expr* side : {operation->getLHS(), operation->getRHS()})
      if (const clang::NamedDecl* count = attempt_count(side)) {
        const clang::Expr* other = side == operation->getLHS() ? operation->getRHS() : operation->getLHS();
        clang::Expr::EvalResult value;
        if (!other->isValueDependent() && other->EvaluateAsInt(value, context.ast) && value.Val.getInt() == 0) continue;
        const Location location = context.expansion_of(operation->getSourceRange());
        if (location.line != 0 &&
            context.first_time(static_cast<std::uint64_t>(context.place_id("attempt-limit", location))))
          write(context.table, AttemptLimit{context.entity(function), context.entity(count), location});
      }
    return true;
  }

 private:
  // What a template's pattern does is only known in its instantiations.
  bool usable() const { return function && !function->isDependentContext(); }

  bool is_once(const clang::DoStmt& loop) const {
    clang::Expr::EvalResult value;
    return !loop.getCond()->isValueDependent() && loop.getCond()->EvaluateAsInt(value, context.ast) &&
           value.Val.getInt() == 0;
  }

  bool examine(const clang::Stmt& loop, const clang::Expr* condition, const clang::Expr* increment,
               const clang::Stmt& body) {
    if (!usable()) return true;
    requeues(loop, body, nullptr, condition);
    add(retry_in(context, condition, increment, body, name_of(function)), loop);
    return true;
  }

  void add(std::optional<RetryLoop> found, const clang::Stmt& loop) {
    if (!found) return;
    found->function = context.entity(function);
    found->location = context.expansion_of(loop.getBeginLoc());
    found->line = context.line_of(context.sources.getExpansionLoc(loop.getBeginLoc()));
    if (found->location.line != 0 &&
        context.first_time(static_cast<std::uint64_t>(context.place_id("retry-loop", found->location))))
      write(context.table, *found);
  }

  void requeues(const clang::Stmt& loop, const clang::Stmt& body, const clang::VarDecl* item, const clang::Expr* over) {
    for (Requeue& requeue : requeues_in(context, *function, body, item, over)) {
      requeue.function = context.entity(function);
      requeue.location = context.expansion_of(loop.getBeginLoc());
      requeue.line = context.line_of(context.sources.getExpansionLoc(loop.getBeginLoc()));
      requeue.loop = context.place_id("loop", requeue.location);
      if (requeue.location.line == 0 || !context.first_time(static_cast<std::uint64_t>(requeue.loop) * 3)) continue;
      write(context.table, requeue);
      for (const EntityId callee : callees_in(context, body)) write_requeue_call(context.table, requeue.loop, callee);
    }
  }

  CollectContext& context;
  const clang::FunctionDecl* function = nullptr; // the named one: a lambda's loops are the function's around it
};

} // namespace

void collect_retries(CollectContext& context) {
  RetryVisitor(context).TraverseDecl(context.ast.getTranslationUnitDecl());
}

} // namespace plumbline
