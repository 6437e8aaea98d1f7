// A state that may be set to what it already is, and nobody asked: the second "running → running" starts the timer
// again, counts twice, notifies twice; or it is taken for success where every other illegal transition is refused.
//
// Judged on the linked machines (src/program/machines.h): which (old, new) pairs can reach a write, an effect or an end
// of a function, with the helpers and tables that it asks, in whatever file. Deliberately not reported: setters without
// effects, `if (same) return;` where nothing is ever refused, functions that load stored data, loops that mark many
// objects on their way elsewhere. Known misses: effects
// behind a property's change signal, tables that are filled at run time from data.

#include "check.h"
#include "facts/words.h"
#include "program/machines.h"
#include "program/program.h"

#include <algorithm>
#include <bit>
#include <set>

namespace plumbline::unchecked_self_transition {

static bool refuses(Outcome outcome) {
  return outcome == Outcome::raise || outcome == Outcome::error || outcome == Outcome::no;
}

static std::string shown(const std::string& statement) {
  return !statement.empty() && statement.back() == ';' ? statement : statement + ";";
}

static Finding finding_at(const Program& program, const StateMachine& machine, const MachineFlow& flow,
                          const char* kind) {
  Finding finding;
  finding.check = "unchecked-self-transition";
  finding.kind = kind;
  finding.priority = Priority::p1;
  finding.place = program.place(flow.flow.location);
  const EntityFact* function = program.entity(flow.flow.function);
  finding.entity = flow.function;
  finding.source_text = function ? function->name : flow.function;
  const EntityFact* owner = function ? program.entity(function->owner) : nullptr;
  finding.owner = owner ? owner->qualified : flow.function;
  return finding;
}

// How the function ends when all is well, as it spells it.
static std::string quiet_return(const MachineFlow& flow) {
  const MachineEvent* best = nullptr;
  for (const MachineEvent& exit : flow.exits)
    if (!refuses(exit.event.outcome) && exit.event.text.starts_with("return ") && exit.event.text.size() < 80 &&
        (!best || exit.event.after_write))
      best = &exit;
  return best ? shown(best->event.text) : "return;";
}

// The comparison that is missing, with what should happen where it holds.
static std::string guard_code(const Program& program, const StateMachine& machine, const MachineFlow& flow,
                              const MachineEvent* write) {
  std::string state = holder_name(program, machine, flow);
  // As the write spells it: "job.state", "it->second.status".
  if (write) {
    const std::size_t end = std::min(write->event.text.find(" = "), write->event.text.find(".store("));
    if (end != std::string::npos && end < 60) state = write->event.text.substr(0, end);
  }
  std::string given = parameter_name(program, flow.flow.function, flow.flow.new_parameter);
  if (given.empty()) given = "next";
  const std::string refusal = refusal_of(machine, flow);
  return "if (" + state + " == " + given + ") " + (refusal.empty() ? quiet_return(flow) : shown(refusal));
}

// --- unguarded ---

static bool is_check(const StateMachine& machine, EntityId callee) {
  return callee != EntityId::none &&
         std::any_of(machine.flows.begin(), machine.flows.end(), [&](const MachineFlow& flow) {
           return flow.flow.function == callee && flow.writes.empty() && flow.rejects();
         });
}

// Only for the same state.
static bool is_same_only(const MachineEvent& exit) {
  const StateMask same = exit.allowed.same();
  if (same == 0) return false;
  for (unsigned i = 0; i < max_states; ++i)
    if (exit.allowed.rows[i] & ~(StateMask(1) << i)) return false;
  return true;
}

// The same state does it again: one that callers give, and that may be the old one there and when it is written.
static bool is_repeated(const StateMachine& machine, const MachineFlow& flow, const MachineEvent& effect,
                        StateMask written) {
  return effect.allowed.is_product() && effect.allowed.same() & flow.given & written && !effect.consulted &&
         !effect.event.once && !effect.event.apart && !is_check(machine, effect.event.target);
}

// Whoever calls it has compared: a part of another function's transition.
static bool is_compared_by_callers(const StateMachine& machine, const MachineFlow& flow) {
  bool called = false;
  for (const MachineFlow& caller : machine.flows)
    for (const MachineEvent& call : caller.calls) {
      if (caller.test || call.event.target != flow.flow.function || call.event.argument != flow.flow.new_parameter)
        continue;
      const bool handed_on = caller.flow.new_parameter >= 0 &&
                             call.event.value.parameters == 1u << caller.flow.new_parameter &&
                             call.event.value.constants == 0 && !call.event.value.unknown;
      if (!handed_on || !(call.consulted || call.allowed.same() == 0)) return false;
      called = true;
    }
  return called;
}

static void report(const Program& program, const StateMachine& machine, const MachineFlow& flow,
                   const MachineEvent& write, std::vector<const MachineEvent*> effects,
                   std::vector<Finding>& findings) {
  // What happens for most states first.
  std::sort(effects.begin(), effects.end(), [](const MachineEvent* a, const MachineEvent* b) {
    const auto order = [](const MachineEvent& effect) {
      return std::tuple(-std::popcount(effect.allowed.same()), effect.event.location.line, effect.event.location.column,
                        std::string_view(effect.event.text));
    };
    return order(*a) < order(*b);
  });
  Finding finding = finding_at(program, machine, flow, "unguarded");
  const std::string given = parameter_name(program, flow.flow.function, flow.flow.new_parameter);
  std::string what;
  for (std::size_t i = 0; i < effects.size() && i < 3; ++i) {
    if (what.find("'" + effects[i]->event.text + "'") != std::string::npos) continue;
    what += (what.empty() ? "'" : ", '") + effects[i]->event.text + "'";
  }
  const bool too_late = !write.allowed.is_product() || write.allowed.same() == 0;
  const bool goes_on =
      std::all_of(effects.begin(), effects.end(), [](const MachineEvent* effect) { return effect->event.compared; });
  finding.message = flow.function + "() moves " + machine.name + " to '" + given +
                    (too_late  ? "' and compares it with the state it is in too late; a"
                     : goes_on ? "' and compares it with the state it is in, but goes on; a"
                               : "' without comparing it with the state it is in; a") +
                    " transition to the same state repeats " + what;
  finding.suggestion = "Compare before anything happens: " + guard_code(program, machine, flow, &write);
  finding.evidence.push_back({program.place(write.event.location), "the state is set here, to whatever was given"});
  for (std::size_t i = 0; i < effects.size() && i < 8; ++i)
    finding.evidence.push_back(
        {program.place(effects[i]->event.location), effects[i]->event.text + " happens again for the same state"});
  finding.uses = static_cast<int>(effects.size());
  findings.push_back(std::move(finding));
}

// `++transitions_; emit(next); if (state_ == next) return;` compares, but too late: what tells of the transition has
// happened. Other calls in front of the comparison may be anything, such as a check of the thread.
static std::vector<const MachineEvent*> effects_before(const Program& program, const StateMachine& machine,
                                                       const MachineFlow& flow) {
  std::vector<const MachineEvent*> effects;
  // It takes the object and the state, and so does nothing else than to move it.
  const unsigned given = static_cast<unsigned>(flow.flow.new_parameter);
  if (given > 1 || program.entity(parameter_of(flow.flow.function, given + 1))) return effects;
  const bool returns_for_same = std::any_of(flow.exits.begin(), flow.exits.end(), [](const MachineEvent& exit) {
    return is_same_only(exit) && !exit.event.after_write && exit.event.outcome == Outcome::quiet;
  });
  if (!returns_for_same || flow.rejects()) return effects;
  const auto is_given_state = [&](const MachineEvent& effect) {
    return std::any_of(flow.calls.begin(), flow.calls.end(), [&](const MachineEvent& call) {
      return call.event.target == effect.event.target && call.event.location == effect.event.location &&
             call.event.value.parameters >> flow.flow.new_parameter & 1;
    });
  };
  for (const MachineEvent& effect : flow.effects)
    if (is_repeated(machine, flow, effect, machine.all) && !effect.event.after_write &&
        (effect.event.target == EntityId::none || is_given_state(effect)))
      effects.push_back(&effect);
  return effects;
}

// desired_state_: what somebody asked for, and somebody else makes true; asking again is no transition. prev_state:
// what was, for those who are told.
static bool holds_another_time(const Program& program, EntityId holder) {
  const EntityFact* entity = program.entity(holder);
  const std::vector<std::string> words = words_of(entity ? entity->name : std::string());
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "dst" || word == "dest" || word == "destination" || word == "target" || word == "desired" ||
           word == "wanted" || word == "requested" || word == "next" || word == "goal" || word == "prev" ||
           word == "previous" || word == "old" || word == "former" || word == "saved";
  });
}

// Somebody calls it with the state that the object is in: it is there to do for the same state what it does.
static bool is_called_to_stay(const StateMachine& machine, const MachineFlow& flow) {
  return std::any_of(machine.flows.begin(), machine.flows.end(), [&](const MachineFlow& caller) {
    if (caller.test || caller.flow.holder != flow.flow.holder) return false;
    return std::any_of(caller.calls.begin(), caller.calls.end(), [&](const MachineEvent& call) {
      if (call.event.target != flow.flow.function || call.event.argument != flow.flow.new_parameter) return false;
      const StateValue& value = call.event.value;
      // The caller has just set it itself.
      const bool stays = call.event.after_write && std::has_single_bit(value.constants) &&
                         value.constants == call.from() && !value.parameters && !value.unknown && !value.copy &&
                         value.calls.empty();
      return call.event.kept || stays;
    });
  });
}

// old_states_.push(state_): the old one comes back, whether it is the same or not.
static bool is_nested(const MachineFlow& flow) {
  return std::any_of(flow.effects.begin(), flow.effects.end(),
                     [](const MachineEvent& effect) { return effect.event.kept; });
}

static void unguarded(const Program& program, const StateMachine& machine, const MachineFlow& flow,
                      std::vector<Finding>& findings) {
  if (flow.test || flow.life || flow.external_value || flow.flow.in_lambda || flow.flow.new_parameter < 0) return;
  if (flow.aside) return;
  // Who is given so much does some work, and notes a state on the way.
  constexpr unsigned many_parameters = 6;
  if (program.entity(parameter_of(flow.flow.function, many_parameters))) return;
  if (holds_another_time(program, flow.flow.holder) || is_called_to_stay(machine, flow) || is_nested(flow)) return;
  const MachineEvent* write = nullptr;
  StateMask kept = 0; // the states that it may set and that the object was in
  for (const MachineEvent& one : flow.writes) {
    const StateValue& value = one.event.value;
    if (one.event.creates || one.event.of_many || !(value.parameters >> flow.flow.new_parameter & 1)) continue;
    // Work that notes a state as it goes; and the end of a way through other states, which is no transition to the
    // same.
    if (one.event.again || (one.event.after_write && std::has_single_bit(one.event.old_states))) continue;
    if (one.consulted || one.event.once) return;
    if (!one.allowed.is_product() || one.allowed.same() == 0 || one.event.compared) {
      const std::vector<const MachineEvent*> early = effects_before(program, machine, flow);
      if (!early.empty()) report(program, machine, flow, one, early, findings);
      return;
    }
    if (!write) write = &one;
    kept |= one.allowed.same();
  }
  // Through a setter of its own.
  std::set<EntityId> setters;
  for (const MachineEvent& one : flow.calls) {
    if (one.event.creates || !(one.event.value.parameters >> flow.flow.new_parameter & 1)) continue;
    if (!moves_to_argument(machine, one)) continue;
    for (const MachineFlow& setter : machine.flows)
      if (setter.flow.function == one.event.target && !setter.flow.compares &&
          (flow.flow.holder == EntityId::none || setter.flow.holder == flow.flow.holder) && setter.effects.empty() &&
          setter.writes.size() == 1 && !setter.writes.front().consulted && setter.writes.front().allowed.is_product() &&
          !one.consulted && one.allowed.is_product() && one.allowed.same()) {
        setters.insert(one.event.target);
        if (!write) write = &one;
        kept |= one.allowed.same();
      }
  }
  if (!write || is_compared_by_callers(machine, flow)) return;
  std::vector<const MachineEvent*> effects;
  for (const MachineEvent& effect : flow.effects)
    if (is_repeated(machine, flow, effect, kept) && !setters.contains(effect.event.target)) effects.push_back(&effect);
  if (effects.empty()) return;
  report(program, machine, flow, *write, effects, findings);
}

// --- tolerated ---

// What the function accepts depends on the old state, not only on what it is given.
static bool depends_on_old_state(const StateMachine& machine, Pairs accepted) {
  const StateMask targets = accepted.new_states();
  for (unsigned i = 0; i < machine.enumeration.states.size(); ++i) accepted.rows[i] |= targets & StateMask(1) << i;
  return !accepted.is_product() || accepted.old_states() != machine.all;
}

// Because of the states: a helper that may also end because it did not find the object refuses no transition.
static bool asks_somebody_who_refuses(const StateMachine& machine, const MachineEvent& event) {
  const auto refuses_some = [&](const MachineEvent& exit) {
    if (exit.event.outcome != Outcome::raise && exit.event.outcome != Outcome::error) return false;
    return exit.consulted || !exit.event.pairs.is_product() || exit.event.pairs.old_states() != machine.all;
  };
  return std::any_of(event.event.consults.begin(), event.event.consults.end(), [&](const Consult& consult) {
    return std::any_of(machine.flows.begin(), machine.flows.end(), [&](const MachineFlow& flow) {
      return flow.flow.function == consult.what && std::any_of(flow.exits.begin(), flow.exits.end(), refuses_some);
    });
  });
}

// `if (state_ != next && !allowed(state_, next)) throw …;`: the same state alone goes on without being asked.
static const MachineEvent* excepted(const MachineFlow& flow) {
  for (const MachineEvent& exit : flow.exits) {
    if (refuses(exit.event.outcome)) continue;
    const bool unasked = std::any_of(exit.event.consults.begin(), exit.event.consults.end(),
                                     [](const Consult& consult) { return consult.except_same; });
    const StateMask same = exit.allowed.same();
    const bool all_same = same != 0 && same == exit.allowed.old_states();
    if (all_same && (unasked || (flow.flow.compares_same && !exit.allowed.is_product()))) return &exit;
  }
  return nullptr;
}

static void tolerated(const Program& program, const StateMachine& machine, const MachineFlow& flow,
                      std::vector<Finding>& findings) {
  if (flow.test || flow.flow.in_lambda || !flow.takes_state()) return;
  const MachineEvent* same = nullptr;
  Pairs accepted;
  bool consulted = false;
  const bool moves = std::any_of(flow.writes.begin(), flow.writes.end(),
                                 [](const MachineEvent& write) { return !write.event.creates; });
  for (const MachineEvent& write : flow.writes) {
    accepted |= write.allowed;
    consulted |= write.consulted;
  }
  for (const MachineEvent& exit : flow.exits) {
    if (refuses(exit.event.outcome)) continue;
    if (is_same_only(exit) && exit.event.labels.empty() && !exit.event.after_write) continue;
    if (!moves) {
      accepted |= exit.allowed;
      consulted |= exit.consulted;
    }
  }
  bool raises = false, returns_false = false, asked = false;
  for (const MachineEvent& exit : flow.exits) {
    if (!refuses(exit.event.outcome) || is_same_only(exit)) continue;
    Pairs refused = exit.event.pairs;
    bool about_states = exit.consulted;
    for (unsigned i = 0; i < machine.enumeration.states.size(); ++i)
      about_states |= (refused.rows[i] & ~accepted.rows[i] & ~(StateMask(1) << i)) != 0;
    if (!about_states) continue;
    (exit.event.outcome == Outcome::no ? returns_false : raises) = true;
    asked |= exit.consulted;
  }
  const auto asks = [&](const MachineEvent& event) { return asks_somebody_who_refuses(machine, event); };
  if (std::any_of(flow.writes.begin(), flow.writes.end(), asks) ||
      (!moves && std::any_of(flow.exits.begin(), flow.exits.end(), asks)))
    raises = asked = true;
  if (!raises && !returns_false) return;
  if (accepted.empty()) return; // only the same state is let through: a question, not a transition
  if (!asked && !consulted && !depends_on_old_state(machine, accepted)) return;
  for (const MachineEvent& exit : flow.exits) {
    if (!is_same_only(exit) || exit.event.after_write || exit.consulted || !exit.event.labels.empty()) continue;
    const Outcome outcome = exit.event.outcome;
    const bool quiet = outcome == Outcome::quiet || outcome == Outcome::success || outcome == Outcome::yes ||
                       (outcome == Outcome::no && raises && !returns_false);
    if (quiet && !same) same = &exit;
  }
  if (!same) same = excepted(flow);
  if (!same) return;
  Finding finding = finding_at(program, machine, flow, "tolerated");
  const char* end = same->event.outcome == Outcome::no        ? "returns false, as for \"nothing to do\""
                    : same->event.outcome == Outcome::yes     ? "returns true"
                    : same->event.outcome == Outcome::success ? "returns success"
                                                              : "returns quietly";
  finding.message = flow.function + "() refuses illegal transitions of " + machine.name + " but " + end +
                    (same->event.outcome == Outcome::no ? "," : "") + " when the new state is the old one (" +
                    machine.state(0) + " -> " + machine.state(0) + (std::popcount(machine.all) > 1 ? ", …" : "") + ")";
  const MachineEvent* write = nullptr;
  for (const MachineEvent& one : flow.writes)
    if (!write && flow.flow.new_parameter >= 0 && (one.event.value.parameters >> flow.flow.new_parameter & 1))
      write = &one;
  const std::string refusal = refusal_of(machine, flow);
  finding.suggestion =
      refusal.empty() ? "Drop the quiet return if the check behind it refuses the same state, or return a value "
                        "that callers can tell from success."
                      : "Refuse it like any other illegal transition: " + guard_code(program, machine, flow, write);
  finding.evidence.push_back({program.place(same->event.location), std::string("here it ") + end});
  for (const MachineEvent& exit : flow.exits)
    if (refuses(exit.event.outcome) && !is_same_only(exit) && finding.evidence.size() < 4)
      finding.evidence.push_back({program.place(exit.event.location), "others are refused here"});
  findings.push_back(std::move(finding));
}

// --- tabled ---

static Finding tabled_at(const Program& program, const StateMachine& machine, const Location& location, unsigned state,
                         const std::string& where) {
  Finding finding;
  finding.check = "unchecked-self-transition";
  finding.kind = "tabled";
  finding.priority = Priority::p1;
  finding.place = program.place(location);
  finding.entity = where;
  finding.owner = machine.name;
  finding.source_text = machine.state(state);
  finding.message = where + " allows " + machine.state(state) + " -> " + machine.state(state) + " of " + machine.name;
  finding.suggestion = "Take " + machine.state(state) +
                       " out of its own successors, and let callers that mean \"nothing to do\" "
                       "say so before they ask.";
  return finding;
}

// The functions that ask the table have ruled the same state out before.
static bool excluded(const StateMachine& machine, EntityId table, unsigned state) {
  bool asked = false, possible = false;
  for (const MachineFlow& flow : machine.flows)
    for (const std::vector<MachineEvent>* list : {&flow.writes, &flow.exits})
      for (const MachineEvent& event : *list) {
        if (event.event.kind == StateEventKind::exit && refuses(event.event.outcome)) continue;
        for (const Consult& consult : event.event.consults)
          if (consult.what == table && flow.flow.new_parameter >= 0) {
            asked = true;
            possible |= event.event.pairs.has(state, state);
          }
      }
  return asked && !possible;
}

static void tabled(const Program& program, const StateMachine& machine, std::vector<Finding>& findings) {
  std::set<std::tuple<std::string_view, std::uint32_t, std::uint32_t>> seen;
  const auto first = [&](const Location& location) {
    return seen.insert({program.path(location), location.line, location.column}).second;
  };
  for (const StateTableEntry& entry : machine.entries) {
    const unsigned state = static_cast<unsigned>(entry.from);
    if (entry.to != entry.from || entry.by_event || excluded(machine, entry.table, state) || !first(entry.location))
      continue;
    const EntityFact* table = program.entity(entry.table);
    findings.push_back(tabled_at(program, machine, entry.location, state, table ? table->qualified : machine.name));
  }
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test || flow.flow.in_lambda || !flow.takes_state() || !flow.rejects()) continue;
    const bool moves = !flow.writes.empty();
    const auto report = [&](unsigned state, const Location& location) {
      if (first(location)) findings.push_back(tabled_at(program, machine, location, state, flow.function + "()"));
    };
    if (moves) {
      for (const MachineEvent& write : flow.writes) {
        if (write.event.creates || write.consulted || write.allowed.is_product()) continue;
        for (const std::pair<unsigned, Location>& label : flow.flow.labels)
          if (write.allowed.has(label.first, label.first)) report(label.first, label.second);
      }
      continue;
    }
    for (const MachineEvent& exit : flow.exits) {
      if (exit.event.outcome != Outcome::yes && exit.event.outcome != Outcome::success &&
          exit.event.outcome != Outcome::quiet)
        continue;
      if (exit.consulted || exit.event.pairs.is_product()) {
        // `case A: case B: return to == A;` and the like are products of few states.
        if (exit.consulted || exit.event.pairs.old_states() == machine.all) continue;
      }
      for (unsigned state = 0; state < machine.enumeration.states.size(); ++state) {
        if (!exit.event.pairs.has(state, state)) continue;
        const Location* place = nullptr;
        for (const std::pair<unsigned, Location>& label : exit.event.labels)
          if (label.first == state && !place) place = &label.second;
        if (place)
          report(state, *place);
        else if (exit.event.pairs.old_states() == StateMask(1) << state && !is_same_only(exit))
          report(state, exit.event.location);
      }
    }
  }
}

// A template that moves several enums is one function to mend.
static void report_once(std::vector<Finding>& findings) {
  std::set<std::tuple<std::string, std::string, std::uint32_t, std::uint32_t>> seen;
  std::vector<Finding> kept;
  for (Finding& finding : findings)
    if (finding.check != "unchecked-self-transition" || finding.kind == "tabled" ||
        seen.insert({finding.kind, finding.place.path, finding.place.line, finding.place.column}).second)
      kept.push_back(std::move(finding));
  findings = std::move(kept);
}

static void judge(const Program& program, std::vector<Finding>& findings) {
  for (const StateMachine& machine : program.machines) {
    for (const MachineFlow& flow : machine.flows) {
      unguarded(program, machine, flow, findings);
      tolerated(program, machine, flow, findings);
    }
    tabled(program, machine, findings);
  }
  report_once(findings);
}

static constexpr std::string_view kinds[] = {"unguarded", "tolerated", "tabled"};

extern const Check check;
const Check check = {
    .title = "A state machine lets a transition to the same state slip through",
    .priority = Priority::p1,
    .kinds = kinds,
    .judge = judge,
};

} // namespace plumbline::unchecked_self_transition
