// From an audit to the exit status.
#pragma once

#include "audit/audit.h"

#include <vector>

namespace plumbline {

// Says on standard error what is broken or missing, and returns the exit status. Incomplete goes before broken: a
// verdict about half a program is none.
int verdict(const Audit& audit, const std::vector<FailRule>& fail_on, const GateSetting& gate);

} // namespace plumbline
