#include "program/configuration.h"
#include "facts/numbers.h"
#include "facts/words.h"
#include "program/config_types.h"
#include "program/reach.h"
#include "program/sinks.h"

#include <algorithm>
#include <array>

namespace plumbline {

bool Configuration::is_lookup(const Program& program, EntityId function) const {
  const EntityFact* fact = program.entity(function);
  if (!fact) return false;
  if (is_config_lookup(fact->qualified)) return true;
  for (const std::string& name : program.settings->config_sources)
    if (fact->qualified == name || std::string_view(fact->qualified).ends_with("::" + name)) return true;
  // A getter of a config type, also of one whose definition we never see.
  return fact->owner != EntityId::none && is_config_type(fact->owner) && !fact->has(is_constructor) &&
         fact->has(is_external);
}

// C has no methods: client_conf_finalize(client_conf_t*) is one of client_conf_t, by the custom of its libraries.
static bool is_method_in_c(const EntityFact& function, const EntityFact& record) {
  const std::vector<std::string> type = words_of_type(record.name), name = words_of(function.name);
  return !type.empty() && name.size() > type.size() && std::equal(type.begin(), type.end(), name.begin());
}

// config.get_timeout(vhost), settings.has("key"): what is given says what is wanted, also where the method is not
// const.
static bool asks(const EntityFact& method) {
  static constexpr std::array asking = {"get",   "is",  "has",    "find",  "lookup",   "exists", "contains",
                                        "count", "can", "should", "query", "supports", "fetch",  "value"};
  const std::vector<std::string> words = words_of(method.name);
  return !words.empty() && std::find(asking.begin(), asking.end(), words.front()) != asking.end();
}

Configuration::Configuration(const Program& program) {
  records = config_types_of(program);
  for (const EntityFact& entity : program.entities) {
    switch (entity.kind) {
    case EntityKind::field:
      if (records.contains(entity.owner) || entity.has(is_config_annotated)) sources.insert(entity.id);
      break;
    case EntityKind::variable:
      if (entity.name.starts_with("FLAGS_") || entity.name == "optarg" || entity.has(is_config_annotated))
        sources.insert(entity.id), external.insert(entity.id);
      if (entity.has(is_static) && !entity.has(is_constant) && records.contains(entity.owner))
        sources.insert(entity.id);
      break;
    case EntityKind::function:
      if (is_lookup(program, entity.id)) {
        sources.insert(return_of(entity.id));
        external.insert(return_of(entity.id));
      } else if (entity.owner != EntityId::none && records.contains(entity.owner) && !entity.has(is_constructor) &&
                 entity.has(is_const_method)) {
        sources.insert(return_of(entity.id));
      }
      break;
    case EntityKind::parameter: {
      if (is_lookup(program, entity.owner)) external.insert(entity.id), sources.insert(entity.id);
      const EntityFact* function = program.entity(entity.owner);
      if (function && function->has(is_main)) external.insert(entity.id), sources.insert(entity.id); // argc, argv
      break;
    }
    default:
      break;
    }
  }
  std::vector<EntityId> starts, outside;
  for (const EntityFact& entity : program.entities) {
    const EntityId result = entity.kind == EntityKind::function ? return_of(entity.id) : EntityId::none;
    for (EntityId node : {entity.id, result}) {
      if (node != EntityId::none && sources.contains(node)) starts.push_back(node);
      if (node != EntityId::none && external.contains(node)) outside.push_back(node);
    }
  }
  reached = reach_of(program, starts);
  from_outside = reach_of(program, outside);
  find_lookups(program);
  // Loading code: returns a config type, or fills a config field from outside the program.
  for (const EntityFact& entity : program.entities) {
    if (entity.kind == EntityKind::parameter && records.contains(entity.type_entity)) {
      const EntityFact* function = program.entity(entity.owner);
      if (function && is_method_in_c(*function, *program.entity(entity.type_entity)))
        loaders.insert(function->id), methods_in_c.insert(function->id);
    }
    if (entity.kind != EntityKind::function) continue;
    if (entity.type_entity != EntityId::none && records.contains(entity.type_entity)) loaders.insert(entity.id);
    if (entity.owner != EntityId::none && records.contains(entity.owner)) loaders.insert(entity.id); // its own type
  }
  std::unordered_set<EntityId> parsed; // what text shapes
  for (const FlowFact& flow : program.flows) {
    const EntityFact* from = program.entity(flow.from);
    const EntityFact* to = program.entity(flow.to);
    const bool number = to && is_number_or_flag(to->type_class);
    if (!from || from->type_class != TypeClass::text || flow.kind != FlowKind::derived || !number) continue;
    if (to->kind != EntityKind::field)
      parsed.insert(flow.to);
    else if (records.contains(to->owner) && flow.function != EntityId::none)
      loaders.insert(flow.function);
  }
  for (const FlowFact& flow : program.flows) {
    if (flow.function == EntityId::none) continue;
    const EntityFact* from = program.entity(flow.from);
    if (from && from->name == "optarg" && from->has(is_external)) loaders.insert(flow.function);
    const EntityFact* to = program.entity(flow.to);
    if (!to) continue;
    if (to->kind == EntityKind::field && records.contains(to->owner)) {
      if (from_outside.contains(flow.from) || parsed.contains(flow.from)) loaders.insert(flow.function);
    } else if (to->kind == EntityKind::parameter && from_outside.contains(flow.from)) {
      // config.set("port", getenv("PORT"))
      const EntityFact* callee = program.entity(to->owner);
      if (callee && records.contains(callee->owner) && !callee->has(is_const_method) && !asks(*callee))
        loaders.insert(flow.function);
    }
  }
  find_command_line(program);
  // main() loads configuration if it does something with the command line or another outside value.
  for (const FlowFact& flow : program.flows) {
    const EntityFact* function = program.entity(flow.function);
    if (function && function->has(is_main) && from_outside.contains(flow.from)) loaders.insert(flow.function);
    if (flow.function == EntityId::none || !from_outside.contains(flow.from)) continue;
    Loading& loading = loads[flow.function];
    loading.last_line = std::max(loading.last_line, flow.location.line);
    loading.targets.insert(flow.to);
  }
}

// Functions that get main()'s words. Where there is no main() to see, whoever takes an argv; else an argv may as well
// be that of a debugger's or a server's command.
void Configuration::find_command_line(const Program& program) {
  std::vector<const EntityFact*> open;
  bool has_main = false;
  for (const EntityFact& entity : program.entities) {
    if (entity.kind != EntityKind::parameter || entity.type_class != TypeClass::text) continue;
    const EntityFact* function = program.entity(entity.owner);
    if (function && function->has(is_main)) {
      open.push_back(&entity);
      has_main = true;
    }
  }
  if (!has_main)
    for (const EntityFact& entity : program.entities)
      if (entity.kind == EntityKind::parameter && entity.name == "argv" && entity.type_class == TypeClass::text)
        open.push_back(&entity);
  std::unordered_set<EntityId> seen;
  while (!open.empty()) {
    const EntityFact* words = open.back();
    open.pop_back();
    if (!seen.insert(words->id).second) continue;
    if (const EntityFact* function = program.entity(words->owner); function && !function->has(is_main))
      loaders.insert(words->owner);
    for (std::uint32_t index : program.flows_from(words->id)) {
      const EntityFact* to = program.entity(program.flows[index].to);
      const EntityFact* function = to && to->kind == EntityKind::parameter ? program.entity(to->owner) : nullptr;
      // All of the words, not one of them.
      if (function && !function->has(is_external) && to->type == words->type) open.push_back(to);
    }
  }
}

// int env_int(const char* name, int fallback): what is returned comes from outside, or else is the parameter, or a
// constant: `if (!text) return 30; return atoi(text);`
void Configuration::find_lookups(const Program& program) {
  std::unordered_map<EntityId, std::vector<EntityId>> given; // a function's result or local -> its numeric parameters
  for (const FlowFact& flow : program.flows) {
    if (flow.function == EntityId::none) continue;
    const EntityFact* to = program.entity(flow.to);
    const bool inside = to ? to->kind == EntityKind::variable && to->has(is_local) && to->owner == flow.function
                           : program.function_of(flow.to) == flow.function;
    if (!inside) continue;
    const EntityFact* from = program.entity(flow.from);
    const bool number = from && from->kind == EntityKind::parameter && from->type_class != TypeClass::text;
    if (number && from->owner == flow.function && flow.kind != FlowKind::derived) given[flow.to].push_back(flow.from);
    if (from_outside.contains(flow.from)) looked_up[flow.to] |= !number;
  }
  // Of two numbers that are both given, one is a bound of the other.
  for (const std::pair<const EntityId, std::vector<EntityId>>& entry : given)
    if (const std::unordered_map<EntityId, bool>::const_iterator found = looked_up.find(entry.first);
        found != looked_up.end() && found->second)
      fallbacks.insert(entry.second.begin(), entry.second.end());
}

bool Configuration::is_set_after_loading(const Program& program, const FlowFact& flow) const {
  const EntityFact* function = program.entity(flow.function);
  const std::unordered_map<EntityId, Loading>::const_iterator found = loads.find(flow.function);
  if (!function || found == loads.end() || is_own_function(*function) || is_config_type(function->type_entity))
    return false;
  return flow.location.line > found->second.last_line && !found->second.targets.contains(flow.to);
}

// in_range("lease", config.lease, low, high): the parameter is only compared with another that configuration reaches.
static bool bounds_a_setting(const Program& program, const Configuration& configuration, const EntityFact& parameter) {
  const std::span<const std::uint32_t> uses = program.uses_of(parameter.id);
  if (uses.empty() || !program.flows_from(parameter.id).empty()) return false;
  return std::all_of(uses.begin(), uses.end(), [&](std::uint32_t index) {
    const UseFact& use = program.uses[index];
    const EntityFact* value = program.entity(use.other);
    return use.kind == UseKind::compare && value && value->kind == EntityKind::parameter &&
           value->owner == parameter.owner && configuration.reaches(value->id);
  });
}

bool Configuration::is_default(const Program& program, const FlowFact& flow) const {
  if (flow.fallback_of != EntityId::none && reaches(flow.fallback_of)) return true;
  const EntityFact* to = program.entity(flow.to);
  // What a config type computes for itself, and returns where nothing is configured, is its own affair.
  const EntityFact* around = program.entity(flow.function);
  const bool own = around && is_own_function(*around);
  if (own && (!to || (to->kind == EntityKind::variable && to->has(is_local)))) return true;
  // What a look-up of the project gives where it finds nothing outside.
  if (!to && flow.kind == FlowKind::result && !from_outside.contains(flow.from) && looked_up.contains(flow.to) &&
      program.function_of(flow.to) == flow.function)
    return true;
  if (!to) return external.contains(flow.to); // what a look-up of our own gives where nothing is configured
  bool written = to->kind == EntityKind::parameter && flow.kind == FlowKind::assign; // through a reference
  if (to->kind == EntityKind::parameter && !written) {
    if (is_lookup(program, to->owner) || fallbacks.contains(to->id)) return true; // look_up("key", 30)
    if (bounds_a_setting(program, *this, *to)) return true;
    // A config type's own constructors and functions building it: Policy() : Policy(-1, 100) {}
    const EntityFact* callee = program.entity(to->owner);
    if (callee && is_config_type(callee->owner) && callee->has(is_constructor) &&
        flow.kind == FlowKind::default_argument)
      return true;
    return callee && is_own_function(*callee) && flow.function != EntityId::none && is_loader(flow.function) &&
           !program.entity(flow.function)->has(is_main);
  }
  if (to->kind == EntityKind::variable && to->name.starts_with("FLAGS_")) return true;
  if (sources.contains(flow.to) && (to->kind == EntityKind::field || to->kind == EntityKind::variable)) {
    if (flow.kind == FlowKind::member_default || flow.kind == FlowKind::constructor_initialise) return true;
    if (to->kind == EntityKind::variable && flow.kind == FlowKind::initialise) return true;
    return flow.function != EntityId::none && is_loader(flow.function) && !is_set_after_loading(program, flow);
  }
  // A value that starts as a constant and is overwritten from configuration is a default; a constant that is assigned
  // later, elsewhere, bypasses the configuration.
  bool variable = to->kind == EntityKind::variable || to->kind == EntityKind::field || written;
  if (!variable || !reaches(flow.to) || to->has(is_constant)) return false;
  if (flow.kind == FlowKind::initialise || flow.kind == FlowKind::member_default ||
      flow.kind == FlowKind::constructor_initialise)
    return true;
  const EntityFact* function = program.entity(flow.function);
  if (function && function->has(is_constructor)) return true;
  for (std::uint32_t index : program.flows_to(flow.to))
    if (program.flows[index].function == flow.function && reaches(program.flows[index].from)) return true;
  return false;
}

} // namespace plumbline
