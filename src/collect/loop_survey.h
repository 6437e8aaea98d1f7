// What stands in a loop, for whoever judges it: the ways out with the conditions on the way to each, what counts, what
// is called, what is assigned from a call.
#pragma once

#include "collect/context.h"
#include "facts/words.h"

#include <clang/AST/StmtCXX.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallVector.h>

namespace plumbline {

// Whether one of the name's words is wanted.
inline bool has_word(llvm::StringRef name, llvm::ArrayRef<std::string_view> wanted) {
  return llvm::any_of(words_of(name), [&](const std::string& word) { return llvm::is_contained(wanted, word); });
}

// "" for null and for operators.
inline llvm::StringRef name_of(const clang::NamedDecl* declaration) {
  return declaration && declaration->getDeclName().isIdentifier() ? declaration->getName() : llvm::StringRef();
}

// The expression without what says nothing about its value: casts, likely() and unlikely(), !!, co_await.
const clang::Expr* plain_value(const clang::Expr* expression);
// The variable or field that an expression names, through casts; null otherwise.
const clang::ValueDecl* value_named_by(const clang::Expr* expression);
// The call behind a value: through casts, temporaries, and conversions to bool; null if there is none.
const clang::CallExpr* call_of(const clang::Expr* expression);
// The name of the function that is called, or of the variable that holds a callable; "" for operators.
llvm::StringRef called_name(const clang::CallExpr& call);
// Whether a variable is called: operation(), handler_(), (*callback)(x).
bool calls_a_value(const clang::CallExpr& call);
// Whether a name says that something is tried which can fail: connect, send_batch, mysql_real_connect; not can_connect.
bool speaks_of_trying(llvm::StringRef name);
// Whether a name says that something is taken out of a container: pop, list_remove.
bool takes_away(llvm::StringRef name);
// What a coroutine sleeps by: timer.expires_after(1s); co_await timer.async_wait(…);
bool sets_timer(const clang::FunctionDecl* callee);
// A sleep, or a wait that ends by itself after some time.
bool is_pause(const clang::FunctionDecl* callee);

struct LoopSurvey {
  // `condition` may be null. Nested loops and switches are part of the survey; their breaks are not ways out.
  LoopSurvey(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment,
             const clang::Stmt& body);

  struct Guard {
    const clang::Expr* condition;
    bool branch;
    bool other_leaves = false; // the other branch left the loop
    // For what stands below labels of a switch over `condition`: the switch, and the labels that lead here.
    const clang::SwitchStmt* choice = nullptr;
    llvm::SmallVector<const clang::SwitchCase*, 2> labels = {};
  };
  // Where a statement stands in the loop.
  struct Place {
    llvm::SmallVector<Guard, 4> guards;
    bool in_try = false;            // whose handlers stay in the loop
    std::size_t guards_outside = 0; // of that try
    bool in_catch = false;
    unsigned nested = 0; // loops and switches between: their breaks are theirs
    bool nested_loop = false;
  };
  struct Way { // out of the loop
    const clang::Stmt* statement;
    Place at;
  };
  struct Flag { // a variable that is set to a literal truth value
    const clang::ValueDecl* variable;
    bool value;
    Place at;
    mutable bool asking = false; // a flag that depends on itself
  };

  CollectContext& context;
  const clang::Expr* condition;         // null: always true
  const clang::VarDecl* item = nullptr; // a range-for's variable
  std::vector<Way> ways;
  std::vector<const clang::CallExpr*> pauses, calls;
  std::vector<std::pair<const clang::CallExpr*, Place>> removals; // queue.pop(), list_remove(list, item)
  std::vector<Flag> flags;
  // Truth values that are kept: more = tries < limit.
  std::vector<std::pair<const clang::ValueDecl*, const clang::Expr*>> kept;
  // counters move by their own value (++n, left -= 2, node = node->next, and node = next with a next found in the
  // body); own: declared in the body.
  llvm::DenseSet<const clang::ValueDecl*> counters, changed, own;
  // What a variable holds that was assigned from calls, in the order of the source.
  llvm::DenseMap<const clang::ValueDecl*, llvm::SmallVector<const clang::CallExpr*, 2>> results;
  llvm::DenseMap<const clang::CallExpr*, Place> places;               // of all calls
  llvm::DenseMap<const clang::ValueDecl*, const clang::Expr*> values; // assigned last
  const clang::CallExpr* first_tried = nullptr; // in the last try block whose handlers stay in the loop
  bool unreadable = false; // an expression in it does not compile: what bounds the loop may be just that
  // The call whose result a variable holds where it is asked: the last one before `asked`, else the last of the loop.
  const clang::CallExpr* result_of(const clang::ValueDecl* variable, const clang::Stmt* asked = nullptr) const;
  bool interrupted = false; // EINTR, compare-and-swap, spinning on a lock, waiting for a condition: no retries

 private:
  bool is_constant_true(const clang::Expr* expression) const;
  void survey(const clang::Stmt* statement, const Place& at);
  void see_call(const clang::CallExpr& call, const Place& at);
  void see_called_value(const clang::CallExpr& call, const Place& at);
  void count(const clang::Expr* expression);
  void assign(const clang::Expr* to, const clang::Expr* value, const Place& at);
  void assign(const clang::ValueDecl* variable, const clang::Expr* value, const Place& at);
  void walk(const clang::Stmt* statement, Place at);
  void walk_try(const clang::CXXTryStmt& attempt, const Place& at);
  void walk_switch(const clang::SwitchStmt& choice, Place at);
};

} // namespace plumbline
