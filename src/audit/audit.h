// The audit stage: what the judges found, made into something to act on. Pure data in, data out.
#pragma once

#include "audit/finding.h"
#include "audit/gate.h"
#include "audit/graphs.h"
#include "audit/progress.h"
#include "facts/facts.h"
#include "project/code_age.h"
#include "project/settings.h"

#include <string>
#include <vector>

namespace plumbline {

// How one translation unit ended; the report states each that is not `analysed`.
struct UnitCoverage {
  std::string path;
  UnitState state = UnitState::analysed;
  std::uint32_t error_count = 0;
  std::string reason;
  std::vector<std::string> problems;
};

// A place that consumes a tunable, with what feeds it (design.md §5 "Sites").
struct Site {
  std::string check; // the check that would report it if a constant fed it
  Place place;
  std::string owner, entity, role, module;
  Scope scope = Scope::production;
  std::string fed_by; // constant | configuration | caller | computed
  std::string source; // the configuration's field, or the constant's value
};

// An inline comment that asks for silence: `// plumbline: allow(check[, check]) reason [until DATE]` or
// clang-tidy's NOLINT with plumbline's checks in its list.
struct SuppressionComment {
  Place place;
  std::string text;      // the comment from "plumbline:" or "NOLINT" on
  bool own_line = false; // nothing but the comment on its line: speaks for the next line of code as well
};

// A state machine as reports show it (program/machines.h has what the checks ask).
struct MachineEdge {
  std::string from, to; // names of states; empty: any
  std::string function; // qualified
  Place place;
  bool guarded = false;
};
struct MachineSummary {
  std::string name; // qualified
  Place place;
  std::vector<std::pair<std::string, Place>> states; // in order of declaration
  std::vector<std::string> initial, final;
  std::vector<MachineEdge> transitions; // sorted by place
  std::vector<MachineEdge> suspects;    // edges from a state to itself, that exist if a finding stands at their place
};

struct AuditInput {
  const Settings* settings = nullptr;
  std::vector<UnitCoverage> units;
  std::vector<Finding> findings; // as the judges made them, in any order
  std::vector<Site> sites;
  std::vector<MachineSummary> machines;
  std::vector<Graph> graphs;
  std::vector<SuppressionComment> suppressions;
  std::string today;                     // ISO 8601 date, for `until`; empty: nothing expires
  std::vector<std::string> known_checks; // every check's name, run or not; empty: unknown names cannot be told
  const CodeAge* age = nullptr;          // if the settings ask for it
  bool partial = false;                  // only some of the program was looked at: no suppression is called needless
};

// The baseline that an audit was compared with.
struct BaselineOrigin {
  std::string path;   // as given, or of the project; empty: another state of the code (gate --base)
  std::string commit; // that it was taken at; empty: unknown
  int schema = 0;
};

struct Audit {
  std::vector<UnitCoverage> units; // sorted by path
  std::vector<Finding> findings;   // sorted: priority, score descending, path, line, column, check, kind, fingerprint
  std::vector<Site> sites;         // sorted by place
  std::vector<Graph> graphs;       // of modules; none if there is but one
  std::vector<std::string> notes;  // what a reader should know about this run: cache trouble, …
  std::optional<BaselineOrigin> baseline;    // set together with `progress`
  std::optional<MigrationProgress> progress; // against the baseline
  std::vector<HistoryEntry> history;         // oldest first
  std::optional<GateResult> gate;            // where a verdict was asked for
  std::vector<MachineSummary> machines;      // sorted by name
  // Some unit failed. That covers fatal errors (a missing header, too many errors), where Clang gives up and collection
  // says `failed`; after other errors Clang goes on, and at most the declarations with errors are lost.
  bool incomplete() const;
};

// Scope, module, priority, effort, fingerprints, suppressions (and findings about bad suppressions), order.
Audit run_audit(AuditInput input);

// The order of Audit::findings.
void sort_findings(std::vector<Finding>& findings);

} // namespace plumbline
