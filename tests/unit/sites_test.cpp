#include "facts_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Each site as "fed_by source role".
static std::vector<std::string> sites_in(const Unit& unit) {
  const Linked linked(unit);
  std::vector<std::string> texts;
  for (const Site& site : linked.program.sites) texts.push_back(site.fed_by + " " + site.source + " " + site.role);
  return texts;
}

TEST(Sites, AConstantWhereItStands) {
  Unit unit;
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  unit.call(unit.function("work"), usleep, {unit.number(50)});
  EXPECT_THAT(sites_in(unit), ElementsAre("constant 50 us sleep"));
}

TEST(Sites, ConfigurationWhereItIsRead) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_us");
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  unit.call(unit.function("work"), usleep, {timeout});
  EXPECT_THAT(sites_in(unit), ElementsAre("configuration ServerConfig::timeout_us sleep"));
}

// What is configured must not count for each use, where what is frozen counts once.
TEST(Sites, AValueCountsOnceOnItsWay) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_us");
  EntityId server = unit.record("Server"), kept = unit.field(server, "timeout_us_", integer_type, 0),
           frozen = unit.field(server, "delay_us_", integer_type, 0);
  EntityId make = unit.function("Server", {}, void_type, server, is_defined | is_constructor);
  unit.flow(FlowKind::constructor_initialise, timeout, kept, make);
  unit.flow(FlowKind::member_default, unit.number(50), frozen);
  EntityId usleep = unit.library_function("usleep", {{"usec"}}), run = unit.function("run", {}, void_type, server);
  for (int use = 0; use < 3; ++use) {
    unit.call(run, usleep, {kept});
    unit.call(run, usleep, {frozen});
  }
  EXPECT_THAT(sites_in(unit), ElementsAre("constant 50 us sleep", "configuration ServerConfig::timeout_us timeout"));
}

TEST(Sites, AHelpersParameterIsItsCallers) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_us");
  EntityId usleep = unit.library_function("usleep", {{"usec"}});
  EntityId pause = unit.function("pause", {{"delay_us"}});
  unit.call(pause, usleep, {parameter_of(pause, 0)});
  unit.call(unit.function("work"), pause, {timeout});
  EXPECT_THAT(sites_in(unit), ElementsAre("configuration ServerConfig::timeout_us sleep"));
}

TEST(Sites, ACallerThatIsNotInThisProgram) {
  Unit unit;
  EntityId server = unit.record("Server"), kept = unit.field(server, "timeout_us_", integer_type, 0);
  EntityId set = unit.function("set_timeout", {{"timeout_us"}}, void_type, server);
  unit.assign(set, kept, parameter_of(set, 0));
  EntityId usleep = unit.library_function("usleep", {{"usec"}}), run = unit.function("run", {}, void_type, server);
  unit.call(run, usleep, {kept});
  EXPECT_THAT(sites_in(unit), ElementsAre("caller timeout_us timeout"));
}

TEST(Sites, AComputedValueThatAnApiIsTold) {
  Unit unit;
  EntityId usleep = unit.library_function("usleep", {{"usec"}}),
           random = unit.library_function("random", {}, integer_type);
  EntityId work = unit.function("work"), left = unit.local(work, "left");
  unit.initialise(left, unit.call(work, random), work);
  unit.call(work, usleep, {left});
  // Named like a time, and nothing but the program's state.
  unit.initialise(unit.local(work, "wait_ms"), unit.call(work, random), work);
  EXPECT_THAT(sites_in(unit), ElementsAre("computed work::left sleep"));
}

TEST(Sites, ComparisonsWithConfiguration) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), most = unit.field(config, "max_attempts");
  EntityId work = unit.function("work");
  unit.compare(work, most, ">", "attempt");
  EXPECT_THAT(sites_in(unit), ElementsAre("configuration ServerConfig::max_attempts threshold"));
}

TEST(Sites, NotTheDefaultsOfConfiguration) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_us");
  unit.flow(FlowKind::member_default, unit.number(50), timeout);
  EXPECT_THAT(sites_in(unit), IsEmpty());
}

} // namespace plumbline
