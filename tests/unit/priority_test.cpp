#include "audit/priority.h"

#include "sample_audit.h"

#include <gtest/gtest.h>

namespace plumbline {

static Settings settings_with_module(Priority priority) {
  Settings settings;
  settings.modules = {{"Tasks", {"src/app/**"}, priority, ""}};
  return settings;
}

TEST(Priority, IsTheChecksUnlessTheSettingsSayOtherwise) {
  Finding finding = sample_finding("hard-coded-duration", "literal", "src/app/a.cpp", 4);
  EXPECT_EQ(priority_of(finding, {}), Priority::p1);
  Settings settings;
  settings.checks["hard-coded-duration"].priority = Priority::p2;
  EXPECT_EQ(priority_of(finding, settings), Priority::p2);
}

TEST(Priority, IsRaisedByAModuleAndNeverLowered) {
  Finding finding = sample_finding("hard-coded-duration", "literal", "src/app/a.cpp", 4);
  EXPECT_EQ(priority_of(finding, settings_with_module(Priority::p0)), Priority::p0);
  EXPECT_EQ(priority_of(finding, settings_with_module(Priority::p2)), Priority::p1);
  finding.place.path = "src/net/a.cpp";
  EXPECT_EQ(priority_of(finding, settings_with_module(Priority::p0)), Priority::p1);
}

TEST(Priority, OfTestCodeIsTheLowest) {
  Finding finding = sample_finding("hard-coded-duration", "literal", "src/app/a_test.cpp", 4);
  finding.scope = Scope::test;
  finding.priority = Priority::p0;
  EXPECT_EQ(priority_of(finding, settings_with_module(Priority::p0)), Priority::p2);
}

TEST(Score, StaysInThePrioritysBand) {
  const std::vector<Factor> none, much{{"kind", "", 500, ""}};
  EXPECT_EQ(score_of(Priority::p0, none), 70);
  EXPECT_EQ(score_of(Priority::p0, much), 100);
  EXPECT_EQ(score_of(Priority::p1, none), 40);
  EXPECT_EQ(score_of(Priority::p1, much), 69);
  EXPECT_EQ(score_of(Priority::p2, none), 0);
  EXPECT_EQ(score_of(Priority::p2, much), 39);
}

static int score(const Finding& finding, const Settings& settings = {}) {
  return score_of(Priority::p1, factors_of(finding, settings));
}

TEST(Score, RisesWithUsesRoleConfigurationAndModule) {
  const Finding plain = sample_finding("hard-coded-duration", "literal", "src/app/a.cpp", 4);
  Finding used = plain, timeout = plain, in_reach = plain, existing = plain;
  used.uses = 12;
  timeout.role = "timeout";
  in_reach.config_in_reach = ConfigInReach{"options_", "Options", "interval", false, ""};
  existing.config_in_reach = in_reach.config_in_reach;
  existing.config_in_reach->field_exists = true;
  EXPECT_GT(score(used), score(plain));
  EXPECT_GT(score(timeout), score(plain));
  EXPECT_GT(score(in_reach), score(plain));
  EXPECT_GT(score(existing), score(in_reach));
  EXPECT_GT(score(plain, settings_with_module(Priority::p0)), score(plain));
}

TEST(Factors, SayWhatTheyLookedAtAndWhy) {
  Finding finding = sample_finding("missing-config-injection", "bypassed", "a.cpp", 4);
  finding.uses = 3;
  for (const Factor& factor : factors_of(finding, {})) {
    EXPECT_FALSE(factor.why.empty()) << factor.name;
    EXPECT_FALSE(factor.value.empty()) << factor.name;
    EXPECT_GT(factor.points, 0) << factor.name;
  }
  EXPECT_EQ(factors_of(finding, {}).front().value, "missing-config-injection/bypassed");
}

TEST(Effort, GrowsWithPlacesAndFilesAndShrinksWithConfigurationAtHand) {
  const Finding alone = sample_finding("hard-coded-duration", "literal", "a.cpp", 4);
  Finding here = alone, elsewhere = alone, in_reach = alone;
  for (std::uint32_t line = 10; line < 20; ++line) {
    here.evidence.push_back({{"a.cpp", line, 1, line, 2}, ""});
    elsewhere.evidence.push_back({{"b" + std::to_string(line) + ".cpp", line, 1, line, 2}, ""});
  }
  in_reach.config_in_reach = ConfigInReach{"options_", "Options", "interval", true, ""};
  EXPECT_GT(effort_of(here).high, effort_of(alone).high);
  EXPECT_GT(effort_of(elsewhere).high, effort_of(here).high);
  EXPECT_LT(effort_of(in_reach).high, effort_of(alone).high);
  for (const Finding& finding : {alone, here, elsewhere, in_reach}) {
    const EffortHours hours = effort_of(finding);
    EXPECT_LE(hours.low, hours.high);
    EXPECT_EQ(hours.low * 4, static_cast<int>(hours.low * 4)) << "quarters of an hour";
    EXPECT_EQ(hours.high * 4, static_cast<int>(hours.high * 4)) << "quarters of an hour";
  }
}

TEST(Effort, DoesNotCountOnePlaceTwice) {
  Finding finding = sample_finding("hard-coded-duration", "literal", "a.cpp", 4);
  const double alone = effort_of(finding).high;
  for (int i = 0; i < 10; ++i) finding.evidence.push_back({finding.place, "again"});
  EXPECT_EQ(effort_of(finding).high, alone);
}

} // namespace plumbline
