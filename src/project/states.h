// The two states of the code that a gate compares (design.md §6): their findings, not the lines of a diff.
//
//   --base REF   the working tree    against the last commit that it has in common with REF
//   --changed    the working tree    against HEAD
//   --staged     the index           against HEAD: what would be committed
//
// Neither state is checked out: files that differ from the disk are laid over it, under their own names. So facts of
// all that did not change hold for both, and compile commands hold as they are; those of files that had another name
// are rewritten, and files that are gone borrow the command of a neighbour.
#pragma once

#include "project/git.h"
#include "project/overlay.h"
#include "project/project.h"

#include <optional>
#include <set>

namespace plumbline {

struct StatesRequest {
  std::string base; // empty: not asked
  bool staged = false, changed = false;
  bool asked() const { return !base.empty() || staged || changed; }
};

struct CodeStates {
  FileOverlay now, then;
  std::vector<CompileCommand> now_commands, then_commands;
  std::set<std::string> changed; // what differs between the two; project-relative, or absolute outside the root
  std::string then_name;         // "main", "HEAD"
  std::string then_commit;       // empty: there was no commit yet
};

// Nothing if no states are asked for. Errors: no git, no repository, an unknown REF.
llvm::Expected<std::optional<CodeStates>> code_states(const Project& project, const StatesRequest& request);

} // namespace plumbline
