#include "report/report.h"

#include "report/escape.h"
#include "report/graphs_json.h"
#include "report/mermaid.h"
#include "report/progress_json.h"

#include <algorithm>
#include <map>

namespace plumbline {

// JSON strings are UTF-8, and source code need not be: a Latin-1 comment must not fail the whole report.
static Json text(std::string_view value) { return valid_utf8(value); }

static Json place_json(const Place& place) {
  return Json{{"path", text(place.path)},
              {"line", place.line},
              {"column", place.column},
              {"end_line", place.end_line},
              {"end_column", place.end_column}};
}

static Json config_json(const std::optional<ConfigInReach>& config) {
  if (!config) return nullptr;
  return Json{{"expression", text(config->expression)},
              {"type", text(config->type)},
              {"field", text(config->field)},
              {"field_exists", config->field_exists},
              {"rewritten", text(config->rewritten)}};
}

static Json suppression_json(const std::optional<Suppression>& suppression) {
  if (!suppression) return nullptr;
  Json json{{"reason", text(suppression->reason)}, {"until", nullptr}, {"location", nullptr}, {"by", nullptr}};
  if (!suppression->until.empty()) json["until"] = text(suppression->until);
  if (!suppression->by.empty()) json["by"] = text(suppression->by);
  if (!suppression->place.path.empty()) json["location"] = place_json(suppression->place);
  return json;
}

static Json factors_json(const Finding& finding) {
  Json factors = Json::array();
  for (const Factor& factor : finding.factors)
    factors.push_back({{"name", text(factor.name)},
                       {"value", text(factor.value)},
                       {"points", factor.points},
                       {"why", text(factor.why)}});
  return factors;
}

static Json finding_json(const Finding& finding) {
  Json evidence = Json::array();
  for (const Evidence& step : finding.evidence)
    evidence.push_back({{"location", place_json(step.place)}, {"message", text(step.message)}});
  return Json{{"check", text(finding.check)},
              {"kind", text(finding.kind)},
              {"location", place_json(finding.place)},
              {"entity", text(finding.entity)},
              {"owner", text(finding.owner)},
              {"module", text(finding.module)},
              {"scope", name_of(finding.scope)},
              {"role", text(finding.role)},
              {"value", text(finding.value)},
              {"message", text(finding.message)},
              {"suggestion", text(finding.suggestion)},
              {"evidence", std::move(evidence)},
              {"priority", name_of(finding.priority)},
              {"score", finding.score},
              {"factors", factors_json(finding)},
              {"effort", {{"low", finding.effort.low}, {"high", finding.effort.high}}},
              {"fingerprint", finding.fingerprint},
              {"status", name_of(finding.status)},
              {"config_in_reach", config_json(finding.config_in_reach)},
              {"suppression", suppression_json(finding.suppression)},
              {"related", finding.related.empty() ? Json(nullptr) : Json(finding.related)},
              {"uses", finding.uses},
              {"source", text(finding.source_text)},
              {"line_text", text(finding.line_text)}};
}

// The states as JSON spells them, in keys and in values.
static const char* key_of(UnitState state) {
  switch (state) {
  case UnitState::analysed:
    return "analysed";
  case UnitState::analysed_with_errors:
    return "analysed_with_errors";
  case UnitState::skipped:
    return "skipped";
  case UnitState::failed:
    return "failed";
  }
  return "";
}

static Json coverage_json(const Audit& audit) {
  std::uint64_t counts[4] = {};
  Json problems = Json::array();
  for (const UnitCoverage& unit : audit.units) {
    ++counts[static_cast<std::size_t>(unit.state)];
    if (unit.state == UnitState::analysed && unit.problems.empty()) continue;
    Json details = Json::array();
    for (const std::string& problem : unit.problems) details.push_back(text(problem));
    problems.push_back({{"path", text(unit.path)},
                        {"state", key_of(unit.state)},
                        {"errors", unit.error_count},
                        {"reason", text(unit.reason)},
                        {"details", std::move(details)}});
  }
  Json notes = Json::array();
  for (const std::string& note : audit.notes) notes.push_back(text(note));
  Json units = Json::object();
  for (UnitState state : {UnitState::analysed, UnitState::analysed_with_errors, UnitState::skipped, UnitState::failed})
    units[key_of(state)] = counts[static_cast<std::size_t>(state)];
  return Json{{"units", std::move(units)},
              {"incomplete", audit.incomplete()},
              {"problems", std::move(problems)},
              {"notes", std::move(notes)}};
}

struct SiteCount {
  std::uint64_t total = 0, configured = 0;
};

static Json counts_json(const std::map<std::string, SiteCount>& counts) {
  Json list = Json::array();
  for (const auto& [name, count] : counts)
    list.push_back({{"name", text(name)}, {"total", count.total}, {"configured", count.configured}});
  return list;
}

static Json sites_json(const std::vector<Site>& sites) {
  SiteCount all;
  std::map<std::string, SiteCount> by_check, by_module, by_scope, by_feed;
  Json list = Json::array();
  for (const Site& site : sites) {
    bool configured = site.fed_by == "configuration";
    for (SiteCount* count : {&all, &by_check[site.check], &by_module[site.module],
                             &by_scope[std::string(name_of(site.scope))], &by_feed[site.fed_by]}) {
      ++count->total;
      count->configured += configured;
    }
    list.push_back({{"check", text(site.check)},
                    {"location", place_json(site.place)},
                    {"entity", text(site.entity)},
                    {"owner", text(site.owner)},
                    {"module", text(site.module)},
                    {"scope", name_of(site.scope)},
                    {"role", text(site.role)},
                    {"fed_by", text(site.fed_by)},
                    {"source", text(site.source)}});
  }
  return Json{{"total", all.total},
              {"configured", all.configured},
              {"by_check", counts_json(by_check)},
              {"by_module", counts_json(by_module)},
              {"by_scope", counts_json(by_scope)},
              {"by_feed", counts_json(by_feed)},
              {"list", std::move(list)}};
}

// "check/kind" of the active finding at a place, of those checks; empty if there is none.
static std::string finding_at(const Audit& audit, const Place& place, std::initializer_list<std::string_view> checks) {
  for (const Finding& finding : audit.findings) {
    const bool active =
        finding.status == Status::new_ || finding.status == Status::open || finding.status == Status::reopened;
    if (active && finding.place == place && std::find(checks.begin(), checks.end(), finding.check) != checks.end())
      return finding.check + "/" + finding.kind;
  }
  return {};
}

static Json edge_json(const MachineEdge& edge, const std::string& finding) {
  return Json{{"from", edge.from.empty() ? Json(nullptr) : text(edge.from)},
              {"to", edge.to.empty() ? Json(nullptr) : text(edge.to)},
              {"function", text(edge.function)},
              {"location", place_json(edge.place)},
              {"guarded", edge.guarded},
              {"finding", finding.empty() ? Json(nullptr) : text(finding)}};
}

static Json machine_json(const Audit& audit, const MachineSummary& machine) {
  Json states = Json::array(), initial = Json::array(), final_states = Json::array(), transitions = Json::array();
  for (const auto& [name, place] : machine.states) {
    const std::string finding = finding_at(audit, place, {"stuck-state"});
    states.push_back({{"name", text(name)},
                      {"location", place_json(place)},
                      {"finding", finding.empty() ? Json(nullptr) : text(finding)}});
  }
  for (const std::string& name : machine.initial) initial.push_back(text(name));
  for (const std::string& name : machine.final) final_states.push_back(text(name));
  for (const MachineEdge& edge : machine.transitions)
    transitions.push_back(edge_json(edge, finding_at(audit, edge.place, {"state-guard-bypass"})));
  for (const MachineEdge& edge : machine.suspects)
    if (const std::string finding = finding_at(audit, edge.place, {"unchecked-self-transition"}); !finding.empty())
      transitions.push_back(edge_json(edge, finding));
  Json json{{"name", text(machine.name)},       {"location", place_json(machine.place)},
            {"states", std::move(states)},      {"initial", std::move(initial)},
            {"final", std::move(final_states)}, {"transitions", std::move(transitions)}};
  json["mermaid"] = state_diagram(json);
  return json;
}

Json report_model(const Audit& audit) {
  Json machines = Json::array();
  for (const MachineSummary& machine : audit.machines) machines.push_back(machine_json(audit, machine));
  Json findings = Json::array();
  for (const Finding& finding : audit.findings) findings.push_back(finding_json(finding));
  return Json{{"schema", 1},
              {"tool", {{"name", "plumbline"}, {"version", PLUMBLINE_VERSION}, {"home", PLUMBLINE_HOME}}},
              {"coverage", coverage_json(audit)},
              {"findings", std::move(findings)},
              {"sites", sites_json(audit.sites)},
              {"baseline", baseline_json(audit)},
              {"progress", progress_json(audit)},
              {"history", history_json(audit)},
              {"gate", gate_json(audit)},
              {"machines", std::move(machines)},
              {"graphs", graphs_json(audit.graphs)}};
}

} // namespace plumbline
