// Constants as a reader sees them: a literal, a chrono literal, a duration built from literals, or arithmetic of those.
//
// Clang's own evaluator answers a different question (it looks through names), and cannot run duration constructors
// whose bodies were skipped; so the shapes are read off the tree. Chrono literals have two of them: with libstdc++
// `100ms` calls a literal operator template whose value stands only in the template arguments, with libc++ it is an
// ordinary call.
#pragma once

#include "collect/types.h"

#include <clang/AST/Expr.h>

#include <optional>

namespace plumbline {

struct ConstantValue {
  double value = 0;
  std::int64_t tick = 0; // see ConstantFact::tick
  bool floating = false;
};

// The value of an expression that is spelled with literals only; nothing if a name takes part in it.
std::optional<ConstantValue> literal_value(const clang::Expr* expression, const clang::ASTContext& ast);

// The value of an expression built from named constants (const variables, enumerators) and literals, if Clang can tell.
std::optional<double> named_value(const clang::Expr* expression, const clang::ASTContext& ast);

// A factor that converts between units of time or size (1000, 60, 3600, 1e9, 1024 …), where it multiplies or divides.
bool is_conversion_factor(double value);

// The nanoseconds per count that a call of a one-number duration factory or constructor means: "FromSeconds" -> 1 s;
// the type's own tick where the name says nothing; 0 if it is no such call.
std::int64_t factory_tick(const clang::FunctionDecl* callee, clang::QualType result);

// The value, or the nearest one that 64 bits with a sign can hold: APSInt::getExtValue() aborts on others (ULONG_MAX,
// __int128), and one such constant in the audited code would cost its whole translation unit.
std::int64_t saturated(const llvm::APSInt& value);

// Strips parentheses, implicit casts and the wrappers that carry no meaning for a value. A template's parameter stays
// one: its argument stands elsewhere.
const clang::Expr* strip(const clang::Expr* expression);

} // namespace plumbline
