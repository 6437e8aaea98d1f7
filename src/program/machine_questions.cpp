// What the checks ask a machine.
#include "program/machines.h"
#include "program/program.h"

#include <algorithm>

namespace plumbline {

bool moves_to_argument(const StateMachine& machine, const MachineEvent& call) {
  return std::any_of(machine.flows.begin(), machine.flows.end(), [&](const MachineFlow& flow) {
    return flow.flow.function == call.event.target && flow.flow.new_parameter == call.event.argument && !flow.life &&
           std::any_of(flow.writes.begin(), flow.writes.end(), [&](const MachineEvent& write) {
             return !write.event.creates && write.event.value.parameters >> flow.flow.new_parameter & 1;
           });
  });
}

// Decides about more than "the same again": some pair of different states is refused. What one way refuses, another may
// let through: all places that move the object to what is given count together.
static bool decides(const StateMachine& machine, const MachineFlow& flow) {
  const int given = flow.flow.new_parameter;
  Pairs all;
  bool moves = false;
  const auto add = [&](const MachineEvent& event) {
    if (given < 0 || event.event.creates || !(event.event.value.parameters >> given & 1)) return;
    all |= event.allowed;
    moves = true;
  };
  for (const MachineEvent& write : flow.writes) {
    add(write);
    // A function that works and notes a state as it goes.
    if (given >= 0 && write.event.again && write.event.value.parameters >> given & 1) return false;
  }
  for (const MachineEvent& call : flow.calls)
    if (moves_to_argument(machine, call)) add(call);
  if (!moves) return false;
  const StateMask targets = all.new_states();
  for (unsigned i = 0; i < machine.enumeration.states.size(); ++i) all.rows[i] |= targets & StateMask(1) << i;
  return !all.is_product();
}

std::vector<const MachineFlow*> checked_flows(const StateMachine& machine) {
  std::vector<const MachineFlow*> flows;
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test || flow.life) continue;
    const auto asks = [](const MachineEvent& write) { return !write.event.creates && write.consulted; };
    // Also where another function does the writing.
    const auto hands_on = [&](const MachineEvent& call) { return moves_to_argument(machine, call) && asks(call); };
    if (std::any_of(flow.writes.begin(), flow.writes.end(), asks) ||
        std::any_of(flow.calls.begin(), flow.calls.end(), hands_on) || decides(machine, flow))
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
