#include "cli/command.h"

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace plumbline {

void add_worker(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("worker", "Collects facts for a parent process");
  command->group(""); // not in the help: the protocol is between this binary and itself
  command->callback([&action] {
    action = []() -> llvm::Expected<int> {
      prctl(PR_SET_PDEATHSIG, SIGKILL); // an interrupted or killed scan leaves nobody behind
      std::signal(SIGTERM, SIG_DFL);
      std::signal(SIGINT, SIG_DFL);
      return run_worker(STDIN_FILENO, STDOUT_FILENO);
    };
  });
}

} // namespace plumbline
