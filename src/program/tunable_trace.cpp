#include "program/tunable_trace.h"

namespace plumbline {

static constexpr std::size_t max_evidence = 30;

std::string flow_sentence(const Program& program, const FlowFact& flow) {
  const EntityFact* to = program.entity(flow.to);
  if (!to) {
    const EntityFact* function = program.entity(program.function_of(flow.to));
    return function ? "returned from " + function->name + "()" : "returned";
  }
  const EntityFact* owner = program.entity(to->owner);
  switch (to->kind) {
  case EntityKind::parameter: {
    const EntityFact* caller = program.entity(flow.function);
    return (caller && !caller->has(is_lambda) ? caller->name + "() passes it to " : std::string("passed to ")) +
           (owner ? owner->name : std::string("a function")) + "()";
  }
  case EntityKind::field:
    return "stored in '" + to->name + "'";
  default:
    return "goes to '" + to->name + "'";
  }
}

std::string stop_text(const Program& program, const FlowFact& flow) {
  const EntityFact* to = program.entity(flow.to);
  if (!to) {
    const EntityFact* function = program.entity(program.function_of(flow.to));
    return function && !function->has(is_lambda) ? "the result of " + function->name + "()" : std::string();
  }
  if (to->kind != EntityKind::parameter) return "'" + to->name + "'";
  const EntityFact* function = program.entity(to->owner);
  if (!function) return {};
  return flow.kind == FlowKind::default_argument
             ? "the default of parameter '" + to->name + "' of " + function->name + "()"
             : "the call of " + function->name + "()";
}

void add_evidence(const Program& program, Tunable& tunable, const Location& location, std::string message) {
  if (location.line == 0 || tunable.evidence.size() >= max_evidence || !program.is_ours(location)) return;
  Place place = program.place(location);
  for (const Evidence& evidence : tunable.evidence)
    if (evidence.place.path == place.path && evidence.place.line == place.line && evidence.place.column == place.column)
      return;
  tunable.evidence.push_back({place, std::move(message)});
}

} // namespace plumbline
