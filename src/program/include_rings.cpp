#include "program/include_rings.h"

#include <algorithm>
#include <map>
#include <set>

namespace plumbline {

static bool are_opposite(const std::string& a, const std::string& b) {
  return a == "!" + b || a == "!(" + b + ")" || b == "!" + a || b == "!(" + a + ")";
}

static bool agree(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (const std::string& one : a)
    for (const std::string& other : b)
      if (are_opposite(one, other)) return false;
  return true;
}

// The file that stands for each file: itself, or the header at whose end it is included and that it includes back.
static std::vector<std::uint32_t> heads_of(const IncludeGraph& includes) {
  std::set<NodePair> pairs;
  for (const Include& include : includes.includes) pairs.emplace(include.from, include.to);
  std::vector<std::uint32_t> heads(includes.files.size());
  for (std::uint32_t file = 0; file < heads.size(); ++file) heads[file] = file;
  for (const Include& include : includes.includes)
    if (include.at_end && pairs.contains({include.to, include.from})) heads[include.to] = include.from;
  // x.h, x-inl.h and x-inl-impl.h: the chain's first. A ring of such includes would be a ring after all.
  for (std::uint32_t file = 0; file < heads.size(); ++file)
    for (int step = 0; step < 4 && heads[heads[file]] != heads[file]; ++step) heads[file] = heads[heads[file]];
  return heads;
}

namespace {

class RingFinder {
 public:
  explicit RingFinder(const IncludeGraph& includes) : includes(includes), heads(heads_of(includes)) {
    for (std::uint32_t i = 0; i < includes.includes.size(); ++i)
      if (head_of_from(i) != head_of_to(i)) all.push_back(i);
  }

  std::vector<IncludeRing> run() {
    std::vector<IncludeRing> rings;
    for (const std::vector<std::uint32_t>& members : rings_of(graph_with(all))) {
      std::vector<std::uint32_t> inside = within(all, members), always;
      for (const std::uint32_t include : inside)
        if (includes.includes[include].conditions.empty()) always.push_back(include);
      std::vector<std::uint32_t> files = files_of(members);
      names = names_by_include(includes, files);
      IncludeRing ring;
      if (!describe(ring, always) && !describe_conditional(ring, inside)) continue;
      ring.files = std::move(files);
      ring.hub = hub_of(ring.files);
      std::erase(inside, ring.cut);
      for (const std::vector<std::uint32_t>& rest : rings_of(graph_with(inside))) ring.left += files_of(rest).size();
      rings.push_back(std::move(ring));
    }
    return rings;
  }

 private:
  std::uint32_t head_of_from(std::uint32_t include) const { return heads[includes.includes[include].from]; }
  std::uint32_t head_of_to(std::uint32_t include) const { return heads[includes.includes[include].to]; }

  DirectedGraph graph_with(const std::vector<std::uint32_t>& chosen) const {
    std::vector<NodePair> edges;
    for (const std::uint32_t include : chosen) edges.emplace_back(head_of_from(include), head_of_to(include));
    return graph_of(static_cast<std::uint32_t>(heads.size()), edges);
  }

  std::vector<std::uint32_t> within(const std::vector<std::uint32_t>& chosen,
                                    const std::vector<std::uint32_t>& members) const {
    std::vector<std::uint32_t> inside;
    for (const std::uint32_t include : chosen)
      if (std::binary_search(members.begin(), members.end(), head_of_from(include)) &&
          std::binary_search(members.begin(), members.end(), head_of_to(include)))
        inside.push_back(include);
    return inside;
  }

  // What a ring is recognised by: which include is cheapest to cut changes with every use of a name, what everybody
  // includes hardly does, even when the ring grows.
  std::uint32_t hub_of(const std::vector<std::uint32_t>& files) const {
    std::map<std::uint32_t, std::size_t> includers;
    for (const std::uint32_t file : files) includers.emplace(file, 0);
    for (const Include& include : includes.includes)
      if (const auto counted = includers.find(include.to); counted != includers.end()) ++counted->second;
    std::uint32_t hub = files.front();
    for (const auto& [file, count] : includers)
      if (count > includers.at(hub)) hub = file;
    return hub;
  }

  std::vector<std::uint32_t> files_of(const std::vector<std::uint32_t>& members) const {
    std::vector<std::uint32_t> files;
    for (std::uint32_t file = 0; file < heads.size(); ++file)
      if (std::binary_search(members.begin(), members.end(), heads[file])) files.push_back(file);
    return files;
  }

  // Includes are numbered by path and line, so the first of the cheapest is the smallest number.
  bool is_cheaper(std::uint32_t a, std::uint32_t b) const {
    return std::pair(names[a].size(), a) < std::pair(names[b].size(), b);
  }

  // Fills in the cut and the cycle from the rings that `usable` makes; false if it makes none.
  bool describe(IncludeRing& ring, const std::vector<std::uint32_t>& usable) const {
    const DirectedGraph graph = graph_with(usable);
    std::vector<std::vector<std::uint32_t>> rings = rings_of(graph);
    if (rings.empty()) return false;
    std::uint32_t cut = no_index, at = 0;
    for (std::uint32_t i = 0; i < rings.size(); ++i)
      for (const std::uint32_t include : within(usable, rings[i]))
        if (cut == no_index || is_cheaper(include, cut)) cut = include, at = i;
    ring.cut = cut;
    ring.names = names[cut];
    ring.cycle = includes_along(shortest_cycle(graph, rings[at], {head_of_from(cut), head_of_to(cut)}), usable, cut);
    std::vector<std::uint32_t>::iterator begin = std::find(ring.cycle.begin(), ring.cycle.end(), cut);
    if (begin != ring.cycle.end()) std::rotate(ring.cycle.begin(), begin, ring.cycle.end());
    return true;
  }

  bool describe_conditional(IncludeRing& ring, const std::vector<std::uint32_t>& inside) const {
    for (const std::uint32_t under : inside) {
      const std::vector<std::string>& conditions = includes.includes[under].conditions;
      if (conditions.empty()) continue;
      std::vector<std::uint32_t> usable;
      for (const std::uint32_t include : inside)
        if (agree(includes.includes[include].conditions, conditions)) usable.push_back(include);
      if (!describe(ring, usable)) continue;
      ring.conditions.clear();
      bool possible = true;
      for (const std::uint32_t include : ring.cycle)
        for (const std::string& condition : includes.includes[include].conditions) {
          possible = possible && agree({condition}, ring.conditions);
          if (std::find(ring.conditions.begin(), ring.conditions.end(), condition) == ring.conditions.end())
            ring.conditions.push_back(condition);
        }
      if (possible) return true;
    }
    return false;
  }

  // One include for each step of a cycle of heads; where a step enters x.h and the next leaves x-inl.h, the include
  // between the two as well.
  std::vector<std::uint32_t> includes_along(const std::vector<std::uint32_t>& cycle,
                                            const std::vector<std::uint32_t>& usable, std::uint32_t cut) const {
    std::map<NodePair, std::uint32_t> first;
    for (const std::uint32_t include : usable) {
      const NodePair step(head_of_from(include), head_of_to(include));
      auto [at, is_new] = first.try_emplace(step, include);
      if (!is_new && (include == cut || (at->second != cut && include < at->second))) at->second = include;
    }
    std::vector<std::uint32_t> steps;
    for (std::size_t i = 0; i < cycle.size(); ++i) steps.push_back(first.at({cycle[i], cycle[(i + 1) % cycle.size()]}));
    std::vector<std::uint32_t> result;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      result.push_back(steps[i]);
      const std::uint32_t entered = includes.includes[steps[i]].to;
      const std::uint32_t left = includes.includes[steps[(i + 1) % steps.size()]].from;
      const std::span<const std::uint32_t> next = includes.graph.next(entered);
      const std::span<const std::uint32_t>::iterator inner = std::find(next.begin(), next.end(), left);
      if (entered != left && inner != next.end())
        result.push_back(includes.graph.first[entered] + static_cast<std::uint32_t>(inner - next.begin()));
    }
    return result;
  }

  const IncludeGraph& includes;
  std::vector<std::uint32_t> heads;
  std::vector<std::uint32_t> all; // includes between different heads
  std::vector<std::vector<std::uint32_t>> names;
};

} // namespace

std::vector<IncludeRing> include_rings(const IncludeGraph& includes) { return RingFinder(includes).run(); }

} // namespace plumbline
