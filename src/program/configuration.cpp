#include "program/configuration.h"
#include "facts/words.h"
#include "program/sinks.h"
#include "program/walk.h"
#include "project/project.h"

#include <deque>

namespace plumbline {

// A glob over the name, or "*Suffix" against the last word in any naming style: raft_params, options_t.
static bool matches_any(const std::vector<std::string>& globs, std::string_view name) {
  std::vector<std::string> words = words_of(name);
  if (words.size() > 1 && words.back() == "t") words.pop_back();
  for (const std::string& glob : globs) {
    if (glob_matches(glob, name)) return true;
    if (glob.starts_with("*") && !words.empty()) {
      std::vector<std::string> suffix = words_of(std::string_view(glob).substr(1));
      if (suffix.size() == 1 && suffix.front() == words.back()) return true;
    }
  }
  return false;
}

static bool is_plain_values(const Program& program, EntityId record) {
  unsigned fields = 0;
  for (std::uint32_t index : program.members_of(record)) {
    const EntityFact& member = program.entities[index];
    if (member.kind == EntityKind::function && !member.has(is_constructor) && !member.name.starts_with("operator") &&
        !member.name.starts_with("~"))
      return false;
    if (member.kind != EntityKind::field) continue;
    bool plain = member.type_class == TypeClass::integer || member.type_class == TypeClass::floating ||
                 member.type_class == TypeClass::boolean || member.type_class == TypeClass::duration;
    if (!plain || member.has(is_plural_type)) return false;
    ++fields;
  }
  return fields >= 3;
}

static bool is_taken_whole(const Program& program, const EntityFact& record,
                           const std::vector<const EntityFact*>& parameters) {
  for (const EntityFact* parameter : parameters) {
    const EntityFact* function = program.entity(parameter->owner);
    if (!function || !function->has(is_public) || function->owner == record.id || function->owner == EntityId::none)
      continue;
    bool writable =
        parameter->type.find('*') != std::string::npos ||
        (parameter->type.find('&') != std::string::npos && parameter->type.find("const") == std::string::npos);
    if (writable) continue;
    std::vector<std::string> words = words_of(function->name);
    if (function->has(is_constructor) || (!words.empty() && (words.front() == "set" || words.front() == "configure" ||
                                                             words.front() == "init" || words.front() == "update")))
      return true;
  }
  return false;
}

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

Configuration::Configuration(const Program& program) {
  const std::vector<std::string> defaults = default_config_types();
  const std::vector<std::string>& globs =
      program.settings->config_types.empty() ? defaults : program.settings->config_types;
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::record && (entity.has(is_config_annotated) || matches_any(globs, entity.name)))
      records.insert(entity.id);
  // A record of nothing but plain values that another class takes whole in its constructor or a setter is configuration
  // in all but name: its users fill it in.
  std::unordered_map<EntityId, std::vector<const EntityFact*>> takers;
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::parameter && entity.type_entity != EntityId::none)
      takers[entity.type_entity].push_back(&entity);
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::record && entity.has(is_defined) && !entity.has(is_external) &&
        is_plain_values(program, entity.id) && is_taken_whole(program, entity, takers[entity.id]))
      records.insert(entity.id);
  // Nested records, the types of fields, and what derives from a config type.
  for (bool grew = true; grew;) {
    grew = false;
    for (const EntityFact& entity : program.entities) {
      if (entity.kind == EntityKind::record && !records.contains(entity.id) && entity.owner != EntityId::none &&
          records.contains(entity.owner))
        grew |= records.insert(entity.id).second;
      if (entity.kind == EntityKind::field && records.contains(entity.owner) && entity.type_entity != EntityId::none &&
          !records.contains(entity.type_entity)) {
        const EntityFact* type = program.entity(entity.type_entity);
        if (type && type->has(is_defined) && !type->has(is_external)) grew |= records.insert(entity.type_entity).second;
      }
    }
  }
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
  Walk walk(program, {.derived = true});
  for (const EntityFact& entity : program.entities) {
    if (sources.contains(entity.id)) walk.start(entity.id);
    if (entity.kind == EntityKind::function && sources.contains(return_of(entity.id))) walk.start(return_of(entity.id));
  }
  while (walk.step()) reached.insert(walk.node());
  reached.insert(sources.begin(), sources.end());

  Walk outside(program, {.derived = true});
  for (const EntityFact& entity : program.entities) {
    if (external.contains(entity.id)) outside.start(entity.id);
    if (entity.kind == EntityKind::function && external.contains(return_of(entity.id)))
      outside.start(return_of(entity.id));
  }
  std::unordered_set<EntityId> from_outside(external);
  while (outside.step()) from_outside.insert(outside.node());
  // Loading code: returns a config type, or fills a config field from outside the program.
  for (const EntityFact& entity : program.entities) {
    if (entity.kind != EntityKind::function) continue;
    if (entity.type_entity != EntityId::none && records.contains(entity.type_entity)) loaders.insert(entity.id);
    if (entity.owner != EntityId::none && records.contains(entity.owner)) loaders.insert(entity.id); // its own type
  }
  std::unordered_set<EntityId> parsed; // what text shapes
  for (const FlowFact& flow : program.flows) {
    const EntityFact* from = program.entity(flow.from);
    const EntityFact* to = program.entity(flow.to);
    bool number = to && (to->type_class == TypeClass::integer || to->type_class == TypeClass::floating ||
                         to->type_class == TypeClass::boolean || to->type_class == TypeClass::duration);
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
      if (callee && records.contains(callee->owner) && !callee->has(is_const_method)) loaders.insert(flow.function);
    }
  }
  for (const EntityFact& entity : program.entities) // the command line
    if (entity.kind == EntityKind::parameter && entity.name == "argv" && entity.type_class == TypeClass::text &&
        !program.entity(entity.owner)->has(is_main))
      loaders.insert(entity.owner);
  // main() loads configuration if it does something with the command line or another outside value.
  for (const FlowFact& flow : program.flows) {
    const EntityFact* function = program.entity(flow.function);
    if (function && function->has(is_main) && from_outside.contains(flow.from)) loaders.insert(flow.function);
  }
}

bool Configuration::is_default(const Program& program, const FlowFact& flow) const {
  if (flow.fallback_of != EntityId::none && reaches(flow.fallback_of)) return true;
  const EntityFact* to = program.entity(flow.to);
  // What a config type computes for itself, and returns where nothing is configured, is its own affair.
  const EntityFact* around = program.entity(flow.function);
  bool own = around && is_config_type(around->owner);
  if (own && (!to || (to->kind == EntityKind::variable && to->has(is_local)))) return true;
  if (!to) return false;
  bool written = to->kind == EntityKind::parameter && flow.kind == FlowKind::assign; // through a reference
  if (to->kind == EntityKind::parameter && !written) {
    if (is_lookup(program, to->owner)) return true; // look_up("key", 30)
    // A config type's own constructors and functions building it: Policy() : Policy(-1, 100) {}
    const EntityFact* callee = program.entity(to->owner);
    if (callee && is_config_type(callee->owner) && callee->has(is_constructor) &&
        flow.kind == FlowKind::default_argument)
      return true;
    return callee && is_config_type(callee->owner) && flow.function != EntityId::none && is_loader(flow.function) &&
           !program.entity(flow.function)->has(is_main);
  }
  if (to->kind == EntityKind::variable && to->name.starts_with("FLAGS_")) return true;
  if (sources.contains(flow.to) && (to->kind == EntityKind::field || to->kind == EntityKind::variable)) {
    if (flow.kind == FlowKind::member_default || flow.kind == FlowKind::constructor_initialise) return true;
    if (to->kind == EntityKind::variable && flow.kind == FlowKind::initialise) return true;
    return flow.function != EntityId::none && is_loader(flow.function);
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
