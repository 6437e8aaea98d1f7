#include "indicator.h"
#include "collect/types.h"
#include "facts/numbers.h"

#include <clang/AST/DeclCXX.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline::unvalidated_config {

Parser parser_of(const clang::FunctionDecl& callee) {
  if (!callee.getDeclName().isIdentifier()) return Parser::none;
  llvm::StringRef name = callee.getName();
  Parser parser = llvm::StringSwitch<Parser>(name)
                      .Cases({"atoi", "atol", "atoll", "atof"}, Parser::blind)
                      .Cases({"strtol", "strtoul", "strtoll", "strtoull", "strtod", "strtof", "strtold", "strtoimax",
                              "strtoumax", "strtoq", "strtouq"},
                             Parser::end_pointer)
                      .Case("from_chars", Parser::result)
                      .Cases({"SimpleAtoi", "SimpleAtod", "SimpleAtof"}, Parser::truth)
                      .Cases({"stoi", "stol", "stoll", "stoul", "stoull", "stof", "stod", "stold", "lexical_cast"},
                             Parser::throwing)
                      .Default(Parser::none);
  // A C function is not somebody's method of the same name.
  if (llvm::isa<clang::CXXMethodDecl>(callee)) return Parser::none;
  return parser;
}

bool is_number(clang::QualType type) {
  TypeTraits traits = traits_of(type);
  return !traits.plural && is_number(traits.type_class);
}

bool is_input_stream(clang::QualType type) {
  const clang::CXXRecordDecl* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  if (!record || !record->getIdentifier()) return false;
  return llvm::StringSwitch<bool>(record->getName())
      .Cases({"istream", "ifstream", "istringstream", "stringstream", "fstream", "basic_istream", "basic_ifstream",
              "basic_istringstream", "basic_stringstream", "basic_fstream", "basic_iostream"},
             true)
      .Default(false);
}

bool is_errno(const clang::Expr* expression) {
  const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression);
  const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
  return callee && callee->getDeclName().isIdentifier() &&
         llvm::StringSwitch<bool>(callee->getName())
             .Cases({"__errno_location", "__error", "__errno", "_errno", "___errno"}, true)
             .Default(false);
}

} // namespace plumbline::unvalidated_config
