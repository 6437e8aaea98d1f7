// What must change so that configuration gets to an owner that has no seam: every place that makes or calls it, and
// upwards from there every place on the way to a caller that has a configuration at hand (design.md §3.3).
#pragma once

#include "program/seams.h"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace plumbline {

enum class SiteEnd : std::uint8_t {
  at_hand, // the caller has a configuration to pass on
  lacks,   // it has none: whoever makes or calls it must change too
  root,    // it has none, and it is main(), or nobody here calls it
  test,    // a test, which makes its own
};

// A place that makes an object or calls a function.
struct ChangeSite {
  Location location;
  EntityId caller = EntityId::none; // the function it stands in; none outside all functions
  EntityId holder = EntityId::none; // the caller's class, or the caller; none outside both
  EntityId target = EntityId::none; // what it makes or calls
  unsigned level = 0;               // 0: of the owner itself
  SiteEnd end = SiteEnd::lacks;
  const ConfigAtHand* config = nullptr; // of at_hand
};

struct Cascade {
  std::vector<ChangeSite> sites;         // by level, then place
  std::size_t production = 0, tests = 0; // of level 0
  std::size_t left_out = 0;              // further places above level 0, beyond what anybody would read
};

class CascadeFinder {
 public:
  CascadeFinder(const Program& program, const SeamModel& seams, const ConfigAccess& access);
  // `functions` are those of the owner that hold its tunables; none for what stands in a member's default.
  Cascade cascade_of(EntityId owner, const std::vector<EntityId>& functions) const;

 private:
  std::vector<ChangeSite> sites_of_function(EntityId function, EntityId owner) const;
  std::vector<ChangeSite> sites_of_record(EntityId record) const;
  ChangeSite site_of(std::uint32_t call, EntityId target) const;
  EntityId class_around(const Location& location) const;
  void judge(ChangeSite& site) const;

  const Program& program;
  const SeamModel& seams;
  const ConfigAccess& access;
  mutable std::unordered_map<EntityId, std::vector<ChangeSite>> above_holder; // what makes or calls a holder
  std::vector<std::uint32_t> fields;                                         // indexes into Program::entities, by place
  std::unordered_map<EntityId, std::vector<std::uint32_t>> members_by_value; // record -> fields that hold one
  std::unordered_map<EntityId, std::vector<EntityId>> derived;               // record -> those without own constructors
  std::unordered_set<EntityId> singletons; // records that keep an object of their own: a static member or local
};

} // namespace plumbline
