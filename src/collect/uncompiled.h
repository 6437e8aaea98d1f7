// Sources of the project's tree that no unit compiled: a driver for another system, a plugin, bindings that this build
// leaves out. They are not parsed, and no finding stands in them; but what they read, somebody reads.
#pragma once

#include "collect/named_members.h"
#include "project/project.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/ADT/StringSet.h>

#include <set>
#include <string>
#include <vector>

namespace plumbline {

// The tree is read when first asked about: all of its C and C++ files for their includes, and those for their members
// that no unit compiled and that get at the header.
class UncompiledSources {
 public:
  // `compiled`: the files that some unit read, project-relative.
  UncompiledSources(const Project& project, std::set<std::string> compiled)
      : project(project), compiled(std::move(compiled)) {}

  // A production source, the first by name, that includes the header (by way of others as well) and whose text does
  // what is asked with members, given what headers declare on the way that nothing compiles; "" if there is none. Which
  // file an #include means is told by the path that it spells: the one beside the includer, else the nearest one with
  // this path's end.
  std::string source_that(const std::string& header,
                          llvm::function_ref<bool(const NamedMembers& text, const NamedMembers& headers)> does);
  // The same that names something the header declares, other than to ask for it (`case idle`, `== idle`).
  std::string user_of(const std::string& header, llvm::StringRef name);

 private:
  struct File {
    std::string path; // project-relative
    std::vector<std::uint32_t> included_by;
    bool compiled = false;
  };
  void read_tree();
  void add_includes(std::uint32_t from, llvm::StringRef text);
  std::vector<std::uint32_t> includers_of(const std::string& header) const;
  const std::vector<std::uint32_t>& reaching_of(const std::string& header);
  const NamedMembers& members_of(std::uint32_t file);
  const NamedMembers& declarations_by(const std::string& header);

  const Project& project;
  const std::set<std::string> compiled;
  bool is_read = false;
  std::vector<File> files;                              // sorted by path
  llvm::StringMap<std::vector<std::uint32_t>> by_name;  // the last component of their paths
  llvm::StringMap<std::vector<std::uint32_t>> reaching; // headers that were asked about
  llvm::StringMap<NamedMembers> members;                // of files that were asked about
  llvm::StringMap<NamedMembers> declarations;           // of headers that were asked about
  llvm::StringMap<llvm::StringSet<>> values;            // names that they use as values
};

} // namespace plumbline
