// The tool and its checks as SARIF describes them.
#pragma once

#include "report/report.h"

#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// The rules given, and one for each check that has findings but was not given (the audit's own "suppression" is one);
// sorted by name.
std::vector<RuleText> rules_for(const Json& findings, const std::vector<RuleText>& given);

// SARIF's toolComponent.
Json driver_json(const Json& tool, const std::vector<RuleText>& rules);

// The page's first paragraph below its title, markdown removed, as one line; "" for a page without one.
std::string first_paragraph(std::string_view page);

// Markdown as plain text, for viewers that show no markdown: the marks of headings, emphasis, code and links go.
std::string plain_text(std::string_view markdown);

} // namespace plumbline
