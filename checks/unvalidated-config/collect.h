// The two collectors of the check.
#pragma once

#include "collect/context.h"

namespace plumbline::unvalidated_config {

// Parses whose failure goes unnoticed, of whatever text: the judge decides what is configuration.
void collect_parses(CollectContext& context);
// Values that are compared with a bound, clamped or validated.
void collect_range_checks(CollectContext& context);

} // namespace plumbline::unvalidated_config
