// The table of contents: what a scan does, one call per stage. No stage calls back into an earlier one.
#include "check.h"
#include "cli/cli.h"
#include "cli/keep.h"
#include "cli/progress.h"
#include "cli/scan.h"
#include "cli/selection.h"
#include "cli/verdict.h"
#include "program/machines.h"
#include "program/modules.h"
#include "program/program.h"

namespace plumbline {

// program, checks, audit: what follows from the facts of one state of the code.
static Audit audit_of(const Collection& collection, const Project& project, const std::vector<RegisteredCheck>& checks,
                      const ScanOptions& options, const std::string& today) {
  // program: the facts of all units, linked in a fixed order.
  const Settings& settings = project.settings;
  const Program program = link(collection.units, settings, !project.left_out.empty());

  // checks: each judges the whole program.
  std::vector<Finding> findings;
  for (const RegisteredCheck& registered : checks)
    if (registered.check->judge) registered.check->judge(program, findings);
  std::vector<std::string> notes = leave_to_uncompiled(findings, program, project, checks, collection.units);
  if (std::string note = leave_states_to_uncompiled(findings, program, project, collection.units); !note.empty())
    notes.push_back(std::move(note));
  if (std::string note = note_about_large_machines(program); !note.empty()) notes.push_back(std::move(note));

  // audit: identity, suppressions, priority, effort, order.
  const CodeAge age = age_if_asked(project, findings, notes);
  const std::vector<std::string_view>& known_checks = options.project.known_checks;
  Audit audit = run_audit({.settings = &settings,
                           .units = coverage_of(collection.units),
                           .findings = std::move(findings),
                           .sites = program.sites,
                           .machines = machine_summaries(program),
                           .graphs = graphs_of(program),
                           .suppressions = program.suppression_comments,
                           .today = today,
                           .known_checks = {known_checks.begin(), known_checks.end()},
                           .age = &age,
                           .partial = !options.project.paths.empty()});
  audit.notes.insert(audit.notes.end(), collection.notes.begin(), collection.notes.end());
  audit.notes.insert(audit.notes.end(), notes.begin(), notes.end());
  if (std::string note = note_about_parts(project, checks); !note.empty()) audit.notes.push_back(std::move(note));
  return audit;
}

static llvm::Expected<int> scan(const ScanOptions& options) {
  llvm::Expected<std::string> date = today(read_environment());
  if (!date) return date.takeError();

  // project: the settings, which files the compile database compiles, and how; what is kept from earlier audits; and
  // which two states of the code are compared, if a gate asks for that.
  llvm::Expected<Project> project = load_project(options.project);
  if (!project) return project.takeError();
  if (llvm::Error error = expect_commands(*project, options.project)) return error;
  Settings& settings = project->settings;
  llvm::Expected<std::vector<RegisteredCheck>> checks = select_checks(options.checks, settings);
  if (!checks) return checks.takeError();
  llvm::Expected<Kept> kept = read_kept(options, project->root);
  if (!kept) return kept.takeError();
  llvm::Expected<std::optional<CodeStates>> states = code_states(*project, options.gate.states);
  if (!states) return states.takeError();
  const FileOverlay* overlay = *states ? &(*states)->now : nullptr;
  const std::vector<CompileCommand>& commands = *states ? (*states)->now_commands : project->commands;

  // collect: each command's facts, from the store or from one parse in a worker process.
  const std::unique_ptr<FactStore> store = open_store(options.cache);
  ProgressDisplay display(commands.size(), options.pool.jobs, options.quiet);
  Collection collection = collect_all(commands, collect_options(*project, overlay), options.pool, store.get(),
                                      [&](const Progress& progress) { display.show(progress); });
  display.finish(collection);
  Audit audit = audit_of(collection, *project, *checks, options, *date);
  const SeenCode seen = seen_by(collection.units, options, *checks, *project, overlay);
  add_note_about_paths(settings, seen, audit);
  const SourceReader read = source_reader(project->root, overlay);

  // baseline: what is known, or what was there in the other state; what has become of it; how far the migration is.
  std::optional<Baseline> known = kept->baseline;
  if (*states) {
    const FileOverlay& earlier = (*states)->then;
    const Collection then = collect_then(**states, std::move(collection.units), commands,
                                         collect_options(*project, &earlier), options.pool, store.get());
    Audit before = audit_of(then, *project, *checks, options, *date);
    add_notes_about(**states, settings, seen, before, audit);
    known = known_then(*kept, std::move(before), seen_by(then.units, options, *checks, *project, &earlier), settings,
                       source_reader(project->root, &earlier), *date, **states);
  }
  Comparison comparison;
  if (known) comparison = compare_with(*known, audit, *kept, seen, settings, read, *date);
  audit.history = kept->history;
  say_notes(audit, options);

  // gate: which rules are broken, and by what.
  llvm::Expected<std::optional<GateResult>> gate = gate_result(audit, options, settings.gate);
  if (!gate) return gate.takeError();
  audit.gate = std::move(*gate);

  // report: one document model, rendered into each output; then what is kept, and the exit status.
  RenderOptions rendering = render_options(options, *checks, project->root);
  rendering.read_source = read;
  if (llvm::Error error = write_reports(options.outputs, report_model(audit), rendering)) return error;
  if (llvm::Error error = keep(options, *kept, audit, comparison, read, *date)) return error;
  return verdict(audit, options, settings.gate);
}

} // namespace plumbline

int main(int argc, char** argv) { return plumbline::run(argc, argv, plumbline::scan); }
