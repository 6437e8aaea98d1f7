// A graph as reports show it: the modules of the program and who uses whom (design.md §3.6 "graphs").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace plumbline {

struct GraphNode {
  std::string name;
  int layer = -1; // as declared in the settings, 0 the highest; -1: in none
  std::uint32_t files = 0;
};

struct GraphEdge {
  std::string from, to;       // names of nodes
  std::uint32_t includes = 0; // from files of the one to files of the other
  std::uint32_t names = 0;    // that they take from there, each once per file: the edge's weight
  bool back = false;          // without the back edges, the graph has no ring and keeps to the layers
  bool against_layers = false;
};

struct Graph {
  std::string name;             // "modules"
  std::vector<GraphNode> nodes; // sorted by layer, then name; those in no layer last
  std::vector<GraphEdge> edges; // sorted by from, then to
};

} // namespace plumbline
