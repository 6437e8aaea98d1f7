// The graphs that a program's records form, linked: which members hold them, who touches them, and whether anybody
// checks them for cycles (design.md §3.5, §3.6 "Cycles").
#pragma once

#include "facts/graph_events.h"
#include "program/program.h"

#include <map>
#include <set>

namespace plumbline {

// A function's events in the order in which they are written, and what they amount to.
struct GraphFunction {
  EntityId id = EntityId::none;
  std::vector<GraphEvent> events;
  unsigned ring = 0; // functions that call each other in a ring have the same number, others 0
};

struct DependencyGraphs {
  explicit DependencyGraphs(const Program& program);

  const Program& program;
  std::vector<GraphFunction> functions;    // sorted by where they stand
  std::map<EntityId, GraphMember> members; // those that others are aliases of
  // Accessors, parameters and document keys stand for the member that they give, get or fill.
  EntityId member_of(EntityId id) const;
  const GraphFunction* function(EntityId id) const;
  // Members whose elements went into this one: `graph[step.id] = step.depends_on`.
  const std::set<EntityId>& projected_from(EntityId member) const;
  std::span<const EntityId> callees(EntityId function) const;
  std::span<const EntityId> callers(EntityId function) const;
  // Calls of a function that may fill a graph.
  std::span<const GraphArguments> calls_of(EntityId function) const;
  // Whether the events go through the member, or through one that its elements went into.
  bool touches(const GraphFunction& function, EntityId member) const;

 private:
  void link_functions();
  void link_members();
  void alias(EntityId from, EntityId to);
  void resolve();

  std::map<EntityId, EntityId> aliases;
  std::map<EntityId, std::set<EntityId>> projections;
  std::unordered_map<EntityId, std::uint32_t> function_index;
  std::unordered_map<EntityId, std::vector<EntityId>> callee_index, caller_index;
  std::unordered_map<EntityId, std::vector<GraphArguments>> argument_index;
};

// Whether what the function does, with those it forms a ring of calls with, finds cycles in what it goes through:
// colours or a recursion stack, in-degrees with a count compare, low-links, roots of a union-find, rounds that must
// make progress. `needs_count`: in-degrees without a count compare, which a caller may make up for.
bool finds_cycles(const DependencyGraphs& graphs, const GraphFunction& function, bool* needs_count = nullptr);
// Whether the function compares how many there were with how many there are, and says so.
bool compares_counts(const GraphFunction& function);

// Whether a loop of the function goes on until what the member names has come to some state.
bool waits_for(const DependencyGraphs& graphs, const GraphFunction& function, const GraphEvent& loop, EntityId member);

// Whether anything in the program checks the member for cycles.
bool is_checked(const DependencyGraphs& graphs, EntityId member);

} // namespace plumbline
