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

std::string render_codequality(const Json& model, const RenderOptions& options) {
  const std::vector<const Json*> findings = most_important_first(model);
  const auto bytes_of = [](const Json& each) { return each.dump(2, ' ', false, Json::error_handler_t::replace); };
  const auto left_out_entry = [](std::size_t count, const Json& first) {
    return entry(std::to_string(count) + " more findings of lower priority do not fit into this report",
                 "plumbline/left-out", "plumbline-left-out", "info", text_of(part_of(first, "location"), "path"), 1);
  };
  std::map<std::string, int> seen;
  std::string out = "[";
  std::size_t written = 0;
  for (const Json* finding : findings) {
    // GitLab shows one of several entries with the same fingerprint.
    std::string fingerprint = text_of(*finding, "fingerprint");
    if (int count = seen[fingerprint]++) fingerprint += "-" + std::to_string(count + 1);
    const Json& location = part_of(*finding, "location");
    const std::string text =
        bytes_of(entry(text_of(*finding, "message"), rule_of(*finding), fingerprint, severity_of(*finding),
                       text_of(location, "path"), number_of(location, "line")));
    // What is left out may have to be said by an entry of its own.
    const std::size_t next = std::min(written + 1, findings.size() - 1);
    const std::size_t reserve = bytes_of(left_out_entry(findings.size(), *findings[next])).size();
    const std::size_t punctuation = std::string_view(",\n,\n\n]\n").size();
    if (out.size() + text.size() + reserve + punctuation > options.gitlab_artifact_bytes) break;
    out += (written++ == 0 ? "\n" : ",\n") + text;
  }
  if (std::size_t left_out = findings.size() - written)
    out += (written == 0 ? "\n" : ",\n") + bytes_of(left_out_entry(left_out, *findings[written]));
  return out + "\n]\n";
}

} // namespace plumbline
