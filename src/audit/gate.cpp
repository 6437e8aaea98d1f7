#include "audit/gate.h"

#include "audit/audit.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>

#include <algorithm>

namespace plumbline {

// The states a finding can be in while it still stands in the code and nobody has taken responsibility for it.
static constexpr Status standing[] = {Status::new_, Status::open, Status::reopened};

// What was not seen was open when it was last seen, and must not make a gate green.
static Status counted_as(Status status) { return status == Status::unknown ? Status::open : status; }

static bool stands(Status status) { return std::ranges::find(standing, counted_as(status)) != std::end(standing); }

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

llvm::Expected<std::vector<FailRule>> parse_rules(const std::vector<std::string>& rules) {
  if (rules.empty()) return std::vector<FailRule>();
  return parse_fail_on(llvm::join(rules, ","));
}

bool breaks(const Finding& finding, const FailRule& rule) {
  if (!stands(finding.status) || (rule.status && counted_as(finding.status) != *rule.status)) return false;
  return !rule.priority || finding.priority == *rule.priority;
}

static RuleResult result_of(const Audit& audit, const std::string& name, const FailRule& rule, std::uint64_t limit) {
  RuleResult result;
  result.rule = name;
  result.limit = limit;
  for (const Finding& finding : audit.findings)
    if (breaks(finding, rule)) result.findings.push_back(finding.fingerprint);
  result.actual = result.findings.size();
  result.broken = result.actual > limit;
  if (!result.broken) result.findings.clear();
  return result;
}

static RuleResult incomplete_result(const Audit& audit, const GateSetting& setting) {
  RuleResult result;
  result.rule = "on-incomplete: " + setting.on_incomplete;
  for (const UnitCoverage& unit : audit.units) result.actual += unit.state == UnitState::failed;
  result.broken = audit.incomplete() && setting.on_incomplete != "warn";
  return result;
}

GateResult judge_gate(const Audit& audit, const std::vector<FailRule>& fail_on, const GateSetting& setting,
                      bool whole) {
  GateResult gate;
  for (const FailRule& rule : fail_on) gate.rules.push_back(result_of(audit, rule.text, rule, 0));
  if (whole) {
    for (const auto& [priority, limit] : setting.max_open)
      gate.rules.push_back(result_of(audit, "max-open " + std::string(name_of(priority)),
                                     {.text = "", .status = std::nullopt, .priority = priority},
                                     static_cast<std::uint64_t>(limit)));
    gate.rules.push_back(incomplete_result(audit, setting));
  }
  gate.passed = std::ranges::none_of(gate.rules, [](const RuleResult& rule) { return rule.broken; });
  return gate;
}

} // namespace plumbline
