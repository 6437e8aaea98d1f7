#include "program/graph.h"

#include <gmock/gmock.h>
#include <llvm/Support/thread.h>

#include <algorithm>
#include <chrono>
#include <random>

namespace plumbline {

using testing::ElementsAre;
using testing::IsEmpty;
using Nodes = std::vector<std::uint32_t>;

TEST(Graph, RingsAreTheComponentsOfTwoAndMore) {
  const NodePair edges[] = {{0, 1}, {1, 2}, {2, 1}, {3, 3}, {4, 5}, {5, 6}, {6, 4}, {2, 4}};
  EXPECT_THAT(rings_of(graph_of(7, edges)), ElementsAre(Nodes{1, 2}, Nodes{4, 5, 6}));
  EXPECT_THAT(rings_of(graph_of(0, {})), IsEmpty());
}

static std::vector<NodePair> random_edges(std::uint32_t nodes, std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<NodePair> edges;
  while (edges.size() < count)
    edges.emplace_back(static_cast<std::uint32_t>(random() % nodes), static_cast<std::uint32_t>(random() % nodes));
  return edges;
}

// Two nodes share a component if each reaches the other: the definition, asked the slow way (Warshall).
TEST(Graph, ComponentsAgreeWithReachability) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    constexpr std::uint32_t nodes = 12;
    const std::vector<NodePair> edges = random_edges(nodes, 4 + seed % 20, seed);
    bool reaches[nodes][nodes] = {};
    for (std::uint32_t i = 0; i < nodes; ++i) reaches[i][i] = true;
    for (const NodePair& edge : edges) reaches[edge.first][edge.second] = true;
    for (std::uint32_t k = 0; k < nodes; ++k)
      for (std::uint32_t i = 0; i < nodes; ++i)
        for (std::uint32_t j = 0; j < nodes; ++j) reaches[i][j] = reaches[i][j] || (reaches[i][k] && reaches[k][j]);
    const std::vector<std::uint32_t> component = components_of(graph_of(nodes, edges));
    for (std::uint32_t i = 0; i < nodes; ++i)
      for (std::uint32_t j = 0; j < nodes; ++j)
        EXPECT_EQ(component[i] == component[j], reaches[i][j] && reaches[j][i]) << "seed " << seed;
  }
}

// A chain of 500,000 nodes that closes to a ring, and as many edges across: as deep as it is large.
static std::vector<NodePair> deep_edges(std::uint32_t nodes) {
  std::vector<NodePair> edges = random_edges(nodes, nodes, 7);
  for (NodePair& edge : edges)
    if (edge.first < edge.second) std::swap(edge.first, edge.second); // backwards: the chain stays the only way on
  for (std::uint32_t i = 0; i < nodes; ++i) edges.emplace_back(i, (i + 1) % nodes);
  return edges;
}

TEST(Graph, AMillionEdgesNeedNoStack) {
  std::vector<std::vector<std::uint32_t>> rings, chain;
  std::size_t cycle = 0;
  llvm::thread small(std::optional<unsigned>(64 * 1024), [&] {
    constexpr std::uint32_t nodes = 500'000;
    const std::vector<NodePair> edges = deep_edges(nodes);
    ASSERT_EQ(edges.size(), 1'000'000u);
    const DirectedGraph graph = graph_of(nodes, edges);
    rings = rings_of(graph);
    std::vector<NodePair> open(edges.end() - nodes, edges.end() - 1);
    chain = rings_of(graph_of(nodes, open));
    cycle = shortest_cycle(graph, rings.front(), {0, 1}).size();
  });
  small.join();
  ASSERT_EQ(rings.size(), 1u);
  EXPECT_EQ(rings.front().size(), 500'000u);
  EXPECT_THAT(chain, IsEmpty());
  EXPECT_GE(cycle, 2u);
}

static double seconds_for(std::uint32_t nodes) {
  const std::vector<NodePair> edges = deep_edges(nodes);
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    EXPECT_EQ(components_of(graph_of(nodes, edges)).size(), nodes);
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

// Eight times the edges in about eight times the time. Memory that no longer fits the cache costs a factor of its own;
// anything quadratic would be a factor of 64.
TEST(Graph, TimeGrowsWithTheEdges) { EXPECT_LT(seconds_for(500'000), 8 * 4 * seconds_for(62'500)); }

TEST(Graph, ShortestPath) {
  const NodePair edges[] = {{0, 1}, {1, 2}, {2, 3}, {0, 4}, {4, 3}, {3, 0}};
  const DirectedGraph graph = graph_of(6, edges);
  EXPECT_THAT(shortest_path(graph, 0, 3), ElementsAre(0, 4, 3));
  EXPECT_THAT(shortest_path(graph, 0, 3, {true, true, true, true, false, true}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(shortest_path(graph, 0, 0), ElementsAre(0, 4, 3, 0));
  EXPECT_THAT(shortest_path(graph, 0, 5), IsEmpty());
}

TEST(Graph, ShortestCyclePrefersTheGivenEdge) {
  const NodePair edges[] = {{0, 1}, {1, 0}, {1, 2}, {2, 1}, {2, 3}, {3, 0}};
  const DirectedGraph graph = graph_of(4, edges);
  const Nodes ring{0, 1, 2, 3};
  EXPECT_THAT(shortest_cycle(graph, ring, {0, 1}), ElementsAre(0, 1));
  EXPECT_THAT(shortest_cycle(graph, ring, {2, 1}), ElementsAre(1, 2));
  // No cycle of two goes through it.
  EXPECT_THAT(shortest_cycle(graph, ring, {2, 3}), ElementsAre(0, 1));
}

} // namespace plumbline
