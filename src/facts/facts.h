// The vocabulary that leaves the collect stage: plain, small, serialisable records.
//
// One uniform record serves every check, so the cache, the linker, the dump and the fixtures never change when a
// check is added (the price that Clang's Scalable Static Analysis Framework pays for typed summaries is a serializer
// per analysis and format). A fact is a kind, up to two entities, a location and a few named fields; every string in
// it is interned. The typed structs that checks work with stand next to the code that writes and reads them; those of
// the core facts are in vocabulary.h.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace plumbline {

// Identifies a declaration across translation units: 64 bits of the BLAKE3 hash of its USR (Clang's Unified Symbol
// Resolution string), qualified by the defining file for internal linkage. 0 is "no entity". Parameters and returns
// are derived from their function's id (see parameter_of, return_of), so that all redeclarations agree on them.
enum class EntityId : std::uint64_t { none = 0 };

EntityId entity_from_text(std::string_view text);
EntityId parameter_of(EntityId function, unsigned index);
EntityId return_of(EntityId function);

// Index into a StringTable; 0 is the empty string.
enum class StringId : std::uint32_t { empty = 0 };

// Interns strings: equal text, equal id. Ids are dense and count up in order of first use.
class StringTable {
 public:
  StringTable() { intern(""); }
  // A table of strings that are known to be distinct, the first of them empty: views into `bytes`, which it takes over.
  // Cheap: nothing is hashed before the first intern(), because most decoded tables are only read.
  StringTable(std::unique_ptr<char[]> bytes, std::vector<std::string_view> texts);
  // Copying interns again, because the copy must not point into the original. A table that was moved from may only be
  // assigned to or destroyed. noexcept, or a growing vector of tables would copy them.
  StringTable(const StringTable& other);
  StringTable& operator=(const StringTable& other);
  StringTable(StringTable&&) noexcept = default;
  StringTable& operator=(StringTable&&) noexcept = default;
  ~StringTable() = default;
  StringId intern(std::string_view text);
  // The id of a string already interned, or StringId::empty. Linear in a table that was decoded and never interned
  // into.
  StringId find(std::string_view text) const;
  std::string_view text(StringId id) const { return texts[static_cast<std::size_t>(id)]; }
  std::size_t size() const { return texts.size(); }

 private:
  std::vector<std::string_view> texts;
  std::unique_ptr<char[]> decoded;  // what the texts of a decoded table point into
  std::deque<std::string> interned; // what the others point into; a deque, because growth must not move them
  std::unordered_map<std::string_view, StringId> ids; // of all texts, or empty: not made yet
};

// A range of source text; lines and columns count from 1, columns in bytes, the end is exclusive.
// `file` is project-relative with forward slashes. line 0 is "no location".
struct Location {
  StringId file = StringId::empty;
  std::uint32_t line = 0, column = 0, end_line = 0, end_column = 0;
  friend bool operator==(const Location&, const Location&) = default;
};

// A named value of a fact: a string or an integer.
struct Field {
  StringId key = StringId::empty;
  bool is_text = false;
  std::int64_t value = 0; // the integer, or the StringId of the text
  friend bool operator==(const Field&, const Field&) = default;
};

struct Fact {
  StringId kind = StringId::empty;
  EntityId subject = EntityId::none, object = EntityId::none;
  Location location;
  std::uint32_t first_field = 0, field_count = 0; // a slice of FactTable::fields
};

// Facts with the strings and fields they refer to.
struct FactTable {
  StringTable strings;
  std::vector<Fact> facts;
  std::vector<Field> fields;

  std::span<const Field> fields_of(const Fact& fact) const {
    return std::span<const Field>(fields).subspan(fact.first_field, fact.field_count);
  }
  std::string_view text(const Fact& fact, std::string_view key) const;
  std::int64_t number(const Fact& fact, std::string_view key, std::int64_t otherwise = 0) const;
};

// Builds one fact in a table: `FactBuilder(table, "flow").subject(a).object(b).at(loc).text("op", "init");`
// The fact is appended when the builder goes out of scope. Empty texts and zero numbers are left out: reading a
// missing field gives the same.
class FactBuilder {
 public:
  FactBuilder(FactTable& table, std::string_view kind);
  FactBuilder(const FactBuilder&) = delete;
  FactBuilder& operator=(const FactBuilder&) = delete;
  ~FactBuilder();
  FactBuilder& subject(EntityId id) { return fact.subject = id, *this; }
  FactBuilder& object(EntityId id) { return fact.object = id, *this; }
  FactBuilder& at(const Location& location) { return fact.location = location, *this; }
  FactBuilder& text(std::string_view key, std::string_view value);
  FactBuilder& number(std::string_view key, std::int64_t value);

 private:
  FactTable& table;
  Fact fact;
};

// A file that a translation unit read, with the digest it had. `path` is project-relative for files below the
// project's root and absolute otherwise; digest is 64 bits of BLAKE3 over the bytes.
struct InputFile {
  std::string path;
  std::uint64_t digest = 0; // digest_of the file's bytes
};
std::uint64_t digest_of(std::string_view bytes);

// How a translation unit ended (design.md §7: nothing is lost in silence).
enum class UnitState : std::uint8_t { analysed, analysed_with_errors, skipped, failed };
std::string_view name_of(UnitState state);

// Everything that collection says about one compile command; the unit of caching and of distribution.
struct TuFacts {
  std::string main_file; // project-relative
  UnitState state = UnitState::failed;
  std::uint32_t error_count = 0;
  std::string reason;                // for skipped and failed: why; with errors: the first one
  std::vector<std::string> problems; // e.g. dropped flags
  std::vector<InputFile> inputs;     // sorted by path
  FactTable table;
};

} // namespace plumbline
