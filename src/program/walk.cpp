#include "program/walk.h"

#include <algorithm>

namespace plumbline {

void Walk::push(EntityId node, std::uint32_t flow, std::uint32_t parent, double scale, std::int64_t tick,
                std::uint32_t stack) {
  std::uint64_t key = static_cast<std::uint64_t>(node) ^ (std::uint64_t(stack) * 0x9e3779b97f4a7c15);
  if (!seen.insert(key).second) return;
  unsigned depth = parent == none ? 0 : states[parent].depth + 1;
  states.push_back({parent == none ? none : flow, parent, stack, scale, tick, depth, node});
}

bool Walk::is_open(std::uint32_t stack, EntityId site) const {
  for (; stack != 0; stack = stacks[stack].below)
    if (stacks[stack].site == site) return true;
  return false;
}

void Walk::expand(std::uint32_t index) {
  const State state = states[index];
  if (state.depth >= max_depth) return;
  for (std::uint32_t flow_index : program.flows_from(state.node)) {
    const FlowFact& flow = program.flows[flow_index];
    if (flow.kind == FlowKind::derived) continue;
    std::uint32_t stack = state.stack;
    if (flow.leaves != EntityId::none && stack != 0) {
      if (stacks[stack].site != flow.leaves) continue; // came in through another call
      stack = stacks[stack].below;
    }
    if (flow.site != EntityId::none) {
      if (is_open(stack, flow.site)) continue; // recursion: another round says nothing new
      std::uint64_t key = static_cast<std::uint64_t>(flow.site) * 0xff51afd7ed558ccd + stack;
      std::pair<std::unordered_map<std::uint64_t, std::uint32_t>::iterator, bool> entry =
          stack_ids.try_emplace(key, stacks.size());
      if (entry.second) stacks.push_back({flow.site, stack});
      stack = entry.first->second;
    }
    // A member or a global outlives the call that set it: whoever reads it later came another way.
    const EntityFact* to = program.entity(flow.to);
    bool outlives = to && (to->kind == EntityKind::field ||
                           (to->kind == EntityKind::variable && (!to->has(is_local) || to->has(is_static))));
    if (outlives) stack = 0;
    // Once it is known in real time, multiplying changes the unit of the number, not the span.
    double scale = state.tick ? state.scale : state.scale * flow.scale;
    std::int64_t tick = state.tick ? state.tick : flow.tick;
    push(flow.to, flow_index, index, scale, tick, stack);
  }
}

bool Walk::step() {
  if (!started) {
    started = true;
    std::size_t starts = states.size();
    for (std::size_t i = 0; i < starts; ++i) expand(static_cast<std::uint32_t>(i));
    next = starts;
  } else if (!stopped && states.size() < max_states) {
    expand(static_cast<std::uint32_t>(at));
  }
  stopped = false;
  if (next >= states.size()) return false;
  at = next++;
  return true;
}

std::vector<std::uint32_t> Walk::path() const {
  std::vector<std::uint32_t> flows;
  for (std::uint32_t state = static_cast<std::uint32_t>(at); state != none && states[state].flow != none;
       state = states[state].parent)
    flows.push_back(states[state].flow);
  std::reverse(flows.begin(), flows.end());
  return flows;
}

} // namespace plumbline
