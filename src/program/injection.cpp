#include "program/injection.h"
#include "facts/words.h"

#include <algorithm>

namespace plumbline {

static std::string unit_word(std::int64_t tick) {
  switch (tick) {
  case nanosecond:
    return "ns";
  case microsecond:
    return "us";
  case millisecond:
    return "ms";
  case second:
    return "seconds";
  case minute:
    return "minutes";
  case hour:
    return "hours";
  default:
    return "";
  }
}

static std::int64_t tick_of(const Tunable& tunable) {
  if (tunable.constant.tick > 0) return tunable.constant.tick;
  return tunable.consumer.tick;
}

std::string proposed_field(const Tunable& tunable) {
  std::vector<std::string> words =
      words_of(tunable.named                     ? std::string_view(tunable.named->name)
               : !tunable.constant.macro.empty() ? std::string_view(tunable.constant.macro)
                                                 : std::string_view(tunable.consumer.name));
  while (!words.empty() &&
         (words.front() == "set" || words.front() == "default" || words.front() == "with" || words.front() == "get"))
    words.erase(words.begin());
  if (!words.empty() && unit_of_word(words.back())) words.pop_back();
  std::string name;
  for (const std::string& word : words) name += (name.empty() ? "" : "_") + word;
  bool verb = name.empty() || name == "sleep_for" || name == "wait_for" || name == "usleep" || name == "sleep" ||
              name == "nanosleep" || name == "poll" || name == "now" || name == "select";
  if (verb) { // the call says nothing about the purpose; the owner does
    std::size_t colon = tunable.owner.rfind("::");
    name.clear();
    for (const std::string& word :
         words_of(colon == std::string::npos ? std::string_view(tunable.owner)
                                             : std::string_view(tunable.owner).substr(colon + 2)))
      name += word + "_";
    name += tunable.consumer.role == "other" || tunable.consumer.role == "sleep" ? "interval" : tunable.consumer.role;
  }
  std::string unit = tunable.consumer.dimension == Dimension::duration ? unit_word(tick_of(tunable)) : "";
  return unit.empty() ? name : name + "_" + unit;
}

static std::string access(const EntityFact& variable) {
  bool pointer = variable.type.find('*') != std::string::npos || variable.type.find("_ptr<") != std::string::npos;
  return variable.name + (pointer ? "->" : ".");
}

// The first thing of config type that the function or its class can name.
static const EntityFact* visible_config(const Program& program, const Configuration& configuration, EntityId function,
                                        EntityId record, std::string& expression) {
  for (std::uint32_t member : program.members_of(function)) {
    const EntityFact& parameter = program.entities[member];
    if (parameter.kind == EntityKind::parameter && configuration.is_config_type(parameter.type_entity) &&
        !parameter.name.empty())
      return expression = access(parameter), program.entity(parameter.type_entity);
  }
  for (EntityId current = record; current != EntityId::none;) {
    for (std::uint32_t member : program.members_of(current)) {
      const EntityFact& field = program.entities[member];
      if (field.kind == EntityKind::field && configuration.is_config_type(field.type_entity))
        return expression = access(field), program.entity(field.type_entity);
    }
    EntityId next = EntityId::none;
    for (EntityId base : program.bases_of(current)) {
      if (configuration.is_config_type(base)) return expression = "", program.entity(base);
      if (next == EntityId::none) next = base;
    }
    current = next;
  }
  return nullptr;
}

// How many telling words two names share; units and fillers tell nothing.
static int shared_words(const std::vector<std::string>& wanted, const std::vector<std::string>& have) {
  int shared = 0;
  for (const std::string& word : have)
    if (!unit_of_word(word) && word != "max" && word != "default" && word != "time" && word != "the" &&
        std::find(wanted.begin(), wanted.end(), word) != wanted.end())
      ++shared;
  return shared;
}

// `std::chrono::seconds(5)` -> `std::chrono::seconds(config_.x)`, `5s` -> `config_.x`, `5000` -> `config_.x`.
static std::string rewritten_line(const ConstantFact& constant, const std::string& replacement,
                                  bool field_is_duration) {
  std::size_t at = constant.line.find(constant.text);
  if (at == std::string::npos || !constant.macro.empty()) return {};
  std::string value = replacement;
  std::size_t open = constant.text.find('('), close = constant.text.rfind(')');
  if (!field_is_duration && open != std::string::npos && close == constant.text.size() - 1 && open > 0)
    value = constant.text.substr(0, open + 1) + replacement + ")";
  else if (!field_is_duration && constant.tick > 0) {
    static constexpr std::pair<std::int64_t, std::string_view> units[] = {
        {nanosecond, "nanoseconds"}, {microsecond, "microseconds"}, {millisecond, "milliseconds"},
        {second, "seconds"},         {minute, "minutes"},           {hour, "hours"}};
    for (const std::pair<std::int64_t, std::string_view>& unit : units)
      if (unit.first == constant.tick) value = "std::chrono::" + std::string(unit.second) + "(" + replacement + ")";
  }
  std::string line = constant.line;
  line.replace(at, constant.text.size(), value);
  return line;
}

std::optional<ConfigInReach> config_in_reach(const Program& program, const Configuration& configuration,
                                             const Tunable& tunable) {
  std::string expression;
  const EntityFact* type = visible_config(program, configuration, tunable.function, tunable.record, expression);
  if (!type) return std::nullopt;
  ConfigInReach reach;
  reach.expression = expression;
  reach.type = type->qualified;
  std::string proposed = proposed_field(tunable);
  std::vector<std::string> wanted = words_of(proposed);
  for (std::string_view text :
       {std::string_view(tunable.owner), std::string_view(tunable.consumer.name), std::string_view(tunable.entity)})
    for (std::string& word : words_of(text)) wanted.push_back(std::move(word));
  const EntityFact* best = nullptr;
  int best_score = 0;
  for (std::uint32_t member : program.members_of(type->id)) {
    const EntityFact& field = program.entities[member];
    if (field.kind != EntityKind::field) continue;
    Meaning meaning = meaning_of(field.name, field.type_class);
    bool fits = field.type_class == TypeClass::duration ? tunable.consumer.dimension == Dimension::duration
                                                        : meaning.dimension == tunable.consumer.dimension;
    if (!fits) continue;
    int score = shared_words(wanted, words_of(field.name)) * 2 + (meaning.role == tunable.consumer.role ? 1 : 0);
    if (score > best_score) best = &field, best_score = score;
  }
  bool field_is_duration = false;
  if (best && best_score >= 4) {
    reach.field = best->name;
    reach.field_exists = true;
    field_is_duration = best->type_class == TypeClass::duration;
  } else {
    reach.field = proposed;
  }
  if (!tunable.named) reach.rewritten = rewritten_line(tunable.constant, expression + reach.field, field_is_duration);
  return reach;
}

} // namespace plumbline
