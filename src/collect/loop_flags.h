// A flag or a count that a loop starts afresh each round: `open = false; for (…) if (…) open = true;`
#pragma once

#include <clang/AST/Decl.h>
#include <clang/AST/Stmt.h>

namespace plumbline {

enum class FlagTells : std::uint8_t {
  nothing,         // it is not one, or nobody can say
  work_remains,    // set for what is not finished: the loop ends when all is done, and not before
  something_moved, // set where something was done: the loop ends, or can end, after a round without progress
};

// What `variable`, a local one, tells at the end of a round of the loop that has `body`. Both kinds look the same but
// for where they are set: beside the work, or for what is left. A progress word in the name decides, then the
// condition around it (is_ready(task), blocked), then other words of the name, then whether it stands beside work.
FlagTells flag_tells(const clang::Stmt& body, const clang::VarDecl& variable);

} // namespace plumbline
