// The three judges of state machines on facts that are written by hand: each kind once, and each thing that design.md
// §3.4 and §3.6 say is none. What the collectors make of code is the fixtures' business; here a rule stands alone.
#include "../unit/facts_builder.h"
#include "check.h"
#include "facts/states.h"

#include <gtest/gtest.h>

#include <bit>

namespace plumbline {

static constexpr StateMask pending = 1, running = 2, done = 4, every = 7;

// A program about one enum, `enum class JobState { pending, running, done }`, held by Job::state.
class Jobs {
 public:
  explicit Jobs(std::vector<std::string> states = {"pending", "running", "done"}) : unit("src/job.cpp") {
    record = unit.record("Job");
    state = unit.field(record, "state");
    enumeration.id = entity_from_text("enum JobState");
    enumeration.location = unit.location_of(record);
    enumeration.name = enumeration.qualified = "JobState";
    for (std::string& name : states) {
      const EntityId one = unit.enumerator("JobState::" + name);
      enumeration.values.push_back(static_cast<std::int64_t>(enumeration.states.size()));
      enumeration.places.push_back(unit.location_of(one));
      enumeration.states.push_back(std::move(name));
    }
    holder = {state, enumeration.id, unit.location_of(state), pending};
  }
  // A function that deals with Job::state; `takes_state`: its second parameter is the new state.
  StateFlowFact function(const std::string& name, bool takes_state = false, const std::string& path = "src/job.cpp",
                         std::uint32_t flags = is_defined) {
    unit.in_file(path);
    std::vector<Parameter> parameters{{"job", object_of(record, "Job&")}};
    if (takes_state) parameters.push_back({"next"});
    StateFlowFact flow;
    flow.function = unit.function(name, parameters, void_type, EntityId::none, flags);
    flow.id = entity_from_text("flow " + name);
    flow.enumeration = enumeration.id;
    flow.holder = state;
    flow.new_parameter = takes_state ? 1 : -1;
    flow.location = unit.location_of(flow.function);
    write(unit.facts.table, flow);
    return flow;
  }
  StateEvent event(const StateFlowFact& flow, StateEventKind kind, const Pairs& pairs) {
    StateEvent event;
    event.flow = flow.id;
    event.kind = kind;
    // Each event stands in a line of its own.
    event.location = unit.location_of(unit.variable("place" + std::to_string(++places)));
    event.pairs = pairs;
    event.old_states = pairs.old_states();
    return event;
  }
  // job.state = next;
  StateEvent moves(const StateFlowFact& flow, const Pairs& pairs = Pairs::product(every, every)) {
    StateEvent write = event(flow, StateEventKind::write, pairs);
    write.value.parameters = 2;
    write.text = "job.state = next";
    return write;
  }
  // job.state = JobState::…;
  StateEvent sets(const StateFlowFact& flow, StateMask to, StateMask from = every) {
    StateEvent write = event(flow, StateEventKind::write, Pairs::product(from, 1));
    write.value.constants = to;
    write.text = "job.state = JobState::" + enumeration.states[static_cast<std::size_t>(std::countr_zero(to))];
    return write;
  }
  StateEvent effect(const StateFlowFact& flow, const Pairs& pairs = Pairs::product(every, every)) {
    StateEvent effect = event(flow, StateEventKind::effect, pairs);
    effect.text = "notify()";
    return effect;
  }
  StateEvent exit(const StateFlowFact& flow, Outcome outcome, const Pairs& pairs) {
    StateEvent exit = event(flow, StateEventKind::exit, pairs);
    exit.outcome = outcome;
    exit.text = outcome == Outcome::raise ? "throw IllegalTransition()" : "return";
    return exit;
  }
  template <class FactType> void add(const FactType& fact) { write(unit.facts.table, fact); }
  void entry(const char* table, int from, int to) {
    const EntityId variable = unit.variable(table);
    add(StateTableEntry{variable, enumeration.id, from, to, unit.location_of(variable), false});
  }

  // "kind entity" of all findings of a check.
  std::vector<std::string> findings(std::string_view check, Settings settings = {}) {
    Unit whole = unit;
    write(whole.facts.table, enumeration);
    write(whole.facts.table, holder);
    const Linked linked(whole, std::move(settings));
    std::vector<Finding> found;
    for (const RegisteredCheck& one : all_checks())
      if (one.name == check) one.check->judge(linked.program, found);
    std::vector<std::string> texts;
    for (const Finding& finding : found) texts.push_back(finding.kind + " " + finding.entity);
    std::sort(texts.begin(), texts.end());
    return texts;
  }

  Unit unit;
  EntityId record = EntityId::none, state = EntityId::none;
  StateEnumFact enumeration;
  StateHolderFact holder;
  unsigned places = 0;
};

using Texts = std::vector<std::string>;
static constexpr std::string_view self = "unchecked-self-transition", bypass = "state-guard-bypass",
                                  stuck = "stuck-state";

static Pairs same_pairs() {
  Pairs pairs;
  for (unsigned i = 0; i < 3; ++i) pairs.rows[i] = StateMask(1) << i;
  return pairs;
}
static Pairs different_pairs() {
  Pairs pairs;
  for (unsigned i = 0; i < 3; ++i) pairs.rows[i] = every & ~(StateMask(1) << i);
  return pairs;
}
// pending → running → done
static Pairs legal_pairs() {
  Pairs pairs;
  pairs.rows[0] = running;
  pairs.rows[1] = done;
  return pairs;
}
static Pairs illegal_pairs() {
  Pairs pairs = different_pairs();
  pairs.rows[0] &= ~running;
  pairs.rows[1] &= ~done;
  return pairs;
}

// --- unguarded ---

TEST(Unguarded, ATransitionWithAnEffectAndNoComparison) {
  Jobs jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.add(jobs.moves(flow));
  jobs.add(jobs.effect(flow));
  EXPECT_EQ(jobs.findings(self), Texts{"unguarded move_to"});
}

TEST(Unguarded, APlainSetterHasNoEffect) {
  Jobs jobs;
  jobs.add(jobs.moves(jobs.function("set_state", true)));
  EXPECT_EQ(jobs.findings(self), Texts());
}

TEST(Unguarded, NotIfTheSameStateHasGoneBefore) {
  Jobs jobs;
  StateFlowFact flow = jobs.function("move_to", true);
  jobs.add(jobs.exit(flow, Outcome::quiet, same_pairs()));
  jobs.add(jobs.moves(flow, different_pairs()));
  jobs.add(jobs.effect(flow, different_pairs()));
  EXPECT_EQ(jobs.findings(self), Texts());
}

TEST(Unguarded, NotWhereATableIsConsulted) {
  Jobs jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.entry("allowed", 0, 1);
  Consult consult;
  consult.answer = Consult::Answer::yes;
  consult.is_table = true;
  consult.what = jobs.unit.variable("allowed");
  consult.arguments = {{StateOperand::Kind::old_state, 0}, {StateOperand::Kind::new_state, 0}};
  StateEvent write = jobs.moves(flow), effect = jobs.effect(flow);
  write.consults = effect.consults = {consult};
  jobs.add(write);
  jobs.add(effect);
  EXPECT_EQ(jobs.findings(self), Texts());
}

TEST(Unguarded, NotInWhatLoadsStoredDataNorInTests) {
  for (const auto& [name, path] :
       {std::pair("load_state", "src/job.cpp"), std::pair("move_to", "tests/job_test.cpp")}) {
    Jobs jobs;
    const StateFlowFact flow = jobs.function(name, true, path);
    jobs.add(jobs.moves(flow));
    jobs.add(jobs.effect(flow));
    EXPECT_EQ(jobs.findings(self), Texts()) << name;
  }
}

TEST(Unguarded, NotForAnObjectThatWasJustMadeNorForOneOfMany) {
  for (const bool made : {true, false}) {
    Jobs jobs;
    const StateFlowFact flow = jobs.function("move_to", true);
    StateEvent write = jobs.moves(flow);
    (made ? write.creates : write.of_many) = true;
    jobs.add(write);
    jobs.add(jobs.effect(flow));
    EXPECT_EQ(jobs.findings(self), Texts()) << made;
  }
}

// --- tolerated ---

static Jobs transition_function(Outcome for_same) {
  Jobs jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.add(jobs.exit(flow, for_same, same_pairs()));
  jobs.add(jobs.exit(flow, Outcome::raise, illegal_pairs()));
  jobs.add(jobs.moves(flow, legal_pairs()));
  return jobs;
}

TEST(Tolerated, AQuietEndForTheSameStateWhereOthersAreRefused) {
  EXPECT_EQ(transition_function(Outcome::quiet).findings(self), Texts{"tolerated move_to"});
  EXPECT_EQ(transition_function(Outcome::success).findings(self), Texts{"tolerated move_to"});
}

TEST(Tolerated, NotWhereTheSameStateIsRefusedToo) {
  EXPECT_EQ(transition_function(Outcome::raise).findings(self), Texts());
  EXPECT_EQ(transition_function(Outcome::error).findings(self), Texts());
}

TEST(Tolerated, NotWhereNothingIsRefused) {
  Jobs jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.add(jobs.exit(flow, Outcome::quiet, same_pairs()));
  jobs.add(jobs.moves(flow, different_pairs()));
  EXPECT_EQ(jobs.findings(self), Texts());
}

// --- tabled ---

TEST(Tabled, AnEntryFromAStateToItself) {
  Jobs jobs;
  jobs.entry("allowed", 0, 1);
  jobs.entry("allowed", 1, 1);
  EXPECT_EQ(jobs.findings(self).size(), 1u);
  EXPECT_EQ(jobs.findings(self).front().substr(0, 6), "tabled");
}

TEST(Tabled, NotATableThatOnlyLeadsOn) {
  Jobs jobs;
  jobs.entry("allowed", 0, 1);
  jobs.entry("allowed", 1, 2);
  EXPECT_EQ(jobs.findings(self), Texts());
}

// --- bypass ---

// move_to() checks; and another function that sets the state.
static Jobs with_guard() {
  Jobs jobs;
  const StateFlowFact flow = jobs.function("move_to", true);
  jobs.add(jobs.exit(flow, Outcome::raise, illegal_pairs()));
  jobs.add(jobs.moves(flow, legal_pairs()));
  return jobs;
}

TEST(Bypass, AWritePastTheFunctionThatChecks) {
  Jobs jobs = with_guard();
  jobs.add(jobs.sets(jobs.function("hurry"), done));
  EXPECT_EQ(jobs.findings(bypass), Texts{"bypass JobState"});
}

TEST(Bypass, NotWithoutAGuard) {
  Jobs jobs;
  jobs.add(jobs.sets(jobs.function("hurry"), done));
  jobs.add(jobs.sets(jobs.function("begin"), running));
  EXPECT_EQ(jobs.findings(bypass), Texts());
}

TEST(Bypass, NotInConstructionLoadingOrTests) {
  Jobs jobs = with_guard();
  jobs.add(jobs.sets(jobs.function("Job::Job", false, "src/job.cpp", is_defined | is_constructor), done));
  jobs.add(jobs.sets(jobs.function("restore_job"), done));
  jobs.add(jobs.sets(jobs.function("hurry", false, "tests/job_test.cpp"), done));
  StateEvent made = jobs.sets(jobs.function("make_job"), done);
  made.creates = true;
  jobs.add(made);
  EXPECT_EQ(jobs.findings(bypass), Texts());
}

TEST(Bypass, NotInAHelperThatOnlyTheGuardCalls) {
  Jobs jobs = with_guard();
  const StateFlowFact helper = jobs.function("note");
  jobs.add(jobs.sets(helper, done));
  jobs.unit.call(entity_from_text("move_to()"), helper.function);
  EXPECT_EQ(jobs.findings(bypass), Texts());
  jobs.unit.call(jobs.unit.function("somebody"), helper.function);
  EXPECT_EQ(jobs.findings(bypass), Texts{"bypass JobState"});
}

TEST(Bypass, NotWhereTheWriterRefusesAWrongStateItself) {
  Jobs jobs = with_guard();
  const StateFlowFact flow = jobs.function("hurry");
  jobs.add(jobs.exit(flow, Outcome::error, Pairs::product(pending | done, 1)));
  jobs.add(jobs.sets(flow, done, running));
  EXPECT_EQ(jobs.findings(bypass), Texts());
}

// --- stuck ---

// pending → running → the last state.
static Jobs line_to(const std::string& last) {
  Jobs jobs({"pending", "running", last});
  jobs.add(jobs.sets(jobs.function("begin"), running, pending));
  jobs.add(jobs.sets(jobs.function("leave"), done, running));
  return jobs;
}

TEST(Stuck, AStateThatNothingLeaves) { EXPECT_EQ(line_to("scattering").findings(stuck), Texts{"dead-end scattering"}); }

TEST(Stuck, NotAStateThatIsFinalByItsNameOrTheSettings) {
  EXPECT_EQ(line_to("done").findings(stuck), Texts());
  Settings settings;
  settings.state_machines.push_back({});
  settings.state_machines.back().enum_name = "JobState";
  settings.state_machines.back().final_states = {"scattering"};
  EXPECT_EQ(line_to("scattering").findings(stuck, settings), Texts());
}

TEST(Stuck, NotAStateInWhichTheObjectIsDeleted) {
  Jobs jobs = line_to("scattering");
  jobs.add(jobs.event(jobs.function("reap"), StateEventKind::end, Pairs::product(done, 1)));
  EXPECT_EQ(jobs.findings(stuck), Texts());
}

static Jobs two_of(const std::string& third) {
  Jobs jobs({"pending", "running", third});
  jobs.add(jobs.sets(jobs.function("begin"), running, pending));
  jobs.add(jobs.sets(jobs.function("rest"), pending, running));
  return jobs;
}

TEST(Stuck, AStateThatNothingEnters) { EXPECT_EQ(two_of("paused").findings(stuck), Texts{"unreachable paused"}); }

TEST(Stuck, NotAPlaceholderNorWhatComesFromOutside) {
  EXPECT_EQ(two_of("kCount").findings(stuck), Texts());
  Jobs by_number = two_of("paused");
  by_number.enumeration.from_number = true;
  EXPECT_EQ(by_number.findings(stuck), Texts());
  Jobs elsewhere = two_of("paused");
  elsewhere.enumeration.mentioned = done;
  EXPECT_EQ(elsewhere.findings(stuck), Texts());
}

TEST(Stuck, ASwitchThatForgetsAState) {
  Jobs jobs = line_to("done");
  const StateFlowFact flow = jobs.function("show");
  jobs.add(StateSwitchFact{jobs.enumeration.id, flow.function, flow.location, done});
  EXPECT_EQ(jobs.findings(stuck), Texts{"unhandled JobState"});
}

TEST(Stuck, NotASwitchThatForgetsAPlaceholder) {
  Jobs jobs = two_of("kCount");
  const StateFlowFact flow = jobs.function("show");
  jobs.add(StateSwitchFact{jobs.enumeration.id, flow.function, flow.location, done});
  EXPECT_EQ(jobs.findings(stuck), Texts());
}

} // namespace plumbline
