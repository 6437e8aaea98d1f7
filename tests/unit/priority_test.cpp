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

TEST(Priority, IsRaisedByAModuleThatComesFirstAndLoweredByOneThatCanWait) {
  Finding finding = sample_finding("hard-coded-duration", "literal", "src/app/a.cpp", 4);
  EXPECT_EQ(priority_of(finding, settings_with_module(Priority::p0)), Priority::p0);
  EXPECT_EQ(priority_of(finding, settings_with_module(Priority::p2)), Priority::p2);
  finding.priority = Priority::p0;
  EXPECT_EQ(priority_of(finding, settings_with_module(Priority::p1)), Priority::p0);
  finding.priority = Priority::p1;
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
  EXPECT_GT(effort_of(here, {}).high, effort_of(alone, {}).high);
  EXPECT_GT(effort_of(elsewhere, {}).high, effort_of(here, {}).high);
  EXPECT_LT(effort_of(in_reach, {}).high, effort_of(alone, {}).high);
  for (const Finding& finding : {alone, here, elsewhere, in_reach}) {
    const EffortHours hours = effort_of(finding, {});
    EXPECT_LE(hours.low, hours.high);
    EXPECT_EQ(hours.low * 4, static_cast<int>(hours.low * 4)) << "quarters of an hour";
    EXPECT_EQ(hours.high * 4, static_cast<int>(hours.high * 4)) << "quarters of an hour";
  }
}

TEST(Effort, DoesNotCountOnePlaceTwice) {
  Finding finding = sample_finding("hard-coded-duration", "literal", "a.cpp", 4);
  const double alone = effort_of(finding, {}).high;
  for (int i = 0; i < 10; ++i) finding.evidence.push_back({finding.place, "again"});
  EXPECT_EQ(effort_of(finding, {}).high, alone);
}

TEST(Weigh, FactorsAddUpToTheScore) {
  for (Priority priority : {Priority::p0, Priority::p1, Priority::p2}) {
    Finding finding = sample_finding("missing-config-injection", "bypassed", "src/app/a.cpp", 4);
    finding.priority = priority;
    finding.role = "timeout";
    finding.uses = 20;
    finding.config_in_reach = ConfigInReach{"options_", "Options", "interval", true, ""};
    weigh(finding, settings_with_module(Priority::p0));
    int sum = 0;
    for (const Factor& factor : finding.factors) sum += factor.points;
    EXPECT_EQ(sum, finding.score) << static_cast<int>(priority);
    EXPECT_EQ(finding.factors.front().name, "priority");
  }
}

TEST(Weigh, WhatTheBandTakesAwayIsAFactor) {
  Finding finding = sample_finding("unbounded-wait", "wait", "a.cpp", 4);
  finding.role = "timeout";
  finding.uses = 20;
  Settings settings;
  settings.checks["unbounded-wait"].all_kinds.points = 30;
  weigh(finding, settings);
  EXPECT_EQ(finding.score, 69);
  EXPECT_EQ(finding.factors.back().name, "band");
  EXPECT_EQ(finding.factors.back().points, 69 - (40 + 30 + 6 + 6));
}

TEST(Weigh, PointsAndHoursCanBeSet) {
  const Finding finding = sample_finding("hard-coded-duration", "duration", "a.cpp", 4);
  Settings settings;
  settings.checks["hard-coded-duration"].all_kinds = {20, EffortHours{3, 5}};
  EXPECT_EQ(factors_of(finding, settings).front().points, 20);
  EXPECT_EQ(effort_of(finding, settings).high, 5);
  settings.checks["hard-coded-duration"].kinds["duration"] = {1, std::nullopt};
  EXPECT_EQ(factors_of(finding, settings).front().points, 1);
  EXPECT_EQ(effort_of(finding, settings).high, 5) << "what the kind does not set is the check's";
  settings.checks["hard-coded-duration"].kinds["other"] = {9, std::nullopt};
  EXPECT_EQ(factors_of(finding, settings).front().points, 1);
  settings.weights.roles["sleep"] = 0;
  for (const Factor& factor : factors_of(finding, settings)) EXPECT_NE(factor.name, "role");
}

TEST(Score, CountsWhatGitKnowsOnlyWhereTheSettingsAsk) {
  Finding young = sample_finding("hard-coded-duration", "literal", "src/app/a.cpp", 4), old = young;
  young.days = 3, young.commits = 30;
  old.days = 700, old.commits = 1;
  EXPECT_EQ(score(young), score(old));
  Settings settings;
  settings.weights.age = 6;
  EXPECT_EQ(score(young, settings), score(old, settings) + 6);
  settings.weights.churn = 3;
  EXPECT_EQ(score(young, settings), score(old, settings) + 9);
}

TEST(Weigh, TablesShowWhatHolds) {
  Settings settings;
  settings.weights.roles["ttl"] = 11;
  settings.checks["missing-config-injection"].kinds["no-seam"] = {1, EffortHours{7, 8}};
  static constexpr std::string_view kinds[] = {"no-seam", "bypassed"};
  const std::vector<WeightLine> lines = weights_of("missing-config-injection", kinds, settings);
  EXPECT_EQ(lines[0].points, 1);
  EXPECT_EQ(lines[0].effort->low, 7);
  EXPECT_EQ(lines[1].points, 12);
  bool seen = false;
  for (const WeightLine& line : lines) seen |= line.factor == "role" && line.value == "ttl" && line.points == 11;
  EXPECT_TRUE(seen);
}

} // namespace plumbline
