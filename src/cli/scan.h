// What src/main.cpp's scan needs between the stages.
#pragma once

#include "audit/comparison.h"
#include "check.h"
#include "cli/options.h"

#include <span>

namespace plumbline {

// An error when the compile database leaves nothing to look at: an audit of nothing would be a wrong green.
llvm::Error expect_commands(const Project& project, const ProjectRequest& request);

CollectOptions collect_options(const Project& project, const FileOverlay* overlay = nullptr);

// How each unit ended, for the audit.
std::vector<UnitCoverage> coverage_of(std::span<const TuFacts> units);

// Sources of the project below `root`, with `overlay`, which must outlive it, on top.
SourceReader source_reader(const std::string& root, const FileOverlay* overlay = nullptr);

// What was looked at, for comparing with a baseline.
SeenCode seen_by(std::span<const TuFacts> units, const ScanOptions& options, std::span<const RegisteredCheck> checks,
                 const Project& project, const FileOverlay* overlay = nullptr);

// "check/kind" of what a partial scan cannot say, sorted; nothing if no production code was left out.
std::set<std::string> not_judged(const Project& project, std::span<const RegisteredCheck> checks);
// The note that says so in the report's coverage; "" if there is nothing to say.
std::string note_about_parts(const Project& project, std::span<const RegisteredCheck> checks);

// Leaves out findings that nobody reads, or fills, a member where sources of the project do that no unit compiled: code
// for other systems, plugins, loaders of other programs. Returns the notes that say so.
std::vector<std::string> leave_to_uncompiled(std::vector<Finding>& findings, const Program& program,
                                             const Project& project, std::span<const RegisteredCheck> checks,
                                             std::span<const TuFacts> units);
// The same for states that nothing compiled enters.
std::string leave_states_to_uncompiled(std::vector<Finding>& findings, const Program& program, const Project& project,
                                       std::span<const TuFacts> units);

// What git knows about the places of findings, if weights.churn or weights.age of the settings ask. Without git both
// count nothing, and a note says so.
CodeAge age_if_asked(const Project& project, std::span<const Finding> findings, std::vector<std::string>& notes);

// That the settings' paths leave nothing: no findings is then no good news.
void add_note_about_paths(const Settings& settings, const SeenCode& seen, Audit& audit);

// What a gate of two states says that no finding says: changed files that no unit reads, and units that could not be
// looked at as they were.
void add_notes_about(const CodeStates& states, const Settings& settings, const SeenCode& now, const Audit& then,
                     Audit& audit);

// The units of the other state: those that nothing changed for are moved out of `now`, the others collected.
Collection collect_then(const CodeStates& states, std::vector<TuFacts> now, const std::vector<CompileCommand>& commands,
                        const CollectOptions& collect, const PoolOptions& pool, FactStore* store);

// What `options` say about rendering, with the texts of the checks that ran and the project's sources to quote from.
RenderOptions render_options(const ScanOptions& options, std::span<const RegisteredCheck> checks,
                             const std::string& root);

// Says what went on in the scan that is no finding: notes always, dropped flags and the like only when verbose.
void say_notes(const Audit& audit, const ScanOptions& options);

} // namespace plumbline
