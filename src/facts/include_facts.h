// What the preprocessor and the parser saw between our files; written by collect/includes.cpp and collect/mentions.cpp,
// read by program/includes.cpp.
//
//   include   an #include of one of our files in another
//   mention   a name that one of our files spells and another one declares
//   home      where something is declared that others may declare by hand   subject: the entity
#pragma once

#include "facts/facts.h"

#include <string>
#include <vector>

namespace plumbline {

struct IncludeFact {
  Location location;                   // of the directive, from its # on
  std::string target;                  // project-relative path
  std::string spelled;                 // as between the quotes or brackets
  std::string text;                    // the directive as written
  std::vector<std::string> conditions; // outermost first: "defined(USE_TLS)", "!(…)"; include guards left out
  bool at_end = false;                 // only directives follow; known only where the names are related
};

struct MentionFact {
  EntityId entity = EntityId::none; // what is named; none for macros
  Location location;                // where the file spells it first
  std::string name;                 // qualified
  std::string home;                 // the file that declares it; "" if this unit saw only declarations in the same file
  bool own = false;                 // the file also declares it itself, without defining it
  bool is_function = false;         // or a variable: something that the linker binds
};

struct HomeFact {
  EntityId entity = EntityId::none;
  std::string path; // of a type's definition; of the first declaration for what the linker binds
};

void write(FactTable& table, const IncludeFact& include);
void write(FactTable& table, const MentionFact& mention);
void write(FactTable& table, const HomeFact& home);

IncludeFact read_include(const FactTable& table, const Fact& fact);
MentionFact read_mention(const FactTable& table, const Fact& fact);
HomeFact read_home(const FactTable& table, const Fact& fact);

} // namespace plumbline
