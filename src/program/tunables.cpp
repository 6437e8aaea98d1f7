#include "program/tunables.h"
#include "facts/words.h"
#include "program/growth.h"
#include "program/not_tunable.h"
#include "program/sinks.h"
#include "program/tunable_macros.h"
#include "program/tunable_parts.h"
#include "program/tunable_trace.h"
#include "program/tunable_value.h"
#include "program/walk.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace plumbline {

static bool better(const Candidate& a, const Candidate& b) {
  bool a_weak = a.consumer.certainty == Certainty::by_weak_name,
       b_weak = b.consumer.certainty == Certainty::by_weak_name;
  if (a_weak != b_weak) return b_weak;
  if (a.depth != b.depth) return a.depth < b.depth;
  if (a.consumer.certainty != b.consumer.certainty) return a.consumer.certainty < b.consumer.certainty;
  return (a.consumer.tick != 0) > (b.consumer.tick != 0);
}

static const EntityFact* named_constant(const Program& program, const ConstantFact& constant) {
  for (std::uint32_t index : program.flows_from(constant.id)) {
    const FlowFact& flow = program.flows[index];
    const EntityFact* to = program.entity(flow.to);
    if (flow.kind == FlowKind::initialise && to &&
        ((to->kind == EntityKind::variable && to->has(is_constant)) || to->kind == EntityKind::enumerator))
      return to;
  }
  return nullptr;
}

static bool is_printed(const Program& program, const FlowFact& flow) {
  const EntityFact* to = program.entity(flow.to);
  const EntityFact* function = to && to->kind == EntityKind::parameter ? program.entity(to->owner) : nullptr;
  if (function && is_output_function(function->qualified)) return true;
  const EntityFact* written =
      to ? to : program.entity(program.function_of(flow.to)); // into a text that is put together
  return flow.kind == FlowKind::derived && written && written->type_class == TypeClass::text;
}

// restore_defaults(), getOptDefault(): what hands out defaults uses them for nothing else.
static bool speaks_of_defaults(const EntityFact* function) {
  if (!function) return false;
  std::vector<std::string> words = words_of(function->name);
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word == "default" || word == "defaults"; });
}

// A named constant all of whose uses are defaults of configuration is part of that configuration; one that is only
// printed waits for nobody.
static bool only_harmless_uses(const Program& program, EntityId node) {
  std::span<const std::uint32_t> flows = program.flows_from(node), uses = program.uses_of(node);
  if (flows.empty() && uses.empty()) return false;
  for (std::uint32_t index : uses)
    if (program.uses[index].kind != UseKind::print) return false;
  bool is_default = false; // of something that can be configured
  for (std::uint32_t index : flows) is_default |= program.configuration->is_default(program, program.flows[index]);
  for (std::uint32_t index : flows) {
    const FlowFact& flow = program.flows[index];
    const EntityFact* to = program.entity(flow.to);
    // Setting a config field back to what it starts with.
    bool reset = is_default && to && to->kind == EntityKind::field && program.configuration->is_source(flow.to);
    if (!reset && !(is_default && speaks_of_defaults(program.entity(flow.function))) &&
        !program.configuration->is_default(program, flow) && !is_printed(program, flow))
      return false;
  }
  return true;
}

static bool only_array_bounds(const Program& program, EntityId node) {
  bool bound = false;
  for (std::uint32_t index : program.uses_of(node)) bound |= program.uses[index].kind == UseKind::array_bound;
  return bound;
}

static std::string owner_of(const Program& program, EntityId function, EntityId node, EntityId& record) {
  if (const EntityFact* fact = program.entity(function)) {
    while (fact->has(is_lambda) && program.entity(fact->owner)) fact = program.entity(fact->owner);
    const EntityFact* around = program.entity(fact->owner);
    if (around && around->kind == EntityKind::record) return record = around->id, around->qualified;
    return fact->qualified;
  }
  if (const EntityFact* fact = program.entity(node)) {
    const EntityFact* around = program.entity(fact->owner);
    if (around && around->kind == EntityKind::record) return record = around->id, around->qualified;
    if (around && around->kind == EntityKind::function) return owner_of(program, around->id, EntityId::none, record);
    std::size_t colon = fact->qualified.rfind("::");
    return colon == std::string::npos ? fact->qualified : fact->qualified.substr(0, colon);
  }
  return {};
}

class TunableFinder {
 public:
  explicit TunableFinder(const Program& program)
      : program(program), numbered(macros_in_a_row(program)), growth(program) {}

  std::optional<Tunable> examine(const ConstantFact& constant) {
    if (!program.is_ours(constant.location) || is_endless(constant)) return std::nullopt;
    const EntityFact* named = named_constant(program, constant);
    std::string_view name = named ? std::string_view(named->name) : std::string_view(constant.macro);
    if (!name.empty() && (is_unit_constant(name, constant.value) || names_no_tunable(name))) return std::nullopt;
    if (named && only_harmless_uses(program, named->id)) return std::nullopt;
    if (!constant.macro.empty() && numbered.contains({program.path(constant.location), constant.macro}))
      return std::nullopt;
    candidates.clear();
    gather(constant, named);
    if (candidates.empty()) return std::nullopt;
    Candidate& best = *std::min_element(candidates.begin(), candidates.end(), better); // the first of equals
    if (best.consumer.dimension == Dimension::duration && counts_things(constant, named)) {
      best.consumer.dimension = Dimension::limit; // ACK_INTERVAL = 64: every 64 packets
      best.consumer.role = "threshold";
    }
    dimension = best.consumer.dimension;
    // double RESOLUTION_US() { return 1e6; }
    if (program.function_of(best.consumer.node) != EntityId::none && !program.entity(best.consumer.node) &&
        is_unit_constant(best.consumer.name, constant.value))
      return std::nullopt;
    if (named && named->kind == EntityKind::enumerator && !named->has(is_constant) && best.depth > 1)
      return std::nullopt; // a choice that passes through numbers
    if (dimension == Dimension::limit && !accept_limit(constant, named, best)) return std::nullopt;
    bool stepped = best.use && (best.use->kind == UseKind::add || best.use->kind == UseKind::subtract);
    if (constant.tick == 0 && constant.value == 1 && stepped) return std::nullopt; // t + 1: rounding, the next one
    // f(queue, 1 /* pause */): a truth value.
    if (constant.tick == 0 && constant.value == 1 &&
        (best.consumer.certainty == Certainty::by_weak_name || names_a_socket_flag(best.consumer.name) ||
         holds_truth(best.consumer)))
      return std::nullopt;
    const bool truncated = loses_its_fraction(program, constant, best);
    ConstantFact whole = constant;
    if (truncated) whole.value = std::floor(constant.value), whole.floating = false;
    Tunable tunable = build(whole, named, best);
    tunable.becomes_zero = truncated && whole.value == 0;
    if (tunable.nanoseconds >= longer_than_anybody_waits) return std::nullopt;
    // start_timer(queue, 1 /* us */): at once, spelled for an API where zero means never.
    const bool at_once = constant.value == 1 && dimension == Dimension::duration &&
                         (says_at_once(constant.line) ||
                          (tunable.nanoseconds > 0 && tunable.nanoseconds <= static_cast<double>(microsecond)));
    if (at_once && (tunable.consumer.role != "sleep" || best.consumer.certainty >= Certainty::by_name))
      return std::nullopt;
    if (is_unit_of_its_owner(tunable.owner, tunable.nanoseconds)) return std::nullopt;
    if (tunable.nanoseconds > 0 && best.use && says_the_span(best.use->other_text, tunable.nanoseconds))
      return std::nullopt; // now - sample_10s.time >= 10 s
    if (best.use && best.use->kind == UseKind::compare &&
        writes_time_down(program.entity(best.use->function), tunable.nanoseconds))
      return std::nullopt;
    const bool nameless = name.empty() && dimension == Dimension::duration;
    if (nameless &&
        is_called_by_its_span(constant.line, tunable.nanoseconds > 0 ? tunable.nanoseconds
                                                                     : constant.value * static_cast<double>(second)))
      return std::nullopt;
    if (named && is_granularity(tunable.nanoseconds) && program.flows_from(named->id).empty())
      return std::nullopt; // MIN_SLEEP_US = 2, with which times left are only compared
    const bool by_api = std::any_of(candidates.begin(), candidates.end(), [](const Candidate& candidate) {
      return candidate.consumer.certainty == Certainty::by_api;
    });
    if (!by_api && names_a_granularity(name)) return std::nullopt;
    return tunable;
  }

 private:
  void consider(const FlowFact& flow, double scale, std::int64_t tick, unsigned depth,
                const std::vector<std::uint32_t>& path) {
    std::optional<Consumer> consumer = consumer_of(program, flow);
    if (!consumer) consumer = passed_span(program, flow);
    if (!consumer) return;
    candidates.push_back({*consumer, scale, tick, depth, flow.function, path, nullptr});
  }

  // `if (t <= 10ms) ++fast; else if (t <= 100ms) ++slow; else if …` sorts into classes: three bounds or more on one
  // value in one function are a scale for statistics or for writing a time down, not behaviour.
  bool is_one_of_a_scale(const UseFact& use) {
    if (use.kind != UseKind::compare || !program.constant(use.from)) return false;
    if (scales.empty()) {
      scales[{EntityId::none, {}}] = 0;
      for (const UseFact& other : program.uses)
        if (program.constant(other.from) && other.kind == UseKind::compare)
          ++scales[{other.function, other.other_text}];
    }
    return scales[{use.function, use.other_text}] >= 3;
  }

  // `if (sample < minimum) minimum = sample;`: what a running extreme starts with only has to be beyond all samples.
  bool is_running_extreme(EntityId node) const {
    for (std::uint32_t index : program.uses_of(node)) {
      const UseFact& use = program.uses[index];
      if (use.kind != UseKind::compare || use.other == EntityId::none) continue;
      for (std::uint32_t flow : program.flows_to(node))
        if (program.flows[flow].from == use.other && program.flows[flow].function == use.function) return true;
    }
    return false;
  }

  void consider_uses(EntityId node, double scale, std::int64_t tick, unsigned depth,
                     const std::vector<std::uint32_t>& path) {
    for (std::uint32_t index : program.uses_of(node)) {
      const UseFact& use = program.uses[index];
      if ((use.other != EntityId::none && use.other == node) || use.asserted) continue;
      const EntityFact* function = program.entity(use.function);
      // A config type checks its own ranges, and so does who fills or validates it.
      if (function && configuration.is_own_function(*function)) continue;
      if (use.kind == UseKind::compare && configuration.is_source(use.other)) continue;
      std::optional<Consumer> consumer = consumer_of(program, use);
      if ((use.kind == UseKind::cap || use.kind == UseKind::floor) &&
          !(consumer && consumer->dimension == Dimension::duration))
        if (std::optional<Consumer> span = bounded_span(program, use)) consumer = span;
      if (consumer && consumer->dimension == Dimension::duration && is_one_of_a_scale(use)) continue;
      // A value that goes somewhere and is compared with a limit there is what is measured, not the limit.
      if (consumer && depth > 0 && consumer->dimension == Dimension::limit && use.kind == UseKind::compare &&
          !names_a_load(use.other_names) && !(program.entity(node) && program.entity(node)->has(is_constant)))
        continue;
      // The length of a buffer that a size argument is compared with is data, not load.
      if (consumer && depth > 0 && consumer->dimension == Dimension::limit && use.kind == UseKind::compare &&
          (consumer->name == "size" || consumer->name == "length"))
        continue;
      if (consumer)
        candidates.push_back({*consumer, scale * use.scale, tick ? tick : use.tick, depth, use.function, path, &use});
    }
  }

  void gather(const ConstantFact& constant, const EntityFact* named) {
    consider_uses(constant.id, 1, 0, 0, {});
    // A macro or named constant says by its own name what it is.
    if (!constant.macro.empty() && !named)
      if (Meaning meaning = meaning_of(constant.macro, TypeClass::integer);
          meaning.dimension != Dimension::none && meaning.strong && used_as_a_number(constant.id))
        candidates.push_back({Consumer{meaning.dimension, std::string(meaning.role), meaning.tick, Certainty::by_name,
                                       EntityId::none, "'" + constant.macro + "'", constant.macro},
                              1,
                              0,
                              0,
                              EntityId::none,
                              {},
                              nullptr});
    Walk walk(program);
    walk.start(constant.id);
    while (walk.step()) {
      const FlowFact& flow = walk.flow();
      if (configuration.is_default(program, flow)) {
        walk.stop();
        continue;
      }
      // What a default of a parameter means at calls that configure it, the calls say.
      if (flow.kind == FlowKind::default_argument && configuration.reaches(flow.to)) {
        walk.stop();
        continue;
      }
      if (walk.depth() <= 1 && is_running_extreme(flow.to)) {
        walk.stop();
        continue;
      }
      std::vector<std::uint32_t> path = walk.path();
      std::size_t before = candidates.size();
      consider(flow, walk.scale(), walk.tick(), walk.depth(), path);
      const EntityFact* node = program.entity(walk.node());
      bool api = candidates.size() > before && candidates.back().consumer.certainty == Certainty::by_api;
      if (api) {
        walk.stop();
        continue;
      }
      if (node && (node->kind == EntityKind::variable || node->kind == EntityKind::parameter ||
                   node->kind == EntityKind::enumerator || node->kind == EntityKind::field))
        consider_uses(walk.node(), walk.scale(), walk.tick(), walk.depth(), path);
      if (candidates.size() > 40) break;
    }
  }

  // Defaults of configuration do not count as uses of a macro's number, nor does printing it.
  bool used_as_a_number(EntityId id) const {
    for (std::uint32_t index : program.flows_from(id)) {
      const FlowFact& flow = program.flows[index];
      if (!configuration.is_default(program, flow) && !is_printed(program, flow)) return true;
    }
    for (std::uint32_t index : program.uses_of(id))
      if (program.uses[index].kind != UseKind::array_bound && program.uses[index].kind != UseKind::print) return true;
    return false;
  }

  // int waits_for_registrar; … = 1; if (waits_for_registrar): nothing but yes and no, as C spelled them. The same of
  // what a function returns.
  bool holds_truth(const Consumer& consumer) const {
    const EntityFact* entity = program.entity(consumer.node);
    const EntityFact* function = program.entity(program.function_of(consumer.node));
    if (consumer.tick != 0 || consumer.certainty != Certainty::by_name || (!entity && !function)) return false;
    if (entity) {
      if ((entity->kind != EntityKind::variable && entity->kind != EntityKind::field) || entity->has(is_constant) ||
          entity->type_class != TypeClass::integer || !program.flows_from(entity->id).empty() ||
          configuration.is_source(entity->id))
        return false;
      for (std::uint32_t index : program.uses_of(entity->id))
        if (program.uses[index].kind != UseKind::print && program.uses[index].operation != "?") return false;
    }
    unsigned given = 0; // zero is no tunable, so no flow says it
    for (std::uint32_t index : program.flows_to(consumer.node)) {
      const ConstantFact* constant = program.constant(program.flows[index].from);
      if (!constant || constant->value != 1 || constant->tick != 0) return false;
      ++given;
    }
    return given > 0;
  }

  // Nobody says a unit, and what the value is compared with is a number of things.
  bool counts_things(const ConstantFact& constant, const EntityFact* named) const {
    if (constant.tick > 0 || (named && unit_of_name(named->name))) return false;
    for (const Candidate& candidate : candidates)
      if (candidate.tick > 0 || candidate.consumer.tick > 0 || candidate.consumer.certainty != Certainty::by_name)
        return false;
    for (std::uint32_t index : program.uses_of(named ? named->id : constant.id)) {
      const UseFact& use = program.uses[index];
      if (use.kind == UseKind::modulo && !names_a_clock(use.other_names)) return true;
      if (use.kind != UseKind::compare) continue;
      std::vector<std::string> words = words_of(use.other_names.substr(use.other_names.rfind(',') + 1));
      if (!words.empty() && (words.back() == "count" || words.back() == "cnt" || words.back() == "counter"))
        return true;
    }
    return false;
  }

  bool accept_limit(const ConstantFact& constant, const EntityFact* named, const Candidate& best) const {
    bool one_unit = constant.tick != 0 && constant.value == 1 && best.use && best.consumer.role == "clamp";
    if (constant.tick != 0 && !one_unit) return false;
    if (constant.floating && constant.value != std::floor(constant.value)) return false;
    if (only_array_bounds(program, named ? named->id : constant.id)) return false;
    if (!best.path.empty() && only_array_bounds(program, program.flows[best.path.front()].to)) return false;
    bool api = best.consumer.certainty == Certainty::by_api;
    bool clamp = best.use && best.consumer.role == "clamp";
    bool by_name = best.consumer.certainty == Certainty::by_name;
    bool defaulted = !best.path.empty() && program.flows[best.path.front()].kind == FlowKind::default_argument;
    const bool far = best.path.size() > 3; // whatever it means there, here it was a yes
    if (constant.value <= 1 && !api && !clamp && (!by_name || defaulted || far || best.consumer.role == "capacity"))
      return false; // one at a time is how the code works
    if (names_a_format(named ? named->name : constant.macro)) return false;
    if (best.consumer.role == "capacity" || best.consumer.role == "size") {
      std::string_view own = named ? named->name : constant.macro;
      const EntityFact* passed = best.path.empty() ? nullptr : program.entity(program.flows[best.path.front()].to);
      const EntityFact* called = passed ? program.entity(passed->owner) : nullptr;
      // SmallVector<Token, 8>: what a template's parameter says about size is laid out when it is compiled.
      const bool to_template =
          passed && passed->kind == EntityKind::variable && program.flows[best.path.front()].kind == FlowKind::argument;
      if (to_template || names_a_start(own.empty() ? best.consumer.name : own) ||
          growth.is_start_of_growth(named ? named->id : constant.id) ||
          is_size_of_a_number(constant.value, called ? called->name : "", own))
        return false;
    }
    if (best.use && (asks_for_more_than_one(*best.use, constant.value) ||
                     asks_for_a_whole_message(best.use->other_names, constant.value)))
      return false;
    // A buffer that grows has to start with something; so few bytes, or what is called nothing but a size on the way
    // there, bound nothing.
    if ((best.consumer.role == "capacity" || best.consumer.role == "size") && names_a_buffer(best.consumer.name)) {
      const EntityFact* first = best.path.empty() ? nullptr : program.entity(program.flows[best.path.front()].to);
      if (constant.value < 64 || (best.path.size() > 1 && first && (first->name == "size" || first->name == "len")))
        return false;
    }
    if (best.use && best.use->kind != UseKind::cap && best.use->kind != UseKind::floor && constant.value <= 1)
      return false;
    if (api && constant.value == 1 && best.consumer.role == "size") return false; // epoll_wait(fd, &event, 1, …)
    // std::max(now_ms, 1): so that nothing is divided by zero, or zero can mean "never".
    if (clamp && constant.value == 1 && names_a_measured_time(best.use->other_names)) return false;
    return true;
  }

  Tunable build(const ConstantFact& constant, const EntityFact* named, const Candidate& best) {
    Tunable tunable;
    tunable.constant = constant;
    tunable.named = named;
    tunable.consumer = best.consumer;
    tunable.function = best.path.empty() ? best.function : program.flows[best.path.front()].function;
    EntityId first_target = best.path.empty() ? EntityId::none : program.flows[best.path.front()].to;
    if (named) tunable.function = EntityId::none;
    tunable.owner = owner_of(program, tunable.function, named ? named->id : first_target, tunable.record);
    if (named && named->has(is_local)) tunable.function = named->owner;
    if (const EntityFact* node = named ? named : program.entity(best.consumer.node)) {
      const EntityFact* entity = node->kind == EntityKind::parameter ? program.entity(node->owner) : node;
      tunable.entity = entity ? entity->qualified : node->qualified;
    } else if (const EntityFact* function = program.entity(program.function_of(best.consumer.node))) {
      tunable.entity = function->qualified;
    } else {
      tunable.entity = tunable.owner;
    }
    // The unit can come from a later consumer of the same value: `const int kDelay = 5; … sleep(kDelay);`
    Candidate unit = best;
    if (dimension == Dimension::duration && constant.tick <= 0 && best.tick <= 0 && best.consumer.tick <= 0)
      for (const Candidate& candidate : candidates)
        if (candidate.consumer.dimension == dimension && (candidate.tick > 0 || candidate.consumer.tick > 0)) {
          unit = candidate;
          unit.consumer.dimension = dimension;
          break;
        }
    std::string_view own_name = named ? std::string_view(named->name) : std::string_view(constant.macro);
    tunable.value = value_text(constant, own_name, unit);
    if (dimension == Dimension::duration) tunable.nanoseconds = nanoseconds_of(constant, own_name, unit);
    if (tunable.consumer.role == "other")
      for (const Candidate& candidate : candidates)
        if (candidate.consumer.dimension == dimension && candidate.consumer.role != "other") {
          tunable.consumer.role = candidate.consumer.role;
          break;
        }
    if (!best.path.empty()) tunable.first_stop = stop_text(program, program.flows[best.path.front()]);
    trace(tunable, constant, named, best);
    return tunable;
  }

  void trace(Tunable& tunable, const ConstantFact& constant, const EntityFact* named, const Candidate& best) {
    add_evidence(program, tunable, constant.location, "the constant " + constant.text);
    if (!named && !best.use) { // a name was enough to decide; where it ends is worth a step
      const Candidate* certain = nullptr;
      for (const Candidate& candidate : candidates)
        if (candidate.consumer.dimension == dimension && candidate.consumer.certainty <= Certainty::by_type &&
            candidate.path.size() > best.path.size() && !certain)
          certain = &candidate;
      if (certain)
        for (std::uint32_t index : certain->path)
          add_evidence(program, tunable, program.flows[index].location, flow_sentence(program, program.flows[index]));
    }
    for (std::uint32_t index : best.path)
      add_evidence(program, tunable, program.flows[index].location, flow_sentence(program, program.flows[index]));
    if (best.use) add_evidence(program, tunable, best.use->location, "used in " + best.consumer.what);
    // Every use of what is defined once.
    std::set<std::pair<std::string, std::uint32_t>> places;
    auto uses_of = [&](EntityId node) {
      for (std::uint32_t index : program.flows_from(node)) {
        const FlowFact& flow = program.flows[index];
        places.insert({std::string(program.path(flow.location)), flow.location.line});
        add_evidence(program, tunable, flow.location, flow_sentence(program, flow));
      }
      for (std::uint32_t index : program.uses_of(node)) {
        const UseFact& use = program.uses[index];
        places.insert({std::string(program.path(use.location)), use.location.line});
        add_evidence(program, tunable, use.location,
                     use.other_text.empty() ? "used here" : "used with '" + use.other_text + "'");
      }
    };
    if (named)
      uses_of(named->id);
    else if (!constant.macro.empty())
      uses_of(constant.id);
    tunable.uses = std::max<int>(1, static_cast<int>(places.size()));
  }

  const Program& program;
  const Configuration& configuration = *program.configuration;
  Dimension dimension = Dimension::none; // of the constant at hand
  std::vector<Candidate> candidates;
  std::map<std::pair<EntityId, std::string_view>, unsigned> scales; // function, what is compared -> constant bounds
  std::set<std::pair<std::string_view, std::string_view>> numbered;
  Growth growth;
};

std::vector<Tunable> tunables_of(const Program& program) {
  TunableFinder finder(program);
  TunableParts parts(program);
  for (const ConstantFact& constant : program.constants)
    if (std::optional<Tunable> tunable = finder.examine(constant)) parts.add(std::move(*tunable));
  add_unused_macros(program, parts.tunables);
  for (Tunable& tunable : parts.tunables) add_macro_uses(program, tunable);
  return std::move(parts.tunables);
}

} // namespace plumbline
