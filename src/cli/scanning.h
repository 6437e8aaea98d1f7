// What the commands that scan have in common: the options of a scan, and the scan itself.
#pragma once

#include "cli/command.h"

#include <functional>

namespace plumbline {

struct ScanningCommand {
  const char* name;
  const char* help;
  bool takes_paths = true; // PATH…: only a part of the program
  bool prints = true;      // a text report on standard output where no other is asked for
  bool fails_on = true;    // has --fail-on
};

// Adds a command to `parent` that runs `scan`; `adjust` completes the options, or says what is wrong with them.
CLI::App* add_scanning_command(CLI::App& parent, Action& action, ScanFunction scan, const ScanningCommand& command,
                               std::function<llvm::Error(ScanOptions&)> adjust);

} // namespace plumbline
