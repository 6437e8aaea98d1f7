// Comparisons in one function: marks that are asked, counters that are zero, how many there were, which element it is.
#include "collect/constants.h"
#include "collect/graph_loops.h"
#include "collect/graph_reader.h"

namespace plumbline {

static bool is_integer(const clang::Expr* expression, const clang::ASTContext& ast, std::int64_t& value) {
  if (!expression || expression->isValueDependent() || !expression->getType()->isIntegralOrEnumerationType())
    return false;
  clang::Expr::EvalResult result;
  if (!expression->EvaluateAsInt(result, ast) || !result.Val.getInt().isRepresentableByInt64()) return false;
  value = saturated(result.Val.getInt());
  return true;
}

static bool is_count(const clang::Expr* expression) {
  expression = stripped(expression);
  if (const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(expression)) {
    std::string name = callee_name(*call);
    return name == "size" || name == "length" || name == "ssize" || name == "count" || name == "Size";
  }
  return false;
}

// Null, and the end of what is gone through: no other record.
static bool is_nobody(const clang::Expr* expression) {
  if (llvm::isa_and_nonnull<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(expression)) return true;
  const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(expression);
  return call && (callee_name(*call) == "end" || callee_name(*call) == "cend");
}

bool GraphReader::is_telling(EntityId member) const {
  std::map<EntityId, GraphMember>::const_iterator known = members.find(member);
  return known != members.end() &&
         (graph_name(known->second.name) != GraphName::none || known->second.shape != GraphShape::ids);
}

bool GraphReader::is_id_list(EntityId member) const {
  std::map<EntityId, GraphMember>::const_iterator known = members.find(member);
  return known != members.end() && known->second.shape == GraphShape::ids;
}

// What a loop looks for something in: `seen` of seen[i] == name, and of the `one` that goes through it.
const clang::ValueDecl* GraphReader::searched_in(const clang::Expr* side) {
  const clang::Expr* plain = stripped(side);
  if (const std::map<const clang::ValueDecl*, const clang::ValueDecl*>::const_iterator gone_through =
          gone_through_by.find(named_declaration(plain));
      gone_through != gone_through_by.end())
    return gone_through->second;
  const clang::Expr* container = nullptr;
  if (const clang::ArraySubscriptExpr* place = llvm::dyn_cast_or_null<clang::ArraySubscriptExpr>(plain))
    container = place->getBase();
  if (const clang::CXXOperatorCallExpr* place = llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(plain);
      place && place->getOperator() == clang::OO_Subscript &&
      is_sequence_template(class_name(place->getArg(0)->getType())))
    container = place->getArg(0);
  if (!container) return nullptr;
  const EntityId member = carrier_of(container);
  return !is_telling(member) || is_id_list(member) ? marker_of(container) : nullptr;
}

// in_degree[next] = in_degree[next] - 1
bool GraphReader::takes_one(const clang::Expr* place, const clang::Expr* value) const {
  const clang::BinaryOperator* less = llvm::dyn_cast_or_null<clang::BinaryOperator>(stripped(value));
  std::int64_t one = 0;
  return less && less->getOpcode() == clang::BO_Sub && is_integer(less->getRHS(), context.ast, one) && one == 1 &&
         context.text_of(place->getSourceRange(), 80) == context.text_of(less->getLHS()->getSourceRange(), 80);
}

void GraphReader::comparison(llvm::StringRef operation, const clang::Expr* left, const clang::Expr* right,
                             const clang::Expr& whole) {
  unsigned decides = outcome ? outcome : undecided;
  std::size_t first = events.size();
  const bool before = comparing;
  comparing = true;
  under(decides, left);
  under(decides, right);
  comparing = before;
  for (std::size_t i = first; i < events.size(); ++i)
    if (events[i].outcome == undecided) events[i].outcome = 0;
  bool ordered = operation.starts_with("<") || operation.starts_with(">");
  std::int64_t number = 0;
  // in_degree[x] == 0
  for (const clang::Expr* side : {left, right}) {
    const clang::Expr* other = side == left ? right : left;
    const clang::Expr* plain = stripped(side);
    if (!is_integer(other, context.ast, number) || number != 0 || !plain) continue;
    if (const clang::UnaryOperator* stepped = llvm::dyn_cast<clang::UnaryOperator>(plain);
        stepped && stepped->isIncrementDecrementOp())
      plain = stripped(stepped->getSubExpr());
    bool place =
        llvm::isa<clang::MemberExpr, clang::ArraySubscriptExpr, clang::CXXOperatorCallExpr, clang::CXXMemberCallExpr>(
            plain) ||
        (named_declaration(plain) && roots.contains(named_declaration(plain)));
    if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(plain);
        call && callee_name(*call) != "at")
      place = false;
    const clang::ValueDecl* marker = place ? marker_of(plain) : nullptr;
    if (marker) event(GraphEventKind::zero, context.entity(marker), whole);
    if (is_count(side) && (outcome & reports)) // return in_degree.size() == 0: whether any is left
      event(GraphEventKind::sizes, EntityId::none, whole);
    // if (remaining > 0) throw …
    if (const clang::VarDecl* counter = llvm::dyn_cast_or_null<clang::VarDecl>(named_declaration(plain));
        counter && counter->getType()->isIntegerType() && (outcome & reports))
      event(GraphEventKind::sizes, EntityId::none, whole);
  }
  if (outcome && (is_count(left) || is_count(right)) && !is_integer(left, context.ast, number) &&
      !is_integer(right, context.ast, number))
    event(GraphEventKind::sizes, EntityId::none, whole);
  else if (outcome && named_declaration(left) && named_declaration(right) && left->getType()->isIntegerType() &&
           llvm::isa<clang::VarDecl>(named_declaration(left)) && element_of(left) == EntityId::none &&
           element_of(right) == EntityId::none)
    event(GraphEventKind::sizes, EntityId::none, whole);
  // find(a) == find(b)
  auto root_call = [&](const clang::Expr* side) -> const clang::FunctionDecl* {
    const clang::VarDecl* variable = llvm::dyn_cast_or_null<clang::VarDecl>(named_declaration(side));
    const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(stripped(side));
    if (variable && variable->isLocalVarDecl() && variable->hasInit())
      call = llvm::dyn_cast_or_null<clang::CallExpr>(stripped(variable->getInit()));
    if (const std::map<const clang::ValueDecl*, const clang::CallExpr*>::const_iterator given = answers.find(variable);
        variable && given != answers.end())
      call = given->second; // a = find(a)
    if (!call) return nullptr;
    if (const clang::CXXOperatorCallExpr* invoked = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call);
        invoked && invoked->getOperator() != clang::OO_Call)
      return nullptr;
    return call->getDirectCallee();
  };
  if (outcome)
    if (const clang::FunctionDecl* callee = root_call(left);
        callee && callee == root_call(right) && callee->getNumParams() >= 1 && (context.is_ours(callee->getLocation())))
      event(GraphEventKind::roots, context.entity(callee), whole);
  if (!ordered && outcome && loop_number != 0)
    for (const clang::Expr* side : {left, right})
      if (const clang::ValueDecl* searched = searched_in(side))
        event(GraphEventKind::test, context.entity(searched), whole);
  // An element against something else.
  for (const clang::Expr* side : {left, right}) {
    const clang::Expr* other = side == left ? right : left;
    EntityId member = element_of(side);
    if (member == EntityId::none) continue;
    const clang::Expr* plain = stripped(side);
    if (!llvm::isa<clang::DeclRefExpr, clang::MemberExpr>(plain) &&
        !llvm::isa<clang::ArraySubscriptExpr, clang::CallExpr>(plain))
      continue;
    if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(plain); call && is_membership(callee_name(*call)))
      continue;
    if (is_nobody(plain) || is_nobody(stripped(other))) continue;
    if (ordered && is_count(other)) {
      lookup(member, llvm::cast<clang::CallExpr>(stripped(other)), whole); // id >= nodes.size(): not known
      continue;
    }
    if (ordered) {
      if (!is_integer(other, context.ast, number)) event(GraphEventKind::order, member, whole);
      continue;
    }
    if (is_integer(other, context.ast, number)) continue;
    const clang::MemberExpr* field = llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(other));
    const clang::ValueDecl* base = field ? named_declaration(field->getBase()) : nullptr;
    bool itself = base && walked_record.contains(member) && walked_record[member] == base;
    bool of_record = field && members[member].owner != EntityId::none &&
                     context.entity(llvm::dyn_cast<clang::RecordDecl>(field->getMemberDecl()->getDeclContext())) ==
                         members[member].owner;
    if (field && of_record && !itself && base) {
      lookup(member, nullptr, whole); // s.id == dep, for some s
      events.back().flags |= of_own_map;
    } else {
      GraphEvent& made = event(GraphEventKind::same, member, whole);
      if (itself || (field && !base)) made.text = "itself";
    }
  }
}

} // namespace plumbline
