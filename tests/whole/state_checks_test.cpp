// The judges of the three state checks, on facts written by hand: every kind, and everything that is none. What
// src/collect/states.cpp would write is what stands here; checks/*/fixture/ shows that it does.
#include "../unit/facts_builder.h"
#include "check.h"
#include "facts/states.h"
#include "program/machines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// An enum JobStatus { queued, running, done, broken } with a field that holds it, in one unit.
enum : unsigned { queued, running, done, broken };
static constexpr StateMask all = 15;
static StateMask only(unsigned state) { return StateMask(1) << state; }

static Pairs everything() { return Pairs::product(all, all); }
static Pairs without_same() {
  Pairs pairs = everything();
  for (unsigned i = 0; i < 4; ++i) pairs.rows[i] &= ~only(i);
  return pairs;
}
static Pairs just_same() {
  Pairs pairs;
  for (unsigned i = 0; i < 4; ++i) pairs.rows[i] = only(i);
  return pairs;
}
// queued -> running -> done or broken
static Pairs legal() {
  Pairs pairs;
  pairs.rows[queued] = only(running);
  pairs.rows[running] = only(done) | only(broken);
  return pairs;
}
static Pairs illegal() {
  Pairs pairs = everything();
  for (unsigned i = 0; i < 4; ++i) pairs.rows[i] &= ~legal().rows[i];
  return pairs;
}

class States {
 public:
  explicit States(const std::string& path = "src/job.cpp") : unit(path) {
    record = unit.record("Job");
    enumeration.id = unit.enumerator("JobStatus");
    enumeration.location = unit.location_of(enumeration.id);
    enumeration.name = enumeration.qualified = "JobStatus";
    for (const char* name : {"queued", "running", "done", "broken"}) {
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

static constexpr std::string_view self_transition = "unchecked-self-transition", bypass = "state-guard-bypass",
                                  stuck = "stuck-state";

// --- facts ---

TEST(StateFacts, ComeBackAsTheyWere) {
  FactTable table;
  StateEvent event;
  event.flow = entity_from_text("flow");
  event.kind = StateEventKind::exit;
  event.pairs = legal();
  event.old_states = 5;
  event.value.constants = 2;
  event.value.calls = {entity_from_text("a"), entity_from_text("b")};
  event.outcome = Outcome::error;
  event.text = "return -1";
  event.labels = {{3, {table.strings.intern("a.cpp"), 4, 5, 6, 7}}};
  event.location = {table.strings.intern("a.cpp"), 1, 2, 3, 4};
  Consult consult;
  consult.what = entity_from_text("table");
  consult.answer = Consult::Answer::no;
  consult.direct = false;
  consult.arguments = {{StateOperand::Kind::constant, 12}, {StateOperand::Kind::old_state, 0}, {}};
  event.consults = {consult, consult};
  write(table, event);
  const StateFacts facts = read_state_facts(table);
  ASSERT_EQ(facts.events.size(), 1u);
  const StateEvent& read = facts.events.front();
  EXPECT_EQ(read.pairs, event.pairs);
  EXPECT_EQ(read.old_states, event.old_states);
  EXPECT_EQ(read.value.constants, event.value.constants);
  EXPECT_EQ(read.value.calls, event.value.calls);
  EXPECT_EQ(read.outcome, event.outcome);
  EXPECT_EQ(read.text, event.text);
  EXPECT_EQ(read.labels, event.labels);
  EXPECT_EQ(read.consults, event.consults);
}

TEST(StateFacts, PairsOf64StatesComeBack) {
  FactTable table;
  StateEvent event;
  event.location = {table.strings.intern("a.cpp"), 1, 2, 3, 4};
  event.pairs = Pairs::product(~StateMask(0), ~StateMask(0));
  event.pairs.rows[63] = 1;
  event.pairs.rows[0] = 0;
  write(table, event);
  EXPECT_EQ(read_state_facts(table).events.front().pairs, event.pairs);
}

// --- unguarded ---

TEST(Unguarded, AMoveWithAnEffectAndNoComparison) {
  States states;
  const StateFlowFact set = states.method("set_status", 0);
  states.add(states.moves(set, everything()));
  states.does(set, everything());
  EXPECT_THAT(states.found(self_transition), ElementsAre("unguarded: set_status"));
  EXPECT_THAT(states.last.message, testing::HasSubstr("'notify()'"));
}
TEST(Unguarded, NotASetterWithoutEffects) {
  States states;
  states.add(states.moves(states.method("set_status", 0), everything()));
  EXPECT_THAT(states.found(self_transition), IsEmpty());
}
TEST(Unguarded, NotWhereTheSameStateIsRuledOut) {
  States states;
  const StateFlowFact set = states.method("set_status", 0);
  states.add(states.moves(set, without_same()));
  states.does(set, without_same());
  states.ends(set, just_same(), Outcome::quiet);
  EXPECT_THAT(states.found(self_transition), IsEmpty());
}
TEST(Unguarded, NotWhereTheEffectsAreBehindTheComparison) {
  States states;
  const StateFlowFact set = states.method("set_status", 0);
  states.add(states.moves(set, everything()));
  states.does(set, without_same());
  EXPECT_THAT(states.found(self_transition), IsEmpty());
}
TEST(Unguarded, AComparisonWithAConstantIsNone) {
  States states;
  const StateFlowFact set = states.method("set_status", 0);
  const Pairs not_done = Pairs::product(all & ~only(done), all);
  states.add(states.moves(set, not_done));
  states.does(set, not_done);
  EXPECT_THAT(states.found(self_transition), ElementsAre("unguarded: set_status"));
}
TEST(Unguarded, NotWhereAHelperDecides) {
  States states;
  const StateFlowFact can = states.predicate("can");
  states.ends(can, legal(), Outcome::yes);
  states.ends(can, illegal(), Outcome::no);
  const StateFlowFact set = states.method("set_status", 0);
  StateEvent write = states.moves(set, everything());
  write.consults = {states.asks(can)};
  states.add(write);
  StateEvent effect = states.event(set, StateEventKind::effect, everything());
  effect.text = "notify()";
  effect.consults = {states.asks(can)};
  states.add(effect);
  EXPECT_THAT(states.found(self_transition), IsEmpty());
}
TEST(Unguarded, NotConstructionLoadingOrTests) {
  for (const char* name : {"load_status", "restore", "operator=", "swap"}) {
    States states;
    const StateFlowFact set = states.method(name, 0);
    states.add(states.moves(set, everything()));
    states.does(set, everything());
    EXPECT_THAT(states.found(self_transition), IsEmpty()) << name;
  }
  States made;
  const StateFlowFact set = made.method("set_status", 0);
  StateEvent write = made.moves(set, everything());
  write.creates = true;
  made.add(write);
  made.does(set, everything());
  EXPECT_THAT(made.found(self_transition), IsEmpty());
  States test("tests/job_test.cpp");
  const StateFlowFact in_test = test.method("set_status", 0);
  test.add(test.moves(in_test, everything()));
  test.does(in_test, everything());
  EXPECT_THAT(test.found(self_transition), IsEmpty());
}
TEST(Unguarded, NotALoopThatMarksMany) {
  States states;
  const StateFlowFact mark = states.method("move_acked", 0);
  StateEvent write = states.moves(mark, everything());
  write.of_many = true;
  states.add(write);
  states.does(mark, everything(), "dequeue()");
  EXPECT_THAT(states.found(self_transition), IsEmpty());
}
TEST(Unguarded, NotAnAnswerNorAConfiguration) {
  for (const char* name : {"HttpStatusCode", "http_status", "status_codes"}) {
    States states;
    states.enumeration.name = states.enumeration.qualified = name;
    states.field = states.unit.field(states.record, "code_");
    const StateFlowFact set = states.method("answer", 0);
    states.add(states.moves(set, everything()));
    states.does(set, everything());
    EXPECT_THAT(states.found(self_transition), IsEmpty()) << name;
  }
  States ok;
  ok.enumeration.states[done] = "kOk";
  const StateFlowFact answer = ok.method("set", 0);
  ok.add(ok.moves(answer, everything()));
  ok.does(answer, everything());
  EXPECT_THAT(ok.found(self_transition), IsEmpty());
  States config;
  config.record = config.unit.record("ProducerConfigurationImpl");
  config.field = config.unit.field(config.record, "mode_");
  const StateFlowFact set = config.method("set_mode", 0);
  config.add(config.moves(set, everything()));
  config.does(set, everything());
  EXPECT_THAT(config.found(self_transition), IsEmpty());
}
TEST(Unguarded, SuggestsAReturnThatCompiles) {
  States states;
  const StateFlowFact set = states.method("set_status", 0);
  states.add(states.moves(set, everything()));
  states.does(set, everything());
  states.ends(set, everything(), Outcome::success, "return 0");
  EXPECT_THAT(states.found(self_transition), ElementsAre("unguarded: set_status"));
  EXPECT_THAT(states.last.suggestion, HasSubstr("if (status_ == next) return 0;"));
}
TEST(Unguarded, NotAnEnumThatIsNoState) {
  States states;
  states.enumeration.name = states.enumeration.qualified = "Color";
  states.field = states.unit.field(states.record, "color_");
  const StateFlowFact set = states.method("paint", 0);
  states.add(states.moves(set, everything()));
  states.does(set, everything());
  EXPECT_THAT(states.found(self_transition), IsEmpty());
}

// §3.4: an enum by any name is a machine where the settings say so, where a function takes it twice as from and to, or
// where a table relates it to itself.
TEST(Machines, ByTheSettings) {
  States states;
  states.enumeration.name = states.enumeration.qualified = "Color";
  states.field = states.unit.field(states.record, "color_");
  const StateFlowFact set = states.method("paint", 0);
  states.add(states.moves(set, everything()));
  states.does(set, everything());
  Settings settings;
  settings.state_machines = {{"Color", {}}};
  EXPECT_THAT(states.found(self_transition, settings), ElementsAre("unguarded: paint"));
}
TEST(Machines, ByAFunctionFromAndTo) {
  States states;
  states.enumeration.name = states.enumeration.qualified = "Gear";
  const StateFlowFact can = states.predicate("can_shift");
  states.ends(can, just_same(), Outcome::yes, "return true");
  states.ends(can, legal(), Outcome::yes, "return true");
  states.ends(can, illegal(), Outcome::no, "return false");
  EXPECT_THAT(states.found(self_transition), ElementsAre("tolerated: can_shift"));
}
TEST(Machines, ByATable) {
  States states;
  states.enumeration.name = states.enumeration.qualified = "Gear";
  const EntityId table = states.unit.variable("shifts");
  for (const unsigned to : {queued, running})
    write(states.unit.facts.table, StateTableEntry{table, states.enumeration.id, queued, static_cast<int>(to),
                                                   states.unit.location_of(states.unit.number(1))});
  EXPECT_THAT(states.found(self_transition), ElementsAre("tabled: queued"));
}

// --- tolerated ---

// if (status_ == next) <same>; if (!legal) <refuse>; status_ = next;
static States transition(Outcome same, Outcome refuse) {
  States states;
  const StateFlowFact move = states.method("move_to", 0);
  states.ends(move, just_same(), same);
  Pairs refused = illegal();
  refused &= without_same();
  states.ends(move, refused, refuse, "throw IllegalTransition()");
  states.add(states.moves(move, legal()));
  StateEvent end = states.event(move, StateEventKind::exit, legal());
  end.outcome = refuse == Outcome::no ? Outcome::yes : refuse == Outcome::error ? Outcome::success : Outcome::quiet;
  end.after_write = true;
  states.add(end);
  return states;
}
TEST(Tolerated, SuccessWhereOthersAreRefused) {
  EXPECT_THAT(transition(Outcome::quiet, Outcome::raise).found(self_transition), ElementsAre("tolerated: move_to"));
  EXPECT_THAT(transition(Outcome::yes, Outcome::no).found(self_transition), ElementsAre("tolerated: move_to"));
  EXPECT_THAT(transition(Outcome::success, Outcome::error).found(self_transition), ElementsAre("tolerated: move_to"));
}
TEST(Tolerated, FalseThatMeansNothingToDo) {
  EXPECT_THAT(transition(Outcome::no, Outcome::raise).found(self_transition), ElementsAre("tolerated: move_to"));
}
TEST(Tolerated, NotWhatIsRefusedLikeTheOthers) {
  EXPECT_THAT(transition(Outcome::no, Outcome::no).found(self_transition), IsEmpty());
  EXPECT_THAT(transition(Outcome::raise, Outcome::raise).found(self_transition), IsEmpty());
  EXPECT_THAT(transition(Outcome::error, Outcome::error).found(self_transition), IsEmpty());
}
TEST(Tolerated, NotAValueThatCallersCanTell) {
  EXPECT_THAT(transition(Outcome::value, Outcome::error).found(self_transition), IsEmpty());
}
TEST(Tolerated, NotWhereNothingIsRefused) {
  States states;
  const StateFlowFact set = states.method("set_status", 0);
  states.ends(set, just_same(), Outcome::quiet);
  states.add(states.moves(set, without_same()));
  EXPECT_THAT(states.found(self_transition), IsEmpty());
}
TEST(Tolerated, NotWhereTheRefusalIsAboutSomethingElse) {
  States states;
  const StateFlowFact set = states.method("set_status", 0);
  states.ends(set, just_same(), Outcome::yes);
  states.ends(set, without_same(), Outcome::no); // if (!connected_) return false;
  states.add(states.moves(set, without_same()));
  EXPECT_THAT(states.found(self_transition), IsEmpty());
}
TEST(Tolerated, SuggestsTheCodesOwnWayOfRefusing) {
  States states = transition(Outcome::quiet, Outcome::raise);
  states.found(self_transition);
  EXPECT_THAT(states.last.suggestion, testing::HasSubstr("if (status_ == next) throw IllegalTransition();"));
}

// --- tabled ---

static void entry(States& states, EntityId table, int from, int to) {
  write(states.unit.facts.table,
        StateTableEntry{table, states.enumeration.id, from, to, states.unit.location_of(states.unit.number(1))});
}
TEST(Tabled, AnEntryThatLeadsToItself) {
  States states;
  const EntityId table = states.unit.variable("allowed");
  entry(states, table, queued, running);
  entry(states, table, running, running);
  EXPECT_THAT(states.found(self_transition), ElementsAre("tabled: running"));
}
TEST(Tabled, NotWhereTheFunctionHasRuledItOut) {
  States states;
  const EntityId table = states.unit.variable("allowed");
  entry(states, table, running, running);
  entry(states, table, running, done);
  const StateFlowFact check = states.predicate("check");
  Consult consult;
  consult.what = table;
  consult.is_table = true;
  StateEvent exit = states.event(check, StateEventKind::exit, without_same());
  exit.outcome = Outcome::quiet;
  exit.consults = {consult};
  states.add(exit);
  states.ends(check, just_same(), Outcome::raise);
  EXPECT_THAT(states.found(self_transition), IsEmpty());
}
TEST(Tabled, ACaseThatLetsItsOwnStateThrough) {
  States states;
  const StateFlowFact can = states.predicate("can");
  Pairs pairs;
  pairs.rows[running] = only(running) | only(done);
  StateEvent exit = states.event(can, StateEventKind::exit, pairs);
  exit.outcome = Outcome::yes;
  exit.labels = {{running, states.unit.location_of(states.unit.number(7))}};
  states.add(exit);
  states.ends(can, illegal(), Outcome::no);
  EXPECT_THAT(states.found(self_transition), ElementsAre("tabled: running"));
}

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
