// Modules, layers and their rings on facts written by hand.
#include "program/modules.h"
#include "sources_builder.h"

#include <gmock/gmock.h>

namespace plumbline {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

// Sources, and what the modules of them look like as text.
class Modules : public Sources {
 public:
  Settings settings;

  // "net>store 2 includes 3 names back"
  std::vector<std::string> links() const {
    const Program program = this->program(settings);
    std::vector<std::string> texts;
    for (const ModuleLink& link : program.modules->links)
      texts.push_back(shown(*program.modules, link) + (link.back ? " back" : "") +
                      (link.against_layers ? " against" : ""));
    return texts;
  }

  // "net store: net>store 1 includes 0 names, cut at net/a.h:1"; then what stays in a ring
  std::vector<std::string> rings() const {
    const Program program = this->program(settings);
    std::vector<std::string> texts;
    for (const ModuleRing& ring : module_rings(*program.modules, *program.includes)) {
      std::string text;
      for (const std::uint32_t module : ring.modules) text += program.modules->modules[module] + " ";
      const Include& cut = program.includes->includes[ring.include];
      text += "round " + std::to_string(ring.cycle.size()) + ": " +
              shown(*program.modules, program.modules->links[ring.cut]) + ", cut at " + place(program, cut.location);
      if (ring.left > 0) text += " left " + std::to_string(ring.left);
      texts.push_back(text);
    }
    return texts;
  }

  // "base/a.h:1 -> app/b.h: B C", with a + for what comes through the include that stands there
  std::vector<std::string> violations() const {
    const Program program = this->program(settings);
    const IncludeGraph& includes = *program.includes;
    std::vector<std::string> texts;
    for (const LayerViolation& violation : layer_violations(*program.modules, includes)) {
      const bool by_include = violation.include != no_index;
      std::string text = place(program, by_include ? includes.includes[violation.include].location
                                                   : includes.mentions[violation.mentions.front()].location);
      text += (by_include ? " includes " : " uses ") + includes.files[violation.higher] + ":";
      for (const std::uint32_t mention : violation.mentions) text += " " + includes.mentions[mention].name;
      texts.push_back(text);
    }
    return texts;
  }

 private:
  static std::string shown(const ModuleGraph& graph, const ModuleLink& link) {
    return graph.modules[link.from] + ">" + graph.modules[link.to] + " " + std::to_string(link.includes.size()) +
           " includes " + std::to_string(link.names) + " names";
  }
  static std::string place(const Program& program, const Location& location) {
    return std::string(program.path(location)) + ":" + std::to_string(location.line);
  }
};

} // namespace

TEST(Modules, AreTopFoldersBelowTheSourceFolder) {
  Modules sources;
  sources.include("src/net/a.h", "src/store/b.h").use("src/net/a.h", "B", "src/store/b.h");
  sources.include("include/net/c.h", "lib/codec/d.h").include("src/main.cpp", "src/net/a.h");
  EXPECT_THAT(sources.links(), ElementsAre("net>codec 1 includes 0 names", "net>store 1 includes 1 names"));
  EXPECT_THAT(sources.rings(), IsEmpty());
}

TEST(Modules, OfTheSettingsComeBeforeFolders) {
  Modules sources;
  sources.settings.modules = {{"Wire", {"src/net/**", "src/codec/**"}, {}, ""}, {"Disk", {"src/store/**"}, {}, ""}};
  sources.include("src/net/a.h", "src/codec/b.h").include("src/codec/b.h", "src/store/c.h");
  sources.include("src/store/c.h", "src/other/d.h").include("src/other/d.h", "src/net/a.h");
  EXPECT_THAT(sources.links(), ElementsAre("Wire>Disk 1 includes 0 names"));
}

TEST(ModuleRings, TheLinkWithTheFewestNamesIsCut) {
  Modules sources;
  sources.include("net/a.h", "store/b.h").use("net/a.h", "B", "store/b.h").use("net/a.h", "B2", "store/b.h");
  sources.include("store/c.h", "net/d.h").use("store/c.h", "D", "net/d.h"); // other files: no include cycle
  EXPECT_THAT(sources.rings(), ElementsAre("net store round 2: store>net 1 includes 1 names, cut at store/c.h:1"));
}

TEST(ModuleRings, OfSeveralIncludesTheCheapestIsShown) {
  Modules sources;
  sources.include("net/a.h", "store/b.h").use("net/a.h", "B", "store/b.h");
  sources.include("net/z.h", "store/y.h"); // no name
  sources.include("store/c.h", "net/d.h");
  for (const char* name : {"D", "D2", "D3"}) sources.use("store/c.h", name, "net/d.h");
  EXPECT_THAT(sources.rings(), ElementsAre("net store round 2: net>store 2 includes 1 names, cut at net/z.h:1"));
}

TEST(ModuleRings, WhatStaysInARingIsCounted) {
  Modules sources;
  sources.include("a/1.h", "b/1.h").include("b/2.h", "a/2.h");
  sources.include("b/3.h", "c/3.h").include("c/4.h", "b/4.h");
  sources.use("a/1.h", "B", "b/1.h").use("b/2.h", "A", "a/2.h").use("c/4.h", "B4", "b/4.h");
  EXPECT_THAT(sources.rings(), ElementsAre("a b c round 2: b>c 1 includes 0 names, cut at b/3.h:1 left 2"));
}

TEST(ModuleRings, TestsAreInNoModule) {
  Modules sources;
  sources.include("net/a.h", "store/b.h").include("store/b_test.cpp", "net/a.h").include("store/tests/h.h", "net/a.h");
  EXPECT_THAT(sources.rings(), IsEmpty());
}

TEST(ModuleRings, AFunctionDeclaredByHandClosesOneATypeDoesNot) {
  for (const bool is_function : {true, false}) {
    Modules sources;
    sources.include("ui/window.cpp", "core/queue.h").use("ui/window.cpp", "Queue", "core/queue.h");
    sources.by_hand("core/queue.cpp", "redraw", "ui/window.cpp", is_function);
    if (is_function)
      EXPECT_THAT(sources.rings(), ElementsAre("core ui round 2: ui>core 1 includes 1 names, cut at ui/window.cpp:1"));
    else
      EXPECT_THAT(sources.rings(), IsEmpty());
  }
}

TEST(ModuleRings, WhatIsAgainstTheLayersTakesNoPart) {
  Modules sources;
  sources.include("app/a.h", "base/b.h").include("base/c.h", "app/d.h");
  sources.settings.layers = {{"app"}, {"base"}};
  EXPECT_THAT(sources.rings(), IsEmpty());
  EXPECT_THAT(sources.links(), ElementsAre("app>base 1 includes 0 names", "base>app 1 includes 0 names back against"));
  sources.settings.layers = {{"app", "base"}}; // mates may use each other, but not in a ring
  EXPECT_THAT(sources.rings(), ElementsAre("app base round 2: app>base 1 includes 0 names, cut at app/a.h:1"));
}

// Without the links that are marked as going back, no ring is left.
TEST(ModuleGraph, BackLinksBreakEveryRing) {
  Modules sources;
  const std::vector<std::string> modules{"a", "b", "c", "d", "e"};
  for (const std::string& from : modules)
    for (const std::string& to : modules)
      if (from != to) sources.include(from + "/" + to + "_user.h", to + "/" + from + "_offer.h");
  const Program program = sources.program(sources.settings);
  std::vector<NodePair> kept;
  for (const ModuleLink& link : program.modules->links)
    if (!link.back) kept.emplace_back(link.from, link.to);
  EXPECT_THAT(kept, testing::SizeIs(testing::Ge(4u)));
  EXPECT_THAT(rings_of(graph_of(5, kept)), IsEmpty());
}

TEST(LayerViolations, OnePerIncludeWithItsNames) {
  Modules sources;
  sources.settings.layers = {{"app"}, {"base"}};
  sources.include("base/log.h", "app/user.h")
      .use("base/log.h", "User", "app/user.h")
      .use("base/log.h", "Role", "app/user.h");
  sources.include("app/main.cpp", "base/log.h").use("app/main.cpp", "Log", "base/log.h");
  EXPECT_THAT(sources.violations(), ElementsAre("base/log.h:1 includes app/user.h: User Role"));
}

// base/log.cpp gets the names through base/log.h, whose include is the finding.
TEST(LayerViolations, WhoIsBehindAnotherViolationIsNotBlamed) {
  Modules sources;
  sources.settings.layers = {{"app"}, {"base"}};
  sources.include("base/log.h", "app/user.h").include("base/log.cpp", "base/log.h");
  sources.use("base/log.cpp", "User", "app/user.h");
  EXPECT_THAT(sources.violations(), ElementsAre("base/log.h:1 includes app/user.h: User"));
  sources.include("base/file.cpp", "base/log.h").use("base/file.cpp", "User", "app/user.h");
  EXPECT_THAT(sources.violations(), ElementsAre("base/log.h:1 includes app/user.h: User"));
}

TEST(LayerViolations, WithoutAnIncludeOnePerFileAboveAtTheFirstUse) {
  Modules sources;
  sources.settings.layers = {{"app"}, {"base"}};
  sources.by_hand("base/log.cpp", "notify", "app/user.cpp").by_hand("base/log.cpp", "alarm", "app/user.cpp");
  sources.by_hand("base/log.cpp", "quit", "app/main.cpp");
  EXPECT_THAT(sources.violations(),
              ElementsAre("base/log.cpp:1 uses app/user.cpp: notify alarm", "base/log.cpp:3 uses app/main.cpp: quit"));
}

// By way of a file in no layer, which may use everything.
TEST(LayerViolations, AFileInNoLayerHidesNothing) {
  Modules sources;
  sources.settings.layers = {{"app"}, {"base"}};
  sources.include("base/log.cpp", "glue/all.h").include("glue/all.h", "app/user.h");
  EXPECT_THAT(sources.violations(), IsEmpty());
  sources.use("base/log.cpp", "User", "app/user.h");
  EXPECT_THAT(sources.violations(), ElementsAre("base/log.cpp:2 uses app/user.h: User"));
}

// In a template, the unit's other operators are candidates; only an include or a declaration makes one a dependency.
TEST(LayerViolations, AnOperatorWithoutAWayIsACandidateOnly) {
  for (const char* name : {"app::operator==", "app::equal"}) {
    Modules sources;
    sources.settings.layers = {{"app"}, {"base"}};
    sources.include("app/user.h", "base/list.h").use("base/list.h", name, "app/user.h", true);
    if (std::string_view(name) == "app::equal")
      EXPECT_THAT(sources.violations(), ElementsAre("base/list.h:1 uses app/user.h: app::equal"));
    else
      EXPECT_THAT(sources.violations(), IsEmpty());
    EXPECT_EQ(sources.links().size(), std::string_view(name) == "app::equal" ? 2u : 1u);
  }
}

TEST(ModuleGraph, IsShownByLayerAndOnlyIfThereIsMoreThanOne) {
  Modules sources;
  sources.include("base/a.h", "base/b.h");
  EXPECT_THAT(graphs_of(sources.program(sources.settings)), IsEmpty());
  sources.include("app/c.h", "base/a.h").include("misc/d.h", "app/c.h");
  sources.settings.layers = {{"app"}, {"base"}};
  const std::vector<Graph> graphs = graphs_of(sources.program(sources.settings));
  ASSERT_EQ(graphs.size(), 1u);
  std::vector<std::string> nodes;
  for (const GraphNode& node : graphs.front().nodes) nodes.push_back(node.name);
  EXPECT_THAT(nodes, ElementsAre("app", "base", "misc"));
  EXPECT_EQ(graphs.front().edges.size(), 2u);
}

} // namespace plumbline
