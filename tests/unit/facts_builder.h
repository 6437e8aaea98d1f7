// Facts written by hand, so that a test of the program stage reads as the small program it is about:
//
//   Unit unit("src/pause.cpp");
//   EntityId usleep = unit.library_function("usleep", {{"usec"}});
//   EntityId pause = unit.function("pause", {{"n"}});
//   unit.call(pause, usleep, {Value(parameter_of(pause, 0)) * 1000});   // void pause(int n) { usleep(n * 1000); }
//   unit.call(unit.function("work"), pause, {unit.number(50)});         // void work() { pause(50); }
//
// Each fact gets a line of its own, in the order in which they are written, so a test says where something stands by
// the order of its statements (line_of_constant finds it again). What src/collect would write is what stands here: see
// vocabulary.h for the meaning of each fact.
#pragma once

#include "facts/vocabulary.h"
#include "facts/words.h"
#include "program/configuration.h"
#include "program/program.h"
#include "program/tunables.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace plumbline {

// The type of a variable, field, parameter or result.
struct Type {
  TypeClass type_class = TypeClass::integer;
  std::int64_t tick = 0;            // of a duration
  EntityId record = EntityId::none; // of a record
  std::string text = "int";         // as written
  std::uint32_t flags = 0;          // is_plural_type
};
inline const Type integer_type{}, real_type{TypeClass::floating, 0, EntityId::none, "double", 0},
    truth_type{TypeClass::boolean, 0, EntityId::none, "bool", 0},
    text_type{TypeClass::text, 0, EntityId::none, "std::string", 0},
    void_type{TypeClass::other, 0, EntityId::none, "void", 0};
inline Type duration_of(std::int64_t tick) {
  return {TypeClass::duration, tick, EntityId::none, "std::chrono::duration", 0};
}
inline Type object_of(EntityId record, std::string text) { return {TypeClass::record, 0, record, std::move(text), 0}; }

// A parameter's name and type.
struct Parameter {
  std::string name;
  Type type = integer_type;
};

// A value where it is used: the node that it comes from, and what happens to it on the way.
struct Value {
  Value(EntityId node) : node(node) {}
  EntityId node = EntityId::none;
  EntityId leaves = EntityId::none; // the call that it is the result of
  double scale = 1;
  std::int64_t tick = 0;
  EntityId fallback_of = EntityId::none;
  bool derived = false;
};
inline Value operator*(Value value, double factor) { return value.scale *= factor, value; }
// The value is from here on counted in this unit: std::chrono::seconds(n).
inline Value counted_in(std::int64_t tick, Value value) { return value.tick = tick, value; }
// The value is used only where `preferred` gives none: preferred.value_or(value).
inline Value instead_of(EntityId preferred, Value value) { return value.fallback_of = preferred, value; }
// The value has influence but no identity: atoi(text).
inline Value derived_from(Value value) { return value.derived = true, value; }

// The facts of one translation unit.
class Unit {
 public:
  explicit Unit(std::string main_file = "src/main.cpp") : current(std::move(main_file)) {
    facts.main_file = current;
    facts.state = UnitState::analysed;
  }

  // What follows stands in this file (at line 1 when it is first named: two units that say the same of a header write
  // the same facts).
  Unit& in_file(const std::string& path) { return current = path, *this; }

  EntityId record(const std::string& name, std::uint32_t flags = is_defined | is_public,
                  EntityId owner = EntityId::none) {
    EntityFact fact = describe(EntityKind::record, name, {TypeClass::record, 0, EntityId::none, "", 0}, owner, flags);
    return put(fact, entity_from_text(fact.qualified));
  }
  void base(EntityId derived, EntityId base) { write_base(facts.table, derived, base); }
  EntityId field(EntityId owner, const std::string& name, const Type& type = integer_type,
                 std::uint32_t flags = is_public) {
    EntityFact fact = describe(EntityKind::field, name, type, owner, flags);
    return put(fact, entity_from_text(fact.qualified));
  }
  EntityId variable(const std::string& name, const Type& type = integer_type, std::uint32_t flags = 0) {
    EntityFact fact = describe(EntityKind::variable, name, type, EntityId::none, flags);
    return put(fact, entity_from_text(fact.qualified));
  }
  EntityId local(EntityId function, const std::string& name, const Type& type = integer_type, std::uint32_t flags = 0) {
    EntityFact fact = describe(EntityKind::variable, name, type, function, flags | is_local);
    return put(fact, entity_from_text(fact.qualified));
  }
  EntityId enumerator(const std::string& name, std::uint32_t flags = is_constant) {
    EntityFact fact = describe(EntityKind::enumerator, name, integer_type, EntityId::none, flags);
    return put(fact, entity_from_text(fact.qualified));
  }
  // `name` with its namespaces; a method's class is `owner`, which its qualified name gets in front.
  EntityId function(const std::string& name, const std::vector<Parameter>& parameters = {},
                    const Type& result = void_type, EntityId owner = EntityId::none, std::uint32_t flags = is_defined) {
    EntityFact fact = describe(EntityKind::function, name, result, owner, flags);
    EntityId id = put(fact, entity_from_text(fact.qualified + "()"));
    unsigned index = 0;
    for (const Parameter& parameter : parameters) {
      EntityFact described =
          describe(EntityKind::parameter, parameter.name, parameter.type, id, flags & std::uint32_t(is_external));
      described.qualified = parameter.name;
      described.index = static_cast<int>(index);
      put(described, parameter_of(id, index++));
    }
    return id;
  }
  EntityId constructor(EntityId owner, const std::vector<Parameter>& parameters = {}) {
    return function(qualified_names.at(owner), parameters, void_type, owner, is_defined | is_constructor);
  }
  // Declared in a system or third-party header; nothing is known of its body.
  EntityId library_function(const std::string& name, const std::vector<Parameter>& parameters = {},
                            const Type& result = void_type, EntityId owner = EntityId::none) {
    return function(name, parameters, result, owner, is_external);
  }

  // A literal; the whole source line is `line`, or the literal alone.
  EntityId number(double value, const std::string& line = {}) {
    return constant(value, 0, format_number(value), line, {});
  }
  // A chrono literal or a duration made of a literal: span(5, second, "std::chrono::seconds(5)").
  EntityId span(double value, std::int64_t tick, const std::string& text, const std::string& line = {}) {
    return constant(value, tick, text, line, {});
  }
  // The number in a macro's body. Its definition is a fact of its own.
  EntityId macro(const std::string& name, double value) {
    EntityId id = constant(value, 0, format_number(value), "#define " + name + " " + format_number(value), name);
    MacroFact fact;
    fact.location = location_of(id);
    fact.name = name;
    fact.text = format_number(value);
    fact.line = "#define " + name + " " + fact.text;
    fact.value = value;
    write(facts.table, fact);
    return id;
  }

  // `to = from;` in the body of a function (or outside all bodies).
  void flow(FlowKind kind, Value from, EntityId to, EntityId function = EntityId::none) {
    write(facts.table, flow_fact(kind, from, to, function));
  }
  void initialise(EntityId to, Value from, EntityId function = EntityId::none) {
    flow(FlowKind::initialise, from, to, function);
  }
  void assign(EntityId function, EntityId to, Value from) { flow(FlowKind::assign, from, to, function); }
  void give_back(EntityId function, Value from) { flow(FlowKind::result, from, return_of(function), function); }
  void default_argument(EntityId function, unsigned index, Value from) {
    flow(FlowKind::default_argument, from, parameter_of(function, index));
  }

  // A call with these arguments; gives what comes out of it. `option`: names of constants among the arguments;
  // `first`: the index of the first argument given.
  Value call(EntityId caller, EntityId callee, const std::vector<Value>& arguments = {}, const std::string& option = {},
             unsigned first = 0) {
    CallFact call;
    call.caller = caller;
    call.callee = callee;
    call.location = next();
    call.site = entity_from_text("call|" + current + "|" + std::to_string(call.location.line));
    call.arguments = static_cast<unsigned>(arguments.size());
    write(facts.table, call);
    for (const Value& argument : arguments) {
      FlowFact fact = flow_fact(FlowKind::argument, argument, parameter_of(callee, first++), caller);
      fact.site = call.site;
      fact.option = option;
      write(facts.table, fact);
    }
    Value result(return_of(callee));
    result.leaves = call.site;
    return result;
  }

  // An operation with a value, as UseFact has it; the caller fills in the rest.
  UseFact use(UseKind kind, EntityId function, EntityId from, const std::string& operation,
              const std::string& other_names) {
    UseFact fact;
    fact.from = from;
    fact.kind = kind;
    fact.function = function;
    fact.location = next();
    fact.operation = operation;
    fact.other_names = other_names;
    fact.other_text = other_names;
    fact.other_class = TypeClass::integer;
    return fact;
  }
  void add(const UseFact& fact) { write(facts.table, fact); }
  void compare(EntityId function, EntityId from, const std::string& operation, const std::string& other_names) {
    add(use(UseKind::compare, function, from, operation, other_names));
  }

  std::uint32_t line_of_constant(EntityId constant) const { return locations.at(constant).line; }
  Location location_of(EntityId id) const { return locations.at(id); }

  TuFacts facts;

 private:
  Location next() {
    std::uint32_t line = ++lines[current];
    return {facts.table.strings.intern(current), line, 3, line, 9};
  }
  EntityFact describe(EntityKind kind, const std::string& name, const Type& type, EntityId owner, std::uint32_t flags) {
    EntityFact fact;
    fact.kind = kind;
    std::size_t colon = name.rfind("::");
    fact.name = colon == std::string::npos ? name : name.substr(colon + 2);
    fact.qualified = owner == EntityId::none ? name : qualified_names.at(owner) + "::" + fact.name;
    fact.owner = owner;
    fact.type = type.text;
    fact.type_class = type.type_class;
    fact.tick = type.tick;
    fact.type_entity = type.record;
    fact.flags = flags | type.flags;
    return fact;
  }
  EntityId put(EntityFact& fact, EntityId id) {
    fact.id = id;
    fact.location = next();
    qualified_names[id] = fact.qualified;
    locations[id] = fact.location;
    write(facts.table, fact);
    return id;
  }
  EntityId constant(double value, std::int64_t tick, const std::string& text, const std::string& line,
                    const std::string& macro) {
    ConstantFact fact;
    fact.location = next();
    fact.id = entity_from_text("constant|" + current + "|" + std::to_string(fact.location.line));
    fact.value = value;
    fact.tick = tick;
    fact.text = text;
    fact.line = line.empty() ? text : line;
    fact.macro = macro;
    fact.floating = text.find('.') != std::string::npos;
    locations[fact.id] = fact.location;
    write(facts.table, fact);
    return fact.id;
  }
  FlowFact flow_fact(FlowKind kind, const Value& from, EntityId to, EntityId function) {
    FlowFact fact;
    fact.from = from.node;
    fact.to = to;
    fact.kind = from.derived ? FlowKind::derived : kind;
    fact.function = function;
    fact.location = next();
    fact.leaves = from.leaves;
    fact.scale = from.scale;
    fact.tick = from.tick;
    fact.fallback_of = from.fallback_of;
    return fact;
  }

  std::string current;
  std::map<std::string, std::uint32_t> lines; // the last one used, by file
  std::map<EntityId, std::string> qualified_names;
  std::map<EntityId, Location> locations;
};

// The same facts in another order.
inline TuFacts shuffled(TuFacts facts, unsigned seed) {
  std::mt19937 random(seed);
  std::shuffle(facts.table.facts.begin(), facts.table.facts.end(), random);
  return facts;
}

// A linked program with what the checks ask it.
struct Linked {
  explicit Linked(std::vector<TuFacts> units, Settings given = {})
      : settings(std::move(given)), program(link(units, settings)), configuration(*program.configuration) {}
  explicit Linked(const Unit& unit, Settings given = {}) : Linked(std::vector{unit.facts}, std::move(given)) {}
  Linked(const Linked&) = delete;
  Linked& operator=(const Linked&) = delete;

  std::vector<Tunable> tunables(Dimension dimension) const {
    std::vector<Tunable> tunables;
    for (const Tunable& tunable : program.tunables)
      if (tunable.consumer.dimension == dimension) tunables.push_back(tunable);
    return tunables;
  }
  // Each tunable as "value role", in order.
  std::vector<std::string> found(Dimension dimension) const {
    std::vector<std::string> texts;
    for (const Tunable& tunable : tunables(dimension)) texts.push_back(tunable.value + " " + tunable.consumer.role);
    return texts;
  }
  std::vector<std::string> durations() const { return found(Dimension::duration); }
  std::vector<std::string> limits() const { return found(Dimension::limit); }

  Settings settings;
  Program program;
  const Configuration& configuration;
};

inline Program link_one(const Unit& unit, const Settings& settings) {
  return link(std::span<const TuFacts>(&unit.facts, 1), settings);
}

} // namespace plumbline
