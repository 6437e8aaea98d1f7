// What settings can say about a finding, and every report repeats.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace plumbline {

enum class Priority : std::uint8_t { p0, p1, p2 };
enum class Scope : std::uint8_t { production, test };

struct EffortHours {
  double low = 0, high = 0;
};

std::string_view name_of(Priority priority); // "P0"
std::string_view name_of(Scope scope);       // "production"
std::optional<Priority> priority_from(std::string_view name);

} // namespace plumbline
