// git, called as a program with an argument vector, never through a shell. Nothing here writes to the repository.
#pragma once

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>

#include <optional>
#include <string>
#include <vector>

namespace plumbline {

// Runs git in `folder` with `arguments` and `input` as its standard input; returns its standard output. An error says
// what git said. In a hook, git names the repository and the index in the environment, relative to the working
// directory: then `folder` is not entered.
llvm::Expected<std::string> run_git(llvm::StringRef folder, llvm::ArrayRef<llvm::StringRef> arguments,
                                    llvm::StringRef input = "");

struct Commit {
  std::string id;   // full hash
  std::string date; // of the commit, UTC: 2026-11-21T10:53:15Z
};

// HEAD of the repository around `folder`; nothing without git, a repository or a commit.
std::optional<Commit> head_commit(llvm::StringRef folder);
llvm::Expected<Commit> commit_of(llvm::StringRef folder, llvm::StringRef reference);
// The name that git would sign a commit with; "" if it knows none.
std::string user_name(llvm::StringRef folder);

// What differs between two trees, or between a tree, the index and the files on disk.
struct FileChange {
  std::string before, after; // paths from the repository's top; empty: added, deleted; both and different: renamed
  std::string id_before, id_after; // blobs; empty where there is none, and of files on disk
};

// `arguments` say what `git diff` compares. Regular files only: no submodules, no symbolic links.
llvm::Expected<std::vector<FileChange>> changes(llvm::StringRef folder, llvm::ArrayRef<llvm::StringRef> arguments);

// The bytes of each blob, in their order.
llvm::Expected<std::vector<std::string>> blobs(llvm::StringRef folder, llvm::ArrayRef<std::string> ids);

// The repository's top folder, absolute, without symbolic links.
llvm::Expected<std::string> top_folder(llvm::StringRef folder);

// Files of the working tree that git neither knows nor ignores, from the top.
llvm::Expected<std::vector<std::string>> untracked_files(llvm::StringRef folder);

} // namespace plumbline
