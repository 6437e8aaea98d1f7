#include "cli/verdict.h"

#include "cli/cli.h"
#include "cli/messages.h"

#include <algorithm>
#include <map>

namespace plumbline {

llvm::Expected<std::optional<GateResult>> gate_result(const Audit& audit, const ScanOptions& options,
                                                      const GateSetting& setting) {
  std::vector<FailRule> rules = options.fail_on;
  if (!options.gate.asked && rules.empty()) return std::nullopt;
  if (options.gate.asked && rules.empty()) {
    llvm::Expected<std::vector<FailRule>> settings_rules = parse_rules(setting.fail_on);
    if (!settings_rules) return settings_rules.takeError();
    rules = std::move(*settings_rules);
  }
  return judge_gate(audit, rules, setting, options.gate.asked);
}

// Each broken rule, and what broke it: the first ones, since a report has them all.
static void say_broken_rules(const Audit& audit, const GateResult& gate, bool asked) {
  constexpr std::size_t shown = 20;
  std::map<std::string_view, const Finding*> findings;
  for (const Finding& finding : audit.findings) findings.emplace(finding.fingerprint, &finding);
  for (const RuleResult& rule : gate.rules) {
    if (!rule.broken || rule.findings.empty()) continue;
    const std::string allowed = rule.limit == 0 ? "" : ", " + std::to_string(rule.limit) + " allowed";
    say((asked ? "gate: " : "--fail-on ") + rule.rule + ": " + counted(rule.actual, "finding") + allowed);
    if (!asked) continue;
    for (std::size_t i = 0; i < rule.findings.size() && i < shown; ++i) {
      const Finding& finding = *findings.at(rule.findings[i]);
      say("  " + finding.place.path + ":" + std::to_string(finding.place.line) + ": " +
          std::string(name_of(finding.status)) + " " + std::string(name_of(finding.priority)) + ": " + finding.message +
          " [" + finding.check + "/" + finding.kind + "]");
    }
    if (rule.findings.size() > shown)
      say("  … and " + std::to_string(rule.findings.size() - shown) + " more, which the report names");
  }
}

static void say_incomplete(const Audit& audit, bool allowed) {
  constexpr std::size_t shown = 10; // the report has them all
  std::vector<const UnitCoverage*> lost;
  for (const UnitCoverage& unit : audit.units)
    if (unit.state == UnitState::failed || unit.state == UnitState::analysed_with_errors) lost.push_back(&unit);
  for (std::size_t i = 0; i < lost.size() && i < shown; ++i)
    say(lost[i]->path + ": " + std::string(name_of(lost[i]->state)) + ": " + lost[i]->reason);
  if (lost.size() > shown) say("… and " + std::to_string(lost.size() - shown) + " more, which the report names");
  say("incomplete: " + counted(lost.size(), "translation unit") + " of " + std::to_string(audit.units.size()) +
      " could not be analysed whole" +
      (allowed ? "" : " (mend them, or set gate: { on-incomplete: warn } in the settings)"));
}

int verdict(const Audit& audit, const ScanOptions& options, const GateSetting& setting) {
  const bool broken = audit.gate && std::ranges::any_of(audit.gate->rules, [](const RuleResult& rule) {
                        return rule.broken && !rule.findings.empty();
                      });
  if (broken) say_broken_rules(audit, *audit.gate, options.gate.asked);
  const bool incomplete = audit.incomplete(), allowed = setting.on_incomplete == "warn";
  if (incomplete) say_incomplete(audit, allowed);
  if (options.gate.asked && !options.quiet)
    say(broken ? "gate: broken" : incomplete && !allowed ? "gate: no verdict" : "gate: passed");
  if (incomplete && !allowed) return exit_incomplete;
  return broken ? exit_gate_broken : exit_done;
}

} // namespace plumbline
