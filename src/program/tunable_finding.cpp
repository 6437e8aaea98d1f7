// How a hard-coded tunable is told: message, configuration in reach, suggestion.

#include "program/field_names.h"
#include "program/injection.h"
#include "program/tunables.h"

namespace plumbline {

Finding finding_of(const Program& program, const Tunable& tunable) {
  Finding finding;
  const ConstantFact& constant = tunable.constant;
  finding.place = program.place(constant.location);
  finding.source_text = constant.text;
  finding.line_text = constant.line;
  finding.entity = tunable.entity;
  finding.owner = tunable.owner;
  finding.role = tunable.consumer.role;
  finding.value = tunable.value;
  finding.evidence = tunable.evidence;
  finding.uses = tunable.uses;
  std::string subject = tunable.named             ? "'" + tunable.named->name + "'"
                        : !constant.macro.empty() ? "macro '" + constant.macro + "'"
                                                  : std::string();
  bool is_limit = tunable.consumer.dimension == Dimension::limit;
  std::string where = tunable.first_stop.empty() || tunable.first_stop == tunable.consumer.what
                          ? tunable.consumer.what
                          : tunable.first_stop + ", which reaches " + tunable.consumer.what;
  if (!subject.empty())
    finding.message = subject + " freezes " + tunable.value + (is_limit ? " as a limit" : "") +
                      (tunable.uses > 1 ? " for " + std::to_string(tunable.uses) + " uses" : "");
  else
    finding.message = tunable.value + " is written into " + where;
  finding.message += "; no configuration reaches it";
  if (tunable.becomes_zero) {
    finding.message = constant.text + " is written into " +
                      (tunable.first_stop.empty() ? tunable.consumer.what : tunable.first_stop) +
                      ", which takes whole numbers: it becomes 0";
    finding.suggestion = "Say it in a smaller unit, or by a type that has fractions; as it stands, nothing waits.";
    return finding;
  }
  finding.config_in_reach = config_in_reach(program, tunable);
  if (finding.config_in_reach) {
    const ConfigInReach& reach = *finding.config_in_reach;
    finding.suggestion = reach.field_exists ? "Use the existing field " + reach.access + " of " + reach.type + "."
                                            : "Add a field '" + reach.field + "' (default " + tunable.value + ") to " +
                                                  reach.type + " and read it here.";
  } else {
    const bool has_owner = tunable.record != EntityId::none || tunable.function != EntityId::none;
    finding.suggestion =
        "Make it a setting: a field such as '" + value_name(tunable) + "' with the default " + tunable.value +
        (has_owner ? ", given to " + tunable.owner + " by whoever creates or calls it." : std::string(given_to_users));
  }
  return finding;
}

} // namespace plumbline
