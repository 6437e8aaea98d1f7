#include "program/tunable_value.h"
#include "facts/words.h"
#include "program/walk.h"

#include <cmath>

namespace plumbline {

// The part of a scale that converts units: doubling a constant on its way does not change what the constant says.
static double unit_scale(double scale) {
  if (converts_units(scale)) return scale;
  // HELLO_TIME_MS * 1.5 / 1000: one and a half times, in seconds
  for (double unit : {1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9})
    for (double times : {0.25, 0.5, 0.75, 1.25, 1.5, 2.0, 3.0, 4.0, 5.0})
      if (std::abs(scale / (unit * times) - 1) < 1e-9) return unit;
  return 1;
}

double nanoseconds_of(const ConstantFact& constant, std::string_view own_name, const Candidate& candidate) {
  // kRetryMs = 500 is 500 ms, whatever is computed from it.
  std::int64_t own = own_name.empty() ? 0 : unit_of_name(own_name);
  if (constant.tick > 0) return constant.value * static_cast<double>(constant.tick);
  if (own > 0) return constant.value * static_cast<double>(own);
  std::int64_t tick = candidate.tick > 0 ? candidate.tick : candidate.consumer.tick;
  return tick > 0 ? constant.value * unit_scale(candidate.scale) * static_cast<double>(tick) : 0;
}

std::string value_text(const ConstantFact& constant, std::string_view own_name, const Candidate& candidate) {
  if (candidate.consumer.dimension == Dimension::limit) {
    // `64 * KB` is a limit of 65536; what is computed from a limit later is not the limit.
    if (constant.tick > 0) return format_duration(constant.value * static_cast<double>(constant.tick));
    bool unit = candidate.depth <= 1 && candidate.scale > 1 && candidate.scale >= 1000;
    return format_number(unit ? constant.value * candidate.scale : constant.value);
  }
  double nanoseconds = nanoseconds_of(constant, own_name, candidate);
  return nanoseconds > 0 ? format_duration(nanoseconds) : format_number(constant.value);
}

bool loses_its_fraction(const Program& program, const ConstantFact& constant, const Candidate& candidate) {
  if (!constant.floating || constant.tick != 0 || constant.value == std::floor(constant.value) ||
      candidate.path.empty())
    return false;
  const FlowFact& first = program.flows[candidate.path.front()];
  const EntityFact* to = program.entity(first.to);
  return to && to->type_class == TypeClass::integer && first.scale == 1 && first.kind != FlowKind::derived;
}

} // namespace plumbline
