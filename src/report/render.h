// The renderers behind render(); one file each.
#pragma once

#include "report/report.h"

namespace plumbline {

std::string render_text(const Json& model, const RenderOptions& options);
std::string render_sarif(const Json& model, const RenderOptions& options);
std::string render_junit(const Json& model, const RenderOptions& options);
std::string render_codequality(const Json& model, const RenderOptions& options);
std::string render_github(const Json& model);
// The formats that are written from templates: markdown, HTML, step summary, comment.
llvm::Expected<std::string> render_page(Format format, const Json& model, const RenderOptions& options);

// Reads a member of the model as text; "" when it is missing or null, so that models of an older tool can be rendered.
std::string text_of(const Json& object, const char* key);
// As true or false; false when it is missing or null.
bool flag_of(const Json& object, const char* key);
// As a number; 0 when it is missing or null.
std::int64_t number_of(const Json& object, const char* key);
// An array or object; an empty array when it is missing.
const Json& part_of(const Json& object, const char* key);

// Whether the finding asks for work: new, open or reopened.
bool is_active(const Json& finding);
// Whether the statuses come from a comparison: without a baseline every finding is `new`, which then says nothing.
bool has_baseline(const Json& model);
// The active findings, most important first: with a baseline what is new or came back goes before what is known.
std::vector<const Json*> most_important_first(const Json& model);
// "check/kind"
std::string rule_of(const Json& finding);

} // namespace plumbline
