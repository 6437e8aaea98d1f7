// What counts as a consumer: by API, by type, by name, by operation (design.md §3.2 (a)–(c)).

#include "facts/words.h"
#include "program/data_lengths.h"
#include "program/not_tunable.h"
#include "program/seam_settings.h"
#include "program/sinks.h"
#include "program/tunables.h"
#include "program/walk.h"

#include <cmath>

namespace plumbline {

static std::int64_t unit_from_setting(std::string_view unit) {
  return unit == "h" ? hour : unit == "d" ? day : unit == "s" ? second : unit == "min" ? minute : unit_of_word(unit);
}

static const SinkSetting* sink_setting(const Program& program, std::string_view qualified, int index) {
  for (const SinkSetting& sink : program.settings->sinks)
    if (static_cast<int>(sink.argument) == index + 1 &&
        (qualified == sink.function || qualified.ends_with("::" + sink.function)))
      return &sink;
  return nullptr;
}

static std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

// time_t counts seconds (POSIX <sys/types.h>).
static bool is_seconds_type(std::string_view type) {
  return type == "time_t" || type == "const time_t" || type == "std::time_t" || type == "const std::time_t";
}

// A packet's time to live is a number of hops, and has eight bits (RFC 791, 3.1).
static bool is_byte(std::string_view type) {
  if (type.starts_with("const ")) type.remove_prefix(6);
  if (type.starts_with("std::")) type.remove_prefix(5);
  return type == "unsigned char" || type == "uint8_t" || type == "u_char" || type == "char";
}

static std::optional<Consumer> by_name(std::string_view name, const EntityFact& entity, std::string what) {
  Meaning meaning = meaning_of(name, entity.type_class);
  // A parameter of that type is a moment as often.
  if (is_seconds_type(entity.type) && meaning.dimension != Dimension::duration && entity.kind != EntityKind::parameter)
    return Consumer{Dimension::duration, "other",         second,           Certainty::by_type,
                    entity.id,           std::move(what), std::string(name)};
  if (meaning.dimension == Dimension::none) return std::nullopt;
  if (meaning.role == "ttl" && meaning.tick == 0 && is_byte(entity.type)) return std::nullopt;
  if (meaning.dimension == Dimension::duration && meaning.tick == 0 && is_seconds_type(entity.type))
    meaning.tick = second;
  return Consumer{meaning.dimension, std::string(meaning.role),
                  meaning.tick,      meaning.strong ? Certainty::by_name : Certainty::by_weak_name,
                  entity.id,         std::move(what),
                  std::string(name)};
}

static std::string_view role_of_duration(std::string_view name, std::string_view otherwise) {
  Meaning meaning = meaning_of(name, TypeClass::duration);
  return meaning.dimension == Dimension::duration && meaning.role != "other" ? meaning.role : otherwise;
}

static std::optional<Consumer> parameter_consumer(const Program& program, const EntityFact& parameter,
                                                  const FlowFact& flow) {
  const EntityFact* function = program.entity(parameter.owner);
  if (!function) return std::nullopt;
  std::string what = flow.kind == FlowKind::default_argument
                         ? "the default of parameter " + quoted(parameter.name) + " of " + function->name + "()"
                         : "the call of " + function->name + "()";
  if (const SinkSetting* sink = sink_setting(program, function->qualified, parameter.index))
    return Consumer{sink->kind == "limit" ? Dimension::limit : Dimension::duration,
                    sink->role.empty() ? "other" : sink->role,
                    unit_from_setting(sink->unit),
                    Certainty::by_api,
                    parameter.id,
                    what,
                    parameter.name.empty() ? function->name : parameter.name};
  if (const Sink* sink = find_sink(function->qualified, parameter.index, flow.option))
    return Consumer{sink->dimension, std::string(sink->role),
                    sink->tick,      Certainty::by_api,
                    parameter.id,    what,
                    function->name,  sink->option.empty() ? std::string() : flow.option};
  if (is_output_function(function->qualified) || is_length_of_data(program, parameter)) return std::nullopt;
  Meaning named = meaning_of(parameter.name, parameter.type_class);
  bool unit_only = unit_of_word(parameter.name) != 0; // set_timeout(int seconds, int microseconds)
  if (parameter.type_class == TypeClass::duration) {
    std::string_view role = named.dimension == Dimension::duration ? named.role : std::string_view("other");
    if (role == "other") role = role_of_duration(function->name, "other");
    if (role == "other" &&
        (function->name.find("sleep") != std::string::npos || function->name.find("Sleep") != std::string::npos))
      role = "sleep";
    if (role == "other" && (function->name.starts_with("wait") || function->name.starts_with("Wait") ||
                            function->name.starts_with("try_")))
      role = "wait";
    return Consumer{Dimension::duration,
                    std::string(role),
                    parameter.tick > 0 ? parameter.tick : 0,
                    Certainty::by_type,
                    parameter.id,
                    what,
                    named.dimension == Dimension::duration ? parameter.name : function->name};
  }
  if (parameter.type_class != TypeClass::integer && parameter.type_class != TypeClass::floating) return std::nullopt;
  if (named.dimension != Dimension::none && !unit_only) return by_name(parameter.name, parameter, what);
  if (!is_uninformative(parameter.name)) return std::nullopt;
  // set_timeout(int value): the function's name says what the parameter's does not.
  std::size_t parameters = 0;
  for (std::uint32_t member : program.members_of(function->id))
    if (program.entities[member].kind == EntityKind::parameter) ++parameters;
  if (((parameters > 1 || parameter.index != 0) && !unit_only) || function->has(is_constructor)) return std::nullopt;
  Meaning meaning = meaning_of_setter(function->name);
  if (meaning.dimension == Dimension::none || !meaning.strong) return std::nullopt;
  std::int64_t tick = meaning.tick ? meaning.tick : unit_of_word(parameter.name);
  return Consumer{meaning.dimension,
                  std::string(meaning.role),
                  meaning.dimension == Dimension::duration ? tick : 0,
                  Certainty::by_name,
                  parameter.id,
                  what,
                  function->name};
}

std::optional<Consumer> consumer_of(const Program& program, const FlowFact& flow) {
  const EntityFact* to = program.entity(flow.to);
  if (!to) { // a function's result: `int timeout_ms() { return 500; }`
    const EntityFact* function = program.entity(program.function_of(flow.to));
    if (!function || function->has(is_lambda)) return std::nullopt;
    std::string_view name = function->name;
    for (std::string_view prefix : {"get_", "Get", "get"})
      if (name.starts_with(prefix) && name.size() > prefix.size()) name.remove_prefix(prefix.size());
    if (names_an_action(name)) return std::nullopt; // what poll() returns is no poll interval
    Meaning meaning = meaning_of(name, function->type_class);
    if (meaning.dimension == Dimension::none || !meaning.strong) return std::nullopt;
    return Consumer{meaning.dimension, std::string(meaning.role),
                    meaning.tick,      Certainty::by_name,
                    flow.to,           "the result of " + function->name + "()",
                    std::string(name)};
  }
  switch (to->kind) {
  case EntityKind::parameter:
    return parameter_consumer(program, *to, flow);
  case EntityKind::field:
    if (to->qualified == "rlimit::rlim_cur" || to->qualified == "rlimit::rlim_max")
      return Consumer{Dimension::limit, "capacity", 0, Certainty::by_api, to->id, quoted(to->name), to->name};
    if (to->qualified == "linger::l_linger")
      return Consumer{Dimension::duration, "wait", second, Certainty::by_api, to->id, quoted(to->name), "linger"};
    if (is_length_of_data(program, *to)) return std::nullopt;
    [[fallthrough]];
  case EntityKind::variable:
  case EntityKind::enumerator:
    if (to->type_class == TypeClass::duration) {
      std::string_view role = role_of_duration(to->name, "other");
      return Consumer{Dimension::duration, std::string(role), to->tick > 0 ? to->tick : 0, Certainty::by_type, to->id,
                      quoted(to->name),    to->name};
    }
    if (to->type_class == TypeClass::boolean || to->type_class == TypeClass::text) return std::nullopt;
    if (to->kind == EntityKind::enumerator) // enum class Timeout { Short = 100 }
      if (std::optional<Consumer> consumer = by_name(to->type, *to, quoted(to->name));
          consumer && consumer->dimension == Dimension::duration && consumer->certainty == Certainty::by_name)
        return consumer;
    return by_name(to->name, *to, quoted(to->name));
  default:
    return std::nullopt;
  }
}

// Text of an operand that measures data rather than load.
static bool is_structural(std::string_view text) {
  for (std::string_view part : {"size()", "length()", "strlen", "sizeof", " - ", " + ", " / ", " * ", "begin", "end",
                                "count(", "remaining", "offset", "pos", "idx", "index"})
    if (text.find(part) != std::string_view::npos) return true;
  return false;
}

static bool is_ordering(std::string_view operation) {
  return operation == "<" || operation == ">" || operation == "<=" || operation == ">=";
}

// The unit of a clock's value: time() counts seconds (ISO C 7.29.2.4 leaves it open, POSIX does not).
static std::int64_t tick_of_names(std::string_view names) {
  std::int64_t tick = 0;
  for (std::size_t begin = 0; begin <= names.size() && tick == 0;) {
    std::size_t end = std::min(names.find(',', begin), names.size());
    std::string_view name = names.substr(begin, end - begin);
    begin = end + 1;
    if (name == "time" || name == "difftime" || name == "tv_sec")
      tick = second;
    else if (name == "tv_usec")
      tick = microsecond;
    else if (name == "tv_nsec")
      tick = nanosecond;
    else if (words_of(name).size() > 1)
      tick = unit_of_name(name);
  }
  return tick;
}

// The names that a use is judged by, the most telling last.
static std::string_view last_name(std::string_view names) {
  std::size_t comma = names.rfind(',');
  return comma == std::string_view::npos ? names : names.substr(comma + 1);
}

// The unit of a variable that holds the plain number of a span: `auto passed = (now - start).count();`. 0 for others.
static std::int64_t counted_unit(const Program& program, EntityId variable) {
  const EntityFact* entity = program.entity(variable);
  if (!entity || entity->kind != EntityKind::variable || entity->has(is_plural_type)) return 0;
  std::int64_t unit = 0;
  for (std::uint32_t index : program.flows_to(variable)) {
    const FlowFact& flow = program.flows[index];
    if (flow.tick <= 0 || (unit && unit != flow.tick)) return 0;
    unit = flow.tick;
    if (converts_units(flow.scale)) unit = std::llround(static_cast<double>(flow.tick) / flow.scale);
  }
  return unit;
}

// time->usec += 1000000; --time->sec: what one part has too much or too little of.
static bool carries_a_second(const Program& program, const UseFact& use) {
  const ConstantFact* constant = program.constant(use.from);
  const std::int64_t unit = unit_of_word(last_name(use.other_names));
  return constant && unit > 0 && unit < second && constant->value * static_cast<double>(unit) == second;
}

std::optional<Consumer> consumer_of(const Program& program, const UseFact& use) {
  bool timed = use.other_class == TypeClass::duration || use.other_class == TypeClass::time_point;
  bool bounds = use.kind == UseKind::compare || use.kind == UseKind::loop || use.kind == UseKind::cap ||
                use.kind == UseKind::floor;
  std::int64_t counted_tick = timed || !bounds ? 0 : counted_unit(program, use.other);
  std::string other = quoted(use.other_text);
  Meaning meaning = meaning_of(last_name(use.other_names),
                               use.other_class == TypeClass::other ? TypeClass::integer : use.other_class);
  std::string_view last = last_name(use.other_names);
  bool counted = last == "size" || last == "length" || last == "count" || last == "Size"; // of whatever it is, things
  // transport_poll() and add_jitter() do what they are called; only a variable of that name is a span.
  for (std::string_view verb : {"jitter", "poll", "retry", "sleep"})
    counted |= last.ends_with(verb) && use.other_text.find(std::string(last) + "(") != std::string::npos;
  counted |= use.other_text.find("strlen(") != std::string::npos; // of a text, whatever it says
  bool clock = timed || (!counted && (names_a_clock(use.other_names) || meaning.dimension == Dimension::duration));
  if (bounds && (counted_tick > 0 || (use.other_class == TypeClass::integer && use.other_tick > 0)))
    clock = true; // time_t
  std::int64_t tick = counted_tick > 0                           ? counted_tick
                      : use.other_tick > 0                       ? use.other_tick
                      : meaning.dimension == Dimension::duration ? meaning.tick
                                                                 : 0;
  if (tick == 0 && clock && !timed) tick = tick_of_names(use.other_names);
  if (tick > 0 && !timed && converts_units(use.other_scale)) // wait_ms * 1000 is in microseconds; twice it is not
    tick = std::llround(static_cast<double>(tick) / use.other_scale);
  bool part = use.other_names.find("tv_") != std::string::npos; // of a timeval or timespec
  if (part && (use.kind == UseKind::compare || use.kind == UseKind::subtract || use.kind == UseKind::loop))
    return std::nullopt; // carrying between parts
  if (part) clock = true;
  if (part && tick == 0) tick = tick_of_names(use.other_names);
  std::string name = std::string(last_name(use.other_names));
  if ((use.kind == UseKind::add || use.kind == UseKind::subtract) && carries_a_second(program, use))
    return std::nullopt;
  if (last == "sscanf" || last == "fscanf" || last == "scanf" || last == "vsscanf")
    return std::nullopt; // how many of the format's fields came
  // if (buffer_size < 7) return ENOMEM; before a fixed text is written
  if (const EntityFact* measured = program.entity(use.other); measured && is_length_of_data(program, *measured))
    return std::nullopt;
  switch (use.kind) {
  case UseKind::loop:
  case UseKind::compare:
    if (!is_ordering(use.operation) &&
        !(use.operation == "==" && names_a_load(use.other_names) && use.other_names.find("size") == std::string::npos))
      return std::nullopt;
    if (clock)
      return Consumer{Dimension::duration,
                      "threshold",
                      tick,
                      Certainty::by_operation,
                      use.other,
                      "the comparison with " + other,
                      name};
    if (names_a_load(use.other_names))
      return Consumer{
          Dimension::limit, "threshold", 0, Certainty::by_operation, use.other, "the comparison with " + other, name};
    if (meaning.dimension == Dimension::limit && meaning.strong && use.kind == UseKind::compare)
      return Consumer{Dimension::limit, std::string(meaning.role),      0,   Certainty::by_operation,
                      use.other,        "the comparison with " + other, name};
    return std::nullopt;
  case UseKind::add:
    if (names_a_score(use.target)) return std::nullopt;
    if (clock)
      return Consumer{Dimension::duration,
                      "deadline",
                      tick,
                      Certainty::by_operation,
                      use.other,
                      "the sum with " + other,
                      use.target.empty() ? name : use.target};
    if (Meaning target = meaning_of(use.target, TypeClass::integer);
        target.dimension == Dimension::duration && target.strong)
      return Consumer{Dimension::duration, std::string(target.role), target.tick, Certainty::by_operation,
                      use.target_entity,   quoted(use.target),       use.target};
    return std::nullopt;
  case UseKind::subtract:
    if (clock)
      return Consumer{Dimension::duration,
                      "threshold",
                      tick,
                      Certainty::by_operation,
                      use.other,
                      "the difference with " + other,
                      name};
    return std::nullopt;
  case UseKind::cap:
  case UseKind::floor: {
    Meaning target = meaning_of(use.target, TypeClass::integer);
    bool span = clock || target.dimension == Dimension::duration;
    if (!tick && target.dimension == Dimension::duration) tick = target.tick;
    std::string what = std::string(use.kind == UseKind::cap ? "the upper bound of " : "the lower bound of ") + other;
    // On a span, a cap or a floor above one unit is a time; a floor of one unit only keeps zero out (design.md §3.6).
    const ConstantFact* constant = program.constant(use.from);
    bool one_unit = use.kind == UseKind::floor && constant && constant->value == 1;
    if (span && !one_unit)
      return Consumer{Dimension::duration,
                      use.kind == UseKind::cap && meaning.role != "other" && meaning.dimension == Dimension::duration
                          ? std::string(meaning.role)
                          : "threshold",
                      tick,
                      Certainty::by_operation,
                      use.other,
                      what,
                      name};
    // `std::max(1, n - gap)` and `std::min(8, text.size())` are index arithmetic; a bound counts on what is configured,
    // named like a limit, or clamped on purpose (std::clamp).
    bool deliberate = use.operation == "clamp" || use.operation == "qBound" || use.operation == "Clamp";
    bool plain = use.other != EntityId::none && !is_structural(use.other_text);
    bool named_limit =
        meaning.dimension == Dimension::limit || target.dimension == Dimension::limit || names_a_load(use.other_names);
    bool small = constant && constant->value <= 1;
    // memcpy(out, in, std::min(16, size)): how much data there is, unless somebody configures it.
    bool data = name == "size" || name == "len" || name == "length" || name == "count" || name == "n" ||
                name == "nbytes" || name == "bytes" || name == "left" || name == "available";
    if (data && !deliberate && !program.configuration->is_source(use.other) &&
        !SeamSettings(program).is_given_one(use.other))
      return std::nullopt;
    if (!deliberate && !named_limit && !span && (!plain || small)) return std::nullopt;
    return Consumer{Dimension::limit, "clamp", 0, Certainty::by_operation, use.other, what, name};
  }
  case UseKind::call: {
    const ConstantFact* constant = program.constant(use.from);
    if (constant && constant->tick != 0 && !is_output_function(use.operation))
      return Consumer{
          Dimension::duration,
          std::string(role_of_duration(use.operation, use.operation.starts_with("wait") ? "wait" : "other")),
          0,
          Certainty::by_type,
          EntityId::none,
          use.operation.empty() ? "an expression" : "the call of " + use.operation + "()",
          use.operation};
    if (Meaning setter = meaning_of_setter(use.operation);
        setter.dimension != Dimension::none && setter.strong && !use.operation.empty())
      return Consumer{setter.dimension,   std::string(setter.role), setter.tick,
                      Certainty::by_name, EntityId::none,           "the call of " + use.operation + "()",
                      use.operation};
    return std::nullopt;
  }
  case UseKind::array_bound:
  case UseKind::print:
  case UseKind::modulo: // every 100 of something
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Consumer> passed_span(const Program& program, const FlowFact& flow) {
  const ConstantFact* constant = program.constant(flow.from);
  const EntityFact* to = program.entity(flow.to);
  if (!constant || constant->tick == 0 || !to || to->kind != EntityKind::parameter) return std::nullopt;
  const EntityFact* function = program.entity(to->owner);
  if (to->type_class != TypeClass::other || !function || function->has(is_external) ||
      is_output_function(function->qualified))
    return std::nullopt;
  return Consumer{Dimension::duration,
                  "other",
                  0,
                  Certainty::by_type,
                  to->id,
                  "the call of " + function->name + "()",
                  to->name.empty() ? function->name : to->name};
}

std::optional<Consumer> bounded_span(const Program& program, const UseFact& use) {
  if (use.target_entity == EntityId::none || names_a_load(use.other_names)) return std::nullopt;
  std::string_view other = std::string_view(use.other_names).substr(use.other_names.rfind(',') + 1);
  for (std::string_view name : {other, std::string_view(use.target)})
    if (meaning_of(name, TypeClass::integer).dimension == Dimension::limit) return std::nullopt;
  FlowFact arrival;
  arrival.from = use.from;
  arrival.to = use.target_entity;
  std::optional<Consumer> found;
  std::int64_t tick = 0;
  double scale = 1;
  auto consider = [&](const FlowFact& flow, std::int64_t known_tick, double known_scale) {
    std::optional<Consumer> consumer = consumer_of(program, flow);
    if (!consumer || consumer->dimension != Dimension::duration || consumer->certainty > Certainty::by_name) return;
    if (!found) found = consumer;
    tick = known_tick ? known_tick : consumer->tick, scale = known_scale;
  };
  consider(arrival, 0, 1);
  Walk walk(program);
  walk.start(use.target_entity);
  while (tick == 0 && walk.step()) // also for the unit, which a later consumer may tell
    consider(walk.flow(), walk.tick(), walk.scale());
  if (!found) return std::nullopt;
  const ConstantFact* constant = program.constant(use.from);
  const bool one_unit = use.kind == UseKind::floor && constant && constant->value == 1;
  return Consumer{one_unit ? Dimension::limit : Dimension::duration,
                  one_unit ? "clamp" : "threshold",
                  one_unit ? 0 : std::llround(static_cast<double>(tick) * (converts_units(scale) ? scale : 1)),
                  Certainty::by_operation,
                  use.other,
                  (use.kind == UseKind::cap ? "the upper bound of '" : "the lower bound of '") + use.other_text + "'",
                  found->name};
}

} // namespace plumbline
