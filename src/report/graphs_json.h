// The model's "graphs": see audit/graphs.h.
#pragma once

#include "report/report.h"

namespace plumbline {

Json graphs_json(const std::vector<Graph>& graphs);

} // namespace plumbline
