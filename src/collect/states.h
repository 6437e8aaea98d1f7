// Writes the facts of src/facts/states.h: enums that hold states, who writes and checks them, tables and switches.
#pragma once

#include "collect/context.h"

#include <llvm/ADT/StringSet.h>

namespace plumbline {

// `skipped`: code that is not compiled here, and may move a state elsewhere.
void collect_states(CollectContext& context, const std::vector<clang::SourceRange>& skipped);

} // namespace plumbline
