#include "report/mermaid.h"

#include "report/render.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace plumbline {

// More functions on one edge than this would hide the picture behind its labels.
static constexpr std::size_t functions_on_edge = 2;
// A picture with more arrows has one function on each.
static constexpr std::size_t crowded = 16;

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

// What all names begin with, up to an underscore, if it is long: RD_KAFKA_TXN_STATE_ says nothing in a picture of that
// machine, and makes its boxes too wide for a page.
static std::size_t common_prefix(const std::vector<std::string>& names) {
  if (names.size() < 2) return 0;
  std::size_t length = names.front().size();
  for (const std::string& name : names) {
    std::size_t same = 0;
    while (same < length && same < name.size() && name[same] == names.front()[same]) ++same;
    length = same;
  }
  const std::size_t underscore = names.front().substr(0, length).rfind('_');
  const std::size_t prefix = underscore == std::string::npos || underscore < 12 ? 0 : underscore + 1;
  for (const std::string& name : names)
    if (name.size() == prefix) return 0;
  return prefix;
}

// The class that all functions belong to, with its dot: not worth repeating on each arrow.
static std::string common_class(const std::vector<std::string>& functions) {
  const auto owner = [](const std::string& function) {
    const std::size_t dot = function.find('.');
    return dot == std::string::npos ? std::string() : function.substr(0, dot + 1);
  };
  for (const std::string& function : functions)
    if (owner(function) != owner(functions.front())) return {};
  return functions.size() < 2 ? std::string() : owner(functions.front());
}

namespace {

struct Arrow {
  std::string from, to, function, kind;
};

} // namespace

// A function that goes to one state from all others, or nearly all, is one arrow from "any other state": eight arrows
// that say the same would hide the rest.
static void gather_sources(std::vector<Arrow>& arrows, const std::vector<std::string>& states,
                           const std::vector<std::string>& names, std::map<std::string, std::string>& groups) {
  std::map<std::pair<std::string, std::string>, std::set<std::string>> sources; // by function and target
  for (const Arrow& arrow : arrows)
    if (arrow.from != "any") sources[{arrow.function, arrow.to}].insert(arrow.from);
  for (Arrow& arrow : arrows) {
    const std::set<std::string>& from = sources[{arrow.function, arrow.to}];
    if (arrow.from == "any" || from.size() < 4 || from.size() + 2 < states.size()) continue;
    std::string id = "any", label;
    std::size_t left = 0;
    bool only_target = true;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (from.contains(states[i])) continue;
      id += "_" + states[i];
      label += (left++ ? ", " : "any state but ") + names[i];
      only_target &= states[i] == arrow.to;
    }
    if (left == 1 && only_target) id = "other", label = "any other state";
    if (left) groups[id] = label;
    arrow.from = id;
  }
}

std::string state_diagram(const Json& machine) {
  std::map<std::string, std::string> ids;
  std::vector<std::string> states, names;
  for (const Json& state : part_of(machine, "states")) names.push_back(label_text(text_of(state, "name")));
  const std::size_t prefix = common_prefix(names);
  for (std::string& name : names) name.erase(0, prefix);
  std::string text = "stateDiagram-v2\n", marks;
  for (const Json& state : part_of(machine, "states")) {
    const std::string id = "s" + std::to_string(states.size());
    ids.emplace(text_of(state, "name"), id);
    text += "    " + id + " : " + names[states.size()] + "\n";
    states.push_back(id);
    const std::string finding = text_of(state, "finding");
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

  std::vector<Arrow> arrows;
  std::vector<std::string> functions;
  for (const Json& transition : part_of(machine, "transitions")) {
    const std::string finding = text_of(transition, "finding");
    arrows.push_back({id_of(text_of(transition, "from")), id_of(text_of(transition, "to")),
                      short_function(text_of(transition, "function")),
                      label_text(finding.substr(finding.find('/') + 1))});
    functions.push_back(arrows.back().function);
  }
  std::map<std::string, std::string> groups;
  gather_sources(arrows, states, names, groups);
  const std::string owner = common_class(functions);

  struct Edge {
    std::vector<std::string> functions, kinds;
  };
  std::vector<std::pair<std::string, std::string>> order;
  std::map<std::pair<std::string, std::string>, Edge> edges;
  for (const Arrow& arrow : arrows) {
    if (arrow.from == "any" || arrow.to == "any") groups["any"] = "any state";
    const std::pair<std::map<std::pair<std::string, std::string>, Edge>::iterator, bool> entry =
        edges.try_emplace({arrow.from, arrow.to});
    if (entry.second) order.push_back({arrow.from, arrow.to});
    Edge& edge = entry.first->second;
    const std::string function = arrow.function.substr(owner.size());
    if (std::find(edge.functions.begin(), edge.functions.end(), function) == edge.functions.end())
      edge.functions.push_back(function);
    if (!arrow.kind.empty() && std::find(edge.kinds.begin(), edge.kinds.end(), arrow.kind) == edge.kinds.end())
      edge.kinds.push_back(arrow.kind);
  }
  for (const std::pair<const std::string, std::string>& group : groups)
    text += "    " + group.first + " : " + group.second + "\n";
  const std::size_t shown = order.size() > crowded ? 1 : functions_on_edge;
  for (const std::pair<std::string, std::string>& ends : order) {
    const Edge& edge = edges[ends];
    std::string label;
    for (const std::string& kind : edge.kinds) label += (label.empty() ? "⚠ " : ", ") + kind;
    if (!label.empty()) label += " in ";
    for (std::size_t i = 0; i < edge.functions.size() && i < shown; ++i) label += (i ? ", " : "") + edge.functions[i];
    if (edge.functions.size() > shown) label += " and " + std::to_string(edge.functions.size() - shown) + " more";
    text += "    " + ends.first + " --> " + ends.second + (label.empty() ? "" : " : " + label) + "\n";
  }
  for (const Json& final_state : part_of(machine, "final"))
    if (final_state.is_string()) text += "    " + id_of(final_state.get<std::string>()) + " --> [*]\n";
  if (!marks.empty()) text += "    classDef finding fill:#fdd,stroke:#c00\n" + marks;
  return text;
}

} // namespace plumbline
