#include "program/machines.h"
#include "program/program.h"

#include <set>

namespace plumbline {

std::vector<MachineSummary> machine_summaries(const Program& program) {
  std::vector<MachineSummary> summaries;
  for (const StateMachine& machine : program.machines) {
    // Only ever loaded, or asked about: there is nothing to draw.
    if (machine.transitions.empty() && machine.entries.empty()) continue;
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
    each((machine.final & machine.entered & ~machine.left) | machine.ended,
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
      if (const EntityFact* table = program.entity(entry.table); entry.to == entry.from && !entry.by_event)
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

} // namespace plumbline
