// Work items. A finding is a place; an item is what somebody does in one go: the values that are frozen into one file,
// or what one check finds of one kind at one owner. So a report of hundreds of findings stays one of dozens of items.
#include "report/items.h"
#include "report/render.h"

#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace plumbline {

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

std::string about(const Json& finding, const std::string& text, const ViewOptions& options) {
  return filled(text, {{"subject", subject_of(finding, options.dialect)},
                       {"file", options.dialect.code(text_of(part_of(finding, "location"), "path"))},
                       {"value", options.dialect.text(text_of(finding, "value"))}});
}

bool in_english(const Words& words) {
  auto own = words.texts.find("messages_are_in_this_language");
  return own != words.texts.end() && *own == true;
}

std::string headline(const Json& finding, const ViewOptions& options) {
  std::string problem = in_english(options.words) ? "" : kind_words(options.words, finding, "problem");
  if (problem.empty()) return options.dialect.text(text_of(finding, "message"));
  return about(finding, problem, options);
}

std::string check_title(const Json& finding, const ViewOptions& options) {
  std::string check = text_of(finding, "check"), title = words_at(options.words, {"checks", check, "title"});
  for (const RuleText& rule : options.render.rules)
    if (title.empty() && rule.name == check) title = rule.title;
  return options.dialect.text(title.empty() ? rule_of(finding) : title);
}

std::string owner_of(const Item& item) {
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

Json row_view(const Item& item, const ViewOptions& options) {
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
