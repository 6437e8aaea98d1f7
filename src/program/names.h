// What the name of a parameter, field, variable or constant says it holds: a time span, a limit, or neither.
//
// A name decides by its last words (design.md §3.6): `retry_fd`, `next_lease_id`, `min_idle_workers` and
// `backoff_multiplier` are no times, whatever stands in front.
#pragma once

#include "facts/vocabulary.h"

#include <string>
#include <string_view>

namespace plumbline {

enum class Dimension : std::uint8_t { none, duration, limit };

struct Meaning {
  Dimension dimension = Dimension::none;
  std::string_view role =
      "other";           // of design.md §3.2; for limits: retries, capacity, size, threads, clamp, threshold, other
  std::int64_t tick = 0; // of a duration: the unit that the name ends in, or 0
  bool strong = false;   // a noun says so, not only a weak word
};

Meaning meaning_of(std::string_view name, TypeClass type_class);
// The same for a function that takes one number: `set_timeout_ms`, `expires_after`, `sleep`.
Meaning meaning_of_setter(std::string_view function_name);
// Whether a factor converts one unit of time into another: 1000, 60, 3600, their inverses …
bool converts_units(double scale);
// A function name that starts with a verb for doing or computing rather than naming what it returns: adjust_timeout.
bool names_an_action(std::string_view function_name);
// Whether an expression's names say that it is a moment or an elapsed time: now, clock, elapsed, age, *_at …
bool names_a_clock(std::string_view comma_separated_names);
// Whether they count attempts, failures, pending work or the like (design.md §3.6 "Limits").
bool names_a_load(std::string_view comma_separated_names);
// A name that speaks of something that is no tunable: a header's size, a version, an id.
bool names_no_tunable(std::string_view name);
// Whether a parameter's name leaves it to the function's name to say what it is: `value`, `n`, `ms`.
bool is_uninformative(std::string_view name);

} // namespace plumbline
