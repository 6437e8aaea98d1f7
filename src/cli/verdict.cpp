#include "cli/verdict.h"

#include "cli/cli.h"
#include "cli/messages.h"

#include <algorithm>

namespace plumbline {

static bool say_broken_rules(const Audit& audit, const std::vector<FailRule>& rules) {
  bool broken = false;
  for (const FailRule& rule : rules) {
    const std::ptrdiff_t count =
        std::ranges::count_if(audit.findings, [&](const Finding& finding) { return breaks(finding, rule); });
    if (count == 0) continue;
    broken = true;
    say("--fail-on " + rule.text + ": " + counted(count, "finding"));
  }
  return broken;
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

int verdict(const Audit& audit, const std::vector<FailRule>& fail_on, const GateSetting& gate) {
  const bool broken = say_broken_rules(audit, fail_on);
  const bool incomplete = audit.incomplete(), allowed = gate.on_incomplete == "warn";
  if (incomplete) say_incomplete(audit, allowed);
  if (incomplete && !allowed) return exit_incomplete;
  return broken ? exit_gate_broken : exit_done;
}

} // namespace plumbline
