// How a tunable could be configured instead: the configuration that its owner can already see, and how the line would
// read (design.md §3.2 "config_in_reach").
#pragma once

#include "program/tunables.h"

namespace plumbline {

std::optional<ConfigInReach> config_in_reach(const Program& program, const Tunable& tunable);

} // namespace plumbline
