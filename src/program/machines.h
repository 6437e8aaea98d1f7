// The state machines of a linked program (design.md §3.4): one for each enum that an ordinary reader would call a
// state, with everything that enters, leaves or guards its states, from all translation units.
#pragma once

#include "facts/states.h"
#include "facts/vocabulary.h"

#include <map>
#include <string>
#include <vector>

namespace plumbline {

struct MachineSummary;
struct Program;

// An event with what other functions and tables add to it.
struct MachineEvent {
  StateEvent event;
  Pairs allowed;          // what remains of event.pairs when every consult is answered
  bool consulted = false; // a function or table that relates old and new state (or a constant) decides about it
  // What the cell may hold here.
  StateMask from() const { return event.after_write ? event.old_states : event.old_states & allowed.old_states(); }
};

// One function (or lambda), as it deals with one holder of the state.
struct MachineFlow {
  StateFlowFact flow;
  std::vector<MachineEvent> writes, exits, effects, calls, ends;
  std::string function;        // qualified
  bool test = false;           // test code
  bool external_value = false; // reads stored or transmitted data, by its name: load, parse, restore …
  bool life = false;           // constructor, destructor, assignment, swap
  StateMask given = 0;         // the new states that callers hand in; all of them where not all callers are known
  bool aside = false;          // holds a value of the enum, but only another holder is called a state
  // Ends that refuse: thrown, an error, or false.
  bool rejects() const;
  bool takes_state() const {
    return flow.new_parameter >= 0 && (flow.holder != EntityId::none || flow.old_parameter >= 0);
  }
};

struct MachineTransition {
  StateMask from = 0, to = 0; // each of `from` may become each of `to`
  bool guarded = false;       // something was known of the old state, or asked about it
  EntityId flow = EntityId::none;
  std::string function; // qualified
  Location location;
};

struct StateMachine {
  StateEnumFact enumeration;
  std::string name; // qualified; of an enum without a name, that of the variable
  StateMask all = 0, initial = 0, final = 0;
  StateMask entered = 0;       // by anything at all
  StateMask left = 0;          // for another state
  StateMask ended = 0;         // objects are deleted in it, and not in every state
  bool steered_to_end = false; // a function that switches over the state also deletes objects in any state
  StateMask worked = 0;        // some function does several things in it and stays: where the object is at work
  StateMask reachable = 0;     // from an initial state or from outside
  std::vector<StateHolderFact> holders;
  std::vector<MachineFlow> flows;
  std::vector<MachineTransition> transitions; // sorted by place
  std::vector<StateTableEntry> entries;
  std::vector<StateReplaceFact> replacements;
  std::vector<StateSwitchFact> switches;

  const std::string& state(unsigned index) const { return enumeration.states[index]; }
  // "running, done"
  std::string names(StateMask mask) const;
};

// Sorted by name, then place.
std::vector<StateMachine> machines_of(const Program& program);

class Relations;
// Fills in what follows from the flows: transitions, initial, entered, left, ended and reachable states.
void trace_transitions(StateMachine& machine, const Program& program, const Relations& relations);

// The machines that have more states than are followed (max_states), so that nobody takes silence for praise; "" if
// there are none.
std::string note_about_large_machines(const Program& program);

// As reports show them.
std::vector<MachineSummary> machine_summaries(const Program& program);

// --- shared by the checks ---

// Counters and placeholders among enumerators: kStateCount, MAX, unknown, invalid.
StateMask placeholder_states(const StateMachine& machine);
// The functions that decide about transitions: they move the state to what they are given, or to a constant, and ask
// whether old and new go together.
std::vector<const MachineFlow*> checked_flows(const StateMachine& machine);
// Whether a call hands a state to a function that moves the machine to it.
bool moves_to_argument(const StateMachine& machine, const MachineEvent& call);
// A statement that refuses, as the machine's own code spells it: `throw IllegalTransition(...);`, `return false;`.
// Prefers `flow`; empty where nothing refuses.
std::string refusal_of(const StateMachine& machine, const MachineFlow& flow);
// The names of a function's parameter, and of what holds the state, as code would spell them.
std::string parameter_name(const Program& program, EntityId function, int index);
std::string holder_name(const Program& program, const StateMachine& machine, const MachineFlow& flow);

} // namespace plumbline
