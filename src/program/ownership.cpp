#include "program/ownership.h"
#include "facts/words.h"
#include "program/graph.h"

#include <algorithm>
#include <map>
#include <set>

namespace plumbline {

static std::int64_t id(EntityId entity) { return static_cast<std::int64_t>(entity); }
static EntityId id(std::int64_t number) { return static_cast<EntityId>(number); }

void write(FactTable& table, const OwnershipFact& fact) {
  FactBuilder(table, "ownership")
      .subject(fact.record)
      .object(fact.target)
      .at(fact.location)
      .number("member", id(fact.member))
      .text("name", fact.name)
      .text("qualified", fact.qualified)
      .text("type", fact.type)
      .text("target_name", fact.target_name)
      .number("shared", fact.shared)
      .number("pointer", fact.pointer)
      .number("many", fact.many)
      .number("may_be", fact.may_be);
}

OwnershipFact read_ownership(const FactTable& table, const Fact& fact) {
  OwnershipFact read;
  read.record = fact.subject;
  read.target = fact.object;
  read.location = fact.location;
  read.member = id(table.number(fact, "member"));
  read.name = table.text(fact, "name");
  read.qualified = table.text(fact, "qualified");
  read.type = table.text(fact, "type");
  read.target_name = table.text(fact, "target_name");
  read.shared = table.number(fact, "shared") != 0;
  read.pointer = table.number(fact, "pointer") != 0;
  read.many = table.number(fact, "many") != 0;
  read.may_be = table.number(fact, "may_be") != 0;
  return read;
}

void write(FactTable& table, const StoredLambda& fact) {
  FactBuilder(table, "stored-lambda")
      .subject(fact.member)
      .object(fact.captured)
      .at(fact.location)
      .number("record", id(fact.record))
      .number("through", id(fact.through))
      .text("variable", fact.variable);
}

StoredLambda read_stored_lambda(const FactTable& table, const Fact& fact) {
  StoredLambda read;
  read.member = fact.subject;
  read.captured = fact.object;
  read.location = fact.location;
  read.record = id(table.number(fact, "record"));
  read.through = id(table.number(fact, "through"));
  read.variable = table.text(fact, "variable");
  return read;
}

void write(FactTable& table, const MemberChange& fact) {
  FactBuilder(table, "member-change")
      .subject(fact.function)
      .object(fact.member)
      .at(fact.location)
      .text("what", fact.what)
      .number("index", fact.index + 1);
}

MemberChange read_member_change(const FactTable& table, const Fact& fact) {
  MemberChange read;
  read.function = fact.subject;
  read.member = fact.object;
  read.location = fact.location;
  read.what = table.text(fact, "what");
  read.index = static_cast<int>(table.number(fact, "index")) - 1;
  return read;
}

static bool has_word(std::string_view name, std::initializer_list<std::string_view> wanted) {
  for (const std::string& word : words_of(name))
    if (std::find(wanted.begin(), wanted.end(), word) != wanted.end()) return true;
  return false;
}

// A pointer against the direction in which things are owned.
static bool is_back_name(std::string_view name) {
  return has_word(
      name, {"parent", "owner", "previous", "prev", "back", "container", "up", "outer", "enclosing", "host", "holder"});
}

// Both up: `parent` and `all_parents`.
static bool leads_up(std::string_view name) {
  return is_back_name(name) || has_word(name, {"parents", "owners", "ancestors", "ancestor", "root"});
}

// What keeps others, by its role: `std::shared_ptr<Server> server_` in a session.
static bool is_keeper_name(std::string_view name) {
  return is_back_name(name) || has_word(name, {"server", "manager", "pool", "registry", "controller", "engine",
                                               "scheduler", "session", "system", "world", "scene", "service", "master",
                                               "hub", "broker", "cluster", "client", "app", "application"});
}

// The part of a tree that the object stands for, or that stands below it: `rootGraph` in a compound node.
static bool leads_down(std::string_view name) {
  return has_word(name, {"root", "child", "inner", "nested", "sub", "body", "left", "right", "first", "next", "head",
                         "tail", "operand", "argument"});
}

// Neighbours in a graph know each other.
static bool is_mutual_name(std::string_view name) {
  return has_word(name, {"neighbors", "neighbours", "neighbor", "neighbour", "peers", "peer", "siblings", "sibling",
                         "adjacent", "friends"});
}

namespace {

// From a pointer's target to its own parts: no member.
constexpr std::uint32_t no_edge = 0xffffffff;

class Rings {
 public:
  explicit Rings(const Program& program) : program(program) {
    read();
    forget_universal_bases();
  }

  std::vector<OwnershipRing> find() {
    lambdas();
    members();
    std::sort(rings.begin(), rings.end(),
              [&](const OwnershipRing& a, const OwnershipRing& b) { return key(a.cut) < key(b.cut); });
    return std::move(rings);
  }

 private:
  std::tuple<std::string_view, std::uint32_t, std::uint32_t, std::string_view> key(const OwnershipFact& fact) const {
    return {program.path(fact.location), fact.location.line, fact.location.column, fact.name};
  }

  void read() {
    const FactTable& table = program.table;
    const StringId ownership = table.strings.find("ownership"), lambda = table.strings.find("stored-lambda"),
                   change = table.strings.find("member-change");
    for (const Fact& fact : table.facts) {
      if (fact.kind == StringId::empty) continue;
      if (fact.kind == ownership) edges.push_back(read_ownership(table, fact));
      if (fact.kind == lambda) stored.push_back(read_stored_lambda(table, fact));
      if (fact.kind == change) {
        MemberChange read = read_member_change(table, fact);
        if (read.what == "clears") cleared.insert(read.member);
        if (read.what == "erases") erasers[read.function].insert(read.member);
        if (read.what == "stores")
          stores[parameter_of(read.function, static_cast<unsigned>(read.index))].insert(read.member);
      }
    }
    for (const CallFact& call : program.calls) {
      std::map<EntityId, std::set<EntityId>>::const_iterator eraser = erasers.find(call.callee);
      const EntityFact* caller = eraser == erasers.end() ? nullptr : program.entity(call.caller);
      if (!caller || caller->owner == EntityId::none) continue;
      for (EntityId member : eraser->second) {
        taken_out_by[member].insert(caller->owner);
        for (EntityId base : program.bases_of(caller->owner)) taken_out_by[member].insert(base);
      }
    }
    std::sort(edges.begin(), edges.end(), [&](const OwnershipFact& a, const OwnershipFact& b) {
      return std::tuple(key(a), a.record, a.target, a.shared, a.pointer, a.may_be) <
             std::tuple(key(b), b.record, b.target, b.shared, b.pointer, b.may_be);
    });
    edges.erase(std::unique(edges.begin(), edges.end(),
                            [&](const OwnershipFact& a, const OwnershipFact& b) {
                              return key(a) == key(b) && a.record == b.record && a.target == b.target &&
                                     a.shared == b.shared && a.may_be == b.may_be;
                            }),
                edges.end());
    std::sort(stored.begin(), stored.end(), [&](const StoredLambda& a, const StoredLambda& b) {
      return std::tuple(program.path(a.location), a.location.line, a.location.column, a.member, a.captured) <
             std::tuple(program.path(b.location), b.location.line, b.location.column, b.member, b.captured);
    });
  }

  // A lambda in a callable member that keeps the object which has the member.
  void lambdas() {
    std::map<EntityId, const OwnershipFact*> described; // callable members
    for (const OwnershipFact& edge : edges)
      if (edge.target == EntityId::none) described.emplace(edge.member, &edge);
    std::set<EntityId> reported;
    for (const StoredLambda& lambda : stored) {
      std::set<EntityId> members{lambda.member};
      if (std::map<EntityId, std::set<EntityId>>::iterator found = stores.find(lambda.member); found != stores.end())
        members = found->second;
      for (EntityId member : members) {
        std::map<EntityId, const OwnershipFact*>::iterator callable = described.find(member);
        if (callable == described.end() || cleared.contains(member) || !reported.insert(member).second) continue;
        OwnershipRing ring;
        ring.cut = *callable->second;
        ring.way.push_back(ring.cut);
        ring.stored = lambda;
        ring.by_lambda = true;
        if (program.is_ours(ring.cut.location)) rings.push_back(std::move(ring));
      }
    }
  }

  void members() {
    std::map<EntityId, std::uint32_t> records;
    for (const OwnershipFact& edge : edges)
      if (edge.target != EntityId::none) records.try_emplace(edge.record, 0), records.try_emplace(edge.target, 0);
    std::uint32_t count = 0;
    for (std::pair<const EntityId, std::uint32_t>& entry : records) entry.second = count++;
    // Node 2n is what a pointer to record n leads to, 2n + 1 its own parts.
    const std::uint32_t nodes = 2 * count;
    outgoing.assign(nodes, {});
    for (std::uint32_t n = 0; n < count; ++n) outgoing[2 * n].push_back({2 * n + 1, no_edge});
    ends.assign(edges.size(), {});
    for (std::uint32_t i = 0; i < edges.size(); ++i) {
      const OwnershipFact& edge = edges[i];
      if (edge.target == EntityId::none) continue;
      const bool leads = edge.shared || edge.pointer || edge.may_be;
      ends[i] = {2 * records[edge.record] + (edge.may_be ? 0u : 1u), 2 * records[edge.target] + (leads ? 0u : 1u)};
      outgoing[ends[i].first].push_back({ends[i].second, i});
      by_member[edge.member].push_back(i);
    }
    removed.assign(edges.size(), false);
    component.assign(nodes, 0);
    std::vector<std::uint32_t> all(nodes);
    for (std::uint32_t n = 0; n < nodes; ++n) all[n] = n;
    split(all);

    std::vector<std::uint32_t> candidates;
    for (std::uint32_t i = 0; i < edges.size(); ++i)
      if (edges[i].shared && !edges[i].may_be && edges[i].target != EntityId::none &&
          program.is_ours(edges[i].location) && is_in_ring(i))
        candidates.push_back(i);
    // What stands in records that a container holds is as many as they are.
    std::set<EntityId> held_by_containers;
    for (const OwnershipFact& edge : edges)
      if (!edge.shared && edge.many) held_by_containers.insert(edge.target);
    auto rank = [&](std::uint32_t i) {
      return is_back_name(edges[i].name) ? 0 : !edges[i].many && !held_by_containers.contains(edges[i].record) ? 1 : 2;
    };
    std::sort(candidates.begin(), candidates.end(),
              [&](std::uint32_t a, std::uint32_t b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
    for (std::uint32_t candidate : candidates) {
      if (removed[candidate] || !is_in_ring(candidate)) continue;
      std::vector<std::uint32_t> way = way_back(candidate);
      if (way.empty() || !is_ring(candidate, way)) continue;
      bool broken = is_undone(edges[candidate], candidate, way);
      for (std::uint32_t step : way) broken = broken || (edges[step].shared && is_undone(edges[step], candidate, way));
      // The same member in all instantiations.
      for (std::uint32_t i : by_member[edges[candidate].member]) removed[i] = true;
      split(together[component[ends[candidate].first]]);
      if (broken) continue;
      OwnershipRing ring;
      ring.cut = edges[candidate];
      ring.way.push_back(edges[candidate]);
      for (std::uint32_t step : way) ring.way.push_back(edges[step]);
      rings.push_back(std::move(ring));
    }
  }

  // Whether the member is cleared by hand, or another record of the ring has itself taken out of it.
  bool is_undone(const OwnershipFact& step, std::uint32_t candidate, const std::vector<std::uint32_t>& way) const {
    if (cleared.contains(step.member)) return true;
    std::map<EntityId, std::set<EntityId>>::const_iterator takers = taken_out_by.find(step.member);
    if (!step.many || takers == taken_out_by.end()) return false;
    auto takes = [&](EntityId record) { return record != step.record && takers->second.contains(record); };
    return takes(edges[candidate].record) ||
           std::any_of(way.begin(), way.end(), [&](std::uint32_t one) { return takes(edges[one].record); });
  }

  // Of a base that half of the program derives from, a pointer may be anything: that says nothing. Unless most of what
  // derives from it shares the same record, as all commands share the client that keeps them.
  void forget_universal_bases() {
    constexpr std::size_t most_derived = 8, most_looked_at = 64;
    std::map<EntityId, std::set<EntityId>> derived, shares;
    for (const OwnershipFact& edge : edges) {
      if (edge.may_be) derived[edge.record].insert(edge.target);
      if (edge.shared && !edge.may_be && !edge.many) shares[edge.record].insert(edge.target);
    }
    std::map<EntityId, std::set<EntityId>> alike; // universal base -> those derived that share what most do
    for (const std::pair<const EntityId, std::set<EntityId>>& entry : derived) {
      std::set<EntityId> all;
      std::vector<EntityId> left(entry.second.begin(), entry.second.end());
      while (!left.empty() && all.size() <= most_looked_at) {
        const EntityId one = left.back();
        left.pop_back();
        if (!all.insert(one).second) continue;
        std::map<EntityId, std::set<EntityId>>::const_iterator further = derived.find(one);
        if (further != derived.end()) left.insert(left.end(), further->second.begin(), further->second.end());
      }
      if (all.size() <= most_derived) continue;
      std::set<EntityId>& kept = alike[entry.first];
      if (all.size() > most_looked_at) continue;
      std::map<EntityId, std::set<EntityId>> sharing; // what is shared -> who shares it
      for (EntityId one : all)
        for (EntityId target : shares[one]) sharing[target].insert(one);
      for (const std::pair<const EntityId, std::set<EntityId>>& common : sharing)
        if (2 * common.second.size() > all.size()) kept.insert(common.second.begin(), common.second.end());
    }
    std::erase_if(edges, [&](const OwnershipFact& edge) {
      std::map<EntityId, std::set<EntityId>>::const_iterator universal = alike.find(edge.record);
      return edge.may_be && universal != alike.end() && !universal->second.contains(edge.target);
    });
  }

  bool is_in_ring(std::uint32_t edge) const { return component[ends[edge].first] == component[ends[edge].second]; }

  // Finds the strongly connected components among these nodes, by the members that are not yet cut. Only what hung
  // together with a cut is looked at again.
  void split(std::vector<std::uint32_t> nodes) {
    std::unordered_map<std::uint32_t, std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) numbers[nodes[i]] = i;
    std::vector<NodePair> pairs;
    for (std::uint32_t i = 0; i < nodes.size(); ++i)
      for (const std::pair<std::uint32_t, std::uint32_t>& edge : outgoing[nodes[i]]) {
        if (edge.second != no_edge && removed[edge.second]) continue;
        std::unordered_map<std::uint32_t, std::uint32_t>::const_iterator to = numbers.find(edge.first);
        if (to != numbers.end()) pairs.push_back({i, to->second});
      }
    const std::vector<std::uint32_t> found = components_of(graph_of(static_cast<std::uint32_t>(nodes.size()), pairs));
    const std::uint32_t base = static_cast<std::uint32_t>(together.size());
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      component[nodes[i]] = base + found[i];
      if (together.size() <= base + found[i]) together.resize(base + found[i] + 1);
      together[base + found[i]].push_back(nodes[i]);
    }
  }

  // The shortest way from the candidate's target to its record. For a member that points to its own record: another
  // such member.
  std::vector<std::uint32_t> way_back(std::uint32_t candidate) const {
    const std::uint32_t from = ends[candidate].second, to = ends[candidate].first;
    const OwnershipFact& cut = edges[candidate];
    if (cut.record == cut.target) {
      for (const std::pair<std::uint32_t, std::uint32_t>& edge : outgoing[to])
        if (edge.first == from && edge.second != no_edge && !removed[edge.second] && edges[edge.second].shared &&
            edges[edge.second].member != cut.member && !(is_back_name(cut.name) && leads_up(edges[edge.second].name)))
          return {edge.second};
      return {};
    }
    std::unordered_map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> reached; // node -> node before it, edge
    std::vector<std::uint32_t> queue{from};
    for (std::size_t next = 0; next < queue.size() && !reached.contains(to); ++next)
      for (const std::pair<std::uint32_t, std::uint32_t>& edge : outgoing[queue[next]]) {
        if (edge.first == from || component[edge.first] != component[from]) continue;
        if (edge.second != no_edge && (removed[edge.second] || edges[edge.second].member == cut.member)) continue;
        if (reached.try_emplace(edge.first, std::pair(queue[next], edge.second)).second) queue.push_back(edge.first);
      }
    std::vector<std::uint32_t> way;
    for (std::uint32_t at = to; at != from && reached.contains(at); at = reached.at(at).first)
      if (reached.at(at).second != no_edge) way.push_back(reached.at(at).second);
    std::reverse(way.begin(), way.end());
    return way;
  }

  // Whether objects can close it, not only types.
  bool is_ring(std::uint32_t candidate, const std::vector<std::uint32_t>& way) const {
    const OwnershipFact& cut = edges[candidate];
    bool shared = false, may_be = false, down = leads_down(cut.name), through_member = cut.record == cut.target;
    for (std::uint32_t step : way) {
      if (edges[step].member != EntityId::none) through_member = true;
      if (edges[step].shared) shared = true;
      if (edges[step].shared && leads_down(edges[step].name)) down = true;
      if (edges[step].may_be) may_be = true;
    }
    if (!through_member) return false; // a pointer to a base, and nothing that leads back: a chain
    if (cut.record == cut.target) return is_back_name(cut.name) || is_mutual_name(cut.name); // else a list, a tree
    // Through a base that may be anything, trees of expressions and decorators lead back to themselves.
    if (!shared && may_be) return is_back_name(cut.name) || (names_its_type(cut) && !down);
    if (!shared) return is_keeper_name(cut.name);
    if (may_be) return is_keeper_name(cut.name) || (names_its_type(cut) && !down);
    return true;
  }

  // `canvas` of type Canvas names the object, `body` of type Statement the part that it plays.
  static bool names_its_type(const OwnershipFact& fact) {
    std::size_t colon = fact.target_name.rfind("::");
    std::vector<std::string> type = words_of(colon == std::string::npos ? fact.target_name
                                                                        : fact.target_name.substr(colon + 2)),
                             name = words_of(fact.name);
    return !type.empty() && !name.empty() && type.back() == name.back();
  }

  const Program& program;
  std::vector<OwnershipFact> edges;
  std::vector<StoredLambda> stored;
  std::set<EntityId> cleared;
  std::map<EntityId, std::set<EntityId>> erasers, taken_out_by; // function -> members, member -> who calls one
  std::map<EntityId, std::set<EntityId>> stores;
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> outgoing; // node -> node, edge
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;                  // of each edge
  std::map<EntityId, std::vector<std::uint32_t>> by_member;
  std::vector<bool> removed;
  std::vector<std::uint32_t> component;             // of each node
  std::vector<std::vector<std::uint32_t>> together; // nodes by component; those of components that were split stay
  std::vector<OwnershipRing> rings;
};

} // namespace

std::vector<OwnershipRing> ownership_rings(const Program& program) { return Rings(program).find(); }

} // namespace plumbline
