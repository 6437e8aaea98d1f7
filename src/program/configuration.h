// What counts as configuration in a linked program, and what it reaches (design.md §3).
#pragma once

#include "program/program.h"

#include <string>
#include <unordered_set>

namespace plumbline {

class Configuration {
 public:
  explicit Configuration(const Program& program);

  // A record whose name or annotation makes it a config type, or that is nested in one or the type of its field.
  bool is_config_type(EntityId record) const { return records.contains(record); }
  // A node whose value a user can change without recompiling: a config field, a flag variable, a look-up's result.
  bool is_source(EntityId node) const { return sources.contains(node); }
  // Something that configuration flows into (and the sources themselves).
  bool reaches(EntityId node) const { return reached.contains(node); }
  // A function that fills configuration from outside the program, returns it, or parses the command line.
  bool is_loader(EntityId function) const { return loaders.contains(function); }
  // A function of a config type: a method, or in C one that carries the type's name and takes it.
  bool is_own_function(const EntityFact& function) const {
    return is_config_type(function.owner) || methods_in_c.contains(function.id);
  }
  // The flow gives configuration the value that holds when nobody configures it.
  bool is_default(const Program& program, const FlowFact& flow) const;

 private:
  // Where a function last does something with a value from outside the program, and what such values go to.
  struct Loading {
    std::uint32_t last_line = 0;
    std::unordered_set<EntityId> targets;
  };

  bool is_lookup(const Program& program, EntityId function) const;
  void find_command_line(const Program& program);
  void find_lookups(const Program& program);
  // A constant that loading code writes behind all values from outside is no default of theirs (design.md §3.6), unless
  // it corrects one of them.
  bool is_set_after_loading(const Program& program, const FlowFact& flow) const;

  std::unordered_set<EntityId> records, sources, reached, loaders, external, from_outside;
  std::unordered_set<EntityId> methods_in_c;
  // Results and locals of functions that get values from outside the program; whether others than numeric parameters.
  std::unordered_map<EntityId, bool> looked_up;
  std::unordered_set<EntityId> fallbacks; // parameters that a look-up of the project gives where it finds nothing
  std::unordered_map<EntityId, Loading> loads;
};

} // namespace plumbline
