// What Clang sees of the disk when the audited state is another one than what is there.
#pragma once

#include "project/overlay.h"

#include <llvm/Support/VirtualFileSystem.h>

namespace plumbline {

// The real file system with the overlay's files on top; `overlay` must outlive it. Folders that only the overlay's
// files need are there too, but listing a folder shows the disk's.
llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> with_overlay(const FileOverlay& overlay);

} // namespace plumbline
