// Tables of allowed transitions: which state may follow which, as the code spells it in data.
#pragma once

#include "collect/state_values.h"

namespace plumbline {

using StateLookup = llvm::function_ref<const StateEnum*(const clang::EnumDecl*)>;

// A container, array or list with rows that name two or more states: pairs, structs with `from` and `to`, a state with
// the set of its successors; or, for an array of sets, one row for each state in order. `follow` is told the
// enumerators that stand in a table and so go into no state by themselves. False where it is no such table.
bool collect_table(CollectContext& context, const clang::NamedDecl& variable, const clang::Expr* init,
                   StateLookup lookup, llvm::function_ref<void(const clang::Expr*)> follow);

// `allowed[from][to]`: a square of truth values, one row and column for each state; or, where the code asks for bits
// (`masks`), `allowed[from] & 1 << to`: a number for each state.
void collect_matrix(CollectContext& context, const clang::VarDecl& variable, const StateEnum& states, bool masks);

// `table[A] = {B, C}`, `table[A].insert(B)`, `table.insert({A, B})`, `table = {{A, {B, C}}, …}`; with the function's
// parameters in the places of A and B, the function fills the table for its callers.
void collect_table_building(CollectContext& context, const clang::CallExpr& call, StateLookup lookup,
                            llvm::function_ref<void(const clang::Expr*)> follow);

// `allow(A, B)`, for functions that turn out to put what they are given into a table.
void collect_table_call(CollectContext& context, const clang::CallExpr& call, StateLookup lookup);

// `switch (from) { case A: return {B, C}; … }`
void collect_returned_sets(CollectContext& context, const clang::FunctionDecl& function, StateLookup lookup);

} // namespace plumbline
