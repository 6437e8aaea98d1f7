// Walks the value-flow graph forward with matched calls: what entered a function through one call leaves it through
// that call only. Without that, a constant that one caller passes to a helper would come out at every other caller.
// Influence without identity (text that becomes a number) is not followed: see reach.h.
#pragma once

#include "program/program.h"

#include <cstdint>
#include <deque>
#include <unordered_set>

namespace plumbline {

class Walk {
 public:
  explicit Walk(const Program& program) : program(program) { stacks.push_back({}); }

  void start(EntityId node) { push(node, 0, none, 1, 0, 0); }
  // Goes to the next node in breadth-first order; false at the end. The start nodes themselves are not visited.
  bool step();

  EntityId node() const { return program.flows[states[at].flow].to; }
  const FlowFact& flow() const { return program.flows[states[at].flow]; }
  // The product of the scales on the way, and the unit of time that the value got on the way (0: none yet).
  double scale() const { return states[at].scale; }
  std::int64_t tick() const { return states[at].tick; }
  unsigned depth() const { return states[at].depth; }
  // The flows from the start to here.
  std::vector<std::uint32_t> path() const;
  // Do not follow what leaves the current node.
  void stop() { stopped = true; }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t(0);
  // Longer chains are true but nobody would believe the trace.
  // plumbline: allow(hard-coded-limit) the same code has the same findings, whoever scans it
  static constexpr unsigned max_depth = 12;
  static constexpr std::size_t max_states = 2000; // per start; bounds the cost of values that go everywhere
  struct State {
    std::uint32_t flow = none;   // that led here
    std::uint32_t parent = none; // state
    std::uint32_t stack = 0;     // of open calls
    double scale = 1;
    std::int64_t tick = 0;
    unsigned depth = 0;
    EntityId node = EntityId::none;
  };
  struct Stack { // a linked list of open calls; 0 is empty
    EntityId site = EntityId::none;
    std::uint32_t below = 0;
  };
  void push(EntityId node, std::uint32_t flow, std::uint32_t parent, double scale, std::int64_t tick,
            std::uint32_t stack);
  void expand(std::uint32_t state);
  bool is_open(std::uint32_t stack, EntityId site) const;

  const Program& program;
  std::vector<State> states;
  std::vector<Stack> stacks;
  std::unordered_map<std::uint64_t, std::uint32_t> stack_ids;
  std::unordered_set<std::uint64_t> seen;
  std::size_t next = 0, at = 0;
  bool stopped = false, started = false;
};

} // namespace plumbline
