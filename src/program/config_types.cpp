// A config type is known by its name or annotation. From there it spreads to what it is made of: nested records, and
// the types of its fields. It must not spread to everything that a config type can reach: a logger factory, a
// connection or a request that a configuration happens to point to is an object at work, and its fields are state.
#include "program/config_types.h"
#include "facts/numbers.h"
#include "facts/words.h"
#include "program/configuration.h"
#include "program/names.h"
#include "project/project.h"

#include <algorithm>
#include <array>

namespace plumbline {

std::vector<std::string> words_of_type(std::string_view name) {
  std::vector<std::string> words = words_of(name);
  if (words.size() > 1 && (words.back() == "t" || words.back() == "s" || words.back() == "st")) words.pop_back();
  return words;
}

// A glob over the name, or "*Suffix" against the last word in any naming style: raft_params, options_t, server_conf_s.
bool is_config_name(const Settings& settings, std::string_view name) {
  const std::vector<std::string> defaults = default_config_types();
  const std::vector<std::string>& globs = settings.config_types.empty() ? defaults : settings.config_types;
  const std::vector<std::string> words = words_of_type(name);
  for (const std::string& glob : globs) {
    if (glob_matches(glob, name)) return true;
    if (glob.starts_with("*") && !words.empty()) {
      std::vector<std::string> suffix = words_of(std::string_view(glob).substr(1));
      if (suffix.size() == 1 && suffix.front() == words.back()) return true;
    }
  }
  return false;
}

bool has_settings(const Program& program, EntityId record) {
  const std::span<const std::uint32_t> members = program.members_of(record);
  return std::any_of(members.begin(), members.end(), [&](std::uint32_t index) {
    const EntityFact& member = program.entities[index];
    if (member.kind != EntityKind::field) return false;
    const Meaning meaning = meaning_of(member.name, member.type_class);
    return member.type_class == TypeClass::duration || (meaning.dimension != Dimension::none && meaning.strong);
  });
}

bool takes_settings(const Program& program, const EntityFact& type) {
  return type.has(is_config_annotated) || is_config_name(*program.settings, type.name) ||
         program.configuration->is_config_type(type.owner) || has_settings(program, type.id);
}

// Nothing but plain values, of which at least one is a time span or a limit by its name.
static bool is_plain_values(const Program& program, EntityId record) {
  unsigned fields = 0, tunables = 0;
  for (std::uint32_t index : program.members_of(record)) {
    const EntityFact& member = program.entities[index];
    if (member.kind == EntityKind::function && !member.has(is_constructor) && !member.name.starts_with("operator") &&
        !member.name.starts_with("~"))
      return false;
    if (member.kind != EntityKind::field) continue;
    if ((!is_number(member.type_class) && member.type_class != TypeClass::boolean) || member.has(is_plural_type))
      return false;
    const Meaning meaning = meaning_of(member.name, member.type_class);
    tunables += meaning.dimension != Dimension::none && meaning.strong;
    ++fields;
  }
  return fields >= 3 && tunables >= 1;
}

static bool is_taken_whole(const Program& program, const EntityFact& record,
                           const std::vector<const EntityFact*>& parameters) {
  for (const EntityFact* parameter : parameters) {
    const EntityFact* function = program.entity(parameter->owner);
    if (!function || !function->has(is_public) || function->owner == record.id || function->owner == EntityId::none)
      continue;
    bool writable =
        parameter->type.find('*') != std::string::npos ||
        (parameter->type.find('&') != std::string::npos && parameter->type.find("const") == std::string::npos);
    if (writable) continue;
    std::vector<std::string> words = words_of(function->name);
    if (function->has(is_constructor) || (!words.empty() && (words.front() == "set" || words.front() == "configure" ||
                                                             words.front() == "init" || words.front() == "update")))
      return true;
  }
  return false;
}

// void client_default(client*): who fills in defaults expects that others change them. C has no other constructor.
static bool has_defaults_function(const Program& program, const EntityFact& record,
                                  const std::vector<const EntityFact*>& parameters) {
  return std::any_of(parameters.begin(), parameters.end(), [&](const EntityFact* parameter) {
    const EntityFact* function = program.entity(parameter->owner);
    if (!function || function->owner != EntityId::none || parameter->index != 0 ||
        parameter->type.find('*') == std::string::npos || parameter->type.find("const") != std::string::npos)
      return false;
    const std::vector<std::string> words = words_of(function->name), type = words_of_type(record.name);
    return words.size() == type.size() + 1 && (words.back() == "default" || words.back() == "defaults") &&
           std::equal(type.begin(), type.end(), words.begin());
  });
}

// What a method that fills, checks or gives settings begins with.
static bool is_accessor_verb(std::string_view verb) {
  static constexpr std::array words = {"set",    "with",     "add",       "get",       "is",     "has",       "load",
                                       "parse",  "from",     "read",      "merge",     "apply",  "validate",  "verify",
                                       "check",  "reset",    "clear",     "normalize", "update", "normalise", "init",
                                       "fill",   "override", "configure", "assign",    "copy",   "swap",      "use",
                                       "enable", "disable",  "mutable",   "begin",     "end",    "append"};
  return std::find(words.begin(), words.end(), verb) != words.end();
}

// A method that a record of settings may have although it is not const.
static bool is_accessor(const EntityFact& method, EntityId record) {
  if (method.has(is_constructor) || method.has(is_const_method) || method.has(is_static) ||
      method.name.starts_with("operator") || method.name.starts_with("~"))
    return true;
  if (method.type_entity == record) return true; // fluent: Pool& size(int)
  const std::vector<std::string> name = words_of(method.name);
  return !name.empty() && is_accessor_verb(name.front());
}

using Takers = std::unordered_map<EntityId, std::vector<const EntityFact*>>; // parameters, by the record they take

// rd_list_sort(rd_list_t*), queue_pop(queue_t*): in C, what an object at work does carries its type's name.
static bool works_in_c(const Program& program, const EntityFact& record, const Takers& takers) {
  const std::vector<std::string> type = words_of_type(record.name);
  const Takers::const_iterator found = takers.find(record.id);
  if (type.empty() || found == takers.end()) return false;
  unsigned deeds = 0;
  for (const EntityFact* parameter : found->second) {
    const EntityFact* function = program.entity(parameter->owner);
    if (!function || function->owner != EntityId::none || parameter->index != 0 ||
        parameter->type.find("const") != std::string::npos || parameter->type.find('*') == std::string::npos)
      continue;
    const std::vector<std::string> name = words_of(function->name);
    if (name.size() <= type.size() || !std::equal(type.begin(), type.end(), name.begin())) continue;
    static constexpr std::array upkeep = {"new", "free", "destroy", "dup", "delete", "alloc", "finalize", "setup"};
    const std::string& verb = name[type.size()];
    deeds += !is_accessor_verb(verb) && std::find(upkeep.begin(), upkeep.end(), verb) == upkeep.end();
  }
  return deeds >= 2;
}

// What a function that takes the next piece of a binary stream counts in: read_bits(4), read_1bytes(), get_u16().
enum class Pieces : std::uint8_t { none, bytes, bits };

static Pieces pieces_of(std::string_view name) {
  static constexpr std::array bits = {"bit", "bits", "ue", "se", "golomb"};
  static constexpr std::array bytes = {"byte",  "bytes",  "u8",     "u16",    "u24",    "u32",    "u64",    "i8",
                                       "i16",   "i32",    "i64",    "uint8",  "uint16", "uint32", "uint64", "int8",
                                       "int16", "int32",  "int64",  "be16",   "be32",   "be64",   "le16",   "le32",
                                       "le64",  "varint", "1bytes", "2bytes", "3bytes", "4bytes", "8bytes"};
  const std::vector<std::string> words = words_of(name);
  if (words.size() < 2 || (words.front() != "read" && words.front() != "get")) return Pieces::none;
  Pieces pieces = Pieces::none;
  for (const std::string& word : words) {
    if (std::find(bits.begin(), bits.end(), word) != bits.end()) return Pieces::bits;
    if (std::find(bytes.begin(), bytes.end(), word) != bytes.end()) pieces = Pieces::bytes;
  }
  return pieces;
}

// How a record is decoded from a binary stream, field by field: it describes data then, whoever holds it.
static Pieces decoded_from(const Program& program, EntityId record) {
  unsigned decoded = 0;
  Pieces result = Pieces::none;
  for (std::uint32_t index : program.members_of(record)) {
    const EntityFact& member = program.entities[index];
    if (member.kind != EntityKind::field) continue;
    Pieces pieces = Pieces::none;
    for (std::uint32_t flow : program.flows_to(member.id))
      if (const EntityFact* function = program.entity(program.function_of(program.flows[flow].from)))
        pieces = std::max(pieces, pieces_of(function->name));
    decoded += pieces != Pieces::none;
    result = std::max(result, pieces);
  }
  return decoded >= 2 ? result : Pieces::none;
}

// `const Graph& graph;`: settings are values; what is bound to somebody else's object for life works on it. A
// reference to other settings makes a view of them.
static bool refers_to_object_at_work(const Program& program, const EntityFact& field) {
  const EntityFact* type = program.entity(field.type_entity);
  return type && type->kind == EntityKind::record && !type->has(is_external) && field.type.ends_with("&") &&
         !is_config_name(*program.settings, type->name);
}

// Whether a record holds settings rather than being an object at work: fields, no virtual functions, and no methods
// but those that fill, check or give its values.
static bool holds_settings(const Program& program, const EntityFact& record) {
  if (!record.has(is_defined) || record.has(is_external)) return false;
  std::vector<EntityId> open{record.id};
  unsigned fields = 0;
  for (std::size_t next = 0; next < open.size() && next < 16; ++next) {
    const EntityFact* base = program.entity(open[next]);
    if (!base || base->has(is_external)) return false; // enable_shared_from_this, a protocol's message
    for (std::uint32_t index : program.members_of(base->id)) {
      const EntityFact& member = program.entities[index];
      fields += member.kind == EntityKind::field;
      if (member.kind == EntityKind::field &&
          (member.type.find("thread") != std::string::npos ||
           member.type.find("condition_variable") != std::string::npos || refers_to_object_at_work(program, member)))
        return false;
      if (member.kind == EntityKind::function && (member.has(is_virtual) || !is_accessor(member, base->id)))
        return false;
    }
    for (EntityId id : program.bases_of(base->id)) open.push_back(id);
  }
  return fields > 0 && decoded_from(program, record.id) == Pieces::none;
}

static bool has_functions(const Program& program, EntityId record) {
  const std::span<const std::uint32_t> members = program.members_of(record);
  return std::any_of(members.begin(), members.end(), [&](std::uint32_t index) {
    const EntityFact& member = program.entities[index];
    return member.kind == EntityKind::function && !member.has(is_constructor) && !member.name.starts_with("operator") &&
           !member.name.starts_with("~");
  });
}

// Who holds a record in a member: by type, the classes that do.
using Holders = std::unordered_map<EntityId, std::vector<EntityId>>;

static Holders holders_of(const Program& program) {
  Holders holders;
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::field && entity.type_entity != EntityId::none && entity.owner != entity.type_entity)
      holders[entity.type_entity].push_back(entity.owner);
  for (std::pair<const EntityId, std::vector<EntityId>>& entry : holders) {
    std::sort(entry.second.begin(), entry.second.end());
    entry.second.erase(std::unique(entry.second.begin(), entry.second.end()), entry.second.end());
  }
  return holders;
}

// An address, an id, a version: a value that objects at work are full of, and that a configuration may hold as well.
static bool is_everyday_value(const Program& program, const EntityFact& type, const Holders& holders,
                              const std::unordered_set<EntityId>& records) {
  constexpr std::size_t many_holders = 3; // two may well keep what they were configured with
  if (has_settings(program, type.id)) return false;
  std::size_t configured = 0, others = 0;
  if (const Holders::const_iterator found = holders.find(type.id); found != holders.end())
    for (EntityId holder : found->second) ++(records.contains(holder) ? configured : others);
  return others >= many_holders && others > 2 * configured;
}

// `struct server { struct server_conf *conf; … }`: who is given a configuration is configured by it, and is none. One
// that is part of the record makes it a larger configuration, unless `from` is that part: then the record is at work.
static bool is_configured(const Program& program, const EntityFact& record, EntityId from) {
  const std::span<const std::uint32_t> members = program.members_of(record.id);
  return std::any_of(members.begin(), members.end(), [&](std::uint32_t index) {
    const EntityFact& member = program.entities[index];
    const EntityFact* type = member.kind == EntityKind::field ? program.entity(member.type_entity) : nullptr;
    return type && type->id != record.id && is_config_name(*program.settings, type->name) &&
           (type->id == from || member.type.find('*') != std::string::npos);
  });
}

// struct network { struct eap_params eap; … }: a larger configuration around a part that is called one.
static bool holds_config(const Program& program, EntityId record) {
  const std::span<const std::uint32_t> members = program.members_of(record);
  return std::any_of(members.begin(), members.end(), [&](std::uint32_t index) {
    const EntityFact& member = program.entities[index];
    const EntityFact* type = member.kind == EntityKind::field ? program.entity(member.type_entity) : nullptr;
    return type && member.type.find('*') == std::string::npos && is_config_name(*program.settings, type->name);
  });
}

// Numbers, texts, yes and no: no arena, no table of functions, no node of a list.
static bool holds_only_values(const Program& program, EntityId record) {
  const std::span<const std::uint32_t> members = program.members_of(record);
  return std::all_of(members.begin(), members.end(), [&](std::uint32_t index) {
    const EntityFact& member = program.entities[index];
    return member.kind != EntityKind::field || (!member.has(is_plural_type) && (is_number_or_flag(member.type_class) ||
                                                                                member.type_class == TypeClass::text));
  });
}

// Whether the field's type is part of the configuration: a value, a plain record of values or with a time span or a
// limit behind a pointer, or what the configuration keeps its values in (a pointer to its implementation:
// ClientConfigImpl). Behind other pointers of C are arenas, tables and nodes: `struct config { struct node** nodes; }`.
static bool spreads(const Program& program, const EntityFact& field, const EntityFact& type, const Holders& holders,
                    const std::unordered_set<EntityId>& records, const Takers& takers) {
  const EntityFact* owner = program.entity(field.owner);
  if (owner && type.name.starts_with(owner->name) && type.has(is_defined) && !type.has(is_external)) return true;
  if (!holds_settings(program, type) || is_everyday_value(program, type, holders, records) ||
      works_in_c(program, type, takers))
    return false;
  const bool points = field.type.find('*') != std::string::npos;
  return !points || ((has_settings(program, type.id) || holds_config(program, type.id) ||
                      (field.type.find("**") == std::string::npos && holds_only_values(program, type.id))) &&
                     !has_functions(program, type.id) && !is_configured(program, type, field.owner));
}

// Records that are decoded bit by bit, and what they are made of: those pieces may not be decoded yet.
static std::unordered_set<EntityId> codecs_of(const Program& program, const Holders& holders) {
  std::unordered_set<EntityId> codecs;
  std::vector<EntityId> open;
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::record && !entity.has(is_external) &&
        decoded_from(program, entity.id) == Pieces::bits && codecs.insert(entity.id).second)
      open.push_back(entity.id);
  while (!open.empty()) {
    const EntityId record = open.back();
    open.pop_back();
    for (std::uint32_t index : program.members_of(record)) {
      const EntityFact& member = program.entities[index];
      if (member.kind != EntityKind::field || member.type_entity == EntityId::none) continue;
      const Holders::const_iterator found = holders.find(member.type_entity);
      const bool of_codecs =
          found != holders.end() && std::all_of(found->second.begin(), found->second.end(),
                                                [&](EntityId holder) { return codecs.contains(holder); });
      if (of_codecs && codecs.insert(member.type_entity).second) open.push_back(member.type_entity);
    }
  }
  return codecs;
}

std::unordered_set<EntityId> config_types_of(const Program& program) {
  const Holders holders = holders_of(program);
  const std::unordered_set<EntityId> codecs = codecs_of(program, holders);
  std::unordered_set<EntityId> records;
  std::vector<EntityId> open;
  auto add = [&](EntityId record) {
    if (records.insert(record).second) open.push_back(record);
  };
  Takers takers;
  for (const EntityFact& entity : program.entities) {
    // Parameters of a codec, read bit by bit, are configuration by name only. (Bytes may be stored settings.)
    if (entity.kind == EntityKind::record &&
        (entity.has(is_config_annotated) ||
         (is_config_name(*program.settings, entity.name) && !codecs.contains(entity.id))))
      add(entity.id);
    if (entity.kind == EntityKind::parameter && entity.type_entity != EntityId::none)
      takers[entity.type_entity].push_back(&entity);
  }
  // A record of nothing but plain values that another class takes whole in its constructor or a setter is configuration
  // in all but name: its users fill it in.
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::record && entity.has(is_defined) && !entity.has(is_external) &&
        !records.contains(entity.id) && is_plain_values(program, entity.id) &&
        is_taken_whole(program, entity, takers[entity.id]))
      add(entity.id);
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::record && !records.contains(entity.id) && holds_settings(program, entity) &&
        has_defaults_function(program, entity, takers[entity.id]))
      add(entity.id);
  while (!open.empty()) {
    const EntityId record = open.back();
    open.pop_back();
    for (std::uint32_t index : program.members_of(record)) {
      const EntityFact& member = program.entities[index];
      if (member.kind == EntityKind::record) add(member.id);
      if (member.kind != EntityKind::field || member.type_entity == EntityId::none ||
          records.contains(member.type_entity))
        continue;
      const EntityFact* type = program.entity(member.type_entity);
      if (type && spreads(program, member, *type, holders, records, takers)) add(type->id);
    }
  }
  return records;
}

} // namespace plumbline
