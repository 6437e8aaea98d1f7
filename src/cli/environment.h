// What the environment says to plumbline itself; read here and nowhere else, and handed on as plain values.
#pragma once

#include <optional>
#include <string>

namespace plumbline {

struct EnvironmentOptions {
  // Absolute: $PLUMBLINE_CACHE_DIR, else $XDG_CACHE_HOME/plumbline, else ~/.cache/plumbline; "" if none can be named.
  std::string cache_folder;
  // The text of $SOURCE_DATE_EPOCH: seconds since 1970, UTC (https://reproducible-builds.org/specs/source-date-epoch/).
  std::optional<std::string> source_date_epoch;
};

EnvironmentOptions read_environment();

} // namespace plumbline
