// Divisions that round up or to the nearest: what is added for that is no value of its own.
#pragma once

namespace clang {
class ASTContext;
class BinaryOperator;
class Expr;
} // namespace clang

namespace plumbline {

// n of the roundings up `(n + 999) / 1000` and `(n + 1000 - 1) / 1000`, and of `(n + (1 << 29)) >> 30`, or null if the
// division is none.
const clang::Expr* before_rounding(const clang::BinaryOperator& division, const clang::ASTContext& ast);

// The sum in which a division's left side gets what rounds it: `end + 999` of `(end + 999 - now) / 1000`, or null.
const clang::BinaryOperator* rounding_sum(const clang::BinaryOperator& division, const clang::ASTContext& ast);

} // namespace plumbline
