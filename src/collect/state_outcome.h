// What a statement does besides moving a state, and what a returned value tells the caller.
#pragma once

#include "collect/state_values.h"

namespace plumbline {

struct StateEffect {
  std::string text; // "notify_listeners()", "++transitions_"
  EntityId callee = EntityId::none;
};

// Calls for their effect, counters and time stamps; not: locks, log lines, checks, stores of what the caller gave.
std::optional<StateEffect> effect_of(CollectContext& context, const StateScope& scope, const FunctionScan& scan,
                                     const clang::Stmt* statement);

// Of a returned value that is no boolean: by the words of enumerators, functions and types in it, and by the
// conventions that 0 and {} are success and negative numbers are errors.
Outcome outcome_of(CollectContext& context, const FunctionScan& scan, const clang::Expr* value);

// C predicates answer with 0 and 1: functions of a type that calls itself boolean, and those that return a comparison
// somewhere and nothing but 0, 1 and calls elsewhere.
bool answers_with_truth(const FunctionScan& scan);
bool is_comparison(const clang::Expr* expression);
// 0, 1 or a call.
bool is_answer(const clang::Expr* expression);

// By its name: what it is given is gone afterwards.
bool destroys(const clang::FunctionDecl& callee);
// Lets others go on meanwhile, who may change anything.
bool waits(const clang::FunctionDecl& callee);

} // namespace plumbline
