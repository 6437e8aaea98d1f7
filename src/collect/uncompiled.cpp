#include "collect/uncompiled.h"
#include "collect/skipped.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/ADT/StringSwitch.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

#include <algorithm>

namespace plumbline {

static bool is_header(llvm::StringRef path) {
  return llvm::StringSwitch<bool>(llvm::sys::path::extension(path))
      .Cases({".h", ".hh", ".hpp", ".hxx", ".inl", ".ipp", ".tcc", ".tpp", ".inc"}, true)
      .Default(false);
}

static bool is_source(llvm::StringRef path) {
  return is_header(path) || llvm::StringSwitch<bool>(llvm::sys::path::extension(path))
                                .Cases({".c", ".cc", ".cpp", ".cxx", ".c++", ".m", ".mm", ".cu"}, true)
                                .Default(false);
}

static std::string absolute(const Project& project, llvm::StringRef path) {
  llvm::SmallString<256> whole(project.root);
  llvm::sys::path::append(whole, path);
  return whole.str().str();
}

void UncompiledSources::read_tree() {
  is_read = true;
  std::error_code error;
  for (llvm::sys::fs::recursive_directory_iterator at(project.root, error, /*follow_symlinks=*/false), end;
       !error && at != end; at.increment(error)) {
    const llvm::sys::fs::file_type type = at->type();
    if (llvm::sys::path::filename(at->path()).starts_with(".")) { // .git
      if (type == llvm::sys::fs::file_type::directory_file) at.no_push();
      continue;
    }
    if (type != llvm::sys::fs::file_type::regular_file || !is_source(at->path())) continue;
    std::string path = relative_path(at->path(), project.root);
    if (is_ours(project.settings, path)) files.push_back({std::move(path), {}, false});
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.path < b.path; });
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    files[i].compiled = compiled.contains(files[i].path);
    by_name[llvm::sys::path::filename(files[i].path)].push_back(i);
  }
  for (std::uint32_t i = 0; i < files.size(); ++i)
    if (llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
            llvm::MemoryBuffer::getFile(absolute(project, files[i].path)))
      add_includes(i, (*buffer)->getBuffer());
}

// How many folders two paths have in common, from the first on.
static std::size_t common_folders(llvm::StringRef a, llvm::StringRef b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size() && i < b.size() && a[i] == b[i]; ++i) count += a[i] == '/';
  return count;
}

void UncompiledSources::add_includes(std::uint32_t from, llvm::StringRef text) {
  const std::string& path = files[from].path;
  while (!text.empty()) {
    llvm::StringRef line;
    std::tie(line, text) = text.split('\n');
    line = line.ltrim();
    if (!line.consume_front("#") || !(line = line.ltrim()).consume_front("include")) continue;
    line = line.ltrim();
    if (!line.starts_with("\"") && !line.starts_with("<")) continue;
    const llvm::StringRef spelled = line.drop_front().take_until([](char c) { return c == '"' || c == '>'; });
    llvm::StringMap<std::vector<std::uint32_t>>::const_iterator named =
        by_name.find(llvm::sys::path::filename(spelled));
    if (named == by_name.end()) continue;
    llvm::SmallString<256> beside(llvm::sys::path::parent_path(path));
    llvm::sys::path::append(beside, spelled);
    llvm::sys::path::remove_dots(beside, /*remove_dot_dot=*/true);
    llvm::StringRef tail = spelled;
    while (tail.consume_front("../") || tail.consume_front("./")) {
    }
    std::vector<std::uint32_t> meant;
    std::size_t nearest = 0;
    for (std::uint32_t to : named->second) {
      const llvm::StringRef candidate = files[to].path;
      if (candidate == beside) {
        meant = {to};
        break;
      }
      if (!candidate.ends_with(tail) ||
          (candidate.size() > tail.size() && !candidate.drop_back(tail.size()).ends_with("/")))
        continue;
      const std::size_t near = common_folders(path, candidate);
      if (near > nearest) meant.clear();
      if (near >= nearest) meant.push_back(to), nearest = near;
    }
    for (std::uint32_t to : meant)
      if (files[to].included_by.empty() || files[to].included_by.back() != from) files[to].included_by.push_back(from);
  }
}

std::vector<std::uint32_t> UncompiledSources::includers_of(const std::string& header) const {
  std::vector<File>::const_iterator at = std::lower_bound(
      files.begin(), files.end(), header, [](const File& file, const std::string& path) { return file.path < path; });
  if (at == files.end() || at->path != header) return {};
  std::vector<std::uint32_t> found{static_cast<std::uint32_t>(at - files.begin())};
  std::vector<bool> seen(files.size());
  seen[found.front()] = true;
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::uint32_t from : files[found[i]].included_by)
      if (!seen[from]) seen[from] = true, found.push_back(from);
  llvm::erase_if(found, [&](std::uint32_t file) {
    return files[file].compiled || scope_of(project.settings, files[file].path) != Scope::production;
  });
  std::sort(found.begin(), found.end());
  return found;
}

const NamedMembers& UncompiledSources::members_of(std::uint32_t file) {
  const auto [known, is_new] = members.try_emplace(files[file].path);
  if (is_new)
    if (llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
            llvm::MemoryBuffer::getFile(absolute(project, files[file].path)))
      known->second = members_used_in((*buffer)->getBuffer());
  return known->second;
}

// Of the headers that nothing compiles and that include this one.
const NamedMembers& UncompiledSources::declarations_by(const std::string& header) {
  const auto [known, is_new] = declarations.try_emplace(header);
  if (!is_new) return known->second;
  for (std::uint32_t file : reaching_of(header)) {
    if (!is_header(files[file].path)) continue;
    if (llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
            llvm::MemoryBuffer::getFile(absolute(project, files[file].path)))
      add_all_declarations(raw_tokens((*buffer)->getBuffer()), known->second);
  }
  return known->second;
}

std::string UncompiledSources::source_that(const std::string& header,
                                           llvm::function_ref<bool(const NamedMembers&, const NamedMembers&)> does) {
  for (std::uint32_t file : reaching_of(header))
    if (does(members_of(file), declarations_by(header))) return files[file].path;
  return {};
}

const std::vector<std::uint32_t>& UncompiledSources::reaching_of(const std::string& header) {
  if (!is_read) read_tree();
  const auto [known, is_new] = reaching.try_emplace(header);
  if (is_new) known->second = includers_of(header);
  return known->second;
}

std::string UncompiledSources::user_of(const std::string& header, llvm::StringRef name) {
  for (std::uint32_t file : reaching_of(header)) {
    const auto [known, is_new] = values.try_emplace(files[file].path);
    if (is_new)
      if (llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
              llvm::MemoryBuffer::getFile(absolute(project, files[file].path)))
        known->second = values_named_in((*buffer)->getBuffer());
    if (known->second.contains(name)) return files[file].path;
  }
  return {};
}

} // namespace plumbline
