// The command line: options in, an exit status out. What a scan does stands in src/main.cpp.
#pragma once

#include "cli/options.h"

#include <llvm/Support/Error.h>

namespace plumbline {

// What the process says with its exit status (design.md §6).
enum ExitStatus : int {
  exit_done = 0,
  exit_gate_broken = 1, // for `scan`: only with --fail-on
  exit_incomplete = 2,
  exit_usage = 3, // wrong usage or settings, unreadable input, unwritable output
  exit_defect = 4,
};

// A scan from options to exit status. An error is the user's to mend: it is printed, and the status is exit_usage.
using ScanFunction = llvm::Expected<int> (*)(const ScanOptions& options);

// Parses the command line, runs the command it names (`scan` if it names none) and returns the exit status. Catches
// everything: what no command expected is exit_defect. Without a name for a command, words are PATHs of `scan`.
int run(int argc, char** argv, ScanFunction scan);

} // namespace plumbline
