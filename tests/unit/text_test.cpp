#include "report/report.h"

#include "report/escape.h"
#include "sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

static std::string text_of_audit(const Audit& audit, const RenderOptions& options = {}) {
  return llvm::cantFail(render(Format::text, report_model(audit), options));
}

TEST(Text, HasOneLineOfCompilersFormPerFinding) {
  const std::string text = text_of_audit(run_audit(sample_input()));
  EXPECT_THAT(text, StartsWith("src/net/socket.cpp:8:5: warning: P0: 100 is the capacity of `queue` | <b>for ever</b> "
                               "[hard-coded-limit/literal]\nsrc/app/worker.cpp:4:5: warning: P1: "));
  EXPECT_THAT(text, Not(HasSubstr("fixed by the protocol"))) << "suppressed";
}

TEST(Text, EndsWithCountsAndCoverage) {
  EXPECT_THAT(text_of_audit(run_audit(sample_input())),
              HasSubstr("\n3 findings: P0 1, P1 2; 1 suppressed\n"
                        "  hard-coded-duration: 1\n"
                        "  hard-coded-limit: 1\n"
                        "  missing-config-injection: 1\n"
                        "sites: configuration feeds 1 of 2 (50 %)\n"
                        "coverage: 1 of 4 translation units analysed, 1 with errors, 1 skipped, 1 failed\n"
                        "  src/app/boot.s: skipped: it is not C or C++\n"
                        "  src/app/boot.s: dropped -fplugin=x.so\n"
                        "  src/app/old.cpp: analysed with 2 errors: src/app/old.cpp:3:1: error: expected ';'\n"
                        "  src/net/socket.cpp: failed: the worker ran out of memory\n"
                        "This audit is incomplete"));
}

TEST(Text, OfNothing) {
  Audit audit;
  audit.units = {{"a.cpp", UnitState::analysed, 0, "", {}}};
  EXPECT_EQ(text_of_audit(audit), "0 findings\ncoverage: 1 of 1 translation unit analysed\n");
}

TEST(Text, VerboseAddsEvidenceSuggestionAndTheSuppressed) {
  RenderOptions options;
  options.verbose = true;
  const std::string text = text_of_audit(run_audit(sample_input()), options);
  EXPECT_THAT(text, HasSubstr("src/app/wait.h:2:1: note: wait() sleeps for it\n"));
  EXPECT_THAT(text, HasSubstr("  suggestion: Make it a field of the worker's options.\n"));
  EXPECT_THAT(text, HasSubstr("  instead: wait(std::chrono::seconds(options_.poll_interval_seconds));\n"));
  EXPECT_THAT(text, HasSubstr("src/app/worker.cpp:6:5: suppressed: 2 s is fixed by the protocol "
                              "[hard-coded-duration/literal] because: RFC 1 says so (until 2027-03-01)\n"));
}

TEST(Text, ColorIsOnlyUsedWhenAskedFor) {
  RenderOptions options;
  EXPECT_THAT(text_of_audit(run_audit(sample_input()), options), Not(HasSubstr("\x1b")));
  options.color = true;
  EXPECT_THAT(text_of_audit(run_audit(sample_input()), options), HasSubstr("\x1b[1;31mwarning:\x1b[0m P0"));
}

TEST(Text, TheCodeCannotDriveTheTerminal) {
  Audit audit;
  audit.units = {{"a\x1b[2J.cpp", UnitState::failed, 0, "because\nof \x07", {}}};
  Finding finding = sample_finding("hard-coded-duration", "literal", "b\r.cpp", 1);
  finding.message = "\x1b]0;title\x07 \u202Etxet\n9 \xc2\x9b"
                    "31m \xff";
  audit.findings = {finding};
  const std::string text = text_of_audit(audit);
  EXPECT_THAT(text, HasSubstr("\\u{1B}]0;title\\u{7} \\u{202E}txet 9 \\u{9B}31m \uFFFD"));
  EXPECT_THAT(text, StartsWith("b\\u{D}.cpp:1:5: "));
  EXPECT_THAT(text, HasSubstr("a\\u{1B}[2J.cpp: failed: because of \\u{7}\n"));
}

TEST(Escape, PrintableLinesKeepTheCodesShape) {
  EXPECT_EQ(printable_lines("if (a)\r\n\treturn;\n"), "if (a)\n    return;\n");
  EXPECT_EQ(printable_lines("a\u200Bb\uFEFF"), "a\\u{200B}b\\u{FEFF}");
  EXPECT_EQ(printable_line("grün 日本 😀"), "grün 日本 😀");
}

} // namespace plumbline
