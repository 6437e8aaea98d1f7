#include "facts/graph_events.h"
#include "facts/words.h"

#include <algorithm>
#include <span>

namespace plumbline {

static bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

static constexpr std::string_view dependency_words[] = {
    "dependencies", "dependency", "depends",       "depend",      "deps",         "dependents",
    "dependees",    "requires",   "prerequisites", "prereqs",     "prerequisite", "needs",
    "upstream",     "upstreams",  "downstream",    "downstreams", "predecessors", "successors",
    "blockers",     "precedents", "antecedents",   "dep"};
static constexpr std::string_view graph_words[] = {"edges", "graph", "adjacency", "adjacent", "adj",
                                                   "next",  "nexts", "arcs",      "dag",      "successor"};
static constexpr std::string_view tree_words[] = {"children", "parents",  "child",     "childs",
                                                  "kids",     "subtasks", "substeps",  "subgroups",
                                                  "subnodes", "bases",    "ancestors", "descendants"};
static constexpr std::string_view network_words[] = {"neighbors", "neighbours", "neighbor",    "neighbour",  "links",
                                                     "peers",     "linked",     "connections", "references", "refs"};
// After one of these, a name speaks of how many or how, not of which: `deps_count`, `requires_auth`, `next_id`.
static constexpr std::string_view other_heads[] = {
    "count",   "size",   "num",      "auth",  "index", "offset", "time",  "at",       "status",   "state",
    "mutex",   "lock",   "attempt",  "retry", "token", "page",   "seq",   "sequence", "version",  "password",
    "timeout", "cursor", "position", "hash",  "level", "mask",   "type",  "types",    "flags",    "width",
    "path",    "paths",  "file",     "files", "dir",   "dirs",   "style", "format",   "filename", "filenames"};

GraphName graph_name(std::string_view identifier) {
  std::vector<std::string> words = words_of(identifier);
  if (words.empty() || is_one_of(other_heads, words.back())) return GraphName::none;
  GraphName best = GraphName::none;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    GraphName name = GraphName::none;
    if (word == "adj" && i > 0) continue; // an adjustment: oom_score_adj
    // What is collected from edges is none: recursive_hard_deps, transitive_dependencies; dependents_by_transitive has
    // edges.
    const bool before = best == GraphName::none;
    if (word == "closure" || (before && (word == "recursive" || word == "transitive" || word == "inherited")))
      return GraphName::none;
    if (is_one_of(dependency_words, word))
      name = GraphName::dependency;
    else if (is_one_of(graph_words, word))
      name = GraphName::graph;
    else if (is_one_of(tree_words, word))
      name = GraphName::tree;
    else if (is_one_of(network_words, word))
      name = GraphName::network;
    // "blocked_by", "run_after", "after": what has to come first.
    if (i + 1 == words.size() &&
        (word == "after" || word == "before" || (word == "by" && i > 0 && words[i - 1] == "blocked")))
      name = GraphName::dependency;
    best = std::max(best, name);
  }
  return best;
}

static std::int64_t id(EntityId entity) { return static_cast<std::int64_t>(entity); }
static EntityId id(std::int64_t number) { return static_cast<EntityId>(number); }

void write(FactTable& table, const GraphMember& member) {
  FactBuilder(table, graph_member_kind)
      .subject(member.id)
      .object(member.owner)
      .at(member.location)
      .text("name", member.name)
      .text("qualified", member.qualified)
      .number("shape", static_cast<int>(member.shape))
      .text("element", member.element)
      .text("type", member.type)
      .text("owner_name", member.owner_name)
      .text("id_field", member.id_field)
      .number("target", id(member.target))
      .text("through", member.through)
      .number("parameter", member.parameter + 1)
      .number("is_field", member.is_field);
}

GraphMember read_graph_member(const FactTable& table, const Fact& fact) {
  GraphMember member;
  member.id = fact.subject;
  member.owner = fact.object;
  member.location = fact.location;
  member.name = table.text(fact, "name");
  member.qualified = table.text(fact, "qualified");
  member.shape = static_cast<GraphShape>(table.number(fact, "shape"));
  member.element = table.text(fact, "element");
  member.type = table.text(fact, "type");
  member.owner_name = table.text(fact, "owner_name");
  member.id_field = table.text(fact, "id_field");
  member.target = id(table.number(fact, "target"));
  member.through = table.text(fact, "through");
  member.parameter = static_cast<int>(table.number(fact, "parameter")) - 1;
  member.is_field = table.number(fact, "is_field") != 0;
  return member;
}

void write(FactTable& table, const GraphEvent& event) {
  FactBuilder(table, graph_event_kind)
      .subject(event.function)
      .object(event.object)
      .at(event.location)
      .number("kind", static_cast<int>(event.kind))
      .number("other", id(event.other))
      .number("order", event.order)
      .number("loop", event.loop)
      .number("outcome", event.outcome)
      .number("flags", event.flags)
      .number("parameters", static_cast<std::int64_t>(event.parameters))
      .number("source", static_cast<int>(event.source))
      .text("text", event.text);
}

GraphEvent read_graph_event(const FactTable& table, const Fact& fact) {
  GraphEvent event;
  event.function = fact.subject;
  event.object = fact.object;
  event.location = fact.location;
  event.kind = static_cast<GraphEventKind>(table.number(fact, "kind"));
  event.other = id(table.number(fact, "other"));
  event.order = static_cast<unsigned>(table.number(fact, "order"));
  event.loop = static_cast<unsigned>(table.number(fact, "loop"));
  event.outcome = static_cast<unsigned>(table.number(fact, "outcome"));
  event.flags = static_cast<unsigned>(table.number(fact, "flags"));
  event.parameters = static_cast<std::uint64_t>(table.number(fact, "parameters"));
  event.source = static_cast<GraphSource>(table.number(fact, "source"));
  event.text = table.text(fact, "text");
  return event;
}

void write(FactTable& table, const GraphArguments& arguments) {
  FactBuilder(table, graph_arguments_kind)
      .subject(arguments.callee)
      .object(arguments.caller)
      .at(arguments.location)
      .number("constant", static_cast<std::int64_t>(arguments.constant))
      .number("fresh", static_cast<std::int64_t>(arguments.fresh));
}

GraphArguments read_graph_arguments(const FactTable& table, const Fact& fact) {
  return {fact.subject, fact.object, fact.location, static_cast<std::uint64_t>(table.number(fact, "constant")),
          static_cast<std::uint64_t>(table.number(fact, "fresh"))};
}

} // namespace plumbline
