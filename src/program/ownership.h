// Who keeps whom alive: shared pointers between records, and the rings that they form (design.md §3.5
// `ownership-cycle`).
//
// A record is a node; an edge says that an object of one record keeps an object of the other: it holds it by value (or
// unique_ptr, or as a base), or shares it. A ring with a shared pointer in it is never freed. Rings of types are not
// rings of objects, though: a list or a tree leads back to its own type and ends. What tells them apart is that a ring
// goes both ways, forward by one shared pointer and back by another (design.md §3.6 "Cycles").
//
// A ring that its own ends undo is none: one lets go of the other, or has itself taken out of the other's container.
//
// What a pointer to a base leads to may be of any derived class; what is a base of an object is that base and no other
// class. So each record is two nodes: what a pointer to it leads to, and its own parts.
#pragma once

#include "program/program.h"

namespace plumbline {

// A record keeps another through one of its members.
struct OwnershipFact {
  EntityId record = EntityId::none, target = EntityId::none; // nodes: a specialization is a node of its own
  EntityId member = EntityId::none;
  Location location; // of the member
  std::string name, qualified, type, target_name;
  bool shared = false;  // by a shared pointer; else by value or unique_ptr
  bool pointer = false; // by any owning pointer: it may be of a derived class
  bool many = false;    // through a container
  bool may_be = false;  // target derives from record: a pointer to record may keep it
};

// A lambda that captures a shared pointer is stored in a callable member.
struct StoredLambda {
  EntityId member = EntityId::none;   // the callable member, or a parameter of a function that stores it
  EntityId record = EntityId::none;   // of the member
  EntityId captured = EntityId::none; // the record that the lambda keeps
  Location location;                  // of the lambda
  std::string variable;               // the captured name
  EntityId through = EntityId::none;  // the capturing object's own member that has the callable; none: the same object
};

// `what` a function does to a member: "stores" its parameter `index` there, "clears" it, "erases" an element of it.
struct MemberChange {
  EntityId function = EntityId::none, member = EntityId::none;
  std::string what;
  int index = -1;
  Location location;
};

void write(FactTable& table, const OwnershipFact& fact);
void write(FactTable& table, const StoredLambda& fact);
void write(FactTable& table, const MemberChange& fact);
OwnershipFact read_ownership(const FactTable& table, const Fact& fact);
StoredLambda read_stored_lambda(const FactTable& table, const Fact& fact);
MemberChange read_member_change(const FactTable& table, const Fact& fact);

// A ring, and the member at which to break it.
struct OwnershipRing {
  OwnershipFact cut;
  std::vector<OwnershipFact> way; // from the member's record back to it, `cut` first
  StoredLambda stored;            // if a lambda closes the ring
  bool by_lambda = false;
};

// All rings, one for each member to change, by where the members stand.
std::vector<OwnershipRing> ownership_rings(const Program& program);

} // namespace plumbline
