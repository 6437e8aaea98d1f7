// States that something enters and nothing leaves, states that nothing enters, and switches that forget one.
//
// Judged on the linked machines (src/program/machines.h): who writes which state, from which old states, in the whole
// program. Deliberately not reported: states whose name says that they are final, or in which the object is deleted;
// placeholders (unknown, kCount); a state that somebody outside the program can set (an uncalled setter, a number that
// is cast). Known misses: states that are left by copying another object over the whole one.

#include "check.h"
#include "program/machines.h"
#include "program/program.h"

#include <llvm/Support/Path.h>

#include <algorithm>
#include <bit>

namespace plumbline::stuck_state {

static Finding finding_of(const Program& program, const StateMachine& machine, const Location& location,
                          const char* kind, const std::string& text) {
  Finding finding;
  finding.check = "stuck-state";
  finding.kind = kind;
  finding.priority = Priority::p1;
  finding.place = program.place(location);
  finding.entity = text;
  finding.owner = machine.name;
  finding.source_text = text;
  return finding;
}

// plain, locked, touched: one of several that somebody chooses, or that something comes to, and that is it. Nothing
// goes on from any of them, so none is where the others go on and this one hangs.
static bool is_chosen_once(const StateMachine& machine, StateMask stuck) {
  StateMask chosen = 0;
  for (const MachineTransition& transition : machine.transitions) chosen |= transition.to;
  chosen &= stuck & ~machine.initial;
  return std::popcount(chosen) >= 2 && (machine.left & machine.entered & ~machine.initial) == 0;
}

static void dead_ends(const Program& program, const StateMachine& machine, std::vector<Finding>& findings) {
  if (machine.transitions.empty() || machine.steered_to_end) return;
  const StateMask stuck =
      machine.entered & machine.reachable & ~machine.left & ~machine.ended & ~machine.final & ~machine.worked;
  if (is_chosen_once(machine, stuck)) return;
  for (unsigned i = 0; i < machine.enumeration.states.size(); ++i) {
    if (!(stuck >> i & 1)) continue;
    std::vector<const MachineTransition*> into;
    for (const MachineTransition& transition : machine.transitions)
      if (transition.to >> i & 1 && transition.from & ~(StateMask(1) << i)) into.push_back(&transition);
    // Only by a number, or as a start that nobody uses.
    if (into.empty()) continue;
    Finding finding = finding_of(program, machine, machine.enumeration.places[i], "dead-end", machine.state(i));
    finding.message = machine.name + " enters " + machine.state(i) + " and nothing leaves it";
    finding.suggestion = "Write the transition that ends " + machine.state(i) +
                         ", also for failure and time-out, or name it in state-machines: final if it is an end.";
    for (const MachineTransition* transition : into)
      if (finding.evidence.size() < 6)
        finding.evidence.push_back(
            {program.place(transition->location), transition->function + "() enters " + machine.state(i)});
    findings.push_back(std::move(finding));
  }
}

static void unreachable(const Program& program, const StateMachine& machine, std::vector<Finding>& findings) {
  if (machine.transitions.empty()) return;
  const StateMask missing = machine.all & ~machine.entered & ~placeholder_states(machine);
  for (unsigned i = 0; i < machine.enumeration.states.size(); ++i) {
    if (!(missing >> i & 1)) continue;
    Finding finding = finding_of(program, machine, machine.enumeration.places[i], "unreachable", machine.state(i));
    finding.priority = Priority::p2;
    finding.message = "nothing enters the state " + machine.state(i) + " of " + machine.name;
    finding.suggestion =
        "Write the transition that is missing, or remove " + machine.state(i) + " and the code that handles it.";
    for (const MachineTransition& transition : machine.transitions)
      if (std::popcount(transition.from) == 1 && transition.from >> i & 1 && finding.evidence.size() < 4)
        finding.evidence.push_back(
            {program.place(transition.location), transition.function + "() would leave " + machine.state(i)});
    findings.push_back(std::move(finding));
  }
}

static void unhandled(const Program& program, const StateMachine& machine, std::vector<Finding>& findings) {
  for (const StateSwitchFact& one : machine.switches) {
    const StateMask missing = one.missing & ~placeholder_states(machine);
    if (missing == 0 || !program.is_ours(one.location)) continue;
    const EntityFact* function = program.entity(one.function);
    Finding finding = finding_of(program, machine, one.location, "unhandled", machine.name);
    finding.owner = function ? function->qualified : machine.name;
    finding.source_text = "switch (" + machine.name + ")";
    finding.message = "a switch over " + machine.name + " has no default and does not handle " + machine.names(missing);
    finding.suggestion = "Add a case for " + machine.names(missing) + ", or a default that says what happens.";
    for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
      if (missing >> i & 1)
        finding.evidence.push_back(
            {program.place(machine.enumeration.places[i]), machine.state(i) + " is declared here"});
    findings.push_back(std::move(finding));
  }
}

static llvm::StringRef folder_of(llvm::StringRef path) { return llvm::sys::path::parent_path(path); }

// What a failed unit would have done is unknown: one beside the machine, or of the same name, may be what leaves or
// enters the state.
static bool may_be_unseen(const Program& program, const StateMachine& machine) {
  const auto beside = [&](const Location& location) {
    const llvm::StringRef path = program.path(location);
    return std::any_of(program.unseen.begin(), program.unseen.end(), [&](const std::string& unit) {
      return folder_of(unit) == folder_of(path) || llvm::sys::path::stem(unit) == llvm::sys::path::stem(path);
    });
  };
  if (program.unseen.empty()) return false;
  // Most of the program was not understood: anybody may use what a header declares.
  if (program.unseen.size() * 2 > program.sources.size() &&
      !program.sources.contains(machine.enumeration.location.file))
    return true;
  return beside(machine.enumeration.location) ||
         std::any_of(machine.holders.begin(), machine.holders.end(),
                     [&](const StateHolderFact& holder) { return beside(holder.location); }) ||
         std::any_of(machine.flows.begin(), machine.flows.end(),
                     [&](const MachineFlow& flow) { return beside(flow.flow.location); });
}

static void judge(const Program& program, std::vector<Finding>& findings) {
  for (const StateMachine& machine : program.machines) {
    if (!may_be_unseen(program, machine) && !program.may_be_used_elsewhere(machine.enumeration.location)) {
      dead_ends(program, machine, findings);
      unreachable(program, machine, findings);
    }
    unhandled(program, machine, findings);
  }
}

static constexpr std::string_view kinds[] = {"dead-end", "unreachable", "unhandled"};
static constexpr std::string_view kinds_of_absence[] = {"dead-end", "unreachable"};

extern const Check check;
const Check check = {
    .title = "A state that nothing leaves, enters or handles",
    .priority = Priority::p1,
    .kinds = kinds,
    .kinds_of_absence = kinds_of_absence,
    .judge = judge,
};

} // namespace plumbline::stuck_state
