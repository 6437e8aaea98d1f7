// Expressions as the value-flow graph sees them (design.md §3.1): which nodes a value comes from, and what happened to
// it on the way.
#pragma once

#include "collect/constants.h"
#include "collect/context.h"

namespace plumbline {

// One source of an expression's value.
struct Term {
  EntityId from = EntityId::none;
  clang::SourceRange range;
  double scale = 1;
  std::int64_t tick = 0;
  bool constant = false;  // a literal constant that stands here
  bool named = false;     // a named constant
  bool parameter = false; // a parameter of the function, as it is
  bool lookup = false;    // what a library's look-up of configuration gives
  bool derived = false;   // influences the value without being it: configuration passes, constants do not
  EntityId leaves = EntityId::none;
  EntityId fallback_of = EntityId::none;
};

// Everything from `first` on only influences the value.
inline void mark_derived(std::vector<Term>& terms, std::size_t first) {
  for (std::size_t i = first; i < terms.size(); ++i) terms[i].derived = true;
}

// Where a value goes, for uses that are found on the way (`now + 100`, `std::min(3600, ttl)`).
struct Destination {
  std::string name;
  EntityId entity = EntityId::none;
};

class Lowering {
 public:
  explicit Lowering(CollectContext& context) : context(context) {}

  // The function in whose body expressions stand.
  EntityId function = EntityId::none;
  // The row of a table of records whose constants are being lowered.
  EntityId row = EntityId::none;

  std::vector<Term> lower(const clang::Expr* expression, const Destination& destination = {});
  // Writes the constant fact of a literal expression; none if it is zero, negative or not in our files.
  EntityId constant(const clang::Expr* expression);
  // The same with a value that is known otherwise.
  EntityId constant(const clang::Expr* expression, const std::optional<ConstantValue>& value);
  // Remembers what a division adds only to round: it is no value.
  void see_division(const clang::BinaryOperator& division);
  // Counts a literal as reported, because something larger stands for it.
  void consume(const clang::Expr* expression);
  // Whether the expression was already reported as part of a larger constant.
  bool is_consumed(const clang::Expr* expression) const { return consumed.contains(expression); }
  // Whether lower() came past the operation, well within its depth and with no destination: doing that again gives
  // nothing new, and in a sum of a thousand operands each one is within reach of those around it.
  bool is_lowered(const clang::BinaryOperator* operation) const { return lowered.contains(operation); }
  // Uses of each side of a comparison.
  void compare(llvm::StringRef operation, const clang::Expr* left, const clang::Expr* right, bool loop);
  // What a condition asks for being set at all: `if (options.limit > 0)`, `limit ? limit : 10`. A comparison without
  // another operand, as zero is no value of the graph; its operation is "?".
  void ask(const clang::Expr* condition, unsigned depth = 0);
  // The entity that an expression names, if it is just a name: variable, member, parameter, or the result of a call.
  EntityId named_entity(const clang::Expr* expression);
  EntityId call_site(const clang::Expr* call);

 private:
  using Terms = std::vector<Term>;
  void lower_into(const clang::Expr* expression, const Destination& destination, unsigned depth, Terms& terms);
  void lower_binary(clang::BinaryOperatorKind kind, const clang::Expr* whole, const clang::Expr* left,
                    const clang::Expr* right, const Destination& destination, unsigned depth, Terms& terms);
  void add_whole(const clang::Expr* whole, const ConstantValue& value, Terms& terms);
  const clang::Expr* before_rounding_of(const clang::Expr* whole, const clang::Expr* left);
  void give_result(const clang::CallExpr& call, Terms& terms);
  void lower_call(const clang::CallExpr* call, const Destination& destination, unsigned depth, Terms& terms);
  int factor_rank(const clang::Expr* expression, const ConstantValue& value);
  void lower_clamp(const clang::CallExpr* call, llvm::StringRef name, const Destination& destination, unsigned depth,
                   Terms& terms);
  void use(UseKind kind, const clang::Expr* value, llvm::StringRef operation, const clang::Expr* other,
           const Destination& destination);

  CollectContext& context;
  llvm::DenseSet<const clang::Expr*> consumed;
  llvm::DenseSet<const clang::Expr*> roundings; // sums whose right side only rounds
  llvm::DenseSet<const clang::BinaryOperator*> lowered;
};

// Identifiers in an expression, separated by commas, the outermost last: what comparisons are judged by.
std::string names_in(const clang::Expr* expression);

// Whether an expression reads a clock or a moment, by its type or the names in it.
bool is_clock_like(const clang::Expr* expression);

// std::min, std::max, std::clamp and their like, by name.
bool is_clamp(const clang::FunctionDecl& function);

// Whether an enumerator is a number rather than a choice.
bool is_quantity(const clang::EnumConstantDecl& enumerator);

} // namespace plumbline
