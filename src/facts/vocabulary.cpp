#include "facts/vocabulary.h"

#include <charconv>

namespace plumbline {

// Doubles travel as their shortest exact text: facts know only strings and integers.
static std::string exact(double value) {
  char text[32];
  std::to_chars_result end = std::to_chars(text, text + sizeof text, value);
  return std::string(text, end.ptr);
}

static double parse_exact(std::string_view text, double otherwise) {
  double value = 0;
  const std::from_chars_result end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() ? value : otherwise; // "" where there is no value
}

static std::int64_t id(EntityId entity) { return static_cast<std::int64_t>(entity); }
static EntityId id(std::int64_t number) { return static_cast<EntityId>(number); }

void write(FactTable& table, const EntityFact& entity) {
  FactBuilder(table, "entity")
      .subject(entity.id)
      .object(entity.owner)
      .at(entity.location)
      .number("is", static_cast<int>(entity.kind))
      .text("name", entity.name)
      .text("qualified", entity.qualified)
      .text("type", entity.type)
      .number("class", static_cast<int>(entity.type_class))
      .number("tick", entity.tick)
      .number("type_entity", id(entity.type_entity))
      .number("index", entity.index + 1)
      .number("flags", entity.flags);
}

EntityFact read_entity(const FactTable& table, const Fact& fact) {
  EntityFact entity;
  entity.id = fact.subject;
  entity.owner = fact.object;
  entity.location = fact.location;
  entity.kind = static_cast<EntityKind>(table.number(fact, "is"));
  entity.name = table.text(fact, "name");
  entity.qualified = table.text(fact, "qualified");
  entity.type = table.text(fact, "type");
  entity.type_class = static_cast<TypeClass>(table.number(fact, "class"));
  entity.tick = table.number(fact, "tick");
  entity.type_entity = id(table.number(fact, "type_entity"));
  entity.index = static_cast<int>(table.number(fact, "index")) - 1;
  entity.flags = static_cast<std::uint32_t>(table.number(fact, "flags"));
  return entity;
}

void write(FactTable& table, const ConstantFact& constant) {
  FactBuilder(table, "constant")
      .subject(constant.id)
      .at(constant.location)
      .text("value", exact(constant.value))
      .number("tick", constant.tick)
      .text("text", constant.text)
      .text("line", constant.line)
      .text("macro", constant.macro)
      .number("floating", constant.floating)
      .number("row", static_cast<std::int64_t>(constant.row));
}

ConstantFact read_constant(const FactTable& table, const Fact& fact) {
  ConstantFact constant;
  constant.id = fact.subject;
  constant.location = fact.location;
  constant.value = parse_exact(table.text(fact, "value"), 0);
  constant.tick = table.number(fact, "tick");
  constant.text = table.text(fact, "text");
  constant.line = table.text(fact, "line");
  constant.macro = table.text(fact, "macro");
  constant.floating = table.number(fact, "floating") != 0;
  constant.row = static_cast<EntityId>(table.number(fact, "row"));
  return constant;
}

void write(FactTable& table, const FlowFact& flow) {
  FactBuilder(table, "flow")
      .subject(flow.from)
      .object(flow.to)
      .at(flow.location)
      .number("kind", static_cast<int>(flow.kind))
      .number("function", id(flow.function))
      .number("site", id(flow.site))
      .number("leaves", id(flow.leaves))
      .text("scale", flow.scale == 1 ? "" : exact(flow.scale))
      .number("tick", flow.tick)
      .number("fallback_of", id(flow.fallback_of))
      .text("option", flow.option)
      .text("context", flow.context);
}

FlowFact read_flow(const FactTable& table, const Fact& fact) {
  FlowFact flow;
  flow.from = fact.subject;
  flow.to = fact.object;
  flow.location = fact.location;
  flow.kind = static_cast<FlowKind>(table.number(fact, "kind"));
  flow.function = id(table.number(fact, "function"));
  flow.site = id(table.number(fact, "site"));
  flow.leaves = id(table.number(fact, "leaves"));
  flow.scale = parse_exact(table.text(fact, "scale"), 1);
  flow.tick = table.number(fact, "tick");
  flow.fallback_of = id(table.number(fact, "fallback_of"));
  flow.option = table.text(fact, "option");
  flow.context = table.text(fact, "context");
  return flow;
}

void write(FactTable& table, const UseFact& use) {
  FactBuilder(table, "use")
      .subject(use.from)
      .object(use.other)
      .at(use.location)
      .number("kind", static_cast<int>(use.kind))
      .number("function", id(use.function))
      .text("operation", use.operation)
      .text("other_text", use.other_text)
      .text("other_names", use.other_names)
      .number("other_class", static_cast<int>(use.other_class))
      .number("other_tick", use.other_tick)
      .text("other_scale", use.other_scale == 1 ? "" : exact(use.other_scale))
      .text("scale", use.scale == 1 ? "" : exact(use.scale))
      .number("tick", use.tick)
      .number("asserted", use.asserted)
      .text("target", use.target)
      .number("target_entity", id(use.target_entity));
}

UseFact read_use(const FactTable& table, const Fact& fact) {
  UseFact use;
  use.from = fact.subject;
  use.other = fact.object;
  use.location = fact.location;
  use.kind = static_cast<UseKind>(table.number(fact, "kind"));
  use.function = id(table.number(fact, "function"));
  use.operation = table.text(fact, "operation");
  use.other_text = table.text(fact, "other_text");
  use.other_names = table.text(fact, "other_names");
  use.other_class = static_cast<TypeClass>(table.number(fact, "other_class"));
  use.other_tick = table.number(fact, "other_tick");
  use.other_scale = parse_exact(table.text(fact, "other_scale"), 1);
  use.scale = parse_exact(table.text(fact, "scale"), 1);
  use.tick = table.number(fact, "tick");
  use.asserted = table.number(fact, "asserted") != 0;
  use.target = table.text(fact, "target");
  use.target_entity = id(table.number(fact, "target_entity"));
  return use;
}

void write(FactTable& table, const CallFact& call) {
  FactBuilder(table, "call")
      .subject(call.caller)
      .object(call.callee)
      .at(call.location)
      .number("site", id(call.site))
      .number("arguments", call.arguments)
      .number("takes_away", call.takes_away);
}

CallFact read_call(const FactTable& table, const Fact& fact) {
  CallFact call;
  call.caller = fact.subject;
  call.callee = fact.object;
  call.location = fact.location;
  call.site = id(table.number(fact, "site"));
  call.arguments = static_cast<unsigned>(table.number(fact, "arguments"));
  call.takes_away = table.number(fact, "takes_away") != 0;
  return call;
}

void write(FactTable& table, const MacroFact& macro) {
  FactBuilder(table, "macro")
      .at(macro.location)
      .text("name", macro.name)
      .text("text", macro.text)
      .text("line", macro.line)
      .text("value", macro.value == 0 ? "" : exact(macro.value))
      .text("names", macro.names);
}

MacroFact read_macro(const FactTable& table, const Fact& fact) {
  return {fact.location,
          std::string(table.text(fact, "name")),
          std::string(table.text(fact, "text")),
          std::string(table.text(fact, "line")),
          parse_exact(table.text(fact, "value"), 0),
          std::string(table.text(fact, "names"))};
}

void write(FactTable& table, const CommentFact& comment) {
  FactBuilder(table, "comment").at(comment.location).text("text", comment.text).number("own_line", comment.own_line);
}

CommentFact read_comment(const FactTable& table, const Fact& fact) {
  return {fact.location, std::string(table.text(fact, "text")), table.number(fact, "own_line") != 0};
}

void write_base(FactTable& table, EntityId derived, EntityId base) {
  FactBuilder(table, "base").subject(derived).object(base);
}
void write_inherited_constructors(FactTable& table, EntityId derived, EntityId base) {
  if (derived != EntityId::none && base != EntityId::none) FactBuilder(table, "inherit").subject(derived).object(base);
}

void write_override(FactTable& table, EntityId method, EntityId overridden) {
  FactBuilder(table, "override").subject(method).object(overridden);
}

} // namespace plumbline
