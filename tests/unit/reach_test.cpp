#include "program/reach.h"

#include "facts_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace plumbline {

using ::testing::Contains;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

static const Settings settings;

static std::unordered_set<EntityId> reached_from(const Unit& unit, EntityId start) {
  const Program program = link_one(unit, settings);
  return reach_of(program, {start});
}

// int twice(int n) { return n * 2; }
static EntityId write_twice(Unit& unit, const std::string& name = "twice") {
  EntityId twice = unit.function(name, {{"n"}}, integer_type);
  unit.give_back(twice, Value(parameter_of(twice, 0)) * 2);
  return twice;
}

TEST(Reach, FollowsValuesAndInfluence) {
  Unit unit;
  EntityId work = unit.function("work"), text = unit.local(work, "text", text_type), n = unit.local(work, "n"),
           other = unit.local(work, "other");
  unit.initialise(n, derived_from(text), work); // int n = atoi(text);
  unit.assign(work, text, other);
  EXPECT_THAT(reached_from(unit, text), UnorderedElementsAre(text, n)); // the start included
}

TEST(Reach, WhatEntersThroughOneCallLeavesThroughItOnly) {
  Unit unit;
  EntityId twice = write_twice(unit), work = unit.function("work");
  EntityId x = unit.local(work, "x"), y = unit.local(work, "y"), a = unit.local(work, "a"), b = unit.local(work, "b");
  unit.initialise(x, unit.call(work, twice, {a}), work);
  unit.initialise(y, unit.call(work, twice, {b}), work);
  EXPECT_THAT(reached_from(unit, a), UnorderedElementsAre(a, parameter_of(twice, 0), return_of(twice), x));
  EXPECT_THAT(reached_from(unit, b), Contains(y));
  EXPECT_THAT(reached_from(unit, b), Not(Contains(x)));
}

TEST(Reach, WhatIsBornInsideLeavesThroughEveryCall) {
  Unit unit;
  EntityId give = unit.function("give", {}, integer_type), inside = unit.local(give, "inside");
  unit.give_back(give, inside);
  EntityId outer = unit.function("outer", {}, integer_type);
  unit.give_back(outer, unit.call(outer, give));
  EntityId work = unit.function("work"), x = unit.local(work, "x"), y = unit.local(work, "y");
  unit.initialise(x, unit.call(work, outer), work);
  unit.initialise(y, unit.call(work, give), work);
  EXPECT_THAT(reached_from(unit, inside), UnorderedElementsAre(inside, return_of(give), return_of(outer), x, y));
}

// four(n) = twice(twice(n)): what comes out of the inner call goes straight into the outer.
TEST(Reach, ResultsThatAreArgumentsOfTheNextCall) {
  Unit unit;
  EntityId twice = write_twice(unit), other = write_twice(unit, "other"), four = unit.function("four", {{"n"}});
  Value inner = unit.call(four, twice, {parameter_of(four, 0)});
  unit.give_back(four, unit.call(four, other, {inner}));
  EntityId work = unit.function("work"), a = unit.local(work, "a"), x = unit.local(work, "x"),
           y = unit.local(work, "y");
  unit.initialise(x, unit.call(work, four, {a}), work);
  unit.initialise(y, unit.call(work, four, {unit.number(3)}), work);
  EXPECT_THAT(reached_from(unit, a), Contains(x));
  EXPECT_THAT(reached_from(unit, a), Not(Contains(y)));
}

// A setter keeps the value: whoever reads the member later came another way.
TEST(Reach, MembersAndGlobalsOutliveTheCall) {
  Unit unit;
  EntityId server = unit.record("Server"), timeout = unit.field(server, "timeout"), global = unit.variable("limit");
  EntityId set = unit.function("set_timeout", {{"ms"}}, void_type, server),
           get = unit.function("get_timeout", {}, integer_type, server);
  unit.assign(set, timeout, parameter_of(set, 0));
  unit.assign(set, global, parameter_of(set, 0));
  unit.give_back(get, timeout);
  EntityId work = unit.function("work"), a = unit.local(work, "a"), x = unit.local(work, "x"),
           y = unit.local(work, "y");
  unit.call(work, set, {a});
  unit.initialise(x, unit.call(work, get), work);
  unit.initialise(y, global, work);
  EXPECT_THAT(reached_from(unit, a),
              UnorderedElementsAre(a, parameter_of(set, 0), timeout, global, return_of(get), x, y));
}

TEST(Reach, RecursionEnds) {
  Unit unit;
  EntityId even = unit.function("even", {{"n"}}, integer_type), odd = unit.function("odd", {{"n"}}, integer_type);
  unit.give_back(even, parameter_of(even, 0));
  for (int site = 0; site < 2; ++site) {
    unit.give_back(even, unit.call(even, odd, {parameter_of(even, 0)}));
    unit.give_back(odd, unit.call(odd, even, {parameter_of(odd, 0)}));
  }
  EntityId work = unit.function("work"), a = unit.local(work, "a"), x = unit.local(work, "x"),
           y = unit.local(work, "y");
  unit.initialise(x, unit.call(work, odd, {a}), work);
  unit.initialise(y, unit.call(work, odd, {unit.number(7)}), work);
  EXPECT_THAT(reached_from(unit, a), Contains(x));
  EXPECT_THAT(reached_from(unit, a), Not(Contains(y)));
}

// Each function calls the one below twice: 2^60 chains of open calls lead to the last, whose result nobody could
// reach who tells them apart.
TEST(Reach, ChainsOfHelpersCostNoMoreThanTheirCalls) {
  Unit unit;
  EntityId below = unit.function("f0", {{"n"}}, integer_type);
  unit.give_back(below, parameter_of(below, 0));
  for (int level = 1; level <= 60; ++level) {
    EntityId here = unit.function("f" + std::to_string(level), {{"n"}}, integer_type);
    unit.give_back(here, unit.call(here, below, {unit.call(here, below, {parameter_of(here, 0)})}));
    below = here;
  }
  EntityId work = unit.function("work"), a = unit.local(work, "a"), x = unit.local(work, "x");
  unit.initialise(x, unit.call(work, below, {a}), work);
  EXPECT_THAT(reached_from(unit, a), Contains(x));
}

} // namespace plumbline
