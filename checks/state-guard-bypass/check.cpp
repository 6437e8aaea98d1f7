// A machine has a function that checks transitions, and other code writes the state without it: what the check was
// built to keep out comes in through the side door.
//
// Where one function moves the state to what it is given, every direct write elsewhere is looked at. Where there are
// functions for single transitions instead (mark_completed, mark_dead …) and some refuse a wrong old state, the ones
// that could refuse too and do not look are reported. Not reported: construction and objects that were just made,
// loading of stored data, tests, helpers that only the checked function calls, writes that ask the same question
// themselves. Known misses: writes through a copy of the whole object, and memcpy.

#include "check.h"
#include "facts/words.h"
#include "program/machines.h"
#include "program/program.h"

#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>

namespace plumbline::state_guard_bypass {

// Who calls a function, in production code.
class Callers {
 public:
  explicit Callers(const Program& program) {
    for (const CallFact& call : program.calls)
      if (call.caller != call.callee) callers[call.callee].push_back(call.caller);
  }
  // It has callers, and each of them is checked or has only such callers itself.
  bool only_checked(EntityId function, const std::set<EntityId>& checked) const {
    std::set<EntityId> seen;
    std::vector<EntityId> work{function};
    while (!work.empty()) {
      const EntityId at = work.back();
      work.pop_back();
      const std::unordered_map<EntityId, std::vector<EntityId>>::const_iterator found = callers.find(at);
      if (found == callers.end()) return false;
      for (EntityId caller : found->second)
        if (!checked.contains(caller) && seen.insert(caller).second) work.push_back(caller);
      if (seen.size() > 64) return false;
    }
    return true;
  }
  bool calls_any(EntityId caller, const std::set<EntityId>& callees) const {
    return std::any_of(callees.begin(), callees.end(), [&](EntityId callee) {
      const std::unordered_map<EntityId, std::vector<EntityId>>::const_iterator found = callers.find(callee);
      return found != callers.end() &&
             std::find(found->second.begin(), found->second.end(), caller) != found->second.end();
    });
  }

 private:
  std::unordered_map<EntityId, std::vector<EntityId>> callers;
};

static Finding finding_at(const Program& program, const StateMachine& machine, const MachineFlow& flow,
                          const MachineEvent& write, const MachineFlow& guard) {
  Finding finding;
  finding.check = "state-guard-bypass";
  finding.kind = "bypass";
  finding.priority = Priority::p1;
  finding.place = program.place(write.event.location);
  finding.source_text = write.event.text;
  finding.entity = machine.name;
  const EntityFact* function = program.entity(flow.flow.function);
  const EntityFact* owner = function ? program.entity(function->owner) : nullptr;
  finding.owner = owner ? owner->qualified : flow.function;
  finding.evidence.push_back(
      {program.place(guard.flow.location), guard.function + "() checks transitions of " + machine.name});
  return finding;
}

static bool moves(const MachineEvent& write) {
  return !write.event.creates && (write.event.value.constants || write.event.value.parameters) &&
         !write.event.value.unknown && !write.event.value.copy;
}

// Looks at the old state itself and refuses where it is wrong.
static bool guards_itself(const StateMachine& machine, const MachineFlow& flow, const MachineEvent& write) {
  return write.consulted || (write.from() != machine.all && !write.event.after_write && flow.rejects());
}

// The one for this very variable, if there is one.
static const MachineFlow& guard_of(const std::vector<const MachineFlow*>& checked, EntityId holder) {
  for (const MachineFlow* flow : checked)
    if (flow->flow.holder == holder) return *flow;
  return *checked.front();
}

// What the write assigns to, and what it assigns: "job->state", "JobState::dead".
static std::pair<llvm::StringRef, llvm::StringRef> sides_of(const MachineEvent& write) {
  std::pair<llvm::StringRef, llvm::StringRef> sides = llvm::StringRef(write.event.text).split('=');
  return {sides.first.trim(), sides.second.trim().rtrim(';').rtrim()};
}

// The write as a call of the guard, where the guard is a method of the very object: it takes the new state alone.
static std::string call_of(const Program& program, const MachineFlow& guard, const MachineFlow& flow,
                           const MachineEvent& write) {
  const EntityFact* function = program.entity(guard.flow.function);
  const EntityFact* holder = program.entity(flow.flow.holder);
  if (!function || !holder || holder->kind != EntityKind::field || holder->owner != function->owner ||
      guard.flow.holder != flow.flow.holder || guard.flow.new_parameter != 0 ||
      program.entity(parameter_of(guard.flow.function, 1)))
    return {};
  const std::pair<llvm::StringRef, llvm::StringRef> sides = sides_of(write);
  if (!sides.first.ends_with(holder->name) || sides.second.empty() || write.event.text.size() > 110) return {};
  return (sides.first.drop_back(holder->name.size()) + function->name + "(" + sides.second + ");").str();
}

// What the checked functions do to one variable: the pairs that they let through by comparing alone, and whether they
// do anything else.
struct Guarded {
  Pairs allowed;
  bool known = false;   // no helper or table decides
  bool effects = false; // going past the function leaves something out
  bool by_old = true;   // refuses old states, whatever the new one is
  bool rejects = false; // tells its callers so
};

static Guarded guarded_by(const std::vector<const MachineFlow*>& checked, EntityId holder) {
  Guarded guarded;
  bool open = false;
  for (const MachineFlow* flow : checked) {
    if (flow->flow.holder != holder) continue;
    for (const MachineEvent& effect : flow->effects) guarded.effects |= !effect.event.apart;
    guarded.rejects |= flow->rejects();
    for (const MachineEvent& write : flow->writes) {
      if (write.event.creates || flow->flow.new_parameter < 0) continue;
      if (!(write.event.value.parameters >> flow->flow.new_parameter & 1)) continue;
      guarded.allowed |= write.allowed;
      guarded.by_old &= write.allowed.is_product();
      open |= write.consulted;
      guarded.known = true;
    }
  }
  guarded.known &= !open;
  return guarded;
}

// The function would have let it through, and done no more. That the state stays what it is changes nothing, unless the
// function says that it is wrong.
static bool is_let_through(const StateMachine& machine, const Guarded& guarded, const MachineEvent& write) {
  if (!guarded.known || guarded.effects || write.event.value.parameters) return false;
  for (unsigned from = 0; from < machine.enumeration.states.size(); ++from)
    for (unsigned to = 0; to < machine.enumeration.states.size(); ++to)
      if ((from != to || guarded.rejects) && write.from() >> from & 1 && write.event.value.constants >> to & 1 &&
          !guarded.allowed.has(from, to))
        return false;
  return true;
}

static std::vector<std::string> name_words(std::string_view function) {
  const std::size_t colon = function.rfind("::");
  return words_of(colon == std::string_view::npos ? function : function.substr(colon + 2));
}

// session_init(s): what C has for a constructor, and what objects that are used again have.
static bool is_construction(const MachineFlow& flow, const StateMachine& machine, const MachineEvent& write) {
  if (write.from() != machine.all || write.event.after_write) return false;
  for (const std::string& word : name_words(flow.function))
    if (word == "init" || word == "initialize" || word == "initialise" || word == "construct" || word == "create" ||
        word == "ctor" || word.starts_with("reinit"))
      return true;
  return false;
}

static void around_the_function(const Program& program, const StateMachine& machine,
                                const std::vector<const MachineFlow*>& checked, const Callers& callers,
                                std::vector<Finding>& findings) {
  std::set<EntityId> functions, holders;
  bool any_holder = false;
  for (const MachineFlow* flow : checked) {
    functions.insert(flow->flow.function);
    const EntityFact* holder = program.entity(flow->flow.holder);
    if (!holder || holder->kind == EntityKind::parameter)
      any_holder = true;
    else
      holders.insert(flow->flow.holder);
  }
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test || flow.life || flow.external_value || functions.contains(flow.flow.function)) continue;
    if (!any_holder && !holders.contains(flow.flow.holder)) continue;
    for (const MachineEvent& write : flow.writes) {
      if (!moves(write) || guards_itself(machine, flow, write) || is_construction(flow, machine, write)) continue;
      const Guarded guarded = guarded_by(checked, flow.flow.holder);
      if (is_let_through(machine, guarded, write)) continue;
      // Where the function only asks what the state was, so does this one.
      if (guarded.known && guarded.by_old && write.from() != machine.all) continue;
      // The start of a life: the state that objects are made with.
      if (callers.only_checked(flow.flow.function, functions)) continue;
      const MachineFlow& guard = guard_of(checked, flow.flow.holder);
      Finding finding = finding_at(program, machine, flow, write, guard);
      const std::string to = write.event.value.constants
                                 ? machine.names(write.event.value.constants)
                                 : parameter_name(program, flow.flow.function, flow.flow.new_parameter);
      finding.message = flow.function + "() writes " + to + " into the state of " + machine.name + " directly; " +
                        guard.function + "() checks transitions and is not asked";
      finding.suggestion = "Go through " + guard.function + "(), and add the transition there if it is legal";
      const std::string call = call_of(program, guard, flow, write);
      finding.suggestion += call.empty() ? "." : ": " + call;
      findings.push_back(std::move(finding));
    }
  }
}

// --- machines with a function for each transition ---

// In C all functions of a module start with the module's name, and those for one type with the type's:
// http_req_start(), http_req_end(). Such words say nothing of what a function does. Most functions of a file start with
// the first, and several with both.
class ModuleNames {
 public:
  explicit ModuleNames(const Program& program) : program(program) {
    constexpr unsigned several = 6;
    std::map<StringId, std::map<std::string, unsigned>> starts;
    std::map<StringId, unsigned> functions;
    for (const EntityFact& entity : program.entities) {
      if (entity.kind != EntityKind::function || is_method(entity) || !program.is_ours(entity.location)) continue;
      const std::vector<std::string> words = words_of(entity.name);
      ++functions[entity.location.file];
      if (words.size() > 1) ++starts[entity.location.file][words[0]];
      if (words.size() > 2) ++starts[entity.location.file][words[0] + " " + words[1]];
    }
    for (const std::pair<const StringId, std::map<std::string, unsigned>>& file : starts)
      for (const std::pair<const std::string, unsigned>& start : file.second)
        if (start.second >= several &&
            (start.first.find(' ') != std::string::npos || start.second * 2 > functions[file.first]))
          names[file.first].insert(start.first);
  }
  // The words of a function's name that say what it does.
  std::vector<std::string> words(const MachineFlow& flow) const {
    std::vector<std::string> words = name_words(flow.function);
    const EntityFact* function = program.entity(flow.flow.function);
    const std::map<StringId, std::set<std::string>>::const_iterator found = names.find(flow.flow.location.file);
    if (!function || is_method(*function) || words.size() < 2) return words;
    if (found != names.end() && found->second.contains(words[0])) {
      const bool both = words.size() > 2 && found->second.contains(words[0] + " " + words[1]);
      words.erase(words.begin(), words.begin() + (both ? 2 : 1));
    }
    return words;
  }

 private:
  bool is_method(const EntityFact& function) const {
    const EntityFact* owner = program.entity(function.owner);
    return owner && owner->kind == EntityKind::record;
  }
  const Program& program;
  std::map<StringId, std::set<std::string>> names; // by file: "http", "http req"
};

static std::string first_word(const ModuleNames& modules, const MachineFlow& flow) {
  const std::vector<std::string> words = modules.words(flow);
  return words.empty() ? std::string() : words.front();
}

// cancel() moves to cancelled, mark_dead() to dead: the function is there for this transition. A function that handles
// packets and moves the state on its way is no guard that others should have gone through.
static bool is_named_after(const StateMachine& machine, const ModuleNames& modules, const MachineFlow& flow,
                           const MachineEvent& write) {
  const std::vector<std::string> general = words_of(machine.enumeration.name); // P2P_ROLE_ of p2p_role
  for (const std::string& word : modules.words(flow))
    for (const std::string& state : words_of(machine.names(write.event.value.constants))) {
      if (std::find(general.begin(), general.end(), state) != general.end()) continue;
      const std::size_t shared = std::min({word.size(), state.size(), std::size_t(4)});
      if (shared >= 2 && word.substr(0, shared) == state.substr(0, shared)) return true;
    }
  return false;
}

// Somebody outside can call it: a private step is called where its class knows the state.
static bool is_offered(const Program& program, const MachineFlow& flow) {
  const EntityFact* function = program.entity(flow.flow.function);
  const EntityFact* owner = function ? program.entity(function->owner) : nullptr;
  return function && (!owner || owner->kind != EntityKind::record || function->has(is_public));
}

// Tells its caller that something is wrong; an assertion about something else does not.
static bool refuses_callers(const MachineFlow& flow) {
  return std::any_of(flow.exits.begin(), flow.exits.end(), [](const MachineEvent& exit) {
    return exit.event.outcome == Outcome::error || exit.event.outcome == Outcome::no ||
           (exit.event.outcome == Outcome::raise && llvm::StringRef(exit.event.text).starts_with("throw"));
  });
}

// Functions that set a state because something has happened to the object, whatever it was in, or on their way through
// a message.
static bool is_lifecycle(std::string_view function) {
  const std::size_t colon = function.rfind("::");
  for (const std::string& word : words_of(colon == std::string_view::npos ? function : function.substr(colon + 2)))
    for (std::string_view other :
         {"reinit",     "reinitialize", "reinitialise", "reset",   "clear",    "init",       "initialize",
          "initialise", "close",        "shutdown",     "abort",   "fail",     "disconnect", "destroy",
          "on",         "handle",       "error",        "cleanup", "teardown", "terminate",  "force",
          "kill",       "setup",        "loop",         "run",     "main",     "process",    "build",
          "end",        "free",         "deinit",       "uninit",  "dispose",  "done",       "cb",
          "callback",   "receive",      "recv",         "rx",      "send",     "parse"})
      if (word == other) return true;
  return false;
}

static EntityId owner_of(const Program& program, const MachineFlow& flow) {
  const EntityFact* function = program.entity(flow.flow.function);
  return function ? function->owner : EntityId::none;
}

// Refuses because of the state: some refusal is only possible in states that the write is not.
static bool refuses_by_state(const StateMachine& machine, const MachineFlow& flow, const MachineEvent& write) {
  if (write.from() == machine.all || write.event.after_write) return false;
  return std::any_of(flow.exits.begin(), flow.exits.end(), [&](const MachineEvent& exit) {
    return (exit.event.outcome == Outcome::raise || exit.event.outcome == Outcome::error ||
            exit.event.outcome == Outcome::no) &&
           !exit.event.after_write && exit.event.old_states & ~write.from();
  });
}

static bool is_transition(const StateMachine& machine, const ModuleNames& modules, const MachineFlow& flow) {
  return std::any_of(flow.writes.begin(), flow.writes.end(),
                     [&](const MachineEvent& write) { return is_named_after(machine, modules, flow, write); });
}

// The guard's question, in this function's words. Which state the transition may start from is a guess that a reader
// confirms: the guard's, or the initial one where the guard's is the target.
static std::string check_of(const StateMachine& machine, const MachineFlow& flow, const MachineEvent& write,
                            const MachineFlow& guard) {
  StateMask from = 0;
  for (const MachineEvent& other : guard.writes)
    if (moves(other)) from |= other.from();
  from &= ~write.event.value.constants;
  if (std::popcount(from) != 1) from = machine.initial & ~write.event.value.constants;
  if (std::popcount(from) != 1) return {};
  const std::pair<llvm::StringRef, llvm::StringRef> sides = sides_of(write);
  const std::string target = machine.names(write.event.value.constants);
  if (sides.first.empty() || sides.first.size() > 60 || !sides.second.ends_with(target)) return {};
  const std::string refusal = refusal_of(machine, flow.rejects() ? flow : guard);
  return ("if (" + sides.first + " != " + sides.second.drop_back(target.size()) + machine.names(from) + ") " +
          (refusal.empty() ? "return" : refusal) + (refusal.ends_with(";") ? "" : ";"))
      .str();
}

static void among_siblings(const Program& program, const StateMachine& machine, const Callers& callers,
                           const ModuleNames& modules, std::vector<Finding>& findings) {
  std::vector<const MachineFlow*> guards;
  std::set<EntityId> functions;
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test || flow.life || flow.flow.in_lambda) continue;
    for (const MachineEvent& write : flow.writes)
      if (moves(write) && is_offered(program, flow) &&
          (write.consulted || (refuses_by_state(machine, flow, write) && refuses_callers(flow)))) {
        guards.push_back(&flow);
        functions.insert(flow.flow.function);
        break;
      }
  }
  if (guards.empty()) return;
  // Who moves several objects at once builds or tears down something; that is no transition of one of them.
  std::map<std::pair<EntityId, EntityId>, unsigned> objects;
  for (const MachineFlow& flow : machine.flows)
    if (std::any_of(flow.writes.begin(), flow.writes.end(), moves)) ++objects[{flow.flow.function, flow.flow.holder}];
  for (const MachineFlow& flow : machine.flows) {
    if (flow.test || flow.life || flow.external_value || flow.flow.in_lambda || functions.contains(flow.flow.function))
      continue;
    if (objects[{flow.flow.function, flow.flow.holder}] > 1) continue;
    if (is_lifecycle(flow.function) || flow.writes.size() != 1 || !is_offered(program, flow)) continue;
    const MachineEvent& write = flow.writes.front();
    if (!moves(write) || !write.event.value.constants || write.event.value.parameters) continue;
    if (write.from() != machine.all || write.consulted) continue;
    const MachineFlow* guard = nullptr;
    for (const MachineFlow* other : guards)
      if (other->flow.holder == flow.flow.holder && owner_of(program, *other) == owner_of(program, flow) &&
          !is_lifecycle(other->function) &&
          (first_word(modules, *other) == first_word(modules, flow) ||
           (refuses_callers(flow) && is_transition(machine, modules, *other))))
        guard = guard ? guard : other;
    if (!guard || callers.only_checked(flow.flow.function, functions)) continue;
    // It sets up what it then has checked.
    if (callers.calls_any(flow.flow.function, functions)) continue;
    Finding finding = finding_at(program, machine, flow, write, *guard);
    finding.message = flow.function + "() moves " + machine.name + " to " + machine.names(write.event.value.constants) +
                      " from whatever state it is in; " + guard->function + "() checks the state first";
    finding.suggestion = "Check the state that this transition may start from, as " + guard->function + "() does";
    const std::string code = check_of(machine, flow, write, *guard);
    finding.suggestion += code.empty() ? "." : ": " + code;
    findings.push_back(std::move(finding));
  }
}

// set_executed(): moves the object to the state from whatever it is in, for everybody.
static bool is_open_door(const Program& program, const StateMachine& machine, const MachineFlow& flow,
                         StateMask target) {
  return !flow.test && !flow.life && !flow.flow.in_lambda && is_offered(program, flow) &&
         std::any_of(flow.writes.begin(), flow.writes.end(), [&](const MachineEvent& write) {
           return moves(write) && write.event.value.constants & target && write.from() == machine.all &&
                  !write.consulted && !write.event.after_write;
         });
}

// A class has a method for the transition, which looks at the state; somebody outside writes the member instead.
static void past_the_method(const Program& program, const StateMachine& machine, std::vector<Finding>& findings) {
  for (const MachineFlow& flow : machine.flows) {
    const EntityFact* holder = program.entity(flow.flow.holder);
    if (flow.test || flow.life || flow.external_value || flow.flow.in_lambda || is_lifecycle(flow.function)) continue;
    if (!holder || holder->kind != EntityKind::field || owner_of(program, flow) == holder->owner) continue;
    for (const MachineEvent& write : flow.writes) {
      if (!moves(write) || write.event.value.parameters || write.from() != machine.all || write.consulted) continue;
      const StateMask target = write.event.value.constants;
      if (std::any_of(machine.flows.begin(), machine.flows.end(), [&](const MachineFlow& other) {
            return other.flow.holder == flow.flow.holder && owner_of(program, other) == holder->owner &&
                   is_open_door(program, machine, other, target);
          }))
        continue;
      const MachineFlow* guard = nullptr;
      for (const MachineFlow& other : machine.flows)
        for (const MachineEvent& checked : other.writes)
          if (!guard && !other.test && !other.life && other.flow.holder == flow.flow.holder &&
              !is_lifecycle(other.function) && owner_of(program, other) == holder->owner &&
              is_offered(program, other) && moves(checked) && (checked.event.value.constants & target) &&
              (checked.consulted || refuses_by_state(machine, other, checked)))
            guard = &other;
      if (!guard) continue;
      Finding finding = finding_at(program, machine, flow, write, *guard);
      finding.message = flow.function + "() writes " + machine.names(write.event.value.constants) +
                        " into the state of " + machine.name + " directly; " + guard->function +
                        "() checks the state first";
      finding.suggestion = "Call " + guard->function + "(), and decide what happens where it refuses.";
      findings.push_back(std::move(finding));
    }
  }
}

// Asks for the state that it writes, as allowed(job.status, running) does; require(job, in_flight) only asks for the
// old.
static bool asks_about_target(const MachineEvent& write) {
  return std::any_of(write.event.consults.begin(), write.event.consults.end(), [&](const Consult& consult) {
    return consult.is_table ||
           std::any_of(consult.arguments.begin(), consult.arguments.end(), [&](const StateOperand& operand) {
             return operand.kind == StateOperand::Kind::constant && write.event.value.constants >> operand.constant & 1;
           });
  });
}

static void judge(const Program& program, std::vector<Finding>& findings) {
  const Callers callers(program);
  const ModuleNames modules(program);
  for (const StateMachine& machine : program.machines) {
    std::vector<const MachineFlow*> checked;
    for (const MachineFlow* flow : checked_flows(machine))
      if (flow->writes.empty() || std::any_of(flow->writes.begin(), flow->writes.end(), [&](const MachineEvent& write) {
            return write.event.value.parameters != 0 || (write.consulted && asks_about_target(write));
          }))
        checked.push_back(flow);
    if (!checked.empty()) {
      around_the_function(program, machine, checked, callers, findings);
      continue;
    }
    among_siblings(program, machine, callers, modules, findings);
    past_the_method(program, machine, findings);
  }
}

static constexpr std::string_view kinds[] = {"bypass"};

extern const Check check;
const Check check = {
    .title = "A state is written past the function that checks its transitions",
    .priority = Priority::p1,
    .kinds = kinds,
    .judge = judge,
};

} // namespace plumbline::state_guard_bypass
