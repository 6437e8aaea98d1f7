// The judges of state-guard-bypass and stuck-state: every kind, and everything that is none.
#include "states_builder.h"

namespace plumbline {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// --- bypass ---

// A method that asks can(), and another that does not ask.
struct Bypass : States {
  explicit Bypass(const std::string& path = "src/job.cpp") : States(path) {
    can = predicate("can");
    ends(can, legal(), Outcome::yes);
    ends(can, illegal(), Outcome::no);
    checked = method("move_to", 0);
    StateEvent write = moves(checked, everything());
    write.consults = {asks(can)};
    add(write);
    ends(checked, everything(), Outcome::no);
  }
  StateFlowFact can, checked;
};
TEST(StateGuardBypass, AWriteBesideTheCheckedFunction) {
  Bypass states;
  states.add(states.sets(states.method("cancel"), all, broken));
  EXPECT_THAT(states.found(bypass), ElementsAre("bypass: status_ = broken"));
  EXPECT_THAT(states.last.message, testing::HasSubstr("Job::move_to()"));
}
TEST(StateGuardBypass, NotAnObjectThatWasJustMade) {
  Bypass states;
  StateEvent write = states.sets(states.method("make"), all, running);
  write.creates = true;
  states.add(write);
  EXPECT_THAT(states.found(bypass), IsEmpty());
}
TEST(StateGuardBypass, NotLoading) {
  Bypass states;
  states.add(states.sets(states.method("restore"), all, running));
  StateEvent number = states.event(states.method("update"), StateEventKind::write, Pairs::product(all, 1));
  number.value.unknown = true; // a cast number
  states.add(number);
  EXPECT_THAT(states.found(bypass), IsEmpty());
}
TEST(StateGuardBypass, NotTests) {
  Bypass states("tests/job_test.cpp");
  states.add(states.sets(states.method("cancel"), all, broken));
  EXPECT_THAT(states.found(bypass), IsEmpty());
}
TEST(StateGuardBypass, NotAWriteThatAsksItself) {
  Bypass states;
  StateEvent write = states.sets(states.method("start"), all, running);
  write.consults = {states.asks(states.can)};
  write.consults[0].arguments[1] = {StateOperand::Kind::constant, running};
  states.add(write);
  EXPECT_THAT(states.found(bypass), IsEmpty());
}
TEST(StateGuardBypass, NotAHelperThatOnlyTheCheckedFunctionCalls) {
  Bypass states;
  const StateFlowFact helper = states.method("assign");
  states.add(states.sets(helper, all, running));
  states.unit.call(states.checked.function, helper.function);
  EXPECT_THAT(states.found(bypass), IsEmpty());
}
TEST(StateGuardBypass, AHelperThatOthersCallToo) {
  Bypass states;
  const StateFlowFact helper = states.method("assign");
  states.add(states.sets(helper, all, running));
  states.unit.call(states.checked.function, helper.function);
  states.unit.call(states.unit.function("anybody"), helper.function);
  EXPECT_THAT(states.found(bypass), ElementsAre("bypass: status_ = running"));
}
TEST(StateGuardBypass, NotWithoutACheckedFunction) {
  States states;
  states.runs();
  states.add(states.sets(states.method("cancel"), all, broken));
  EXPECT_THAT(states.found(bypass), IsEmpty());
}
TEST(StateGuardBypass, ASiblingThatCouldRefuseAndDoesNotLook) {
  States states;
  const StateFlowFact completed = states.offered("mark_completed"), dead = states.offered("mark_dead");
  states.add(states.sets(completed, only(running), done));
  states.ends(completed, Pairs::product(all & ~only(running), 1), Outcome::no, "return false");
  states.add(states.sets(dead, all, broken));
  EXPECT_THAT(states.found(bypass), ElementsAre("bypass: status_ = broken"));
  EXPECT_THAT(states.last.suggestion, HasSubstr("if (status_ != running) return false;"));
}
TEST(StateGuardBypass, NotAPrivateStepNorASiblingOfSomethingElse) {
  States hidden;
  const StateFlowFact completed = hidden.offered("mark_completed"), dead = hidden.method("mark_dead");
  hidden.add(hidden.sets(completed, only(running), done));
  hidden.ends(completed, Pairs::product(all & ~only(running), 1), Outcome::no);
  hidden.add(hidden.sets(dead, all, broken));
  EXPECT_THAT(hidden.found(bypass), IsEmpty());
  // process_data() looks at the state and is named after no transition: not what post_connect() should have asked.
  States other;
  const StateFlowFact process = other.offered("process_data"), connect = other.offered("post_connect");
  other.add(other.sets(process, only(running), done));
  other.ends(process, Pairs::product(all & ~only(running), 1), Outcome::error, "return -1");
  other.add(other.sets(connect, all, broken));
  other.ends(connect, Pairs::product(all, 1), Outcome::error, "return -1");
  EXPECT_THAT(other.found(bypass), IsEmpty());
}
TEST(StateGuardBypass, SuggestsTheCallOfTheCheckedFunction) {
  Bypass states;
  states.add(states.sets(states.method("cancel"), all, broken));
  EXPECT_THAT(states.found(bypass), ElementsAre("bypass: status_ = broken"));
  EXPECT_THAT(states.last.suggestion, HasSubstr("(broken);"));
}

// --- stuck ---

TEST(StuckState, ADeadEnd) {
  States states;
  states.runs();
  states.enumeration.states[broken] = "scattering";
  EXPECT_THAT(states.found(stuck), ElementsAre("dead-end: scattering"));
}
TEST(StuckState, NotAFinalName) {
  States states;
  states.runs();
  EXPECT_THAT(states.found(stuck), IsEmpty());
}
TEST(StuckState, FinalNamesAreWholeWords) {
  for (const char* name : {"undone", "failing", "closing", "finalizing"}) {
    States states;
    states.runs();
    states.enumeration.states[broken] = name;
    EXPECT_THAT(states.found(stuck), ElementsAre("dead-end: " + std::string(name)));
  }
}
TEST(StuckState, NotWhatTheSettingsCallFinal) {
  States states;
  states.runs();
  states.enumeration.states[broken] = "parked";
  Settings settings;
  settings.state_machines = {{"JobStatus", {"parked"}}};
  EXPECT_THAT(states.found(stuck, settings), IsEmpty());
}
TEST(StuckState, NotWhereAnythingLeavesEveryState) {
  States states;
  states.runs();
  states.enumeration.states[broken] = "scattering";
  states.add(states.sets(states.method("reset"), all, queued));
  EXPECT_THAT(states.found(stuck), IsEmpty());
}
TEST(StuckState, NotWhereTheObjectIsDeleted) {
  States states;
  states.runs();
  states.enumeration.states[broken] = "ack_sent";
  states.add(states.event(states.method("acknowledged"), StateEventKind::end, Pairs::product(only(broken), 1)));
  EXPECT_THAT(states.found(stuck), IsEmpty());
  // Deleted whatever its state is: says nothing of this one.
  States any;
  any.runs();
  any.enumeration.states[broken] = "ack_sent";
  any.add(any.event(any.method("destroy"), StateEventKind::end, Pairs::product(all, 1)));
  EXPECT_THAT(any.found(stuck), ElementsAre("dead-end: ack_sent"));
}
TEST(StuckState, NotWhereAMachineThatOnlyFailsEndsWell) {
  for (const bool well : {false, true}) {
    States states;
    states.runs();
    states.enumeration.states[broken] = "error";
    states.enumeration.states[done] = "ready";
    if (well) states.enumeration.states[broken] = "closed";
    EXPECT_EQ(states.found(stuck).size(), well ? 1u : 0u);
  }
}
TEST(StuckState, NotWhereAUnitBesideItFailed) {
  States states;
  states.runs();
  states.enumeration.states[broken] = "scattering";
  write(states.unit.facts.table, states.enumeration);
  const auto findings_with = [&](const std::string& failed) {
    std::vector<TuFacts> units{states.unit.facts};
    TuFacts& lost = units.emplace_back();
    lost.main_file = failed;
    lost.state = UnitState::failed;
    const Settings settings;
    const Program program = link(units, settings);
    std::vector<Finding> findings;
    for (const RegisteredCheck& registered : all_checks())
      if (registered.name == stuck) registered.check->judge(program, findings);
    return findings.size();
  };
  EXPECT_EQ(findings_with("src/worker.cpp"), 0u);
  EXPECT_EQ(findings_with("lib/job.cpp"), 0u);
  EXPECT_EQ(findings_with("lib/other.cpp"), 1u);
}
TEST(StuckState, AParserIsAMachineWhereTheOldStateDecides) {
  States states;
  states.holds(only(queued));
  const StateFlowFact parse = states.method("parse_request");
  states.add(states.sets(parse, only(queued), running));
  states.add(states.sets(parse, only(running), done));
  states.add(states.sets(states.method("reset"), all, queued)); // leaves all but queued
  states.enumeration.states[broken] = "unknown";
  EXPECT_THAT(states.found(stuck), IsEmpty());
}
TEST(StuckState, AStateThatNothingEnters) {
  States states;
  states.holds(only(queued));
  states.add(states.sets(states.method("start"), only(queued), running));
  states.add(states.sets(states.method("finish"), only(running), done));
  EXPECT_THAT(states.found(stuck), ElementsAre("unreachable: broken"));
}
TEST(StuckState, NotWhatIsUsedAsAValueOrMadeOfANumber) {
  for (const bool number : {false, true}) {
    States states;
    states.holds(only(queued));
    states.add(states.sets(states.method("start"), only(queued), running));
    states.add(states.sets(states.method("finish"), only(running), done));
    states.enumeration.from_number = number;
    if (!number) states.enumeration.mentioned = only(broken);
    EXPECT_THAT(states.found(stuck), IsEmpty());
  }
}
TEST(StuckState, NotAgainWhatOnlyAnUnreachableStateReaches) {
  States states;
  states.holds(only(queued));
  states.add(states.sets(states.method("toggle"), only(queued), queued));
  states.add(states.sets(states.method("finish"), only(running), done)); // nothing enters running
  states.add(states.sets(states.method("crash"), only(running), broken));
  EXPECT_THAT(states.found(stuck), ElementsAre("unreachable: running"));
}
TEST(StuckState, ASwitchThatMissesAState) {
  States states;
  states.runs();
  write(states.unit.facts.table, StateSwitchFact{states.enumeration.id, states.unit.function("name"),
                                                 states.unit.location_of(states.unit.number(1)), only(done)});
  EXPECT_THAT(states.found(stuck), ElementsAre("unhandled: switch (JobStatus)"));
}
TEST(StuckState, NotASwitchThatMissesACount) {
  States states;
  states.runs();
  states.enumeration.states[done] = "kStatusCount";
  states.add(states.sets(states.method("reset"), all, queued));
  write(states.unit.facts.table, StateSwitchFact{states.enumeration.id, states.unit.function("name"),
                                                 states.unit.location_of(states.unit.number(1)), only(done)});
  EXPECT_THAT(states.found(stuck), IsEmpty());
}

TEST(Machines, OfAnEnumWithoutANameAreCalledAfterWhatHoldsThem) {
  States states;
  states.runs();
  states.enumeration.name = states.enumeration.qualified = "";
  write(states.unit.facts.table, states.enumeration);
  const Linked linked(states.unit);
  ASSERT_EQ(linked.program.machines.size(), 1u);
  EXPECT_EQ(linked.program.machines.front().name, linked.program.entity(states.field)->qualified);
}

TEST(Machines, AModeThatIsSetOnceIsNone) {
  const auto machines = [](const std::string& name, bool leaves) {
    States states;
    states.enumeration.name = states.enumeration.qualified = name;
    states.add(states.sets(states.method("with_touch"), only(queued), running));
    states.add(states.sets(states.method("with_lock"), only(queued), broken));
    if (leaves) states.add(states.sets(states.method("back"), only(running), queued));
    states.holds(only(queued));
    write(states.unit.facts.table, states.enumeration);
    return Linked(states.unit).program.machines.size();
  };
  EXPECT_EQ(machines("fetch_mode", false), 0u);
  EXPECT_EQ(machines("fetch_mode", true), 1u);
  EXPECT_EQ(machines("fetch_state", false), 1u);
}

// --- too many states ---

TEST(Machines, OfTooManyStatesAreNamedInANote) {
  States states;
  StateLargeFact large;
  large.id = entity_from_text("large");
  large.location = states.enumeration.location;
  large.name = large.qualified = "parser_state";
  large.holder = "state";
  large.count = 70;
  write(states.unit.facts.table, large);
  EXPECT_EQ(note_about_large_machines(Linked(states.unit).program),
            "1 state machine is not looked at, because it has more than 64 states: parser_state");
  large.id = entity_from_text("unnamed");
  large.name = large.qualified = "";
  write(states.unit.facts.table, large);
  EXPECT_EQ(note_about_large_machines(Linked(states.unit).program),
            "2 state machines are not looked at, because they have more than 64 states: parser_state, state");
}

TEST(Machines, WhatIsNoStateIsNotMissedForItsSize) {
  States states;
  StateLargeFact large;
  large.id = entity_from_text("large");
  large.location = states.enumeration.location;
  large.name = large.qualified = "HttpStatusCode";
  large.holder = "status_code";
  large.count = 70;
  write(states.unit.facts.table, large);
  large.name = large.qualified = "Opcode";
  large.holder = "code";
  write(states.unit.facts.table, large);
  EXPECT_EQ(note_about_large_machines(Linked(states.unit).program), "");
}

// --- the order of facts does not matter ---

TEST(Machines, AreTheSameForAnyOrderOfFacts) {
  Bypass states;
  states.add(states.sets(states.method("cancel"), all, broken));
  states.holds(only(queued));
  write(states.unit.facts.table, states.enumeration);
  const auto text_of = [](const TuFacts& facts) {
    Settings settings;
    const Program program = link(std::span<const TuFacts>(&facts, 1), settings);
    std::string text;
    for (const StateMachine& machine : program.machines)
      for (const MachineTransition& transition : machine.transitions)
        text +=
            machine.names(transition.from) + " > " + machine.names(transition.to) + " in " + transition.function + "\n";
    return text;
  };
  const std::string expected = text_of(states.unit.facts);
  EXPECT_FALSE(expected.empty());
  for (unsigned seed = 1; seed < 6; ++seed) EXPECT_EQ(text_of(shuffled(states.unit.facts, seed)), expected);
}

} // namespace plumbline
