// Which records are configuration (design.md §3, rulings in §3.6).
#pragma once

#include "program/program.h"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace plumbline {

// Records that are configuration: by name, annotation or settings; nested in one; the types of their fields where these
// hold settings; what plainly is one without the name.
std::unordered_set<EntityId> config_types_of(const Program& program);

// Whether a record's name is that of a config type, by the settings or the default names.
bool is_config_name(const Settings& settings, std::string_view name);

// Whether a time span or a limit is among a record's fields.
bool has_settings(const Program& program, EntityId record);

// Whether a setting has its place in a config type: in one that is named or marked as configuration, belongs to one, or
// has settings already. A list or an address that a configuration holds among other things is used for much else. Needs
// program.configuration.
bool takes_settings(const Program& program, const EntityFact& type);

// The words of a type's name without what C adds to say that it is one: client_conf_t, client_conf_s -> client conf.
std::vector<std::string> words_of_type(std::string_view name);

} // namespace plumbline
