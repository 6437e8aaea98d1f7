#include "home_code.h"
#include "facts/words.h"

#include <clang/AST/Expr.h>
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

bool is_accessor_of(const clang::FunctionDecl& function, const clang::VarDecl& variable) {
  const clang::CompoundStmt* body = llvm::dyn_cast_or_null<clang::CompoundStmt>(function.getBody());
  if (!body || body->size() != 1 || variable.isExternallyVisible()) return false;
  const clang::Stmt* only = body->body_front();
  const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(only);
  if (!llvm::isa<clang::ReturnStmt>(only) && !(operation && operation->isAssignmentOp())) return false;
  return !contains(only, [](const clang::Stmt& part) { return llvm::isa<clang::CallExpr>(part); });
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
