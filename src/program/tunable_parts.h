// Constants that are one finding together: the parts of one value, the row of a table, the same bound again.
#pragma once

#include "program/tunables.h"

#include <map>
#include <set>

namespace plumbline {

// Takes tunables in the order of the source.
class TunableParts {
 public:
  explicit TunableParts(const Program& program) : program(program) {}

  // Appends the tunable, or adds it to the one that it is a part of.
  void add(Tunable tunable);

  std::vector<Tunable> tunables;

 private:
  const Program& program;
  std::map<std::string, std::size_t> parts;
  std::set<std::pair<std::string, std::int64_t>> filled; // parts of one value, with their units
  std::size_t previous[2] = {};                          // one behind the last duration, the last limit
};

} // namespace plumbline
