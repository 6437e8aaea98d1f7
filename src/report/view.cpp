#include "report/view.h"

#include "report/flowchart.h"
#include "report/render.h"

#include <cmath>
#include <map>

namespace plumbline {

std::string hours_text(double value) {
  long long hundredths = std::llround(value * 100);
  std::string text = std::to_string(hundredths / 100);
  int rest = static_cast<int>(hundredths % 100);
  if (rest == 0) return text;
  text += "." + std::to_string(rest / 10);
  return rest % 10 == 0 ? text : text + std::to_string(rest % 10);
}

std::string hours_range(double low, double high) {
  if (high >= 10) low = std::round(low), high = std::round(high); // of days nobody counts the quarters of an hour
  return low == high ? hours_text(low) : hours_text(low) + "–" + hours_text(high);
}

double decimal_of(const Json& object, const char* key) {
  auto member = object.find(key);
  return member != object.end() && member->is_number() ? member->get<double>() : 0;
}

std::string percent_text(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "" : std::to_string(part * 100 / whole) + " %";
}

std::string share_text(const Json& object, const char* key) {
  auto member = object.find(key);
  if (member == object.end() || !member->is_number()) return "";
  // The small addition undoes what binary fractions take away: 0.29 * 100 is 28.999….
  return std::to_string(static_cast<int>(std::floor(member->get<double>() * 100 + 1e-9))) + " %";
}

Json or_null(std::string text) { return text.empty() ? Json(nullptr) : Json(std::move(text)); }

std::string prose(std::string_view text, const Dialect& dialect) {
  std::string result;
  while (true) {
    const std::size_t open = text.find('`');
    const std::size_t close = open == text.npos ? text.npos : text.find('`', open + 1);
    if (close == text.npos) return result + dialect.text(text);
    const std::string_view code = text.substr(open + 1, close - open - 1);
    result += dialect.text(text.substr(0, open));
    result += code.empty() ? dialect.text("``") : dialect.code(code);
    text.remove_prefix(close + 1);
  }
}

std::optional<std::string> in_own_words(std::string_view english, const ViewOptions& options) {
  const std::optional<std::string> own = translated(options.words.sentences, english);
  return own ? std::optional(prose(*own, options.dialect)) : std::nullopt;
}

std::string in_some_words(std::string_view english, const ViewOptions& options) {
  return in_own_words(english, options).value_or(options.dialect.text(english));
}

std::string place_text(const Json& location, const Dialect& dialect) {
  std::string where = text_of(location, "path");
  if (std::int64_t line = number_of(location, "line")) where += ":" + std::to_string(line);
  return dialect.code(where);
}

static void add_coverage(Json& view, const Json& coverage, const ViewOptions& options) {
  const Dialect& dialect = options.dialect;
  Json units = Json::object(), problems = Json::array(), notes = Json::array();
  std::int64_t all = 0, left_out = 0;
  for (const char* state : {"analysed", "analysed_with_errors", "skipped", "failed"}) {
    std::int64_t count = number_of(part_of(coverage, "units"), state);
    units[state] = std::to_string(count);
    all += count;
  }
  std::int64_t seen =
      number_of(part_of(coverage, "units"), "analysed") + number_of(part_of(coverage, "units"), "analysed_with_errors");
  units["seen"] = std::to_string(seen);
  units["all"] = std::to_string(all);
  units["whole"] = seen == all && number_of(part_of(coverage, "units"), "analysed_with_errors") == 0;
  for (const Json& problem : part_of(coverage, "problems")) {
    std::string state = text_of(problem, "state"), reason = text_of(problem, "reason");
    if (!reason.empty()) reason = in_some_words(reason, options);
    std::int64_t errors = number_of(problem, "errors");
    std::string ended = dialect.text(word_for(options.words, "unit", state));
    if (errors > 0) ended += " (" + std::to_string(errors) + ")";
    for (const Json& detail : part_of(problem, "details"))
      if (detail.is_string())
        reason += (reason.empty() ? "" : words_at(options.words, {"text", "semicolon"})) +
                  in_some_words(detail.get<std::string>(), options);
    if (problems.size() == options.listed_units) {
      ++left_out;
      continue;
    }
    problems.push_back({{"path", dialect.code(text_of(problem, "path"))}, {"state", ended}, {"reason", reason}});
  }
  view["units_left_out"] = left_out > 0 ? Json(std::to_string(left_out)) : Json(nullptr);
  for (const Json& note : part_of(coverage, "notes"))
    if (note.is_string()) notes.push_back({{"note", in_some_words(note.get<std::string>(), options)}});
  view["incomplete"] = flag_of(coverage, "incomplete");
  view["units"] = std::move(units);
  view["has_unit_problems"] = !problems.empty();
  view["unit_problems"] = std::move(problems);
  view["has_notes"] = !notes.empty();
  view["notes"] = std::move(notes);
}

static void add_gate(Json& view, const Json& gate, const Dialect& dialect) {
  Json rules = Json::array();
  for (const Json& rule : part_of(gate, "rules"))
    if (flag_of(rule, "broken"))
      rules.push_back({{"rule", dialect.code(text_of(rule, "rule"))},
                       {"actual", std::to_string(number_of(rule, "actual"))},
                       {"limit", std::to_string(number_of(rule, "limit"))}});
  auto passed = gate.find("passed");
  bool judged = passed != gate.end() && passed->is_boolean();
  view["gate_passed"] = judged && *passed == true;
  view["gate_broken"] = judged && *passed == false;
  view["broken_rules"] = std::move(rules);
}

// Findings that ask for no work, by what became of them.
static void add_inactive(Json& view, const Json& model, const ViewOptions& options) {
  const Dialect& dialect = options.dialect;
  std::map<std::string, Json> lists;
  for (const char* status : {"suppressed", "accepted", "unknown", "fixed"}) lists[status] = Json::array();
  for (const Json& finding : part_of(model, "findings")) {
    auto list = lists.find(text_of(finding, "status"));
    if (list == lists.end()) continue;
    const Json& suppression = part_of(finding, "suppression");
    list->second.push_back({{"where", place_text(part_of(finding, "location"), dialect)},
                            {"check", dialect.code(rule_of(finding))},
                            {"problem", headline(finding, options)},
                            {"reason", dialect.text(text_of(suppression, "reason"))},
                            {"by", dialect.text(text_of(suppression, "by"))},
                            {"until", dialect.text(text_of(suppression, "until"))}});
  }
  view["has_appendix"] = false;
  for (auto& [status, list] : lists) {
    view["has_" + status] = !list.empty();
    if (!list.empty()) view["has_appendix"] = true;
    view[status] = std::move(list);
  }
}

// Pictures of machines; more would make a document that code hosts refuse to render.
static constexpr std::size_t drawn_machines = 25;

// Machines with findings first, then by name; those beyond the limit stand in the JSON only. Their Mermaid text is made
// and escaped where the machines are known.
static void add_machines(Json& view, const Json& machines, const Dialect& dialect) {
  std::vector<std::pair<bool, const Json*>> order;
  for (const Json& machine : machines) {
    bool clean = true;
    for (const char* part : {"states", "transitions"})
      for (const Json& one : part_of(machine, part)) clean &= text_of(one, "finding").empty();
    order.emplace_back(clean, &machine);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : text_of(*a.second, "name") < text_of(*b.second, "name");
  });
  Json list = Json::array();
  for (const auto& [clean, machine] : order) {
    if (list.size() == drawn_machines) break;
    list.push_back({{"name", or_null(dialect.code(text_of(*machine, "name")))},
                    {"where", place_text(part_of(*machine, "location"), dialect)},
                    {"states", std::to_string(part_of(*machine, "states").size())},
                    {"transitions", std::to_string(part_of(*machine, "transitions").size())},
                    {"diagram", dialect.block(text_of(*machine, "mermaid"), "mermaid")}});
  }
  view["has_machines"] = !list.empty();
  view["machines_rest"] = order.size() > list.size() ? Json(std::to_string(order.size() - list.size())) : Json(nullptr);
  view["machines"] = std::move(list);
}

static void add_graphs(Json& view, const Json& graphs, const Dialect& dialect) {
  Json list = Json::array();
  for (const Json& graph : graphs) {
    std::size_t left_out = 0;
    std::string chart = flowchart(graph, left_out);
    list.push_back({{"diagram", dialect.block(chart, "mermaid")},
                    {"left_out", left_out > 0 ? Json(std::to_string(left_out)) : Json(nullptr)}});
  }
  view["has_graphs"] = !list.empty();
  view["graphs"] = std::move(list);
}

Json page_view(const Json& model, const ViewOptions& options) {
  Json view = Json::object();
  const Json& tool = part_of(model, "tool");
  view["tool"] = options.dialect.text(text_of(tool, "name"));
  view["version"] = options.dialect.text(text_of(tool, "version"));
  view["language"] = options.dialect.text(options.words.language);
  view["has_baseline"] = has_baseline(model);
  add_items(view, model, options);
  add_coverage(view, part_of(model, "coverage"), options);
  add_gate(view, part_of(model, "gate"), options.dialect);
  add_progress(view, model, options);
  add_inactive(view, model, options);
  add_machines(view, part_of(model, "machines"), options.dialect);
  add_graphs(view, part_of(model, "graphs"), options.dialect);
  return view;
}

} // namespace plumbline
