// GitLab Code Quality (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format): a list of what is
// wrong today. GitLab compares it with the target branch's list by fingerprint, so it holds no statuses and nothing
// that is suppressed, accepted or fixed.
#include "report/escape.h"
#include "report/render.h"

#include <map>

namespace plumbline {

static const char* severity_of(const Json& finding) {
  std::string priority = text_of(finding, "priority");
  if (priority == "P0") return "critical";
  if (priority == "P1") return "major";
  return text_of(finding, "scope") == "test" ? "info" : "minor";
}

static Json entry(const std::string& description, const std::string& check, const std::string& fingerprint,
                  const char* severity, const std::string& path, std::int64_t line) {
  // A finding about a whole file stands at its first line: GitLab drops entries without one.
  return Json{{"description", printable_line(description)},
              {"check_name", check},
              {"fingerprint", fingerprint},
              {"severity", severity},
              {"location", {{"path", path}, {"lines", {{"begin", std::max<std::int64_t>(1, line)}}}}}};
}

// GitLab shows one of several entries with the same fingerprint.
static std::string distinct(std::string fingerprint, std::map<std::string, int>& seen) {
  if (int count = seen[fingerprint]++) fingerprint += "-" + std::to_string(count + 1);
  return fingerprint;
}

// What was not seen may hold anything: it goes first, each unit once.
static std::vector<Json> entries_of(const Json& model) {
  std::map<std::string, int> seen;
  std::vector<Json> entries;
  for (const Json& problem : part_of(part_of(model, "coverage"), "problems")) {
    if (text_of(problem, "state") != "failed") continue;
    const std::string path = text_of(problem, "path");
    entries.push_back(entry("this file could not be analysed: " + text_of(problem, "reason"), "plumbline/incomplete",
                            printable_line(distinct("plumbline-failed:" + path, seen)), "blocker", path, 1));
  }
  for (const Json* finding : most_important_first(model)) {
    const Json& location = part_of(*finding, "location");
    entries.push_back(entry(text_of(*finding, "message"), rule_of(*finding),
                            distinct(text_of(*finding, "fingerprint"), seen), severity_of(*finding),
                            text_of(location, "path"), number_of(location, "line")));
  }
  return entries;
}

std::string render_codequality(const Json& model, const RenderOptions& options) {
  const auto bytes_of = [](const Json& each) { return each.dump(2, ' ', false, Json::error_handler_t::replace); };
  const std::vector<Json> entries = entries_of(model);
  // What does not fit is said by an entry of its own, at the first of them.
  const auto left_out_from = [&](std::size_t first) {
    return bytes_of(entry(
        std::to_string(entries.size() - first) + " more findings of lower priority do not fit into this report",
        "plumbline/left-out", "plumbline-left-out", "info", text_of(part_of(entries[first], "location"), "path"), 1));
  };
  std::string out = "[";
  std::size_t written = 0;
  for (; written < entries.size(); ++written) {
    const std::string text = bytes_of(entries[written]);
    const std::size_t reserve = written + 1 < entries.size() ? left_out_from(written + 1).size() : 0;
    const std::size_t punctuation = std::string_view(",\n,\n\n]\n").size();
    if (out.size() + text.size() + reserve + punctuation > options.gitlab_artifact_bytes) break;
    out += (written == 0 ? "\n" : ",\n") + text;
  }
  if (written < entries.size()) out += (written == 0 ? "\n" : ",\n") + left_out_from(written);
  return out + "\n]\n";
}

} // namespace plumbline
