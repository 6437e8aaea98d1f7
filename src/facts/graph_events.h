// What a program does with the graphs that its records form: the facts behind `unvalidated-dependency-cycle`.
//
// A function is reduced to the few things that tell a cycle check from its look-alikes, in the order in which they are
// written: it goes through a member's elements, asks whether an id is known, marks something, asks the mark, calls
// somebody, counts down. What the sequence means is decided after linking (src/program/dependency_graph.h), on plain
// data, so that a check that stands in another file is seen, and so that a test can write a function in ten lines.
#pragma once

#include "facts/facts.h"

namespace plumbline {

enum class GraphShape : std::uint8_t {
  ids,       // a container of ids
  pointers,  // a container of pointers to records
  adjacency, // a map from an id to many ids
  edges,     // a list of pairs
  document,  // free JSON or the like
};

// How much a name says. `tree` names (children, parents) are used for trees and for graphs, `network` names
// (neighbours, links) for what may well be cyclic.
enum class GraphName : std::uint8_t { none, network, tree, graph, dependency };
GraphName graph_name(std::string_view identifier);

// A field, variable, parameter, document key or adjacency type that holds such a graph.
struct GraphMember {
  EntityId id = EntityId::none, owner = EntityId::none; // owner: the record of a field, the function of a parameter
  Location location;
  std::string name, qualified;
  GraphShape shape = GraphShape::ids;
  std::string element; // type of an id or a pointer, as a reader would write it
  std::string type;    // of the whole member
  std::string owner_name;
  std::string id_field;             // the owner's field that holds its own id, if one is recognised
  EntityId target = EntityId::none; // the record pointed to
  std::string through;              // the field of an element that points to it, if the element itself does not
  int parameter = -1;               // index, if it is a parameter
  bool is_field = false;
};

enum class GraphEventKind : std::uint8_t {
  walk,       // goes through the member's elements                    object: member
  fill,       // puts something into the member                        object: member; source, parameters; other: the
              //                                                       member that gets the same edge the other way
  load,       // reads the member from a document                      object: member
  lookup,     // asks whether an element is known                      object: member; other: the container asked
  order,      // compares an element with <, <=, >, >=                 object: member
  same,       // compares an element with ==, !=                       object: member
  test,       // asks a mark                                           object: marker; other: member it is a field of
  mark,       // sets, inserts, removes a mark                         object: marker; text: the value, "+" or "-"
  call,       // calls a function, or a lambda that calls itself       object: callee; other: member handed over
  count_down, // --in_degree[x]                                        object: marker
  zero,       // in_degree[x] == 0                                     object: marker
  sizes,      // compares how many there were with how many there are
  minimum,    // low[x] = min(low[x], …)                               object: marker
  roots,      // compares what one function gives for two elements     object: that function
  loop,       // a loop starts; `loop` is its own number, text its condition
  loop_end,   // … and ends
  give_back,  // returns the member                                    object: member
  store,      // keeps a record that has the member                    object: member; other: the container
  drop,       // deletes an element                                    object: member; none: its own record or parameter
  lambda,     // a lambda starts that its variable may call            object: variable; text: its name
};

// What follows from a test, as bits.
enum GraphOutcome : std::uint32_t {
  reports = 1, // throws, returns a value, logs, sets a flag, adds to a list of errors
  leaves = 2,  // return or break, without a word
  skips = 4,   // continue
  wraps = 8,   // something else happens, or does not
};

// Where a value that fills a member comes from.
enum class GraphSource : std::uint8_t { nothing, constant, fresh, parameter, lookup, outside };

// Bits of GraphEvent::flags.
enum GraphEventFlag : std::uint32_t {
  hands_element = 1,     // call: an argument or the object comes from the member `other`
  recursive = 2,         // call: of the function itself, also through a local lambda
  deeper = 4,            // call: an argument is one of the function's parameters plus or minus something
  of_own_map = 8,        // lookup: in a map of the records that own the member; fill: of a record in such a map
  has_element = 16,      // mark: what is put in comes from the member `other`; test: of an element of it
  by_value = 32,         // mark, test: the marker is a parameter passed by value
  waits_for_work = 64,   // loop: ends when no work is left, not by going through something
  notices = 128,         // loop: ends as well when a round changed nothing, or after some time or number of rounds
  hands_container = 256, // call: the member itself is handed over, as argument `parameters`
  both_ways = 512,       // fill: the reverse edge is filled as well
  endless = 1024,        // loop: while (true)
  bounds_depth = 2048,   // test: of a parameter or counter against a bound
  in_condition = 4096,   // the condition of the loop `loop`
  only_asks = 8192,      // call: nothing is changed through it, and the answer says yes or no, where, or which
  of_its_state = 16384,  // call, lookup: a field of the answer is asked, not the answer
  of_local = 32768,      // mark, test: the marker is made anew in each call of the function
  of_some = 65536,       // lookup: asked of elements of some kind only: !pure && !known.count(id)
};

struct GraphEvent {
  EntityId function = EntityId::none, object = EntityId::none, other = EntityId::none;
  GraphEventKind kind = GraphEventKind::walk;
  Location location;
  unsigned order = 0;           // in the function, from 1
  unsigned loop = 0;            // order of the loop around it, 0: none
  unsigned outcome = 0;         // GraphOutcome
  unsigned flags = 0;           // GraphEventFlag
  std::uint64_t parameters = 0; // bits of the function's parameters that take part; hands_container: of the callee's
  GraphSource source = GraphSource::nothing;
  std::string text;
  bool has(GraphEventFlag flag) const { return (flags & flag) != 0; }
};

// One call of a function that may fill a graph: which arguments are literals, and which were made for the call.
struct GraphArguments {
  EntityId callee = EntityId::none, caller = EntityId::none;
  Location location;
  std::uint64_t constant = 0, fresh = 0; // bits by parameter
};

void write(FactTable& table, const GraphMember& member);
void write(FactTable& table, const GraphEvent& event);
void write(FactTable& table, const GraphArguments& arguments);
GraphMember read_graph_member(const FactTable& table, const Fact& fact);
GraphEvent read_graph_event(const FactTable& table, const Fact& fact);
GraphArguments read_graph_arguments(const FactTable& table, const Fact& fact);

inline constexpr std::string_view graph_member_kind = "graph-member", graph_event_kind = "graph-event",
                                  graph_arguments_kind = "graph-arguments";

} // namespace plumbline
