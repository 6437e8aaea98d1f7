// Which checks judge.
#pragma once

#include "check.h"
#include "project/settings.h"

#include <llvm/Support/Error.h>

#include <string>
#include <vector>

namespace plumbline {

// The check of that name, or an error that names the closest ones.
llvm::Expected<RegisteredCheck> find_check(llvm::StringRef name);

// The checks that `settings` enable, changed by `globs` in their order as clang-tidy's --checks is: a glob adds what it
// matches, `-glob` takes it away; when the first one adds, nothing is enabled before it. A glob that matches no check
// is an error. The result is written back to settings.checks, so that the audit knows which checks did not run.
llvm::Expected<std::vector<RegisteredCheck>> select_checks(const std::vector<std::string>& globs, Settings& settings);

} // namespace plumbline
