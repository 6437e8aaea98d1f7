#include "project/git.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/Program.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

namespace plumbline {

using llvm::StringRef;

namespace {

// What a child writes and reads, in memory: git's answers are megabytes at most, and nothing shall be left on disk.
class MemoryFile {
 public:
  // Without MFD_CLOEXEC: the child opens it by its number.
  MemoryFile() : descriptor(memfd_create("plumbline-git", 0)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() {
    if (descriptor >= 0) close(descriptor);
  }
  bool good() const { return descriptor >= 0; }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor); }

  bool write_all(StringRef bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes = bytes.drop_front(static_cast<std::size_t>(written));
    }
    return true;
  }
  std::string read_all() const {
    std::string bytes;
    char buffer[1 << 16];
    for (off_t at = 0;;) {
      const ssize_t got = pread(descriptor, buffer, sizeof buffer, at);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return bytes;
      bytes.append(buffer, static_cast<std::size_t>(got));
      at += got;
    }
  }

 private:
  int descriptor;
};

} // namespace

llvm::Expected<std::string> run_git(StringRef folder, llvm::ArrayRef<StringRef> arguments, StringRef input) {
  llvm::ErrorOr<std::string> git = llvm::sys::findProgramByName("git");
  if (!git) return llvm::createStringError("git is not installed, and this needs the project's history");
  // Paths as they are, no pager, no colour, no locks, no programs that the repository's configuration names.
  llvm::SmallVector<StringRef> words{*git,
                                     "--no-pager",
                                     "--literal-pathspecs",
                                     "--no-optional-locks",
                                     "-c",
                                     "color.ui=false",
                                     "-c",
                                     "core.quotePath=false",
                                     "-c",
                                     "core.fsmonitor=false"};
  // plumbline: allow(ambient-config-read) this is how git tells its hooks which repository and index they are about
  if (!std::getenv("GIT_DIR") && !std::getenv("GIT_INDEX_FILE")) words.append({"-C", folder});
  words.append(arguments.begin(), arguments.end());
  MemoryFile in, out, err;
  if (!in.good() || !out.good() || !err.good() || !in.write_all(input))
    return llvm::createStringError(std::error_code(errno, std::generic_category()), "no memory for git's answer");
  const std::string in_path = in.path(), out_path = out.path(), err_path = err.path();
  const std::optional<StringRef> redirects[] = {StringRef(in_path), StringRef(out_path), StringRef(err_path)};
  std::string problem;
  const int status = llvm::sys::ExecuteAndWait(*git, words, std::nullopt, redirects, 0, 0, &problem);
  if (status == 0) return out.read_all();
  const std::string said = StringRef(err.read_all()).trim().str();
  return llvm::createStringError("git " + llvm::join(arguments, " ") + ": " +
                                 (!said.empty()      ? said
                                  : !problem.empty() ? problem
                                                     : "it failed"));
}

static std::string utc(std::int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const std::chrono::sys_days days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  return llvm::formatv("{0:4}-{1,0+2}-{2,0+2}T{3,0+2}:{4,0+2}:{5,0+2}Z", int(date.year()), unsigned(date.month()),
                       unsigned(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count())
      .str();
}

llvm::Expected<Commit> commit_of(StringRef folder, StringRef reference) {
  if (reference.starts_with("-")) return llvm::createStringError("'" + reference.str() + "' is no commit");
  const std::string commit = (reference + "^{commit}").str();
  llvm::Expected<std::string> id = run_git(folder, {"rev-parse", "--verify", "--quiet", "--end-of-options", commit});
  if (!id) {
    llvm::consumeError(id.takeError());
    return llvm::createStringError("git knows no commit '" + reference.str() +
                                   "' here; fetch it first (CI often clones only the newest commit)");
  }
  const std::string hash = StringRef(*id).trim().str();
  llvm::Expected<std::string> shown = run_git(folder, {"show", "-s", "--no-show-signature", "--format=%ct", hash});
  if (!shown) return shown.takeError();
  std::int64_t seconds = 0;
  if (StringRef(*shown).trim().getAsInteger(10, seconds)) seconds = 0;
  return Commit{.id = hash, .date = utc(seconds)};
}

std::optional<Commit> head_commit(StringRef folder) {
  llvm::Expected<Commit> commit = commit_of(folder, "HEAD");
  if (commit) return std::move(*commit);
  llvm::consumeError(commit.takeError());
  return std::nullopt;
}

std::string user_name(StringRef folder) {
  llvm::Expected<std::string> name = run_git(folder, {"config", "user.name"});
  if (name) return StringRef(*name).trim().str();
  llvm::consumeError(name.takeError());
  return "";
}

static bool is_regular(StringRef mode) { return mode.starts_with("100"); }
static std::string id_or_none(StringRef id) { return id.trim('0').empty() ? "" : id.str(); }

// The output of `git diff --raw -z`: ":<mode> <mode> <id> <id> <letter>[score]" NUL path NUL [path NUL]
llvm::Expected<std::vector<FileChange>> changes(StringRef folder, llvm::ArrayRef<StringRef> arguments) {
  llvm::SmallVector<StringRef> words{"diff",
                                     "--raw",
                                     "-z",
                                     "--no-abbrev",
                                     "--no-relative",
                                     "--no-color",
                                     "--no-ext-diff",
                                     "--no-textconv",
                                     "-M",
                                     "--ignore-submodules=all"};
  words.append(arguments.begin(), arguments.end());
  llvm::Expected<std::string> output = run_git(folder, words);
  if (!output) return output.takeError();
  llvm::SmallVector<StringRef> parts;
  StringRef(*output).split(parts, '\0', -1, /*KeepEmpty=*/false);
  std::vector<FileChange> result;
  for (std::size_t i = 0; i < parts.size();) {
    llvm::SmallVector<StringRef> head;
    parts[i++].split(head, ' ');
    if (head.size() != 5 || i >= parts.size()) return llvm::createStringError("git diff --raw: not understood");
    FileChange change;
    change.before = change.after = parts[i++].str();
    const char letter = head[4].empty() ? ' ' : head[4][0];
    if (letter == 'R' || letter == 'C') {
      if (i >= parts.size()) return llvm::createStringError("git diff --raw: not understood");
      change.after = parts[i++].str();
    }
    const bool was = is_regular(head[0].drop_front()), is = is_regular(head[1]);
    if (!was || letter == 'C') change.before.clear();
    if (!is) change.after.clear();
    if (was) change.id_before = id_or_none(head[2]);
    if (is) change.id_after = id_or_none(head[3]);
    if (was || is) result.push_back(std::move(change));
  }
  return result;
}

// The output of `git cat-file --batch`: "<id> blob <size>" newline, as many bytes, newline.
llvm::Expected<std::vector<std::string>> blobs(StringRef folder, llvm::ArrayRef<std::string> ids) {
  if (ids.empty()) return std::vector<std::string>();
  llvm::Expected<std::string> output = run_git(folder, {"cat-file", "--batch"}, llvm::join(ids, "\n") + "\n");
  if (!output) return output.takeError();
  std::vector<std::string> result;
  StringRef rest = *output;
  for (const std::string& id : ids) {
    const auto [head, body] = rest.split('\n');
    llvm::SmallVector<StringRef> words;
    head.split(words, ' ');
    std::size_t size = 0;
    if (words.size() != 3 || words[1] != "blob" || words[2].getAsInteger(10, size) || body.size() <= size)
      return llvm::createStringError("git cat-file: no file has the id " + id + " here");
    result.push_back(body.take_front(size).str());
    rest = body.drop_front(size + 1);
  }
  return result;
}

llvm::Expected<std::string> top_folder(StringRef folder) {
  llvm::Expected<std::string> top = run_git(folder, {"rev-parse", "--show-toplevel"});
  if (!top) return top.takeError();
  return StringRef(*top).rtrim('\n').str();
}

llvm::Expected<std::vector<std::string>> untracked_files(StringRef folder) {
  llvm::Expected<std::string> output =
      run_git(folder, {"ls-files", "--others", "--exclude-standard", "--full-name", "-z"});
  if (!output) return output.takeError();
  llvm::SmallVector<StringRef> parts;
  StringRef(*output).split(parts, '\0', -1, /*KeepEmpty=*/false);
  return std::vector<std::string>(parts.begin(), parts.end());
}

} // namespace plumbline
