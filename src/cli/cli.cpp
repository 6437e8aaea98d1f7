#include "cli/cli.h"

#include "cli/command.h"
#include "cli/messages.h"

#include <llvm/Config/llvm-config.h>
#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/raw_ostream.h>

#include <csignal>
#include <unistd.h>

namespace plumbline {

static constexpr const char* report_defect =
    "this is a defect in plumbline; please report it with the command line and, "
    "if you can, the file it was looking at";

[[noreturn]] static void on_fatal_error(void*, const char* reason, bool) {
  say(reason);
  say(report_defect);
  _exit(exit_defect);
}

// Workers die with their parent (collect/child.cpp), and files are written at the very end and renamed into place:
// there is nothing to clean up but the progress bar's line.
static void on_interrupt(int signal) {
  if (isatty(STDERR_FILENO)) {
    constexpr char clear_line[] = "\r\x1b[K";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, clear_line, sizeof(clear_line) - 1);
  }
  _exit(128 + signal); // as shells report it: 130 for Ctrl-C
}

static bool names_command(const CLI::App& app, const std::string& word) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    if (command->get_name() == word) return true;
  return word == "-h" || word == "--help" || word == "--version";
}

static int run_action(const Action& action) {
  llvm::Expected<int> status = action();
  if (status) return *status;
  say("error: " + llvm::toString(status.takeError()));
  return exit_usage;
}

static int parse_and_run(int argc, char** argv, ScanFunction scan) {
  CLI::App app("plumbline audits C++ code bases for design traps that compile.\n"
               "Without a command it scans: `plumbline src/` is `plumbline scan src/`.",
               "plumbline");
  app.set_version_flag("--version", "plumbline " PLUMBLINE_VERSION "\nLLVM " LLVM_VERSION_STRING);
  app.require_subcommand(1);
  app.footer("Exit status: 0 done, 1 the gate's rules are broken, 2 incomplete, 3 wrong usage or input, 4 a defect.\n"
             "`plumbline COMMAND --help` lists a command's options.");
  Action action;
  add_scan(app, action, scan);
  add_gate(app, action, scan);
  add_report(app, action, scan);
  add_baseline(app, action, scan);
  add_init(app, action);
  add_explain(app, action);
  add_checks(app, action);
  add_doctor(app, action);
  add_cache(app, action);
  add_worker(app, action);

  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty() || !names_command(app, words.front())) words.insert(words.begin(), "scan");
  std::reverse(words.begin(), words.end()); // CLI11 takes a vector as a stack
  try {
    app.parse(words);
  } catch (const CLI::Success& help) { // help and version travel as errors too
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    say(std::string("error: ") + error.what() + "; see plumbline --help");
    return exit_usage;
  }
  return run_action(action);
}

int run(int argc, char** argv, ScanFunction scan) {
  llvm::install_fatal_error_handler(on_fatal_error);
  llvm::install_bad_alloc_error_handler(on_fatal_error);
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  try {
    return parse_and_run(argc, argv, scan);
  } catch (const std::exception& error) { // std::bad_alloc among them
    say(error.what());
  } catch (...) {
    say("unknown exception");
  }
  say(report_defect);
  return exit_defect;
}

} // namespace plumbline
