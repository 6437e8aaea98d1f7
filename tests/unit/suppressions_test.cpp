#include "audit/suppressions.h"

#include "sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ParseSuppression, Allow) {
  const ParsedSuppression parsed =
      parse_suppression("plumbline: allow(hard-coded-duration, hard-coded-limit) RFC 1 says so").value();
  EXPECT_THAT(parsed.checks, ElementsAre("hard-coded-duration", "hard-coded-limit"));
  EXPECT_EQ(parsed.reason, "RFC 1 says so");
  EXPECT_EQ(parsed.until, "");
  EXPECT_EQ(parsed.defect, "");
}

TEST(ParseSuppression, UntilWithAndWithoutBrackets) {
  for (const char* text :
       {"plumbline: allow(a) slow disk until 2027-03-01", "plumbline:allow( a ) slow disk [until 2027-03-01]",
        "plumbline: allow(a) slow disk [ until 2027-03-01 ] */"}) {
    const ParsedSuppression parsed = parse_suppression(text).value();
    EXPECT_EQ(parsed.defect, "") << text;
    EXPECT_EQ(parsed.reason, "slow disk") << text;
    EXPECT_EQ(parsed.until, "2027-03-01") << text;
  }
  const ParsedSuppression words = parse_suppression("plumbline: allow(a) fine until the next release").value();
  EXPECT_EQ(words.reason, "fine until the next release");
  EXPECT_EQ(words.until, "");
}

TEST(ParseSuppression, Malformed) {
  const std::pair<const char*, const char*> cases[] = {
      {"plumbline: allow(a)", "no reason"},
      {"plumbline: allow(a) until 2027-03-01", "no reason"},
      {"plumbline: allow(a) [until 2027-03-01]", "no reason"},
      {"plumbline: allow() why", "names no check"},
      {"plumbline: allow a why", "in parentheses"},
      {"plumbline: allow(a why", "in parentheses"},
      {"plumbline: ignore(a) why", "does not say allow"},
      {"plumbline: allow(a) why until 2027-02-30", "names no date"},
      {"plumbline: allow(a) why until 2027-3-1", "names no date"},
      {"plumbline: allow(a) why [until next year]", "names no date"},
  };
  for (const auto& [text, defect] : cases)
    EXPECT_THAT(parse_suppression(text).value().defect, HasSubstr(defect)) << text;
}

TEST(ParseSuppression, Nolint) {
  const ParsedSuppression parsed = parse_suppression("NOLINT(bugprone-x, plumbline-hard-coded-limit): why").value();
  EXPECT_THAT(parsed.checks, ElementsAre("hard-coded-limit"));
  EXPECT_EQ(parsed.reason, "why");
  EXPECT_EQ(parse_suppression("NOLINTNEXTLINE(plumbline-*)")->form, SuppressionForm::nolint_next_line);
  EXPECT_EQ(parse_suppression("NOLINTBEGIN(plumbline-*)")->form, SuppressionForm::nolint_begin);
  EXPECT_EQ(parse_suppression("NOLINTEND(plumbline-*)")->form, SuppressionForm::nolint_end);
  for (const char* foreign : {"NOLINT", "NOLINT(bugprone-x)", "NOLINT(*)", "NOLINTBEGIN", "see plumbline: allow"})
    EXPECT_FALSE(parse_suppression(foreign)) << foreign;
}

TEST(IsoDate, KnowsTheCalendar) {
  EXPECT_TRUE(is_iso_date("2028-02-29"));
  for (const char* none : {"2027-02-29", "2027-13-01", "2027-00-10", "27-01-01", "2027/01/01", "2027-1a-01", ""})
    EXPECT_FALSE(is_iso_date(none)) << none;
}

// Findings of two checks on lines 4 to 12 of one file, one a line, and what remains of them.
struct Applied {
  std::vector<Finding> findings;
  std::vector<std::uint32_t> suppressed_lines(const std::string& check) const {
    std::vector<std::uint32_t> lines;
    for (const Finding& finding : findings)
      if (finding.check == check && finding.status == Status::suppressed) lines.push_back(finding.place.line);
    return lines;
  }
  std::vector<std::string> complaints() const {
    std::vector<std::string> kinds;
    for (const Finding& finding : findings)
      if (finding.check == "suppression")
        kinds.push_back(std::to_string(finding.place.line) + " " + finding.kind + " " + finding.entity);
    return kinds;
  }
};

static Applied apply(const std::vector<SuppressionComment>& comments, AuditInput input = {}, bool incomplete = false) {
  Applied applied;
  for (std::uint32_t line = 4; line <= 12; ++line) {
    applied.findings.push_back(sample_finding("hard-coded-duration", "literal", "a.cpp", line));
    applied.findings.push_back(sample_finding("hard-coded-limit", "literal", "a.cpp", line));
  }
  input.suppressions = comments;
  if (input.today.empty()) input.today = "2026-11-21";
  input.known_checks = {"hard-coded-duration", "hard-coded-limit", "unused-config"};
  apply_suppressions(applied.findings, input, incomplete);
  return applied;
}

static SuppressionComment comment(std::uint32_t line, std::string text, bool own_line = false) {
  return {{"a.cpp", line, 1, line, 80}, std::move(text), own_line};
}

TEST(Suppressions, SpeakForTheirLineOrTheNext) {
  Applied trailing = apply({comment(5, "plumbline: allow(hard-coded-duration) why")});
  EXPECT_THAT(trailing.suppressed_lines("hard-coded-duration"), ElementsAre(5));
  EXPECT_THAT(trailing.suppressed_lines("hard-coded-limit"), IsEmpty());
  EXPECT_THAT(trailing.complaints(), IsEmpty());

  Applied above = apply({comment(3, "plumbline: allow(hard-coded-duration) why", true)});
  EXPECT_THAT(above.suppressed_lines("hard-coded-duration"), ElementsAre(4));

  Applied stacked = apply({comment(2, "plumbline: allow(hard-coded-duration) why", true),
                           comment(3, "plumbline: allow(hard-coded-limit) why", true)});
  EXPECT_THAT(stacked.suppressed_lines("hard-coded-duration"), ElementsAre(4));
  EXPECT_THAT(stacked.suppressed_lines("hard-coded-limit"), ElementsAre(4));
  EXPECT_THAT(stacked.complaints(), IsEmpty());
}

TEST(Suppressions, KeepReasonAndDate) {
  Applied applied = apply({comment(4, "plumbline: allow(hard-coded-duration) why until 2026-11-21")});
  const Finding& finding = applied.findings.front();
  ASSERT_TRUE(finding.suppression) << "the date is the last day on which it holds";
  EXPECT_EQ(finding.suppression->reason, "why");
  EXPECT_EQ(finding.suppression->until, "2026-11-21");
  EXPECT_EQ(finding.suppression->place.line, 4u);
}

TEST(Suppressions, SpeakForWhatFollowsFromTheSuppressed) {
  AuditInput input;
  input.suppressions = {comment(4, "plumbline: allow(hard-coded-duration) why"),
                        comment(6, "plumbline: allow(hard-coded-duration) why else")};
  input.today = "2026-11-21";
  std::vector<Finding> findings;
  for (std::uint32_t line = 4; line <= 6; ++line)
    findings.push_back(sample_finding("hard-coded-duration", "literal", "a.cpp", line));
  const auto owner_of = [&](std::uint32_t line, std::vector<Place> causes) {
    Finding finding = sample_finding("missing-config-injection", "no-seam", "a.cpp", line);
    finding.causes = std::move(causes);
    findings.push_back(finding);
  };
  owner_of(1, {findings[0].place, findings[2].place});
  owner_of(2, {findings[0].place, findings[1].place}); // line 5 still has to become a setting
  owner_of(3, {});
  apply_suppressions(findings, input, false);
  ASSERT_TRUE(findings[3].suppression);
  EXPECT_EQ(findings[3].suppression->reason, "why");
  EXPECT_EQ(findings[4].status, Status::new_);
  EXPECT_EQ(findings[5].status, Status::new_);
}

TEST(Suppressions, ExpiredMalformedNeedlessAndUnknownSuppressNothing) {
  Applied applied = apply({comment(4, "plumbline: allow(hard-coded-duration) why until 2026-11-20"),
                           comment(5, "plumbline: allow(hard-coded-duration)"),
                           comment(40, "plumbline: allow(hard-coded-duration) why"),
                           comment(7, "plumbline: allow(hard-coded-duratoin) why")});
  EXPECT_THAT(applied.suppressed_lines("hard-coded-duration"), IsEmpty());
  EXPECT_THAT(applied.complaints(),
              ElementsAre("4 expired hard-coded-duration", "5 malformed ", "7 unknown-check hard-coded-duratoin",
                          "40 needless hard-coded-duration"));
  for (const Finding& finding : applied.findings)
    if (finding.kind == "unknown-check") EXPECT_THAT(finding.suggestion, HasSubstr("hard-coded-duration"));
}

TEST(Suppressions, AreNeedlessPerCheckAndOnlyWhereThatIsCertain) {
  const std::vector<SuppressionComment> comments{
      comment(4, "plumbline: allow(hard-coded-duration, unused-config) why")};
  EXPECT_THAT(apply(comments).complaints(), ElementsAre("4 needless unused-config"));
  EXPECT_THAT(apply(comments).suppressed_lines("hard-coded-duration"), ElementsAre(4));
  EXPECT_THAT(apply(comments, {}, /*incomplete=*/true).complaints(), IsEmpty());
  AuditInput partial;
  partial.partial = true;
  EXPECT_THAT(apply(comments, partial).complaints(), IsEmpty());
  Settings settings;
  settings.checks["unused-config"].enabled = false;
  AuditInput switched_off;
  switched_off.settings = &settings;
  EXPECT_THAT(apply(comments, switched_off).complaints(), IsEmpty());
}

TEST(Suppressions, NolintForms) {
  Applied applied =
      apply({comment(4, "NOLINT(plumbline-hard-coded-duration)"), comment(5, "NOLINTNEXTLINE(plumbline-*)"),
             comment(8, "NOLINTBEGIN(plumbline-hard-coded-limit)"),
             comment(10, "NOLINTEND(plumbline-hard-coded-limit)"), comment(12, "NOLINT")});
  EXPECT_THAT(applied.suppressed_lines("hard-coded-duration"), ElementsAre(4, 6));
  EXPECT_THAT(applied.suppressed_lines("hard-coded-limit"), ElementsAre(6, 8, 9, 10));
  EXPECT_THAT(applied.complaints(), IsEmpty());
}

TEST(Suppressions, NolintBlocksMustBeClosed) {
  Applied applied =
      apply({comment(4, "NOLINTBEGIN(plumbline-*)"), comment(9, "NOLINTEND(plumbline-hard-coded-limit)")});
  EXPECT_THAT(applied.suppressed_lines("hard-coded-limit"), IsEmpty());
  EXPECT_THAT(applied.complaints(), testing::UnorderedElementsAre("4 malformed ", "9 malformed "));
}

TEST(Suppressions, OfAHeaderAreSeenOnce) {
  const SuppressionComment same = comment(40, "plumbline: allow(hard-coded-duration) why");
  EXPECT_EQ(apply({same, same, same}).complaints().size(), 1u);
}

} // namespace plumbline
