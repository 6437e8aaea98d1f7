#include "facts.h"

namespace plumbline::unvalidated_config {

void write(FactTable& table, const ParseFact& parse) {
  FactBuilder builder(table, "parse");
  builder.subject(parse.node)
      .object(parse.function)
      .at(parse.location)
      .number("role", static_cast<int>(parse.role))
      .number("silence", static_cast<int>(parse.silence))
      .text("callee", parse.callee)
      .text("source", parse.source)
      .text("line", parse.line);
  if (parse.macro.empty()) return;
  builder.text("macro", parse.macro)
      .text("macro-file", table.strings.text(parse.spelled.file))
      .number("macro-line", parse.spelled.line)
      .number("macro-column", parse.spelled.column)
      .number("macro-end-line", parse.spelled.end_line)
      .number("macro-end-column", parse.spelled.end_column);
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
  parse.macro = table.text(fact, "macro");
  if (parse.macro.empty()) return parse;
  const auto part = [&](std::string_view key) { return static_cast<std::uint32_t>(table.number(fact, key)); };
  parse.spelled = {.file = table.strings.find(table.text(fact, "macro-file")),
                   .line = part("macro-line"),
                   .column = part("macro-column"),
                   .end_line = part("macro-end-line"),
                   .end_column = part("macro-end-column")};
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
