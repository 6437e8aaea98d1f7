// The settings file, .plumbline.yaml (design.md §4). Every member's default is what holds with no file at all.
// schemas/settings.schema.json describes the same keys for editors; a test holds the two against each other.
#pragma once

#include "project/labels.h"

#include <llvm/Support/Error.h>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// A function whose argument is a time span or a limit: `sinks:`.
struct SinkSetting {
  std::string function;          // qualified name, or its last components: "Timer::schedule"
  unsigned argument = 1;         // counts from 1
  std::string unit;              // ns us ms s min h d; empty: none (a duration type, or a count)
  std::string role;              // of design.md §3.2; empty: other
  std::string kind = "duration"; // duration | limit
};

struct ModuleSetting {
  std::string name;
  std::vector<std::string> paths; // globs
  std::optional<Priority> priority;
  std::string owner;
};

// What one kind of finding weighs and costs, instead of the table in src/audit/priority.cpp.
struct KindSetting {
  std::optional<int> points;         // 0-30, of the factor `kind`
  std::optional<EffortHours> effort; // of the first place
};

struct CheckSetting {
  bool enabled = true;
  std::optional<Priority> priority;
  KindSetting all_kinds;
  std::map<std::string, KindSetting> kinds; // by kind; before all_kinds
};

// Points of the other factors of the score, 0-30; what is not set keeps its own.
struct WeightSetting {
  std::map<std::string, int> roles;
  std::optional<int> uses, config, module; // the most that the factor gives
  std::optional<int> churn, age;           // the same; git is asked only if they are set
};

struct StateMachineSetting {
  std::string enum_name;
  std::vector<std::string> final_states;
};

struct GateSetting {
  std::vector<std::string> fail_on{"new:P0", "new:P1", "reopened"};
  std::map<Priority, int> max_open;
  std::string on_incomplete = "fail"; // fail | warn
};

// The config-types that hold when the settings name none (design.md §3).
std::vector<std::string> default_config_types();

struct Settings {
  std::string path;                                 // the file they came from, as given; empty: none
  std::vector<std::string> include, exclude, tests; // globs; `exclude` and `tests` add to the defaults in paths.cpp
  // Globs over unqualified type names; default names included unless config-types-only.
  std::vector<std::string> config_types = default_config_types();
  std::vector<ModuleSetting> modules;
  std::vector<std::vector<std::string>> layers; // highest first
  std::map<std::string, CheckSetting> checks;
  std::vector<SinkSetting> sinks;
  std::vector<std::string> config_sources; // functions whose result is configuration
  std::vector<std::string> cycle_checks;
  std::vector<StateMachineSetting> state_machines;
  WeightSetting weights;
  GateSetting gate;
};

// Reads the settings from YAML text; `path` is only for messages. An unknown key, a wrong type or an impossible
// value is an error that starts with "path:line:column: "; the first one ends the reading. `known_checks` are the
// names that `checks:` may have; none given: any name.
llvm::Expected<Settings> parse_settings(llvm::StringRef text, llvm::StringRef path,
                                        std::span<const std::string_view> known_checks = {});

// Every key that parse_settings accepts, sorted, as a path: "paths.include"; "[]" stands for an item of a list and "*"
// for a name of the user's choice ("modules[].name", "checks.*.priority"). The schema's test compares it.
std::vector<std::string> settings_keys();

} // namespace plumbline
