#include "program/retries.h"
#include "program/configuration.h"

#include <algorithm>
#include <map>
#include <set>

namespace plumbline {

// A second location travels as line and columns: facts have one, and both stand in the same file.
static void add_location(FactBuilder& builder, const Location& location) {
  builder.number("line2", location.line)
      .number("column2", location.column)
      .number("end_line2", location.end_line)
      .number("end_column2", location.end_column);
}

static Location second_location(const FactTable& table, const Fact& fact) {
  const auto number = [&](const char* key) { return static_cast<std::uint32_t>(table.number(fact, key)); };
  return {fact.location.file, number("line2"), number("column2"), number("end_line2"), number("end_column2")};
}

void write(FactTable& table, const RetryLoop& loop) {
  FactBuilder builder(table, "retry-loop");
  builder.subject(loop.function)
      .object(loop.pause_source)
      .at(loop.location)
      .text("line", loop.line)
      .text("attempt", loop.attempt)
      .text("pause_value", loop.pause_value)
      .number("pause", static_cast<int>(loop.pause))
      .number("bounded", loop.bounded)
      .text("together", loop.together)
      .text("stop_flag", loop.stop_flag);
  add_location(builder, loop.pause_location);
}

RetryLoop read_retry_loop(const FactTable& table, const Fact& fact) {
  RetryLoop loop;
  loop.function = fact.subject;
  loop.pause_source = fact.object;
  loop.location = fact.location;
  loop.line = table.text(fact, "line");
  loop.attempt = table.text(fact, "attempt");
  loop.pause_value = table.text(fact, "pause_value");
  loop.pause = static_cast<Pause>(table.number(fact, "pause"));
  loop.pause_location = second_location(table, fact);
  loop.bounded = table.number(fact, "bounded") != 0;
  loop.together = table.text(fact, "together");
  loop.stop_flag = table.text(fact, "stop_flag");
  return loop;
}

void write(FactTable& table, const Requeue& requeue) {
  FactBuilder builder(table, "requeue");
  builder.subject(requeue.function)
      .object(requeue.target)
      .at(requeue.location)
      .number("loop", static_cast<std::int64_t>(requeue.loop))
      .number("record", static_cast<std::int64_t>(requeue.record))
      .text("line", requeue.line)
      .text("call", requeue.call)
      .number("named", requeue.named)
      .number("limited", requeue.limited);
  add_location(builder, requeue.call_location);
}

Requeue read_requeue(const FactTable& table, const Fact& fact) {
  Requeue requeue;
  requeue.function = fact.subject;
  requeue.target = fact.object;
  requeue.location = fact.location;
  requeue.loop = static_cast<EntityId>(table.number(fact, "loop"));
  requeue.record = static_cast<EntityId>(table.number(fact, "record"));
  requeue.line = table.text(fact, "line");
  requeue.call = table.text(fact, "call");
  requeue.named = table.number(fact, "named") != 0;
  requeue.limited = table.number(fact, "limited") != 0;
  requeue.call_location = second_location(table, fact);
  return requeue;
}

void write(FactTable& table, const AttemptLimit& limit) {
  FactBuilder(table, "attempt-limit").subject(limit.function).object(limit.count).at(limit.location);
}

void write_requeue_call(FactTable& table, EntityId loop, EntityId callee) {
  FactBuilder(table, "requeue-call").subject(loop).object(callee);
}

using Calls = std::map<EntityId, std::set<EntityId>>;

// Whether the function, or one that it calls at most twice removed, compares a count of attempts.
static bool looks_at_limit(EntityId function, const std::set<EntityId>& comparing, const Calls& callees, int depth) {
  if (comparing.contains(function)) return true;
  const Calls::const_iterator at = callees.find(function);
  return depth > 0 && at != callees.end() && std::any_of(at->second.begin(), at->second.end(), [&](EntityId callee) {
           return looks_at_limit(callee, comparing, callees, depth - 1);
         });
}

std::vector<UnlimitedRequeue> unlimited_requeues(const Program& program) {
  const FactTable& table = program.table;
  const StringId requeue_kind = table.strings.find("requeue"), limit_kind = table.strings.find("attempt-limit"),
                 call_kind = table.strings.find("requeue-call");
  if (requeue_kind == StringId::empty || limit_kind == StringId::empty) return {};
  std::vector<Requeue> requeues;
  std::vector<AttemptLimit> limits;
  std::set<EntityId> comparing;
  Calls in_loop, callees, callers;
  for (const Fact& fact : table.facts) {
    if (fact.kind == requeue_kind) requeues.push_back(read_requeue(table, fact));
    if (fact.kind == call_kind && call_kind != StringId::empty) in_loop[fact.subject].insert(fact.object);
    if (fact.kind != limit_kind) continue;
    limits.push_back({fact.subject, fact.object, fact.location});
    comparing.insert(fact.subject);
  }
  std::sort(limits.begin(), limits.end(), [&](const AttemptLimit& a, const AttemptLimit& b) {
    return program.place(a.location) < program.place(b.location);
  });
  for (const CallFact& call : program.calls) {
    callees[call.caller].insert(call.callee);
    callers[call.callee].insert(call.caller);
  }
  std::vector<UnlimitedRequeue> found;
  for (const Requeue& requeue : requeues) {
    if (requeue.limited || looks_at_limit(requeue.target, comparing, callees, 2)) continue;
    const std::set<EntityId>& called = in_loop[requeue.loop];
    if (std::any_of(called.begin(), called.end(),
                    [&](EntityId callee) { return looks_at_limit(callee, comparing, callees, 1); }))
      continue;
    // The limit exists for the same work: its record holds the count, or whoever compares puts back by the same
    // function.
    for (const AttemptLimit& limit : limits) {
      const EntityFact* count = program.entity(limit.count);
      const bool same_record = count && requeue.record != EntityId::none && count->owner == requeue.record;
      const Calls::const_iterator users = callers.find(requeue.target);
      const bool same_queue = requeue.named && limit.function != requeue.function && users != callers.end() &&
                              users->second.contains(limit.function);
      if (!same_record && !same_queue) continue;
      found.push_back({requeue, limit});
      break;
    }
  }
  return found;
}

static bool is_frozen(const Program& program, EntityId source, unsigned depth) {
  if (program.constant(source)) return true;
  const EntityFact* entity = program.entity(source);
  if (program.configuration->reaches(source) || depth > 6) return false;
  const std::span<const std::uint32_t> flows = program.flows_to(source);
  if (flows.empty()) return entity && entity->has(is_constant);
  // void set_pause(int seconds) { pause = seconds; }: who is outside may, though nobody here does.
  const auto is_open = [&](std::uint32_t i) {
    const EntityFact* from = program.entity(program.flows[i].from);
    const EntityFact* setter = from && from->kind == EntityKind::parameter ? program.entity(from->owner) : nullptr;
    return setter && setter->has(is_public) && !setter->has(is_constructor) && program.flows_to(from->id).empty();
  };
  if (entity && entity->kind == EntityKind::field && std::any_of(flows.begin(), flows.end(), is_open)) return false;
  return std::all_of(flows.begin(), flows.end(), [&](std::uint32_t i) {
    return program.flows[i].kind != FlowKind::derived && is_frozen(program, program.flows[i].from, depth + 1);
  });
}

bool is_frozen(const Program& program, EntityId source) { return is_frozen(program, source, 0); }

} // namespace plumbline
