// What the check remembers of a translation unit.
#pragma once

#include "collect/context.h"

#include <string>
#include <string_view>

namespace plumbline::ambient_config_read {

// One read. `what` is the global variable or the accessor; none for the environment.
struct AmbientRead {
  EntityId what = EntityId::none, function = EntityId::none;
  EntityId type = EntityId::none; // the record that is read: of Singleton<T>::instance(), T
  Location location;
  std::string name; // what is read, as a reader would say it: "getenv", "g_config", "AppConfig::instance"
  std::string part; // the environment's variable; the member that is read; "" for the whole object
  EntityId given_to = EntityId::none;  // the function that gets it to write to
  EntityId starts = EntityId::none;    // outside of functions: the variable that it initialises
  EntityId points_to = EntityId::none; // the record that the member points to
  EntityId through = EntityId::none;   // the record of the global object whose method gives it
  std::string source, line;
};

inline constexpr std::string_view ambient_read = "ambient-read";
AmbientRead read_ambient(const FactTable& table, const Fact& fact);

// ambient-count   subject: a global variable, or an accessor of one
//                 object: a function that counts in a member of it: ++, -=, fetch_add()
//                 part: the member
inline constexpr std::string_view ambient_count = "ambient-count";

// Writes these facts.
void collect(CollectContext& context);

} // namespace plumbline::ambient_config_read
