// All facts, linked: entities unified, header duplicates merged, flows indexed. Read-only after link().
#pragma once

#include "audit/audit.h"
#include "facts/vocabulary.h"
#include "project/settings.h"

#include <memory>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace plumbline {

class Configuration;
struct IncludeGraph;
struct ModuleGraph;
struct Tunable;
struct StateMachine;

struct Program {
  Program();
  Program(Program&&);
  ~Program();

  const Settings* settings = nullptr;
  FactTable table; // every distinct fact, also the checks' own; sorted as the units were given

  // The core facts as typed values. Maps are for look-up; what is iterated is a vector in a fixed order.
  std::vector<EntityFact> entities;    // sorted by location, then id
  std::vector<ConstantFact> constants; // sorted by location
  std::vector<FlowFact> flows;
  std::vector<UseFact> uses;
  std::vector<CallFact> calls;
  std::vector<MacroFact> macros;        // in our files, sorted by location
  std::vector<std::string> unseen;      // main files of units that failed, sorted: what they do is unknown
  std::unordered_set<StringId> sources; // main files of the units
  bool is_part = false;                 // production code was left out: see may_be_used_elsewhere()

  // What follows from the facts, in this order, each from those before.
  std::unique_ptr<const Configuration> configuration;   // never null after link()
  std::vector<Tunable> tunables;                        // durations and limits that no configuration can change
  std::vector<Site> sites;                              // every consumer of a tunable: see tunables.h
  std::vector<StateMachine> machines;                   // see machines.h
  std::vector<SuppressionComment> suppression_comments; // in our files
  std::unique_ptr<const IncludeGraph> includes;         // never null after link(), as the next
  std::unique_ptr<const ModuleGraph> modules;

  const EntityFact* entity(EntityId id) const;
  const ConstantFact* constant(EntityId id) const;
  std::span<const std::uint32_t> flows_from(EntityId id) const; // indexes into `flows`
  std::span<const std::uint32_t> flows_to(EntityId id) const;
  std::span<const std::uint32_t> uses_of(EntityId id) const; // indexes into `uses`
  std::span<const std::uint32_t>
  members_of(EntityId owner) const; // indexes into `entities`: fields, methods, parameters
  std::span<const EntityId> bases_of(EntityId record) const;

  // Parameters and results carry their function's id only by derivation: these find it again.
  EntityId function_of(EntityId parameter_or_result) const;
  std::string_view path(const Location& location) const { return table.strings.text(location.file); }
  Place place(const Location& location) const;
  // Whether findings may stand in the file: below the root, included, not third-party (project/project.h).
  bool is_ours(const Location& location) const;

  // Whether code that a partial scan left out may use what the id declares, so that nothing follows from nobody's using
  // it here. No: all was seen; or no other unit can name it, or the type that it belongs to stands in a source file.
  bool may_be_used_elsewhere(EntityId id) const;
  // The same for a type by the place of its declaration.
  bool may_be_used_elsewhere(const Location& of_type) const { return is_part && !sources.contains(of_type.file); }

  // Filled by link.cpp only.
  std::unordered_map<EntityId, std::uint32_t> entity_index, constant_index;
  std::unordered_map<EntityId, std::vector<std::uint32_t>> outgoing, incoming, use_index, member_index;
  std::unordered_map<EntityId, std::vector<EntityId>> base_index,
      override_index;                                   // override_index: overridden -> overriders
  std::unordered_map<EntityId, EntityId> derived_index; // result -> function
  mutable std::unordered_map<StringId, bool> ours_cache;
};

// Links units in the order given (callers sort by path). Facts that several units saw of one header become one; of an
// entity that is declared here and defined there, the definition wins. `is_part`: other units of the program's
// production code were not asked for.
Program link(std::span<const TuFacts> units, const Settings& settings, bool is_part = false);

} // namespace plumbline
