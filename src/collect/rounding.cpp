#include "collect/rounding.h"
#include "collect/constants.h"

#include <clang/AST/Expr.h>

#include <cmath>

namespace plumbline {

const clang::Expr* before_rounding(const clang::BinaryOperator& division, const clang::ASTContext& ast) {
  const clang::Expr* divisor = division.getRHS();
  // (x + (1 << 29)) >> 30: to the nearest.
  if (division.getOpcode() == clang::BO_Shr) {
    const clang::BinaryOperator* sum = llvm::dyn_cast<clang::BinaryOperator>(strip(division.getLHS()));
    if (!sum || sum->getOpcode() != clang::BO_Add) return nullptr;
    const std::optional<ConstantValue> added = literal_value(sum->getRHS(), ast), bits = literal_value(divisor, ast);
    return added && bits && bits->value > 0 && bits->value < 63 && added->value * 2 == std::exp2(bits->value)
               ? sum->getLHS()
               : nullptr;
  }
  // The a of `a - 1`, or null.
  auto one_more = [&](const clang::Expr* expression) -> const clang::Expr* {
    const clang::BinaryOperator* difference = llvm::dyn_cast<clang::BinaryOperator>(strip(expression));
    if (!difference || difference->getOpcode() != clang::BO_Sub) return nullptr;
    std::optional<ConstantValue> less = literal_value(difference->getRHS(), ast);
    return less && less->value == 1 ? difference->getLHS() : nullptr;
  };
  auto is_divisor = [&](const clang::Expr* expression) {
    std::optional<ConstantValue> value = literal_value(expression, ast), wanted = literal_value(divisor, ast);
    if (value && wanted) return value->value == wanted->value;
    const clang::DeclRefExpr *one = llvm::dyn_cast<clang::DeclRefExpr>(strip(expression)),
                             *other = llvm::dyn_cast<clang::DeclRefExpr>(strip(divisor));
    return one && other && one->getDecl() == other->getDecl();
  };
  const clang::Expr* whole = one_more(division.getLHS()); // x + d, or null
  const clang::BinaryOperator* sum = llvm::dyn_cast<clang::BinaryOperator>(strip(whole ? whole : division.getLHS()));
  if (!sum || sum->getOpcode() != clang::BO_Add) return nullptr;
  if (whole) return is_divisor(sum->getRHS()) ? sum->getLHS() : nullptr;
  if (const clang::Expr* increased = one_more(sum->getRHS()); increased && is_divisor(increased)) return sum->getLHS();
  std::optional<ConstantValue> added = literal_value(sum->getRHS(), ast), wanted = literal_value(divisor, ast);
  // One less than the divisor rounds up, half of it to the nearest.
  const bool rounds = added && wanted && (added->value == wanted->value - 1 || added->value * 2 == wanted->value);
  return rounds ? sum->getLHS() : nullptr;
}

const clang::BinaryOperator* rounding_sum(const clang::BinaryOperator& division, const clang::ASTContext& ast) {
  if (before_rounding(division, ast)) return llvm::dyn_cast<clang::BinaryOperator>(strip(division.getLHS()));
  const std::optional<ConstantValue> divisor = literal_value(division.getRHS(), ast);
  if (!divisor || divisor->value <= 0) return nullptr;
  const bool shifts = division.getOpcode() == clang::BO_Shr;
  if (shifts && divisor->value > 62) return nullptr;
  const double wanted = shifts ? std::exp2(divisor->value) : divisor->value;
  const clang::Expr* left = division.getLHS();
  while (const clang::BinaryOperator* sum = llvm::dyn_cast<clang::BinaryOperator>(strip(left))) {
    if (!sum->isAdditiveOp()) return nullptr;
    const std::optional<ConstantValue> added = literal_value(sum->getRHS(), ast);
    if (sum->getOpcode() == clang::BO_Add && added && (added->value == wanted - 1 || added->value * 2 == wanted))
      return sum;
    left = sum->getLHS();
  }
  return nullptr;
}

} // namespace plumbline
