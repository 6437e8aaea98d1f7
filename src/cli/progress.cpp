#include "cli/progress.h"

#include "cli/messages.h"

#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/Process.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <cmath>

namespace plumbline {

using Seconds = std::chrono::duration<double>;

static constexpr llvm::StringRef clear_line = "\r\x1b[K";

static std::string minutes_and_seconds(Seconds span) {
  const std::int64_t seconds = std::llround(span.count());
  return llvm::formatv("{0}:{1,0+2}", seconds / 60, seconds % 60).str();
}

static std::string counts(const Progress& progress) {
  std::string text = std::to_string(progress.done) + " of " + counted(progress.total, "translation unit");
  if (progress.from_cache) text += ", " + std::to_string(progress.from_cache) + " from the cache";
  if (progress.failed) text += ", " + std::to_string(progress.failed) + " failed";
  return text;
}

ProgressDisplay::ProgressDisplay(std::size_t total, unsigned jobs, bool quiet)
    : start(std::chrono::steady_clock::now()), quiet(quiet), terminal(llvm::sys::Process::StandardErrIsDisplayed()) {
  if (!quiet && !terminal) say(counted(total, "translation unit") + ", " + std::to_string(jobs) + " at a time");
}

void ProgressDisplay::show(const Progress& progress) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (quiet || progress.total == 0) return;
  terminal ? draw_bar(progress) : print_tenth(progress);
}

void ProgressDisplay::draw_bar(const Progress& progress) {
  // Faster than eyes, slower than a warm scan's units.
  // plumbline: allow(hard-coded-duration) nobody's work depends on how often a bar is drawn
  constexpr std::chrono::milliseconds between_drawings(50);
  const std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();
  if (now - last_drawn < between_drawings && progress.done < progress.total) return;
  last_drawn = now;
  constexpr std::size_t width = 24;
  const std::size_t filled = width * progress.done / progress.total;
  std::string line = "[" + std::string(filled, '#') + std::string(width - filled, '.') + "] " + counts(progress);
  const std::size_t parsed = progress.done - progress.from_cache;
  if (parsed > 0 && progress.done < progress.total) { // what the cache answers takes no time and predicts none
    const Seconds remaining = Seconds(now - start) / parsed * (progress.total - progress.done);
    line += ", " + minutes_and_seconds(remaining) + " left";
  }
  const unsigned columns = llvm::sys::Process::StandardErrColumns();
  if (columns > 1) line.resize(std::min<std::size_t>(line.size(), columns - 1));
  llvm::errs() << (clear_line + line).str();
}

void ProgressDisplay::print_tenth(const Progress& progress) {
  const std::size_t tenths = 10 * progress.done / progress.total;
  if (tenths <= tenths_printed || tenths == 10) return; // finish() speaks for the last one
  tenths_printed = tenths;
  say(std::to_string(100 * progress.done / progress.total) + " %: " + counts(progress));
}

void ProgressDisplay::finish(const Collection& collection) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (quiet) return;
  if (terminal) llvm::errs() << clear_line;
  const Seconds taken = std::chrono::steady_clock::now() - start;
  say(llvm::formatv("{0}: {1} parsed, {2} from the cache, {3:f1} s",
                    counted(collection.units.size(), "translation unit"), collection.parsed, collection.from_cache,
                    taken.count())
          .str());
}

} // namespace plumbline
