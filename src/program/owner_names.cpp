#include "program/owner_names.h"

namespace plumbline {

std::string owner_name_of_code(const Program& program, EntityId function) {
  const EntityFact* fact = program.entity(function);
  while (fact && fact->has(is_lambda) && program.entity(fact->owner)) fact = program.entity(fact->owner);
  if (!fact) return {};
  const EntityFact* around = program.entity(fact->owner);
  return around && around->kind == EntityKind::record ? around->qualified : fact->qualified;
}

std::string owner_name_of_member(const Program& program, const EntityFact& member) {
  const EntityFact* record = program.entity(member.owner);
  return record ? record->qualified : std::string();
}

} // namespace plumbline
