// What a constant is worth where it is consumed: its value as a person writes it, in the unit that something said.
#pragma once

#include "program/tunables.h"

namespace plumbline {

// One way of a constant to something that consumes it.
struct Candidate {
  Consumer consumer;
  double scale = 1;
  std::int64_t tick = 0;
  unsigned depth = 0;
  EntityId function = EntityId::none;
  std::vector<std::uint32_t> path; // flows
  const UseFact* use = nullptr;
};

// 0 where nothing on the way told the unit. `own_name`: of the constant or macro, or "".
double nanoseconds_of(const ConstantFact& constant, std::string_view own_name, const Candidate& candidate);

// "250 ms", "3"
std::string value_text(const ConstantFact& constant, std::string_view own_name, const Candidate& candidate);

// A number with a fraction that goes where only whole numbers go, and loses it: usleep(1500.7), sleep(0.1).
bool loses_its_fraction(const Program& program, const ConstantFact& constant, const Candidate& candidate);

} // namespace plumbline
