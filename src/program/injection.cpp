#include "program/injection.h"
#include "facts/words.h"
#include "program/config_types.h"
#include "program/field_names.h"

#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <cctype>
#include <unordered_set>

namespace plumbline {

static std::string access(const EntityFact& variable) {
  bool pointer = variable.type.find('*') != std::string::npos || variable.type.find("_ptr<") != std::string::npos;
  return variable.name + (pointer ? "->" : ".");
}

namespace {
struct VisibleConfig {
  std::string expression; // "config_.", "options->"; "" for what the code is part of, and its bases
  const EntityFact* type;
};
} // namespace

// What the function or its class can name that is of config type, closest first.
static std::vector<VisibleConfig> visible_configs(const Program& program, EntityId function, EntityId record) {
  std::vector<VisibleConfig> visible;
  const auto add = [&](std::string expression, EntityId id) {
    const EntityFact* type = program.configuration->is_config_type(id) ? program.entity(id) : nullptr;
    if (type && takes_settings(program, *type)) visible.push_back({std::move(expression), type});
    return type != nullptr;
  };
  for (std::uint32_t member : program.members_of(function)) {
    const EntityFact& parameter = program.entities[member];
    if (parameter.kind == EntityKind::parameter && !parameter.name.empty())
      add(access(parameter), parameter.type_entity);
  }
  add("", record);
  std::unordered_set<EntityId> visited; // two units can disagree about a class, and make a ring of bases
  for (EntityId current = record; current != EntityId::none && visited.insert(current).second;) {
    for (std::uint32_t member : program.members_of(current)) {
      const EntityFact& field = program.entities[member];
      if (field.kind == EntityKind::field) add(access(field), field.type_entity);
    }
    EntityId next = EntityId::none;
    for (EntityId base : program.bases_of(current))
      if (!add("", base) && next == EntityId::none) next = base;
    current = next;
  }
  // Through what a function is given, or has got: rk->rk_conf, context.config.
  for (std::uint32_t member : program.members_of(function)) {
    const EntityFact& object = program.entities[member];
    const bool is_object = object.kind == EntityKind::parameter || object.has(is_local);
    if (!is_object || object.name.empty() || object.has(is_plural_type) ||
        program.configuration->is_config_type(object.type_entity))
      continue;
    for (std::uint32_t index : program.members_of(object.type_entity)) {
      const EntityFact& field = program.entities[index];
      if (field.kind == EntityKind::field && field.has(is_public))
        add(access(object) + access(field), field.type_entity);
    }
  }
  return visible;
}

// How many telling words two names share; units, fillers and the letters of a notation (iSndSize) tell nothing.
static int shared_words(const std::vector<std::string>& wanted, const std::vector<std::string>& have) {
  int shared = 0;
  for (const std::string& word : have)
    if (!unit_of_word(word) && word.size() > 1 && word != "max" && word != "num" && word != "default" &&
        word != "time" && word != "the" && word != "limit" &&
        std::find(wanted.begin(), wanted.end(), word) != wanted.end())
      ++shared;
  return shared;
}

// Where `text` stands in `line` as a whole token, if exactly once.
static std::size_t only_place(std::string_view line, std::string_view text) {
  std::size_t found = std::string_view::npos;
  auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
  for (std::size_t at = line.find(text); at != std::string_view::npos; at = line.find(text, at + 1)) {
    bool before = at > 0 && is_word(line[at - 1]) && is_word(text.front());
    bool after = at + text.size() < line.size() && is_word(line[at + text.size()]) && is_word(text.back());
    if (before || after) continue;
    if (found != std::string_view::npos) return std::string_view::npos;
    found = at;
  }
  return found;
}

// The line with the constant replaced: `std::chrono::seconds(5)` -> `std::chrono::seconds(config_.x_seconds)`, `5s` ->
// `config_.x`, `5000` -> `config_.x_ms`. Empty where the result would mean another span or would not compile.
static std::string rewritten_line(const Tunable& tunable, const std::string& replacement, bool field_is_duration,
                                  std::int64_t field_unit) {
  const ConstantFact& constant = tunable.constant;
  std::size_t at = only_place(constant.line, constant.text);
  if (at == std::string::npos || !constant.macro.empty()) return {};
  std::string value = replacement;
  if (constant.tick == 0) { // a plain number
    std::int64_t wanted = tunable.consumer.tick;
    if (field_is_duration || (wanted && field_unit && wanted != field_unit)) return {};
  } else if (!field_is_duration) {
    std::size_t open = constant.text.find('(');
    bool one_number = open != std::string::npos && constant.text.find('(', open + 1) == std::string::npos &&
                      constant.text.back() == ')' &&
                      constant.text.find_first_not_of("0123456789'.", open + 1) == constant.text.size() - 1;
    std::int64_t unit = field_unit ? field_unit : constant.tick;
    if (one_number && unit == constant.tick)
      value = constant.text.substr(0, open + 1) + replacement + ")";
    else if (!chrono_type(unit).empty() &&
             (constant.text.find("chrono") != std::string::npos || open == std::string::npos))
      value = std::string(chrono_type(unit)) + "(" + replacement + ")";
    else
      return {};
  }
  std::string line = constant.line;
  line.replace(at, constant.text.size(), value);
  return line;
}

static std::vector<std::string> telling_words(const Program& program, const Tunable& tunable,
                                              const std::string& proposed) {
  std::vector<std::string> words = words_of(proposed);
  for (std::string_view text :
       {std::string_view(tunable.owner), std::string_view(tunable.consumer.name), std::string_view(tunable.entity)})
    for (std::string& word : words_of(text)) words.push_back(std::move(word));
  for (std::string& word : compared_words(tunable)) words.push_back(std::move(word));
  if (const EntityFact* function = program.entity(tunable.function))
    for (std::string& word : words_of(function->name)) words.push_back(std::move(word));
  return words;
}

// A deadline is made of a span: what `lease_until = now + 900` wants is the lease's TTL, or its timeout.
static bool is_span_of_deadline(const Tunable& tunable, std::string_view role) {
  return tunable.consumer.role == "deadline" && (role == "ttl" || role == "timeout");
}

// How well a field would hold the value: 0 not at all, from `good_fit` on it is meant for it. `wanted` are the words of
// the value and of the code around it, `own` those of the value's name.
static constexpr int good_fit = 8;
static int fit(const EntityFact& field, const Tunable& tunable, const std::vector<std::string>& wanted,
               const std::vector<std::string>& own, const std::string& bound) {
  if (field.kind != EntityKind::field || field.id == tunable.consumer.node) return 0;
  // What bounds a field is another field, which says so; never its neighbour.
  if (!bound.empty() && !field.name.starts_with(bound.substr(0, 3))) return 0;
  Meaning meaning = meaning_of(field.name, field.type_class);
  bool fits = field.type_class == TypeClass::duration ? tunable.consumer.dimension == Dimension::duration
                                                      : meaning.dimension == tunable.consumer.dimension;
  if (!fits) return 0;
  std::vector<std::string> have = words_of(field.name);
  const bool makes_deadline = is_span_of_deadline(tunable, meaning.role);
  if (makes_deadline) // its noun is another one, and says as much
    std::erase_if(have, [&](const std::string& word) {
      return meaning_of(word, field.type_class).role == meaning.role &&
             std::find(wanted.begin(), wanted.end(), word) == wanted.end();
    });
  int shared = shared_words(wanted, have);
  bool complete = shared > 0 && shared == shared_words(have, have); // every telling word of the field
  // A field that speaks of something else as well is another's (metadata_request_timeout_ms for the timeout of a
  // token), unless the value's own name, not just the function around it, says nearly all of it.
  const bool nearly = shared >= 3 || (meaning.role == tunable.consumer.role && shared_words(own, have) >= 2);
  if (!complete && !nearly) return 0;
  return shared * 4 + (complete ? 4 : 0) + (meaning.role == tunable.consumer.role || makes_deadline ? 2 : 0) +
         (meaning.tick && meaning.tick == tick_of(tunable) ? 1 : 0);
}

std::optional<ConfigInReach> config_in_reach(const Program& program, const Tunable& tunable) {
  const std::string proposed = proposed_field(tunable), bound = bound_field(tunable);
  const std::vector<std::string> wanted = telling_words(program, tunable, proposed), own = words_of(proposed);
  const std::vector<VisibleConfig> visible = visible_configs(program, tunable.function, tunable.record);
  const VisibleConfig* config = nullptr;
  const EntityFact* best = nullptr;
  int best_fit = good_fit - 1;
  for (const VisibleConfig& candidate : visible)
    for (std::uint32_t member : program.members_of(candidate.type->id)) {
      const EntityFact& field = program.entities[member];
      if (int fits = fit(field, tunable, wanted, own, bound); fits > best_fit)
        config = &candidate, best = &field, best_fit = fits;
    }
  // A new field can only be added to a type of our own; best where its like already are.
  for (const bool beside_others : {true, false})
    for (const VisibleConfig& candidate : visible)
      if (!config && program.is_ours(candidate.type->location) &&
          (!beside_others || has_settings(program, candidate.type->id)))
        config = &candidate;
  if (!config) return std::nullopt;
  ConfigInReach reach;
  reach.expression = config->expression;
  while (!reach.expression.empty() && llvm::StringRef(".->").contains(reach.expression.back()))
    reach.expression.pop_back();
  reach.type = config->type->qualified;
  reach.field = best ? best->name : proposed;
  reach.field_exists = best != nullptr;
  reach.access = config->expression + reach.field;
  const bool field_is_duration = best && best->type_class == TypeClass::duration;
  // What initialises a local constant can be read at run time; what must be known when compiling cannot.
  const bool replaceable = !tunable.named || (tunable.named->has(is_local) && !tunable.named->has(is_static) &&
                                              tunable.constant.line.find("constexpr") == std::string::npos);
  if (replaceable)
    reach.rewritten = rewritten_line(tunable, reach.access, field_is_duration, unit_of_name(reach.field));
  return reach;
}

} // namespace plumbline
