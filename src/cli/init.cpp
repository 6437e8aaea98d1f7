// `plumbline init`: a settings file to start from, in which every line says what it is for.
#include "cli/command.h"
#include "cli/messages.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>

namespace plumbline {

// Everything is commented out but what the defaults say as well, so that writing the file changes nothing.
static constexpr llvm::StringLiteral commented_settings =
    R"yaml(# plumbline's settings. Everything here has a default: delete what you do not need.

# Which files are looked at, below this folder. Third-party and generated code is left out already; tests are
# recognised by the usual names. Globs: ** crosses folders.
#paths: { include: [src, include], exclude: [third_party/**], tests: ['**/test/**', '*_test.cpp'] }

# Types that hold configuration, besides *Config, *Options, *Settings and the like.
#config-types: ['*Tuning']

# Functions whose result is configuration, or whose argument is a time span or a limit.
#config-sources: ['AppContext::setting']
#sinks: [{ function: 'Timer::schedule', argument: 1, unit: ms, role: interval }]

# Parts of the program, for the tables of the audit: who owns what, and what comes first.
#modules:
#  - { name: Background tasks, paths: [src/app/**], priority: P0, owner: platform }

# Layers of modules or top folders, highest first; a layer may use those below it.
#layers: [[cli], [app], [domain, config], [errors]]

# Functions that check a dependency graph for cycles; enums that are state machines, with states that are final.
#cycle-checks: ['Graph::assertAcyclic']
#state-machines: [{ enum: 'net::LinkState', final: [Closed] }]

# Checks to switch off, or to rank otherwise; `plumbline checks` lists them.
#checks:
#  hard-coded-limit: { enabled: true, priority: P2 }

# What `plumbline gate` refuses. `new` and `reopened` compare with .plumbline/baseline.json, which
# `plumbline baseline create` makes.
gate:
  fail-on: [new:P0, new:P1, reopened]
#  max-open: { P0: 0 }
  on-incomplete: fail # or warn: a translation unit that cannot be analysed does not stop the gate
)yaml";

static llvm::Expected<int> init(bool force) {
  llvm::SmallString<256> path;
  if (std::error_code error = llvm::sys::fs::current_path(path))
    return llvm::createStringError("the working directory is not there: " + error.message());
  llvm::sys::path::append(path, ".plumbline.yaml");
  if (llvm::sys::fs::exists(path) && !force)
    return llvm::createStringError(".plumbline.yaml is there already; --force replaces it");
  if (llvm::Error error = write_file_atomically(path, commented_settings)) return error;
  say("wrote .plumbline.yaml; `plumbline` audits, `plumbline baseline create` takes what is there as known");
  return exit_done;
}

void add_init(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("init", "Writes a commented .plumbline.yaml into this folder");
  const std::shared_ptr<bool> force = std::make_shared<bool>(false);
  command->add_flag("--force", *force, "Replace the one that is there");
  command->callback([&action, force] { action = [force] { return init(*force); }; });
}

} // namespace plumbline
