#include "program/owners.h"
#include "facts/numbers.h"
#include "facts/words.h"
#include "program/config_types.h"
#include "program/configuration.h"
#include "project/project.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace plumbline {

EntityId function_around(const Program& program, EntityId function) {
  const EntityFact* fact = program.entity(function);
  for (int depth = 0; fact && fact->has(is_lambda) && depth < 32; ++depth) {
    const EntityFact* around = program.entity(fact->owner);
    if (!around) break;
    fact = around;
  }
  return fact ? fact->id : EntityId::none;
}

EntityId owner_of_code(const Program& program, EntityId function) {
  const EntityFact* fact = program.entity(function_around(program, function));
  if (!fact) return EntityId::none;
  const EntityFact* around = program.entity(fact->owner);
  if (around && around->kind == EntityKind::record && !around->name.empty()) return around->id;
  return fact->id;
}

void ConfigAccess::add(Lists& lists, EntityId holder, std::string expression, EntityId type) {
  if (holder == EntityId::none) return;
  std::vector<ConfigAtHand>& list = lists[holder];
  for (const ConfigAtHand& known : list)
    if (known.type == type) return;
  list.push_back({std::move(expression), type});
}

const std::vector<ConfigAtHand>* ConfigAccess::find(const Lists& lists, EntityId holder) const {
  Lists::const_iterator it = lists.find(holder);
  return it == lists.end() ? nullptr : &it->second;
}

ConfigAccess::ConfigAccess(const Program& linked) : program(linked) {
  StringId inherit = program.table.strings.find("inherit");
  if (inherit != StringId::empty)
    for (const Fact& fact : program.table.facts)
      if (fact.kind == inherit) inherited_constructors[fact.subject].push_back(fact.object);
  collect_entities();
  collect_shown_by_others();
  collect_reads();
}

// Option::get_int(key), Preferences::text(key): a table of settings that gives them by key, in a class that is called
// after what it holds. Nothing needs adding to it for one more setting.
static bool is_store(const Program& program, const EntityFact& record) {
  static constexpr std::array holds = {"option",  "options",    "config", "configuration", "conf",     "cfg",
                                       "setting", "settings",   "prefs",  "preference",    "property", "preferences",
                                       "param",   "properties", "params", "parameter",     "flags",    "parameters"};
  const std::vector<std::string> words = words_of_type(record.name);
  if (words.empty() || std::find(holds.begin(), holds.end(), words.back()) == holds.end()) return false;
  unsigned given = 0, numbers = 0;
  for (std::uint32_t index : program.members_of(record.id)) {
    const EntityFact& method = program.entities[index];
    if (method.kind != EntityKind::function || !method.has(is_public) || !method.has(is_const_method)) continue;
    const std::span<const std::uint32_t> members = program.members_of(method.id);
    const bool keyed = std::any_of(members.begin(), members.end(), [&](std::uint32_t member) {
      return program.entities[member].kind == EntityKind::parameter;
    });
    const bool number = is_number(method.type_class);
    given += keyed && (number || method.type_class == TypeClass::text);
    numbers += keyed && number;
  }
  return given >= 2 && numbers >= 1;
}

// Whatever a configuration has as a field is configuration, also a buffer or a timer.
bool ConfigAccess::is_configuration(EntityId type) const {
  if (type == EntityId::none) return false;
  std::pair<std::unordered_map<EntityId, bool>::iterator, bool> entry = verdicts.try_emplace(type, false);
  if (!entry.second) return entry.first->second;
  const EntityFact* record = program.entity(type);
  if (!record || record->kind != EntityKind::record) return false;
  return entry.first->second = program.configuration->is_config_type(type)
                                   ? !record->has(is_defined) || takes_settings(program, *record)
                                   : is_store(program, *record);
}

void ConfigAccess::collect_entities() {
  const Configuration& configuration = *program.configuration;
  for (const EntityFact& entity : program.entities) {
    if (!is_configuration(entity.type_entity)) continue;
    switch (entity.kind) {
    case EntityKind::parameter: {
      EntityId function = function_around(program, entity.owner), owner = owner_of_code(program, entity.owner);
      if (configuration.is_config_type(owner)) break;
      add(by_function, function, entity.name.empty() ? "its configuration" : entity.name, entity.type_entity);
      if (owner != function) add(through_functions, owner, entity.name, entity.type_entity);
      const EntityFact* fact = program.entity(function);
      if (fact && fact->has(is_constructor)) add(through_constructors, owner, entity.name, entity.type_entity);
      break;
    }
    case EntityKind::variable:
      if (entity.has(is_local)) {
        add(by_function, function_around(program, entity.owner), entity.name, entity.type_entity);
        break;
      }
      [[fallthrough]];
    case EntityKind::field:
      if (entity.owner == EntityId::none) break;
      add(of_class, entity.owner, entity.name, entity.type_entity);
      if (entity.has(is_public) || entity.has(is_protected))
        add(inheritable, entity.owner, entity.name, entity.type_entity);
      if (entity.has(is_public)) add(shown, entity.owner, entity.name, entity.type_entity);
      break;
    case EntityKind::function: {
      const EntityFact* record = program.entity(entity.owner);
      if (!record || record->kind != EntityKind::record || entity.has(is_constructor)) break;
      std::string expression = entity.name + "()";
      add(of_class, record->id, expression, entity.type_entity);
      if (entity.has(is_public) || entity.has(is_protected))
        add(inheritable, record->id, expression, entity.type_entity);
      if (entity.has(is_public)) add(shown, record->id, expression, entity.type_entity);
      break;
    }
    default:
      break;
    }
  }
}

static std::string path_to(const EntityFact& entity, const ConfigAtHand& shown) {
  const bool pointer = entity.type.find('*') != std::string::npos || entity.type.find("_ptr<") != std::string::npos;
  return entity.name + (pointer ? "->" : ".") + shown.expression;
}

// A context object that shows its configuration is as good as the configuration: `context_.config()`; so is one that
// shows the context: `broker->client->conf`. Through more hands than that, nobody would look for it.
void ConfigAccess::collect_shown_by_others() {
  Lists farther;
  for (const EntityFact& entity : program.entities) {
    if (entity.kind != EntityKind::field || !entity.has(is_public) || entity.has(is_plural_type) ||
        entity.owner == entity.type_entity || is_configuration(entity.type_entity) || find(shown, entity.owner))
      continue;
    if (const std::vector<ConfigAtHand>* list = find(shown, entity.type_entity))
      add(farther, entity.owner, path_to(entity, list->front()), list->front().type);
  }
  for (const EntityFact& entity : program.entities) {
    bool holds = entity.kind == EntityKind::field || entity.kind == EntityKind::parameter || entity.has(is_local);
    if (!holds || entity.has(is_plural_type) || is_configuration(entity.type_entity)) continue;
    const std::vector<ConfigAtHand>* list = find(shown, entity.type_entity);
    if (!list) list = find(farther, entity.type_entity);
    if (!list) continue;
    const ConfigAtHand through{path_to(entity, list->front()), list->front().type};
    if (entity.kind == EntityKind::field) {
      if (entity.owner != entity.type_entity) add(of_class, entity.owner, through.expression, through.type);
      continue;
    }
    EntityId function = function_around(program, entity.owner), owner = owner_of_code(program, entity.owner);
    if (owner == entity.type_entity) continue; // a copy of itself
    add(by_function, function, through.expression, through.type);
    if (owner != function && entity.kind == EntityKind::parameter)
      add(through_functions, owner, through.expression, through.type);
  }
}

// How much is logged, which the macros of glog and its kin ask wherever something is.
static bool is_about_logging(std::string_view flag) {
  if (!flag.starts_with("FLAGS_")) return false;
  const std::vector<std::string> words = words_of(flag.substr(6));
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "v" || word == "vmodule" || word == "log" || word == "minloglevel" ||
           word.ends_with("logtostderr") || word == "stderrthreshold";
  });
}

// Code that reads a flag, the environment or a global configuration needs nobody to give it any.
void ConfigAccess::collect_reads() {
  const Configuration& configuration = *program.configuration;
  auto read = [&](EntityId node, EntityId in) {
    if (in == EntityId::none || !configuration.is_source(node)) return;
    const EntityFact* source = program.entity(node);
    if (source && source->kind == EntityKind::parameter) return;
    if (!source) source = program.entity(program.function_of(node));
    if (!source || is_about_logging(source->name)) return;
    EntityId function = function_around(program, in), owner = owner_of_code(program, in);
    if (configuration.is_config_type(source->owner) && !is_configuration(source->owner)) return;
    EntityId type = configuration.is_config_type(source->owner) ? source->owner : EntityId::none;
    std::string expression = source->name + (source->kind == EntityKind::function ? "()" : "");
    add(by_function, function, expression, type);
    // Whoever has the object that one function reads a field of, or fills, the class's other functions need not.
    const bool part = source->kind == EntityKind::field && type != EntityId::none;
    if (owner != function && !part) add(through_functions, owner, expression, type);
  };
  for (const FlowFact& flow : program.flows) {
    read(flow.from, flow.function);
    const EntityFact* to = program.entity(flow.to);
    if (to && to->kind == EntityKind::field) read(flow.to, flow.function); // it fills a configuration
  }
  for (const UseFact& use : program.uses) {
    read(use.from, use.function);
    read(use.other, use.function);
  }
  for (const CallFact& call : program.calls) {
    const EntityFact* callee = program.entity(call.callee);
    if (!callee || callee->kind != EntityKind::function || callee->has(is_constructor) ||
        !is_configuration(callee->type_entity) || call.caller == EntityId::none)
      continue;
    EntityId function = function_around(program, call.caller), owner = owner_of_code(program, call.caller);
    add(by_function, function, callee->name + "()", callee->type_entity);
    if (owner != function) add(through_functions, owner, callee->name + "()", callee->type_entity);
  }
}

std::vector<ConfigAtHand> ConfigAccess::of_owner(EntityId owner) const {
  std::vector<ConfigAtHand> all;
  auto append = [&](const Lists& lists, EntityId holder) {
    if (const std::vector<ConfigAtHand>* list = find(lists, holder)) all.insert(all.end(), list->begin(), list->end());
  };
  const EntityFact* fact = program.entity(owner);
  if (!fact || fact->kind != EntityKind::record) return append(by_function, owner), all;
  append(of_class, owner);
  append(through_functions, owner);
  std::unordered_map<EntityId, std::vector<EntityId>>::const_iterator constructors = inherited_constructors.find(owner);
  if (constructors != inherited_constructors.end())
    for (EntityId base : constructors->second) append(through_constructors, base);
  // Bases, in the order of declaration; two units can disagree about a class, and make a ring of them.
  std::vector<EntityId> bases(program.bases_of(owner).begin(), program.bases_of(owner).end());
  std::unordered_set<EntityId> visited{owner};
  for (std::size_t i = 0; i < bases.size() && i < 64; ++i) {
    if (!visited.insert(bases[i]).second) continue;
    if (is_configuration(bases[i]))
      if (const EntityFact* base = program.entity(bases[i])) all.push_back({base->name, base->id});
    append(inheritable, bases[i]);
    bases.insert(bases.end(), program.bases_of(bases[i]).begin(), program.bases_of(bases[i]).end());
  }
  return all;
}

const ConfigAtHand* ConfigAccess::first_of_ours(const Lists& lists, EntityId holder) const {
  const std::vector<ConfigAtHand>* list = find(lists, holder);
  if (!list) return nullptr;
  for (const ConfigAtHand& config : *list) {
    const EntityFact* type = program.entity(config.type);
    if (!type || program.is_ours(type->location)) return &config;
  }
  return nullptr;
}

const ConfigAtHand* ConfigAccess::in_class(EntityId record) const {
  std::vector<EntityId> bases{record};
  std::unordered_set<EntityId> visited;
  for (std::size_t i = 0; i < bases.size() && i < 64; ++i) {
    if (!visited.insert(bases[i]).second) continue;
    if (const ConfigAtHand* config = first_of_ours(i == 0 ? of_class : inheritable, bases[i])) return config;
    bases.insert(bases.end(), program.bases_of(bases[i]).begin(), program.bases_of(bases[i]).end());
  }
  return first_of_ours(through_functions, record);
}

const ConfigAtHand* ConfigAccess::at(EntityId function) const {
  function = function_around(program, function);
  if (const ConfigAtHand* config = first_of_ours(by_function, function)) return config;
  EntityId owner = owner_of_code(program, function);
  return owner == function ? nullptr : in_class(owner);
}

} // namespace plumbline
