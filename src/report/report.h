// From an audit to bytes: one JSON document model (design.md §3.6 "JSON", schemas/report.schema.json), from which every
// other format is rendered.
#pragma once

#include "audit/audit.h"

#include <llvm/Support/Error.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

enum class Format { text, json, sarif, markdown, html, junit, codequality, github, github_summary, pull_request };

// A format as the command line spells it, and the extensions of files that hold it. The first format of an extension is
// the one that the extension means by itself.
struct FormatName {
  Format format;
  std::string_view name;
  std::vector<std::string_view> extensions; // lower case, with the dot
  std::string_view what;                    // for --help and messages
};
const std::vector<FormatName>& format_names();
std::optional<Format> format_from(std::string_view name);
std::optional<Format> format_of_file(std::string_view path); // by extension
// Whether a file of that extension may hold the format: report.json may be JSON, SARIF or Code Quality.
bool suits(Format format, std::string_view path);

using Json = nlohmann::ordered_json;

// Deterministic: no clock, no absolute path, no pointer order. Text of the audited code is carried as it is; bytes that
// are not UTF-8 become U+FFFD.
Json report_model(const Audit& audit);

// What a report says about a check besides its findings; all_checks() has it, in a library that this stage is below.
struct RuleText {
  std::string name;  // "hard-coded-duration"
  std::string title; // one line
  std::string page;  // markdown
  std::vector<std::string> kinds;
  Priority priority = Priority::p1;
};

struct RenderOptions {
  bool color = false;          // text only
  bool verbose = false;        // text only: evidence and suggestion too
  bool only_new = false;       // text only: of the findings, those that are new or back again; the counts are of all
  std::string language = "en"; // of the pages: markdown, HTML, step summary, comment
  std::string template_file; // replaces the built-in page: HTML if it is named ….html or ….html.mustache, else markdown
  // GitLab refuses a Code Quality report above the size that an artifact may have, 100 MB where nobody changed it
  // (https://docs.gitlab.com/administration/settings/continuous_integration/#maximum-artifacts-size).
  std::size_t gitlab_artifact_bytes = 100'000'000;
  std::vector<RuleText> rules; // SARIF, JUnit: the checks that ran, found something or not
  // The bytes of a file named in the model: for SARIF's columns in UTF-16 units, snippets and GitHub's line hashes, and
  // for the lines around a finding; all are left out for files that it does not have, and everywhere when it is empty.
  std::function<std::optional<std::string>(std::string_view path)> read_source;
};

// Whether a template is for HTML output, by its name; else it is for markdown.
bool is_html_template(std::string_view file);

// Fails only for a template that cannot be read or a language that is none.
llvm::Expected<std::string> render(Format format, const Json& model, const RenderOptions& options);

// Writes bytes to a file by writing beside it and renaming: a full disk or a kill leaves the old file or the new one.
llvm::Error write_file_atomically(llvm::StringRef path, llvm::StringRef bytes);

} // namespace plumbline
