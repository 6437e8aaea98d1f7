#include "program/machines.h"

#include "facts/words.h"
#include "program/machine_relations.h"
#include "program/program.h"
#include "project/project.h"

#include <algorithm>
#include <bit>
#include <set>
#include <tuple>

namespace plumbline {

static bool has_word(std::string_view name, std::initializer_list<std::string_view> words) {
  for (const std::string& word : words_of(name))
    for (std::string_view other : words)
      if (word == other) return true;
  return false;
}

// How something went, and not where it is: HttpStatusCode, http_status, ExitStatus, dpp_status_error.
static bool names_answer(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  const auto is = [&](std::size_t i, std::initializer_list<std::string_view> any) {
    return i < words.size() && std::find(any.begin(), any.end(), words[i]) != any.end();
  };
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == "status" &&
        (is(i + 1, {"code", "codes", "error", "errors"}) || (i > 0 && is(i - 1, {"http", "exit", "return"}))))
      return true;
  return false;
}
// Says what else the enum is, whoever holds it: `dns_type dns_state`.
static bool names_kind(std::string_view name) {
  std::vector<std::string> words = words_of(name);
  while (words.size() > 1 && (words.back() == "t" || words.back() == "e" || words.back() == "enum")) words.pop_back();
  return !words.empty() && has_word(words.back(), {"type", "types", "kind", "kinds", "code", "codes", "error", "errors",
                                                   "err", "reason", "reasons", "level", "levels", "format", "formats"});
}
// design.md §3.4: the names that make an enum a state, and those that make a state final.
static bool names_machine(std::string_view name) {
  return !names_answer(name) && has_word(name, {"state", "states", "status", "statuses", "phase", "phases", "stage",
                                                "stages", "mode", "modes", "role", "roles", "step", "steps"});
}
// unit_test_string_decoding_state: a test that stands in production code.
static bool names_test(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == "unittest" || (words[i] == "test" && i > 0 && words[i - 1] == "unit")) return true;
  return false;
}
static bool names_final(std::string_view name) {
  return has_word(name, {"complete", "completed", "done", "finished", "success", "succeeded", "fail", "failed",
                         "failure", "error", "dead", "closed", "canceled", "cancelled", "cancel", "aborted",
                         "terminated", "stopped", "exited", "expired", "rejected", "revoked", "deleted", "removed",
                         "destroyed", "archived", "delivered", "published", "shutdown", "final",
                         // … and their siblings in real code
                         "commit", "committed", "abort", "rollback", "disconnected", "ended", "finalized", "finalised",
                         "released", "evicted", "dropped", "denied", "refused", "declined"});
}
static bool names_failure(std::string_view name) {
  return has_word(name, {"fail", "failed", "failure", "error", "dead", "aborted", "rejected", "expired"});
}

// Who holds configuration: a mode that is set there is a choice, not a state.
static bool names_configuration(std::string_view name) {
  return has_word(name, {"config", "configuration", "conf", "cfg", "options", "option", "opts", "settings", "params",
                         "parameters", "properties", "props", "policy", "prefs", "preferences", "builder", "profile"});
}

// Where an object that works normally stays until it is destroyed: no dead end in a machine that names no final state,
// or only failures.
static bool names_steady(std::string_view name) {
  return has_word(name, {"ready", "running", "active", "open", "opened", "connected", "established", "initialized",
                         "initialised", "loaded", "enabled", "online", "up", "started", "inited", "valid", "passive"});
}

bool MachineFlow::rejects() const {
  return std::any_of(exits.begin(), exits.end(), [](const MachineEvent& exit) {
    return exit.event.outcome == Outcome::raise || exit.event.outcome == Outcome::error ||
           exit.event.outcome == Outcome::no;
  });
}

std::string StateMachine::names(StateMask mask) const {
  std::string text;
  for (unsigned i = 0; i < enumeration.states.size(); ++i)
    if (mask >> i & 1) text += (text.empty() ? "" : ", ") + enumeration.states[i];
  return text;
}

StateMask placeholder_states(const StateMachine& machine) {
  StateMask mask = 0;
  for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
    if (has_word(machine.state(i),
                 {"count", "num", "max", "min", "last", "first", "end", "begin", "size", "sentinel", "unknown",
                  "invalid", "undefined", "unspecified", "unset", "none", "any", "total", "number"}))
      mask |= StateMask(1) << i;
  return mask;
}

// --- building one machine ---

static std::string_view function_name(const Program& program, EntityId function) {
  const EntityFact* entity = program.entity(function);
  return entity ? std::string_view(entity->name) : std::string_view();
}

static void describe(const Program& program, MachineFlow& flow) {
  const EntityFact* entity = program.entity(flow.flow.function);
  if (entity) flow.function = entity->qualified;
  const std::string_view name = function_name(program, flow.flow.function);
  flow.test = scope_of(*program.settings, program.path(flow.flow.location)) == Scope::test;
  flow.external_value =
      has_word(name, {"load", "parse", "read", "restore", "replay", "deserialize", "deserialise", "decode", "recover",
                      "unmarshal", "unpack", "import", "hydrate", "reload", "parsed", "deserialized", "apply"}) ||
      (has_word(name, {"from"}) &&
       has_word(name, {"json", "string", "proto", "row", "record", "bytes", "text", "xml", "yaml", "db"})) ||
      name == "operator>>";
  flow.life = name.empty() || name.starts_with("~") || name.starts_with("operator=") || name == "swap" ||
              name == "clone" || name == "CopyFrom" || name == "MergeFrom" || (entity && entity->has(is_constructor));
}

// rd_kafka_op_s::(unnamed union)::state: what has no name says nothing.
static std::string without_unnamed(std::string name) {
  for (std::size_t open = name.find('('); open != std::string::npos; open = name.find('(', open)) {
    const std::size_t end = name.find(")::", open);
    if (end == std::string::npos) break;
    name.erase(open, end + 3 - open);
  }
  return name;
}

static const StateMachineSetting* setting_of(const Settings& settings, const StateEnumFact& enumeration) {
  for (const StateMachineSetting& setting : settings.state_machines)
    if (setting.enum_name == enumeration.qualified || setting.enum_name == enumeration.name ||
        std::string_view(enumeration.qualified).ends_with("::" + setting.enum_name))
      return &setting;
  return nullptr;
}

// connecting, SettingUp: what is under way is not how it ended.
static bool names_process(const StateEnumFact& enumeration) {
  for (const std::string& state : enumeration.states)
    for (const std::string& word : words_of(state))
      if (word.size() > 5 && word.ends_with("ing")) return true;
  return false;
}

// Bits, and a name for all of them together: several hold at once. States that are counted through have bits among
// them, too, but more numbers that are none.
static bool holds_flags(const StateEnumFact& enumeration) {
  std::int64_t all = 0;
  unsigned bits = 0, others = 0;
  for (std::int64_t value : enumeration.values)
    if (value > 0 && std::has_single_bit(static_cast<std::uint64_t>(value)))
      all |= value, ++bits;
    else if (value != 0)
      ++others;
  return bits >= 3 && others < bits - 1 &&
         std::find(enumeration.values.begin(), enumeration.values.end(), all) != enumeration.values.end();
}

// What somebody chose, or did not: enum TriState { yes, no, unset }.
static bool says_yes_or_no(const StateEnumFact& enumeration) {
  const auto has = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(enumeration.states.begin(), enumeration.states.end(),
                       [&](const std::string& state) { return has_word(state, words); });
  };
  return (has({"yes"}) && has({"no"})) || (has({"true"}) && has({"false"}));
}

// Whatever happens, the table says that the state stays: it is where the machine stops.
static bool stays(const StateMachine& machine, unsigned state) {
  bool named = false;
  for (const StateTableEntry& entry : machine.entries) {
    if (!entry.by_event || entry.from != static_cast<int>(state)) continue;
    if (entry.to != entry.from) return false;
    named = true;
  }
  return named;
}

// get_mode, and no mode_state.
static bool names_mode(const std::string& name) {
  return has_word(name, {"mode", "modes"}) && !has_word(name, {"state", "status", "phase", "stage", "role", "step"});
}
// auto_restart_mode: nobody but a plain setter writes it, so that somebody else chooses it. A mode that the code itself
// goes through, or whose setter does something, is a state.
static bool is_chosen_mode(const StateMachine& machine) {
  if (!names_mode(machine.enumeration.name)) return false;
  bool set = false;
  for (const MachineFlow& flow : machine.flows)
    for (const MachineEvent& write : flow.writes) {
      if (flow.test || flow.life || write.event.creates) continue;
      const StateValue& value = write.event.value;
      if (!value.parameters || value.constants || value.unknown || value.copy || !value.calls.empty() ||
          write.from() != machine.all || !flow.effects.empty())
        return false;
      set = true;
    }
  return set;
}

// Written with two states outside construction; or given two states, old and new; or a table says what may follow what.
static bool is_machine(const Program& program, const StateMachine& machine, const StateMachineSetting* setting) {
  if (setting) return true;
  if (!machine.entries.empty()) return true;
  for (const MachineFlow& flow : machine.flows)
    if (!flow.test && flow.flow.old_parameter >= 0 && flow.flow.new_parameter >= 0 &&
        flow.flow.old_parameter != flow.flow.new_parameter) {
      const std::string from = parameter_name(program, flow.flow.function, flow.flow.old_parameter),
                        to = parameter_name(program, flow.flow.function, flow.flow.new_parameter);
      if (has_word(from, {"from", "old", "current", "cur", "previous", "prev"}) &&
          has_word(to, {"to", "new", "next", "target"}))
        return true;
    }
  const std::string& name = machine.enumeration.name;
  const auto named = [&](const StateHolderFact& holder) {
    const EntityFact* entity = program.entity(holder.variable);
    return entity && names_machine(entity->name);
  };
  const bool by_holder = !names_kind(name) && std::any_of(machine.holders.begin(), machine.holders.end(), named);
  if (names_answer(name) || names_test(name) || is_chosen_mode(machine) || says_yes_or_no(machine.enumeration))
    return false;
  // A status that may be "ok", or that lists what may be wrong, says how something went, unless something is still
  // going on in another one.
  if (has_word(name, {"status", "statuses"})) {
    const bool process = names_process(machine.enumeration);
    bool fine = false;
    unsigned complaints = 0;
    for (const std::string& state : machine.enumeration.states) {
      fine |= has_word(state, {"ok", "okay"});
      complaints += has_word(state, {"not", "no", "invalid", "error", "err", "unsupported", "denied", "bad"});
    }
    constexpr unsigned several = 3;
    if (process ? fine && complaints >= several : fine || complaints >= several) return false;
  }
  if (holds_flags(machine.enumeration)) return false;
  if (!names_machine(name) && !by_holder) return false;
  StateMask written = 0;
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test || flow.life) continue;
    for (const MachineEvent& write : flow.writes) {
      if (write.event.creates) continue;
      const EntityFact* holder = program.entity(flow.flow.holder);
      const EntityFact* owner = holder ? program.entity(holder->owner) : nullptr;
      if (owner && owner->kind == EntityKind::record &&
          (names_configuration(owner->name) || owner->has(is_config_annotated)))
        continue;
      if (write.event.value.parameters || write.event.value.unknown || !write.event.value.calls.empty()) return true;
      written |= write.event.value.constants;
    }
  }
  return std::popcount(written) >= 2;
}

// Enters a state in some source of the program whose text this build leaves out. A short name without its enum beside
// it may be anybody's.
static StateMask named_elsewhere(const StateEnumFact& enumeration, const std::vector<StateNamesFact>& sources) {
  StateMask mask = 0;
  for (const StateNamesFact& source : sources) {
    const auto names = [&](const std::string& name) {
      return std::binary_search(source.names.begin(), source.names.end(), name);
    };
    for (unsigned i = 0; i < enumeration.states.size(); ++i) {
      const std::string& state = enumeration.states[i];
      if (names(state) && (state.find('_') != std::string::npos || names(enumeration.name))) mask |= StateMask(1) << i;
    }
  }
  return mask;
}

std::string note_about_large_machines(const Program& program) {
  std::map<std::string, std::int64_t> large;
  for (const StateLargeFact& one : read_state_facts(program.table).large) {
    const bool named = names_machine(one.name) || (names_machine(one.holder) && !names_kind(one.name));
    if (!named || names_answer(one.name) || names_test(one.name) || !program.is_ours(one.location)) continue;
    if (scope_of(*program.settings, program.path(one.location)) == Scope::test) continue;
    large[one.qualified.empty() ? one.holder : one.qualified] = one.count;
  }
  if (large.empty()) return {};
  std::string names;
  for (const std::pair<const std::string, std::int64_t>& one : large) names += (names.empty() ? "" : ", ") + one.first;
  return (large.size() == 1 ? "1 state machine is not looked at, because it has more than 64 states: "
                            : std::to_string(large.size()) +
                                  " state machines are not looked at, because they have more than 64 states: ") +
         names;
}

std::vector<StateMachine> machines_of(const Program& program) {
  StateFacts facts = read_state_facts(program.table);
  std::map<EntityId, StateMachine> machines;
  for (StateEnumFact& enumeration : facts.enums) {
    StateMachine& machine = machines[enumeration.id];
    if (machine.enumeration.id == EntityId::none) {
      machine.enumeration = enumeration;
    } else {
      machine.enumeration.mentioned |= enumeration.mentioned;
      machine.enumeration.from_number |= enumeration.from_number;
    }
  }
  const auto of = [&](EntityId id) -> StateMachine* {
    const std::map<EntityId, StateMachine>::iterator found = machines.find(id);
    return found == machines.end() || found->second.enumeration.states.empty() ? nullptr : &found->second;
  };
  std::unordered_map<EntityId, std::vector<StateEvent>> events;
  for (StateEvent& event : facts.events) events[event.flow].push_back(std::move(event));
  for (const StateHolderFact& holder : facts.holders)
    if (StateMachine* machine = of(holder.enumeration)) machine->holders.push_back(holder);
  std::unordered_map<EntityId, StateFillerFact> fillers;
  for (const StateFillerFact& filler : facts.fillers) fillers.try_emplace(filler.function, filler);
  for (StateTableEntry& entry : facts.entries) { // what a test expects allows nothing
    StateMachine* machine = of(entry.enumeration);
    if (!machine || scope_of(*program.settings, program.path(entry.location)) == Scope::test) continue;
    if (entry.call) {
      const std::unordered_map<EntityId, StateFillerFact>::const_iterator filler = fillers.find(entry.table);
      if (filler == fillers.end()) continue;
      entry.table = filler->second.table;
      if (filler->second.swapped) std::swap(entry.from, entry.to);
    }
    machine->entries.push_back(entry);
  }
  for (const StateReplaceFact& one : facts.replacements)
    if (StateMachine* machine = of(one.enumeration);
        machine && scope_of(*program.settings, program.path(one.location)) != Scope::test)
      machine->replacements.push_back(one);
  for (const StateSwitchFact& one : facts.switches)
    if (StateMachine* machine = of(one.enumeration)) machine->switches.push_back(one);
  for (const StateFlowFact& flow : facts.flows) {
    StateMachine* machine = of(flow.enumeration);
    if (!machine) continue;
    MachineFlow resolved;
    resolved.flow = flow;
    describe(program, resolved);
    for (StateEvent& event : events[flow.id]) {
      MachineEvent one;
      one.event = std::move(event);
      std::vector<MachineEvent>& list = one.event.kind == StateEventKind::write    ? resolved.writes
                                        : one.event.kind == StateEventKind::exit   ? resolved.exits
                                        : one.event.kind == StateEventKind::effect ? resolved.effects
                                        : one.event.kind == StateEventKind::end    ? resolved.ends
                                                                                   : resolved.calls;
      list.push_back(std::move(one));
    }
    machine->flows.push_back(std::move(resolved));
  }

  std::vector<StateMachine> result;
  for (std::pair<const EntityId, StateMachine>& entry : machines) {
    StateMachine& machine = entry.second;
    if (machine.enumeration.states.empty() || !program.is_ours(machine.enumeration.location)) continue;
    if (scope_of(*program.settings, program.path(machine.enumeration.location)) == Scope::test) continue;
    machine.all = all_states(machine.enumeration.states.size());
    const auto by_place = [&](const auto& a, const auto& b) {
      return std::tuple(program.path(a.location), a.location.line, a.location.column) <
             std::tuple(program.path(b.location), b.location.line, b.location.column);
    };
    std::sort(machine.flows.begin(), machine.flows.end(), [&](const MachineFlow& a, const MachineFlow& b) {
      return std::tuple(program.path(a.flow.location), a.flow.location.line, a.flow.location.column, a.flow.id) <
             std::tuple(program.path(b.flow.location), b.flow.location.line, b.flow.location.column, b.flow.id);
    });
    for (MachineFlow& flow : machine.flows)
      for (std::vector<MachineEvent>* list : {&flow.writes, &flow.exits, &flow.effects, &flow.calls, &flow.ends})
        std::sort(list->begin(), list->end(), [&](const MachineEvent& a, const MachineEvent& b) {
          return std::tuple(program.path(a.event.location), a.event.location.line, a.event.location.column,
                            a.event.outcome, a.event.argument, a.event.target, a.event.old_states,
                            std::string_view(a.event.text)) <
                 std::tuple(program.path(b.event.location), b.event.location.line, b.event.location.column,
                            b.event.outcome, b.event.argument, b.event.target, b.event.old_states,
                            std::string_view(b.event.text));
        });
    std::sort(machine.entries.begin(), machine.entries.end(), by_place);
    std::sort(machine.switches.begin(), machine.switches.end(), by_place);
    std::sort(machine.replacements.begin(), machine.replacements.end(), by_place);
    std::sort(machine.holders.begin(), machine.holders.end(), by_place);
    machine.name = machine.enumeration.qualified;
    // An enum without a name is called after what holds it: zmq::pipe_t::_state.
    if (machine.name.empty() && !machine.holders.empty())
      if (const EntityFact* holder = program.entity(machine.holders.front().variable))
        machine.name = without_unnamed(holder->qualified);
    const StateMachineSetting* setting = setting_of(*program.settings, machine.enumeration);
    for (MachineFlow& flow : machine.flows) {
      const EntityFact* holder = program.entity(flow.flow.holder);
      flow.aside = !setting && !machine.enumeration.name.empty() && !names_machine(machine.enumeration.name) &&
                   holder && holder->kind != EntityKind::parameter && !names_machine(holder->name);
    }
    if (!is_machine(program, machine, setting)) continue;
    machine.enumeration.mentioned |= named_elsewhere(machine.enumeration, facts.names);
    for (unsigned i = 0; i < machine.enumeration.states.size(); ++i) {
      const std::string& name = machine.state(i);
      const bool set = setting && std::find(setting->final_states.begin(), setting->final_states.end(), name) !=
                                      setting->final_states.end();
      if (set || names_final(name) || stays(machine, i)) machine.final |= StateMask(1) << i;
    }
    // An answer that might have been the other: accepted, where there is rejected.
    const auto has_state = [&](std::initializer_list<std::string_view> words) {
      return std::any_of(machine.enumeration.states.begin(), machine.enumeration.states.end(),
                         [&](const std::string& state) { return has_word(state, words); });
    };
    if (has_state({"rejected", "denied", "refused", "declined"}))
      for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
        if (has_word(machine.state(i), {"accepted", "granted", "approved"})) machine.final |= StateMask(1) << i;
    const auto ends_well = [&] {
      for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
        if (machine.final >> i & 1 && !names_failure(machine.state(i))) return true;
      return false;
    };
    if (!ends_well())
      for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
        if (names_steady(machine.state(i))) machine.final |= StateMask(1) << i;
    const Relations relations(program, machine);
    relations.resolve(machine);
    trace_transitions(machine, program, relations);
    // A mode that is set once, if at all: what a request asks for, and no way that an object goes.
    if (!setting && names_mode(machine.enumeration.name) && (machine.left & machine.entered & ~machine.initial) == 0)
      continue;
    result.push_back(std::move(machine));
  }
  std::sort(result.begin(), result.end(), [&](const StateMachine& a, const StateMachine& b) {
    return std::tuple(std::string_view(a.name), program.path(a.enumeration.location), a.enumeration.location.line) <
           std::tuple(std::string_view(b.name), program.path(b.enumeration.location), b.enumeration.location.line);
  });
  return result;
}

} // namespace plumbline
