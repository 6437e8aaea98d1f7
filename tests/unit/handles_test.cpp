#include "program/handles.h"

#include "facts_builder.h"

#include <gtest/gtest.h>

namespace plumbline {

static void edge(Unit& unit, EntityId from, EntityId to, EdgeKind kind, EntityId at) {
  write(unit.facts.table, HandleEdge{from, to, kind, unit.location_of(at)});
}
static bool is_limited(const Unit& unit, EntityId handle) {
  const Linked linked(unit);
  Location culprit;
  return Handles(linked.program).is_limited(handle, culprit);
}

TEST(Handles, ALimitHoldsForAllNamesOfTheObject) {
  Unit unit;
  EntityId work = unit.function("work"), curl = unit.local(work, "curl"), other = unit.local(work, "other"),
           alias = unit.local(work, "alias");
  edge(unit, curl, alias, EdgeKind::value, work);
  write_wait_limit(unit.facts.table, alias, work, unit.location_of(work));
  EXPECT_TRUE(is_limited(unit, curl));
  EXPECT_TRUE(is_limited(unit, alias));
  EXPECT_FALSE(is_limited(unit, other));
}

// void perform(CURL* c): all callers must have limited theirs, and the one that has not is told.
TEST(Handles, AnArgumentIsLimitedIfAllCallersLimitTheirs) {
  Unit unit;
  EntityId perform = unit.function("perform", {{"curl"}}), first = unit.function("first"),
           second = unit.function("second");
  EntityId limited = unit.local(first, "a"), bare = unit.local(second, "b");
  edge(unit, limited, parameter_of(perform, 0), EdgeKind::argument, limited);
  write_wait_limit(unit.facts.table, limited, first, unit.location_of(first));
  EXPECT_TRUE(is_limited(unit, parameter_of(perform, 0)));
  edge(unit, bare, parameter_of(perform, 0), EdgeKind::argument, bare);
  const Linked linked(unit);
  Location culprit;
  EXPECT_FALSE(Handles(linked.program).is_limited(parameter_of(perform, 0), culprit));
  EXPECT_EQ(culprit.line, unit.location_of(bare).line);
}

TEST(Handles, AHelperLimitsWhatItIsGiven) {
  Unit unit;
  EntityId configure = unit.function("configure", {{"curl"}}), work = unit.function("work");
  EntityId curl = unit.local(work, "curl");
  edge(unit, curl, parameter_of(configure, 0), EdgeKind::argument, work);
  write_wait_limit(unit.facts.table, parameter_of(configure, 0), configure, unit.location_of(configure));
  EXPECT_TRUE(is_limited(unit, curl));
  const Linked linked(unit);
  EXPECT_TRUE(Handles(linked.program).sets_limits(configure));
  EXPECT_FALSE(Handles(linked.program).sets_limits(work));
}

// set_option(handle, option, value): the option that is passed decides whether it limits anything.
TEST(Handles, ASetterLimitsWhereALimitingOptionIsPassed) {
  Unit unit;
  EntityId set = unit.function("set_option", {{"curl"}, {"option"}}), work = unit.function("work");
  EntityId curl = unit.local(work, "curl");
  edge(unit, curl, parameter_of(set, 0), EdgeKind::argument, work);
  write_wait_setter(unit.facts.table, parameter_of(set, 1), parameter_of(set, 0));
  EXPECT_FALSE(is_limited(unit, curl));
  write_wait_option(unit.facts.table, parameter_of(set, 1));
  EXPECT_TRUE(is_limited(unit, curl));
}

TEST(Handles, ADescriptorThatAnUnseenFunctionMadeIsForeign) {
  Unit unit;
  EntityId unseen = unit.library_function("open_channel"), socket = unit.library_function("socket"),
           seen = unit.function("make_channel");
  EntityId work = unit.function("work"), a = unit.local(work, "a"), b = unit.local(work, "b"),
           c = unit.local(work, "c");
  edge(unit, return_of(unseen), a, EdgeKind::from_result, work);
  edge(unit, return_of(socket), b, EdgeKind::from_result, work);
  edge(unit, return_of(seen), c, EdgeKind::from_result, work);
  const Linked linked(unit);
  const Handles handles(linked.program);
  EXPECT_TRUE(handles.is_foreign(a));
  EXPECT_FALSE(handles.is_foreign(b));
  EXPECT_FALSE(handles.is_foreign(c));
  ASSERT_TRUE(handles.maker_of(c));
  EXPECT_EQ(handles.maker_of(c)->name, "make_channel");
}

} // namespace plumbline
