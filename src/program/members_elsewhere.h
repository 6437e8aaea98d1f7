// Members that text names of which there is no AST: code behind an #if that this build leaves out, what Clang lost of a
// unit with errors, and sources that no unit compiles. Another build does with them what nothing here does.
#pragma once

#include "program/program.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace plumbline {

enum class MemberUse {
  read,
  given, // a value that is no literal, or its address is handed out: a loader may fill it
};

// Pairs of the name in front of a member and the member: `conf` and `port` of `conf->port` and of `list.conf[i].port`;
// the first is "" where no name tells whose member it is, as in `find(x)->port`. `declared`: such a name and the type,
// or one of the names of the type, with which the same text declares it.
struct NamedMembers {
  std::set<std::pair<std::string, std::string>> read, given, declared;
};

// What names stand for in a program, where a text tells nothing but the name.
class TypesOfNames {
 public:
  explicit TypesOfNames(const Program& program);
  // Whether a field, variable or parameter of this name is of the record's type, or points to one; nothing if the
  // program has none of this name.
  std::optional<bool> is_of(std::string_view name, EntityId record) const;

 private:
  std::unordered_map<std::string_view, std::unordered_set<EntityId>> types; // names stay with the program's entities
};

// Whether the text may use the record's member so. Not if what it uses is the member of something that the text
// declares with another type, or else of something that the program knows by this name and never as such a record,
// unless `headers`, which nothing compiles either, declare it as one.
bool may_use(const NamedMembers& text, MemberUse use, const EntityFact& record, std::string_view member,
             const TypesOfNames& types, const NamedMembers& headers = {});

// members-left-out   location: where code begins that is left out of the file
//                    read, given: the members that any such code of the file uses so, "conf.port .depth", sorted
//                    declared: with which types the file declares what they are members of, "conf:radio_conf"
//
// One fact per file and unit, not per name: headers are in many units, and their names are interned once that way.
inline constexpr std::string_view members_left_out = "members-left-out";
void write_members_left_out(FactTable& table, const Location& location, const NamedMembers& members);

// What all those facts say together.
class MembersLeftOut {
 public:
  explicit MembersLeftOut(const Program& program);
  bool may_use(const EntityFact& member, MemberUse use) const;

 private:
  const Program& program;
  TypesOfNames types;
  std::vector<NamedMembers> texts;
};

} // namespace plumbline
