// Statements and declarations of one function, in the order in which they stand.
#include "collect/graph_reader.h"
#include "collect/graph_loops.h"
#include "collect/types.h"

#include <clang/AST/DeclTemplate.h>
#include <llvm/ADT/STLExtras.h>

namespace plumbline {

GraphReader::GraphReader(CollectContext& context, const clang::FunctionDecl& function)
    : context(context), function(function), function_id(context.entity(&function)) {}

GraphEvent& GraphReader::event(GraphEventKind kind, EntityId object, const clang::Stmt& at) {
  GraphEvent& made = events.emplace_back();
  made.function = function_id;
  made.object = object;
  made.kind = kind;
  made.location = context.expansion_of(at.getSourceRange());
  made.order = static_cast<unsigned>(events.size());
  made.loop = loop_number;
  made.outcome = outcome;
  return made;
}

void GraphReader::read() {
  if (function_id == EntityId::none || !function.hasBody()) return;
  if (const clang::CXXConstructorDecl* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(&function))
    constructor_initialisers(*constructor);
  statement(function.getBody());
  for (const Filled& one : filled)
    for (const Filled& other : filled) {
      if (!one.key || !one.value || one.key != other.value || one.value != other.key) continue;
      if (one.member == other.member)
        events[one.event].flags |= both_ways;
      else
        events[one.event].other = other.member;
    }
  for (GraphEvent& made : events)
    if ((made.kind == GraphEventKind::test || made.kind == GraphEventKind::mark) && own_markers.contains(made.object))
      made.flags |= of_local;
  if (!is_worthwhile()) return;
  for (const std::pair<const EntityId, GraphMember>& member : members) write(context.table, member.second);
  for (const GraphEvent& made : events) write(context.table, made);
}

// Functions that only go through a list of texts, as half of all functions do, are left out.
bool GraphReader::is_worthwhile() const {
  bool touches = false, unnamed = false, follows = false, compares = false, calls = false, waits = false;
  for (const GraphEvent& made : events) {
    switch (made.kind) {
    case GraphEventKind::walk:
    case GraphEventKind::fill:
    case GraphEventKind::load:
    case GraphEventKind::lookup:
    case GraphEventKind::store:
    case GraphEventKind::give_back: {
      std::map<EntityId, GraphMember>::const_iterator member = members.find(made.object);
      if (member == members.end()) break;
      bool named = graph_name(member->second.name) != GraphName::none || member->second.shape != GraphShape::ids;
      (named ? touches : unnamed) = true;
      if (made.kind == GraphEventKind::lookup && (made.outcome || made.has(of_own_map))) follows = true;
      break;
    }
    case GraphEventKind::call:
      calls = true;
      if (made.has(recursive) || made.has(hands_element)) follows = true;
      if (made.has(hands_container) && made.other != EntityId::none) {
        std::map<EntityId, GraphMember>::const_iterator member = members.find(made.other);
        if (member != members.end() && graph_name(member->second.name) != GraphName::none) touches = true;
      }
      break;
    case GraphEventKind::sizes:
      if (made.outcome & reports) compares = true;
      break;
    case GraphEventKind::roots: // who calls it with a graph may stand elsewhere
      touches = true;
      break;
    case GraphEventKind::count_down:
    case GraphEventKind::order:
      follows = true;
      break;
    case GraphEventKind::loop: // what it waits for may be asked in a function that it calls
      if (made.has(waits_for_work)) waits = true;
      break;
    default:
      break;
    }
  }
  return touches || (unnamed && follows) || ((compares || waits) && calls);
}

void GraphReader::children(const clang::Stmt& statement) {
  for (const clang::Stmt* child : statement.children()) this->statement(child);
}

void GraphReader::under(unsigned given, const clang::Stmt* inner) {
  unsigned before = outcome;
  outcome = given;
  statement(inner);
  outcome = before;
}

void GraphReader::statement(const clang::Stmt* statement) {
  if (!statement) return;
  if (const clang::IfStmt* found = llvm::dyn_cast<clang::IfStmt>(statement)) return choice(*found);
  if (const clang::CXXForRangeStmt* found = llvm::dyn_cast<clang::CXXForRangeStmt>(statement))
    return range_loop(*found);
  if (llvm::isa<clang::WhileStmt, clang::DoStmt, clang::ForStmt>(statement)) return loop(*statement);
  if (const clang::ReturnStmt* found = llvm::dyn_cast<clang::ReturnStmt>(statement)) return give_back(*found);
  if (const clang::SwitchStmt* found = llvm::dyn_cast<clang::SwitchStmt>(statement)) {
    under(outcome_of(found->getBody()), found->getCond());
    return under(0, found->getBody());
  }
  if (const clang::ConditionalOperator* found = llvm::dyn_cast<clang::ConditionalOperator>(statement)) {
    under(outcome | outcome_of(found->getTrueExpr()) | outcome_of(found->getFalseExpr()) | wraps, found->getCond());
    this->statement(found->getTrueExpr());
    return this->statement(found->getFalseExpr());
  }
  if (const clang::DeclStmt* found = llvm::dyn_cast<clang::DeclStmt>(statement)) {
    for (const clang::Decl* declared : found->decls())
      if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(declared)) declaration(*variable);
    return;
  }
  if (const clang::LambdaExpr* found = llvm::dyn_cast<clang::LambdaExpr>(statement)) return lambda(*found);
  if (const clang::BinaryOperator* found = llvm::dyn_cast<clang::BinaryOperator>(statement)) {
    if (found->isLogicalOp()) {
      under(outcome | outcome_of(found->getRHS()) | wraps, found->getLHS());
      const std::size_t first = events.size();
      this->statement(found->getRHS());
      if (found->getOpcode() == clang::BO_LAnd && asks_kind(found->getLHS()))
        for (std::size_t i = first; i < events.size(); ++i)
          if (events[i].kind == GraphEventKind::lookup) events[i].flags |= of_some;
      return;
    }
    if (found->getOpcode() == clang::BO_Assign) return assignment(*found, found->getLHS(), found->getRHS());
    if (found->isComparisonOp()) return comparison(found->getOpcodeStr(), found->getLHS(), found->getRHS(), *found);
    if (found->isCompoundAssignmentOp()) {
      this->statement(found->getRHS());
      return step(found->getLHS(), *found, found->getOpcode() == clang::BO_SubAssign);
    }
  }
  if (const clang::UnaryOperator* found = llvm::dyn_cast<clang::UnaryOperator>(statement)) {
    if (found->isIncrementDecrementOp()) return step(found->getSubExpr(), *found, found->isDecrementOp());
    if (found->getOpcode() == clang::UO_LNot) { // !--in_degree[x]
      const clang::UnaryOperator* inner =
          llvm::dyn_cast<clang::UnaryOperator>(found->getSubExpr()->IgnoreParenImpCasts());
      if (inner && inner->isDecrementOp())
        if (const clang::ValueDecl* marker = marker_of(inner->getSubExpr()))
          event(GraphEventKind::zero, context.entity(marker), *found);
    }
  }
  if (const clang::InitListExpr* found = llvm::dyn_cast<clang::InitListExpr>(statement)) aggregate(*found);
  if (const clang::CXXOperatorCallExpr* found = llvm::dyn_cast<clang::CXXOperatorCallExpr>(statement))
    return operator_call(*found);
  if (const clang::CXXMemberCallExpr* found = llvm::dyn_cast<clang::CXXMemberCallExpr>(statement))
    return method_call(*found);
  if (const clang::CallExpr* found = llvm::dyn_cast<clang::CallExpr>(statement)) return free_call(*found);
  if (const clang::CXXConstructExpr* found = llvm::dyn_cast<clang::CXXConstructExpr>(statement)) {
    children(*found);
    if (found->getNumArgs() > 0 && !found->getConstructor()->isCopyOrMoveConstructor())
      project_call(*found, *found->getConstructor(), llvm::ArrayRef(found->getArgs(), found->getNumArgs()), nullptr);
    return;
  }
  if (const clang::DeclRefExpr* found = llvm::dyn_cast<clang::DeclRefExpr>(statement)) return mention(*found);
  if (const clang::MemberExpr* found = llvm::dyn_cast<clang::MemberExpr>(statement)) {
    member_test(*found);
    const bool before = asks_state;
    if (llvm::isa<clang::FieldDecl>(found->getMemberDecl()) && found->getMemberDecl()->getName() != "second")
      asks_state = true;
    children(*found);
    asks_state = before;
    return;
  }
  if (const clang::CXXDeleteExpr* found = llvm::dyn_cast<clang::CXXDeleteExpr>(statement))
    dropped(found->getArgument(), *found);
  if (const clang::ArraySubscriptExpr* found = llvm::dyn_cast<clang::ArraySubscriptExpr>(statement))
    indexed(found->getBase(), found->getIdx(), *found);
  if (const clang::ArraySubscriptExpr* found = llvm::dyn_cast<clang::ArraySubscriptExpr>(statement); found && outcome)
    if (const clang::ValueDecl* marker = marker_of(found); marker && carrier_of(found) == EntityId::none)
      event(GraphEventKind::test, context.entity(marker), *found);
  children(*statement);
}

// Whether something is asked of the record that an element leads to: conn.first->is_pure(), !dependency.optional.
bool GraphReader::asks_kind(const clang::Expr* condition) {
  bool asks = false;
  each_statement(condition, [&](const clang::Stmt& part) {
    const clang::Expr* record = nullptr;
    if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(&part);
        call && call->getMethodDecl() && context.is_ours(call->getMethodDecl()->getLocation()))
      record = call->getImplicitObjectArgument();
    if (const clang::MemberExpr* field = llvm::dyn_cast<clang::MemberExpr>(&part);
        field && llvm::isa<clang::FieldDecl>(field->getMemberDecl()) &&
        context.is_ours(field->getMemberDecl()->getLocation()))
      record = field->getBase();
    const bool answers = record && llvm::cast<clang::Expr>(part).getType()->isBooleanType();
    return asks = asks || (answers && element_of(record) != EntityId::none), true;
  });
  return asks;
}

void GraphReader::choice(const clang::IfStmt& choice) {
  if (choice.isConsteval()) return;
  unsigned decides = outcome_of(choice.getThen()) | outcome_of(choice.getElse());
  statement(choice.getInit());
  unsigned before = outcome;
  outcome = decides;
  if (const clang::VarDecl* variable = choice.getConditionVariable()) declaration(*variable);
  if (choice.getCond()) statement(choice.getCond());
  outcome = before;
  under(0, choice.getThen());
  under(0, choice.getElse());
}

void GraphReader::loop(const clang::Stmt& loop) {
  if (const clang::ForStmt* counted = llvm::dyn_cast<clang::ForStmt>(&loop)) statement(counted->getInit());
  unsigned outer = loop_number;
  LoopTraits traits = loop_traits(loop, context.ast);
  GraphEvent& start = event(GraphEventKind::loop, EntityId::none, loop);
  start.loop = start.order;
  start.other = static_cast<EntityId>(outer);
  start.outcome = 0;
  start.flags =
      (traits.waits_for_work ? waits_for_work : 0) | (traits.endless ? endless : 0) | (traits.notices ? notices : 0);
  // The head only: the whole loop would be a page.
  const clang::Expr* condition = condition_of(loop);
  const char* word = llvm::isa<clang::ForStmt>(loop) ? "for" : llvm::isa<clang::DoStmt>(loop) ? "do while" : "while";
  start.text = std::string(word) + " (" + (condition ? context.text_of(condition->getSourceRange(), 120) : ";;") + ")";
  start.location = context.expansion_of(loop.getBeginLoc());
  loop_number = start.order;
  const clang::Stmt* body = nullptr;
  if (const clang::WhileStmt* found = llvm::dyn_cast<clang::WhileStmt>(&loop)) body = found->getBody();
  if (const clang::DoStmt* found = llvm::dyn_cast<clang::DoStmt>(&loop)) body = found->getBody();
  if (const clang::ForStmt* found = llvm::dyn_cast<clang::ForStmt>(&loop)) body = found->getBody();
  auto read_condition = [&] {
    std::size_t first = events.size();
    if (condition) under(leaves, condition);
    for (std::size_t i = first; i < events.size(); ++i) events[i].flags |= in_condition;
    // for (i = 0; i < deps.size(); …) and for (it = deps.begin(); it != deps.end(); …)
    if (condition && llvm::isa<clang::ForStmt>(loop)) {
      const clang::Expr* plain = stripped(condition);
      const clang::Expr* bound = nullptr;
      if (const clang::BinaryOperator* compare = llvm::dyn_cast<clang::BinaryOperator>(plain))
        bound = compare->getRHS();
      if (const clang::CXXOperatorCallExpr* compare = llvm::dyn_cast<clang::CXXOperatorCallExpr>(plain);
          compare && compare->getNumArgs() == 2)
        bound = compare->getArg(1);
      if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast_or_null<clang::CXXMemberCallExpr>(stripped(bound)))
        if (EntityId member = carrier_of(call->getImplicitObjectArgument()); member != EntityId::none)
          event(GraphEventKind::walk, member, *condition).outcome = 0;
    }
  };
  bool last = llvm::isa<clang::DoStmt>(loop);
  if (!last) read_condition();
  under(0, body);
  if (const clang::ForStmt* counted = llvm::dyn_cast<clang::ForStmt>(&loop)) under(0, counted->getInc());
  if (last) read_condition();
  event(GraphEventKind::loop_end, EntityId::none, loop).outcome = 0;
  loop_number = outer;
}

void GraphReader::range_loop(const clang::CXXForRangeStmt& loop) {
  statement(loop.getInit());
  const clang::Expr* range = loop.getRangeInit();
  under(0, range);
  EntityId member = carrier_of(range);
  Source source = source_of(range);
  unsigned outer = loop_number;
  GraphEvent& start = event(GraphEventKind::loop, EntityId::none, loop);
  start.loop = start.order;
  start.other = static_cast<EntityId>(outer);
  start.outcome = 0;
  start.location = context.expansion_of(loop.getBeginLoc());
  loop_number = start.order;
  const clang::VarDecl* variable = loop.getLoopVariable();
  if (member != EntityId::none) {
    GraphEvent& walk = event(GraphEventKind::walk, member, *range);
    walk.outcome = 0;
    if (const clang::ValueDecl* record = record_variable_of(range)) walked_record[member] = record;
    if (variable) {
      bool whole = members[member].shape == GraphShape::adjacency && is_map_template(class_name(range->getType())) &&
                   is_container_type(mapped_type(range->getType())) &&
                   !is_map_template(class_name(mapped_type(range->getType())));
      // Going through a map gives keys and what is behind them; through a list of lists, lists.
      if (!whole && members[member].shape == GraphShape::adjacency && is_container_type(variable->getType()))
        links[variable] = {member, Role::container};
      else
        links[variable] = {member, whole ? Role::entry : Role::element};
      link_bindings(*variable, member, whole);
    }
  } else if (variable) {
    if (EntityId element = element_of(range); element != EntityId::none) links[variable] = {element, Role::element};
  }
  if (variable) {
    if (source.kind == GraphSource::fresh || source.kind == GraphSource::nothing) source.kind = GraphSource::outside;
    sources[variable] = source;
    if (const clang::DecompositionDecl* parts = llvm::dyn_cast<clang::DecompositionDecl>(variable))
      for (const clang::BindingDecl* binding : parts->bindings()) sources[binding] = source;
    if (const clang::ValueDecl* root = marker_of(range); root && (!is_telling(member) || is_id_list(member)))
      gone_through_by[variable] = root;
    if (const clang::ValueDecl* root = marker_of(range);
        root && variable->getType()->isReferenceType() && variable->getType().getNonReferenceType()->isScalarType())
      roots[variable] = root;
  }
  under(0, loop.getBody());
  event(GraphEventKind::loop_end, EntityId::none, loop).outcome = 0;
  loop_number = outer;
}

void GraphReader::link_bindings(const clang::VarDecl& variable, EntityId member, bool of_adjacency) {
  const clang::DecompositionDecl* parts = llvm::dyn_cast<clang::DecompositionDecl>(&variable);
  if (!parts) return;
  unsigned index = 0;
  for (const clang::BindingDecl* binding : parts->bindings()) {
    if (of_adjacency && index++ == 0) continue;
    links[binding] = {member, of_adjacency ? Role::container : Role::element};
  }
}

// edges.begin() of a map from an id to many: an iterator to a key and what is behind it.
static bool goes_through_entries(const clang::Expr& value) {
  const clang::CXXMemberCallExpr* call = llvm::dyn_cast_or_null<clang::CXXMemberCallExpr>(stripped(&value));
  if (!call || (callee_name(*call) != "begin" && callee_name(*call) != "cbegin")) return false;
  const clang::QualType mapped = mapped_type(call->getImplicitObjectArgument()->getType());
  return !mapped.isNull() && is_container_type(mapped) && !is_map_template(class_name(mapped));
}

void GraphReader::declaration(const clang::VarDecl& variable) {
  const clang::Expr* value = variable.getInit();
  if (!value) return;
  bool holds_lambda = false;
  if (variable.getType()->isRecordType()) {
    const clang::CXXRecordDecl* record = variable.getType()->getAsCXXRecordDecl();
    holds_lambda = record && (record->isLambda() || class_name(variable.getType()) == "function" ||
                              class_name(variable.getType()) == "move_only_function");
  }
  if (holds_lambda) open_lambda(variable, variable.getLocation());
  std::size_t first = events.size();
  unsigned decides = outcome;
  if (!holds_lambda && !decides) decides = undecided; // something may ask the variable; decided when it is seen
  under(decides, value);
  if (holds_lambda) open_lambdas.pop_back();
  for (std::size_t i = first; i < events.size(); ++i)
    if (events[i].outcome == undecided) events[i].outcome = 0;
  if (events.size() > first && !holds_lambda) {
    tested_by[&variable] = {first, events.size()};
    if (const clang::DecompositionDecl* parts = llvm::dyn_cast<clang::DecompositionDecl>(&variable))
      for (const clang::BindingDecl* binding : parts->bindings()) tested_by[binding] = {first, events.size()};
  }
  if (holds_lambda) return;
  sources[&variable] = source_of(value);
  EntityId member = carrier_of(value);
  // auto range = requires.equal_range(id); auto it = range.first;
  if (const clang::MemberExpr* end = llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(value));
      end && member == EntityId::none && class_name(end->getBase()->getType()) == "pair") {
    std::map<const clang::ValueDecl*, Link>::const_iterator range = links.find(named_declaration(end->getBase()));
    if (range != links.end() && range->second.role == Role::container) links[&variable] = range->second;
  }
  clang::QualType type = variable.getType();
  if (linked.contains(member)) {
    links[&variable] = {member, Role::element};
    event(GraphEventKind::walk, member, *value).outcome = 0;
  } else if (member != EntityId::none) {
    bool iterator =
        llvm::isa<clang::CXXMemberCallExpr>(stripped(value)) && !is_container_type(type) && !type->isReferenceType();
    if (is_container_type(type) || iterator || is_document_type(type) || type->isReferenceType() ||
        type->isPointerType())
      links[&variable] = {member, Role::container};
    // auto [first, last] = requires.equal_range(id); auto it = first;
    if (const clang::DecompositionDecl* parts = llvm::dyn_cast<clang::DecompositionDecl>(&variable); parts && iterator)
      for (const clang::BindingDecl* binding : parts->bindings()) links[binding] = {member, Role::container};
    if (const clang::ValueDecl* other = named_declaration(value); other && llvm::isa<clang::BindingDecl>(other))
      links[&variable] = {member, Role::container};
  } else if (EntityId element = element_of(value); element != EntityId::none) {
    links[&variable] = {element, goes_through_entries(*value) ? Role::entry : Role::element};
    if (const clang::DecompositionDecl* parts = llvm::dyn_cast<clang::DecompositionDecl>(&variable))
      for (const clang::BindingDecl* binding : parts->bindings()) links[binding] = {element, Role::element};
  } else if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(stripped(value))) {
    std::string name = callee_name(*call);
    if (name == "begin" || name == "cbegin" || name == "rbegin")
      if (EntityId iterated = carrier_of(call->getImplicitObjectArgument()); iterated != EntityId::none)
        links[&variable] = {iterated, Role::element};
  }
  // `auto it = state.find(id)`, `Colour& mine = state[id]`: asks and changes the mark.
  bool iterator = llvm::isa<clang::CallExpr>(stripped(value)) && !type->isArithmeticType() && !type->isEnumeralType();
  if (type->isReferenceType() || iterator)
    if (const clang::ValueDecl* root = marker_of(value); root && root != &variable) roots[&variable] = root;
}

// A variable that was made from tests is asked here.
void GraphReader::mention(const clang::DeclRefExpr& named) {
  if (!outcome) return;
  std::map<const clang::ValueDecl*, std::pair<std::size_t, std::size_t>>::const_iterator known =
      tested_by.find(named.getDecl());
  if (known != tested_by.end())
    for (std::size_t i = known->second.first; i < known->second.second; ++i) events[i].outcome |= outcome;
  const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(named.getDecl());
  std::map<const clang::ValueDecl*, const clang::ValueDecl*>::const_iterator root = roots.find(named.getDecl());
  if (root != roots.end())
    event(GraphEventKind::test, context.entity(root->second), named);
  else if (variable && llvm::isa<clang::ParmVarDecl>(variable) && variable->getType()->isIntegerType() &&
           (comparing || outcome != undecided)) // std::string indent(level, ' ') bounds nothing
    event(GraphEventKind::test, context.entity(variable), named).flags |= bounds_depth;
}

void GraphReader::member_test(const clang::MemberExpr& member) {
  const clang::FieldDecl* field = llvm::dyn_cast<clang::FieldDecl>(member.getMemberDecl());
  if (!outcome || !field) return;
  const clang::QualType type = field->getType();
  const llvm::StringRef name = class_name(type);
  if (!type->isBooleanType() && !type->isEnumeralType() && !type->isIntegerType() && name != "atomic" &&
      name != "atomic_flag")
    return;
  GraphEvent& made = event(GraphEventKind::test, context.entity(field), member);
  if (EntityId element = element_of(member.getBase()); element != EntityId::none)
    made.flags |= has_element, made.other = element;
}

// Who deletes what the member names owns it: `delete child`, or `delete node` after the same was done to its children.
void GraphReader::dropped(const clang::Expr* pointer, const clang::Stmt& at) {
  const clang::Expr* plain = stripped(pointer);
  if (!plain) return;
  const EntityId member = element_of(plain);
  // A link, or what else stands beside the name, is dropped with who has it; who is named stays.
  if (member != EntityId::none && !members[member].through.empty()) {
    const clang::RecordDecl* record = record_behind(plain->getType());
    if (!record || context.entity(record) != members[member].target) return;
  }
  const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(plain);
  if (member != EntityId::none || llvm::isa<clang::CXXThisExpr>(plain) ||
      (named && llvm::isa<clang::ParmVarDecl>(named->getDecl())))
    event(GraphEventKind::drop, member, at).outcome = 0;
}

void GraphReader::give_back(const clang::ReturnStmt& statement) {
  const clang::Expr* value = statement.getRetValue();
  if (!value) return;
  under(lambda_depth ? answer_outcome : reports, value);
  if (EntityId member = carrier_of(value); member != EntityId::none && !lambda_depth)
    event(GraphEventKind::give_back, member, statement).outcome = 0;
}

void GraphReader::lambda(const clang::LambdaExpr& lambda) {
  const clang::Stmt* body = lambda.getBody();
  const clang::CXXMethodDecl* call = lambda.getCallOperator();
  // A generic lambda's own body knows no types; the first instantiation does.
  if (const clang::FunctionTemplateDecl* generic = call ? call->getDescribedFunctionTemplate() : nullptr)
    for (const clang::FunctionDecl* instance : generic->specializations())
      if (instance->hasBody()) {
        body = instance->getBody();
        break;
      }
  unsigned outer_loop = loop_number;
  ++lambda_depth;
  unsigned before = outcome;
  outcome = 0;
  statement(body);
  outcome = before;
  --lambda_depth;
  loop_number = outer_loop;
}

// `visit` in `std::function<void(Id)> visit = [&](Id id) { … visit(next); }`: what stands in the lambda is its own.
void GraphReader::open_lambda(const clang::ValueDecl& variable, clang::SourceLocation name) {
  open_lambdas.push_back(&variable);
  GraphEvent& start = events.emplace_back();
  start.function = function_id;
  start.object = context.entity(&variable);
  start.kind = GraphEventKind::lambda;
  start.location = context.expansion_of(name);
  start.order = static_cast<unsigned>(events.size());
  start.loop = loop_number;
  start.text = variable.getNameAsString();
}

void GraphReader::aggregate(const clang::InitListExpr& given) {
  const clang::InitListExpr& list =
      given.isSemanticForm() || !given.getSemanticForm() ? given : *given.getSemanticForm();
  const clang::RecordDecl* record = list.getType()->getAsRecordDecl();
  if (!record || !context.is_ours(record->getLocation())) return;
  unsigned index = 0;
  if (const clang::CXXRecordDecl* cxx = llvm::dyn_cast<clang::CXXRecordDecl>(record)) index = cxx->getNumBases();
  for (const clang::FieldDecl* field : record->fields()) {
    if (field->isUnnamedBitField()) continue;
    if (index >= list.getNumInits()) break;
    const clang::Expr* value = list.getInit(index++);
    if (!value || llvm::isa<clang::ImplicitValueInitExpr, clang::CXXDefaultInitExpr>(value)) continue;
    if (EntityId member = member_of(*field, *value); member != EntityId::none)
      fill(member, source_of(value), *value, nullptr, value);
  }
}

void GraphReader::constructor_initialisers(const clang::CXXConstructorDecl& constructor) {
  for (const clang::CXXCtorInitializer* initialiser : constructor.inits()) {
    if (!initialiser->isWritten() || !initialiser->isAnyMemberInitializer() || !initialiser->getInit()) continue;
    statement(initialiser->getInit());
    const clang::FieldDecl* field = initialiser->getAnyMember();
    if (constructor.isCopyOrMoveConstructor()) continue;
    if (EntityId member = member_of(*field, *initialiser->getInit()); member != EntityId::none)
      fill(member, source_of(initialiser->getInit()), *initialiser->getInit(), nullptr, initialiser->getInit());
  }
}

} // namespace plumbline
