#include "cli/environment.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>

#include <cstdlib>

namespace plumbline {

static std::string cache_folder() {
  llvm::SmallString<128> folder;
  if (const char* own = std::getenv("PLUMBLINE_CACHE_DIR"); own && *own) {
    folder = own;
    llvm::sys::fs::make_absolute(folder);
    return folder.str().str();
  }
  const char* shared = std::getenv("XDG_CACHE_HOME");
  if (shared && llvm::sys::path::is_absolute(shared)) // the XDG specification: relative ones are to be ignored
    folder = shared;
  else if (llvm::sys::path::home_directory(folder))
    llvm::sys::path::append(folder, ".cache");
  else
    return "";
  llvm::sys::path::append(folder, "plumbline");
  return folder.str().str();
}

EnvironmentOptions read_environment() {
  EnvironmentOptions options;
  options.cache_folder = cache_folder();
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH")) options.source_date_epoch = epoch;
  return options;
}

} // namespace plumbline
