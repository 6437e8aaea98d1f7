#include "facts/facts.h"

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/BLAKE3.h>
#include <llvm/Support/Endian.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace plumbline {

// 0 means "no entity", so the one input in 2^64 that would give it is moved aside.
static EntityId entity_from_bits(std::uint64_t bits) { return static_cast<EntityId>(bits == 0 ? 1 : bits); }

std::uint64_t digest_of(std::string_view bytes) {
  llvm::BLAKE3 hasher;
  hasher.update(llvm::StringRef(bytes));
  std::array<std::uint8_t, 8> digest = hasher.final<8>();
  return llvm::support::endian::read64le(digest.data());
}

EntityId entity_from_text(std::string_view text) { return entity_from_bits(digest_of(text)); }

// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014; these
// constants are Stafford's variant 13). For a fixed slot it is a bijection of the function's id: deriving adds no
// collision between functions, and the slot's multiple of the golden ratio keeps the slots of one function apart.
static EntityId derived(EntityId function, std::uint64_t slot) {
  if (function == EntityId::none) return EntityId::none;
  std::uint64_t bits = static_cast<std::uint64_t>(function) + slot * 0x9e3779b97f4a7c15;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return entity_from_bits(bits ^ (bits >> 31));
}

EntityId return_of(EntityId function) { return derived(function, 1); }
EntityId parameter_of(EntityId function, unsigned index) { return derived(function, std::uint64_t(index) + 2); }

StringTable::StringTable(std::unique_ptr<char[]> bytes, std::vector<std::string_view> texts)
    : texts(std::move(texts)), decoded(std::move(bytes)) {
  assert(!this->texts.empty() && this->texts[0].empty());
}

StringTable::StringTable(const StringTable& other) {
  for (std::string_view text : other.texts) intern(text);
}

StringTable& StringTable::operator=(const StringTable& other) {
  if (this != &other) *this = StringTable(other);
  return *this;
}

StringId StringTable::intern(std::string_view text) {
  if (ids.empty())
    for (std::size_t i = 0; i < texts.size(); ++i) ids.emplace(texts[i], static_cast<StringId>(i));
  std::unordered_map<std::string_view, StringId>::const_iterator known = ids.find(text);
  if (known != ids.end()) return known->second;
  StringId id = static_cast<StringId>(texts.size());
  texts.push_back(interned.emplace_back(text));
  ids.emplace(texts.back(), id);
  return id;
}

StringId StringTable::find(std::string_view text) const {
  if (ids.empty()) {
    std::vector<std::string_view>::const_iterator same = std::find(texts.begin(), texts.end(), text);
    return same == texts.end() ? StringId::empty : static_cast<StringId>(same - texts.begin());
  }
  std::unordered_map<std::string_view, StringId>::const_iterator known = ids.find(text);
  return known == ids.end() ? StringId::empty : known->second;
}

// Facts have a handful of fields: walking them beats an index, and comparing text beats looking the key up first.
static const Field* field_named(const FactTable& table, const Fact& fact, std::string_view key) {
  for (const Field& field : table.fields_of(fact))
    if (table.strings.text(field.key) == key) return &field;
  return nullptr;
}

std::string_view FactTable::text(const Fact& fact, std::string_view key) const {
  const Field* field = field_named(*this, fact, key);
  return field && field->is_text ? strings.text(static_cast<StringId>(field->value)) : std::string_view();
}

std::int64_t FactTable::number(const Fact& fact, std::string_view key, std::int64_t otherwise) const {
  const Field* field = field_named(*this, fact, key);
  return field && !field->is_text ? field->value : otherwise;
}

FactBuilder::FactBuilder(FactTable& table, std::string_view kind) : table(table) {
  fact.kind = table.strings.intern(kind);
}

FactBuilder::~FactBuilder() { table.facts.push_back(fact); }

// A fact's fields must stand side by side, but computing one of them may have built other facts meanwhile: what is
// already there moves to the end. The hole it leaves is dropped by encode().
static void append_field(FactTable& table, Fact& fact, Field field) {
  if (fact.first_field + fact.field_count != table.fields.size()) {
    std::vector<Field> moved(table.fields.begin() + fact.first_field,
                             table.fields.begin() + fact.first_field + fact.field_count);
    fact.first_field = static_cast<std::uint32_t>(table.fields.size());
    table.fields.insert(table.fields.end(), moved.begin(), moved.end());
  }
  table.fields.push_back(field);
  ++fact.field_count;
}

FactBuilder& FactBuilder::text(std::string_view key, std::string_view value) {
  if (value.empty()) return *this;
  StringId id = table.strings.intern(value);
  append_field(table, fact, {table.strings.intern(key), true, static_cast<std::int64_t>(id)});
  return *this;
}

FactBuilder& FactBuilder::number(std::string_view key, std::int64_t value) {
  if (value == 0) return *this;
  append_field(table, fact, {table.strings.intern(key), false, value});
  return *this;
}

std::string_view name_of(UnitState state) {
  switch (state) {
  case UnitState::analysed:
    return "analysed";
  case UnitState::analysed_with_errors:
    return "analysed-with-errors";
  case UnitState::skipped:
    return "skipped";
  case UnitState::failed:
    return "failed";
  }
  return "failed";
}

} // namespace plumbline
