#include "program/tunable_macros.h"
#include "facts/words.h"
#include "program/not_tunable.h"
#include "program/tunable_trace.h"

#include <set>

namespace plumbline {

void add_unused_macros(const Program& program, std::vector<Tunable>& tunables) {
  std::set<std::pair<std::string_view, std::string_view>> expanded; // file, macro
  for (const ConstantFact& constant : program.constants)
    if (!constant.macro.empty()) expanded.insert({program.path(constant.location), constant.macro});
  std::set<std::pair<std::string_view, std::string_view>> known = macros_in_a_row(program);
  for (const MacroFact& macro : program.macros) {
    if (macro.value <= 0 || expanded.contains({program.path(macro.location), macro.name}) ||
        !known.insert({program.path(macro.location), macro.name}).second)
      continue;
    Meaning meaning = meaning_of(macro.name, TypeClass::integer);
    if (meaning.dimension == Dimension::none || !meaning.strong || is_unit_constant(macro.name, macro.value) ||
        names_no_tunable(macro.name))
      continue;
    if (meaning.dimension == Dimension::limit && macro.value <= 1) continue;
    Tunable tunable;
    tunable.constant.location = macro.location;
    tunable.constant.value = macro.value;
    tunable.constant.text = macro.text;
    tunable.constant.line = macro.line;
    tunable.constant.macro = macro.name;
    if (is_endless(tunable.constant)) continue;
    tunable.consumer = {meaning.dimension, std::string(meaning.role), meaning.tick, Certainty::by_name,
                        EntityId::none,    "'" + macro.name + "'",    macro.name};
    std::int64_t unit = unit_of_name(macro.name);
    if (unit == 0) unit = meaning.tick;
    tunable.value = meaning.dimension == Dimension::duration && unit > 0
                        ? format_duration(macro.value * static_cast<double>(unit))
                        : format_number(macro.value);
    tunable.entity = macro.name;
    add_evidence(program, tunable, macro.location, "the constant " + macro.text);
    tunable.uses = 1;
    tunables.push_back(std::move(tunable));
  }
}

void add_macro_uses(const Program& program, Tunable& tunable) {
  if (tunable.constant.macro.empty()) return;
  for (const MacroFact& macro : program.macros)
    if (("," + macro.names + ",").find("," + tunable.constant.macro + ",") != std::string::npos)
      add_evidence(program, tunable, macro.location, "part of macro '" + macro.name + "'");
}

} // namespace plumbline
