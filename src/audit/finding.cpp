#include "audit/finding.h"

namespace plumbline {

std::string_view name_of(Status status) {
  switch (status) {
  case Status::new_:
    return "new";
  case Status::open:
    return "open";
  case Status::fixed:
    return "fixed";
  case Status::reopened:
    return "reopened";
  case Status::accepted:
    return "accepted";
  case Status::suppressed:
    return "suppressed";
  case Status::unknown:
    return "unknown";
  }
  return "";
}

} // namespace plumbline
