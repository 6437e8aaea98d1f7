#include "facts.h"

namespace plumbline::unvalidated_config {

void write(FactTable& table, const ParseFact& parse) {
  FactBuilder(table, "parse")
      .subject(parse.node)
      .object(parse.function)
      .at(parse.location)
      .number("role", static_cast<int>(parse.role))
      .number("silence", static_cast<int>(parse.silence))
      .text("callee", parse.callee)
      .text("source", parse.source)
      .text("line", parse.line);
}

ParseFact read_parse(const FactTable& table, const Fact& fact) {
  ParseFact parse;
  parse.node = fact.subject;
  parse.function = fact.object;
  parse.location = fact.location;
  parse.role = static_cast<ParseFact::Role>(table.number(fact, "role"));
  parse.silence = static_cast<Silence>(table.number(fact, "silence"));
  parse.callee = table.text(fact, "callee");
  parse.source = table.text(fact, "source");
  parse.line = table.text(fact, "line");
  return parse;
}

void write(FactTable& table, const RangeCheckFact& check) {
  FactBuilder(table, "range-check")
      .subject(check.value)
      .object(check.bound)
      .at(check.location)
      .number("refuses-zero", check.refuses_zero);
}

RangeCheckFact read_range_check(const FactTable& table, const Fact& fact) {
  return {.value = fact.subject,
          .bound = fact.object,
          .location = fact.location,
          .refuses_zero = table.number(fact, "refuses-zero") != 0};
}

} // namespace plumbline::unvalidated_config
