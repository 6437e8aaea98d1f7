// What counts as a consumer, and which constants flow into one (design.md §3.2 (a)-(d)), on programs of a few facts.
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

// Consumers by API.

TEST(Consumers, ArgumentsOfKnownFunctions) {
  Unit unit;
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  EntityId poll = unit.library_function("poll", {{"fds"}, {"nfds"}, {"timeout"}});
  EntityId listen = unit.library_function("listen", {{"fd"}, {"n"}});
  EntityId work = unit.function("work"), n = unit.local(work, "n");
  unit.call(work, usleep, {unit.number(50)});
  unit.call(work, poll, {n, n, unit.number(2000)});
  unit.call(work, listen, {n, unit.number(128)});
  Linked linked(unit);
  EXPECT_THAT(linked.durations(), ElementsAre("50 us sleep", "2 s timeout"));
  EXPECT_THAT(linked.limits(), ElementsAre("128 capacity"));
}

TEST(Consumers, OptionsSayWhatAnArgumentIs) {
  Unit unit;
  EntityId setsockopt = unit.library_function("setsockopt", {{"fd"}, {"level"}, {"name"}, {"value", text_type}, {"n"}});
  EntityId work = unit.function("work"), on = unit.local(work, "on"), probes = unit.local(work, "probes"),
           quiet = unit.local(work, "quiet");
  unit.initialise(on, unit.number(1), work);
  unit.initialise(quiet, unit.number(60), work);
  unit.initialise(probes, unit.number(9), work);
  unit.call(work, setsockopt, {on}, "SOL_SOCKET,SO_REUSEADDR", 3);
  unit.call(work, setsockopt, {quiet}, "IPPROTO_TCP,TCP_KEEPIDLE", 3);
  unit.call(work, setsockopt, {probes}, "IPPROTO_TCP,TCP_KEEPCNT", 3);
  Linked linked(unit);
  EXPECT_THAT(linked.durations(), ElementsAre("1 min interval"));
  EXPECT_THAT(linked.limits(), ElementsAre("9 retries"));
}

TEST(Consumers, ArgumentsThatTheSettingsName) {
  Unit unit;
  EntityId timer = unit.record("app::Timer"), work = unit.function("work");
  EntityId schedule = unit.function("schedule", {{"a"}, {"b"}}, void_type, timer);
  unit.call(work, schedule, {unit.number(40), unit.number(3)});
  Settings settings;
  settings.sinks = {{"Timer::schedule", 1, "ms", "interval", "duration"},
                    {"Timer::schedule", 2, "", "retries", "limit"}};
  Linked linked(unit, settings), without(unit);
  EXPECT_THAT(linked.durations(), ElementsAre("40 ms interval"));
  EXPECT_THAT(linked.limits(), ElementsAre("3 retries"));
  EXPECT_THAT(without.durations(), IsEmpty());
  EXPECT_THAT(without.limits(), IsEmpty());
}

// Consumers by type.

TEST(Consumers, DurationsThatArePassedOrStored) {
  Unit unit;
  EntityId wait = unit.function("wait_until_ready", {{"most", duration_of(millisecond)}});
  EntityId work = unit.function("work"), span = unit.local(work, "cache_ttl", duration_of(second));
  unit.call(work, wait, {unit.span(250, millisecond, "250ms")});
  unit.initialise(span, unit.span(600, second, "std::chrono::seconds(600)"), work);
  Linked linked(unit);
  EXPECT_THAT(linked.durations(), ElementsAre("250 ms wait", "10 min ttl"));
  EXPECT_THAT(linked.limits(), IsEmpty());
}

TEST(Consumers, AFactoryOfDurationsGivesTheUnit) {
  Unit unit;
  EntityId wait = unit.function("stall", {{"most", duration_of(-1)}}), work = unit.function("work");
  unit.call(work, wait, {counted_in(second, Value(unit.number(30)))}); // MonoDelta::FromSeconds(30)
  EXPECT_THAT(Linked(unit).durations(), ElementsAre(HasSubstr("30 s")));
}

// Consumers by name.

TEST(Consumers, NamesOfParametersFieldsAndVariables) {
  Unit unit;
  EntityId connect = unit.function("connect", {{"port"}, {"timeout_ms"}}, void_type, EntityId::none, 0);
  EntityId work = unit.function("work"), server = unit.record("Server");
  unit.call(work, connect, {unit.number(8080), unit.number(300)});
  unit.flow(FlowKind::member_default, unit.number(500), unit.field(server, "poll_interval_ms"));
  unit.initialise(unit.local(work, "retry_delay_ms"), unit.number(50), work);
  unit.initialise(unit.local(work, "ttl", real_type), unit.number(0.5), work);
  unit.flow(FlowKind::member_default, unit.number(4), unit.field(server, "max_attempts"));
  unit.flow(FlowKind::member_default, unit.number(7), unit.field(server, "color"));
  Linked linked(unit);
  EXPECT_THAT(linked.durations(), ElementsAre("300 ms timeout", "500 ms interval", "50 ms backoff", "0.5 ttl"));
  EXPECT_THAT(linked.limits(), ElementsAre("4 retries"));
}

TEST(Consumers, AFunctionsNameWhereTheParametersSaysNothing) {
  Unit unit;
  EntityId set_timeout = unit.function("set_timeout", {{"value"}}, void_type, EntityId::none, 0);
  EntityId set_name = unit.function("set_name", {{"value"}}, void_type, EntityId::none, 0);
  EntityId work = unit.function("work");
  unit.call(work, set_timeout, {unit.number(300)});
  unit.call(work, set_name, {unit.number(400)});
  EXPECT_THAT(Linked(unit).durations(), ElementsAre("300 timeout"));
}

TEST(Consumers, WhatAFunctionIsNamedForAndReturns) {
  Unit unit;
  EntityId timeout_ms = unit.function("timeout_ms", {}, integer_type);
  unit.give_back(timeout_ms, unit.number(500));
  EntityId width = unit.function("width", {}, integer_type);
  unit.give_back(width, unit.number(80));
  EXPECT_THAT(Linked(unit).durations(), ElementsAre("500 ms timeout"));
}

// Consumers by operation.

TEST(Consumers, ElapsedTimesAndDeadlines) {
  Unit unit;
  EntityId work = unit.function("work");
  unit.compare(work, unit.number(30), ">", "now,last"); // now - last > 30
  UseFact elapsed = unit.use(UseKind::compare, work, unit.span(8, second, "8s"), ">", "now,since");
  elapsed.other_class = TypeClass::duration;
  elapsed.other_tick = nanosecond;
  unit.add(elapsed);
  unit.add(unit.use(UseKind::add, work, unit.number(100), "+", "now")); // now + 100
  unit.compare(work, unit.number(10), "<", "width");
  Linked linked(unit);
  EXPECT_THAT(linked.durations(), ElementsAre("30 threshold", "8 s threshold", "100 deadline"));
  EXPECT_THAT(linked.limits(), IsEmpty());
}

TEST(Consumers, BoundsOfASpanAreSpansButOneUnitIsALimit) {
  Unit unit;
  EntityId work = unit.function("work"), ttl = unit.local(work, "ttl_seconds");
  auto bound = [&](UseKind kind, double value, const std::string& operation) {
    UseFact use = unit.use(kind, work, unit.number(value), operation, "ttl_seconds");
    use.other = ttl;
    unit.add(use);
  };
  bound(UseKind::cap, 3600, "min");
  bound(UseKind::floor, 20, "max");
  bound(UseKind::floor, 1, "max");
  Linked linked(unit);
  std::vector<std::string> durations = linked.durations();
  ASSERT_EQ(durations.size(), 2u);
  EXPECT_THAT(durations[0], HasSubstr("1 h"));
  EXPECT_THAT(durations[1], HasSubstr("20 s"));
  EXPECT_THAT(linked.limits(), ElementsAre("1 clamp"));
}

TEST(Consumers, EachBoundOfAClampIsALimit) {
  Unit unit;
  EntityId work = unit.function("work"), n = unit.local(work, "fanout");
  for (std::pair<UseKind, double> bound : {std::pair(UseKind::floor, 2.0), std::pair(UseKind::cap, 100.0)}) {
    UseFact use = unit.use(bound.first, work, unit.number(bound.second), "clamp", "fanout");
    use.other = n;
    unit.add(use);
  }
  Linked linked(unit);
  EXPECT_THAT(linked.limits(), ElementsAre("2 clamp", "100 clamp"));
  EXPECT_THAT(linked.durations(), IsEmpty());
}

TEST(Consumers, CountsOfAttemptsAndPendingWork) {
  Unit unit;
  EntityId work = unit.function("work");
  unit.compare(work, unit.number(5), "<", "attempt");
  unit.compare(work, unit.number(100), ">=", "queue,size");
  unit.compare(work, unit.number(10), "<", "i");
  unit.compare(work, unit.number(4), "==", "kind");
  Linked linked(unit);
  EXPECT_THAT(linked.limits(), ElementsAre(HasSubstr("5 "), HasSubstr("100 ")));
  EXPECT_THAT(linked.durations(), IsEmpty());
}

TEST(Consumers, ArraySizesAreNone) {
  Unit unit;
  EntityId work = unit.function("work"), size = unit.variable("kQueueSize", integer_type, is_constant);
  EntityId literal = unit.number(64), named = unit.number(128);
  unit.initialise(size, named);
  unit.add(unit.use(UseKind::array_bound, work, literal, "", ""));
  unit.add(unit.use(UseKind::array_bound, work, size, "", ""));
  Linked linked(unit);
  EXPECT_THAT(linked.limits(), IsEmpty());
}

// Consumers by flow.

TEST(Flow, AParameterThatReachesAConsumer) {
  Unit unit("src/pause.cpp");
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  EntityId pause = unit.function("pause", {{"n"}});
  unit.call(pause, usleep, {Value(parameter_of(pause, 0)) * 1000});
  unit.in_file("src/work.cpp");
  EntityId work = unit.function("work"), fifty = unit.number(50);
  unit.call(work, pause, {fifty});
  Linked linked(unit);
  Tunable tunable = only_duration(linked);
  EXPECT_EQ(tunable.value, "50 ms");
  EXPECT_EQ(tunable.constant.id, fifty);
  EXPECT_EQ(tunable.owner, "work");
  Finding finding = finding_of(linked.program, tunable);
  EXPECT_EQ(finding.place.path, "src/work.cpp");
  EXPECT_EQ(finding.place.line, unit.line_of_constant(fifty));
  EXPECT_EQ(finding.source_text, "50");
  EXPECT_EQ(finding.role, "sleep");
  EXPECT_THAT(finding.message, HasSubstr("50 ms"));
  EXPECT_THAT(finding.message, HasSubstr("pause"));
  EXPECT_FALSE(finding.suggestion.empty());
  ASSERT_GE(finding.evidence.size(), 3u); // the constant, the call of pause(), the call of usleep()
  EXPECT_EQ(finding.evidence.front().place.path, "src/work.cpp");
  EXPECT_EQ(finding.evidence.back().place.path, "src/pause.cpp");
}

TEST(Flow, ThroughSeveralFunctionsFieldsAndUnits) {
  Unit unit;
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  EntityId worker = unit.record("Worker"), gap = unit.field(worker, "gap");
  EntityId constructor = unit.constructor(worker, {{"n"}});
  unit.flow(FlowKind::constructor_initialise, Value(parameter_of(constructor, 0)) * 1000, gap, constructor);
  EntityId run = unit.function("run", {}, void_type, worker);
  unit.call(run, usleep, {Value(gap) * 1000});
  EntityId make = unit.function("make", {{"x"}}), work = unit.function("work");
  unit.call(make, constructor, {parameter_of(make, 0)});
  unit.call(work, make, {unit.number(3)});
  EXPECT_THAT(Linked(unit).durations(), ElementsAre("3 s sleep"));
}

TEST(Flow, AnotherCallersConfigurationDoesNotExcuseAConstant) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), interval = unit.field(config, "interval_ms");
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  EntityId pause = unit.function("pause", {{"n"}}), work = unit.function("work");
  unit.call(pause, usleep, {Value(parameter_of(pause, 0)) * 1000});
  unit.call(work, pause, {interval});
  unit.call(work, pause, {unit.number(50)});
  EXPECT_THAT(Linked(unit).durations(), ElementsAre("50 ms sleep"));
}

TEST(Flow, WhatGoesNowhereIsNone) {
  Unit unit;
  EntityId work = unit.function("work"), width = unit.local(work, "width");
  unit.initialise(width, unit.number(80), work);
  unit.number(90);
  Linked linked(unit);
  EXPECT_THAT(linked.durations(), IsEmpty());
  EXPECT_THAT(linked.limits(), IsEmpty());
}

TEST(Flow, ACallOfABaseReachesWhatTheOverrideDoes) {
  Unit unit;
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  EntityId base = unit.record("Transport"), derived = unit.record("Tcp");
  unit.base(derived, base);
  EntityId declared = unit.function("rest", {{"n"}}, void_type, base, is_virtual);
  EntityId overrider = unit.function("rest", {{"n"}}, void_type, derived, is_virtual | is_defined);
  write_override(unit.facts.table, overrider, declared);
  unit.call(overrider, usleep, {Value(parameter_of(overrider, 0)) * 1000});
  unit.call(unit.function("work"), declared, {unit.number(9)});
  EXPECT_THAT(Linked(unit).durations(), ElementsAre("9 ms sleep"));
}

} // namespace plumbline
