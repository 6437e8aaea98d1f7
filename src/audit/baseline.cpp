#include "audit/baseline.h"

#include "audit/suppressions.h"

#include <llvm/ADT/StringExtras.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace plumbline {

using Json = nlohmann::ordered_json;

// ---- writing

static void put(Json& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

static Json json_of(const BaselineEntry& entry) {
  Json json{{"path", entry.place.path}, {"line", entry.place.line}, {"column", entry.place.column}};
  json["end"] = {entry.place.end_line, entry.place.end_column};
  json["check"] = entry.check;
  json["kind"] = entry.kind;
  json["status"] = name_of(entry.status);
  json["priority"] = name_of(entry.priority);
  json["fingerprint"] = entry.fingerprint;
  put(json, "entity", entry.entity);
  put(json, "owner", entry.owner);
  put(json, "role", entry.role);
  put(json, "value", entry.value);
  put(json, "source", entry.source_text);
  put(json, "code", entry.line_text);
  put(json, "message", entry.message);
  if (!entry.also.empty()) json["also"] = entry.also;
  if (entry.around.known()) json["around"] = text_of(entry.around);
  put(json, "since", entry.since);
  put(json, "fixed", entry.fixed);
  put(json, "reason", entry.reason);
  put(json, "by", entry.by);
  put(json, "until", entry.until);
  return json;
}

// Bytes that are not UTF-8 become U+FFFD, on both sides of every later comparison.
static std::string line_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string baseline_text(const Baseline& baseline) {
  std::string out = "{\n\"plumbline\": \"baseline\",\n";
  out += "\"schema\": " + std::to_string(baseline_schema) + ",\n";
  out += "\"algorithm\": " + line_of(baseline.algorithm) + ",\n";
  out += "\"commit\": " + line_of(baseline.commit) + ",\n";
  out += "\"sites\": " + std::to_string(baseline.sites) + ",\n";
  out += "\"configured\": " + std::to_string(baseline.configured) + ",\n";
  out += "\"findings\": [\n";
  for (std::size_t i = 0; i < baseline.entries.size(); ++i)
    out += line_of(json_of(baseline.entries[i])) + (i + 1 < baseline.entries.size() ? ",\n" : "\n");
  return out + "]\n}\n";
}

// ---- reading

namespace {

// Reads the fields of one JSON object; the first thing that is wrong stays in `problem`.
struct Fields {
  const Json& json;
  std::string problem;

  const Json* find(const char* key, bool required) {
    auto found = json.find(key);
    if (found != json.end()) return &*found;
    if (required) fail(key, "is missing");
    return nullptr;
  }
  void fail(const char* key, llvm::StringRef what) {
    if (problem.empty()) problem = "'" + std::string(key) + "' " + what.str();
  }
  std::string text(const char* key, bool required = false) {
    const Json* value = find(key, required);
    if (!value) return {};
    if (!value->is_string()) return fail(key, "is no text"), std::string();
    std::string result = value->get<std::string>();
    if (required && result.empty()) fail(key, "is empty");
    return result;
  }
  std::uint64_t number(const char* key, bool required = false) {
    const Json* value = find(key, required);
    if (!value) return 0;
    if (!value->is_number_unsigned()) return fail(key, "is no whole number"), 0;
    return value->get<std::uint64_t>();
  }
};

} // namespace

static std::optional<Status> status_from(llvm::StringRef name) {
  for (Status status : {Status::open, Status::accepted, Status::fixed})
    if (name == llvm::StringRef(name_of(status))) return status;
  return std::nullopt;
}

// Returns what is wrong with it, or "".
static std::string read_entry(const Json& json, BaselineEntry& entry) {
  if (!json.is_object()) return "a finding is expected here, as one JSON object";
  Fields fields{json, ""};
  entry.place.path = fields.text("path", true);
  entry.place.line = static_cast<std::uint32_t>(fields.number("line"));
  entry.place.column = static_cast<std::uint32_t>(fields.number("column"));
  if (const Json* end = fields.find("end", false)) {
    bool good = end->is_array() && end->size() == 2 && (*end)[0].is_number_unsigned() && (*end)[1].is_number_unsigned();
    if (!good) return "'end' is no line and column";
    entry.place.end_line = (*end)[0].get<std::uint32_t>();
    entry.place.end_column = (*end)[1].get<std::uint32_t>();
  }
  entry.check = fields.text("check", true);
  entry.kind = fields.text("kind", true);
  std::optional<Status> status = status_from(fields.text("status", true));
  if (!status) fields.fail("status", "is none of open, accepted, fixed");
  entry.status = status.value_or(Status::open);
  std::optional<Priority> priority = priority_from(fields.text("priority", true));
  if (!priority) fields.fail("priority", "is none of P0, P1, P2");
  entry.priority = priority.value_or(Priority::p2);
  entry.fingerprint = fields.text("fingerprint", true);
  bool is_hex = llvm::all_of(entry.fingerprint, [](char c) { return llvm::isHexDigit(c) && !llvm::isUpper(c); });
  if (entry.fingerprint.size() != 32 || !is_hex) fields.fail("fingerprint", "is not 32 hex digits");
  entry.entity = fields.text("entity");
  entry.owner = fields.text("owner");
  entry.role = fields.text("role");
  entry.value = fields.text("value");
  entry.source_text = fields.text("source");
  entry.line_text = fields.text("code");
  entry.message = fields.text("message");
  if (const Json* also = fields.find("also", false)) {
    if (!also->is_array()) return "'also' is no list";
    for (const Json& path : *also) {
      if (!path.is_string()) return "'also' is no list of paths";
      entry.also.push_back(path.get<std::string>());
    }
  }
  if (std::string around = fields.text("around"); !around.empty()) {
    std::optional<Surroundings> surroundings = surroundings_from(around);
    if (!surroundings) fields.fail("around", "is not 64 hex digits");
    entry.around = surroundings.value_or(Surroundings());
  }
  entry.since = fields.text("since");
  entry.fixed = fields.text("fixed");
  entry.reason = fields.text("reason");
  entry.by = fields.text("by");
  entry.until = fields.text("until");
  if (entry.status == Status::accepted && entry.reason.empty())
    fields.fail("reason", "is missing: what is accepted needs one");
  if (!entry.until.empty() && !is_iso_date(entry.until)) fields.fail("until", "is no date such as 2027-03-01");
  return fields.problem;
}

static std::string read_head(const Json& json, Baseline& baseline) {
  Fields fields{json, ""};
  if (fields.text("plumbline", true) != "baseline")
    return "this is no baseline: it does not say \"plumbline\": \"baseline\"";
  std::uint64_t schema = fields.number("schema", true);
  if (!fields.problem.empty()) return fields.problem;
  if (schema > baseline_schema)
    return "schema " + std::to_string(schema) + " was written by a newer plumbline (this one reads up to " +
           std::to_string(baseline_schema) + "); use that one";
  // Older schemas are migrated from here on, one step each; there is none before 1.
  if (schema < 1) return "schema " + std::to_string(schema) + " has never existed";
  baseline.algorithm = fields.text("algorithm", true);
  baseline.commit = fields.text("commit");
  baseline.sites = fields.number("sites");
  baseline.configured = fields.number("configured");
  return fields.problem;
}

static llvm::Error damaged(llvm::StringRef name, std::size_t line, const std::string& what) {
  return llvm::createStringError(name.str() + ":" + std::to_string(line) + ": " + what +
                                 "; mend it, or take the file from git again");
}

static bool is_conflict_marker(llvm::StringRef line) {
  return line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") || line.starts_with("||||||| ") ||
         line == "=======";
}

// A file that something has formatted: valid JSON, but not a finding a line.
static llvm::Expected<Baseline> parse_formatted(const Json& json, llvm::StringRef name) {
  Baseline baseline;
  if (std::string problem = read_head(json, baseline); !problem.empty()) return damaged(name, 1, problem);
  auto findings = json.find("findings");
  if (findings == json.end() || !findings->is_array()) return damaged(name, 1, "'findings' is no list");
  for (std::size_t i = 0; i < findings->size(); ++i) {
    BaselineEntry entry;
    if (std::string problem = read_entry((*findings)[i], entry); !problem.empty())
      return damaged(name, 1, "finding " + std::to_string(i + 1) + ": " + problem);
    baseline.entries.push_back(std::move(entry));
  }
  normalise(baseline);
  return baseline;
}

llvm::Expected<Baseline> parse_baseline(llvm::StringRef text, llvm::StringRef name) {
  llvm::SmallVector<llvm::StringRef> lines;
  text.split(lines, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i] = lines[i].trim();
    if (is_conflict_marker(lines[i])) return damaged(name, i + 1, "git left a conflict marker here");
  }
  std::size_t at = 0;
  std::string head_text;
  while (at < lines.size() && lines[at] != "\"findings\": [") head_text += lines[at++].str() + "\n";
  if (at == lines.size()) {
    Json whole = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (whole.is_object()) return parse_formatted(whole, name);
    return damaged(name, text.empty() ? 1 : text.rtrim('\n').count('\n') + 1,
                   text.trim().empty() ? "the file is empty"
                                       : "the file ends, or is no JSON, before its findings begin");
  }
  Baseline baseline;
  Json head = Json::parse(llvm::StringRef(head_text).rtrim(", \n").str() + "}", nullptr, /*allow_exceptions=*/false);
  if (!head.is_object()) return damaged(name, 1, "the head is no JSON");
  if (std::string problem = read_head(head, baseline); !problem.empty()) return damaged(name, 1, problem);
  bool closed = false;
  for (++at; at < lines.size(); ++at) {
    llvm::StringRef line = lines[at];
    if (line.empty()) continue;
    if (closed && line != "}") return damaged(name, at + 1, "something follows the end of the findings");
    if (line == "]" || line == "]}") closed = true;
    if (closed) continue;
    line = line.rtrim(", ").ltrim(", ");
    Json json = Json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) {
      Json whole = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
      if (whole.is_object()) return parse_formatted(whole, name);
      bool last =
          llvm::all_of(llvm::ArrayRef(lines).drop_front(at + 1), [](llvm::StringRef rest) { return rest.empty(); });
      return damaged(name, at + 1, last ? "the file ends in the middle of a finding" : "this line is no JSON");
    }
    BaselineEntry entry;
    if (std::string problem = read_entry(json, entry); !problem.empty()) return damaged(name, at + 1, problem);
    baseline.entries.push_back(std::move(entry));
  }
  if (!closed) return damaged(name, lines.size(), "the file ends before the list of findings does");
  normalise(baseline);
  return baseline;
}

// ---- entries

static auto order_of(const BaselineEntry& entry) {
  return std::tie(entry.place.path, entry.place.line, entry.place.column, entry.check, entry.kind, entry.fingerprint);
}

static int rank_of(Status status) { return status == Status::accepted ? 0 : status == Status::open ? 1 : 2; }

void normalise(Baseline& baseline) {
  std::vector<BaselineEntry>& entries = baseline.entries;
  std::sort(entries.begin(), entries.end(), [](const BaselineEntry& a, const BaselineEntry& b) {
    if (a.fingerprint != b.fingerprint) return a.fingerprint < b.fingerprint;
    return std::tuple(rank_of(a.status), order_of(a), std::tie(a.reason, a.since)) <
           std::tuple(rank_of(b.status), order_of(b), std::tie(b.reason, b.since));
  });
  entries.erase(
      std::unique(entries.begin(), entries.end(),
                  [](const BaselineEntry& a, const BaselineEntry& b) { return a.fingerprint == b.fingerprint; }),
      entries.end());
  std::sort(entries.begin(), entries.end(),
            [](const BaselineEntry& a, const BaselineEntry& b) { return order_of(a) < order_of(b); });
}

FingerprintParts parts_of(const BaselineEntry& entry) {
  return {entry.check,
          entry.kind,
          entry.place.path,
          entry.entity,
          entry.owner,
          normalised_source(entry.source_text),
          normalised_source(entry.line_text),
          0};
}

BaselineEntry entry_of(const Finding& finding, const Surroundings& around) {
  BaselineEntry entry;
  entry.fingerprint = finding.fingerprint;
  entry.check = finding.check;
  entry.kind = finding.kind;
  entry.place = finding.place;
  entry.source_text = finding.source_text;
  entry.line_text = finding.line_text;
  entry.entity = finding.entity;
  entry.owner = finding.owner;
  entry.role = finding.role;
  entry.value = finding.value;
  entry.message = finding.message;
  entry.priority = finding.priority;
  std::set<std::string> files;
  for (const Evidence& step : finding.evidence)
    if (step.place.path != finding.place.path && !step.place.path.empty()) files.insert(step.place.path);
  entry.also.assign(files.begin(), files.end());
  entry.around = around;
  return entry;
}

Finding finding_of(const BaselineEntry& entry) {
  Finding finding;
  finding.fingerprint = entry.fingerprint;
  finding.check = entry.check;
  finding.kind = entry.kind;
  finding.place = entry.place;
  finding.source_text = entry.source_text;
  finding.line_text = entry.line_text;
  finding.entity = entry.entity;
  finding.owner = entry.owner;
  finding.role = entry.role;
  finding.value = entry.value;
  finding.message = entry.message;
  finding.priority = entry.priority;
  return finding;
}

} // namespace plumbline
