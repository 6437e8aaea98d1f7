// Which constants are findings, and where they stand (design.md §3.2 and §3.6), on programs of a few facts; what counts
// as a consumer is in consumers_test.cpp.
#include "program/tunables.h"

#include "facts_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

static Tunable only_duration(const Linked& linked) {
  std::vector<Tunable> tunables = linked.tunables(Dimension::duration);
  EXPECT_EQ(tunables.size(), 1u);
  return tunables.empty() ? Tunable() : tunables.front();
}

// Origins.

TEST(Origins, ANamedConstantIsOneFindingWithAllItsUses) {
  Unit unit("src/timing.h");
  EntityId timeout = unit.variable("kRpcTimeoutMs", integer_type, is_constant), value = unit.number(500);
  unit.initialise(timeout, value);
  unit.in_file("src/work.cpp");
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  EntityId connect = unit.function("connect", {{"timeout_ms"}}, void_type, EntityId::none, 0);
  EntityId first = unit.function("first"), second_caller = unit.function("second");
  unit.call(first, connect, {timeout});
  unit.call(second_caller, usleep, {Value(timeout) * 1000});
  Linked linked(unit);
  Tunable tunable = only_duration(linked);
  ASSERT_NE(tunable.named, nullptr);
  EXPECT_EQ(tunable.named->name, "kRpcTimeoutMs");
  EXPECT_EQ(tunable.value, "500 ms");
  EXPECT_EQ(tunable.uses, 2);
  Finding finding = finding_of(linked.program, tunable);
  EXPECT_EQ(finding.place.path, "src/timing.h");
  EXPECT_EQ(finding.entity, "kRpcTimeoutMs");
  EXPECT_EQ(finding.uses, 2);
  EXPECT_THAT(finding.message, HasSubstr("kRpcTimeoutMs"));
  std::size_t in_work = 0;
  for (const Evidence& evidence : finding.evidence) in_work += evidence.place.path == "src/work.cpp";
  EXPECT_EQ(in_work, 2u);
}

// The unit may be said by a consumer far away.
TEST(Origins, ANamedConstantGetsItsUnitWhereItIsUsed) {
  Unit unit;
  EntityId delay = unit.variable("kDelay", integer_type, is_constant);
  unit.initialise(delay, unit.number(5));
  EntityId sleep = unit.library_function("sleep", {{"seconds"}});
  unit.call(unit.function("work"), sleep, {delay});
  EXPECT_THAT(Linked(unit).durations(), ElementsAre("5 s sleep"));
}

// Its own unit holds, whatever is computed from it.
TEST(Origins, ANamedConstantKeepsTheUnitOfItsName) {
  Unit unit;
  EntityId poll = unit.variable("kPollSeconds", integer_type, is_constant);
  unit.initialise(poll, unit.number(5));
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  unit.call(unit.function("work"), usleep, {Value(poll) * 1000000});
  std::vector<std::string> durations = Linked(unit).durations();
  ASSERT_EQ(durations.size(), 1u);
  EXPECT_THAT(durations[0], HasSubstr("5 s"));
}

TEST(Origins, AMacroIsOneFindingWhereItIsDefined) {
  Unit unit("src/timing.h");
  EntityId macro = unit.macro("RETRY_PAUSE_MS", 500);
  unit.in_file("src/work.cpp");
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  EntityId first = unit.function("first"), second_caller = unit.function("second");
  unit.call(first, usleep, {Value(macro) * 1000});
  unit.call(second_caller, usleep, {Value(macro) * 1000});
  Linked linked(unit);
  Tunable tunable = only_duration(linked);
  EXPECT_EQ(tunable.value, "500 ms");
  EXPECT_EQ(tunable.uses, 2);
  Finding finding = finding_of(linked.program, tunable);
  EXPECT_EQ(finding.place.path, "src/timing.h");
  EXPECT_THAT(finding.message, HasSubstr("RETRY_PAUSE_MS"));
}

TEST(Origins, AnEnumeratorIsOneFindingWhereItIsDefined) {
  Unit unit;
  EntityId enumerator = unit.enumerator("POLL_MS"), value = unit.number(40);
  unit.initialise(enumerator, value);
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  unit.call(unit.function("work"), usleep, {Value(enumerator) * 1000});
  Tunable tunable = only_duration(Linked(unit));
  EXPECT_EQ(tunable.value, "40 ms");
  EXPECT_EQ(tunable.constant.id, value);
}

TEST(Origins, ADefaultArgumentIsOneFindingWhoeverLeavesItOut) {
  Unit unit;
  EntityId receive = unit.function("receive", {{"socket"}, {"timeout_ms"}}), value = unit.number(950);
  unit.default_argument(receive, 1, value);
  EntityId work = unit.function("work"), socket = unit.local(work, "socket");
  unit.call(work, receive, {socket});
  unit.call(work, receive, {socket});
  Linked linked(unit);
  Tunable tunable = only_duration(linked);
  EXPECT_EQ(tunable.value, "950 ms");
  EXPECT_EQ(tunable.constant.id, value);
}

TEST(Origins, InPlaceConstantsAreAFindingEach) {
  Unit unit;
  EntityId sleep = unit.library_function("sleep", {{"seconds"}}), work = unit.function("work");
  unit.call(work, sleep, {unit.number(5)});
  unit.call(work, sleep, {unit.number(5)});
  EXPECT_THAT(Linked(unit).durations(), ElementsAre("5 s sleep", "5 s sleep"));
}

TEST(Origins, OneConstantWithManyConsumersIsOneFinding) {
  Unit unit;
  EntityId sleep = unit.library_function("sleep", {{"seconds"}}), work = unit.function("work");
  EntityId timeout = unit.local(work, "timeout_s");
  unit.initialise(timeout, unit.number(5), work);
  unit.call(work, sleep, {timeout});
  unit.call(work, sleep, {timeout});
  EXPECT_EQ(Linked(unit).durations().size(), 1u);
}

TEST(Origins, TheOwnerIsTheClassOrTheFreeFunction) {
  Unit unit;
  EntityId sleep = unit.library_function("sleep", {{"seconds"}});
  EntityId worker = unit.record("net::Worker");
  EntityId method = unit.function("run", {}, void_type, worker), free = unit.function("net::drain");
  EntityId lambda = unit.function("operator()", {}, void_type, method, is_defined | is_lambda);
  for (EntityId function : {method, free, lambda}) unit.call(function, sleep, {unit.number(5)});
  Linked linked(unit);
  std::vector<std::string> owners;
  for (const Tunable& tunable : linked.tunables(Dimension::duration)) owners.push_back(tunable.owner);
  EXPECT_THAT(owners, ElementsAre("net::Worker", "net::drain", "net::Worker"));
}

TEST(Origins, AConstantNamedInsideAMethodBelongsToItsClass) {
  Unit unit;
  EntityId server = unit.record("Server"), run = unit.function("run", {}, void_type, server);
  EntityId wait = unit.local(run, "kWaitMs", integer_type, is_constant);
  unit.initialise(wait, unit.number(5), run);
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  unit.call(run, usleep, {Value(wait) * 1000});
  Linked linked(unit);
  Tunable tunable = only_duration(linked);
  EXPECT_EQ(tunable.owner, "Server");
}

// Parts and arrays.

TEST(Parts, OfOneValueAreOneFindingAtTheFirst) {
  Unit unit;
  EntityId work = unit.function("work"), timeout = unit.local(work, "tv", duration_of(-1));
  EntityId seconds = unit.number(2), micros = unit.number(500000);
  unit.flow(FlowKind::part, counted_in(second, Value(seconds)), timeout, work);
  unit.flow(FlowKind::part, counted_in(microsecond, Value(micros)), timeout, work);
  EntityId select = unit.library_function("select", {{"n"}, {"r"}, {"w"}, {"e"}, {"timeout", duration_of(-1)}});
  unit.call(work, select, {timeout}, "", 4);
  Linked linked(unit);
  Tunable tunable = only_duration(linked);
  EXPECT_EQ(tunable.constant.id, seconds);
  EXPECT_EQ(tunable.value, "2500 ms");
}

TEST(Parts, OfTwoValuesAreTwo) {
  Unit unit;
  EntityId work = unit.function("work"), first = unit.local(work, "first", duration_of(-1)),
           other = unit.local(work, "other", duration_of(-1));
  for (EntityId target : {first, other})
    unit.flow(FlowKind::part, counted_in(second, Value(unit.number(2))), target, work);
  EXPECT_EQ(Linked(unit).durations().size(), 2u);
}

TEST(Parts, SecondsAndMicrosecondsOfOneCall) {
  Unit unit;
  EntityId set_timeout = unit.function("set_timeout", {{"seconds"}, {"microseconds"}}, void_type, EntityId::none, 0);
  EntityId work = unit.function("work"), seconds = unit.number(5);
  unit.call(work, set_timeout, {seconds, unit.number(250000)});
  Linked linked(unit);
  Tunable tunable = only_duration(linked);
  EXPECT_EQ(tunable.constant.id, seconds);
  EXPECT_EQ(tunable.value, "5250 ms");
}

TEST(Parts, AnArrayIsOneFindingAtItsFirstElement) {
  Unit unit;
  Type numbers = integer_type;
  numbers.flags = is_plural_type;
  EntityId delays = unit.variable("kRetryDelaysMs", numbers, is_constant), first = unit.number(100);
  unit.initialise(delays, first); // the collector writes the first element only
  Linked linked(unit);
  Tunable tunable = only_duration(linked);
  EXPECT_EQ(tunable.constant.id, first);
  EXPECT_EQ(tunable.value, "100 ms");
}

// Not findings.

TEST(NoFinding, TheDefaultsOfConfiguration) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  unit.flow(FlowKind::member_default, unit.number(500), timeout);
  unit.initialise(unit.variable("FLAGS_poll_interval_ms"), unit.number(20));
  EntityId work = unit.function("work");
  EntityId value = unit.library_function("YAML::Node::as", {{"timeout_ms"}}, integer_type);
  unit.call(work, value, {unit.number(30)});
  EntityId timeout_ms = unit.local(work, "timeout_ms");
  unit.initialise(timeout_ms, instead_of(timeout, unit.number(40)), work);
  Linked linked(unit);
  EXPECT_THAT(linked.durations(), IsEmpty());
  EXPECT_THAT(linked.limits(), IsEmpty());
}

TEST(NoFinding, AConstantWhoseOnlyUsesAreSuchDefaults) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  EntityId constant = unit.variable("DEFAULT_TIMEOUT_MS", integer_type, is_constant);
  unit.initialise(constant, unit.number(500));
  unit.flow(FlowKind::member_default, constant, timeout);
  EXPECT_THAT(Linked(unit).durations(), IsEmpty());

  // One other use, and it is one.
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  unit.call(unit.function("work"), usleep, {Value(constant) * 1000});
  EXPECT_EQ(Linked(unit).durations().size(), 1u);
}

TEST(NoFinding, WhatConfigurationOverwrites) {
  Unit unit;
  EntityId getenv = unit.library_function("getenv", {{"name", text_type}}, text_type);
  EntityId sleep = unit.library_function("sleep", {{"seconds"}});
  EntityId work = unit.function("work"), timeout = unit.local(work, "timeout_seconds");
  unit.initialise(timeout, unit.number(5), work);
  unit.assign(work, timeout, derived_from(unit.call(work, getenv, {})));
  unit.call(work, sleep, {timeout});
  EXPECT_THAT(Linked(unit).durations(), IsEmpty());
}

TEST(NoFinding, AMembersDefaultThatASetterOverwrites) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  EntityId server = unit.record("Server"), own = unit.field(server, "timeout_ms_");
  unit.flow(FlowKind::member_default, unit.number(500), own);
  EntityId setter = unit.function("configure", {{"x"}}, void_type, server);
  unit.assign(setter, own, parameter_of(setter, 0));
  unit.call(unit.function("start"), setter, {timeout});
  EXPECT_THAT(Linked(unit).durations(), IsEmpty());
}

TEST(NoFinding, WhatIsOnlyPrinted) {
  Unit unit;
  EntityId printf = unit.library_function("printf", {{"format", text_type}, {"timeout_ms"}});
  EntityId timeout = unit.variable("kTimeoutMs", integer_type, is_constant), work = unit.function("work");
  unit.initialise(timeout, unit.number(500));
  unit.call(work, printf, {timeout}, "", 1);
  unit.call(work, printf, {unit.number(40)}, "", 1);
  EXPECT_THAT(Linked(unit).durations(), IsEmpty());
}

TEST(NoFinding, ForEverAndAsMuchAsThereIs) {
  Unit unit;
  EntityId work = unit.function("work");
  for (double value : {2147483647.0, 4294967295.0, 9223372036854775807.0, 18446744073709551615.0}) {
    unit.initialise(unit.local(work, "timeout_ms"), unit.number(value), work);
    unit.initialise(unit.local(work, "max_retries"), unit.number(value), work);
  }
  unit.initialise(unit.local(work, "wait", duration_of(hour)), unit.span(24 * 365 * 100, hour, "forever"), work);
  Linked linked(unit);
  EXPECT_THAT(linked.durations(), IsEmpty());
  EXPECT_THAT(linked.limits(), IsEmpty());
}

TEST(NoFinding, UnitsAndTheirRatios) {
  Unit unit;
  EntityId usleep = unit.library_function("usleep", {{"usec"}}), work = unit.function("work");
  EntityId ratio = unit.variable("kMicrosPerMilli", integer_type, is_constant);
  unit.initialise(ratio, unit.number(1000));
  unit.call(work, usleep, {ratio});
  EXPECT_THAT(Linked(unit).durations(), IsEmpty());
}

TEST(NoFinding, FilesThatAreNotOurs) {
  Unit unit("third_party/lib/timer.cpp");
  EntityId sleep = unit.library_function("sleep", {{"seconds"}});
  unit.call(unit.function("work"), sleep, {unit.number(5)});
  Settings settings;
  settings.exclude = {"third_party/**"};
  EXPECT_THAT(Linked(unit, settings).durations(), IsEmpty());
}

TEST(NoFinding, ConfiguredValues) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), interval = unit.field(config, "interval_seconds");
  EntityId sleep = unit.library_function("sleep", {{"seconds"}}), work = unit.function("work");
  unit.call(work, sleep, {interval});
  Linked linked(unit);
  EXPECT_THAT(linked.durations(), IsEmpty());
  ASSERT_EQ(linked.program.sites.size(), 1u); // it is a site, fed by configuration
  EXPECT_EQ(linked.program.sites[0].fed_by, "configuration");
  EXPECT_EQ(linked.program.sites[0].source, "ServerConfig::interval_seconds");
  EXPECT_EQ(linked.program.sites[0].check, "hard-coded-duration");
}

TEST(NoFinding, AMacroWhoseOnlyUsesAreDefaults) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  EntityId macro = unit.macro("DEFAULT_TIMEOUT_MS", 500);
  unit.flow(FlowKind::member_default, macro, timeout);
  EXPECT_THAT(Linked(unit).durations(), IsEmpty());
}

TEST(NoFinding, CountsOfTimesAreNoTimes) {
  Unit unit;
  EntityId work = unit.function("work");
  unit.compare(work, unit.number(3), "==", "attempt");
  unit.compare(work, unit.number(3), ">", "missed_deadlines");
  EXPECT_THAT(Linked(unit).durations(), IsEmpty());
}

// A config object that is changed with a constant is a finding, except where configuration is made.
TEST(ConfigObjects, ChangedWithAConstant) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  EntityId tune = unit.function("tune", {{"config", object_of(config, "ServerConfig&")}});
  EntityId defaults = unit.function("defaults", {}, object_of(config, "ServerConfig"));
  EntityId changed = unit.number(350);
  unit.assign(tune, timeout, changed);
  unit.assign(defaults, timeout, unit.number(450));
  Linked linked(unit);
  Tunable tunable = only_duration(linked);
  EXPECT_EQ(tunable.constant.id, changed);
  EXPECT_EQ(tunable.value, "350 ms");
}

TEST(Sites, EveryConstantAndEveryConfiguredConsumer) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), limit = unit.field(config, "max_attempts");
  EntityId sleep = unit.library_function("sleep", {{"seconds"}});
  EntityId retry = unit.function("retry", {{"max_attempts"}}), work = unit.function("work");
  unit.call(work, sleep, {unit.number(5)});
  unit.call(work, retry, {limit});
  Linked linked(unit);
  std::vector<std::string> sites;
  for (const Site& site : linked.program.sites) sites.push_back(site.check + " " + site.fed_by + " " + site.source);
  EXPECT_THAT(sites, ElementsAre("hard-coded-duration constant 5 s",
                                 "hard-coded-limit configuration ServerConfig::max_attempts"));
}

// Determinism: the same findings, whatever the order of facts and units.

static std::vector<TuFacts> write_several_units() {
  Unit header("src/a.cpp"), user("src/b.cpp"), other("src/c.cpp");
  for (Unit* unit : {&header, &user, &other}) {
    unit->in_file("include/pause.h");
    EntityId usleep = unit->library_function("usleep", {{"usec"}});
    EntityId pause = unit->function("pause", {{"n"}});
    unit->call(pause, usleep, {Value(parameter_of(pause, 0)) * 1000});
    EntityId delay = unit->variable("kDelayMs", integer_type, is_constant);
    unit->initialise(delay, unit->number(70));
    unit->in_file(unit->facts.main_file);
    EntityId work = unit->function("work_" + unit->facts.main_file);
    EntityId timeout = unit->local(work, "timeout_ms"), attempts = unit->local(work, "max_attempts");
    unit->initialise(timeout, unit->number(300), work);
    unit->initialise(attempts, unit->number(4), work);
    unit->call(work, pause, {timeout});
    unit->call(work, pause, {delay});
    unit->call(work, pause, {unit->number(50)});
    unit->compare(work, unit->number(30), ">", "now,last");
  }
  return {header.facts, user.facts, other.facts};
}

static std::string describe_findings(const Linked& linked) {
  std::string text;
  for (Dimension dimension : {Dimension::duration, Dimension::limit})
    for (const Tunable& tunable : linked.tunables(dimension)) {
      Finding finding = finding_of(linked.program, tunable);
      text += finding.place.path + ":" + std::to_string(finding.place.line) + " " + finding.message + " " +
              finding.suggestion + " " + finding.owner + " " + finding.entity + " " + std::to_string(finding.uses);
      for (const Evidence& evidence : finding.evidence)
        text += "\n  " + evidence.place.path + ":" + std::to_string(evidence.place.line) + " " + evidence.message;
      text += "\n";
    }
  return text;
}

TEST(Determinism, ShuffledFactsGiveTheSameFindings) {
  std::vector<TuFacts> units = write_several_units();
  std::string expected = describe_findings(Linked(units));
  EXPECT_THAT(expected, HasSubstr("70 ms"));
  EXPECT_THAT(expected, HasSubstr("src/c.cpp"));
  std::mt19937 random(7);
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::shuffle(units.begin(), units.end(), random);
    std::vector<TuFacts> mixed;
    for (const TuFacts& unit : units) mixed.push_back(shuffled(unit, seed));
    EXPECT_EQ(describe_findings(Linked(mixed)), expected);
  }
}

TEST(Determinism, TunablesAreSortedByPlace) {
  Linked linked(write_several_units());
  std::vector<Tunable> tunables = linked.tunables(Dimension::duration);
  ASSERT_GE(tunables.size(), 4u);
  for (std::size_t i = 1; i < tunables.size(); ++i)
    EXPECT_LT(linked.program.place(tunables[i - 1].constant.location),
              linked.program.place(tunables[i].constant.location));
}

} // namespace plumbline
