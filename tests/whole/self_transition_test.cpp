// The judge of unchecked-self-transition, and what makes a machine: every kind, and everything that is none.
#include "states_builder.h"

namespace plumbline {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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
  ok.enumeration.states[running] = "kUnset";
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
TEST(Unguarded, AStatusThatMayBeOkWhereSomethingIsUnderWay) {
  States states;
  states.enumeration.states[done] = "kOk";
  const StateFlowFact set = states.method("set", 0);
  states.add(states.moves(set, everything()));
  states.does(set, everything());
  EXPECT_THAT(states.found(self_transition), ElementsAre("unguarded: set"));
}
TEST(Unguarded, NotBitsWithANameForAll) {
  States states;
  states.enumeration.values = {1, 2, 4, 7};
  const StateFlowFact set = states.method("set", 0);
  states.add(states.moves(set, everything()));
  states.does(set, everything());
  EXPECT_THAT(states.found(self_transition), IsEmpty());
}
TEST(Unguarded, NotWhereSomethingElseIsAskedAsWellOrOnlyOnce) {
  for (const bool once : {true, false}) {
    States states;
    const StateFlowFact set = states.method("set", 0);
    StateEvent write = states.moves(set, everything());
    (once ? write.once : write.compared) = true;
    states.add(write);
    states.does(set, everything());
    EXPECT_THAT(states.found(self_transition), IsEmpty());
  }
}
TEST(Unguarded, ComparedTooLate) {
  States states;
  const StateFlowFact set = states.method("set", 0);
  states.does(set, everything(), "++changes_");
  states.ends(set, just_same(), Outcome::quiet, "return");
  states.add(states.moves(set, without_same()));
  EXPECT_THAT(states.found(self_transition), ElementsAre("unguarded: set"));
  EXPECT_THAT(states.last.message, HasSubstr("too late"));
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
// if (status_ != next && !can_move(status_, next)) throw …; status_ = next;
TEST(Tolerated, WhereTheSameStateGetsAroundTheQuestion) {
  for (const bool except_same : {true, false}) {
    States states;
    const StateFlowFact can = states.predicate("can_move");
    states.ends(can, legal(), Outcome::yes, "return true");
    states.ends(can, illegal(), Outcome::no, "return false");
    const StateFlowFact move = states.method("move_to", 0);
    StateEvent refusal = states.event(move, StateEventKind::exit, without_same());
    refusal.outcome = Outcome::raise;
    refusal.consults = {states.asks(can, Consult::Answer::no)};
    states.add(refusal);
    Consult asked = states.asks(can);
    asked.except_same = except_same;
    StateEvent write = states.moves(move, everything());
    write.consults = {asked};
    states.add(write);
    StateEvent end = states.event(move, StateEventKind::exit, everything());
    end.consults = {asked};
    end.after_write = true;
    states.add(end);
    EXPECT_EQ(states.found(self_transition).size(), except_same ? 1u : 0u);
  }
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

} // namespace plumbline
