// Writes the facts of src/facts/states.h: enums that hold states, who writes and checks them, tables and switches.
#pragma once

#include "collect/context.h"

namespace plumbline {

void collect_states(CollectContext& context);

} // namespace plumbline
