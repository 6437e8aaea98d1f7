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
  unsigned ring = 0;              // functions that call each other in a ring have the same number, others 0
  std::vector<unsigned> around{}; // by a loop's number: the loop around it
  bool is_inside(const GraphEvent& event, unsigned loop) const;
};

struct DependencyGraphs {
  explicit DependencyGraphs(const Program& program);

  const Program& program;
  std::vector<GraphFunction> functions;    // sorted by where they stand
  std::map<EntityId, GraphMember> members; // also those that are aliases of others
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
  // The functions that do, in their order; those that one of them is called by, too, up to two calls above.
  std::vector<std::uint32_t> touching(EntityId member) const;
  std::vector<std::uint32_t> around_touching(EntityId member) const;
  // Functions with an event about the member itself, in their order.
  std::span<const std::uint32_t> users(EntityId member) const;
  // The functions of a ring of calls, in their order.
  std::span<const std::uint32_t> ring(unsigned number) const;
  // Whether the function finds cycles in what the member names (cycle_checks.cpp): it finds some, and what it goes on
  // with is not another kind of edges.
  bool checks(EntityId function, EntityId member) const;
  // Whether one of those goes through pointers to the same record, by whichever member: edges are often kept both ways.
  bool is_target_checked(const GraphMember& member) const;
  // Members that get each edge of this one the other way round: `needs[a].insert(b)` beside `needed_by[b].insert(a)`.
  const std::set<EntityId>& mirrors(EntityId member) const;

 private:
  void link_functions();
  void link_calls();
  void link_members();
  void index();
  void alias(EntityId from, EntityId to);
  void resolve();

  std::map<EntityId, EntityId> aliases;
  std::map<EntityId, std::vector<std::uint32_t>> user_index;
  std::map<EntityId, std::vector<EntityId>> projected_into;
  std::map<unsigned, std::vector<std::uint32_t>> ring_index;
  std::vector<bool> check_cache;
  std::map<EntityId, std::set<EntityId>> checked_targets; // record -> members by which it is gone through
  std::map<EntityId, std::set<EntityId>> mirrored;
  std::map<EntityId, std::set<EntityId>> projections;
  std::unordered_map<EntityId, std::uint32_t> function_index;
  std::unordered_map<EntityId, std::vector<EntityId>> callee_index, caller_index;
  std::unordered_map<EntityId, std::vector<GraphArguments>> argument_index;
};

// Whether what the function does, with those it forms a ring of calls with, finds cycles in what it goes through:
// colours or a recursion stack, in-degrees with a count compare (its own or a caller's), low-links, roots of a
// union-find.
bool finds_cycles(const DependencyGraphs& graphs, const GraphFunction& function);

// Whether the function goes on with what other members name only, and those are edges of another kind: what looks for
// rings of calls finds none of values.
bool follows_others_only(const DependencyGraphs& graphs, const GraphFunction& function, const GraphMember& member);

// Whether the names of two members of a record speak of two kinds of edges, not of two directions:
// `value_inputs` and `control_outputs`.
bool are_other_edges(std::string_view one, std::string_view other);

// Whether a loop of the function goes on until what the member names has come to some state.
bool waits_for(const DependencyGraphs& graphs, const GraphFunction& function, const GraphEvent& loop, EntityId member);

// Whether some loop over what is left notices a round without progress. That is no check for another loop that waits,
// unless it plans or orders, as what is done where a graph is loaded: then is_checked() says so.
bool is_noticed(const DependencyGraphs& graphs, EntityId member);

// Whether anything in the program checks the member for cycles.
bool is_checked(const DependencyGraphs& graphs, EntityId member);

} // namespace plumbline
