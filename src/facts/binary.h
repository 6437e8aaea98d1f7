// Numbers and texts as bytes: what the encoding of facts, the store's index and the messages between pool and worker
// are made of. Numbers are LEB128 (seven bits a byte, low bits first), signed ones zigzag-coded before that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plumbline {

class ByteWriter {
 public:
  std::string bytes;

  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
    bytes.push_back(static_cast<char>(value));
  }
  void signed_number(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  // Eight bytes, for hashes: LEB128 would make them ten.
  void hash(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(value >> shift));
  }
  void text(std::string_view value) {
    number(value.size());
    bytes.append(value);
  }
};

// Reads what ByteWriter wrote, from bytes that may be anything. The first trouble is kept in `problem` and everything
// after it reads as zero or empty, so that callers check once, at the end or before they use a number as a size.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes(bytes) {}

  const char* problem = nullptr; // what is wrong, or null
  std::size_t position = 0;      // of the next byte, or of the trouble

  std::size_t left() const { return bytes.size() - position; }

  std::uint64_t number() {
    // Most numbers are small, and decoding is most of a warm scan.
    if (!problem && position < bytes.size() && static_cast<signed char>(bytes[position]) >= 0)
      return static_cast<std::uint8_t>(bytes[position++]);
    std::uint64_t value = 0;
    std::size_t start = position;
    for (unsigned shift = 0; !problem; shift += 7) {
      if (position == bytes.size()) return fail("it ends inside a number", start);
      std::uint64_t byte = static_cast<std::uint8_t>(bytes[position++]);
      if (shift == 63 && byte > 1) return fail("a number has more than 64 bits", start);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return 0;
  }
  std::int64_t signed_number() {
    std::uint64_t value = number();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  std::uint64_t hash() {
    std::string_view eight = take(8);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < eight.size(); ++i) value |= std::uint64_t(static_cast<std::uint8_t>(eight[i])) << 8 * i;
    return value;
  }
  std::string_view take(std::uint64_t size) {
    if (problem) return {};
    if (size > left()) return fail("it ends inside a text", position), std::string_view();
    position += size;
    return bytes.substr(position - size, size);
  }
  std::string_view text() { return take(number()); }
  // The number of things that follow, each of at least one byte: so no count makes the reader reserve more than the
  // bytes could hold.
  std::size_t count() {
    std::size_t start = position;
    std::uint64_t value = number();
    return value > left() ? fail("a count is larger than what follows", start) : value;
  }
  // A number below `limit`; `what` is the trouble otherwise.
  std::uint64_t below(std::uint64_t limit, const char* what) {
    std::size_t start = position;
    std::uint64_t value = number();
    return !problem && value >= limit ? fail(what, start) : value;
  }
  std::uint64_t fail(const char* what, std::size_t where) {
    if (!problem) problem = what, position = where;
    return 0;
  }

 private:
  std::string_view bytes;
};

} // namespace plumbline
