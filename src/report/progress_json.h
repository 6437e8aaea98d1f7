// The parts of the document model that compare an audit with an earlier one; model.cpp has the others.
#pragma once

#include "report/report.h"

namespace plumbline {

Json baseline_json(const Audit& audit); // null without a baseline
Json progress_json(const Audit& audit); // null without a baseline
Json history_json(const Audit& audit);
Json gate_json(const Audit& audit); // null where no verdict was asked for

} // namespace plumbline
