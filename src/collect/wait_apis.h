// What the code that waits is made of: names, handles of client libraries, options that limit a wait.
#pragma once

#include "facts/words.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/DeclCXX.h>
#include <clang/AST/Expr.h>
#include <llvm/ADT/STLExtras.h>

#include <optional>

namespace plumbline {

// Whether one of the name's words is wanted.
inline bool says_word(llvm::StringRef name, std::initializer_list<std::string_view> wanted) {
  return llvm::any_of(words_of(name), [&](const std::string& word) { return llvm::is_contained(wanted, word); });
}

// "" for null and for operators.
inline llvm::StringRef name_of(const clang::FunctionDecl* function) {
  return function && function->getDeclName().isIdentifier() ? function->getName() : llvm::StringRef();
}

// The name of the class whose method it is, or "".
llvm::StringRef record_of(const clang::FunctionDecl* function);
// The expression without casts, temporaries and copies.
const clang::Expr* unwrapped(const clang::Expr* expression);
// Which client library's handle, or std's future, a type is: through references, pointers, smart pointers, containers.
llvm::StringRef api_of(clang::QualType type, unsigned depth = 0);
// Whether a type is a stream socket of asio (Boost's or alone), or Beast's stream over one.
bool is_asio_socket(clang::QualType type);
// Whether a method hands out the handle that its object holds: descriptor.get(), curl.handle(), operator int().
bool gives_handle(const clang::CXXMethodDecl& method);
// Whether a type is a class with such a method: its objects stand for their handles.
bool wraps_handle(clang::QualType type);
// Whether a class is a condition variable by its name: std::condition_variable, base::ConditionVariable,
// sync::Condition.
bool is_condition(llvm::StringRef record);
// Whether such a class remembers whether it was notified, in a field of its own: an event by another name.
bool keeps_state(clang::QualType type);
// The same for a function of C: pthread_cond_wait, cnd_wait, SDL_CondWait.
bool is_condition_wait(llvm::StringRef function);
bool is_in_std(const clang::FunctionDecl& function);
// The value of a constant integer or enumerator.
std::optional<std::int64_t> integer(const clang::Expr* expression, const clang::ASTContext& ast);
// The enumerator that an option argument names. In C, curl's header wraps the call and puts the option into a local.
llvm::StringRef option_name(const clang::Expr* expression);
bool is_limiting_option(llvm::StringRef option);

} // namespace plumbline
