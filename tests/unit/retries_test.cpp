#include "program/retries.h"

#include "facts_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(RetryFacts, ComeBackAsTheyWereWritten) {
  FactTable table;
  RetryLoop loop;
  loop.function = entity_from_text("f");
  loop.pause_source = entity_from_text("delay");
  loop.location = {table.strings.intern("a.cpp"), 3, 1, 3, 6};
  loop.pause_location = {loop.location.file, 5, 2, 5, 9};
  loop.line = "while (true) {";
  loop.attempt = "connect";
  loop.pause_value = "1 s";
  loop.pause = Pause::constant;
  loop.bounded = true;
  loop.stop_flag = "stopping";
  write(table, loop);
  const RetryLoop back = read_retry_loop(table, table.facts.front());
  EXPECT_EQ(back.function, loop.function);
  EXPECT_EQ(back.pause_source, loop.pause_source);
  EXPECT_EQ(back.location, loop.location);
  EXPECT_EQ(back.pause_location, loop.pause_location);
  EXPECT_EQ(back.line, loop.line);
  EXPECT_EQ(back.attempt, loop.attempt);
  EXPECT_EQ(back.pause_value, loop.pause_value);
  EXPECT_EQ(back.pause, Pause::constant);
  EXPECT_TRUE(back.bounded);
  EXPECT_EQ(back.stop_flag, "stopping");
}

// A queue whose result loop compares a job's attempts with a limit before it puts it back.
struct Queue {
  Queue() {
    job = unit.record("Job");
    attempts = unit.field(job, "attempts");
    requeue = unit.function("requeue", {{"job", object_of(job, "Job &")}});
    on_result = unit.function("on_result");
    on_timeout = unit.function("on_timeout");
    write(unit.facts.table, AttemptLimit{on_result, attempts, unit.location_of(on_result)});
  }
  EntityId put_back(EntityId function, bool limited) {
    Requeue fact;
    fact.function = function;
    fact.target = requeue;
    fact.loop = entity_from_text(limited ? "limited loop" : "loop");
    fact.record = job;
    fact.location = unit.location_of(function);
    fact.call = "requeue";
    fact.named = true;
    fact.limited = limited;
    write(unit.facts.table, fact);
    unit.call(function, requeue);
    return fact.loop;
  }
  std::vector<UnlimitedRequeue> found() const { return unlimited_requeues(Linked(unit).program); }

  Unit unit;
  EntityId job, attempts, requeue, on_result, on_timeout;
};

TEST(UnlimitedRequeues, OneThatForgetsTheLimitOfTheOther) {
  Queue queue;
  queue.put_back(queue.on_result, true);
  queue.put_back(queue.on_timeout, false);
  const std::vector<UnlimitedRequeue> found = queue.found();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].requeue.function, queue.on_timeout);
  EXPECT_EQ(found[0].elsewhere.function, queue.on_result);
}

TEST(UnlimitedRequeues, NotWhereAHelperInTheLoopLooks) {
  Queue queue;
  EntityId exhausted = queue.unit.function("is_exhausted", {}, truth_type);
  write(queue.unit.facts.table, AttemptLimit{exhausted, queue.attempts, queue.unit.location_of(exhausted)});
  const EntityId loop = queue.put_back(queue.on_timeout, false);
  write_requeue_call(queue.unit.facts.table, loop, exhausted);
  EXPECT_THAT(queue.found(), IsEmpty());
}

TEST(UnlimitedRequeues, NotWherePuttingBackLooksItself) {
  Queue queue;
  write(queue.unit.facts.table, AttemptLimit{queue.requeue, queue.attempts, queue.unit.location_of(queue.requeue)});
  queue.put_back(queue.on_timeout, false);
  EXPECT_THAT(queue.found(), IsEmpty());
}

TEST(FrozenPauses, ConstantsAndNothingElse) {
  Unit unit;
  EntityId config = unit.record("RetryConfig"), configured = unit.field(config, "delay_ms");
  EntityId client = unit.record("Client"), frozen = unit.field(client, "delay_ms_"), set = unit.field(client, "other_"),
           unknown = unit.field(client, "unknown_"), grown = unit.field(client, "grown_");
  EntityId make = unit.function("make");
  unit.flow(FlowKind::member_default, unit.number(100), frozen);
  unit.assign(make, set, configured);
  unit.flow(FlowKind::member_default, unit.number(100), grown);
  unit.assign(make, grown, derived_from(frozen));
  Linked linked(unit);
  EXPECT_TRUE(is_frozen(linked.program, frozen));
  EXPECT_FALSE(is_frozen(linked.program, set));
  EXPECT_FALSE(is_frozen(linked.program, unknown));
  EXPECT_FALSE(is_frozen(linked.program, grown));
}

} // namespace plumbline
