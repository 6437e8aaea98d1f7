// From an audit to the exit status.
#pragma once

#include "audit/audit.h"

#include <llvm/Support/Error.h>

#include <optional>
#include <string>
#include <vector>

namespace plumbline {

// One rule of --fail-on or of the settings' gate.fail-on. A part that is missing matches any.
struct FailRule {
  std::string text; // as the user would write it alone: "new:P0"
  std::optional<Status> status;
  std::optional<Priority> priority;
};

// Rules separated by commas: `status:priority`, `status` or `priority`; a priority alone keeps the status of the rule
// before it, so that `new:P0,P1` is `new:P0,new:P1`. Status: new, open, reopened, or any.
llvm::Expected<std::vector<FailRule>> parse_fail_on(const std::string& text);

// Whether a finding counts for a rule; what is suppressed, accepted, fixed or unseen never does.
bool breaks(const Finding& finding, const FailRule& rule);

// Says on standard error what is broken or missing, and returns the exit status. Incomplete goes before broken: a
// verdict about half a program is none.
int verdict(const Audit& audit, const std::vector<FailRule>& fail_on, const GateSetting& gate);

} // namespace plumbline
