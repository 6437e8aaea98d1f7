#include "program/machine_relations.h"

#include "facts/words.h"
#include "program/program.h"

#include <algorithm>

namespace plumbline {

// Helpers that ask helpers: deeper chains are left open, which loses a restriction and never invents one.
// plumbline: allow(hard-coded-limit) the same code has the same findings, whoever scans it
static constexpr unsigned max_depth = 5;

Relations::Relations(const Program& program, const StateMachine& machine) : program(program), machine(machine) {
  for (std::size_t i = 0; i < machine.flows.size(); ++i)
    if (!machine.flows[i].flow.in_lambda) flows[machine.flows[i].flow.function].push_back(i);
  for (const StateTableEntry& entry : machine.entries) {
    Pairs& pairs = tables[entry.table];
    if (entry.to >= 0) pairs.rows[static_cast<std::size_t>(entry.from)] |= StateMask(1) << entry.to;
  }
}

// Ends that let the caller go on.
static bool goes_on(Outcome outcome) {
  return outcome != Outcome::raise && outcome != Outcome::error && outcome != Outcome::no;
}

// What the callee's own ends say, as pairs of its old and new state.
Pairs Relations::answered(const MachineFlow& flow, const Consult& consult, unsigned depth) const {
  const bool boolean = std::any_of(flow.exits.begin(), flow.exits.end(), [](const MachineEvent& exit) {
    return exit.event.outcome == Outcome::yes || exit.event.outcome == Outcome::no;
  });
  Pairs result;
  for (const MachineEvent& exit : flow.exits) {
    const Outcome outcome = exit.event.outcome;
    const bool exact = boolean && consult.direct && consult.answer != Consult::Answer::returned;
    const bool counts = exact ? outcome == (consult.answer == Consult::Answer::yes ? Outcome::yes : Outcome::no)
                        : consult.answer == Consult::Answer::returned && consult.direct
                            ? outcome != Outcome::raise && outcome != Outcome::error
                            : goes_on(outcome);
    if (!counts) continue;
    Pairs pairs = exit.event.pairs;
    // A refusal's consults say which question was answered with no, not what it would have allowed.
    if (outcome != Outcome::no)
      for (const Consult& question : exit.event.consults) pairs = asked(pairs, flow, question, depth + 1);
    result |= pairs;
  }
  return result;
}

Pairs Relations::through(const Pairs& pairs, const MachineFlow& caller, const Consult& consult, unsigned depth) const {
  if (depth > max_depth) return pairs;
  if (const std::unordered_map<EntityId, Pairs>::const_iterator table = tables.find(consult.what);
      table != tables.end()) {
    // Asked with the new state, or with a constant in its place.
    Pairs kept = pairs;
    std::optional<unsigned> constant;
    for (const StateOperand& operand : consult.arguments)
      if (operand.kind == StateOperand::Kind::constant) constant = operand.constant;
    for (unsigned i = 0; i < max_states; ++i) {
      if (constant)
        kept.rows[i] = table->second.rows[i] >> *constant & 1 ? pairs.rows[i] : 0;
      else if (caller.flow.new_parameter >= 0)
        kept.rows[i] &= table->second.rows[i];
    }
    return kept.empty() ? pairs : kept;
  }
  const std::unordered_map<EntityId, std::vector<std::size_t>>::const_iterator known = flows.find(consult.what);
  if (known == flows.end()) return pairs;
  Pairs kept = pairs;
  for (std::size_t index : known->second) {
    const MachineFlow& flow = machine.flows[index];
    if (flow.exits.empty()) continue;
    const bool by_parameter = flow.flow.old_parameter >= 0;
    // Another state of the same object.
    if (!by_parameter && consult.same_object && flow.flow.holder != EntityId::none &&
        caller.flow.holder != EntityId::none && flow.flow.holder != caller.flow.holder)
      continue;
    if (!by_parameter && (flow.flow.holder == EntityId::none || !consult.same_object)) {
      // The callee's object is not the caller's: only the new state is known there.
      if (flow.flow.new_parameter < 0) continue;
    }
    const Pairs relation = answered(flow, consult, depth);
    if (relation.empty()) continue;
    const auto operand = [&](int index) {
      return index >= 0 && static_cast<std::size_t>(index) < consult.arguments.size()
                 ? consult.arguments[static_cast<std::size_t>(index)]
                 : StateOperand{};
    };
    const auto states_of = [&](const StateOperand& given, unsigned old_state, unsigned new_state) -> StateMask {
      switch (given.kind) {
      case StateOperand::Kind::old_state:
        return StateMask(1) << old_state;
      case StateOperand::Kind::new_state:
        return StateMask(1) << new_state;
      case StateOperand::Kind::constant:
        return StateMask(1) << given.constant;
      case StateOperand::Kind::other:
        return ~StateMask(0);
      }
      return ~StateMask(0);
    };
    for (unsigned old_state = 0; old_state < machine.enumeration.states.size(); ++old_state)
      for (unsigned new_state = 0; new_state < max_states; ++new_state) {
        if (!kept.has(old_state, new_state)) continue;
        const StateMask olds = by_parameter          ? states_of(operand(flow.flow.old_parameter), old_state, new_state)
                               : consult.same_object ? StateMask(1) << old_state
                                                     : ~StateMask(0);
        const StateMask news = flow.flow.new_parameter >= 0
                                   ? states_of(operand(flow.flow.new_parameter), old_state, new_state)
                                   : StateMask(1);
        bool possible = false;
        for (unsigned i = 0; i < machine.enumeration.states.size() && !possible; ++i)
          possible = (olds >> i & 1) && (relation.rows[i] & news);
        if (!possible) kept.rows[old_state] &= ~(StateMask(1) << new_state);
      }
  }
  return kept;
}

Pairs Relations::asked(const Pairs& pairs, const MachineFlow& caller, const Consult& consult, unsigned depth) const {
  Pairs kept = through(pairs, caller, consult, depth);
  if (consult.except_same)
    for (unsigned i = 0; i < max_states; ++i) kept.rows[i] |= pairs.rows[i] & StateMask(1) << i;
  return kept;
}

// is(next), same(old, next): yes for the same state and no for any other, or the other way round.
bool Relations::is_equality(EntityId function) const {
  const std::unordered_map<EntityId, std::vector<std::size_t>>::const_iterator known = flows.find(function);
  if (known == flows.end()) return false;
  for (std::size_t index : known->second) {
    const MachineFlow& flow = machine.flows[index];
    if (!flow.takes_state() || !flow.writes.empty()) continue;
    Pairs yes, no;
    for (const MachineEvent& exit : flow.exits) {
      if (!exit.event.consults.empty()) return false;
      (exit.event.outcome == Outcome::yes ? yes : no) |= exit.event.pairs;
      if (exit.event.outcome != Outcome::yes && exit.event.outcome != Outcome::no) return false;
    }
    const StateMask same = yes.same() ? yes.same() : no.same();
    Pairs& equal = yes.same() ? yes : no;
    const bool all = same == machine.all && (yes.same() == 0 || no.same() == 0);
    for (unsigned i = 0; i < machine.enumeration.states.size(); ++i) equal.rows[i] &= ~(StateMask(1) << i);
    if (all && equal.empty()) return true;
  }
  return false;
}

// Whether a question is about old and new state together (or about the old state and a constant).
bool Relations::relates(const Consult& consult) const {
  if (consult.what == EntityId::none) return true; // compare_exchange with an expected state that the caller gave
  if (tables.contains(consult.what)) return true;
  if (consult.is_table) {
    const EntityFact* entity = program.entity(consult.what);
    if (!entity) return false;
    for (const std::string& word : words_of(entity->name))
      if (word == "transition" || word == "transitions" || word == "allowed" || word == "legal" || word == "valid" ||
          word == "permitted" || word == "rules" || word == "edges" || word == "table" || word == "matrix" ||
          word == "next")
        return true;
    return false;
  }
  bool old_state = false, other = false;
  for (const StateOperand& operand : consult.arguments) {
    old_state |= operand.kind == StateOperand::Kind::old_state;
    other |= operand.kind == StateOperand::Kind::new_state || operand.kind == StateOperand::Kind::constant;
  }
  if (is_equality(consult.what)) return false;
  if (old_state && other) return true;
  if (!other || !consult.same_object) return false;
  // A method of the object that is given the new state: it can look at the old one itself, and does if it holds it.
  const std::unordered_map<EntityId, std::vector<std::size_t>>::const_iterator known = flows.find(consult.what);
  if (known == flows.end()) return false;
  return std::any_of(known->second.begin(), known->second.end(), [&](std::size_t index) {
    const MachineFlow& flow = machine.flows[index];
    return flow.flow.holder != EntityId::none && flow.writes.empty() && flow.rejects();
  });
}

void Relations::resolve(StateMachine& resolved) const {
  for (MachineFlow& flow : resolved.flows)
    for (std::vector<MachineEvent>* list : {&flow.writes, &flow.exits, &flow.effects, &flow.calls, &flow.ends})
      for (MachineEvent& event : *list) {
        event.allowed = event.event.pairs;
        const bool refuses = event.event.kind == StateEventKind::exit && !goes_on(event.event.outcome);
        for (const Consult& consult : event.event.consults) {
          event.consulted |= relates(consult);
          if (!refuses) event.allowed = asked(event.allowed, flow, consult, 0);
        }
      }
}

std::optional<Pairs> Relations::successors(EntityId function) const {
  const std::unordered_map<EntityId, std::vector<std::size_t>>::const_iterator found = flows.find(function);
  if (found == flows.end()) return std::nullopt;
  for (std::size_t index : found->second) {
    const MachineFlow& flow = machine.flows[index];
    const int given = flow.flow.new_parameter;
    if (flow.flow.holder != EntityId::none || flow.flow.old_parameter >= 0 || given < 0 || flow.exits.empty()) continue;
    Pairs pairs;
    for (const MachineEvent& exit : flow.exits) {
      if (exit.event.outcome == Outcome::raise) continue;
      const StateValue& value = exit.event.value;
      if (value.unknown || value.copy || !value.calls.empty() || value.empty() ||
          (value.parameters & ~(1u << given)) != 0)
        return std::nullopt;
      for (unsigned state = 0; state < machine.enumeration.states.size(); ++state)
        if (exit.event.pairs.new_states() >> state & 1)
          pairs.rows[state] |= value.constants | (value.parameters ? StateMask(1) << state : 0);
    }
    return pairs;
  }
  return std::nullopt;
}

const Pairs* Relations::table(EntityId variable) const {
  const std::unordered_map<EntityId, Pairs>::const_iterator found = tables.find(variable);
  return found == tables.end() ? nullptr : &found->second;
}

StateMask Relations::returned_states(EntityId function, bool& known) const {
  known = false;
  StateMask mask = 0;
  const std::unordered_map<EntityId, std::vector<std::size_t>>::const_iterator found = flows.find(function);
  if (found == flows.end()) return 0;
  for (std::size_t index : found->second)
    for (const MachineEvent& exit : machine.flows[index].exits) {
      if (exit.event.outcome == Outcome::raise) continue;
      const StateValue& value = exit.event.value;
      if (value.unknown || value.parameters || !value.calls.empty() || value.empty()) {
        known = false;
        return 0;
      }
      mask |= value.constants;
      known = true;
    }
  return mask;
}

} // namespace plumbline
