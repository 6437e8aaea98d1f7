#include "collect/file_system.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

namespace plumbline {

namespace {

namespace vfs = llvm::vfs;

class BufferFile : public vfs::File {
 public:
  BufferFile(vfs::Status status, llvm::StringRef bytes) : file_status(std::move(status)), bytes(bytes) {}
  llvm::ErrorOr<vfs::Status> status() override { return file_status; }
  llvm::ErrorOr<std::string> getName() override { return file_status.getName().str(); }
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> getBuffer(const llvm::Twine& name, int64_t, bool, bool) override {
    return llvm::MemoryBuffer::getMemBufferCopy(bytes, name);
  }
  std::error_code close() override { return {}; }

 private:
  vfs::Status file_status;
  llvm::StringRef bytes; // the overlay's
};

class OverlayFiles : public vfs::ProxyFileSystem {
 public:
  explicit OverlayFiles(const FileOverlay& overlay) : ProxyFileSystem(vfs::getRealFileSystem()), overlay(overlay) {
    for (const auto& [path, bytes] : overlay.files) {
      if (!bytes) continue;
      ids.emplace(path, vfs::getNextVirtualUniqueID());
      for (llvm::StringRef folder = llvm::sys::path::parent_path(path); folder.size() > 1;
           folder = llvm::sys::path::parent_path(folder))
        if (!ids.emplace(folder.str(), vfs::getNextVirtualUniqueID()).second) break;
    }
  }

  llvm::ErrorOr<vfs::Status> status(const llvm::Twine& path) override {
    const std::string clean = absolute(path);
    auto file = overlay.files.find(clean);
    if (file != overlay.files.end()) return status_of(file->first, file->second, path);
    llvm::ErrorOr<vfs::Status> real = ProxyFileSystem::status(path);
    auto folder = ids.find(clean);
    if (real || folder == ids.end()) return real;
    return vfs::Status(path, folder->second, llvm::sys::TimePoint<>(), 0, 0, 0,
                       llvm::sys::fs::file_type::directory_file, llvm::sys::fs::all_read);
  }

  bool exists(const llvm::Twine& path) override { return static_cast<bool>(status(path)); }

  llvm::ErrorOr<std::unique_ptr<vfs::File>> openFileForRead(const llvm::Twine& path) override {
    auto file = overlay.files.find(absolute(path));
    if (file == overlay.files.end()) return ProxyFileSystem::openFileForRead(path);
    llvm::ErrorOr<vfs::Status> status = status_of(file->first, file->second, file->first);
    if (!status) return status.getError();
    return std::make_unique<BufferFile>(*status, *file->second);
  }

  std::error_code getRealPath(const llvm::Twine& path, llvm::SmallVectorImpl<char>& out) override {
    const std::string clean = absolute(path);
    if (!ids.contains(clean) || !ProxyFileSystem::getRealPath(path, out))
      return ProxyFileSystem::getRealPath(path, out);
    out.assign(clean.begin(), clean.end());
    return {};
  }

 private:
  std::string absolute(const llvm::Twine& path) const {
    llvm::SmallString<256> clean;
    path.toVector(clean);
    makeAbsolute(clean);
    llvm::sys::path::remove_dots(clean, /*remove_dot_dot=*/true);
    return clean.str().str();
  }

  llvm::ErrorOr<vfs::Status> status_of(const std::string& path, const std::optional<std::string>& bytes,
                                       const llvm::Twine& name) const {
    if (!bytes) return std::make_error_code(std::errc::no_such_file_or_directory);
    return vfs::Status(name, ids.at(path), llvm::sys::TimePoint<>(), 0, 0, bytes->size(),
                       llvm::sys::fs::file_type::regular_file, llvm::sys::fs::all_read);
  }

  const FileOverlay& overlay;
  std::map<std::string, llvm::sys::fs::UniqueID> ids; // of the overlay's files and their folders
};

} // namespace

llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> with_overlay(const FileOverlay& overlay) {
  return llvm::makeIntrusiveRefCnt<OverlayFiles>(overlay);
}

} // namespace plumbline
