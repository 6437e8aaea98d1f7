// A state of the code that is not what is on disk: some files with other bytes, some that are not there. Paths stay as
// they are, so facts of one state hold for any other in which their inputs are the same.
#pragma once

#include <llvm/ADT/StringRef.h>

#include <map>
#include <optional>
#include <string>

namespace plumbline {

struct FileOverlay {
  // Absolute paths, as the project's root spells them. Nothing: there is no such file in this state.
  std::map<std::string, std::optional<std::string>, std::less<>> files;

  bool empty() const { return files.empty(); }
  // The file that `path` names, or null where the disk holds. `path` may have dots in it and must be absolute.
  const std::optional<std::string>* find(llvm::StringRef path) const;
};

} // namespace plumbline
