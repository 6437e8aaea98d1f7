#include "program/data_lengths.h"
#include "facts/words.h"

#include <algorithm>
#include <array>

namespace plumbline {

// char*, const u8*, unsigned char[16], void*, std::byte*: what bytes are pointed to by.
static bool points_to_bytes(std::string_view type) {
  static constexpr std::array bytes = {"char", "void", "byte",  "u8",     "uint8_t", "int8_t",
                                       "s8",   "BYTE", "uint8", "guint8", "u_char",  "gchar"};
  const std::size_t end = type.find_first_of("*[");
  if (end == std::string_view::npos || type.find('<') < end) return false;
  std::string_view base = type.substr(0, end);
  while (!base.empty() && base.back() == ' ') base.remove_suffix(1);
  base.remove_prefix(base.find_last_of(" :") + 1); // npos + 1 is 0
  return std::find(bytes.begin(), bytes.end(), base) != bytes.end();
}

static bool names_a_length(std::string_view word) {
  static constexpr std::array lengths = {"len", "length", "size", "sz", "buflen", "bufsize", "buffersize", "datalen"};
  return std::find(lengths.begin(), lengths.end(), word) != lengths.end();
}

// The same where the rest of the name is that of the data: buffer_max, buffer_capacity.
static bool names_room(std::string_view word) {
  static constexpr std::array rooms = {"max", "capacity", "cap", "count", "bytes"};
  return std::find(rooms.begin(), rooms.end(), word) != rooms.end();
}

// Whether `name` is that of the length of what is called `data`: id and id_len, reply and reply_size, buf and nbuf.
// With `bare`, a name that says nothing else will do: len, buf_len. A max_len may be a limit of what the bytes only
// name.
static bool names_length_of(std::string_view name, std::string_view data, bool bare) {
  static constexpr std::array buffers = {"buf", "buffer", "data", "out", "dst", "dest", "src", "in"};
  std::vector<std::string> words = words_of(name);
  if (name.size() == data.size() + 1 && name.front() == 'n' && name.substr(1) == data) return true;
  if (words.empty() || (!names_a_length(words.back()) && !names_room(words.back()))) return false;
  const bool is_room = names_room(words.back());
  words.pop_back();
  if (!words.empty() && words == words_of(data)) return true;
  return bare && !is_room && std::all_of(words.begin(), words.end(), [](const std::string& word) {
           return std::find(buffers.begin(), buffers.end(), word) != buffers.end();
         });
}

bool is_length_of_data(const Program& program, const EntityFact& entity) {
  if (entity.type_class != TypeClass::integer || entity.owner == EntityId::none) return false;
  const bool parameter = entity.kind == EntityKind::parameter;
  if (!parameter && entity.kind != EntityKind::field) return false;
  const std::span<const std::uint32_t> members = program.members_of(entity.owner);
  return std::any_of(members.begin(), members.end(), [&](std::uint32_t index) {
    const EntityFact& other = program.entities[index];
    return other.kind == entity.kind && points_to_bytes(other.type) &&
           names_length_of(entity.name, other.name, parameter && other.index + 1 == entity.index);
  });
}

} // namespace plumbline
