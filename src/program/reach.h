// Everything that influence from a set of nodes gets to, with matched calls, in about linear time: what Walk finds
// with `derived`, for questions whose starts are many and whose answer is wanted whole, however large the program.
#pragma once

#include "program/program.h"

#include <unordered_set>
#include <vector>

namespace plumbline {

// The starts included. What entered a function through one call leaves it through that call only, unless a member or a
// global keeps it: those outlive the call that set them.
std::unordered_set<EntityId> reach_of(const Program& program, const std::vector<EntityId>& starts);

} // namespace plumbline
