// What a check reports, and what the audit adds to it (design.md §2). Plain values; no Clang, no interned strings.
#pragma once

#include "project/labels.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// A range in a file: project-relative path, lines and columns from 1 (columns in bytes), exclusive end.
struct Place {
  std::string path;
  std::uint32_t line = 0, column = 0, end_line = 0, end_column = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

// One step of the trace that shows why a finding holds, in reading order (SARIF codeFlows).
struct Evidence {
  Place place;
  std::string message;
};

enum class Status : std::uint8_t { new_, open, fixed, reopened, accepted, suppressed, unknown };
std::string_view name_of(Status status);

// Configuration that the owner of a tunable can already see, and how the line would use it.
struct ConfigInReach {
  std::string expression; // how the owner spells its configuration: "config_", "options"
  std::string type;       // qualified name of the config type
  std::string field;      // the closest existing field, or the name proposed for a new one
  bool field_exists = false;
  std::string rewritten; // the source line with the constant replaced; empty if it cannot be written safely
  std::string access{};  // the field as the owner would read it: "config_.timeout_ms", "options->timeout_ms"
};

// Why a finding is not counted: an inline comment or an accepted baseline entry.
struct Suppression {
  std::string reason;
  std::string until; // ISO 8601 date, or empty
  Place place;       // of the comment; of an accepted baseline entry: none
  std::string by{};  // who accepted it; of a comment: empty
};

// One reason for a finding's score; the score is the sum of the points.
struct Factor {
  std::string
      name; // priority, kind, role, uses, config, module, churn, age; band: what the priority's upper bound took away
  std::string value; // what about the finding it looked at: "ttl", "12 uses"
  int points = 0;
  std::string why;
};

// How a suggestion ends that has nobody to name: the value of a namespace is everybody's. Reports in other languages
// recognise it by this.
inline constexpr std::string_view given_to_users = ", given to those who use it.";

struct Finding {
  // By the check's judge:
  std::string check, kind;
  Place place;
  std::string source_text; // of the anchor, as written; part of the identity
  std::string line_text;   // the whole source line, trimmed
  std::string entity;      // qualified name of what the finding concerns
  std::string owner;       // class, or function for free code
  std::string role, value; // e.g. "timeout", "5 s"; empty where they mean nothing
  std::string message;     // what is wrong, with the value
  std::string suggestion;
  std::vector<Evidence> evidence;
  std::optional<ConfigInReach> config_in_reach;
  // Where the findings stand without which there would not be this one: the constants of an owner without a seam. When
  // comments suppress all of them, they suppress this one.
  std::vector<Place> causes;
  int uses = 0; // places that would change behaviour with it; a factor of the score

  // By git, if the settings ask: commits of its file in a year, and days since its line was written.
  std::optional<int> commits, days;

  // By the audit:
  std::string module;
  Scope scope = Scope::production;
  Priority priority = Priority::p2;
  int score = 0; // 0-100
  std::vector<Factor> factors;
  EffortHours effort;
  std::string fingerprint; // 32 hex digits
  std::string related;     // fingerprint of the finding that the audit shows as one item with this one
  Status status = Status::new_;
  std::optional<Suppression> suppression;
};

} // namespace plumbline
