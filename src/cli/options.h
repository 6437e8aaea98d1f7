// What the command line asks for, as plain values.
#pragma once

#include "cli/outputs.h"
#include "cli/verdict.h"
#include "collect/pool.h"
#include "project/project.h"

#include <string>
#include <vector>

namespace plumbline {

struct CacheOptions {
  bool enabled = true;
  std::string folder;                     // empty: default_store_folder()
  std::uint64_t limit_bytes = 2ull << 30; // about 1,000 translation units of a large code base, with room for branches
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
  bool quiet = false, verbose = false;
};

// The folder that `options` mean; "" when none can be named (no home directory).
std::string cache_folder(const CacheOptions& options);
// The store for a scan, or null: asked for, or because no folder can be named.
std::unique_ptr<FactStore> open_store(const CacheOptions& options);
// Absolute path of the running binary.
std::string executable_path();
// Today's date in UTC (ISO 8601), or that of $SOURCE_DATE_EPOCH (seconds since 1970, UTC), so that a report can be made
// again bit by bit: https://reproducible-builds.org/specs/source-date-epoch/
llvm::Expected<std::string> today();

} // namespace plumbline
