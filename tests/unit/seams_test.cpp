// Seams, owners and cascades on facts alone: what src/collect would write stands here as plain data.
#include "facts_builder.h"
#include "program/cascade.h"
#include "program/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Model {
  explicit Model(const Unit& unit, Settings settings = {})
      : linked(unit, std::move(settings)), seams(linked.program), access(linked.program),
        cascades(linked.program, seams, access), planner(linked.program) {}
  // "value owner seam", in order.
  std::vector<std::string> holdings() const {
    std::vector<std::string> texts;
    for (const Holding& holding : seams.holdings) {
      const EntityFact* owner = linked.program.entity(holding.owner);
      const EntityFact* seam = linked.program.entity(holding.seam);
      texts.push_back(holding.tunable->value + " " + (owner ? owner->name : "-") + " " + (seam ? seam->name : "-"));
    }
    return texts;
  }
  Linked linked;
  SeamModel seams;
  ConfigAccess access;
  CascadeFinder cascades;
  Planner planner;
};

struct Sleeping : Unit {
  EntityId usleep = library_function("usleep", {{"usec"}});
};

TEST(Seams, AConstantInABodyHasNone) {
  Sleeping unit;
  EntityId rest = unit.function("rest");
  unit.call(rest, unit.usleep, {unit.number(500)});
  EXPECT_THAT(Model(unit).holdings(), ElementsAre("500 us rest -"));
}

TEST(Seams, AParameterOfAnotherFunctionIsOne) {
  Sleeping unit;
  EntityId pause = unit.function("pause_link", {{"n"}});
  unit.call(pause, unit.usleep, {Value(parameter_of(pause, 0)) * 1000});
  unit.call(unit.function("work"), pause, {unit.number(50)});
  EXPECT_THAT(Model(unit).holdings(), ElementsAre("50 ms work n"));
}

TEST(Seams, APrivateFunctionOfTheSameClassIsNone) {
  Sleeping unit;
  EntityId link = unit.record("Link");
  EntityId idle = unit.function("idle", {{"n"}}, void_type, link, is_defined);
  unit.call(idle, unit.usleep, {Value(parameter_of(idle, 0)) * 1000});
  EntityId run = unit.function("run", {}, void_type, link, is_defined | is_public);
  unit.call(run, idle, {unit.number(50)});
  EXPECT_THAT(Model(unit).holdings(), ElementsAre("50 ms Link -"));
}

TEST(Seams, ASetterIsOneForTheMembersDefault) {
  Sleeping unit;
  EntityId link = unit.record("Link");
  EntityId delay = unit.field(link, "delay_ms", integer_type, 0);
  unit.flow(FlowKind::member_default, unit.number(30), delay);
  EntityId set = unit.function("set_delay", {{"value"}}, void_type, link, is_defined | is_public);
  unit.assign(set, delay, parameter_of(set, 0));
  Model model(unit);
  EXPECT_THAT(model.holdings(), ElementsAre("30 ms Link value"));
  EXPECT_TRUE(model.seams.holdings.front().is_default);
}

TEST(Seams, WhatASuppressionAllowsNeedsNone) {
  Sleeping unit;
  EntityId rest = unit.function("rest");
  EntityId constant = unit.number(500);
  unit.call(rest, unit.usleep, {constant});
  CommentFact comment;
  comment.location = unit.location_of(constant);
  comment.text = "// plumbline: allow(hard-coded-duration) the relay needs it";
  write(unit.facts.table, comment);
  EXPECT_THAT(Model(unit).holdings(), IsEmpty());
}

TEST(Seams, AParameterThatIsOnlyComputedIsOpen) {
  Sleeping unit;
  EntityId pause = unit.function("pause_link", {{"n"}});
  EntityId work = unit.function("work", {{"attempt"}});
  unit.call(work, pause, {Value(parameter_of(work, 0)) * 100});
  EntityId other = unit.function("other");
  EntityId closed = unit.function("pause_other", {{"n"}});
  unit.call(other, closed, {unit.number(5)});
  Model model(unit);
  EXPECT_TRUE(model.seams.is_open(parameter_of(pause, 0)));
  EXPECT_FALSE(model.seams.is_open(parameter_of(closed, 0)));
}

// main() has the configuration, serve() does not, and makes the object.
TEST(Cascade, ClimbsToTheFirstCallerThatHasAConfiguration) {
  Sleeping unit;
  EntityId options = unit.record("ServerOptions");
  unit.field(options, "port");
  EntityId link = unit.record("Link");
  EntityId run = unit.function("run", {}, void_type, link, is_defined | is_public);
  unit.call(run, unit.usleep, {unit.number(500)});
  EntityId serve = unit.function("serve");
  unit.call(serve, link); // constructed, without a written constructor
  EntityId start = unit.function("start", {{"options", object_of(options, "const ServerOptions &")}});
  unit.call(start, serve);
  Model model(unit);
  Cascade cascade = model.cascades.cascade_of(link, {run});
  ASSERT_EQ(cascade.sites.size(), 2u);
  EXPECT_EQ(cascade.production, 1u);
  EXPECT_EQ(cascade.sites[0].caller, serve);
  EXPECT_EQ(cascade.sites[0].end, SiteEnd::lacks);
  EXPECT_EQ(cascade.sites[1].caller, start);
  EXPECT_EQ(cascade.sites[1].end, SiteEnd::at_hand);
  ASSERT_TRUE(cascade.sites[1].config);
  EXPECT_EQ(cascade.sites[1].config->expression, "options");
}

TEST(Cascade, EndsInARingOfCallers) {
  Sleeping unit;
  EntityId rest = unit.function("rest"), even = unit.function("even"), odd = unit.function("odd");
  unit.call(rest, unit.usleep, {unit.number(500)});
  unit.call(even, rest);
  unit.call(even, odd);
  unit.call(odd, even);
  Cascade cascade = Model(unit).cascades.cascade_of(rest, {rest});
  EXPECT_EQ(cascade.sites.size(), 3u);
}

TEST(Plan, ProposesParametersForOneAndATypeForMany) {
  Sleeping unit;
  EntityId existing = unit.record("LinkOptions");
  unit.field(existing, "bind_port");
  EntityId link = unit.record("Link");
  EntityId run = unit.function("run", {}, void_type, link, is_defined | is_public);
  unit.constructor(link, {{"peer"}});
  unit.call(run, unit.usleep, {unit.number(500)});
  unit.compare(run, unit.number(7), "<", "attempts");
  unit.compare(run, unit.number(9), "<", "retries");
  Model model(unit);
  std::vector<const Tunable*> tunables;
  for (const Tunable& tunable : model.linked.program.tunables) tunables.push_back(&tunable);
  ASSERT_EQ(tunables.size(), 3u);
  const EntityFact& owner = *model.linked.program.entity(link);
  Cascade cascade = model.cascades.cascade_of(link, {run});
  std::string all = model.planner.plan_of(owner, tunables, {run}, {}, cascade);
  EXPECT_THAT(all, HasSubstr("LinkOptions by const reference: `Link(int peer, const LinkOptions& options)`"));
  EXPECT_THAT(all, HasSubstr("int max_attempts = 7;"));
  tunables.resize(1);
  EXPECT_THAT(model.planner.plan_of(owner, tunables, {run}, {}, cascade),
              HasSubstr("Take it as a parameter: `Link(int peer, int "));
}

} // namespace plumbline
