// Each core fact survives being written and read; through the encoding as well, because that is the way it goes.
#include "facts/vocabulary.h"

#include "facts/encoding.h"

#include <gtest/gtest.h>

namespace plumbline {

static constexpr EntityId one = static_cast<EntityId>(11), two = static_cast<EntityId>(22),
                          three = static_cast<EntityId>(33), four = static_cast<EntityId>(44);

static TuFacts empty_unit() {
  TuFacts unit;
  unit.main_file = "src/a.cpp";
  unit.state = UnitState::analysed;
  return unit;
}

static Location place(TuFacts& unit) { return {unit.table.strings.intern("src/a.cpp"), 7, 3, 8, 12}; }

// The unit as another process reads it.
static TuFacts through_the_store(const TuFacts& unit) {
  llvm::Expected<TuFacts> result = decode(encode(unit));
  if (result) return std::move(*result);
  ADD_FAILURE() << llvm::toString(result.takeError());
  return {};
}

TEST(Vocabulary, Entity) {
  TuFacts unit = empty_unit();
  EntityFact written;
  written.id = one;
  written.owner = two;
  written.kind = EntityKind::field;
  written.location = place(unit);
  written.name = "timeout_ms";
  written.qualified = "net::ClientConfig::timeout_ms";
  written.type = "std::chrono::milliseconds";
  written.type_class = TypeClass::duration;
  written.tick = 1000'000;
  written.type_entity = three;
  written.index = 0;
  written.flags = is_public | is_plural_type | is_config_annotated;
  write(unit.table, written);
  TuFacts read = through_the_store(unit);
  ASSERT_EQ(read.table.facts.size(), 1u);
  EntityFact fact = read_entity(read.table, read.table.facts[0]);
  EXPECT_EQ(fact.id, one);
  EXPECT_EQ(fact.owner, two);
  EXPECT_EQ(fact.kind, EntityKind::field);
  EXPECT_EQ(read.table.strings.text(fact.location.file), "src/a.cpp");
  EXPECT_EQ(fact.location.line, 7u);
  EXPECT_EQ(fact.location.end_column, 12u);
  EXPECT_EQ(fact.name, "timeout_ms");
  EXPECT_EQ(fact.qualified, "net::ClientConfig::timeout_ms");
  EXPECT_EQ(fact.type, "std::chrono::milliseconds");
  EXPECT_EQ(fact.type_class, TypeClass::duration);
  EXPECT_EQ(fact.tick, 1000'000);
  EXPECT_EQ(fact.type_entity, three);
  EXPECT_EQ(fact.index, 0);
  EXPECT_TRUE(fact.has(is_public) && fact.has(is_plural_type) && fact.has(is_config_annotated));
  EXPECT_FALSE(fact.has(is_constant));
}

// A missing field reads as zero, so what defaults to something else must not be left out when it is zero.
TEST(Vocabulary, DefaultsOfAnEntityThatSaysNothing) {
  TuFacts unit = empty_unit();
  EntityFact written;
  written.id = one;
  write(unit.table, written);
  EntityFact fact = read_entity(unit.table, unit.table.facts[0]);
  EXPECT_EQ(fact.index, -1);
  EXPECT_EQ(fact.tick, 0);
  EXPECT_EQ(fact.flags, 0u);
  EXPECT_EQ(fact.name, "");
  EXPECT_EQ(fact.type_entity, EntityId::none);
}

TEST(Vocabulary, AParametersIndexAndAnUnknownTick) {
  for (int index : {0, 1, 17}) {
    TuFacts unit = empty_unit();
    EntityFact written;
    written.id = one;
    written.kind = EntityKind::parameter;
    written.index = index;
    written.tick = -1;
    write(unit.table, written);
    EntityFact fact = read_entity(unit.table, unit.table.facts[0]);
    EXPECT_EQ(fact.index, index);
    EXPECT_EQ(fact.tick, -1);
    EXPECT_EQ(fact.kind, EntityKind::parameter);
  }
}

TEST(Vocabulary, Constant) {
  // Values that no decimal of a few digits holds, and one beyond 2^53.
  for (double value : {5.0, 0.1, 1.0 / 3, 1e-9, 9007199254740993.0, 1.7976931348623157e308}) {
    TuFacts unit = empty_unit();
    ConstantFact written;
    written.id = one;
    written.location = place(unit);
    written.value = value;
    written.tick = -1;
    written.text = "5s";
    written.line = "wait(5s); // \"quoted\"\t";
    written.macro = "WAIT";
    written.floating = true;
    write(unit.table, written);
    TuFacts read = through_the_store(unit);
    ConstantFact fact = read_constant(read.table, read.table.facts[0]);
    EXPECT_EQ(fact.id, one);
    EXPECT_EQ(fact.value, value);
    EXPECT_EQ(fact.tick, -1);
    EXPECT_EQ(fact.text, "5s");
    EXPECT_EQ(fact.line, "wait(5s); // \"quoted\"\t");
    EXPECT_EQ(fact.macro, "WAIT");
    EXPECT_TRUE(fact.floating);
    EXPECT_EQ(fact.location.line, 7u);
  }
}

TEST(Vocabulary, FlowOfEveryKind) {
  for (FlowKind kind : {FlowKind::initialise, FlowKind::assign, FlowKind::argument, FlowKind::default_argument,
                        FlowKind::member_default, FlowKind::constructor_initialise, FlowKind::result, FlowKind::output,
                        FlowKind::part, FlowKind::derived, FlowKind::capture}) {
    TuFacts unit = empty_unit();
    FlowFact written;
    written.from = one;
    written.to = two;
    written.kind = kind;
    written.location = place(unit);
    written.function = three;
    written.site = four;
    written.leaves = static_cast<EntityId>(0xffff'ffff'ffff'ffff);
    written.scale = 1.0 / 3;
    written.tick = 1000;
    written.fallback_of = static_cast<EntityId>(55);
    written.option = "SOL_SOCKET,SO_RCVTIMEO";
    written.context = "timer_";
    write(unit.table, written);
    TuFacts read = through_the_store(unit);
    FlowFact fact = read_flow(read.table, read.table.facts[0]);
    EXPECT_EQ(fact.from, one);
    EXPECT_EQ(fact.to, two);
    EXPECT_EQ(fact.kind, kind);
    EXPECT_EQ(fact.location.line, 7u);
    EXPECT_EQ(fact.function, three);
    EXPECT_EQ(fact.site, four);
    EXPECT_EQ(fact.leaves, static_cast<EntityId>(0xffff'ffff'ffff'ffff));
    EXPECT_EQ(fact.scale, 1.0 / 3);
    EXPECT_EQ(fact.tick, 1000);
    EXPECT_EQ(fact.fallback_of, static_cast<EntityId>(55));
    EXPECT_EQ(fact.option, "SOL_SOCKET,SO_RCVTIMEO");
    EXPECT_EQ(fact.context, "timer_");
  }
}

TEST(Vocabulary, AFlowThatChangesNothingScalesByOne) {
  TuFacts unit = empty_unit();
  FlowFact written;
  written.from = one;
  written.to = two;
  write(unit.table, written);
  FlowFact fact = read_flow(unit.table, unit.table.facts[0]);
  EXPECT_EQ(fact.scale, 1.0);
  EXPECT_EQ(fact.tick, 0);
  EXPECT_EQ(fact.site, EntityId::none);
}

TEST(Vocabulary, UseOfEveryKind) {
  for (UseKind kind : {UseKind::compare, UseKind::add, UseKind::subtract, UseKind::cap, UseKind::floor,
                       UseKind::array_bound, UseKind::call, UseKind::loop}) {
    TuFacts unit = empty_unit();
    UseFact written;
    written.from = one;
    written.other = two;
    written.kind = kind;
    written.location = place(unit);
    written.function = three;
    written.operation = ">=";
    written.other_text = "now - last";
    written.other_names = "now,last";
    written.other_class = TypeClass::time_point;
    written.other_tick = 1000'000;
    written.scale = 0.001;
    written.tick = 1000;
    written.target = "deadline";
    written.target_entity = four;
    write(unit.table, written);
    TuFacts read = through_the_store(unit);
    UseFact fact = read_use(read.table, read.table.facts[0]);
    EXPECT_EQ(fact.from, one);
    EXPECT_EQ(fact.other, two);
    EXPECT_EQ(fact.kind, kind);
    EXPECT_EQ(fact.function, three);
    EXPECT_EQ(fact.operation, ">=");
    EXPECT_EQ(fact.other_text, "now - last");
    EXPECT_EQ(fact.other_names, "now,last");
    EXPECT_EQ(fact.other_class, TypeClass::time_point);
    EXPECT_EQ(fact.other_tick, 1000'000);
    EXPECT_EQ(fact.scale, 0.001);
    EXPECT_EQ(fact.tick, 1000);
    EXPECT_EQ(fact.target, "deadline");
    EXPECT_EQ(fact.target_entity, four);
  }
}

TEST(Vocabulary, CallMacroAndComment) {
  TuFacts unit = empty_unit();
  CallFact call;
  call.caller = one;
  call.callee = two;
  call.site = three;
  call.location = place(unit);
  call.arguments = 4;
  write(unit.table, call);
  MacroFact macro;
  macro.location = place(unit);
  macro.name = "RETRY_MS";
  macro.text = "500";
  macro.line = "#define RETRY_MS 500";
  macro.value = 500;
  macro.names = "BASE,FACTOR";
  write(unit.table, macro);
  CommentFact comment;
  comment.location = place(unit);
  comment.text = "// plumbline: allow(hard-coded-duration) said so";
  comment.own_line = true;
  write(unit.table, comment);

  TuFacts read = through_the_store(unit);
  ASSERT_EQ(read.table.facts.size(), 3u);
  CallFact read_back = read_call(read.table, read.table.facts[0]);
  EXPECT_EQ(read_back.caller, one);
  EXPECT_EQ(read_back.callee, two);
  EXPECT_EQ(read_back.site, three);
  EXPECT_EQ(read_back.arguments, 4u);
  MacroFact read_macro_back = read_macro(read.table, read.table.facts[1]);
  EXPECT_EQ(read_macro_back.name, "RETRY_MS");
  EXPECT_EQ(read_macro_back.text, "500");
  EXPECT_EQ(read_macro_back.line, "#define RETRY_MS 500");
  EXPECT_EQ(read_macro_back.value, 500);
  EXPECT_EQ(read_macro_back.names, "BASE,FACTOR");
  CommentFact read_comment_back = read_comment(read.table, read.table.facts[2]);
  EXPECT_EQ(read_comment_back.text, "// plumbline: allow(hard-coded-duration) said so");
  EXPECT_TRUE(read_comment_back.own_line);
  EXPECT_EQ(read_comment_back.location.line, 7u);
}

TEST(Vocabulary, BaseAndOverride) {
  TuFacts unit = empty_unit();
  write_base(unit.table, one, two);
  write_override(unit.table, three, four);
  ASSERT_EQ(unit.table.facts.size(), 2u);
  EXPECT_EQ(unit.table.strings.text(unit.table.facts[0].kind), "base");
  EXPECT_EQ(unit.table.facts[0].subject, one);
  EXPECT_EQ(unit.table.facts[0].object, two);
  EXPECT_EQ(unit.table.strings.text(unit.table.facts[1].kind), "override");
  EXPECT_EQ(unit.table.facts[1].subject, three);
  EXPECT_EQ(unit.table.facts[1].object, four);
}

TEST(Vocabulary, ParametersAndResultsAreDerivedApart) {
  EntityId function = entity_from_text("c:@F@poll"), other = entity_from_text("c:@F@select");
  EXPECT_NE(parameter_of(function, 0), parameter_of(function, 1));
  EXPECT_NE(parameter_of(function, 0), return_of(function));
  EXPECT_NE(return_of(function), return_of(other));
  EXPECT_NE(parameter_of(function, 2), parameter_of(other, 2));
  EXPECT_EQ(parameter_of(function, 2), parameter_of(function, 2));
}

} // namespace plumbline
