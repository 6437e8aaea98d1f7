// Writes the facts of facts/graph_events.h for every function of ours.
#pragma once

#include "collect/context.h"

namespace plumbline {

void collect_graph_events(CollectContext& context);

} // namespace plumbline
