// How far the scan is, on standard error.
#pragma once

#include "collect/pool.h"

#include <chrono>
#include <mutex>

namespace plumbline {

// A terminal gets one line that is drawn again and again, with counts and remaining time; a pipe gets a line at each
// tenth. finish() says what was parsed and what came from the cache. Nothing is written when `quiet`.
class ProgressDisplay {
 public:
  ProgressDisplay(std::size_t total, unsigned jobs, bool quiet);
  void show(const Progress& progress); // from any thread
  void finish(const Collection& collection);

 private:
  void draw_bar(const Progress& progress);
  void print_tenth(const Progress& progress);

  std::mutex mutex;
  std::chrono::steady_clock::time_point start, last_drawn;
  std::size_t tenths_printed = 0;
  bool quiet, terminal;
};

} // namespace plumbline
