// What the program does with one member that holds a graph: who fills it, from where, and who asks what of its ids.
#pragma once

#include "program/dependency_graph.h"

namespace plumbline {

struct GraphUse {
  bool both_ways = false;    // each edge is put in from both ends: undirected
  bool own_map = false;      // its ids are looked up among the records that have it
  bool keyed = false;        // … which stand in a map, or a table whose places are the ids
  bool all_fresh = false;    // only ever gets what was made for it
  bool all_constant = false; // only ever gets what is written in the code
  bool by_lookup = false;    // gets records that were found by something
  bool follows = false;      // some function goes on to what it names
  bool follows_back = false; // … through another, which gets from an id to a record
  bool only_shown = false;   // who reads it looks at one edge, and goes no further
  bool owned = false;        // what it points to is deleted with it
  bool only_itself = false;  // the validator refuses only what names itself
  unsigned touched = 0, fills = 0, outside = 0;
  const GraphFunction* validator = nullptr; // checks its ids
  const GraphFunction* loader = nullptr;    // fills it
  const GraphFunction* keeper = nullptr;    // keeps records after a look at their own ids
  Location validated, loaded, kept;
};

GraphUse use_of(const DependencyGraphs& graphs, const GraphMember& member);

// Whether a call gets back to the function within so many steps: a walk is short, a ring through half the program is
// not.
bool comes_back(const DependencyGraphs& graphs, EntityId callee, EntityId function, int steps);

} // namespace plumbline
