// SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), written so that Microsoft's validator has nothing to
// say.
//
// The model counts columns in bytes, SARIF in UTF-16 units; without the source's text the conversion cannot be made,
// and then a region names its lines only: a coarse place is better than a wrong one.
#include "report/escape.h"
#include "report/render.h"
#include "report/sarif_rules.h"
#include "report/source_lines.h"

#include <llvm/ADT/StringExtras.h>

#include <algorithm>
#include <map>
#include <set>

namespace plumbline {

static constexpr const char* source_root = "SRCROOT";

// A source file as far as a report needs it.
struct SarifFile {
  std::size_t index = 0; // in run.artifacts
  bool readable = false;
  std::string text;
  std::vector<std::string_view> lines;
  std::vector<std::string> line_hashes;
};
using SarifFiles = std::map<std::string, SarifFile>;

// RFC 3986: everything that is not a path character by itself is escaped. A relative reference whose first segment has
// a colon would read as a scheme, so "./" goes before it; an absolute path becomes a file URI.
static std::string uri_of(std::string_view path) {
  std::string uri;
  for (char c : path) {
    bool plain = llvm::isAlnum(c) || std::string_view("-._~/!$&'()*+,;=:@").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : "%" + llvm::utohexstr(static_cast<unsigned char>(c), false, 2);
  }
  if (uri.starts_with("/")) return "file://" + uri;
  std::string_view first = std::string_view(uri).substr(0, uri.find('/'));
  return first.find(':') == std::string_view::npos ? uri : "./" + uri;
}

static Json artifact_location(const std::string& path, const SarifFiles& files) {
  Json location{{"uri", uri_of(path)}};
  if (!path.starts_with("/")) location["uriBaseId"] = source_root;
  auto file = files.find(path);
  if (file != files.end()) location["index"] = file->second.index;
  return location;
}

// Plain text of a SARIF message: braces would be placeholders where they hold a number (§3.11.5), "](" a link
// (§3.11.6).
static std::string message_text(std::string text) {
  bool placeholder = false;
  for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1))
    placeholder |= open + 1 < text.size() && llvm::isDigit(text[open + 1]);
  bool link = text.find("](") != std::string::npos;
  std::string result;
  for (char c : text) {
    if (placeholder && (c == '{' || c == '}')) result += c;
    if (link && (c == '[' || c == ']')) result += '\\';
    result += c;
  }
  return result;
}

static std::string sentence(std::string text) {
  while (!text.empty() && llvm::isSpace(text.back())) text.pop_back();
  if (!text.empty() && std::string_view(".!?").find(text.back()) == std::string_view::npos) text += '.';
  return text;
}

static Json message_json(const std::string& text) { return Json{{"text", message_text(sentence(text))}}; }

// nullopt for a location without a line: it stands for the whole file, and for its first line where a viewer must jump.
static std::optional<Json> region_json(const Json& location, const SarifFile* file, const std::string& snippet) {
  std::int64_t line = number_of(location, "line"), end_line = std::max(line, number_of(location, "end_line"));
  if (line <= 0) return std::nullopt;
  Json region{{"startLine", line}};
  bool text_known = file && file->readable && end_line <= static_cast<std::int64_t>(file->lines.size());
  if (text_known) {
    if (std::int64_t column = number_of(location, "column"); column > 0) {
      region["startColumn"] =
          utf16_column(file->lines[static_cast<std::size_t>(line - 1)], static_cast<std::uint32_t>(column));
      if (end_line != line) region["endLine"] = end_line;
      if (std::int64_t end = number_of(location, "end_column"); end > 0)
        region["endColumn"] =
            utf16_column(file->lines[static_cast<std::size_t>(end_line - 1)], static_cast<std::uint32_t>(end));
    }
  } else if (end_line != line) {
    region["endLine"] = end_line;
  }
  if (!snippet.empty()) region["snippet"] = {{"text", snippet}};
  return region;
}

// The lines around, for viewers that do not have the file. SARIF wants it larger than the region (§3.29.5).
static std::optional<Json> context_json(const Json& location, const SarifFile* file) {
  if (!file || !file->readable) return std::nullopt;
  std::int64_t count = static_cast<std::int64_t>(file->lines.size());
  std::int64_t line = number_of(location, "line"), end_line = std::max(line, number_of(location, "end_line"));
  std::int64_t first = std::max<std::int64_t>(1, line - 2), last = std::min(count, end_line + 2);
  if (line <= 0 || end_line > count || (first == line && last == end_line)) return std::nullopt;
  std::string snippet;
  for (std::int64_t at = first; at <= last; ++at)
    snippet += valid_utf8(file->lines[static_cast<std::size_t>(at - 1)]) + (at < last ? "\n" : "");
  return Json{{"startLine", first}, {"endLine", last}, {"snippet", {{"text", snippet}}}};
}

static Json physical_location(const Json& location, const SarifFiles& files, const std::string& snippet, bool primary) {
  std::string path = text_of(location, "path");
  auto found = files.find(path);
  const SarifFile* file = found == files.end() ? nullptr : &found->second;
  Json physical{{"artifactLocation", artifact_location(path, files)}};
  std::optional<Json> region = region_json(location, file, snippet);
  if (!region) {
    if (primary) physical["region"] = {{"startLine", 1}};
    return physical;
  }
  physical["region"] = std::move(*region);
  if (primary)
    if (std::optional<Json> around = context_json(location, file)) physical["contextRegion"] = std::move(*around);
  return physical;
}

static const char* level_of(const std::string& priority) {
  return priority == "P0" ? "error" : priority == "P1" ? "warning" : "note";
}

// SARIF knows four states against a baseline. What a scan did not see, and what people accepted, has not changed.
static const char* baseline_state(const std::string& status) {
  if (status == "new" || status == "reopened") return "new";
  return status == "fixed" ? "absent" : "unchanged";
}

static void add_suppressions(Json& result, const Json& finding, const SarifFiles& files) {
  std::string status = text_of(finding, "status");
  const Json& suppression = part_of(finding, "suppression");
  Json list = Json::array();
  if (status == "suppressed" || status == "accepted") {
    bool in_source = status == "suppressed";
    std::string reason = text_of(suppression, "reason"), until = text_of(suppression, "until");
    if (!until.empty()) reason += " (until " + until + ")";
    Json entry{{"kind", in_source ? "inSource" : "external"}, {"status", "accepted"}, {"justification", reason}};
    const Json& place = part_of(suppression, "location");
    if (in_source && !text_of(place, "path").empty())
      entry["location"] = {{"physicalLocation", physical_location(place, files, "", false)}};
    list.push_back(std::move(entry));
  }
  // Consumers that filter by suppression need the empty list to know that suppressions were looked at (§3.27.23).
  result["suppressions"] = std::move(list);
}

static void add_evidence(Json& result, const Json& evidence, const SarifFiles& files) {
  if (evidence.empty()) return;
  Json flow = Json::array(), related = Json::array();
  std::int64_t id = 0;
  for (const Json& step : evidence) {
    Json location{{"physicalLocation", physical_location(part_of(step, "location"), files, "", false)},
                  {"message", message_json(text_of(step, "message"))}};
    flow.push_back({{"location", location}});
    Json numbered{{"id", ++id}};
    numbered.update(location);
    related.push_back(std::move(numbered));
  }
  result["codeFlows"] = Json::array({{{"threadFlows", Json::array({{{"locations", std::move(flow)}}})}}});
  result["relatedLocations"] = std::move(related);
}

static Json fingerprints_json(const Json& finding, const SarifFiles& files) {
  Json prints{{"plumbline/v1", text_of(finding, "fingerprint")}};
  const Json& location = part_of(finding, "location");
  auto file = files.find(text_of(location, "path"));
  std::int64_t line = number_of(location, "line");
  if (file != files.end() && file->second.readable && line > 0 &&
      line <= static_cast<std::int64_t>(file->second.line_hashes.size()))
    prints["primaryLocationLineHash"] = file->second.line_hashes[static_cast<std::size_t>(line - 1)];
  return prints;
}

static Json properties_json(const Json& finding) {
  Json properties = Json::object();
  for (const char* key :
       {"kind", "priority", "scope", "module", "role", "value", "status", "suggestion", "effort", "related"}) {
    auto member = finding.find(key);
    bool empty = member == finding.end() || member->is_null() || (member->is_string() && text_of(finding, key).empty());
    if (!empty) properties[key] = *member;
  }
  auto config = finding.find("config_in_reach");
  if (config != finding.end() && config->is_object()) properties["configInReach"] = *config;
  return properties;
}

// The line as it could be, as a change of it. Only where all that it names is there already: with a field that somebody
// has to add first, applying it would break the build.
static void add_fix(Json& result, const Json& finding, const SarifFiles& files) {
  const Json& config = part_of(finding, "config_in_reach");
  const std::string now = text_of(finding, "line_text"), then = text_of(config, "rewritten");
  const Json& location = part_of(finding, "location");
  const std::string path = text_of(location, "path");
  const std::int64_t line = number_of(location, "line");
  const auto file = files.find(path);
  if (then.empty() || now.empty() || !flag_of(config, "field_exists") || !is_active(finding)) return;
  if (file == files.end() || line <= 0 || line > static_cast<std::int64_t>(file->second.lines.size())) return;
  const std::string_view text = file->second.lines[static_cast<std::size_t>(line - 1)];
  const std::size_t start = text.find(now);
  if (start == std::string_view::npos) return; // the file is another one by now
  // From the finding's own place to its end, where the rest of the line stays as it is; else the whole line.
  std::size_t from = start, to = start + now.size();
  std::string inserted = then;
  const std::int64_t column = number_of(location, "column"), end = number_of(location, "end_column");
  if (number_of(location, "end_line") == line && column > static_cast<std::int64_t>(start) && end > column &&
      end - 1 <= static_cast<std::int64_t>(to)) {
    const std::string_view before = text.substr(start, static_cast<std::size_t>(column - 1) - start);
    const std::string_view after =
        text.substr(static_cast<std::size_t>(end - 1), to - static_cast<std::size_t>(end - 1));
    if (then.size() >= before.size() + after.size() && then.starts_with(before) && then.ends_with(after)) {
      inserted = then.substr(before.size(), then.size() - before.size() - after.size());
      from += before.size(), to -= after.size();
    }
  }
  const Json region{{"startLine", line},
                    {"startColumn", utf16_column(text, static_cast<std::uint32_t>(from + 1))},
                    {"endColumn", utf16_column(text, static_cast<std::uint32_t>(to + 1))}};
  const Json change{
      {"artifactLocation", artifact_location(path, files)},
      {"replacements", Json::array({{{"deletedRegion", region}, {"insertedContent", {{"text", inserted}}}}})}};
  result["fixes"] = Json::array(
      {{{"description", message_json(text_of(finding, "suggestion"))}, {"artifactChanges", Json::array({change})}}});
}

static Json result_json(const Json& finding, const SarifFiles& files, std::size_t rule, bool against_baseline) {
  std::string message = sentence(text_of(finding, "message"));
  if (std::string suggestion = text_of(finding, "suggestion"); !suggestion.empty())
    message += " " + sentence(suggestion);
  Json location{
      {"physicalLocation", physical_location(part_of(finding, "location"), files, text_of(finding, "source"), true)}};
  if (std::string entity = text_of(finding, "entity"); !entity.empty())
    location["logicalLocations"] = Json::array({{{"fullyQualifiedName", entity}}});
  Json result{{"ruleId", text_of(finding, "check")},
              {"ruleIndex", rule},
              {"level", level_of(text_of(finding, "priority"))},
              {"message", message_json(message)},
              {"locations", Json::array({std::move(location)})}};
  add_evidence(result, part_of(finding, "evidence"), files);
  result["partialFingerprints"] = fingerprints_json(finding, files);
  result["rank"] = static_cast<double>(number_of(finding, "score"));
  if (against_baseline) result["baselineState"] = baseline_state(text_of(finding, "status"));
  add_suppressions(result, finding, files);
  add_fix(result, finding, files);
  result["properties"] = properties_json(finding);
  return result;
}

// The state of each unit that was not simply analysed, as notifications about the tool's run.
static Json invocation_json(const Json& coverage, const SarifFiles& files) {
  auto incomplete = coverage.find("incomplete");
  bool successful = !(incomplete != coverage.end() && incomplete->is_boolean() && incomplete->get<bool>());
  Json notifications = Json::array();
  for (const Json& problem : part_of(coverage, "problems")) {
    std::string state = text_of(problem, "state"), path = text_of(problem, "path");
    std::int64_t errors = number_of(problem, "errors");
    std::string text = "'" + path + "' ";
    if (state == "analysed_with_errors")
      text += "was analysed with " + std::to_string(errors) + (errors == 1 ? " error" : " errors");
    else
      text += state == "failed" ? state : "was " + state;
    if (std::string reason = text_of(problem, "reason"); !reason.empty()) text += ": " + reason;
    for (const Json& detail : part_of(problem, "details"))
      if (detail.is_string()) text += "; " + detail.get<std::string>();
    const char* level = state == "failed" ? "error" : state == "analysed_with_errors" ? "warning" : "note";
    notifications.push_back(
        {{"locations", Json::array({{{"physicalLocation", {{"artifactLocation", artifact_location(path, files)}}}}})},
         {"message", message_json(text)},
         {"level", level},
         {"descriptor", {{"id", "unit-coverage"}, {"index", 0}}}});
  }
  for (const Json& note : part_of(coverage, "notes"))
    if (note.is_string())
      notifications.push_back({{"message", message_json(note.get<std::string>())},
                               {"level", "note"},
                               {"descriptor", {{"id", "run-remark"}, {"index", 1}}}});
  return Json{{"executionSuccessful", successful}, {"toolExecutionNotifications", std::move(notifications)}};
}

static SarifFiles files_of(const Json& model, const RenderOptions& options) {
  std::set<std::string> paths, hashed;
  auto add = [&](const Json& location) {
    if (std::string path = text_of(location, "path"); !path.empty()) paths.insert(std::move(path));
  };
  for (const Json& finding : part_of(model, "findings")) {
    add(part_of(finding, "location"));
    hashed.insert(text_of(part_of(finding, "location"), "path"));
    for (const Json& step : part_of(finding, "evidence")) add(part_of(step, "location"));
    add(part_of(part_of(finding, "suppression"), "location"));
  }
  for (const Json& problem : part_of(part_of(model, "coverage"), "problems")) add(problem);
  SarifFiles files;
  for (const std::string& path : paths) {
    SarifFile& file = files[path];
    file.index = files.size() - 1;
    std::optional<std::string> text = options.read_source ? options.read_source(path) : std::nullopt;
    if (!text) continue;
    file.readable = true;
    file.text = std::move(*text);
    file.lines = split_lines(file.text);
    if (hashed.count(path)) file.line_hashes = github_line_hashes(file.text);
  }
  return files;
}

static Json artifacts_json(const SarifFiles& files) {
  Json artifacts = Json::array();
  for (const auto& [path, file] : files) {
    Json artifact{{"location", artifact_location(path, {})}, {"sourceLanguage", "cplusplus"}};
    if (file.readable) artifact["length"] = file.text.size();
    artifacts.push_back(std::move(artifact));
  }
  return artifacts;
}

std::string render_sarif(const Json& model, const RenderOptions& options) {
  const Json& findings = part_of(model, "findings");
  std::vector<RuleText> rules = rules_for(findings, options.rules);
  std::map<std::string, std::size_t> rule_index;
  for (std::size_t i = 0; i < rules.size(); ++i) rule_index[rules[i].name] = i;
  SarifFiles files = files_of(model, options);
  bool against_baseline = has_baseline(model);

  Json results = Json::array();
  for (const Json& finding : findings)
    results.push_back(result_json(finding, files, rule_index[text_of(finding, "check")], against_baseline));
  Json run{{"tool", {{"driver", driver_json(part_of(model, "tool"), rules)}}},
           {"invocations", Json::array({invocation_json(part_of(model, "coverage"), files)})},
           {"originalUriBaseIds", {{source_root, {{"description", {{"text", "The root of the audited project."}}}}}}},
           {"artifacts", artifacts_json(files)},
           {"results", std::move(results)},
           {"columnKind", "utf16CodeUnits"}};
  Json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
           {"version", "2.1.0"},
           {"runs", Json::array({std::move(run)})}};
  return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace plumbline
