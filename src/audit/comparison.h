// An audit held against a baseline: what is new, still open, back again, fixed; and what cannot be said because it was
// not seen.
#pragma once

#include "audit/audit.h"
#include "audit/baseline.h"
#include "facts/facts.h"

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace plumbline {

// What a scan looked at: the ground on which it can say that something is gone.
struct SeenCode {
  std::set<std::string> files;               // read by a unit that was analysed without errors
  std::set<std::string> sources;             // of these, the main files
  std::set<std::string> doubtful;            // read by a unit with errors; main files of failed and skipped ones
  std::set<std::string, std::less<>> checks; // that judged
  bool whole = true;                         // no unit failed, and no part of the program was left out
  // "check/kind" of findings that this scan did not make, because they say that nothing in the program does something.
  std::set<std::string> not_judged;
  std::function<bool(std::string_view)> exists; // whether the project has such a file, seen or not
};

SeenCode seen_code(std::span<const TuFacts> units, bool partial);

// What became of a baseline's entry.
struct BaselineOutcome {
  Status status = Status::open; // open, reopened, accepted, suppressed; fixed; unknown
  bool present = false;         // it was found
  std::size_t finding = 0;      // if so: which of the audit's findings it is
  bool expired = false;         // was accepted until a day that has passed
};

struct Comparison {
  std::vector<BaselineOutcome> outcomes; // one per entry of the baseline
};

// Gives the audit's findings their status and, where they were recognised, the fingerprint that the baseline has for
// them; appends those that were not seen, as `unknown` (or `accepted`), and those that are fixed since the baseline was
// brought up to date, where they last stood; sorts again. `today` as in AuditInput. An entry
// that is not found is fixed only if that is sure: its check judged, its file and those of its evidence were read by
// units without errors, and, where a failed unit may have read it too, it stands in an analysed unit's own main file;
// or its file is gone, and the whole program was seen.
Comparison compare(Audit& audit, const Baseline& baseline, const SeenCode& seen, const Settings& settings,
                   const SourceReader& read, std::string_view today);

// The baseline as it should be after this audit: new findings added, fixed ones marked, those that came back open
// again, keys and texts renewed where the code was moved or renamed. Entries to which nothing happened stay as they
// are. An accepted one whose day has passed stays accepted, and so goes on to say that it has. `commit`: of the audited
// code.
Baseline updated(const Baseline& baseline, const Audit& audit, const Comparison& comparison, const SourceReader& read,
                 const std::string& commit);

// Of an audit that was compared with nothing.
Baseline baseline_of(const Audit& audit, const SourceReader& read, const std::string& commit);

} // namespace plumbline
