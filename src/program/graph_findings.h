// Graphs that are taken in, walked or waited for without anybody asking whether they have cycles.
#pragma once

#include "program/dependency_graph.h"

namespace plumbline {

struct GraphFinding {
  std::string_view kind; // accepted, endless-walk, endless-wait
  EntityId member = EntityId::none, function = EntityId::none;
  Location location;      // where it stands
  std::string anchor;     // source text there
  bool validates = false; // accepted: the function checks ids
  bool keeps = false;     // accepted: the function keeps records whose own id it checks
  std::vector<std::pair<Location, std::string>> evidence;
};

// In a fixed order: by where they stand.
std::vector<GraphFinding> graph_findings(const DependencyGraphs& graphs);

// "'PlanStep::depends_on'", "the key \"depends_on\"", "the map 'Graph'".
std::string shown(const GraphMember& member);

} // namespace plumbline
