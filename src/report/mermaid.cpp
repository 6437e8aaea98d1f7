#include "report/mermaid.h"

#include "report/render.h"

#include <algorithm>
#include <map>
#include <vector>

namespace plumbline {

// More functions on one edge than this would hide the picture behind its labels.
static constexpr std::size_t functions_on_edge = 3;

// A label ends at a colon, semicolon or line end in Mermaid's grammar (stateDiagram.jison); #, %, quotes, braces and
// angle brackets mean something of their own. "net::Link::up()" is shown as "net.Link.up()".
static std::string label_text(std::string_view text) {
  std::string label;
  for (std::size_t i = 0; i < text.size() && label.size() < 120; ++i) {
    const char c = text[i];
    if (c == ':') {
      if (i + 1 < text.size() && text[i + 1] == ':') {
        label += '.';
        ++i;
      }
      continue;
    }
    const bool hyphen = c == '-' && !label.empty() && label.back() != '-' && i + 1 < text.size() && text[i + 1] != '>';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == ' ' || c == '(' || c == ')' || c == ',' || c == '.';
    label += plain || hyphen ? c : '_';
  }
  return label;
}

// The last two components of a qualified name: which function of which class.
static std::string short_function(const std::string& qualified) {
  if (qualified.empty()) return {};
  std::size_t colon = qualified.rfind("::");
  if (colon != std::string::npos && colon > 0) colon = qualified.rfind("::", colon - 1);
  return label_text(colon == std::string::npos ? qualified : qualified.substr(colon + 2)) + "()";
}

std::string state_diagram(const Json& machine) {
  std::map<std::string, std::string> ids;
  std::string text = "stateDiagram-v2\n", marks;
  for (const Json& state : part_of(machine, "states")) {
    const std::string name = text_of(state, "name");
    const std::string id = "s" + std::to_string(ids.size());
    ids.emplace(name, id);
    const std::string finding = text_of(state, "finding");
    text += "    " + id + " : " + label_text(name) + "\n";
    if (finding.empty()) continue;
    marks += "    class " + id + " finding\n";
    text += "    note right of " + id + " : " + label_text(finding.substr(finding.find('/') + 1)) + "\n";
  }
  const auto id_of = [&](const std::string& name) {
    const std::map<std::string, std::string>::const_iterator found = ids.find(name);
    return found == ids.end() ? std::string("any") : found->second;
  };
  for (const Json& initial : part_of(machine, "initial"))
    if (initial.is_string()) text += "    [*] --> " + id_of(initial.get<std::string>()) + "\n";

  struct Edge {
    std::vector<std::string> functions;
    std::vector<std::string> kinds;
  };
  std::vector<std::pair<std::string, std::string>> order;
  std::map<std::pair<std::string, std::string>, Edge> edges;
  bool any = false;
  for (const Json& transition : part_of(machine, "transitions")) {
    const std::pair<std::string, std::string> ends{id_of(text_of(transition, "from")),
                                                   id_of(text_of(transition, "to"))};
    any |= ends.first == "any" || ends.second == "any";
    const std::pair<std::map<std::pair<std::string, std::string>, Edge>::iterator, bool> entry =
        edges.try_emplace(ends);
    if (entry.second) order.push_back(ends);
    Edge& edge = entry.first->second;
    const std::string function = short_function(text_of(transition, "function"));
    if (std::find(edge.functions.begin(), edge.functions.end(), function) == edge.functions.end())
      edge.functions.push_back(function);
    const std::string finding = text_of(transition, "finding");
    const std::string kind = label_text(finding.substr(finding.find('/') + 1));
    if (!finding.empty() && std::find(edge.kinds.begin(), edge.kinds.end(), kind) == edge.kinds.end())
      edge.kinds.push_back(kind);
  }
  if (any) text += "    any : any state\n";
  for (const std::pair<std::string, std::string>& ends : order) {
    const Edge& edge = edges[ends];
    std::string label;
    for (const std::string& kind : edge.kinds) label += (label.empty() ? "⚠ " : ", ") + kind;
    if (!label.empty()) label += " in ";
    for (std::size_t i = 0; i < edge.functions.size() && i < functions_on_edge; ++i)
      label += (i ? ", " : "") + edge.functions[i];
    if (edge.functions.size() > functions_on_edge)
      label += " and " + std::to_string(edge.functions.size() - functions_on_edge) + " more";
    text += "    " + ends.first + " --> " + ends.second + (label.empty() ? "" : " : " + label) + "\n";
  }
  for (const Json& final_state : part_of(machine, "final"))
    if (final_state.is_string()) text += "    " + id_of(final_state.get<std::string>()) + " --> [*]\n";
  if (!marks.empty()) text += "    classDef finding fill:#fdd,stroke:#c00\n" + marks;
  return text;
}

} // namespace plumbline
