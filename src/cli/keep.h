// What is kept between audits, in the project's .plumbline folder: the baseline and the history.
#pragma once

#include "audit/comparison.h"
#include "audit/history.h"
#include "cli/options.h"
#include "project/git.h"

#include <optional>
#include <string>
#include <vector>

namespace plumbline {

struct Kept {
  std::string baseline_path, history_path; // to open
  std::string baseline_name;               // as messages and reports name it
  std::optional<Baseline> baseline;        // nothing: there is none yet
  std::vector<HistoryEntry> history;
  std::optional<Commit> commit; // that is checked out; nothing without git
};

// Read before the scan, because a damaged file should not be found after minutes. A --baseline that does not exist is
// an error, but for the commands that make one.
llvm::Expected<Kept> read_kept(const ScanOptions& options, const std::string& root);

// Compares the audit with `baseline`, and fills in its baseline, progress and history.
Comparison compare_with(const Baseline& baseline, Audit& audit, const Kept& kept, const SeenCode& seen,
                        const Settings& settings, const SourceReader& read, std::string_view today);

// What a gate of two states knows: the baseline as it would have been at the other state, so that what was accepted
// stays accepted there and what was fixed before it comes back as reopened.
Baseline known_then(const Kept& kept, Audit then, const SeenCode& seen, const Settings& settings,
                    const SourceReader& read, std::string_view today, const CodeStates& states);

// "45 open, 2 accepted, 15 fixed"
std::string summary_of(const Baseline& baseline);

// Does what the command wants remembered: writes the baseline, records the audit. Says on standard error what it did.
llvm::Error keep(const ScanOptions& options, Kept& kept, const Audit& audit, const Comparison& comparison,
                 const SourceReader& read, const std::string& today);

} // namespace plumbline
