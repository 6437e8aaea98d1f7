// What counts as a check for cycles, as a walk and as a wait: on functions that are written as sequences of events.
#include "facts_builder.h"
#include "program/graph_findings.h"

#include <gtest/gtest.h>

namespace plumbline {

// A program with one record, Step { id, depends_on }, and functions made of events.
class Plan {
 public:
  explicit Plan(const std::string& id_field = "id") : unit("src/plan.cpp") {
    step = unit.record("Step");
    member.id = unit.field(step, "depends_on");
    member.owner = step;
    member.location = unit.location_of(member.id);
    member.name = "depends_on";
    member.qualified = "Step::depends_on";
    member.element = "std::string";
    member.owner_name = "Step";
    member.id_field = id_field;
    member.is_field = true;
    write(unit.facts.table, member);
  }

  EntityId function(const std::string& name) { return unit.function(name); }
  EntityId marker(const std::string& name) { return unit.variable(name); }

  GraphEvent make(EntityId function, GraphEventKind kind, EntityId object = EntityId::none, unsigned outcome = 0) {
    GraphEvent event;
    event.function = function;
    event.kind = kind;
    event.object = object;
    event.outcome = outcome;
    event.location = unit.location_of(function);
    event.order = ++orders[function];
    event.loop = loops[function].empty() ? 0 : loops[function].back();
    return event;
  }
  void add(const GraphEvent& event) { write(unit.facts.table, event); }
  void add(EntityId function, GraphEventKind kind, EntityId object = EntityId::none, unsigned outcome = 0) {
    add(make(function, kind, object, outcome));
  }
  void mark(EntityId function, EntityId marker, const std::string& value) {
    GraphEvent event = make(function, GraphEventKind::mark, marker);
    event.text = value;
    add(event);
  }
  void open(EntityId function, const std::string& text = {}, unsigned flags = 0) {
    GraphEvent event = make(function, GraphEventKind::loop);
    event.other = static_cast<EntityId>(event.loop);
    event.loop = event.order;
    event.text = text;
    event.flags = flags;
    add(event);
    loops[function].push_back(event.order);
  }
  void close(EntityId function) {
    add(function, GraphEventKind::loop_end);
    loops[function].pop_back();
  }
  // for (const std::string& dependency : step.depends_on)
  void open_walk(EntityId function) {
    open(function);
    add(function, GraphEventKind::walk, member.id);
  }
  void call(EntityId function, EntityId callee, unsigned flags, unsigned outcome = 0) {
    unit.call(function, callee);
    GraphEvent event = make(function, GraphEventKind::call, callee, outcome);
    event.flags = flags | (callee == function ? recursive : 0u);
    if (flags & (hands_element | hands_container)) event.other = member.id;
    event.text = "callee";
    add(event);
  }
  void fill(EntityId function, GraphSource source = GraphSource::outside) {
    GraphEvent event = make(function, GraphEventKind::fill, member.id);
    event.source = source;
    add(event);
  }
  // if (!known.count(dependency)) throw …
  void check_known(EntityId function, EntityId known) {
    open_walk(function);
    GraphEvent event = make(function, GraphEventKind::lookup, member.id, reports);
    event.other = known;
    event.text = "known";
    add(event);
    close(function);
  }
  EntityId loader() {
    EntityId load = function("load");
    fill(load);
    return load;
  }

  // "kind function" of each finding.
  std::vector<std::string> findings(Settings settings = {}) const {
    Linked linked(unit, std::move(settings));
    const DependencyGraphs graphs(linked.program);
    std::vector<std::string> texts;
    for (const GraphFinding& finding : graph_findings(graphs)) {
      const EntityFact* entity = linked.program.entity(finding.function);
      texts.push_back(std::string(finding.kind) + " " + (entity ? entity->name : "?"));
    }
    std::sort(texts.begin(), texts.end());
    return texts;
  }

  Unit unit;
  EntityId step = EntityId::none;
  GraphMember member;
  std::map<EntityId, unsigned> orders;
  std::map<EntityId, std::vector<unsigned>> loops;
};

using Texts = std::vector<std::string>;

TEST(DependencyGraph, StandsAtTheFunctionThatFillsIt) {
  Plan plan;
  plan.loader();
  EXPECT_EQ(plan.findings(), Texts{"accepted load"});
}

TEST(DependencyGraph, StandsAtTheFunctionThatChecksIdsBeforeTheOneThatFills) {
  Plan plan;
  plan.loader();
  plan.check_known(plan.function("validate"), plan.marker("known"));
  EXPECT_EQ(plan.findings(), Texts{"accepted validate"});
}

TEST(DependencyGraph, OfConstantsIsNotAccepted) {
  Plan plan;
  plan.fill(plan.function("defaults"), GraphSource::constant);
  EXPECT_EQ(plan.findings(), Texts{});
}

TEST(DependencyGraph, FilledByParametersIsJudgedByTheCalls) {
  for (bool constant : {true, false}) {
    Plan plan;
    EntityId add = plan.function("add_edge");
    GraphEvent event = plan.make(add, GraphEventKind::fill, plan.member.id);
    event.source = GraphSource::parameter;
    event.parameters = 2;
    plan.add(event);
    GraphArguments call{add, plan.function("main"), plan.unit.location_of(add), constant ? 3ull : 1ull, 0};
    write(plan.unit.facts.table, call);
    EXPECT_EQ(plan.findings(), constant ? Texts{} : Texts{"accepted add_edge"});
  }
}

TEST(DependencyGraph, WithoutAnIdOfItsOwnNobodyIsNamed) {
  Plan plan("");
  plan.loader();
  EXPECT_EQ(plan.findings(), Texts{});
}

TEST(CycleCheck, ThreeColoursAreOne) {
  Plan plan;
  plan.loader();
  EntityId visit = plan.function("visit"), colour = plan.marker("colour");
  plan.add(visit, GraphEventKind::test, colour, reports);
  plan.mark(visit, colour, "grey");
  plan.open_walk(visit);
  plan.call(visit, visit, hands_element);
  plan.close(visit);
  plan.mark(visit, colour, "black");
  EXPECT_EQ(plan.findings(), Texts{});
}

TEST(CycleCheck, AVisitedSetIsNone) {
  Plan plan;
  plan.loader();
  EntityId visit = plan.function("visit"), seen = plan.marker("seen");
  plan.add(visit, GraphEventKind::test, seen, leaves);
  plan.mark(visit, seen, "+");
  plan.open_walk(visit);
  plan.call(visit, visit, hands_element);
  plan.close(visit);
  EXPECT_EQ(plan.findings(), Texts{"accepted load"}); // but no endless walk
}

TEST(CycleCheck, AStackThatIsTakenBackIsOne) {
  Plan plan;
  plan.loader();
  EntityId visit = plan.function("visit"), path = plan.marker("path");
  plan.add(visit, GraphEventKind::test, path, reports);
  plan.mark(visit, path, "+");
  plan.open_walk(visit);
  plan.call(visit, visit, hands_element);
  plan.close(visit);
  plan.mark(visit, path, "-");
  EXPECT_EQ(plan.findings(), Texts{});
}

TEST(CycleCheck, InDegreesNeedACompareOfCounts) {
  for (int compare = 0; compare < 3; ++compare) { // nowhere, in the function, in its caller
    Plan plan;
    plan.loader();
    EntityId sort = plan.function("sort"), caller = plan.function("caller"), degree = plan.marker("degree");
    plan.open_walk(sort);
    plan.close(sort);
    plan.open(sort, "while (!ready.empty())", waits_for_work);
    plan.add(sort, GraphEventKind::count_down, degree);
    plan.add(sort, GraphEventKind::zero, degree, wraps);
    plan.close(sort);
    if (compare == 1) plan.add(sort, GraphEventKind::sizes, EntityId::none, reports);
    plan.call(caller, sort, 0);
    if (compare == 2) plan.add(caller, GraphEventKind::sizes, EntityId::none, reports);
    EXPECT_EQ(plan.findings(), compare == 0 ? Texts{"accepted load"} : Texts{}) << compare;
  }
}

TEST(CycleCheck, AHelperCountsForWhoCallsIt) {
  Plan plan;
  plan.loader();
  EntityId find = plan.function("find"), low = plan.marker("low"), check = plan.function("check");
  plan.open_walk(check);
  plan.close(check);
  plan.call(check, find, 0);
  plan.call(find, find, 0);
  plan.add(find, GraphEventKind::minimum, low);
  EXPECT_EQ(plan.findings(), Texts{});
}

TEST(CycleCheck, SettingsNameOneByItsLastComponents) {
  for (const char* name : {"Graph::refuse", "team::Graph::refuse", "Other::refuse", "fuse"}) {
    Plan plan;
    EntityId load = plan.loader();
    plan.call(load, plan.unit.function("team::Graph::refuse"), 0);
    Settings settings;
    settings.cycle_checks = {name};
    const bool named = std::string_view("team::Graph::refuse").ends_with(name) && std::string_view(name) != "fuse";
    EXPECT_EQ(plan.findings(settings), named ? Texts{} : Texts{"accepted load"}) << name;
  }
}

TEST(CycleCheck, OnlyWhatIsKnownAlreadyMayBeNamed) {
  for (bool before : {false, true}) {
    Plan plan;
    EntityId add = plan.function("add"), nodes = plan.marker("nodes");
    if (before) plan.mark(add, nodes, "+");
    plan.check_known(add, nodes);
    plan.fill(add);
    if (!before) plan.mark(add, nodes, "+");
    EXPECT_EQ(plan.findings(), before ? Texts{"accepted add"} : Texts{});
  }
}

TEST(EndlessWalk, IsTheFunctionThatReadsTheMember) {
  Plan plan;
  EntityId make = plan.function("make"), prerequisites = plan.function("prerequisites");
  plan.call(make, prerequisites, 0);
  plan.open_walk(prerequisites);
  plan.call(prerequisites, make, hands_element);
  plan.close(prerequisites);
  EXPECT_EQ(plan.findings(), Texts{"endless-walk prerequisites"});
}

TEST(EndlessWalk, AMarkThatIsSetAfterwardsIsNoGuard) {
  for (bool before : {false, true}) {
    Plan plan;
    EntityId height = plan.function("height"), known = plan.marker("known_heights");
    plan.add(height, GraphEventKind::test, known, reports);
    if (before) plan.mark(height, known, "0");
    plan.open_walk(height);
    plan.call(height, height, hands_element);
    plan.close(height);
    if (!before) plan.mark(height, known, "most");
    EXPECT_EQ(plan.findings(), before ? Texts{} : Texts{"endless-walk height"});
  }
}

TEST(EndlessWait, ALoopThatNoticesIsNone) {
  for (bool noticing : {false, true}) {
    Plan plan;
    EntityId run = plan.function("run"), done = plan.marker("done");
    plan.open(run, "while (!pending.empty())", waits_for_work | (noticing ? notices : 0u));
    plan.open_walk(run);
    GraphEvent event = plan.make(run, GraphEventKind::lookup, plan.member.id, reports);
    event.other = done;
    event.text = "done";
    plan.add(event);
    plan.close(run);
    plan.close(run);
    EXPECT_EQ(plan.findings(), noticing ? Texts{} : Texts{"endless-wait run"});
  }
}

TEST(EndlessWait, ATraversalIsNone) {
  Plan plan;
  EntityId collect = plan.function("collect"), queue = plan.marker("queue"), seen = plan.marker("seen");
  plan.open(collect, "while (!queue.empty())", waits_for_work);
  plan.open_walk(collect);
  plan.add(collect, GraphEventKind::test, seen, wraps);
  GraphEvent push = plan.make(collect, GraphEventKind::mark, queue);
  push.text = "+";
  push.flags = has_element;
  push.other = plan.member.id;
  plan.add(push);
  plan.close(collect);
  plan.close(collect);
  EXPECT_EQ(plan.findings(), Texts{});
}

TEST(GraphNames, TellDependenciesFromTreesAndCounts) {
  EXPECT_EQ(graph_name("depends_on"), GraphName::dependency);
  EXPECT_EQ(graph_name("m_requiresModules"), GraphName::dependency);
  EXPECT_EQ(graph_name("blocked_by"), GraphName::dependency);
  EXPECT_EQ(graph_name("adjacency_"), GraphName::graph);
  EXPECT_EQ(graph_name("children_"), GraphName::tree);
  EXPECT_EQ(graph_name("neighbours"), GraphName::network);
  EXPECT_EQ(graph_name("dependency_count"), GraphName::none);
  EXPECT_EQ(graph_name("requires_auth"), GraphName::none);
  EXPECT_EQ(graph_name("tags"), GraphName::none);
}

// A chain of calls as long as the program does not overflow anything, and is linear.
TEST(DependencyGraph, LongChainsOfCalls) {
  Plan plan;
  plan.loader();
  EntityId before = plan.function("f0");
  for (int i = 1; i < 20000; ++i) {
    EntityId next = plan.unit.function("f" + std::to_string(i));
    plan.unit.call(before, next);
    before = next;
  }
  EXPECT_EQ(plan.findings(), Texts{"accepted load"});
}

} // namespace plumbline
