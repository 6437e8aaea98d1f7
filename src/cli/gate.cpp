// `plumbline gate`: the verdict that the settings' gate gives.
#include "cli/scanning.h"

namespace plumbline {

void add_gate(CLI::App& app, Action& action, ScanFunction scan) {
  add_scanning_command(
      app, action, scan,
      {.name = "gate",
       .help = "Audits, and decides by the settings' gate: exit status 0 passed, 1 broken, 2 incomplete",
       .takes_paths = false},
      [](ScanOptions& options) {
        options.gate.asked = true;
        return llvm::Error::success();
      });
}

} // namespace plumbline
