// Finds what a scan is about: settings, compile database, root, and the commands that were asked for.

#include "project/project.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace plumbline {

using llvm::StringRef;
using llvm::Twine;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static constexpr llvm::StringLiteral settings_name = ".plumbline.yaml";
static constexpr llvm::StringLiteral database_name = "compile_commands.json";

static std::string joined(StringRef folder, StringRef name) {
  llvm::SmallString<256> result(folder);
  path::append(result, name);
  return result.str().str();
}

// Absolute and free of "." and "..", seen from `folder`.
static std::string absolute(StringRef name, StringRef folder) {
  llvm::SmallString<256> result(name);
  path::make_absolute(folder, result);
  path::remove_dots(result, /*remove_dot_dot=*/true);
  return result.str().str();
}

static bool is_at_or_below(StringRef file, StringRef folder) {
  folder = folder.size() > 1 ? folder.rtrim('/') : StringRef();
  return file.consume_front(folder) && (file.empty() || file.starts_with("/"));
}

// The folder itself, its parent, and so on up to the file system's root.
static std::vector<StringRef> folders_upwards(StringRef folder) {
  std::vector<StringRef> folders;
  for (; !folder.empty(); folder = path::parent_path(folder)) folders.push_back(folder);
  return folders;
}

// The folder upwards from `folder` that holds `name`, or "".
static StringRef folder_with(StringRef name, StringRef folder) {
  for (StringRef candidate : folders_upwards(folder))
    if (fs::exists(joined(candidate, name))) return candidate;
  return "";
}

// As messages name it: from the working directory, with "../" for each folder up, so that an editor can open it and no
// machine's path gets into a log.
static std::string shown(StringRef file, StringRef working_directory) {
  std::string up;
  for (StringRef folder : folders_upwards(working_directory)) {
    if (path::parent_path(folder).empty()) break;
    if (file == folder) return up + ".";
    if (is_at_or_below(file, folder)) return up + relative_path(file, folder);
    up += "../";
  }
  return file.str();
}

static llvm::Expected<Settings> read_settings(StringRef file, const ProjectRequest& request) {
  std::string name = shown(file, request.working_directory);
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      llvm::MemoryBuffer::getFile(file, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::createStringError("cannot read the settings '" + name + "': " + buffer.getError().message());
  return parse_settings((*buffer)->getBuffer(), name, request.known_checks);
}

// The databases in folders that look like build directories, two levels deep (build/debug, out/build/x64-Debug).
static std::vector<std::string> databases_in_build_folders(StringRef folder) {
  std::vector<std::string> found;
  std::vector<std::pair<std::string, unsigned>> pending; // a folder, and how many levels below it count
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    StringRef name = path::filename(entry->path());
    if (name.starts_with("build") || name.starts_with("cmake-build") || name == "out")
      pending.emplace_back(entry->path(), name == "out" ? 2 : 1);
  }
  while (!pending.empty()) {
    auto [candidate, levels] = pending.back();
    pending.pop_back();
    std::string database = joined(candidate, database_name);
    if (fs::is_regular_file(database)) found.push_back(database);
    if (levels == 0 || fs::exists(database)) continue;
    for (fs::directory_iterator entry(candidate, error), end; !error && entry != end; entry.increment(error))
      if (fs::is_directory(entry->path())) pending.emplace_back(entry->path(), levels - 1);
  }
  llvm::sort(found);
  return found;
}

static llvm::Expected<std::string> given_database(const ProjectRequest& request) {
  std::string given = absolute(request.build_directory, request.working_directory);
  if (!fs::exists(given)) return llvm::createStringError("'" + request.build_directory + "' (from -p) does not exist");
  if (!fs::is_directory(given)) return given;
  std::string database = joined(given, database_name);
  if (fs::exists(database)) return database;
  return llvm::createStringError("'" + request.build_directory + "' (from -p) has no " + database_name +
                                 "; configure it with cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON");
}

// Upwards from the working directory: build/, the folder itself; and up to `top` (the project, as far as it is known by
// settings or git) any other build folder, if it is the only one.
static llvm::Expected<std::string> find_database(const ProjectRequest& request, StringRef top) {
  if (!request.build_directory.empty()) return given_database(request);
  StringRef start = request.working_directory;
  if (top.empty()) top = start;
  for (StringRef folder : folders_upwards(start)) {
    for (std::string candidate : {joined(joined(folder, "build"), database_name), joined(folder, database_name)})
      if (fs::is_regular_file(candidate)) return candidate;
    if (!is_at_or_below(folder, top)) continue;
    std::vector<std::string> found = databases_in_build_folders(folder);
    if (found.size() == 1) return found.front();
    if (found.empty()) continue;
    std::string list;
    for (const std::string& database : found) list += "\n  -p " + shown(path::parent_path(database), start);
    return llvm::createStringError("several build folders have a " + database_name +
                                   "; say which one is meant:" + list);
  }
  return llvm::createStringError(
      Twine("no ") + database_name +
      " in build/, here or in any folder above; plumbline reads from it how each file is " +
      "compiled. To make one:\n"
      "  cmake -S . -B build -DCMAKE_EXPORT_COMPILE_COMMANDS=ON   (Ninja and Makefile generators)\n"
      "  bear -- make                                             (other build systems)\n"
      "If it is somewhere else, name its folder with -p.");
}

static bool holds_source(StringRef folder, const std::vector<CompileCommand>& commands, bool ours_only) {
  static const Settings defaults;
  return llvm::any_of(commands, [&](const CompileCommand& command) {
    return is_at_or_below(command.file, folder) &&
           (!ours_only || is_ours(defaults, relative_path(command.file, folder)));
  });
}

// The folder under the name that the database uses for it: the working directory is a physical path where the build was
// configured through a symbolic link, or the other way round. "" when no source is below it under any name.
static std::string spelled_as_sources(StringRef folder, const std::vector<CompileCommand>& commands) {
  if (holds_source(folder, commands, false)) return folder.str();
  llvm::SmallString<256> real_folder, real_file;
  if (fs::real_path(folder, real_folder)) return "";
  for (const CompileCommand& command : commands) {
    if (fs::real_path(command.file, real_file)) continue;
    std::string below = relative_path(real_file, real_folder);
    StringRef file = command.file;
    if (!path::is_absolute(below) && file.consume_back(below) && file.size() > 1 && file.consume_back("/"))
      return file.str();
  }
  return "";
}

static std::string common_folder(const std::vector<CompileCommand>& commands) {
  StringRef common = path::parent_path(commands.front().file);
  for (const CompileCommand& command : commands)
    while (!common.empty() && !is_at_or_below(command.file, common)) common = path::parent_path(common);
  return common.str();
}

static std::string find_root(const ProjectRequest& request, StringRef settings_folder, StringRef database,
                             const std::vector<CompileCommand>& commands) {
  std::string chosen = settings_folder.empty() ? "" : spelled_as_sources(settings_folder, commands);
  if (!chosen.empty()) return chosen;
  std::vector<std::string> candidates;
  for (StringRef folder : {folder_with(".git", request.working_directory), StringRef(request.working_directory),
                           path::parent_path(path::parent_path(database))})
    if (!folder.empty()) candidates.push_back(spelled_as_sources(folder, commands));
  for (bool ours_only : {true, false})
    for (const std::string& candidate : candidates)
      if (!candidate.empty() && holds_source(candidate, commands, ours_only)) return candidate;
  return common_folder(commands);
}

// The command without what names its outputs: object file, dependency file, diagnostics. A file that two targets
// compile alike differs in nothing else.
static std::vector<StringRef> without_outputs(const CompileCommand& command) {
  static constexpr llvm::StringLiteral with_value[] = {"-o", "-MF", "-MT", "-MQ", "-MJ", "--serialize-diagnostics"};
  static constexpr llvm::StringLiteral joined_value[] = {"-o",  "--output=", "-MF",       "-MT",           "-MQ",
                                                         "-MJ", "-Wp,-MD,",  "-Wp,-MMD,", "-frandom-seed="};
  std::vector<StringRef> rest;
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    StringRef argument = command.arguments[i];
    if (llvm::is_contained(with_value, argument))
      ++i;
    else if (llvm::none_of(joined_value, [&](StringRef prefix) { return argument.starts_with(prefix); }))
      rest.push_back(argument);
  }
  return rest;
}

static void keep_only(std::vector<CompileCommand>& commands, const std::vector<bool>& keep) {
  std::vector<CompileCommand> kept;
  for (std::size_t i = 0; i < commands.size(); ++i)
    if (keep[i]) kept.push_back(std::move(commands[i]));
  commands = std::move(kept);
}

// Sorted first, so that which of several equal entries stays does not depend on the database's order.
static void sort_and_collapse(std::vector<CompileCommand>& commands) {
  llvm::sort(commands, [](const CompileCommand& a, const CompileCommand& b) {
    return std::tie(a.file, a.arguments, a.directory) < std::tie(b.file, b.arguments, b.directory);
  });
  std::set<std::pair<StringRef, std::vector<StringRef>>> seen; // of one file: directory and arguments
  StringRef file;
  std::vector<bool> keep;
  for (const CompileCommand& command : commands) {
    if (command.file != file) seen.clear();
    file = command.file;
    keep.push_back(seen.emplace(command.directory, without_outputs(command)).second);
  }
  keep_only(commands, keep);
}

// Marks the commands whose main file is at or below `name`; false if there are none.
static bool select(const std::vector<CompileCommand>& commands, StringRef name, std::vector<bool>& selected) {
  bool any = false;
  for (std::size_t i = 0; i < commands.size(); ++i)
    if (is_at_or_below(commands[i].file, name)) selected[i] = any = true;
  if (any) return true;
  // Perhaps the same place by another name.
  llvm::SmallString<256> real_name, real_file;
  if (fs::real_path(name, real_name)) return false;
  for (std::size_t i = 0; i < commands.size(); ++i)
    if (!fs::real_path(commands[i].file, real_file) && is_at_or_below(real_file, real_name)) selected[i] = any = true;
  return any;
}

static llvm::Error select_paths(const ProjectRequest& request, Project& project) {
  if (request.paths.empty()) return llvm::Error::success();
  std::vector<bool> selected(project.commands.size(), false);
  for (const std::string& given : request.paths) {
    std::string name = absolute(given, request.working_directory);
    if (select(project.commands, name, selected)) continue;
    if (!fs::exists(name)) return llvm::createStringError("'" + given + "' does not exist");
    bool header = llvm::is_contained({".h", ".hh", ".hpp", ".hxx", ".inl", ".ipp"}, path::extension(name));
    return llvm::createStringError(
        "nothing to scan at '" + given + "': " + shown(project.database, request.working_directory) +
        (header ? " compiles no headers; name a source file that includes it, or its folder"
                : " compiles no file there; configure the build with it, or name another path"));
  }
  std::set<std::string> left_out;
  for (std::size_t i = 0; i < project.commands.size(); ++i) {
    std::string file = relative_path(project.commands[i].file, project.root);
    if (!selected[i] && is_ours(project.settings, file) && scope_of(project.settings, file) == Scope::production &&
        fs::exists(project.commands[i].file)) // an older database lists what is gone
      left_out.insert(std::move(file));
  }
  project.left_out.assign(left_out.begin(), left_out.end());
  keep_only(project.commands, selected);
  return llvm::Error::success();
}

// Where the settings are; both empty: nowhere. The folder is empty too where the file does not say where the project
// is.
struct SettingsPlace {
  std::string folder, file;
};

static llvm::Expected<SettingsPlace> find_settings(const ProjectRequest& request) {
  StringRef start = request.working_directory;
  SettingsPlace place;
  if (!request.settings_file.empty()) {
    place.file = absolute(request.settings_file, start);
    // A file kept elsewhere (ci/plumbline.yaml) does not say where the project is.
    if (path::filename(place.file) == settings_name) place.folder = path::parent_path(place.file).str();
  } else if (StringRef folder = folder_with(settings_name, start); !folder.empty()) {
    place.folder = folder.str();
    place.file = joined(folder, settings_name);
  } else if (StringRef misnamed = folder_with(".plumbline.yml", start); !misnamed.empty()) {
    return llvm::createStringError("'" + shown(joined(misnamed, ".plumbline.yml"), start) +
                                   "' is not read under this name; call it " + settings_name);
  }
  return place;
}

llvm::Expected<Settings> load_settings(const ProjectRequest& request) {
  llvm::Expected<SettingsPlace> place = find_settings(request);
  if (!place) return place.takeError();
  return place->file.empty() ? Settings() : read_settings(place->file, request);
}

llvm::Expected<Project> load_project(const ProjectRequest& request) {
  StringRef start = request.working_directory;
  Project project;
  llvm::Expected<SettingsPlace> place = find_settings(request);
  if (!place) return place.takeError();
  std::string &settings_folder = place->folder, &settings_file = place->file;
  if (!settings_file.empty()) {
    llvm::Expected<Settings> settings = read_settings(settings_file, request);
    if (!settings) return settings.takeError();
    project.settings = std::move(*settings);
  }

  StringRef git_folder = folder_with(".git", start);
  StringRef top = settings_folder.empty() ? git_folder : StringRef(settings_folder);
  llvm::Expected<std::string> database = find_database(request, top);
  if (!database) return database.takeError();
  project.database = std::move(*database);

  llvm::Expected<std::vector<CompileCommand>> commands = read_compile_database(project.database);
  if (!commands) return commands.takeError();
  project.commands = std::move(*commands);
  if (project.commands.empty())
    return llvm::createStringError(shown(project.database, start) +
                                   ": lists no file, so there is nothing to audit; configure the build again");

  project.root = find_root(request, settings_folder, project.database, project.commands);
  if (settings_file.empty() && fs::exists(joined(project.root, settings_name))) {
    llvm::Expected<Settings> settings = read_settings(joined(project.root, settings_name), request);
    if (!settings) return settings.takeError();
    project.settings = std::move(*settings);
  }

  sort_and_collapse(project.commands);
  if (llvm::Error error = select_paths(request, project)) return std::move(error);
  return project;
}

} // namespace plumbline
