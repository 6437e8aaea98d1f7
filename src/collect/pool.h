// From compile commands to all facts: through the store, and for misses through worker processes.
//
// Each worker is this same executable, started as `plumbline worker`, that takes commands on standard input and
// answers with encoded facts on standard output. A crash, an endless constant evaluation or memory exhaustion inside
// Clang therefore costs one translation unit: the worker is replaced and the unit is `failed` with the reason.
#pragma once

#include "collect/collect.h"
#include "facts/store.h"

#include <chrono>
#include <functional>

namespace plumbline {

struct PoolOptions {
  std::string executable; // this binary
  unsigned jobs = 1;
  unsigned timeout_seconds = 600;           // per translation unit, wall clock; 0: no limit
  std::uint64_t memory_bytes = 8ull << 30;  // of address space per worker; 0: no limit
  std::chrono::milliseconds farewell{2000}; // that a worker without work has to end by itself
};

struct Progress {
  std::size_t done = 0, total = 0, from_cache = 0, failed = 0;
};

struct Collection {
  std::vector<TuFacts> units; // one per command, in the order of `commands`
  std::size_t parsed = 0, from_cache = 0;
  std::vector<std::string> notes; // e.g. "cache folder X cannot be written: …; scanning without it"
};

// The result does not depend on `jobs`, on what the store holds or on timing, but for units that failed by the limits.
Collection collect_all(const std::vector<CompileCommand>& commands, const CollectOptions& collect,
                       const PoolOptions& pool, FactStore* store, const std::function<void(const Progress&)>& progress);

// What a worker does with each command; another one in tests, which then run the same processes with a collector that
// crashes, hangs or eats memory.
using Collector = std::function<TuFacts(const CompileCommand&, const CollectOptions&)>;

// The worker's side: serves requests from `in` until it closes. Returns the exit status. Takes both descriptors away
// from whatever else writes to standard output.
int run_worker(int in, int out, const Collector& collector = collect);

} // namespace plumbline
