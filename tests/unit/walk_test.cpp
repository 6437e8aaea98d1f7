#include "program/walk.h"

#include "facts_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace plumbline {

using ::testing::Contains;
using ::testing::Not;

static const Settings settings;

static std::set<EntityId> reached_from(const Program& program, EntityId start) {
  Walk walk(program);
  walk.start(start);
  std::set<EntityId> nodes;
  while (walk.step()) nodes.insert(walk.node());
  return nodes;
}

// int twice(int n) { return n * 2; }
static EntityId write_twice(Unit& unit) {
  EntityId twice = unit.function("twice", {{"n"}}, integer_type);
  unit.give_back(twice, Value(parameter_of(twice, 0)) * 2);
  return twice;
}

TEST(Walk, FollowsInitialisationAndAssignment) {
  Unit unit;
  EntityId work = unit.function("work");
  EntityId five = unit.number(5), a = unit.local(work, "a"), b = unit.local(work, "b"), other = unit.local(work, "c");
  unit.initialise(a, five, work);
  unit.assign(work, b, a);
  unit.assign(work, a, other); // into a, not out of it
  Program program = link_one(unit, settings);
  EXPECT_EQ(reached_from(program, five), (std::set<EntityId>{a, b}));
  EXPECT_EQ(reached_from(program, other), (std::set<EntityId>{a, b}));
  EXPECT_TRUE(reached_from(program, b).empty());
}

TEST(Walk, WhatEntersThroughOneCallLeavesThroughItOnly) {
  Unit unit;
  EntityId twice = write_twice(unit);
  EntityId first = unit.function("first"), second_caller = unit.function("second");
  EntityId x = unit.local(first, "x"), y = unit.local(second_caller, "y");
  EntityId five = unit.number(5), seven = unit.number(7);
  unit.initialise(x, unit.call(first, twice, {five}), first);
  unit.initialise(y, unit.call(second_caller, twice, {seven}), second_caller);
  Program program = link_one(unit, settings);
  EXPECT_THAT(reached_from(program, five), Contains(x));
  EXPECT_THAT(reached_from(program, five), Not(Contains(y)));
  EXPECT_THAT(reached_from(program, seven), Contains(y));
  EXPECT_THAT(reached_from(program, seven), Not(Contains(x)));
}

// Two calls of one function in one caller are two calls.
TEST(Walk, CallsAreMatchedNotCallers) {
  Unit unit;
  EntityId twice = write_twice(unit), work = unit.function("work");
  EntityId x = unit.local(work, "x"), y = unit.local(work, "y"), five = unit.number(5), seven = unit.number(7);
  unit.initialise(x, unit.call(work, twice, {five}), work);
  unit.initialise(y, unit.call(work, twice, {seven}), work);
  Program program = link_one(unit, settings);
  EXPECT_THAT(reached_from(program, five), Contains(x));
  EXPECT_THAT(reached_from(program, five), Not(Contains(y)));
}

TEST(Walk, WhatIsBornInsideLeavesThroughEveryCall) {
  Unit unit;
  EntityId pause_ms = unit.function("pause_ms", {}, integer_type), five = unit.number(5);
  unit.give_back(pause_ms, five);
  EntityId first = unit.function("first"), second_caller = unit.function("second");
  EntityId x = unit.local(first, "x"), y = unit.local(second_caller, "y");
  unit.initialise(x, unit.call(first, pause_ms), first);
  unit.initialise(y, unit.call(second_caller, pause_ms), second_caller);
  Program program = link_one(unit, settings);
  EXPECT_EQ(reached_from(program, five), (std::set<EntityId>{return_of(pause_ms), x, y}));
}

TEST(Walk, NestedCallsCloseInsideOut) {
  Unit unit;
  EntityId twice = write_twice(unit);
  EntityId fourfold = unit.function("fourfold", {{"n"}}, integer_type); // return twice(twice(n));
  Value inner = unit.call(fourfold, twice, {parameter_of(fourfold, 0)});
  Value outer = unit.call(fourfold, twice, {inner});
  unit.give_back(fourfold, outer);
  EntityId first = unit.function("first"), second_caller = unit.function("second");
  EntityId x = unit.local(first, "x"), y = unit.local(second_caller, "y"), five = unit.number(5);
  unit.initialise(x, unit.call(first, fourfold, {five}), first);
  unit.initialise(y, unit.call(second_caller, fourfold, {unit.number(7)}), second_caller);
  Program program = link_one(unit, settings);
  EXPECT_THAT(reached_from(program, five), Contains(x));
  EXPECT_THAT(reached_from(program, five), Not(Contains(y)));

  Walk walk(program);
  walk.start(five);
  while (walk.step() && walk.node() != x) {
  }
  ASSERT_EQ(walk.node(), x);
  EXPECT_EQ(walk.scale(), 4);
}

// A value that a callee writes through a reference comes out of that call only.
TEST(Walk, OutputsAreMatchedLikeResults) {
  Unit unit;
  EntityId copy = unit.function("copy", {{"from"}, {"to"}});
  unit.assign(copy, parameter_of(copy, 1), parameter_of(copy, 0));
  EntityId work = unit.function("work"), x = unit.local(work, "x"), y = unit.local(work, "y");
  EntityId five = unit.number(5), seven = unit.number(7);
  Value first = unit.call(work, copy, {five}), second_call = unit.call(work, copy, {seven});
  first.node = second_call.node = parameter_of(copy, 1);
  unit.flow(FlowKind::output, first, x, work);
  unit.flow(FlowKind::output, second_call, y, work);
  Program program = link_one(unit, settings);
  EXPECT_THAT(reached_from(program, five), Contains(x));
  EXPECT_THAT(reached_from(program, five), Not(Contains(y)));
}

TEST(Walk, RecursionEnds) {
  Unit unit;
  EntityId descend = unit.function("descend", {{"n"}}, integer_type); // return descend(n - 1), or n
  unit.give_back(descend, parameter_of(descend, 0));
  unit.give_back(descend, unit.call(descend, descend, {parameter_of(descend, 0)}));
  EntityId work = unit.function("work"), x = unit.local(work, "x"), five = unit.number(5);
  unit.initialise(x, unit.call(work, descend, {five}), work);
  Program program = link_one(unit, settings);
  EXPECT_THAT(reached_from(program, five), Contains(x));
}

TEST(Walk, MutualRecursionEnds) {
  Unit unit;
  EntityId even = unit.function("even", {{"n"}}, integer_type), odd = unit.function("odd", {{"n"}}, integer_type);
  for (int site = 0; site < 2; ++site) { // several calls each: the open calls multiply
    unit.give_back(even, unit.call(even, odd, {parameter_of(even, 0)}));
    unit.give_back(odd, unit.call(odd, even, {parameter_of(odd, 0)}));
  }
  EntityId five = unit.number(5), work = unit.function("work");
  unit.call(work, even, {five});
  Program program = link_one(unit, settings);
  EXPECT_THAT(reached_from(program, five), Contains(parameter_of(odd, 0)));
}

TEST(Walk, CyclesEnd) {
  Unit unit;
  EntityId work = unit.function("work"), a = unit.local(work, "a"), b = unit.local(work, "b"), five = unit.number(5);
  unit.initialise(a, five, work);
  unit.assign(work, b, a);
  unit.assign(work, a, b);
  unit.assign(work, a, a);
  Program program = link_one(unit, settings);
  EXPECT_EQ(reached_from(program, five), (std::set<EntityId>{a, b}));
  EXPECT_EQ(reached_from(program, a), (std::set<EntityId>{b})); // the start itself is not visited
}

TEST(Walk, InfluenceWithoutIdentityIsNotFollowed) {
  Unit unit;
  EntityId work = unit.function("work"), text = unit.local(work, "text", text_type), n = unit.local(work, "n");
  unit.initialise(n, derived_from(text), work); // int n = atoi(text);
  Program program = link_one(unit, settings);
  EXPECT_TRUE(reached_from(program, text).empty());
}

TEST(Walk, StopsWhereItIsTold) {
  Unit unit;
  EntityId work = unit.function("work"), five = unit.number(5);
  EntityId a = unit.local(work, "a"), b = unit.local(work, "b"), c = unit.local(work, "c"), d = unit.local(work, "d");
  unit.initialise(a, five, work);
  unit.initialise(b, five, work);
  unit.initialise(c, a, work);
  unit.initialise(d, b, work);
  Program program = link_one(unit, settings);
  Walk walk(program);
  walk.start(five);
  std::set<EntityId> nodes;
  while (walk.step()) {
    nodes.insert(walk.node());
    if (walk.node() == a) walk.stop();
  }
  EXPECT_EQ(nodes, (std::set<EntityId>{a, b, d}));
}

TEST(Walk, ShorterWaysComeFirstAndThePathIsTheWay) {
  Unit unit;
  EntityId work = unit.function("work"), five = unit.number(5);
  EntityId a = unit.local(work, "a"), b = unit.local(work, "b"), c = unit.local(work, "c");
  unit.initialise(a, five, work);
  unit.initialise(b, a, work);
  unit.initialise(c, b, work);
  unit.assign(work, c, a); // the shorter way to c
  Program program = link_one(unit, settings);
  Walk walk(program);
  walk.start(five);
  unsigned depth = 0;
  while (walk.step()) {
    EXPECT_GE(walk.depth(), depth);
    depth = walk.depth();
    if (walk.node() != c) continue;
    std::vector<std::uint32_t> path = walk.path();
    ASSERT_EQ(path.size(), 2u);
    EXPECT_EQ(program.flows[path[0]].from, five);
    EXPECT_EQ(program.flows[path[0]].to, a);
    EXPECT_EQ(program.flows[path[1]].to, c);
    EXPECT_EQ(walk.flow().from, a);
  }
  EXPECT_EQ(depth, 2u);
}

TEST(Walk, ScalesMultiplyUntilTheUnitIsKnown) {
  Unit unit;
  EntityId work = unit.function("work"), five = unit.number(5);
  EntityId minutes = unit.local(work, "minutes"), seconds = unit.local(work, "seconds"),
           span = unit.local(work, "span", duration_of(second)), count = unit.local(work, "count");
  unit.initialise(minutes, five, work);
  unit.initialise(seconds, Value(minutes) * 60, work);
  unit.initialise(span, counted_in(second, Value(seconds)), work);
  unit.initialise(count, Value(span) * 1000, work); // counts in another unit, the span is the same
  Program program = link_one(unit, settings);
  Walk walk(program);
  walk.start(five);
  while (walk.step()) {
    if (walk.node() == minutes) EXPECT_EQ(walk.scale(), 1);
    if (walk.node() == seconds) EXPECT_EQ(walk.scale(), 60);
    if (walk.node() == seconds) EXPECT_EQ(walk.tick(), 0);
    if (walk.node() == span) EXPECT_EQ(walk.tick(), second);
    if (walk.node() == count) {
      EXPECT_EQ(walk.scale(), 60);
      EXPECT_EQ(walk.tick(), second);
    }
  }
}

// A chain of variables, each initialised with the one before; gives the last.
static std::vector<EntityId> write_chain(Unit& unit, Value first, int length) {
  EntityId work = unit.function("chain");
  std::vector<EntityId> chain;
  for (int i = 0; i < length; ++i) {
    EntityId next = unit.local(work, "v" + std::to_string(i));
    unit.initialise(next, chain.empty() ? first : Value(chain.back()), work);
    chain.push_back(next);
  }
  return chain;
}

TEST(Walk, AChainThatNobodyWouldBelieveIsCut) {
  Unit unit;
  EntityId five = unit.number(5);
  std::vector<EntityId> chain = write_chain(unit, five, 40);
  Program program = link_one(unit, settings);
  std::set<EntityId> nodes = reached_from(program, five);
  EXPECT_THAT(nodes, Contains(chain[7])); // eight steps are still a trace
  EXPECT_THAT(nodes, Not(Contains(chain.back())));
}

// Values that go everywhere must not cost everything.
TEST(Walk, ManyWaysAreBounded) {
  Unit unit;
  EntityId work = unit.function("work"), five = unit.number(5);
  std::vector<EntityId> layer{five};
  for (int depth = 0; depth < 10; ++depth) {
    std::vector<EntityId> next;
    for (int i = 0; i < 20; ++i) {
      next.push_back(unit.local(work, "v" + std::to_string(depth) + "_" + std::to_string(i)));
      for (EntityId from : layer) unit.assign(work, next.back(), from);
    }
    layer = next;
  }
  Program program = link_one(unit, settings);
  EXPECT_EQ(reached_from(program, five).size(), 200u);
}

TEST(Walk, SeveralStarts) {
  Unit unit;
  EntityId work = unit.function("work"), a = unit.local(work, "a"), b = unit.local(work, "b");
  EntityId five = unit.number(5), seven = unit.number(7);
  unit.initialise(a, five, work);
  unit.initialise(b, seven, work);
  Program program = link_one(unit, settings);
  Walk walk(program);
  walk.start(five);
  walk.start(seven);
  std::set<EntityId> nodes;
  while (walk.step()) nodes.insert(walk.node());
  EXPECT_EQ(nodes, (std::set<EntityId>{a, b}));
}

} // namespace plumbline
