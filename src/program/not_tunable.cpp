#include "program/not_tunable.h"
#include "program/names.h"

#include <algorithm>

namespace plumbline {

static bool has_word(std::string_view text, std::initializer_list<std::string_view> wanted) {
  const std::vector<std::string> words = words_of(text);
  return std::find_first_of(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
}

bool names_a_buffer(std::string_view name) {
  std::vector<std::string> words = words_of(name);
  if (words.size() == 2 && words.back() == "size" && words.front() == "min") return true;
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word == "buf" || word == "buffer" || word == "iobuf"; });
}

bool names_a_socket_flag(std::string_view name) {
  return name == "keepalive" || name == "keep_alive" || name == "linger" || name == "nodelay";
}

bool names_a_measured_time(std::string_view name) { return has_word(name, {"now", "elapsed", "timestamp", "uptime"}); }

bool names_a_score(std::string_view name) {
  return has_word(name, {"weight", "weights", "score", "scores", "rank", "ranking", "penalty", "fitness"});
}

bool names_a_granularity(std::string_view name) { return has_word(name, {"resolution", "granularity", "precision"}); }

bool says_at_once(std::string_view line) { return has_word(line, {"immediate", "immediately", "asap", "instantly"}); }

bool names_a_start(std::string_view name) { return has_word(name, {"initial", "initially", "starting", "protocol"}); }

bool is_size_of_a_number(double value, std::string_view function, std::string_view named) {
  if (value != 2 && value != 4 && value != 8) return false;
  return has_word(function, {"read", "write", "peek", "skip", "encode", "decode", "pack", "unpack", "copy"}) ||
         (has_word(named, {"bytes", "len", "length"}) && !has_word(named, {"max", "min", "limit", "capacity"}));
}

bool asks_for_more_than_one(const UseFact& use, double value) {
  const std::string_view names = use.other_names;
  return value == 2 && (use.operation == ">=" || use.operation == "<") && names.substr(names.rfind(',') + 1) == "size";
}

static constexpr std::pair<std::string_view, std::int64_t> spelled_units[] = {
    {"ms", millisecond}, {"s", second},    {"sec", second}, {"secs", second}, {"m", minute},
    {"min", minute},     {"mins", minute}, {"h", hour},     {"hour", hour},   {"d", day}};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Whether a number and its unit, as in 10s, say the span. `embedded`: only as part of a longer name.
static bool spells_the_span(std::string_view text, double nanoseconds, bool embedded) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char before = i > 0 ? text[i - 1] : ' ';
    if (!is_digit(text[i]) || is_digit(before)) continue;
    if (embedded ? !is_letter(before) && before != '_' : is_letter(before)) continue;
    double number = 0;
    for (; i < text.size() && is_digit(text[i]); ++i) number = number * 10 + (text[i] - '0');
    const std::size_t begin = i;
    while (i < text.size() && is_letter(text[i])) ++i;
    const std::string_view unit = text.substr(begin, i - begin);
    for (const std::pair<std::string_view, std::int64_t>& known : spelled_units)
      if (unit == known.first && nanoseconds == number * static_cast<double>(known.second)) return true;
  }
  return false;
}

bool says_the_span(std::string_view text, double nanoseconds) { return spells_the_span(text, nanoseconds, false); }

bool is_called_by_its_span(std::string_view line, double nanoseconds) {
  const std::size_t comment = std::min(line.find("//"), line.find("/*"));
  return nanoseconds > 0 && spells_the_span(line.substr(0, comment), nanoseconds, true);
}

bool writes_time_down(const EntityFact* function, double nanoseconds) {
  if (!function || function->type_class != TypeClass::text) return false;
  return std::any_of(std::begin(spelled_units), std::end(spelled_units),
                     [&](const std::pair<std::string_view, std::int64_t>& unit) {
                       return nanoseconds == static_cast<double>(unit.second);
                     });
}

bool asks_for_a_whole_message(std::string_view names, double value) {
  constexpr double longest_header = 64; // bytes; more is how much may be buffered
  const std::vector<std::string> words = words_of(names.substr(names.rfind(',') + 1));
  return value < longest_header && words.size() > 1 && (words.back() == "length" || words.back() == "bytes") &&
         has_word(words[words.size() - 2], {"buffer", "buf", "buffered", "iobuf"});
}

bool names_a_format(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  if (words.size() < 2 || (words.back() != "size" && words.back() != "length" && words.back() != "len")) return false;
  const auto names = [&](std::initializer_list<std::string_view> wanted) {
    return std::find_first_of(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
  };
  return names({"packet", "header", "trailer", "footer", "magic", "checksum", "digest"}) &&
         !names({"max", "min", "maximum", "minimum", "limit", "default", "buffer", "queue", "batch", "pool"});
}

bool is_unit_of_its_owner(std::string_view owner, double nanoseconds) {
  static constexpr std::pair<std::string_view, std::int64_t> units[] = {
      {"second", second}, {"minute", minute}, {"hour", hour}, {"day", day}};
  const std::vector<std::string> words = words_of(owner.substr(owner.rfind(':') + 1));
  return std::any_of(std::begin(units), std::end(units), [&](const std::pair<std::string_view, std::int64_t>& unit) {
    return nanoseconds == static_cast<double>(unit.second) &&
           std::find(words.begin(), words.end(), unit.first) != words.end();
  });
}

bool is_endless(const ConstantFact& constant) {
  // 0xFFFF, 0xFFFFFF: all that a field can hold.
  llvm::StringRef digits = constant.text;
  if (digits.consume_front_insensitive("0x") && digits.size() >= 4 &&
      digits.rtrim("uUlL").find_first_not_of("fF") == llvm::StringRef::npos)
    return true;
  // Between the epochs of NTP, GPS, Windows, Mac OS and Unix, and 2000, in seconds.
  static constexpr double epochs[] = {2208988800, 315964800, 11644473600, 2082844800, 978307200, 946684800};
  if (std::find(std::begin(epochs), std::end(epochs), constant.value) != std::end(epochs)) return true;
  // 2^48 - 1: all that so many bits can hold.
  if (constant.tick <= 0 && constant.value >= 2147483647.0 && constant.value < 1e16) {
    const std::uint64_t next = static_cast<std::uint64_t>(constant.value) + 1;
    if ((next & (next - 1)) == 0) return true;
  }
  // How "for ever" and "as much as there is" are spelled: the largest values of 16, 24, 31, 32, 63 and 64 bits.
  if (constant.tick <= 0)
    return constant.value == 65535.0 || constant.value == 16777215.0 || constant.value == 2147483647.0 ||
           constant.value == 4294967295.0 || constant.value >= 1e16;
  return constant.value * static_cast<double>(constant.tick) >= longer_than_anybody_waits;
}

static bool is_hexadecimal(llvm::StringRef text) { return text.ltrim("( ").starts_with_insensitive("0x"); }

std::set<std::pair<std::string_view, std::string_view>> macros_in_a_row(const Program& program) {
  std::set<std::pair<std::string_view, std::string_view>> numbered; // file, macro
  for (std::size_t i = 0; i < program.macros.size(); ++i) {
    const MacroFact& macro = program.macros[i];
    for (std::size_t j = i >= 3 ? i - 3 : 0; j < std::min(program.macros.size(), i + 4); ++j) {
      const MacroFact& other = program.macros[j];
      bool near = other.location.file == macro.location.file && other.name != macro.name;
      bool next = other.value == macro.value + 1 || other.value == macro.value - 1;
      bool doubled = (other.value == macro.value * 2 || other.value * 2 == macro.value) && is_hexadecimal(macro.text) &&
                     is_hexadecimal(other.text);
      if (near && macro.value > 0 && (next || doubled) && macro.names.empty())
        numbered.insert({program.path(macro.location), macro.name});
    }
  }
  return numbered;
}

bool is_unit_constant(std::string_view name, double value) {
  if (names_a_unit(name)) return true;
  Meaning meaning = meaning_of(name, TypeClass::integer);
  if (meaning.dimension != Dimension::duration || meaning.role != "other") return false;
  std::vector<std::string> words = words_of(name);
  if (words.size() > 3 || words.front() == "max" || words.front() == "min") return false;
  for (double factor : {1.0, 60.0, 3600.0, 86400.0, 1e3, 1e6, 1e9})
    if (value == factor) return true;
  // UTIME_HOURS = 3600000000: how many of a smaller unit the named one has.
  for (std::int64_t tick : {nanosecond, microsecond, millisecond, second})
    if (value * static_cast<double>(tick) == static_cast<double>(unit_of_name(name))) return true;
  return false;
}

} // namespace plumbline
