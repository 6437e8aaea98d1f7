#include "cli/options.h"

#include "check.h"
#include "cli/command.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/FormatVariadic.h>

#include <chrono>

namespace plumbline {

void add_settings_option(CLI::App& command, ProjectRequest& request) {
  llvm::SmallString<256> working_directory;
  llvm::sys::fs::current_path(working_directory);
  request.working_directory = working_directory.str().str();
  for (const RegisteredCheck& registered : all_checks()) request.known_checks.push_back(registered.name);
  command.add_option("--config", request.settings_file, "Settings file; else .plumbline.yaml, searched upwards")
      ->type_name("FILE");
}

void add_project_options(CLI::App& command, ProjectRequest& request) {
  command
      .add_option("-p", request.build_directory,
                  "Folder of compile_commands.json, or the file itself; else searched in build/ and upwards")
      ->type_name("BUILD_DIR");
  add_settings_option(command, request);
}

void add_cache_folder_option(CLI::App& command, CacheOptions& cache) {
  cache.folder = read_environment().cache_folder;
  command
      .add_option("--cache-dir", cache.folder,
                  "Where facts are kept between scans; else $PLUMBLINE_CACHE_DIR or the user's cache folder")
      ->type_name("FOLDER");
}

std::unique_ptr<FactStore> open_store(const CacheOptions& options) {
  if (!options.enabled || options.folder.empty()) return nullptr;
  return open_disk_store(options.folder, options.limit_bytes);
}

std::string executable_path() {
  static int in_this_binary;
  return llvm::sys::fs::getMainExecutable("plumbline", &in_this_binary);
}

llvm::Expected<std::string> today(const EnvironmentOptions& environment) {
  std::chrono::sys_seconds now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (const std::optional<std::string>& epoch = environment.source_date_epoch) {
    std::int64_t seconds = 0;
    if (llvm::StringRef(*epoch).getAsInteger(10, seconds) || seconds < 0 || seconds > 253402300799) // 9999-12-31
      return llvm::createStringError("SOURCE_DATE_EPOCH is '" + *epoch +
                                     "'; it must be a number of seconds since 1970");
    now = std::chrono::sys_seconds(std::chrono::seconds(seconds));
  }
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(now));
  return llvm::formatv("{0:4}-{1,0+2}-{2,0+2}", int(date.year()), unsigned(date.month()), unsigned(date.day())).str();
}

} // namespace plumbline
