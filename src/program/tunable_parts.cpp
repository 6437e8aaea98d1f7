#include "program/tunable_parts.h"
#include "facts/words.h"
#include "program/tunable_trace.h"

namespace plumbline {

// The parts of one value (tv_sec and tv_usec, the seconds and microseconds of one call) are one finding, at the first.
// `unit`: of the part.
static std::string part_key(const Program& program, const Tunable& tunable, std::int64_t& unit) {
  for (std::uint32_t index : program.flows_from(tunable.constant.id)) {
    const FlowFact& flow = program.flows[index];
    unit = flow.tick;
    if (flow.kind == FlowKind::part)
      return "part " + std::to_string(static_cast<std::uint64_t>(flow.to)) + " " +
             std::to_string(static_cast<std::uint64_t>(flow.function));
    const EntityFact* to = program.entity(flow.to);
    if (flow.site != EntityId::none && to && to->kind == EntityKind::parameter) {
      std::vector<std::string> words = words_of(to->name);
      if (!words.empty() && unit_of_word(words.back())) { // timeout_sec and timeout_usec: what is in front is the same
        std::string key = "call " + std::to_string(static_cast<std::uint64_t>(flow.site));
        for (std::size_t k = 0; k + 1 < words.size(); ++k) key += " " + words[k];
        return key;
      }
    }
  }
  return {};
}

// `if (n > 250) n = 250;` is one bound.
static bool is_same_bound(const Tunable& previous, const Tunable& next) {
  const Location &a = previous.constant.location, &b = next.constant.location;
  return a.file == b.file && a.line == b.line && previous.value == next.value &&
         previous.constant.text == next.constant.text && previous.consumer.dimension == next.consumer.dimension &&
         previous.consumer.node != EntityId::none && previous.consumer.node == next.consumer.node;
}

void TunableParts::add(Tunable tunable) {
  const bool is_duration = tunable.consumer.dimension == Dimension::duration;
  std::int64_t unit = 0;
  std::string key = is_duration ? part_key(program, tunable, unit) : std::string();
  // The same part again is another value, for which the timespec serves again.
  if (key.starts_with("part ") && unit != 0 && !filled.emplace(key, unit).second) {
    parts.erase(key);
    std::erase_if(filled, [&](const std::pair<std::string, std::int64_t>& part) { return part.first == key; });
    filled.emplace(key, unit);
  }
  // A table of records is one finding per row (design.md §3.6).
  const bool is_row = key.empty() && tunable.constant.row != EntityId::none;
  if (is_row)
    key = (is_duration ? "duration row " : "limit row ") +
          std::to_string(static_cast<std::uint64_t>(tunable.constant.row));
  if (!key.empty()) {
    std::pair<std::map<std::string, std::size_t>::iterator, bool> entry = parts.try_emplace(key, tunables.size());
    // Two values for one parameter (a ?: b) are a choice, not parts.
    bool choice = !entry.second && key.starts_with("call") &&
                  tunables[entry.first->second].consumer.node == tunable.consumer.node;
    if (!entry.second && !choice) {
      Tunable& first = tunables[entry.first->second];
      if (is_row) {
        first.value += ", " + tunable.value;
        add_evidence(program, first, tunable.constant.location, "in the same row: " + tunable.constant.text);
        return;
      }
      const bool known = first.nanoseconds > 0 && tunable.nanoseconds > 0;
      first.nanoseconds = known ? first.nanoseconds + tunable.nanoseconds : 0;
      first.value = known ? format_duration(first.nanoseconds) : first.value + " + " + tunable.value;
      add_evidence(program, first, tunable.constant.location, "the rest of the value: " + tunable.constant.text);
      return;
    }
  }
  std::size_t& last = previous[is_duration];
  if (last && is_same_bound(tunables[last - 1], tunable)) {
    add_evidence(program, tunables[last - 1], tunable.constant.location, "the same bound again");
    return;
  }
  tunables.push_back(std::move(tunable));
  last = tunables.size();
}

} // namespace plumbline
