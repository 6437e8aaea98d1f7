#include "program/cascade.h"
#include "program/configuration.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

namespace plumbline {

// `Pool pool_` holds a Pool; `PoolPtr`, `std::vector<Pool>` and `Pool*` make none by being declared.
static bool holds_by_value(const EntityFact& field, const EntityFact& record) {
  std::string_view type = field.type;
  if (field.has(is_plural_type) || type.find('*') != std::string_view::npos || type.find('&') != std::string_view::npos)
    return false;
  type = type.substr(0, type.find('<'));
  std::size_t begin = type.find_last_of(" :");
  return (begin == std::string_view::npos ? type : type.substr(begin + 1)) == record.name;
}

static bool has_written_constructor(const Program& program, EntityId record) {
  for (std::uint32_t index : program.members_of(record))
    if (program.entities[index].has(is_constructor) && program.entities[index].has(is_defined)) return true;
  return false;
}

CascadeFinder::CascadeFinder(const Program& linked, const SeamModel& seams, const ConfigAccess& access)
    : program(linked), seams(seams), access(access) {
  std::unordered_map<EntityId, bool> written;
  auto constructs = [&](EntityId record) {
    std::pair<std::unordered_map<EntityId, bool>::iterator, bool> entry = written.try_emplace(record, false);
    if (entry.second) entry.first->second = has_written_constructor(program, record);
    return entry.first->second;
  };
  for (std::uint32_t i = 0; i < program.entities.size(); ++i) {
    const EntityFact& entity = program.entities[i];
    if (entity.kind == EntityKind::field && entity.location.line) {
      fields.push_back(i);
      // The facts name what written constructors make; those of the others are nowhere.
      const EntityFact* record = program.entity(entity.type_entity);
      if (record && holds_by_value(entity, *record) && !constructs(entity.owner))
        members_by_value[record->id].push_back(i);
    }
    if (entity.kind == EntityKind::variable && entity.has(is_static) && entity.type_entity != EntityId::none) {
      const EntityFact* function = program.entity(entity.owner);
      if (entity.owner == entity.type_entity || (function && function->owner == entity.type_entity))
        singletons.insert(entity.type_entity);
    }
    if (entity.kind == EntityKind::record && !constructs(entity.id))
      for (EntityId base : program.bases_of(entity.id)) derived[base].push_back(entity.id);
  }
}

// The class whose member's initialiser stands there: `std::unique_ptr<Pool> pool_ = std::make_unique<Pool>(8);`
EntityId CascadeFinder::class_around(const Location& location) const {
  constexpr std::uint32_t max_lines = 4;
  std::vector<std::uint32_t>::const_iterator after =
      std::upper_bound(fields.begin(), fields.end(), location, [&](const Location& at, std::uint32_t index) {
        const Location& field = program.entities[index].location;
        return std::tuple(program.path(at), at.line, at.column) <
               std::tuple(program.path(field), field.line, field.column);
      });
  if (after == fields.begin()) return EntityId::none;
  const EntityFact& field = program.entities[*(after - 1)];
  bool near = field.location.file == location.file && location.line - field.location.line <= max_lines;
  return near ? field.owner : EntityId::none;
}

void CascadeFinder::judge(ChangeSite& site) const {
  const EntityFact* caller = program.entity(site.caller);
  site.config = site.caller == EntityId::none ? nullptr : access.at(site.caller);
  if (seams.is_test(site.location))
    site.end = SiteEnd::test;
  else if (site.config)
    site.end = SiteEnd::at_hand;
  else if (site.holder == EntityId::none || (caller && caller->has(is_main)))
    site.end = SiteEnd::root;
}

ChangeSite CascadeFinder::site_of(std::uint32_t index, EntityId target) const {
  const CallFact& call = program.calls[index];
  ChangeSite site;
  site.location = call.location;
  site.target = target;
  site.caller = function_around(program, call.caller);
  site.holder = call.caller == EntityId::none ? class_around(call.location) : owner_of_code(program, call.caller);
  // A static function is called without an object: its callers are asked, not those who make the class's objects.
  const EntityFact* caller = program.entity(site.caller);
  if (caller && caller->has(is_static) && caller->owner == site.holder) site.holder = caller->id;
  judge(site);
  return site;
}

std::vector<ChangeSite> CascadeFinder::sites_of_function(EntityId function, EntityId owner) const {
  std::vector<ChangeSite> sites;
  for (std::uint32_t index : seams.calls_of(function)) {
    EntityId from = owner_of_code(program, program.calls[index].caller);
    if (from != EntityId::none && (from == owner || from == function)) continue; // within
    sites.push_back(site_of(index, function));
  }
  return sites;
}

std::vector<ChangeSite> CascadeFinder::sites_of_record(EntityId record) const {
  std::vector<ChangeSite> sites;
  std::unordered_set<EntityId> factories;
  for (std::uint32_t index : seams.constructions_of(record)) {
    const CallFact& call = program.calls[index];
    if (call.caller == EntityId::none || owner_of_code(program, call.caller) != record) {
      sites.push_back(site_of(index, record));
      continue;
    }
    // The class makes its own objects: in a factory, whose callers are the places, or in a copy, which has what it
    // needs.
    const EntityFact* factory = program.entity(function_around(program, call.caller));
    const bool makes = factory && factory->has(is_static) && !factory->has(is_constructor);
    if (makes && singletons.contains(record)) { // made once, whoever asks for it first: nobody else needs to change
      sites.push_back(site_of(index, record));
      if (sites.back().end == SiteEnd::lacks) sites.back().end = SiteEnd::root;
      sites.back().holder = EntityId::none;
    } else if (makes && factories.insert(factory->id).second) {
      std::vector<ChangeSite> calls = sites_of_function(factory->id, record);
      sites.insert(sites.end(), calls.begin(), calls.end());
    }
  }
  auto add = [&](const Location& location, EntityId holder) {
    ChangeSite site;
    site.location = location;
    site.target = record;
    site.holder = holder;
    if (program.is_ours(location)) sites.push_back(site), judge(sites.back());
  };
  if (std::unordered_map<EntityId, std::vector<std::uint32_t>>::const_iterator it = members_by_value.find(record);
      it != members_by_value.end())
    for (std::uint32_t index : it->second) add(program.entities[index].location, program.entities[index].owner);
  if (std::unordered_map<EntityId, std::vector<EntityId>>::const_iterator it = derived.find(record);
      it != derived.end())
    for (EntityId id : it->second)
      if (const EntityFact* fact = program.entity(id)) add(fact->location, id);
  return sites;
}

Cascade CascadeFinder::cascade_of(EntityId owner, const std::vector<EntityId>& functions) const {
  constexpr std::size_t max_first = 1000, max_above = 200; // nobody reads more; the rest is counted
  Cascade cascade;
  const EntityFact* owner_fact = program.entity(owner);
  std::vector<ChangeSite> level;
  bool is_record = owner_fact && owner_fact->kind == EntityKind::record;
  bool needs_object = !is_record ? false : functions.empty();
  for (EntityId function : functions) {
    const EntityFact* fact = program.entity(function);
    bool free_standing = !is_record || (fact && fact->has(is_static) && !fact->has(is_constructor));
    if (!free_standing) {
      needs_object = true;
      continue;
    }
    std::vector<ChangeSite> calls = sites_of_function(function, owner);
    level.insert(level.end(), calls.begin(), calls.end());
  }
  if (needs_object) {
    std::vector<ChangeSite> made = sites_of_record(owner);
    level.insert(level.end(), made.begin(), made.end());
  }
  std::size_t first_level = 0;
  std::unordered_set<EntityId> visited{owner};
  for (unsigned depth = 0; !level.empty(); ++depth) {
    auto key = [&](const ChangeSite& site) {
      return std::tuple(site.end == SiteEnd::test, program.path(site.location), site.location.line,
                        site.location.column, site.target);
    };
    std::sort(level.begin(), level.end(), [&](const ChangeSite& a, const ChangeSite& b) { return key(a) < key(b); });
    // One line can show the same construction twice: as a member and as what its initialiser makes.
    level.erase(std::unique(level.begin(), level.end(),
                            [&](const ChangeSite& a, const ChangeSite& b) {
                              return a.location.file == b.location.file && a.location.line == b.location.line &&
                                     a.location.column == b.location.column && a.target == b.target;
                            }),
                level.end());
    std::vector<ChangeSite> above;
    for (ChangeSite& site : level) {
      site.level = depth;
      if (depth > 0 && site.end == SiteEnd::test) continue; // a test of what is above gets along
      if (depth == 0) ++(site.end == SiteEnd::test ? cascade.tests : cascade.production);
      if (cascade.sites.size() >= (depth ? first_level + max_above : max_first)) {
        ++cascade.left_out; // and what is above it is not followed
        continue;
      }
      if (site.end == SiteEnd::lacks && visited.insert(site.holder).second) {
        const EntityFact* holder = program.entity(site.holder);
        std::pair<std::unordered_map<EntityId, std::vector<ChangeSite>>::iterator, bool> entry =
            above_holder.try_emplace(site.holder);
        if (entry.second)
          entry.first->second = holder && holder->kind == EntityKind::record
                                    ? sites_of_record(site.holder)
                                    : sites_of_function(site.holder, EntityId::none);
        const std::vector<ChangeSite>& next = entry.first->second;
        if (std::all_of(next.begin(), next.end(), [](const ChangeSite& at) { return at.end == SiteEnd::test; }))
          site.end = SiteEnd::root;
        std::size_t taken = std::min(next.size(), max_above + 1); // a hub's callers are copied for each owner
        above.insert(above.end(), next.begin(), next.begin() + static_cast<std::ptrdiff_t>(taken));
        cascade.left_out += next.size() - taken;
      }
      cascade.sites.push_back(site);
    }
    if (depth == 0) first_level = cascade.sites.size();
    level = std::move(above);
  }
  return cascade;
}

} // namespace plumbline
