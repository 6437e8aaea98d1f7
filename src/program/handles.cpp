#include "program/handles.h"

#include <algorithm>
#include <set>

namespace plumbline {

void write(FactTable& table, const WaitCall& call) {
  FactBuilder(table, "wait-call")
      .subject(call.function)
      .object(call.handle)
      .at(call.location)
      .text("api", call.api)
      .text("call", call.call)
      .text("text", call.text)
      .text("line", call.line)
      .number("callee", static_cast<std::int64_t>(call.callee))
      .number("foreign", call.foreign)
      .number("once", call.asked_once);
}

static WaitCall read_wait_call(const FactTable& table, const Fact& fact) {
  return {fact.subject,
          fact.object,
          fact.location,
          std::string(table.text(fact, "api")),
          std::string(table.text(fact, "call")),
          std::string(table.text(fact, "text")),
          std::string(table.text(fact, "line")),
          static_cast<EntityId>(table.number(fact, "callee")),
          table.number(fact, "foreign") != 0,
          table.number(fact, "once") != 0};
}

void write(FactTable& table, const HandleEdge& edge) {
  FactBuilder(table, "wait-edge")
      .subject(edge.from)
      .object(edge.to)
      .at(edge.location)
      .number("kind", static_cast<int>(edge.kind));
}

static HandleEdge read_handle_edge(const FactTable& table, const Fact& fact) {
  return {fact.subject, fact.object, static_cast<EdgeKind>(table.number(fact, "kind")), fact.location};
}

void write_wait_limit(FactTable& table, EntityId handle, EntityId function, const Location& location) {
  FactBuilder(table, "wait-limit").subject(handle).object(function).at(location);
}
void write_wait_option(FactTable& table, EntityId parameter) { FactBuilder(table, "wait-option").subject(parameter); }
void write_wait_setter(FactTable& table, EntityId parameter, EntityId handle) {
  FactBuilder(table, "wait-setter").subject(parameter).object(handle);
}

Handles::Handles(const Program& program) : program(program) {
  const FactTable& table = program.table;
  const StringId call_kind = table.strings.find("wait-call"), edge_kind = table.strings.find("wait-edge"),
                 limit_kind = table.strings.find("wait-limit"), option_kind = table.strings.find("wait-option"),
                 setter_kind = table.strings.find("wait-setter");
  std::set<EntityId> options;
  for (const Fact& fact : table.facts) {
    if (fact.kind == StringId::empty) continue;
    if (fact.kind == call_kind)
      waits.push_back(read_wait_call(table, fact));
    else if (fact.kind == edge_kind)
      edges.push_back(read_handle_edge(table, fact));
    else if (fact.kind == limit_kind)
      mark(fact.subject), limiting_functions.insert(fact.object);
    else if (fact.kind == option_kind)
      options.insert(fact.subject);
  }
  for (const Fact& fact : table.facts)
    if (setter_kind != StringId::empty && fact.kind == setter_kind && options.contains(fact.subject)) mark(fact.object);
  for (std::uint32_t i = 0; i < edges.size(); ++i) {
    by_from[edges[i].from].push_back(i);
    by_to[edges[i].to].push_back(i);
  }
  spread();
}

bool Handles::is_limited(EntityId handle, Location& culprit, unsigned depth) const {
  if (limited.contains(handle)) return true;
  std::vector<HandleEdge> sources = edges_to(handle);
  // Where an object comes from says more than what its class knows.
  const auto is_member = [](const HandleEdge& edge) { return edge.kind == EdgeKind::member; };
  if (!std::all_of(sources.begin(), sources.end(), is_member)) std::erase_if(sources, is_member);
  if (sources.empty() || depth > 8) return false;
  for (const HandleEdge& edge : sources) {
    if (edge.kind != EdgeKind::foreign && is_limited(edge.from, culprit, depth + 1)) continue;
    if (depth == 0 && edge.kind == EdgeKind::argument) culprit = edge.location;
    return false;
  }
  return true;
}

bool Handles::may_be_limited_elsewhere(EntityId handle) const {
  if (!program.is_part) return false;
  const auto is_left_out = [&](const EntityFact* function) {
    return function && !function->has(is_defined) && program.is_ours(function->location);
  };
  std::set<EntityId> seen{handle};
  std::vector<EntityId> open{handle};
  while (!open.empty()) {
    const EntityId node = open.back();
    open.pop_back();
    const EntityFact* entity = program.entity(node);
    const EntityFact* function = program.entity(program.function_of(node));
    const bool is_here = entity && ((entity->kind == EntityKind::variable && entity->has(is_local)) ||
                                    entity->kind == EntityKind::result);
    if (entity && !is_here && program.may_be_used_elsewhere(node)) return true;
    if (is_left_out(function)) return true;
    for (const HandleEdge& edge : edges_from(node))
      if (edge.kind == EdgeKind::argument && is_left_out(program.entity(program.function_of(edge.to)))) return true;
    for (const HandleEdge& edge : edges_to(node))
      if (edge.kind != EdgeKind::foreign && seen.insert(edge.from).second) open.push_back(edge.from);
  }
  return false;
}

bool Handles::is_foreign(EntityId handle) const {
  const EntityFact* maker = maker_of(handle);
  return maker && !maker->has(is_defined) && maker->name != "socket";
}

const EntityFact* Handles::maker_of(EntityId handle) const {
  if (const EntityFact* maker = program.entity(program.function_of(handle));
      maker && !program.entity(handle)) // the result itself, not a parameter
    return maker;
  for (const HandleEdge& edge : edges_to(handle))
    if (edge.kind == EdgeKind::from_result || edge.kind == EdgeKind::foreign)
      if (const EntityFact* maker = program.entity(program.function_of(edge.from))) return maker;
  return nullptr;
}

// The core graph knows how integers travel; descriptors are integers.
static HandleEdge edge_of(const FlowFact& flow) {
  const EdgeKind kind = flow.kind == FlowKind::argument ? EdgeKind::argument
                        : flow.kind == FlowKind::result ? EdgeKind::to_result
                        : flow.leaves != EntityId::none ? EdgeKind::from_result
                                                        : EdgeKind::value;
  return {flow.from, flow.to, kind, flow.location};
}

static bool carries(const FlowFact& flow) {
  return flow.kind != FlowKind::derived && flow.kind != FlowKind::part && flow.kind != FlowKind::output &&
         flow.scale == 1;
}

std::vector<HandleEdge> Handles::edges_to(EntityId node) const {
  std::vector<HandleEdge> found;
  if (std::unordered_map<EntityId, std::vector<std::uint32_t>>::const_iterator at = by_to.find(node); at != by_to.end())
    for (const std::uint32_t i : at->second) found.push_back(edges[i]);
  for (const std::uint32_t i : program.flows_to(node))
    if (carries(program.flows[i]) && !program.constant(program.flows[i].from))
      found.push_back(edge_of(program.flows[i]));
  return found;
}

std::vector<HandleEdge> Handles::edges_from(EntityId node) const {
  std::vector<HandleEdge> found;
  if (std::unordered_map<EntityId, std::vector<std::uint32_t>>::const_iterator at = by_from.find(node);
      at != by_from.end())
    for (const std::uint32_t i : at->second) found.push_back(edges[i]);
  for (const std::uint32_t i : program.flows_from(node))
    if (carries(program.flows[i])) found.push_back(edge_of(program.flows[i]));
  return found;
}

void Handles::mark(EntityId handle) {
  if (handle != EntityId::none && limited.insert(handle).second) work.push_back(handle);
}

// A limit holds for all names of the same object. Out of a helper it reaches what its callers passed, but not the other
// way round: of a handle that arrives as an argument, all callers must have limited it (see is_limited).
void Handles::spread() {
  while (!work.empty()) {
    const EntityId node = work.back();
    work.pop_back();
    for (const HandleEdge& edge : edges_to(node))
      if (edge.kind == EdgeKind::value || edge.kind == EdgeKind::argument ||
          (edge.kind == EdgeKind::to_result && outlives(edge.from)) ||
          (edge.kind == EdgeKind::from_result && gives_shared(edge.from)))
        mark(edge.from);
    for (const HandleEdge& edge : edges_from(node))
      if (edge.kind != EdgeKind::argument && edge.kind != EdgeKind::foreign) mark(edge.to);
  }
}

bool Handles::outlives(EntityId node) const {
  const EntityFact* entity = program.entity(node);
  return entity &&
         (entity->kind == EntityKind::field || (entity->kind == EntityKind::variable && !entity->has(is_local)));
}

bool Handles::gives_shared(EntityId result) const {
  const std::vector<HandleEdge> sources = edges_to(result);
  return std::any_of(sources.begin(), sources.end(), [&](const HandleEdge& edge) { return outlives(edge.from); });
}

} // namespace plumbline
