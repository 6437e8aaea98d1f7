// `plumbline gate`: the verdict that the settings' gate gives.
#include "cli/scanning.h"

namespace plumbline {

void add_gate(CLI::App& app, Action& action, ScanFunction scan) {
  const std::shared_ptr<StatesRequest> states = std::make_shared<StatesRequest>();
  CLI::App* command = add_scanning_command(
      app, action, scan,
      {.name = "gate",
       .help = "Audits, and decides by the settings' gate: exit status 0 passed, 1 broken, 2 incomplete",
       .takes_paths = false},
      [states](ScanOptions& options) {
        options.gate.asked = true;
        options.gate.states = *states;
        options.render.only_new = true;
        return llvm::Error::success();
      });
  CLI::Option* base =
      command
          ->add_option("--base", states->base,
                       "New is what was not there where this branch left REF (for merge requests)")
          ->type_name("REF")
          ->check([](const std::string& reference) {
            // A pipeline's variable that is not set: the whole gate would answer another question.
            const bool empty = llvm::StringRef(reference).trim().empty();
            return empty ? std::string("names no commit; is the variable set that should name it?") : "";
          });
  CLI::Option* staged =
      command->add_flag("--staged", states->staged, "New is what a commit of the index would add (for a hook)");
  CLI::Option* changed =
      command->add_flag("--changed", states->changed, "New is what the working tree adds to the last commit");
  base->excludes(staged)->excludes(changed);
  staged->excludes(changed);
}

} // namespace plumbline
