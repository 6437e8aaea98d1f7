#include "report/graphs_json.h"

#include "report/escape.h"

namespace plumbline {

Json graphs_json(const std::vector<Graph>& graphs) {
  Json list = Json::array();
  for (const Graph& graph : graphs) {
    Json nodes = Json::array(), edges = Json::array();
    for (const GraphNode& node : graph.nodes)
      nodes.push_back({{"name", valid_utf8(node.name)},
                       {"layer", node.layer < 0 ? Json(nullptr) : Json(node.layer)},
                       {"files", node.files}});
    for (const GraphEdge& edge : graph.edges)
      edges.push_back({{"from", valid_utf8(edge.from)},
                       {"to", valid_utf8(edge.to)},
                       {"weight", edge.names},
                       {"includes", edge.includes},
                       {"back", edge.back},
                       {"against_layers", edge.against_layers}});
    list.push_back({{"name", graph.name}, {"nodes", std::move(nodes)}, {"edges", std::move(edges)}});
  }
  return list;
}

} // namespace plumbline
