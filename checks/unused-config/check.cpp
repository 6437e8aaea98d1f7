// Settings that nothing reads.
//
// A field counts as read wherever its value goes somewhere else than into the same field of another object
// (collect.cpp); the judge asks for the fields of config types that nobody reads. Writing, copying, comparing and
// hashing whole records is no use. Where the program cannot be seen, silence: fields of unions, records given away as
// bytes, records whose users were not scanned, members that templates name without a type. Known misses: fields that
// only an unused getter reads, or that are only written out again.

#include "check.h"
#include "facts.h"
#include "facts/words.h"
#include "program/configuration.h"
#include "program/members_elsewhere.h"
#include "program/owner_names.h"
#include "project/project.h"

#include <algorithm>
#include <set>

namespace plumbline::unused_config {

namespace {

struct Reads {
  bool production = false, test = false;
  bool by_others = false; // than those who make the record and give it away
};

class UnusedJudge {
 public:
  explicit UnusedJudge(const Program& program)
      : program(program), configuration(*program.configuration), left_out(program) {
    const StringTable& strings = program.table.strings;
    const StringId read_kind = strings.find(field_read), named_kind = strings.find(member_named),
                   given_kind = strings.find(record_given), offered_kind = strings.find(record_offered),
                   made_kind = strings.find(record_made), static_kind = strings.find(static_declared);
    for (const Fact& fact : program.table.facts) {
      if (fact.kind == StringId::empty) continue;
      if (fact.kind == read_kind) {
        Reads& of = reads[fact.subject];
        (is_test(fact.location) ? of.test : of.production) = true;
        if (program.table.number(fact, "by_maker") == 0) of.by_others = true;
      } else if (fact.kind == named_kind) {
        names.insert(std::string(program.table.text(fact, "name")));
      } else if (fact.kind == given_kind) {
        unseen.insert(fact.subject);
      } else if (fact.kind == offered_kind) {
        offered.insert(fact.subject);
      } else if (fact.kind == made_kind) {
        made.insert(fact.subject);
      } else if (fact.kind == static_kind) {
        declared.try_emplace(fact.subject, fact.location);
      }
    }
    find_answers();
    find_unseen();
  }

  void judge(std::vector<Finding>& findings) const {
    for (const EntityFact& entity : program.entities) {
      if (!is_setting(entity) || unseen.contains(entity.owner) || names.contains(entity.name) ||
          program.may_be_used_elsewhere(entity.id))
        continue;
      const bool in_test = is_test(entity.location);
      Reads of;
      if (std::unordered_map<EntityId, Reads>::const_iterator it = reads.find(entity.id); it != reads.end())
        of = it->second;
      if (of.production || (in_test && of.test) || left_out.may_use(entity, MemberUse::read)) continue;
      findings.push_back(finding_of(entity, of.test));
    }
  }

 private:
  bool is_test(const Location& location) const {
    return scope_of(*program.settings, program.path(location)) == Scope::test;
  }

  bool is_setting(const EntityFact& entity) const {
    bool member = entity.kind == EntityKind::field || (entity.kind == EntityKind::variable && entity.has(is_static) &&
                                                       !entity.has(is_local) && !entity.has(is_constant));
    if (!member || entity.name.empty() || entity.has(is_external) || !program.is_ours(entity.location) ||
        !configuration.is_config_type(entity.owner) || is_named_text(entity))
      return false;
    const std::vector<std::string> words = words_of(entity.name); // kept for the layout's sake
    if (words.size() == 1 && (words[0].starts_with("reserved") || words[0].starts_with("padding") ||
                              (words[0].starts_with("pad") && words[0].size() <= 4)))
      return false;
    for (std::string_view helper : {"mutex", "lock_guard", "unique_lock", "condition_variable", "once_flag", "thread",
                                    "ptr<void>", "monostate", "Mutex"})
      if (entity.type.find(helper) != std::string::npos) return false;
    return true;
  }

  // static const char* DEFAULT_HOST; that nothing assigns to: a constant of the class, as C++ wrote them before
  // constexpr.
  bool is_named_text(const EntityFact& entity) const {
    if (entity.kind != EntityKind::variable || !entity.type.starts_with("const char")) return false;
    const std::span<const std::uint32_t> flows = program.flows_to(entity.id);
    return std::all_of(flows.begin(), flows.end(),
                       [&](std::uint32_t index) { return program.flows[index].kind != FlowKind::assign; });
  }

  // BlobProperties get_properties(): a record that this program only makes and gives away is an answer to whoever
  // asked; nobody in here takes one or looks into it.
  void find_answers() {
    std::unordered_set<EntityId> taken;
    for (const EntityFact& entity : program.entities)
      if (entity.kind == EntityKind::parameter && entity.type_entity != EntityId::none) {
        const EntityFact* function = program.entity(entity.owner);
        if (function && function->owner != entity.type_entity && !function->name.starts_with("operator"))
          taken.insert(entity.type_entity);
      }
    for (const EntityId record : made) {
      const std::span<const std::uint32_t> members = program.members_of(record);
      const bool is_looked_into = std::any_of(members.begin(), members.end(), [&](std::uint32_t index) {
        const std::unordered_map<EntityId, Reads>::const_iterator found = reads.find(program.entities[index].id);
        return found != reads.end() && found->second.by_others;
      });
      if (!taken.contains(record) && !is_looked_into) unseen.insert(record);
    }
  }

  // Records that code may read which this scan did not see: they, or a class that holds them, have functions that are
  // declared and nowhere defined, as when only some of the sources were scanned.
  void find_unseen() {
    std::unordered_map<EntityId, bool> partial; // records with undefined functions: whether none is defined elsewhere
    std::vector<EntityId> found;
    for (const EntityFact& entity : program.entities) {
      if (entity.kind == EntityKind::function && !entity.has(is_external)) {
        const EntityFact* owner = program.entity(entity.owner);
        bool method = owner && owner->kind == EntityKind::record;
        if (entity.has(is_defined)) {
          if (method && entity.location.file != owner->location.file) partial[owner->id] = false;
        } else if (method && !entity.has(is_virtual) && !is_copy(entity)) {
          partial.try_emplace(owner->id, true);
        }
      } else if (entity.kind == EntityKind::parameter && entity.type_entity != EntityId::none) {
        const EntityFact* function = program.entity(entity.owner);
        const EntityFact* owner = function ? program.entity(function->owner) : nullptr;
        bool free = !owner || owner->kind != EntityKind::record;
        if (function && free && !function->has(is_external) && !function->has(is_defined) &&
            program.is_ours(function->location))
          found.push_back(entity.type_entity);
      }
    }
    for (const EntityFact& entity : program.entities) { // in a fixed order
      std::unordered_map<EntityId, bool>::const_iterator it = partial.find(entity.id);
      if (entity.kind != EntityKind::record || it == partial.end() || !it->second) continue;
      found.push_back(entity.id);
      for (std::uint32_t index : program.members_of(entity.id)) {
        const EntityFact& member = program.entities[index];
        if (member.kind == EntityKind::field && member.type_entity != EntityId::none)
          found.push_back(member.type_entity);
        if (member.kind != EntityKind::function) continue;
        for (std::uint32_t parameter : program.members_of(member.id))
          if (program.entities[parameter].type_entity != EntityId::none)
            found.push_back(program.entities[parameter].type_entity);
      }
    }
    for (EntityId record : unseen) found.push_back(record);
    find_offered(found);
    // Who reads a record may read what it is made of.
    while (!found.empty()) {
      EntityId record = found.back();
      found.pop_back();
      if (!expanded.insert(record).second || !configuration.is_config_type(record)) continue;
      unseen.insert(record);
      for (EntityId base : program.bases_of(record)) found.push_back(base);
      for (std::uint32_t index : program.members_of(record))
        if (const EntityFact& member = program.entities[index];
            member.kind == EntityKind::field && member.type_entity != EntityId::none)
          found.push_back(member.type_entity);
    }
  }
  // A record that exists to be handed to somebody outside – to a callback, or to a virtual function that nobody here
  // overrides – carries arguments, whatever it is called: nobody keeps one, and no constructor takes one. Or somebody
  // does, and nobody here looks at any of its fields: a driver's parameters, which the caller keeps for the next time.
  void find_offered(std::vector<EntityId>& found) {
    std::unordered_set<EntityId> kept, overriding;
    for (const auto& [overridden, overriders] : program.override_index)
      overriding.insert(overriders.begin(), overriders.end());
    for (const EntityFact& entity : program.entities) {
      if (entity.type_entity == EntityId::none) continue;
      if (entity.kind == EntityKind::field) kept.insert(entity.type_entity);
      if (entity.kind != EntityKind::parameter) continue;
      const EntityFact* function = program.entity(entity.owner);
      if (!function) continue;
      if (function->has(is_constructor) && function->owner != entity.type_entity) kept.insert(entity.type_entity);
      if (function->has(is_virtual) && !function->has(is_external) && !program.override_index.contains(function->id) &&
          !overriding.contains(function->id))
        offered.insert(entity.type_entity);
    }
    for (const EntityFact& entity : program.entities)
      if (entity.kind == EntityKind::record && offered.contains(entity.id) &&
          (!kept.contains(entity.id) || is_opaque(entity.id)))
        found.push_back(entity.id);
  }
  // Whether several fields are there and no code reads one of them.
  bool is_opaque(EntityId record) const {
    constexpr int enough = 3;
    int fields = 0;
    for (std::uint32_t index : program.members_of(record)) {
      const EntityFact& member = program.entities[index];
      if (member.kind != EntityKind::field) continue;
      if (reads.contains(member.id)) return false;
      ++fields;
    }
    return fields >= enough;
  }
  bool is_copy(const EntityFact& function) const {
    if (function.name.starts_with("operator=")) return true;
    if (!function.has(is_constructor)) return false;
    std::span<const std::uint32_t> parameters = program.members_of(function.id);
    return parameters.size() == 1 && program.entities[parameters[0]].type_entity == function.owner;
  }

  Finding finding_of(const EntityFact& field, bool tests_read) const {
    Finding finding;
    finding.check = "unused-config";
    finding.kind = "unused";
    finding.priority = Priority::p2;
    std::unordered_map<EntityId, Location>::const_iterator it = declared.find(field.id);
    finding.place = program.place(it == declared.end() ? field.location : it->second);
    finding.source_text = field.type + " " + field.name;
    finding.entity = field.qualified;
    finding.owner = owner_name_of_member(program, field);
    finding.message = tests_read
                          ? "only test code reads '" + field.name + "' of " + finding.owner
                          : "nothing reads '" + field.name + "' of " + finding.owner + ": setting it changes nothing";
    finding.suggestion = "Use it where it was meant to count, or remove it with what loads and documents it.";
    finding.evidence.push_back({finding.place, "the setting '" + field.name + "'"});
    std::set<Place> places;
    for (std::uint32_t index : program.flows_to(field.id)) {
      const FlowFact& flow = program.flows[index];
      if (flow.kind == FlowKind::member_default || flow.location.line == 0 || places.size() >= 5) continue;
      if (Place place = program.place(flow.location); places.insert(place).second)
        finding.evidence.push_back({place, "set here"});
    }
    return finding;
  }

  const Program& program;
  const Configuration& configuration;
  std::unordered_map<EntityId, Reads> reads;
  std::unordered_map<EntityId, Location> declared; // static members
  std::set<std::string, std::less<>> names;
  MembersLeftOut left_out;
  std::unordered_set<EntityId> unseen, expanded, offered, made;
};

} // namespace

static void judge(const Program& program, std::vector<Finding>& findings) { UnusedJudge(program).judge(findings); }

static constexpr std::string_view kinds[] = {"unused"};
static constexpr MemberClaim claims[] = {{"unused", MemberUse::read}};

extern const Check check;
const Check check = {
    .title = "A setting that nothing reads",
    .priority = Priority::p2,
    .kinds = kinds,
    .kinds_of_absence = kinds,
    .claims_about_members = claims,
    .collect = collect,
    .judge = judge,
};

} // namespace plumbline::unused_config
