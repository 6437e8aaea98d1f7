// Values that somebody compares with a bound, clamps, or hands to a function that validates.
//
// A comparison with a constant is a look at the range, unless that constant is the end of the type's own range. With
// anything else on the other side it may as well be the other that is bounded (`size() >= capacity`): it is written
// with what stands there, and only where it leads to a rejection, a correction or a warning; the judge decides.

#include "collect.h"
#include "collect/function_visitor.h"
#include "collect/lower.h"
#include "facts.h"
#include "facts/words.h"
#include "reaction.h"
#include "refusals.h"

#include <llvm/ADT/StringSwitch.h>

namespace plumbline::unvalidated_config {

namespace {

bool is_ordering(llvm::StringRef operation) {
  return operation == "<" || operation == ">" || operation == "<=" || operation == ">=";
}

// The operation that says the same with its sides exchanged.
llvm::StringRef mirrored(llvm::StringRef operation) {
  return llvm::StringSwitch<llvm::StringRef>(operation)
      .Case("<", ">")
      .Case(">", "<")
      .Case("<=", ">=")
      .Case(">=", "<=")
      .Default(operation);
}

// INT_MAX, SIZE_MAX, std::numeric_limits<int>::max(): whether a number fits, not whether it makes sense.
bool is_type_limit(const clang::Expr* bound, CollectContext& context) {
  const std::string name = context.macro_of(bound->getBeginLoc());
  if (llvm::StringRef(name).ends_with("_MAX") &&
      llvm::StringSwitch<bool>(name)
          .Cases({"INT_MAX", "UINT_MAX", "LONG_MAX", "ULONG_MAX", "LLONG_MAX", "ULLONG_MAX", "SIZE_MAX", "INT32_MAX",
                  "UINT32_MAX", "INT64_MAX"},
                 true)
          .Cases({"UINT64_MAX", "INT16_MAX", "UINT16_MAX", "INT8_MAX", "UINT8_MAX", "SHRT_MAX", "USHRT_MAX", "DBL_MAX",
                  "FLT_MAX"},
                 true)
          .Default(false))
    return true;
  const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(strip(bound));
  const clang::CXXMethodDecl* method =
      call ? llvm::dyn_cast_or_null<clang::CXXMethodDecl>(call->getDirectCallee()) : nullptr;
  return method && method->getParent()->getIdentifier() && method->getParent()->getName() == "numeric_limits";
}

bool validates(llvm::StringRef name) {
  std::vector<std::string> words = words_of(std::string_view(name));
  for (const std::string& word : words)
    if (llvm::StringSwitch<bool>(word)
            .Cases({"validate", "validated", "check", "checked", "verify", "ensure", "require", "assert", "clamp",
                    "clamped", "sanitize", "sanitise", "normalize", "normalise"},
                   true)
            .Cases({"bounded", "limit", "range", "positive", "expect"}, true)
            .Default(false))
      return true;
  return false;
}

class RangeVisitor : public FunctionVisitor<RangeVisitor> {
 public:
  explicit RangeVisitor(CollectContext& context) : FunctionVisitor(context), lowering(context) {}

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->isComparisonOp() && operation->getOpcode() != clang::BO_Cmp)
      compare(operation->getOpcodeStr(), operation->getLHS(), operation->getRHS());
    return true;
  }
  bool VisitCXXRewrittenBinaryOperator(clang::CXXRewrittenBinaryOperator* operation) {
    clang::CXXRewrittenBinaryOperator::DecomposedForm form = operation->getDecomposedForm();
    compare(clang::BinaryOperator::getOpcodeStr(form.Opcode), form.LHS, form.RHS);
    return true;
  }

  bool VisitImplicitCastExpr(clang::ImplicitCastExpr* cast) { // if (!n), n ? n : 5
    if (cast->getCastKind() != clang::CK_IntegralToBoolean && cast->getCastKind() != clang::CK_FloatingToBoolean)
      return true;
    const bool refuses = refuses_zero(false);
    if (is_corrected(true) || refuses) bounded(cast->getSubExpr(), EntityId::none, false, refuses);
    return true;
  }
  bool VisitBinaryConditionalOperator(clang::BinaryConditionalOperator* conditional) { // n ?: 5
    bounded(conditional->getCommon(), EntityId::none);
    return true;
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call)) {
      if (call->getNumArgs() == 2 && operation->isComparisonOp())
        compare(clang::getOperatorSpelling(operation->getOperator()), call->getArg(0), call->getArg(1));
      return true;
    }
    members_with_numbers(llvm::ArrayRef(call->getArgs(), call->getNumArgs()));
    if (callee) asked(*call, *callee);
    if (!callee || !callee->getDeclName().isIdentifier()) return true;
    llvm::StringRef name = callee->getName();
    if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call)) {
      // app.add_option("--ttl", ttl)->check(CLI::PositiveNumber); value<int>(&ttl)->notifier(check_ttl)
      if (name == "check" || name == "transform" || name == "notifier" || name == "validate")
        bound_options(member->getImplicitObjectArgument());
    } else if (is_clamp(*callee)) {
      clamp(*call, name);
      return true;
    }
    // What a callable says of it, the helper asks: validate(config.ttl, [](int value) { return value > 0; }).
    const bool asks_callable = llvm::any_of(call->arguments(), [](const clang::Expr* argument) {
      const clang::CXXRecordDecl* record = strip(argument)->getType()->getAsCXXRecordDecl();
      return record && record->isLambda();
    });
    if (validates(name) && (asks_callable || !context.is_ours(callee->getLocation()) || !callee->isDefined()))
      for (const clang::Expr* argument : call->arguments()) bounded(argument, EntityId::none, /*wrapped=*/true);
    return true;
  }

  bool VisitInitListExpr(clang::InitListExpr* list) { // { "ttl", &Config::ttl, 1, 3600 }
    members_with_numbers(list->inits());
    const clang::InitListExpr* whole = list->isSemanticForm() ? list : list->getSemanticForm(); // with designators
    if (whole) row_with_bounds(*whole);
    return true;
  }
  bool VisitCXXConstructExpr(clang::CXXConstructExpr* construct) {
    members_with_numbers(llvm::ArrayRef(construct->getArgs(), construct->getNumArgs()));
    return true;
  }

  bool VisitSwitchStmt(clang::SwitchStmt* statement) {
    bounded(statement->getCond(), EntityId::none);
    return true;
  }

 private:
  bool is_constant(const clang::Expr* expression) {
    expression = strip(expression);
    if (literal_value(expression, context.ast) || named_value(expression, context.ast)) return true;
    if (llvm::isa<clang::CXXScalarValueInitExpr>(expression)) return true; // T{}
    if (const clang::UnaryOperator* minus = llvm::dyn_cast<clang::UnaryOperator>(expression))
      return minus->getOpcode() == clang::UO_Minus && is_constant(minus->getSubExpr());
    // std::chrono::seconds::zero(), seconds{}, absl::ZeroDuration()
    if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression)) {
      const clang::FunctionDecl* callee = call->getDirectCallee();
      return callee && call->getNumArgs() == 0 && !llvm::isa<clang::CXXMemberCallExpr>(call) &&
             traits_of(call->getType()).type_class == TypeClass::duration;
    }
    if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(expression)) {
      if (traits_of(construct->getType()).type_class != TypeClass::duration) return false;
      for (const clang::Expr* argument : construct->arguments())
        if (!llvm::isa<clang::CXXDefaultArgExpr>(argument) && !is_constant(argument)) return false;
      return true;
    }
    if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(expression))
      return list->getNumInits() == 0 || (list->getNumInits() == 1 && is_constant(list->getInit(0)));
    if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression)) {
      const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
      return variable && !llvm::isa<clang::ParmVarDecl>(variable) &&
             (variable->isConstexpr() ||
              (variable->getType().isConstQualified() && !variable->getType()->isReferenceType() &&
               variable->getInit() && is_constant(variable->getInit())));
    }
    return false;
  }

  // `if (!valid_width(width)) return -1;`: what a function of ours says of a zero decides whether it is refused.
  void asked(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
    const clang::IfStmt* branch = condition_around(around);
    if (!branch || !context.is_ours(callee.getLocation())) return;
    for (unsigned i = 0; i < call.getNumArgs() && i < callee.getNumParams(); ++i) {
      if (!call.getArg(i)->getType()->isArithmeticType()) continue;
      const std::optional<std::int64_t> answer = answer_at_zero(callee, i);
      if (answer &&
          refuses(*branch, [&](const clang::Expr* part) { return part == &call ? answer : std::nullopt; }, function))
        bounded(call.getArg(i), EntityId::none, false, /*refuses_zero=*/true);
    }
  }

  void compare(llvm::StringRef operation, const clang::Expr* left, const clang::Expr* right) {
    side(operation, left, right);
    side(mirrored(operation), right, left);
  }

  void side(llvm::StringRef operation, const clang::Expr* value, const clang::Expr* bound) {
    if (is_constant(value) || is_type_limit(bound, context)) return;
    if (is_constant(bound)) {
      const bool refuses = refuses_zero(holds_at_zero(operation, bound));
      if (is_ordering(operation) || is_corrected(false) || refuses) bounded(value, EntityId::none, false, refuses);
      return;
    }
    if (!is_ordering(operation) || !is_acted_on()) return;
    bounded_by(value, bound);
  }

  void bounded_by(const clang::Expr* value, const clang::Expr* bound) {
    for (const Term& term : lowering.lower(bound))
      if (term.from != EntityId::none && !term.derived) bounded(value, term.from);
  }

  // `wrapped`: what a library's function gives back for the value is the value, as in CHECK_GT of glog.
  void bounded(const clang::Expr* value, EntityId bound, bool wrapped = false, bool refuses_zero = false) {
    const Location location = context.expansion_of(value->getSourceRange());
    for (const Term& term : lowering.lower(value)) {
      if (term.from == EntityId::none || (term.derived && !wrapped) || term.constant || term.from == bound) continue;
      emit({term.from, bound, location, refuses_zero});
    }
  }
  void emit(const RangeCheckFact& check) {
    std::uint64_t key = static_cast<std::uint64_t>(check.value) * 53 + static_cast<std::uint64_t>(check.bound) * 7 +
                        static_cast<std::uint64_t>(check.location.file) * 3 + 1 + (check.refuses_zero ? 97 : 0);
    if (check.location.line != 0 && context.first_time(key)) write(context.table, check);
  }

  // What the visited condition decides about, and how: through parentheses, negation and logic.
  struct Decision {
    const clang::Stmt* by = nullptr;   // if, conditional operator, return, declaration, call; null for anything else
    const clang::Stmt* from = nullptr; // its child on the way
  };
  Decision decision() const {
    for (std::size_t i = around.size() - 1; i-- > 0;) {
      const clang::Stmt* statement = around[i];
      if (const clang::BinaryOperator* logic = llvm::dyn_cast<clang::BinaryOperator>(statement))
        if (logic->isLogicalOp()) continue;
      if (const clang::UnaryOperator* negation = llvm::dyn_cast<clang::UnaryOperator>(statement))
        if (negation->getOpcode() == clang::UO_LNot) continue;
      if (llvm::isa<clang::ParenExpr, clang::ImplicitCastExpr, clang::ExprWithCleanups, clang::ConstantExpr>(statement))
        continue;
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement)) // __builtin_expect(!!(n < 1), 0)
        if (const clang::FunctionDecl* callee = call->getDirectCallee(); callee && callee->getBuiltinID() != 0 &&
                                                                         callee->getDeclName().isIdentifier() &&
                                                                         callee->getName() == "__builtin_expect")
          continue;
      return {statement, around[i + 1]};
    }
    return {};
  }

  // What `value operation bound` says of a value of zero; nothing if the bound is not known here.
  std::optional<bool> holds_at_zero(llvm::StringRef operation, const clang::Expr* bound) const {
    bound = strip(bound);
    std::optional<double> number = named_value(bound, context.ast);
    if (std::optional<ConstantValue> literal = literal_value(bound, context.ast)) number = literal->value;
    if (!number) return std::nullopt;
    return llvm::StringSwitch<std::optional<bool>>(operation)
        .Case("<", 0 < *number)
        .Case("<=", 0 <= *number)
        .Case(">", 0 > *number)
        .Case(">=", 0 >= *number)
        .Case("==", *number == 0)
        .Case("!=", *number != 0)
        .Default(std::nullopt);
  }

  // Whether a value of zero, for which the visited condition says `truth`, is refused aloud: thrown out, reported, told
  // to the caller. In `n <= 0 || n > most` the first half decides, in `n > 0 && n <= most` as well.
  bool refuses_zero(std::optional<bool> truth) const {
    for (std::size_t i = around.size() - 1; i-- > 0 && truth;) {
      const clang::Stmt* statement = around[i];
      if (llvm::isa<clang::ParenExpr, clang::CastExpr, clang::ExprWithCleanups, clang::ConstantExpr>(statement))
        continue;
      if (const clang::UnaryOperator* negation = llvm::dyn_cast<clang::UnaryOperator>(statement);
          negation && negation->getOpcode() == clang::UO_LNot) {
        truth = !*truth;
      } else if (const clang::BinaryOperator* logic = llvm::dyn_cast<clang::BinaryOperator>(statement);
                 logic && logic->isLogicalOp()) {
        if (*truth != (logic->getOpcode() == clang::BO_LOr)) return false; // the other half decides
      } else if (const clang::IfStmt* branch = llvm::dyn_cast<clang::IfStmt>(statement)) {
        return branch->getCond() == around[i + 1] &&
               reaction_of(*truth ? branch->getThen() : branch->getElse(), function).noticed();
      } else if (const clang::ConditionalOperator* choice = llvm::dyn_cast<clang::ConditionalOperator>(statement)) {
        return choice->getCond() == around[i + 1] && // assert(n > 0)
               reaction_of(*truth ? choice->getTrueExpr() : choice->getFalseExpr(), function).loud;
      } else {
        const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement); // __builtin_expect(!!(n < 1), 0)
        if (!call || call->getBuiltinCallee() == 0) return false;
      }
    }
    return false;
  }

  // Whether something comes of the comparison: it is no loop's condition.
  bool is_acted_on() const {
    Decision decision = this->decision();
    if (!decision.by) return false;
    if (const clang::IfStmt* branch = llvm::dyn_cast<clang::IfStmt>(decision.by)) {
      Reaction yes = reaction_of(branch->getThen(), function), no = reaction_of(branch->getElse(), function);
      return yes.noticed() || no.noticed() || yes.assigns || no.assigns;
    }
    return llvm::isa<clang::ConditionalOperator, clang::ReturnStmt, clang::DeclStmt, clang::CallExpr>(decision.by);
  }

  // Whether the question `== 0` or `!n` leads to another value, a rejection or a warning.
  bool is_corrected(bool truth) const {
    Decision decision = this->decision();
    if (const clang::IfStmt* branch = llvm::dyn_cast_or_null<clang::IfStmt>(decision.by)) {
      if (branch->getCond() != decision.from) return false;
      Reaction yes = reaction_of(branch->getThen(), function), no = reaction_of(branch->getElse(), function);
      return yes.loud || no.loud || (yes.assigns && !branch->getElse());
    }
    const clang::ConditionalOperator* conditional = llvm::dyn_cast_or_null<clang::ConditionalOperator>(decision.by);
    return conditional && conditional->getCond() == decision.from &&
           traits_of(conditional->getType()).type_class != TypeClass::text;
  }

  void clamp(const clang::CallExpr& call, llvm::StringRef name) {
    std::vector<const clang::Expr*> given;
    for (const clang::Expr* argument : call.arguments()) {
      if (llvm::isa<clang::CXXDefaultArgExpr>(argument)) continue;
      if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(strip(argument)))
        given.insert(given.end(), list->inits().begin(), list->inits().end());
      else
        given.push_back(argument);
    }
    bool between = name == "clamp" || name == "Clamp" || name == "qBound";
    if (between) {
      if (given.size() >= 3) bounded(given[name == "qBound" ? 1 : 0], EntityId::none);
      return;
    }
    for (const clang::Expr* argument : given) {
      if (is_constant(argument)) continue;
      for (const clang::Expr* other : given) {
        if (other == argument || is_type_limit(other, context)) continue;
        if (is_constant(other))
          bounded(argument, EntityId::none);
        else // std::max(config.attempts, limits.min_attempts), or std::min(config.batch, jobs.size())
          bounded_by(argument, other);
      }
    }
  }

  // What the chain of calls before `->check(…)` was given to write to.
  void bound_options(const clang::Expr* object) {
    object = strip(object);
    while (const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(object)) {
      for (const clang::Expr* argument : call->arguments()) {
        TypeClass type_class = traits_of(strip(argument)->getType()).type_class;
        if (type_class != TypeClass::text && type_class != TypeClass::callable) bounded(argument, EntityId::none);
      }
      const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call);
      object = member ? strip(member->getImplicitObjectArgument()) : nullptr;
    }
  }

  // Pointers to members beside numbers are a table of ranges, or a call of a helper that takes one.
  void members_with_numbers(llvm::ArrayRef<const clang::Expr*> given) {
    const clang::ValueDecl* field = nullptr;
    bool number = false;
    for (const clang::Expr* argument : given) {
      if (!argument) continue;
      const clang::Expr* stripped = strip(argument);
      const clang::UnaryOperator* address = llvm::dyn_cast_or_null<clang::UnaryOperator>(stripped);
      const clang::DeclRefExpr* reference =
          address && address->getOpcode() == clang::UO_AddrOf
              ? llvm::dyn_cast<clang::DeclRefExpr>(address->getSubExpr()->IgnoreParens())
              : nullptr;
      if (reference && llvm::isa<clang::FieldDecl>(reference->getDecl()))
        field = reference->getDecl();
      else if (stripped && is_constant(stripped))
        number = true;
    }
    if (!field || !number) return;
    bounded_member(field, given.front());
  }
  void bounded_member(const clang::ValueDecl* field, const clang::Expr* where) {
    EntityId id = context.entity(field);
    if (id != EntityId::none) emit({id, EntityId::none, context.expansion_of(where->getSourceRange())});
  }

  // { "ttl", T_INT, offsetof(struct conf, ttl), 1, 3600 }, or &conf.ttl: a row of a table of options, whose `min` and
  // `max` whoever goes through the table compares with what the user says. Of other rows nobody knows what a number is.
  void row_with_bounds(const clang::InitListExpr& row) {
    const clang::RecordDecl* record = row.getType().isNull() ? nullptr : row.getType()->getAsRecordDecl();
    if (!record || record->isUnion()) return;
    const clang::ValueDecl* field = nullptr;
    bool bound = false;
    unsigned i = 0;
    for (const clang::FieldDecl* column : record->fields()) {
      const clang::Expr* value = i < row.getNumInits() ? row.getInit(i) : nullptr;
      ++i;
      if (!value || llvm::isa<clang::ImplicitValueInitExpr>(value)) continue;
      if (names_a_bound(column->getName()) && is_constant(value)) bound = true;
      const clang::Expr* stripped = value->IgnoreParenCasts();
      if (const clang::OffsetOfExpr* offset = llvm::dyn_cast<clang::OffsetOfExpr>(stripped)) {
        const clang::OffsetOfNode last = offset->getComponent(offset->getNumComponents() - 1);
        if (last.getKind() == clang::OffsetOfNode::Field) field = last.getField();
      } else if (const clang::UnaryOperator* address = llvm::dyn_cast<clang::UnaryOperator>(stripped);
                 address && address->getOpcode() == clang::UO_AddrOf) {
        if (const clang::MemberExpr* member =
                llvm::dyn_cast<clang::MemberExpr>(address->getSubExpr()->IgnoreParenCasts()))
          field = member->getMemberDecl();
        else if (const clang::DeclRefExpr* variable =
                     llvm::dyn_cast<clang::DeclRefExpr>(address->getSubExpr()->IgnoreParenCasts()))
          field = variable->getDecl();
      }
    }
    if (field && bound) bounded_member(field, &row);
  }
  // min, max_value, lower, vmax
  static bool names_a_bound(llvm::StringRef name) {
    for (const std::string& word : words_of(std::string_view(name)))
      if (llvm::StringSwitch<bool>(word)
              .Cases({"min", "max", "minimum", "maximum", "lower", "upper", "low", "high", "lo", "hi"}, true)
              .Cases({"vmin", "vmax", "imin", "imax", "least", "most", "floor", "ceiling"}, true)
              .Default(false))
        return true;
    return false;
  }

  Lowering lowering;
};

} // namespace

void collect_range_checks(CollectContext& context) {
  RangeVisitor visitor(context);
  visitor.TraverseDecl(context.ast.getTranslationUnitDecl());
}

} // namespace plumbline::unvalidated_config
