// Which settings the seams of a program are given, and whether they are for what the seam is for (design.md §3.3
// `bypassed`). A constant goes past a setting only if the setting is the seam's own: a tool that many use for purposes
// of their own (start a timer, make a cache) is given settings of some of them, and the constants of the others forget
// nothing.
#pragma once

#include "program/names.h"
#include "program/owners.h"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace plumbline {

// The code with a constant, as far as it matters for whether a setting was meant for it.
struct Passing {
  Location location;
  Dimension dimension = Dimension::none; // of the constant
  std::vector<std::string_view> names;   // of the function, of what it belongs to, of the constant
};

class SeamSettings {
 public:
  explicit SeamSettings(const Program& program) : program(program) {}

  // Some call gives the node a setting as it is, rather than something that is computed from one: what is left of a
  // deadline, the size of a message, twice the interval. Only then could other calls give that setting too.
  bool is_given_one(EntityId seam) const { return !of(seam).settings.empty(); }
  // Whether what the settings and the seam are called speaks of one purpose. Settings without a name (a document's key
  // is text) are taken to.
  bool are_for_it(const EntityFact& seam) const;
  // Who passes the constant could have passed one of them: one is passed in the same file, or he has the configuration
  // with it. Time passes for everybody alike, so a span must be called for something that he has to do with:
  // tracker_timeout is not for who asks a router.
  bool are_in_reach(EntityId seam, const Passing& passing, const std::vector<ConfigAtHand>& configs) const;
  // One of them is read from where anybody can: a global variable, the environment, a function. What is looked up by a
  // key counts in its own folder: what the key says, nobody here knows.
  bool are_anybodys(EntityId seam, const Location& of_constant) const;
  // The function compares one of the settings with something: it knows of the setting, and decides.
  bool are_consulted_in(EntityId function, EntityId seam) const;

 private:
  // What a setting is read from; names: what it and the variables that carry it are called, none if nobody says.
  struct Origin {
    EntityId source = EntityId::none;
    EntityId call = EntityId::none; // of a look-up: each call may ask for another setting
    std::vector<std::string> names;
  };
  struct Given {
    std::vector<Origin> settings;          // in the order found
    std::unordered_set<EntityId> carriers; // what they come through, and the sources
  };
  const Given& of(EntityId seam) const;
  bool speak_of_one_thing(EntityId seam) const;
  std::vector<std::string> wanted_by(const EntityFact& seam) const;
  void add(Given& given, const std::vector<EntityId>& way, const FlowFact& flow) const;
  void index_comparisons() const;

  const Program& program;
  mutable std::unordered_map<EntityId, Given> by_seam;
  // function -> operands of its comparisons, and what it asks for being set
  mutable std::unordered_map<EntityId, std::vector<EntityId>> compared, asked;
  mutable bool indexed = false;
};

} // namespace plumbline
