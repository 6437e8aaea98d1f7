#include "program/modules.h"

#include "project/project.h"

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Path.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace plumbline {

// The module whose rules hold for a file: of the settings, if they have any.
static std::string module_name(const Settings& settings, const std::string& path) {
  if (settings.modules.empty()) return module_of(settings, path);
  const ModuleSetting* module = module_setting_of(settings, path);
  return module ? module->name : "";
}

static int layer_named(const Settings& settings, const std::string& module) {
  for (std::size_t layer = 0; layer < settings.layers.size(); ++layer)
    if (std::find(settings.layers[layer].begin(), settings.layers[layer].end(), module) != settings.layers[layer].end())
      return static_cast<int>(layer);
  return -1;
}

static bool is_against(int from, int to) { return from >= 0 && to >= 0 && to < from; }

static void add_files(ModuleGraph& graph, const IncludeGraph& includes, const Settings& settings) {
  std::map<std::string, std::uint32_t> numbers;
  for (const std::string& path : includes.files) {
    graph.name_of.push_back(module_name(settings, path));
    graph.layer_of.push_back(graph.name_of.back().empty() ? -1 : layer_named(settings, graph.name_of.back()));
    const bool counts = !graph.name_of.back().empty() && scope_of(settings, path) != Scope::test;
    graph.module_of.push_back(counts ? 0 : no_index);
    if (counts) numbers.emplace(graph.name_of.back(), 0);
  }
  for (auto& [name, number] : numbers) {
    number = static_cast<std::uint32_t>(graph.modules.size());
    graph.modules.push_back(name);
    graph.layers.push_back(layer_named(settings, name));
  }
  graph.file_counts.assign(graph.modules.size(), 0);
  for (std::size_t file = 0; file < graph.module_of.size(); ++file)
    if (graph.module_of[file] != no_index) ++graph.file_counts[graph.module_of[file] = numbers.at(graph.name_of[file])];
}

static std::uint32_t home_of(const Mention& mention) {
  return mention.defined != no_index ? mention.defined : mention.home;
}

// An operator in a template, where every one that the unit happens to know is looked up: no include leads to it.
static bool is_overload_candidate(const Mention& mention, std::uint32_t through) {
  const std::size_t colon = mention.name.rfind("::");
  const std::string_view name = std::string_view(mention.name).substr(colon == std::string::npos ? 0 : colon + 2);
  return through == no_index && !mention.own && name.starts_with("operator");
}

// Links that, once gone, leave no ring: those against the layers, then the cheapest of each ring that remains.
static void mark_back_links(ModuleGraph& graph) {
  for (ModuleLink& link : graph.links) link.back = link.against_layers;
  for (;;) {
    std::vector<NodePair> edges;
    for (const ModuleLink& link : graph.links)
      if (!link.back) edges.emplace_back(link.from, link.to);
    const std::vector<std::uint32_t> component =
        components_of(graph_of(static_cast<std::uint32_t>(graph.modules.size()), edges));
    std::map<std::uint32_t, ModuleLink*> cheapest; // by component
    for (ModuleLink& link : graph.links) {
      if (link.back || component[link.from] != component[link.to]) continue;
      ModuleLink*& best = cheapest[component[link.from]];
      if (!best || link.names < best->names) best = &link;
    }
    if (cheapest.empty()) return;
    for (const auto& [number, link] : cheapest) link->back = true;
  }
}

ModuleGraph module_graph(const IncludeGraph& includes, const Settings& settings) {
  ModuleGraph graph;
  add_files(graph, includes, settings);

  UseResolver resolver(includes);
  graph.through.reserve(includes.mentions.size());
  for (std::uint32_t file = 0; file < includes.files.size(); ++file) {
    const std::vector<std::uint32_t>& through = resolver.resolve(file);
    graph.through.insert(graph.through.end(), through.begin(), through.end());
  }

  std::map<NodePair, ModuleLink> links;
  const auto link_between = [&](std::uint32_t from, std::uint32_t to) -> ModuleLink* {
    if (from == no_index || to == no_index) return nullptr;
    const std::uint32_t a = graph.module_of[from], b = graph.module_of[to];
    if (a == no_index || b == no_index || a == b) return nullptr;
    ModuleLink& link = links[{a, b}];
    link.from = a, link.to = b;
    link.against_layers = is_against(graph.layers[a], graph.layers[b]);
    return &link;
  };
  for (std::uint32_t i = 0; i < includes.includes.size(); ++i)
    if (ModuleLink* link = link_between(includes.includes[i].from, includes.includes[i].to))
      link->includes.push_back(i);
  for (std::uint32_t i = 0; i < includes.mentions.size(); ++i) {
    const Mention& mention = includes.mentions[i];
    // A pointer to a type that is only declared needs nothing of its module.
    if (graph.through[i] == no_index && !mention.binds) continue;
    if (is_overload_candidate(mention, graph.through[i])) continue;
    ModuleLink* link = link_between(mention.from, home_of(mention));
    if (!link) continue;
    if (link->names++ == 0) link->first_use = i;
    if (graph.through[i] == no_index) link->by_hand.push_back(i);
  }
  for (auto& [key, link] : links) graph.links.push_back(std::move(link));
  mark_back_links(graph);
  return graph;
}

namespace {

class ModuleRingFinder {
 public:
  ModuleRingFinder(const ModuleGraph& modules, const IncludeGraph& includes)
      : modules(modules), names(includes.includes.size(), 0) {
    for (std::uint32_t i = 0; i < modules.links.size(); ++i)
      if (!modules.links[i].against_layers) usable.push_back(i);
    for (const std::uint32_t include : modules.through)
      if (include != no_index) ++names[include];
  }

  std::vector<ModuleRing> run() const {
    std::vector<ModuleRing> rings;
    const DirectedGraph graph = graph_with(usable);
    for (std::vector<std::uint32_t>& members : rings_of(graph)) {
      ModuleRing ring;
      ring.cut = no_index;
      std::vector<std::uint32_t> inside;
      for (const std::uint32_t link : usable)
        if (std::binary_search(members.begin(), members.end(), modules.links[link].from) &&
            std::binary_search(members.begin(), members.end(), modules.links[link].to))
          inside.push_back(link);
      for (const std::uint32_t link : inside)
        if (!modules.links[link].includes.empty() && (ring.cut == no_index || is_cheaper(link, ring.cut)))
          ring.cut = link;
      if (ring.cut == no_index) continue; // only functions declared by hand: nothing that could be cut
      ring.include = cheapest_include(modules.links[ring.cut]);
      for (const std::uint32_t module :
           shortest_cycle(graph, members, {modules.links[ring.cut].from, modules.links[ring.cut].to}))
        ring.cycle.push_back(module);
      to_links(ring.cycle);
      if (auto at = std::find(ring.cycle.begin(), ring.cycle.end(), ring.cut); at != ring.cycle.end())
        std::rotate(ring.cycle.begin(), at, ring.cycle.end());
      std::erase(inside, ring.cut);
      for (const std::vector<std::uint32_t>& rest : rings_of(graph_with(inside))) ring.left += rest.size();
      ring.modules = std::move(members);
      rings.push_back(std::move(ring));
    }
    return rings;
  }

 private:
  DirectedGraph graph_with(const std::vector<std::uint32_t>& chosen) const {
    std::vector<NodePair> edges;
    for (const std::uint32_t link : chosen) edges.emplace_back(modules.links[link].from, modules.links[link].to);
    return graph_of(static_cast<std::uint32_t>(modules.modules.size()), edges);
  }
  bool is_cheaper(std::uint32_t a, std::uint32_t b) const {
    const ModuleLink &x = modules.links[a], &y = modules.links[b];
    return std::tuple(x.names, x.includes.size(), x.includes.front()) <
           std::tuple(y.names, y.includes.size(), y.includes.front());
  }
  std::uint32_t cheapest_include(const ModuleLink& link) const {
    return *std::min_element(link.includes.begin(), link.includes.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(names[a], a) < std::pair(names[b], b);
    });
  }
  void to_links(std::vector<std::uint32_t>& cycle) const {
    std::map<NodePair, std::uint32_t> number;
    for (const std::uint32_t link : usable) number[{modules.links[link].from, modules.links[link].to}] = link;
    std::vector<std::uint32_t> links;
    for (std::size_t i = 0; i < cycle.size(); ++i)
      links.push_back(number.at({cycle[i], cycle[(i + 1) % cycle.size()]}));
    cycle = std::move(links);
  }

  const ModuleGraph& modules;
  std::vector<std::uint32_t> names; // of its own file, by include
  std::vector<std::uint32_t> usable;
};

// x.cpp and x.h of one module: what one of them includes, the other need not be blamed for again.
std::string unit_of(const ModuleGraph& modules, const IncludeGraph& includes, std::uint32_t file) {
  return modules.name_of[file] + "|" + llvm::sys::path::filename(includes.files[file]).split('.').first.str();
}

class LayerJudge {
 public:
  LayerJudge(const ModuleGraph& modules, const IncludeGraph& includes)
      : modules(modules), includes(includes), resolver(includes) {}

  std::vector<LayerViolation> run() {
    for (std::uint32_t i = 0; i < includes.includes.size(); ++i) {
      const Include& include = includes.includes[i];
      if (!is_against(modules.layer_of[include.from], modules.layer_of[include.to])) continue;
      by_include[i] = static_cast<std::uint32_t>(found.size());
      by_unit.emplace(std::pair(unit_of(modules, includes, include.from), include.to), i);
      found.push_back({i, include.to, {}});
    }
    for (std::uint32_t i = 0; i < includes.mentions.size(); ++i) judge(i);
    for (LayerViolation& violation : alone) found.push_back(std::move(violation));
    for (LayerViolation& violation : found)
      std::sort(violation.mentions.begin(), violation.mentions.end(), [&](std::uint32_t a, std::uint32_t b) {
        const Mention &x = includes.mentions[a], &y = includes.mentions[b];
        return std::tuple(!x.own, !x.binds, x.from, x.location.line, x.location.column, a) <
               std::tuple(!y.own, !y.binds, y.from, y.location.line, y.location.column, b);
      });
    return std::move(found);
  }

 private:
  void judge(std::uint32_t i) {
    const Mention& mention = includes.mentions[i];
    const std::uint32_t include = modules.through[i], home = home_of(mention);
    if (include != no_index && by_include.contains(include)) {
      found[by_include.at(include)].mentions.push_back(i);
      return;
    }
    if (home == no_index || !is_against(modules.layer_of[mention.from], modules.layer_of[home])) return;
    if (is_overload_candidate(mention, include)) return;
    const auto beside = by_unit.find({unit_of(modules, includes, mention.from), home});
    if (beside != by_unit.end()) {
      found[by_include.at(beside->second)].mentions.push_back(i);
      return;
    }
    if (include != no_index && comes_by_violation(mention)) return;
    auto [at, is_new] =
        by_use.try_emplace({unit_of(modules, includes, mention.from), home}, static_cast<std::uint32_t>(alone.size()));
    if (is_new) alone.push_back({no_index, home, {}});
    alone[at->second].mentions.push_back(i);
  }

  // Whether an include against the layers is on the way: then that is the finding, not each use behind it.
  bool comes_by_violation(const Mention& mention) {
    if (resolved != mention.from) resolver.resolve(resolved = mention.from);
    const std::vector<std::uint32_t> way = resolver.way_to(mention.home);
    return std::any_of(way.begin(), way.end(), [&](std::uint32_t step) { return by_include.contains(step); });
  }

  const ModuleGraph& modules;
  const IncludeGraph& includes;
  UseResolver resolver;
  std::uint32_t resolved = no_index;
  std::vector<LayerViolation> found, alone;
  std::map<std::uint32_t, std::uint32_t> by_include; // into `found`
  // By unit_of() and the file above: the include, and an index into `alone`.
  std::map<std::pair<std::string, std::uint32_t>, std::uint32_t> by_unit, by_use;
};

} // namespace

std::vector<ModuleRing> module_rings(const ModuleGraph& modules, const IncludeGraph& includes) {
  return ModuleRingFinder(modules, includes).run();
}

std::vector<LayerViolation> layer_violations(const ModuleGraph& modules, const IncludeGraph& includes) {
  return LayerJudge(modules, includes).run();
}

std::vector<Graph> graphs_of(const Program& program) {
  const ModuleGraph& modules = *program.modules;
  if (modules.modules.size() < 2) return {};
  Graph graph;
  graph.name = "modules";
  for (std::size_t i = 0; i < modules.modules.size(); ++i)
    graph.nodes.push_back({modules.modules[i], modules.layers[i], modules.file_counts[i]});
  const auto height = [](const GraphNode& node) { return node.layer < 0 ? 1'000'000 : node.layer; };
  std::sort(graph.nodes.begin(), graph.nodes.end(), [&](const GraphNode& a, const GraphNode& b) {
    return std::pair(height(a), std::string_view(a.name)) < std::pair(height(b), std::string_view(b.name));
  });
  for (const ModuleLink& link : modules.links)
    graph.edges.push_back({modules.modules[link.from], modules.modules[link.to],
                           static_cast<std::uint32_t>(link.includes.size()), link.names, link.back,
                           link.against_layers});
  return {std::move(graph)};
}

} // namespace plumbline
