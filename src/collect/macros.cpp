#include "collect/macros.h"

#include <clang/Lex/MacroInfo.h>
#include <clang/Lex/Token.h>

#include <cmath>
#include <optional>

namespace plumbline {

void MacroCollector::MacroDefined(const clang::Token& name, const clang::MacroDirective* directive) {
  const clang::MacroInfo* info = directive->getMacroInfo();
  if (!info || info->isFunctionLike() || info->isBuiltinMacro() || info->getNumTokens() == 0 ||
      info->getNumTokens() > 24)
    return;
  infos.push_back(info);
  names.push_back(name.getIdentifierInfo()->getName().str());
}

namespace {

// A product or sum of numbers, as macros spell them: (3 * 1000 * 1000LL), 1 << 20, (int64_t)(60). Names make it open.
class MacroExpression {
 public:
  explicit MacroExpression(llvm::ArrayRef<clang::Token> tokens) : tokens(tokens) {}
  std::optional<double> value() {
    std::optional<double> result = sum();
    return at == tokens.size() ? result : std::nullopt;
  }

 private:
  bool take(clang::tok::TokenKind kind) { return at < tokens.size() && tokens[at].is(kind) ? (++at, true) : false; }
  std::optional<double> sum() {
    std::optional<double> left = product();
    while (left && at < tokens.size()) {
      if (take(clang::tok::plus))
        left = apply(left, product(), '+');
      else if (take(clang::tok::minus))
        left = apply(left, product(), '-');
      else if (take(clang::tok::lessless))
        left = apply(left, product(), '<');
      else
        break;
    }
    return left;
  }
  std::optional<double> product() {
    std::optional<double> left = primary();
    while (left && at < tokens.size()) {
      if (take(clang::tok::star))
        left = apply(left, primary(), '*');
      else if (take(clang::tok::slash))
        left = apply(left, primary(), '/');
      else
        break;
    }
    return left;
  }
  std::optional<double> primary() {
    if (take(clang::tok::l_paren)) {
      // A cast: a type in parentheses before a value.
      std::size_t begin = at;
      while (at < tokens.size() &&
             (tokens[at].isAnyIdentifier() ||
              tokens[at].isOneOf(clang::tok::kw_int, clang::tok::kw_long, clang::tok::kw_unsigned,
                                 clang::tok::kw_double, clang::tok::kw_float, clang::tok::kw_short)))
        ++at;
      if (at > begin && take(clang::tok::r_paren) && at < tokens.size()) return primary();
      at = begin;
      std::optional<double> inner = sum();
      return take(clang::tok::r_paren) ? inner : std::nullopt;
    }
    if (at >= tokens.size() || !tokens[at].is(clang::tok::numeric_constant)) return std::nullopt;
    std::string digits;
    for (char c : llvm::StringRef(tokens[at].getLiteralData(), tokens[at].getLength()))
      if (c != '\'') digits += c;
    ++at;
    char* end = nullptr;
    bool octal = digits.size() > 1 && digits[0] == '0' && digits.find_first_not_of("01234567uUlL") == std::string::npos;
    double number =
        octal ? static_cast<double>(std::strtoull(digits.c_str(), &end, 8)) : std::strtod(digits.c_str(), &end);
    return end == digits.c_str() ? std::nullopt : std::optional<double>(number);
  }
  static std::optional<double> apply(std::optional<double> a, std::optional<double> b, char operation) {
    if (!a || !b || (operation == '/' && *b == 0)) return std::nullopt;
    return operation == '+'   ? *a + *b
           : operation == '-' ? *a - *b
           : operation == '*' ? *a * *b
           : operation == '/' ? *a / *b
                              : std::ldexp(*a, static_cast<int>(*b));
  }

  llvm::ArrayRef<clang::Token> tokens;
  std::size_t at = 0;
};

} // namespace

void collect_macros(CollectContext& context, const std::vector<const clang::MacroInfo*>& infos,
                    const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const clang::MacroInfo& info = *infos[i];
    if (!context.is_ours(info.getDefinitionLoc())) continue;
    MacroFact fact;
    fact.name = names[i];
    std::optional<double> value = MacroExpression(info.tokens()).value();
    for (const clang::Token& token : info.tokens())
      if (const clang::IdentifierInfo* identifier = token.isAnyIdentifier() ? token.getIdentifierInfo() : nullptr)
        fact.names += (fact.names.empty() ? "" : ",") + identifier->getName().str();
    if (!value && fact.names.empty()) continue;
    fact.value = value.value_or(0);
    const clang::Token* first = &info.tokens().front();
    for (const clang::Token& token : info.tokens())
      if (token.is(clang::tok::numeric_constant)) {
        first = &token;
        break;
      }
    fact.location = context.location_of(clang::SourceRange(first->getLocation(), info.tokens().back().getLocation()));
    fact.text = context.text_of(
        clang::SourceRange(info.tokens().front().getLocation(), info.tokens().back().getLocation()), 120);
    fact.line = context.line_of(info.getDefinitionLoc());
    if (fact.location.line == 0) continue;
    write(context.table, fact);
  }
}

} // namespace plumbline
