#include "project/states.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace plumbline {

using llvm::StringRef;

// The tree without files, which every repository knows: what there was before the first commit.
static constexpr llvm::StringLiteral empty_tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

namespace {

// Paths from the repository's top, as the project spells them.
class Spelling {
 public:
  Spelling(const std::string& root, StringRef top) : root(root), top(top) {
    llvm::SmallString<256> real;
    if (llvm::sys::fs::real_path(root, real)) real = root;
    StringRef below = real.str();
    if (below.consume_front(top)) prefix = below.ltrim('/').str();
    StringRef spelled = root;
    if (spelled.consume_back(prefix)) this->top = spelled.rtrim('/').str();
  }
  std::string absolute(const std::string& path) const { return top + "/" + path; }

 private:
  std::string root, top, prefix;
};

} // namespace

static bool has_extension(StringRef path, llvm::ArrayRef<StringRef> extensions) {
  return llvm::is_contained(extensions, StringRef(llvm::sys::path::extension(path)).lower());
}

// Everything can be included; these are not worth reading out of git.
static bool may_be_read(StringRef path) {
  return !has_extension(path,
                        {".png",  ".jpg", ".jpeg", ".gif", ".svg", ".pdf", ".ico", ".zip",  ".gz",   ".md",   ".rst",
                         ".html", ".css", ".js",   ".ts",  ".py",  ".sh",  ".yml", ".yaml", ".lock", ".java", ".go"});
}

static bool is_source(StringRef path) {
  return has_extension(path, {".c", ".cc", ".cpp", ".cxx", ".c++", ".m", ".mm"});
}

// What lays `side` of the changes over the disk, which has the other one.
static llvm::Error add_before(FileOverlay& overlay, const std::vector<FileChange>& changes, const Spelling& spelling,
                              const std::string& folder) {
  std::vector<std::string> ids, paths;
  for (const FileChange& change : changes) {
    if (!change.after.empty() && change.after != change.before) overlay.files[spelling.absolute(change.after)];
    if (change.before.empty() || !may_be_read(change.before)) continue;
    ids.push_back(change.id_before);
    paths.push_back(spelling.absolute(change.before));
  }
  llvm::Expected<std::vector<std::string>> bytes = blobs(folder, ids);
  if (!bytes) return bytes.takeError();
  for (std::size_t i = 0; i < paths.size(); ++i) overlay.files[paths[i]] = std::move((*bytes)[i]);
  return llvm::Error::success();
}

static CompileCommand with_file(const CompileCommand& command, const std::string& file) {
  CompileCommand result = command;
  result.file = file;
  for (std::string& argument : result.arguments) {
    llvm::SmallString<256> absolute(argument);
    llvm::sys::path::make_absolute(command.directory, absolute);
    llvm::sys::path::remove_dots(absolute, /*remove_dot_dot=*/true);
    if (argument == command.file || absolute == command.file) argument = file;
  }
  return result;
}

// The command of the file that shares most of the path: what is near is compiled alike.
static const CompileCommand* neighbour_of(const std::string& file, const std::vector<CompileCommand>& commands) {
  const CompileCommand* best = nullptr;
  std::size_t shared = 0;
  for (const CompileCommand& command : commands) {
    if (llvm::sys::path::extension(command.file) != llvm::sys::path::extension(file)) continue;
    const std::size_t common = static_cast<std::size_t>(
        std::mismatch(file.begin(), file.end(), command.file.begin(), command.file.end()).first - file.begin());
    if (!best || common > shared) best = &command, shared = common;
  }
  return best;
}

static std::vector<CompileCommand> commands_then(const std::vector<CompileCommand>& commands,
                                                 const std::vector<FileChange>& changes, const Spelling& spelling,
                                                 const std::set<std::string>& untracked) {
  std::map<std::string, std::string> old_names; // of files that have another name now, or were not there ("")
  std::set<std::string> gone;
  for (const FileChange& change : changes) {
    if (!change.after.empty() && change.after != change.before)
      old_names[spelling.absolute(change.after)] = change.before.empty() ? "" : spelling.absolute(change.before);
    else if (change.after.empty() && is_source(change.before))
      gone.insert(spelling.absolute(change.before));
  }
  std::vector<CompileCommand> result;
  for (const CompileCommand& command : commands) {
    if (untracked.contains(command.file)) continue;
    gone.erase(command.file); // a database that is older than the deletion
    auto renamed = old_names.find(command.file);
    if (renamed == old_names.end())
      result.push_back(command);
    else if (!renamed->second.empty())
      result.push_back(with_file(command, renamed->second));
  }
  for (const std::string& file : gone)
    if (const CompileCommand* neighbour = neighbour_of(file, commands)) result.push_back(with_file(*neighbour, file));
  std::sort(result.begin(), result.end(), [](const CompileCommand& a, const CompileCommand& b) {
    return std::tie(a.file, a.arguments, a.directory) < std::tie(b.file, b.arguments, b.directory);
  });
  return result;
}

// A file that the state does not have, but an older compile database lists, is no hole in the coverage.
static std::vector<CompileCommand> commands_now(const std::vector<CompileCommand>& commands, const FileOverlay& overlay,
                                                const std::set<std::string>& left_out) {
  std::vector<CompileCommand> result;
  for (const CompileCommand& command : commands) {
    const std::optional<std::string>* laid_over = overlay.find(command.file);
    if ((!laid_over || *laid_over) && !left_out.contains(command.file)) result.push_back(command);
  }
  return result;
}

llvm::Expected<std::optional<CodeStates>> code_states(const Project& project, const StatesRequest& request) {
  if (!request.asked()) return std::nullopt;
  const std::string& folder = project.root;
  llvm::Expected<std::string> top = top_folder(folder);
  if (!top)
    return llvm::createStringError("this compares with another state of the code, and needs a git repository: " +
                                   llvm::toString(top.takeError()));
  const Spelling spelling(folder, *top);
  CodeStates states;

  // Then: a commit, or the emptiness before the first one.
  states.then_name = request.base.empty() ? "HEAD" : request.base;
  std::string tree = empty_tree.str();
  llvm::Expected<Commit> commit = commit_of(folder, states.then_name);
  if (commit) {
    tree = states.then_commit = commit->id;
  } else if (!request.base.empty()) {
    return commit.takeError();
  } else {
    llvm::consumeError(commit.takeError());
  }
  if (!request.base.empty()) {
    // What happened on REF since we left it is not ours. Without a common ancestor (a shallow clone), REF itself.
    llvm::Expected<std::string> common = run_git(folder, {"merge-base", states.then_commit, "HEAD"});
    if (common)
      tree = states.then_commit = StringRef(*common).trim().str();
    else
      llvm::consumeError(common.takeError());
  }

  llvm::Expected<std::vector<FileChange>> on_disk = changes(folder, {tree});
  if (!on_disk) return on_disk.takeError();
  if (llvm::Error error = add_before(states.then, *on_disk, spelling, folder)) return std::move(error);
  llvm::Expected<std::vector<std::string>> unknown = untracked_files(folder);
  if (!unknown) return unknown.takeError();
  std::set<std::string> untracked;
  for (const std::string& path : *unknown) untracked.insert(spelling.absolute(path));

  std::vector<FileChange> between = *on_disk; // then and now
  std::set<std::string> left_out;
  if (request.staged) {
    llvm::Expected<std::vector<FileChange>> unstaged = changes(folder, {});
    if (!unstaged) return unstaged.takeError();
    if (llvm::Error error = add_before(states.now, *unstaged, spelling, folder)) return std::move(error);
    llvm::Expected<std::vector<FileChange>> staged = changes(folder, {"--cached", tree});
    if (!staged) return staged.takeError();
    between = std::move(*staged);
    left_out = untracked;
  }
  for (const FileChange& change : between) {
    for (const std::string* path : {&change.before, &change.after})
      if (!path->empty()) states.changed.insert(relative_path(spelling.absolute(*path), folder));
    if (change.after.empty() || (!change.before.empty() && change.before != change.after))
      left_out.insert(spelling.absolute(change.before));
  }
  if (!request.staged)
    for (const std::string& path : untracked)
      if (may_be_read(path)) states.changed.insert(relative_path(path, folder));
  states.now_commands = commands_now(project.commands, states.now, left_out);
  states.then_commands = commands_then(project.commands, between, spelling, untracked);
  return states;
}

} // namespace plumbline
