// Work items. A finding is a place; an item is what somebody does in one go: the values that are frozen into one file,
// or what one check finds of one kind at one owner. So a report of hundreds of findings stays one of dozens of items.
#include "audit/finding.h"
#include "report/render.h"
#include "report/source_lines.h"
#include "report/view.h"

#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace plumbline {

struct Item {
  std::vector<const Json*> findings; // the most important first; of a pair that is one thing, only the first
  std::map<const Json*, const Json*> also;
  std::size_t number = 0; // from 1, in the table's order
  double low = 0, high = 0, value = 0;
};

// Values and the seam that they lack are changed together.
static bool is_about_values(const Json& finding) {
  std::string check = text_of(finding, "check");
  return check == "hard-coded-duration" || check == "hard-coded-limit" || check == "missing-config-injection";
}

using ItemKey = std::vector<std::string>;

static ItemKey key_of(const Json& finding) {
  ItemKey key{text_of(finding, "priority"), text_of(finding, "scope"), text_of(part_of(finding, "location"), "path")};
  if (is_about_values(finding)) return key;
  for (const char* part : {"check", "kind", "owner"}) key.push_back(text_of(finding, part));
  return key;
}

static void finish(Item& item) {
  double score = 0;
  for (const Json* finding : item.findings) {
    double low = decimal_of(part_of(*finding, "effort"), "low"), high = decimal_of(part_of(*finding, "effort"), "high");
    if (auto pair = item.also.find(finding); pair != item.also.end()) {
      low = std::max(low, decimal_of(part_of(*pair->second, "effort"), "low"));
      high = std::max(high, decimal_of(part_of(*pair->second, "effort"), "high"));
    }
    item.low += low;
    item.high += high;
    score += static_cast<double>(number_of(*finding, "score"));
  }
  double mean = (item.low + item.high) / 2;
  item.value = mean > 0 ? score / mean : 0;
}

static std::vector<Item> items_of(const Json& model) {
  std::vector<Item> items;
  std::map<ItemKey, std::size_t> item_of_key;
  std::map<std::string, std::pair<std::size_t, const Json*>> shown; // by fingerprint
  for (const Json& finding : part_of(model, "findings")) {
    if (!is_active(finding)) continue;
    if (auto partner = shown.find(text_of(finding, "related")); partner != shown.end()) {
      if (items[partner->second.first].also.emplace(partner->second.second, &finding).second) continue;
    }
    auto [place, inserted] = item_of_key.emplace(key_of(finding), items.size());
    if (inserted) items.emplace_back();
    items[place->second].findings.push_back(&finding);
    if (std::string fingerprint = text_of(finding, "fingerprint"); !fingerprint.empty())
      shown.emplace(fingerprint, std::pair(place->second, &finding));
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].number = i + 1;
    finish(items[i]);
  }
  return items;
}

static std::string value_text(double value) {
  return value >= 10 ? std::to_string(std::llround(value)) : hours_text(std::round(value * 10) / 10);
}

// What a sentence about a finding is about: the entity, else its owner, else its place.
static std::string subject_of(const Json& finding, const Dialect& dialect) {
  for (const char* key : {"entity", "owner"})
    if (std::string name = text_of(finding, key); !name.empty()) return dialect.code(name);
  return place_text(part_of(finding, "location"), dialect);
}

// `text` is a sentence of ours with the finding's words to be put in.
static std::string about(const Json& finding, const std::string& text, const ViewOptions& options) {
  return filled(text, {{"subject", subject_of(finding, options.dialect)},
                       {"value", options.dialect.text(text_of(finding, "value"))}});
}

// What the judges say is in English.
static bool in_english(const Words& words) {
  auto own = words.texts.find("messages_are_in_this_language");
  return own != words.texts.end() && *own == true;
}

std::string headline(const Json& finding, const ViewOptions& options) {
  std::string problem = in_english(options.words) ? "" : kind_words(options.words, finding, "problem");
  if (problem.empty()) return options.dialect.text(text_of(finding, "message"));
  return about(finding, problem, options);
}

static std::string check_title(const Json& finding, const ViewOptions& options) {
  std::string check = text_of(finding, "check"), title = words_at(options.words, {"checks", check, "title"});
  for (const RuleText& rule : options.render.rules)
    if (title.empty() && rule.name == check) title = rule.title;
  return options.dialect.text(title.empty() ? rule_of(finding) : title);
}

// The one owner of all, or "".
static std::string owner_of(const Item& item) {
  std::string owner = text_of(*item.findings.front(), "owner");
  for (const Json* finding : item.findings)
    if (text_of(*finding, "owner") != owner) return "";
  return owner;
}

// The first few, each once and with how often it is there: "1 s ×2, 500 ms, …".
static std::string listed(const std::vector<std::string>& texts, const ViewOptions& options) {
  static constexpr std::size_t most = 5;
  std::vector<std::pair<std::string, std::size_t>> counted;
  for (const std::string& text : texts) {
    auto known = std::find_if(counted.begin(), counted.end(), [&](const auto& one) { return one.first == text; });
    if (known == counted.end())
      counted.emplace_back(text, 1);
    else
      ++known->second;
  }
  std::string list;
  for (std::size_t i = 0; i < counted.size() && i < most; ++i) {
    list += (i == 0 ? "" : words_at(options.words, {"group", "comma"})) + options.dialect.text(counted[i].first);
    if (counted[i].second > 1) list += " ×" + std::to_string(counted[i].second);
  }
  return counted.size() > most ? list + words_at(options.words, {"group", "and_more"}) : list;
}

static std::string title_of(const Item& item, const ViewOptions& options) {
  const Json& first = *item.findings.front();
  if (item.findings.size() == 1) return headline(first, options);
  std::vector<std::string> values, names;
  const Json* valued = nullptr; // the first with a value: with one only, the others are about its seam
  for (const Json* finding : item.findings) {
    if (std::string value = text_of(*finding, "value"); is_about_values(*finding) && !value.empty()) {
      values.push_back(value);
      if (!valued) valued = finding;
    }
    const std::string entity = text_of(*finding, "entity");
    const std::size_t scope = entity.rfind("::");
    names.push_back(scope == entity.npos ? entity : entity.substr(scope + 2));
  }
  std::string several = kind_words(options.words, first, "several");
  if (several.empty()) several = words_at(options.words, {"group", "others"});
  std::string title;
  if (values.size() > 1)
    title = filled(words_at(options.words, {"group", "values"}),
                   {{"count", std::to_string(values.size())}, {"values", listed(values, options)}});
  else if (valued)
    return headline(*valued, options);
  else
    title = filled(several, {{"count", std::to_string(item.findings.size())},
                             {"names", listed(names, options)},
                             {"title", check_title(first, options)}});
  std::string owner = owner_of(item);
  if (owner.empty()) return title;
  return filled(words_at(options.words, {"group", "of"}), {{"owner", options.dialect.code(owner)}, {"what", title}});
}

static std::string states_of(const Item& item, const ViewOptions& options) {
  std::map<std::string, int> counts;
  for (const Json* finding : item.findings) ++counts[text_of(*finding, "status")];
  std::string states;
  for (const auto& [status, count] : counts) {
    if (!states.empty()) states += words_at(options.words, {"group", "comma"});
    if (counts.size() > 1) states += std::to_string(count) + " ";
    states += options.dialect.text(word_for(options.words, "status", status));
  }
  return states;
}

// One to five, a star for each 20 points that were begun: what teams put into their own lists.
static std::string stars(std::int64_t score) {
  std::string text;
  for (std::int64_t points = 0; points < 100 && (points == 0 || points < score); points += 20) text += "★";
  return text;
}

static Json row_view(const Item& item, const ViewOptions& options) {
  const Json& first = *item.findings.front();
  std::string where = item.findings.size() == 1 ? place_text(part_of(first, "location"), options.dialect)
                                                : options.dialect.code(text_of(part_of(first, "location"), "path"));
  return Json{{"number", std::to_string(item.number)},
              {"title", title_of(item, options)},
              {"where", where},
              {"priority", options.dialect.text(text_of(first, "priority"))},
              {"effort", hours_range(item.low, item.high)},
              {"score", std::to_string(number_of(first, "score"))},
              {"stars", stars(number_of(first, "score"))},
              {"value", value_text(item.value)},
              {"status", states_of(item, options)},
              {"described", item.number <= options.described_items}};
}

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
  const Json& config = part_of(finding, "config_in_reach");
  std::string field = text_of(config, "field"), check = text_of(finding, "check");
  std::string key = flag_of(config, "field_exists") ? "existing" : field.empty() ? "seam" : "new";
  std::string owner = text_of(finding, "owner");
  if (key == "seam" && llvm::StringRef(text_of(finding, "suggestion")).ends_with(given_to_users)) key = "seam_of_all";
  bool own_words = check == "hard-coded-duration" || check == "hard-coded-limit";
  if (in_english(options.words) || !own_words || (key == "seam" && owner.empty())) {
    const std::string text = text_of(finding, "suggestion");
    return prose(text.substr(0, text.find('\n')), options.dialect);
  }
  return filled(words_at(options.words, {"suggest", key}),
                {{"field", options.dialect.code(field)},
                 {"type", options.dialect.code(text_of(config, "type"))},
                 {"owner", options.dialect.code(owner)},
                 {"value", options.dialect.text(text_of(finding, "value"))}});
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

static Json steps_view(const Item& item, const ViewOptions& options) {
  std::set<std::string> said;
  Json steps = Json::array();
  for (const Json* finding : item.findings)
    for (const std::string& step :
         is_test_constant(*finding) ? steps_at(options.words, {"test", "steps"}) : kind_steps(options.words, *finding))
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
      steps.push_back({{"number", std::to_string(steps.size() + 1)},
                       {"where", place_text(part_of(step, "location"), options.dialect)},
                       {"message", options.dialect.text(text_of(step, "message"))}});
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

static Json detail_view(const Item& item, const ViewOptions& options) {
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
  std::string title = headline(first, options), message = options.dialect.text(text_of(first, "message"));
  view["reported"] = or_null(single && title != message ? message : "");
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

static Json next_steps(const std::vector<Item>& items, const ViewOptions& options) {
  static constexpr std::size_t most_items = 15; // of a priority
  std::map<std::string, std::vector<const Item*>> by_priority;
  for (const Item& item : items) by_priority[text_of(*item.findings.front(), "priority")].push_back(&item);
  Json steps = Json::array();
  for (auto& [priority, list] : by_priority) {
    std::sort(list.begin(), list.end(), [](const Item* a, const Item* b) {
      return a->value != b->value ? a->value > b->value : a->number < b->number;
    });
    double low = 0, high = 0;
    Json rows = Json::array();
    for (const Item* item : list) {
      low += item->low;
      high += item->high;
      if (rows.size() < most_items) {
        rows.push_back(row_view(*item, options));
        rows.back()["order"] = std::to_string(rows.size());
      }
    }
    std::size_t more = list.size() - rows.size();
    steps.push_back({{"priority", options.dialect.text(priority)},
                     {"effort", hours_range(low, high)},
                     {"item_count", std::to_string(list.size())},
                     {"more", more > 0 ? Json(std::to_string(more)) : Json(nullptr)},
                     {"items", std::move(rows)}});
  }
  return steps;
}

struct Tally {
  std::int64_t count = 0;
  double low = 0, high = 0;
};

static void add_summary(Json& view, const std::vector<Item>& items, const ViewOptions& options) {
  std::map<std::string, Tally> by_priority{{"P0", {}}, {"P1", {}}, {"P2", {}}};
  Tally all;
  for (const Item& item : items)
    for (Tally* tally : {&all, &by_priority[text_of(*item.findings.front(), "priority")]}) {
      tally->count += static_cast<std::int64_t>(item.findings.size() + item.also.size());
      tally->low += item.low;
      tally->high += item.high;
    }
  Json priorities = Json::array();
  for (const auto& [priority, tally] : by_priority)
    priorities.push_back({{"priority", options.dialect.text(priority)},
                          {"count", std::to_string(tally.count)},
                          {"effort", hours_range(tally.low, tally.high)}});
  view["priorities"] = std::move(priorities);
  view["count"] = std::to_string(all.count);
  view["count_is_one"] = all.count == 1;
  view["item_count"] = std::to_string(items.size());
  view["item_count_is_one"] = items.size() == 1;
  view["effort"] = hours_range(all.low, all.high);
}

void add_items(Json& view, const Json& model, const ViewOptions& options) {
  std::vector<Item> items = items_of(model);
  add_summary(view, items, options);
  Json rows = Json::array(), details = Json::array();
  for (const Item& item : items) {
    if (rows.size() < options.listed_items) rows.push_back(row_view(item, options));
    if (item.number <= options.described_items) details.push_back(detail_view(item, options));
  }
  view["has_items"] = !items.empty();
  view["shown"] = std::to_string(details.size());
  view["rest"] = items.size() > details.size() ? Json(std::to_string(items.size() - details.size())) : Json(nullptr);
  view["left_out"] = items.size() > rows.size() ? Json(std::to_string(items.size() - rows.size())) : Json(nullptr);
  view["items"] = std::move(rows);
  view["has_details"] = !details.empty();
  view["details"] = std::move(details);
  view["next_steps"] = next_steps(items, options);
}

} // namespace plumbline
