#include "audit/audit.h"

#include "sample_audit.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

static std::vector<std::string> shape(const Audit& audit) {
  std::vector<std::string> lines;
  for (const Finding& finding : audit.findings)
    lines.push_back(std::string(name_of(finding.priority)) + " " + std::to_string(finding.score) + " " +
                    finding.place.path + ":" + std::to_string(finding.place.line) + " " + finding.check + " " +
                    std::string(name_of(finding.status)) + " " + finding.module + " " + finding.fingerprint + " " +
                    finding.message + " " + std::to_string(finding.evidence.size()));
  return lines;
}

TEST(RunAudit, DoesNotDependOnOrder) {
  const std::vector<std::string> expected = shape(run_audit(sample_input()));
  AuditInput input = sample_input();
  std::sort(input.findings.begin(), input.findings.end(),
            [](const Finding& a, const Finding& b) { return a.message < b.message; });
  do {
    AuditInput copy = input;
    std::reverse(copy.units.begin(), copy.units.end());
    std::reverse(copy.sites.begin(), copy.sites.end());
    EXPECT_EQ(shape(run_audit(copy)), expected);
  } while (std::next_permutation(input.findings.begin(), input.findings.end(),
                                 [](const Finding& a, const Finding& b) { return a.message < b.message; }));
}

TEST(RunAudit, SortsByPriorityScoreAndPlace) {
  const Audit audit = run_audit(sample_input());
  ASSERT_EQ(audit.findings.size(), 4u);
  EXPECT_EQ(audit.findings[0].check, "hard-coded-limit");
  EXPECT_EQ(audit.findings[0].priority, Priority::p0);
  for (std::size_t i = 1; i < audit.findings.size(); ++i)
    EXPECT_GE(audit.findings[i - 1].score, audit.findings[i].score);
  EXPECT_EQ(audit.units.front().path, "src/app/boot.s");
  EXPECT_EQ(audit.sites.front().place.line, 4u);
}

TEST(RunAudit, GivesModuleScopeEffortAndFingerprint) {
  for (const Finding& finding : run_audit(sample_input()).findings) {
    EXPECT_FALSE(finding.module.empty());
    EXPECT_GT(finding.effort.high, 0);
    EXPECT_EQ(finding.fingerprint.size(), 32u);
  }
}

TEST(RunAudit, MarksTestCode) {
  AuditInput input;
  Settings settings;
  settings.tests = {"check/**"};
  input.settings = &settings;
  input.findings = {sample_finding("hard-coded-duration", "literal", "check/a.cpp", 1)};
  const Audit audit = run_audit(input);
  EXPECT_EQ(audit.findings.front().scope, Scope::test);
  EXPECT_EQ(audit.findings.front().priority, Priority::p2);
}

TEST(RunAudit, DropsDisabledChecks) {
  AuditInput input = sample_input();
  Settings settings;
  settings.checks["hard-coded-duration"].enabled = false;
  input.settings = &settings;
  const Audit audit = run_audit(input);
  for (const Finding& finding : audit.findings) EXPECT_NE(finding.check, "hard-coded-duration");
  EXPECT_EQ(audit.findings.size(), 2u) << "and the comment that suppressed one of them is not needless";
}

TEST(RunAudit, MergesWhatSeveralUnitsSaw) {
  AuditInput input;
  Finding finding = sample_finding("hard-coded-duration", "literal", "a.h", 1);
  Finding shorter = finding, other_value = finding;
  finding.evidence = {{finding.place, "how it gets there"}};
  finding.uses = 2;
  shorter.uses = 5;
  other_value.message = "6 s is written into poll()";
  input.findings = {shorter, finding, other_value, finding};
  const Audit audit = run_audit(input);
  ASSERT_EQ(audit.findings.size(), 1u);
  EXPECT_EQ(audit.findings[0].uses, 5);
  ASSERT_EQ(audit.findings[0].evidence.size(), 2u);
  EXPECT_EQ(audit.findings[0].evidence[0].message, "how it gets there");
  EXPECT_EQ(audit.findings[0].evidence[1].message, "in another translation unit: 6 s is written into poll()");
}

TEST(RunAudit, RelatesTheTwoFindingsOfOneItem) {
  const Audit audit = run_audit(sample_input());
  const Finding *constant = nullptr, *bypassed = nullptr;
  for (const Finding& finding : audit.findings) {
    if (finding.kind == "bypassed") bypassed = &finding;
    if (finding.check == "hard-coded-duration" && finding.place.line == 4) constant = &finding;
  }
  ASSERT_TRUE(constant && bypassed);
  EXPECT_EQ(constant->related, bypassed->fingerprint);
  EXPECT_EQ(bypassed->related, constant->fingerprint);
}

TEST(RunAudit, CountsASiteOnce) {
  AuditInput input = sample_input();
  input.sites.push_back(input.sites.front());
  EXPECT_EQ(run_audit(input).sites.size(), 2u);
}

TEST(Incomplete, WhenCodeWasNotSeen) {
  const auto incomplete = [](UnitState state, std::string reason) {
    Audit audit;
    audit.units = {{"a.cpp", state, 1, std::move(reason), {}}};
    return audit.incomplete();
  };
  EXPECT_FALSE(incomplete(UnitState::analysed, ""));
  EXPECT_FALSE(incomplete(UnitState::skipped, "it is not C or C++"));
  EXPECT_FALSE(incomplete(UnitState::analysed_with_errors, "a.cpp:1:1: error: expected ';'"));
  EXPECT_TRUE(incomplete(UnitState::failed, "it took longer than 600 s"));
}

} // namespace plumbline
