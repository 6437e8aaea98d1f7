// The table of contents: what a scan does, one call per stage. No stage calls back into an earlier one.
#include "check.h"
#include "cli/cli.h"
#include "cli/keep.h"
#include "cli/progress.h"
#include "cli/scan.h"
#include "cli/selection.h"
#include "cli/verdict.h"
#include "program/program.h"

namespace plumbline {

static llvm::Expected<int> scan(const ScanOptions& options) {
  llvm::Expected<std::string> date = today();
  if (!date) return date.takeError();

  // project: the settings, and which files the compile database compiles, and how.
  llvm::Expected<Project> project = load_project(options.project);
  if (!project) return project.takeError();
  if (llvm::Error error = expect_commands(*project, options.project)) return error;
  Settings& settings = project->settings;
  llvm::Expected<std::vector<RegisteredCheck>> checks = select_checks(options.checks, settings);
  if (!checks) return checks.takeError();

  // What is kept from earlier audits.
  llvm::Expected<Kept> kept = read_kept(options, project->root);
  if (!kept) return kept.takeError();

  // collect: each command's facts, from the store or from one parse in a worker process.
  const std::unique_ptr<FactStore> store = open_store(options.cache);
  ProgressDisplay display(project->commands.size(), options.pool.jobs, options.quiet);
  Collection collection = collect_all(project->commands, collect_options(*project), options.pool, store.get(),
                                      [&](const Progress& progress) { display.show(progress); });
  display.finish(collection);

  // program: the facts of all units, linked in a fixed order.
  const Program program = link(collection.units, settings);

  // checks: each judges the whole program.
  std::vector<Finding> findings;
  for (const RegisteredCheck& registered : *checks)
    if (registered.check->judge) registered.check->judge(program, findings);

  // audit: identity, suppressions, priority, effort, order.
  const std::vector<std::string_view>& known_checks = options.project.known_checks;
  Audit audit = run_audit({.settings = &settings,
                           .units = coverage_of(collection.units),
                           .findings = std::move(findings),
                           .sites = program.sites,
                           .suppressions = program.suppression_comments,
                           .today = *date,
                           .known_checks = {known_checks.begin(), known_checks.end()},
                           .partial = !options.project.paths.empty()});
  audit.notes.insert(audit.notes.end(), collection.notes.begin(), collection.notes.end());

  // baseline: what is new, still open, fixed or back again, and how far the migration has come.
  const SourceReader read = source_reader(project->root);
  audit.history = kept->history;
  Comparison comparison;
  if (kept->baseline)
    comparison = compare_with(*kept->baseline, audit, *kept, seen_by(collection.units, options, *checks, project->root),
                              settings, read, *date);
  say_notes(audit, options);

  // gate: which rules are broken, and by what.
  llvm::Expected<std::optional<GateResult>> gate = gate_result(audit, options, settings.gate);
  if (!gate) return gate.takeError();
  audit.gate = std::move(*gate);

  // report: one document model, rendered into each output; then what is kept, and the exit status.
  const RenderOptions rendering = render_options(options, *checks, project->root);
  if (llvm::Error error = write_reports(options.outputs, report_model(audit), rendering)) return error;
  if (llvm::Error error = keep(options, *kept, audit, comparison, read, *date)) return error;
  return verdict(audit, options, settings.gate);
}

} // namespace plumbline

int main(int argc, char** argv) { return plumbline::run(argc, argv, plumbline::scan); }
