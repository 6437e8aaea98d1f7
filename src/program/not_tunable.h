// What tells, by its own name or number, that a constant is no tunable: units, flags, codes, "for ever".
#pragma once

#include "facts/words.h"
#include "program/program.h"

#include <set>

namespace plumbline {

// Nanoseconds. What is longer is "for ever", or a date since 2000 in the seconds of time_t.
inline constexpr double longer_than_anybody_waits = 30.0 * 365 * static_cast<double>(day);

// How "for ever" and "as much as there is" are spelled.
bool is_endless(const ConstantFact& constant);

// UTIME_SECONDS = 1000000: a name that ends in a unit, with a value that converts units, is a unit and no span.
bool is_unit_constant(std::string_view name, double value);

// Whether the name is that of a buffer, or of nothing but a smallest or largest size.
bool names_a_buffer(std::string_view name);

// int keepalive = 1, as setsockopt() wants to be told "yes".
bool names_a_socket_flag(std::string_view name);

// now, elapsed_ms, timestamp: what a clock says, and nobody chooses.
bool names_a_measured_time(std::string_view name);

// weight, score: what is compared with its like and means nothing by itself, so a time in it is no span.
bool names_a_score(std::string_view name);

// 1 /* immediately */, immediate ? 1 : 500: the smallest number stands for "at once". `line` is the source line.
bool says_at_once(std::string_view line);

// RTMP_INITIAL_CHUNK_SIZE, PROTOCOL_CHUNK_SIZE: what something that grows or is agreed on later starts with, not what
// it may become.
bool names_a_start(std::string_view name);

// write_raw(4), kLengthBytes = 4: how many bytes one number has. `function` moves bytes and is told a size; `named` is
// what the constant is called; either may be empty.
bool is_size_of_a_number(double value, std::string_view function, std::string_view named);

// size() >= 2: more than one, which is a difference in kind and no load.
bool asks_for_more_than_one(const UseFact& use, double value);

// sample_10s, window_5m: the span that the name says is what the thing is. `text` may hold several names.
bool says_the_span(std::string_view text, double nanoseconds);

// set("checks_5min", checks_within(300)), timer20ms = make_timer(20): the line calls the thing by the span. `line` is
// the source line of a constant that has no name of its own.
bool is_called_by_its_span(std::string_view line, double nanoseconds);

// TIME_RESOLUTION_US: how finely something is measured.
bool names_a_granularity(std::string_view name);

// So short that nobody waits for it.
inline bool is_granularity(double nanoseconds) {
  return nanoseconds > 0 && nanoseconds < 10.0 * static_cast<double>(microsecond);
}

// `if (seconds >= 3600)` in a function that returns text: how a time is written down. `function` may be null.
bool writes_time_down(const EntityFact* function, double nanoseconds);

// buffer_length() < 48: whether all of a message is there. `names` are those of the other operand.
bool asks_for_a_whole_message(std::string_view names, double value);

// PACKET_SIZE, kHeaderLength: how something is laid out on the wire or on disk, unless a bound is meant.
bool names_a_format(std::string_view name);

// SparseMinuteCounter, 1 min: what the thing is, not how it is set. `owner` is a qualified name.
bool is_unit_of_its_owner(std::string_view owner, double nanoseconds);

// Option codes and message types are often macros: numbered in a row, so a neighbour has the next number. Flags have
// twice as much as their neighbour, and are spelled in hexadecimal. By file and name; the views live as long as
// program.
std::set<std::pair<std::string_view, std::string_view>> macros_in_a_row(const Program& program);

} // namespace plumbline
