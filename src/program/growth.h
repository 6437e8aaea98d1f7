// Capacities that grow: what such a thing starts with bounds nothing.
#pragma once

#include "program/program.h"

#include <unordered_set>

namespace plumbline {

class Growth {
 public:
  explicit Growth(const Program& program);

  // Whether the value ends as how much something has room for that is enlarged when it is full: in this node, or in
  // one that it is handed on to within a few steps.
  bool is_start_of_growth(EntityId node) const;

 private:
  const Program& program;
  std::unordered_set<EntityId> growing; // fields and variables that say how much is allocated, and are given more
};

} // namespace plumbline
