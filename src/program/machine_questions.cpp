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

// Decides about more than "the same again": some pair of different states is refused.
static bool decides(const StateMachine& machine, const MachineEvent& write, const MachineFlow& flow) {
  if (write.consulted) return true;
  if (write.event.again) return false; // a function that works and notes a state as it goes
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
