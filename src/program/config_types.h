// Which records are configuration (design.md §3, rulings in §3.6).
#pragma once

#include "program/program.h"

#include <unordered_set>

namespace plumbline {

// Records that are configuration: by name, annotation or settings; nested in one; the types of their fields where these
// hold settings; what plainly is one without the name.
std::unordered_set<EntityId> config_types_of(const Program& program);

} // namespace plumbline
