// Follows one cell through one function's CFG and writes what is known at each write, call, effect and exit.
#pragma once

#include "collect/state_values.h"

#include <clang/Analysis/CFG.h>

namespace plumbline {

struct StateFlowRequest {
  const StateScope* scope = nullptr;
  const FunctionScan* scan = nullptr;
  const StateEnum* states = nullptr;
  const clang::CFG* graph = nullptr;
  EntityId flow = EntityId::none;       // what the events belong to
  bool calls_of_others = false;         // also write the calls whose object has no cell of its own
  std::vector<std::string> other_bases; // the objects that have one
};

// Writes the events, and notes in the flow whether some condition compares the old and the new state.
void follow_state(CollectContext& context, const StateFlowRequest& request, StateFlowFact& flow);

} // namespace plumbline
