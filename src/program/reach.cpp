// Reachability over valid paths by summaries (Horwitz, Reps and Binkley, "Interprocedural slicing using dependence
// graphs", TOPLAS 1990; the work list is that of Reps, Horwitz and Sagiv, POPL 1995).
//
// A walk that remembers its open calls visits a helper once for each chain of calls that leads to it, which is
// exponential where helpers call helpers. Here a node is visited under a root instead, of which a node has few:
//
//   free     reached without an open call: it may leave through every call of its function
//   inside   reached through some call: it leaves only by what is known of the function's parameters
//   p        reached from the parameter p of its own function, which is how it is known what a call gives back
#include "program/reach.h"

#include <deque>
#include <unordered_map>

namespace plumbline {

namespace {

using Node = std::uint32_t;

class Reach {
 public:
  explicit Reach(const Program& program) : program(program) {}

  void start(EntityId node) { push(free_root, node_of(node)); }

  std::unordered_set<EntityId> run() {
    while (!work.empty()) {
      const Visit visit = work.front();
      work.pop_front();
      if (visit.root == inside_root && visited.contains(key(free_root, visit.node))) continue;
      expand(visit);
    }
    return std::unordered_set<EntityId>(reached.begin(), reached.end());
  }

 private:
  static constexpr Node free_root = 0, inside_root = 1; // node numbers begin behind them
  struct Visit {
    Node root, node;
  };
  // A parameter and the call it was entered through.
  struct Entry {
    Node parameter;
    EntityId site;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  struct EntryHash {
    std::size_t operator()(const Entry& entry) const {
      return static_cast<std::size_t>(static_cast<std::uint64_t>(entry.site) * 0x9e3779b97f4a7c15 + entry.parameter);
    }
  };
  struct Crossing { // who entered, and what comes out there
    std::vector<Node> roots;
    std::vector<std::uint32_t> exits; // flows
  };

  static std::uint64_t key(Node root, Node node) { return std::uint64_t(root) << 32 | node; }

  Node node_of(EntityId entity) {
    const std::pair<std::unordered_map<EntityId, Node>::iterator, bool> entry =
        numbers.try_emplace(entity, static_cast<Node>(entities.size() + 2));
    if (entry.second) entities.push_back(entity);
    return entry.first->second;
  }

  void push(Node root, Node node) {
    if (root == inside_root && visited.contains(key(free_root, node))) return;
    if (!visited.insert(key(root, node)).second) return;
    if (root <= inside_root) reached.insert(entities[node - 2]);
    work.push_back({root, node});
  }

  // A member or a global outlives the call that set it: whoever reads it later came another way.
  bool outlives(EntityId node) const {
    const EntityFact* entity = program.entity(node);
    return entity && (entity->kind == EntityKind::field ||
                      (entity->kind == EntityKind::variable && (!entity->has(is_local) || entity->has(is_static))));
  }

  void expand(const Visit& visit) {
    const EntityId from = entities[visit.node - 2];
    for (std::uint32_t index : program.flows_from(from)) {
      const FlowFact& flow = program.flows[index];
      if (flow.leaves == EntityId::none || visit.root == free_root)
        follow(visit.root, flow);
      else if (visit.root != inside_root)
        leave(visit.root, index);
    }
  }

  // The flow, its way out of a call already taken care of.
  void follow(Node root, const FlowFact& flow) {
    if (outlives(flow.to)) {
      if (root <= inside_root) push(free_root, node_of(flow.to)); // under a parameter: `inside` comes here as well
      return;
    }
    const Node to = node_of(flow.to);
    if (flow.site == EntityId::none) return push(root, to);
    push(root == free_root || root == inside_root ? inside_root : to, to);
    push(to, to);
    Crossing& crossing = crossings[{to, flow.site}];
    crossing.roots.push_back(root);
    const std::vector<std::uint32_t> exits = crossing.exits; // following may add crossings
    for (std::uint32_t exit : exits) follow(root, program.flows[exit]);
  }

  // What is reached from a parameter leaves its function.
  void leave(Node parameter, std::uint32_t index) {
    const FlowFact& flow = program.flows[index];
    Crossing& crossing = crossings[{parameter, flow.leaves}];
    crossing.exits.push_back(index);
    const std::vector<Node> roots = crossing.roots;
    for (Node root : roots) follow(root, flow);
  }

  const Program& program;
  std::unordered_map<EntityId, Node> numbers;
  std::vector<EntityId> entities;
  std::unordered_set<std::uint64_t> visited;
  std::unordered_set<EntityId> reached;
  std::unordered_map<Entry, Crossing, EntryHash> crossings;
  std::deque<Visit> work;
};

} // namespace

std::unordered_set<EntityId> reach_of(const Program& program, const std::vector<EntityId>& starts) {
  Reach reach(program);
  for (EntityId start : starts) reach.start(start);
  return reach.run();
}

} // namespace plumbline
