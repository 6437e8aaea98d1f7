// What a scan looked at, and the code that it looked at: of the disk, or of another state.
#include "cli/messages.h"
#include "cli/scan.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

#include <map>

namespace plumbline {

static std::string below(const std::string& root, std::string_view path) {
  llvm::SmallString<256> absolute(root);
  if (llvm::sys::path::is_absolute(llvm::StringRef(path)))
    absolute = llvm::StringRef(path);
  else
    llvm::sys::path::append(absolute, llvm::StringRef(path));
  return absolute.str().str();
}

SourceReader source_reader(const std::string& root, const FileOverlay* overlay) {
  return [root, overlay](std::string_view path) -> std::optional<std::string> {
    const std::string absolute = below(root, path);
    if (const std::optional<std::string>* bytes = overlay ? overlay->find(absolute) : nullptr) return *bytes;
    llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = llvm::MemoryBuffer::getFile(absolute);
    if (!buffer) return std::nullopt;
    return (*buffer)->getBuffer().str();
  };
}

std::set<std::string> not_judged(const Project& project, std::span<const RegisteredCheck> checks) {
  std::set<std::string> kinds;
  if (project.left_out.empty()) return kinds;
  for (const RegisteredCheck& registered : checks)
    for (const std::string_view kind : registered.check->kinds_of_absence)
      kinds.insert(std::string(registered.name) + "/" + std::string(kind));
  return kinds;
}

std::string note_about_parts(const Project& project, std::span<const RegisteredCheck> checks) {
  const std::set<std::string> kinds = not_judged(project, checks);
  if (kinds.empty()) return {};
  const std::size_t count = project.left_out.size();
  return std::to_string(count) +
         (count == 1 ? " other production source of the compile database was"
                     : " other production sources of the compile database were") +
         " left out; what they may read, check, configure or change was not judged: " + llvm::join(kinds, ", ");
}

SeenCode seen_by(std::span<const TuFacts> units, const ScanOptions& options, std::span<const RegisteredCheck> checks,
                 const Project& project, const FileOverlay* overlay) {
  const std::string& root = project.root;
  SeenCode seen = seen_code(units, !options.project.paths.empty());
  seen.not_judged = not_judged(project, checks);
  for (const RegisteredCheck& registered : checks) seen.checks.emplace(registered.name);
  seen.exists = [root, overlay](std::string_view path) {
    const std::string absolute = below(root, path);
    if (const std::optional<std::string>* bytes = overlay ? overlay->find(absolute) : nullptr)
      return bytes->has_value();
    return llvm::sys::fs::exists(absolute);
  };
  return seen;
}

void add_note_about_paths(const Settings& settings, const SeenCode& seen, Audit& audit) {
  auto ours = [&](const std::string& path) { return is_ours(settings, path); };
  if (!seen.files.empty() && llvm::none_of(seen.files, ours))
    audit.notes.push_back("nothing was looked at: by the settings' paths none of the files that were read is the "
                          "project's own");
}

static bool is_header(llvm::StringRef path) {
  return llvm::is_contained({".h", ".hh", ".hpp", ".hxx", ".h++", ".inl", ".ipp", ".inc", ".tpp"},
                            llvm::sys::path::extension(path));
}

static bool is_source(llvm::StringRef path) {
  return llvm::is_contained({".c", ".cc", ".cpp", ".cxx", ".c++", ".C", ".cppm", ".ixx"},
                            llvm::sys::path::extension(path));
}

void add_notes_about(const CodeStates& states, const Settings& settings, const SeenCode& now, const Audit& then,
                     Audit& audit) {
  for (const std::string& path : states.changed) {
    if (!is_ours(settings, path) || !now.exists(path) || now.files.contains(path) || now.doubtful.contains(path))
      continue;
    if (is_header(path))
      audit.notes.push_back(path + " was changed, but no translation unit includes it: it was not seen");
    else if (is_source(path))
      audit.notes.push_back(path + " was changed, but the compile database does not have it: it was not seen");
  }
  for (const UnitCoverage& unit : then.units)
    if (unit.state == UnitState::failed)
      audit.notes.push_back(unit.path + " could not be analysed as it was at " + states.then_name + " (" + unit.reason +
                            "); what is found in it now counts as new");
}

Collection collect_then(const CodeStates& states, std::vector<TuFacts> now, const std::vector<CompileCommand>& commands,
                        const CollectOptions& collect, const PoolOptions& pool, FactStore* store) {
  // A unit that read nothing that was changed is the same in both states.
  std::map<std::pair<std::string, std::vector<std::string>>, TuFacts*> reusable;
  for (std::size_t i = 0; i < now.size(); ++i) {
    const bool known = now[i].state == UnitState::analysed || now[i].state == UnitState::analysed_with_errors ||
                       now[i].state == UnitState::skipped;
    const bool touched =
        llvm::any_of(now[i].inputs, [&](const InputFile& input) { return states.changed.contains(input.path); });
    if (known && !touched) reusable.emplace(std::pair(commands[i].file, commands[i].arguments), &now[i]);
  }
  std::vector<CompileCommand> rest;
  std::vector<std::size_t> rest_indices;
  Collection result;
  result.units.resize(states.then_commands.size());
  for (std::size_t i = 0; i < states.then_commands.size(); ++i) {
    const CompileCommand& command = states.then_commands[i];
    auto found = reusable.find({command.file, command.arguments});
    if (found != reusable.end()) {
      result.units[i] = std::move(*found->second);
      reusable.erase(found);
    } else {
      rest.push_back(command);
      rest_indices.push_back(i);
    }
  }
  Collection collected = collect_all(rest, collect, pool, store, nullptr);
  for (std::size_t k = 0; k < rest.size(); ++k) result.units[rest_indices[k]] = std::move(collected.units[k]);
  result.parsed = collected.parsed;
  result.from_cache = collected.from_cache;
  return result;
}

CodeAge age_if_asked(const Project& project, std::span<const Finding> findings, std::vector<std::string>& notes) {
  const WeightSetting& weights = project.settings.weights;
  CodeAgeRequest request{.commits = weights.churn.value_or(0) > 0, .days = weights.age.value_or(0) > 0, .lines = {}};
  if (request.days)
    for (const Finding& finding : findings) request.lines[finding.place.path].insert(finding.place.line);
  llvm::Expected<CodeAge> age = code_age(project.root, request);
  if (age) return std::move(*age);
  notes.push_back("weights.churn and weights.age of the settings count nothing here: " +
                  llvm::toString(age.takeError()));
  return {};
}

} // namespace plumbline
