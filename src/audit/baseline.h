// .plumbline/baseline.json: what was known at some point, so that an audit can say what became of it (design.md §5).
//
//   {
//   "plumbline": "baseline",
//   "schema": 1,
//   "algorithm": "plumbline/v1",        how the fingerprints were made, see identity.h
//   "commit": "…",                      at which it was created
//   "sites": 79,
//   "configured": 34,
//   "findings": [
//   {"path":"src/a.cpp","line":66,…},   one finding a line, sorted by path, line, column, check, kind, fingerprint
//   {"path":"src/b.cpp","line":5,…}
//   ]
//   }
//
// The file is made for git. A line changes only when something happens to its finding: it keeps the place and the code
// that it was recorded with, also when lines move, and the head is written once, when the baseline is created. What was
// fixed stays, as `fixed`, until it is pruned: progress counts it, and it is how something that comes back is told from
// something new. Lines may be merged by git's `union` driver (a .gitattributes beside the file asks for it): a reader
// takes each line by itself, so a comma too few or too many between two findings does not matter, and of two lines for
// one finding the one that errs on the side of showing it counts (accepted before open before fixed).
//
// Fingerprints are names here, given once: a finding that was recognised keeps the one it has in the baseline, even
// when its file was renamed and its ingredients would give another one.
#pragma once

#include "audit/finding.h"
#include "audit/identity.h"
#include "audit/matching.h"

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>

#include <cstdint>
#include <string>
#include <vector>

namespace plumbline {

inline constexpr int baseline_schema = 1;

struct BaselineEntry {
  Status status = Status::open; // open, accepted or fixed
  std::string fingerprint;
  std::string check, kind;
  Place place;
  std::string source_text, line_text; // of the anchor, and its whole line, as in Finding
  std::string entity, owner, role, value, message;
  Priority priority = Priority::p2;
  std::vector<std::string> also; // the other files of its evidence, sorted: without them it cannot be told to be fixed
  Surroundings around;
  std::string since;             // the commit at which it was recorded
  std::string fixed;             // the commit at which it was found to be fixed
  std::string reason, by, until; // of accepted ones; until: the last day, ISO 8601, or empty
};

struct Baseline {
  std::string algorithm = std::string(fingerprint_algorithm);
  std::string commit; // at which it was created; empty without git
  std::uint64_t sites = 0, configured = 0;
  std::vector<BaselineEntry> entries; // sorted, fingerprints distinct
};

// `name` is for messages, which begin with "name:line: ". What is not understood is an error, never left out: a newer
// schema, a field that is missing or has the wrong type, a file that was cut off, git's conflict markers.
llvm::Expected<Baseline> parse_baseline(llvm::StringRef text, llvm::StringRef name);

std::string baseline_text(const Baseline& baseline);

// Sorts the entries and makes one of those that have one fingerprint.
void normalise(Baseline& baseline);

FingerprintParts parts_of(const BaselineEntry& entry);
BaselineEntry entry_of(const Finding& finding, const Surroundings& around);
// As a report shows what this audit did not see.
Finding finding_of(const BaselineEntry& entry);

} // namespace plumbline
