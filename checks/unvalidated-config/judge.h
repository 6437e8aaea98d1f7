// The two judges of the check.
#pragma once

#include "audit/finding.h"
#include "program/program.h"

namespace plumbline::unvalidated_config {

void judge_parses(const Program& program, std::vector<Finding>& findings);
void judge_ranges(const Program& program, std::vector<Finding>& findings);

} // namespace plumbline::unvalidated_config
