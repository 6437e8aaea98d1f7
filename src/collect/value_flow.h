// Writes the value-flow facts of one translation unit (design.md §3.1): which values go where, in every function,
// initialiser and default argument of our files, for template patterns and instantiations alike.
#pragma once

#include "collect/context.h"

namespace plumbline {

void collect_value_flow(CollectContext& context);

} // namespace plumbline
