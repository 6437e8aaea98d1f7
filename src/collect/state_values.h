// What expressions of one function say about a state: which of them is the old state, which the new one, and what a
// condition comes to for given states. Shared by the parts of the state collector.
#pragma once

#include "collect/context.h"
#include "facts/states.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/StmtCXX.h>
#include <llvm/ADT/MapVector.h>
#include <llvm/ADT/SmallVector.h>

namespace plumbline {

// An enum of our files with 3 to 64 distinct values.
struct StateEnum {
  const clang::EnumDecl* declaration = nullptr;
  EntityId id = EntityId::none;
  std::vector<const clang::EnumConstantDecl*> states; // one for each distinct value
  std::vector<std::int64_t> values;
  std::optional<unsigned> index_of(std::int64_t value) const;
  StateMask all() const { return all_states(states.size()); }
};

// Without parentheses, casts, temporaries and cleanups: none of them changes a state.
const clang::Expr* bare(const clang::Expr* expression);
// The enum behind a type: itself, through references and std::atomic (and its relatives); null otherwise.
const clang::EnumDecl* enum_behind(clang::QualType type);
// The enum of an expression; in C, where enumerators are integers, also that of an enumerator.
const clang::EnumDecl* enum_of(const clang::Expr* expression);
const clang::EnumConstantDecl* enumerator_of(const clang::Expr* expression);
// The value of an enumerator; in a template, where Clang leaves it open, what it will be in every instantiation.
std::int64_t number_of(const clang::EnumConstantDecl& enumerator);
// A method of std::atomic or a class that calls itself so.
bool is_atomic_method(const clang::CXXMethodDecl& method);
// The variable that an expression names; null for everything else.
const clang::VarDecl* variable_of(const clang::Expr* expression);
// The object of a call that only hands on what it holds: atomics, smart pointers, iterators; null for other
// expressions.
const clang::Expr* handed_on(const clang::Expr* expression);

// new, make_unique, malloc, emplace_back, create_job …: gives an object that nobody else has seen.
bool makes_object(const clang::Expr* expression);

// A call on an object, also in a template, where Clang leaves it open what is called: `state_.load()` of a
// std::atomic<State> whose State depends on the template's arguments has a name, and no declaration.
struct MethodCall {
  const clang::CallExpr* call = nullptr;
  const clang::Expr* object = nullptr;
  llvm::StringRef name;                         // "" for operators
  const clang::CXXMethodDecl* method = nullptr; // null where it is left open
};
std::optional<MethodCall> method_call_of(const clang::Expr* expression);

// What one pass over a function's body notes for the questions below.
struct FunctionScan {
  const clang::FunctionDecl* function = nullptr;
  llvm::DenseMap<const clang::VarDecl*, llvm::SmallVector<const clang::Expr*, 2>> assigned; // after their definition
  std::vector<const clang::Expr*> stored;                           // what the function assigns on every way through it
  llvm::DenseSet<const clang::Stmt*> discarded;                     // expression statements
  llvm::DenseMap<const clang::VarDecl*, const clang::Expr*> ranges; // of range-for variables
  // The case labels that lead to a return, throw or assignment, innermost switch first.
  llvm::DenseMap<const clang::Stmt*, llvm::SmallVector<const clang::CaseStmt*, 2>> labels;
  std::vector<const clang::LambdaExpr*> lambdas;
  std::vector<const clang::SwitchStmt*> switches;
  std::vector<const clang::ReturnStmt*> returns;
  bool destroys = false; // deletes something, or calls a function that says so
  std::vector<std::pair<const clang::Expr*, const clang::Expr*>> replaced; // objects, and where they become new ones
  std::vector<const clang::Expr*> enum_writes; // assignments and atomic stores of a value of an enum
  std::vector<const clang::Expr*> enum_reads;  // fields and globals of an enum that are compared or passed on
  std::vector<const clang::Expr*> enum_calls;  // calls and constructions with an argument of an enum
  bool empty() const { return enum_writes.empty() && enum_reads.empty() && enum_calls.empty(); }
};
FunctionScan scan_function(const clang::FunctionDecl& function, const clang::Stmt& body);

// A write: `target = value`, `target.store(value)`, `target.exchange(value)`, `target.compare_exchange_*(expected,
// value)`.
struct StateWrite {
  const clang::Expr* target = nullptr;
  const clang::Expr* value = nullptr;
  const clang::Expr* expected = nullptr;
};
std::optional<StateWrite> state_write_of(const clang::Stmt* statement);

enum class StateRole : std::uint8_t { none, current, old_state, new_state };

// States for which a condition is evaluated; -1: not known.
struct Valuation {
  int current = -1, old_state = -1, new_state = -1;
};

// One function seen with one cell.
class StateScope {
 public:
  StateScope(CollectContext& context, const FunctionScan& scan, const StateEnum& states)
      : context(context), scan(scan), states(states) {}

  // What stands for the old state: the path of a field or global, or a parameter.
  std::string cell;
  std::string cell_base; // the path of the object that has it
  const clang::ParmVarDecl* old_parameter = nullptr;
  const clang::ParmVarDecl* new_parameter = nullptr;

  // Names an object or a member the same wherever the function mentions it: `job.state`, `it->second.state`. A getter
  // is named as the member that it is called after. "" for what has no name.
  std::string path_of(const clang::Expr* expression) const;
  // Of the object whose member the expression is.
  std::string base_of(const clang::Expr* expression) const;
  // The variable at the root of a path.
  const clang::VarDecl* root_of(const clang::Expr* expression) const;
  // The declaration that holds the value: field, variable or reference parameter.
  const clang::ValueDecl* holder_of(const clang::Expr* expression) const;
  bool is_made_here(const clang::Expr* expression) const;
  bool is_in_new_place(const clang::Expr* expression) const;
  // The object is what a loop has come to: its variable is that of a range-for, or a pointer that moves on.
  bool is_one_of_many(const clang::Expr* expression) const;

  // Remembered: conditions are evaluated for many states. The cell must not change any more.
  StateRole role_of(const clang::Expr* expression, unsigned depth = 0) const;
  std::optional<std::int64_t> evaluate(const clang::Expr* expression, const Valuation& valuation,
                                       unsigned depth = 0) const;
  StateValue value_of(const clang::Expr* expression, unsigned depth = 0) const;
  StateOperand operand_of(const clang::Expr* expression) const;
  // Whether the expression's value can depend on the old or new state at all. Remembered.
  bool concerns_state(const clang::Expr* expression) const;
  // The questions that an expression asks about the cell.
  std::vector<Consult> consults_of(const clang::Expr* expression) const;
  // Never assigned after its definition.
  bool is_fixed(const clang::VarDecl* variable) const { return !scan.assigned.contains(variable); }

 private:
  const clang::Expr* only_value_of(const clang::VarDecl* variable) const;
  StateRole compute_role(const clang::Expr* expression, unsigned depth) const;

  CollectContext& context;
  const FunctionScan& scan;
  const StateEnum& states;
  mutable llvm::DenseMap<const clang::Expr*, StateRole> roles;
  mutable llvm::DenseMap<const clang::Expr*, bool> concerns;
};

} // namespace plumbline
