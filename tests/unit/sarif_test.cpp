#include "report/report.h"

#include "report/source_lines.h"
#include "sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using testing::ElementsAre;
using testing::HasSubstr;

// The expected values are those of github/codeql-action's own test, src/fingerprints.test.ts.
TEST(GithubLineHashes, AreThoseOfGithubsAction) {
  EXPECT_THAT(github_line_hashes(""), ElementsAre("c129715d7a2bc9a3:1"));
  EXPECT_THAT(github_line_hashes(" a\nb\n  \t\tc\n d"),
              ElementsAre("271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"));
  const std::vector<std::string> greetings{"e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1",
                                           "e20e36e16fcb0cc8:1", "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1",
                                           "c129715d7a2bc9a3:1"};
  for (const char* text :
       {" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
        " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
        " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n"})
    EXPECT_EQ(github_line_hashes(text), greetings);
  std::string repeated;
  for (int i = 0; i < 10; ++i) repeated += "Lorem ipsum dolor sit amet.\n";
  EXPECT_THAT(github_line_hashes(repeated),
              ElementsAre("a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4",
                          "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1",
                          "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"));
}

TEST(SourceLines, AreSplitAsClangCountsThem) {
  EXPECT_THAT(split_lines("a\nb\r\nc\rd"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(split_lines("a\n\n"), ElementsAre("a", ""));
  EXPECT_THAT(split_lines(""), ElementsAre(""));
  for (const char* text : {"a\nb\r\nc\rd", "a\n\n", "", "\n", "a", "\r\r\n\n"}) {
    const std::vector<std::string_view> lines = split_lines(text);
    for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(nth_line(text, i + 1), lines[i]) << text << i;
    EXPECT_EQ(nth_line(text, lines.size() + 1), std::nullopt) << text;
  }
}

TEST(Utf16Column, CountsCodeUnits) {
  EXPECT_EQ(utf16_column("ab", 2), 2u);
  EXPECT_EQ(utf16_column("é = 5s", 6), 5u) << "é is two bytes, one unit";
  EXPECT_EQ(utf16_column("😀 5s", 6), 4u) << "four bytes, two units";
  EXPECT_EQ(utf16_column("ab", 3), 3u) << "behind the last byte";
  EXPECT_EQ(utf16_column("\xe9 5s", 3), 3u) << "Latin-1: one byte, one U+FFFD";
}

static RenderOptions options_with_source(const std::string& path, const std::string& text) {
  RenderOptions options;
  options.rules = {{"hard-coded-duration",
                    "A time span that no configuration can change",
                    "# hard-coded-duration\n\nA `5s` that *nobody* can [change](x).\n\n## Why\n\nBecause.\n",
                    {"literal"},
                    Priority::p1}};
  options.read_source = [path, text](std::string_view wanted) {
    return wanted == path ? std::optional<std::string>(text) : std::nullopt;
  };
  return options;
}

static Json run_of(const Audit& audit, const RenderOptions& options = {}) {
  const Json log = Json::parse(llvm::cantFail(render(Format::sarif, report_model(audit), options)), nullptr, false);
  EXPECT_EQ(log["version"], "2.1.0");
  return log["runs"][0];
}

static const Json& result_with_message(const Json& run, const std::string& part) {
  for (const Json& result : run["results"])
    if (result["message"]["text"].get<std::string>().find(part) != std::string::npos) return result;
  ADD_FAILURE() << "no result says " << part;
  return run["results"][0];
}

TEST(Sarif, ResultsHavePlaceTraceRankAndFingerprints) {
  const std::string source = "1\n2\n3\né = 5s + 6\n5\n6\n7\n8\n";
  AuditInput input = sample_input();
  for (Finding& finding : input.findings)
    if (finding.place.line == 4) finding.place.column = 6, finding.place.end_column = 8;
  const Audit audit = run_audit(input);
  const Json run = run_of(audit, options_with_source("src/app/worker.cpp", source));
  const Json& result = result_with_message(run, "5 s is written");
  EXPECT_EQ(result["ruleId"], "hard-coded-duration");
  EXPECT_EQ(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"], "hard-coded-duration");
  EXPECT_EQ(result["level"], "warning");
  const Json& place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "src/app/worker.cpp");
  EXPECT_EQ(place["artifactLocation"]["uriBaseId"], "SRCROOT");
  EXPECT_EQ(place["region"]["startLine"], 4);
  EXPECT_EQ(place["region"]["startColumn"], 5);
  EXPECT_EQ(place["region"]["endColumn"], 7);
  EXPECT_EQ(place["contextRegion"]["snippet"]["text"], "2\n3\né = 5s + 6\n5\n6");
  EXPECT_EQ(result["codeFlows"][0]["threadFlows"][0]["locations"].size(), 2u);
  EXPECT_EQ(result["relatedLocations"][1]["message"]["text"], "wait() sleeps for it.");
  EXPECT_GT(result["rank"], 0);
  EXPECT_EQ(result["partialFingerprints"]["plumbline/v1"].get<std::string>().size(), 32u);
  EXPECT_EQ(result["partialFingerprints"]["primaryLocationLineHash"], github_line_hashes(source)[3]);
  EXPECT_EQ(run["columnKind"], "utf16CodeUnits");
}

TEST(Sarif, WithoutTheSourceARegionNamesLinesOnly) {
  const Json run = run_of(run_audit(sample_input()));
  const Json& result = result_with_message(run, "5 s is written");
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["region"],
            (Json{{"startLine", 4}, {"snippet", {{"text", "5s"}}}}));
  EXPECT_FALSE(result["partialFingerprints"].contains("primaryLocationLineHash"));
}

TEST(Sarif, RulesCarryTheChecksPages) {
  const Json run = run_of(run_audit(sample_input()), options_with_source("", ""));
  const Json& rule = run["tool"]["driver"]["rules"][0];
  EXPECT_EQ(rule["name"], "HardCodedDuration");
  EXPECT_EQ(rule["shortDescription"]["text"], "A time span that no configuration can change.");
  EXPECT_EQ(rule["fullDescription"]["text"], "A 5s that nobody can change.");
  EXPECT_EQ(rule["help"]["text"], "hard-coded-duration\n\nA 5s that nobody can change.\n\nWhy\n\nBecause.");
  EXPECT_THAT(rule["help"]["markdown"].get<std::string>(), HasSubstr("`5s`"));
  EXPECT_EQ(rule["defaultConfiguration"]["level"], "warning");
}

TEST(Sarif, SuppressionsAreListedWithTheirReason) {
  const Json run = run_of(run_audit(sample_input()));
  const Json& suppression = result_with_message(run, "fixed by the protocol")["suppressions"][0];
  EXPECT_EQ(suppression["kind"], "inSource");
  EXPECT_EQ(suppression["justification"], "RFC 1 says so (until 2027-03-01)");
  EXPECT_EQ(suppression["location"]["physicalLocation"]["region"]["startLine"], 6);
  EXPECT_TRUE(result_with_message(run, "5 s is written")["suppressions"].empty());
}

TEST(Sarif, SaysWhichUnitsWereNotSeen) {
  const Json invocation = run_of(run_audit(sample_input()))["invocations"][0];
  EXPECT_EQ(invocation["executionSuccessful"], false);
  const Json& notifications = invocation["toolExecutionNotifications"];
  ASSERT_EQ(notifications.size(), 3u);
  EXPECT_EQ(notifications[0]["level"], "note");
  EXPECT_EQ(notifications[1]["level"], "warning");
  EXPECT_EQ(notifications[2]["level"], "error");
  EXPECT_EQ(notifications[2]["message"]["text"], "'src/net/socket.cpp' failed: the worker ran out of memory.");
}

TEST(Sarif, KnowsAStateOnlyAgainstABaseline) {
  Audit audit = run_audit(sample_input());
  EXPECT_FALSE(run_of(audit)["results"][0].contains("baselineState"));
  audit.findings[0].status = Status::fixed;
  audit.findings[1].status = Status::accepted;
  const Json results = run_of(audit)["results"];
  EXPECT_EQ(results[0]["baselineState"], "absent");
  EXPECT_EQ(results[1]["baselineState"], "unchanged");
  EXPECT_EQ(results[1]["suppressions"][0]["kind"], "external");
  EXPECT_EQ(results[2]["baselineState"], "new");
}

TEST(Sarif, OffersALineThatWouldCompileAsAFix) {
  AuditInput input = sample_input();
  for (Finding& finding : input.findings)
    if (finding.place.line == 4) finding.place.column = 10, finding.place.end_column = 12;
  Audit audit = run_audit(input);
  const RenderOptions options = options_with_source("src/app/worker.cpp", "1\n2\n3\né  wait(5s); // ü\n5\n");
  const Json fix = result_with_message(run_of(audit, options), "5 s is written")["fixes"][0];
  EXPECT_EQ(fix["description"]["text"], "Make it a field of the worker's options.");
  EXPECT_EQ(fix["artifactChanges"][0]["artifactLocation"]["uri"], "src/app/worker.cpp");
  const Json& replacement = fix["artifactChanges"][0]["replacements"][0];
  EXPECT_EQ(replacement["deletedRegion"], Json::parse(R"({"startLine": 4, "startColumn": 9, "endColumn": 11})"))
      << "in UTF-16 units";
  EXPECT_EQ(replacement["insertedContent"]["text"], "std::chrono::seconds(options_.poll_interval_seconds)");

  EXPECT_FALSE(result_with_message(run_of(audit), "5 s is written").contains("fixes")) << "no source, no columns";
  const RenderOptions other = options_with_source("src/app/worker.cpp", "1\n2\n3\nwait(6s);\n");
  EXPECT_FALSE(result_with_message(run_of(audit, other), "5 s is written").contains("fixes")) << "edited since";
  for (Finding& finding : audit.findings)
    if (finding.config_in_reach) finding.config_in_reach->field_exists = false;
  EXPECT_FALSE(result_with_message(run_of(audit, options), "5 s is written").contains("fixes"))
      << "the field is a proposal";
}

TEST(Sarif, PathsAndMessagesAreEscaped) {
  Audit audit;
  Finding finding = sample_finding("hard-coded-duration", "literal", "a b/50%#ü.cpp", 1);
  finding.message = "timeval{2, 0} in f[0](x)";
  finding.suggestion = "";
  audit.findings = {finding};
  const Json result = run_of(audit)["results"][0];
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b/50%25%23%C3%BC.cpp");
  EXPECT_EQ(result["message"]["text"], "timeval{{2, 0}} in f\\[0\\](x).");
}

} // namespace plumbline
