#include "program/members_elsewhere.h"
#include "program/config_types.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringRef.h>

#include <algorithm>

namespace plumbline {

TypesOfNames::TypesOfNames(const Program& program) {
  for (const EntityFact& entity : program.entities)
    if (entity.kind == EntityKind::field || entity.kind == EntityKind::variable || entity.kind == EntityKind::parameter)
      types[entity.name].insert(entity.type_entity);
}

std::optional<bool> TypesOfNames::is_of(std::string_view name, EntityId record) const {
  const std::unordered_map<std::string_view, std::unordered_set<EntityId>>::const_iterator it = types.find(name);
  if (it == types.end()) return std::nullopt;
  return it->second.contains(record);
}

using NamePairs = std::set<std::pair<std::string, std::string>>;

enum class Declared { no, otherwise, so };

// Whether a text declares the name with the type that these words are of.
static Declared is_declared(const NamedMembers& text, const std::string& name, const std::vector<std::string>& words) {
  Declared declared = Declared::no;
  for (NamePairs::const_iterator it = text.declared.lower_bound({name, ""});
       it != text.declared.end() && it->first == name; ++it) {
    if (it->second == "auto" || words_of_type(it->second) == words) return Declared::so;
    declared = Declared::otherwise;
  }
  return declared;
}

bool may_use(const NamedMembers& text, MemberUse use, const EntityFact& record, std::string_view member,
             const TypesOfNames& types, const NamedMembers& headers) {
  const std::vector<std::string> words = words_of_type(record.name);
  const auto may_be_of_record = [&](const std::string& base) {
    if (base.empty()) return true;
    const Declared here = is_declared(text, base, words);
    if (here != Declared::no) return here == Declared::so;
    return is_declared(headers, base, words) == Declared::so || types.is_of(base, record.id).value_or(true);
  };
  for (const auto& [base, name] : use == MemberUse::read ? text.read : text.given)
    if (name == member && may_be_of_record(base)) return true;
  return false;
}

static std::string joined(const NamePairs& pairs, char between) {
  std::string text;
  for (const auto& [first, second] : pairs) text += (text.empty() ? "" : " ") + first + between + second;
  return text;
}

static void add_pairs(llvm::StringRef text, char between, NamePairs& pairs) {
  llvm::SmallVector<llvm::StringRef, 16> items;
  text.split(items, ' ', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef item : items) {
    const auto [first, second] = item.split(between);
    pairs.emplace(first, second);
  }
}

void write_members_left_out(FactTable& table, const Location& location, const NamedMembers& members) {
  FactBuilder(table, members_left_out)
      .at(location)
      .text("read", joined(members.read, '.'))
      .text("given", joined(members.given, '.'))
      .text("declared", joined(members.declared, ':'));
}

MembersLeftOut::MembersLeftOut(const Program& program) : program(program), types(program) {
  const StringId kind = program.table.strings.find(members_left_out);
  if (kind == StringId::empty) return;
  for (const Fact& fact : program.table.facts) {
    if (fact.kind != kind) continue;
    NamedMembers& text = texts.emplace_back();
    add_pairs(program.table.text(fact, "read"), '.', text.read);
    add_pairs(program.table.text(fact, "given"), '.', text.given);
    add_pairs(program.table.text(fact, "declared"), ':', text.declared);
  }
}

bool MembersLeftOut::may_use(const EntityFact& member, MemberUse use) const {
  const EntityFact* record = program.entity(member.owner);
  return record && std::any_of(texts.begin(), texts.end(), [&](const NamedMembers& text) {
           return plumbline::may_use(text, use, *record, member.name, types);
         });
}

} // namespace plumbline
