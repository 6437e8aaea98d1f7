// Operations in one function: fills, look-ups, marks.
#include "collect/constants.h"
#include "collect/graph_loops.h"
#include "collect/graph_reader.h"
#include "facts/words.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

bool is_membership(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"count", "contains", "find", "has", "exists", "Contains", "isMember", "has_key", "containsKey", "HasKey"},
             true)
      .Default(false);
}

const clang::ValueDecl* record_variable_of(const clang::Expr* carrier) {
  const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(carrier));
  const clang::DeclRefExpr* base =
      member ? llvm::dyn_cast_or_null<clang::DeclRefExpr>(stripped(member->getBase())) : nullptr;
  return base ? base->getDecl() : nullptr;
}

const clang::ValueDecl* named_declaration(const clang::Expr* expression) {
  const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(stripped(expression));
  return named ? named->getDecl() : nullptr;
}

// The same, or the field that `module_` and `this->module_` name.
static const clang::ValueDecl* named_place(const clang::Expr* expression) {
  const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(expression));
  if (member && llvm::isa_and_nonnull<clang::CXXThisExpr>(stripped(member->getBase()))) return member->getMemberDecl();
  return named_declaration(expression);
}

unsigned GraphReader::copied(const clang::ValueDecl& marker) {
  const clang::ParmVarDecl* parameter = llvm::dyn_cast<clang::ParmVarDecl>(&marker);
  return parameter && !parameter->getType()->isReferenceType() && !parameter->getType()->isPointerType() ? by_value : 0;
}

// What keeps a callable: a variable, or a member of std::function's kind.
static const clang::ValueDecl* callable_named(const clang::Expr* expression) {
  const clang::Expr* plain = stripped(expression);
  const clang::ValueDecl* named = named_declaration(plain);
  if (const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(plain))
    named = llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl());
  if (!named) return nullptr;
  if (llvm::isa<clang::ParmVarDecl>(named)) return named; // `self` of a generic lambda
  const clang::CXXRecordDecl* record = named->getType().getNonReferenceType()->getAsCXXRecordDecl();
  const llvm::StringRef name = class_name(named->getType());
  return record && (record->isLambda() || name == "function" || name == "move_only_function") ? named : nullptr;
}

static bool gives_lambda(const clang::Expr* expression) {
  const clang::Expr* plain = stripped(expression);
  while (const clang::CXXConstructExpr* made = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(plain))
    plain = made->getNumArgs() > 0 ? stripped(made->getArg(0)) : nullptr;
  return llvm::isa_and_nonnull<clang::LambdaExpr>(plain);
}

static bool is_path_type(const clang::Expr* value) {
  const clang::Expr* written = stripped(value);
  if (const clang::CXXMemberCallExpr* converted = llvm::dyn_cast_or_null<clang::CXXMemberCallExpr>(written);
      converted && llvm::isa_and_nonnull<clang::CXXConversionDecl>(converted->getMethodDecl()))
    written = stripped(converted->getImplicitObjectArgument());
  return written && has_word(class_name(written->getType()), {"path"});
}

void GraphReader::fill(EntityId member, const Source& source, const clang::Stmt& at, const clang::Expr* target,
                       const clang::Expr* value) {
  if (source.kind == GraphSource::nothing) return;
  if (value && carrier_of(value) == member) return; // a copy of what is there already
  if (value && linked.contains(member)) {           // first = first->next: a link that is taken out
    bool from_itself = element_of(value) == member;
    each_statement(value, [&](const clang::Stmt& part) {
      const clang::MemberExpr* named = llvm::dyn_cast<clang::MemberExpr>(&part);
      return from_itself = from_itself || (named && carrier_of(named) == member), true;
    });
    if (from_itself) return;
  }
  // A path names a file; no record has it for its id.
  if (value && members[member].shape == GraphShape::ids && is_path_type(value)) return;
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
      } else if (known != members.end() && carrier_of(value) == from) { // left[id] = edges_.at(id): copied whole
        event(GraphEventKind::walk, from, at).outcome = 0;
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
    filled.push_back({events.size() - 1, member, named_place(key), named_place(value)});
  } else if (const clang::MemberExpr* field = llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(target))) {
    if (value)
      filled.push_back({events.size() - 1, member, named_declaration(field->getBase()), named_declaration(value)});
    if (is_in_own_map(*field)) events.back().flags |= of_own_map;
  }
}

// The record that an expression is: `services[id]` also behind `Service& service = services[id]` and `&services[id]`.
static const clang::Expr* record_itself(const clang::Expr* expression) {
  const clang::Expr* record = stripped(expression);
  if (const clang::VarDecl* variable = llvm::dyn_cast_or_null<clang::VarDecl>(named_declaration(record));
      variable && variable->isLocalVarDecl() && variable->hasInit() &&
      (variable->getType()->isReferenceType() || variable->getType()->isPointerType()))
    record = stripped(variable->getInit());
  if (const clang::UnaryOperator* address = llvm::dyn_cast_or_null<clang::UnaryOperator>(record);
      address && address->getOpcode() == clang::UO_AddrOf)
    record = stripped(address->getSubExpr());
  return record;
}

// services.find(id)->second.dependencies, services[id].dependencies: a map gives each record the id that others name,
// and in units[n].deps its place in the table is one.
bool GraphReader::is_in_own_map(const clang::MemberExpr& field) {
  const clang::Expr* record = record_itself(field.getBase());
  clang::QualType map;
  if (const clang::MemberExpr* second = llvm::dyn_cast_or_null<clang::MemberExpr>(record)) {
    const clang::QualType entry =
        second->isArrow() ? second->getBase()->getType()->getPointeeType() : second->getBase()->getType();
    if (second->getMemberDecl()->getDeclName().isIdentifier() && second->getMemberDecl()->getName() == "second" &&
        class_name(entry) == "pair")
      map = entry;
  } else if (const clang::CXXOperatorCallExpr* element = llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(record)) {
    if (element->getOperator() == clang::OO_Subscript) map = element->getArg(0)->getType();
  } else if (const clang::CXXMemberCallExpr* element = llvm::dyn_cast_or_null<clang::CXXMemberCallExpr>(record)) {
    if (callee_name(*element) == "at") map = element->getImplicitObjectArgument()->getType();
  } else if (const clang::ArraySubscriptExpr* row = llvm::dyn_cast_or_null<clang::ArraySubscriptExpr>(record)) {
    map = row->getBase()->IgnoreParenImpCasts()->getType();
  }
  if (map.isNull()) return false;
  const clang::QualType list = field.getMemberDecl()->getType();
  const bool table = map->isArrayType() || map->isPointerType() || is_sequence_template(class_name(map));
  if (table) {
    const std::optional<GraphType> type = graph_type(list, field.getMemberDecl()->getName(), nullptr);
    return type && type->shape == GraphShape::ids && type->element->isIntegerType() &&
           graph_name(std::string_view(field.getMemberDecl()->getName())) >= GraphName::graph;
  }
  if (class_name(map) != "pair" && !is_map_template(class_name(map))) return false;
  const clang::QualType key = type_argument(map, 0), named = type_argument(list, 0);
  return !key.isNull() && !named.isNull() &&
         key.getCanonicalType().getUnqualifiedType() == named.getCanonicalType().getUnqualifiedType();
}

// tasks_.emplace(task.id, task): a record is kept whole, with what it names.
void GraphReader::store(const clang::Expr* value, const clang::ValueDecl& container, const clang::Stmt& at) {
  const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(&container);
  if (variable && variable->isLocalVarDeclOrParm() && !variable->getType()->isReferenceType()) return;
  const clang::Expr* plain = stripped(value);
  const clang::RecordDecl* record = plain ? record_behind(plain->getType()) : nullptr;
  if (!record || !record->getDefinition() || !context.is_ours(record->getLocation())) return;
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
  const clang::Expr* at_index = stripped(index);
  if (const clang::UnaryOperator* stepped = llvm::dyn_cast_or_null<clang::UnaryOperator>(at_index);
      stepped && stepped->isIncrementDecrementOp())
    at_index = stripped(stepped->getSubExpr());
  if (loop_number == 0 || !llvm::isa_and_nonnull<clang::DeclRefExpr>(at_index)) return;
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
  const clang::RecordDecl* record = record_behind(mapped);
  // A record that has the map as well keeps its own children there, each with names of its own.
  const clang::FieldDecl* kept_in = llvm::dyn_cast_or_null<clang::FieldDecl>(marker_of(container));
  if (kept_in && context.entity(kept_in->getParent()) == description.owner) return;
  if (record && description.owner != EntityId::none && context.entity(record) == description.owner)
    made.flags |= of_own_map;
}

void GraphReader::assignment(const clang::Expr& whole, const clang::Expr* left, const clang::Expr* right) {
  const clang::Expr* target = stripped(left);
  const clang::ValueDecl* named = named_declaration(target);
  const clang::VarDecl* variable = llvm::dyn_cast_or_null<clang::VarDecl>(named);
  const clang::ValueDecl* kept_in = callable_named(target);
  bool callable = kept_in != nullptr && gives_lambda(right);
  if (callable) open_lambda(*kept_in, target->getExprLoc());
  std::size_t first = events.size();
  unsigned decides = outcome;
  under(decides, right);
  if (callable) open_lambdas.pop_back();
  if (variable)
    if (const clang::CallExpr* answer = llvm::dyn_cast_or_null<clang::CallExpr>(stripped(right)))
      answers[variable] = answer;
  if (variable && variable->isLocalVarDecl() && !callable) {
    if (events.size() > first) tested_by[variable] = {first, events.size()};
    add_source(target, source_of(right));
    if (EntityId element = element_of(right); element != EntityId::none && !links.contains(variable))
      links[variable] = {element, Role::element};
    if (EntityId list = carrier_of(right); linked.contains(list)) { // at = target->depends
      links[variable] = {list, Role::element};
      event(GraphEventKind::walk, list, whole).outcome = 0;
    }
  }
  // link->target = find(name): what the link brings into the list.
  if (const clang::MemberExpr* field = llvm::dyn_cast<clang::MemberExpr>(target);
      field && field->getType()->isPointerType() && named_declaration(field->getBase()))
    if (const clang::RecordDecl* link = record_behind(field->getBase()->getType());
        link && record_behind(field->getType()) && record_behind(field->getType()) != link)
      add_source(field->getBase(), source_of(right));
  if (EntityId member = carrier_of(target); member != EntityId::none) {
    const clang::Expr* base = target;
    fill(member, source_of(right), whole, base, right);
    return;
  }
  // unit->deps[unit->ndeps++] = id
  if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(target))
    if (EntityId member = carrier_of(subscript->getBase());
        member != EntityId::none && graph_name(members[member].name) == GraphName::dependency) {
      fill(member, source_of(right), whole, subscript->getBase(), right);
      return;
    }
  // doc["depends_on"] = …, handled as a carrier above; state[x] = grey, node->visited = true:
  const clang::ValueDecl* marker = nullptr;
  if (llvm::isa<clang::MemberExpr, clang::ArraySubscriptExpr, clang::CXXOperatorCallExpr, clang::CXXMemberCallExpr>(
          target) ||
      (named && roots.contains(named)) || (llvm::isa<clang::UnaryOperator>(target)))
    marker = marker_of(target);
  if (marker && takes_one(target, right)) {
    event(GraphEventKind::count_down, context.entity(marker), whole);
  } else if (marker) {
    // low[v] = min(low[v], …)
    if (const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(stripped(right));
        call && callee_name(*call) == "min" && call->getNumArgs() == 2)
      event(GraphEventKind::minimum, context.entity(marker), whole);
    GraphEvent& made = event(GraphEventKind::mark, context.entity(marker), whole);
    made.outcome = 0;
    made.text = context.text_of(right->getSourceRange(), 40);
    made.flags |= copied(*marker);
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

void GraphReader::operator_call(const clang::CXXOperatorCallExpr& call) {
  clang::OverloadedOperatorKind kind = call.getOperator();
  if (kind == clang::OO_Equal && call.getNumArgs() == 2) return assignment(call, call.getArg(0), call.getArg(1));
  if (call.isComparisonOp() && call.getNumArgs() == 2)
    return comparison(clang::getOperatorSpelling(kind), call.getArg(0), call.getArg(1), call);
  if (kind == clang::OO_Call) {
    const clang::ValueDecl* callable = callable_named(call.getArg(0));
    for (unsigned i = 1; i < call.getNumArgs(); ++i) under(0, call.getArg(i));
    // A lambda that calls itself: by its variable, or by the `self` that it was given.
    bool itself =
        callable &&
        (llvm::is_contained(open_lambdas, callable) ||
         (lambda_depth && llvm::isa<clang::ParmVarDecl>(callable) && callable->getDeclContext() != &function));
    if (itself) {
      const clang::ValueDecl* caller = llvm::is_contained(open_lambdas, callable) ? callable
                                       : open_lambdas.empty()                     ? nullptr
                                                                                  : open_lambdas.back();
      GraphEvent& made = event(GraphEventKind::call, caller ? context.entity(caller) : function_id, call);
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

} // namespace plumbline
