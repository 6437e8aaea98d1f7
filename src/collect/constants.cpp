#include "collect/constants.h"
#include "facts/words.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/DeclTemplate.h>
#include <clang/AST/ExprCXX.h>
#include <clang/Basic/SourceManager.h>

#include <array>
#include <cmath>
#include <limits>

namespace plumbline {

// A template's parameter where an instantiation has its argument in its place, or null. Clang's own Ignore… functions
// look through it.
static const clang::Expr* as_template_parameter(const clang::Expr* expression) {
  while (llvm::isa<clang::ImplicitCastExpr, clang::ParenExpr, clang::MaterializeTemporaryExpr, clang::FullExpr>(
      expression))
    expression = llvm::cast<clang::Expr>(*expression->child_begin());
  return llvm::isa<clang::SubstNonTypeTemplateParmExpr>(expression) ? expression : nullptr;
}

const clang::Expr* strip(const clang::Expr* expression) {
  while (expression) {
    const clang::Expr* before = expression;
    if (const clang::Expr* parameter = as_template_parameter(expression)) return parameter;
    expression = expression->IgnoreUnlessSpelledInSource();
    if (const clang::Expr* parameter = as_template_parameter(expression)) return parameter;
    expression = expression->IgnoreParenImpCasts();
    if (const clang::ConstantExpr* constant = llvm::dyn_cast<clang::ConstantExpr>(expression))
      expression = constant->getSubExpr();
    else if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(expression))
      expression = cleanups->getSubExpr();
    else if (const clang::MaterializeTemporaryExpr* temporary =
                 llvm::dyn_cast<clang::MaterializeTemporaryExpr>(expression))
      expression = temporary->getSubExpr();
    else if (const clang::CXXBindTemporaryExpr* bound = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(expression))
      expression = bound->getSubExpr();
    if (expression == before) break;
  }
  return expression;
}

std::int64_t saturated(const llvm::APSInt& value) {
  if (value.isRepresentableByInt64()) return value.getExtValue();
  return value.isNegative() ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

bool is_conversion_factor(double value) {
  static constexpr std::array<double, 23> factors{{7,      24,    30,    60,      365,  1000,   1024, 1440,
                                                   3600,   86400, 1e6,   1048576, 1e7,  1e9,    6e4,  3.6e6,
                                                   8.64e7, 6e7,   3.6e9, 8.64e10, 6e10, 3.6e12, 1e12}};
  double magnitude = std::fabs(value);
  if (magnitude > 0 && magnitude < 1) magnitude = std::nearbyint(1 / magnitude * 1e3) / 1e3; // 0.001, 1e-6
  for (double factor : factors)
    if (magnitude == factor) return true;
  return false;
}

// Digits of a numeric literal spelled in a literal operator template's arguments: 1'000, 0x10, 2.5.
static std::optional<double> parse_digits(const std::string& text) {
  std::string plain;
  for (char c : text)
    if (c != '\'') plain += c;
  char* end = nullptr;
  if (plain.size() > 2 && plain[0] == '0' && (plain[1] == 'b' || plain[1] == 'B'))
    return static_cast<double>(std::strtoull(plain.c_str() + 2, &end, 2));
  if (plain.size() > 1 && plain[0] == '0' && plain.find_first_not_of("01234567") == std::string::npos)
    return static_cast<double>(std::strtoull(plain.c_str(), &end, 8));
  double value = std::strtod(plain.c_str(), &end);
  if (end == plain.c_str()) return std::nullopt;
  return value;
}

static std::optional<double> user_literal_value(const clang::UserDefinedLiteral& literal,
                                                const clang::ASTContext& ast) {
  switch (literal.getLiteralOperatorKind()) {
  case clang::UserDefinedLiteral::LOK_Integer:
    if (const clang::IntegerLiteral* cooked = llvm::dyn_cast<clang::IntegerLiteral>(literal.getCookedLiteral()))
      return cooked->getValue().roundToDouble();
    return std::nullopt;
  case clang::UserDefinedLiteral::LOK_Floating:
    if (const clang::FloatingLiteral* cooked = llvm::dyn_cast<clang::FloatingLiteral>(literal.getCookedLiteral()))
      return cooked->getValueAsApproximateDouble();
    return std::nullopt;
  case clang::UserDefinedLiteral::LOK_Template: {
    const clang::FunctionDecl* callee = llvm::dyn_cast_or_null<clang::FunctionDecl>(literal.getCalleeDecl());
    const clang::TemplateArgumentList* arguments = callee ? callee->getTemplateSpecializationArgs() : nullptr;
    if (!arguments || arguments->size() == 0) return std::nullopt;
    std::string digits;
    llvm::ArrayRef<clang::TemplateArgument> pack = arguments->get(0).getKind() == clang::TemplateArgument::Pack
                                                       ? arguments->get(0).getPackAsArray()
                                                       : arguments->asArray();
    for (const clang::TemplateArgument& argument : pack)
      if (argument.getKind() == clang::TemplateArgument::Integral)
        digits += static_cast<char>(argument.getAsIntegral().getExtValue());
    return parse_digits(digits);
  }
  default:
    return std::nullopt;
  }
}

std::int64_t factory_tick(const clang::FunctionDecl* callee, clang::QualType result) {
  TypeTraits traits = traits_of(result);
  if (traits.type_class != TypeClass::duration || traits.plural) return 0;
  if (callee && !llvm::isa<clang::CXXConstructorDecl>(callee) && callee->getDeclName().isIdentifier())
    for (const std::string& word : words_of(std::string_view(callee->getName()))) // FromSeconds, milliseconds_from
      if (std::int64_t unit = unit_of_word(word)) return unit;
  return traits.tick;
}

static std::optional<ConstantValue> combine(clang::BinaryOperatorKind operation, const ConstantValue& a,
                                            const ConstantValue& b) {
  ConstantValue result;
  result.floating = a.floating || b.floating;
  result.tick = a.tick ? a.tick : b.tick;
  double right = b.value;
  if (a.tick > 0 && b.tick > 0 && a.tick != b.tick)
    right = b.value * static_cast<double>(b.tick) / static_cast<double>(a.tick);
  switch (operation) {
  case clang::BO_Add:
    result.value = a.value + right;
    return result;
  case clang::BO_Sub:
    result.value = a.value - right;
    return result;
  case clang::BO_Mul:
    result.value = a.value * b.value;
    return result;
  case clang::BO_Div:
    if (b.value == 0) return std::nullopt;
    result.value = result.floating ? a.value / b.value : std::trunc(a.value / b.value);
    return result;
  case clang::BO_Shl:
    result.value = std::ldexp(a.value, static_cast<int>(b.value));
    return result;
  case clang::BO_Shr:
    result.value = std::floor(std::ldexp(a.value, -static_cast<int>(b.value)));
    return result;
  default:
    return std::nullopt;
  }
}

static std::optional<clang::BinaryOperatorKind> binary_kind(clang::OverloadedOperatorKind operation) {
  switch (operation) {
  case clang::OO_Plus:
    return clang::BO_Add;
  case clang::OO_Minus:
    return clang::BO_Sub;
  case clang::OO_Star:
    return clang::BO_Mul;
  case clang::OO_Slash:
    return clang::BO_Div;
  default:
    return std::nullopt;
  }
}

// A duration built from literals: seconds(5), MonoDelta::FromSeconds(10), rclcpp::Duration(1, 0), timeval{2, 500000}.
static std::optional<ConstantValue> built_duration(const clang::FunctionDecl* callee, clang::QualType type,
                                                   llvm::ArrayRef<const clang::Expr*> arguments,
                                                   const clang::ASTContext& ast) {
  TypeTraits traits = traits_of(type);
  if (traits.type_class != TypeClass::duration || traits.plural || arguments.empty()) return std::nullopt;
  std::vector<ConstantValue> values;
  for (const clang::Expr* argument : arguments) {
    if (llvm::isa<clang::CXXDefaultArgExpr>(argument)) continue;
    std::optional<ConstantValue> value = literal_value(argument, ast);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  if (values.size() == 1) {
    ConstantValue value = values[0];
    std::int64_t tick = factory_tick(callee, type);
    if (value.tick > 0 && tick > 0) value.value *= static_cast<double>(value.tick) / static_cast<double>(tick);
    if (value.tick > 0 && tick < 0) tick = value.tick; // a wrapper around a duration: its argument says what it means
    value.tick = tick;
    return value;
  }
  if (values.size() == 2 && traits.record &&
      (traits.record->getName() == "Duration" || traits.record->getName() == "timespec"))
    return ConstantValue{values[0].value * second + values[1].value, nanosecond, false};
  if (values.size() == 2 && traits.record && traits.record->getName() == "timeval")
    return ConstantValue{values[0].value * 1e6 + values[1].value, microsecond, false};
  if (values.size() >= 3 && traits.record && traits.record->getName() == "time_duration")
    return ConstantValue{values[0].value * 3600 + values[1].value * 60 + values[2].value, second, false};
  return std::nullopt;
}

// Where the definition of the macro that spells the expression's first token begins; invalid outside of macros.
static clang::SourceLocation spelling_macro(const clang::Expr* expression, const clang::ASTContext& ast) {
  const clang::SourceManager& sources = ast.getSourceManager();
  clang::SourceLocation location = strip(expression)->getBeginLoc();
  while (location.isMacroID() && sources.isMacroArgExpansion(location))
    location = sources.getImmediateSpellingLoc(location);
  if (!location.isMacroID()) return {};
  // Two expansions of one macro are the same definition.
  clang::SourceLocation spelled = sources.getSpellingLoc(location);
  return spelled.getLocWithOffset(-static_cast<int>(sources.getDecomposedLoc(location).second));
}

static std::optional<ConstantValue> literal_value_at(const clang::Expr* expression, const clang::ASTContext& ast,
                                                     unsigned depth) {
  expression = strip(expression);
  if (!expression || depth > 32) return std::nullopt;
  if (const clang::IntegerLiteral* integer = llvm::dyn_cast<clang::IntegerLiteral>(expression)) {
    if (integer->getType()->isBooleanType()) return std::nullopt;
    return ConstantValue{integer->getValue().roundToDouble(integer->getType()->isSignedIntegerType()), 0, false};
  }
  if (const clang::FloatingLiteral* floating = llvm::dyn_cast<clang::FloatingLiteral>(expression))
    return ConstantValue{floating->getValueAsApproximateDouble(), 0, true};
  if (const clang::UserDefinedLiteral* literal = llvm::dyn_cast<clang::UserDefinedLiteral>(expression)) {
    std::optional<double> value = user_literal_value(*literal, ast);
    if (!value) return std::nullopt;
    TypeTraits traits = traits_of(literal->getType());
    if (traits.type_class == TypeClass::duration) {
      // What the type says, else the suffix: 5_sec.
      std::int64_t tick = traits.tick;
      if (const clang::IdentifierInfo* suffix = literal->getUDSuffix(); tick <= 0 && suffix)
        if (std::int64_t unit = unit_of_name(std::string_view(suffix->getName()))) tick = unit;
      return ConstantValue{*value, tick, false};
    }
    clang::Expr::EvalResult result;
    if (!literal->isValueDependent() && literal->EvaluateAsInt(result, ast))
      return ConstantValue{result.Val.getInt().roundToDouble(), 0, false};
    return carries_value(traits.type_class) ? std::optional<ConstantValue>(ConstantValue{*value, 0, false})
                                            : std::nullopt;
  }
  if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(expression)) {
    if (unary->getOpcode() != clang::UO_Minus && unary->getOpcode() != clang::UO_Plus) return std::nullopt;
    std::optional<ConstantValue> value = literal_value_at(unary->getSubExpr(), ast, depth + 1);
    if (value && unary->getOpcode() == clang::UO_Minus) value->value = -value->value;
    return value;
  }
  if (const clang::BinaryOperator* binary = llvm::dyn_cast<clang::BinaryOperator>(expression)) {
    // A number that a macro spells and one that stands outside are two constants: `TIMEOUT_S * 1000`.
    if (spelling_macro(binary->getLHS(), ast) != spelling_macro(binary->getRHS(), ast)) return std::nullopt;
    std::optional<ConstantValue> left = literal_value_at(binary->getLHS(), ast, depth + 1);
    if (!left) return std::nullopt;
    std::optional<ConstantValue> right = literal_value_at(binary->getRHS(), ast, depth + 1);
    return right ? combine(binary->getOpcode(), *left, *right) : std::nullopt;
  }
  if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression)) {
    std::optional<clang::BinaryOperatorKind> kind = binary_kind(call->getOperator());
    if (!kind || call->getNumArgs() != 2) return std::nullopt;
    std::optional<ConstantValue> left = literal_value_at(call->getArg(0), ast, depth + 1);
    if (!left) return std::nullopt;
    std::optional<ConstantValue> right = literal_value_at(call->getArg(1), ast, depth + 1);
    return right ? combine(*kind, *left, *right) : std::nullopt;
  }
  if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(expression)) {
    if (construct->getNumArgs() == 0) return std::nullopt;
    return built_duration(construct->getConstructor(), construct->getType(),
                          llvm::ArrayRef(construct->getArgs(), construct->getNumArgs()), ast);
  }
  if (const clang::CXXUnresolvedConstructExpr* construct =
          llvm::dyn_cast<clang::CXXUnresolvedConstructExpr>(expression)) {
    std::vector<const clang::Expr*> arguments(construct->arg_begin(), construct->arg_end());
    return built_duration(nullptr, construct->getTypeAsWritten(), arguments, ast);
  }
  if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(expression)) {
    if (list->getNumInits() == 1 && !list->getType()->isArrayType())
      return literal_value_at(list->getInit(0), ast, depth + 1);
    std::vector<const clang::Expr*> values(list->inits().begin(), list->inits().end());
    return built_duration(nullptr, list->getType(), values, ast);
  }
  if (const clang::ExplicitCastExpr* cast = llvm::dyn_cast<clang::ExplicitCastExpr>(expression)) {
    TypeTraits traits = traits_of(cast->getTypeAsWritten());
    std::optional<ConstantValue> value = literal_value_at(cast->getSubExpr(), ast, depth + 1);
    if (!value) return std::nullopt;
    if (traits.type_class == TypeClass::duration && traits.tick && value->tick == 0)
      value->tick = traits.tick;
    else if (!carries_value(traits.type_class) && !cast->getTypeAsWritten()->isDependentType())
      return std::nullopt;
    return value;
  }
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression)) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (!callee || !callee->getDeclName().isIdentifier()) return std::nullopt;
    // A free function or static member that takes numbers and returns a duration is a factory.
    const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
    if (method && !method->isStatic()) return std::nullopt;
    return built_duration(callee, call->getType(), llvm::ArrayRef(call->getArgs(), call->getNumArgs()), ast);
  }
  return std::nullopt;
}

std::optional<ConstantValue> literal_value(const clang::Expr* expression, const clang::ASTContext& ast) {
  return literal_value_at(expression, ast, 0);
}

std::optional<double> named_value(const clang::Expr* expression, const clang::ASTContext& ast) {
  expression = strip(expression);
  if (!expression || expression->isValueDependent() || expression->isTypeDependent()) return std::nullopt;
  if (expression->getType().isNull()) return std::nullopt; // a braced list in a template that nobody uses
  clang::Expr::EvalResult result;
  if (expression->getType()->isIntegralOrEnumerationType() &&
      expression->EvaluateAsInt(result, ast, clang::Expr::SE_NoSideEffects))
    return result.Val.getInt().roundToDouble();
  llvm::APFloat floating(0.0);
  if (expression->getType()->isRealFloatingType() &&
      expression->EvaluateAsFloat(floating, ast, clang::Expr::SE_NoSideEffects))
    return floating.convertToDouble();
  return std::nullopt;
}

} // namespace plumbline
