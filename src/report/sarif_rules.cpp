#include "report/sarif_rules.h"

#include "report/escape.h"
#include "report/render.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>

#include <algorithm>

namespace plumbline {

static RuleText suppression_rule() {
  return {"suppression",
          "A suppression comment that suppresses nothing",
          "# suppression\n\nAn inline comment asks plumbline to be silent, but it has expired, is malformed, names no "
          "check, or "
          "stands where nothing is reported. It hides from the reader that the code is audited.\n\n"
          "The form is `// plumbline: allow(check) reason [until 2027-03-01]`, on the line or the line above.\n",
          {"expired", "malformed", "needless", "unknown-check"},
          Priority::p1};
}

std::vector<RuleText> rules_for(const Json& findings, const std::vector<RuleText>& given) {
  std::vector<RuleText> rules = given;
  auto has = [&](const std::string& name) {
    return std::any_of(rules.begin(), rules.end(), [&](const RuleText& rule) { return rule.name == name; });
  };
  for (const Json& finding : findings) {
    std::string check = text_of(finding, "check");
    if (has(check)) continue;
    if (check == "suppression")
      rules.push_back(suppression_rule());
    else
      rules.push_back({check, check, "", {}, Priority::p1});
  }
  std::sort(rules.begin(), rules.end(), [](const RuleText& a, const RuleText& b) { return a.name < b.name; });
  return rules;
}

// "hard-coded-duration" → "HardCodedDuration", which SARIF's validator wants of a rule's name.
static std::string pascal_case(std::string_view name) {
  std::string result;
  bool upper = true;
  for (char c : name) {
    if (!llvm::isAlnum(c)) {
      upper = true;
      continue;
    }
    result += upper ? llvm::toUpper(c) : c;
    upper = false;
  }
  return result;
}

// The text without inline marks: `code`, **strong**, *emphasis*, [text](target).
static std::string without_inline_marks(llvm::StringRef line) {
  std::string result;
  bool code = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    char c = line[at];
    if (c == '`') {
      code = !code;
      continue;
    }
    if (!code && c == '*') continue;
    if (!code && c == '[') {
      std::size_t close = line.find("](", at), end = line.find(')', close);
      if (close != llvm::StringRef::npos && end != llvm::StringRef::npos) {
        result += without_inline_marks(line.slice(at + 1, close));
        at = end;
        continue;
      }
    }
    result += c;
  }
  return result;
}

std::string plain_text(std::string_view markdown) {
  std::string result;
  bool fenced = false;
  llvm::StringRef rest = markdown;
  while (!rest.empty()) {
    auto [line, below] = rest.split('\n');
    rest = below;
    line.consume_back("\r");
    if (line.ltrim().starts_with("```")) {
      fenced = !fenced;
      continue;
    }
    if (fenced)
      result += "    " + line.str() + "\n";
    else
      result += without_inline_marks(line.starts_with("#") ? line.ltrim('#').ltrim() : line) + "\n";
  }
  while (result.ends_with('\n')) result.pop_back();
  return result;
}

std::string first_paragraph(std::string_view page) {
  std::string paragraph;
  llvm::StringRef rest = page;
  while (!rest.empty()) {
    auto [line, below] = rest.split('\n');
    rest = below;
    line = line.trim();
    bool heading = line.starts_with("#"), fence = line.starts_with("```");
    if (line.empty() || heading || fence) {
      if (!paragraph.empty() || fence) break;
      continue;
    }
    paragraph += (paragraph.empty() ? "" : " ") + line.str();
  }
  return without_inline_marks(paragraph);
}

static std::string sentence(std::string text) {
  if (!text.empty() && !text.ends_with('.') && !text.ends_with('!') && !text.ends_with('?')) text += '.';
  return text;
}

static Json rule_json(const RuleText& rule) {
  std::string title = sentence(rule.title), description = first_paragraph(rule.page), help = plain_text(rule.page);
  std::string level = rule.priority == Priority::p0 ? "error" : rule.priority == Priority::p1 ? "warning" : "note";
  Json json{{"id", rule.name},
            {"name", pascal_case(rule.name)},
            {"shortDescription", {{"text", title}}},
            {"fullDescription", {{"text", sentence(description.empty() ? title : description)}}},
            {"help", {{"text", help.empty() ? title : help}}}};
  if (!rule.page.empty()) json["help"]["markdown"] = valid_utf8(rule.page);
  json["defaultConfiguration"] = {{"level", level}};
  Json tags = Json::array({"maintainability", "configuration"});
  // GitHub reads these two (docs.github.com, "SARIF support for code scanning", reportingDescriptor object).
  json["properties"] = {{"tags", std::move(tags)},
                        {"problem.severity", level == "note" ? "recommendation" : level},
                        {"kinds", rule.kinds}};
  return json;
}

static Json notification_json(const char* id, const char* name, const char* title, const char* description) {
  return Json{{"id", id},
              {"name", name},
              {"shortDescription", {{"text", title}}},
              {"fullDescription", {{"text", description}}},
              {"help", {{"text", description}}}};
}

// Names the tool where no web page can: informationUri must be an absolute URI, not necessarily a page (§3.19.17).
static constexpr const char* tool_guid = "5b0e4c62-7d53-4c0e-9a4e-3f1f6d2b8a71";

Json driver_json(const Json& tool, const std::vector<RuleText>& rules) {
  std::string home = text_of(tool, "home");
  Json list = Json::array();
  for (const RuleText& rule : rules) {
    Json json = rule_json(rule);
    if (!home.empty()) json["helpUri"] = home + "/checks/" + rule.name;
    list.push_back(std::move(json));
  }
  Json notifications = Json::array();
  notifications.push_back(notification_json("unit-coverage", "UnitCoverage",
                                            "A translation unit was not, or not wholly, analysed.",
                                            "What stands in it may have findings that this run cannot show."));
  notifications.push_back(notification_json("run-remark", "RunRemark",
                                            "Something that a reader of this run should know.",
                                            "It says how the run went, and does not change the results."));
  return Json{{"name", text_of(tool, "name")},
              {"guid", tool_guid},
              {"semanticVersion", text_of(tool, "version")},
              {"informationUri", home.empty() ? std::string("urn:uuid:") + tool_guid : home},
              {"rules", std::move(list)},
              {"notifications", std::move(notifications)}};
}

} // namespace plumbline
