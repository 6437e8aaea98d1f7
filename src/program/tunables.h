// Which constants reach a consumer of a time span or a limit that no configuration can change: the question behind
// hard-coded-duration and hard-coded-limit (design.md §3.2), asked of the whole program.
#pragma once

#include "program/configuration.h"
#include "program/names.h"
#include "program/program.h"

#include <optional>

namespace plumbline {

// Why a node of the graph counts as a consumer, from the most to the least certain.
enum class Certainty : std::uint8_t { by_api, by_type, by_name, by_operation, by_weak_name };

// A place that uses a value as a time span or limit.
struct Consumer {
  Dimension dimension = Dimension::none;
  std::string role;
  std::int64_t tick = 0; // the unit it takes, 0 if the value's own type says it
  Certainty certainty = Certainty::by_weak_name;
  EntityId node = EntityId::none;
  std::string what;        // "the argument of usleep()", "'poll_interval_ms'", "the comparison with 'now - last'"
  std::string name;        // of the thing that gives the meaning, for proposing fields
  std::string option = {}; // what a call that sets many things is told to set: "SOL_SOCKET,SO_RCVTIMEO"
};

// A constant that is a finding, with everything a check says about it.
struct Tunable {
  ConstantFact constant;
  const EntityFact* named = nullptr; // the named constant that it defines, if it does
  Consumer consumer;
  std::string first_stop; // where the value goes first: "the call of pause()"
  std::string value;      // "250 ms", "3"
  double nanoseconds = 0; // of a duration whose unit is known
  std::string entity, owner;
  EntityId function = EntityId::none, record = EntityId::none; // whose body or class it stands in
  std::vector<Evidence> evidence;
  int uses = 0;
  bool becomes_zero = false; // 0.1 where whole numbers are taken: sleep(0.1) does not sleep
};

// What a flow or an operation consumes, if anything.
std::optional<Consumer> consumer_of(const Program& program, const FlowFact& flow);
std::optional<Consumer> consumer_of(const Program& program, const UseFact& use);
// A span that a template takes as whatever type it is called with: its own type says enough.
std::optional<Consumer> passed_span(const Program& program, const FlowFact& flow);
// What a bounded value becomes: `nap(std::max(29, n))` bounds a span if nap() sleeps as long. Nothing where a name says
// otherwise, or where it becomes no span.
std::optional<Consumer> bounded_span(const Program& program, const UseFact& use);

// One per origin, sorted by place; macros that nothing expands come last. Needs program.configuration; link() stores
// the result in program.tunables, because it costs a walk for each constant.
std::vector<Tunable> tunables_of(const Program& program);

// Fills a finding from a tunable: everything but check and kind.
Finding finding_of(const Program& program, const Tunable& tunable);

// Every consumer of a tunable with what feeds it: a constant, configuration, a caller that this program does not have,
// or a computation (design.md §5). Needs program.tunables.
std::vector<Site> sites_of(const Program& program);

} // namespace plumbline
