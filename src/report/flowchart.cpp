#include "report/flowchart.h"

#include "report/render.h"

#include <map>
#include <set>

namespace plumbline {

static constexpr std::size_t most_edges = 120;

std::string mermaid_text(std::string_view text) {
  std::string result;
  for (char c : text) {
    switch (c) {
    case '"':
      result += "#quot;";
      break;
    case '#':
      result += "#35;";
      break;
    case '&':
      result += "#amp;";
      break;
    case '<':
      result += "#lt;";
      break;
    case '>':
      result += "#gt;";
      break;
    case '`':
      result += "#96;";
      break;
    default:
      result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  }
  return result;
}

static bool is_back(const Json& edge) { return edge.value("back", false); }

static std::vector<const Json*> edges_to_draw(const Json& graph) {
  std::vector<const Json*> edges;
  std::set<std::string> ends;
  for (const Json& edge : part_of(graph, "edges")) {
    edges.push_back(&edge);
    if (is_back(edge)) ends.insert({text_of(edge, "from"), text_of(edge, "to")});
  }
  if (edges.size() <= most_edges) return edges;
  std::erase_if(edges, [&](const Json* edge) {
    return !ends.contains(text_of(*edge, "from")) || !ends.contains(text_of(*edge, "to"));
  });
  if (edges.size() <= most_edges) return edges;
  std::erase_if(edges, [](const Json* edge) { return !is_back(*edge); });
  if (edges.size() > most_edges) edges.resize(most_edges);
  return edges;
}

std::string flowchart(const Json& graph, std::size_t& left_out) {
  const std::vector<const Json*> edges = edges_to_draw(graph);
  left_out = part_of(graph, "edges").size() - edges.size();
  std::set<std::string> used;
  for (const Json* edge : edges) used.insert({text_of(*edge, "from"), text_of(*edge, "to")});

  std::string text = "flowchart TD";
  std::map<std::string, std::string> ids;
  for (const Json& node : part_of(graph, "nodes")) {
    const std::string name = text_of(node, "name");
    if (left_out > 0 && !used.contains(name)) continue;
    const std::string id = "m" + std::to_string(ids.size());
    ids[name] = id;
    text += "\n  " + id + "[\"" + mermaid_text(name) + "\"]";
  }
  std::string marked; // numbers of the back edges: links are styled by number
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const std::string weight = std::to_string(number_of(*edges[i], "weight"));
    const bool back = is_back(*edges[i]);
    text += "\n  " + ids[text_of(*edges[i], "from")] + (back ? " -. \"" : " -- \"") + weight +
            (back ? "\" .-> " : "\" --> ") + ids[text_of(*edges[i], "to")];
    if (back) marked += (marked.empty() ? "" : ",") + std::to_string(i);
  }
  if (!marked.empty()) text += "\n  linkStyle " + marked + " stroke:#c00,color:#c00";
  return text;
}

} // namespace plumbline
