// Objects that become new ones while somebody holds them, and so leave whatever state they were in.
#pragma once

#include "collect/state_values.h"

#include <llvm/ADT/STLFunctionalExtras.h>

namespace plumbline {

// Writes a fact for each state that an object replaced in `owner` has, by value at any depth that people use.
void collect_replacements(CollectContext& context, const FunctionScan& scan, const clang::FunctionDecl& owner,
                          llvm::function_ref<const StateEnum*(const clang::EnumDecl*)> lookup);

} // namespace plumbline
