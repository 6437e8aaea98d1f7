#include "facts/facts.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>

namespace plumbline {

TEST(StringTable, InternsEachTextOnce) {
  StringTable table;
  StringId first = table.intern("first");
  StringId second = table.intern("second");
  EXPECT_NE(first, second);
  EXPECT_EQ(table.intern(std::string("first")), first);
  EXPECT_EQ(table.text(second), "second");
  EXPECT_EQ(table.size(), 3u); // the empty string is always there
  EXPECT_EQ(table.intern(""), StringId::empty);
  EXPECT_EQ(table.find("first"), first);
  EXPECT_EQ(table.find("third"), StringId::empty);
  EXPECT_EQ(table.size(), 3u);
}

TEST(StringTable, CopyDoesNotReferToTheOriginal) {
  StringTable copy;
  StringId id;
  {
    StringTable original;
    id = original.intern("a text that is too long for the small string optimisation");
    original.intern("short");
    copy = original;
    original = StringTable();
  }
  EXPECT_EQ(copy.find("a text that is too long for the small string optimisation"), id);
  EXPECT_EQ(copy.intern("short"), static_cast<StringId>(2));
  EXPECT_EQ(copy.size(), 3u);
}

TEST(StringTable, SurvivesGrowthAndMoves) {
  StringTable table;
  for (int i = 0; i < 10'000; ++i) table.intern("text " + std::to_string(i));
  std::vector<StringTable> tables;
  tables.push_back(std::move(table));
  tables.emplace_back();
  EXPECT_EQ(tables[0].text(tables[0].find("text 0")), "text 0");
  EXPECT_EQ(tables[0].text(tables[0].find("text 9999")), "text 9999");
}

TEST(FactBuilder, WritesWhatReadersFind) {
  FactTable table;
  Location place{table.strings.intern("src/a.cpp"), 3, 5, 3, 9};
  FactBuilder(table, "flow")
      .subject(static_cast<EntityId>(7))
      .object(static_cast<EntityId>(8))
      .at(place)
      .text("op", "init")
      .number("value", -250);
  ASSERT_EQ(table.facts.size(), 1u);
  const Fact& fact = table.facts[0];
  EXPECT_EQ(table.strings.text(fact.kind), "flow");
  EXPECT_EQ(fact.subject, static_cast<EntityId>(7));
  EXPECT_EQ(fact.object, static_cast<EntityId>(8));
  EXPECT_EQ(fact.location, place);
  EXPECT_EQ(table.text(fact, "op"), "init");
  EXPECT_EQ(table.number(fact, "value"), -250);
  EXPECT_EQ(table.text(fact, "value"), "") << "a number is not a text";
  EXPECT_EQ(table.number(fact, "op", 9), 9) << "a text is not a number";
  EXPECT_EQ(table.number(fact, "missing", 4), 4);
}

TEST(FactBuilder, LeavesOutWhatReadsTheSame) {
  FactTable table;
  FactBuilder(table, "flow").text("op", "").number("value", 0);
  EXPECT_EQ(table.facts[0].field_count, 0u);
  EXPECT_EQ(table.text(table.facts[0], "op"), "");
  EXPECT_EQ(table.number(table.facts[0], "value"), 0);
}

TEST(FactBuilder, KeepsItsFieldsTogetherAroundNestedFacts) {
  FactTable table;
  {
    FactBuilder outer(table, "outer");
    outer.text("first", "1");
    FactBuilder(table, "inner").text("own", "2");
    outer.text("second", "3");
  }
  ASSERT_EQ(table.facts.size(), 2u);
  EXPECT_EQ(table.text(table.facts[0], "own"), "2");
  EXPECT_EQ(table.facts[0].field_count, 1u);
  EXPECT_EQ(table.text(table.facts[1], "first"), "1");
  EXPECT_EQ(table.text(table.facts[1], "second"), "3");
  EXPECT_EQ(table.text(table.facts[1], "own"), "");
}

TEST(EntityId, ComesFromTheTextAlone) {
  EXPECT_EQ(entity_from_text("c:@F@main"), entity_from_text("c:@F@main"));
  EXPECT_NE(entity_from_text("c:@F@main"), entity_from_text("c:@F@mian"));
  EXPECT_NE(entity_from_text(""), EntityId::none);
  // The first eight bytes of BLAKE3("") as its specification's test vectors give them, read little-endian.
  EXPECT_EQ(static_cast<std::uint64_t>(entity_from_text("")), 0xa6a1f9f5b94913afULL);
}

TEST(EntityId, DerivedIdsAreDistinct) {
  std::set<EntityId> seen;
  std::size_t made = 0;
  for (std::uint64_t function = 1; function <= 500; ++function) {
    EntityId id = static_cast<EntityId>(function); // neighbours: the worst case for a weak mixer
    seen.insert(id), seen.insert(return_of(id)), made += 2;
    for (unsigned index = 0; index < 20; ++index) seen.insert(parameter_of(id, index)), ++made;
  }
  EXPECT_EQ(seen.size(), made);
  EXPECT_EQ(seen.count(EntityId::none), 0u);
}

TEST(EntityId, NeighbouringSlotsDifferInAboutHalfTheirBits) {
  EntityId function = entity_from_text("c:@F@f");
  for (unsigned index = 0; index < 50; ++index) {
    std::uint64_t difference = static_cast<std::uint64_t>(parameter_of(function, index)) ^
                               static_cast<std::uint64_t>(parameter_of(function, index + 1));
    EXPECT_GT(std::popcount(difference), 12) << index;
    EXPECT_LT(std::popcount(difference), 52) << index;
  }
}

TEST(EntityId, NothingIsDerivedFromNothing) {
  EXPECT_EQ(parameter_of(EntityId::none, 0), EntityId::none);
  EXPECT_EQ(return_of(EntityId::none), EntityId::none);
}

TEST(UnitState, HasTheSpellingsOfReports) {
  EXPECT_EQ(name_of(UnitState::analysed), "analysed");
  EXPECT_EQ(name_of(UnitState::analysed_with_errors), "analysed-with-errors");
  EXPECT_EQ(name_of(UnitState::skipped), "skipped");
  EXPECT_EQ(name_of(UnitState::failed), "failed");
}

} // namespace plumbline
