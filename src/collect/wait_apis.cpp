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
  if (!record) return {};
  const clang::TypedefNameDecl* alias = record->getTypedefNameForAnonDecl(); // C: typedef struct { … } redisOptions;
  if (!record->getIdentifier() && !alias) return {};
  llvm::StringRef api = llvm::StringSwitch<llvm::StringRef>(alias ? alias->getName() : record->getName())
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

bool gives_handle(const clang::CXXMethodDecl& method) {
  if (!method.param_empty() || method.isStatic() || is_in_std(method)) return false;
  const llvm::StringRef api = api_of(method.getReturnType());
  if (!api.empty()) return api != "future";
  if (!method.getReturnType()->isSpecificBuiltinType(clang::BuiltinType::Int)) return false;
  if (llvm::isa<clang::CXXConversionDecl>(method)) return true;
  return says_word(name_of(&method), {"fd", "get", "native", "handle", "descriptor", "sock", "socket"});
}

bool wraps_handle(clang::QualType type) {
  const clang::CXXRecordDecl* record = type.isNull() ? nullptr : type.getNonReferenceType()->getAsCXXRecordDecl();
  return record && record->hasDefinition() && !record->isInStdNamespace() && !record->isLambda() &&
         llvm::any_of(record->methods(), [](const clang::CXXMethodDecl* method) { return gives_handle(*method); });
}

bool is_asio_socket(clang::QualType type) {
  const clang::RecordDecl* record = type.isNull() ? nullptr : type.getNonReferenceType()->getAsRecordDecl();
  if (!record || !record->getIdentifier()) return false;
  const std::string name = record->getQualifiedNameAsString();
  const llvm::StringRef qualified = name;
  if (!qualified.contains("asio::") && !qualified.contains("beast::")) return false;
  return !qualified.contains("datagram") && !qualified.contains("raw") && // which only note the address
         (qualified.contains("socket") || qualified.ends_with("basic_stream"));
}

bool is_condition(llvm::StringRef record) {
  return record == "QWaitCondition" || (says_word(record, {"cond", "condition", "condvar"}) &&
                                        !says_word(record, {"event", "flag", "latch", "gate"}));
}

bool keeps_state(clang::QualType type) {
  type = type.getNonReferenceType();
  const clang::CXXRecordDecl* record =
      type->isPointerType() ? type->getPointeeCXXRecordDecl() : type->getAsCXXRecordDecl();
  return record && record->hasDefinition() && llvm::any_of(record->fields(), [](const clang::FieldDecl* field) {
           const clang::RecordDecl* held = field->getType()->getAsRecordDecl();
           return field->getType()->isIntegerType() ||
                  (held && held->isInStdNamespace() && held->getIdentifier() && held->getName() == "atomic");
         });
}

bool is_condition_wait(llvm::StringRef function) {
  const std::vector<std::string> words = words_of(function);
  return words.size() > 1 && words.back() == "wait" && says_word(function, {"cond", "cnd", "condition", "condvar"});
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
  return option == "CURLOPT_TIMEOUT" || option == "CURLOPT_TIMEOUT_MS" || option == "CURLOPT_LOW_SPEED_TIME" ||
         option == "CURLOPT_XFERINFOFUNCTION" ||
         option == "CURLOPT_PROGRESSFUNCTION"; // may end it (CURLOPT_XFERINFOFUNCTION(3))
}

} // namespace plumbline
