// What the files on disk hash to now: each is read at most once per process, and not at all when its status is the one
// that an earlier process recorded with its digest. A warm scan of a thousand units then costs a stat per distinct
// file, where reading the headers alone would take longer than the whole scan may.
#pragma once

#include <llvm/ADT/StringMap.h>
#include <llvm/ADT/StringRef.h>

#include <cstdint>
#include <optional>
#include <string>

namespace plumbline {

// The status of a file that changes with its bytes. Sizes in bytes, times in nanoseconds since 1970. ctime is there
// because programs can set mtime back (tar, cp -p, rsync -t), but not ctime.
struct FileStamp {
  std::uint64_t size = 0, inode = 0;
  std::int64_t mtime = 0, ctime = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

class FileDigests {
 public:
  // The digest of the file's bytes; nothing if it is not a regular file that can be read. The answer holds for as long
  // as this object lives. Not thread-safe.
  std::optional<std::uint64_t> digest(llvm::StringRef path);

  // Takes over what read_index finds in `bytes`; anything but a well-formed index is ignored.
  void read_index(llvm::StringRef bytes);
  // An index of what is known, or nothing if the one that was read says the same.
  std::optional<std::string> index() const;

 private:
  struct Record {
    FileStamp stamp;
    std::uint64_t digest = 0;
  };
  llvm::StringMap<std::optional<std::uint64_t>> answers;
  llvm::StringMap<Record> records; // only stamps that prove the digest
  bool has_news = false;
};

// Whether an equal stamp later proves equal bytes: not if the file was changed so shortly before `now` that another
// change could leave the same times ("racily clean" in git, Documentation/technical/racy-git.txt). Two seconds is the
// coarsest time stamp in use (FAT, some network file systems).
bool is_settled(const FileStamp& stamp, std::int64_t now);

// The whole of a regular file; nothing if it is none or cannot be read, with errno set. `stamp` may be null.
std::optional<std::string> read_regular_file(llvm::StringRef path, FileStamp* stamp);

} // namespace plumbline
