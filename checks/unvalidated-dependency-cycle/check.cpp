// Records that name others by id or pointer form a graph; a program that takes such a graph in, walks it or waits for
// it without ever asking whether it has a cycle hangs or overflows its stack on the first one.
//
// Functions are reduced to what they do with the graph (facts/graph_events.h), the whole program is asked whether
// anybody checks it (program/cycle_checks.cpp), and what is left is reported (program/graph_findings.h). Deliberately
// not reported: trees that own their nodes, graphs written in the code, undirected graphs, walks of a graph that is
// checked where it is loaded. Known misses: walks with an explicit stack, and graphs in databases.

#include "check.h"
#include "collect/context.h"
#include "collect/graph_events.h"
#include "program/graph_findings.h"

namespace plumbline::unvalidated_dependency_cycle {

static void collect(CollectContext& context) { collect_graph_events(context); }

static std::string last_part(const std::string& qualified) {
  std::size_t colon = qualified.rfind("::");
  return colon == std::string::npos ? qualified : qualified.substr(colon + 2);
}

static bool is_small(const std::string& type) {
  return type == "int" || type == "unsigned int" || type == "long" || type == "unsigned long" || type.ends_with("*") ||
         type.ends_with("int32_t") || type.ends_with("int64_t") || type.ends_with("size_t");
}

// A check by three colours, in the code base's own types: 1 is on the path, 2 is done.
static std::string written_check(const GraphMember& member) {
  const std::string id = member.element.empty() ? "std::string" : member.element;
  const std::string argument = (is_small(id) ? id : "const " + id + "&") + " ";
  const std::string record = member.owner_name.empty() ? "Record" : last_part(member.owner_name);
  std::string graph, next, hand_on;
  switch (member.shape) {
  case GraphShape::pointers:
    next = "id->" + member.name;
    break;
  case GraphShape::ids:
    graph = "const std::map<" + id + ", " + record + ">& by_id, ";
    next = "by_id.at(id)." + member.name;
    hand_on = "by_id, ";
    break;
  case GraphShape::adjacency:
    graph = "const " + member.type + "& edges, ";
    next = "edges.at(id)";
    hand_on = "edges, ";
    break;
  case GraphShape::edges:
  case GraphShape::document:
    graph = "const std::map<" + id + ", std::vector<" + id + ">>& " + member.name + ", ";
    next = member.name + ".at(id)";
    hand_on = member.name + ", ";
    break;
  }
  return "bool has_cycle(" + argument + "id, " + graph + "std::map<" + id + ", int>& colour) {\n" +
         "  if (colour[id] != 0) return colour[id] == 1;\n" + "  colour[id] = 1;\n" + "  for (" + argument +
         "next : " + next + ")\n" + "    if (has_cycle(next, " + hand_on + "colour)) return true;\n" +
         "  colour[id] = 2;\n" + "  return false;\n}";
}

static std::string owner_of(const Program& program, EntityId function) {
  const EntityFact* entity = program.entity(function);
  if (!entity) return {};
  const EntityFact* record = program.entity(entity->owner);
  return record && record->kind == EntityKind::record ? record->qualified : entity->qualified;
}

static void judge(const Program& program, std::vector<Finding>& findings) {
  const DependencyGraphs graphs(program);
  for (const GraphFinding& found : graph_findings(graphs)) {
    const GraphMember& member = graphs.members.at(found.member);
    const EntityFact* function = program.entity(found.function);
    const std::string name = (function ? function->name : "?") + "()", what = shown(member);
    Finding finding;
    finding.check = "unvalidated-dependency-cycle";
    finding.kind = found.kind;
    finding.place = program.place(found.location);
    finding.source_text = found.anchor;
    finding.line_text = found.anchor;
    finding.entity = member.qualified.empty() ? member.name : member.qualified;
    finding.owner = owner_of(program, found.function);
    finding.priority = Priority::p1;
    const std::string check = written_check(member);
    if (found.kind == "accepted") {
      finding.message = name + (found.validates ? " checks the ids in " : " fills ") + what +
                        ", and nothing in the program checks it for cycles";
      finding.suggestion =
          "Refuse a graph with a cycle here, before anything walks it or waits for it, and name the ids "
          "on the cycle in the error: " +
          check;
    } else if (found.kind == "endless-walk") {
      finding.message = name + " follows " + what +
                        " without remembering where it has been: a cycle makes it recurse until the stack overflows";
      finding.suggestion = "Refuse cycles where the graph is loaded, or hand on a set of what was visited: " + check;
    } else {
      finding.message = "this loop waits for " + what +
                        " and cannot notice that a round changed nothing: a cycle makes it wait for ever";
      finding.suggestion =
          "Remember whether a round finished anything, and if not, fail with the names of what is left; "
          "or refuse cycles where the graph is loaded: " +
          check;
    }
    for (const std::pair<Location, std::string>& step : found.evidence)
      if (step.first.line != 0) finding.evidence.push_back({program.place(step.first), step.second});
    findings.push_back(std::move(finding));
  }
}

static constexpr std::string_view kinds[] = {"accepted", "endless-walk", "endless-wait"};

extern const Check check;
const Check check = {
    .title = "A dependency graph is taken in, walked or waited for without a check for cycles",
    .priority = Priority::p1,
    .kinds = kinds,
    .collect = collect,
    .judge = judge,
};

} // namespace plumbline::unvalidated_dependency_cycle
