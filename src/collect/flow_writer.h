// What becomes of a value, as flow, use and call facts: the half of the value-flow collector that knows what a
// construct means. The other half, value_flow.cpp, finds the constructs.
#pragma once

#include "collect/lower.h"

namespace plumbline {

class FlowWriter {
 public:
  explicit FlowWriter(CollectContext& context) : context(context), lowering(context) {}

  bool flows(clang::QualType type);
  // What a template of ours is given for a number goes to its parameter. False if it is no such template.
  bool template_argument(const clang::Expr* value, const clang::TemplateDecl* declaration, unsigned index);
  bool is_text(clang::QualType type);
  void emit_terms(const std::vector<Term>& terms, EntityId to, FlowKind kind, EntityId site, llvm::StringRef option,
                  llvm::StringRef receiver);
  void emit(const clang::Expr* value, EntityId to, llvm::StringRef name, FlowKind kind, EntityId site = EntityId::none,
            llvm::StringRef option = {}, llvm::StringRef receiver = {});
  // The braces of `std::vector<int> delays = {15, 30}`, which the constructor gets as an initializer_list.
  static const clang::Expr* elements_of(const clang::Expr* expression);
  void initialise(const clang::Expr* value, EntityId to, llvm::StringRef name, clang::QualType type, FlowKind kind);
  void constructor_initialiser(const clang::CXXConstructorDecl& constructor,
                               const clang::CXXCtorInitializer& initialiser);
  // A member or base that a constructor does not mention is constructed all the same: where the member is declared.
  void unwritten_initialiser(const clang::CXXConstructorDecl& constructor,
                             const clang::CXXCtorInitializer& initialiser);
  // Aggregate initialisation: each value goes to its field. Parts of a time span (timeval) are one value, see
  // constants.h.
  void record_fields(const clang::InitListExpr& list);
  void assign(const clang::Expr* left, const clang::Expr* right);
  // `size *= n`: what was there before is influenced, not replaced.
  void influence(const clang::BinaryOperator& operation);
  // What is read out of a text or a stream depends on it without being it.
  void shapes(const clang::Expr* source, EntityId target);
  static bool is_stream(clang::QualType type);
  // A sum in a place that nothing else lowers (a condition, an argument of a stream): its literals may still be spans.
  void loose(const clang::BinaryOperator* operation);
  void bound(const clang::Expr* size);
  // That a value ends here, without another operand. `salt` tells the kinds of use apart.
  void write_use(const clang::Expr* value, UseKind kind, std::uint64_t salt);

  // ---- expressions that build or compare, and calls (flow_calls.cpp)

  // A duration that is built where no flow was seen: still a constant span, handed to something we do not follow.
  bool built(const clang::Expr& expression);
  bool operator_call(const clang::CXXOperatorCallExpr& call);
  static bool is_named_option(const clang::Expr* argument, CollectContext& context, std::string& name);
  // `first` arguments of the callee are already bound (the object of a bound member function).
  void arguments(const clang::Expr* call, const clang::FunctionDecl& callee, llvm::ArrayRef<const clang::Expr*> given,
                 unsigned first, const clang::Expr* object);
  void call_of(const CallFact& fact);
  // The callee can write through it: what it writes comes out in the caller's variable.
  void output(const clang::Expr* argument, EntityId parameter, EntityId site);
  // std::make_unique<T>(…), queue.emplace(…): the arguments reach T's constructor. std::bind(&f, …), std::thread(&f,
  // …): f's parameters.
  void forwarded(const clang::CallExpr& call, const clang::FunctionDecl& callee);
  static bool is_thread(const clang::CXXRecordDecl& record);
  void bound_call(const clang::Expr& call, llvm::ArrayRef<const clang::Expr*> given);
  // The constructor that arguments of these types would choose: by their number, then by how many are numbers where
  // numbers are wanted.
  void construct_with(const clang::CallExpr& call, clang::QualType type, unsigned skip);
  // An object comes to be without arguments that could flow. A constructor that nobody wrote has no place of its own:
  // the record stands for it.
  bool constructed(const clang::Expr& expression, const clang::CXXRecordDecl& record,
                   const clang::CXXConstructorDecl* constructor);
  void constructed_at(const Location& location, const clang::CXXRecordDecl& record,
                      const clang::CXXConstructorDecl* constructor);
  // In a template's pattern the callee may be unknown: its name is all there is.
  void unresolved(const clang::CallExpr& call);

  CollectContext& context;
  Lowering lowering;
  EntityId result = EntityId::none;
  llvm::DenseSet<const clang::Stmt*> loop_conditions;
  llvm::DenseSet<const clang::BinaryOperator*> roundings; // their sums are no offsets
  llvm::DenseSet<const clang::Expr*> rows;                // elements of initialiser lists of arrays
};

} // namespace plumbline
