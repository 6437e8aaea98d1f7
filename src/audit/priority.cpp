#include "audit/priority.h"

#include "project/project.h"

#include <llvm/Support/ErrorHandling.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace plumbline {

struct KindWeight {
  std::string_view check, kind; // kind "": every other kind of the check
  int points;
  EffortHours effort; // of the first place
  std::string_view why;
};

static constexpr std::string_view frozen = "operators cannot change it without a release";
static constexpr std::string_view blocks = "nothing below it can be configured before this is";
static constexpr std::string_view hangs = "one bad peer or record stops the process";
static constexpr std::string_view wrong_state = "the program goes on from a state it should have refused";
static constexpr std::string_view structure = "it makes every later change dearer, but breaks nothing today";

// Points up to 14. Effort: moving one value to an existing settings class, with its test, takes an hour or two; a seam
// or a state model touches its callers; a cycle is cut at one place but needs a decision.
static constexpr KindWeight kind_weights[] = {
    {"hard-coded-duration", "", 8, {1, 2}, frozen},
    {"hard-coded-limit", "", 6, {1, 2}, frozen},
    {"missing-config-injection", "bypassed", 12, {0.5, 1}, "the setting exists and is silently ignored here"},
    {"missing-config-injection", "no-seam", 9, {2, 4}, blocks},
    {"missing-config-injection", "never-injected", 8, {1, 3}, blocks},
    {"unvalidated-config", "swallowed-parse", 10, {0.5, 1.5}, "a typing error in the settings runs with another value"},
    {"unvalidated-config", "unranged", 8, {0.5, 1}, "a zero or negative setting reaches the code"},
    {"unused-config", "", 3, {0.25, 1}, "users turn a knob that does nothing"},
    {"ambient-config-read", "", 3, {1, 2}, "tests and callers cannot set it"},
    {"unbounded-wait", "", 13, {1, 3}, hangs},
    {"unbounded-retry", "no-bound", 12, {1, 3}, hangs},
    {"unbounded-retry", "no-backoff", 7, {1, 2}, "it loads a service that is already failing"},
    {"unchecked-self-transition", "tolerated", 10, {1, 2}, wrong_state},
    {"unchecked-self-transition", "", 8, {1, 2}, wrong_state},
    {"state-guard-bypass", "", 11, {1, 3}, wrong_state},
    {"stuck-state", "dead-end", 11, {1, 4}, "what enters the state never finishes"},
    {"stuck-state", "unhandled", 8, {0.5, 1}, wrong_state},
    {"stuck-state", "unreachable", 3, {0.25, 1}, structure},
    {"unvalidated-dependency-cycle", "endless-walk", 14, {1, 3}, hangs},
    {"unvalidated-dependency-cycle", "endless-wait", 14, {1, 4}, hangs},
    {"unvalidated-dependency-cycle", "", 11, {2, 4}, hangs},
    {"ownership-cycle", "", 10, {0.5, 2}, "the memory is never freed"},
    {"layer-violation", "module-cycle", 7, {4, 16}, structure},
    {"layer-violation", "", 6, {1, 8}, structure},
    {"include-cycle", "", 4, {1, 4}, structure},
    {"suppression", "", 5, {0.25, 0.5}, "a suppression that suppresses nothing hides what the reader should know"},
};
static constexpr KindWeight other_kind = {"", "", 6, {1, 2}, "no weight is given for this check"};

static KindWeight weight_of(std::string_view check, std::string_view kind, const Settings& settings) {
  KindWeight weight = other_kind;
  for (const KindWeight& each : kind_weights) {
    if (each.check != check) continue;
    if (each.kind == kind || each.kind.empty()) weight = each;
    if (each.kind == kind) break;
  }
  auto setting = settings.checks.find(std::string(check));
  if (setting == settings.checks.end()) return weight;
  auto apply = [&](const KindSetting& chosen) {
    if (chosen.points) weight.points = *chosen.points;
    if (chosen.effort) weight.effort = *chosen.effort;
  };
  apply(setting->second.all_kinds);
  if (auto own = setting->second.kinds.find(std::string(kind)); own != setting->second.kinds.end()) apply(own->second);
  return weight;
}

struct RoleWeight {
  std::string_view role;
  int points;
  std::string_view why;
};

static constexpr RoleWeight role_weights[] = {
    {"timeout", 6, "too short fails good work, too long hides a dead peer, and networks differ"},
    {"deadline", 6, "too short fails good work, too long hides a dead peer, and networks differ"},
    {"ttl", 6, "decides how stale data may be"},
    {"interval", 5, "decides the load that the system makes"},
    {"backoff", 4, "decides how fast a failing service recovers"},
    {"wait", 4, "decides how long others stand still"},
    {"threshold", 3, "decides when somebody is alarmed"},
    {"sleep", 3, "decides latency where it stands"},
    {"clamp", 2, "only matters for settings beyond it"},
};

static constexpr int most_for_uses = 6, most_for_config = 5, most_for_module = 5;
static constexpr std::string_view more_places = "more places change with it";
static constexpr std::string_view setting_exists = "the setting exists already: one line to change";
static constexpr std::string_view setting_is_near = "the owner can already see configuration: little to change";
static constexpr std::string_view module_first = "the settings say that this module comes first";

static constexpr std::string_view changes_often = "the file changes often, and each change meets it";
static constexpr std::string_view is_young = "who wrote it still knows why";

static int points_of(const RoleWeight& role, const Settings& settings) {
  auto setting = settings.weights.roles.find(std::string(role.role));
  return setting == settings.weights.roles.end() ? role.points : setting->second;
}

// All, two thirds and one third of the most that the factor gives.
static int points_for_uses(int uses, int most) {
  return uses >= 10 ? most : uses >= 5 ? (most * 2 + 1) / 3 : uses >= 2 ? (most + 1) / 3 : 0;
}

static int points_for_commits(int commits, int most) {
  return commits >= 24 ? most : commits >= 12 ? (most * 2 + 1) / 3 : commits >= 4 ? (most + 1) / 3 : 0;
}
// A line is of this month, of this half year, of this year, or older.
enum class Age : std::uint8_t { month, half_year, year, older };

static Age age_of(int days) {
  return days < 30 ? Age::month : days < 180 ? Age::half_year : days < 365 ? Age::year : Age::older;
}

static int points_for_age(Age age, int most) {
  switch (age) {
  case Age::month:
    return most;
  case Age::half_year:
    return (most * 2 + 1) / 3;
  case Age::year:
    return (most + 1) / 3;
  case Age::older:
    return 0;
  }
  llvm_unreachable("no other age");
}

static int three_fifths(int most) { return (most * 3 + 2) / 5; }

std::vector<Factor> factors_of(const Finding& finding, const Settings& settings) {
  std::vector<Factor> factors;
  auto add = [&](const char* name, std::string value, int points, std::string_view why) {
    if (points > 0) factors.push_back({name, std::move(value), points, std::string(why)});
  };
  KindWeight weight = weight_of(finding.check, finding.kind, settings);
  add("kind", finding.check + "/" + finding.kind, weight.points, weight.why);
  for (const RoleWeight& role : role_weights)
    if (role.role == finding.role) add("role", finding.role, points_of(role, settings), role.why);
  add("uses", std::to_string(finding.uses) + " uses",
      points_for_uses(finding.uses, settings.weights.uses.value_or(most_for_uses)), more_places);
  if (finding.config_in_reach) {
    bool exists = finding.config_in_reach->field_exists;
    int most = settings.weights.config.value_or(most_for_config);
    add("config", finding.config_in_reach->field, exists ? most : three_fifths(most),
        exists ? setting_exists : setting_is_near);
  }
  const ModuleSetting* module = module_setting_of(settings, finding.place.path);
  if (module && module->priority && *module->priority != Priority::p2) {
    int most = settings.weights.module.value_or(most_for_module);
    add("module", module->name, *module->priority == Priority::p0 ? most : three_fifths(most), module_first);
  }
  if (finding.commits && settings.weights.churn)
    add("churn", std::to_string(*finding.commits) + " commits in a year",
        points_for_commits(*finding.commits, *settings.weights.churn), changes_often);
  if (finding.days && settings.weights.age)
    add("age", std::to_string(*finding.days) + " days", points_for_age(age_of(*finding.days), *settings.weights.age),
        is_young);
  return factors;
}

static int floor_of(Priority priority) { return priority == Priority::p0 ? 70 : priority == Priority::p1 ? 40 : 0; }
static int top_of(Priority priority) { return priority == Priority::p0 ? 100 : priority == Priority::p1 ? 69 : 39; }

int score_of(Priority priority, const std::vector<Factor>& factors) {
  int score = floor_of(priority);
  for (const Factor& factor : factors) score += factor.points;
  return std::min(score, top_of(priority));
}

Priority priority_of(const Finding& finding, const Settings& settings) {
  if (finding.scope == Scope::test) return Priority::p2;
  Priority priority = finding.priority;
  if (auto setting = settings.checks.find(finding.check); setting != settings.checks.end() && setting->second.priority)
    priority = *setting->second.priority;
  const ModuleSetting* module = module_setting_of(settings, finding.place.path);
  if (!module || !module->priority) return priority;
  // A module that comes first raises what is in it; one that can wait lets all of it wait.
  return *module->priority == Priority::p2 ? Priority::p2 : std::min(priority, *module->priority);
}

static double to_quarters(double hours) { return std::round(hours * 4) / 4; }

EffortHours effort_of(const Finding& finding, const Settings& settings) {
  EffortHours hours = weight_of(finding.check, finding.kind, settings).effort;
  bool tunable = finding.check == "hard-coded-duration" || finding.check == "hard-coded-limit";
  if (tunable && finding.config_in_reach)
    hours = finding.config_in_reach->field_exists ? EffortHours{0.25, 0.5} : EffortHours{0.5, 1};

  // Reading a further place costs minutes, changing a further file its review and build. Long traces are capped: nobody
  // edits the hundredth place by hand.
  std::set<std::pair<std::string_view, std::uint32_t>> lines{{finding.place.path, finding.place.line}};
  std::set<std::string_view> files{finding.place.path};
  for (const Evidence& step : finding.evidence) {
    lines.emplace(step.place.path, step.place.line);
    files.insert(step.place.path);
  }
  double more_lines = static_cast<double>(std::min<std::size_t>(lines.size() - 1, 40));
  double more_files = static_cast<double>(std::min<std::size_t>(files.size() - 1, 20));
  return {std::max(0.25, to_quarters(hours.low + 0.05 * more_lines + 0.25 * more_files)),
          std::max(0.25, to_quarters(hours.high + 0.1 * more_lines + 0.5 * more_files))};
}

void weigh(Finding& finding, const Settings& settings) {
  std::vector<Factor> counted = factors_of(finding, settings);
  finding.score = score_of(finding.priority, counted);
  finding.factors = {{"priority", std::string(name_of(finding.priority)), floor_of(finding.priority),
                      "every finding of a higher priority comes before every one of a lower"}};
  int sum = floor_of(finding.priority);
  for (Factor& factor : counted) {
    sum += factor.points;
    finding.factors.push_back(std::move(factor));
  }
  if (sum > finding.score)
    finding.factors.push_back({"band", std::string(name_of(finding.priority)), finding.score - sum,
                               "no score leaves the band of its priority"});
  finding.effort = effort_of(finding, settings);
}

std::vector<WeightLine> weights_of(std::string_view check, std::span<const std::string_view> kinds,
                                   const Settings& settings) {
  std::vector<WeightLine> lines;
  auto add = [&](const char* factor, std::string_view value, int points, std::string_view why) {
    lines.push_back({factor, std::string(value), points, std::nullopt, std::string(why)});
  };
  for (std::string_view kind : kinds) {
    KindWeight weight = weight_of(check, kind, settings);
    add("kind", kind, weight.points, weight.why);
    lines.back().effort = weight.effort;
  }
  for (const RoleWeight& role : role_weights) add("role", role.role, points_of(role, settings), role.why);
  int uses = settings.weights.uses.value_or(most_for_uses), config = settings.weights.config.value_or(most_for_config);
  int module = settings.weights.module.value_or(most_for_module);
  add("uses", "2 to 4", points_for_uses(2, uses), more_places);
  add("uses", "5 to 9", points_for_uses(5, uses), more_places);
  add("uses", "10 or more", points_for_uses(10, uses), more_places);
  add("config", "a field exists", config, setting_exists);
  add("config", "a field can be added", three_fifths(config), setting_is_near);
  add("module", "P0", module, module_first);
  add("module", "P1", three_fifths(module), module_first);
  if (const std::optional<int> most = settings.weights.churn) {
    add("churn", "4 to 11 commits in a year", points_for_commits(4, *most), changes_often);
    add("churn", "12 to 23", points_for_commits(12, *most), changes_often);
    add("churn", "24 or more", points_for_commits(24, *most), changes_often);
  }
  if (const std::optional<int> most = settings.weights.age) {
    add("age", "less than 30 days", points_for_age(Age::month, *most), is_young);
    add("age", "less than 180", points_for_age(Age::half_year, *most), is_young);
    add("age", "less than 365", points_for_age(Age::year, *most), is_young);
  }
  return lines;
}

} // namespace plumbline
