// Modules, the layers they are declared in, and who uses whom among them (design.md §3.5 "layer-violation").
//
// A module is one of the settings, or where there are none, a top folder. Test code is in no module: what tests use
// says nothing about how the program is built. It still has a layer, so that an include against the layers is found
// there.
#pragma once

#include "audit/graphs.h"
#include "program/includes.h"

#include <string>
#include <vector>

namespace plumbline {

struct ModuleLink {
  std::uint32_t from = 0, to = 0; // modules
  std::vector<std::uint32_t>
      includes; // from files of the one to files of the other: indexes into IncludeGraph::includes
  std::vector<std::uint32_t> by_hand; // functions and variables used without any include: indexes into `mentions`
  // Of `mentions`, if names > 0: all there is where another module's headers bring the names.
  std::uint32_t first_use = 0;
  std::uint32_t names = 0; // that files of `from` take from files of `to`, each once per file
  bool against_layers = false;
  bool back = false; // see GraphEdge
};

struct ModuleRing {
  std::vector<std::uint32_t> modules; // sorted
  std::vector<std::uint32_t> cycle;   // links of a shortest way round; begins with `cut` where that is on it
  std::uint32_t cut = 0;              // the link that costs least names; among those with an include
  std::uint32_t include = 0;          // of that link, the one through which the fewest names come
  std::size_t left = 0;               // modules that are still in a ring without `cut`
};

struct ModuleGraph {
  std::vector<std::string> modules;       // sorted
  std::vector<int> layers;                // of each module, as GraphNode::layer
  std::vector<std::uint32_t> file_counts; // of each module
  std::vector<std::uint32_t> module_of;   // by file of the include graph; no_index: none, or a test
  std::vector<int> layer_of;              // by file, tests too
  std::vector<std::string> name_of;       // of the file's module, tests too
  std::vector<ModuleLink> links;          // sorted by from, then to
  // By mention: the include of its own file through which it comes, or no_index.
  std::vector<std::uint32_t> through;
};

ModuleGraph module_graph(const IncludeGraph& includes, const Settings& settings);

// Rings of modules; what is against the layers takes no part, because that is a finding of its own.
std::vector<ModuleRing> module_rings(const ModuleGraph& modules, const IncludeGraph& includes);

// A use of something that stands in a higher layer.
struct LayerViolation {
  std::uint32_t include = no_index;    // the include that brings it; no_index: a use without one
  std::uint32_t higher = no_index;     // the file in the higher layer
  std::vector<std::uint32_t> mentions; // what is used: declared by hand first, calls before types; without an include,
                                       // the finding stands at the first
};

// One per include against the layers, then one per file and file above whose names it uses without an include (a header
// and its source count as one file); each in the files' order.
std::vector<LayerViolation> layer_violations(const ModuleGraph& modules, const IncludeGraph& includes);

// As reports show it; empty where there are fewer than two modules.
std::vector<Graph> graphs_of(const Program& program);

} // namespace plumbline
