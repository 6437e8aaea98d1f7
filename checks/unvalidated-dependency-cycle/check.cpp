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

static bool is_small(const std::string& type) {
  return type == "int" || type == "unsigned int" || type == "long" || type == "unsigned long" || type.ends_with("*") ||
         type.ends_with("int32_t") || type.ends_with("int64_t") || type.ends_with("size_t");
}

// The record's name where the check would stand: without the namespaces that are open there.
static std::string record_name(const GraphMember& member, const std::string& function) {
  if (member.owner_name.empty()) return "Record";
  std::string name = member.owner_name;
  for (std::size_t colon = name.find("::"); colon != std::string::npos; colon = name.find("::"))
    if (function.starts_with(member.owner_name.substr(0, member.owner_name.size() - name.size() + colon + 2)))
      name.erase(0, colon + 2);
    else
      break;
  return name;
}

// A check by three colours, in the code base's own types: 1 is on the path, 2 is done. `function`: qualified, the one
// that it would stand beside.
static std::string written_check(const GraphMember& member, const std::string& function) {
  std::string id = member.element.empty() ? "std::string" : member.element;
  if (id.ends_with(" *")) id.erase(id.size() - 2, 1); // as the rest of the check is written
  const std::string passed = is_small(id) ? id : "const " + id + "&";
  const std::string record = record_name(member, function);
  std::string name = "id", graph, next, hand_on, each = passed, to_id = "next";
  switch (member.shape) {
  case GraphShape::pointers:
    name = "node";
    next = "node->" + member.name;
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
  case GraphShape::document:
    if (member.is_field && member.type.find("json") != std::string::npos && !member.owner_name.empty()) {
      graph = "const std::map<" + id + ", " + record + ">& by_id, ";
      next = "by_id.at(id)." + member.name;
      hand_on = "by_id, ";
      each = "const " + member.type + "&";
      if (member.type.find("nlohmann") != std::string::npos) to_id = "next.get<" + id + ">()";
      break;
    }
    [[fallthrough]];
  case GraphShape::edges:
    graph = "const std::map<" + id + ", std::vector<" + id + ">>& " + member.name + ", ";
    next = member.name + ".at(id)";
    hand_on = member.name + ", ";
    break;
  }
  if (!member.through.empty()) each = "const auto&", to_id = "next." + member.through;
  return "bool has_cycle(" + passed + " " + name + ", " + graph + "std::map<" + id + ", int>& colour) {\n" +
         "  if (colour[" + name + "] != 0) return colour[" + name + "] == 1;\n" + "  colour[" + name + "] = 1;\n" +
         "  for (" + each + " next : " + next + ")\n" + "    if (has_cycle(" + to_id + ", " + hand_on +
         "colour)) return true;\n" + "  colour[" + name + "] = 2;\n" + "  return false;\n}";
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
    const std::string name = found.anchor + "()", what = shown(member); // the anchor of a wait is not used
    Finding finding;
    finding.check = "unvalidated-dependency-cycle";
    finding.kind = found.kind;
    finding.place = program.place(found.location);
    finding.source_text = found.anchor;
    finding.line_text = found.anchor;
    finding.entity = member.qualified.empty() ? member.name : member.qualified;
    finding.owner = owner_of(program, found.function);
    finding.priority = Priority::p1;
    const std::string check = written_check(member, function ? function->qualified : "");
    if (found.kind == "accepted") {
      finding.message = name +
                        (found.validates ? " checks the ids in "
                         : found.keeps   ? " takes in "
                                         : " fills ") +
                        what + ", and nothing in the program checks it for cycles";
      finding.suggestion =
          "Refuse a graph with a cycle here, before anything walks it or waits for it, and name the ids "
          "on the cycle in the error:\n" +
          check;
    } else if (found.kind == "endless-walk") {
      finding.message = name + " follows " + what +
                        " without remembering where it has been: a cycle makes it recurse until the stack overflows";
      finding.suggestion = "Refuse cycles where the graph is loaded, or hand on a set of what was visited:\n" + check;
    } else {
      finding.message = "this loop waits for " + what +
                        " and cannot notice that a round changed nothing: a cycle makes it wait for ever";
      finding.suggestion =
          "Remember whether a round finished anything, and if not, fail with the names of what is left; "
          "or refuse cycles where the graph is loaded:\n" +
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
