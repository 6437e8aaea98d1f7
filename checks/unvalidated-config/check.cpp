// Configuration that is believed without a look: text that becomes a number whatever it says (swallowed-parse), and
// numbers that reach a wait or a bound whatever they are (unranged).
//
// What is no number is found where it is parsed (parses.cpp), looks at a range wherever they stand (ranges.cpp);
// whether either is about configuration only the linked program can tell. Known misses: text that reaches its parser
// through containers or a parser object; ranges that a schema checks outside the program.

#include "check.h"
#include "collect.h"
#include "judge.h"
#include "program/members_elsewhere.h"

namespace plumbline::unvalidated_config {

static void collect(CollectContext& context) {
  collect_parses(context);
  collect_range_checks(context);
}

static void judge(const Program& program, std::vector<Finding>& findings) {
  judge_parses(program, findings);
  judge_ranges(program, findings);
}

static constexpr std::string_view kinds[] = {"swallowed-parse", "unranged"};
static constexpr std::string_view kinds_of_absence[] = {"unranged"};
static constexpr MemberClaim claims[] = {{"unranged", MemberUse::given}}; // by a loader that may look at it

extern const Check check;
const Check check = {
    .title = "Configuration is used without being checked",
    .priority = Priority::p1,
    .kinds = kinds,
    .kinds_of_absence = kinds_of_absence,
    .claims_about_members = claims,
    .collect = collect,
    .judge = judge,
};

} // namespace plumbline::unvalidated_config
