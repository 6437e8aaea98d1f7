// What has to hold for a write to happen: the conditions that its block depends on in the CFG.
#pragma once

#include "collect/state_conditions.h"

#include <clang/Analysis/Analyses/Dominators.h>

namespace plumbline {

// What a block with two ways out decides about; null where it is not a condition. Clang splits `a && b` into two
// blocks; behind a cast, as in assert(a && "why"), one block decides about the whole.
const clang::Expr* condition_of(const clang::CFGBlock& block);

class StateGates {
 public:
  StateGates(const clang::CFG& graph, const StateScope& scope, StateConditions& conditions);

  // Some condition on the way compares old and new state, maybe together with something else.
  bool is_compared(const clang::CFGBlock& block);
  // Some way leads from the block back to it.
  bool comes_back(const clang::CFGBlock& block) const;
  // `if (!queue_) return; queue_ = nullptr;`: the function itself sees to it that it does not come here again.
  bool happens_once(const clang::CFGBlock& block);

 private:
  // Something outside the function that a condition is about: the path of a field or global, and what it must be.
  struct Held {
    std::string path;
    bool truth = true;
  };
  struct Gate {
    const clang::Expr* condition = nullptr;
    std::optional<bool> truth; // what it must be; unknown where the way is not that simple
    const clang::CFGBlock* decider = nullptr;
  };
  std::optional<bool> truth_for(const Gate& gate, const clang::CFGBlock& block);
  const std::vector<Gate>& gates_of(const clang::CFGBlock& block);
  // Flags and pointers only: `if (retries_ < 3)` may hold many times.
  std::optional<Held> held_by(const clang::Expr* condition, bool truth) const;
  // The function sets to the contrary what it came through the gate with.
  bool is_closed_within(const Gate& gate, const Held& held);
  // What the block sets to "there" or "not there".
  const std::vector<Held>& closed_by(const clang::CFGBlock& block);

  const clang::CFG& graph;
  const StateScope& scope;
  StateConditions& conditions;
  clang::ControlDependencyCalculator dependencies;
  llvm::DenseMap<const clang::CFGBlock*, std::vector<Gate>> known;
  llvm::DenseMap<const clang::CFGBlock*, std::vector<Held>> closed;
};

} // namespace plumbline
