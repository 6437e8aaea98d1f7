// The gate: rules that an audit must hold (design.md §5), and which findings broke them.
#pragma once

#include "audit/finding.h"
#include "project/settings.h"

#include <llvm/Support/Error.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumbline {

struct Audit;

// One rule of --fail-on or of the settings' gate.fail-on. A part that is missing matches any.
struct FailRule {
  std::string text; // as the user would write it alone: "new:P0"
  std::optional<Status> status;
  std::optional<Priority> priority;
};

// Rules separated by commas: `status:priority`, `status` or `priority`; a priority alone keeps the status of the rule
// before it, so that `new:P0,P1` is `new:P0,new:P1`. Status: new, open, reopened, or any.
llvm::Expected<std::vector<FailRule>> parse_fail_on(const std::string& text);

// The same for a list, as the settings have it.
llvm::Expected<std::vector<FailRule>> parse_rules(const std::vector<std::string>& rules);

// Whether a finding counts for a rule; what is suppressed, accepted or fixed never does. What was not seen counts as
// open, because that is what it was when it was last seen.
bool breaks(const Finding& finding, const FailRule& rule);

struct RuleResult {
  std::string rule;        // "new:P0", "max-open P0", "on-incomplete"
  std::uint64_t limit = 0; // what is allowed
  std::uint64_t actual = 0;
  bool broken = false;
  std::vector<std::string> findings; // fingerprints of those that broke it, in the audit's order
};

struct GateResult {
  bool passed = true;
  std::vector<RuleResult> rules; // each rule that was asked, broken or not
};

// What a gate asks: `fail_on` (from --fail-on, else from the settings), max-open and on-incomplete of the settings.
// `whole` is false for `scan --fail-on`, which asks for nothing but those rules.
GateResult judge_gate(const Audit& audit, const std::vector<FailRule>& fail_on, const GateSetting& setting, bool whole);

} // namespace plumbline
