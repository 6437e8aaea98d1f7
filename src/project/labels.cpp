#include "project/labels.h"

namespace plumbline {

std::string_view name_of(Priority priority) {
  switch (priority) {
  case Priority::p0:
    return "P0";
  case Priority::p1:
    return "P1";
  case Priority::p2:
    return "P2";
  }
  return "";
}

std::string_view name_of(Scope scope) {
  switch (scope) {
  case Scope::production:
    return "production";
  case Scope::test:
    return "test";
  }
  return "";
}

std::optional<Priority> priority_from(std::string_view name) {
  for (Priority priority : {Priority::p0, Priority::p1, Priority::p2})
    if (name == name_of(priority)) return priority;
  return std::nullopt;
}

} // namespace plumbline
