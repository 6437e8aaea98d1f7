// Pictures as text, in the language that GitHub, GitLab and others draw (https://mermaid.js.org).
#pragma once

#include "report/report.h"

#include <string>

namespace plumbline {

// A flowchart of one of the model's graphs, the layers from top to bottom; each edge carries its weight, back edges are
// dotted and red. A graph of more edges than anybody can follow (and Mermaid draws: 500) is cut down to the back edges
// and what lies between their ends; `left_out` says how many edges that cost. No line end at the end.
std::string flowchart(const Json& graph, std::size_t& left_out);

// Text for a label between double quotes: what Mermaid or the markdown around it would understand becomes an entity.
std::string mermaid_text(std::string_view text);

} // namespace plumbline
