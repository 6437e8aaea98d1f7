// The only stage that sees a Clang AST: one compile command in, facts out (design.md §1 "collect").
#pragma once

#include "facts/facts.h"
#include "project/overlay.h"
#include "project/project.h"

namespace plumbline {

struct CollectOptions {
  std::string root;                     // absolute; facts are kept only for files below it
  std::string resource_directory;       // Clang's builtin headers, see resource_directory()
  bool skip_system_bodies = true;       // off only for the test that compares findings (design.md §7)
  const FileOverlay* overlay = nullptr; // what is not as on disk in the audited state; null: nothing
};

// Parses the command's main file once, runs every check's collector over the AST and returns what they saw.
// Never fails: a command that cannot be parsed is TuFacts with state failed and a reason. Runs in the calling process
// and thread; a crash in Clang is a crash of the process (see pool.h).
TuFacts collect(const CompileCommand& command, const CollectOptions& options);

// The argv that is really parsed: output, dependency-file and plugin-loading flags dropped (each of the latter is
// named in `problems`), response files expanded only below `root`, the rest unchanged. Deterministic.
std::vector<std::string> normalised_arguments(const CompileCommand& command, llvm::StringRef root,
                                              std::vector<std::string>& problems);

// Of normalised_arguments()'s problems the first one that says that arguments are missing, because they stand in a
// response file that is not read: then nobody knows what the unit really is. Empty if the command is whole.
std::string missing_arguments(const std::vector<std::string>& problems);

// Why a command is none of our business ("not C or C++ (assembly)"), by its language; empty for C and C++.
std::string reason_to_skip(const CompileCommand& command);
// Why a command for C or C++ cannot be read (a compiler with a command line of its own), and what to do; empty if it
// can.
std::string reason_not_understood(const CompileCommand& command);

// Where Clang's builtin headers are: beside this binary (../lib/plumbline/clang), else an LLVM 22 installation, else ""
// (`plumbline doctor` says so).
std::string resource_directory(llvm::StringRef executable);

} // namespace plumbline
