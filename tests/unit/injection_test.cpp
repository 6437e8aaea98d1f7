// How a tunable could be configured instead (design.md §3.2 "config_in_reach").
#include "program/field_names.h"
#include "program/injection.h"

#include "facts_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// What is in reach of the first tunable of the program; an empty one if nothing is.
static ConfigInReach in_reach(const Unit& unit, Dimension dimension = Dimension::duration) {
  Linked linked(unit);
  std::vector<Tunable> tunables = linked.tunables(dimension);
  EXPECT_EQ(tunables.size(), 1u);
  if (tunables.empty()) return {};
  return config_in_reach(linked.program, tunables.front()).value_or(ConfigInReach());
}

// class Scheduler { void run(); SchedulerConfig config_; };
struct Scheduler {
  Unit unit;
  EntityId config = unit.record("SchedulerConfig"), scheduler = unit.record("Scheduler"),
           member = unit.field(scheduler, "config_", object_of(config, "SchedulerConfig")),
           run = unit.function("run", {}, void_type, scheduler);

  // auto NAME = CONSTANT; in run().
  void initialise(const std::string& name, EntityId constant, const Type& type = duration_of(second)) {
    unit.initialise(unit.local(run, name, type), constant, run);
  }
};

TEST(ConfigInReach, AnExistingFieldByItsWords) {
  Scheduler it;
  it.unit.field(it.config, "session_ttl_seconds");
  it.unit.field(it.config, "snapshot_cache_ttl_seconds");
  it.unit.field(it.config, "workers");
  it.initialise("snapshot_cache_ttl", it.unit.span(5, second, "std::chrono::seconds(5)",
                                                   "auto snapshot_cache_ttl = std::chrono::seconds(5);"));
  ConfigInReach reach = in_reach(it.unit);
  EXPECT_THAT(reach.expression, StartsWith("config_"));
  EXPECT_EQ(reach.type, "SchedulerConfig");
  EXPECT_TRUE(reach.field_exists);
  EXPECT_EQ(reach.field, "snapshot_cache_ttl_seconds");
  EXPECT_EQ(reach.rewritten, "auto snapshot_cache_ttl = std::chrono::seconds(config_.snapshot_cache_ttl_seconds);");
}

TEST(ConfigInReach, AFieldOfADurationType) {
  Scheduler it;
  it.unit.field(it.config, "snapshot_cache_ttl", duration_of(second));
  it.initialise("snapshot_cache_ttl", it.unit.span(5, second, "std::chrono::seconds(5)",
                                                   "auto snapshot_cache_ttl = std::chrono::seconds(5);"));
  ConfigInReach reach = in_reach(it.unit);
  EXPECT_TRUE(reach.field_exists);
  EXPECT_EQ(reach.rewritten, "auto snapshot_cache_ttl = config_.snapshot_cache_ttl;");
}

TEST(ConfigInReach, AChronoLiteral) {
  Scheduler it;
  it.unit.field(it.config, "snapshot_cache_ttl_seconds");
  it.initialise("snapshot_cache_ttl", it.unit.span(5, second, "5s", "auto snapshot_cache_ttl = 5s;"));
  EXPECT_EQ(in_reach(it.unit).rewritten,
            "auto snapshot_cache_ttl = std::chrono::seconds(config_.snapshot_cache_ttl_seconds);");
}

TEST(ConfigInReach, AChronoLiteralForADuration) {
  Scheduler it;
  it.unit.field(it.config, "snapshot_cache_ttl", duration_of(second));
  it.initialise("snapshot_cache_ttl", it.unit.span(5, second, "5s", "auto snapshot_cache_ttl = 5s;"));
  EXPECT_EQ(in_reach(it.unit).rewritten, "auto snapshot_cache_ttl = config_.snapshot_cache_ttl;");
}

TEST(ConfigInReach, APlainNumber) {
  Scheduler it;
  it.unit.field(it.config, "rpc_timeout_ms");
  it.initialise("rpc_timeout_ms", it.unit.number(5000, "int rpc_timeout_ms = 5000;"), integer_type);
  ConfigInReach reach = in_reach(it.unit);
  EXPECT_EQ(reach.field, "rpc_timeout_ms");
  EXPECT_TRUE(reach.field_exists);
  EXPECT_EQ(reach.rewritten, "int rpc_timeout_ms = config_.rpc_timeout_ms;");
}

TEST(ConfigInReach, ALimit) {
  Scheduler it;
  it.unit.field(it.config, "max_fetch_attempts");
  it.unit.field(it.config, "fetch_timeout_ms");
  it.initialise("max_fetch_attempts", it.unit.number(3, "int max_fetch_attempts = 3;"), integer_type);
  ConfigInReach reach = in_reach(it.unit, Dimension::limit);
  EXPECT_EQ(reach.field, "max_fetch_attempts");
  EXPECT_TRUE(reach.field_exists);
  EXPECT_EQ(reach.rewritten, "int max_fetch_attempts = config_.max_fetch_attempts;");
}

TEST(ConfigInReach, ANewFieldWhereNoneFits) {
  Scheduler it;
  it.unit.field(it.config, "workers");
  it.unit.field(it.config, "lease_ttl_seconds"); // a time, but another one
  it.initialise("rpc_timeout_ms", it.unit.number(5000, "int rpc_timeout_ms = 5000;"), integer_type);
  ConfigInReach reach = in_reach(it.unit);
  EXPECT_FALSE(reach.field_exists);
  EXPECT_EQ(reach.field, "rpc_timeout_ms");
  EXPECT_EQ(reach.rewritten, "int rpc_timeout_ms = config_.rpc_timeout_ms;");
}

TEST(ConfigInReach, AParameterOfTheFunction) {
  Unit unit;
  EntityId config = unit.record("ServerConfig");
  unit.field(config, "rpc_timeout_ms");
  EntityId drain = unit.function("drain", {{"options", object_of(config, "const ServerConfig&")}});
  unit.initialise(unit.local(drain, "rpc_timeout_ms"), unit.number(300, "int rpc_timeout_ms = 300;"), drain);
  ConfigInReach reach = in_reach(unit);
  EXPECT_THAT(reach.expression, StartsWith("options"));
  EXPECT_EQ(reach.rewritten, "int rpc_timeout_ms = options.rpc_timeout_ms;");
}

TEST(ConfigInReach, ThroughAPointer) {
  for (const char* type : {"const ServerConfig *", "std::shared_ptr<ServerConfig>", "std::unique_ptr<ServerConfig>"}) {
    Unit unit;
    EntityId config = unit.record("ServerConfig");
    EntityId drain = unit.function("drain", {{"options", object_of(config, type)}});
    unit.initialise(unit.local(drain, "rpc_timeout_ms"), unit.number(300, "int rpc_timeout_ms = 300;"), drain);
    EXPECT_EQ(in_reach(unit).rewritten, "int rpc_timeout_ms = options->rpc_timeout_ms;") << type;
  }
}

TEST(ConfigInReach, AMemberOfABase) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), base = unit.record("Component"), worker = unit.record("Worker");
  unit.field(base, "config_", object_of(config, "ServerConfig"));
  unit.base(worker, base);
  EntityId run = unit.function("run", {}, void_type, worker);
  unit.initialise(unit.local(run, "rpc_timeout_ms"), unit.number(300, "int rpc_timeout_ms = 300;"), run);
  EXPECT_EQ(in_reach(unit).rewritten, "int rpc_timeout_ms = config_.rpc_timeout_ms;");
}

TEST(ConfigInReach, ABaseOfConfigType) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), worker = unit.record("Worker");
  unit.field(config, "rpc_timeout_ms");
  unit.base(worker, config);
  EntityId run = unit.function("run", {}, void_type, worker);
  unit.initialise(unit.local(run, "limit_ms"), unit.number(300, "int rpc_timeout_limit_ms = 300;"), run);
  ConfigInReach reach = in_reach(unit);
  EXPECT_EQ(reach.type, "ServerConfig");
}

// What a configuration freezes belongs in it, not in what it derives from.
TEST(ConfigInReach, TheConfigurationItselfBeforeItsBase) {
  Unit unit;
  EntityId base = unit.record("MuxerConfig"), config = unit.record("SocketConfig");
  unit.field(base, "linger_seconds");
  unit.base(config, base);
  EntityId pause = unit.field(config, "DEF_PAUSE_MS", integer_type, is_static | is_constant);
  unit.initialise(pause, unit.number(300, "static const int DEF_PAUSE_MS = 300;"), EntityId::none);
  EntityId run = unit.function("run"), usleep = unit.library_function("usleep", {{"usec"}});
  unit.call(run, usleep, {Value(pause) * 1000});
  EXPECT_EQ(in_reach(unit).type, "SocketConfig");
}

TEST(ConfigInReach, NothingWithoutAConfigType) {
  Unit unit;
  EntityId other = unit.record("ServerState"), worker = unit.record("Worker");
  unit.field(worker, "state_", object_of(other, "ServerState"));
  EntityId run = unit.function("run", {{"state", object_of(other, "ServerState&")}}, void_type, worker);
  unit.initialise(unit.local(run, "rpc_timeout_ms"), unit.number(300), run);
  EXPECT_EQ(in_reach(unit).type, "");
}

// The line of a definition that other code uses as well cannot be rewritten to what one owner sees.
TEST(ConfigInReach, NamedConstantsAndMacrosAreNotRewritten) {
  Scheduler named;
  EntityId constant = named.unit.local(named.run, "kRpcTimeoutMs", integer_type, is_constant);
  named.unit.initialise(constant, named.unit.number(300, "constexpr int kRpcTimeoutMs = 300;"), named.run);
  EntityId usleep = named.unit.library_function("usleep", {{"usec"}});
  named.unit.call(named.run, usleep, {Value(constant) * 1000});
  EXPECT_EQ(in_reach(named.unit).rewritten, "");

  Scheduler macro;
  macro.initialise("rpc_timeout_ms", macro.unit.macro("RPC_TIMEOUT_MS", 300), integer_type);
  EXPECT_EQ(in_reach(macro.unit).rewritten, "");
}

TEST(ConfigInReach, OfALambdaIsThatOfTheFunctionAround) {
  Scheduler it;
  EntityId lambda = it.unit.function("operator()", {}, void_type, it.run, is_defined | is_lambda);
  it.unit.initialise(it.unit.local(lambda, "rpc_timeout_ms"), it.unit.number(5000, "int rpc_timeout_ms = 5000;"),
                     lambda);
  EXPECT_EQ(in_reach(it.unit).rewritten, "int rpc_timeout_ms = config_.rpc_timeout_ms;");
}

TEST(ConfigInReach, TheFindingSaysSo) {
  Scheduler it;
  it.unit.field(it.config, "rpc_timeout_ms");
  it.initialise("rpc_timeout_ms", it.unit.number(5000, "int rpc_timeout_ms = 5000;"), integer_type);
  Linked linked(it.unit);
  std::vector<Tunable> tunables = linked.tunables(Dimension::duration);
  ASSERT_EQ(tunables.size(), 1u);
  Finding finding = finding_of(linked.program, tunables[0]);
  ASSERT_TRUE(finding.config_in_reach.has_value());
  EXPECT_THAT(finding.suggestion, HasSubstr("config_.rpc_timeout_ms"));
  EXPECT_EQ(finding.config_in_reach->rewritten, "int rpc_timeout_ms = config_.rpc_timeout_ms;");
}

// Names for new fields.

static Tunable tunable_for(const std::string& name, std::int64_t tick, Dimension dimension = Dimension::duration) {
  Tunable tunable;
  tunable.constant.value = 5;
  tunable.consumer.dimension = dimension;
  tunable.consumer.name = name;
  tunable.consumer.tick = tick;
  tunable.consumer.role = "other";
  tunable.owner = "net::SessionPoller";
  tunable.record = EntityId{1};
  return tunable;
}

TEST(ValueName, TheWordsOfWhatConsumesTheValueWithItsUnit) {
  EXPECT_EQ(value_name(tunable_for("rpc_timeout", millisecond)), "rpc_timeout_ms");
  EXPECT_EQ(value_name(tunable_for("rpcTimeoutMillis", millisecond)), "rpc_timeout_ms");
  EXPECT_EQ(value_name(tunable_for("set_poll_interval", second)), "poll_interval_seconds");
  EXPECT_EQ(value_name(tunable_for("setPollInterval", 0)), "poll_interval");
  EXPECT_EQ(value_name(tunable_for("lease_minutes", minute)), "lease_minutes");
  EXPECT_EQ(value_name(tunable_for("max_attempts", 0, Dimension::limit)), "max_attempts");
  EXPECT_EQ(value_name(tunable_for("with_max_attempts", 0, Dimension::limit)), "max_attempts");
}

// usleep(3 * MICROSECONDS_PER_SECOND): the setting is 3, so it is in seconds, whatever usleep() counts in.
TEST(ValueName, TheUnitIsThatOfTheNumber) {
  Tunable tunable = tunable_for("forwarder_pause", microsecond);
  tunable.constant.value = 3;
  tunable.nanoseconds = 3.0 * second;
  EXPECT_EQ(value_name(tunable), "forwarder_pause_seconds");
  tunable.nanoseconds = 3.0 * 40 * millisecond; // no unit has a name for it
  EXPECT_EQ(value_name(tunable), "forwarder_pause_us");
}

TEST(ValueName, ANamedConstantKeepsItsName) {
  Tunable tunable = tunable_for("usleep", microsecond);
  tunable.constant.macro = "DEFAULT_RETRY_DELAY_MS";
  EXPECT_THAT(value_name(tunable), StartsWith("retry_delay"));
  EntityFact named;
  named.name = "kRetryDelay";
  tunable.constant.macro.clear();
  tunable.named = &named;
  EXPECT_THAT(value_name(tunable), StartsWith("retry_delay"));
}

// sleep() says nothing about what for; the owner does.
TEST(ProposedField, TheOwnerWhereTheCallSaysNothing) {
  for (const char* call : {"usleep", "sleep", "sleep_for", "poll", "nanosleep"})
    EXPECT_THAT(proposed_field(tunable_for(call, second)), StartsWith("session_poller_")) << call;
  EXPECT_THAT(proposed_field(tunable_for("sleep_for", second)), ::testing::EndsWith("_seconds"));
}

// Among the fields of others, "timeout" says nothing; among its owner's own, the owner need not be repeated.
TEST(ProposedField, TheOwnerWhereTheNameFitsEverySetting) {
  const Tunable timeout = tunable_for("timeout_ms", millisecond);
  EXPECT_EQ(proposed_field(timeout), "session_poller_timeout_ms");
  EXPECT_EQ(value_name(timeout), "timeout_ms");
  EXPECT_EQ(value_name(tunable_for("difference", second)), "interval_seconds");
  Tunable of_nobody = timeout;
  of_nobody.record = EntityId::none;
  EXPECT_EQ(proposed_field(of_nobody), "timeout_ms");
}

// every("lease-sweep", seconds(30), …): what the code calls it beats whose code it is.
TEST(ProposedField, TheLabelThatStandsBesideTheValue) {
  Tunable tunable = tunable_for("interval", second);
  tunable.constant.line = "scheduler.every(\"lease-sweep\", seconds(30), sweep);";
  EXPECT_EQ(proposed_field(tunable), "lease_sweep_interval_seconds");
  tunable.constant.line = "log(\"waits, then goes on: %d\", wait(30));";
  EXPECT_EQ(proposed_field(tunable), "session_poller_interval_seconds");
  tunable.constant.line = "every(\"a\", seconds(30), \"b\");";
  EXPECT_EQ(proposed_field(tunable), "session_poller_interval_seconds");
}

// timespec.tv_nsec = 1'000'000: no name says the unit, but what it was found to mean does.
TEST(ProposedField, TheUnitThatTheNumberHasInEffect) {
  Tunable tunable = tunable_for("ts", 0);
  tunable.constant.value = 1000000;
  tunable.nanoseconds = 1000000;
  EXPECT_EQ(proposed_field(tunable), "session_poller_interval_ns");
}

TEST(ProposedField, WhatAConversionIsGivenKeepsItsName) {
  Tunable tunable = tunable_for("load", 0);
  tunable.constant.text = "milliseconds_from(LOG_PAUSE_MS)";
  tunable.constant.tick = millisecond;
  EXPECT_EQ(proposed_field(tunable), "log_pause_ms");
  tunable.constant.text = "milliseconds_from(500)";
  EXPECT_EQ(proposed_field(tunable), "session_poller_interval_ms");
}

TEST(ProposedField, IsAnIdentifier) {
  for (const char* name : {"", "timeout", "now", "operator()", "~Server", "set"})
    for (Dimension dimension : {Dimension::duration, Dimension::limit}) {
      std::string field = proposed_field(tunable_for(name, second, dimension));
      ASSERT_FALSE(field.empty()) << name;
      for (char c : field) EXPECT_TRUE((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') << field;
    }
}

} // namespace plumbline
