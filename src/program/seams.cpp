#include "program/seams.h"
#include "facts/numbers.h"
#include "facts/words.h"
#include "program/configuration.h"
#include "program/data_lengths.h"
#include "program/sinks.h"
#include "program/walk.h"
#include "project/project.h"

#include <algorithm>
#include <array>
#include <set>

namespace plumbline {

SeamModel::SeamModel(const Program& linked) : settings(linked), program(linked) {
  index_calls();
  find_open();
  for (const SuppressionComment& comment : program.suppression_comments)
    comments.emplace(std::pair(comment.place.path, comment.place.line), &comment);
  for (const Tunable& tunable : program.tunables)
    if (!is_allowed(tunable) && !tunable.becomes_zero) hold(tunable);
  find_defaults_left();
}

static std::span<const std::uint32_t> list_of(const std::unordered_map<EntityId, std::vector<std::uint32_t>>& lists,
                                              EntityId key) {
  std::unordered_map<EntityId, std::vector<std::uint32_t>>::const_iterator it = lists.find(key);
  return it == lists.end() ? std::span<const std::uint32_t>() : std::span<const std::uint32_t>(it->second);
}

std::span<const std::uint32_t> SeamModel::calls_of(EntityId callee) const { return list_of(calls, callee); }
std::span<const std::uint32_t> SeamModel::constructions_of(EntityId record) const {
  return list_of(constructions, record);
}

bool SeamModel::is_test(const Location& location) const {
  std::pair<std::unordered_map<StringId, bool>::iterator, bool> entry = tests.try_emplace(location.file, false);
  if (entry.second) entry.first->second = scope_of(*program.settings, program.path(location)) == Scope::test;
  return entry.first->second;
}

bool SeamModel::is_test_code(EntityId function) const {
  const EntityFact* fact = program.entity(function);
  if (!fact) return false;
  const std::vector<std::string> words = words_of(fact->name);
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word == "unittest" || word == "selftest"; });
}

void SeamModel::index_calls() {
  for (std::uint32_t i = 0; i < program.calls.size(); ++i) {
    EntityId id = program.calls[i].callee;
    const EntityFact* callee = program.entity(id);
    if (!callee) continue;
    calls[id].push_back(i);
    if (callee->kind == EntityKind::record) constructions[id].push_back(i);
    if (callee->has(is_constructor)) constructions[callee->owner].push_back(i);
  }
}

// Many sources and no main(): who sets it up is elsewhere. A few may be an excerpt of a program.
bool SeamModel::is_library() const {
  constexpr std::size_t many_sources = 10;
  return program.sources.size() >= many_sources &&
         std::none_of(program.entities.begin(), program.entities.end(),
                      [&](const EntityFact& entity) { return entity.has(is_main) && !is_test(entity.location); });
}

// Forward from everything whose value nobody here knows. Calls are not matched: too much is open rather than too
// little, because calling a seam closed that is not would be a false alarm.
void SeamModel::find_open() {
  std::vector<EntityId> queue;
  const bool library = is_library();
  auto start = [&](EntityId node) {
    if (open.insert(node).second) queue.push_back(node);
  };
  for (const EntityFact& entity : program.entities) {
    if (entity.kind == EntityKind::function) {
      EntityId result = return_of(entity.id);
      if (program.flows_to(result).empty()) start(result);
      continue;
    }
    if (!program.flows_to(entity.id).empty() && entity.kind != EntityKind::parameter) continue;
    if (entity.kind == EntityKind::variable || entity.kind == EntityKind::field) {
      if (!entity.has(is_constant)) start(entity.id);
    } else if (entity.kind == EntityKind::parameter) {
      const EntityFact* function = program.entity(entity.owner);
      if (!function || function->has(is_external)) {
        start(entity.id); // what comes out of it, through a pointer
      } else if (calls_of(function->id).empty() && !function->has(is_lambda)) {
        // Nobody here calls it. A setter of a class that the program uses is then left alone; anything else is an
        // interface for others, and so is all of a library.
        bool setter = !library && function->owner != EntityId::none && !function->has(is_constructor) &&
                      !function->has(is_static) && !constructions_of(function->owner).empty();
        bool overrides = std::any_of(program.flows_to(entity.id).begin(), program.flows_to(entity.id).end(),
                                     [&](std::uint32_t flow) { return program.flows[flow].kind == FlowKind::capture; });
        if (!setter && !overrides) start(entity.id);
      }
    }
  }
  // {"max-clients", &server.max_clients}, parse_number(words, &interval): who has the address may write.
  for (const FlowFact& flow : program.flows) {
    const EntityFact *from = program.entity(flow.from), *to = program.entity(flow.to);
    const bool stored = from && (from->kind == EntityKind::field || from->kind == EntityKind::variable);
    if (stored && to && is_number_or_flag(from->type_class) && !from->has(is_constant) &&
        from->type.find('*') == std::string::npos && to->type.ends_with("*") && !to->type.starts_with("const"))
      start(from->id);
  }
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (std::uint32_t index : program.flows_from(queue[i])) start(program.flows[index].to);
    // int* interval = &config->interval; *interval = read();
    const EntityFact* pointer = program.entity(queue[i]);
    if (!pointer || pointer->kind != EntityKind::variable || pointer->type.find('*') == std::string::npos) continue;
    for (std::uint32_t index : program.flows_to(queue[i])) {
      const EntityFact* target = program.entity(program.flows[index].from);
      if (target && target->kind == EntityKind::field) start(target->id);
    }
  }
}

bool SeamModel::is_outside_callable(const EntityFact& function) const {
  if (function.has(is_lambda) || function.has(is_external)) return false;
  const EntityFact* around = program.entity(function.owner);
  if (!around || around->kind != EntityKind::record) return !around;
  return function.has(is_public);
}

// Whether the parameter is stored in a member of the class.
bool SeamModel::keeps(const EntityFact& parameter, EntityId record) const {
  for (std::uint32_t index : program.flows_from(parameter.id)) {
    const EntityFact* to = program.entity(program.flows[index].to);
    if (to && to->kind == EntityKind::field && to->owner == record) return true;
  }
  return false;
}

static bool names_only_time(std::string_view name) {
  std::vector<std::string> words = words_of(name);
  // C puts the module in front: bthread_usleep().
  if (words.size() > 1 && (words.back() == "sleep" || words.back() == "usleep" || words.back() == "msleep"))
    words.erase(words.begin());
  bool timing = false;
  for (const std::string& word : words) {
    static constexpr std::string_view nouns[] = {"sleep", "usleep",    "msleep", "nanosleep", "wait",  "waits",
                                                 "await", "awaiter",   "waiter", "pause",     "delay", "timer",
                                                 "timed", "timedwait", "yield",  "now"};
    static constexpr std::string_view fillers[] = {"for",  "until", "ms",     "us",     "ns",       "sec",     "msec",
                                                   "usec", "event", "helper", "thread", "this",     "timeout", "cond",
                                                   "with", "s",     "from",   "cnd",    "condition"};
    if (std::find(std::begin(nouns), std::end(nouns), word) != std::end(nouns))
      timing = true;
    else if (!unit_of_word(word) && std::find(std::begin(fillers), std::end(fillers), word) == std::end(fillers))
      return false;
  }
  return timing;
}

// interval_passed(since, us): code of many owners uses it, each for a purpose and with a value of its own. That one of
// them passes a setting does not make the setting that of the others.
bool SeamModel::serves_many(const EntityFact& parameter) const {
  constexpr std::size_t many_owners = 4, many_values = 3; // fewer may well have forgotten the setting
  if (!program.configuration->reaches(parameter.id)) return false;
  std::set<EntityId> owners;
  std::set<double> values;
  for (std::uint32_t index : program.flows_to(parameter.id)) {
    const FlowFact& flow = program.flows[index];
    const ConstantFact* constant = program.constant(flow.from);
    if (flow.kind != FlowKind::argument || !constant || is_test(flow.location)) continue;
    owners.insert(owner_of_code(program, flow.function));
    values.insert(constant->value);
  }
  return owners.size() >= many_owners && values.size() >= many_values;
}

// bool elapsed(span) const: a question that somebody asks about a span of his own.
static bool asks_about(const Program& program, const EntityFact& function, const EntityFact& parameter) {
  if (!function.has(is_const_method) || function.type_class != TypeClass::boolean) return false;
  const std::span<const std::uint32_t> uses = program.uses_of(parameter.id);
  return !uses.empty() && program.flows_from(parameter.id).empty() &&
         std::all_of(uses.begin(), uses.end(),
                     [&](std::uint32_t use) { return program.uses[use].kind == UseKind::compare; });
}

// expiry.sub(5s): arithmetic of a point in time, written as a method.
static bool is_arithmetic(const EntityFact& function) {
  static constexpr std::array verbs = {"add", "sub", "subtract", "plus", "minus", "advance"};
  std::vector<std::string> words = words_of(function.name);
  while (words.size() > 1 && (unit_of_word(words.back()) || words.back() == "time")) words.pop_back();
  return words.size() == 1 && std::find(verbs.begin(), verbs.end(), words.front()) != verbs.end();
}

// schedule(10s, callback), register_timeout(secs, handler, context): what is done then is the caller's, and so is when.
bool SeamModel::is_for_what_is_handed_in(const EntityFact& parameter) const {
  static constexpr std::array scheduling = {"schedule", "reschedule", "after", "later",   "defer",   "timer",
                                            "timeout",  "delayed",    "every", "enqueue", "periodic"};
  const EntityFact* function = parameter.kind == EntityKind::parameter ? program.entity(parameter.owner) : nullptr;
  const std::vector<std::string> said = function ? words_of(function->name) : std::vector<std::string>();
  if (std::find_first_of(said.begin(), said.end(), scheduling.begin(), scheduling.end()) == said.end()) return false;
  if (parameter.type_class != TypeClass::duration && unit_of_name(parameter.name) == 0 &&
      meaning_of(parameter.name, parameter.type_class).dimension != Dimension::duration)
    return false;
  static constexpr std::array callables = {"callback", "cb", "handler", "callable", "func",
                                           "fn",       "f",  "task",    "closure"};
  const std::span<const std::uint32_t> members = program.members_of(parameter.owner);
  return std::any_of(members.begin(), members.end(), [&](std::uint32_t index) {
    const EntityFact& other = program.entities[index];
    if (other.kind != EntityKind::parameter || other.id == parameter.id) return false;
    const std::vector<std::string> words = words_of(other.name);
    const bool named = !words.empty() && std::find(callables.begin(), callables.end(), words.back()) != callables.end();
    return other.type.find("function<") != std::string::npos || other.type.find("(*)") != std::string::npos ||
           (named && !is_number(other.type_class) && other.type_class != TypeClass::text);
  });
}

// Project functions that are to their callers what sleep() is: they say how to wait and not for what. What they are
// given is no setting of theirs, so each caller's value is the caller's own. A free function needs to be used for
// several things to count.
bool SeamModel::is_timing_primitive(const EntityFact& function, const EntityFact& parameter) const {
  constexpr std::size_t several_settings = 2, several_callers = 3;
  std::pair<std::unordered_map<EntityId, bool>::iterator, bool> entry = primitives.try_emplace(parameter.id, false);
  if (!entry.second) return entry.first->second;
  const EntityFact* record = program.entity(function.owner);
  bool member = record && record->kind == EntityKind::record; // of a timer, a condition variable, an event
  if (member && (asks_about(program, function, parameter) || is_arithmetic(function)))
    return entry.first->second = true;
  const bool by_name = names_only_time(function.name);
  // What a timer of the project is set to, several callers decide.
  const bool of_timer = !by_name && member && !function.has(is_constructor) && names_only_time(record->name);
  if (!by_name && !of_timer) return entry.first->second = serves_many(parameter);
  const std::vector<std::string> words = words_of(function.name);
  const bool sleeps =
      std::any_of(words.begin(), words.end(), [](const std::string& word) { return word.ends_with("sleep"); });
  if ((member && by_name) || sleeps) return entry.first->second = true;
  std::unordered_set<EntityId> settings, callers, sites;
  for (std::uint32_t index : program.flows_to(parameter.id)) {
    const FlowFact& flow = program.flows[index];
    // A look-up gives its result, and the document behind it: one argument is one setting.
    if (program.configuration->reaches(flow.from) && (flow.site == EntityId::none || sites.insert(flow.site).second))
      settings.insert(flow.from);
    if (flow.kind == FlowKind::argument && !is_test(flow.location))
      callers.insert(function_around(program, flow.function));
  }
  return entry.first->second = settings.size() >= several_settings || callers.size() >= several_callers;
}

// The parameter of a function of the class through which others can set its private field, if there is one.
EntityId SeamModel::setter_of(EntityId field, EntityId record) const {
  std::pair<std::unordered_map<EntityId, EntityId>::iterator, bool> entry = setters.try_emplace(field, EntityId::none);
  if (!entry.second) return entry.first->second;
  for (std::uint32_t index : program.flows_to(field)) {
    const FlowFact& flow = program.flows[index];
    const EntityFact* parameter = program.entity(flow.from);
    if (!parameter || parameter->kind != EntityKind::parameter || flow.kind == FlowKind::derived ||
        flow.fallback_of != EntityId::none)
      continue;
    const EntityFact* function = program.entity(parameter->owner);
    if (!function || function->owner != record || !is_outside_callable(*function)) continue;
    return entry.first->second = parameter->id;
  }
  return EntityId::none;
}

bool SeamModel::is_variant(EntityId function, const EntityFact& parameter) const {
  const EntityFact* maker = program.entity(function);
  const EntityFact* callee = program.entity(parameter.owner);
  if (!maker || !callee || !maker->has(is_constructor) || !callee->has(is_constructor)) return false;
  std::vector<EntityId> classes{maker->owner};
  std::unordered_set<EntityId> seen{maker->owner};
  for (std::size_t i = 0; i < classes.size(); ++i)
    for (EntityId base : program.bases_of(classes[i])) {
      if (base == callee->owner) return true;
      if (seen.insert(base).second) classes.push_back(base);
    }
  return false;
}

const Consumer* SeamModel::consumer_behind(EntityId node) const {
  constexpr int max_steps = 100; // a seam that needs more is none that anybody would recognise
  std::pair<std::unordered_map<EntityId, std::optional<Consumer>>::iterator, bool> entry =
      consumers.try_emplace(node, std::nullopt);
  std::optional<Consumer>& found = entry.first->second;
  if (entry.second) {
    auto used = [&](EntityId at) {
      for (std::uint32_t index : program.uses_of(at))
        if (!found) found = consumer_of(program, program.uses[index]);
    };
    used(node);
    Walk walk(program);
    walk.start(node);
    for (int step = 0; !found && step < max_steps && walk.step(); ++step) {
      found = consumer_of(program, walk.flow());
      if (!found) used(walk.node());
    }
  }
  return found ? &*found : nullptr;
}

static bool is_printed(const Program& program, const FlowFact& flow) {
  const EntityFact* to = program.entity(flow.to);
  const EntityFact* function = to && to->kind == EntityKind::parameter ? program.entity(to->owner) : nullptr;
  return function && is_output_function(function->qualified);
}

// A name for a constant: what flows out of it is the constant, wherever that is.
static bool is_another_name(const EntityFact* to, const FlowFact& flow) {
  if (!to || flow.function != EntityId::none) return false;
  if (to->kind == EntityKind::enumerator) return true;
  return to->kind == EntityKind::variable && !to->has(is_local);
}

// The config type whose value the constant is a bound of.
static EntityId bounded_by(const Program& program, const UseFact& use) {
  if (use.kind != UseKind::cap && use.kind != UseKind::floor) return EntityId::none;
  const EntityFact* other = program.entity(use.other);
  return other && program.configuration->is_config_type(other->owner) ? other->owner : EntityId::none;
}

// A value that somebody said, with a reason, is meant to be as it is needs no seam. Whether the comment still holds,
// the audit judges; here it is enough that it is there.
bool SeamModel::is_allowed(const Tunable& tunable) const {
  std::string_view check = tunable.consumer.dimension == Dimension::limit ? "hard-coded-limit" : "hard-coded-duration";
  std::string path(program.path(tunable.constant.location));
  std::uint32_t line = tunable.constant.location.line;
  for (std::uint32_t at : {line, line - 1}) {
    std::map<std::pair<std::string, std::uint32_t>, const SuppressionComment*>::const_iterator it =
        comments.find(std::pair(path, at));
    if (it != comments.end() && (at == line || it->second->own_line) &&
        it->second->text.find(check) != std::string::npos)
      return true;
  }
  return false;
}

// if (threshold < 0) threshold = 20: what a parameter is when the caller gave none. The parameter is the seam.
static bool stands_in_for_argument(const Program& program, const FlowFact& flow) {
  const EntityFact* to = program.entity(flow.to);
  return to && to->kind == EntityKind::parameter && flow.kind == FlowKind::assign && to->owner == flow.function;
}

static bool is_constant_node(const Program& program, EntityId node) {
  const EntityFact* entity = program.entity(node);
  return program.constant(node) || (entity && (entity->has(is_constant) || entity->kind == EntityKind::enumerator));
}

// int timeout = get_int(key); if (timeout <= 0) timeout = 30;  int age = 100; if (text) age = atoi(text);
// What a variable is where nothing was found. It has a source, whoever keeps the values there.
static bool stands_in_for_lookup(const Program& program, const FlowFact& flow) {
  constexpr std::uint32_t near = 10; // lines
  const EntityFact* to = program.entity(flow.to);
  if (!to || to->kind != EntityKind::variable || !to->has(is_local) || to->has(is_static)) return false;
  const std::span<const std::uint32_t> flows = program.flows_to(flow.to);
  const bool is_looked_up = std::any_of(flows.begin(), flows.end(), [&](std::uint32_t index) {
    const FlowFact& other = program.flows[index];
    if (other.function != flow.function) return false;
    const EntityFact* from = program.entity(other.from);
    if (from && from->type_class == TypeClass::text && other.kind == FlowKind::derived) return true; // atoi(text)
    const EntityFact* function = program.entity(program.function_of(other.from));
    if (!function || from) return false;
    const std::span<const std::uint32_t> members = program.members_of(function->id);
    return std::any_of(members.begin(), members.end(), [&](std::uint32_t member) {
      const EntityFact& key = program.entities[member];
      return key.kind == EntityKind::parameter &&
             (key.type_class == TypeClass::text || key.type_class == TypeClass::record);
    });
  });
  if (!is_looked_up) return false;
  if (flow.kind == FlowKind::initialise) return true;
  const std::span<const std::uint32_t> uses = program.uses_of(flow.to);
  return std::any_of(uses.begin(), uses.end(), [&](std::uint32_t index) {
    const UseFact& use = program.uses[index];
    return use.kind == UseKind::compare && use.function == flow.function && use.location.file == flow.location.file &&
           use.location.line <= flow.location.line && use.location.line + near >= flow.location.line &&
           (use.operation == "?" || use.other_text == "0" || use.other_text == "1" || use.other_text == "-1" ||
            is_constant_node(program, use.other));
  });
}

// static int period = 2000; … period = number(words[1]);: somebody outside can change it, whoever that is.
static bool is_given_otherwise(const Program& program, const EntityFact& variable) {
  if (variable.has(is_constant) || variable.kind != EntityKind::variable) return false;
  const std::span<const std::uint32_t> flows = program.flows_to(variable.id);
  return std::any_of(flows.begin(), flows.end(), [&](std::uint32_t index) {
    const FlowFact& flow = program.flows[index];
    const EntityFact* from = program.entity(flow.from);
    const bool comes_in = from ? from->kind == EntityKind::parameter : !program.constant(flow.from);
    return flow.function != EntityId::none && comes_in && flow.from != variable.id &&
           (flow.kind != FlowKind::derived || (from && from->type_class == TypeClass::text));
  });
}

void SeamModel::hold(const Tunable& tunable) {
  constexpr std::size_t max_names = 50;
  std::vector<EntityId> names{tunable.constant.id};
  std::vector<const FlowFact*> arms;
  std::vector<const UseFact*> uses;
  if (tunable.constant.id == EntityId::none) return; // a macro that nothing expands
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::uint32_t index : program.flows_from(names[i])) {
      const FlowFact& flow = program.flows[index];
      if (flow.kind == FlowKind::derived || program.configuration->is_default(program, flow) ||
          is_printed(program, flow))
        continue;
      if (flow.kind == FlowKind::default_argument && program.configuration->reaches(flow.to)) continue;
      if (stands_in_for_argument(program, flow) || stands_in_for_lookup(program, flow)) continue;
      if (is_another_name(program.entity(flow.to), flow)) {
        if (is_given_otherwise(program, *program.entity(flow.to))) continue;
        if (names.size() < max_names && std::find(names.begin(), names.end(), flow.to) == names.end())
          names.push_back(flow.to);
      } else {
        arms.push_back(&flow);
      }
    }
    for (std::uint32_t index : program.uses_of(names[i])) uses.push_back(&program.uses[index]);
  }
  bool only_one = arms.size() + uses.size() == 1;
  for (const UseFact* use : uses) {
    // std::max(1, interval_): what was given is kept from being nothing.
    if (use->kind == UseKind::floor && tunable.constant.value <= 1 && program.configuration->reaches(use->other) &&
        bounded_by(program, *use) == EntityId::none)
      continue;
    std::optional<Consumer> consumer = consumer_of(program, *use);
    if (!only_one && (!consumer || consumer->dimension != tunable.consumer.dimension)) continue;
    Holding holding;
    holding.tunable = &tunable;
    holding.function = function_around(program, use->function);
    holding.owner = owner_of_code(program, use->function);
    holding.location = use->location;
    holding.bounds = bounded_by(program, *use);
    holdings.push_back(holding);
  }
  for (const FlowFact* flow : arms) follow(tunable, flow->function, *flow, only_one);
}

// Follows the value inside its owner's code, until it leaves through a seam or is used up.
void SeamModel::follow(const Tunable& tunable, EntityId function, const FlowFact& first, bool only_one) {
  // plumbline: allow(hard-coded-limit) the same code has the same findings, whoever scans it
  constexpr std::size_t max_nodes = 200;
  const Configuration& configuration = *program.configuration;
  Holding holding;
  holding.tunable = &tunable;
  holding.function = function_around(program, function);
  holding.location = first.location;
  if (function != EntityId::none) {
    holding.owner = owner_of_code(program, function);
  } else if (const EntityFact* to = program.entity(first.to)) {
    if (to->kind == EntityKind::field) holding.owner = to->owner;
    if (to->kind == EntityKind::parameter) holding.owner = owner_of_code(program, to->owner);
  }
  bool changes_config = false;
  std::vector<EntityId> seams;
  std::vector<bool> is_default;
  auto leave = [&](EntityId seam, bool as_default) {
    if (std::find(seams.begin(), seams.end(), seam) != seams.end()) return;
    seams.push_back(seam);
    is_default.push_back(as_default);
  };
  bool used_here = false, named_on_the_way = false;
  std::vector<const FlowFact*> queue{&first};
  std::unordered_set<EntityId> visited;
  for (std::size_t i = 0; i < queue.size() && i < max_nodes; ++i) {
    const FlowFact& flow = *queue[i];
    if (!visited.insert(flow.to).second) continue;
    const EntityFact* to = program.entity(flow.to);
    std::optional<Consumer> consumer = consumer_of(program, flow);
    bool consumes = consumer && consumer->dimension == tunable.consumer.dimension;
    bool go_on = false;
    if (to && to->kind == EntityKind::parameter) {
      const EntityFact* callee = program.entity(to->owner);
      if (!callee || callee->has(is_external)) {
        used_here |= consumes;
      } else if (is_outside_callable(*callee)) {
        bool own = owner_of_code(program, callee->id) == holding.owner;
        bool as_default = flow.kind == FlowKind::default_argument ||
                          (own && (callee->has(is_constructor) || keeps(*to, holding.owner)));
        if (is_timing_primitive(*callee, *to)) {
          used_here = true;
        } else if (is_length_of_data(program, *to)) {
          used_here |= consumes; // how large the caller's buffer is, the caller says
        } else if (own && !as_default && !configuration.reaches(to->id)) {
          // the class calls itself: whoever is outside gives nothing here
          used_here |= consumes;
          go_on = true;
        } else {
          leave(to->id, as_default);
        }
      } else {
        used_here |= consumes && flow.kind == FlowKind::default_argument;
        go_on = true;
      }
    } else if (to && to->kind == EntityKind::field) {
      const EntityFact* record = program.entity(to->owner);
      bool own = to->owner == holding.owner;
      if (configuration.is_source(to->id)) {
        changes_config = true; // a config object that is built or changed here is configuration at hand
      } else if (record && !record->has(is_external) && to->has(is_public)) {
        leave(to->id, own);
      } else if (EntityId setter = own ? setter_of(to->id, to->owner) : EntityId::none; setter != EntityId::none) {
        leave(setter, true);
      } else {
        used_here |= consumes;
      }
    } else if (to && to->kind == EntityKind::variable) {
      bool local = to->has(is_local) && !(to->has(is_static) && !to->has(is_constant));
      used_here |= consumes && !local;
      named_on_the_way |= consumes;
      go_on = local;
    } else {
      used_here |= consumes; // returned
    }
    if (!go_on) continue;
    for (std::uint32_t index : program.flows_from(flow.to)) {
      const FlowFact& next = program.flows[index];
      if (next.kind != FlowKind::derived && next.kind != FlowKind::output && !is_printed(program, next))
        queue.push_back(&next);
    }
    for (std::uint32_t index : program.uses_of(flow.to)) {
      std::optional<Consumer> by_use = consumer_of(program, program.uses[index]);
      used_here |= by_use && by_use->dimension == tunable.consumer.dimension;
    }
  }
  for (std::size_t i = 0; i < seams.size(); ++i) {
    const Consumer* behind = consumer_behind(seams[i]);
    bool same =
        behind && behind->dimension == tunable.consumer.dimension && behind->certainty != Certainty::by_weak_name;
    // A counter that starts with the constant, an id that is made of it.
    if (!same && (!only_one || named_on_the_way)) {
      used_here |= only_one;
      continue;
    }
    holding.seam = seams[i];
    holding.is_default = is_default[i];
    holdings.push_back(holding);
  }
  bool nowhere_else = seams.empty() && only_one && !changes_config;
  if (!used_here && !nowhere_else) return;
  holding.seam = EntityId::none;
  holding.is_default = false;
  holdings.push_back(holding);
}

void SeamModel::find_defaults_left() {
  const Configuration& configuration = *program.configuration;
  for (const FlowFact& flow : program.flows) {
    if (flow.kind != FlowKind::default_argument || !configuration.reaches(flow.to)) continue;
    const EntityFact* parameter = program.entity(flow.to);
    const EntityFact* function = parameter ? program.entity(parameter->owner) : nullptr;
    if (!function || configuration.is_config_type(function->owner) || !program.is_ours(parameter->location) ||
        configuration.reaches(flow.from) || is_test(parameter->location) || is_output_function(function->qualified))
      continue;
    const EntityFact* named = program.entity(flow.from);
    if (!program.constant(flow.from) && !(named && named->has(is_constant))) continue; // `= clock::now()`
    std::optional<Consumer> consumer = consumer_of(program, flow);
    if (!consumer)
      if (const Consumer* behind = consumer_behind(parameter->id)) consumer = *behind;
    if (!consumer) continue;
    // One at a time is how the code works.
    if (const ConstantFact* constant = program.constant(flow.from);
        constant && constant->value <= 1 && consumer->dimension == Dimension::limit)
      continue;
    // Only a parameter that some call gives has its default left by others.
    bool configured = false;
    for (std::uint32_t index : program.flows_to(parameter->id))
      configured |=
          program.flows[index].kind != FlowKind::default_argument && configuration.reaches(program.flows[index].from);
    if (!configured || !settings.is_given_one(parameter->id) || !settings.are_for_it(*parameter)) continue;
    for (std::uint32_t index : calls_of(function->id)) {
      const CallFact& call = program.calls[index];
      if (call.arguments > static_cast<unsigned>(parameter->index) || call.takes_away || is_test(call.location) ||
          !program.is_ours(call.location))
        continue;
      EntityId owner = owner_of_code(program, call.caller);
      if (owner != EntityId::none && configuration.is_config_type(owner)) continue;
      if (settings.are_consulted_in(call.caller, parameter->id) || is_variant(call.caller, *parameter)) continue;
      defaults_left.push_back({index, parameter->id, flow.from, *consumer});
    }
  }
}

} // namespace plumbline
