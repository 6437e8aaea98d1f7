// One function, read into graph events (facts/graph_events.h).
#pragma once

#include "collect/context.h"
#include "collect/graph_types.h"
#include "facts/graph_events.h"

#include <clang/AST/ExprCXX.h>
#include <clang/AST/StmtCXX.h>

#include <map>
#include <set>

namespace plumbline {

// An outcome that nobody knows yet: a test whose result a variable keeps.
inline constexpr unsigned undecided = 1u << 31;

class GraphReader {
 public:
  GraphReader(CollectContext& context, const clang::FunctionDecl& function);
  // Reads the body and writes what matters; nothing is written of a function that touches no graph.
  void read();

 private:
  // What a variable stands for: the member itself, one of its elements (or a record found by one), or a key with the
  // elements behind it.
  enum class Role : std::uint8_t { container, element, entry };
  struct Link {
    EntityId member = EntityId::none;
    Role role = Role::container;
  };
  struct Source {
    GraphSource kind = GraphSource::nothing;
    std::uint64_t parameters = 0;
  };
  struct Filled { // one fill, to see whether the reverse edge is filled too
    std::size_t event;
    EntityId member;
    const clang::ValueDecl *key, *value;
  };

  void statement(const clang::Stmt* statement);
  void children(const clang::Stmt& statement);
  void under(unsigned outcome, const clang::Stmt* statement);
  void choice(const clang::IfStmt& choice);
  void loop(const clang::Stmt& loop);
  void range_loop(const clang::CXXForRangeStmt& loop);
  void declaration(const clang::VarDecl& variable);
  void give_back(const clang::ReturnStmt& statement);
  void assignment(const clang::Expr& whole, const clang::Expr* left, const clang::Expr* right);
  void comparison(llvm::StringRef operation, const clang::Expr* left, const clang::Expr* right,
                  const clang::Expr& whole);
  void step(const clang::Expr* target, const clang::Expr& whole, bool down);
  void method_call(const clang::CXXMemberCallExpr& call);
  void operator_call(const clang::CXXOperatorCallExpr& call);
  void accessor(const clang::CXXMemberCallExpr& call, const clang::CXXMethodDecl& method);
  void free_call(const clang::CallExpr& call);
  void algorithm(const clang::CallExpr& call, const clang::FunctionDecl& callee);
  void project_call(const clang::Expr& call, const clang::FunctionDecl& callee,
                    llvm::ArrayRef<const clang::Expr*> arguments, const clang::Expr* object);
  void lambda(const clang::LambdaExpr& lambda);
  void open_lambda(const clang::ValueDecl& variable, clang::SourceLocation name);
  void aggregate(const clang::InitListExpr& list);
  void constructor_initialisers(const clang::CXXConstructorDecl& constructor);
  void mention(const clang::DeclRefExpr& named);
  void member_test(const clang::MemberExpr& member);
  void dropped(const clang::Expr* pointer, const clang::Stmt& at);

  // What an expression is.
  EntityId carrier_of(const clang::Expr* expression);
  EntityId carrier_of_call(const clang::CallExpr& call);
  EntityId element_of(const clang::Expr* expression);
  const clang::ValueDecl* marker_of(const clang::Expr* expression);
  const clang::ValueDecl* searched_in(const clang::Expr* side);
  bool takes_one(const clang::Expr* place, const clang::Expr* value) const;
  const clang::ValueDecl* marking(const clang::ValueDecl& variable);
  static unsigned copied(const clang::ValueDecl& marker); // by_value, if each call has a copy of it
  EntityId document_key(const clang::Expr* object, const clang::Expr* key);
  Source source_of(const clang::Expr* expression);
  void add_source(const clang::Expr* target, const Source& source);
  EntityId member_of(const clang::ValueDecl& declaration, const clang::Expr& use);
  void describe(EntityId id, const GraphType& type, const clang::ValueDecl& declaration, EntityId owner);
  void link_bindings(const clang::VarDecl& variable, EntityId member, bool of_adjacency);

  GraphEvent& event(GraphEventKind kind, EntityId object, const clang::Stmt& at);
  void fill(EntityId member, const Source& source, const clang::Stmt& at, const clang::Expr* target = nullptr,
            const clang::Expr* value = nullptr);
  void store(const clang::Expr* value, const clang::ValueDecl& container, const clang::Stmt& at);
  void indexed(const clang::Expr* base, const clang::Expr* index, const clang::Stmt& at);
  void lookup(EntityId member, const clang::Expr* container, const clang::Stmt& at);
  static bool is_in_own_map(const clang::MemberExpr& field);
  bool asks_kind(const clang::Expr* condition);
  bool is_worthwhile() const;
  bool is_id_list(EntityId member) const;
  bool is_telling(EntityId member) const; // else a list of texts, which may as well be what was visited

  CollectContext& context;
  const clang::FunctionDecl& function;
  EntityId function_id;
  std::vector<GraphEvent> events;
  std::map<EntityId, GraphMember> members;
  std::set<EntityId> linked; // members that are the first link of a list
  std::map<const clang::ValueDecl*, Link> links;
  std::map<const clang::ValueDecl*, const clang::ValueDecl*> roots; // of references and iterators
  std::map<const clang::ValueDecl*, Source> sources;
  std::map<const clang::ValueDecl*, const clang::CallExpr*> answers;                // what a variable was last assigned
  std::map<const clang::ValueDecl*, std::pair<std::size_t, std::size_t>> tested_by; // events that a variable stands for
  std::map<EntityId, const clang::ValueDecl*> walked_record; // whose member was gone through last
  std::vector<const clang::ValueDecl*> open_lambdas;         // variables whose lambda is being read
  std::vector<Filled> filled;
  std::map<const clang::ValueDecl*, const clang::ValueDecl*> gone_through_by; // loop variable -> container
  std::set<EntityId> own_markers; // variables that each call of the function has for itself
  unsigned outcome = 0, loop_number = 0, lambda_depth = 0;
  unsigned answer_outcome = reports; // what a return statement's value decides
  bool comparing = false;            // reading the operands of a comparison
  bool asks_state = false;           // reading what a state is asked of: tasks.find(id)->state
};

// Whether a method of this name asks for membership: count, contains, find …
bool is_membership(llvm::StringRef name);

// `step` in step.depends_on, or null.
const clang::ValueDecl* record_variable_of(const clang::Expr* carrier);

// What a bare name names, or null.
const clang::ValueDecl* named_declaration(const clang::Expr* expression);

} // namespace plumbline
