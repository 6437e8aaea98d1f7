// Writes the facts of program/ownership.h: which members keep which records, which lambdas are stored where.
#pragma once

#include "collect/context.h"

namespace plumbline {

void collect_ownership(CollectContext& context);

} // namespace plumbline
