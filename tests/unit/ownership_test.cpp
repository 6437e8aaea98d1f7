// Rings of shared pointers, on records that are written as edges.
#include "facts_builder.h"
#include "program/ownership.h"

#include <gtest/gtest.h>

namespace plumbline {

class Records {
 public:
  Records() : unit("src/records.h") {}
  EntityId record(const std::string& name) {
    return names[name] == EntityId::none ? names[name] = unit.record(name) : names[name];
  }
  // shared "Door.room -> Room"
  OwnershipFact edge(const std::string& from, const std::string& member, const std::string& to) {
    OwnershipFact fact;
    fact.record = record(from);
    fact.target = record(to);
    fact.member = unit.field(fact.record, member);
    fact.location = unit.location_of(fact.member);
    fact.name = member;
    fact.qualified = from + "::" + member;
    fact.target_name = to;
    return fact;
  }
  void shares(const std::string& from, const std::string& member, const std::string& to, bool many = false) {
    OwnershipFact fact = edge(from, member, to);
    fact.shared = true;
    fact.many = many;
    write(unit.facts.table, fact);
    last = fact;
  }
  void holds(const std::string& from, const std::string& member, const std::string& to, bool many = false) {
    OwnershipFact fact = edge(from, member, to);
    fact.many = many;
    write(unit.facts.table, fact);
  }
  void derives(const std::string& from, const std::string& base) {
    OwnershipFact fact;
    fact.record = record(from), fact.target = record(base), fact.target_name = base;
    fact.location = unit.location_of(fact.record);
    write(unit.facts.table, fact);
    std::swap(fact.record, fact.target);
    fact.target_name = from;
    fact.may_be = true;
    write(unit.facts.table, fact);
  }
  std::vector<std::string> rings() const {
    Linked linked(unit);
    std::vector<std::string> texts;
    for (const OwnershipRing& ring : ownership_rings(linked.program)) texts.push_back(ring.cut.qualified);
    return texts;
  }
  Unit unit;
  std::map<std::string, EntityId> names;
  OwnershipFact last;
};

using Texts = std::vector<std::string>;

TEST(Ownership, ASingleMemberIsCutBeforeAContainer) {
  Records records;
  records.shares("Room", "doors", "Door", true);
  records.shares("Door", "room", "Room");
  EXPECT_EQ(records.rings(), Texts{"Door::room"});
}

TEST(Ownership, ABackPointerIsCutBeforeAnotherSingleMember) {
  Records records;
  records.shares("Node", "next", "Node");
  records.shares("Node", "previous", "Node");
  EXPECT_EQ(records.rings(), Texts{"Node::previous"});
}

TEST(Ownership, OfEqualsTheFirstIsCut) {
  Records records;
  records.shares("Left", "right", "Right");
  records.shares("Right", "left", "Left");
  EXPECT_EQ(records.rings(), Texts{"Left::right"});
}

TEST(Ownership, AListOrATreeIsNoRing) {
  Records records;
  records.shares("Cell", "next", "Cell");
  records.shares("Tree", "left", "Tree");
  records.shares("Tree", "right", "Tree");
  records.shares("Scope", "parent", "Scope");
  EXPECT_EQ(records.rings(), Texts{});
}

TEST(Ownership, EveryRingThroughAHubIsFound) {
  Records records;
  for (int i = 0; i < 3; ++i) {
    records.shares("Hub", "parts" + std::to_string(i), "Part" + std::to_string(i), true);
    records.shares("Part" + std::to_string(i), "hub", "Hub");
  }
  EXPECT_EQ(records.rings(), (Texts{"Part0::hub", "Part1::hub", "Part2::hub"}));
}

TEST(Ownership, AMemberThatIsClearedBreaksTheRing) {
  Records records;
  records.shares("Room", "doors", "Door", true);
  records.shares("Door", "room", "Room");
  MemberChange change;
  change.function = records.unit.function("leave");
  change.member = records.last.member;
  change.what = "clears";
  change.location = records.last.location;
  write(records.unit.facts.table, change);
  EXPECT_EQ(records.rings(), Texts{});
}

TEST(Ownership, ThroughABaseANameHasToTell) {
  Records tree;
  tree.derives("Closure", "Expression");
  tree.derives("Condition", "Statement");
  tree.shares("Closure", "body", "Statement");
  tree.shares("Condition", "test", "Expression");
  EXPECT_EQ(tree.rings(), Texts{});
  Records ring;
  ring.derives("Group", "Shape");
  ring.shares("Canvas", "shapes", "Shape", true);
  ring.shares("Group", "canvas", "Canvas");
  EXPECT_EQ(ring.rings(), Texts{"Group::canvas"});
}

TEST(Ownership, HeldRecordsPassOn) {
  Records records;
  records.holds("Table", "slots", "Slot", true);
  records.shares("Slot", "session", "Session");
  records.shares("Session", "table", "Table");
  EXPECT_EQ(records.rings(), Texts{"Session::table"});
}

TEST(Ownership, ALambdaInAMemberThatIsNeverCleared) {
  for (bool cleared : {false, true}) {
    Records records;
    OwnershipFact callback;
    callback.record = records.record("Timer");
    callback.member = records.unit.field(callback.record, "callback");
    callback.location = records.unit.location_of(callback.member);
    callback.name = "callback";
    callback.qualified = "Timer::callback";
    write(records.unit.facts.table, callback);
    EntityId setter = records.unit.function("on_tick", {{"callback"}});
    write(records.unit.facts.table, MemberChange{setter, callback.member, "stores", 0, callback.location});
    if (cleared)
      write(records.unit.facts.table, MemberChange{setter, callback.member, "clears", -1, callback.location});
    StoredLambda lambda;
    lambda.member = parameter_of(setter, 0);
    lambda.captured = callback.record;
    lambda.location = callback.location;
    lambda.variable = "timer";
    write(records.unit.facts.table, lambda);
    EXPECT_EQ(records.rings(), cleared ? Texts{} : Texts{"Timer::callback"});
  }
}

// peer has a shared_ptr<request>; request is a message, and so is response, which has the peer: found in NuRaft.
TEST(Ownership, ARequestIsNoResponse) {
  Records records;
  records.derives("Request", "Message");
  records.derives("Response", "Message");
  records.shares("Peer", "reserved", "Request");
  records.shares("Response", "peer", "Peer");
  EXPECT_EQ(records.rings(), Texts{});
  records.shares("Peer", "last", "Message");
  EXPECT_EQ(records.rings(), Texts{"Response::peer"});
}

// A hub that keeps many, each of which keeps it: as many findings as there are.
TEST(Ownership, WideHubs) {
  Records records;
  for (int i = 0; i < 500; ++i) {
    records.shares("Hub", "parts", "Part" + std::to_string(i), true);
    records.shares("Part" + std::to_string(i), "hub", "Hub");
  }
  EXPECT_EQ(records.rings().size(), 500u);
}

// A long ring: no recursion, and no search from each record on it.
TEST(Ownership, LongRings) {
  Records records;
  constexpr int count = 20000;
  for (int i = 0; i < count; ++i)
    records.shares("R" + std::to_string(i), "next", "R" + std::to_string((i + 1) % count));
  EXPECT_EQ(records.rings(), Texts{"R0::next"});
}

} // namespace plumbline
