#include "cli/command.h"
#include "cli/selection.h"

#include <llvm/Support/raw_ostream.h>

namespace plumbline {

void add_explain(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("explain", "Prints a check's page: what it finds, why it matters, what to do");
  const std::shared_ptr<std::string> name = std::make_shared<std::string>();
  command->add_option("CHECK", *name, "Name of the check")->required()->type_name("");
  command->callback([&action, name] {
    action = [name]() -> llvm::Expected<int> {
      llvm::Expected<RegisteredCheck> registered = find_check(*name);
      if (!registered) return registered.takeError();
      llvm::outs() << registered->page;
      return exit_done;
    };
  });
}

} // namespace plumbline
