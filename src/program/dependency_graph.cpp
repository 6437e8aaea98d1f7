#include "program/dependency_graph.h"
#include "program/graph.h"

#include <algorithm>

namespace plumbline {

DependencyGraphs::DependencyGraphs(const Program& program) : program(program) {
  link_functions();
  link_calls();
  link_members();
  resolve();
  index();
}

bool GraphFunction::is_inside(const GraphEvent& event, unsigned loop) const {
  for (unsigned at = event.loop; at != 0 && at < around.size(); at = around[at])
    if (at == loop) return true;
  return false;
}

const GraphFunction* DependencyGraphs::function(EntityId id) const {
  std::unordered_map<EntityId, std::uint32_t>::const_iterator found = function_index.find(id);
  return found == function_index.end() ? nullptr : &functions[found->second];
}

template <class Value>
static std::span<const Value> list_of(const std::unordered_map<EntityId, std::vector<Value>>& map, EntityId id) {
  typename std::unordered_map<EntityId, std::vector<Value>>::const_iterator found = map.find(id);
  return found == map.end() ? std::span<const Value>() : std::span<const Value>(found->second);
}

std::span<const EntityId> DependencyGraphs::callees(EntityId id) const { return list_of(callee_index, id); }
std::span<const EntityId> DependencyGraphs::callers(EntityId id) const { return list_of(caller_index, id); }
std::span<const GraphArguments> DependencyGraphs::calls_of(EntityId id) const { return list_of(argument_index, id); }

const std::set<EntityId>& DependencyGraphs::projected_from(EntityId member) const {
  static const std::set<EntityId> none;
  std::map<EntityId, std::set<EntityId>>::const_iterator found = projections.find(member);
  return found == projections.end() ? none : found->second;
}

EntityId DependencyGraphs::member_of(EntityId id) const {
  for (int steps = 0; steps < 16; ++steps) {
    std::map<EntityId, EntityId>::const_iterator found = aliases.find(id);
    if (found == aliases.end()) break;
    id = found->second;
  }
  return id;
}

void DependencyGraphs::alias(EntityId from, EntityId to) {
  if (from == EntityId::none || to == EntityId::none) return;
  from = member_of(from), to = member_of(to);
  if (from != to) aliases.emplace(from, to);
}

void DependencyGraphs::link_functions() {
  const FactTable& table = program.table;
  const StringId event_kind = table.strings.find(graph_event_kind),
                 arguments_kind = table.strings.find(graph_arguments_kind);
  std::map<EntityId, std::vector<GraphEvent>> by_function;
  for (const Fact& fact : table.facts) {
    if (event_kind != StringId::empty && fact.kind == event_kind && program.is_ours(fact.location))
      by_function[fact.subject].push_back(read_graph_event(table, fact));
    if (arguments_kind != StringId::empty && fact.kind == arguments_kind)
      argument_index[fact.subject].push_back(read_graph_arguments(table, fact));
  }
  for (std::pair<const EntityId, std::vector<GraphEvent>>& entry : by_function) {
    std::sort(entry.second.begin(), entry.second.end(), [](const GraphEvent& a, const GraphEvent& b) {
      return std::tuple(a.order, a.kind, a.object, a.other, a.outcome, a.flags) <
             std::tuple(b.order, b.kind, b.object, b.other, b.outcome, b.flags);
    });
    // A header's function under other macros has other events at some places: the first ones are kept.
    entry.second.erase(std::unique(entry.second.begin(), entry.second.end(),
                                   [](const GraphEvent& a, const GraphEvent& b) { return a.order == b.order; }),
                       entry.second.end());
    functions.push_back({entry.first, std::move(entry.second)});
  }
  std::sort(functions.begin(), functions.end(), [&](const GraphFunction& a, const GraphFunction& b) {
    const EntityFact *first = program.entity(a.id), *second = program.entity(b.id);
    if (!first || !second) return first != nullptr && second == nullptr ? true : first == second ? a.id < b.id : false;
    return std::tuple(program.path(first->location), first->location.line, first->location.column, a.id) <
           std::tuple(program.path(second->location), second->location.line, second->location.column, b.id);
  });
  for (std::uint32_t i = 0; i < functions.size(); ++i) {
    function_index[functions[i].id] = i;
    GraphFunction& function = functions[i];
    for (const GraphEvent& event : function.events) {
      if (event.kind != GraphEventKind::loop) continue;
      if (function.around.size() <= event.loop) function.around.resize(event.loop + 1, 0);
      // A loop stands in an earlier one: what a damaged fact says otherwise would never end.
      if (static_cast<unsigned>(event.other) < event.loop)
        function.around[event.loop] = static_cast<unsigned>(event.other);
    }
  }
}

// Who calls whom; a virtual function may be any that overrides it.
void DependencyGraphs::link_calls() {
  std::unordered_map<EntityId, std::uint32_t> nodes;
  std::vector<EntityId> ids;
  std::vector<NodePair> edges;
  auto node = [&](EntityId id) {
    std::pair<std::unordered_map<EntityId, std::uint32_t>::iterator, bool> entry = nodes.try_emplace(id, ids.size());
    if (entry.second) ids.push_back(id);
    return entry.first->second;
  };
  auto connect = [&](EntityId caller, EntityId callee) {
    callee_index[caller].push_back(callee);
    caller_index[callee].push_back(caller);
    edges.push_back({node(caller), node(callee)});
  };
  for (const CallFact& call : program.calls) {
    if (call.caller == EntityId::none || call.callee == EntityId::none) continue;
    connect(call.caller, call.callee);
  }
  for (const EntityFact& entity : program.entities) {
    std::unordered_map<EntityId, std::vector<EntityId>>::const_iterator overriders =
        program.override_index.find(entity.id);
    if (overriders == program.override_index.end()) continue;
    for (EntityId overrider : overriders->second) connect(entity.id, overrider);
  }
  const DirectedGraph graph = graph_of(static_cast<std::uint32_t>(ids.size()), edges);
  const std::vector<std::vector<std::uint32_t>> rings = rings_of(graph);
  for (unsigned i = 0; i < rings.size(); ++i)
    for (std::uint32_t member : rings[i])
      if (std::unordered_map<EntityId, std::uint32_t>::iterator found = function_index.find(ids[member]);
          found != function_index.end())
        functions[found->second].ring = i + 1;
}

void DependencyGraphs::link_members() {
  const FactTable& table = program.table;
  const StringId kind = table.strings.find(graph_member_kind);
  for (const Fact& fact : table.facts) {
    if (kind == StringId::empty || fact.kind != kind) continue;
    GraphMember member = read_graph_member(table, fact);
    std::pair<std::map<EntityId, GraphMember>::iterator, bool> entry = members.try_emplace(member.id, member);
    if (entry.second) continue;
    // A type or a key that many functions use is shown where its name says most, then where it comes first.
    GraphMember& kept = entry.first->second;
    auto rank = [&](const GraphMember& one) {
      return std::tuple(-static_cast<int>(graph_name(one.name)), program.path(one.location), one.location.line,
                        one.location.column, std::string_view(one.name));
    };
    if (rank(member) < rank(kept)) kept = member;
  }

  for (const GraphFunction& function : functions) {
    for (const GraphEvent& event : function.events)
      if (event.kind == GraphEventKind::give_back && members.contains(function.id)) alias(function.id, event.object);
  }
  // A parameter is what callers hand over; the first call decides.
  std::map<std::pair<EntityId, int>, EntityId> parameters;
  for (const std::pair<const EntityId, GraphMember>& entry : members)
    if (entry.second.parameter >= 0) parameters[{entry.second.owner, entry.second.parameter}] = entry.first;
  for (int round = 0; round < 3; ++round)
    for (const GraphFunction& function : functions)
      for (const GraphEvent& event : function.events) {
        if (event.kind != GraphEventKind::call || !event.has(hands_container) || event.has(recursive)) continue;
        for (int i = 0; i < 64; ++i) {
          if (!((event.parameters >> i) & 1)) continue;
          std::map<std::pair<EntityId, int>, EntityId>::iterator parameter = parameters.find({event.object, i});
          if (parameter == parameters.end() || aliases.contains(parameter->second)) continue;
          if (std::map<EntityId, GraphMember>::iterator given = members.find(member_of(event.other));
              given != members.end() && given->second.parameter < 0)
            alias(parameter->second, given->first);
        }
      }
  // A document's key is how a member is stored.
  for (const GraphFunction& function : functions) {
    std::vector<EntityId> keys, fields;
    for (const GraphEvent& event : function.events) {
      std::map<EntityId, GraphMember>::iterator member = members.find(event.object);
      if (member == members.end()) continue;
      if (member->second.shape == GraphShape::document && !member->second.is_field) keys.push_back(event.object);
      if (member->second.is_field && graph_name(member->second.name) == GraphName::dependency)
        fields.push_back(event.object);
    }
    if (!fields.empty())
      for (EntityId key : keys) alias(key, fields.front());
  }
}

void DependencyGraphs::resolve() {
  for (GraphFunction& function : functions)
    for (GraphEvent& event : function.events) {
      if (event.kind != GraphEventKind::call && event.kind != GraphEventKind::loop)
        event.object = member_of(event.object);
      if (event.kind == GraphEventKind::call || event.kind == GraphEventKind::mark ||
          event.kind == GraphEventKind::test || event.kind == GraphEventKind::fill)
        event.other = member_of(event.other);
      if (event.kind == GraphEventKind::fill && event.other != EntityId::none && event.other != event.object)
        mirrored[event.object].insert(event.other), mirrored[event.other].insert(event.object);
    }
  // What goes through one member and fills another makes the second from the first, unless both are records' own.
  for (const GraphFunction& function : functions) {
    std::set<EntityId> walked;
    for (const GraphEvent& event : function.events) {
      if (event.kind == GraphEventKind::walk || event.kind == GraphEventKind::load) walked.insert(event.object);
      if (event.kind == GraphEventKind::fill)
        for (EntityId from : walked)
          if (from != event.object) projections[event.object].insert(from);
      // graph.add_edge(step.id, dependency)
      if (event.kind == GraphEventKind::call && event.has(hands_element))
        if (const GraphFunction* callee = this->function(event.object))
          for (const GraphEvent& inner : callee->events)
            if (inner.kind == GraphEventKind::fill && inner.source == GraphSource::parameter &&
                inner.object != event.other)
              projections[inner.object].insert(event.other);
    }
  }
}

void DependencyGraphs::index() {
  for (const std::pair<const EntityId, std::set<EntityId>>& entry : projections)
    for (EntityId from : entry.second) projected_into[from].push_back(entry.first);
  for (std::uint32_t i = 0; i < functions.size(); ++i) {
    std::set<EntityId> used;
    for (const GraphEvent& event : functions[i].events) {
      if (event.kind != GraphEventKind::call && event.kind != GraphEventKind::loop) used.insert(event.object);
      if (event.kind == GraphEventKind::call || event.kind == GraphEventKind::mark ||
          event.kind == GraphEventKind::test)
        used.insert(event.other);
    }
    for (EntityId member : used)
      if (member != EntityId::none && members.contains(member)) user_index[member].push_back(i);
    if (functions[i].ring != 0) ring_index[functions[i].ring].push_back(i);
  }
  check_cache.assign(functions.size(), false);
  for (std::uint32_t i = 0; i < functions.size(); ++i) {
    check_cache[i] = finds_cycles(*this, functions[i]);
    if (!check_cache[i]) continue;
    for (const GraphEvent& event : functions[i].events)
      if (std::map<EntityId, GraphMember>::const_iterator member = members.find(event.object);
          event.kind == GraphEventKind::walk && member != members.end() && member->second.target != EntityId::none &&
          graph_name(member->second.name) >= GraphName::graph &&
          !follows_others_only(*this, functions[i], member->second))
        checked_targets[member->second.target].insert(member->first);
  }
}

std::span<const std::uint32_t> DependencyGraphs::users(EntityId member) const {
  std::map<EntityId, std::vector<std::uint32_t>>::const_iterator found = user_index.find(member);
  return found == user_index.end() ? std::span<const std::uint32_t>() : std::span<const std::uint32_t>(found->second);
}

std::span<const std::uint32_t> DependencyGraphs::ring(unsigned number) const {
  std::map<unsigned, std::vector<std::uint32_t>>::const_iterator found = ring_index.find(number);
  return found == ring_index.end() ? std::span<const std::uint32_t>() : std::span<const std::uint32_t>(found->second);
}

bool DependencyGraphs::checks(EntityId id, EntityId member) const {
  std::unordered_map<EntityId, std::uint32_t>::const_iterator found = function_index.find(id);
  if (found == function_index.end() || !check_cache[found->second]) return false;
  std::map<EntityId, GraphMember>::const_iterator known = members.find(member);
  return known == members.end() || !follows_others_only(*this, functions[found->second], known->second);
}

bool DependencyGraphs::is_target_checked(const GraphMember& member) const {
  std::map<EntityId, std::set<EntityId>>::const_iterator found = checked_targets.find(member.target);
  return found != checked_targets.end() &&
         std::any_of(found->second.begin(), found->second.end(), [&](EntityId checked) {
           return checked == member.id || !are_other_edges(members.at(checked).name, member.name);
         });
}

const std::set<EntityId>& DependencyGraphs::mirrors(EntityId member) const {
  static const std::set<EntityId> none;
  std::map<EntityId, std::set<EntityId>>::const_iterator found = mirrored.find(member);
  return found == mirrored.end() ? none : found->second;
}

std::vector<std::uint32_t> DependencyGraphs::touching(EntityId member) const {
  std::set<std::uint32_t> found;
  std::vector<EntityId> all{member};
  if (std::map<EntityId, std::vector<EntityId>>::const_iterator into = projected_into.find(member);
      into != projected_into.end())
    all.insert(all.end(), into->second.begin(), into->second.end());
  for (EntityId one : all)
    for (std::uint32_t function : users(one))
      if (touches(functions[function], member)) found.insert(function);
  return {found.begin(), found.end()};
}

std::vector<std::uint32_t> DependencyGraphs::around_touching(EntityId member) const {
  const std::vector<std::uint32_t> near = touching(member);
  std::set<std::uint32_t> found(near.begin(), near.end());
  // A helper that half of the program calls says nothing about this member.
  constexpr std::size_t most_callers = 200;
  auto add_callers = [&](EntityId id, bool again, auto& self) -> void {
    if (callers(id).size() > most_callers) return;
    for (EntityId caller : callers(id)) {
      std::unordered_map<EntityId, std::uint32_t>::const_iterator known = function_index.find(caller);
      if (known != function_index.end()) found.insert(known->second);
      if (again) self(caller, false, self);
    }
  };
  for (std::uint32_t function : near) add_callers(functions[function].id, true, add_callers);
  return {found.begin(), found.end()};
}

bool DependencyGraphs::touches(const GraphFunction& function, EntityId member) const {
  for (const GraphEvent& event : function.events) {
    bool names = event.kind == GraphEventKind::walk || event.kind == GraphEventKind::fill ||
                 event.kind == GraphEventKind::load || event.kind == GraphEventKind::lookup ||
                 event.kind == GraphEventKind::order;
    EntityId touched = names                                                              ? event.object
                       : event.kind == GraphEventKind::call && event.has(hands_container) ? event.other
                                                                                          : EntityId::none;
    if (touched == EntityId::none) continue;
    if (touched == member || projected_from(touched).contains(member)) return true;
  }
  return false;
}

} // namespace plumbline
