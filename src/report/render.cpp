#include "report/render.h"

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Path.h>

#include <algorithm>

namespace plumbline {

const std::vector<FormatName>& format_names() {
  static const std::vector<FormatName> names = {
      {Format::text, "text", {".txt"}, "lines as compilers write them"},
      {Format::json, "json", {".json"}, "the whole model"},
      {Format::sarif, "sarif", {".sarif", ".json"}, "SARIF 2.1.0"},
      {Format::markdown, "markdown", {".md", ".markdown"}, "the audit for people"},
      {Format::html, "html", {".html", ".htm"}, "the audit as one page"},
      {Format::junit, "junit", {".xml"}, "JUnit XML"},
      {Format::codequality, "codequality", {".json"}, "GitLab Code Quality"},
      {Format::github, "github", {}, "workflow commands that annotate the code on GitHub"},
      {Format::github_summary, "github-summary", {".md", ".markdown"}, "the step summary of GitHub Actions"},
      {Format::pull_request, "pr-comment", {".md", ".markdown"}, "text of a comment on a pull request"},
  };
  return names;
}

std::optional<Format> format_from(std::string_view name) {
  for (const FormatName& format : format_names())
    if (format.name == name) return format.format;
  return std::nullopt;
}

static bool has_extension(const FormatName& format, std::string_view path) {
  std::string extension = llvm::sys::path::extension(path).lower();
  return std::find(format.extensions.begin(), format.extensions.end(), extension) != format.extensions.end();
}

std::optional<Format> format_of_file(std::string_view path) {
  for (const FormatName& format : format_names())
    if (has_extension(format, path)) return format.format;
  return std::nullopt;
}

bool suits(Format format, std::string_view path) {
  for (const FormatName& each : format_names())
    if (each.format == format) return has_extension(each, path);
  return false;
}

std::string text_of(const Json& object, const char* key) {
  auto member = object.find(key);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

bool flag_of(const Json& object, const char* key) {
  auto member = object.find(key);
  return member != object.end() && member->is_boolean() && member->get<bool>();
}

std::int64_t number_of(const Json& object, const char* key) {
  auto member = object.find(key);
  return member != object.end() && member->is_number() ? member->get<std::int64_t>() : 0;
}

const Json& part_of(const Json& object, const char* key) {
  static const Json nothing = Json::array();
  auto member = object.find(key);
  return member != object.end() && member->is_structured() ? *member : nothing;
}

bool is_active(const Json& finding) {
  std::string status = text_of(finding, "status");
  return status == "new" || status == "open" || status == "reopened";
}

// Only these statuses come from a comparison with a baseline.
static bool is_compared(const Json& finding) {
  std::string status = text_of(finding, "status");
  return !status.empty() && status != "new" && status != "suppressed";
}

bool has_baseline(const Json& model) {
  auto baseline = model.find("baseline");
  if (baseline != model.end() && !baseline->is_null()) return true;
  const Json& findings = part_of(model, "findings");
  return std::any_of(findings.begin(), findings.end(), is_compared);
}

std::vector<const Json*> most_important_first(const Json& model) {
  std::vector<const Json*> first, known;
  bool compared = has_baseline(model);
  for (const Json& finding : part_of(model, "findings"))
    if (is_active(finding)) (compared && text_of(finding, "status") == "open" ? known : first).push_back(&finding);
  first.insert(first.end(), known.begin(), known.end());
  return first;
}

std::string rule_of(const Json& finding) {
  std::string kind = text_of(finding, "kind");
  return text_of(finding, "check") + (kind.empty() ? "" : "/" + kind);
}

llvm::Expected<std::string> render(Format format, const Json& model, const RenderOptions& options) {
  switch (format) {
  case Format::text:
    return render_text(model, options);
  case Format::json:
    return model.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  case Format::sarif:
    return render_sarif(model, options);
  case Format::junit:
    return render_junit(model, options);
  case Format::codequality:
    return render_codequality(model, options);
  case Format::github:
    return render_github(model);
  case Format::markdown:
  case Format::html:
  case Format::github_summary:
  case Format::pull_request:
    return render_page(format, model, options);
  }
  return "";
}

} // namespace plumbline
