// Functions of well-known libraries whose arguments are time spans or limits (design.md §3.2 (b)), and functions that
// give configuration (design.md §3). Data, not code: a line per function.
#pragma once

#include "program/names.h"

#include <optional>
#include <string_view>

namespace plumbline {

// An argument that consumes a tunable.
struct Sink {
  std::string_view function; // unqualified, or qualified with ::
  int argument = 0;          // from 0; -1: any
  std::int64_t tick = 0;     // 0: the argument's type says it
  std::string_view role = "other";
  Dimension dimension = Dimension::duration;
  std::string_view option = {}; // a comma-separated list of what some other argument's name must contain, "" for none
};

// The sink for argument `index` of the function, given the names of constants among the other arguments.
const Sink* find_sink(std::string_view qualified_function, int index, std::string_view options);

// Whether calls of this function give configuration: a look-up in the environment, a flag library, a document.
bool is_config_lookup(std::string_view qualified_function);
// Whether the function only shows or stores text: what goes in is not used as a time span.
bool is_output_function(std::string_view qualified_function);

} // namespace plumbline
