#include "program/program.h"

#include "facts_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using ::testing::ElementsAre;

static const Settings settings;

static Program link_all(std::vector<TuFacts> units) { return link(units, settings); }

TEST(Link, TheDefinitionWinsWhateverTheOrder) {
  Unit user("src/user.cpp"), owner("src/pause.cpp");
  user.in_file("include/pause.h");
  EntityId declared = user.function("pause", {{""}}, void_type, EntityId::none, 0);
  owner.in_file("src/pause.cpp");
  EntityId defined = owner.function("pause", {{"timeout_ms"}});
  ASSERT_EQ(declared, defined);
  for (bool definition_first : {false, true}) {
    Program program = definition_first ? link_all({owner.facts, user.facts}) : link_all({user.facts, owner.facts});
    ASSERT_NE(program.entity(defined), nullptr);
    EXPECT_TRUE(program.entity(defined)->has(is_defined));
    EXPECT_EQ(program.path(program.entity(defined)->location), "src/pause.cpp");
    // A parameter without a name in the declaration gets the definition's.
    ASSERT_NE(program.entity(parameter_of(defined, 0)), nullptr);
    EXPECT_EQ(program.entity(parameter_of(defined, 0))->name, "timeout_ms");
    EXPECT_EQ(program.entities.size(), 2u);
  }
}

TEST(Link, AForwardDeclaredRecordIsTheDefinedOne) {
  Unit user("src/user.cpp"), owner("src/owner.cpp");
  user.in_file("include/forward.h");
  EntityId record = user.record("net::Config", is_public);
  owner.in_file("include/config.h");
  owner.record("net::Config", is_public | is_defined | is_config_annotated);
  for (bool definition_first : {false, true}) {
    Program program = definition_first ? link_all({owner.facts, user.facts}) : link_all({user.facts, owner.facts});
    ASSERT_EQ(program.entities.size(), 1u);
    EXPECT_EQ(program.path(program.entity(record)->location), "include/config.h");
    EXPECT_TRUE(program.entity(record)->has(is_config_annotated));
  }
}

// inline int twice(int n) { return n * 2; } and a field, in a header that both units include.
static EntityId write_header(Unit& unit) {
  unit.in_file("include/twice.h");
  EntityId twice = unit.function("twice", {{"n"}}, integer_type);
  unit.give_back(twice, Value(parameter_of(twice, 0)) * 2);
  unit.field(unit.record("Holder"), "value");
  EntityId three = unit.number(3);
  unit.compare(twice, three, "<", "n");
  unit.call(twice, twice, {three});
  return twice;
}

TEST(Link, WhatSeveralUnitsSawOfAHeaderIsOne) {
  Unit a("src/a.cpp"), b("src/b.cpp"), alone("src/c.cpp");
  EntityId twice = write_header(a);
  write_header(b);
  write_header(alone);
  Program two = link_all({a.facts, b.facts}), one = link_all({alone.facts});
  EXPECT_EQ(two.entities.size(), one.entities.size());
  EXPECT_EQ(two.flows.size(), one.flows.size());
  EXPECT_EQ(two.constants.size(), 1u);
  EXPECT_EQ(two.uses.size(), 1u);
  EXPECT_EQ(two.calls.size(), 1u);
  EXPECT_EQ(two.table.facts.size(), one.table.facts.size());
  EXPECT_EQ(two.flows_from(parameter_of(twice, 0)).size(), 1u);
}

// The same header at the same place, but expanded to something else there.
TEST(Link, WhatUnitsSawDifferentlyIsKept) {
  Unit a("src/a.cpp"), b("src/b.cpp");
  for (Unit* unit : {&a, &b}) {
    unit->in_file("include/limits.h");
    EntityId limit = unit->variable("limit");
    unit->initialise(limit, Value(unit->number(5)) * (unit == &a ? 1 : 1000));
  }
  Program program = link_all({a.facts, b.facts});
  EXPECT_EQ(program.constants.size(), 1u);
  EXPECT_EQ(program.flows.size(), 2u);
}

TEST(Link, FunctionsOfInternalLinkageStayApart) {
  Unit a("src/a.cpp"), b("src/b.cpp");
  EntityFact helper;
  helper.kind = EntityKind::function;
  helper.name = helper.qualified = "helper";
  helper.flags = is_defined;
  for (Unit* unit : {&a, &b}) { // the collector adds the file to what has no external linkage
    helper.id = entity_from_text("c:@F@helper|" + unit->facts.main_file);
    helper.location = {unit->facts.table.strings.intern(unit->facts.main_file), 1, 1, 1, 7};
    write(unit->facts.table, helper);
  }
  Program program = link_all({a.facts, b.facts});
  ASSERT_EQ(program.entities.size(), 2u);
  EXPECT_EQ(program.path(program.entities[0].location), "src/a.cpp");
  EXPECT_EQ(program.path(program.entities[1].location), "src/b.cpp");
}

// Three units that share a header and call each other.
static std::vector<TuFacts> write_three_units() {
  Unit a("src/a.cpp"), b("src/b.cpp"), c("src/c.cpp");
  EntityId twice = write_header(a);
  write_header(b);
  write_header(c);
  a.in_file("src/a.cpp");
  EntityId run = a.function("run");
  EntityId x = a.local(run, "x");
  a.initialise(x, a.call(run, twice, {a.number(5)}), run);
  b.in_file("src/b.cpp");
  EntityId pause = b.function("pause", {{"timeout_ms"}});
  b.compare(pause, parameter_of(pause, 0), ">", "elapsed_ms");
  c.in_file("src/c.cpp");
  EntityId work = c.function("work");
  c.function("pause", {{""}}, void_type, EntityId::none, 0);
  c.call(work, pause, {c.number(50)});
  CommentFact comment;
  comment.location = c.location_of(work);
  comment.text = "// plumbline: allow(hard-coded-duration) as agreed";
  write(c.facts.table, comment);
  return {a.facts, b.facts, c.facts};
}

static std::string describe(const Program& program) {
  std::string text;
  auto at = [&](const Location& location) {
    return std::string(program.path(location)) + ":" + std::to_string(location.line) + " ";
  };
  auto id = [](EntityId id) { return std::to_string(static_cast<std::uint64_t>(id)) + " "; };
  for (const EntityFact& entity : program.entities)
    text += at(entity.location) + id(entity.id) + entity.qualified + " " + std::to_string(entity.flags) + "\n";
  for (const ConstantFact& constant : program.constants) text += at(constant.location) + constant.text + "\n";
  for (const FlowFact& flow : program.flows)
    text += at(flow.location) + id(flow.from) + id(flow.to) + std::to_string(flow.scale) + "\n";
  for (const UseFact& use : program.uses) text += at(use.location) + id(use.from) + use.operation + "\n";
  for (const CallFact& call : program.calls) text += at(call.location) + id(call.caller) + id(call.callee) + "\n";
  for (const SuppressionComment& comment : program.suppression_comments)
    text += comment.place.path + ":" + std::to_string(comment.place.line) + " " + comment.text + "\n";
  return text;
}

TEST(Link, ShuffledUnitsGiveTheSameProgram) {
  std::vector<TuFacts> units = write_three_units();
  std::string expected = describe(link_all(units));
  std::mt19937 random(1);
  for (unsigned seed = 0; seed < 6; ++seed) {
    std::shuffle(units.begin(), units.end(), random);
    std::vector<TuFacts> mixed;
    for (const TuFacts& unit : units) mixed.push_back(shuffled(unit, seed));
    EXPECT_EQ(describe(link_all(mixed)), expected);
  }
}

TEST(Link, IndexesFindWhatBelongsTogether) {
  Unit unit;
  EntityId record = unit.record("Server"), timeout = unit.field(record, "timeout"), size = unit.field(record, "size");
  EntityId derived = unit.record("TcpServer");
  unit.base(derived, record);
  EntityId run = unit.function("run", {{"a"}, {"b"}}, integer_type, record);
  Program program = link_one(unit, settings);
  std::vector<EntityId> members;
  for (std::uint32_t index : program.members_of(record)) members.push_back(program.entities[index].id);
  EXPECT_THAT(members, ElementsAre(timeout, size, run)); // in the order of their lines
  EXPECT_EQ(program.members_of(run).size(), 2u);
  EXPECT_THAT(std::vector<EntityId>(program.bases_of(derived).begin(), program.bases_of(derived).end()),
              ElementsAre(record));
  EXPECT_EQ(program.function_of(parameter_of(run, 1)), run);
  EXPECT_EQ(program.function_of(return_of(run)), run);
  EXPECT_EQ(program.function_of(timeout), EntityId::none);
  EXPECT_EQ(program.entity(run)->qualified, "Server::run");
  EXPECT_EQ(program.entity(static_cast<EntityId>(12345)), nullptr);
  EXPECT_EQ(program.constant(run), nullptr);
  EXPECT_TRUE(program.flows_from(run).empty());
}

// What is passed to a virtual function may arrive in every override.
TEST(Link, ArgumentsReachOverrides) {
  Unit unit;
  EntityId base = unit.record("Transport"), derived = unit.record("TcpTransport");
  unit.base(derived, base);
  EntityId declared = unit.function("wait_for", {{"n"}}, void_type, base, is_virtual);
  EntityId overrider = unit.function("wait_for", {{"n"}}, void_type, derived, is_virtual | is_defined);
  write_override(unit.facts.table, overrider, declared);
  Program program = link_one(unit, settings);
  ASSERT_EQ(program.flows_from(parameter_of(declared, 0)).size(), 1u);
  EXPECT_EQ(program.flows[program.flows_from(parameter_of(declared, 0))[0]].to, parameter_of(overrider, 0));
}

TEST(Link, OnlyOurFilesCommentsAndMacrosCount) {
  Unit unit;
  EntityId ours = unit.macro("POLL_MS", 5);
  unit.in_file("/usr/include/vendor.h");
  unit.macro("VENDOR_POLL_MS", 7);
  CommentFact comment;
  comment.location = {unit.facts.table.strings.intern("/usr/include/vendor.h"), 9, 1, 9, 20};
  comment.text = "// plumbline: allow(hard-coded-duration) no";
  write(unit.facts.table, comment);
  Program program = link_one(unit, settings);
  ASSERT_EQ(program.macros.size(), 1u);
  EXPECT_EQ(program.macros[0].name, "POLL_MS");
  EXPECT_TRUE(program.suppression_comments.empty());
  EXPECT_TRUE(program.is_ours(unit.location_of(ours)));
  EXPECT_FALSE(program.is_ours({}));
}

TEST(Link, ExcludedFilesAreNotOurs) {
  Settings excluding;
  excluding.exclude = {"src/generated/**"};
  Unit unit("src/generated/tables.cpp");
  EntityId constant = unit.number(5);
  Program program = link_one(unit, excluding);
  EXPECT_FALSE(program.is_ours(unit.location_of(constant)));
}

TEST(Link, CommentsSpeakFromThePlumblineOn) {
  Unit unit;
  CommentFact comment;
  comment.location = {unit.facts.table.strings.intern("src/main.cpp"), 3, 20, 3, 60};
  comment.text = "/* see below; plumbline: allow(hard-coded-limit) fixed by the protocol */";
  comment.own_line = true;
  write(unit.facts.table, comment);
  Program program = link_one(unit, settings);
  ASSERT_EQ(program.suppression_comments.size(), 1u);
  EXPECT_EQ(program.suppression_comments[0].text.substr(0, 34), "plumbline: allow(hard-coded-limit)");
  EXPECT_EQ(program.suppression_comments[0].text.find("*/"), std::string::npos);
  EXPECT_TRUE(program.suppression_comments[0].own_line);
  EXPECT_EQ(program.suppression_comments[0].place.line, 3u);
}

TEST(Link, NothingGivesAnEmptyProgram) {
  Program program = link(std::span<const TuFacts>(), settings);
  EXPECT_TRUE(program.entities.empty());
  EXPECT_TRUE(program.sites.empty());
}

} // namespace plumbline
