// A constant count that governs behaviour under load or failure: attempts, capacities, batch sizes, thread counts,
// clamps. The same question to the value-flow graph as hard-coded-duration asks, for numbers without a unit.
//
// Deliberately not reported: sizes of fixed arrays, loop bounds over arrays, indexes, bit widths, protocol constants,
// reserve(). Known misses: limits whose names say nothing (`if (n > 100)`).

#include "check.h"
#include "program/tunables.h"

namespace plumbline::hard_coded_limit {

static void judge(const Program& program, std::vector<Finding>& findings) {
  for (const Tunable& tunable : program.tunables) {
    if (tunable.consumer.dimension != Dimension::limit) continue;
    Finding finding = finding_of(program, tunable);
    finding.check = "hard-coded-limit";
    finding.kind = "limit";
    finding.priority = Priority::p1;
    findings.push_back(std::move(finding));
  }
}

static constexpr std::string_view kinds[] = {"limit"};

extern const Check check;
const Check check = {
    .title = "A limit is frozen into the code",
    .priority = Priority::p1,
    .kinds = kinds,
    .judge = judge,
};

} // namespace plumbline::hard_coded_limit
