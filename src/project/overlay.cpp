#include "project/overlay.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/Support/Path.h>

namespace plumbline {

const std::optional<std::string>* FileOverlay::find(llvm::StringRef path) const {
  if (files.empty()) return nullptr;
  llvm::SmallString<256> clean(path);
  llvm::sys::path::remove_dots(clean, /*remove_dot_dot=*/true);
  auto found = files.find(std::string_view(clean.data(), clean.size()));
  return found == files.end() ? nullptr : &found->second;
}

} // namespace plumbline
