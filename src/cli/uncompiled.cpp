// Findings of absence are held against what no unit compiled.
#include "collect/uncompiled.h"
#include "cli/scan.h"
#include "program/machines.h"
#include "program/names_of_types.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>

#include <optional>
#include <tuple>

namespace plumbline {

static std::set<std::string> compiled_by(std::span<const TuFacts> units) {
  std::set<std::string> compiled;
  for (const TuFacts& unit : units) {
    const bool failed = unit.state == UnitState::failed || unit.state == UnitState::skipped;
    for (const InputFile& input : unit.inputs)
      if (!failed || input.path != unit.main_file) compiled.insert(input.path);
  }
  return compiled;
}

static std::string shown(const std::set<std::string>& paths) {
  constexpr std::size_t most = 5; // of any number
  std::vector<std::string> shown(paths.begin(), paths.end());
  if (shown.size() > most) {
    shown.resize(most);
    shown.push_back("…");
  }
  return llvm::join(shown, ", ");
}

std::string leave_states_to_uncompiled(std::vector<Finding>& findings, const Program& program, const Project& project,
                                       std::span<const TuFacts> units) {
  std::set<std::tuple<std::string, std::uint32_t, std::uint32_t>> states;
  for (const StateMachine& machine : program.machines)
    for (const Location& location : machine.enumeration.places)
      states.insert({std::string(program.path(location)), location.line, location.column});
  std::optional<UncompiledSources> sources;
  std::set<std::string> users;
  const std::size_t before = findings.size();
  llvm::erase_if(findings, [&](const Finding& finding) {
    if (finding.kind != "unreachable" ||
        !states.contains({finding.place.path, finding.place.line, finding.place.column}))
      return false;
    if (!sources) sources.emplace(project, compiled_by(units));
    std::string user = sources->user_of(finding.place.path, finding.source_text);
    const bool used = !user.empty();
    if (used) users.insert(std::move(user));
    return used;
  });
  const std::size_t count = before - findings.size();
  if (count == 0) return {};
  return std::to_string(count) +
         (count == 1 ? " state that nothing compiled here enters is"
                     : " states that nothing compiled here enters are") +
         " not reported, because other sources of the project name " + (count == 1 ? "it: " : "them: ") + shown(users);
}

std::string leave_to_uncompiled(std::vector<Finding>& findings, const Program& program, const Project& project,
                                std::span<const RegisteredCheck> checks, std::span<const TuFacts> units) {
  std::set<std::string, std::less<>> asking;
  for (const RegisteredCheck& registered : checks)
    if (registered.check->is_about_unread_members) asking.emplace(registered.name);
  const auto asks = [&](const Finding& finding) { return asking.contains(finding.check); };
  if (llvm::none_of(findings, asks)) return {};

  std::unordered_map<std::string_view, const EntityFact*> members;
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::field || entity.kind == EntityKind::variable)
      members.try_emplace(entity.qualified, &entity);
  const TypesOfNames types(program);
  UncompiledSources sources(project, compiled_by(units));
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
  return std::to_string(count) +
         (count == 1 ? " setting that nothing compiled here reads is"
                     : " settings that nothing compiled here reads are") +
         " not reported, because other sources of the project name " + (count == 1 ? "it: " : "them: ") +
         shown(readers);
}

} // namespace plumbline
