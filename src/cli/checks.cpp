#include "check.h"
#include "cli/command.h"

#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/raw_ostream.h>

namespace plumbline {

static void list_checks() {
  std::size_t width = 0;
  for (const RegisteredCheck& registered : all_checks()) width = std::max(width, registered.name.size());
  for (const RegisteredCheck& registered : all_checks())
    llvm::outs() << std::string(registered.name).append(width - registered.name.size(), ' ') << "  "
                 << name_of(registered.check->priority) << "  " << registered.check->title << "\n";
}

void add_checks(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("checks", "Lists the checks, with their priority");
  command->callback([&action] {
    action = []() -> llvm::Expected<int> {
      list_checks();
      return exit_done;
    };
  });
}

} // namespace plumbline
