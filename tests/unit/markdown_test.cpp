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
  EXPECT_THAT(page, StartsWith("# Design audit\n\n> **Incomplete**: Some of the program was not seen"));
  EXPECT_THAT(page, HasSubstr("\n**3 findings in 2 items to work on, about 1.5–3 hours**\n"));
  EXPECT_THAT(page,
              HasSubstr("| P0 | 1 | 1–2 |\n| P1 | 2 | 0.5–1 |\n| P2 | 0 | 0 |\n| **all** | **3** | **1.5–3** |\n"));
  EXPECT_THAT(page, HasSubstr("Configuration feeds 1 of 2 places that use a tunable (50 %)."));
  EXPECT_THAT(page, HasSubstr("* Coverage: 2 of 4 translation units analysed; Not, or not wholly, seen"));
  EXPECT_THAT(page, HasSubstr("\n| [2](#item-2) | 5 s is written into poll() | `src/app/worker.cpp:4` | P1 | 0.5–1 | "
                              "★★★ 56 | 75 |\n"));
}

TEST(Markdown, DescribesEachItem) {
  const std::string page = markdown_of(run_audit(sample_input()));
  EXPECT_THAT(page, HasSubstr("### <a id=\"item-2\"></a>2. 5 s is written into poll()\n\n"
                              "`src/app/worker.cpp:4` · `demo::Worker` · **P1** · module: app · "
                              "`hard-coded-duration/literal`\n"));
  EXPECT_THAT(page, HasSubstr("\n```cpp\nwait(5s);\n```\n"));
  EXPECT_THAT(page, HasSubstr("**Why it matters**"));
  EXPECT_THAT(page, HasSubstr("**Proposed change**\n\n* Make it a field of the worker's options.\n\n"
                              "```diff\n@@ src/app/worker.cpp:4 @@\n- wait(5s);\n"
                              "+ wait(std::chrono::seconds(options_.poll_interval_seconds));\n```\n"));
  EXPECT_THAT(page, HasSubstr("\n* [ ] Test with a value that is not the default\n"));
  EXPECT_THAT(page, HasSubstr("\n1. `src/app/worker.cpp:4`: 5 s is passed to wait()\n"
                              "2. `src/app/wait.h:2`: wait() sleeps for it\n"));
  EXPECT_THAT(page, HasSubstr("**Effort**: 0.5–1 h · score: 56 = 40 (priority P1) + 8 (kind) + 3 (role sleep) + "
                              "5 (configuration at hand) · score per hour: 75\n"));
}

TEST(Markdown, ShowsTheTwoFindingsOfAPairAsOne) {
  const std::string page = markdown_of(run_audit(sample_input()));
  EXPECT_THAT(page, HasSubstr("**Also** (`missing-config-injection/bypassed`): wait() is configured at 2 other calls"));
  EXPECT_THAT(page, Not(HasSubstr("item-3")));
  EXPECT_EQ(page.find("**Also**"), page.rfind("**Also**")) << "only where there is a second finding";
}

// Findings of one file that are mended together.
static Audit values_in_one_file(std::uint32_t count) {
  Audit audit;
  for (std::uint32_t line = 1; line <= count; ++line) {
    audit.findings.push_back(sample_finding("hard-coded-duration", "duration", "a.cpp", line));
    audit.findings.back().value = std::to_string(line) + " s";
    audit.findings.back().effort = {1, 2};
    audit.findings.back().score = 50;
  }
  return audit;
}

TEST(Markdown, MakesOneItemOfTheValuesOfAFile) {
  Audit audit = values_in_one_file(7);
  Finding other = sample_finding("unbounded-wait", "wait", "a.cpp", 90);
  audit.findings.push_back(other);
  Finding test = sample_finding("hard-coded-duration", "duration", "a.cpp", 91);
  test.scope = Scope::test;
  audit.findings.push_back(test);
  const std::string page = markdown_of(audit);
  EXPECT_THAT(page, HasSubstr("**9 findings in 3 items to work on"));
  EXPECT_THAT(page,
              HasSubstr("| [1](#item-1) | `demo::Worker`: 7 values frozen into the code (1 s, 2 s, 3 s, 4 s, 5 s, "
                        "…) | `a.cpp` | P1 | 7–14 | ★★★ 50 | 33 |\n"));
  EXPECT_THAT(page, HasSubstr("\n| 7 | `wait(5s);` | 7 s | sleep | – |\n"));
}

TEST(Markdown, SortsNextStepsByWhatAnHourGains) {
  Audit audit;
  for (const char* file : {"dear.cpp", "cheap.cpp"}) {
    audit.findings.push_back(sample_finding("unbounded-wait", "wait", file, 1));
    audit.findings.back().score = 60;
    audit.findings.back().effort = {8, 8};
    audit.findings.back().message = std::string("in ") + file;
  }
  audit.findings.back().effort = {1, 1};
  const std::string page = markdown_of(audit);
  EXPECT_LT(page.find("| [1](#item-1) | in dear.cpp"), page.find("| [2](#item-2) | in cheap.cpp"));
  EXPECT_THAT(page, HasSubstr("### P1: 9 h\n\n1. [in cheap.cpp](#item-2) · `cheap.cpp:1` · 1 h\n2. [in dear.cpp]"));
}

TEST(Markdown, StatesWhatWasNotSeen) {
  const std::string page = markdown_of(run_audit(sample_input()));
  EXPECT_THAT(page, HasSubstr("| failed | 1 |\n"));
  EXPECT_THAT(page,
              HasSubstr("| `src/app/old.cpp` | analysed with errors (2) | src/app/old.cpp:3:1: error: expected ';' |\n"
                        "| `src/net/socket.cpp` | failed | the worker ran out of memory |\n"));
}

TEST(Markdown, ShowsModulesFiguresAndTheSuppressed) {
  const std::string page = markdown_of(run_audit(sample_input()));
  EXPECT_THAT(page, HasSubstr("\n| app | 0 | 2 | 0 | 2 | 1 | 50 % |\n| net | 1 | 0 | 0 | 0 | 0 |  |\n"));
  EXPECT_THAT(page, HasSubstr("\n| P0 open findings | 1 | ≤ 0 | no |\n"));
  EXPECT_THAT(page, HasSubstr("\n| translation units not seen | 2 | 0 | no |\n"));
  EXPECT_THAT(page,
              HasSubstr("\n| `src/app/worker.cpp:6` | `hard-coded-duration/literal` | 2 s is fixed by the protocol | "
                        "RFC 1 says so | 2027-03-01 |\n"));
}

static Json model_with_progress() {
  Json model = report_model(run_audit(sample_input()));
  for (Json& finding : model["findings"])
    if (finding["status"] == "new") finding["status"] = "open";
  model["baseline"] = {{"path", ".plumbline/baseline.json"}, {"commit", "abc"}, {"schema", 1}};
  model["progress"] = Json::parse(R"json({
    "baseline_total": 60, "fixed": 15, "open": 45, "new": 0, "reopened": 0, "accepted": 0, "unknown": 0,
    "fixed_share": 0.25, "configured_share": 0.4303,
    "by_module": [{"name": "Background tasks", "priority": "P0", "owner": "platform", "files": 2, "places": 6,
                   "done": 6, "share": 1.0}],
    "by_check": [], "by_priority": [{"name": "P0", "places": 20, "done": 5, "share": 0.25}],
    "files": [{"path": "src/startup.cpp", "rows": [
      {"line_before": 66, "line_now": 70, "before": "std::chrono::seconds(5)", "now": "config.cache_ttl",
       "status": "fixed", "check": "c", "kind": "k", "fingerprint": "f", "message": "m"
},
      {"line_before": 80, "line_now": 0, "before": "30", "now": "", "status": "fixed"},
      {"line_before": 90, "line_now": 91, "before": "60", "now": "60", "status": "open"}]
}]
})json");
  model["history"] = Json::parse(R"([
    {"commit": "0123456789abcdef", "date": "2026-11-01", "open": 60, "fixed": 0, "new": 60, "configured_share": 0.1},
    {"commit": "fedcba9876543210", "date": "2026-11-08T10:00:00Z", "open": 45, "fixed": 15, "new": 0,
     "configured_share": 0.43}])");
  model["gate"] = {{"passed", false},
                   {"rules", {{{"rule", "max-open P0"}, {"limit", 3}, {"actual", 9}, {"broken", true}}}}};
  return model;
}

TEST(Markdown, ShowsTheMigrationBeforeAndNow) {
  const std::string page = llvm::cantFail(render(Format::markdown, model_with_progress(), {}));
  EXPECT_THAT(page,
              HasSubstr("* 15 of 60 findings fixed since the baseline (25 %); 0 new, 0 came back, 45 still open.\n"));
  EXPECT_THAT(page, HasSubstr("| fixed / (baseline + new) | 15 | 60 | 25 % |\n"
                              "| configured places / all places | 1 | 2 | 50 % |\n| `P0` | 5 | 20 | 25 % |\n"));
  EXPECT_THAT(page, HasSubstr("| Background tasks | P0 | platform | 2 | 6 | 6 | 100 % |\n"));
  EXPECT_THAT(page, HasSubstr("#### `src/startup.cpp` · 2 / 3 (66 %)\n\n| line | before | line | now | status |\n"
                              "|---:|---|---:|---|---|\n"
                              "| 66 | `std::chrono::seconds(5)` | 70 | `config.cache_ttl` | ✅ migrated |\n"
                              "| 80 | `30` | – | – | ✅ removed |\n| 90 | `60` | 91 | unchanged | ⏳ open |\n"));
  EXPECT_THAT(page, HasSubstr("open `█▁` · configured `▁█`"));
  EXPECT_THAT(page, HasSubstr("| `0123456789` | 2026-11-01 | 60 | 0 | 60 | 10 % |\n"));
  EXPECT_THAT(page, HasSubstr("Since the last record (2026-11-08): 45 → 3 open; fixed 0, new 0.\n")); // three stand
  EXPECT_THAT(page, HasSubstr("> **Gate broken**\n\n| rule | actual | allowed |\n|---|---:|---:|\n"
                              "| `max-open P0` | 9 | 3 |\n"));
  EXPECT_THAT(page, HasSubstr("| P0 open findings | 1 | ≤ 3 | ✅ yes |"));
  EXPECT_THAT(page, HasSubstr("| score per hour | state |")) << "states mean something now";
}

TEST(Markdown, ShowsMachinesAndGraphsAsMermaid) {
  Json model = report_model({});
  model["machines"] = {{{"name", "demo::State"},
                        {"location", {{"path", "src/state.h"}, {"line", 7}}},
                        {"states", {{{"name", "A"}}, {{"name", "B"}}}},
                        {"transitions", {{{"from", "A"}, {"to", "B"}}}},
                        {"mermaid", "stateDiagram-v2\n  A --> B\n```\n"}}};
  model["graphs"] = {
      {{"name", "modules"},
       {"nodes", {{{"name", "app"}, {"layer", 0}, {"files", 1}}, {{"name", "base"}, {"layer", 1}, {"files", 2}}}},
       {"edges",
        {{{"from", "app"},
          {"to", "base"},
          {"weight", 3},
          {"includes", 1},
          {"back", false},
          {"against_layers", false}}}}}};
  const std::string page = llvm::cantFail(render(Format::markdown, model, {}));
  EXPECT_THAT(page, HasSubstr("### `demo::State`\n\n`src/state.h:7`: 2 states, 1 transitions\n\n"
                              "````mermaid\nstateDiagram-v2\n  A --> B\n```\n````\n"));
  EXPECT_THAT(page, HasSubstr("\n```mermaid\nflowchart"));
}

TEST(Markdown, OfNothingSaysSo) {
  Audit audit;
  audit.units = {{"a.cpp", UnitState::analysed, 0, "", {}}};
  const std::string page = markdown_of(audit);
  EXPECT_THAT(page, HasSubstr("**Nothing to do was found**"));
  for (const char* absent : {"Incomplete", "## Items", "## Modules", "Appendix", "Next steps", "Progress", "{{"})
    EXPECT_THAT(page, Not(HasSubstr(absent)));
}

TEST(Markdown, LeavesOutWhatIsNotKnown) {
  Audit audit;
  Finding finding;
  finding.message = "something";
  audit.findings = {finding};
  const std::string page = markdown_of(audit);
  for (const char* absent : {"· module", "Proposed", "```", "Evidence", "Also", "test code", "Checklist", "matters"})
    EXPECT_THAT(page, Not(HasSubstr(absent)));
}

TEST(Markdown, DescribesTheFirstFiftyAndListsTheRest) {
  Audit audit;
  for (std::uint32_t i = 1; i <= 60; ++i)
    audit.findings.push_back(sample_finding("hard-coded-duration", "literal", "a" + std::to_string(i) + ".cpp", i));
  const std::string page = markdown_of(audit);
  EXPECT_THAT(page, HasSubstr("The first 50 items are described below; the other 10 stand in the table only."));
  EXPECT_THAT(page, HasSubstr("\n| [50](#item-50) |"));
  EXPECT_THAT(page, HasSubstr("\n| 60 | 5 s is written into poll() | `a60.cpp:60` |"));
  EXPECT_THAT(page, HasSubstr("<a id=\"item-50\">"));
  EXPECT_THAT(page, Not(HasSubstr("<a id=\"item-51\">")));
}

TEST(Markdown, TheCodeCannotBreakOut) {
  Audit audit;
  Finding finding = sample_finding("hard-coded-duration", "literal", "a|b`c.cpp", 1);
  finding.message = "x | y\n# no <script>alert(1)</script> [a](b) ![c](d) `e` *f* _g_ @team \u202E {{tool}} #12 "
                    "https://e.org www.e.org ns::f # a.b";
  finding.line_text = "```\n<b>&amp;</b>\x1b";
  finding.owner = "`tick`";
  finding.module = "a|b";
  audit.findings = {finding};
  const std::string page = markdown_of(audit);
  EXPECT_THAT(
      page, HasSubstr("x \\| y # no &lt;script&gt;alert(1)&lt;/script&gt; \\[a\\](b) \\!\\[c\\](d) \\`e\\` \\*f\\* "
                      "\\_g\\_ @<!-- -->team \\\\u{202E} {{tool}} #<!-- -->12 https:<!-- -->//e.org www<!-- -->.e.org "
                      "ns::f # a.b"));
  EXPECT_THAT(page, HasSubstr("\n````cpp\n```\n<b>&amp;</b>\\u{1B}\n````\n"));
  EXPECT_THAT(page, HasSubstr("<code>a&#124;b&#96;c&#46;cpp&#58;1</code>"));
  EXPECT_THAT(page, HasSubstr("`` `tick` ``"));
  EXPECT_THAT(page, HasSubstr("\n| a\\|b | 0 | 1 |"));
}

TEST(Markdown, TemplatesCanBeReplacedWithPartialsBesideThem) {
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("plumbline", folder));
  auto write = [&](const std::string& name, const std::string& text) {
    std::error_code code;
    llvm::raw_fd_ostream((folder + "/" + name).str(), code) << text;
    return (folder + "/" + name).str();
  };
  RenderOptions options;
  options.template_file =
      write("mine.mustache", "{{count}} by {{tool}}, {{t.score}}{{#details}}\n{{> item}}{{/details}}{{nothing}}\n");
  const Json model = report_model(run_audit(sample_input()));
  std::string page = llvm::cantFail(render(Format::markdown, model, options));
  EXPECT_THAT(page, StartsWith("3 by plumbline, score"));
  EXPECT_THAT(page, HasSubstr("### <a id=\"item-1\">"));
  write("item.mustache", "* {{title}}\n");
  page = llvm::cantFail(render(Format::markdown, model, options));
  EXPECT_THAT(page, HasSubstr("* 5 s is written into poll()\n"));
  EXPECT_THAT(page, Not(HasSubstr("### <a id=\"item-1\">")));
  EXPECT_THAT(llvm::cantFail(render(Format::html, model, options)), StartsWith("<!DOCTYPE html>"))
      << "a template for markdown is none for HTML";
  write("item.mustache", "{{t.nonsense}}");
  EXPECT_THAT(llvm::toString(render(Format::markdown, model, options).takeError()),
              HasSubstr("item.mustache names {{t.nonsense}}"));
  llvm::sys::fs::remove_directories(folder);

  options.template_file = "none.mustache";
  EXPECT_THAT(llvm::toString(render(Format::markdown, report_model({}), options).takeError()),
              HasSubstr("cannot read the template none.mustache"));
}

// The same page, smaller, where a service has a limit.

static Audit many_items(std::uint32_t count, const std::string& message) {
  Audit audit;
  for (std::uint32_t i = 1; i <= count; ++i) {
    audit.findings.push_back(
        sample_finding("hard-coded-duration", "literal", "some/folder/file_" + std::to_string(i) + ".cpp", i));
    audit.findings.back().message = message;
  }
  return audit;
}

TEST(PullRequestComment, FitsAndSaysHowManyAreLeftOut) {
  const std::string page = llvm::cantFail(render(Format::pull_request, report_model(many_items(1500, "short")), {}));
  EXPECT_LE(page.size(), 65'536u);
  EXPECT_GT(page.size(), 58'000u) << "about as many as fit";
  EXPECT_THAT(page, StartsWith("<!-- plumbline"));
  EXPECT_THAT(page, HasSubstr("more items did not fit here."));
  const std::string small = llvm::cantFail(render(Format::pull_request, report_model(many_items(3, "short")), {}));
  EXPECT_THAT(small, Not(HasSubstr("did not fit")));
}

TEST(PullRequestComment, SpeaksAboutTheChange) {
  Json model = model_with_progress();
  EXPECT_THAT(llvm::cantFail(render(Format::pull_request, model, {})), HasSubstr("Nothing to do was found"));
  model["findings"][0]["status"] = "new";
  EXPECT_THAT(llvm::cantFail(render(Format::pull_request, model, {})), HasSubstr("1 finding in 1 item to work on"));
}

TEST(StepSummary, FitsIntoOneMebibyte) {
  const Json model = report_model(many_items(700, std::string(2000, 'x')));
  const std::string page = llvm::cantFail(render(Format::github_summary, model, {}));
  EXPECT_LE(page.size(), 1u << 20);
  EXPECT_GT(page.size(), 940'000u);
  EXPECT_THAT(page, HasSubstr("more items did not fit here."));
}

} // namespace plumbline
