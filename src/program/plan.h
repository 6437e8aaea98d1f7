// How an owner without a seam would look with one, in the code base's own style (design.md §3.3 `no-seam`).
#pragma once

#include "program/cascade.h"

#include <map>
#include <string>
#include <vector>

namespace plumbline {

class Planner {
 public:
  explicit Planner(const Program& program);

  // A paragraph: the signature, the config type that fits or a new one, its fields with types and defaults.
  // `functions` are those that hold the tunables, `bounds` the config types that some of them only bound.
  std::string plan_of(const EntityFact& owner, const std::vector<const Tunable*>& tunables,
                      const std::vector<EntityId>& functions, const std::vector<EntityId>& bounds,
                      const Cascade& cascade) const;

 private:
  // A value as a declaration: "std::chrono::seconds ttl" and "std::chrono::seconds(15)".
  struct Declared {
    std::string type, name, value;
  };
  Declared declare(const Tunable& tunable, bool in_cpp) const;
  std::vector<Declared> fields_for(const EntityFact& owner, const std::vector<const Tunable*>& tunables,
                                   const std::vector<EntityId>& functions) const;
  static std::string declarations_of(const std::vector<Declared>& fields, bool in_cpp);
  bool is_c(const EntityFact& owner) const;
  const EntityFact* callback_among(const std::vector<EntityId>& functions, const Cascade& cascade) const;
  std::string plan_of_callback(const EntityFact& function, const std::vector<Declared>& fields) const;
  void rename_if_taken(Declared& field, const std::vector<EntityId>& functions) const;
  std::string in_style(std::string_view snake_case) const;
  std::string signature(const EntityFact& owner, const std::vector<EntityId>& functions,
                        const std::string& added) const;
  const EntityFact* fitting_type(const EntityFact& owner, const std::vector<EntityId>& bounds) const;

  const Program& program;
  bool camel_case = false;       // how fields of config types, or all fields, are named
  bool chrono_fields = true;     // whether config types keep time spans in duration types
  std::string suffix = "Config"; // what config types end in
  std::map<std::string, std::vector<const EntityFact*>> types_by_word;
};

} // namespace plumbline
