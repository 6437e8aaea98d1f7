// Findings of absence are held against what no unit compiled.
#include "collect/uncompiled.h"
#include "cli/scan.h"
#include "program/machines.h"
#include "program/members_elsewhere.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>

#include <map>
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

static std::string note_about(MemberUse use, std::size_t count, const std::set<std::string>& sources) {
  const std::string number = std::to_string(count);
  if (use == MemberUse::given)
    return number +
           (count == 1 ? " finding is not reported about a setting" : " findings are not reported about settings") +
           " that other sources of the project fill: " + shown(sources);
  return number +
         (count == 1 ? " setting that nothing compiled here reads is"
                     : " settings that nothing compiled here reads are") +
         " not reported, because other sources of the project name " + (count == 1 ? "it: " : "them: ") +
         shown(sources);
}

std::vector<std::string> leave_to_uncompiled(std::vector<Finding>& findings, const Program& program,
                                             const Project& project, std::span<const RegisteredCheck> checks,
                                             std::span<const TuFacts> units) {
  std::map<std::pair<std::string_view, std::string_view>, MemberUse> claims; // of check and kind
  for (const RegisteredCheck& registered : checks)
    for (const MemberClaim& claim : registered.check->claims_about_members)
      claims.try_emplace({registered.name, claim.kind}, claim.use);
  const auto claim_of = [&](const Finding& finding) -> std::optional<MemberUse> {
    const std::map<std::pair<std::string_view, std::string_view>, MemberUse>::const_iterator claim =
        claims.find({finding.check, finding.kind});
    return claim == claims.end() ? std::nullopt : std::optional(claim->second);
  };
  if (llvm::none_of(findings, [&](const Finding& finding) { return claim_of(finding).has_value(); })) return {};

  std::unordered_map<std::string_view, const EntityFact*> members;
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::field || entity.kind == EntityKind::variable)
      members.try_emplace(entity.qualified, &entity);
  const TypesOfNames types(program);
  UncompiledSources sources(project, compiled_by(units));
  struct Left {
    std::size_t count = 0;
    std::set<std::string> sources;
  };
  std::map<MemberUse, Left> left;
  llvm::erase_if(findings, [&](const Finding& finding) {
    const std::optional<MemberUse> use = claim_of(finding);
    if (!use) return false;
    const std::unordered_map<std::string_view, const EntityFact*>::const_iterator member = members.find(finding.entity);
    const EntityFact* record = member == members.end() ? nullptr : program.entity(member->second->owner);
    if (!record) return false;
    std::string source =
        sources.source_that(finding.place.path, [&](const NamedMembers& text, const NamedMembers& headers) {
          return may_use(text, *use, *record, member->second->name, types, headers);
        });
    if (source.empty()) return false;
    left[*use].sources.insert(std::move(source));
    ++left[*use].count;
    return true;
  });
  std::vector<std::string> notes;
  for (const auto& [use, of] : left) notes.push_back(note_about(use, of.count, of.sources));
  return notes;
}

} // namespace plumbline
