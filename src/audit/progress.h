// How far a code base has come since its baseline (design.md §5): what stood there then, what stands there now, and the
// two figures that cannot be gamed, fixed / (baseline + new) and configured sites / all sites.
#pragma once

#include "audit/finding.h"
#include "audit/matching.h"
#include "project/settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumbline {

// One place of a file, before and now. `fixed` ones show what replaced the code at the same site.
struct ProgressRow {
  std::uint32_t line_before = 0, line_now = 0; // 0: not there before (new), or not found any more
  std::string before, now;                     // code of the anchor; empty: as above
  Status status = Status::open;
  Priority priority = Priority::p2;
  std::string check, kind, fingerprint, message;
};

struct FileProgress {
  std::string path; // where the code is now; of what is gone: where it was
  std::vector<ProgressRow> rows;
};

// Places are findings of the baseline and new ones; done are those that are fixed.
struct ProgressCount {
  std::string name;
  std::uint64_t places = 0, done = 0;
};

struct ModuleProgress {
  ProgressCount count;
  std::uint64_t files = 0;          // with places
  std::optional<Priority> priority; // of the settings' module
  std::string owner;                // of the settings' module
};

struct MigrationProgress {
  // How many findings are in each state. Those of missing-config-injection are not among them, but for `by_check` and
  // `files`: they are about places that have findings of their own. What the baseline has and a comment now suppresses
  // counts as accepted.
  std::uint64_t baseline_total = 0, fixed = 0, open = 0, new_ = 0, reopened = 0, accepted = 0, unknown = 0;
  std::uint64_t sites = 0, configured = 0;
  std::vector<ModuleProgress> by_module; // in the settings' order, then by name
  std::vector<ProgressCount> by_check, by_priority;
  std::vector<FileProgress> files; // sorted by path; rows by line now, else before
};

struct Audit;
struct Baseline;
struct Comparison;

// `audit` has been compared with the baseline, and `comparison` is what came of it.
MigrationProgress progress_of(const Audit& audit, const Baseline& baseline, const Comparison& comparison,
                              const Settings& settings, const SourceReader& read);

// done / places from 0 to 1; nothing where there are no places.
std::optional<double> share_of(std::uint64_t done, std::uint64_t places);

// One recorded audit, for trends; one line of .plumbline/history.jsonl.
struct HistoryEntry {
  std::string commit, date; // date: of the commit, ISO 8601
  std::uint64_t open = 0, fixed = 0, new_ = 0;
  std::uint64_t sites = 0, configured = 0;
};

} // namespace plumbline
