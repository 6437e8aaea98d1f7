// The stages from compile commands to an audit, run in this process: what the tests of whole programs share.
#pragma once

#include "check.h"
#include "collect/collect.h"
#include "program/machines.h"
#include "program/modules.h"
#include "program/program.h"

#include <gtest/gtest.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

#include <algorithm>
#include <string>
#include <vector>

namespace plumbline {

// Far from every date in a fixture, so that nothing expires by itself.
inline constexpr const char* test_date = "2026-01-15";

inline std::string read_text(const std::string& path) {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = llvm::MemoryBuffer::getFile(path);
  EXPECT_TRUE(buffer) << path << ": " << buffer.getError().message();
  return buffer ? (*buffer)->getBuffer().str() : "";
}

// Files below `folder` whose name ends in one of `endings`, absolute and sorted.
inline std::vector<std::string> files_below(const std::string& folder, const std::vector<std::string>& endings) {
  std::vector<std::string> files;
  std::error_code error;
  for (llvm::sys::fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (std::any_of(endings.begin(), endings.end(),
                    [&](const std::string& ending) { return llvm::StringRef(at->path()).ends_with(ending); }))
      files.push_back(at->path());
  std::sort(files.begin(), files.end());
  return files;
}

// The settings file of a folder, or the defaults where it has none.
inline Settings settings_of(const std::string& folder) {
  const std::string path = folder + "/.plumbline.yaml";
  if (!llvm::sys::fs::exists(path)) return {};
  llvm::Expected<Settings> settings = parse_settings(read_text(path), path);
  if (settings) return *settings;
  ADD_FAILURE() << llvm::toString(settings.takeError());
  return {};
}

// Audits the files as one program below `root`. `only` names the one check that judges; empty: all of them. `is_part`:
// the program has other files.
inline Audit audit_of(const std::string& root, const std::vector<std::string>& files,
                      const std::vector<std::string>& arguments, const std::string& only, bool is_part = false) {
  const CollectOptions options{.root = root, .resource_directory = resource_directory(PLUMBLINE_BINARY)};
  const Settings settings = settings_of(root);
  std::vector<TuFacts> units;
  std::vector<UnitCoverage> coverage;
  for (const std::string& file : files) {
    CompileCommand command{.directory = root, .file = file, .arguments = {"clang++"}};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.arguments.insert(command.arguments.end(), {"-c", file});
    TuFacts facts = collect(command, options);
    EXPECT_EQ(name_of(facts.state), name_of(UnitState::analysed)) << file << ": " << facts.reason;
    coverage.push_back({facts.main_file, facts.state, facts.error_count, facts.reason, facts.problems});
    units.push_back(std::move(facts));
  }
  const Program program = link(units, settings, is_part);
  std::vector<Finding> findings;
  std::vector<std::string> known;
  for (const RegisteredCheck& registered : all_checks()) {
    known.emplace_back(registered.name);
    if (registered.check->judge && (only.empty() || only == registered.name))
      registered.check->judge(program, findings);
  }
  return run_audit({.settings = &settings,
                    .units = std::move(coverage),
                    .findings = std::move(findings),
                    .sites = program.sites,
                    .machines = machine_summaries(program),
                    .graphs = graphs_of(program),
                    .suppressions = program.suppression_comments,
                    .today = test_date,
                    .known_checks = std::move(known)});
}

} // namespace plumbline
