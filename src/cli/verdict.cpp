#include "cli/verdict.h"

#include "cli/cli.h"
#include "cli/messages.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringRef.h>

#include <algorithm>

namespace plumbline {

// The states a finding can be in while it still stands in the code and nobody has taken responsibility for it.
static constexpr Status standing[] = {Status::new_, Status::open, Status::reopened};

static bool stands(Status status) { return std::ranges::find(standing, status) != std::end(standing); }

llvm::Expected<std::vector<FailRule>> parse_fail_on(const std::string& text) {
  std::vector<FailRule> rules;
  llvm::SmallVector<llvm::StringRef> words;
  llvm::StringRef(text).split(words, ',');
  std::string status_word; // of the rule before, for priorities that stand alone
  for (llvm::StringRef word : words) {
    word = word.trim();
    const auto [head, tail] = word.split(':');
    FailRule rule;
    const bool has_status = !priority_from(head);
    if (has_status) status_word = head.str();
    const llvm::StringRef priority_word = has_status ? tail : head;
    const bool nothing_after_colon = word.ends_with(":") || (!has_status && word.contains(':'));
    if (!priority_word.empty()) rule.priority = priority_from(priority_word);
    for (const Status status : standing)
      if (status_word == name_of(status)) rule.status = status;
    const bool status_known = status_word.empty() || status_word == "any" || rule.status;
    if (word.empty() || nothing_after_colon || !status_known || (!priority_word.empty() && !rule.priority))
      return llvm::createStringError("--fail-on: '" + word.str() +
                                     "' is no rule; write new:P0, reopened, P1 or any:P2 (status new, open, reopened "
                                     "or any; priority P0, P1 or P2)");
    rule.text = has_status || status_word.empty() ? word.str() : status_word + ":" + word.str();
    rules.push_back(std::move(rule));
  }
  return rules;
}

bool breaks(const Finding& finding, const FailRule& rule) {
  if (!stands(finding.status) || (rule.status && finding.status != *rule.status)) return false;
  return !rule.priority || finding.priority == *rule.priority;
}

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
