// The places in one function that hold a state of an enum, and whether the function is worth following for them.
#pragma once

#include "collect/state_values.h"

namespace plumbline {

struct StateCell {
  std::string path, base;
  const clang::ValueDecl* holder = nullptr; // null: a getter, or parameters alone
  const clang::ParmVarDecl* old_parameter = nullptr;
  const clang::ParmVarDecl* new_parameter = nullptr;
};

// What is written first, then what is read; a function that only has parameters of the enum is one cell. Empty where
// the function has nothing to do with the enum.
std::vector<StateCell> cells_of(CollectContext& context, const clang::FunctionDecl& function, const FunctionScan& scan,
                                const StateEnum& states);

// A function that only reads the state is worth a graph where somebody can ask it (with a state, or without
// arguments), where it hands a state on, or where objects end. Most others are large and say nothing.
bool is_worth_following(CollectContext& context, const clang::FunctionDecl& function, const FunctionScan& scan,
                        const StateEnum& states);

// A template as it is written has no control flow graph where it goes through a range of an open type; one of its
// instantiations has. Null if there is none with a body.
const clang::FunctionDecl* instance_of(const clang::FunctionDecl& pattern);

bool is_lambda_body(const clang::FunctionDecl& function);

} // namespace plumbline
