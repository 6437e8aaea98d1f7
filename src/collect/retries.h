// Collects loops that try something again after it failed, and loops that put failed work back: the facts of
// program/retries.h.
#pragma once

#include "collect/context.h"

namespace plumbline {

// Walks each loop of our files once, a nested one once more for each loop around it.
void collect_retries(CollectContext& context);

} // namespace plumbline
