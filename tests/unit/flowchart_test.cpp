#include "report/flowchart.h"

#include "report/graphs_json.h"

#include <gtest/gtest.h>

namespace plumbline {

static Graph small_graph() {
  Graph graph;
  graph.name = "modules";
  graph.nodes = {{"app", 0, 2}, {"base \"b\"", 1, 3}};
  graph.edges = {{"app", "base \"b\"", 4, 9, false, false}, {"base \"b\"", "app", 1, 2, true, true}};
  return graph;
}

TEST(Flowchart, MarksBackEdges) {
  std::size_t left_out = 0;
  EXPECT_EQ(flowchart(graphs_json({small_graph()})[0], left_out), "flowchart TD\n"
                                                                  "  m0[\"app\"]\n"
                                                                  "  m1[\"base #quot;b#quot;\"]\n"
                                                                  "  m0 -- \"9\" --> m1\n"
                                                                  "  m1 -. \"2\" .-> m0\n"
                                                                  "  linkStyle 1 stroke:#c00,color:#c00");
  EXPECT_EQ(left_out, 0u);
}

TEST(Flowchart, TextCannotLeaveItsLabel) {
  EXPECT_EQ(mermaid_text("a\"]; click x\n```<b>&#1;"), "a#quot;]; click x #96;#96;#96;#lt;b#gt;#amp;#35;1;");
}

// 500 edges are Mermaid's limit, and nobody follows half of them: what is wrong stays.
TEST(Flowchart, LeavesOutWhatIsFine) {
  Graph graph = small_graph();
  for (int i = 0; i < 300; ++i) {
    graph.nodes.push_back({"m" + std::to_string(i), -1, 1});
    graph.edges.push_back({"app", "m" + std::to_string(i), 1, 1, false, false});
  }
  std::size_t left_out = 0;
  const std::string chart = flowchart(graphs_json({graph})[0], left_out);
  EXPECT_EQ(left_out, 300u);
  EXPECT_NE(chart.find("m1 -. \"2\" .-> m0"), std::string::npos);
  EXPECT_NE(chart.find("m0 -- \"9\" --> m1"), std::string::npos);
  EXPECT_EQ(chart.find("\"m7\""), std::string::npos);
}

TEST(GraphsJson, NamesEverything) {
  EXPECT_EQ(
      graphs_json({small_graph()}).dump(),
      R"([{"name":"modules","nodes":[{"name":"app","layer":0,"files":2},{"name":"base \"b\"","layer":1,"files":3}],)"
      R"("edges":[{"from":"app","to":"base \"b\"","weight":9,"includes":4,"back":false,"against_layers":false},)"
      R"({"from":"base \"b\"","to":"app","weight":2,"includes":1,"back":true,"against_layers":true}]}])");
  Graph unlayered = small_graph();
  unlayered.nodes[0].layer = -1;
  EXPECT_TRUE(graphs_json({unlayered})[0]["nodes"][0]["layer"].is_null());
}

} // namespace plumbline
