#include "program/names_of_types.h"

namespace plumbline {

TypesOfNames::TypesOfNames(const Program& program) {
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::field || entity.kind == EntityKind::variable || entity.kind == EntityKind::parameter)
      types[entity.name].insert(entity.type_entity);
}

std::optional<bool> TypesOfNames::is_of(std::string_view name, EntityId record) const {
  const std::unordered_map<std::string_view, std::unordered_set<EntityId>>::const_iterator it = types.find(name);
  if (it == types.end()) return std::nullopt;
  return it->second.contains(record);
}

} // namespace plumbline
