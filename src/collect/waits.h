// Collects the calls that wait on something outside, and what limits them: the facts of program/handles.h.
#pragma once

#include "collect/context.h"

namespace plumbline {

// One pass over the functions of our files. Only calls of the APIs that it knows cost more than looking at their name.
void collect_waits(CollectContext& context);

} // namespace plumbline
