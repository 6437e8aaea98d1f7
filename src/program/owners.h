// Whose code a value stands in, and which configuration that code has at hand (design.md §3.3, §3.6 "Injection").
#pragma once

#include "program/program.h"

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace plumbline {

// Something of config type, as the code that has it spells it: "config_", "options", "FLAGS_delay_ms".
struct ConfigAtHand {
  std::string expression;
  EntityId type = EntityId::none; // the config type; none for flags, the environment and documents
};

// The function itself, or the one around a lambda.
EntityId function_around(const Program& program, EntityId function);
// The class whose member the function (or the one around a lambda) is, or that function; none for none.
EntityId owner_of_code(const Program& program, EntityId function);

// Which configuration each class and each function of a program has at hand. Built in one pass over the facts.
class ConfigAccess {
 public:
  explicit ConfigAccess(const Program& program);

  // What the owner, a class or a function, can be given or reads itself. A class: its members, the parameters of its
  // functions, what it inherits and may use, what an object that it holds shows. A function: its parameters.
  std::vector<ConfigAtHand> of_owner(EntityId owner) const;
  // What code in the function could pass on to somebody it calls, of a type that can get new fields: our own, not a
  // library's. Null: nothing.
  const ConfigAtHand* at(EntityId function) const;

 private:
  using Lists = std::unordered_map<EntityId, std::vector<ConfigAtHand>>;
  void add(Lists& lists, EntityId holder, std::string expression, EntityId type);
  bool is_configuration(EntityId type) const;
  void collect_entities();
  void collect_shown_by_others();
  void collect_reads();
  const std::vector<ConfigAtHand>* find(const Lists& lists, EntityId holder) const;
  const ConfigAtHand* first_of_ours(const Lists& lists, EntityId holder) const;
  const ConfigAtHand* in_class(EntityId record) const;

  const Program& program;
  mutable std::unordered_map<EntityId, bool> verdicts; // of is_configuration
  Lists by_function;                                   // parameters, locals, and what it reads
  Lists of_class;                                      // members, and functions that give it
  Lists inheritable;                                   // those of them that a derived class may use
  Lists through_functions;                             // of a class: what its functions take or read
  Lists through_constructors;                          // of a class: what its constructors take
  Lists shown;                                         // of a class: what is public
  std::unordered_map<EntityId, std::vector<EntityId>> inherited_constructors; // derived -> bases
};

} // namespace plumbline
