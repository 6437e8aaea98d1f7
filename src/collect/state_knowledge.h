// What is known at one place of a function about the cell that src/collect/state_flow.cpp follows.
#pragma once

#include "collect/state_outcome.h"

#include <llvm/ADT/SmallVector.h>

namespace plumbline {

// Keeps the questions that were asked on both of two ways. One that only the same state gets around is still asked of
// all others. True if anything changed.
bool meet(std::vector<Consult>& mine, bool mine_same_only, const std::vector<Consult>& theirs, bool theirs_same_only);

struct StateKnowledge {
  bool reached = false;
  Pairs pairs;                   // of the old state at entry, and the new state
  StateMask current = 0;         // what the cell may hold now
  bool fresh = true;             // the cell still holds the old state
  bool clobbered = false;        // something was called that may have changed the cell
  bool written = false;          // the cell may have been written
  bool relational = false;       // the function has a new state, so that pairs relate two states
  bool in_state = false;         // it was asked whether the cell holds the one state that it holds
  bool compared = false;         // it was asked on every way here whether the two are the same
  std::optional<Outcome> result; // what the variable that the function returns holds
  bool result_is_guess = false;  // it came from a call whose name sounds like that
  std::vector<Consult> consults;
  llvm::SmallVector<std::pair<const clang::VarDecl*, std::pair<Pairs, Pairs>>, 2> flags; // pairs for true, for false

  std::pair<Pairs, Pairs>* flag(const clang::VarDecl* variable) {
    for (std::pair<const clang::VarDecl*, std::pair<Pairs, Pairs>>& entry : flags)
      if (entry.first == variable) return &entry.second;
    return nullptr;
  }
  // True if anything new came in.
  bool join(const StateKnowledge& other) {
    if (!other.reached) return false;
    if (!reached) {
      *this = other;
      return true;
    }
    const Pairs before = pairs;
    const StateMask current_before = current;
    bool changed = (fresh && !other.fresh) || (!clobbered && other.clobbered) || (!written && other.written) ||
                   (compared && !other.compared) || (in_state && !other.in_state) ||
                   (!result_is_guess && other.result_is_guess);
    pairs |= other.pairs;
    current |= other.current;
    fresh &= other.fresh;
    clobbered |= other.clobbered;
    written |= other.written;
    result_is_guess |= other.result_is_guess;
    compared &= other.compared;
    in_state &= other.in_state;
    changed |=
        meet(consults, relational && before.is_diagonal(), other.consults, relational && other.pairs.is_diagonal());
    for (const std::pair<const clang::VarDecl*, std::pair<Pairs, Pairs>>& entry : other.flags) {
      if (std::pair<Pairs, Pairs>* mine = flag(entry.first)) {
        const std::pair<Pairs, Pairs> old = *mine;
        mine->first |= entry.second.first;
        mine->second |= entry.second.second;
        changed |= old != *mine;
      } else {
        flags.push_back(entry);
        changed = true;
      }
    }
    return changed || before != pairs || current_before != current;
  }
};

} // namespace plumbline
