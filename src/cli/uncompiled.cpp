// Findings of absence are held against what no unit compiled.
#include "collect/uncompiled.h"
#include "cli/scan.h"
#include "program/names_of_types.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>

namespace plumbline {

std::string leave_to_uncompiled(std::vector<Finding>& findings, const Program& program, const Project& project,
                                std::span<const RegisteredCheck> checks, std::span<const TuFacts> units) {
  std::set<std::string, std::less<>> asking;
  for (const RegisteredCheck& registered : checks)
    if (registered.check->is_about_unread_members) asking.emplace(registered.name);
  const auto asks = [&](const Finding& finding) { return asking.contains(finding.check); };
  if (llvm::none_of(findings, asks)) return {};

  std::set<std::string> compiled;
  for (const TuFacts& unit : units) {
    const bool failed = unit.state == UnitState::failed || unit.state == UnitState::skipped;
    for (const InputFile& input : unit.inputs)
      if (!failed || input.path != unit.main_file) compiled.insert(input.path);
  }
  std::unordered_map<std::string_view, const EntityFact*> members;
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::field || entity.kind == EntityKind::variable)
      members.try_emplace(entity.qualified, &entity);
  const TypesOfNames types(program);
  UncompiledSources sources(project, std::move(compiled));
  std::set<std::string> readers;
  std::size_t count = 0;
  llvm::erase_if(findings, [&](const Finding& finding) {
    if (!asks(finding)) return false;
    const std::unordered_map<std::string_view, const EntityFact*>::const_iterator member = members.find(finding.entity);
    const EntityFact* record = member == members.end() ? nullptr : program.entity(member->second->owner);
    if (!record) return false;
    std::string reader = sources.reader_of(finding.place.path, [&](const NamedMembers& text) {
      return may_read(text, record->name, member->second->name,
                      [&](std::string_view base) { return types.is_of(base, record->id); });
    });
    if (reader.empty()) return false;
    readers.insert(std::move(reader));
    ++count;
    return true;
  });
  if (count == 0) return {};
  constexpr std::size_t most = 5; // of any number
  std::vector<std::string> shown(readers.begin(), readers.end());
  if (shown.size() > most) {
    shown.resize(most);
    shown.push_back("…");
  }
  return std::to_string(count) +
         (count == 1 ? " setting that nothing compiled here reads is"
                     : " settings that nothing compiled here reads are") +
         " not reported, because other sources of the project name " + (count == 1 ? "it: " : "them: ") +
         llvm::join(shown, ", ");
}

} // namespace plumbline
