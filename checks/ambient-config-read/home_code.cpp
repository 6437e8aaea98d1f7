#include "home_code.h"
#include "facts/words.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/Stmt.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/ADT/StringSwitch.h>

#include <string>
#include <vector>

namespace plumbline::ambient_config_read {

bool reads_environment(const clang::FunctionDecl& callee) {
  if (llvm::isa<clang::CXXMethodDecl>(callee) || !callee.getDeclName().isIdentifier()) return false;
  return llvm::StringSwitch<bool>(callee.getName())
      .Cases({"getenv", "secure_getenv", "__secure_getenv", "qgetenv", "qEnvironmentVariable",
              "qEnvironmentVariableIntValue", "qEnvironmentVariableIsSet", "g_getenv", "GetEnvironmentVariableA"},
             true)
      .Cases({"GetEnvironmentVariableW", "_wgetenv", "_dupenv_s", "getenv_s"}, true)
      .Default(false);
}

static bool contains(const clang::Stmt* statement, llvm::function_ref<bool(const clang::Stmt&)> is_wanted) {
  return statement && (is_wanted(*statement) || llvm::any_of(statement->children(), [&](const clang::Stmt* child) {
                         return contains(child, is_wanted);
                       }));
}

static bool is_in_file_of(const clang::FunctionDecl& function, const clang::VarDecl& variable,
                          const clang::SourceManager& sources) {
  const clang::FileID file = sources.getFileID(sources.getExpansionLoc(function.getLocation()));
  return llvm::any_of(variable.redecls(), [&](const clang::VarDecl* declaration) {
    return sources.getFileID(sources.getExpansionLoc(declaration->getLocation())) == file;
  });
}

// `options.depth`, `options.debug[6]`, and nothing about it.
static bool is_part(const clang::Expr* expression) {
  while (expression) {
    expression = expression->IgnoreParenImpCasts();
    if (llvm::isa<clang::DeclRefExpr>(expression)) return true;
    const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression);
    const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression);
    expression = member ? member->getBase() : subscript ? subscript->getBase() : nullptr;
  }
  return false;
}

bool is_accessor_of(const clang::FunctionDecl& function, const clang::VarDecl& variable,
                    const clang::SourceManager& sources) {
  const clang::CompoundStmt* body = llvm::dyn_cast_or_null<clang::CompoundStmt>(function.getBody());
  if (!body || body->size() != 1 || llvm::isa<clang::CXXMethodDecl>(function) ||
      !is_in_file_of(function, variable, sources))
    return false;
  const clang::Stmt* only = body->body_front();
  const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(only);
  const clang::ReturnStmt* given = llvm::dyn_cast<clang::ReturnStmt>(only);
  if (!given && !(operation && operation->isAssignmentOp())) return false;
  // What others see as well, others may ask a question about; to give it to them is the file's business.
  if (variable.isExternallyVisible() && !(given && is_part(given->getRetValue()))) return false;
  return !contains(only, [](const clang::Stmt& part) { return llvm::isa<clang::CallExpr>(part); });
}

bool takes_over(const clang::FunctionDecl& function, const clang::VarDecl& variable) {
  return contains(function.getBody(), [&](const clang::Stmt& part) {
    const clang::BinaryOperator* assignment = llvm::dyn_cast<clang::BinaryOperator>(&part);
    const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&part);
    const clang::Expr* to = assignment && assignment->getOpcode() == clang::BO_Assign ? assignment->getLHS()
                            : call && call->getOperator() == clang::OO_Equal          ? call->getArg(0)
                                                                                      : nullptr;
    const clang::DeclRefExpr* reference = to ? llvm::dyn_cast<clang::DeclRefExpr>(to->IgnoreParenImpCasts()) : nullptr;
    return reference && reference->getDecl()->getCanonicalDecl() == variable.getCanonicalDecl();
  });
}

bool is_about_environment(const clang::FunctionDecl& function) {
  const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
  if (!method || !method->getParent()->getIdentifier()) return false;
  return llvm::any_of(words_of(std::string_view(method->getParent()->getName())), [](const std::string& word) {
    return word == "env" || word == "environ" || word == "environment";
  });
}

// Without what styles of naming differ in: g_options, gOptions.
static std::string joined(llvm::StringRef name) {
  std::string text = name.lower();
  llvm::erase(text, '_');
  return text;
}

bool keeps_up(const clang::FunctionDecl& function, const clang::VarDecl& variable,
              const clang::SourceManager& sources) {
  const clang::VarDecl* defined = variable.getDefinition();
  if (!defined) defined = variable.getActingDefinition(); // of C, without a value
  if (!defined || !function.getDeclName().isIdentifier() ||
      sources.getFileID(sources.getExpansionLoc(defined->getLocation())) !=
          sources.getFileID(sources.getExpansionLoc(function.getLocation())))
    return false;
  std::string rest;
  bool is_upkeep = false;
  for (const std::string& word : words_of(std::string_view(function.getName()))) {
    const bool upkeep =
        llvm::StringSwitch<bool>(word)
            .Cases({"init", "initialize", "initialise", "setup", "free", "cleanup", "destroy", "clear"}, true)
            .Cases({"reset", "deinit", "uninit", "release", "fini", "finish"}, true)
            .Default(false);
    is_upkeep |= upkeep;
    if (!upkeep) rest += word;
  }
  if (!is_upkeep) return false;
  const clang::Type* type = variable.getType()->getPointeeOrArrayElementType();
  const clang::RecordDecl* record = type->getAsRecordDecl();
  return rest.empty() || rest == joined(variable.getName()) ||
         (record && record->getIdentifier() && rest == joined(record->getName()));
}

// Whether something that outlives the function gets a value: `level = atoi(text);`, `set_file(text);`.
static bool keeps_something(const clang::Stmt* statement) {
  return contains(statement, [](const clang::Stmt& part) {
    if (const clang::BinaryOperator* assignment = llvm::dyn_cast<clang::BinaryOperator>(&part);
        assignment && assignment->isAssignmentOp()) {
      const clang::Expr* to = assignment->getLHS()->IgnoreParenImpCasts();
      const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(to);
      const clang::VarDecl* variable = reference ? llvm::dyn_cast<clang::VarDecl>(reference->getDecl()) : nullptr;
      return llvm::isa<clang::MemberExpr, clang::ArraySubscriptExpr>(to) || (variable && variable->hasGlobalStorage());
    }
    const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(&part);
    const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
    return callee && callee->getDeclName().isIdentifier() &&
           llvm::is_contained(words_of(std::string_view(callee->getName())), "set");
  });
}

bool only_loads_environment(const clang::FunctionDecl& function) {
  constexpr unsigned several = 2; // one is what any function may do
  const clang::CompoundStmt* body = llvm::dyn_cast_or_null<clang::CompoundStmt>(function.getBody());
  if (!body || !function.getReturnType()->isVoidType()) return false;
  llvm::SmallPtrSet<const clang::Decl*, 8> read;
  unsigned reads = 0;
  const auto is_read = [&](const clang::Stmt* statement) {
    return contains(statement, [](const clang::Stmt& part) {
      const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(&part);
      return call && call->getDirectCallee() && reads_environment(*call->getDirectCallee());
    });
  };
  const auto is_of_read = [&](const clang::Stmt* statement) {
    return contains(statement, [&](const clang::Stmt& part) {
      const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(&part);
      return reference && read.contains(reference->getDecl());
    });
  };
  // What an expression assigns from the environment: `(text = getenv("LEVEL"))`.
  const auto add_assigned = [&](const clang::Stmt* statement) {
    return contains(statement, [&](const clang::Stmt& part) {
      const clang::BinaryOperator* assignment = llvm::dyn_cast<clang::BinaryOperator>(&part);
      if (!assignment || assignment->getOpcode() != clang::BO_Assign || !is_read(assignment->getRHS())) return false;
      if (const clang::DeclRefExpr* to = llvm::dyn_cast<clang::DeclRefExpr>(assignment->getLHS()->IgnoreParens()))
        read.insert(to->getDecl());
      return true;
    });
  };
  for (const clang::Stmt* statement : body->body()) {
    if (const clang::DeclStmt* declarations = llvm::dyn_cast<clang::DeclStmt>(statement)) {
      for (const clang::Decl* declaration : declarations->decls())
        if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(declaration);
            variable && is_read(variable->getInit())) {
          read.insert(variable);
          ++reads;
        }
    } else if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(statement)) {
      if (!keeps_something(choice->getThen())) return false;
      if (is_read(choice->getCond())) {
        add_assigned(choice->getCond());
        ++reads;
      } else if (!is_of_read(choice->getCond())) {
        return false;
      }
    } else if (add_assigned(statement)) {
      ++reads;
    } else if (!llvm::isa<clang::ReturnStmt, clang::NullStmt>(statement)) {
      return false;
    }
  }
  return reads >= several;
}

} // namespace plumbline::ambient_config_read
