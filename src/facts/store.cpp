// On disk:
//
//   <folder>/CACHEDIR.TAG                     ; tells backup programs to leave it out (bford.info/cachedir)
//   <folder>/files.index                      ; what files hashed to, see digests.cpp
//   <folder>/<2 hex>/<64 hex>-<slot>.facts    ; encode() of one unit; the name is the StoreKey, split
//   <folder>/<2 hex>/.tmp-<pid>-<random>      ; being written; swept after an hour
//
// A key says all that is known before parsing; what a unit read is known only afterwards, and stands in its facts. So
// each key has a few slots, for a unit that goes back and forth between states (switching branches), and a hit is a
// slot whose inputs all still have their digests. ccache keeps inputs and results in separate files (manifest and
// result); one self-contained file has no dangling halves to repair, evicts cleanly, and costs decoding up to four
// units before a parse that takes a thousand times longer.
//
// Known gap: digests of the files that were read do not notice a new header that now shadows one of them on the include
// path (clangd has the same).
#include "facts/store.h"
#include "facts/digests.h"
#include "facts/encoding.h"

#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/BLAKE3.h>
#include <llvm/Support/Errno.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/Process.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace plumbline {

static constexpr unsigned slots_per_key = 4;
static constexpr std::time_t touch_after_seconds = 3600; // precise enough for eviction, and few writes on a warm scan
static constexpr std::time_t stale_after_seconds = 3600; // no entry takes that long to write
static constexpr llvm::StringRef index_name = "files.index";
static constexpr llvm::StringRef tag_name = "CACHEDIR.TAG";
static constexpr llvm::StringRef tag_text = "Signature: 8a477f597d28d172789f06886806bc55\n"
                                            "# Facts that plumbline keeps between scans. It may be deleted at any "
                                            "time: the next scan takes longer.\n";

StoreKey make_store_key(llvm::StringRef build, llvm::StringRef root, llvm::StringRef directory,
                        llvm::ArrayRef<std::string> arguments, llvm::StringRef main_file) {
  llvm::BLAKE3 hasher;
  // Label and length before each part: no two lists of parts give the same bytes.
  auto add = [&hasher](llvm::StringRef label, llvm::StringRef part) {
    hasher.update(label);
    hasher.update(llvm::StringRef(" " + std::to_string(part.size()) + ":"));
    hasher.update(part);
  };
  add("format", std::to_string(fact_format_version));
  add("build", build);
  add("root", root);
  add("directory", directory);
  for (const std::string& argument : arguments) add("argument", argument);
  add("main-file", main_file);
  llvm::BLAKE3Result<32> digest = hasher.final<32>();
  return {llvm::toHex(digest, /*LowerCase=*/true)};
}

// `digest_now` gives a file's digest, or nothing if there is no such file.
static bool inputs_hold(const TuFacts& facts, llvm::StringRef root, const FileOverlay* overlay,
                        llvm::function_ref<std::optional<std::uint64_t>(llvm::StringRef)> digest_now) {
  llvm::SmallString<256> absolute;
  for (const InputFile& input : facts.inputs) {
    llvm::StringRef path = input.path;
    if (!path.starts_with("/")) {
      absolute = root;
      absolute += '/';
      absolute += path;
      path = absolute;
    }
    if (const std::optional<std::string>* bytes = overlay ? overlay->find(path) : nullptr) {
      if (!*bytes || digest_of(**bytes) != input.digest) return false;
    } else if (digest_now(path) != input.digest) {
      return false;
    }
  }
  return true;
}

static bool is_lower_hex(llvm::StringRef text) {
  return llvm::all_of(text, [](char c) { return llvm::isDigit(c) || (c >= 'a' && c <= 'f'); });
}
static bool is_entry_folder(llvm::StringRef name) { return name.size() == 2 && is_lower_hex(name); }
static bool is_entry(llvm::StringRef name) {
  return name.size() == 62 + 8 && is_lower_hex(name.take_front(62)) && name[62] == '-' && llvm::isDigit(name[63]) &&
         name.ends_with(".facts");
}
static bool is_temporary(llvm::StringRef name) { return name.starts_with(".tmp-"); }

// A regular file that a store has made.
struct StoredFile {
  int parent;                // descriptor of the containing folder
  llvm::StringRef subfolder; // "" or the entry folder's name
  const char* name;
  const struct stat& status;
};

// Calls `each` for the entries of the folder open as `descriptor`, which it takes over.
static void read_folder(int descriptor, llvm::function_ref<void(int, const char*, const struct stat&)> each) {
  DIR* stream = fdopendir(descriptor);
  if (!stream) return void(close(descriptor));
  while (const dirent* entry = readdir(stream)) {
    struct stat status;
    if (fstatat(descriptor, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0) each(descriptor, entry->d_name, status);
  }
  closedir(stream);
}

// Calls `visit` for each file that a store at `folder` has made, and `leave(descriptor of `folder`, name)` after each
// entry folder. Never follows a symbolic link below `folder`, and looks at nothing whose name is not the store's. A
// missing folder has no files.
static std::error_code for_each_file(llvm::StringRef folder, llvm::function_ref<void(const StoredFile&)> visit,
                                     llvm::function_ref<void(int, const char*)> leave) {
  int top = open(folder.str().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (top < 0) return errno == ENOENT ? std::error_code() : std::error_code(errno, std::generic_category());
  read_folder(top, [&](int parent, const char* name, const struct stat& status) {
    if (S_ISREG(status.st_mode) && (name == index_name || name == tag_name || is_temporary(name)))
      visit({parent, "", name, status});
    if (!S_ISDIR(status.st_mode) || !is_entry_folder(name)) return;
    int below = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0) return;
    read_folder(below, [&](int descriptor, const char* file, const struct stat& file_status) {
      if (S_ISREG(file_status.st_mode) && (is_entry(file) || is_temporary(file)))
        visit({descriptor, name, file, file_status});
    });
    leave(parent, name);
  });
  return {};
}

// Writes beside `path` and renames, so that readers see the old bytes or the new ones. The folder must exist.
static std::error_code write_atomically(const std::string& path, llvm::StringRef bytes) {
  std::string temporary = llvm::sys::path::parent_path(path).str() + "/.tmp-" + std::to_string(getpid()) + "-" +
                          llvm::utohexstr(llvm::sys::Process::GetRandomNumber()) +
                          llvm::utohexstr(llvm::sys::Process::GetRandomNumber());
  int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return {errno, std::generic_category()};
  bool good = true;
  while (good && !bytes.empty()) {
    ssize_t written = write(file, bytes.data(), bytes.size());
    if (written > 0)
      bytes = bytes.drop_front(static_cast<std::size_t>(written));
    else
      good = written < 0 && errno == EINTR;
  }
  int trouble = errno;
  if (close(file) != 0 && good) good = false, trouble = errno;
  if (good && rename(temporary.c_str(), path.c_str()) != 0) good = false, trouble = errno;
  if (good) return {};
  unlink(temporary.c_str());
  return {trouble, std::generic_category()};
}

namespace {

class DiskStore : public FactStore {
 public:
  DiskStore(llvm::StringRef folder, std::uint64_t limit_bytes) : folder(folder), limit_bytes(limit_bytes) {
    if (std::optional<std::string> bytes = read_regular_file(this->folder + "/" + index_name.str(), nullptr))
      digests.read_index(*bytes);
  }

  ~DiskStore() override {
    if (std::optional<std::string> index = digests.index(); index && !given_up)
      if (std::error_code error = make_and_write(folder + "/" + index_name.str(), *index)) report(error);
    if (saved_bytes > 0) evict();
  }

  std::optional<TuFacts> load(const StoreKey& key, llvm::StringRef root, const FileOverlay* overlay) override {
    for (unsigned slot = 0; slot < slots_per_key; ++slot) {
      std::string path = slot_path(key, slot);
      FileStamp stamp;
      std::optional<std::string> bytes = read_regular_file(path, &stamp);
      if (!bytes) {
        if (errno != ENOENT && errno != ENOTDIR) report(std::error_code(errno, std::generic_category()));
        continue;
      }
      llvm::Expected<TuFacts> facts = decode(*bytes);
      if (!facts) {
        llvm::consumeError(facts.takeError());
        unlink(path.c_str()); // or it would fill its slot until it is the oldest
        continue;
      }
      std::unique_lock<std::mutex> lock(mutex);
      bool hit = inputs_hold(*facts, root, overlay, [&](llvm::StringRef input) { return digests.digest(input); });
      lock.unlock();
      if (!hit) continue;
      if (std::time(nullptr) - stamp.mtime / 1'000'000'000 > touch_after_seconds)
        utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
      return std::move(*facts);
    }
    return std::nullopt;
  }

  void save(const StoreKey& key, const TuFacts& facts) override {
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (given_up) return;
    }
    std::string bytes = encode(facts);
    std::error_code error = make_and_write(slot_path(key, slot_to_write(key)), bytes);
    if (error) return report(error);
    std::lock_guard<std::mutex> lock(mutex);
    saved_bytes += bytes.size();
    unchecked_bytes += bytes.size();
    // A pass over the folder costs milliseconds; one for each tenth of the limit keeps the overshoot to that.
    if (limit_bytes != 0 && unchecked_bytes > limit_bytes / 10) evict();
  }

  std::string problem() const override {
    std::lock_guard<std::mutex> lock(mutex);
    return first_problem;
  }

 private:
  std::string slot_path(const StoreKey& key, unsigned slot) const {
    return folder + "/" + key.text.substr(0, 2) + "/" + key.text.substr(2) + "-" + std::to_string(slot) + ".facts";
  }

  // The first free slot, else the one that was not used for longest.
  unsigned slot_to_write(const StoreKey& key) const {
    unsigned oldest = 0;
    std::time_t oldest_time = 0;
    for (unsigned slot = 0; slot < slots_per_key; ++slot) {
      struct stat status;
      if (stat(slot_path(key, slot).c_str(), &status) != 0) return slot;
      if (slot == 0 || status.st_mtime < oldest_time) oldest = slot, oldest_time = status.st_mtime;
    }
    return oldest;
  }

  std::error_code make_and_write(const std::string& path, llvm::StringRef bytes) const {
    std::error_code error = write_atomically(path, bytes);
    if (error != std::errc::no_such_file_or_directory) return error;
    error = llvm::sys::fs::create_directories(llvm::sys::path::parent_path(path));
    if (error) return error;
    std::string tag = folder + "/" + tag_name.str();
    if (access(tag.c_str(), F_OK) != 0) write_atomically(tag, tag_text); // a courtesy: its failure is the next one's
    return write_atomically(path, bytes);
  }

  void report(std::error_code error) {
    std::lock_guard<std::mutex> lock(mutex);
    given_up = true; // each further attempt on a full disk would cost time and fail as well
    if (!first_problem.empty()) return;
    first_problem = "the cache folder " + folder + " cannot be used: " + error.message() +
                    "; facts are not kept, so the next scan parses everything again. Make room, or name another "
                    "folder in PLUMBLINE_CACHE_DIR";
  }

  // Removes what was not used for longest until a tenth of the limit is free, and temporary files that a killed process
  // left. Other processes may do the same at the same time: what is gone is gone.
  void evict() {
    struct Candidate {
      std::time_t used;
      std::string path;
      std::uint64_t bytes;
    };
    unchecked_bytes = 0;
    std::vector<Candidate> candidates;
    std::uint64_t total = 0;
    std::time_t now = std::time(nullptr);
    for_each_file(
        folder,
        [&](const StoredFile& file) {
          if (is_temporary(file.name) && now - file.status.st_mtime > stale_after_seconds) {
            unlinkat(file.parent, file.name, 0);
            return;
          }
          std::uint64_t bytes = static_cast<std::uint64_t>(file.status.st_size);
          total += bytes;
          if (is_entry(file.name))
            candidates.push_back(
                {file.status.st_mtime, (llvm::Twine(folder) + "/" + file.subfolder + "/" + file.name).str(), bytes});
        },
        [](int, const char*) {});
    if (limit_bytes == 0 || total <= limit_bytes) return;
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return std::tie(a.used, a.path) < std::tie(b.used, b.path);
    });
    for (const Candidate& candidate : candidates) {
      if (total <= limit_bytes / 10 * 9) break;
      unlink(candidate.path.c_str());
      total -= candidate.bytes;
    }
  }

  std::string folder;
  std::uint64_t limit_bytes;
  mutable std::mutex mutex; // guards what follows
  FileDigests digests;
  std::string first_problem;
  bool given_up = false;
  std::uint64_t saved_bytes = 0, unchecked_bytes = 0;
};

// For tests of what stands around a store: same answers, nothing on disk.
class MemoryStore : public FactStore {
 public:
  std::optional<TuFacts> load(const StoreKey& key, llvm::StringRef root, const FileOverlay* overlay) override {
    std::lock_guard<std::mutex> lock(mutex);
    FileDigests digests; // new each time: tests change files in between
    for (const TuFacts& facts : units[key.text])
      if (inputs_hold(facts, root, overlay, [&](llvm::StringRef path) { return digests.digest(path); })) return facts;
    return std::nullopt;
  }
  void save(const StoreKey& key, const TuFacts& facts) override {
    std::lock_guard<std::mutex> lock(mutex);
    units[key.text].push_back(facts);
  }
  std::string problem() const override { return ""; }

 private:
  std::mutex mutex;
  std::map<std::string, std::vector<TuFacts>> units;
};

} // namespace

std::unique_ptr<FactStore> open_disk_store(llvm::StringRef folder, std::uint64_t limit_bytes) {
  return std::make_unique<DiskStore>(folder, limit_bytes);
}

std::unique_ptr<FactStore> make_memory_store() { return std::make_unique<MemoryStore>(); }

static llvm::Error folder_error(llvm::StringRef what, llvm::StringRef folder, std::error_code error) {
  return llvm::createStringError(error, what + " the cache folder " + folder + ": " + error.message() +
                                            "; check its permissions or name another in PLUMBLINE_CACHE_DIR");
}

llvm::Expected<StoreStatistics> store_statistics(llvm::StringRef folder, std::uint64_t limit_bytes) {
  StoreStatistics statistics{folder.str(), 0, 0, limit_bytes};
  std::error_code error = for_each_file(
      folder,
      [&](const StoredFile& file) {
        statistics.bytes += static_cast<std::uint64_t>(file.status.st_size);
        statistics.entries += is_entry(file.name);
      },
      [](int, const char*) {});
  if (error) return folder_error("cannot read", folder, error);
  return statistics;
}

llvm::Error clear_store(llvm::StringRef folder) {
  std::error_code first;
  std::error_code error = for_each_file(
      folder,
      [&](const StoredFile& file) {
        if (unlinkat(file.parent, file.name, 0) != 0 && errno != ENOENT && !first)
          first = std::error_code(errno, std::generic_category());
      },
      [](int parent, const char* name) { unlinkat(parent, name, AT_REMOVEDIR); }); // stays if somebody put a file there
  if (!error) error = first;
  if (error) return folder_error("cannot clear", folder, error);
  rmdir(folder.str().c_str());
  return llvm::Error::success();
}

} // namespace plumbline
