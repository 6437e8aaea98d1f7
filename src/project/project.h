// What to look at: the compile commands, the settings, and which files are ours (design.md §1 "project").
#pragma once

#include "project/settings.h"

#include <llvm/Support/Error.h>

#include <string>
#include <vector>

namespace plumbline {

// One way in which the compile database compiles one file. Data only: never executed.
struct CompileCommand {
  std::string directory;              // absolute
  std::string file;                   // absolute, lexically normalised
  std::vector<std::string> arguments; // argv, the compiler first; as in the database
};

struct Project {
  std::string root;     // absolute; paths in facts and reports are relative to it
  std::string database; // the compile_commands.json that was read, absolute
  Settings settings;
  std::vector<CompileCommand>
      commands; // sorted by file, then arguments; one per distinct command (output names do not count)
  // Sources of our production code that the database compiles and the request did not ask for, relative and sorted:
  // what they do with what is declared elsewhere is unknown.
  std::vector<std::string> left_out;
};

struct ProjectRequest {
  std::string working_directory;                   // absolute
  std::string build_directory;                     // -p, a folder or the json file itself; empty: search
  std::vector<std::string> paths;                  // scan [PATH…]: only main files at or below these; empty: all
  std::vector<std::string_view> known_checks = {}; // names that the settings' `checks:` may have; empty: any
  std::string settings_file; // --config: read instead of searching for .plumbline.yaml; empty: search
};

// Finds and reads settings and compile database. Errors say what, where and what to do (exit status 3).
//
// The root is the first of these that holds any source of the database: the folder of .plumbline.yaml (found upwards
// from the working directory), the git work tree around the working directory, the working directory, the folder
// above the build directory, the sources' common folder. Sources that are generated or third-party seen from a folder
// count only if no folder has others: a build directory with moc files in it is not the root. The root is spelled as
// the database spells it where symbolic links give it two names. When no settings were found upwards, those at the
// root hold.
llvm::Expected<Project> load_project(const ProjectRequest& request);

// Only the settings that are named or found upwards; the defaults where there are none.
llvm::Expected<Settings> load_settings(const ProjectRequest& request);

// Reads compile_commands.json (https://clang.llvm.org/docs/JSONCompilationDatabase.html), entries in the file's order.
// A truncated or otherwise broken file is an error with the place, never a shorter list. Entries of any language are
// kept, whether or not the file exists: what cannot be analysed has to show up as such.
llvm::Expected<std::vector<CompileCommand>> read_compile_database(llvm::StringRef path);

// `path` made relative to `root` with forward slashes when it is below it, else unchanged.
std::string relative_path(llvm::StringRef path, llvm::StringRef root);

// Shell-style globs over project-relative paths: `**` crosses folders, `*`, `?` and `[a-z]` do not, `{a,b}` is either;
// a pattern without a slash matches the last component anywhere ("*_test.cpp"); a pattern that names a folder covers
// what is below it: its last component has no wildcard ("src", "**/legacy") or it ends in a slash ("build-*/"). Only
// `**/` reaches folders at any depth.
bool glob_matches(llvm::StringRef pattern, llvm::StringRef path);

// Which files findings may stand in, and in which scope and module. Pure functions of settings and path.
// Below the root, included, not third-party or generated. An `include` that itself names the third-party folder or the
// generated name ("third_party/ours", "*.pb.h") wins over those defaults, never over `exclude`.
bool is_ours(const Settings& settings, llvm::StringRef path);
// Test code: what `tests` matches, folders such as test/ or benchmarks/, file names such as *_test.cpp and FooTest.cpp.
Scope scope_of(const Settings& settings, llvm::StringRef path);
// The same for something inside a file: unittest_codec() is test code wherever it stands.
Scope scope_of(const Settings& settings, llvm::StringRef path, llvm::StringRef owner);
// The first module of the settings that matches; with none, the top folder (below src/, lib/, source/, include/ if
// there), or "" for a file that no such folder holds.
const ModuleSetting* module_setting_of(const Settings& settings, llvm::StringRef path);
std::string module_of(const Settings& settings, llvm::StringRef path);

} // namespace plumbline
