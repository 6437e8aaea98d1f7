// Directed graphs over the numbers 0 … n-1: what include, module and data graphs are asked about cycles.
//
// Nothing here recurses: a chain of a million nodes is as deep as it is long. Everything is in a fixed order that only
// depends on the nodes' numbers and the edges' order.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace plumbline {

using NodePair = std::pair<std::uint32_t, std::uint32_t>; // from, to

// Each node's edges in one array (compressed rows). Parallel edges and loops are kept.
struct DirectedGraph {
  std::vector<std::uint32_t> first; // where a node's edges begin in `targets`; one entry more than there are nodes
  std::vector<std::uint32_t> targets;

  std::uint32_t size() const { return static_cast<std::uint32_t>(first.size()) - 1; }
  std::span<const std::uint32_t> next(std::uint32_t node) const {
    return std::span<const std::uint32_t>(targets).subspan(first[node], first[node + 1] - first[node]);
  }
};

// Edges of one node keep the order they are given in.
DirectedGraph graph_of(std::uint32_t nodes, std::span<const NodePair> edges);

// The number of each node's strongly connected component, from 0 (Tarjan, SIAM J. Comput. 1972; linear).
std::vector<std::uint32_t> components_of(const DirectedGraph& graph);

// The components of at least two nodes, each sorted, ordered by their first node. A loop is no ring.
std::vector<std::vector<std::uint32_t>> rings_of(const DirectedGraph& graph);

// The nodes of a shortest path, both ends included; empty if there is none. `to` may equal `from`: the shortest way
// round. Only nodes that `allowed` marks are entered; empty: all.
std::vector<std::uint32_t> shortest_path(const DirectedGraph& graph, std::uint32_t from, std::uint32_t to,
                                         const std::vector<bool>& allowed = {});

// A shortest cycle in a ring, from its smallest node on, the first node not repeated. Of several, one that uses the
// edge `preferred`, else the one that a search from the smallest node finds first. Searching costs nodes × edges of the
// ring; after some ten million steps the shortest one so far is taken: still a cycle, and nobody would read it to its
// end.
std::vector<std::uint32_t> shortest_cycle(const DirectedGraph& graph, const std::vector<std::uint32_t>& ring,
                                          NodePair preferred);

} // namespace plumbline
