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

std::string render_codequality(const Json& model, std::size_t byte_limit) {
  const std::vector<const Json*> findings = most_important_first(model);
  std::map<std::string, int> seen;
  std::string out = "[";
  std::size_t written = 0;
  static constexpr std::size_t room_for_the_rest = 1000;
  auto add = [&](const Json& each) {
    std::string text = each.dump(2, ' ', false, Json::error_handler_t::replace);
    if (out.size() + text.size() + room_for_the_rest > byte_limit) return false;
    out += (written++ == 0 ? "\n" : ",\n") + text;
    return true;
  };
  for (const Json* finding : findings) {
    // GitLab shows one of several entries with the same fingerprint.
    std::string fingerprint = text_of(*finding, "fingerprint");
    if (int count = seen[fingerprint]++) fingerprint += "-" + std::to_string(count + 1);
    const Json& location = part_of(*finding, "location");
    if (!add(entry(text_of(*finding, "message"), rule_of(*finding), fingerprint, severity_of(*finding),
                   text_of(location, "path"), number_of(location, "line"))))
      break;
  }
  if (std::size_t left_out = findings.size() - written) {
    const Json& location = part_of(*findings[written], "location");
    Json rest = entry(std::to_string(left_out) + " more findings of lower priority do not fit into this report",
                      "plumbline/left-out", "plumbline-left-out", "info", text_of(location, "path"), 1);
    out += (written == 0 ? "\n" : ",\n") + rest.dump(2, ' ', false, Json::error_handler_t::replace);
  }
  return out + "\n]\n";
}

} // namespace plumbline
