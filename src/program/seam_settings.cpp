#include "program/seam_settings.h"
#include "facts/numbers.h"
#include "facts/words.h"
#include "program/configuration.h"
#include "program/names.h"

#include <llvm/ADT/STLExtras.h>

#include <algorithm>
#include <array>

namespace plumbline {

// A number that is made of another number, or is some multiple of it, is no longer the setting. One that is made of
// text or of a document's node is what somebody wrote there.
static bool is_computed(const FlowFact& flow, const EntityFact* from) {
  if (flow.scale != 1 && !converts_units(flow.scale)) return true;
  return flow.kind == FlowKind::derived && from &&
         (is_number(from->type_class) || from->type_class == TypeClass::time_point);
}

// The words that tell what something is about: not units, not what every getter and variable is called. Singular, so
// that `threads` and `thread_count` meet.
static std::vector<std::string> telling_words(std::string_view name) {
  static constexpr std::array fillers = {"get",  "as",   "int",  "integer", "long",  "float",  "double",  "number",
                                         "uint", "bool", "text", "string",  "value", "option", "conf",    "config",
                                         "flag", "of",   "the",  "max",     "min",   "num",    "count",   "default",
                                         "from", "to",   "in",   "flags",   "set",   "param",  "operator"};
  std::vector<std::string> words;
  for (std::string& word : words_of(name)) {
    if (word.size() < 2 || unit_of_word(word) || std::find(fillers.begin(), fillers.end(), word) != fillers.end())
      continue;
    if (word.size() > 3 && word.ends_with("ies"))
      word.replace(word.size() - 3, 3, "y");
    else if (word.size() > 3 && word.ends_with("s") && !word.ends_with("ss"))
      word.pop_back();
    words.push_back(std::move(word));
  }
  return words;
}

// The words of a name that tell what something is for, rather than only that it takes time: of retry_delay, retry; of
// timeout_ms, none.
static std::vector<std::string> purposes_of(std::string_view name) {
  static constexpr std::array times = {"timeout", "timer", "time",     "interval", "delay", "wait",  "sleep", "pause",
                                       "period",  "span",  "duration", "deadline", "for",   "until", "now",   "after"};
  std::vector<std::string> words = telling_words(name);
  std::erase_if(words,
                [&](const std::string& word) { return std::find(times.begin(), times.end(), word) != times.end(); });
  return words;
}

static bool names_a_purpose(std::string_view name) { return !purposes_of(name).empty(); }

static bool share_a_word(std::string_view a, std::string_view b) {
  const std::vector<std::string> left = telling_words(a), right = telling_words(b);
  return std::find_first_of(left.begin(), left.end(), right.begin(), right.end()) != left.end();
}

// attempts and retries say the same in different words.
static bool mean_the_same(std::string_view a, std::string_view b) {
  const Meaning left = meaning_of(a, TypeClass::integer), right = meaning_of(b, TypeClass::integer);
  return left.dimension != Dimension::none && left.dimension == right.dimension && left.role == right.role &&
         left.role != "other";
}

static bool are_one_thing(std::string_view a, std::string_view b) { return share_a_word(a, b) || mean_the_same(a, b); }

static bool any_of_one_thing(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) {
    return std::any_of(b.begin(), b.end(), [&](const std::string& other) { return are_one_thing(name, other); });
  });
}

static bool takes_arguments(const Program& program, const EntityFact& function) {
  const std::span<const std::uint32_t> members = program.members_of(function.id);
  return std::any_of(members.begin(), members.end(),
                     [&](std::uint32_t index) { return program.entities[index].kind == EntityKind::parameter; });
}

// `way`: from what the flow goes to, back to the seam.
void SeamSettings::add(Given& given, const std::vector<EntityId>& way, const FlowFact& flow) const {
  Origin setting;
  setting.source = flow.from;
  const EntityFact* source = program.entity(flow.from);
  if (!source) { // a getter of a config type, or a look-up
    const EntityFact* function = program.entity(program.function_of(flow.from));
    const EntityFact* record = function ? program.entity(function->owner) : nullptr;
    EntityId field = EntityId::none;
    for (std::uint32_t index : program.flows_to(flow.from)) {
      const EntityFact* from = program.entity(program.flows[index].from);
      if (from && from->kind == EntityKind::field) field = from->id;
    }
    // What is asked for by key, the key says, and that is text.
    const bool getter = record && program.configuration->is_config_type(record->id) &&
                        !takes_arguments(program, *function) && !telling_words(function->name).empty();
    if (getter) {
      setting.names.push_back(function->name);
      if (field != EntityId::none) setting.source = field;
    } else {
      setting.call = flow.leaves != EntityId::none ? flow.leaves : flow.site;
    }
  } else if (source->kind == EntityKind::field || source->kind == EntityKind::variable) {
    if (source->type_class == TypeClass::text || source->has(is_external))
      setting.call = flow.site; // optarg, a document
    else
      setting.names.push_back(source->name);
  }
  for (EntityId id : way) {
    const EntityFact* carrier = program.entity(id);
    const bool named = carrier && (carrier->kind == EntityKind::variable || carrier->kind == EntityKind::field);
    if (named && is_number(carrier->type_class) && !is_uninformative(carrier->name) &&
        !telling_words(carrier->name).empty())
      setting.names.push_back(carrier->name);
  }
  for (const Origin& known : given.settings)
    if (known.source == setting.source && known.call == setting.call) return;
  given.settings.push_back(std::move(setting));
}

const SeamSettings::Given& SeamSettings::of(EntityId seam) const {
  // Whose value has been through more, nobody would call a setting.
  constexpr std::size_t max_nodes = 200;
  const std::pair<std::unordered_map<EntityId, Given>::iterator, bool> entry = by_seam.try_emplace(seam);
  Given& given = entry.first->second;
  if (!entry.second) return given;
  struct Step {
    EntityId node;
    std::size_t towards_seam; // index of the step that it flows to
  };
  std::vector<Step> steps{{seam, 0}};
  std::unordered_set<EntityId> seen{seam};
  for (std::size_t i = 0; i < steps.size() && i < max_nodes; ++i)
    for (std::uint32_t index : program.flows_to(steps[i].node)) {
      const FlowFact& flow = program.flows[index];
      const EntityFact* from = program.entity(flow.from);
      if (!from) from = program.entity(program.function_of(flow.from));
      if (is_computed(flow, from) || !program.configuration->reaches(flow.from)) continue;
      given.carriers.insert(flow.from);
      if (program.configuration->is_source(flow.from)) {
        std::vector<EntityId> way;
        for (std::size_t step = i; step != 0; step = steps[step].towards_seam) way.push_back(steps[step].node);
        add(given, way, flow);
      } else if (seen.insert(flow.from).second) {
        steps.push_back({flow.from, i});
      }
    }
  return given;
}

bool SeamSettings::speak_of_one_thing(EntityId seam) const {
  const Origin* first = nullptr; // with a name
  for (const Origin& setting : of(seam).settings) {
    if (setting.names.empty()) continue;
    if (first && !any_of_one_thing(first->names, setting.names)) return false;
    // first_timeout here and idle_timeout there: each caller has his own.
    if (first && first->source != setting.source && setting.call == EntityId::none && first->call == EntityId::none &&
        first->names.front() != setting.names.front())
      return false;
    if (!first) first = &setting;
  }
  return true;
}

// What the seam and all around it are called.
std::vector<std::string> SeamSettings::wanted_by(const EntityFact& seam) const {
  std::vector<std::string> wanted{seam.name};
  for (const EntityFact* around = program.entity(seam.owner); around; around = program.entity(around->owner))
    wanted.push_back(around->name);
  return wanted;
}

bool SeamSettings::are_for_it(const EntityFact& seam) const {
  if (!speak_of_one_thing(seam.id)) return false; // a tool for several purposes
  const std::vector<std::string> wanted = wanted_by(seam);
  // Timeout(span, what): whoever makes one says what for, and what one of them was configured for is no other's.
  const bool has_purpose = std::any_of(wanted.begin(), wanted.end(), names_a_purpose);
  const std::vector<Origin>& settings = of(seam.id).settings;
  return std::any_of(settings.begin(), settings.end(), [&](const Origin& setting) {
    const bool other_purpose = !has_purpose && std::any_of(setting.names.begin(), setting.names.end(), names_a_purpose);
    return setting.names.empty() || (!other_purpose && any_of_one_thing(setting.names, wanted));
  });
}

bool SeamSettings::are_in_reach(EntityId seam, const Passing& passing, const std::vector<ConfigAtHand>& configs) const {
  const EntityFact* node = program.entity(seam);
  if (!node || !speak_of_one_thing(seam)) return false;
  for (std::uint32_t index : program.flows_to(seam))
    if (program.flows[index].location.file == passing.location.file &&
        program.configuration->reaches(program.flows[index].from))
      return true;
  std::vector<std::string> about;
  for (const std::string& name : wanted_by(*node)) llvm::append_range(about, purposes_of(name));
  for (const std::string_view name : passing.names) llvm::append_range(about, purposes_of(name));
  for (const Origin& setting : of(seam).settings) {
    const EntityFact* source = program.entity(setting.source);
    if (!source || setting.call != EntityId::none || !program.configuration->is_config_type(source->owner)) continue;
    const std::vector<std::string> purposes = purposes_of(source->name);
    if (passing.dimension == Dimension::duration && !purposes.empty() &&
        std::find_first_of(purposes.begin(), purposes.end(), about.begin(), about.end()) == purposes.end())
      continue;
    for (const ConfigAtHand& config : configs) {
      if (config.type == source->owner) return true;
      const std::span<const std::uint32_t> members = program.members_of(config.type);
      if (std::any_of(members.begin(), members.end(), [&](std::uint32_t index) {
            return program.entities[index].type_entity == source->owner; // config.queue.capacity
          }))
        return true;
    }
  }
  return false;
}

static std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool SeamSettings::are_anybodys(EntityId seam, const Location& of_constant) const {
  const std::vector<Origin>& settings = of(seam).settings;
  return std::any_of(settings.begin(), settings.end(), [&](const Origin& setting) {
    if (setting.call != EntityId::none) {
      const std::span<const std::uint32_t> flows = program.flows_to(seam);
      return std::any_of(flows.begin(), flows.end(), [&](std::uint32_t index) {
        return program.configuration->reaches(program.flows[index].from) &&
               folder_of(program.path(program.flows[index].location)) == folder_of(program.path(of_constant));
      });
    }
    const EntityFact* source = program.entity(setting.source);
    const EntityFact* owner = source ? program.entity(source->owner) : nullptr;
    return !owner || owner->kind != EntityKind::record || source->has(is_static);
  });
}

void SeamSettings::index_comparisons() const {
  if (indexed) return;
  indexed = true;
  for (const UseFact& use : program.uses) {
    if (use.kind != UseKind::compare) continue;
    for (EntityId operand : {use.from, use.other})
      if (operand != EntityId::none && program.configuration->reaches(operand))
        (use.operation == "?" ? asked : compared)[use.function].push_back(operand);
  }
}

bool SeamSettings::are_consulted_in(EntityId function, EntityId seam) const {
  index_comparisons();
  const Given& given = of(seam);
  const auto is_ours = [&](EntityId node) { return given.carriers.contains(node); };
  // Whether one is set at all says nothing about another one of the same document.
  if (const std::unordered_map<EntityId, std::vector<EntityId>>::const_iterator found = asked.find(function);
      found != asked.end() && std::any_of(found->second.begin(), found->second.end(), is_ours))
    return true;
  const std::unordered_map<EntityId, std::vector<EntityId>>::const_iterator found = compared.find(function);
  if (found == compared.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](EntityId operand) {
    if (is_ours(operand)) return true;
    const std::unordered_set<EntityId>& theirs = of(operand).carriers;
    return std::any_of(theirs.begin(), theirs.end(), is_ours);
  });
}

} // namespace plumbline
