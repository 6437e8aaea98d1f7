// Rings of includes on facts written by hand: what identifies them, what their cheapest include is.
#include "program/include_rings.h"
#include "sources_builder.h"

#include <gmock/gmock.h>

namespace plumbline {

using testing::ElementsAre;
using testing::IsEmpty;

// Sources, and the rings of their includes as text.
class Includes : public Sources {
 public:
  // What each ring is recognised by.
  std::vector<std::string> hubs() const {
    const Settings settings;
    const Program program = this->program(settings);
    std::vector<std::string> files;
    for (const IncludeRing& ring : include_rings(*program.includes)) files.push_back(program.includes->files[ring.hub]);
    return files;
  }

  // "a.h>b.h (2)": the include to cut, and the names through it; then the way round.
  std::vector<std::string> rings() const {
    const Settings settings;
    const Program program = this->program(settings);
    const IncludeGraph& graph = *program.includes;
    std::vector<std::string> texts;
    for (const IncludeRing& ring : include_rings(graph)) {
      const Include& cut = graph.includes[ring.cut];
      std::string text = graph.files[cut.from] + ">" + graph.files[cut.to] + " " + std::to_string(ring.names.size());
      text += " of " + std::to_string(ring.files.size()) + ":";
      for (const std::uint32_t step : ring.cycle) text += " " + graph.files[graph.includes[step].from];
      for (const std::string& condition : ring.conditions) text += " if " + condition;
      if (ring.left > 0) text += " left " + std::to_string(ring.left);
      texts.push_back(text);
    }
    return texts;
  }
};

TEST(IncludeRings, TheFewestNamesAreCut) {
  Includes sources;
  sources.include("a.h", "b.h").include("b.h", "c.h").include("c.h", "a.h").include("main.cpp", "a.h");
  sources.use("a.h", "B", "b.h").use("a.h", "B2", "b.h").use("b.h", "C", "c.h").use("c.h", "A", "a.h");
  sources.use("c.h", "A2", "a.h").use("main.cpp", "A", "a.h");
  EXPECT_THAT(sources.rings(), ElementsAre("b.h>c.h 1 of 3: b.h c.h a.h"));
}

TEST(IncludeRings, TiesGoToTheFirstPath) {
  Includes sources;
  sources.include("z.h", "m.h").include("m.h", "z.h");
  EXPECT_THAT(sources.rings(), ElementsAre("m.h>z.h 0 of 2: m.h z.h"));
}

// The same ring, whichever unit saw which part of it first.
TEST(IncludeRings, RotationChangesNothing) {
  const std::vector<NodePair> edges{{0, 1}, {1, 2}, {2, 0}};
  const std::string files[] = {"a.h", "b.h", "c.h"};
  for (int start = 0; start < 3; ++start) {
    Includes sources;
    for (int i = 0; i < 3; ++i) {
      const NodePair& edge = edges[static_cast<std::size_t>((start + i) % 3)];
      sources.include(files[edge.first], files[edge.second]);
    }
    sources.use("a.h", "B", "b.h").use("b.h", "C", "c.h");
    EXPECT_THAT(sources.rings(), ElementsAre("c.h>a.h 0 of 3: c.h a.h b.h"));
  }
}

TEST(IncludeRings, AFileThatJoinsMovesNothing) {
  Includes sources;
  sources.include("b.h", "c.h").include("c.h", "d.h").include("d.h", "b.h");
  sources.use("b.h", "C", "c.h").use("b.h", "C2", "c.h").use("c.h", "D", "d.h").use("c.h", "D2", "d.h");
  sources.use("d.h", "B", "b.h");
  EXPECT_THAT(sources.rings(), ElementsAre("d.h>b.h 1 of 3: d.h b.h c.h"));
  sources.include("d.h", "a.h").include("a.h", "b.h"); // a second way back, through a file that sorts first
  sources.use("d.h", "A", "a.h").use("d.h", "A2", "a.h").use("a.h", "B", "b.h").use("a.h", "B2", "b.h");
  EXPECT_THAT(sources.rings(), ElementsAre("d.h>b.h 1 of 4: d.h b.h c.h left 4"));
}

// Which include is cheapest changes with every use; what the ring is recognised by does not.
TEST(IncludeRings, TheHubStaysWhereTheCheapestIncludeMoves) {
  Includes sources;
  sources.include("a.h", "hub.h").include("b.h", "hub.h").include("hub.h", "a.h").include("hub.h", "b.h");
  sources.include("main.cpp", "hub.h");
  sources.use("a.h", "H", "hub.h").use("b.h", "H", "hub.h").use("b.h", "H2", "hub.h");
  sources.use("hub.h", "A", "a.h").use("hub.h", "A2", "a.h").use("hub.h", "B", "b.h").use("hub.h", "B2", "b.h");
  EXPECT_THAT(sources.rings(), ElementsAre("a.h>hub.h 1 of 3: a.h hub.h left 2"));
  EXPECT_THAT(sources.hubs(), ElementsAre("hub.h"));
  sources.use("a.h", "H2", "hub.h").use("a.h", "H3", "hub.h");
  sources.include("c.h", "b.h").include("b.h", "c.h").use("c.h", "B", "b.h"); // grown, too
  EXPECT_THAT(sources.rings(), ElementsAre("b.h>c.h 0 of 4: b.h c.h left 3"));
  EXPECT_THAT(sources.hubs(), ElementsAre("hub.h"));
}

// What c.h gets from a.h by way of b.h comes through both includes.
TEST(IncludeRings, NamesThatAreHandedOnCount) {
  Includes sources;
  sources.include("a.h", "b.h").include("b.h", "c.h").include("c.h", "a.h");
  sources.use("a.h", "C", "c.h").use("a.h", "C2", "c.h").use("c.h", "A", "a.h");
  EXPECT_THAT(sources.rings(), ElementsAre("c.h>a.h 1 of 3: c.h a.h b.h"));
}

TEST(IncludeRings, ConditionsAreSaid) {
  Includes sources;
  sources.include("a.h", "b.h", {"defined(X)"}).include("b.h", "a.h", {"Y > 1"});
  EXPECT_THAT(sources.rings(), ElementsAre("a.h>b.h 0 of 2: a.h b.h if defined(X) if Y > 1"));
}

TEST(IncludeRings, OppositeConditionsMakeNoRing) {
  Includes sources;
  sources.include("a.h", "b.h", {"defined(X)"}).include("b.h", "a.h", {"!defined(X)"});
  EXPECT_THAT(sources.rings(), IsEmpty());
}

// Seen in both branches, an include is always there.
TEST(IncludeRings, BothBranchesAreNoCondition) {
  Includes sources;
  sources.include("a.h", "b.h", {"defined(X)"}).include("a.h", "b.h", {"!defined(X)"}).include("b.h", "a.h");
  EXPECT_THAT(sources.rings(), ElementsAre("a.h>b.h 0 of 2: a.h b.h"));
}

// A ring that is always there is not called conditional because a longer one joins it.
TEST(IncludeRings, TheUnconditionalRingIsTold) {
  Includes sources;
  sources.include("a.h", "b.h", {"defined(X)"}).include("b.h", "a.h");
  sources.include("b.h", "c.h").include("c.h", "b.h");
  EXPECT_THAT(sources.rings(), ElementsAre("b.h>c.h 0 of 3: b.h c.h left 2"));
}

TEST(IncludeRings, TheSecondHalfOfAHeaderIsNoRing) {
  Includes sources;
  sources.include("x.h", "x-inl.h", {}, true).include("x-inl.h", "x.h");
  EXPECT_THAT(sources.rings(), IsEmpty());
  sources.include("x-inl.h", "y.h").include("y.h", "x.h").use("x-inl.h", "Y", "y.h");
  EXPECT_THAT(sources.rings(), ElementsAre("y.h>x.h 0 of 3: y.h x.h x-inl.h"));
}

TEST(IncludeRings, OtherPeoplesHeadersAreNotLookedAt) {
  Includes sources;
  sources.include("third_party/a.h", "third_party/b.h").include("third_party/b.h", "third_party/a.h");
  EXPECT_THAT(sources.rings(), IsEmpty());
}

} // namespace plumbline
