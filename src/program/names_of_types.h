// What names stand for in a program, where a text tells nothing but the name.
#pragma once

#include "program/program.h"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace plumbline {

class TypesOfNames {
 public:
  explicit TypesOfNames(const Program& program);
  // Whether a field, variable or parameter of this name is of the record's type, or points to one; nothing if the
  // program has none of this name.
  std::optional<bool> is_of(std::string_view name, EntityId record) const;

 private:
  std::unordered_map<std::string_view, std::unordered_set<EntityId>> types; // names stay with the program's entities
};

} // namespace plumbline
