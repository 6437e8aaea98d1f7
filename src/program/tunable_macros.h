// Macros that spell a number, where no expression shows what becomes of it.
#pragma once

#include "program/tunables.h"

namespace plumbline {

// Macros that nothing here expands: headers are also written for other programs, and some code is compiled elsewhere.
// Only their name can tell what they are.
void add_unused_macros(const Program& program, std::vector<Tunable>& tunables);

// A macro built on a macro is a use of it.
void add_macro_uses(const Program& program, Tunable& tunable);

} // namespace plumbline
