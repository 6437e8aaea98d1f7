// .plumbline/history.jsonl: one line per recorded audit, for trends (design.md §5). Recording twice at one commit
// replaces the line.
#pragma once

#include "audit/progress.h"

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>

namespace plumbline {

// Oldest first. `name` is for messages, which begin with "name:line: ".
llvm::Expected<std::vector<HistoryEntry>> parse_history(llvm::StringRef text, llvm::StringRef name);
std::string history_text(const std::vector<HistoryEntry>& history);

// What there is to record of an audit.
HistoryEntry history_entry(const Audit& audit, const std::string& commit, const std::string& date);
// Appends, or replaces the entry of the same commit; without a commit, that of the same day.
void record(std::vector<HistoryEntry>& history, HistoryEntry entry);

} // namespace plumbline
