// Pictures as Mermaid text (https://mermaid.js.org), which code hosts draw inside markdown.
#pragma once

#include "report/report.h"

#include <string>

namespace plumbline {

// A machine of the model as a stateDiagram-v2. Edges between the same two states are drawn once; what has a finding is
// marked with its kind. Names come from the audited code: only characters that Mermaid's grammar takes as text are
// kept.
std::string state_diagram(const Json& machine);

} // namespace plumbline
