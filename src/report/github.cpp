// Workflow commands: lines on standard output that GitHub Actions turns into annotations of the changed code
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message).
//
// GitHub keeps ten errors, ten warnings and ten notices of a step and drops the rest without a word, so the most
// important go first and the last notice says how many there was no room for.
#include "report/escape.h"
#include "report/render.h"

#include <map>

namespace plumbline {

static constexpr std::int64_t annotations_per_level = 10;

// As @actions/core escapes a command's data: %, and line ends, which would start another command.
static std::string data(const std::string& text) {
  std::string result;
  for (char c : printable_lines(text)) {
    if (c == '%')
      result += "%25";
    else if (c == '\n')
      result += "%0A";
    else if (c == '\r')
      result += "%0D";
    else
      result += c;
  }
  return result;
}

// A property's value also ends at a comma or colon.
static std::string property(const std::string& text) {
  std::string result;
  for (char c : data(text)) {
    if (c == ':')
      result += "%3A";
    else if (c == ',')
      result += "%2C";
    else
      result += c;
  }
  return result;
}

static std::string command(const std::string& level, const std::string& properties, const std::string& message) {
  return "::" + level + " " + properties + "::" + data(message) + "\n";
}

static std::string place_of(const Json& location) {
  std::string properties = "file=" + property(text_of(location, "path"));
  std::int64_t line = number_of(location, "line"), end_line = number_of(location, "end_line");
  if (line <= 0) return properties + ",";
  properties += ",line=" + std::to_string(line);
  if (end_line > line) return properties + ",endLine=" + std::to_string(end_line) + ",";
  // Columns only within one line: GitHub refuses them otherwise.
  if (std::int64_t column = number_of(location, "column"); column > 0) {
    properties += ",col=" + std::to_string(column);
    if (std::int64_t end = number_of(location, "end_column"); end > column)
      properties += ",endColumn=" + std::to_string(end);
  }
  return properties + ",";
}

static std::string message_of(const Json& finding) {
  std::string message = text_of(finding, "message");
  if (std::string suggestion = text_of(finding, "suggestion"); !suggestion.empty()) message += "\n" + suggestion;
  if (std::string rewritten = text_of(part_of(finding, "config_in_reach"), "rewritten"); !rewritten.empty())
    message += "\nInstead: " + rewritten;
  return message;
}

// What keeps the verdict from being green whatever the findings are: it takes errors' places first. The first units
// that were lost get a line each; GitHub shows ten errors in all.
static constexpr std::size_t named_units = 3;

static std::vector<std::string> about_the_run(const Json& model) {
  std::vector<std::string> commands;
  const Json& coverage = part_of(model, "coverage");
  if (flag_of(coverage, "incomplete")) {
    const std::int64_t failed = number_of(part_of(coverage, "units"), "failed");
    commands.push_back(command("error", "title=plumbline",
                               "The audit is incomplete: " + std::to_string(failed) + " translation " +
                                   (failed == 1 ? "unit" : "units") + " could not be analysed"));
    std::size_t named = 0;
    for (const Json& problem : part_of(coverage, "problems"))
      if (text_of(problem, "state") == "failed" && named++ < named_units)
        commands.push_back(command("error", "file=" + property(text_of(problem, "path")) + ",title=plumbline",
                                   text_of(problem, "path") + " could not be analysed: " + text_of(problem, "reason")));
  }
  std::string broken;
  for (const Json& rule : part_of(part_of(model, "gate"), "rules")) {
    if (!flag_of(rule, "broken")) continue;
    broken += (broken.empty() ? "" : ", ") + text_of(rule, "rule") + " (" + std::to_string(number_of(rule, "actual")) +
              ", allowed are " + std::to_string(number_of(rule, "limit")) + ")";
  }
  if (!broken.empty()) commands.push_back(command("error", "title=plumbline", "The gate is broken: " + broken));
  return commands;
}

std::string render_github(const Json& model) {
  std::string out;
  std::map<std::string, std::int64_t> used, left_out;
  for (const std::string& error : about_the_run(model)) {
    out += error;
    ++used["error"];
  }
  used["notice"] = 1; // kept for the last line
  for (const Json* finding : most_important_first(model)) {
    std::string priority = text_of(*finding, "priority");
    const char* level = priority == "P0" ? "error" : priority == "P1" ? "warning" : "notice";
    if (used[level] >= annotations_per_level) {
      ++left_out[priority];
      continue;
    }
    ++used[level];
    out += command(level,
                   place_of(part_of(*finding, "location")) + "title=" + property(priority + " " + rule_of(*finding)),
                   message_of(*finding));
  }
  std::string rest;
  for (const auto& [priority, count] : left_out)
    rest += (rest.empty() ? "" : ", ") + priority + " " + std::to_string(count);
  if (!rest.empty())
    out += command("notice", "title=plumbline", "More findings than GitHub shows of one step are left out: " + rest);
  return out;
}

} // namespace plumbline
