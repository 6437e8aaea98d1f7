// The index of an earlier process (see binary.h for the coding):
//
//   <index>   ::= "pbindex" version:byte count <record>* checksum:8 bytes
//   <record>  ::= path:text size:number inode:number mtime:signed ctime:signed digest:8 bytes
#include "facts/digests.h"
#include "facts/binary.h"
#include "facts/facts.h"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plumbline {

static constexpr llvm::StringRef index_magic = "pbindex\x01";
static constexpr std::int64_t second = 1'000'000'000;
// Some 20 MB. An index that outgrows it, by scans of many projects, starts again from the files of this one.
static constexpr std::size_t most_records = 200'000;

static std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * second + time.tv_nsec; }

static FileStamp stamp_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_size), status.st_ino, nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

bool is_settled(const FileStamp& stamp, std::int64_t now) {
  // plumbline: allow(hard-coded-duration) FAT keeps times in steps of 2 s; no file system in use is coarser
  return std::max(stamp.mtime, stamp.ctime) < now - 2 * second;
}

std::optional<std::string> read_regular_file(llvm::StringRef path, FileStamp* stamp) {
  // O_NONBLOCK, because opening a pipe that nobody writes to would wait for ever.
  int file = open(path.str().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  std::string bytes;
  struct stat status;
  bool good = fstat(file, &status) == 0;
  if (good && !S_ISREG(status.st_mode)) good = false, errno = EINVAL;
  if (good) {
    if (stamp) *stamp = stamp_of(status);
    // One byte more than the size, so that the end shows in the same call.
    bytes.resize(static_cast<std::size_t>(status.st_size) + 1);
    std::size_t used = 0;
    for (ssize_t got = 1; got > 0;) {
      if (used == bytes.size()) bytes.resize(bytes.size() * 2);
      got = read(file, bytes.data() + used, bytes.size() - used);
      if (got > 0) used += static_cast<std::size_t>(got);
      if (got < 0 && errno == EINTR) got = 1;
      if (got < 0) good = false;
    }
    bytes.resize(used);
  }
  int trouble = errno;
  close(file);
  errno = trouble;
  return good ? std::optional(std::move(bytes)) : std::nullopt;
}

std::optional<std::uint64_t> FileDigests::digest(llvm::StringRef path) {
  auto [answer, is_new] = answers.try_emplace(path);
  if (!is_new) return answer->second;
  struct stat status;
  if (stat(answer->first().data(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  FileStamp stamp = stamp_of(status);
  llvm::StringMap<Record>::iterator record = records.find(path);
  if (record != records.end() && record->second.stamp == stamp) return answer->second = record->second.digest;

  timespec now;
  clock_gettime(CLOCK_REALTIME, &now); // before reading: a change while we read must look unsettled
  std::optional<std::string> bytes = read_regular_file(path, &stamp);
  if (!bytes) return std::nullopt;
  answer->second = digest_of(*bytes);
  if (is_settled(stamp, nanoseconds(now)) && stamp.size == bytes->size())
    records[path] = {stamp, *answer->second}, has_news = true;
  else if (record != records.end())
    records.erase(record), has_news = true;
  return answer->second;
}

void FileDigests::read_index(llvm::StringRef bytes) {
  if (bytes.size() < index_magic.size() + 8 || !bytes.starts_with(index_magic)) return;
  llvm::StringRef checked = bytes.drop_back(8);
  if (ByteReader(bytes.take_back(8)).hash() != digest_of(checked)) return;
  ByteReader in(checked.drop_front(index_magic.size()));
  for (std::size_t left = in.count(); left > 0 && !in.problem; --left) {
    llvm::StringRef path = in.text();
    Record record;
    record.stamp.size = in.number();
    record.stamp.inode = in.number();
    record.stamp.mtime = in.signed_number();
    record.stamp.ctime = in.signed_number();
    record.digest = in.hash();
    if (!in.problem) records.try_emplace(path, record);
  }
}

std::optional<std::string> FileDigests::index() const {
  if (!has_news) return std::nullopt;
  bool only_used = records.size() > most_records;
  ByteWriter entries;
  std::size_t count = 0;
  for (const llvm::StringMapEntry<Record>& entry : records) {
    if (only_used && !answers.contains(entry.first())) continue;
    const Record& record = entry.second;
    entries.text(entry.first());
    entries.number(record.stamp.size);
    entries.number(record.stamp.inode);
    entries.signed_number(record.stamp.mtime);
    entries.signed_number(record.stamp.ctime);
    entries.hash(record.digest);
    ++count;
  }
  ByteWriter out;
  out.bytes = index_magic.str();
  out.number(count);
  out.bytes += entries.bytes;
  out.hash(digest_of(out.bytes));
  return std::move(out.bytes);
}

} // namespace plumbline
