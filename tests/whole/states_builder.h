// A machine with four states on facts written by hand, for the tests of the state checks' judges. What
// src/collect/states.cpp would write is what stands here; checks/*/fixture/ shows that it does.
#pragma once

#include "../unit/facts_builder.h"
#include "check.h"
#include "facts/states.h"
#include "program/machines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

// An enum JobStatus { queued, running, done, broken } with a field that holds it, in one unit.
enum : unsigned { queued, running, done, broken };
inline constexpr StateMask all = 15;
inline StateMask only(unsigned state) { return StateMask(1) << state; }

inline Pairs everything() { return Pairs::product(all, all); }
inline Pairs without_same() {
  Pairs pairs = everything();
  for (unsigned i = 0; i < 4; ++i) pairs.rows[i] &= ~only(i);
  return pairs;
}
inline Pairs just_same() {
  Pairs pairs;
  for (unsigned i = 0; i < 4; ++i) pairs.rows[i] = only(i);
  return pairs;
}
// queued -> running -> done or broken
inline Pairs legal() {
  Pairs pairs;
  pairs.rows[queued] = only(running);
  pairs.rows[running] = only(done) | only(broken);
  return pairs;
}
inline Pairs illegal() {
  Pairs pairs = everything();
  for (unsigned i = 0; i < 4; ++i) pairs.rows[i] &= ~legal().rows[i];
  return pairs;
}

class States {
 public:
  explicit States(const std::string& path = "src/job.cpp",
                  const std::vector<std::string>& states = {"queued", "running", "done", "broken"})
      : unit(path) {
    record = unit.record("Job");
    enumeration.id = unit.enumerator("JobStatus");
    enumeration.location = unit.location_of(enumeration.id);
    enumeration.name = enumeration.qualified = "JobStatus";
    for (const std::string& name : states) {
      enumeration.values.push_back(static_cast<std::int64_t>(enumeration.states.size()));
      enumeration.states.push_back(name);
      enumeration.places.push_back(unit.location_of(unit.enumerator(name)));
    }
    field = unit.field(record, "status_");
  }

  // A method, looked at for the field; `parameter`: its new state.
  StateFlowFact method(const std::string& name, int parameter = -1) {
    StateFlowFact flow;
    std::vector<Parameter> parameters;
    if (parameter >= 0) parameters.push_back({"next"});
    flow.function = unit.function(name, parameters, void_type, record, is_defined | method_flags);
    flow.id = entity_from_text("flow|" + name);
    flow.enumeration = enumeration.id;
    flow.holder = field;
    flow.new_parameter = parameter;
    flow.location = unit.location_of(flow.function);
    write(unit.facts.table, flow);
    return flow;
  }
  // The same, for anybody to call.
  StateFlowFact offered(const std::string& name) {
    method_flags = is_public;
    const StateFlowFact flow = method(name);
    method_flags = 0;
    return flow;
  }
  // void name(Job& job), or void name(Job& job, JobStatus next); looked at for the field.
  StateFlowFact function(const std::string& name, bool takes_state = false, const std::string& path = "src/job.cpp",
                         std::uint32_t flags = is_defined) {
    unit.in_file(path);
    StateFlowFact flow;
    std::vector<Parameter> parameters{{"job", object_of(record, "Job&")}};
    if (takes_state) parameters.push_back({"next"});
    flow.function = unit.function(name, parameters, void_type, EntityId::none, flags);
    flow.id = entity_from_text("flow|" + name);
    flow.enumeration = enumeration.id;
    flow.holder = field;
    flow.new_parameter = takes_state ? 1 : -1;
    flow.location = unit.location_of(flow.function);
    write(unit.facts.table, flow);
    return flow;
  }
  // bool can(JobStatus from, JobStatus to)
  StateFlowFact predicate(const std::string& name) {
    StateFlowFact flow;
    flow.function = unit.function(name, {{"from"}, {"to"}}, truth_type);
    flow.id = entity_from_text("flow|" + name);
    flow.enumeration = enumeration.id;
    flow.old_parameter = 0;
    flow.new_parameter = 1;
    flow.location = unit.location_of(flow.function);
    write(unit.facts.table, flow);
    return flow;
  }
  StateEvent event(const StateFlowFact& flow, StateEventKind kind, const Pairs& pairs) {
    StateEvent event;
    event.flow = flow.id;
    event.kind = kind;
    event.pairs = pairs;
    event.old_states = pairs.old_states();
    event.location = unit.location_of(unit.number(1));
    return event;
  }
  void add(const StateEvent& event) { write(unit.facts.table, event); }
  // status_ = next;
  StateEvent moves(const StateFlowFact& flow, const Pairs& pairs) {
    StateEvent write = event(flow, StateEventKind::write, pairs);
    write.value.parameters = 1u << flow.new_parameter;
    write.text = "status_ = next";
    return write;
  }
  // status_ = state;
  StateEvent sets(const StateFlowFact& flow, StateMask from, unsigned state) {
    StateEvent write = event(flow, StateEventKind::write, Pairs::product(from, 1));
    write.value.constants = only(state);
    write.text = "status_ = " + enumeration.states[state];
    return write;
  }
  void does(const StateFlowFact& flow, const Pairs& pairs, const std::string& what = "notify()") {
    StateEvent effect = event(flow, StateEventKind::effect, pairs);
    effect.text = what;
    add(effect);
  }
  void ends(const StateFlowFact& flow, const Pairs& pairs, Outcome outcome, const std::string& text = {}) {
    StateEvent exit = event(flow, StateEventKind::exit, pairs);
    exit.outcome = outcome;
    exit.text = text;
    add(exit);
  }
  Consult asks(const StateFlowFact& what, Consult::Answer answer = Consult::Answer::yes) {
    Consult consult;
    consult.what = what.function;
    consult.answer = answer;
    consult.arguments = {{StateOperand::Kind::old_state, 0}, {StateOperand::Kind::new_state, 0}};
    return consult;
  }
  // A row of a table of allowed transitions; by_event: of one that says what follows.
  void entry(const std::string& table, unsigned from, unsigned to, bool by_event = false) {
    const EntityId variable = unit.variable(table);
    write(unit.facts.table, StateTableEntry{variable, enumeration.id, static_cast<int>(from), static_cast<int>(to),
                                            unit.location_of(variable), false, by_event});
  }
  void holds(StateMask initial) {
    write(unit.facts.table, StateHolderFact{field, enumeration.id, unit.location_of(field), initial});
  }
  // A machine that is one by its writes and has no finding of its own: queued -> running -> done, running -> broken.
  void runs() {
    holds(only(queued));
    add(sets(method("start"), only(queued), running));
    add(sets(method("finish"), only(running), done));
    add(sets(method("break_down"), only(running), broken));
    enumeration.states[broken] = "failed";
  }

  // "kind: owner or state", in order of place.
  std::vector<std::string> found(std::string_view check, Settings settings = {}) {
    write(unit.facts.table, enumeration);
    const Linked linked(unit, std::move(settings));
    std::vector<Finding> findings;
    for (const RegisteredCheck& registered : all_checks())
      if (registered.name == check) registered.check->judge(linked.program, findings);
    std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) { return a.place < b.place; });
    std::vector<std::string> texts;
    for (const Finding& finding : findings) {
      EXPECT_FALSE(finding.message.empty());
      EXPECT_FALSE(finding.suggestion.empty());
      EXPECT_GT(finding.place.line, 0u);
      texts.push_back(finding.kind + ": " + finding.source_text);
      last = finding;
    }
    return texts;
  }

  Unit unit;
  StateEnumFact enumeration;
  EntityId record, field;
  std::uint32_t method_flags = 0;
  Finding last;
};

inline constexpr std::string_view self_transition = "unchecked-self-transition", bypass = "state-guard-bypass",
                                  stuck = "stuck-state";

} // namespace plumbline
