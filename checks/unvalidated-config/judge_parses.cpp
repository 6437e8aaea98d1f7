// Which of the parses that hide their failure are about configuration: the text comes from outside the program, the
// number goes into configuration, or the function's business is to load it.

#include "facts.h"
#include "facts/numbers.h"
#include "judge.h"
#include "program/configuration.h"
#include "program/owner_names.h"
#include "program/sinks.h"
#include "program/walk.h"
#include "project/project.h"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace plumbline::unvalidated_config {

namespace {

struct Parse {
  ParseFact fact;
  std::vector<EntityId> text, number, sites;
};

class ParseJudge {
 public:
  explicit ParseJudge(const Program& program) : program(program), configuration(*program.configuration) {}

  void judge(std::vector<Finding>& findings) {
    // By where the call is spelled, then by where a macro that spells it is expanded: the call itself elsewhere.
    std::map<std::pair<Place, Place>, Parse> parses;
    const StringId kind = program.table.strings.find("parse");
    if (kind == StringId::empty) return;
    find_refused();
    for (const Fact& fact : program.table.facts) {
      if (fact.kind != kind || !program.is_ours(fact.location)) continue;
      ParseFact parse = read_parse(program.table, fact);
      const Place used = program.place(parse.location);
      const Place spelled = parse.macro.empty() ? used : program.place(parse.spelled);
      Parse& all = parses.try_emplace({spelled, used}, Parse{parse, {}, {}, {}}).first->second;
      if (parse.role == ParseFact::Role::text) all.text.push_back(parse.node);
      if (parse.role == ParseFact::Role::number) all.number.push_back(parse.node);
      if (parse.role == ParseFact::Role::result) all.sites.push_back(parse.node);
    }
    std::unordered_map<EntityId, std::vector<EntityId>> results; // of the sites
    for (const std::pair<const std::pair<Place, Place>, Parse>& entry : parses)
      for (EntityId site : entry.second.sites) results[site];
    for (const FlowFact& flow : program.flows) {
      std::unordered_map<EntityId, std::vector<EntityId>>::iterator it = results.find(flow.leaves);
      if (flow.leaves != EntityId::none && it != results.end()) it->second.push_back(flow.to);
    }
    Place last;
    for (std::pair<const std::pair<Place, Place>, Parse>& entry : parses) {
      const auto& [spelled, used] = entry.first;
      Parse& parse = entry.second;
      for (EntityId site : parse.sites) {
        const std::vector<EntityId>& to = results[site];
        parse.number.insert(parse.number.end(), to.begin(), to.end());
      }
      std::optional<Finding> finding = examine(parse);
      if (!finding) continue;
      if (parse.fact.macro.empty()) {
        findings.push_back(std::move(*finding));
        continue;
      }
      // One to mend, in the macro's definition, however often it is expanded, and for however many settings.
      if (spelled == last) {
        if (findings.back().message != finding->message) findings.back().message = message_of(parse, nullptr);
      } else {
        last = finding->place = spelled;
        finding->entity = parse.fact.macro;
        finding->evidence = {{spelled, "the text is parsed here"}};
        findings.push_back(std::move(*finding));
      }
      findings.back().evidence.push_back({used, "used here"});
    }
  }

 private:
  // Values of which zero is refused aloud.
  void find_refused() {
    const StringId kind = program.table.strings.find("range-check");
    for (const Fact& fact : program.table.facts) {
      if (kind == StringId::empty || fact.kind != kind) continue;
      const RangeCheckFact check = read_range_check(program.table, fact);
      if (check.refuses_zero && scope_of(*program.settings, program.path(check.location)) == Scope::production)
        refused.insert(check.value);
    }
  }

  // atoi("five") is 0, and so is what an extraction from a stream leaves (since C++11). Where the range of the number
  // is checked and 0 is out of it, the user hears of it.
  bool is_refused(const Parse& parse) const {
    constexpr int max_steps = 200;
    const std::size_t colon = parse.fact.callee.rfind("::");
    const std::string_view name =
        std::string_view(parse.fact.callee).substr(colon == std::string::npos ? 0 : colon + 2);
    const bool gives_zero = name.starts_with("ato") || name.starts_with("strto") || name == "operator>>";
    if (parse.fact.silence != Silence::unchecked || !gives_zero) return false;
    Walk walk(program);
    for (EntityId node : parse.number) {
      if (refused.contains(node)) return true;
      walk.start(node);
    }
    for (int step = 0; step < max_steps && walk.step(); ++step)
      if (refused.contains(walk.node())) return true;
    return false;
  }

  bool is_setting(EntityId node) const {
    const EntityFact* entity = program.entity(node);
    return entity && configuration.is_source(node) &&
           (entity->kind == EntityKind::field || entity->kind == EntityKind::variable);
  }

  // Whether the text is a setting's: backwards through texts only, because a number that is printed into one is no
  // setting to read, and not through what all texts of a program go through, such as the pointer in a string view.
  // What an object keeps comes from whoever made it: of a class that is given settings and other texts, nobody knows.
  bool is_configured_text(EntityId start) const {
    // plumbline: allow(hard-coded-limit) the same code has the same findings, whoever scans it
    constexpr std::size_t max_nodes = 200, hub = 20;
    std::vector<std::pair<EntityId, bool>> nodes{{start, false}}; // whether an object kept it
    std::unordered_set<EntityId> seen{start};
    for (std::size_t i = 0; i < nodes.size() && i < max_nodes; ++i) {
      const auto [node, from_object] = nodes[i];
      const EntityFact* entity = program.entity(node);
      const bool kept = from_object || (entity && entity->kind == EntityKind::field);
      if (!entity) entity = program.entity(program.function_of(node));
      if ((entity && is_number_or_flag(entity->type_class)) || !configuration.reaches(node)) continue;
      if (configuration.is_source(node)) return true;
      const std::span<const std::uint32_t> flows = program.flows_to(node);
      const bool mixed = kept && std::any_of(flows.begin(), flows.end(), [&](std::uint32_t index) {
                           return !configuration.reaches(program.flows[index].from);
                         });
      if (flows.size() > hub || mixed) continue;
      for (std::uint32_t index : flows)
        if (const EntityId from = program.flows[index].from; seen.insert(from).second) nodes.push_back({from, kept});
    }
    return false;
  }

  // The setting that the number becomes, if it becomes one. Of several that one variable is for, one after the other,
  // the next below the parse.
  const EntityFact* setting_of(const Parse& parse) const {
    const FlowFact* next = nullptr;
    for (EntityId node : parse.number) {
      if (is_setting(node)) return program.entity(node);
      for (std::uint32_t index : program.flows_from(node)) {
        const FlowFact& flow = program.flows[index];
        if (flow.location.file == parse.fact.location.file && flow.location.line >= parse.fact.location.line &&
            (!next || flow.location.line < next->location.line) && is_setting(flow.to))
          next = &flow;
      }
    }
    if (next) return program.entity(next->to);
    Walk walk(program);
    for (EntityId node : parse.number) walk.start(node);
    while (walk.step())
      if (is_setting(walk.node())) return program.entity(walk.node());
    return nullptr;
  }

  std::string message_of(const Parse& parse, const EntityFact* setting) const {
    const std::size_t colon = parse.fact.callee.rfind("::");
    const std::string name = parse.fact.callee.substr(colon == std::string::npos ? 0 : colon + 2);
    const std::string parser = name == "operator>>" ? "the extraction from a stream" : name + "()";
    const std::string what = setting ? "'" + setting->name + "'" : "a setting";
    switch (parse.fact.silence) {
    case Silence::unchecked:
      return parser + " makes " + what + " of any text, and nobody asks whether it was a number";
    case Silence::branch:
      return "when " + parser + " cannot read " + what + ", a default takes its place in silence";
    case Silence::caught:
      break;
    }
    return "what " + parser + " throws about " + what + " is caught, and a default taken in silence";
  }

  std::optional<Finding> examine(const Parse& parse) const {
    const EntityFact* function = program.entity(parse.fact.function);
    // A conversion that may throw is a parse if it is a library's for documents, or takes text.
    bool document = is_config_lookup(parse.fact.callee);
    if (parse.fact.silence == Silence::caught && parse.text.empty() && !document) return std::nullopt;
    const EntityFact* setting = setting_of(parse);
    bool from_outside = document;
    for (EntityId node : parse.text) from_outside |= is_configured_text(node);
    // What else main() reads, such as the names of files in a folder, is no configuration because it knows the command
    // line as well.
    const bool loads = function && configuration.is_loader(parse.fact.function) && !function->has(is_main);
    if (!setting && !from_outside && !loads) return std::nullopt;
    if (is_refused(parse)) return std::nullopt;

    Finding finding;
    finding.check = "unvalidated-config";
    finding.kind = "swallowed-parse";
    finding.priority = Priority::p1;
    finding.place = program.place(parse.fact.location);
    finding.source_text = parse.fact.source;
    finding.line_text = parse.fact.line;
    finding.entity = setting ? setting->qualified : function ? function->qualified : "";
    finding.owner = owner_name_of_code(program, parse.fact.function);
    finding.message = message_of(parse, setting);
    finding.suggestion =
        "Refuse text that is not wholly a number, or say so before the default is used: name the setting, "
        "the text and the default.";
    finding.evidence.push_back({finding.place, "the text is parsed here"});
    if (setting && program.is_ours(setting->location))
      finding.evidence.push_back({program.place(setting->location), "the setting that it becomes"});
    return finding;
  }

  const Program& program;
  const Configuration& configuration;
  std::unordered_set<EntityId> refused;
};

} // namespace

void judge_parses(const Program& program, std::vector<Finding>& findings) { ParseJudge(program).judge(findings); }

} // namespace plumbline::unvalidated_config
