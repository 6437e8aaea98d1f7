#include "cli/keep.h"

#include "cli/messages.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

#include <algorithm>
#include <chrono>

namespace plumbline {

static constexpr llvm::StringLiteral folder_name = ".plumbline";

// The bytes of a file; nothing if there is none.
static llvm::Expected<std::optional<std::string>> read_file(const std::string& path, const std::string& name) {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (buffer) return (*buffer)->getBuffer().str();
  if (buffer.getError() == std::errc::no_such_file_or_directory) return std::nullopt;
  return llvm::createStringError(name + ": cannot be read: " + buffer.getError().message());
}

llvm::Expected<Kept> read_kept(const ScanOptions& options, const std::string& root) {
  Kept kept;
  const std::string folder = root + "/" + folder_name.str();
  kept.baseline_path = options.baseline.file.empty() ? folder + "/baseline.json" : options.baseline.file;
  kept.baseline_name = options.baseline.file.empty() ? (folder_name + "/baseline.json").str() : options.baseline.file;
  kept.history_path = folder + "/history.jsonl";
  kept.commit = head_commit(root);

  llvm::Expected<std::optional<std::string>> text = read_file(kept.baseline_path, kept.baseline_name);
  if (!text) return text.takeError();
  const BaselineVerb verb = options.baseline.verb;
  if (*text && verb != BaselineVerb::create) {
    llvm::Expected<Baseline> baseline = parse_baseline(**text, kept.baseline_name);
    if (!baseline) return baseline.takeError();
    kept.baseline = std::move(*baseline);
  }
  if (*text && verb == BaselineVerb::create && !options.baseline.replace)
    return llvm::createStringError(kept.baseline_name +
                                   " is there already; `plumbline baseline update` brings it up to date, "
                                   "`plumbline baseline create --force` starts again and forgets its history");
  if (!*text && (verb == BaselineVerb::update || verb == BaselineVerb::prune))
    return llvm::createStringError(kept.baseline_name +
                                   ": there is no baseline yet; `plumbline baseline create` makes one");
  if (!*text && verb == BaselineVerb::compare && !options.baseline.file.empty())
    return llvm::createStringError("--baseline " + options.baseline.file + ": there is no such file");

  const std::string history_name = (folder_name + "/history.jsonl").str();
  llvm::Expected<std::optional<std::string>> lines = read_file(kept.history_path, history_name);
  if (!lines) return lines.takeError();
  if (*lines) {
    llvm::Expected<std::vector<HistoryEntry>> history = parse_history(**lines, history_name);
    if (!history) return history.takeError();
    kept.history = std::move(*history);
  }
  return kept;
}

Comparison compare_with(const Baseline& baseline, Audit& audit, const Kept& kept, const SeenCode& seen,
                        const Settings& settings, const SourceReader& read, std::string_view today) {
  Comparison comparison = compare(audit, baseline, seen, settings, read, today);
  audit.baseline = BaselineOrigin{
      .path = kept.baseline ? kept.baseline_name : "", .commit = baseline.commit, .schema = baseline_schema};
  audit.progress = progress_of(audit, baseline, comparison, settings, read);
  return comparison;
}

Baseline known_then(const Kept& kept, Audit then, const SeenCode& seen, const Settings& settings,
                    const SourceReader& read, std::string_view today, const CodeStates& states) {
  if (!kept.baseline) return baseline_of(then, read, states.then_commit);
  const Comparison comparison = compare(then, *kept.baseline, seen, settings, read, today);
  Baseline known = updated(*kept.baseline, then, comparison, read, states.then_commit);
  known.commit = states.then_commit;
  return known;
}

// What runs that were killed while they wrote left behind. A younger one may belong to a run that goes on beside this.
static void remove_abandoned(llvm::StringRef path) {
  namespace fs = llvm::sys::fs;
  static constexpr std::chrono::hours longest_write(1); // plumbline: allow(hard-coded-duration) far above any write
  const std::string prefix = llvm::sys::path::filename(path).str() + ".";
  const llvm::StringRef parent = llvm::sys::path::parent_path(path);
  std::error_code code;
  for (fs::directory_iterator file(parent.empty() ? "." : parent, code), end; file != end && !code;
       file.increment(code)) {
    const llvm::StringRef name = llvm::sys::path::filename(file->path());
    if (!name.starts_with(prefix) || !name.ends_with(".tmp") || name.size() != prefix.size() + 12) continue;
    fs::file_status status;
    if (!fs::status(file->path(), status, /*follow=*/false) && fs::is_regular_file(status) &&
        status.getLastModificationTime() + longest_write < std::chrono::system_clock::now())
      fs::remove(file->path());
  }
}

// Writes into .plumbline, or where --baseline says.
static llvm::Error write_kept(const std::string& path, const std::string& bytes) {
  const llvm::StringRef folder = llvm::sys::path::parent_path(path);
  if (!folder.empty())
    if (std::error_code error = llvm::sys::fs::create_directories(folder))
      return llvm::createStringError("cannot create " + folder.str() + ": " + error.message());
  remove_abandoned(path);
  return write_file_atomically(path, bytes);
}

// Both files are made of lines that stand by themselves, so that git can merge them where two branches change
// neighbours.
static llvm::Error write_attributes(const Kept& kept) {
  llvm::SmallString<256> path(llvm::sys::path::parent_path(kept.baseline_path));
  if (llvm::sys::path::filename(path) != folder_name) return llvm::Error::success(); // a folder of the user's own
  llvm::sys::path::append(path, ".gitattributes");
  if (llvm::sys::fs::exists(path)) return llvm::Error::success();
  return write_kept(path.str().str(), "# Lines of two branches are both kept; plumbline reads each by itself.\n"
                                      "baseline.json merge=union\nhistory.jsonl merge=union\n");
}

// Of the audit's findings: those whose fingerprint begins so, or that stand on PATH:LINE.
static llvm::Expected<std::vector<std::size_t>> selected(const std::string& selector, const Audit& audit) {
  std::vector<std::size_t> found;
  const auto [path, line] = llvm::StringRef(selector).rsplit(':');
  unsigned number = 0;
  const bool is_place = !line.empty() && !line.getAsInteger(10, number);
  const bool is_prefix = selector.size() >= 6 && llvm::all_of(selector, [](char c) { return llvm::isHexDigit(c); });
  if (!is_place && !is_prefix)
    return llvm::createStringError("'" + selector +
                                   "' names no finding: write PATH:LINE, or at least 6 digits of a fingerprint");
  for (std::size_t i = 0; i < audit.findings.size(); ++i) {
    const Finding& finding = audit.findings[i];
    if (finding.status == Status::suppressed || finding.status == Status::fixed) continue;
    const bool here = is_place ? finding.place.path == path && finding.place.line == number
                               : llvm::StringRef(finding.fingerprint).starts_with_insensitive(selector);
    if (here) found.push_back(i);
  }
  if (found.empty())
    return llvm::createStringError("'" + selector +
                                   "': this audit has no such finding (suppressed ones need no acceptance)");
  if (!is_place && found.size() > 1)
    return llvm::createStringError("'" + selector + "' begins the fingerprints of " + std::to_string(found.size()) +
                                   " findings; write more digits");
  return found;
}

static llvm::Error accept(const BaselineOptions& options, Baseline& baseline, const Audit& audit,
                          const SourceReader& read, const std::string& by, const std::string& commit) {
  std::size_t accepted = 0;
  for (const std::string& selector : options.selectors) {
    llvm::Expected<std::vector<std::size_t>> indices = selected(selector, audit);
    if (!indices) return indices.takeError();
    for (std::size_t index : *indices) {
      const Finding& finding = audit.findings[index];
      std::vector<BaselineEntry>::iterator entry =
          std::find_if(baseline.entries.begin(), baseline.entries.end(),
                       [&](const BaselineEntry& each) { return each.fingerprint == finding.fingerprint; });
      if (entry == baseline.entries.end()) {
        baseline.entries.push_back(entry_of(finding, surroundings_of({finding.place}, read).front()));
        entry = baseline.entries.end() - 1;
        entry->since = commit;
      }
      entry->status = Status::accepted;
      entry->fixed.clear();
      entry->reason = options.reason;
      entry->until = options.until;
      entry->by = by;
      ++accepted;
    }
  }
  normalise(baseline);
  say("accepted " + counted(accepted, "finding") + (options.until.empty() ? "" : " until " + options.until));
  return llvm::Error::success();
}

std::string summary_of(const Baseline& baseline) {
  std::size_t open = 0, accepted = 0, fixed = 0;
  for (const BaselineEntry& entry : baseline.entries)
    ++(entry.status == Status::accepted ? accepted : entry.status == Status::fixed ? fixed : open);
  return std::to_string(open) + " open, " + std::to_string(accepted) + " accepted, " + std::to_string(fixed) + " fixed";
}

static llvm::Error write_baseline(const ScanOptions& options, const Kept& kept, const Baseline& baseline) {
  if (llvm::Error error = write_kept(kept.baseline_path, baseline_text(baseline))) return error;
  if (llvm::Error error = write_attributes(kept)) return error;
  if (!options.quiet) say(kept.baseline_name + ": " + summary_of(baseline));
  return llvm::Error::success();
}

static llvm::Error write_history(const ScanOptions& options, Kept& kept, const Audit& audit, const std::string& today) {
  if (audit.incomplete()) {
    say("the audit is incomplete and was not recorded in the history");
    return llvm::Error::success();
  }
  HistoryEntry entry =
      history_entry(audit, kept.commit ? kept.commit->id : "", kept.commit ? kept.commit->date : today);
  if (!kept.baseline) entry.new_ = 0; // nothing to be new against
  record(kept.history, std::move(entry));
  return write_kept(kept.history_path, history_text(kept.history));
}

llvm::Error keep(const ScanOptions& options, Kept& kept, const Audit& audit, const Comparison& comparison,
                 const SourceReader& read, const std::string& today) {
  const std::string commit = kept.commit ? kept.commit->id : "";
  switch (options.baseline.verb) {
  case BaselineVerb::compare:
    return options.record ? write_history(options, kept, audit, today) : llvm::Error::success();
  case BaselineVerb::create:
    if (llvm::Error error = write_baseline(options, kept, baseline_of(audit, read, commit))) return error;
    return write_history(options, kept, audit, today);
  case BaselineVerb::update:
    if (llvm::Error error = write_baseline(options, kept, updated(*kept.baseline, audit, comparison, read, commit)))
      return error;
    return write_history(options, kept, audit, today);
  case BaselineVerb::prune: {
    Baseline baseline = updated(*kept.baseline, audit, comparison, read, commit);
    std::erase_if(baseline.entries, [&](const BaselineEntry& entry) {
      const bool is_new =
          std::none_of(kept.baseline->entries.begin(), kept.baseline->entries.end(),
                       [&](const BaselineEntry& before) { return before.fingerprint == entry.fingerprint; });
      return entry.status == Status::fixed || is_new;
    });
    return write_baseline(options, kept, baseline);
  }
  case BaselineVerb::accept: {
    Baseline baseline = kept.baseline ? *kept.baseline : Baseline();
    if (!kept.baseline) baseline.commit = commit;
    const std::string by =
        options.baseline.by.empty() ? user_name(llvm::sys::path::parent_path(kept.history_path)) : options.baseline.by;
    if (by.empty()) return llvm::createStringError("who accepts it? git knows no user.name; say it with --by");
    if (llvm::Error error = accept(options.baseline, baseline, audit, read, by, commit)) return error;
    return write_baseline(options, kept, baseline);
  }
  }
  return llvm::Error::success();
}

} // namespace plumbline
