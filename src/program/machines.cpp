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

// design.md §3.4: the names that make an enum a state, and those that make a state final.
static bool names_machine(std::string_view name) {
  return has_word(name, {"state", "states", "status", "statuses", "phase", "phases", "stage", "stages", "mode", "modes",
                         "role", "roles", "step", "steps"});
}
static bool names_final(std::string_view name) {
  return has_word(name,
                  {"complete",   "completed", "done",      "finished",  "success",  "succeeded", "fail",    "failed",
                   "failure",    "error",     "dead",      "closed",    "canceled", "cancelled", "cancel",  "aborted",
                   "terminated", "stopped",   "exited",    "expired",   "rejected", "revoked",   "deleted", "removed",
                   "destroyed",  "archived",  "delivered", "published", "shutdown", "final"});
}

// Where an object that works normally stays until it is destroyed: no dead end in a machine that names no final state.
static bool names_steady(std::string_view name) {
  return has_word(name, {"ready", "running", "active", "open", "opened", "connected", "established", "initialized",
                         "initialised", "loaded", "enabled", "online", "up", "started", "inited", "valid"});
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

// --- which parameters get which states ---

namespace {

struct Given {
  StateMask constants = 0;
  bool unknown = false, called = false;
};
using Parameter = std::pair<EntityId, int>;

class Parameters {
 public:
  Parameters(const Program& program, const std::vector<MachineFlow>& flows) {
    std::vector<std::pair<Parameter, Parameter>> passed; // from the caller's to the callee's
    for (const MachineFlow& flow : flows) {
      if (flow.test) continue;
      for (const MachineEvent& call : flow.calls) {
        std::vector<EntityId> targets{call.event.target};
        if (const auto found = program.override_index.find(call.event.target); found != program.override_index.end())
          targets.insert(targets.end(), found->second.begin(), found->second.end());
        for (EntityId target : targets) {
          Given& callee = given[{target, call.event.argument}];
          callee.called = true;
          callee.constants |= call.event.value.constants;
          callee.unknown |= call.event.value.unknown || !call.event.value.calls.empty();
          for (int i = 0; i < 32; ++i)
            if (call.event.value.parameters >> i & 1)
              passed.push_back({{flow.flow.function, i}, {target, call.event.argument}});
        }
      }
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (const std::pair<Parameter, Parameter>& edge : passed) {
        if (edge.first == edge.second) continue;
        const Given from = of(edge.first);
        Given& to = given[edge.second];
        const Given before = to;
        to.constants |= from.constants;
        to.unknown |= from.unknown;
        changed |= before.constants != to.constants || before.unknown != to.unknown;
      }
    }
  }
  // Nobody calls it: somebody outside the program may, with anything.
  Given of(const Parameter& parameter) const {
    const std::map<Parameter, Given>::const_iterator found = given.find(parameter);
    if (found != given.end() && found->second.called) return found->second;
    return {0, true, false};
  }

 private:
  std::map<Parameter, Given> given;
};

} // namespace

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
       has_word(name, {"json", "string", "proto", "row", "record", "bytes", "text", "xml", "yaml", "db"}));
  flow.life = name.empty() || name.starts_with("~") || name.starts_with("operator=") || name == "swap" ||
              name == "clone" || name == "CopyFrom" || name == "MergeFrom" || (entity && entity->has(is_constructor));
}

// The states that a write leads to, with those that no caller is known for left to the relation alone.
static StateMask targets_of(const StateMachine& machine, const MachineFlow& flow, const MachineEvent& write,
                            const Parameters& parameters, const Relations& relations, bool& from_outside) {
  const StateValue& value = write.event.value;
  StateMask mask = value.constants;
  from_outside = value.unknown;
  for (int i = 0; i < 32; ++i) {
    if (!(value.parameters >> i & 1)) continue;
    const Given given = parameters.of({flow.flow.function, i});
    StateMask values = given.unknown ? machine.all : given.constants;
    if (i == flow.flow.new_parameter) values &= write.allowed.new_states();
    mask |= values;
  }
  for (EntityId call : value.calls) {
    bool known = false;
    const StateMask returned = relations.returned_states(call, known);
    mask |= known ? returned : 0;
    from_outside |= !known;
  }
  return mask;
}

static void add_transition(StateMachine& machine, const MachineFlow& flow, const StateEvent& event, StateMask from,
                           StateMask to, bool guarded) {
  if (from == 0 || to == 0) return;
  machine.transitions.push_back({from, to, guarded, flow.flow.id, flow.function, event.location});
}

// The callers that name the state: `finish()` calls `move_to(State::done)`, maybe through other functions that hand the
// state on. `relation` is what all of them let through.
static void add_call_transitions(StateMachine& machine, EntityId function, int argument, const Pairs& relation,
                                 bool guarded, unsigned depth) {
  if (depth > 4) return;
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test || flow.life) continue;
    for (const MachineEvent& call : flow.calls) {
      if (call.event.target != function || call.event.argument != argument || call.event.creates) continue;
      for (unsigned to = 0; to < machine.enumeration.states.size(); ++to) {
        if (!(call.event.value.constants >> to & 1)) continue;
        StateMask from = 0;
        for (unsigned old_state = 0; old_state < machine.enumeration.states.size(); ++old_state)
          if (relation.has(old_state, to)) from |= StateMask(1) << old_state;
        from &= call.from();
        add_transition(machine, flow, call.event, from, StateMask(1) << to, from != machine.all || guarded);
      }
      if (flow.flow.new_parameter < 0 || !(call.event.value.parameters >> flow.flow.new_parameter & 1)) continue;
      Pairs both = relation;
      both &= call.allowed;
      if (flow.flow.function != function)
        add_call_transitions(machine, flow.flow.function, flow.flow.new_parameter, both, guarded || call.consulted,
                             depth + 1);
    }
  }
}

static void trace(StateMachine& machine, const Program& program, const Relations& relations) {
  const Parameters parameters(program, machine.flows);
  StateMask outside = machine.enumeration.mentioned;
  if (machine.enumeration.from_number) outside = machine.all;
  for (const StateHolderFact& holder : machine.holders) machine.initial |= holder.initial;
  bool moved = false;
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test) continue;
    for (const MachineEvent& write : flow.writes) {
      bool from_outside = false;
      const StateMask to = targets_of(machine, flow, write, parameters, relations, from_outside);
      if (from_outside) outside |= machine.all;
      if (write.event.creates || flow.life) {
        machine.initial |= write.event.value.constants;
        outside |= to;
        continue;
      }
      if (flow.external_value) {
        outside |= to;
        continue;
      }
      machine.entered |= to;
      moved = true;
      if (from_outside)
        add_transition(machine, flow, write.event, write.from(), machine.all, write.from() != machine.all);
      const bool by_parameter = write.event.value.parameters && flow.flow.new_parameter >= 0 &&
                                write.event.value.parameters >> flow.flow.new_parameter & 1;
      if (!by_parameter) {
        add_transition(machine, flow, write.event, write.from(), to, write.from() != machine.all || write.consulted);
        continue;
      }
      add_call_transitions(machine, flow.flow.function, flow.flow.new_parameter, write.allowed, write.consulted, 0);
      if (write.event.value.constants)
        add_transition(machine, flow, write.event, write.from(), write.event.value.constants,
                       write.from() != machine.all);
      const Given given = parameters.of({flow.flow.function, flow.flow.new_parameter});
      const bool known = !given.unknown;
      if (known) continue;
      // One transition for each old state with its own successors; all in one where nothing was asked.
      const StateMask old_states = write.event.after_write ? machine.all : write.event.old_states;
      if (write.allowed.is_product()) {
        add_transition(machine, flow, write.event, write.allowed.old_states() & old_states,
                       to & write.allowed.new_states(), write.consulted || flow.flow.compares);
        continue;
      }
      for (unsigned old_state = 0; old_state < machine.enumeration.states.size(); ++old_state)
        if (old_states >> old_state & 1)
          add_transition(machine, flow, write.event, StateMask(1) << old_state, write.allowed.rows[old_state] & to,
                         true);
    }
  }
  // Nothing writes it here: the tables and predicates say what the transitions are meant to be.
  if (!moved) {
    for (const StateTableEntry& entry : machine.entries)
      if (entry.to >= 0 && entry.from != entry.to)
        machine.transitions.push_back({StateMask(1) << entry.from, StateMask(1) << entry.to, true, EntityId::none,
                                       std::string(function_name(program, entry.table)), entry.location});
    for (const MachineFlow& flow : machine.flows) {
      if (flow.test || flow.flow.old_parameter < 0 || flow.flow.new_parameter < 0 || !machine.entries.empty()) continue;
      if (!flow.rejects()) continue;
      for (const MachineEvent& exit : flow.exits) {
        const Outcome outcome = exit.event.outcome;
        if (outcome != Outcome::yes && outcome != Outcome::success && outcome != Outcome::quiet) continue;
        for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
          add_transition(machine, flow, exit.event, StateMask(1) << i, exit.allowed.rows[i] & ~(StateMask(1) << i),
                         true);
      }
    }
    for (const MachineTransition& transition : machine.transitions) machine.entered |= transition.to;
  }
  for (const MachineTransition& transition : machine.transitions)
    for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
      if (transition.from >> i & 1 && transition.to & ~(StateMask(1) << i)) machine.left |= StateMask(1) << i;
  machine.entered |= machine.initial | outside;
  machine.reachable = machine.initial | outside;
  // An object that nobody gives a state starts with the enumerator that is 0.
  const auto uninitialised = [](const StateHolderFact& holder) { return holder.initial == 0; };
  if (machine.holders.empty() || std::any_of(machine.holders.begin(), machine.holders.end(), uninitialised))
    for (unsigned i = 0; i < machine.enumeration.values.size(); ++i)
      if (machine.enumeration.values[i] == 0) {
        const StateMask zero = StateMask(1) << i;
        machine.entered |= zero;
        machine.reachable |= zero;
        if (machine.initial == 0) machine.initial = zero;
      }
  for (bool changed = true; changed;) {
    changed = false;
    for (const MachineTransition& transition : machine.transitions)
      if (transition.from & machine.reachable && transition.to & ~machine.reachable) {
        machine.reachable |= transition.to;
        changed = true;
      }
  }
  std::sort(machine.transitions.begin(), machine.transitions.end(),
            [&](const MachineTransition& a, const MachineTransition& b) {
              return std::tuple(program.path(a.location), a.location.line, a.location.column, a.from, a.to) <
                     std::tuple(program.path(b.location), b.location.line, b.location.column, b.from, b.to);
            });
}

static const StateMachineSetting* setting_of(const Settings& settings, const StateEnumFact& enumeration) {
  for (const StateMachineSetting& setting : settings.state_machines)
    if (setting.enum_name == enumeration.qualified || setting.enum_name == enumeration.name ||
        std::string_view(enumeration.qualified).ends_with("::" + setting.enum_name))
      return &setting;
  return nullptr;
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
  const auto named = [&](const StateHolderFact& holder) {
    const EntityFact* entity = program.entity(holder.variable);
    return entity && names_machine(entity->name);
  };
  if (!names_machine(machine.enumeration.name) && !std::any_of(machine.holders.begin(), machine.holders.end(), named))
    return false;
  StateMask written = 0;
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test || flow.life) continue;
    for (const MachineEvent& write : flow.writes) {
      if (write.event.creates) continue;
      if (write.event.value.parameters || write.event.value.unknown || !write.event.value.calls.empty()) return true;
      written |= write.event.value.constants;
    }
  }
  return std::popcount(written) >= 2;
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
  for (const StateTableEntry& entry : facts.entries)
    if (StateMachine* machine = of(entry.enumeration)) machine->entries.push_back(entry);
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
    machine.name = machine.enumeration.qualified;
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
      for (std::vector<MachineEvent>* list : {&flow.writes, &flow.exits, &flow.effects, &flow.calls})
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
    std::sort(machine.holders.begin(), machine.holders.end(), by_place);
    const StateMachineSetting* setting = setting_of(*program.settings, machine.enumeration);
    if (!is_machine(program, machine, setting)) continue;
    for (unsigned i = 0; i < machine.enumeration.states.size(); ++i) {
      const std::string& name = machine.state(i);
      const bool set = setting && std::find(setting->final_states.begin(), setting->final_states.end(), name) !=
                                      setting->final_states.end();
      if (set || names_final(name)) machine.final |= StateMask(1) << i;
    }
    if (machine.final == 0)
      for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
        if (names_steady(machine.state(i))) machine.final |= StateMask(1) << i;
    const Relations relations(program, machine);
    relations.resolve(machine);
    trace(machine, program, relations);
    result.push_back(std::move(machine));
  }
  std::sort(result.begin(), result.end(), [&](const StateMachine& a, const StateMachine& b) {
    return std::tuple(std::string_view(a.name), program.path(a.enumeration.location), a.enumeration.location.line) <
           std::tuple(std::string_view(b.name), program.path(b.enumeration.location), b.enumeration.location.line);
  });
  return result;
}

std::vector<MachineSummary> machine_summaries(const Program& program) {
  std::vector<MachineSummary> summaries;
  for (const StateMachine& machine : program.machines) {
    MachineSummary summary;
    summary.name = machine.name;
    summary.place = program.place(machine.enumeration.location);
    const auto each = [&](StateMask mask, const auto& use) {
      for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
        if (mask >> i & 1) use(machine.state(i));
    };
    for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
      summary.states.emplace_back(machine.state(i), program.place(machine.enumeration.places[i]));
    each(machine.initial, [&](const std::string& name) { summary.initial.push_back(name); });
    each(machine.final & machine.entered & ~machine.left,
         [&](const std::string& name) { summary.final.push_back(name); });
    for (const MachineTransition& transition : machine.transitions) {
      MachineEdge edge{{}, {}, transition.function, program.place(transition.location), transition.guarded};
      const auto add_targets = [&] {
        if (transition.to == machine.all) {
          edge.to.clear();
          summary.transitions.push_back(edge);
        } else {
          each(transition.to, [&](const std::string& to) { edge.to = to, summary.transitions.push_back(edge); });
        }
      };
      if (transition.from == machine.all)
        add_targets();
      else
        each(transition.from, [&](const std::string& from) { edge.from = from, add_targets(); });
    }
    for (const MachineFlow& flow : machine.flows) {
      if (flow.flow.new_parameter >= 0)
        summary.suspects.push_back({{}, {}, flow.function, program.place(flow.flow.location), false});
      for (const std::pair<unsigned, Location>& label : flow.flow.labels)
        summary.suspects.push_back(
            {machine.state(label.first), machine.state(label.first), flow.function, program.place(label.second), true});
      for (const MachineEvent& exit : flow.exits)
        for (const std::pair<unsigned, Location>& label : exit.event.labels)
          summary.suspects.push_back({machine.state(label.first), machine.state(label.first), flow.function,
                                      program.place(label.second), true});
    }
    for (const StateTableEntry& entry : machine.entries)
      if (const EntityFact* table = program.entity(entry.table); entry.to == entry.from)
        summary.suspects.push_back({machine.state(static_cast<unsigned>(entry.from)),
                                    machine.state(static_cast<unsigned>(entry.from)), table ? table->qualified : "",
                                    program.place(entry.location), true});
    // One edge for a place: several cells and ends of one function share it.
    std::set<Place> seen;
    std::erase_if(summary.suspects, [&](const MachineEdge& edge) { return !seen.insert(edge.place).second; });
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

// --- what the checks ask ---

bool moves_to_argument(const StateMachine& machine, const MachineEvent& call) {
  return std::any_of(machine.flows.begin(), machine.flows.end(), [&](const MachineFlow& flow) {
    return flow.flow.function == call.event.target && flow.flow.new_parameter == call.event.argument && !flow.life &&
           std::any_of(flow.writes.begin(), flow.writes.end(), [&](const MachineEvent& write) {
             return !write.event.creates && write.event.value.parameters >> flow.flow.new_parameter & 1;
           });
  });
}

// Decides about more than "the same again": some pair of different states is refused.
static bool decides(const StateMachine& machine, const MachineEvent& write, const MachineFlow& flow) {
  if (write.consulted) return true;
  if (flow.flow.new_parameter < 0 || !(write.event.value.parameters >> flow.flow.new_parameter & 1)) return false;
  Pairs filled = write.allowed;
  const StateMask targets = filled.new_states();
  for (unsigned i = 0; i < machine.enumeration.states.size(); ++i) filled.rows[i] |= targets & StateMask(1) << i;
  return !filled.is_product();
}

std::vector<const MachineFlow*> checked_flows(const StateMachine& machine) {
  std::vector<const MachineFlow*> flows;
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test || flow.life) continue;
    const auto checks = [&](const MachineEvent& write) {
      return !write.event.creates && decides(machine, write, flow);
    };
    // Also where another function does the writing.
    const auto hands_on = [&](const MachineEvent& call) { return moves_to_argument(machine, call) && checks(call); };
    if (std::any_of(flow.writes.begin(), flow.writes.end(), checks) ||
        std::any_of(flow.calls.begin(), flow.calls.end(), hands_on))
      flows.push_back(&flow);
  }
  return flows;
}

std::string refusal_of(const StateMachine& machine, const MachineFlow& flow) {
  const auto in = [](const MachineFlow& one) -> std::string {
    for (const Outcome wanted : {Outcome::raise, Outcome::error, Outcome::no})
      for (const MachineEvent& exit : one.exits)
        if (exit.event.outcome == wanted && !exit.event.text.empty() && exit.event.text.size() < 160 &&
            (exit.event.text.starts_with("throw") || exit.event.text.starts_with("return")))
          return wanted == Outcome::no ? "return false" : exit.event.text;
    return {};
  };
  if (std::string text = in(flow); !text.empty()) return text;
  // Another function's way of refusing fits only if it can be written here: exceptions can be thrown anywhere.
  for (const MachineFlow& other : machine.flows)
    if (std::string text = in(other); text.starts_with("throw")) return text;
  return {};
}

std::string parameter_name(const Program& program, EntityId function, int index) {
  if (index < 0) return {};
  const EntityFact* parameter = program.entity(parameter_of(function, static_cast<unsigned>(index)));
  return parameter ? parameter->name : std::string();
}

std::string holder_name(const Program& program, const StateMachine& machine, const MachineFlow& flow) {
  const EntityFact* holder = program.entity(flow.flow.holder);
  if (holder && !holder->name.empty()) return holder->name;
  const std::string parameter = parameter_name(program, flow.flow.function, flow.flow.old_parameter);
  if (!parameter.empty()) return parameter;
  for (const StateHolderFact& any : machine.holders)
    if (const EntityFact* entity = program.entity(any.variable)) return entity->name;
  return "state";
}

} // namespace plumbline
