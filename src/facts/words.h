// What identifiers say: their words, and the unit of time that some of them name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// The lower-case words of an identifier in any common style: "kMaxRetryMs", "MAX_RETRY_MS" and "max_retry_ms_" all give
// {max, retry, ms}. A Hungarian "k", "m", "s", "g" in front of a word boundary is dropped; digits stay with their word.
std::vector<std::string> words_of(std::string_view identifier);

// Nanoseconds per tick of the unit that a word names ("ms", "millis", "seconds", "usec", "minutes" …), or 0.
// Single letters are not units: `s`, `m`, `h` are ordinary variable names.
std::int64_t unit_of_word(std::string_view word);

// The unit that an identifier ends in ("timeout_ms", "keepAliveIntervalInSeconds", "FromMilliseconds") or, with a time
// noun at its end, begins with ("usAveragePeriod"), or 0.
std::int64_t unit_of_name(std::string_view identifier);

// A name that only names a unit of time or size: kSecond, MILLIS_PER_SEC, USECS_IN_DAY, kMB.
bool names_a_unit(std::string_view name);

inline constexpr std::int64_t nanosecond = 1, microsecond = 1000, millisecond = 1000'000, second = 1000'000'000,
                              minute = 60 * second, hour = 60 * minute, day = 24 * hour;

// "5 s", "250 ms", "10 min", "1500 ms": a time span in the largest unit that gives a whole number.
std::string format_duration(double nanoseconds);
// "5", "0.25", "65536": a number without noise.
std::string format_number(double value);

} // namespace plumbline
