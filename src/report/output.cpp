#include "report/report.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/raw_ostream.h>

#include <cerrno>
#include <unistd.h>

namespace plumbline {

static llvm::Error cannot_write(llvm::StringRef path, const std::string& reason) {
  return llvm::createStringError("cannot write " + path.str() + ": " + reason +
                                 "; the file there before, if any, is untouched. Check the folder, its permissions "
                                 "and the free space, or name another file with -o");
}

// Writes and makes durable; the caller removes the file on error.
static std::error_code write_all(int descriptor, llvm::StringRef bytes, bool durable) {
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true, /*unbuffered=*/true);
  stream << bytes;
  stream.flush();
  std::error_code error = stream.error();
  // Without this a power cut can leave the new name with none of the bytes.
  if (!error && durable && fsync(descriptor) != 0) error = std::error_code(errno, std::generic_category());
  stream.close();
  if (!error) error = stream.error();
  stream.clear_error(); // an error left in the stream ends the process
  return error;
}

llvm::Error write_file_atomically(llvm::StringRef path, llvm::StringRef bytes) {
  namespace fs = llvm::sys::fs;
  fs::file_status status;
  const bool exists = !fs::status(path, status) && fs::exists(status);
  if (exists && fs::is_directory(status)) return cannot_write(path, "it is a folder");
  int descriptor = -1;
  if (exists && !fs::is_regular_file(status)) { // /dev/stdout, a pipe: nothing to rename onto
    if (std::error_code error = fs::openFileForWrite(path, descriptor, fs::CD_OpenExisting))
      return cannot_write(path, error.message());
    if (std::error_code error = write_all(descriptor, bytes, /*durable=*/false))
      return cannot_write(path, error.message());
    return llvm::Error::success();
  }

  // A link is followed: the file that it names is replaced, not the link.
  llvm::SmallString<256> target(path), beside;
  if (exists)
    if (std::error_code error = fs::real_path(path, target)) return cannot_write(path, error.message());
  if (std::error_code error = fs::createUniqueFile(target + ".%%%%%%%%.tmp", descriptor, beside))
    return cannot_write(path, error.message());
  std::error_code error = exists ? fs::setPermissions(descriptor, status.permissions()) : std::error_code();
  if (error)
    ::close(descriptor);
  else
    error = write_all(descriptor, bytes, /*durable=*/true);
  if (!error) error = fs::rename(beside, target);
  if (!error) return llvm::Error::success();
  fs::remove(beside);
  return cannot_write(path, error.message());
}

} // namespace plumbline
