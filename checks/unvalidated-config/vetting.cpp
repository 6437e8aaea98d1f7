#include "vetting.h"
#include "collect/constants.h"
#include "facts/words.h"
#include "reaction.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline::unvalidated_config {

// A function whose name asks whether text is a number.
static bool asks_for_number(const clang::FunctionDecl* callee) {
  if (!callee || !callee->getDeclName().isIdentifier()) return false;
  if (callee->getName() == "find_first_not_of" || callee->getName() == "regex_match") return true;
  for (const std::string& word : words_of(std::string_view(callee->getName())))
    if (llvm::StringSwitch<bool>(word)
            .Cases({"digit", "digits", "isdigit", "isxdigit", "xdigit", "numeric", "number", "integer"}, true)
            .Default(false))
      return true;
  return false;
}

// `c >= '0'`, and what isdigit() is in C with glibc, a macro: `(*__ctype_b_loc())[(int)(c)] & _ISdigit`.
static bool asks_for_digit(const clang::Stmt* statement) {
  const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(statement);
  if (!operation) return false;
  const auto is_side = [&](const clang::Expr* side) {
    side = side->IgnoreParenCasts();
    if (const clang::CharacterLiteral* character = llvm::dyn_cast<clang::CharacterLiteral>(side))
      return operation->isRelationalOp() && (character->getValue() == '0' || character->getValue() == '9');
    const clang::DeclRefExpr* mask = llvm::dyn_cast<clang::DeclRefExpr>(side);
    return operation->getOpcode() == clang::BO_And && mask && mask->getDecl()->getDeclName().isIdentifier() &&
           (mask->getDecl()->getName() == "_ISdigit" || mask->getDecl()->getName() == "_ISxdigit");
  };
  return is_side(operation->getLHS()) || is_side(operation->getRHS());
}

// Whether a question for digits is part of the statement, of what `of` names if it is given.
static bool asks(const clang::Stmt* statement, const clang::ValueDecl* of, bool within = false) {
  if (!statement) return false;
  if (const clang::CallExpr* question = llvm::dyn_cast<clang::CallExpr>(statement))
    within |= asks_for_number(question->getDirectCallee());
  within |= asks_for_digit(statement);
  if (within && !of) return true;
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(statement))
    return within && reference->getDecl() == of;
  return llvm::any_of(statement->children(), [&](const clang::Stmt* child) { return asks(child, of, within); });
}

namespace {

class VettingVisitor : public clang::RecursiveASTVisitor<VettingVisitor> {
 public:
  VettingVisitor(const clang::ValueDecl& text, const clang::FunctionDecl& function,
                 const std::vector<const clang::Stmt*>& around)
      : text(text), function(function), around(around) {}

  bool found = false;

  bool TraverseStmt(clang::Stmt* statement) {
    if (!statement || path.size() > max_depth) return true;
    path.push_back(statement);
    const bool go_on = clang::RecursiveASTVisitor<VettingVisitor>::TraverseStmt(statement);
    path.pop_back();
    return go_on;
  }
  bool VisitIfStmt(clang::IfStmt* branch) {
    if (asks(branch->getCond(), &text) && is_on_the_way())
      found |= reaction_of(branch->getThen(), &function).noticed() ||
               reaction_of(branch->getElse(), &function).noticed() ||
               (llvm::is_contained(around, branch->getThen()) && told_behind(*branch, function));
    return !found;
  }

 private:
  // Whether who comes by the parse comes by the visited statement as well: not in another branch, nor in another case
  // of a switch, where `optarg` is another option's.
  bool is_on_the_way() const {
    std::size_t common = 0;
    while (common < path.size() && common < around.size() && path[common] == around[common]) ++common;
    if (common == path.size()) return true; // around the parse
    const clang::CompoundStmt* list =
        common > 0 && common < around.size() ? llvm::dyn_cast<clang::CompoundStmt>(path[common - 1]) : nullptr;
    if (!list) return false;
    for (std::size_t i = common; i + 1 < path.size(); ++i) { // what is asked on a condition may not have been asked
      const clang::IfStmt* outer = llvm::dyn_cast<clang::IfStmt>(path[i]);
      if (llvm::isa<clang::SwitchStmt>(path[i]) || (outer && path[i + 1] == outer->getThen())) return false;
    }
    bool between = false;
    for (const clang::Stmt* statement : list->body()) {
      if (between && llvm::isa<clang::SwitchCase>(statement)) return false;
      if (statement != path[common] && statement != around[common]) continue;
      if (between) return true;
      between = true;
    }
    return false;
  }

  // plumbline: allow(hard-coded-limit) the same code has the same findings, whoever scans it
  static constexpr std::size_t max_depth = 1500;

  const clang::ValueDecl& text;
  const clang::FunctionDecl& function;
  const std::vector<const clang::Stmt*>& around;
  std::vector<const clang::Stmt*> path; // to the visited statement, as `around` to the parse
};

} // namespace

bool is_vetted(const clang::CallExpr& parse, const clang::FunctionDecl& function,
               const std::vector<const clang::Stmt*>& around) {
  if (parse.getNumArgs() == 0) return false;
  const clang::Expr* text = strip(parse.getArg(0));
  while (const clang::CXXMemberCallExpr* view = llvm::dyn_cast<clang::CXXMemberCallExpr>(text)) // text.c_str()
    text = strip(view->getImplicitObjectArgument());
  const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(text);
  if (!reference) return false;
  VettingVisitor visitor(*reference->getDecl(), function, around);
  visitor.TraverseStmt(function.getBody());
  return visitor.found;
}

bool decodes_escape(const clang::CallExpr& parse, const std::vector<const clang::Stmt*>& around) {
  clang::Expr::EvalResult base;
  if (parse.getNumArgs() != 3 || parse.getArg(2)->isValueDependent() || !parse.getDirectCallee() ||
      !parse.getArg(2)->EvaluateAsInt(base, parse.getDirectCallee()->getASTContext()) || base.Val.getInt() != 16)
    return false;
  for (std::size_t i = around.size() - 1; i-- > 0;)
    if (const clang::IfStmt* branch = llvm::dyn_cast<clang::IfStmt>(around[i]);
        branch && around[i + 1] == branch->getThen() && asks(branch->getCond(), nullptr))
      return true;
  return false;
}

} // namespace plumbline::unvalidated_config
