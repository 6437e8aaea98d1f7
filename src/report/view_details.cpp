// What a report says about a work item: its places, why it matters, what to change, how to check it off.
#include "audit/finding.h"
#include "report/items.h"
#include "report/render.h"
#include "report/source_lines.h"

#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <set>

namespace plumbline {

static std::string line_of(const Json& location) {
  std::int64_t line = number_of(location, "line");
  return line > 0 ? std::to_string(line) : "–";
}

// The line that the finding begins in.
static std::string line_text(const Json& finding, const ViewOptions& options) {
  if (std::string text = text_of(finding, "line_text"); !text.empty()) return text;
  const Json& location = part_of(finding, "location");
  const std::size_t line = static_cast<std::size_t>(number_of(location, "line"));
  if (options.render.read_source && line > 0)
    if (std::optional<std::string> source = options.render.read_source(text_of(location, "path")))
      if (std::optional<std::string_view> found = nth_line(*source, line)) return llvm::StringRef(*found).trim().str();
  return text_of(finding, "source");
}

// The line as it was reported, or with the source at hand all lines of the finding and one on each side, without the
// indentation that they share.
static std::string snippet_of(const Json& finding, const ViewOptions& options) {
  static constexpr std::int64_t most_lines = 8;
  const Json& location = part_of(finding, "location");
  std::int64_t line = number_of(location, "line"), end_line = std::max(line, number_of(location, "end_line"));
  std::optional<std::string> source;
  if (options.render.read_source && line > 0) source = options.render.read_source(text_of(location, "path"));
  if (source) {
    std::vector<std::string_view> lines = split_lines(*source);
    std::int64_t count = static_cast<std::int64_t>(lines.size());
    std::int64_t first = std::max<std::int64_t>(1, line - 1), last = std::min({count, end_line + 1, line + most_lines});
    std::size_t indent = std::string::npos;
    for (std::int64_t at = first; at <= last; ++at)
      indent = std::min(indent, lines[static_cast<std::size_t>(at - 1)].find_first_not_of(" \t"));
    std::string text;
    if (line <= count)
      for (std::int64_t at = first; at <= last; ++at) {
        std::string_view shown = lines[static_cast<std::size_t>(at - 1)];
        text += std::string(shown.substr(std::min(indent, shown.size()))) + "\n";
      }
    if (!text.empty()) return text;
  }
  return line_text(finding, options);
}

static std::string shortened(const std::string& text) {
  static constexpr std::size_t most_bytes = 120;
  if (text.size() <= most_bytes) return text;
  std::size_t end = most_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end; // not within a character
  return text.substr(0, end) + "…";
}

static Json places_view(const Item& item, const ViewOptions& options) {
  Json places = Json::array();
  for (const Json* finding : item.findings) {
    const Json& config = part_of(*finding, "config_in_reach");
    std::string setting = text_of(config, "access");
    if (setting.empty()) setting = text_of(config, "field");
    bool exists = flag_of(config, "field_exists");
    const std::string role = text_of(*finding, "role");
    auto also = item.also.find(finding);
    places.push_back(
        {{"line", line_of(part_of(*finding, "location"))},
         {"code", options.dialect.code(shortened(line_text(*finding, options)))},
         {"value", options.dialect.text(text_of(*finding, "value"))},
         {"role", role.empty() || role == "other" ? "–" : options.dialect.text(word_for(options.words, "role", role))},
         {"setting", or_null(options.dialect.code(setting))},
         {"exists", exists},
         {"to_add", !setting.empty() && !exists},
         {"rule", options.dialect.code(rule_of(*finding))},
         {"also_rule", or_null(also == item.also.end() ? "" : options.dialect.code(rule_of(*also->second)))},
         {"status", options.dialect.text(word_for(options.words, "status", text_of(*finding, "status")))}});
  }
  return places;
}

// Constants in tests are nobody's settings: other reasons, and another way out.
static bool is_test_constant(const Json& finding) {
  return text_of(finding, "scope") == "test" && llvm::StringRef(text_of(finding, "check")).starts_with("hard-coded-");
}

// Why it matters, once for each kind among the findings.
static Json problems_view(const Item& item, const ViewOptions& options) {
  std::vector<const Json*> all;
  for (const Json* finding : item.findings) {
    all.push_back(finding);
    if (auto also = item.also.find(finding); also != item.also.end()) all.push_back(also->second);
  }
  std::set<std::string> said;
  Json problems = Json::array();
  for (const Json* finding : all) {
    std::string why = is_test_constant(*finding) ? words_at(options.words, {"test", "why"})
                                                 : kind_words(options.words, *finding, "why");
    if (why.empty() || !said.insert(why).second) continue;
    bool named = item.findings.size() > 1 && !is_test_constant(*finding);
    problems.push_back({{"what", or_null(named ? check_title(*finding, options) : "")}, {"why", why}});
  }
  return problems;
}

static std::string difference_of(const Item& item) {
  std::string text;
  for (const Json* finding : item.findings) {
    if (is_test_constant(*finding)) continue;
    std::string rewritten = text_of(part_of(*finding, "config_in_reach"), "rewritten");
    std::string line = text_of(*finding, "line_text");
    if (rewritten.empty()) continue;
    const Json& location = part_of(*finding, "location");
    text += "@@ " + text_of(location, "path") + ":" + line_of(location) + " @@\n";
    auto add = [&](char sign, const std::string& lines) {
      for (std::string_view each : split_lines(lines)) text += sign + (" " + std::string(each)) + "\n";
    };
    if (!line.empty()) add('-', line);
    add('+', rewritten);
  }
  return text;
}

// The prose of a suggestion; code that it ends with stands on lines of its own, see code_of.
static std::string suggestion_of(const Json& finding, const ViewOptions& options) {
  std::string text = text_of(finding, "suggestion");
  text.resize(std::min(text.size(), text.find('\n')));
  return in_own_words(text, options).value_or(prose(text, options.dialect));
}

// What a suggestion says after its first line.
static std::string code_of(const Json& finding, const ViewOptions& options) {
  const std::string text = text_of(finding, "suggestion");
  const std::size_t end = text.find('\n');
  return end == std::string::npos ? "" : options.dialect.block(text.substr(end + 1), "cpp");
}

static Json suggestions_view(const Item& item, const ViewOptions& options) {
  Json suggestions = Json::array();
  if (std::any_of(item.findings.begin(), item.findings.end(),
                  [](const Json* finding) { return is_test_constant(*finding); }))
    suggestions.push_back(
        {{"line", nullptr}, {"text", words_at(options.words, {"test", "suggest"})}, {"code", nullptr}});
  for (const Json* finding : item.findings) {
    if (is_test_constant(*finding)) continue;
    std::string text = suggestion_of(*finding, options);
    if (text.empty()) continue;
    bool several = item.findings.size() > 1;
    suggestions.push_back({{"line", several ? Json(line_of(part_of(*finding, "location"))) : Json(nullptr)},
                           {"text", text},
                           {"code", or_null(code_of(*finding, options))}});
  }
  return suggestions;
}

static std::vector<std::string> steps_of(const Json& finding, const ViewOptions& options) {
  if (is_test_constant(finding)) return steps_at(options.words, {"test", "steps"});
  const bool has_setting = flag_of(part_of(finding, "config_in_reach"), "field_exists");
  if (has_setting && llvm::StringRef(text_of(finding, "check")).starts_with("hard-coded-"))
    return steps_at(options.words, {"suggest", "existing_steps"});
  return kind_steps(options.words, finding);
}

static Json steps_view(const Item& item, const ViewOptions& options) {
  std::set<std::string> said;
  Json steps = Json::array();
  for (const Json* finding : item.findings)
    for (const std::string& step : steps_of(*finding, options))
      if (said.insert(step).second) steps.push_back({{"step", about(*finding, step, options)}});
  return steps;
}

// Traces that say more than the place itself does.
static Json evidence_view(const Item& item, const ViewOptions& options) {
  static constexpr std::size_t most_steps = 20;
  Json traces = Json::array();
  for (const Json* finding : item.findings) {
    const Json& evidence = part_of(*finding, "evidence");
    const Json& place = part_of(*finding, "location");
    if (evidence.empty() ||
        (evidence.size() == 1 && item.findings.size() > 1 && part_of(evidence[0], "location") == place))
      continue;
    Json steps = Json::array();
    for (const Json& step : evidence) {
      if (steps.size() == most_steps) break;
      const std::string message = text_of(step, "message");
      const std::optional<std::string> own = in_own_words(message, options);
      steps.push_back({{"number", std::to_string(steps.size() + 1)},
                       {"where", place_text(part_of(step, "location"), options.dialect)},
                       {"message", own.value_or(options.dialect.text(message))},
                       {"translated", own.has_value()}});
    }
    std::size_t more = evidence.size() - steps.size();
    traces.push_back({{"of", item.findings.size() > 1 ? Json(place_text(place, options.dialect)) : Json(nullptr)},
                      {"steps", std::move(steps)},
                      {"more", more > 0 ? Json(std::to_string(more)) : Json(nullptr)}});
  }
  return traces;
}

// How the score came about: of the finding that the item's score is of.
static Json factors_view(const Json& finding, const ViewOptions& options) {
  Json factors = Json::array();
  for (const Json& factor : part_of(finding, "factors")) {
    std::int64_t points = number_of(factor, "points");
    std::string name = text_of(factor, "name"), value = text_of(factor, "value");
    if (name == "role") value = word_for(options.words, "role", value);
    bool told = name == "role" || name == "module" || name == "priority";
    factors.push_back({{"sign", factors.empty() ? ""
                                : points < 0    ? " − "
                                                : " + "},
                       {"points", std::to_string(std::abs(points))},
                       {"name", options.dialect.text(word_for(options.words, "factor", name))},
                       {"of", or_null(told ? options.dialect.text(value) : "")}});
  }
  return factors;
}

Json detail_view(const Item& item, const ViewOptions& options) {
  const Json& first = *item.findings.front();
  bool single = item.findings.size() == 1;
  Json view = row_view(item, options);
  std::string rules;
  std::set<std::string> said;
  for (const Json* finding : item.findings)
    if (std::string rule = rule_of(*finding); said.insert(rule).second)
      rules += (rules.empty() ? "" : ", ") + options.dialect.code(rule);
  view["rules"] = rules;
  view["owner"] = or_null(options.dialect.code(owner_of(item)));
  view["module"] = or_null(options.dialect.text(text_of(first, "module")));
  view["test"] = text_of(first, "scope") == "test";
  view["code"] = or_null(single ? options.dialect.block(snippet_of(first, options), "cpp") : "");
  std::string title = headline(first, options), message = text_of(first, "message");
  if (!message.ends_with('.')) message += '.'; // here it is a sentence by itself
  const std::optional<std::string> own = in_own_words(message, options);
  if (!own) message = text_of(first, "message");
  const std::string reported = own.value_or(options.dialect.text(message));
  view["reported"] = or_null(single && title != reported ? reported : "");
  view["translated"] = own.has_value();
  view["also"] = Json::array();
  if (auto also = item.also.find(&first); single && also != item.also.end())
    view["also"].push_back(
        {{"rule", options.dialect.code(rule_of(*also->second))}, {"message", headline(*also->second, options)}});
  auto add_list = [&](const char* has, const char* name, Json list) {
    view[has] = !list.empty();
    view[name] = std::move(list);
  };
  add_list("has_places", "places", single ? Json::array() : places_view(item, options));
  Json problems = problems_view(item, options);
  view["one_problem"] = problems.size() == 1;
  add_list("has_problems", "problems", std::move(problems));
  add_list("has_suggestions", "suggestions", suggestions_view(item, options));
  view["difference"] = or_null(options.dialect.block(difference_of(item), "diff"));
  view["has_change"] = view["has_suggestions"] == true || !view["difference"].is_null();
  add_list("has_steps", "steps", steps_view(item, options));
  add_list("has_evidence", "evidence", evidence_view(item, options));
  add_list("has_factors", "factors", factors_view(first, options));
  return view;
}

} // namespace plumbline
