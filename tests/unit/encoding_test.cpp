#include "facts/binary.h"
#include "facts/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace plumbline {

using testing::HasSubstr;

static TuFacts small_unit() {
  TuFacts unit;
  unit.main_file = "src/main.cpp";
  unit.state = UnitState::analysed_with_errors;
  unit.error_count = 3;
  unit.reason = "src/main.cpp:1:1: unknown type name 'x'";
  unit.problems = {"-fplugin=x.so is not loaded", ""};
  unit.inputs = {{"/usr/include/stdio.h", 1}, {"/usr/include/stdlib.h", ~0ull}, {"src/main.cpp", 0x0123456789abcdef}};
  FactTable& table = unit.table;
  Location place{table.strings.intern("src/main.cpp"), 10, 1, 12, 40};
  FactBuilder(table, "flow")
      .subject(entity_from_text("a"))
      .object(entity_from_text("b"))
      .at(place)
      .text("op", "init")
      .number("value", std::numeric_limits<std::int64_t>::min());
  place.line = 4, place.end_line = 4;
  FactBuilder(table, "flow")
      .subject(entity_from_text("b"))
      .at(place)
      .number("value", std::numeric_limits<std::int64_t>::max())
      .text("text", "ünïcode\n");
  place.line = place.end_line = place.column = place.end_column = std::numeric_limits<std::uint32_t>::max();
  FactBuilder(table, "bare").at(place);
  return unit;
}

// What a unit says, independent of string ids and of unused fields.
static std::string description(const TuFacts& unit) {
  std::string text = unit.main_file + "|" + std::string(name_of(unit.state)) + "|" + std::to_string(unit.error_count) +
                     "|" + unit.reason + "\n";
  for (const std::string& problem : unit.problems) text += "problem " + problem + "\n";
  for (const InputFile& input : unit.inputs) text += "input " + input.path + " " + std::to_string(input.digest) + "\n";
  for (const Fact& fact : unit.table.facts) {
    const StringTable& strings = unit.table.strings;
    text += std::string(strings.text(fact.kind)) + " " + std::to_string(static_cast<std::uint64_t>(fact.subject)) +
            " " + std::to_string(static_cast<std::uint64_t>(fact.object)) + " " +
            std::string(strings.text(fact.location.file));
    for (std::uint32_t number :
         {fact.location.line, fact.location.column, fact.location.end_line, fact.location.end_column})
      text += ":" + std::to_string(number);
    for (const Field& field : unit.table.fields_of(fact))
      text += " " + std::string(strings.text(field.key)) + "=" +
              (field.is_text ? "'" + std::string(strings.text(static_cast<StringId>(field.value))) + "'"
                             : std::to_string(field.value));
    text += "\n";
  }
  return text;
}

static std::string error_of(llvm::StringRef bytes) {
  llvm::Expected<TuFacts> facts = decode(bytes);
  return facts ? "" : llvm::toString(facts.takeError());
}

// An encoding around any payload, with a checksum that holds.
static std::string sealed(std::string_view payload, std::uint64_t size, char compression = 0,
                          char version = fact_format_version) {
  ByteWriter out;
  out.bytes = "pbfacts";
  out.bytes.push_back(version);
  out.bytes.push_back(compression);
  out.number(size);
  out.bytes += payload;
  out.hash(digest_of(out.bytes));
  return out.bytes;
}
static std::string sealed(const ByteWriter& payload) { return sealed(payload.bytes, payload.bytes.size()); }

// A payload up to where `strings` begin.
static ByteWriter payload_start() {
  ByteWriter out;
  out.text("a.cpp");
  for (int i = 0; i < 2; ++i) out.number(0); // state, errors
  out.text("");
  for (int i = 0; i < 2; ++i) out.number(0); // problems, inputs
  return out;
}

TEST(Encoding, GivesBackWhatWentIn) {
  TuFacts unit = small_unit();
  llvm::Expected<TuFacts> decoded = decode(encode(unit));
  ASSERT_TRUE(static_cast<bool>(decoded)) << llvm::toString(decoded.takeError());
  EXPECT_EQ(description(*decoded), description(unit));
  EXPECT_THAT(description(unit), HasSubstr("value=-9223372036854775808"));
  EXPECT_THAT(description(unit), HasSubstr("/usr/include/stdlib.h 18446744073709551615"));
}

TEST(Encoding, KeepsStringIds) {
  TuFacts unit = small_unit();
  llvm::Expected<TuFacts> decoded = decode(encode(unit));
  ASSERT_TRUE(static_cast<bool>(decoded));
  StringTable& strings = decoded->table.strings;
  ASSERT_EQ(strings.size(), unit.table.strings.size());
  for (std::size_t i = 0; i < strings.size(); ++i)
    EXPECT_EQ(strings.text(static_cast<StringId>(i)), unit.table.strings.text(static_cast<StringId>(i)));
  EXPECT_EQ(strings.find("flow"), unit.table.strings.find("flow")) << "before the first intern";
  EXPECT_EQ(strings.find("nowhere"), StringId::empty);
  EXPECT_EQ(strings.intern("flow"), unit.table.strings.find("flow"));
  EXPECT_EQ(static_cast<std::size_t>(strings.intern("new text")), unit.table.strings.size());
  EXPECT_EQ(strings.find("new text"), static_cast<StringId>(unit.table.strings.size()));
}

TEST(Encoding, IsDeterministicAndCanonical) {
  std::string bytes = encode(small_unit());
  EXPECT_EQ(bytes, encode(small_unit()));
  llvm::Expected<TuFacts> decoded = decode(bytes);
  ASSERT_TRUE(static_cast<bool>(decoded));
  EXPECT_EQ(encode(*decoded), bytes);
}

TEST(Encoding, HoldsTheEmptyUnit) {
  llvm::Expected<TuFacts> decoded = decode(encode(TuFacts()));
  ASSERT_TRUE(static_cast<bool>(decoded)) << llvm::toString(decoded.takeError());
  EXPECT_EQ(decoded->state, UnitState::failed);
  EXPECT_EQ(decoded->table.strings.size(), 1u);
}

TEST(Encoding, DropsFieldsThatNoFactRefersTo) {
  TuFacts unit;
  {
    FactBuilder outer(unit.table, "outer");
    outer.number("first", 1);
    FactBuilder(unit.table, "inner").number("own", 2);
    outer.number("second", 3);
  }
  EXPECT_EQ(unit.table.fields.size(), 4u);
  llvm::Expected<TuFacts> decoded = decode(encode(unit));
  ASSERT_TRUE(static_cast<bool>(decoded));
  EXPECT_EQ(decoded->table.fields.size(), 3u);
  EXPECT_EQ(description(*decoded), description(unit));
}

TEST(Encoding, IsSmall) {
  TuFacts unit;
  Location place{unit.table.strings.intern("src/main.cpp"), 1, 5, 1, 20};
  for (int i = 0; i < 10'000; ++i) {
    place.line += 3, place.end_line += 3;
    FactBuilder(unit.table, "flow")
        .subject(static_cast<EntityId>(1000 + i % 500))
        .object(static_cast<EntityId>(i % 300))
        .at(place)
        .text("op", "init")
        .number("value", i);
  }
  EXPECT_LT(encode(unit).size(), 10'000u * 10) << "sizeof(Fact) is about 60";
}

// Flipped bits and cut ends must be noticed; there is a checksum over every byte.
TEST(Encoding, NoticesEveryDamagedByte) {
  std::string bytes = encode(small_unit());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      EXPECT_NE(error_of(flipped), "") << "byte " << i << " bit " << bit;
    }
    EXPECT_NE(error_of(llvm::StringRef(bytes).take_front(i)), "") << "cut to " << i;
  }
  EXPECT_NE(error_of(bytes + std::string(1, '\0')), "");
  EXPECT_NE(error_of(bytes + bytes), "");
}

// Behind a checksum that holds, a damaged payload may decode to something else, but never to something malformed.
TEST(Encoding, SurvivesAnyPayload) {
  std::string bytes = encode(small_unit());
  ByteReader header(bytes);
  header.take(9);
  std::uint64_t size = header.number();
  std::string_view compressed = header.take(header.left() - 8);
  auto check = [](std::string_view candidate) {
    llvm::Expected<TuFacts> facts = decode(candidate);
    if (!facts) return llvm::consumeError(facts.takeError()), 0;
    std::string first = description(*facts); // reads every index
    llvm::Expected<TuFacts> again = decode(encode(*facts));
    EXPECT_TRUE(static_cast<bool>(again)) << llvm::toString(again.takeError());
    if (again) EXPECT_EQ(description(*again), first);
    return 1;
  };
  // The same payload without compression: rebuilt from the grammar by the decoder's own inverse would prove nothing, so
  // zstd's frame is fuzzed as well as a payload written here.
  ByteWriter plain = payload_start();
  plain.number(2), plain.number(4), plain.number(2), plain.bytes += "flowop";
  plain.number(1), plain.hash(77);
  plain.number(2);
  for (int fact = 0; fact < 2; ++fact) {
    plain.number(1), plain.number(1), plain.number(0), plain.number(2); // kind, subject, object, file
    plain.signed_number(5), plain.signed_number(1), plain.number(3), plain.number(9);
    plain.number(2), plain.number(2 << 1 | 1), plain.number(1), plain.number(2 << 1), plain.signed_number(-9);
  }
  ASSERT_EQ(check(sealed(plain)), 1) << error_of(sealed(plain));
  int accepted = 0;
  for (std::size_t i = 0; i < plain.bytes.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      ByteWriter changed = plain;
      changed.bytes[i] = static_cast<char>(value);
      accepted += check(sealed(changed));
    }
    ByteWriter cut;
    cut.bytes = plain.bytes.substr(0, i);
    EXPECT_EQ(check(sealed(cut)), 0) << i;
  }
  EXPECT_GT(accepted, 256) << "some changes must give other valid facts, or nothing was tested";
  for (std::size_t i = 0; i < compressed.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed(compressed);
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      check(sealed(changed, size, 1));
    }
  std::mt19937 random(20261121);
  for (int round = 0; round < 20'000; ++round) {
    std::string noise(random() % 64, '\0');
    for (char& byte : noise) byte = static_cast<char>(random() % (round % 2 ? 8 : 256));
    check(sealed(noise, noise.size()));
  }
}

TEST(Encoding, SaysWhatIsWrong) {
  std::string bytes = encode(small_unit());
  EXPECT_THAT(error_of(""), HasSubstr("shorter than its header"));
  EXPECT_THAT(error_of(std::string(40, 'x')), HasSubstr("does not begin as facts do"));
  EXPECT_THAT(error_of(bytes.substr(0, bytes.size() - 1)), HasSubstr("the checksum does not match"));
  EXPECT_THAT(error_of(sealed("", 0, 0, fact_format_version + 1)), HasSubstr("format version"));
  EXPECT_THAT(error_of(sealed("", 0, 7)), HasSubstr("an unknown compression"));
  EXPECT_THAT(error_of(sealed("abc", 3, 1)), HasSubstr("the payload does not decompress"));
  EXPECT_THAT(error_of(sealed("abc", 2)), HasSubstr("does not have the size that the header says"));
  EXPECT_THAT(error_of(sealed("abc", 1ull << 40)), HasSubstr("an impossible payload size"));
  EXPECT_THAT(error_of(sealed("", 0)), HasSubstr("it ends inside a number"));
  EXPECT_THAT(error_of(bytes), "");

  ByteWriter payload;
  payload.number(100);
  EXPECT_THAT(error_of(sealed(payload)), HasSubstr("it ends inside a text"));
  payload.bytes = std::string(10, '\xff') + "\x01";
  EXPECT_THAT(error_of(sealed(payload)), HasSubstr("a number has more than 64 bits"));
  payload = {};
  payload.text("a.cpp"), payload.number(4);
  EXPECT_THAT(error_of(sealed(payload)), HasSubstr("the unit's state is unknown"));
  payload = {};
  payload.text("a.cpp"), payload.number(0), payload.number(1ull << 32);
  EXPECT_THAT(error_of(sealed(payload)), HasSubstr("the error count is out of range"));
  payload = {};
  payload.text("a.cpp"), payload.number(0), payload.number(0), payload.text(""), payload.number(50);
  EXPECT_THAT(error_of(sealed(payload)), HasSubstr("a count is larger than what follows"));
  payload = {};
  payload.text("a.cpp"), payload.number(0), payload.number(0), payload.text(""), payload.number(0), payload.number(1);
  payload.number(1), payload.text("x"), payload.hash(0);
  EXPECT_THAT(error_of(sealed(payload)), HasSubstr("a path shares more"));
}

TEST(Encoding, SaysWhichIndexIsOutOfRange) {
  ByteWriter start = payload_start();
  ByteWriter payload = start;
  payload.number(1), payload.number(0), payload.number(0), payload.number(0);
  EXPECT_THAT(error_of(sealed(payload)), HasSubstr("a string has an impossible length"));

  start.number(1), start.number(4), start.bytes += "flow"; // one string
  start.number(1), start.hash(77);                         // one entity
  start.number(1);                                         // one fact
  // kind, subject, object, file, line, end line, column, end column, fields
  auto with = [&](std::initializer_list<std::uint64_t> numbers) {
    ByteWriter out = start;
    for (std::uint64_t number : numbers) out.number(number);
    return error_of(sealed(out));
  };
  EXPECT_EQ(with({1, 1, 0, 1, 2, 0, 0, 0, 0}), "");
  EXPECT_THAT(with({2, 1, 0, 1, 2, 0, 0, 0, 0}), HasSubstr("a string index is out of range"));
  EXPECT_THAT(with({1, 2, 0, 1, 2, 0, 0, 0, 0}), HasSubstr("an entity index is out of range"));
  EXPECT_THAT(with({1, 1, 0, 1, 1, 0, 0, 0, 0}), HasSubstr("a line is out of range")) << "line -1";
  EXPECT_THAT(with({1, 1, 0, 1, 2, 1ull << 34, 0, 0, 0}), HasSubstr("a line is out of range"));
  EXPECT_THAT(with({1, 1, 0, 1, 2, 0, 1ull << 32, 0, 0}), HasSubstr("a column is out of range"));
  EXPECT_THAT(with({1, 1, 0, 1, 2, 0, 0, 0, 1, 4, 0}), HasSubstr("a field's key is out of range"));
  EXPECT_THAT(with({1, 1, 0, 1, 2, 0, 0, 0, 1, 3, 2}), HasSubstr("a string index is out of range"));
  EXPECT_THAT(with({1, 1, 0, 1, 2, 0, 0, 0, 0, 0}), HasSubstr("bytes follow the last fact"));
}

} // namespace plumbline
