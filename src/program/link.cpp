#include "program/machines.h"
#include "program/modules.h"
#include "program/program.h"
#include "program/tunables.h"
#include "project/project.h"

#include <algorithm>
#include <tuple>

namespace plumbline {

Program::Program() = default;
Program::Program(Program&&) = default;
Program::~Program() = default;

template <class Value, class Key>
static std::span<const Value> find_list(const std::unordered_map<Key, std::vector<Value>>& map, Key key) {
  typename std::unordered_map<Key, std::vector<Value>>::const_iterator it = map.find(key);
  return it == map.end() ? std::span<const Value>() : std::span<const Value>(it->second);
}

const EntityFact* Program::entity(EntityId id) const {
  std::unordered_map<EntityId, std::uint32_t>::const_iterator it = entity_index.find(id);
  return it == entity_index.end() ? nullptr : &entities[it->second];
}
const ConstantFact* Program::constant(EntityId id) const {
  std::unordered_map<EntityId, std::uint32_t>::const_iterator it = constant_index.find(id);
  return it == constant_index.end() ? nullptr : &constants[it->second];
}
std::span<const std::uint32_t> Program::flows_from(EntityId id) const { return find_list(outgoing, id); }
std::span<const std::uint32_t> Program::flows_to(EntityId id) const { return find_list(incoming, id); }
std::span<const std::uint32_t> Program::uses_of(EntityId id) const { return find_list(use_index, id); }
std::span<const std::uint32_t> Program::members_of(EntityId owner) const { return find_list(member_index, owner); }
std::span<const EntityId> Program::bases_of(EntityId record) const { return find_list(base_index, record); }

EntityId Program::function_of(EntityId id) const {
  if (const EntityFact* fact = entity(id)) return fact->kind == EntityKind::parameter ? fact->owner : EntityId::none;
  std::unordered_map<EntityId, EntityId>::const_iterator it = derived_index.find(id);
  return it == derived_index.end() ? EntityId::none : it->second;
}

Place Program::place(const Location& location) const {
  return {std::string(path(location)), location.line, location.column, location.end_line, location.end_column};
}

bool Program::is_ours(const Location& location) const {
  if (location.line == 0) return false;
  std::pair<std::unordered_map<StringId, bool>::iterator, bool> entry = ours_cache.try_emplace(location.file, false);
  if (entry.second) entry.first->second = plumbline::is_ours(*settings, path(location));
  return entry.first->second;
}

static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  a ^= b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2);
  return a * 0xff51afd7ed558ccd;
}

// Copies a unit's facts that no earlier unit had. Equal headers give equal facts, so a content hash finds them without
// comparing; at 64 bits the chance of losing one of ten million facts is about 10^-6.
static void merge(FactTable& all, const FactTable& unit, std::unordered_set<std::uint64_t>& seen) {
  std::vector<StringId> ids(unit.strings.size());
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = all.strings.intern(unit.strings.text(static_cast<StringId>(i)));
  for (const Fact& fact : unit.facts) {
    Fact copy = fact;
    copy.kind = ids[static_cast<std::size_t>(fact.kind)];
    copy.location.file = ids[static_cast<std::size_t>(fact.location.file)];
    std::uint64_t hash = mix(static_cast<std::uint64_t>(copy.kind), static_cast<std::uint64_t>(copy.subject));
    hash = mix(hash, static_cast<std::uint64_t>(copy.object));
    hash = mix(hash, static_cast<std::uint64_t>(copy.location.file));
    hash = mix(hash, (std::uint64_t(copy.location.line) << 32) | copy.location.column);
    copy.first_field = static_cast<std::uint32_t>(all.fields.size());
    for (const Field& field : unit.fields_of(fact)) {
      Field moved = field;
      moved.key = ids[static_cast<std::size_t>(field.key)];
      if (field.is_text) moved.value = static_cast<std::int64_t>(ids[static_cast<std::size_t>(field.value)]);
      hash = mix(hash, static_cast<std::uint64_t>(moved.key));
      hash = mix(hash, static_cast<std::uint64_t>(moved.value));
      all.fields.push_back(moved);
    }
    if (seen.insert(hash).second)
      all.facts.push_back(copy);
    else
      all.fields.resize(copy.first_field);
  }
}

// Several units can describe one entity; the description that knows most wins, whatever the order.
static void unify(EntityFact& kept, const EntityFact& other) {
  std::uint32_t flags = kept.flags | other.flags;
  bool better = (other.has(is_defined) && !kept.has(is_defined)) ||
                (other.has(is_defined) == kept.has(is_defined) &&
                 ((kept.name.empty() && !other.name.empty()) || (!other.name.empty() && other.name < kept.name)));
  if (kept.location.line == 0 && other.location.line != 0) better = true;
  if (better) {
    EntityFact merged = other;
    if (merged.name.empty()) merged.name = kept.name, merged.qualified = kept.qualified;
    if (merged.owner == EntityId::none) merged.owner = kept.owner;
    kept = merged;
  } else if (kept.name.empty()) {
    kept.name = other.name;
    kept.qualified = other.qualified;
  }
  kept.flags = flags;
}

static std::tuple<std::string_view, std::uint32_t, std::uint32_t> place_key(const Program& program,
                                                                            const Location& location) {
  return {program.path(location), location.line, location.column};
}

// The comment's text from the word that speaks to us; /* */ loses its end.
static SuppressionComment suppression_of(const Program& program, const CommentFact& comment) {
  SuppressionComment result;
  result.place = program.place(comment.location);
  result.text = comment.text;
  std::size_t start = std::min(result.text.find("plumbline:"), result.text.find("NOLINT"));
  if (start != std::string::npos) result.text.erase(0, start);
  if (result.text.ends_with("*/")) result.text.erase(result.text.size() - 2);
  result.own_line = comment.own_line;
  return result;
}

bool Program::may_be_used_elsewhere(EntityId id) const {
  const EntityFact* declared = is_part ? entity(id) : nullptr;
  for (; declared; declared = entity(declared->owner)) {
    if (declared->has(is_internal)) return false;
    // A function's definition may stand in a source file and its declaration in a header.
    const bool is_of_type = declared->kind == EntityKind::record || declared->kind == EntityKind::field;
    if (is_of_type && !may_be_used_elsewhere(declared->location)) return false;
  }
  return is_part;
}

Program link(std::span<const TuFacts> units, const Settings& settings, bool is_part) {
  Program program;
  program.settings = &settings;
  program.is_part = is_part;
  std::unordered_set<std::uint64_t> seen;
  for (const TuFacts& unit : units) {
    merge(program.table, unit.table, seen);
    program.sources.insert(program.table.strings.intern(unit.main_file));
    if (unit.state == UnitState::failed) program.unseen.push_back(unit.main_file);
  }
  std::sort(program.unseen.begin(), program.unseen.end());

  // Resolve: core facts become typed values.
  const FactTable& table = program.table;
  StringId entity_kind = table.strings.find("entity"), constant_kind = table.strings.find("constant"),
           flow_kind = table.strings.find("flow"), use_kind = table.strings.find("use"),
           call_kind = table.strings.find("call"), comment_kind = table.strings.find("comment"),
           macro_kind = table.strings.find("macro"), base_kind = table.strings.find("base"),
           override_kind = table.strings.find("override");
  for (const Fact& fact : table.facts) {
    if (fact.kind == entity_kind) {
      EntityFact entity = read_entity(table, fact);
      std::pair<std::unordered_map<EntityId, std::uint32_t>::iterator, bool> entry =
          program.entity_index.try_emplace(entity.id, program.entities.size());
      if (entry.second)
        program.entities.push_back(std::move(entity));
      else
        unify(program.entities[entry.first->second], entity);
    } else if (fact.kind == constant_kind) {
      ConstantFact constant = read_constant(table, fact);
      if (program.constant_index.try_emplace(constant.id, 0).second) program.constants.push_back(std::move(constant));
    } else if (fact.kind == flow_kind) {
      program.flows.push_back(read_flow(table, fact));
    } else if (fact.kind == use_kind) {
      program.uses.push_back(read_use(table, fact));
    } else if (fact.kind == call_kind) {
      program.calls.push_back(read_call(table, fact));
    } else if (fact.kind == macro_kind) {
      if (program.is_ours(fact.location)) program.macros.push_back(read_macro(table, fact));
    } else if (fact.kind == base_kind) {
      std::vector<EntityId>& bases = program.base_index[fact.subject];
      if (std::find(bases.begin(), bases.end(), fact.object) == bases.end()) bases.push_back(fact.object);
    } else if (fact.kind == override_kind) {
      std::vector<EntityId>& overriders = program.override_index[fact.object];
      if (std::find(overriders.begin(), overriders.end(), fact.subject) == overriders.end())
        overriders.push_back(fact.subject);
    } else if (fact.kind == comment_kind) {
      CommentFact comment = read_comment(table, fact);
      if (program.is_ours(comment.location)) program.suppression_comments.push_back(suppression_of(program, comment));
    }
  }

  // A fixed order, whatever the order of units.
  auto by_place = [&](const auto& a, const auto& b) {
    auto key_a = place_key(program, a.location), key_b = place_key(program, b.location);
    return key_a != key_b ? key_a < key_b : a.id < b.id;
  };
  std::sort(program.entities.begin(), program.entities.end(), by_place);
  std::sort(program.constants.begin(), program.constants.end(), by_place);
  std::sort(program.flows.begin(), program.flows.end(), [&](const FlowFact& a, const FlowFact& b) {
    return std::tuple(place_key(program, a.location), a.from, a.to, a.kind, a.site, a.leaves, a.scale, a.tick,
                      a.fallback_of, std::string_view(a.option)) <
           std::tuple(place_key(program, b.location), b.from, b.to, b.kind, b.site, b.leaves, b.scale, b.tick,
                      b.fallback_of, std::string_view(b.option));
  });
  std::sort(program.uses.begin(), program.uses.end(), [&](const UseFact& a, const UseFact& b) {
    return std::tuple(place_key(program, a.location), a.from, a.kind, std::string_view(a.operation)) <
           std::tuple(place_key(program, b.location), b.from, b.kind, std::string_view(b.operation));
  });
  std::sort(program.calls.begin(), program.calls.end(), [&](const CallFact& a, const CallFact& b) {
    return std::tuple(place_key(program, a.location), a.caller, a.callee) <
           std::tuple(place_key(program, b.location), b.caller, b.callee);
  });

  std::sort(program.macros.begin(), program.macros.end(), [&](const MacroFact& a, const MacroFact& b) {
    return std::tuple(place_key(program, a.location), std::string_view(a.name)) <
           std::tuple(place_key(program, b.location), std::string_view(b.name));
  });
  program.macros.erase(
      std::unique(program.macros.begin(), program.macros.end(),
                  [](const MacroFact& a, const MacroFact& b) { return a.location == b.location && a.name == b.name; }),
      program.macros.end());

  // Index.
  for (std::uint32_t i = 0; i < program.entities.size(); ++i) {
    const EntityFact& entity = program.entities[i];
    program.entity_index[entity.id] = i;
    if (entity.owner != EntityId::none) program.member_index[entity.owner].push_back(i);
    if (entity.kind == EntityKind::function) program.derived_index[return_of(entity.id)] = entity.id;
  }
  for (std::uint32_t i = 0; i < program.constants.size(); ++i) program.constant_index[program.constants[i].id] = i;
  // A call of a virtual function may reach every override …
  for (const EntityFact& entity : program.entities) {
    if (entity.kind == EntityKind::function) // and what comes out of it, came out of one of them
      for (EntityId overrider : find_list(program.override_index, entity.id)) {
        FlowFact flow;
        flow.from = return_of(overrider);
        flow.to = return_of(entity.id);
        flow.kind = FlowKind::result;
        flow.location = entity.location;
        flow.function = overrider;
        program.flows.push_back(flow);
      }
    if (entity.kind != EntityKind::parameter) continue;
    for (EntityId overrider : find_list(program.override_index, entity.owner)) {
      FlowFact flow;
      flow.from = entity.id;
      flow.to = parameter_of(overrider, static_cast<unsigned>(entity.index));
      flow.kind = FlowKind::capture;
      flow.location = entity.location;
      program.flows.push_back(flow);
    }
  }
  for (std::uint32_t i = 0; i < program.flows.size(); ++i) {
    program.outgoing[program.flows[i].from].push_back(i);
    program.incoming[program.flows[i].to].push_back(i);
  }
  for (std::uint32_t i = 0; i < program.uses.size(); ++i) program.use_index[program.uses[i].from].push_back(i);
  std::sort(program.suppression_comments.begin(), program.suppression_comments.end(),
            [](const SuppressionComment& a, const SuppressionComment& b) { return a.place < b.place; });
  program.configuration = std::make_unique<const Configuration>(program);
  program.tunables = tunables_of(program);
  program.includes = std::make_unique<const IncludeGraph>(include_graph(program));
  program.modules = std::make_unique<const ModuleGraph>(module_graph(*program.includes, settings));
  program.sites = sites_of(program);
  program.machines = machines_of(program);
  return program;
}

} // namespace plumbline
