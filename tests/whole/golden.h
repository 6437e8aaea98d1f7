// Golden files: what was accepted once, byte for byte.
#pragma once

#include "in_process.h"
#include "report/report.h"

#include <llvm/Support/Program.h>

#include <cstdlib>

namespace plumbline {

// Holds `actual` against the golden file, or makes it the golden where UPDATE_GOLDENS=1 is set.
inline void expect_golden(const std::string& path, const std::string& actual) {
  if (const char* update = std::getenv("UPDATE_GOLDENS"); update && llvm::StringRef(update) == "1") {
    ASSERT_FALSE(llvm::sys::fs::create_directories(llvm::sys::path::parent_path(path)));
    llvm::Error error = write_file_atomically(path, actual);
    ASSERT_FALSE(error) << llvm::toString(std::move(error));
    return;
  }
  const std::string accept = "\nto accept it, and then read it with git diff: UPDATE_GOLDENS=1 ctest -R Golden";
  if (!llvm::sys::fs::exists(path)) {
    ADD_FAILURE() << path << ": no golden file" << accept;
    return;
  }
  if (read_text(path) == actual) return;
  llvm::SmallString<128> actual_path, diff_path;
  ASSERT_FALSE(
      llvm::sys::fs::createTemporaryFile("actual", llvm::sys::path::extension(path).drop_front(), actual_path));
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("golden", "diff", diff_path));
  llvm::Error error = write_file_atomically(actual_path, actual);
  ASSERT_FALSE(error) << llvm::toString(std::move(error));
  std::string diff = "(git is not there to show the difference)";
  if (llvm::ErrorOr<std::string> git = llvm::sys::findProgramByName("git")) {
    const std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(""), diff_path.str(), std::nullopt};
    llvm::sys::ExecuteAndWait(*git, {*git, "diff", "--no-index", "--no-color", path, actual_path}, std::nullopt,
                              redirects);
    diff = read_text(diff_path.str().str());
  }
  llvm::sys::fs::remove(actual_path);
  llvm::sys::fs::remove(diff_path);
  ADD_FAILURE() << path << " is not what the audit says now\n" << diff << accept;
}

} // namespace plumbline
