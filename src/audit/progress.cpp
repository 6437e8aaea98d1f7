#include "audit/progress.h"

namespace plumbline {

std::optional<double> share_of(std::uint64_t done, std::uint64_t places) {
  if (places == 0) return std::nullopt;
  return static_cast<double>(done) / static_cast<double>(places);
}

} // namespace plumbline
