#include "report/report.h"

#include "report/escape.h"
#include "sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>

namespace plumbline {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

static std::string markdown_of(const Audit& audit) {
  return llvm::cantFail(render(Format::markdown, report_model(audit), {}));
}

TEST(Markdown, ShowsWhatToDoFirst) {
  const std::string page = markdown_of(run_audit(sample_input()));
  EXPECT_THAT(page, StartsWith("# Design audit\n\n> **Incomplete.**"));
  EXPECT_THAT(page, HasSubstr("| P0 | 1 | 1–2 |\n| P1 | 2 | 1–2 |\n| P2 | 0 | 0 |\n| **all** | **3** | **2–4** |\n"));
  EXPECT_THAT(page, HasSubstr("Configuration feeds 1 of 2 places that use a tunable (50 %)."));
  EXPECT_THAT(page, HasSubstr("\n| [2](#finding-2) | 5 s is written into poll() | `src/app/worker.cpp:4` | "
                              "`hard-coded-duration/literal` | P1 | 0.5–1 | 56 | new |\n"));
}

TEST(Markdown, DescribesEachItem) {
  const std::string page = markdown_of(run_audit(sample_input()));
  EXPECT_THAT(page, HasSubstr("### <a id=\"finding-2\"></a>2. 5 s is written into poll()\n\n"
                              "`src/app/worker.cpp:4` in `demo::Worker` · `hard-coded-duration/literal` · **P1**"));
  EXPECT_THAT(page, HasSubstr("\n```cpp\nwait(5s);\n```\n"));
  EXPECT_THAT(page, HasSubstr("**Proposed change:** Make it a field of the worker's options.\n\n"
                              "```cpp\nwait(std::chrono::seconds(options_.poll_interval_seconds));\n```\n"));
  EXPECT_THAT(page, HasSubstr("**Evidence**\n\n1. `src/app/worker.cpp:4`: 5 s is passed to wait()\n"
                              "2. `src/app/wait.h:2`: wait() sleeps for it\n"));
}

TEST(Markdown, ShowsTheTwoFindingsOfAnItemAsOne) {
  const std::string page = markdown_of(run_audit(sample_input()));
  EXPECT_THAT(page, HasSubstr("**Also** (`missing-config-injection/bypassed`): wait() is configured at 2 other calls"));
  EXPECT_THAT(page, Not(HasSubstr("finding-3")));
  EXPECT_EQ(page.find("**Also**"), page.rfind("**Also**")) << "only where there is a second finding";
}

TEST(Markdown, StatesWhatWasNotSeen) {
  const std::string page = markdown_of(run_audit(sample_input()));
  EXPECT_THAT(page, HasSubstr("| failed | 1 |\n"));
  EXPECT_THAT(page,
              HasSubstr("| `src/app/old.cpp` | analysed with errors (2) | src/app/old.cpp:3:1: error: expected ';' |\n"
                        "| `src/net/socket.cpp` | failed | the worker ran out of memory |\n"));
}

TEST(Markdown, ShowsModulesAndTheSuppressed) {
  const std::string page = markdown_of(run_audit(sample_input()));
  EXPECT_THAT(page, HasSubstr("\n| app | 0 | 2 | 0 | 2 | 1 | 50 % |\n| net | 1 | 0 | 0 | 0 | 0 |  |\n"));
  EXPECT_THAT(page,
              HasSubstr("\n| `src/app/worker.cpp:6` | `hard-coded-duration/literal` | 2 s is fixed by the protocol | "
                        "RFC 1 says so | 2027-03-01 |\n"));
}

TEST(Markdown, OfNothingSaysSo) {
  Audit audit;
  audit.units = {{"a.cpp", UnitState::analysed, 0, "", {}}};
  const std::string page = markdown_of(audit);
  EXPECT_THAT(page, HasSubstr("Nothing to do was found."));
  for (const char* absent : {"Incomplete", "## Findings", "## Modules", "## Suppressed", "{{"})
    EXPECT_THAT(page, Not(HasSubstr(absent)));
}

TEST(Markdown, LeavesOutWhatIsNotKnown) {
  Audit audit;
  Finding finding;
  finding.message = "something";
  audit.findings = {finding};
  const std::string page = markdown_of(audit);
  for (const char* absent : {"module –", "· module", " in `", "Proposed", "```", "Evidence", "Also", "test code"})
    EXPECT_THAT(page, Not(HasSubstr(absent)));
}

TEST(Markdown, DescribesTheFirstFiftyAndListsTheRest) {
  Audit audit;
  for (std::uint32_t line = 1; line <= 60; ++line)
    audit.findings.push_back(sample_finding("hard-coded-duration", "literal", "a.cpp", line));
  const std::string page = markdown_of(audit);
  EXPECT_THAT(page,
              HasSubstr("The first 50 items are described below; the other 10 stand in the [table](#summary) only."));
  EXPECT_THAT(page, HasSubstr("\n| [50](#finding-50) |"));
  EXPECT_THAT(page, HasSubstr("\n| 60 | 5 s is written into poll() | `a.cpp:60` |"));
  EXPECT_THAT(page, HasSubstr("<a id=\"finding-50\">"));
  EXPECT_THAT(page, Not(HasSubstr("<a id=\"finding-51\">")));
}

TEST(Markdown, TheCodeCannotBreakOut) {
  Audit audit;
  Finding finding = sample_finding("hard-coded-duration", "literal", "a|b`c.cpp", 1);
  finding.message = "x | y\n# no <script>alert(1)</script> [a](b) ![c](d) `e` *f* _g_ @team \u202E {{tool}}";
  finding.line_text = "```\n<b>&amp;</b>\x1b";
  finding.owner = "`tick`";
  finding.module = "a|b";
  audit.findings = {finding};
  const std::string page = markdown_of(audit);
  EXPECT_THAT(page,
              HasSubstr("x \\| y # no &lt;script&gt;alert(1)&lt;/script&gt; \\[a\\](b) \\!\\[c\\](d) \\`e\\` \\*f\\* "
                        "\\_g\\_ @<!-- -->team \\\\u{202E} {{tool}}"));
  EXPECT_THAT(page, HasSubstr("\n````cpp\n```\n<b>&amp;</b>\\u{1B}\n````\n"));
  EXPECT_THAT(page, HasSubstr("<code>a&#124;b&#96;c&#46;cpp&#58;1</code>"));
  EXPECT_THAT(page, HasSubstr("`` `tick` ``"));
  EXPECT_THAT(page, HasSubstr("\n| a\\|b | 0 | 1 |"));
}

TEST(Markdown, TemplatesCanBeReplacedAndUseTheBuiltInPartials) {
  llvm::SmallString<128> file;
  int descriptor = -1;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("plumbline", "mustache", descriptor, file));
  llvm::raw_fd_ostream(descriptor, true) << "{{count}} by {{tool}}{{#details}}\n{{> finding}}{{/details}}{{nothing}}\n";
  RenderOptions options;
  options.template_file = file.str().str();
  const std::string page = llvm::cantFail(render(Format::markdown, report_model(run_audit(sample_input())), options));
  EXPECT_THAT(page, StartsWith("3 by plumbline"));
  EXPECT_THAT(page, HasSubstr("### <a id=\"finding-1\">"));
  llvm::sys::fs::remove(file);

  options.template_file = "none.mustache";
  EXPECT_THAT(llvm::toString(render(Format::markdown, report_model({}), options).takeError()),
              HasSubstr("cannot read the template none.mustache"));
}

} // namespace plumbline
