// What the command line asks for, as plain values.
#pragma once

#include "audit/audit.h"
#include "cli/environment.h"
#include "cli/outputs.h"
#include "collect/pool.h"
#include "project/project.h"
#include "project/states.h"

#include <string>
#include <vector>

namespace plumbline {

struct CacheOptions {
  bool enabled = true;
  std::string folder;                     // empty: none can be named (no home directory)
  std::uint64_t limit_bytes = 2ull << 30; // about 1,000 translation units of a large code base, with room for branches
};

// What a scanning command does with the baseline: compares the audit with it, or writes it as well.
enum class BaselineVerb { compare, create, update, accept, prune };

struct BaselineOptions {
  std::string file; // --baseline; empty: .plumbline/baseline.json of the project
  BaselineVerb verb = BaselineVerb::compare;
  bool replace = false;               // create: also where there is one
  std::vector<std::string> selectors; // accept: PATH:LINE, or the beginning of a fingerprint
  std::string reason, by, until;      // accept
};

struct GateOptions {
  bool asked = false;   // the settings' gate decides on the exit status
  StatesRequest states; // what is compared, if not the project with its baseline
};

struct ScanOptions {
  ProjectRequest project;
  PoolOptions pool;
  CacheOptions cache;
  std::vector<std::string>
      checks;                  // --checks, split at commas: globs, a leading '-' takes away; empty: as the settings say
  std::vector<Output> outputs; // at least one
  RenderOptions render;        // `color` holds for standard output only
  std::vector<FailRule> fail_on; // empty: findings never fail the scan
  BaselineOptions baseline;
  GateOptions gate;
  bool record = false; // add the audit to the history
  bool quiet = false, verbose = false;
};

// The store for a scan, or null: asked for, or because no folder can be named.
std::unique_ptr<FactStore> open_store(const CacheOptions& options);
// Absolute path of the running binary.
std::string executable_path();
// Today's date in UTC (ISO 8601), or that of $SOURCE_DATE_EPOCH, so that a report can be made again bit by bit.
llvm::Expected<std::string> today(const EnvironmentOptions& environment);

} // namespace plumbline
