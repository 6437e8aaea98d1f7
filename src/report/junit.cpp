// JUnit XML for CI servers that show test results: one suite per check, one failed test case per finding.
//
// There is no one schema. These are the members that Jenkins and GitLab read: counts on every suite; `classname`,
// `name` and `time` on every case, with GitLab's `file` for links. A reader keeps one case per class and name, and
// compares with the last run by them, so a name holds the start of the fingerprint and no line number.
#include "report/escape.h"
#include "report/render.h"

#include <map>

namespace plumbline {

// Text of an attribute or element. XML 1.0 cannot hold most control characters nor U+FFFE and U+FFFF, even escaped;
// printable_lines() writes the former as \u{…}.
static std::string xml(std::string_view text) {
  std::string result;
  std::string printable = printable_lines(text);
  for (std::size_t at = 0; at < printable.size(); ++at) {
    char c = printable[at];
    std::string_view rest = std::string_view(printable).substr(at, 3);
    if (rest == "\xEF\xBF\xBE" || rest == "\xEF\xBF\xBF") {
      result += "\xEF\xBF\xBD"; // the replacement character
      at += 2;
    } else if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  }
  return result;
}

struct Case {
  std::string class_name, name, path;
  std::int64_t line = 0;
  std::string outcome; // "failure", "error", "skipped"; "": passed
  std::string type, message, text;
};

static std::string attribute(const char* name, std::string_view value) {
  return " " + std::string(name) + "=\"" + xml(value) + "\"";
}

static std::string number(const char* name, std::int64_t value) { return attribute(name, std::to_string(value)); }

static std::int64_t count_of(const std::vector<Case>& cases, std::string_view outcome) {
  return std::count_if(cases.begin(), cases.end(), [&](const Case& each) { return each.outcome == outcome; });
}

static std::string counts_of(const std::vector<Case>& cases) {
  return number("tests", static_cast<std::int64_t>(cases.size())) + number("failures", count_of(cases, "failure")) +
         number("errors", count_of(cases, "error")) + number("skipped", count_of(cases, "skipped")) +
         attribute("time", "0");
}

static std::string xml_of(const Case& test) {
  std::string out = "    <testcase" + attribute("classname", test.class_name) + attribute("name", test.name);
  if (!test.path.empty()) out += attribute("file", test.path);
  if (test.line > 0) out += number("line", test.line);
  out += attribute("time", "0");
  if (test.outcome.empty()) return out + "/>\n";
  out += ">\n      <" + test.outcome;
  if (!test.type.empty()) out += attribute("type", test.type);
  out += attribute("message", test.message);
  out += test.text.empty() ? "/>\n" : ">" + xml(test.text) + "</" + test.outcome + ">\n";
  return out + "    </testcase>\n";
}

static std::string place_of(const Json& location) {
  std::string place = text_of(location, "path");
  if (std::int64_t line = number_of(location, "line")) place += ":" + std::to_string(line);
  return place;
}

static std::string details_of(const Json& finding) {
  std::string text = place_of(part_of(finding, "location")) + ": " + text_of(finding, "message") + "\n";
  if (std::string line = text_of(finding, "line_text"); !line.empty()) text += "  " + line + "\n";
  for (const Json& step : part_of(finding, "evidence"))
    text += place_of(part_of(step, "location")) + ": note: " + text_of(step, "message") + "\n";
  if (std::string suggestion = text_of(finding, "suggestion"); !suggestion.empty())
    text += "suggestion: " + suggestion + "\n";
  if (std::string rewritten = text_of(part_of(finding, "config_in_reach"), "rewritten"); !rewritten.empty())
    text += "instead: " + rewritten + "\n";
  return text;
}

// With a baseline only what is new or came back fails: the others were known, and the gate's suite says whether there
// are too many of them.
static Case case_of(const Json& finding, bool compared) {
  const Json& location = part_of(finding, "location");
  std::string status = text_of(finding, "status"), reason = text_of(part_of(finding, "suppression"), "reason");
  Case test{text_of(location, "path"),
            text_of(finding, "message") + " [" + text_of(finding, "fingerprint").substr(0, 12) + "]",
            text_of(location, "path"),
            number_of(location, "line"),
            "",
            "",
            text_of(finding, "message"),
            ""};
  if (status == "fixed") return test;
  bool fails = is_active(finding) && !(compared && status == "open");
  test.outcome = fails ? "failure" : "skipped";
  if (fails) {
    test.type = text_of(finding, "priority");
    test.text = details_of(finding);
  } else {
    test.message = status + (reason.empty() ? "" : ": " + reason);
  }
  return test;
}

static std::vector<Case> coverage_cases(const Json& coverage) {
  std::vector<Case> cases{{"coverage", "the scan ended", "", 0, "", "", "", ""}};
  for (const Json& problem : part_of(coverage, "problems")) {
    std::string state = text_of(problem, "state"), path = text_of(problem, "path"), text;
    if (state == "analysed") continue;
    for (const Json& detail : part_of(problem, "details"))
      if (detail.is_string()) text += detail.get<std::string>() + "\n";
    cases.push_back({"coverage", path, path, 0, state == "failed" ? "error" : "skipped", state == "failed" ? state : "",
                     state + ": " + text_of(problem, "reason"), text});
  }
  return cases;
}

static std::vector<Case> gate_cases(const Json& gate) {
  std::vector<Case> cases;
  for (const Json& rule : part_of(gate, "rules")) {
    std::string actual = std::to_string(number_of(rule, "actual"));
    Case test{"gate", text_of(rule, "rule"), "", 0, "", "", "", ""};
    if (flag_of(rule, "broken")) {
      test.outcome = "failure";
      test.type = "gate";
      test.message =
          text_of(rule, "rule") + ": " + actual + ", allowed are " + std::to_string(number_of(rule, "limit"));
    }
    cases.push_back(std::move(test));
  }
  return cases;
}

// A file that failed under two commands, say.
static void make_names_unique(std::vector<Case>& cases) {
  std::map<std::pair<std::string, std::string>, int> seen;
  for (Case& test : cases)
    if (int count = seen[{test.class_name, test.name}]++) test.name += " (" + std::to_string(count + 1) + ")";
}

std::string render_junit(const Json& model, const RenderOptions& options) {
  std::map<std::string, std::vector<Case>> suites;
  for (const RuleText& rule : options.rules) suites[rule.name];
  bool compared = has_baseline(model);
  for (const Json& finding : part_of(model, "findings"))
    suites[text_of(finding, "check")].push_back(case_of(finding, compared));
  // Readers drop suites without cases, and a check that found nothing is a test that passed.
  for (auto& [check, cases] : suites)
    if (cases.empty()) cases.push_back({check, "nothing found", "", 0, "", "", "", ""});
  suites["plumbline.coverage"] = coverage_cases(part_of(model, "coverage"));
  if (std::vector<Case> gate = gate_cases(part_of(model, "gate")); !gate.empty()) suites["plumbline.gate"] = gate;

  std::vector<Case> all;
  std::string body;
  for (auto& [name, cases] : suites) {
    make_names_unique(cases);
    body += "  <testsuite" + attribute("name", name) + counts_of(cases) + ">\n";
    for (const Case& test : cases) body += xml_of(test);
    body += "  </testsuite>\n";
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + attribute("name", "plumbline") + counts_of(all) +
         ">\n" + body + "</testsuites>\n";
}

} // namespace plumbline
