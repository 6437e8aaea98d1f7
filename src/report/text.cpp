// For terminals and for whatever reads compiler output: one line per finding in GCC's form
// (https://gcc.gnu.org/onlinedocs/gcc/Diagnostic-Message-Formatting-Options.html), so that Vim, Emacs, VS Code's $gcc
// matcher and CI servers find file, line and message. With `verbose` the evidence follows as notes, which they attach.
#include "report/escape.h"
#include "report/render.h"

#include <map>

namespace plumbline {

struct Style {
  bool color = false;
  std::string in(const char* code, const std::string& text) const {
    return color ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
  }
};

static constexpr const char* bold = "1";
static constexpr const char* faint = "2";
static constexpr const char* red = "1;31";
static constexpr const char* magenta = "1;35";
static constexpr const char* cyan = "1;36";

static std::string counted(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

static std::string place_text(const Json& location) {
  std::string place = printable_line(text_of(location, "path"));
  if (std::int64_t line = number_of(location, "line")) {
    place += ":" + std::to_string(line);
    if (std::int64_t column = number_of(location, "column")) place += ":" + std::to_string(column);
  }
  return place + ":";
}

static const char* color_of(const std::string& priority) {
  return priority == "P0" ? red : priority == "P1" ? magenta : cyan;
}

// Code that a suggestion ends with stays on its lines, further in.
static std::string indented(const std::string& suggestion) {
  std::string result;
  for (char c : printable_lines(suggestion)) result += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return result;
}

static void add_finding(std::string& out, const Json& finding, const RenderOptions& options, const Style& style) {
  std::string priority = text_of(finding, "priority");
  out += style.in(bold, place_text(part_of(finding, "location"))) + " " + style.in(color_of(priority), "warning:") +
         " " + priority + ": " + printable_line(text_of(finding, "message")) + " " +
         style.in(faint, "[" + text_of(finding, "check") + "/" + text_of(finding, "kind") + "]") + "\n";
  if (!options.verbose) return;
  for (const Json& step : part_of(finding, "evidence"))
    out += place_text(part_of(step, "location")) + " " + style.in(faint, "note:") + " " +
           printable_line(text_of(step, "message")) + "\n";
  if (std::string suggestion = text_of(finding, "suggestion"); !suggestion.empty())
    out += "  suggestion: " + indented(suggestion) + "\n";
  if (std::string rewritten = text_of(part_of(finding, "config_in_reach"), "rewritten"); !rewritten.empty())
    out += "  instead: " + printable_line(rewritten) + "\n";
}

static void add_counts(std::string& out, const Json& findings, const Style& style) {
  std::map<std::string, std::int64_t> by_priority, by_check, by_other_status;
  std::int64_t active = 0;
  for (const Json& finding : findings) {
    if (!is_active(finding)) {
      ++by_other_status[text_of(finding, "status")];
      continue;
    }
    ++active;
    ++by_priority[text_of(finding, "priority")];
    ++by_check[text_of(finding, "check")];
  }
  std::string priorities;
  for (const auto& [priority, count] : by_priority)
    priorities += (priorities.empty() ? "" : ", ") + priority + " " + std::to_string(count);
  out += style.in(bold, counted(active, "finding")) + (priorities.empty() ? "" : ": " + priorities);
  for (const auto& [status, count] : by_other_status) out += "; " + std::to_string(count) + " " + status;
  out += "\n";
  for (const auto& [check, count] : by_check) out += "  " + check + ": " + std::to_string(count) + "\n";
}

static void add_sites(std::string& out, const Json& sites) {
  std::int64_t total = number_of(sites, "total"), configured = number_of(sites, "configured");
  if (total == 0) return;
  out += "sites: configuration feeds " + std::to_string(configured) + " of " + std::to_string(total) + " (" +
         std::to_string(configured * 100 / total) + " %)\n";
}

static void add_coverage(std::string& out, const Json& coverage, const Style& style) {
  const Json& units = part_of(coverage, "units");
  std::int64_t clean = number_of(units, "analysed"), with_errors = number_of(units, "analysed_with_errors"),
               skipped = number_of(units, "skipped"), failed = number_of(units, "failed");
  out += "coverage: " + std::to_string(clean) + " of " +
         counted(clean + with_errors + skipped + failed, "translation unit") + " analysed";
  if (with_errors) out += ", " + std::to_string(with_errors) + " with errors";
  if (skipped) out += ", " + std::to_string(skipped) + " skipped";
  if (failed) out += ", " + std::to_string(failed) + " failed";
  out += "\n";
  for (const Json& problem : part_of(coverage, "problems")) {
    std::string state = text_of(problem, "state");
    std::string reason = printable_line(text_of(problem, "reason"));
    std::string path = "  " + printable_line(text_of(problem, "path")) + ": ";
    if (state == "analysed_with_errors")
      out += path + "analysed with " + counted(number_of(problem, "errors"), "error");
    else if (state != "analysed")
      out += path + state;
    if (state != "analysed") out += (reason.empty() ? "" : ": " + reason) + "\n";
    for (const Json& detail : part_of(problem, "details"))
      if (detail.is_string()) out += path + printable_line(detail.get<std::string>()) + "\n";
  }
  for (const Json& note : part_of(coverage, "notes"))
    if (note.is_string()) out += "note: " + printable_line(note.get<std::string>()) + "\n";
  auto incomplete = coverage.find("incomplete");
  if (incomplete != coverage.end() && incomplete->is_boolean() && incomplete->get<bool>())
    out += style.in(red, "This audit is incomplete: some of the program was not seen.") + "\n";
}

std::string render_text(const Json& model, const RenderOptions& options) {
  const Style style{options.color};
  std::string out;
  const Json& findings = part_of(model, "findings");
  for (const Json& finding : findings)
    if (is_active(finding) && !(options.only_new && text_of(finding, "status") == "open"))
      add_finding(out, finding, options, style);
  if (options.verbose)
    for (const Json& finding : findings) {
      if (text_of(finding, "status") != "suppressed") continue;
      const Json& suppression = part_of(finding, "suppression");
      std::string until = text_of(suppression, "until");
      out += place_text(part_of(finding, "location")) + " suppressed: " + printable_line(text_of(finding, "message")) +
             " [" + text_of(finding, "check") + "/" + text_of(finding, "kind") +
             "] because: " + printable_line(text_of(suppression, "reason")) +
             (until.empty() ? "" : " (until " + until + ")") + "\n";
    }
  if (!out.empty()) out += "\n";
  add_counts(out, findings, style);
  add_sites(out, part_of(model, "sites"));
  add_coverage(out, part_of(model, "coverage"), style);
  return out;
}

} // namespace plumbline
