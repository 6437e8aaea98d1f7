#include "program/growth.h"
#include "facts/words.h"
#include "program/walk.h"

#include <algorithm>

namespace plumbline {

// realloc(), g_realloc(), reallocarray(), NATS_REALLOC(): C's way to make an allocation larger.
static bool enlarges(const EntityFact& function) {
  const std::vector<std::string> words = words_of(function.name);
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word.find("realloc") != std::string::npos; });
}

static bool can_grow(const EntityFact& entity) {
  return entity.type_class == TypeClass::integer && !entity.has(is_constant) &&
         (entity.kind == EntityKind::field || entity.kind == EntityKind::variable);
}

// `capacity *= 2; data = realloc(data, capacity);`, and `more = size * 2; data = realloc(data, more); size = more;`:
// what goes to realloc() is the new size, and where it is kept as well, or comes from, says how much there is.
Growth::Growth(const Program& program) : program(program) {
  for (const EntityFact& parameter : program.entities) {
    const EntityFact* function = parameter.kind == EntityKind::parameter ? program.entity(parameter.owner) : nullptr;
    if (!function || !enlarges(*function)) continue;
    for (std::uint32_t index : program.flows_to(parameter.id)) {
      const EntityFact* size = program.entity(program.flows[index].from);
      if (!size || !can_grow(*size)) continue;
      growing.insert(size->id);
      for (std::uint32_t kept : program.flows_from(size->id)) {
        const EntityFact* to = program.entity(program.flows[kept].to);
        if (to && can_grow(*to) && program.flows[kept].function == program.flows[index].function)
          growing.insert(to->id);
      }
    }
  }
}

bool Growth::is_start_of_growth(EntityId node) const {
  // plumbline: allow(hard-coded-limit) the same code has the same findings, whoever scans it
  constexpr unsigned far = 4; // further on, it is about something else
  if (growing.contains(node)) return true;
  Walk walk(program);
  walk.start(node);
  while (walk.step() && walk.depth() <= far)
    if (growing.contains(walk.node())) return true;
  return false;
}

} // namespace plumbline
