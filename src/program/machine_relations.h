// Answers the questions that functions ask each other about states: what a helper lets through, in whatever file, and
// what a table allows.
#pragma once

#include "program/machines.h"

#include <optional>
#include <unordered_map>

namespace plumbline {

class Relations {
 public:
  // Of one machine, whose flows and entries must stay where they are.
  Relations(const Program& program, const StateMachine& machine);

  // Fills in MachineEvent::allowed and ::consulted.
  void resolve(StateMachine& machine) const;
  // The states that a function may return; `known` if all of its returns say which.
  StateMask returned_states(EntityId function, bool& known) const;
  // What a function that is given one state returns for each: `State next(State now)`. Nothing if some end does not
  // say.
  std::optional<Pairs> successors(EntityId function) const;
  // What a table allows, if the machine has it.
  const Pairs* table(EntityId variable) const;

 private:
  // What remains possible for the caller's pairs when the question has this answer there.
  Pairs through(const Pairs& pairs, const MachineFlow& caller, const Consult& consult, unsigned depth) const;
  // The same, where the same state may have got around the question.
  Pairs asked(const Pairs& pairs, const MachineFlow& caller, const Consult& consult, unsigned depth) const;
  Pairs answered(const MachineFlow& flow, const Consult& consult, unsigned depth) const;
  bool relates(const Consult& consult) const;
  bool is_equality(EntityId function) const;

  const Program& program;
  const StateMachine& machine;
  std::unordered_map<EntityId, std::vector<std::size_t>> flows; // by function
  std::unordered_map<EntityId, Pairs> tables;                   // allowed pairs, by variable or function
};

} // namespace plumbline
