// A constant time span that reaches a sleep, a timeout, an interval or the like, with no configuration in between.
//
// The question is asked of the linked value-flow graph (src/program/tunables.h), so that a number counts by what
// becomes of it, in whatever file: `pause(50)` is a finding at the 50 because pause() passes it to usleep().
// Deliberately not reported: zero, negatives and max(); the defaults of configuration; unit conversions; what is only
// printed. Known misses: values that travel through containers, text, or callbacks stored in std::function.

#include "check.h"
#include "program/tunables.h"

namespace plumbline::hard_coded_duration {

static void judge(const Program& program, std::vector<Finding>& findings) {
  for (const Tunable& tunable : program.tunables) {
    if (tunable.consumer.dimension != Dimension::duration) continue;
    Finding finding = finding_of(program, tunable);
    finding.check = "hard-coded-duration";
    finding.kind = "duration";
    finding.priority = Priority::p1;
    findings.push_back(std::move(finding));
  }
}

static constexpr std::string_view kinds[] = {"duration"};

extern const Check check;
const Check check = {
    .title = "A time span is frozen into the code",
    .priority = Priority::p1,
    .kinds = kinds,
    .judge = judge,
};

} // namespace plumbline::hard_coded_duration
