#include "cli/command.h"
#include "cli/messages.h"

#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/raw_ostream.h>

namespace plumbline {

static llvm::Expected<std::string> folder_of(const CacheOptions& options) {
  if (options.folder.empty())
    return llvm::createStringError("no cache folder can be named without a home directory; give one with --cache-dir");
  return options.folder;
}

static llvm::Expected<int> print_statistics(const CacheOptions& options) {
  llvm::Expected<std::string> folder = folder_of(options);
  if (!folder) return folder.takeError();
  llvm::Expected<StoreStatistics> statistics = store_statistics(*folder, options.limit_bytes);
  if (!statistics) return statistics.takeError();
  llvm::outs() << llvm::formatv("folder   {0}\nentries  {1}\nsize     {2:f1} MiB\nlimit    {3:f1} MiB\n",
                                statistics->folder, statistics->entries, double(statistics->bytes) / (1 << 20),
                                double(statistics->limit_bytes) / (1 << 20));
  return exit_done;
}

static llvm::Expected<int> clear(const CacheOptions& options) {
  llvm::Expected<std::string> folder = folder_of(options);
  if (!folder) return folder.takeError();
  if (llvm::Error error = clear_store(*folder)) return error;
  return exit_done;
}

void add_cache(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("cache", "Shows or clears the facts kept between scans");
  command->require_subcommand(1);
  const std::shared_ptr<CacheOptions> options = std::make_shared<CacheOptions>();
  const auto add = [&](const char* name, const char* help, llvm::Expected<int> (*act)(const CacheOptions&)) {
    CLI::App* verb = command->add_subcommand(name, help);
    add_cache_folder_option(*verb, *options);
    verb->callback([&action, options, act] { action = [options, act] { return act(*options); }; });
  };
  add("stats", "Where it is, how much is in it, and its limit", print_statistics);
  add("clear", "Removes everything in it", clear);
}

} // namespace plumbline
