#include "cli/command.h"

#include <csignal>
#include <unistd.h>

namespace plumbline {

void add_worker(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("worker", "Collects facts for a parent process");
  command->group(""); // not in the help: the protocol is between this binary and itself
  command->callback([&action] {
    action = []() -> llvm::Expected<int> {
      std::signal(SIGTERM, SIG_DFL); // it is the parent that says how an interrupted scan ends
      std::signal(SIGINT, SIG_DFL);
      return run_worker(STDIN_FILENO, STDOUT_FILENO);
    };
  });
}

} // namespace plumbline
