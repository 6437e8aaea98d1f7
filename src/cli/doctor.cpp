// Says what a scan would find in place, and what is missing.
#include "cli/command.h"
#include "cli/messages.h"

#include <llvm/Config/llvm-config.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/Program.h>
#include <llvm/Support/raw_ostream.h>

namespace plumbline {

struct DoctorOptions {
  ProjectRequest project;
  CacheOptions cache;
};

static void line(llvm::StringRef name, llvm::StringRef text) {
  llvm::outs() << llvm::formatv("{0,-18}{1}\n", name, text);
}

static bool report_resource_headers() {
  const std::string executable = executable_path(), folder = resource_directory(executable);
  const llvm::StringRef installation = llvm::sys::path::parent_path(llvm::sys::path::parent_path(executable));
  if (folder.empty()) {
    line("builtin headers", "not found: install clang-22, or keep plumbline's lib/ beside its bin/");
    return false;
  }
  const bool beside = !installation.empty() && llvm::StringRef(folder).starts_with(installation);
  line("builtin headers", folder + (beside ? " (beside this binary)" : " (an LLVM installation)"));
  return true;
}

static bool report_project(const ProjectRequest& request) {
  llvm::Expected<Project> project = load_project(request);
  if (!project) {
    line("project", "cannot be scanned: " + llvm::toString(project.takeError()));
    return false;
  }
  line("compile database", project->database + " (" + counted(project->commands.size(), "command") + ")");
  line("project's root", project->root);
  line("settings", project->settings.path.empty() ? "none found: the defaults hold" : project->settings.path);
  return true;
}

// A folder that does not exist yet is judged by the closest one above it that does.
static bool can_be_written(llvm::StringRef folder) {
  while (!folder.empty() && !llvm::sys::fs::exists(folder)) folder = llvm::sys::path::parent_path(folder);
  return llvm::sys::fs::is_directory(folder) && !llvm::sys::fs::access(folder, llvm::sys::fs::AccessMode::Write);
}

static std::string cache_state(const CacheOptions& options) {
  const std::string& folder = options.folder;
  if (folder.empty()) return "none: no home directory; scans work without it, or give --cache-dir";
  if (!can_be_written(folder)) return folder + ": cannot be written; scans work without it";
  if (!llvm::sys::fs::exists(folder)) return folder + ": not there yet, the first scan creates it";
  llvm::Expected<StoreStatistics> statistics = store_statistics(folder, options.limit_bytes);
  if (!statistics) return folder + ": " + llvm::toString(statistics.takeError());
  return llvm::formatv("{0} ({1}, {2:f1} MiB of {3:f1} MiB)", folder,
                       statistics->entries == 1 ? "1 entry" : std::to_string(statistics->entries) + " entries",
                       double(statistics->bytes) / (1 << 20), double(statistics->limit_bytes) / (1 << 20));
}

static int examine(const DoctorOptions& options) {
  line("plumbline", PLUMBLINE_VERSION);
  line("LLVM", LLVM_VERSION_STRING);
  const bool headers_found = report_resource_headers(), project_found = report_project(options.project);
  line("cache", cache_state(options.cache));
  llvm::ErrorOr<std::string> git = llvm::sys::findProgramByName("git");
  line("git", git ? *git : "not found: whatever needs history is off");
  return headers_found && project_found ? exit_done : exit_usage;
}

void add_doctor(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("doctor", "Says what a scan would find in place; exit status 3 if it cannot scan");
  const std::shared_ptr<DoctorOptions> options = std::make_shared<DoctorOptions>();
  add_project_options(*command, options->project);
  add_cache_folder_option(*command, options->cache);
  command->callback([&action, options] { action = [options]() -> llvm::Expected<int> { return examine(*options); }; });
}

} // namespace plumbline
