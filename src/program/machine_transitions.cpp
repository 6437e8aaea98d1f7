// Who moves a machine from where to where: every write, with the states that its callers hand in, in whatever file.
#include "program/machine_relations.h"
#include "program/machines.h"
#include "program/program.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace plumbline {

// --- which parameters get which states ---

namespace {

struct Given {
  StateMask constants = 0;
  bool unknown = false, called = false, owned_elsewhere = false;
  bool at_home = false; // some caller belongs to the same part of the tree
};
using Parameter = std::pair<EntityId, int>;

// The top folder, and none where headers stand for sources elsewhere.
std::string_view part_of(std::string_view path) {
  const std::size_t end = path.find('/');
  const std::string_view folder = end == std::string_view::npos ? std::string_view() : path.substr(0, end);
  return folder == "include" || folder == "inc" || folder == "headers" ? std::string_view() : folder;
}
bool is_of_same_part(const Program& program, EntityId function, const MachineFlow& caller) {
  const EntityFact* callee = program.entity(function);
  if (!callee || callee->location.line == 0) return true;
  const std::string_view home = part_of(program.path(callee->location)),
                         from = part_of(program.path(caller.flow.location));
  return home.empty() || from.empty() || home == from;
}

class Parameters {
 public:
  Parameters(const Program& program, const StateMachine& machine) {
    std::set<EntityId> deciding;
    for (const MachineFlow* flow : checked_flows(machine)) deciding.insert(flow->flow.function);
    std::vector<std::pair<Parameter, Parameter>> passed; // from the caller's to the callee's
    for (const MachineFlow& flow : machine.flows) {
      if (flow.test) continue;
      for (const MachineEvent& call : flow.calls) {
        std::vector<EntityId> targets{call.event.target};
        if (const auto found = program.override_index.find(call.event.target); found != program.override_index.end())
          targets.insert(targets.end(), found->second.begin(), found->second.end());
        for (EntityId target : targets) {
          Given& callee = given[{target, call.event.argument}];
          callee.called = true;
          callee.at_home |= is_of_same_part(program, target, flow);
          // Who drives an object of its own, as main() and examples do, shows how the function is meant to be used, not
          // all that may be asked of it; where the function itself decides, it says what is possible.
          if (call.event.creates)
            callee.unknown |= deciding.contains(target);
          else
            callee.owned_elsewhere = true;
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
        to.owned_elsewhere = true;
        changed |= before.constants != to.constants || before.unknown != to.unknown;
      }
    }
  }
  // Nobody calls it, or only for objects of its own, or only the applications beside a library: somebody outside the
  // program may, with anything.
  Given of(const Parameter& parameter) const {
    const std::map<Parameter, Given>::const_iterator found = given.find(parameter);
    if (found == given.end() || !found->second.called) return {0, true, false, false};
    Given result = found->second;
    result.unknown |= !result.owned_elsewhere || !result.at_home;
    return result;
  }

 private:
  std::map<Parameter, Given> given;
};

} // namespace

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

// `state = next(state)` and `state = row.to`: what follows a state is what a function returns for it, or what a table
// that was asked says.
static std::optional<Pairs> successors_of(const MachineEvent& write, const Relations& relations) {
  const StateValue& value = write.event.value;
  if (value.constants || value.parameters || value.unknown) return std::nullopt;
  if (value.calls.size() == 1 && !value.copy) return relations.successors(value.calls.front());
  if (!value.calls.empty() || !value.copy) return std::nullopt;
  for (const Consult& consult : write.event.consults)
    if (const Pairs* table = consult.is_table ? relations.table(consult.what) : nullptr) return *table;
  return std::nullopt;
}

void trace_transitions(StateMachine& machine, const Program& program, const Relations& relations) {
  const Parameters parameters(program, machine);
  for (MachineFlow& flow : machine.flows) {
    const Given given = parameters.of({flow.flow.function, flow.flow.new_parameter});
    flow.given = given.unknown || given.constants == 0 ? machine.all : given.constants;
  }
  StateMask outside = machine.enumeration.mentioned;
  if (machine.enumeration.from_number) outside = machine.all;
  for (const StateHolderFact& holder : machine.holders) machine.initial |= holder.initial;
  bool moved = false;
  StateMask left_for_others = 0; // state = saved_state, ++state: for whatever that is
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test) continue;
    for (const MachineEvent& write : flow.writes) {
      if (const std::optional<Pairs> next = successors_of(write, relations); next && !flow.life) {
        moved = true;
        for (unsigned from = 0; from < machine.enumeration.states.size(); ++from)
          if (write.from() >> from & 1) {
            add_transition(machine, flow, write.event, StateMask(1) << from, next->rows[from], true);
            machine.entered |= next->rows[from];
          }
        continue;
      }
      bool from_outside = false;
      const StateMask to = targets_of(machine, flow, write, parameters, relations, from_outside);
      if (from_outside) outside |= machine.all;
      if (write.event.creates || flow.life) {
        machine.initial |= write.event.value.constants;
        outside |= to;
        continue;
      }
      // Stored data says what the state is; where the old state decides, a parser is a machine like any other.
      if (flow.external_value && (write.from() == machine.all || from_outside)) {
        outside |= to;
        if (write.from() != machine.all) left_for_others |= write.from();
        continue;
      }
      machine.entered |= to;
      moved = true;
      if (write.event.value.copy) left_for_others |= write.from();
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
  for (const StateReplaceFact& one : machine.replacements) {
    StateMask start = 0;
    for (const StateHolderFact& holder : machine.holders)
      if (holder.variable == one.holder) start |= holder.initial;
    for (unsigned i = 0; start == 0 && i < machine.enumeration.values.size(); ++i)
      if (machine.enumeration.values[i] == 0) start = StateMask(1) << i;
    const EntityFact* function = program.entity(one.function);
    if (start && moved)
      machine.transitions.push_back(
          {machine.all, start, false, EntityId::none, function ? function->qualified : std::string(), one.location});
  }
  // Nothing writes it here: the tables and predicates say what the transitions are meant to be.
  if (!moved) {
    for (const StateTableEntry& entry : machine.entries)
      if (entry.to >= 0 && entry.from != entry.to)
        machine.transitions.push_back({StateMask(1) << entry.from, StateMask(1) << entry.to, true, EntityId::none,
                                       program.entity(entry.table) ? program.entity(entry.table)->name : std::string(),
                                       entry.location});
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
  machine.left |= left_for_others;
  // A deletion says something of a state where it is known to be one of few, or where the function switches over it:
  // that one steers the machine, and lets go of what is through with it.
  for (const MachineFlow& flow : machine.flows)
    for (const MachineEvent& end : flow.ends)
      if (!flow.test && end.from() != machine.all)
        machine.ended |= end.from();
      else if (!flow.test && !flow.flow.labels.empty())
        machine.steered_to_end = true;
  // What is done in one state alone, and not on the way into it.
  std::map<unsigned, std::set<std::tuple<StringId, std::uint32_t, std::uint32_t>>> work;
  for (const MachineFlow& flow : machine.flows)
    for (const MachineEvent& effect : flow.effects)
      if (!flow.test && effect.event.in_state && std::has_single_bit(effect.event.old_states))
        work[static_cast<unsigned>(std::countr_zero(effect.event.old_states))].insert(
            {effect.event.location.file, effect.event.location.line, effect.event.location.column});
  for (const auto& [state, places] : work)
    if (places.size() >= 2) machine.worked |= StateMask(1) << state;
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

} // namespace plumbline
