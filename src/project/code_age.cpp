#include "project/code_age.h"

#include "project/git.h"

#include <llvm/ADT/SmallVector.h>

namespace plumbline {

using llvm::StringRef;

static constexpr std::int64_t seconds_per_day = 24 * 60 * 60;

static llvm::Expected<std::int64_t> time_of_head(StringRef folder) {
  llvm::Expected<std::string> text = run_git(folder, {"log", "-1", "--format=%ct", "HEAD"});
  if (!text) return text.takeError();
  std::int64_t time = 0;
  if (StringRef(*text).trim().getAsInteger(10, time)) return llvm::createStringError("git told no date of HEAD");
  return time;
}

static llvm::Error count_commits(StringRef folder, std::int64_t head, std::map<std::string, int>& commits) {
  const std::string since = "--max-age=" + std::to_string(head - 365 * seconds_per_day);
  llvm::Expected<std::string> text = run_git(
      folder, {"log", since, "--no-merges", "--no-renames", "--name-only", "--relative", "-z", "--format=", "HEAD"});
  if (!text) return text.takeError();
  llvm::SmallVector<StringRef> names;
  StringRef(*text).split(names, '\0', -1, /*KeepEmpty=*/false);
  for (StringRef name : names)
    if (name = name.ltrim('\n'); !name.empty()) ++commits[name.str()];
  return llvm::Error::success();
}

// --line-porcelain: of each line a head "<hash> <line then> <line now> …", its commit's particulars, and its text
// behind a tabulator (git-blame(1)). What is not committed has the hash 0.
static void read_blame(StringRef text, const std::string& path, std::int64_t head, CodeAge& age) {
  llvm::SmallVector<StringRef> lines;
  text.split(lines, '\n');
  std::uint32_t line = 0;
  bool committed = false, expects_head = true;
  for (const StringRef each : lines) {
    if (each.starts_with("\t")) {
      expects_head = true;
    } else if (expects_head) {
      llvm::SmallVector<StringRef> words;
      each.split(words, ' ');
      if (words.size() < 3 || words[2].getAsInteger(10, line)) return;
      committed = words[0].find_first_not_of('0') != StringRef::npos;
      expects_head = false;
    } else if (StringRef rest = each; rest.consume_front("committer-time ")) {
      std::int64_t time = 0;
      if (committed && !rest.getAsInteger(10, time))
        age.days[{path, line}] = static_cast<int>(std::max<std::int64_t>(0, (head - time) / seconds_per_day));
    }
  }
}

llvm::Expected<CodeAge> code_age(StringRef folder, const CodeAgeRequest& request) {
  CodeAge age;
  if (!request.commits && !request.days) return age;
  llvm::Expected<std::int64_t> head = time_of_head(folder);
  if (!head) return head.takeError();
  if (request.commits)
    if (llvm::Error error = count_commits(folder, *head, age.commits)) return error;
  if (!request.days) return age;
  for (const auto& [path, lines] : request.lines) {
    std::vector<std::string> ranges;
    for (const std::uint32_t line : lines) ranges.push_back("-L" + std::to_string(line) + ",+1");
    llvm::SmallVector<StringRef> arguments = {"blame", "--no-textconv", "--line-porcelain"};
    arguments.append(ranges.begin(), ranges.end());
    arguments.append({"--", path});
    llvm::Expected<std::string> text = run_git(folder, arguments);
    if (text)
      read_blame(*text, path, *head, age);
    else
      llvm::consumeError(text.takeError()); // not in the repository, or shorter there
  }
  return age;
}

} // namespace plumbline
