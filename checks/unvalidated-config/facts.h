// What the check remembers of a translation unit.
//
//   parse        text becomes a number and failure goes unnoticed   subject: a node of text or number   object:
//   function range-check  a value is compared with a bound or clamped        subject: the value object: the bound
#pragma once

#include "facts/vocabulary.h"

namespace plumbline::unvalidated_config {

// How the failure of a parse goes unnoticed.
enum class Silence : std::uint8_t {
  unchecked, // nobody asks
  branch,    // somebody asks, and goes on with a default
  caught,    // the exception is caught, and a default taken
};

// One fact for each node that tells whether the parse is about configuration.
struct ParseFact {
  EntityId node = EntityId::none, function = EntityId::none;
  Location location; // of the call, or of the macro's expansion that it is part of
  // Where a macro spells the call: its name, and the place in its definition.
  std::string macro;
  Location spelled;
  enum class Role : std::uint8_t {
    none,   // no node is known
    text,   // where the text comes from
    number, // where the number goes
    result, // the call's site: its result is the number
  } role = Role::none;
  Silence silence = Silence::unchecked;
  std::string callee; // qualified
  std::string source, line;
};

// `bound` is none for a constant. Facts with a bound are only written where the comparison leads to a rejection, a
// correction or a warning.
struct RangeCheckFact {
  EntityId value = EntityId::none, bound = EntityId::none;
  Location location; // of the first such look in its file
  // Zero, which atoi() makes of what is no number, is thrown out, reported or told to the caller; no default in
  // silence.
  bool refuses_zero = false;
};

void write(FactTable& table, const ParseFact& parse);
void write(FactTable& table, const RangeCheckFact& check);
ParseFact read_parse(const FactTable& table, const Fact& fact);
RangeCheckFact read_range_check(const FactTable& table, const Fact& fact);

} // namespace plumbline::unvalidated_config
