// The three judges of state machines where free functions move an object: each kind once, and each thing that design.md
// §3.4 and §3.6 say is none. The two test files beside this one ask the same judges about methods.
#include "states_builder.h"

namespace plumbline {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// --- unguarded ---

TEST(UnguardedFunction, ATransitionWithAnEffectAndNoComparison) {
  States jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.add(jobs.moves(flow, everything()));
  jobs.does(flow, everything());
  EXPECT_THAT(jobs.found(self_transition), ElementsAre("unguarded: move_to"));
}

TEST(UnguardedFunction, APlainSetterHasNoEffect) {
  States jobs;
  jobs.add(jobs.moves(jobs.function("set_state", true), everything()));
  EXPECT_THAT(jobs.found(self_transition), IsEmpty());
}

TEST(UnguardedFunction, NotIfTheSameStateHasGoneBefore) {
  States jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.ends(flow, just_same(), Outcome::quiet);
  jobs.add(jobs.moves(flow, without_same()));
  jobs.does(flow, without_same());
  EXPECT_THAT(jobs.found(self_transition), IsEmpty());
}

TEST(UnguardedFunction, NotWhereATableIsConsulted) {
  States jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.entry("allowed", queued, running);
  Consult consult;
  consult.answer = Consult::Answer::yes;
  consult.is_table = true;
  consult.what = jobs.unit.variable("allowed");
  consult.arguments = {{StateOperand::Kind::old_state, 0}, {StateOperand::Kind::new_state, 0}};
  StateEvent write = jobs.moves(flow, everything()), effect = jobs.event(flow, StateEventKind::effect, everything());
  effect.text = "notify()";
  write.consults = effect.consults = {consult};
  jobs.add(write);
  jobs.add(effect);
  EXPECT_THAT(jobs.found(self_transition), IsEmpty());
}

TEST(UnguardedFunction, NotInWhatLoadsStoredDataNorInTests) {
  for (const auto& [name, path] :
       {std::pair("load_state", "src/job.cpp"), std::pair("move_to", "tests/job_test.cpp")}) {
    States jobs;
    const StateFlowFact flow = jobs.function(name, true, path);
    jobs.add(jobs.moves(flow, everything()));
    jobs.does(flow, everything());
    EXPECT_THAT(jobs.found(self_transition), IsEmpty()) << name;
  }
}

TEST(UnguardedFunction, NotForAnObjectThatWasJustMadeNorForOneOfMany) {
  for (const bool made : {true, false}) {
    States jobs;
    const StateFlowFact flow = jobs.function("move_to", true);
    StateEvent write = jobs.moves(flow, everything());
    (made ? write.creates : write.of_many) = true;
    jobs.add(write);
    jobs.does(flow, everything());
    EXPECT_THAT(jobs.found(self_transition), IsEmpty()) << made;
  }
}

TEST(UnguardedFunction, NotWhatHappensOnce) {
  States jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.add(jobs.moves(flow, everything()));
  StateEvent effect = jobs.event(flow, StateEventKind::effect, everything());
  effect.text = "unref()";
  effect.once = true;
  jobs.add(effect);
  EXPECT_THAT(jobs.found(self_transition), IsEmpty());
}

TEST(UnguardedFunction, SaysThatItComparesAndGoesOn) {
  States jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.add(jobs.moves(flow, everything()));
  StateEvent effect = jobs.event(flow, StateEventKind::effect, everything());
  effect.text = "notify()";
  effect.compared = true;
  jobs.add(effect);
  EXPECT_THAT(jobs.found(self_transition), ElementsAre("unguarded: move_to"));
  EXPECT_THAT(jobs.last.message, HasSubstr("compares it with the state it is in, but goes on;"));
}

// The effect happens in one old state, and callers hand in another.
TEST(UnguardedFunction, NotWithoutACallerForTheSameState) {
  for (const unsigned given : {running, broken}) {
    States jobs;
    const StateFlowFact flow = jobs.function("move_to", true);
    jobs.add(jobs.moves(flow, everything()));
    jobs.does(flow, Pairs::product(only(broken), all));
    const StateFlowFact caller = jobs.function("start");
    StateEvent call = jobs.event(caller, StateEventKind::call, Pairs::product(all, 1));
    call.target = flow.function;
    call.argument = 1;
    call.value.constants = only(given);
    jobs.add(call);
    if (given == broken)
      EXPECT_THAT(jobs.found(self_transition), ElementsAre("unguarded: move_to"));
    else
      EXPECT_THAT(jobs.found(self_transition), IsEmpty());
  }
}

// --- tolerated ---

static States transition_function(Outcome for_same) {
  States jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.ends(flow, just_same(), for_same);
  Pairs refused = illegal();
  for (unsigned i = 0; i < 4; ++i) refused.rows[i] &= ~only(i);
  jobs.ends(flow, refused, Outcome::raise, "throw IllegalTransition()");
  jobs.add(jobs.moves(flow, legal()));
  return jobs;
}

TEST(ToleratedFunction, AQuietEndForTheSameStateWhereOthersAreRefused) {
  EXPECT_THAT(transition_function(Outcome::quiet).found(self_transition), ElementsAre("tolerated: move_to"));
  EXPECT_THAT(transition_function(Outcome::success).found(self_transition), ElementsAre("tolerated: move_to"));
}

TEST(ToleratedFunction, NotWhereTheSameStateIsRefusedToo) {
  EXPECT_THAT(transition_function(Outcome::raise).found(self_transition), IsEmpty());
  EXPECT_THAT(transition_function(Outcome::error).found(self_transition), IsEmpty());
}

TEST(ToleratedFunction, NotWhereNothingIsRefused) {
  States jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.ends(flow, just_same(), Outcome::quiet);
  jobs.add(jobs.moves(flow, without_same()));
  EXPECT_THAT(jobs.found(self_transition), IsEmpty());
}

// --- tabled ---

TEST(TabledEntry, FromAStateToItself) {
  States jobs;
  jobs.entry("allowed", queued, running);
  jobs.entry("allowed", running, running);
  EXPECT_THAT(jobs.found(self_transition), ElementsAre("tabled: running"));
}

TEST(TabledEntry, NotATableThatOnlyLeadsOn) {
  States jobs;
  jobs.entry("allowed", queued, running);
  jobs.entry("allowed", running, done);
  EXPECT_THAT(jobs.found(self_transition), IsEmpty());
}

TEST(TabledEntry, NotATableOfWhatFollowsWhenSomethingHappens) {
  States jobs;
  jobs.entry("next", queued, running, /*by_event=*/true);
  jobs.entry("next", running, running, /*by_event=*/true);
  EXPECT_THAT(jobs.found(self_transition), IsEmpty());
}

// --- bypass ---

// move_to() checks; the tests add another function that sets the state.
static States with_guard() {
  States jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.ends(flow, illegal(), Outcome::raise, "throw IllegalTransition()");
  jobs.add(jobs.moves(flow, legal()));
  return jobs;
}

TEST(Bypass, AWritePastTheFunctionThatChecks) {
  States jobs = with_guard();
  jobs.add(jobs.sets(jobs.function("hurry"), all, done));
  EXPECT_THAT(jobs.found(bypass), ElementsAre("bypass: status_ = done"));
}

TEST(Bypass, NotWithoutAGuard) {
  States jobs;
  jobs.add(jobs.sets(jobs.function("hurry"), all, done));
  jobs.add(jobs.sets(jobs.function("begin"), all, running));
  EXPECT_THAT(jobs.found(bypass), IsEmpty());
}

TEST(Bypass, NotInConstructionLoadingOrTests) {
  States jobs = with_guard();
  jobs.add(jobs.sets(jobs.function("Job::Job", false, "src/job.cpp", is_defined | is_constructor), all, done));
  jobs.add(jobs.sets(jobs.function("restore_job"), all, done));
  jobs.add(jobs.sets(jobs.function("hurry", false, "tests/job_test.cpp"), all, done));
  StateEvent made = jobs.sets(jobs.function("make_job"), all, done);
  made.creates = true;
  jobs.add(made);
  EXPECT_THAT(jobs.found(bypass), IsEmpty());
}

TEST(Bypass, NotInAHelperThatOnlyTheGuardCalls) {
  States jobs = with_guard();
  const StateFlowFact helper = jobs.function("note");
  jobs.add(jobs.sets(helper, all, done));
  jobs.unit.call(entity_from_text("move_to()"), helper.function);
  EXPECT_THAT(jobs.found(bypass), IsEmpty());
  jobs.unit.call(jobs.unit.function("somebody"), helper.function);
  EXPECT_THAT(jobs.found(bypass), ElementsAre("bypass: status_ = done"));
}

TEST(Bypass, NotWhereTheWriterRefusesAWrongStateItself) {
  States jobs = with_guard();
  const StateFlowFact flow = jobs.function("hurry");
  jobs.ends(flow, Pairs::product(only(queued) | only(done), 1), Outcome::error);
  jobs.add(jobs.sets(flow, only(running), done));
  EXPECT_THAT(jobs.found(bypass), IsEmpty());
}

// A setter that keeps the state from going back lets the last one through from everywhere.
TEST(Bypass, NotWhatTheGuardWouldHaveLetThrough) {
  for (const unsigned state : {queued, broken}) {
    States jobs;
    Pairs forward;
    for (unsigned i = 0; i < 4; ++i) forward.rows[i] = all & ~(only(i) - 1);
    const StateFlowFact flow = jobs.function("advance", true);
    jobs.add(jobs.moves(flow, forward));
    jobs.add(jobs.sets(jobs.function("hurry"), all, state));
    if (state == broken)
      EXPECT_THAT(jobs.found(bypass), IsEmpty());
    else
      EXPECT_THAT(jobs.found(bypass), ElementsAre("bypass: status_ = queued"));
  }
}

// --- stuck ---

// queued -> running -> the last state.
static States line_to(const std::string& last) {
  States jobs("src/job.cpp", {"queued", "running", last});
  jobs.holds(only(queued));
  jobs.add(jobs.sets(jobs.function("begin"), only(queued), running));
  jobs.add(jobs.sets(jobs.function("leave"), only(running), done));
  return jobs;
}

TEST(Stuck, AStateThatNothingLeaves) {
  EXPECT_THAT(line_to("scattering").found(stuck), ElementsAre("dead-end: scattering"));
}

TEST(Stuck, NotAStateThatIsFinalByItsNameOrTheSettings) {
  EXPECT_THAT(line_to("done").found(stuck), IsEmpty());
  Settings settings;
  settings.state_machines.push_back({});
  settings.state_machines.back().enum_name = "JobStatus";
  settings.state_machines.back().final_states = {"scattering"};
  EXPECT_THAT(line_to("scattering").found(stuck, settings), IsEmpty());
}

TEST(Stuck, NotAStateInWhichTheObjectIsDeleted) {
  States jobs = line_to("scattering");
  jobs.add(jobs.event(jobs.function("reap"), StateEventKind::end, Pairs::product(only(done), 1)));
  EXPECT_THAT(jobs.found(stuck), IsEmpty());
}

TEST(Stuck, NotAStateThatATableKeepsWhateverHappens) {
  States jobs = line_to("scattering");
  jobs.entry("next", done, done, /*by_event=*/true);
  EXPECT_THAT(jobs.found(stuck), IsEmpty());
}

static States two_of(const std::string& third) {
  States jobs("src/job.cpp", {"queued", "running", third});
  jobs.holds(only(queued));
  jobs.add(jobs.sets(jobs.function("begin"), only(queued), running));
  jobs.add(jobs.sets(jobs.function("rest"), only(running), queued));
  return jobs;
}

TEST(Stuck, AStateThatNothingEnters) { EXPECT_THAT(two_of("paused").found(stuck), ElementsAre("unreachable: paused")); }

TEST(Stuck, NotAPlaceholderNorWhatComesFromOutside) {
  EXPECT_THAT(two_of("kCount").found(stuck), IsEmpty());
  States by_number = two_of("paused");
  by_number.enumeration.from_number = true;
  EXPECT_THAT(by_number.found(stuck), IsEmpty());
  States elsewhere = two_of("paused");
  elsewhere.enumeration.mentioned = only(done);
  EXPECT_THAT(elsewhere.found(stuck), IsEmpty());
}

// What kind of thing it is, or how something went, is no state, whoever holds it.
TEST(Stuck, NotAnEnumThatSaysWhatElseItIs) {
  for (const char* name : {"JobKind", "ExitStatus", "status_error", "unit_test_job_state"}) {
    States jobs = two_of("paused");
    jobs.enumeration.name = jobs.enumeration.qualified = name;
    EXPECT_THAT(jobs.found(stuck), IsEmpty()) << name;
  }
}

TEST(Stuck, ASwitchThatForgetsAState) {
  States jobs = line_to("done");
  const StateFlowFact flow = jobs.function("show");
  write(jobs.unit.facts.table, StateSwitchFact{jobs.enumeration.id, flow.function, flow.location, only(done)});
  EXPECT_THAT(jobs.found(stuck), ElementsAre("unhandled: switch (JobStatus)"));
}

TEST(Stuck, NotASwitchThatForgetsAPlaceholder) {
  States jobs = two_of("kCount");
  const StateFlowFact flow = jobs.function("show");
  write(jobs.unit.facts.table, StateSwitchFact{jobs.enumeration.id, flow.function, flow.location, only(done)});
  EXPECT_THAT(jobs.found(stuck), IsEmpty());
}

} // namespace plumbline
