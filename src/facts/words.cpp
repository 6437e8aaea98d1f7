#include "facts/words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <utility>

namespace plumbline {

std::vector<std::string> words_of(std::string_view identifier) {
  std::vector<std::string> words;
  std::string word;
  auto flush = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t i = 0; i < identifier.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(identifier[i]);
    if (!std::isalnum(c)) {
      flush();
      continue;
    }
    unsigned char before = i > 0 ? static_cast<unsigned char>(identifier[i - 1]) : '_';
    unsigned char after = i + 1 < identifier.size() ? static_cast<unsigned char>(identifier[i + 1]) : '_';
    bool starts = std::isupper(c) &&
                  (std::islower(before) || std::isdigit(before) || (std::isupper(before) && std::islower(after)));
    // "TTLs", "IDs": the plural of an acronym is no new word.
    if (starts && std::isupper(before) && after == 's' &&
        (i + 2 >= identifier.size() || !std::islower(static_cast<unsigned char>(identifier[i + 2]))))
      starts = false;
    if (starts) flush();
    word += static_cast<char>(std::tolower(c));
  }
  flush();
  // The "k" of constants, the "m_", "s_", "g_" of members and globals carry no meaning.
  if (words.size() > 1 && words[0].size() == 1 &&
      std::string_view("kmsgcp").find(words[0][0]) != std::string_view::npos)
    words.erase(words.begin());
  return words;
}

std::int64_t unit_of_word(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 44> units{{
      {"ns", nanosecond},
      {"nsec", nanosecond},
      {"nsecs", nanosecond},
      {"nano", nanosecond},
      {"nanos", nanosecond},
      {"nanosecond", nanosecond},
      {"nanoseconds", nanosecond},
      {"us", microsecond},
      {"usec", microsecond},
      {"usecs", microsecond},
      {"micro", microsecond},
      {"micros", microsecond},
      {"microsec", microsecond},
      {"microsecs", microsecond},
      {"microsecond", microsecond},
      {"microseconds", microsecond},
      {"ms", millisecond},
      {"msec", millisecond},
      {"msecs", millisecond},
      {"milli", millisecond},
      {"millis", millisecond},
      {"millisec", millisecond},
      {"millisecs", millisecond},
      {"millisecond", millisecond},
      {"milliseconds", millisecond},
      {"sec", second},
      {"secs", second},
      {"second", second},
      {"seconds", second},
      {"min", minute},
      {"mins", minute},
      {"minute", minute},
      {"minutes", minute},
      {"hr", hour},
      {"hrs", hour},
      {"hour", hour},
      {"hours", hour},
      {"day", day},
      {"days", day},
      {"week", 7 * day},
      {"weeks", 7 * day},
      {"month", 30 * day},
      {"months", 30 * day},
      {"years", 365 * day},
  }};
  for (const std::pair<std::string_view, std::int64_t>& unit : units)
    if (unit.first == word) return unit.second;
  return 0;
}

std::int64_t unit_of_name(std::string_view identifier) {
  std::vector<std::string> words = words_of(identifier);
  if (words.empty()) return 0;
  const std::string& last = words.back();
  // "min" is a minimum unless it stands behind a time noun ("interval_min"); too rare to guess.
  if (last == "min") return 0;
  // "milli_seconds", "MilliSeconds"
  if (words.size() > 1 && (last == "seconds" || last == "secs" || last == "sec" || last == "second"))
    if (std::int64_t unit = unit_of_word(words[words.size() - 2]); unit && unit < second) return unit;
  // five_seconds = 5000000: the name is the value, in whatever unit.
  if (words.size() > 1)
    for (std::string_view number : {"one", "two", "three", "five", "ten", "fifteen", "twenty", "thirty", "sixty"})
      if (words[words.size() - 2] == number) return 0;
  if (std::int64_t unit = unit_of_word(last)) return unit;
  // "timeout_s", "ttl_s": behind a time noun the letter is the unit's SI symbol.
  if (last == "s" && words.size() > 1)
    for (std::string_view noun : {"timeout", "interval", "ttl", "delay", "period", "time", "wait", "backoff",
                                  "deadline", "lease", "expiry", "age", "duration", "heartbeat"})
      if (words[words.size() - 2] == noun) return second;
  // "usAveragePeriod", "ms_delay": in front, where a time noun shows that it is no pronoun or name.
  if (words.size() > 1)
    if (std::string_view front = words.front();
        front == "us" || front == "ms" || front == "ns" || front == "usec" || front == "msec")
      for (std::string_view noun :
           {"timeout", "interval", "delay", "period", "wait", "backoff", "deadline", "duration"})
        if (last == noun) return unit_of_word(front);
  // "timeout1ms" and all-lower names: "timeoutms", "delaysec".
  for (std::string_view noun : {"timeout", "interval", "delay", "time", "period", "expire", "wait"})
    if (last.starts_with(noun) && last.size() > noun.size())
      return unit_of_word(std::string_view(last).substr(noun.size()));
  return 0;
}

static bool is_size_unit(std::string_view word) {
  static constexpr std::array<std::string_view, 12> units{
      {"kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "kilobyte", "megabyte", "gigabyte", "terabyte"}};
  return std::find(units.begin(), units.end(), word) != units.end();
}

bool names_a_unit(std::string_view name) {
  std::vector<std::string> words = words_of(name);
  static constexpr std::array<std::string_view, 15> fillers{
      {"per", "in", "one", "of", "to", "a", "utime", "time", "k", "unit", "units", "num", "number", "a", "each"}};
  if (words.size() > 1 && words.back() == "hz") return true; // TIMER_HZ: how many ticks a second has
  bool unit = false;
  for (const std::string& word : words) {
    if (unit_of_word(word) || is_size_unit(word))
      unit = true;
    else if (std::find(fillers.begin(), fillers.end(), word) == fillers.end())
      return false;
  }
  return unit;
}

std::string format_number(double value) {
  if (std::nearbyint(value) == value && std::fabs(value) < 1e18) return std::to_string(static_cast<long long>(value));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

std::string format_duration(double nanoseconds) {
  static constexpr std::array<std::pair<double, std::string_view>, 7> units{{
      {day, "d"},
      {hour, "h"},
      {minute, "min"},
      {second, "s"},
      {millisecond, "ms"},
      {microsecond, "us"},
      {nanosecond, "ns"},
  }};
  // The largest unit that gives a whole number up to 1000 ("90 s", not "1.5 min"), else up to three digits behind the
  // point.
  for (const std::pair<double, std::string_view>& unit : units) {
    double count = nanoseconds / unit.first;
    if (count >= 1 && std::fabs(count - std::nearbyint(count)) < 1e-9)
      return format_number(std::nearbyint(count)) + " " + std::string(unit.second);
  }
  for (const std::pair<double, std::string_view>& unit : units)
    if (double count = nanoseconds / unit.first; unit.first <= second && count >= 1)
      return format_number(std::nearbyint(count * 1000) / 1000) + " " + std::string(unit.second);
  return format_number(nanoseconds) + " ns";
}

} // namespace plumbline
