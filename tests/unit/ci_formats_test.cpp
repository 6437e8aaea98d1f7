// What CI services read: GitHub's workflow commands, GitLab Code Quality, JUnit XML.
#include "report/render.h"

#include "sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace plumbline {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

static std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    lines.push_back(text.substr(start, end - start));
    start = end == std::string::npos ? text.size() : end + 1;
  }
  return lines;
}

// `count` findings of each priority, a line apart.
static Json model_with(std::size_t count) {
  Audit audit;
  for (Priority priority : {Priority::p0, Priority::p1, Priority::p2})
    for (std::uint32_t line = 1; line <= count; ++line) {
      Finding finding = sample_finding("hard-coded-duration", "duration", "src/a.cpp", line);
      finding.priority = priority;
      finding.fingerprint = "f" + std::to_string(audit.findings.size());
      audit.findings.push_back(std::move(finding));
    }
  return report_model(audit);
}

TEST(GitHub, AnnotatesTheLineOfEachFinding) {
  const std::string out = render_github(report_model(run_audit(sample_input())));
  EXPECT_THAT(out, HasSubstr("::warning file=src/app/worker.cpp,line=4,col=5,endColumn=9,"
                             "title=P1 hard-coded-duration/literal::5 s is written into poll()%0A"
                             "Make it a field of the worker's options.%0A"
                             "Instead: wait(std::chrono::seconds(options_.poll_interval_seconds));\n"));
  EXPECT_THAT(out, HasSubstr("::error file=src/net/socket.cpp,line=8,"));
  EXPECT_THAT(out, Not(HasSubstr("fixed by the protocol"))) << "suppressed";
}

TEST(GitHub, SaysFirstWhatWasNotSeenAndWhichRuleBroke) {
  Json model = report_model(run_audit(sample_input()));
  model["gate"] = {{"passed", false},
                   {"rules",
                    {{{"rule", "new:P0"}, {"limit", 0}, {"actual", 2}, {"broken", true}},
                     {{"rule", "new:P1"}, {"limit", 0}, {"actual", 0}, {"broken", false}}}}};
  EXPECT_THAT(render_github(model),
              StartsWith("::error title=plumbline::The audit is incomplete: 1 translation unit could not be analysed\n"
                         "::error file=src/net/socket.cpp,title=plumbline::src/net/socket.cpp could not be analysed: "
                         "the worker ran out of memory\n"
                         "::error title=plumbline::The gate is broken: new:P0 (2, allowed are 0)\n"));
}

TEST(GitHub, KeepsToTenOfALevelAndSaysWhatIsLeftOut) {
  const std::vector<std::string> lines = lines_of(render_github(model_with(12)));
  std::map<std::string, int> levels;
  for (const std::string& line : lines) ++levels[line.substr(0, line.find(' '))];
  EXPECT_EQ(levels, (std::map<std::string, int>{{"::error", 10}, {"::warning", 10}, {"::notice", 10}}));
  EXPECT_EQ(lines.back(), "::notice title=plumbline::More findings than GitHub shows of one step are left out: "
                          "P0 2, P1 2, P2 3");
  EXPECT_THAT(render_github(model_with(9)), Not(HasSubstr("left out")));
}

TEST(GitHub, ShowsWhatIsNewBeforeWhatWasKnown) {
  Json model = model_with(12);
  for (Json& finding : model["findings"]) finding["status"] = "open";
  model["findings"][11]["status"] = "new";
  EXPECT_THAT(render_github(model), StartsWith("::error file=src/a.cpp,line=12,"));
}

TEST(GitHub, TheCodeCannotGiveCommands) {
  Audit audit;
  Finding finding = sample_finding("hard-coded-duration", "duration", "a,b:c%.cpp", 0);
  finding.message = "50%\r\n::error::mine\n\x1b]0;x\x07";
  finding.suggestion = "";
  audit.findings = {finding};
  const std::string out = render_github(report_model(audit));
  EXPECT_EQ(out, "::warning file=a%2Cb%3Ac%25.cpp,title=P1 hard-coded-duration/duration::50%25%0A::error::mine%0A"
                 "\\u{1B}]0;x\\u{7}\n");
}

TEST(CodeQuality, IsAListOfWhatIsWrongNow) {
  const Json report = Json::parse(render_codequality(report_model(run_audit(sample_input())), {}));
  ASSERT_EQ(report.size(), 4u) << "a unit that failed, and three findings; suppressed ones are not in it";
  EXPECT_EQ(report[1]["severity"], "critical");
  EXPECT_EQ(report[1]["check_name"], "hard-coded-limit/literal");
  EXPECT_EQ(report[1]["location"], Json::parse(R"({"path": "src/net/socket.cpp", "lines": {"begin": 8}})"));
  EXPECT_EQ(report[1]["fingerprint"].get<std::string>().size(), 32u);
  EXPECT_EQ(report[2]["severity"], "major");
  EXPECT_EQ(report[2]["description"], "5 s is written into poll()");
}

TEST(CodeQuality, NamesWhatWasNotSeen) {
  const Json report = Json::parse(render_codequality(report_model(run_audit(sample_input())), {}));
  EXPECT_EQ(report[0]["severity"], "blocker");
  EXPECT_EQ(report[0]["check_name"], "plumbline/incomplete");
  EXPECT_EQ(report[0]["location"]["path"], "src/net/socket.cpp");
  EXPECT_EQ(report[0]["location"]["lines"]["begin"], 1);
  EXPECT_EQ(report[0]["description"], "this file could not be analysed: the worker ran out of memory");
}

TEST(CodeQuality, FingerprintsAreUniqueAndLinesStartAtOne) {
  Audit audit;
  Finding finding = sample_finding("include-cycle", "cycle", "a.h", 0);
  finding.fingerprint = "same";
  audit.findings = {finding, finding};
  const Json report = Json::parse(render_codequality(report_model(audit), {}));
  EXPECT_NE(report[0]["fingerprint"], report[1]["fingerprint"]);
  EXPECT_EQ(report[0]["location"]["lines"]["begin"], 1);
}

TEST(CodeQuality, OfNothingIsAnEmptyList) {
  EXPECT_EQ(Json::parse(render_codequality(report_model({}), {})), Json::array());
}

TEST(CodeQuality, ShowsTheMostImportantAndCountsTheRestAboveTheLimit) {
  RenderOptions options;
  options.gitlab_artifact_bytes = 10'000;
  const std::string bytes = render_codequality(model_with(40), options);
  EXPECT_LE(bytes.size(), options.gitlab_artifact_bytes);
  const Json report = Json::parse(bytes);
  ASSERT_GT(report.size(), 20u);
  EXPECT_EQ(report[0]["severity"], "critical");
  EXPECT_EQ(report.back()["description"],
            std::to_string(120 - (report.size() - 1)) + " more findings of lower priority do not fit into this report");
}

static std::string junit(const Audit& audit) {
  RenderOptions options;
  options.rules = {{"hard-coded-duration", "", "", {}, Priority::p1}, {"unused-config", "", "", {}, Priority::p2}};
  return render_junit(report_model(audit), options);
}

TEST(JUnit, FailsACaseForEachFinding) {
  const std::string xml = junit(run_audit(sample_input()));
  EXPECT_THAT(xml, StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                              "<testsuites name=\"plumbline\" tests=\"9\" failures=\"3\" errors=\"1\" skipped=\"3\""));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"hard-coded-duration\" tests=\"2\" failures=\"1\" errors=\"0\" "
                             "skipped=\"1\" time=\"0\">"));
  EXPECT_THAT(xml, HasSubstr("<failure type=\"P1\" message=\"5 s is written into poll()\">src/app/worker.cpp:4: "));
  EXPECT_THAT(xml, HasSubstr("file=\"src/app/worker.cpp\" line=\"4\""));
  EXPECT_THAT(xml, HasSubstr("<skipped message=\"suppressed: RFC 1 says so\"/>"));
}

TEST(JUnit, ChecksWithoutFindingsPassAndUnseenUnitsAreErrors) {
  const std::string xml = junit(run_audit(sample_input()));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"unused-config\" tests=\"1\" failures=\"0\""));
  EXPECT_THAT(xml, HasSubstr("name=\"src/net/socket.cpp\" file=\"src/net/socket.cpp\" time=\"0\">\n"
                             "      <error type=\"failed\" message=\"failed: the worker ran out of memory\"/>"));
}

TEST(JUnit, WithABaselineOnlyWhatIsNewFails) {
  Json model = model_with(2);
  for (Json& finding : model["findings"]) finding["status"] = "open";
  model["findings"][0]["status"] = "reopened";
  model["gate"] = {{"passed", false},
                   {"rules", {{{"rule", "max-open P0"}, {"limit", 1}, {"actual", 2}, {"broken", true}}}}};
  const std::string xml = render_junit(model, {});
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"hard-coded-duration\" tests=\"6\" failures=\"1\" errors=\"0\" "
                             "skipped=\"5\""));
  EXPECT_THAT(xml, HasSubstr("<failure type=\"gate\" message=\"max-open P0: 2, allowed are 1\"/>"));
}

TEST(JUnit, TheCodeStaysText) {
  Audit audit;
  Finding finding = sample_finding("hard-coded-duration", "duration", "a.cpp", 1);
  finding.message = "\"<b>&\x01\xEF\xBF\xBE";
  audit.findings = {finding};
  EXPECT_THAT(junit(audit), HasSubstr("message=\"&quot;&lt;b&gt;&amp;\\u{1}\xEF\xBF\xBD\""));
}

} // namespace plumbline
