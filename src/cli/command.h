// A command is one small file: it adds its subcommand to the command line and says what to run when it is chosen.
//
// CLI11 needs RTTI and throws; the files of this folder are compiled with RTTI for it (CMakeLists.txt), and run() is
// where its errors are caught.
#pragma once

#include "cli/cli.h"

#include <CLI/CLI.hpp>

#include <functional>

namespace plumbline {

// What the chosen command does; errors as for ScanFunction.
using Action = std::function<llvm::Expected<int>()>;

void add_scan(CLI::App& app, Action& action, ScanFunction scan);
void add_gate(CLI::App& app, Action& action, ScanFunction scan);
void add_report(CLI::App& app, Action& action, ScanFunction scan);
void add_baseline(CLI::App& app, Action& action, ScanFunction scan);
void add_init(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_checks(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_cache(CLI::App& app, Action& action);
void add_worker(CLI::App& app, Action& action); // hidden: how the pool starts this binary

// Options that several commands share. The values must outlive the parse.
void add_settings_option(CLI::App& command, ProjectRequest& request); // --config
void add_project_options(CLI::App& command, ProjectRequest& request);
void add_cache_folder_option(CLI::App& command, CacheOptions& cache);

} // namespace plumbline
