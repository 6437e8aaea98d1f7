// `plumbline report`: an audit into files, and into the history.
#include "cli/scanning.h"

namespace plumbline {

void add_report(CLI::App& app, Action& action, ScanFunction scan) {
  const std::shared_ptr<bool> record = std::make_shared<bool>(false);
  CLI::App* command = add_scanning_command(
      app, action, scan, {.name = "report", .help = "Audits, and writes reports: -o FILE for each", .prints = false},
      [record](ScanOptions& options) -> llvm::Error {
        options.record = *record;
        if (options.outputs.empty() && !*record)
          return llvm::createStringError("name at least one file with -o, or a format with --format");
        return llvm::Error::success();
      });
  command->add_flag("--record", *record, "Add this audit to .plumbline/history.jsonl, for trends");
}

} // namespace plumbline
