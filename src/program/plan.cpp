#include "program/plan.h"
#include "facts/words.h"
#include "program/config_types.h"
#include "program/configuration.h"
#include "program/field_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>

namespace plumbline {

static bool is_camel(std::string_view name) {
  if (name.empty() || !std::islower(static_cast<unsigned char>(name.front())) || name.find('_') != std::string::npos)
    return false;
  return std::any_of(name.begin(), name.end(), [](char c) { return std::isupper(static_cast<unsigned char>(c)); });
}
static bool is_snake(std::string_view name) {
  while (name.ends_with("_")) name.remove_suffix(1);
  return name.find('_') != std::string_view::npos &&
         std::none_of(name.begin(), name.end(), [](char c) { return std::isupper(static_cast<unsigned char>(c)); });
}

// What a config type's name ends in, as it is spelled: "Options", "_params"; "" if it is called nothing else.
static std::string suffix_of(std::string_view name) {
  std::vector<std::string> words = words_of(name);
  if (words.size() < 2) return {};
  std::size_t length = words.back().size();
  if (name.size() <= length) return {};
  bool underscore = name[name.size() - length - 1] == '_';
  return std::string(name.substr(name.size() - length - (underscore ? 1 : 0)));
}

Planner::Planner(const Program& linked) : program(linked) {
  int camel = 0, snake = 0, config_camel = 0, config_snake = 0, chrono = 0, numbers = 0;
  std::map<std::string, int> suffixes;
  for (const EntityFact& entity : program.entities) {
    if (!program.is_ours(entity.location)) continue;
    if (entity.kind == EntityKind::field) {
      bool config = program.configuration->is_config_type(entity.owner);
      (is_camel(entity.name) ? camel : snake) += is_camel(entity.name) || is_snake(entity.name);
      if (!config) continue;
      (is_camel(entity.name) ? config_camel : config_snake) += is_camel(entity.name) || is_snake(entity.name);
      chrono += entity.type_class == TypeClass::duration;
      numbers += entity.type_class == TypeClass::integer && unit_of_name(entity.name) != 0;
    } else if (entity.kind == EntityKind::record && program.configuration->is_config_type(entity.id)) {
      std::string ending = suffix_of(entity.name);
      if (!ending.empty() && entity.owner == EntityId::none) ++suffixes[ending];
      std::vector<std::string> words = words_of(entity.name);
      if (words.size() > 1) words.pop_back();
      for (const std::string& word : words) types_by_word[word].push_back(&entity);
    }
  }
  camel_case = config_camel + config_snake > 0 ? config_camel > config_snake : camel > snake;
  chrono_fields = chrono >= numbers;
  int most = 0;
  for (const std::pair<const std::string, int>& entry : suffixes)
    if (entry.second > most) suffix = entry.first, most = entry.second;
}

std::string Planner::in_style(std::string_view snake_case) const {
  if (!camel_case) return std::string(snake_case);
  std::string name;
  bool upper = false;
  for (char c : snake_case) {
    if (c == '_')
      upper = !name.empty();
    else
      name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c, upper = false;
  }
  return name;
}

Planner::Declared Planner::declare(const Tunable& tunable, bool in_cpp) const {
  ConstantFact constant = tunable.constant;
  Declared declared;
  std::string name = value_name(tunable);
  if (constant.tick == microsecond && std::fmod(constant.value, 1000) == 0) { // a timeval of whole milliseconds
    constant.tick = millisecond, constant.value /= 1000;
    if (name.ends_with("_us")) name.replace(name.size() - 2, 2, "ms");
  }
  declared.value = format_number(constant.value);
  std::string_view chrono = chrono_fields && in_cpp ? chrono_type(constant.tick) : std::string_view();
  if (!chrono.empty()) {
    declared.type = chrono;
    declared.value = std::string(chrono) + "(" + declared.value + ")";
    // The type says the unit.
    std::size_t last = name.rfind('_');
    if (last != std::string::npos && unit_of_word(std::string_view(name).substr(last + 1))) name.resize(last);
  } else if (constant.value != std::floor(constant.value)) {
    declared.type = "double";
  } else {
    declared.type = constant.value <= 2147483647.0 ? "int" : in_cpp ? "std::int64_t" : "int64_t";
  }
  declared.name = in_style(name);
  return declared;
}

// A config type whose words are all words of the owner: UploaderOptions for Uploader, RedisConfig for RedisHandle.
const EntityFact* Planner::fitting_type(const EntityFact& owner, const std::vector<EntityId>& bounds) const {
  std::vector<std::string> words = words_of(owner.name);
  const EntityFact* best = nullptr;
  std::size_t best_shared = 0;
  std::set<const EntityFact*> seen;
  for (const std::string& word : words) {
    std::map<std::string, std::vector<const EntityFact*>>::const_iterator it = types_by_word.find(word);
    if (it == types_by_word.end() || it->second.size() > 50) continue; // a word of everything, such as the project's
    for (const EntityFact* type : it->second) {
      if (!seen.insert(type).second || std::find(bounds.begin(), bounds.end(), type->id) != bounds.end()) continue;
      std::vector<std::string> have = words_of(type->name);
      if (have.size() > 1) have.pop_back();
      bool all = std::all_of(have.begin(), have.end(), [&](const std::string& part) {
        return std::find(words.begin(), words.end(), part) != words.end();
      });
      if (all &&
          (have.size() > best_shared || (have.size() == best_shared && best && type->qualified < best->qualified)))
        best = type, best_shared = have.size();
    }
  }
  return best;
}

static std::string parameter_text(const EntityFact& parameter) {
  std::string type = parameter.type;
  // What is declared around its name: void (*done)(int), char name[16].
  if (const std::size_t pointer = type.find("(*"); pointer != std::string::npos)
    return type.insert(pointer + 2, parameter.name);
  if (const std::size_t array = type.find('['); array != std::string::npos && type.find('<') == std::string::npos)
    return type.insert(array, (type[array - 1] == ' ' ? "" : " ") + parameter.name);
  bool joined = type.ends_with("&") || type.ends_with("*");
  if (joined && type.size() > 2 && type[type.size() - 2] == ' ') type.erase(type.size() - 2, 1); // `const T &`
  return parameter.name.empty() ? type : type + " " + parameter.name;
}

std::string Planner::signature(const EntityFact& owner, const std::vector<EntityId>& functions,
                               const std::string& added) const {
  const EntityFact* function = owner.kind == EntityKind::record ? nullptr : &owner;
  bool needs_object = owner.kind == EntityKind::record && functions.empty();
  for (EntityId id : functions) {
    const EntityFact* fact = program.entity(id);
    bool on_its_own = owner.kind != EntityKind::record || (fact && fact->has(is_static) && !fact->has(is_constructor));
    needs_object |= !on_its_own;
    if (on_its_own && !function) function = fact;
  }
  std::vector<const EntityFact*> parameters;
  auto parameters_of = [&](EntityId id) {
    std::vector<const EntityFact*> list;
    for (std::uint32_t index : program.members_of(id))
      if (program.entities[index].kind == EntityKind::parameter) list.push_back(&program.entities[index]);
    std::sort(list.begin(), list.end(), [](const EntityFact* a, const EntityFact* b) { return a->index < b->index; });
    return list;
  };
  if (needs_object) { // the constructor that says most about the object
    function = nullptr;
    for (std::uint32_t index : program.members_of(owner.id)) {
      const EntityFact& member = program.entities[index];
      if (!member.has(is_constructor)) continue;
      std::vector<const EntityFact*> list = parameters_of(member.id);
      if (list.size() == 1 && list.front()->type_entity == owner.id) continue; // copy and move
      if (!function || list.size() > parameters.size()) function = &member, parameters = std::move(list);
    }
  } else if (function) {
    parameters = parameters_of(function->id);
  }
  std::string text = (function ? function->name : owner.name) + "(";
  for (const EntityFact* parameter : parameters) text += parameter_text(*parameter) + ", ";
  return text + added + ")";
}

bool Planner::is_c(const EntityFact& owner) const { return program.path(owner.location).ends_with(".c"); }

// A function that nobody else can name and nobody here calls is called back by whoever got its address: its signature
// is his. Null if there is none among the functions.
const EntityFact* Planner::callback_among(const std::vector<EntityId>& functions, const Cascade& cascade) const {
  if (functions.size() != 1 || !cascade.sites.empty()) return nullptr;
  const EntityFact* function = program.entity(functions.front());
  const bool free = function && function->kind == EntityKind::function && function->has(is_internal) &&
                    !function->has(is_lambda) && program.entity(function->owner) == nullptr;
  return free ? function : nullptr;
}

// In C a member has no default of its own; whoever reads the type should know it all the same.
std::string Planner::declarations_of(const std::vector<Declared>& fields, bool in_cpp) {
  std::string text;
  for (const Declared& field : fields)
    text += (text.empty() ? "" : " ") + field.type + " " + field.name +
            (in_cpp ? " = " + field.value + ";" : "; /* " + field.value + " */");
  return text;
}

// Whether a configuration is that of the program or of a part of it that the owner belongs to, rather than one of some
// other subject that happens to be at hand: TLS options are for no name server's timeout.
static bool may_be_about(const EntityFact& type, const EntityFact& owner) {
  static constexpr std::array general = {
      "config", "configuration", "conf",      "cfg",    "option",  "options", "opts",   "setting", "settings", "param",
      "params", "app",           "main",      "global", "program", "service", "server", "client",  "daemon",   "node",
      "system", "parameters",    "arguments", "args",   "default", "base",    "impl",   "common"};
  const std::vector<std::string> of_owner = words_of(owner.qualified);
  const auto is_among = [](const auto& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  bool has_subject = false;
  for (const std::string& word : words_of_type(type.name)) {
    if (is_among(of_owner, word)) return true;
    has_subject |= !is_among(general, word);
  }
  return !has_subject;
}

static bool is_only_configuration(const Program& program, const EntityFact& type) {
  return std::none_of(program.entities.begin(), program.entities.end(), [&](const EntityFact& entity) {
    return entity.kind == EntityKind::record && entity.id != type.id && entity.has(is_defined) &&
           program.is_ours(entity.location) && is_config_name(*program.settings, entity.name);
  });
}

// What it is handed is behind a `void*`, if it has one.
std::string Planner::plan_of_callback(const EntityFact& function, const std::vector<Declared>& fields) const {
  const EntityFact* context = nullptr;
  for (std::uint32_t index : program.members_of(function.id))
    if (const EntityFact& parameter = program.entities[index];
        !context && parameter.kind == EntityKind::parameter && parameter.type.find("void") != std::string::npos)
      context = &parameter;
  const std::string callback = "Who calls " + function.name + "() back decides its parameters: keep `" +
                               declarations_of(fields, !is_c(function));
  return context && !context->name.empty()
             ? callback + "` in what '" + context->name + "' points to, where configuration can set it."
             : callback + "` where configuration can set it and this function can read it.";
}

// A parameter with the proposed name is there: it is the value that somebody gives, and the new one stands in for it.
void Planner::rename_if_taken(Declared& field, const std::vector<EntityId>& functions) const {
  for (EntityId function : functions)
    for (std::uint32_t index : program.members_of(function))
      if (program.entities[index].kind == EntityKind::parameter && program.entities[index].name == field.name)
        field.name = in_style("default_" + field.name);
}

// One field for each tunable; those that would be called the same are told apart by a word, or are one.
std::vector<Planner::Declared> Planner::fields_for(const EntityFact& owner, const std::vector<const Tunable*>& tunables,
                                                   const std::vector<EntityId>& functions) const {
  std::map<std::string, std::vector<const Tunable*>> namesakes;
  std::vector<std::pair<const Tunable*, Declared>> declared;
  for (const Tunable* tunable : tunables) {
    Declared one = declare(*tunable, !is_c(owner));
    std::vector<const Tunable*>& same = namesakes[one.name];
    const bool is_known = std::any_of(same.begin(), same.end(), [&](const Tunable* other) {
      return other->function == tunable->function && are_one_setting(*other, *tunable);
    });
    if (is_known) continue;
    same.push_back(tunable);
    declared.emplace_back(tunable, std::move(one));
  }
  std::vector<Declared> fields;
  std::map<std::string, std::pair<int, const Tunable*>> used;
  for (std::pair<const Tunable*, Declared>& one : declared) {
    const std::vector<const Tunable*>& same = namesakes[one.second.name];
    if (const std::string words = same.size() > 1 ? distinguishing_words(program, *one.first, same) : "";
        !words.empty()) {
      std::string& name = one.second.name;
      if (camel_case && !name.empty())
        name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
      name = in_style(words) + (camel_case ? "" : "_") + name;
    }
    rename_if_taken(one.second, functions);
    std::pair<int, const Tunable*>& before = used[one.second.name];
    if (before.second && are_one_setting(*before.second, *one.first)) continue;
    if (++before.first > 1) one.second.name += (camel_case ? "" : "_") + std::to_string(before.first);
    if (!before.second) before.second = one.first;
    fields.push_back(std::move(one.second));
  }
  return fields;
}

std::string Planner::plan_of(const EntityFact& owner, const std::vector<const Tunable*>& tunables,
                             const std::vector<EntityId>& functions, const std::vector<EntityId>& bounds,
                             const Cascade& cascade) const {
  const std::vector<Declared> fields = fields_for(owner, tunables, functions);
  const std::string shared =
      fields.size() < tunables.size() ? " One setting is enough for what has the same value and purpose." : "";
  const ConfigAtHand* at_hand = nullptr;
  for (const ChangeSite& site : cascade.sites)
    if (!at_hand && site.end == SiteEnd::at_hand && site.config && site.config->type != EntityId::none)
      at_hand = site.config;
  const EntityFact* root = at_hand ? program.entity(at_hand->type) : nullptr;
  if (const EntityFact* callback = callback_among(functions, cascade)) return plan_of_callback(*callback, fields);
  std::string plan;
  if (fields.size() <= 2) {
    std::string added;
    for (const Declared& field : fields) added += (added.empty() ? "" : ", ") + field.type + " " + field.name;
    plan = "Take " + std::string(fields.size() == 1 ? "it as a parameter" : "them as parameters") + ": `" +
           signature(owner, functions, added) + "`";
    std::string defaults;
    for (const Declared& field : fields)
      defaults += (defaults.empty() ? "" : ", ") + (fields.size() > 1 ? field.name + " = " : "") + field.value;
    plan += ", with " + defaults + " as the default of the setting.";
    if (root && (may_be_about(*root, owner) || is_only_configuration(program, *root)))
      plan += " A field of " + root->qualified + " can hold " + (fields.size() == 1 ? "it." : "each.");
    else if (root)
      plan += " The nearest configuration is " + root->qualified + ".";
    return plan + shared;
  }
  const EntityFact* type = fitting_type(owner, bounds);
  std::string type_name = type ? type->qualified : owner.name + suffix;
  if (!type && suffix.starts_with("_") == false && is_snake(owner.name)) type_name = owner.name + "_" + suffix;
  std::string parameter = in_style("config");
  if (std::vector<std::string> words = words_of(type_name); !words.empty()) parameter = words.back();
  const std::string short_name = type ? type->name : type_name;
  if (is_c(owner))
    plan = "Hand in a " + type_name + " by pointer: `" +
           signature(owner, functions, "const struct " + short_name + "* " + parameter) + "`. ";
  else
    plan = "Hand in a " + type_name + " by const reference: `" +
           signature(owner, functions, "const " + short_name + "& " + parameter) + "`. ";
  plan += type ? "The type exists; its new fields: `" : "A new type with the fields `";
  plan += declarations_of(fields, !is_c(owner)) + "`";
  if (!type && root) plan += ", itself a field of " + root->qualified;
  return plan + "." + shared;
}

} // namespace plumbline
