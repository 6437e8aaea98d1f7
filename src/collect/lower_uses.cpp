// Where a value ends, as the value-flow graph sees it: compared with something, added to a clock, bounding another
// value.

#include "collect/lower.h"
#include "facts/words.h"

#include <clang/AST/ExprCXX.h>

namespace plumbline {

static bool is_queue(llvm::StringRef name) {
  std::vector<std::string> words = words_of(std::string_view(name));
  return !words.empty() && (words.back() == "queue" || words.back() == "deque" || name == "list");
}

// `bytes_per_second * elapsed` and `delivery_rate / 1e6 * (rtt + interval)` count things; the times in them name no
// span.
static bool is_rate_times_time(const clang::Expr* expression) {
  const clang::BinaryOperator* product = llvm::dyn_cast_or_null<clang::BinaryOperator>(expression);
  if (!product || (product->getOpcode() != clang::BO_Mul && product->getOpcode() != clang::BO_Div)) return false;
  for (const std::string& word : words_of(names_in(product)))
    if (word == "rate" || word == "speed" || word == "bandwidth" || word == "throughput" || word == "per") return true;
  return false;
}

// 1000 of `wait_ms * 1000`, 0.001 of `elapsed_us / 1000`.
static double factor_of(const clang::Expr* expression, const clang::ASTContext& ast) {
  const clang::BinaryOperator* product = llvm::dyn_cast_or_null<clang::BinaryOperator>(strip(expression));
  if (!product || (product->getOpcode() != clang::BO_Mul && product->getOpcode() != clang::BO_Div)) return 1;
  std::optional<ConstantValue> right = literal_value(product->getRHS(), ast);
  if (right && right->value > 0) return product->getOpcode() == clang::BO_Mul ? right->value : 1 / right->value;
  std::optional<ConstantValue> left = literal_value(product->getLHS(), ast);
  return left && left->value > 0 && product->getOpcode() == clang::BO_Mul ? left->value : 1;
}

// The duration of which an expression is the plain number: `d` of `d.count()`, `d.ToSeconds()`, or null.
static const clang::Expr* counted_span(const clang::Expr* expression) {
  const clang::CXXMemberCallExpr* call = llvm::dyn_cast_or_null<clang::CXXMemberCallExpr>(strip(expression));
  const clang::Expr* object = call && call->getNumArgs() == 0 ? call->getImplicitObjectArgument() : nullptr;
  if (!object || traits_of(call->getType()).type_class == TypeClass::duration) return nullptr;
  TypeTraits traits = traits_of(object->getType());
  return traits.type_class == TypeClass::duration && traits.tick > 0 && !traits.plural ? object : nullptr;
}

void Lowering::use(UseKind kind, const clang::Expr* value, llvm::StringRef operation, const clang::Expr* other,
                   const Destination& destination) {
  Terms terms;
  EntityId id = constant(value);
  std::vector<Term> sources;
  if (id != EntityId::none) {
    Term term;
    term.from = id;
    term.range = value->getSourceRange();
    sources.push_back(term);
  } else if (!literal_value(value, context.ast)) {
    lower_into(value, {}, 0, sources);
  }
  for (const Term& term : sources) {
    if (term.derived || term.from == EntityId::none) continue;
    UseFact fact;
    fact.from = term.from;
    fact.kind = kind;
    fact.location = context.expansion_of(value->getSourceRange());
    fact.function = function;
    fact.operation = operation;
    fact.scale = term.scale;
    fact.tick = term.tick;
    fact.asserted = context.is_asserted(value->getBeginLoc());
    fact.target = destination.name;
    fact.target_entity = destination.entity;
    if (other) {
      TypeTraits traits = traits_of(other->getType());
      // The count of a span is as much a time as the span: duration_cast<seconds>(now - last).count() > 120.
      const clang::Expr* span = counted_span(other);
      if (span) traits = traits_of(span->getType()), traits.plural = false;
      if (traits.tick == 0 && traits.type_class == TypeClass::integer) traits.tick = tick_of_typedef(other->getType());
      fact.other = named_entity(span ? span : other);
      fact.other_text = context.text_of(other->getSourceRange(), 60);
      fact.other_names = is_rate_times_time(strip(other)) ? std::string() : names_in(other);
      if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(strip(other)))
        if (const clang::CXXRecordDecl* record = call->getRecordDecl();
            record && record->getIdentifier() && is_queue(record->getName()))
          fact.other_names = "queue," + fact.other_names; // recent.size(): of what waits in line
      fact.other_class = traits.type_class;
      fact.other_tick = traits.tick;
      fact.other_scale = factor_of(other, context.ast);
    }
    if (fact.location.line == 0) continue;
    std::uint64_t digest = static_cast<std::uint64_t>(fact.from) * 131 +
                           static_cast<std::uint64_t>(context.place_id(operation, fact.location)) * 7 +
                           static_cast<int>(kind);
    if (context.first_time(digest)) write(context.table, fact);
  }
}

bool is_clock_like(const clang::Expr* expression) {
  TypeTraits traits = traits_of(expression->getType());
  if (traits.type_class == TypeClass::time_point) return true;
  std::string names = names_in(expression);
  std::vector<std::string> words = words_of(names);
  for (const std::string& word : words)
    if (word == "now" || word == "time" || word == "clock" || word == "gettime" || word == "timestamp" ||
        word == "deadline" || word == "uptime" || word == "monotonic")
      return true;
  return false;
}

// A comparison bounds what it compares with: `elapsed > 5s`, `attempt < max_attempts`.
void Lowering::compare(llvm::StringRef operation, const clang::Expr* left, const clang::Expr* right, bool loop) {
  auto side = [&](const clang::Expr* value, const clang::Expr* other) {
    value = strip(value);
    other = strip(other);
    if (!value || !other || literal_value(other, context.ast)) return;
    TypeTraits traits = traits_of(value->getType());
    if (!carries_value(traits.type_class) && !value->isTypeDependent()) return;
    // now() > started + 20000: what a clock is compared with is a moment, so what is added is a span.
    const clang::BinaryOperator* sum = llvm::dyn_cast<clang::BinaryOperator>(value);
    if (sum && sum->isAdditiveOp() && is_clock_like(other))
      if (std::optional<ConstantValue> added = literal_value(sum->getRHS(), context.ast); added && added->tick == 0)
        use(sum->getOpcode() == clang::BO_Add ? UseKind::add : UseKind::subtract, sum->getRHS(), sum->getOpcodeStr(),
            other, {});
    use(loop ? UseKind::loop : UseKind::compare, value, operation, other, {});
  };
  side(left, right);
  side(right, left);
}

// Whether a number is zero, one or minus one: what stands for "not set" and for "any".
static bool is_hardly_a_number(const clang::Expr* expression, const clang::ASTContext& ast) {
  clang::Expr::EvalResult value;
  return expression && !expression->isValueDependent() && expression->getType()->isIntegerType() &&
         expression->EvaluateAsInt(value, ast) && value.Val.getInt().abs().ule(1);
}

void Lowering::ask(const clang::Expr* condition, unsigned depth) {
  condition = strip(condition);
  if (!condition || depth > 8) return;
  if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(condition))
    return unary->getOpcode() == clang::UO_LNot ? ask(unary->getSubExpr(), depth + 1) : void();
  if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(condition)) {
    if (operation->isLogicalOp()) ask(operation->getLHS(), depth + 1), ask(operation->getRHS(), depth + 1);
    if (!operation->isComparisonOp()) return;
    const bool left = is_hardly_a_number(operation->getLHS(), context.ast),
               right = is_hardly_a_number(operation->getRHS(), context.ast);
    if (left != right) ask(left ? operation->getRHS() : operation->getLHS(), 8); // a name, and nothing deeper
    return;
  }
  const TypeClass type_class = traits_of(condition->getType()).type_class;
  if (type_class != TypeClass::integer && type_class != TypeClass::floating) return;
  UseFact fact;
  fact.from = named_entity(condition);
  fact.kind = UseKind::compare;
  fact.location = context.expansion_of(condition->getSourceRange());
  fact.function = function;
  fact.operation = "?";
  if (fact.from == EntityId::none || fact.location.line == 0) return;
  const std::uint64_t digest =
      static_cast<std::uint64_t>(fact.from) * 137 + static_cast<std::uint64_t>(context.place_id("?", fact.location));
  if (context.first_time(digest)) write(context.table, fact);
}

} // namespace plumbline
