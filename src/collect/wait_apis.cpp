#include "collect/wait_apis.h"
#include "collect/constants.h"

#include <clang/AST/DeclTemplate.h>
#include <clang/AST/ExprCXX.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

llvm::StringRef record_of(const clang::FunctionDecl* function) {
  const clang::CXXMethodDecl* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(function);
  return method && method->getParent()->getIdentifier() ? method->getParent()->getName() : llvm::StringRef();
}

const clang::Expr* unwrapped(const clang::Expr* expression) {
  while (expression) {
    const clang::Expr* inner = expression->IgnoreParenImpCasts();
    if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(inner))
      inner = cleanups->getSubExpr();
    else if (const clang::MaterializeTemporaryExpr* temporary = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(inner))
      inner = temporary->getSubExpr();
    else if (const clang::CXXBindTemporaryExpr* bound = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(inner))
      inner = bound->getSubExpr();
    else if (const clang::CastExpr* cast = llvm::dyn_cast<clang::CastExpr>(inner))
      inner = cast->getSubExpr();
    else if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(inner);
             construct && construct->getNumArgs() == 1)
      inner = construct->getArg(0);
    if (inner == expression) break;
    expression = inner;
  }
  return expression;
}

llvm::StringRef api_of(clang::QualType type, unsigned depth) {
  if (type.isNull() || depth > 4) return {};
  type = type.getNonReferenceType();
  if (const clang::TypedefType* alias = type->getAs<clang::TypedefType>())
    if (alias->getDecl()->getName() == "CURL") return "curl";
  if (type->isPointerType()) return api_of(type->getPointeeType(), depth + 1);
  const clang::RecordDecl* record = type->getAsRecordDecl();
  if (!record || !record->getIdentifier()) return {};
  llvm::StringRef api = llvm::StringSwitch<llvm::StringRef>(record->getName())
                            .Cases({"MYSQL", "st_mysql"}, "mysql")
                            .Cases({"redisContext", "redisOptions"}, "hiredis")
                            .Case("ClientContext", "grpc")
                            .Cases({"future", "shared_future", "unique_future"}, "future")
                            .Default({});
  if (!api.empty()) return api;
  if (const clang::ClassTemplateSpecializationDecl* specialization =
          llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(record);
      specialization && specialization->isInStdNamespace())
    for (const clang::TemplateArgument& argument : specialization->getTemplateArgs().asArray().take_front(2))
      if (argument.getKind() == clang::TemplateArgument::Type)
        if (llvm::StringRef inner = api_of(argument.getAsType(), depth + 1); !inner.empty()) return inner;
  return {};
}

bool is_in_std(const clang::FunctionDecl& function) {
  const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
  return method ? method->getParent()->isInStdNamespace() : function.isInStdNamespace();
}

std::optional<std::int64_t> integer(const clang::Expr* expression, const clang::ASTContext& ast) {
  clang::Expr::EvalResult result;
  if (!expression || expression->isValueDependent() || expression->isTypeDependent() ||
      !expression->getType()->isIntegralOrEnumerationType() || !expression->EvaluateAsInt(result, ast))
    return std::nullopt;
  return saturated(result.Val.getInt());
}

llvm::StringRef option_name(const clang::Expr* expression) {
  const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(unwrapped(expression));
  if (!reference) return {};
  if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
      variable && variable->isLocalVarDecl() && variable->hasInit())
    return option_name(variable->getInit());
  return reference->getDecl()->getIdentifier() ? reference->getDecl()->getName() : llvm::StringRef();
}

bool is_limiting_option(llvm::StringRef option) {
  return option == "CURLOPT_TIMEOUT" || option == "CURLOPT_TIMEOUT_MS" || option == "CURLOPT_LOW_SPEED_TIME";
}

} // namespace plumbline
