// Loops that try again.
//
//   retry-loop     success leaves it, failure stays in it     subject: the function   object: what its pause reads, if
//   that
//                                                             is one declaration
//   requeue        a loop puts work back into its queue       subject: the function   object: the function or container
//   requeue-call   what else is called in such a loop         subject: the loop       object: the callee
//   attempt-limit  a count of attempts is compared            subject: the function   object: the count, a field,
//   variable or getter
#pragma once

#include "program/program.h"

#include <string>

namespace plumbline {

enum class Pause : std::uint8_t { none, constant, read, varying }; // read: from `pause_source`

struct RetryLoop {
  EntityId function = EntityId::none, pause_source = EntityId::none;
  Location location; // of the loop's keyword
  std::string line;
  std::string attempt;     // the function that is tried
  std::string pause_value; // of a constant pause: "1 s", or as written
  Pause pause = Pause::none;
  Location pause_location;
  bool bounded = false;  // by a count, a time, or a helper that is asked
  std::string together;  // what its limit only counts together with; "" if it has none
  std::string stop_flag; // what ends it from outside, if anything does
};

struct Requeue {
  EntityId function = EntityId::none, target = EntityId::none;
  EntityId loop = EntityId::none;   // the loop, for requeue-call
  EntityId record = EntityId::none; // type of what is put back
  Location location;                // of the loop's keyword
  Location call_location;
  std::string line, call;
  bool named = false; // the function's name says that it puts something back; else a container's push, after a failure
  bool limited = false; // the loop itself compares a count of attempts
};

struct AttemptLimit {
  EntityId function = EntityId::none, count = EntityId::none;
  Location location;
};

void write(FactTable& table, const RetryLoop& loop);
void write(FactTable& table, const Requeue& requeue);
void write(FactTable& table, const AttemptLimit& limit);
void write_requeue_call(FactTable& table, EntityId loop, EntityId callee);
RetryLoop read_retry_loop(const FactTable& table, const Fact& fact);
Requeue read_requeue(const FactTable& table, const Fact& fact);

// Requeues that never look at the limit which other code compares the same work's attempts with.
struct UnlimitedRequeue {
  Requeue requeue;
  AttemptLimit elsewhere; // the comparison that it lacks
};
std::vector<UnlimitedRequeue> unlimited_requeues(const Program& program);

// Whether nothing but constants reaches the declaration: no configuration, and no source that is unknown.
bool is_frozen(const Program& program, EntityId source);

} // namespace plumbline
