// How long lines have stood and how often their files change, by git: factors of a score when the settings ask.
#pragma once

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace plumbline {

using LinesOfFiles = std::map<std::string, std::set<std::uint32_t>>; // by path from the folder, lines from 1

struct CodeAge {
  std::map<std::string, int> commits; // of a file, in the year before HEAD, merges not counted; not there: none
  std::map<std::pair<std::string, std::uint32_t>, int> days; // since a line's last commit; not there: not committed
};

struct CodeAgeRequest {
  bool commits = false, days = false;
  LinesOfFiles lines; // of which the days are asked
};

// Counted up to HEAD's date and not to today's, so that the audit of a commit is always the same. An error where there
// is no git, repository or commit; a file that git does not know is left out. One git for all commits, one for the
// lines of each file.
llvm::Expected<CodeAge> code_age(llvm::StringRef folder, const CodeAgeRequest& request);

} // namespace plumbline
