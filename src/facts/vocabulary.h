// The core facts: what the linker and the value-flow graph need of every translation unit. Each struct here is written
// by src/collect and read by src/program; a check's own facts have their structs in the check.
//
//   entity    a declaration                         subject: itself       object: its owner (function, record)
//   base      a record's direct base                subject: derived      object: base
//   inherit   using Base::Base                      subject: derived      object: base
//   override  a method that overrides another       subject: method       object: overridden
//   constant  a constant expression where it stands subject: itself
//   flow      a value goes from one node to another subject: from         object: to
//   use       a value ends in an operation          subject: from         object: the other operand, if one entity
//   call      one function calls another            subject: caller       object: callee, or the record that is
//                                                                         constructed where no constructor is written
//   macro     an object-like macro that spells a number
//   comment   a comment that speaks to plumbline
#pragma once

#include "facts/facts.h"

namespace plumbline {

enum class EntityKind : std::uint8_t { function, parameter, variable, field, enumerator, record, result };

// What kind of value a type holds, as far as time and limits go.
enum class TypeClass : std::uint8_t { other, integer, floating, boolean, duration, time_point, text, record, callable };

// Bits of EntityFact::flags.
enum EntityFlag : std::uint32_t {
  is_constant = 1, // const or constexpr variable with a constant initialiser; an enumerator
  is_local = 2,    // local variable
  is_static = 4,   // static member, or a function-local static
  is_constructor = 8,
  is_public = 16,
  is_external = 32,          // declared outside our files (system or third-party header)
  is_defined = 64,           // a function whose body we saw; a record's definition
  is_config_annotated = 128, // [[clang::annotate("plumbline::config")]]
  is_virtual = 256,
  is_lambda = 512,
  is_const_method = 1024,
  is_main = 2048,
  is_plural_type = 4096, // array or container
  is_protected = 8192,
  is_internal = 16384, // no other translation unit can name it: static, in an unnamed namespace, local
};

struct EntityFact {
  EntityId id = EntityId::none, owner = EntityId::none;
  EntityKind kind = EntityKind::variable;
  Location location;
  std::string name, qualified; // qualified: with namespaces and classes, without parameters
  std::string type;            // as written
  TypeClass type_class = TypeClass::other;
  std::int64_t tick = 0; // of a duration type: nanoseconds per count; -1: a duration without a known count
  EntityId type_entity = EntityId::none; // the record behind the type (through references, pointers, smart pointers)
  int index = -1;                        // of a parameter, from 0
  std::uint32_t flags = 0;
  bool has(EntityFlag flag) const { return (flags & flag) != 0; }
};

// A constant where it stands: a literal, a chrono literal, or arithmetic of literals, as large as possible.
struct ConstantFact {
  EntityId id = EntityId::none;
  Location location;     // of the spelling: inside the macro's definition if a macro spells it
  double value = 0;      // in ticks if `tick` is set
  std::int64_t tick = 0; // the constant has a duration type of this tick (-1: unknown)
  std::string text;      // as written
  std::string line;      // the whole source line, trimmed
  std::string macro;     // the macro in whose definition it stands
  bool floating = false;
  EntityId row = EntityId::none; // the row of a table of records that it stands in
};

// How a value gets from one node to the next.
enum class FlowKind : std::uint8_t {
  initialise,
  assign,
  argument,
  default_argument,
  member_default,
  constructor_initialise,
  result,
  output,
  part,
  derived,
  capture,
};

struct FlowFact {
  EntityId from = EntityId::none, to = EntityId::none;
  FlowKind kind = FlowKind::initialise;
  Location location;                     // of the value's expression
  EntityId function = EntityId::none;    // in whose body it stands
  EntityId site = EntityId::none;        // the call, for arguments and for values that come out of a call
  EntityId leaves = EntityId::none;      // the call whose result `from` is
  double scale = 1;                      // the value is multiplied by this on its way
  std::int64_t tick = 0;                 // the value is measured in this unit from here on
  EntityId fallback_of = EntityId::none; // it is used only where this other node gives none (value_or, ?:)
  std::string option;                    // names of constants among the call's other arguments: "CURLOPT_TIMEOUT"
  std::string context;                   // for arguments: text of the receiver ("timer_", "opts")
};

// What an operation does with a value.
enum class UseKind : std::uint8_t { compare, add, subtract, cap, floor, array_bound, call, loop, modulo, print };

struct UseFact {
  EntityId from = EntityId::none, other = EntityId::none;
  UseKind kind = UseKind::compare;
  Location location;
  EntityId function = EntityId::none;
  std::string operation;   // "<", ">=", "+", "std::min", the callee's name
  std::string other_text;  // the other operand's text, shortened
  std::string other_names; // identifiers in the other operand, separated by commas, outermost last
  TypeClass other_class = TypeClass::other;
  std::int64_t other_tick = 0;
  double other_scale = 1; // what the other operand is multiplied with: 1000 for `wait_ms * 1000`
  double scale = 1;
  std::int64_t tick = 0;
  bool asserted = false; // stands in an assertion: what is checked, not what is done
  std::string target;    // what the whole expression initialises or is assigned to, by name
  EntityId target_entity = EntityId::none;
};

struct CallFact {
  EntityId caller = EntityId::none, callee = EntityId::none, site = EntityId::none;
  Location location;
  unsigned arguments = 0;  // given explicitly
  bool takes_away = false; // the first of them is nothing: reset(nullptr)
};

struct MacroFact {
  Location location; // of the first number in the body
  std::string name, text, line;
  double value = 0;  // 0 if names take part in it
  std::string names; // identifiers in the body, separated by commas
};

struct CommentFact {
  Location location;
  std::string text;
  bool own_line = false;
};

void write(FactTable& table, const EntityFact& entity);
void write(FactTable& table, const ConstantFact& constant);
void write(FactTable& table, const FlowFact& flow);
void write(FactTable& table, const UseFact& use);
void write(FactTable& table, const CallFact& call);
void write(FactTable& table, const MacroFact& macro);
void write(FactTable& table, const CommentFact& comment);
void write_base(FactTable& table, EntityId derived, EntityId base);
void write_inherited_constructors(FactTable& table, EntityId derived, EntityId base);
void write_override(FactTable& table, EntityId method, EntityId overridden);

EntityFact read_entity(const FactTable& table, const Fact& fact);
ConstantFact read_constant(const FactTable& table, const Fact& fact);
FlowFact read_flow(const FactTable& table, const Fact& fact);
UseFact read_use(const FactTable& table, const Fact& fact);
CallFact read_call(const FactTable& table, const Fact& fact);
MacroFact read_macro(const FactTable& table, const Fact& fact);
CommentFact read_comment(const FactTable& table, const Fact& fact);

} // namespace plumbline
