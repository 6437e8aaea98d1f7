// `plumbline baseline`: what is known, kept in the project.
#include "audit/suppressions.h"
#include "cli/keep.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/scanning.h"
#include "report/escape.h"

#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/raw_ostream.h>

namespace plumbline {

// What CLI11 fills in while parsing, until an action takes it over.
struct BaselineWords {
  BaselineOptions options;
  bool force = false;
};

static void add_verb(CLI::App& command, Action& action, ScanFunction scan, const ScanningCommand& scanning,
                     BaselineVerb verb, const std::function<void(CLI::App&, BaselineWords&)>& add_options) {
  const std::shared_ptr<BaselineWords> words = std::make_shared<BaselineWords>();
  CLI::App* added =
      add_scanning_command(command, action, scan, scanning, [words, verb](ScanOptions& options) -> llvm::Error {
        const std::string file = options.baseline.file;
        options.baseline = words->options;
        options.baseline.file = file;
        options.baseline.verb = verb;
        options.baseline.replace = words->force;
        if (!options.baseline.until.empty() && !is_iso_date(options.baseline.until))
          return llvm::createStringError("--until " + options.baseline.until + ": is no date such as 2027-03-01");
        if (!options.baseline.until.empty()) {
          llvm::Expected<std::string> date = today(read_environment());
          if (!date) return date.takeError();
          if (options.baseline.until < *date)
            return llvm::createStringError("--until " + options.baseline.until +
                                           ": has passed, so nothing would be accepted; name a day to come");
        }
        if (verb == BaselineVerb::accept && llvm::StringRef(options.baseline.reason).trim().empty())
          return llvm::createStringError("--reason: say why; whoever reads it in a year will ask");
        return llvm::Error::success();
      });
  if (add_options) add_options(*added, *words);
}

static int show(const Baseline& baseline, const std::string& name) {
  std::size_t width = 0;
  for (const BaselineEntry& entry : baseline.entries)
    width = std::max(width, entry.place.path.size() + std::to_string(entry.place.line).size() + 1);
  for (const BaselineEntry& entry : baseline.entries) {
    const std::string place = entry.place.path + ":" + std::to_string(entry.place.line);
    llvm::outs() << printable_line(llvm::formatv("{0}  {1,-8}  {2}  {3}  {4} [{5}/{6}]",
                                                 llvm::StringRef(entry.fingerprint).take_front(12),
                                                 name_of(entry.status), name_of(entry.priority),
                                                 place + std::string(width - place.size(), ' '), entry.message,
                                                 entry.check, entry.kind)
                                       .str())
                 << "\n";
    if (entry.status == Status::accepted)
      llvm::outs() << printable_line("              by " + entry.by +
                                     (entry.until.empty() ? "" : " until " + entry.until) + ": " + entry.reason)
                   << "\n";
  }
  llvm::outs() << printable_line(name + ": " + summary_of(baseline) +
                                 (baseline.commit.empty() ? "" : "; created at " + baseline.commit.substr(0, 12)))
               << "\n";
  return exit_done;
}

static void add_show(CLI::App& command, Action& action) {
  CLI::App* verb = command.add_subcommand("show", "Lists what it holds; scans nothing");
  const std::shared_ptr<ScanOptions> options = std::make_shared<ScanOptions>();
  add_project_options(*verb, options->project);
  verb->add_option("--baseline", options->baseline.file, "The file; else .plumbline/baseline.json of the project")
      ->type_name("FILE");
  verb->callback([&action, options] {
    action = [options]() -> llvm::Expected<int> {
      std::string root;
      if (options->baseline.file.empty()) {
        llvm::Expected<Project> project = load_project(options->project);
        if (!project) return project.takeError();
        root = project->root;
      }
      llvm::Expected<Kept> kept = read_kept(*options, root);
      if (!kept) return kept.takeError();
      if (!kept->baseline)
        return llvm::createStringError(kept->baseline_name +
                                       ": there is no baseline yet; `plumbline baseline create` makes one");
      return show(*kept->baseline, kept->baseline_name);
    };
  });
}

void add_baseline(CLI::App& app, Action& action, ScanFunction scan) {
  CLI::App* command = app.add_subcommand(
      "baseline", "Keeps what is known, so that a gate can ask for what is new: create, update, accept, prune, show");
  command->require_subcommand(1);
  const auto scanning = [](const char* name, const char* help, bool takes_paths) {
    return ScanningCommand{.name = name, .help = help, .takes_paths = takes_paths, .prints = false, .fails_on = false};
  };
  add_verb(*command, action, scan, scanning("create", "Takes what an audit finds now as known", false),
           BaselineVerb::create, [](CLI::App& verb, BaselineWords& words) {
             verb.add_flag("--force", words.force, "Replace the one that is there");
           });
  add_verb(*command, action, scan,
           scanning("update", "Adds what is new, marks what is fixed, renews the keys of what was moved", true),
           BaselineVerb::update, nullptr);
  add_verb(
      *command, action, scan, scanning("accept", "Takes responsibility for findings, with a reason", false),
      BaselineVerb::accept, [](CLI::App& verb, BaselineWords& words) {
        verb.add_option("FINDING", words.options.selectors, "PATH:LINE, or the first digits of a fingerprint")
            ->required()
            ->type_name("");
        verb.add_option("--reason", words.options.reason, "Why it is right as it is")->required()->type_name("TEXT");
        verb.add_option("--by", words.options.by, "Who says so; else git's user.name")->type_name("NAME");
        verb.add_option("--until", words.options.until, "The last day on which that holds")->type_name("DATE");
      });
  add_verb(*command, action, scan,
           scanning("prune", "Forgets what is fixed; progress counts from here, and what comes back is new", true),
           BaselineVerb::prune, nullptr);
  add_show(*command, action);
}

} // namespace plumbline
