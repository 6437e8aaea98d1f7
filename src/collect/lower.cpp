#include "collect/lower.h"
#include "collect/constants.h"
#include "collect/rounding.h"
#include "facts/words.h"

#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>

#include <cmath>

namespace plumbline {

// Deeper expressions are generated tables; they keep their first levels.
// plumbline: allow(hard-coded-limit) the same code has the same findings, whoever scans it
static constexpr unsigned max_depth = 24;

namespace {
struct NameCollector : clang::RecursiveASTVisitor<NameCollector> {
  std::string names; // the visit goes from the outside in
  unsigned count = 0;
  // Ends the visit where there are names enough.
  bool add(llvm::StringRef name) {
    if (name.empty()) return true;
    if (count++ > 12) return false;
    names = names.empty() ? name.str() : (name + "," + names).str();
    return true;
  }
  bool add(const clang::NamedDecl* declaration) {
    return !declaration->getDeclName().isIdentifier() || add(declaration->getName());
  }
  bool add(const clang::IdentifierInfo* name) { return !name || add(name->getName()); }
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) { return add(reference->getDecl()); }
  bool VisitMemberExpr(clang::MemberExpr* member) { return add(member->getMemberDecl()); }
  bool VisitCXXDependentScopeMemberExpr(clang::CXXDependentScopeMemberExpr* member) {
    return add(member->getMember().getAsIdentifierInfo());
  }
  bool VisitOverloadExpr(clang::OverloadExpr* overload) { return add(overload->getName().getAsIdentifierInfo()); }
  // What the condition asks is no part of the value.
  bool TraverseConditionalOperator(clang::ConditionalOperator* choice) {
    return TraverseStmt(choice->getTrueExpr()) && TraverseStmt(choice->getFalseExpr());
  }
};

struct ConsumedCollector : clang::RecursiveASTVisitor<ConsumedCollector> {
  explicit ConsumedCollector(llvm::DenseSet<const clang::Expr*>& consumed) : consumed(consumed) {}
  bool shouldVisitImplicitCode() const { return true; }
  bool VisitExpr(clang::Expr* expression) { return consumed.insert(expression), true; }
  llvm::DenseSet<const clang::Expr*>& consumed;
};
} // namespace

std::string names_in(const clang::Expr* expression) {
  NameCollector collector;
  collector.TraverseStmt(const_cast<clang::Expr*>(expression));
  return collector.names;
}

void Lowering::consume(const clang::Expr* expression) {
  ConsumedCollector collector(consumed);
  collector.TraverseStmt(const_cast<clang::Expr*>(expression));
}

EntityId Lowering::call_site(const clang::Expr* call) {
  return context.place_id("call",
                          context.expansion_of(call->getExprLoc().isMacroID() ? clang::SourceRange(call->getExprLoc())
                                                                              : call->getSourceRange()));
}

EntityId Lowering::constant(const clang::Expr* expression) {
  expression = strip(expression);
  std::optional<ConstantValue> value = literal_value(expression, context.ast);
  return value ? constant(expression, value) : EntityId::none;
}

EntityId Lowering::constant(const clang::Expr* expression, const std::optional<ConstantValue>& value) {
  consume(expression);
  if (value->value <= 0) return EntityId::none; // zero and negative sentinels are no tunables (design.md §3.2)
  ConstantFact fact;
  fact.location = context.location_of(expression->getSourceRange());
  if (fact.location.line == 0) return EntityId::none; // spelled in a system header
  fact.id = context.place_id("constant", fact.location);
  fact.value = value->value;
  fact.tick = value->tick;
  fact.floating = value->floating;
  fact.text = context.text_of(expression->getSourceRange(), 120);
  fact.line = context.line_of(expression->getBeginLoc());
  fact.macro = context.macro_of(expression->getBeginLoc());
  fact.row = row;
  if (context.first_time(static_cast<std::uint64_t>(fact.id) * 31 + 7)) write(context.table, fact);
  return fact.id;
}

EntityId Lowering::named_entity(const clang::Expr* expression) {
  expression = strip(expression);
  if (!expression) return EntityId::none;
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression)) {
    if (llvm::isa<clang::VarDecl, clang::EnumConstantDecl, clang::FieldDecl>(reference->getDecl()))
      return context.entity(reference->getDecl());
    return EntityId::none;
  }
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression)) {
    const clang::FieldDecl* field = llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl());
    if (!field)
      return llvm::isa<clang::VarDecl>(member->getMemberDecl()) ? context.entity(member->getMemberDecl())
                                                                : EntityId::none;
    // tv.tv_sec is a part of tv.
    if (traits_of(member->getBase()->getType()).type_class == TypeClass::duration)
      return named_entity(member->getBase());
    return context.entity(field);
  }
  if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(expression))
    if (unary->getOpcode() == clang::UO_Deref || unary->getOpcode() == clang::UO_AddrOf)
      return named_entity(unary->getSubExpr());
  if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression))
    return named_entity(subscript->getBase());
  if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression))
    if ((operation->getOperator() == clang::OO_Star || operation->getOperator() == clang::OO_Subscript ||
         operation->getOperator() == clang::OO_Arrow) &&
        operation->getNumArgs() > 0)
      return named_entity(operation->getArg(0));
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression))
    if (const clang::FunctionDecl* callee = call->getDirectCallee()) return context.result(callee);
  return EntityId::none;
}

std::vector<Term> Lowering::lower(const clang::Expr* expression, const Destination& destination) {
  Terms terms;
  lower_into(expression, destination, 0, terms);
  return terms;
}

// `line + 8` moves in memory, whatever becomes of what stands there.
static bool is_address(const clang::Expr* expression) {
  clang::QualType type = expression->getType().getNonReferenceType();
  return type->isPointerType() || type->isArrayType();
}

// The unit of time that a name speaks of, if it speaks of exactly one.
static std::int64_t only_unit_of(std::string_view name) {
  std::int64_t unit = 0;
  for (const std::string& word : words_of(name)) {
    std::int64_t found = unit_of_word(word);
    if (found && unit) return 0;
    if (found) unit = found;
  }
  return unit;
}

// #define MS2US(s) ((s) * 1000): its name says what it makes, not what its numbers are.
static bool is_in_function_macro(clang::SourceLocation location, const clang::SourceManager& sources) {
  while (location.isMacroID() && sources.isMacroArgExpansion(location))
    location = sources.getImmediateSpellingLoc(location);
  return location.isMacroID() &&
         sources.getSLocEntry(sources.getFileID(location)).getExpansion().isFunctionMacroExpansion();
}

// The term of an expression that is one constant, though a name takes part in it: 1 << kPageShift.
void Lowering::add_whole(const clang::Expr* whole, const ConstantValue& value, Terms& terms) {
  Term term;
  term.from = constant(strip(whole), value);
  term.range = whole->getSourceRange();
  term.constant = true;
  if (term.from != EntityId::none) terms.push_back(term);
}

// How much a literal looks like the factor of a product rather than its quantity.
int Lowering::factor_rank(const clang::Expr* expression, const ConstantValue& value) {
  std::string macro = context.macro_of(expression->getBeginLoc());
  if (!macro.empty() && names_a_unit(macro)) return 3;
  if (is_conversion_factor(value.value)) return macro.empty() ? 2 : 1;
  return macro.empty() ? 1 : 0;
}

const clang::Expr* Lowering::before_rounding_of(const clang::Expr* whole, const clang::Expr* left) {
  const clang::BinaryOperator* division = llvm::dyn_cast<clang::BinaryOperator>(whole);
  if (!division) return left;
  if (const clang::Expr* rounded = before_rounding(*division, context.ast)) return rounded;
  see_division(*division);
  return left;
}

void Lowering::see_division(const clang::BinaryOperator& division) {
  if (before_rounding(division, context.ast)) return;
  if (const clang::BinaryOperator* sum = rounding_sum(division, context.ast)) roundings.insert(sum);
}

void Lowering::lower_binary(clang::BinaryOperatorKind kind, const clang::Expr* whole, const clang::Expr* left,
                            const clang::Expr* right, const Destination& destination, unsigned depth, Terms& terms) {
  std::optional<ConstantValue> left_value = literal_value(left, context.ast),
                               right_value = literal_value(right, context.ast);
  std::size_t first = terms.size();
  switch (kind) {
  case clang::BO_Mul: {
    if (!left_value && !right_value) {
      // A factor that is spelled as a named constant is still a factor: n * kMillisPerSecond.
      std::optional<double> left_named = named_value(left, context.ast), right_named = named_value(right, context.ast);
      if (right_named && !left_named && is_conversion_factor(*right_named))
        right_value = ConstantValue{*right_named, 0, false};
      else if (left_named && !right_named && is_conversion_factor(*left_named))
        left_value = ConstantValue{*left_named, 0, false};
    }
    if (left_value || right_value) {
      // Of two literals (a macro's number and another's), the factor is the one that converts, else the one outside.
      bool left_is_factor = left_value.has_value();
      if (left_value && right_value) left_is_factor = factor_rank(left, *left_value) > factor_rank(right, *right_value);
      const clang::Expr* rest = left_is_factor ? right : left;
      const clang::Expr* literal = left_is_factor ? left : right;
      // attempt * 65ms: the span is the literal, and how many of it is told by what is no span; n * 1ms only says what
      // n counts.
      const std::optional<ConstantValue>& span = left_is_factor ? left_value : right_value;
      if (span->tick && span->value != 1 && !named_value(rest, context.ast)) {
        lower_into(literal, destination, depth + 1, terms);
        std::size_t rest_first = terms.size();
        lower_into(rest, destination, depth + 1, terms);
        mark_derived(terms, rest_first);
        return;
      }
      double factor = left_is_factor ? left_value->value : right_value->value;
      // 0xfff * TIMER_CENTI_HZ: a unit of the project's own
      if (left_value && right_value && !is_conversion_factor(factor) &&
          factor_rank(literal, *span) > factor_rank(rest, left_is_factor ? *right_value : *left_value) &&
          names_a_unit(context.macro_of(literal->getBeginLoc())))
        return add_whole(whole, {left_value->value * right_value->value, 0, false}, terms);
      std::optional<double> unit = left_value && right_value ? std::nullopt : named_value(rest, context.ast);
      // `30 * kSecondsInMicros`: the number is the literal, the name is a unit. `kLeaseSeconds * 1000`: the other way
      // round.
      bool rest_is_unit = unit && (*unit == 1 || is_conversion_factor(*unit)) && !is_conversion_factor(factor);
      if (unit && names_a_unit(names_in(rest))) rest_is_unit = true;
      std::int64_t name_unit = 0;
      if (unit && !rest_is_unit && !is_conversion_factor(factor))
        for (const std::string& word : words_of(names_in(rest)))
          if (unit_of_word(word) && (*unit == 1 || is_conversion_factor(*unit))) name_unit = unit_of_word(word);
      if (rest_is_unit || name_unit) {
        EntityId id = constant(literal);
        if (id != EntityId::none) {
          Term term;
          term.from = id;
          term.range = literal->getSourceRange();
          term.scale = *unit;
          term.constant = true;
          TypeTraits traits = traits_of(rest->getType());
          if (traits.type_class == TypeClass::duration) term.tick = traits.tick;
          terms.push_back(term);
        }
        return;
      }
      lower_into(rest, destination, depth + 1, terms);
      if (span->tick > 0) { // n * 1ms
        for (std::size_t i = first; i < terms.size(); ++i)
          if (terms[i].tick == 0) terms[i].tick = span->tick;
        if (span->value == 1) return;
      }
      std::int64_t unit_tick = 0; // 3 * UTIME_SECONDS is 3 s
      if (!is_in_function_macro(literal->getBeginLoc(), context.sources))
        unit_tick = only_unit_of(context.macro_of(literal->getBeginLoc()));
      for (std::size_t i = first; i < terms.size(); ++i) {
        if (unit_tick && terms[i].tick == 0)
          terms[i].tick = unit_tick;
        else
          terms[i].scale *= factor;
      }
      return;
    }
    lower_into(left, destination, depth + 1, terms);
    lower_into(right, destination, depth + 1, terms);
    bool all_named = named_value(whole, context.ast).has_value();
    if (all_named) return;
    mark_derived(terms, first);
    for (std::size_t i = first; i < terms.size(); ++i) terms[i].tick = 0; // elapsed * rate counts something else
    return;
  }
  case clang::BO_Div:
    // microseconds(seconds(1)) / RATE_HZ
    if (const std::optional<double> by = named_value(right, context.ast);
        by && *by > 0 && !right_value && left_value && left_value->tick > 0 &&
        traits_of(right->getType()).type_class == TypeClass::integer)
      return add_whole(whole, {std::trunc(left_value->value / *by), left_value->tick, false}, terms);
    left = before_rounding_of(whole, left);
    lower_into(left, destination, depth + 1, terms);
    if (!right_value)
      if (std::optional<double> named = named_value(right, context.ast)) right_value = ConstantValue{*named, 0, false};
    if (right_value && right_value->value != 0) {
      for (std::size_t i = first; i < terms.size(); ++i) terms[i].scale /= right_value->value;
    } else {
      std::size_t second_first = terms.size();
      lower_into(right, destination, depth + 1, terms);
      mark_derived(terms, first);
      // elapsed / limit is a ratio; elapsed / rounds is still a time.
      if (second_first < terms.size() && terms[second_first].tick)
        for (std::size_t i = first; i < terms.size(); ++i) terms[i].tick = 0;
    }
    return;
  case clang::BO_Add:
  case clang::BO_Sub: {
    if (roundings.contains(whole)) {
      consume(right);
      return lower_into(left, destination, depth + 1, terms);
    }
    UseKind use_kind = kind == clang::BO_Add ? UseKind::add : UseKind::subtract;
    llvm::StringRef operation = kind == clang::BO_Add ? "+" : "-";
    if (right_value || left_value) {
      const clang::Expr* literal = right_value ? right : left;
      const clang::Expr* rest = right_value ? left : right;
      if (is_calendar(rest->getType()) || is_address(rest)) // the next day, the rest of a text: neither waits
        constant(literal);
      else if (kind == clang::BO_Add || right_value)
        use(use_kind, literal, operation, rest, destination);
      lower_into(rest, destination, depth + 1, terms);
      if (kind == clang::BO_Sub && !right_value) mark_derived(terms, first); // 256 - priority is no priority
      return;
    }
    // now() + n: n is a time span, whatever it is called.
    bool left_clock = is_clock_like(left), right_clock = is_clock_like(right);
    if (left_clock && !right_clock) use(use_kind, right, operation, left, destination);
    if (right_clock && !left_clock && kind == clang::BO_Add) use(use_kind, left, operation, right, destination);
    lower_into(left, destination, depth + 1, terms);
    lower_into(right, destination, depth + 1, terms);
    if (kind == clang::BO_Sub || left_clock || right_clock) mark_derived(terms, first);
    return;
  }
  case clang::BO_Rem:
    if (!right_value) use(UseKind::modulo, right, "%", left, destination);
    [[fallthrough]];
  case clang::BO_Shl:
  case clang::BO_Shr:
  case clang::BO_And:
  case clang::BO_Or:
  case clang::BO_Xor: {
    if (const std::optional<double> all = named_value(whole, context.ast);
        kind == clang::BO_Shl && all && left_value && !right_value)
      return add_whole(whole, {*all, 0, false}, terms);
    if (kind == clang::BO_Shr) left = before_rounding_of(whole, left);
    // How far something is shifted and what masks it are no values of their own.
    const bool shifts = kind == clang::BO_Shl || kind == clang::BO_Shr;
    if (!(kind == clang::BO_And && left_value)) lower_into(left, destination, depth + 1, terms);
    if (!((shifts || kind == clang::BO_And) && right_value)) lower_into(right, destination, depth + 1, terms);
    if (kind != clang::BO_Shl || !named_value(whole, context.ast)) mark_derived(terms, first);
    return;
  }
  case clang::BO_AddAssign:
    return lower_binary(clang::BO_Add, whole, left, right, destination, depth, terms);
  case clang::BO_SubAssign:
    return lower_binary(clang::BO_Sub, whole, left, right, destination, depth, terms);
  case clang::BO_Assign:
  case clang::BO_Comma:
    lower_into(right, destination, depth + 1, terms);
    return;
  default:
    return; // comparisons and logic give truth values
  }
}

void Lowering::lower_into(const clang::Expr* expression, const Destination& destination, unsigned depth, Terms& terms) {
  expression = strip(expression);
  if (!expression || depth > max_depth) return;
  if (literal_value(expression, context.ast)) {
    EntityId id = constant(expression);
    if (id == EntityId::none) return;
    Term term;
    term.from = id;
    term.range = expression->getSourceRange();
    term.constant = true;
    terms.push_back(term);
    return;
  }
  if (const clang::SubstNonTypeTemplateParmExpr* substituted =
          llvm::dyn_cast<clang::SubstNonTypeTemplateParmExpr>(expression)) {
    Term term;
    term.from = context.entity(substituted->getParameter());
    term.range = expression->getSourceRange();
    term.named = true;
    if (term.from != EntityId::none) terms.push_back(term);
    return;
  }
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression)) {
    const clang::ValueDecl* declaration = reference->getDecl();
    if (!llvm::isa<clang::VarDecl, clang::EnumConstantDecl, clang::FieldDecl, clang::NonTypeTemplateParmDecl>(
            declaration))
      return;
    Term term;
    term.from = context.entity(declaration);
    term.range = expression->getSourceRange();
    const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(declaration);
    if (const clang::EnumConstantDecl* enumerator = llvm::dyn_cast<clang::EnumConstantDecl>(declaration);
        enumerator && !is_quantity(*enumerator))
      return;
    term.named = llvm::isa<clang::EnumConstantDecl, clang::NonTypeTemplateParmDecl>(declaration) ||
                 (variable && (variable->isConstexpr() || variable->getType().isConstQualified()) &&
                  !llvm::isa<clang::ParmVarDecl>(variable));
    term.parameter = variable && llvm::isa<clang::ParmVarDecl>(variable);
    if (term.from != EntityId::none) terms.push_back(term);
    return;
  }
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression)) {
    Term term;
    term.from = named_entity(member);
    term.range = expression->getSourceRange();
    if (term.from != EntityId::none) terms.push_back(term);
    return;
  }
  if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(expression)) {
    if (unary->getOpcode() == clang::UO_LNot) return;
    return lower_into(unary->getSubExpr(), destination, depth + 1, terms);
  }
  if (const clang::BinaryOperator* binary = llvm::dyn_cast<clang::BinaryOperator>(expression)) {
    if (depth <= max_depth / 2 && destination.name.empty() && destination.entity == EntityId::none)
      lowered.insert(binary);
    return lower_binary(binary->getOpcode(), binary, binary->getLHS(), binary->getRHS(), destination, depth, terms);
  }
  if (const clang::AbstractConditionalOperator* conditional =
          llvm::dyn_cast<clang::AbstractConditionalOperator>(expression)) {
    std::size_t first = terms.size();
    const clang::Expr* yes = conditional->getTrueExpr();
    if (const clang::BinaryConditionalOperator* elvis = llvm::dyn_cast<clang::BinaryConditionalOperator>(conditional))
      yes = elvis->getCommon();
    lower_into(yes, destination, depth + 1, terms);
    std::size_t middle = terms.size();
    lower_into(conditional->getFalseExpr(), destination, depth + 1, terms);
    // `cfg.x > 0 ? cfg.x : 30`: the constant stands in for the other branch.
    // Of `text ? atoi(text) : 30`, the text rather than what atoi() gives to all who call it; of
    // `doc.contains("n") ? doc.at("n").get<int>() : 30`, what the look-up gives rather than the document.
    for (std::size_t i = first; i < terms.size(); ++i) {
      // … or what a caller gave for this case: `text ? atoi(text) : fallback`.
      bool given = terms[i].parameter && !terms[i].derived;
      if (!terms[i].constant && !terms[i].named && !given) continue;
      bool looked_up = false;
      for (std::size_t j = i < middle ? middle : first; j < (i < middle ? terms.size() : middle); ++j)
        if (!terms[j].constant && !terms[j].named && !(given && terms[j].parameter && !terms[j].derived) &&
            !looked_up && (terms[i].fallback_of == EntityId::none || terms[j].derived || terms[j].lookup)) {
          terms[i].fallback_of = terms[j].from;
          looked_up = terms[j].lookup;
        }
    }
    return;
  }
  if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(expression)) {
    TypeTraits traits = traits_of(construct->getType());
    if (construct->getNumArgs() == 0) return;
    bool one = construct->getNumArgs() == 1 || llvm::isa<clang::CXXDefaultArgExpr>(construct->getArg(1));
    if (!one) {
      std::size_t first = terms.size();
      for (const clang::Expr* argument : construct->arguments()) lower_into(argument, destination, depth + 1, terms);
      mark_derived(terms, first);
      return;
    }
    std::size_t first = terms.size();
    lower_into(construct->getArg(0), destination, depth + 1, terms);
    TypeTraits argument = traits_of(construct->getArg(0)->getType());
    if (traits.type_class == TypeClass::duration && argument.type_class != TypeClass::duration && traits.tick > 0)
      for (std::size_t i = first; i < terms.size(); ++i)
        if (terms[i].tick == 0) terms[i].tick = traits.tick;
    return;
  }
  if (const clang::CXXUnresolvedConstructExpr* construct =
          llvm::dyn_cast<clang::CXXUnresolvedConstructExpr>(expression)) {
    if (construct->getNumArgs() == 1) lower_into(*construct->arg_begin(), destination, depth + 1, terms);
    return;
  }
  if (const clang::ExplicitCastExpr* cast = llvm::dyn_cast<clang::ExplicitCastExpr>(expression)) {
    std::size_t first = terms.size();
    lower_into(cast->getSubExpr(), destination, depth + 1, terms);
    TypeTraits traits = traits_of(cast->getTypeAsWritten()), from = traits_of(cast->getSubExprAsWritten()->getType());
    if (traits.type_class == TypeClass::duration && from.type_class != TypeClass::duration && traits.tick > 0)
      for (std::size_t i = first; i < terms.size(); ++i)
        if (terms[i].tick == 0) terms[i].tick = traits.tick;
    return;
  }
  if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(expression)) {
    if (list->getNumInits() == 1) lower_into(list->getInit(0), destination, depth + 1, terms);
    return;
  }
  if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression))
    return lower_into(subscript->getBase(), destination, depth + 1, terms);
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression))
    return lower_call(call, destination, depth, terms);
}

} // namespace plumbline
