// What a condition says about the cell that src/collect/state_flow.cpp follows: it takes away the pairs of old and new
// state for which it does not hold. What cannot be evaluated becomes a consult.
#pragma once

#include "collect/state_knowledge.h"

#include <bit>

namespace plumbline {

class StateConditions {
 public:
  StateConditions(CollectContext& context, const StateScope& scope, const FunctionScan& scan, const StateEnum& states);

  // What is known where the function begins.
  StateKnowledge start() const;
  // Takes what the condition's answer denies out of what is known.
  void assume(const clang::Expr* condition, bool truth, StateKnowledge& knowledge, unsigned depth = 0);
  // Takes away what `holds` denies; it may leave open what it cannot tell.
  template <class Holds> void restrict(StateKnowledge& knowledge, const Holds& holds);
  // Whether old and new state decide about the condition together.
  bool relates(const clang::Expr* condition);
  void add_consults(const clang::Expr* expression, Consult::Answer answer, StateKnowledge& knowledge);

  // `variable = value`: booleans that remember a comparison, and the variable that the function returns.
  void remember(const clang::VarDecl* variable, const clang::Expr* value, StateKnowledge& knowledge);
  bool is_result(const clang::VarDecl* variable) const { return variable && variable == result; }

  // `expected = State::waiting;` before the exchange says more than all that the variable is ever given.
  StateValue expected_of(const StateWrite& write) const;
  StateMask written_states(const StateValue& value, const StateKnowledge& knowledge) const;

  bool compares = false;      // some condition told old and new states apart
  bool compares_same = false; // one of them asked whether they are the same

 private:
  void assume_flag(const clang::VarDecl* variable, bool truth, StateKnowledge& knowledge, unsigned depth);
  void assume_exchange(const clang::Expr* condition, const StateWrite& write, bool truth, StateKnowledge& knowledge);
  // A condition about the variable that is returned; true if it was one.
  bool assume_result(const clang::Expr* condition, bool truth, StateKnowledge& knowledge) const;

  CollectContext& context;
  const StateScope& scope;
  const FunctionScan& scan;
  const StateEnum& states;
  const clang::VarDecl* result = nullptr; // the local that the function returns
  llvm::DenseMap<const clang::Expr*, std::vector<Consult>> consults;
};

template <class Holds> void StateConditions::restrict(StateKnowledge& knowledge, const Holds& holds) {
  const Pairs before = knowledge.pairs;
  const unsigned count = static_cast<unsigned>(states.states.size());
  const unsigned columns = scope.new_parameter ? count : 1;
  bool denied = false;
  const auto filter = [&](const Pairs& from) {
    Pairs kept;
    for (unsigned old_state = 0; old_state < count; ++old_state)
      for (unsigned new_state = 0; new_state < columns; ++new_state) {
        if (!from.has(old_state, new_state)) continue;
        Valuation valuation;
        valuation.old_state = static_cast<int>(old_state);
        if (knowledge.fresh) valuation.current = valuation.old_state;
        if (scope.new_parameter) valuation.new_state = static_cast<int>(new_state);
        const std::optional<bool> allowed = holds(valuation);
        if (!allowed || *allowed)
          kept.rows[old_state] |= StateMask(1) << new_state;
        else
          denied = true;
      }
    return kept;
  };
  knowledge.pairs = filter(before);
  if (denied && before.is_product()) {
    Pairs removed = before;
    for (unsigned i = 0; i < max_states; ++i) removed.rows[i] &= ~knowledge.pairs.rows[i];
    const bool same = knowledge.relational && knowledge.pairs.is_diagonal();
    knowledge.compared |= same || (knowledge.relational && removed.is_diagonal());
    compares |= !knowledge.pairs.is_product();
    compares_same |= same && !knowledge.pairs.is_product();
  }
  StateMask allowed = 0;
  for (unsigned state = 0; state < count; ++state) {
    Valuation valuation;
    valuation.current = static_cast<int>(state);
    if (knowledge.fresh) valuation.old_state = valuation.current;
    const std::optional<bool> kept = holds(valuation);
    if (!kept || *kept) allowed |= StateMask(1) << state;
  }
  StateMask current = knowledge.current & allowed;
  if (knowledge.fresh) current &= knowledge.pairs.old_states();
  if (current == 0 && knowledge.clobbered && allowed) {
    // A call in between has changed the cell.
    current = allowed;
    if (knowledge.pairs.empty()) knowledge.pairs = before;
    knowledge.fresh = false;
  }
  knowledge.in_state |= std::has_single_bit(current) && !std::has_single_bit(knowledge.current);
  knowledge.current = current;
  if (current == 0 || knowledge.pairs.empty()) knowledge.reached = false;
}

} // namespace plumbline
