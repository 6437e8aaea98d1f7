// The facts about enums that may be state machines (design.md §3.4): who holds a state, who writes it, what is known of
// the old state there, what decides about it, and how functions end. Written by src/collect/states.cpp for every enum
// of our files; src/program/machines.h makes machines of them.
//
// A *cell* is what holds a state in one function: a field, a global, or a parameter that stands for the old state. One
// function is looked at once per cell; its CFG says for each place which (old state, new state) pairs are possible
// there, where the new state is a parameter of the function. What the pairs cannot say, because another function or a
// table decides it, is a *consult*: a question that must have been asked on every way to the place.
#pragma once

#include "facts/facts.h"

#include <array>

namespace plumbline {

// States are indexes of enumerators, 0–63; sets of them are bit masks. Larger enums are no state machines.
inline constexpr unsigned max_states = 64;
using StateMask = std::uint64_t;
inline StateMask all_states(std::size_t count) { return count >= 64 ? ~StateMask(0) : (StateMask(1) << count) - 1; }

// A relation of old and new states: row[old] has the bits of the new ones. A function without a new state uses
// column 0 alone.
struct Pairs {
  std::array<StateMask, max_states> rows{};
  friend bool operator==(const Pairs&, const Pairs&) = default;
  bool empty() const;
  StateMask old_states() const;
  StateMask new_states() const;
  bool has(unsigned old_state, unsigned new_state) const { return (rows[old_state] >> new_state & 1) != 0; }
  // The states X with X → X.
  StateMask same() const;
  // Each of several states with itself, and nothing else.
  bool is_diagonal() const;
  // Every possible old state goes with every possible new one: nothing compared the two.
  bool is_product() const;
  Pairs& operator&=(const Pairs& other);
  Pairs& operator|=(const Pairs& other);
  static Pairs product(StateMask old_states, StateMask new_states);
};

struct StateEnumFact {
  EntityId id = EntityId::none;
  Location location;
  std::string name, qualified;
  std::vector<std::string> states;
  std::vector<std::int64_t> values;
  std::vector<Location> places;
  StateMask mentioned = 0;  // enumerators that this unit uses as a value, but not as one that we follow
  bool from_number = false; // an integer is cast to the enum somewhere
};

// A variable that holds a state; `initial` is what it explicitly starts with, if anything.
struct StateHolderFact {
  EntityId variable = EntityId::none, enumeration = EntityId::none;
  Location location;
  StateMask initial = 0;
};

// What a value of the enum may be.
struct StateValue {
  StateMask constants = 0;
  std::uint32_t parameters = 0; // bit i: the function's parameter i
  std::vector<EntityId> calls;  // results of these
  bool unknown = false;         // something else, such as a number
  bool copy = false;            // a state that another holder has
  bool empty() const { return !constants && !parameters && calls.empty() && !unknown && !copy; }
};

// Who is given what in a consult: the cell's state, the function's new state, a constant, or something else.
struct StateOperand {
  enum class Kind : std::uint8_t { other, old_state, new_state, constant } kind = Kind::other;
  unsigned constant = 0;
};

// A question asked on every way to a place, and its answer there.
struct Consult {
  enum class Answer : std::uint8_t { yes, no, returned } answer = Answer::returned;
  EntityId what = EntityId::none; // a function, or the variable that holds a table
  bool is_table = false;
  bool same_object = false; // a method of the object that the cell belongs to
  bool direct = true;       // the answer is the call's own result, not that of an expression around it
  bool except_same = false; // but the same state got here without being asked
  std::vector<StateOperand> arguments;
  friend bool operator==(const Consult& a, const Consult& b);
};

// One function, looked at for one cell.
struct StateFlowFact {
  EntityId id = EntityId::none, function = EntityId::none, enumeration = EntityId::none;
  EntityId holder = EntityId::none; // the variable; none: old_parameter says it, or the function only has a new state
  int old_parameter = -1, new_parameter = -1;
  Location location;          // the function's name
  bool compares = false;      // some condition relates old and new state
  bool compares_same = false; // one of them asks whether they are the same
  bool in_lambda = false;
  std::vector<std::pair<unsigned, Location>> labels; // the cases of switches over the old state
};

// How a function ends.
enum class Outcome : std::uint8_t { quiet, yes, no, success, error, raise, value };

// end: the object that has the cell is deleted.
enum class StateEventKind : std::uint8_t { write, exit, effect, call, end };

struct StateEvent {
  EntityId flow = EntityId::none;
  EntityId target = EntityId::none; // call, effect: the callee
  StateEventKind kind = StateEventKind::write;
  Location location;
  Pairs pairs;              // of old state at entry and new state
  StateMask old_states = 0; // what the cell may hold here
  StateValue value;         // write: what is written; exit: the state that is returned; call: the argument
  int argument = -1;        // call: which
  std::vector<Consult> consults;
  Outcome outcome = Outcome::quiet; // exit
  std::string text;                 // exit, write: the statement; effect: what it does
  bool creates = false;             // write: to an object that this function made, or that is being made
  bool of_many = false;             // write: to one of the objects that a loop goes through
  bool again = false;               // write: in a loop, so that one call may come here several times
  bool kept = false;                // call: hands in the very state that the object is in; effect: stacks it
  bool after_write = false;         // the cell may have been written before on the way
  // write: only after a comparison of old and new state, maybe with something else; effect: after a comparison, which
  // does not keep it from happening
  bool compared = false;
  bool once = false;     // write, effect: the function closes the gate that it came through
  bool apart = false;    // effect: on a way that does not write the cell
  bool in_state = false; // effect: the function has asked for the one state that the cell is in
  std::vector<std::pair<unsigned, Location>> labels; // the `case` that lets a state through to here
};

// An entry of a table of allowed transitions; `to` is -1 for a state that has an entry and goes nowhere.
struct StateTableEntry {
  EntityId table = EntityId::none, enumeration = EntityId::none;
  int from = 0, to = -1;
  Location location;
  bool call = false; // `allow(A, B)`: counts if the function `table` puts what it is given into a table
  // `next[state][event]`: what follows when something happens, so that a state that follows itself stays as it is.
  bool by_event = false;
};

// `void allow(State from, State to) { table_[from].insert(to); }`
struct StateFillerFact {
  EntityId function = EntityId::none, table = EntityId::none;
  bool swapped = false; // is given the successor first
};

// The whole object that has the state is replaced by a new one: memset(c, 0, sizeof *c), `slot_ = Upload{}`.
struct StateReplaceFact {
  EntityId holder = EntityId::none, enumeration = EntityId::none, function = EntityId::none;
  Location location;
};

// A `switch` over the enum without default that misses enumerators.
struct StateSwitchFact {
  EntityId enumeration = EntityId::none, function = EntityId::none;
  Location location;
  StateMask missing = 0;
};

// What a source of the program names in text that this build leaves out.
struct StateNamesFact {
  std::vector<std::string> names; // sorted
};

// An enum of more states than a mask holds, that something holds.
struct StateLargeFact {
  EntityId id = EntityId::none;
  Location location;
  std::string name, qualified, holder; // of an enum without a name, the holder's
  std::int64_t count = 0;
};

void write(FactTable& table, const StateEnumFact& fact);
void write(FactTable& table, const StateHolderFact& fact);
void write(FactTable& table, const StateFlowFact& fact);
void write(FactTable& table, const StateEvent& fact);
void write(FactTable& table, const StateTableEntry& fact);
void write(FactTable& table, const StateFillerFact& fact);
void write(FactTable& table, const StateReplaceFact& fact);
void write(FactTable& table, const StateSwitchFact& fact);
void write(FactTable& table, const StateNamesFact& fact);
void write(FactTable& table, const StateLargeFact& fact);

// All of them in a table, in its order.
struct StateFacts {
  std::vector<StateEnumFact> enums; // may name one enum several times, once for each unit that uses it
  std::vector<StateHolderFact> holders;
  std::vector<StateFlowFact> flows;
  std::vector<StateEvent> events;
  std::vector<StateTableEntry> entries;
  std::vector<StateFillerFact> fillers;
  std::vector<StateReplaceFact> replacements;
  std::vector<StateSwitchFact> switches;
  std::vector<StateNamesFact> names; // one for each source that has any
  std::vector<StateLargeFact> large; // may name one enum several times
};
StateFacts read_state_facts(const FactTable& table);

} // namespace plumbline
