#include "program/graph.h"

#include <algorithm>
#include <numeric>

namespace plumbline {

static constexpr std::uint32_t none = ~std::uint32_t(0);

DirectedGraph graph_of(std::uint32_t nodes, std::span<const NodePair> edges) {
  DirectedGraph graph;
  graph.first.assign(nodes + 1, 0);
  graph.targets.resize(edges.size());
  for (const NodePair& edge : edges) ++graph.first[edge.first + 1];
  std::partial_sum(graph.first.begin(), graph.first.end(), graph.first.begin());
  std::vector<std::uint32_t> at(graph.first.begin(), graph.first.end() - 1);
  for (const NodePair& edge : edges) graph.targets[at[edge.first]++] = edge.second;
  return graph;
}

std::vector<std::uint32_t> components_of(const DirectedGraph& graph) {
  const std::uint32_t nodes = graph.size();
  std::vector<std::uint32_t> component(nodes, none), number(nodes, none), low(nodes, 0), edge(nodes, 0);
  std::vector<std::uint32_t> path, open; // the search's way from its root, and the nodes without a component yet
  std::uint32_t count = 0, components = 0;
  for (std::uint32_t root = 0; root < nodes; ++root) {
    if (number[root] != none) continue;
    path.push_back(root);
    while (!path.empty()) {
      const std::uint32_t node = path.back();
      if (number[node] == none) {
        number[node] = low[node] = count++;
        open.push_back(node);
      }
      const std::span<const std::uint32_t> next = graph.next(node);
      bool deeper = false;
      while (edge[node] < next.size() && !deeper) {
        const std::uint32_t to = next[edge[node]];
        if (number[to] == none) {
          path.push_back(to); // comes back to this edge, then with a low link
          deeper = true;
        } else {
          if (component[to] == none) low[node] = std::min(low[node], low[to]);
          ++edge[node];
        }
      }
      if (deeper) continue;
      path.pop_back();
      if (low[node] != number[node]) continue;
      for (std::uint32_t member = none; member != node; open.pop_back()) {
        member = open.back();
        component[member] = components;
      }
      ++components;
    }
  }
  return component;
}

std::vector<std::vector<std::uint32_t>> rings_of(const DirectedGraph& graph) {
  const std::vector<std::uint32_t> component = components_of(graph);
  std::vector<std::vector<std::uint32_t>> members(graph.size());
  for (std::uint32_t node = 0; node < graph.size(); ++node) members[component[node]].push_back(node);
  std::erase_if(members, [](const std::vector<std::uint32_t>& nodes) { return nodes.size() < 2; });
  std::sort(members.begin(), members.end());
  return members;
}

namespace {

// Breadth-first searches in one graph, reusing the memory: only what a search touched is cleared after it.
class Search {
 public:
  Search(const DirectedGraph& graph, const std::vector<bool>& allowed)
      : graph(graph), allowed(allowed), parent(graph.size(), none), depth(graph.size(), 0) {}

  // A way of at most `limit` edges.
  std::vector<std::uint32_t> run(std::uint32_t from, std::uint32_t to, std::size_t limit) {
    std::vector<std::uint32_t> queue{from}, path;
    parent[from] = from;
    depth[from] = 0;
    for (std::size_t at = 0; at < queue.size() && path.empty(); ++at) {
      const std::uint32_t node = queue[at];
      if (depth[node] >= limit) break;
      for (const std::uint32_t next : graph.next(node)) {
        ++steps;
        if (next == to) {
          path.push_back(to);
          for (std::uint32_t back = node; back != from; back = parent[back]) path.push_back(back);
          path.push_back(from);
          break;
        }
        if (parent[next] != none || (!allowed.empty() && !allowed[next])) continue;
        parent[next] = node;
        depth[next] = depth[node] + 1;
        queue.push_back(next);
      }
    }
    for (const std::uint32_t node : queue) parent[node] = none;
    std::reverse(path.begin(), path.end());
    return path;
  }

  std::uint64_t steps = 0;

 private:
  const DirectedGraph& graph;
  const std::vector<bool>& allowed;
  std::vector<std::uint32_t> parent, depth;
};

} // namespace

std::vector<std::uint32_t> shortest_path(const DirectedGraph& graph, std::uint32_t from, std::uint32_t to,
                                         const std::vector<bool>& allowed) {
  return Search(graph, allowed).run(from, to, none);
}

std::vector<std::uint32_t> shortest_cycle(const DirectedGraph& graph, const std::vector<std::uint32_t>& ring,
                                          NodePair preferred) {
  constexpr std::uint64_t most_steps = 20'000'000;
  std::vector<bool> allowed(graph.size(), false);
  for (const std::uint32_t node : ring) allowed[node] = true;
  Search search(graph, allowed);
  // Round by the preferred edge: a path back from its end.
  std::vector<std::uint32_t> best = search.run(preferred.second, preferred.first, none);
  for (const std::uint32_t node : ring) {
    if (search.steps > most_steps || (best.size() == 2)) break;
    std::vector<std::uint32_t> found = search.run(node, node, best.empty() ? none : best.size() - 1);
    if (found.empty()) continue;
    found.pop_back(); // the start, repeated
    if (best.empty() || found.size() < best.size()) best = std::move(found);
  }
  std::rotate(best.begin(), std::min_element(best.begin(), best.end()), best.end());
  return best;
}

} // namespace plumbline
