// The grammar (numbers are LEB128, `signed` ones zigzag-coded first, see binary.h):
//
//   <encoding>  ::= <magic> <version> <compression> <size> <payload> <checksum>
//   <magic>     ::= "pbfacts"                 ; 7 bytes
//   <version>   ::= byte                      ; fact_format_version
//   <compression> ::= byte                    ; 0 none, 1 zstd
//   <size>      ::= number                    ; of the payload before compression
//   <checksum>  ::= 8 bytes                   ; first 64 bits of BLAKE3 over all bytes before it
//   <payload>   ::= <unit> <inputs> <strings> <entities> <facts>
//   <unit>      ::= main_file:text state:byte error_count:number reason:text count problem:text*
//   <inputs>    ::= count (<shared> rest:text digest:8 bytes)*
//   <shared>    ::= number                    ; leading bytes that the path has in common with the one before
//   <strings>   ::= count length:number* bytes ; without the empty string, which is always id 0
//   <entities>  ::= count id:8 bytes*         ; in order of first use; index 0 is EntityId::none and not written
//   <facts>     ::= count <fact>*
//   <fact>      ::= kind:string subject:entity object:entity <location> count <field>*
//   <location>  ::= file:string signed signed column:number end_column:number
//                                             ; line less the line before, end line less line
//   <field>     ::= key_and_type:number (string | signed) ; key * 2 + is_text
//   <text>      ::= length:number bytes
//
// Version history:
//   1  first
//
// Strings and entities are tables because a fact repeats both: an index takes one or two bytes where the id takes
// eight that do not compress. zstd at its fastest level, because the parent encodes for the store while it feeds the
// workers.
#include "facts/encoding.h"
#include "facts/binary.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Compression.h>

#include <cstring>
#include <limits>

namespace plumbline {

static constexpr std::string_view magic = "pbfacts";
static constexpr std::size_t checksum_size = 8;
enum Compression : std::uint8_t { uncompressed = 0, zstd = 1 };
// Far above what a translation unit gives, and below what makes an allocation fail that a damaged size asks for.
static constexpr std::uint64_t largest_payload = 1ull << 30;

static std::string encode_payload(const TuFacts& unit) {
  ByteWriter out;
  out.text(unit.main_file);
  out.number(static_cast<std::uint8_t>(unit.state));
  out.number(unit.error_count);
  out.text(unit.reason);
  out.number(unit.problems.size());
  for (const std::string& problem : unit.problems) out.text(problem);

  out.number(unit.inputs.size());
  std::string_view before;
  for (const InputFile& input : unit.inputs) {
    std::size_t shared = 0;
    while (shared < before.size() && shared < input.path.size() && before[shared] == input.path[shared]) ++shared;
    out.number(shared);
    out.text(std::string_view(input.path).substr(shared));
    out.hash(input.digest);
    before = input.path;
  }

  const StringTable& strings = unit.table.strings;
  out.number(strings.size() - 1);
  for (std::size_t i = 1; i < strings.size(); ++i) out.number(strings.text(static_cast<StringId>(i)).size());
  for (std::size_t i = 1; i < strings.size(); ++i) out.bytes.append(strings.text(static_cast<StringId>(i)));

  std::unordered_map<std::uint64_t, std::uint64_t> index{{0, 0}};
  ByteWriter entities, facts;
  auto write_entity = [&](EntityId id) {
    std::uint64_t bits = static_cast<std::uint64_t>(id);
    auto [known, is_new] = index.try_emplace(bits, index.size());
    if (is_new) entities.hash(bits);
    facts.number(known->second);
  };
  std::int64_t line = 0;
  for (const Fact& fact : unit.table.facts) {
    facts.number(static_cast<std::uint32_t>(fact.kind));
    write_entity(fact.subject);
    write_entity(fact.object);
    const Location& location = fact.location;
    facts.number(static_cast<std::uint32_t>(location.file));
    facts.signed_number(std::int64_t(location.line) - line);
    facts.signed_number(std::int64_t(location.end_line) - location.line);
    facts.number(location.column);
    facts.number(location.end_column);
    line = location.line;
    facts.number(fact.field_count);
    for (const Field& field : unit.table.fields_of(fact)) {
      facts.number(std::uint64_t(static_cast<std::uint32_t>(field.key)) << 1 | field.is_text);
      if (field.is_text)
        facts.number(static_cast<std::uint64_t>(field.value));
      else
        facts.signed_number(field.value);
    }
  }
  out.number(index.size() - 1);
  out.bytes += entities.bytes;
  out.number(unit.table.facts.size());
  out.bytes += facts.bytes;
  return std::move(out.bytes);
}

std::string encode(const TuFacts& facts) {
  std::string payload = encode_payload(facts);
  ByteWriter out;
  out.bytes = magic;
  out.bytes.push_back(fact_format_version);
  llvm::SmallVector<std::uint8_t, 0> compressed;
  if (llvm::compression::zstd::isAvailable())
    llvm::compression::zstd::compress(llvm::arrayRefFromStringRef(payload), compressed,
                                      llvm::compression::zstd::BestSpeedCompression);
  out.bytes.push_back(compressed.empty() ? uncompressed : zstd);
  out.number(payload.size());
  out.bytes += compressed.empty() ? llvm::StringRef(payload) : llvm::toStringRef(compressed);
  out.hash(digest_of(out.bytes));
  return std::move(out.bytes);
}

static llvm::Error damaged(const llvm::Twine& what) {
  return llvm::createStringError("damaged facts: " + what + "; `plumbline cache clear` removes damaged entries");
}

static void decode_strings(ByteReader& in, StringTable& strings) {
  std::size_t count = in.count();
  std::vector<std::uint64_t> lengths(count);
  std::uint64_t total = 0;
  for (std::uint64_t& length : lengths) {
    std::size_t start = in.position;
    length = in.number();
    if (length == 0 || length > in.left()) in.fail("a string has an impossible length", start);
    total += length;
    if (in.problem) return;
  }
  std::string_view bytes = in.take(total);
  if (in.problem) return;
  std::unique_ptr<char[]> own(new char[bytes.size() + 1]);
  std::memcpy(own.get(), bytes.data(), bytes.size());
  std::vector<std::string_view> texts{std::string_view()};
  texts.reserve(count + 1);
  const char* next = own.get();
  for (std::uint64_t length : lengths) {
    texts.emplace_back(next, length);
    next += length;
  }
  strings = StringTable(std::move(own), std::move(texts));
}

static std::uint32_t line_after(ByteReader& in, std::uint32_t before) {
  std::size_t start = in.position;
  std::uint64_t line = before + static_cast<std::uint64_t>(in.signed_number()); // wraps instead of overflowing
  if (line > std::numeric_limits<std::uint32_t>::max()) return in.fail("a line is out of range", start), 0;
  return static_cast<std::uint32_t>(line);
}

static void decode_facts(ByteReader& in, FactTable& table) {
  constexpr std::uint64_t any_number = 1ull << 32;
  std::uint64_t string_count = table.strings.size();
  std::vector<EntityId> entities{EntityId::none};
  std::size_t entity_count = in.count();
  entities.reserve(entity_count + 1);
  for (std::size_t i = 0; i < entity_count && !in.problem; ++i) entities.push_back(static_cast<EntityId>(in.hash()));

  std::size_t fact_count = in.count();
  table.facts.reserve(fact_count);
  table.fields.reserve(fact_count);
  std::uint32_t line = 0;
  auto string = [&] { return static_cast<StringId>(in.below(string_count, "a string index is out of range")); };
  auto entity = [&] { return entities[in.below(entities.size(), "an entity index is out of range")]; };
  for (std::size_t i = 0; i < fact_count && !in.problem; ++i) {
    Fact fact;
    fact.kind = string();
    fact.subject = entity();
    fact.object = entity();
    fact.location.file = string();
    fact.location.line = line = line_after(in, line);
    fact.location.end_line = line_after(in, line);
    fact.location.column = static_cast<std::uint32_t>(in.below(any_number, "a column is out of range"));
    fact.location.end_column = static_cast<std::uint32_t>(in.below(any_number, "a column is out of range"));
    fact.first_field = static_cast<std::uint32_t>(table.fields.size());
    fact.field_count = static_cast<std::uint32_t>(in.count());
    for (std::uint32_t j = 0; j < fact.field_count && !in.problem; ++j) {
      std::uint64_t key = in.below(string_count * 2, "a field's key is out of range");
      Field field{static_cast<StringId>(key >> 1), (key & 1) != 0, 0};
      field.value = field.is_text ? static_cast<std::int64_t>(string()) : in.signed_number();
      table.fields.push_back(field);
    }
    table.facts.push_back(fact);
  }
}

static llvm::Expected<TuFacts> decode_payload(std::string_view payload) {
  ByteReader in(payload);
  TuFacts unit;
  unit.main_file = in.text();
  unit.state = static_cast<UnitState>(in.below(4, "the unit's state is unknown"));
  unit.error_count = static_cast<std::uint32_t>(in.below(1ull << 32, "the error count is out of range"));
  unit.reason = in.text();
  unit.problems.resize(in.count());
  for (std::string& problem : unit.problems) problem = in.text();

  unit.inputs.resize(in.count());
  std::string_view before;
  for (InputFile& input : unit.inputs) {
    std::uint64_t shared = in.below(before.size() + 1, "a path shares more than the path before it has");
    std::string_view rest = in.text();
    if (in.problem) break;
    input.path.reserve(shared + rest.size());
    input.path.append(before.substr(0, shared)).append(rest);
    input.digest = in.hash();
    before = input.path;
  }
  decode_strings(in, unit.table.strings);
  decode_facts(in, unit.table);
  if (!in.problem && in.left() != 0) in.fail("bytes follow the last fact", in.position);
  if (in.problem) return damaged(llvm::Twine(in.problem) + " at byte " + llvm::Twine(in.position) + " of the payload");
  return unit;
}

llvm::Expected<TuFacts> decode(llvm::StringRef bytes) {
  if (bytes.size() < magic.size() + 3 + checksum_size) return damaged("shorter than its header");
  if (!bytes.starts_with(magic)) return damaged("it does not begin as facts do");
  std::uint8_t version = static_cast<std::uint8_t>(bytes[magic.size()]);
  if (version != fact_format_version)
    return damaged("format version " + llvm::Twine(version) + ", where this build reads " +
                   llvm::Twine(fact_format_version));
  llvm::StringRef checked = bytes.drop_back(checksum_size);
  if (ByteReader(bytes.take_back(checksum_size)).hash() != digest_of(checked))
    return damaged("the checksum does not match");

  ByteReader header(checked.drop_front(magic.size() + 1));
  std::string_view compression = header.take(1);
  std::uint64_t size = header.number();
  if (header.problem || size > largest_payload) return damaged("an impossible payload size");
  llvm::StringRef payload = header.take(header.left());
  if (compression[0] == uncompressed) {
    if (payload.size() != size) return damaged("the payload does not have the size that the header says");
    return decode_payload(payload);
  }
  if (compression[0] != zstd) return damaged("an unknown compression");
  if (!llvm::compression::zstd::isAvailable()) return damaged("compressed with zstd, which this build lacks");
  llvm::SmallVector<std::uint8_t, 0> inflated;
  inflated.resize_for_overwrite(size);
  std::size_t inflated_size = size;
  if (llvm::Error error =
          llvm::compression::zstd::decompress(llvm::arrayRefFromStringRef(payload), inflated.data(), inflated_size)) {
    llvm::consumeError(std::move(error));
    return damaged("the payload does not decompress");
  }
  if (inflated_size != size) return damaged("the payload does not have the size that the header says");
  return decode_payload(llvm::toStringRef(inflated));
}

} // namespace plumbline
