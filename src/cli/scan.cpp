// The options of `scan`, and the small steps between its stages; the stages stand in src/main.cpp.
#include "cli/scan.h"

#include "cli/command.h"
#include "cli/messages.h"
#include "cli/scanning.h"
#include "report/words.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/Process.h>
#include <llvm/Support/Threading.h>

namespace plumbline {

// Options as they were written, where that is not yet what ScanOptions holds.
struct ScanWords {
  ScanOptions options;
  std::string checks, format, color = "auto", fail_on;
  std::vector<std::string> files;
  std::uint64_t memory_mebibytes = PoolOptions().memory_bytes >> 20;
  bool no_cache = false;
};

static bool use_color(const std::string& when) {
  if (when != "auto") return when == "always";
  // https://no-color.org: any value that is not empty
  const std::optional<std::string> no_color = llvm::sys::Process::GetEnv("NO_COLOR");
  return (!no_color || no_color->empty()) && llvm::sys::Process::StandardOutHasColors();
}

// The first word of a command line is the usual place for a mistyped command, and lands here as a PATH.
static llvm::Error check_paths(const std::vector<std::string>& paths, const CLI::App& app) {
  for (const std::string& path : paths) {
    if (llvm::sys::fs::exists(path)) continue;
    std::vector<std::string> commands;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); }))
      commands.push_back(command->get_name());
    return llvm::createStringError("'" + path + "' is neither a path that exists nor a command (" +
                                   llvm::join(commands, ", ") + "; a command goes first)");
  }
  return llvm::Error::success();
}

// A template that no output uses would be ignored in silence.
static llvm::Error check_template(const ScanOptions& options) {
  const std::string& file = options.render.template_file;
  if (file.empty()) return llvm::Error::success();
  const Format format = is_html_template(file) ? Format::html : Format::markdown;
  for (const Output& output : options.outputs)
    if (output.format == format) return llvm::Error::success();
  const std::string name = format == Format::html ? "HTML" : "markdown";
  return llvm::createStringError("--template " + file + ": by its name it is for " + name +
                                 ", and no output is; add -o report" + (name == "HTML" ? ".html" : ".md") +
                                 ", or rename it (templates for HTML end in .html or .html.mustache)");
}

static llvm::Expected<ScanOptions> understand(const ScanWords& words, const CLI::App& app, bool prints) {
  ScanOptions options = words.options;
  if (llvm::Error error = check_paths(options.project.paths, app)) return error;
  llvm::SmallVector<llvm::StringRef> globs;
  llvm::StringRef(words.checks).split(globs, ',', -1, /*KeepEmpty=*/false);
  for (const llvm::StringRef glob : globs) options.checks.push_back(glob.trim().str());
  llvm::Expected<std::vector<Output>> outputs = resolve_outputs(words.files, words.format, options.quiet);
  if (!outputs) return outputs.takeError();
  options.outputs = std::move(*outputs);
  if (!prints && words.format.empty())
    std::erase_if(options.outputs,
                  [&](const Output& output) { return output.path == "-" && !llvm::is_contained(words.files, "-"); });
  if (llvm::Error error = check_template(options)) return error;
  if (!words.fail_on.empty()) {
    llvm::Expected<std::vector<FailRule>> rules = parse_fail_on(words.fail_on);
    if (!rules) return rules.takeError();
    options.fail_on = std::move(*rules);
  }
  options.render.color = use_color(words.color);
  options.render.verbose = options.verbose;
  options.cache.enabled = !words.no_cache;
  options.pool.executable = executable_path();
  options.pool.memory_bytes = words.memory_mebibytes << 20;
  return options;
}

static void add_scope_options(CLI::App& command, ScanWords& words, bool takes_paths) {
  if (takes_paths)
    command.add_option("PATH", words.options.project.paths, "Only translation units at or below these; else all")
        ->type_name("");
  add_project_options(command, words.options.project);
  command.add_option("--checks", words.checks, "Globs of check names, comma separated; --checks=-GLOB takes away")
      ->type_name("GLOBS");
  command
      .add_option("--baseline", words.options.baseline.file,
                  "What is known; else .plumbline/baseline.json of the project, if it is there")
      ->type_name("FILE");
}

static void add_collection_options(CLI::App& command, ScanWords& words) {
  PoolOptions& pool = words.options.pool;
  pool.jobs = llvm::hardware_concurrency().compute_thread_count();
  command.add_option("-j", pool.jobs, "Translation units at a time; else one per hardware thread")
      ->check(CLI::Range(1u, 4096u).description(""))
      ->type_name("N");
  command.add_option("--timeout", pool.timeout_seconds, "Seconds that one translation unit may take")
      ->capture_default_str()
      ->check(CLI::Range(1u, 86400u).description(""))
      ->type_name("SECONDS");
  command.add_option("--memory", words.memory_mebibytes, "MiB that one worker may use; 0 for no limit")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 30).description(""))
      ->type_name("MIB");
  command.add_flag("--no-cache", words.no_cache, "Parse everything, keep nothing");
  add_cache_folder_option(command, words.options.cache);
}

static void add_report_options(CLI::App& command, ScanWords& words, bool fails_on) {
  std::string formats;
  for (const FormatName& format : format_names()) formats += (formats.empty() ? "" : ", ") + std::string(format.name);
  command
      .add_option("--format", words.format, "Format of standard output, or of -o files that may hold it: " + formats)
      ->type_name("NAME");
  command
      .add_option("-o", words.files,
                  "Write the report here too; the extension says the format, or a prefix does: FORMAT:FILE")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command.add_option("--lang", words.options.render.language, "Language of markdown, HTML and comments")
      ->capture_default_str()
      ->check(CLI::IsMember(languages()))
      ->type_name("LANGUAGE");
  command
      .add_option("--template", words.options.render.template_file,
                  "Mustache template for markdown, or for HTML if its name ends in .html; partials beside it count too")
      ->check(CLI::ExistingFile.description(""))
      ->type_name("FILE");
  command.add_option("--color", words.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
      ->type_name("WHEN");
  if (fails_on)
    command.add_option("--fail-on", words.fail_on, "Exit 1 if such findings are there: new:P0,P1")->type_name("RULES");
  command.add_flag("--quiet", words.options.quiet, "No progress; with -o, nothing on standard output");
  command.add_flag("--verbose", words.options.verbose,
                   "Evidence and suggestions with each finding; say what was dropped");
}

CLI::App* add_scanning_command(CLI::App& parent, Action& action, ScanFunction scan, const ScanningCommand& command,
                               std::function<llvm::Error(ScanOptions&)> adjust) {
  CLI::App* app = parent.add_subcommand(command.name, command.help);
  const std::shared_ptr<ScanWords> words = std::make_shared<ScanWords>();
  add_scope_options(*app, *words, command.takes_paths);
  add_collection_options(*app, *words);
  add_report_options(*app, *words, command.fails_on);
  const bool prints = command.prints;
  app->callback([&action, &parent, words, scan, adjust, prints] {
    action = [&parent, words, scan, adjust, prints]() -> llvm::Expected<int> {
      llvm::Expected<ScanOptions> options = understand(*words, parent, prints);
      if (!options) return options.takeError();
      if (llvm::Error error = adjust(*options)) return error;
      return scan(*options);
    };
  });
  return app;
}

void add_scan(CLI::App& app, Action& action, ScanFunction scan) {
  add_scanning_command(app, action, scan,
                       {.name = "scan", .help = "Audits the project (what plumbline does when no command is named)"},
                       [](ScanOptions&) { return llvm::Error::success(); });
}

llvm::Error expect_commands(const Project& project, const ProjectRequest& request) {
  if (!project.commands.empty()) return llvm::Error::success();
  if (request.paths.empty())
    return llvm::createStringError(project.database + ": lists no command of this project; build it first");
  return llvm::createStringError(project.database + ": compiles no file at or below " +
                                 llvm::join(request.paths, ", ") +
                                 "; name source files (headers are seen through those that include them)");
}

CollectOptions collect_options(const Project& project, const FileOverlay* overlay) {
  return {.root = project.root,
          .resource_directory = resource_directory(executable_path()),
          .overlay = overlay && !overlay->empty() ? overlay : nullptr};
}

std::vector<UnitCoverage> coverage_of(std::span<const TuFacts> units) {
  std::vector<UnitCoverage> coverage;
  for (const TuFacts& unit : units)
    coverage.push_back({.path = unit.main_file,
                        .state = unit.state,
                        .error_count = unit.error_count,
                        .reason = unit.reason,
                        .problems = unit.problems});
  return coverage;
}

static RuleText rule_text(const RegisteredCheck& registered) {
  const Check& check = *registered.check;
  return {.name = std::string(registered.name),
          .title = std::string(check.title),
          .page = std::string(registered.page),
          .kinds = std::vector<std::string>(check.kinds.begin(), check.kinds.end()),
          .priority = check.priority};
}

RenderOptions render_options(const ScanOptions& options, std::span<const RegisteredCheck> checks,
                             const std::string& root) {
  RenderOptions render = options.render;
  for (const RegisteredCheck& registered : checks) render.rules.push_back(rule_text(registered));
  render.read_source = source_reader(root);
  return render;
}

void say_notes(const Audit& audit, const ScanOptions& options) {
  if (options.quiet) return;
  for (const std::string& note : audit.notes) say(note);
  if (!options.verbose) return;
  for (const UnitCoverage& unit : audit.units)
    for (const std::string& problem : unit.problems) say(unit.path + ": " + problem);
}

} // namespace plumbline
