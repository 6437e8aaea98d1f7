#include "refusals.h"
#include "collect/constants.h"
#include "collect/types.h"
#include "facts/words.h"
#include "reaction.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline::unvalidated_config {

static std::optional<std::int64_t> compared(clang::BinaryOperatorKind kind, std::int64_t left, std::int64_t right) {
  switch (kind) {
  case clang::BO_LT:
    return left < right;
  case clang::BO_LE:
    return left <= right;
  case clang::BO_GT:
    return left > right;
  case clang::BO_GE:
    return left >= right;
  case clang::BO_EQ:
    return left == right;
  case clang::BO_NE:
    return left != right;
  default:
    return std::nullopt;
  }
}

std::optional<std::int64_t> value_of(const clang::Expr* expression, KnownValue known, const clang::ASTContext& ast) {
  expression = strip(expression);
  if (!expression || expression->isValueDependent()) return std::nullopt;
  if (std::optional<std::int64_t> value = known(expression)) return value;
  if (const clang::ExplicitCastExpr* cast = llvm::dyn_cast<clang::ExplicitCastExpr>(expression);
      cast && cast->getType()->isIntegralOrEnumerationType())
    return value_of(cast->getSubExpr(), known, ast);
  if (expression->isNullPointerConstant(const_cast<clang::ASTContext&>(ast),
                                        clang::Expr::NPC_ValueDependentIsNotNull) != clang::Expr::NPCK_NotNull)
    return 0;
  if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(expression);
      unary && unary->getOpcode() == clang::UO_LNot) {
    const std::optional<std::int64_t> value = value_of(unary->getSubExpr(), known, ast);
    return value ? std::optional<std::int64_t>(*value == 0) : std::nullopt;
  }
  if (const clang::BinaryOperator* binary = llvm::dyn_cast<clang::BinaryOperator>(expression)) {
    const std::optional<std::int64_t> left = value_of(binary->getLHS(), known, ast);
    if (!binary->isLogicalOp() && !binary->isComparisonOp()) return std::nullopt;
    const std::optional<std::int64_t> right = value_of(binary->getRHS(), known, ast);
    if (binary->isComparisonOp()) return left && right ? compared(binary->getOpcode(), *left, *right) : std::nullopt;
    const bool decides = binary->getOpcode() == clang::BO_LOr; // the truth of one half that settles it
    if ((left && (*left != 0) == decides) || (right && (*right != 0) == decides)) return decides;
    return left && right ? std::optional<std::int64_t>(!decides) : std::nullopt;
  }
  clang::Expr::EvalResult result;
  if (!expression->getType()->isIntegralOrEnumerationType() || !expression->EvaluateAsInt(result, ast))
    return std::nullopt;
  return saturated(result.Val.getInt());
}

namespace {

// Follows the statements of a function that a zero goes through, up to the first return.
class AnswerAtZero {
 public:
  AnswerAtZero(const clang::ParmVarDecl* parameter, const clang::ASTContext& ast) : parameter(parameter), ast(ast) {}

  std::optional<std::int64_t> answer;

  // Whether control goes on behind the statement. Not where nothing is known any more.
  bool passes(const clang::Stmt* statement) {
    if (!statement || llvm::isa<clang::NullStmt>(statement)) return true;
    if (const clang::CompoundStmt* compound = llvm::dyn_cast<clang::CompoundStmt>(statement))
      return llvm::all_of(compound->body(), [&](const clang::Stmt* each) { return passes(each); });
    if (const clang::ReturnStmt* given = llvm::dyn_cast<clang::ReturnStmt>(statement)) {
      if (given->getRetValue()) answer = value(given->getRetValue());
      return false;
    }
    if (const clang::IfStmt* branch = llvm::dyn_cast<clang::IfStmt>(statement)) {
      const std::optional<std::int64_t> truth = value(branch->getCond());
      return truth && passes(*truth != 0 ? branch->getThen() : branch->getElse());
    }
    if (const clang::SwitchStmt* choice = llvm::dyn_cast<clang::SwitchStmt>(statement)) return passes_switch(*choice);
    return false;
  }

 private:
  std::optional<std::int64_t> value(const clang::Expr* expression) const {
    return value_of(
        expression,
        [&](const clang::Expr* part) -> std::optional<std::int64_t> {
          const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(part);
          return reference && reference->getDecl() == parameter ? std::optional<std::int64_t>(0) : std::nullopt;
        },
        ast);
  }
  bool passes_switch(const clang::SwitchStmt& choice) {
    if (value(choice.getCond()) != 0) return false;
    const clang::SwitchCase* taken = nullptr;
    for (const clang::SwitchCase* label = choice.getSwitchCaseList(); label; label = label->getNextSwitchCase()) {
      const clang::CaseStmt* constant = llvm::dyn_cast<clang::CaseStmt>(label);
      if (!constant && !taken) taken = label; // default
      if (constant && value(constant->getLHS()) == 0) taken = label;
    }
    if (!taken) return true;
    const clang::Stmt* below = taken;
    while (const clang::SwitchCase* label = llvm::dyn_cast<clang::SwitchCase>(below)) below = label->getSubStmt();
    return passes(below);
  }

  const clang::ParmVarDecl* parameter;
  const clang::ASTContext& ast;
};

} // namespace

static bool has_word(const clang::FunctionDecl& callee, llvm::function_ref<bool(llvm::StringRef)> is_it) {
  if (!callee.getDeclName().isIdentifier()) return false;
  return llvm::any_of(words_of(std::string_view(callee.getName())), is_it);
}

std::optional<std::int64_t> answer_at_zero(const clang::FunctionDecl& callee, unsigned parameter) {
  if (!callee.getReturnType()->isIntegralOrEnumerationType()) return std::nullopt;
  const clang::FunctionDecl* definition = nullptr;
  if (callee.hasBody(definition) && definition && parameter < definition->getNumParams()) {
    AnswerAtZero answer(definition->getParamDecl(parameter), callee.getASTContext());
    answer.passes(definition->getBody());
    return answer.answer;
  }
  const bool validates = has_word(callee, [](llvm::StringRef word) {
    return word == "valid" || word == "legal" || word == "allowed" || word == "supported" || word == "sane";
  });
  return validates ? std::optional<std::int64_t>(0) : std::nullopt;
}

bool refuses(const clang::IfStmt& branch, KnownValue known, const clang::FunctionDecl* function) {
  if (!function || !branch.getCond()) return false;
  const std::optional<std::int64_t> truth = value_of(branch.getCond(), known, function->getASTContext());
  return truth && reaction_of(*truth != 0 ? branch.getThen() : branch.getElse(), function).noticed();
}

const clang::IfStmt* condition_around(const std::vector<const clang::Stmt*>& around) {
  for (std::size_t i = around.size(); i-- > 1;) {
    if (const clang::IfStmt* branch = llvm::dyn_cast<clang::IfStmt>(around[i - 1]))
      return branch->getCond() == around[i] ? branch : nullptr;
    if (!llvm::isa<clang::Expr>(around[i - 1])) return nullptr;
  }
  return nullptr;
}

// What an expression names: a variable or a member.
static const clang::ValueDecl* named(const clang::Expr* expression) {
  expression = strip(expression);
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(expression))
    return reference->getDecl();
  if (const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression))
    return member->getMemberDecl();
  return nullptr;
}

namespace {

class LookupVisitor : public clang::RecursiveASTVisitor<LookupVisitor> {
 public:
  LookupVisitor(const clang::CallExpr& parse, const clang::FunctionDecl& function) : parse(parse), function(function) {}

  bool found = false;

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (variable->getInit()) becomes(variable, variable->getInit());
    return true;
  }
  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->getOpcode() == clang::BO_Assign) becomes(named(operation->getLHS()), operation->getRHS());
    return true;
  }
  bool VisitCXXOperatorCallExpr(clang::CXXOperatorCallExpr* operation) {
    if (operation->getOperator() == clang::OO_Equal) becomes(named(operation->getArg(0)), operation->getArg(1));
    return true;
  }
  bool VisitIfStmt(clang::IfStmt* branch) {
    found |= refuses(*branch, [&](const clang::Expr* part) { return value_of_a_miss(part); }, &function);
    if (number) // `if (!width) return -1;`: what is compared, the range checks tell (ranges.cpp)
      found |= refuses(*branch, [&](const clang::Expr* part) { return value_of_denial(part); }, &function);
    return !found;
  }

 private:
  // Both are set anew: what was looked up before says nothing of another number.
  void becomes(const clang::ValueDecl* target, const clang::Expr* value) {
    if (!target) return;
    if (is_lookup(value))
      result = target;
    else if (result == target)
      result = nullptr;
    if (strip(value) == &parse)
      number = target;
    else if (number == target)
      number = nullptr;
  }

  static bool looks_up(const clang::FunctionDecl& callee, clang::QualType type) {
    const bool says_only_whether = type->isIntegralOrEnumerationType();
    if (!says_only_whether && !type->isPointerType() && !type->getAsCXXRecordDecl()) return false;
    return has_word(callee, [&](llvm::StringRef word) {
      return says_only_whether ? llvm::StringSwitch<bool>(word)
                                     .Cases({"contains", "exists", "has", "count", "known", "find"}, true)
                                     .Default(false)
                               : llvm::StringSwitch<bool>(word)
                                     .Cases({"get", "find", "lookup", "search", "by", "fetch", "query", "locate"}, true)
                                     .Cases({"resolve", "for", "from"}, true)
                                     .Default(false);
    });
  }
  // Temporaries, copies and conversions that wrap a call of a class's function.
  static const clang::CallExpr* call_in(const clang::Expr* expression) {
    for (expression = strip(expression); expression; expression = strip(expression)) {
      const clang::CXXConstructExpr* copy = llvm::dyn_cast<clang::CXXConstructExpr>(expression);
      if (!copy || copy->getNumArgs() != 1) break;
      expression = copy->getArg(0);
    }
    return llvm::dyn_cast_or_null<clang::CallExpr>(expression);
  }
  bool is_lookup(const clang::Expr* expression) const {
    const clang::CallExpr* call = call_in(expression);
    const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
    if (!callee || !looks_up(*callee, call->getType())) return false;
    return llvm::any_of(call->arguments(), [&](const clang::Expr* argument) {
      return strip(argument) == &parse || (number && named(argument) == number);
    });
  }
  bool is_result(const clang::Expr* expression) const {
    return (result && named(expression) == result) || is_lookup(expression);
  }

  std::optional<std::int64_t> value_of_denial(const clang::Expr* part) const {
    const clang::UnaryOperator* denial = llvm::dyn_cast<clang::UnaryOperator>(part);
    return denial && denial->getOpcode() == clang::UO_LNot && named(denial->getSubExpr()) == number
               ? std::optional<std::int64_t>(1)
               : std::nullopt;
  }

  bool is_end_beside_result(const clang::Expr* left, const clang::Expr* right) const {
    const bool first = is_result(left);
    if (first == is_result(right)) return false;
    const clang::CallExpr* call = call_in(first ? right : left);
    const clang::FunctionDecl* end = call ? call->getDirectCallee() : nullptr;
    return end && has_word(*end, [](llvm::StringRef word) { return word == "end" || word == "cend"; });
  }

  // Of parts of a condition, where nothing was found: a null pointer, the end of a container, an empty optional.
  std::optional<std::int64_t> value_of_a_miss(const clang::Expr* part) const {
    if (is_result(part)) return 0;
    if (const clang::CXXRewrittenBinaryOperator* rewritten = llvm::dyn_cast<clang::CXXRewrittenBinaryOperator>(part)) {
      const clang::CXXRewrittenBinaryOperator::DecomposedForm form = rewritten->getDecomposedForm();
      if (is_end_beside_result(form.LHS, form.RHS)) return form.Opcode == clang::BO_EQ;
    }
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(part);
        operation && operation->getNumArgs() == 2 &&
        (operation->getOperator() == clang::OO_EqualEqual || operation->getOperator() == clang::OO_ExclaimEqual) &&
        is_end_beside_result(operation->getArg(0), operation->getArg(1)))
      return operation->getOperator() == clang::OO_EqualEqual;
    const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(part);
    if (!member || !member->getMethodDecl() || !is_result(member->getImplicitObjectArgument())) return std::nullopt;
    if (llvm::isa<clang::CXXConversionDecl>(member->getMethodDecl())) return 0;
    return has_word(*member->getMethodDecl(), [](llvm::StringRef word) { return word == "has"; })
               ? std::optional<std::int64_t>(0)
               : std::nullopt;
  }

  const clang::CallExpr& parse;
  const clang::FunctionDecl& function;
  const clang::ValueDecl* number = nullptr; // what the number is kept in, as far as we have come
  const clang::ValueDecl* result = nullptr; // what was found by it
};

} // namespace

bool is_refused_below(const clang::CallExpr& parse, const clang::FunctionDecl& function) {
  LookupVisitor visitor(parse, function);
  visitor.TraverseStmt(function.getBody());
  return visitor.found;
}

} // namespace plumbline::unvalidated_config
