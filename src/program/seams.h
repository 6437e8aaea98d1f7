// Seams: the parameters, setters and public fields through which somebody outside could give the code a value, and who
// holds the constants that have none (design.md §3.3 `missing-config-injection`, §3.6 "Injection").
#pragma once

#include "program/owners.h"
#include "program/seam_settings.h"
#include "program/tunables.h"

#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace plumbline {

// A tunable in the hands of one owner: where the owner's code takes the constant, or a name for it.
struct Holding {
  const Tunable* tunable = nullptr;
  EntityId owner = EntityId::none;    // class or function; none for what stands outside all code
  EntityId function = EntityId::none; // whose body; none for the default of a member or parameter
  Location location;
  EntityId seam = EntityId::none;   // the parameter or field that it goes through; none: nobody outside could change it
  bool is_default = false;          // the seam's own default, rather than what somebody passes
  EntityId bounds = EntityId::none; // the config type whose value it bounds: std::max(config.attempts, 1)
};

// A call that leaves a parameter, which configuration reaches elsewhere, at its default.
struct DefaultLeft {
  std::uint32_t call = 0; // index into Program::calls
  EntityId parameter = EntityId::none;
  EntityId constant = EntityId::none; // the default, or the name for it
  Consumer consumer;
};

class SeamModel {
 public:
  explicit SeamModel(const Program& program);

  std::vector<Holding> holdings; // sorted by tunable, then as found
  std::vector<DefaultLeft> defaults_left;
  SeamSettings settings; // what the seams are given by configuration

  // Whether what reaches the node may come from outside the program, or is computed from it: nobody can say then that
  // configuration never gets there.
  bool is_open(EntityId node) const { return open.contains(node); }
  // Indexes into Program::calls, in order: of a function, and of all constructors of a record.
  std::span<const std::uint32_t> calls_of(EntityId callee) const;
  std::span<const std::uint32_t> constructions_of(EntityId record) const;
  bool is_test(const Location& location) const;
  // A function that tests, in whatever file: C libraries have their unittest_…() beside the code.
  bool is_test_code(EntityId function) const;
  // The function makes an object of a class derived from the one whose constructor has the parameter: what it hands to
  // its base makes the variant that it is.
  bool is_variant(EntityId function, const EntityFact& parameter) const;
  // A span that stands beside what is done then, as a scheduler takes it: each caller has a purpose of his own.
  bool is_for_what_is_handed_in(const EntityFact& parameter) const;
  // A value that enters here ends in a consumer of a time span or limit.
  const Consumer* consumer_behind(EntityId node) const;

 private:
  struct Arm;
  void index_calls();
  void find_open();
  bool is_library() const;
  bool is_allowed(const Tunable& tunable) const;
  void hold(const Tunable& tunable);
  void follow(const Tunable& tunable, EntityId function, const FlowFact& flow, bool only_one);
  EntityId setter_of(EntityId field, EntityId record) const;
  bool is_outside_callable(const EntityFact& function) const;
  bool keeps(const EntityFact& parameter, EntityId record) const;
  bool serves_many(const EntityFact& parameter) const;
  bool is_timing_primitive(const EntityFact& function, const EntityFact& parameter) const;
  void find_defaults_left();

  const Program& program;
  std::unordered_map<EntityId, std::vector<std::uint32_t>> calls, constructions;
  std::unordered_set<EntityId> open;
  mutable std::unordered_map<EntityId, std::optional<Consumer>> consumers;
  mutable std::unordered_map<EntityId, EntityId> setters;
  mutable std::unordered_map<EntityId, bool> primitives; // by parameter
  mutable std::unordered_map<StringId, bool> tests;
  std::map<std::pair<std::string, std::uint32_t>, const SuppressionComment*> comments; // by file and line
};

} // namespace plumbline
