// Operations and calls in one function: fills, look-ups, marks, and who is called with what.
#include "collect/constants.h"
#include "collect/graph_loops.h"
#include "collect/graph_reader.h"
#include "facts/words.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

static bool is_membership(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"count", "contains", "find", "has", "exists", "Contains", "isMember", "has_key", "containsKey", "HasKey"},
             true)
      .Default(false);
}

static bool is_insertion(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"insert", "emplace", "push_back", "emplace_back", "push", "add", "append", "push_front", "try_emplace"},
             true)
      .Cases({"Add", "insert_or_assign", "emplace_front", "PushBack", "assign", "emplace_hint"}, true)
      .Default(false);
}

static bool is_removal(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"erase", "pop_back", "pop", "remove", "pop_front", "reset"}, true)
      .Default(false);
}

// `step` in step.depends_on.
static const clang::ValueDecl* record_variable_of(const clang::Expr* carrier) {
  const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(carrier));
  const clang::DeclRefExpr* base =
      member ? llvm::dyn_cast_or_null<clang::DeclRefExpr>(stripped(member->getBase())) : nullptr;
  return base ? base->getDecl() : nullptr;
}

static const clang::ValueDecl* named_declaration(const clang::Expr* expression) {
  const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(stripped(expression));
  return named ? named->getDecl() : nullptr;
}

void GraphReader::fill(EntityId member, const Source& source, const clang::Stmt& at, const clang::Expr* target,
                       const clang::Expr* value) {
  if (source.kind == GraphSource::nothing) return;
  if (value && carrier_of(value) == member) return; // a copy of what is there already
  // What fills the member under another name is that member: `deps` of `void add(Id id, vector<Id> deps)`.
  if (value) {
    EntityId from = carrier_of(value);
    if (from == EntityId::none) from = element_of(value);
    if (from != EntityId::none && from != member) {
      std::map<EntityId, GraphMember>::const_iterator known = members.find(from);
      if (known != members.end() && !known->second.is_field && known->second.shape != GraphShape::adjacency &&
          (known->second.shape != GraphShape::document || members[member].shape != GraphShape::document)) {
        for (GraphEvent& made : events) {
          if (made.object == from && made.kind != GraphEventKind::load) made.object = member;
          if (made.other == from && made.kind == GraphEventKind::call) made.other = member;
        }
        for (std::pair<const clang::ValueDecl* const, Link>& link : links)
          if (link.second.member == from) link.second.member = member;
      }
    }
  }
  GraphEvent& made = event(GraphEventKind::fill, member, at);
  made.outcome = 0;
  made.source = source.kind;
  made.parameters = source.parameters;
  // edges[a].push_back(b)
  const clang::Expr* key = nullptr;
  if (const clang::CXXOperatorCallExpr* subscript =
          llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(stripped(target));
      subscript && subscript->getNumArgs() == 2)
    key = subscript->getArg(1);
  if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast_or_null<clang::ArraySubscriptExpr>(stripped(target)))
    key = subscript->getIdx();
  if (key) {
    Source of_key = source_of(key);
    made.parameters |= of_key.parameters;
    filled.push_back({events.size() - 1, member, named_declaration(key), named_declaration(value)});
  } else if (const clang::MemberExpr* field = llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(target));
             field && value) {
    filled.push_back({events.size() - 1, member, named_declaration(field->getBase()), named_declaration(value)});
  }
}

// tasks_.emplace(task.id, task): a record is kept whole, with what it names.
void GraphReader::store(const clang::Expr* value, const clang::ValueDecl& container, const clang::Stmt& at) {
  const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(&container);
  if (variable && variable->isLocalVarDeclOrParm() && !variable->getType()->isReferenceType()) return;
  const clang::Expr* plain = stripped(value);
  const clang::CXXRecordDecl* record = plain ? record_behind(plain->getType()) : nullptr;
  if (!record || !record->hasDefinition() || !context.is_ours(record->getLocation())) return;
  for (const clang::FieldDecl* field : record->getDefinition()->fields()) {
    if (graph_name(std::string_view(field->getName())) != GraphName::dependency) continue;
    const EntityId member = member_of(*field, *plain);
    if (member == EntityId::none) continue;
    const Source source = source_of(plain);
    GraphEvent& made = event(GraphEventKind::store, member, at);
    made.outcome = 0;
    made.source = source.kind;
    made.parameters = source.parameters;
    made.other = context.entity(&container);
  }
}

// deps[i] in a loop goes through them, also where their number stands elsewhere.
void GraphReader::indexed(const clang::Expr* base, const clang::Expr* index, const clang::Stmt& at) {
  if (loop_number == 0 || !index || !llvm::isa<clang::DeclRefExpr>(stripped(index))) return;
  const EntityId member = carrier_of(base);
  if (member == EntityId::none) return;
  const GraphShape shape = members[member].shape;
  if (shape != GraphShape::ids && shape != GraphShape::pointers) return;
  for (const GraphEvent& made : events)
    if (made.kind == GraphEventKind::walk && made.object == member && made.loop == loop_number) return;
  event(GraphEventKind::walk, member, at).outcome = 0;
  if (const clang::ValueDecl* record = record_variable_of(base)) walked_record[member] = record;
}

void GraphReader::lookup(EntityId member, const clang::Expr* container, const clang::Stmt& at) {
  GraphEvent& made = event(GraphEventKind::lookup, member, at);
  if (asks_state) made.flags |= of_its_state;
  if (const clang::ValueDecl* marker = marker_of(container)) {
    made.other = context.entity(marker);
    made.text = marker->getNameAsString();
  }
  const GraphMember& description = members[member];
  clang::QualType mapped = container ? mapped_type(container->getType()) : clang::QualType();
  const clang::CXXRecordDecl* record = record_behind(mapped);
  if (record && description.owner != EntityId::none && context.entity(record) == description.owner)
    made.flags |= of_own_map;
}

void GraphReader::assignment(const clang::Expr& whole, const clang::Expr* left, const clang::Expr* right) {
  const clang::Expr* target = stripped(left);
  const clang::ValueDecl* named = named_declaration(target);
  const clang::VarDecl* variable = llvm::dyn_cast_or_null<clang::VarDecl>(named);
  bool callable = variable && (class_name(variable->getType()) == "function" ||
                               class_name(variable->getType()) == "move_only_function");
  if (callable) open_lambdas.push_back(variable);
  std::size_t first = events.size();
  unsigned decides = outcome;
  under(decides, right);
  if (callable) open_lambdas.pop_back();
  if (variable && variable->isLocalVarDecl() && !callable) {
    if (events.size() > first) tested_by[variable] = {first, events.size()};
    add_source(target, source_of(right));
    if (EntityId element = element_of(right); element != EntityId::none && !links.contains(variable))
      links[variable] = {element, Role::element};
  }
  if (EntityId member = carrier_of(target); member != EntityId::none) {
    const clang::Expr* base = target;
    fill(member, source_of(right), whole, base, right);
    return;
  }
  // unit->deps[unit->ndeps++] = id
  if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(target))
    if (EntityId member = carrier_of(subscript->getBase());
        member != EntityId::none && graph_name(members[member].name) == GraphName::dependency) {
      fill(member, source_of(right), whole, nullptr, right);
      return;
    }
  // doc["depends_on"] = …, handled as a carrier above; state[x] = grey, node->visited = true:
  const clang::ValueDecl* marker = nullptr;
  if (llvm::isa<clang::MemberExpr, clang::ArraySubscriptExpr, clang::CXXOperatorCallExpr, clang::CXXMemberCallExpr>(
          target) ||
      (named && roots.contains(named)) || (llvm::isa<clang::UnaryOperator>(target)))
    marker = marker_of(target);
  if (marker) {
    // low[v] = min(low[v], …)
    if (const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(stripped(right));
        call && callee_name(*call) == "min" && call->getNumArgs() == 2)
      event(GraphEventKind::minimum, context.entity(marker), whole);
    GraphEvent& made = event(GraphEventKind::mark, context.entity(marker), whole);
    made.outcome = 0;
    made.text = context.text_of(right->getSourceRange(), 40);
    if (element_of(right) != EntityId::none) made.flags |= has_element, made.other = element_of(right);
    store(right, *marker, whole);
  }
  if (!variable) statement(target);
}

void GraphReader::step(const clang::Expr* target, const clang::Expr& whole, bool down) {
  const clang::Expr* plain = stripped(target);
  statement(plain);
  if (!plain || llvm::isa<clang::DeclRefExpr>(plain)) {
    const clang::ValueDecl* named = named_declaration(plain);
    if (!named || !roots.contains(named)) return;
  }
  const clang::ValueDecl* marker = marker_of(plain);
  if (!marker) return;
  event(down ? GraphEventKind::count_down : GraphEventKind::mark, context.entity(marker), whole).text =
      down ? "" : "++";
}

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

void GraphReader::comparison(llvm::StringRef operation, const clang::Expr* left, const clang::Expr* right,
                             const clang::Expr& whole) {
  unsigned decides = outcome ? outcome : undecided;
  std::size_t first = events.size();
  under(decides, left);
  under(decides, right);
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
                     context.entity(llvm::dyn_cast<clang::CXXRecordDecl>(field->getMemberDecl()->getDeclContext())) ==
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

void GraphReader::operator_call(const clang::CXXOperatorCallExpr& call) {
  clang::OverloadedOperatorKind kind = call.getOperator();
  if (kind == clang::OO_Equal && call.getNumArgs() == 2) return assignment(call, call.getArg(0), call.getArg(1));
  if (call.isComparisonOp() && call.getNumArgs() == 2)
    return comparison(clang::getOperatorSpelling(kind), call.getArg(0), call.getArg(1), call);
  if (kind == clang::OO_Call) {
    const clang::VarDecl* callable = llvm::dyn_cast_or_null<clang::VarDecl>(named_declaration(call.getArg(0)));
    for (unsigned i = 1; i < call.getNumArgs(); ++i) under(0, call.getArg(i));
    // A lambda that calls itself: by its variable, or by the `self` that it was given.
    bool itself =
        callable &&
        (llvm::is_contained(open_lambdas, callable) ||
         (lambda_depth && llvm::isa<clang::ParmVarDecl>(callable) && callable->getDeclContext() != &function));
    if (itself) {
      GraphEvent& made = event(GraphEventKind::call, function_id, call);
      made.flags |= recursive;
      for (unsigned i = 1; i < call.getNumArgs(); ++i)
        if (EntityId member = element_of(call.getArg(i)); member != EntityId::none)
          made.flags |= hands_element, made.other = member;
    } else if (callable && outcome) { // a lambda of this function that knows the ids
      for (unsigned i = 1; i < call.getNumArgs(); ++i)
        if (EntityId member = element_of(call.getArg(i)); member != EntityId::none) {
          GraphEvent& made = event(GraphEventKind::lookup, member, call);
          made.other = context.entity(callable);
          made.text = callable->getNameAsString();
          break;
        }
    }
    return;
  }
  if (kind == clang::OO_GreaterGreater && call.getNumArgs() == 2) { // in >> step.depends_on
    if (EntityId member = carrier_of(call.getArg(1));
        member != EntityId::none && !call.getArg(1)->getType().isConstQualified())
      fill(member, {GraphSource::outside, 0}, call);
    add_source(call.getArg(1), {GraphSource::outside, 0});
  }
  if (kind == clang::OO_Subscript && call.getNumArgs() == 2) {
    indexed(call.getArg(0), call.getArg(1), call);
    if (EntityId key = document_key(call.getArg(0), call.getArg(1)); key != EntityId::none)
      event(GraphEventKind::load, key, call);
    else if (outcome)
      if (const clang::ValueDecl* marker = marker_of(&call); marker && carrier_of(&call) == EntityId::none)
        event(GraphEventKind::test, context.entity(marker), call);
  }
  if (kind == clang::OO_MinusMinus || kind == clang::OO_PlusPlus) return children(call);
  children(call);
}

void GraphReader::method_call(const clang::CXXMemberCallExpr& call) {
  const clang::CXXMethodDecl* method = call.getMethodDecl();
  const clang::Expr* object = call.getImplicitObjectArgument();
  if (!method || !object) return children(call);
  std::string name = method->getNameAsString();
  bool ours = context.is_ours(method->getLocation());
  EntityId carrier = carrier_of(object);
  bool inserts = is_insertion(name) && call.getNumArgs() > 0 && (!ours || carrier != EntityId::none);
  under(inserts || outcome == 0 ? 0 : outcome, object);
  for (const clang::Expr* argument : call.arguments()) under(0, argument);
  if (is_document_type(object->getType()) && call.getNumArgs() > 0)
    if (EntityId key = carrier_of_call(call); key != EntityId::none && name != "find" && key != carrier)
      event(GraphEventKind::load, key, call);
  if (name == "get_to" && call.getNumArgs() == 1)
    if (EntityId member = carrier_of(call.getArg(0)); member != EntityId::none)
      fill(member, {GraphSource::outside, 0}, call);
  if (inserts) {
    const clang::Expr* value = call.getArg(call.getNumArgs() - 1);
    if (name == "insert" && call.getNumArgs() == 3) value = call.getArg(1);
    if (carrier != EntityId::none) {
      Source source = source_of(value);
      if (call.getNumArgs() > 1) {
        Source other = source_of(call.getArg(0));
        source.kind = std::max(source.kind, other.kind), source.parameters |= other.parameters;
      }
      // deps.insert(end, other.begin(), other.end())
      if (carrier_of(value) == EntityId::none || carrier_of(value) != carrier)
        fill(carrier, source, call, object, value);
      // A list of texts without a telling name may as well be what was visited.
      if (graph_name(members[carrier].name) != GraphName::none || members[carrier].shape != GraphShape::ids) return;
    }
    const clang::ValueDecl* marker = marker_of(object);
    if (!marker) return;
    for (const clang::Expr* argument : call.arguments()) add_source(object, source_of(argument));
    EntityId element = EntityId::none;
    for (const clang::Expr* argument : call.arguments())
      if (element == EntityId::none) element = element_of(argument);
    EntityId id = context.entity(marker);
    const clang::ParmVarDecl* parameter = llvm::dyn_cast<clang::ParmVarDecl>(marker);
    unsigned copied =
        parameter && !parameter->getType()->isReferenceType() && !parameter->getType()->isPointerType() ? by_value : 0;
    // seen.insert(x).second asks and marks at once; the variable that it makes may be asked later.
    if (name == "insert" || name == "emplace" || name == "try_emplace")
      event(GraphEventKind::test, id, call).flags |= copied;
    GraphEvent& made = event(GraphEventKind::mark, id, call);
    made.outcome = 0;
    made.text = "+";
    made.flags |= copied | (element != EntityId::none ? has_element : 0);
    made.other = element;
    store(value, *marker, call);
    // What is pushed onto a worklist comes off it again as an element.
    if (element != EntityId::none && llvm::isa<clang::VarDecl>(marker) && !links.contains(marker) &&
        (name.starts_with("push") || name.starts_with("emplace")))
      links[marker] = {element, Role::element};
    return;
  }
  if (is_removal(name) && !ours) {
    if (const clang::ValueDecl* marker = marker_of(object)) {
      GraphEvent& made = event(GraphEventKind::mark, context.entity(marker), call);
      made.outcome = 0;
      made.text = "-";
    }
    return;
  }
  if (is_membership(name) && call.getNumArgs() >= 1) {
    EntityId element = element_of(call.getArg(0));
    if (element != EntityId::none) lookup(element, object, call);
    if (const clang::ValueDecl* marker = marker_of(object); marker && (!ours || outcome)) {
      GraphEvent& made = event(GraphEventKind::test, context.entity(marker), call);
      const clang::ParmVarDecl* parameter = llvm::dyn_cast<clang::ParmVarDecl>(marker);
      if (parameter && !parameter->getType()->isReferenceType() && !parameter->getType()->isPointerType())
        made.flags |= by_value;
    }
    if (!ours) return;
  }
  if (name == "at" && call.getNumArgs() == 1) indexed(object, call.getArg(0), call);
  if (name == "empty" && (outcome & reports)) event(GraphEventKind::sizes, EntityId::none, call);
  if (name == "at" && outcome)
    if (const clang::ValueDecl* marker = marker_of(object); marker && carrier_of(&call) == EntityId::none)
      event(GraphEventKind::test, context.entity(marker), call);
  if ((name == "begin" || name == "cbegin" || name == "GetArray") && carrier != EntityId::none)
    event(GraphEventKind::walk, carrier, call).outcome = 0;
  project_call(call, *method, llvm::ArrayRef(call.getArgs(), call.getNumArgs()), object);
}

void GraphReader::free_call(const clang::CallExpr& call) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  if (!callee) return children(call);
  if (!context.is_ours(callee->getLocation())) {
    algorithm(call, *callee);
    if (call.getNumArgs() == 1 && callee->getDeclName().isIdentifier() && callee->getName() == "free")
      dropped(call.getArg(0), call);
  } else
    for (const clang::Expr* argument : call.arguments()) under(0, argument);
  project_call(call, *callee, llvm::ArrayRef(call.getArgs(), call.getNumArgs()), nullptr);
}

// std::find(path.begin(), path.end(), id), std::any_of(deps.begin(), deps.end(), …), std::ranges::all_of(deps, …)
void GraphReader::algorithm(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
  std::string name = callee.getNameAsString();
  const clang::LambdaExpr* judge = nullptr;
  const clang::Expr* range = nullptr;
  for (const clang::Expr* argument : call.arguments()) {
    const clang::Expr* plain = stripped(argument);
    if (const clang::LambdaExpr* found = llvm::dyn_cast_or_null<clang::LambdaExpr>(plain))
      judge = found;
    else if (!range && plain) {
      const clang::CXXMemberCallExpr* iterator = llvm::dyn_cast<clang::CXXMemberCallExpr>(plain);
      if (iterator && (callee_name(*iterator) == "begin" || callee_name(*iterator) == "cbegin"))
        range = iterator->getImplicitObjectArgument();
      else if (const clang::CallExpr* free = llvm::dyn_cast<clang::CallExpr>(plain);
               free && callee_name(*free) == "begin" && free->getNumArgs() == 1)
        range = free->getArg(0);
      else if (is_container_type(plain->getType()))
        range = plain;
    }
  }
  EntityId member = range ? carrier_of(range) : EntityId::none;
  if (member != EntityId::none && judge) {
    event(GraphEventKind::walk, member, call).outcome = 0;
    if (const clang::ValueDecl* record = record_variable_of(range)) walked_record[member] = record;
    const clang::CXXMethodDecl* body = judge->getCallOperator();
    for (const clang::ParmVarDecl* parameter : body->parameters()) links[parameter] = {member, Role::element};
    if (const clang::FunctionTemplateDecl* generic = body->getDescribedFunctionTemplate())
      for (const clang::FunctionDecl* instance : generic->specializations())
        for (const clang::ParmVarDecl* parameter : instance->parameters()) links[parameter] = {member, Role::element};
  }
  std::size_t first = events.size();
  unsigned before = answer_outcome;
  if (judge) answer_outcome = outcome;
  for (const clang::Expr* argument : call.arguments()) under(0, argument);
  answer_outcome = before;
  if (outcome && judge)
    for (std::size_t i = first; i < events.size(); ++i)
      if (events[i].kind == GraphEventKind::lookup) events[i].outcome |= outcome;
  if (name == "find" || name == "count" || name == "binary_search" || name == "contains") {
    const clang::Expr* wanted = call.getNumArgs() > 0 ? call.getArg(call.getNumArgs() - 1) : nullptr;
    if (EntityId element = wanted ? element_of(wanted) : EntityId::none; element != EntityId::none && range)
      lookup(element, range, call);
    if (const clang::ValueDecl* marker = range ? marker_of(range) : nullptr)
      event(GraphEventKind::test, context.entity(marker), call);
  }
  if (name == "back_inserter" || name == "inserter" || name == "front_inserter")
    if (EntityId filled_member = carrier_of(call.getArg(0)); filled_member != EntityId::none)
      fill(filled_member, {GraphSource::outside, 0}, call);
}

static bool may_fill(const clang::FunctionDecl& callee) {
  if (llvm::isa<clang::CXXConstructorDecl>(callee)) return true;
  static constexpr std::string_view words[] = {
      "add",  "insert", "register", "link",    "connect", "depend",   "depends", "edge",       "set",
      "push", "append", "attach",   "require", "after",   "before",   "create",  "put",        "emplace",
      "make", "submit", "precede",  "succeed", "needs",   "schedule", "on",      "dependency", "child"};
  for (const std::string& word : words_of(callee.getNameAsString()))
    if (llvm::is_contained(words, std::string_view(word))) return true;
  return false;
}

static bool is_telling_name(llvm::StringRef name) {
  for (const std::string& word : words_of(std::string_view(name)))
    if (llvm::is_contained(
            {"cycle", "cycles", "cyclic", "acyclic", "topological", "topologically", "toposort", "dag", "topo"}, word))
      return true;
  return false;
}

// Whether a call of it can be a question: it changes nothing that it is given, and answers with more than a state.
static bool only_asks_by_signature(const clang::FunctionDecl& callee) {
  const clang::QualType answer = callee.getReturnType();
  if (answer->isVoidType() || answer->isEnumeralType()) return false;
  const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&callee);
  if (llvm::isa<clang::CXXConstructorDecl>(callee)) return false;
  if (method && !method->isStatic() && !method->isConst()) return false;
  for (const clang::ParmVarDecl* parameter : callee.parameters()) {
    const clang::QualType type = parameter->getType();
    const bool through = type->isLValueReferenceType() || type->isPointerType();
    // What it hands back a pointer into cannot be const in C and in code that is not strict about it.
    if (through && !type->getPointeeType().isConstQualified() && !answer->isPointerType()) return false;
  }
  return true;
}

void GraphReader::project_call(const clang::Expr& call, const clang::FunctionDecl& callee,
                               llvm::ArrayRef<const clang::Expr*> arguments, const clang::Expr* object) {
  bool ours = context.is_ours(callee.getLocation());
  EntityId handed = EntityId::none, element = EntityId::none;
  std::uint64_t handed_as = 0;
  bool goes_deeper = false;
  std::uint64_t constant = 0, fresh = 0;
  unsigned index = 0;
  for (const clang::Expr* argument : arguments) {
    unsigned parameter = index++;
    if (EntityId member = carrier_of(argument); member != EntityId::none && handed == EntityId::none) {
      handed = member;
      handed_as = parameter < 64 ? 1ull << parameter : 0;
      // Filled by who is called: split(text, ',', &step.deps), read_list(in, step.deps).
      if (!ours && parameter < callee.getNumParams()) {
        clang::QualType type = callee.getParamDecl(parameter)->getType();
        bool changes =
            (type->isLValueReferenceType() || type->isPointerType()) && !type->getPointeeType().isConstQualified();
        std::string name = callee.getNameAsString();
        if (changes && !type->isDependentType() && !callee.isTemplateInstantiation() && name != "begin" &&
            name != "end" && name != "swap")
          fill(member, {GraphSource::outside, 0}, call);
      }
    }
    if (element == EntityId::none) element = element_of(argument);
    const clang::Expr* plain = stripped(argument);
    if (const clang::BinaryOperator* sum = llvm::dyn_cast_or_null<clang::BinaryOperator>(plain);
        sum && sum->isAdditiveOp()) {
      if (llvm::isa_and_nonnull<clang::ParmVarDecl>(named_declaration(sum->getLHS()))) goes_deeper = true;
    }
    if (const clang::UnaryOperator* stepped = llvm::dyn_cast_or_null<clang::UnaryOperator>(plain);
        stepped && stepped->isIncrementDecrementOp())
      goes_deeper = true;
    Source source = source_of(argument);
    if (parameter < 64 && (source.kind == GraphSource::constant || source.kind == GraphSource::nothing))
      constant |= 1ull << parameter;
    if (parameter < 64 && source.kind == GraphSource::fresh) fresh |= 1ull << parameter;
    if (parameter < callee.getNumParams()) {
      clang::QualType type = callee.getParamDecl(parameter)->getType();
      if (type->isLValueReferenceType() && !type->getPointeeType().isConstQualified())
        add_source(argument, {GraphSource::outside, 0});
      if (type->isPointerType() && plain && llvm::isa<clang::UnaryOperator>(plain))
        add_source(argument, {GraphSource::outside, 0});
    }
  }
  // step->is_valid() asks the record, not whether there is one.
  const bool asks_element = object && element == EntityId::none && element_of(object) != EntityId::none;
  if (asks_element) element = element_of(object);
  if (ours && may_fill(callee) && !arguments.empty() && context.is_ours(call.getBeginLoc())) {
    GraphArguments fact{context.entity(&callee), function_id, context.expansion_of(call.getSourceRange()), constant,
                        fresh};
    if (fact.callee != EntityId::none &&
        context.first_time(static_cast<std::uint64_t>(context.place_id("graph-arguments", fact.location)) ^
                           static_cast<std::uint64_t>(fact.callee)))
      write(context.table, fact);
  }
  bool telling = is_telling_name(callee.getNameAsString());
  if (!ours && !telling) return;
  if (llvm::isa<clang::CXXConstructorDecl>(callee) && handed == EntityId::none && element == EntityId::none) return;
  GraphEvent& made = event(GraphEventKind::call, context.entity(&callee), call);
  made.text = callee.getQualifiedNameAsString();
  if (callee.getCanonicalDecl() == function.getCanonicalDecl() || context.entity(&callee) == function_id)
    made.flags |= recursive;
  if (const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function)) // through the base class
    for (const clang::CXXMethodDecl* overridden : method->overridden_methods())
      if (overridden->getCanonicalDecl() == callee.getCanonicalDecl()) made.flags |= recursive;
  if (goes_deeper) made.flags |= deeper;
  if (only_asks_by_signature(callee)) made.flags |= only_asks;
  if (asks_state || asks_element) made.flags |= of_its_state;
  if (handed != EntityId::none) made.flags |= hands_container, made.other = handed, made.parameters = handed_as;
  if (element != EntityId::none) made.flags |= hands_element, made.other = element;
}

} // namespace plumbline
