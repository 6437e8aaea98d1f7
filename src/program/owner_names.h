// To whom code belongs, as findings name it.
#pragma once

#include "program/program.h"

namespace plumbline {

// The class that a function is a member of, or the function itself for free code; of a lambda, those around it.
// "" where the function is none.
std::string owner_name_of_code(const Program& program, EntityId function);
// The class that a field or static member belongs to.
std::string owner_name_of_member(const Program& program, const EntityFact& member);

} // namespace plumbline
