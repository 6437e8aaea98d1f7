#include "audit/baseline.h"

#include "sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace plumbline {

using testing::HasSubstr;

static Finding found_at(const std::string& path, std::uint32_t line) {
  Finding finding = sample_finding("hard-coded-duration", "duration", path, line);
  finding.fingerprint = fingerprint_of(parts_of(std::vector<Finding>{finding}).front());
  return finding;
}

static Baseline sample_baseline() {
  Baseline baseline;
  baseline.commit = "0123456789abcdef0123456789abcdef01234567";
  baseline.sites = 9;
  baseline.configured = 4;
  Finding second = found_at("src/b.cpp", 9);
  second.evidence = {{{"src/c.h", 1, 1, 1, 2}, "used here"}};
  second.line_text = "wait(5s); // \"quoted\" \\ and ü";
  baseline.entries = {entry_of(found_at("src/a.cpp", 4), {}), entry_of(second, {})};
  baseline.entries[0].around.before = {1, 2, 3, 4};
  baseline.entries[0].around.after = {5, 6, 7, 0xffffffff};
  baseline.entries[1].status = Status::accepted;
  baseline.entries[1].reason = "the protocol says so";
  baseline.entries[1].by = "Ann";
  baseline.entries[1].until = "2027-03-01";
  return baseline;
}

static Baseline parsed(const std::string& text) {
  llvm::Expected<Baseline> baseline = parse_baseline(text, "b.json");
  if (baseline) return *baseline;
  ADD_FAILURE() << llvm::toString(baseline.takeError());
  return {};
}

static std::string problem_in(const std::string& text) {
  llvm::Expected<Baseline> baseline = parse_baseline(text, "b.json");
  return baseline ? "" : llvm::toString(baseline.takeError());
}

static std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(BaselineFile, ComesBackAsItWas) {
  const std::string text = baseline_text(sample_baseline());
  const Baseline again = parsed(text);
  EXPECT_EQ(baseline_text(again), text);
  EXPECT_EQ(again.entries[0].around, sample_baseline().entries[0].around);
  EXPECT_EQ(again.entries[1].also, std::vector<std::string>{"src/c.h"});
  EXPECT_EQ(again.entries[1].until, "2027-03-01");
  EXPECT_EQ(again.configured, 4u);
}

TEST(BaselineFile, HasAFindingALine) {
  const std::string text = baseline_text(sample_baseline());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 7 + 1 + 2 + 2);
  EXPECT_LT(text.find("src/a.cpp"), text.find("src/b.cpp"));
}

TEST(BaselineFile, IsReadAfterAFormatterOrAUnionMerge) {
  const std::string text = baseline_text(sample_baseline());
  const std::string formatted = nlohmann::ordered_json::parse(text).dump(2);
  EXPECT_EQ(baseline_text(parsed(formatted)), text);
  std::string line = text.substr(text.find("{\"path\":\"src/a.cpp\""));
  line = line.substr(0, line.find("}") + 1);
  // Both branches' versions of a line, without a comma between them: the accepted one counts.
  const std::string accepted = replaced(line, "\"status\":\"open\"", "\"status\":\"accepted\",\"reason\":\"r\"");
  const std::string fixed = replaced(line, "\"status\":\"open\"", "\"status\":\"fixed\"");
  const Baseline merged = parsed(replaced(text, line, fixed + "\n" + accepted + "\n" + line));
  ASSERT_EQ(merged.entries.size(), 2u);
  EXPECT_EQ(merged.entries[0].status, Status::accepted);
}

TEST(BaselineFile, NamesTheLineOfWhatIsDamaged) {
  const std::string text = baseline_text(sample_baseline());
  EXPECT_THAT(problem_in(""), HasSubstr("b.json:1: the file is empty"));
  EXPECT_THAT(problem_in(text.substr(0, 30)), HasSubstr("b.json:"));
  EXPECT_THAT(problem_in(text.substr(0, text.find("src/b.cpp") + 20)),
              HasSubstr("b.json:10: the file ends in the middle"));
  EXPECT_THAT(problem_in(text.substr(0, text.find("]\n}"))),
              HasSubstr("the file ends before the list of findings does"));
  EXPECT_THAT(problem_in(replaced(text, "{\"path\":\"src/a", "<<<<<<< HEAD\n{\"path\":\"src/a")),
              HasSubstr("b.json:9: git left a conflict marker here"));
  EXPECT_THAT(problem_in(replaced(text, "\"line\":4", "\"line\":\"4\"")),
              HasSubstr("b.json:9: 'line' is no whole number"));
  EXPECT_THAT(problem_in(replaced(text, "\"check\":\"hard-coded-duration\",", "")), HasSubstr("'check' is missing"));
  EXPECT_THAT(problem_in(replaced(text, "\"reason\":\"the protocol says so\",", "")),
              HasSubstr("b.json:10: 'reason' is missing"));
  EXPECT_THAT(problem_in(replaced(text, "2027-03-01", "2027-02-30")), HasSubstr("'until' is no date"));
  EXPECT_THAT(problem_in(text + text), HasSubstr("something follows"));
  // Every place where a file can be cut off.
  for (std::size_t size = 0; size + 3 < text.size(); ++size) EXPECT_NE(problem_in(text.substr(0, size)), "") << size;
}

TEST(BaselineFile, IsOnlyReadByWhoKnowsTheSchema) {
  const std::string text = baseline_text(sample_baseline());
  EXPECT_THAT(problem_in(replaced(text, "\"schema\": 1", "\"schema\": 2")), HasSubstr("a newer plumbline"));
  EXPECT_THAT(problem_in(replaced(text, "\"schema\": 1", "\"schema\": 0")), HasSubstr("never existed"));
  EXPECT_THAT(problem_in(replaced(text, "\"baseline\"", "\"report\"")), HasSubstr("this is no baseline"));
}

} // namespace plumbline
