// Reports against other people's validators: JSON against the published schema (Debian's python3-jsonschema), SARIF
// against Microsoft's SARIF Multitool (npm, tests/node). scripts/test installs both; a missing one is a failure.
#include "check.h"
#include "report/report.h"

#include "../unit/sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Program.h>
#include <llvm/Support/raw_ostream.h>

namespace plumbline {

static const std::string multitool =
    SOURCE_DIR "/tests/node/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool";

static std::string read(const std::string& path) {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : "";
}

class ReportFormats : public testing::Test {
 protected:
  void SetUp() override { ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("plumbline-formats", folder)); }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string file(const std::string& name) const { return (folder + "/" + name).str(); }

  std::string write(const std::string& name, const std::string& bytes) const {
    llvm::cantFail(write_file_atomically(file(name), bytes));
    return file(name);
  }

  // The exit status; what the program said is in `output`.
  int run(const std::string& program, const std::vector<std::string>& arguments) {
    std::vector<llvm::StringRef> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const std::string output_file = file("output.txt");
    llvm::sys::fs::remove(output_file); // a redirection does not truncate
    const std::optional<llvm::StringRef> redirects[] = {std::nullopt, llvm::StringRef(output_file),
                                                        llvm::StringRef(output_file)};
    // .NET refuses to start without libicu otherwise, and unpacks itself below the home folder.
    const std::string home = "HOME=" + file("home"), unpacked = "DOTNET_BUNDLE_EXTRACT_BASE_DIR=" + file("home");
    llvm::sys::fs::create_directory(file("home"));
    const std::vector<llvm::StringRef> environment{"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "PATH=/usr/bin:/bin",
                                                   home, unpacked};
    std::string error;
    const int status =
        llvm::sys::ExecuteAndWait(program, words, llvm::ArrayRef<llvm::StringRef>(environment), redirects,
                                  /*SecondsToWait=*/120, /*MemoryLimit=*/0, &error);
    output = read(output_file) + error;
    return status;
  }

  int check_schema(const Json& model) {
    return run("/usr/bin/python3", {SOURCE_DIR "/tests/report_schema.py", SOURCE_DIR "/schemas/report.schema.json",
                                    write("report.json", llvm::cantFail(render(Format::json, model, {})))});
  }

  // The validator's own results of level error and warning, one a line.
  // One run for all files, because the program needs seconds to start.
  std::vector<std::string> sarif_problems(const std::vector<std::string>& logs) {
    // npm leaves the program unexecutable when install scripts are switched off.
    if (llvm::sys::fs::exists(multitool)) llvm::sys::fs::setPermissions(multitool, llvm::sys::fs::perms(0755));
    const std::string result = file("validation.sarif");
    std::vector<std::string> arguments{"validate"};
    for (const std::string& log : logs)
      arguments.push_back(write("report" + std::to_string(arguments.size()) + ".sarif", log));
    arguments.insert(arguments.end(), {"--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--output", result,
                                       "--log", "ForceOverwrite"});
    const int status = run(multitool, arguments);
    EXPECT_THAT(output, testing::HasSubstr(std::to_string(logs.size()) + " files scanned"));
    const Json log = Json::parse(read(result), nullptr, false);
    if (log.is_discarded()) {
      ADD_FAILURE() << "the validator did not run (npm --prefix tests/node ci installs it): status " << status << ": "
                    << output;
      return {};
    }
    std::vector<std::string> problems;
    for (const Json& validation : log["runs"]) {
      EXPECT_EQ(validation["invocations"][0]["executionSuccessful"], true) << output;
      for (const Json& problem : validation.value("results", Json::array())) problems.push_back(problem.dump());
    }
    return problems;
  }

  llvm::SmallString<128> folder;
  std::string output;
};

// Everything hostile or rare at once: every status, paths with special characters, text that is not UTF-8.
static Audit rich_audit() {
  Audit audit = run_audit(sample_input());
  audit.notes = {"the cache folder cannot be written"};
  std::vector<Finding> more;
  for (Status status : {Status::open, Status::fixed, Status::reopened, Status::accepted, Status::unknown}) {
    Finding finding = sample_finding("hard-coded-duration", "literal", "src/a b/50%#ü:[1].cpp", 3);
    finding.status = status;
    finding.message = "timeval{0, 5} in f[0](x) \x1b \xff \u202E";
    finding.fingerprint = "0123456789abcdef0123456789abcdef";
    finding.scope = Scope::test;
    if (status == Status::accepted) finding.suppression = Suppression{"known", "2027-01-01", {}};
    more.push_back(std::move(finding));
  }
  Finding whole_file = sample_finding("include-cycle", "cycle", "/outside/of/the/root.h", 0);
  whole_file.place = {"/outside/of/the/root.h", 0, 0, 0, 0};
  whole_file.fingerprint = "0123456789abcdef0123456789abcdee";
  whole_file.entity = whole_file.suggestion = whole_file.source_text = whole_file.line_text = "";
  more.push_back(std::move(whole_file));
  audit.findings.insert(audit.findings.end(), more.begin(), more.end());
  return audit;
}

static RenderOptions options_with_pages() {
  RenderOptions options;
  for (const RegisteredCheck& registered : all_checks()) {
    RuleText rule{std::string(registered.name),
                  std::string(registered.check->title),
                  std::string(registered.page),
                  {},
                  registered.check->priority};
    for (std::string_view kind : registered.check->kinds) rule.kinds.emplace_back(kind);
    options.rules.push_back(std::move(rule));
  }
  options.read_source = [](std::string_view path) -> std::optional<std::string> {
    if (path != "src/app/worker.cpp") return std::nullopt;
    return "// é\n#include <a>\nvoid f() {\n    wait(5s); // wé\n}\n    wait(2s); // plumbline\n\n\n\nend\n";
  };
  return options;
}

TEST_F(ReportFormats, JsonFitsThePublishedSchema) {
  for (const Audit& audit : {Audit(), run_audit(sample_input()), rich_audit()})
    EXPECT_EQ(check_schema(report_model(audit)), 0) << output;
}

TEST_F(ReportFormats, TheSchemaRejectsWhatIsWrong) {
  const Json model = report_model(run_audit(sample_input()));
  Json wrong_priority = model, extra = model, missing = model;
  wrong_priority["findings"][0]["priority"] = "P3";
  extra["findings"][0]["colour"] = "red";
  missing["coverage"].erase("incomplete");
  for (const Json& wrong : {wrong_priority, extra, missing}) {
    EXPECT_EQ(check_schema(wrong), 1);
    EXPECT_THAT(output, testing::HasSubstr("report.json: $"));
  }
}

TEST_F(ReportFormats, SarifPassesMicrosoftsValidator) {
  std::vector<std::string> logs;
  for (const Audit& audit : {Audit(), run_audit(sample_input()), rich_audit()})
    for (const RenderOptions& options : {RenderOptions(), options_with_pages()})
      logs.push_back(llvm::cantFail(render(Format::sarif, report_model(audit), options)));
  EXPECT_THAT(sarif_problems(logs), testing::IsEmpty());
}

TEST_F(ReportFormats, TheValidatorRejectsWhatIsWrong) {
  const std::string sarif =
      llvm::cantFail(render(Format::sarif, report_model(run_audit(sample_input())), options_with_pages()));
  Json wrong_index = Json::parse(sarif, nullptr, false), backwards = wrong_index;
  wrong_index["runs"][0]["results"][0]["ruleIndex"] = 99;
  backwards["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["endLine"] = 1;
  const std::vector<std::string> problems = sarif_problems({wrong_index.dump(), backwards.dump()});
  EXPECT_THAT(problems, testing::Contains(testing::HasSubstr("report1.sarif")));
  EXPECT_THAT(problems, testing::Contains(testing::HasSubstr("report2.sarif")));
}

// Everything that a reader of markdown could take for more than text, in every field that comes from the code.
static Audit hostile_audit() {
  static constexpr const char* text = "a|b `c` ``d`` <script>alert(1)</script> &amp; [l](http://x) ![i](y) *e* _f_ ~g~ "
                                      "\\| https://e.org/x www.e.org WWW.e.org me@e.org \x1b[31m \u202E \u200B\n# "
                                      "heading\n\n- item\n```\n</code></pre></details>";
  Audit audit = run_audit(sample_input());
  for (int i = 0; i < 3; ++i) {
    Finding finding = sample_finding("hard-coded-duration", "duration", i == 2 ? "a|`b`.cpp" : "x.cpp", 7);
    for (std::string* field : {&finding.message, &finding.suggestion, &finding.owner, &finding.entity, &finding.value,
                               &finding.line_text, &finding.module, &finding.role})
      *field = text;
    finding.evidence = {{finding.place, text}, {{"b`|.h", 1, 1, 1, 2}, text}};
    finding.config_in_reach = ConfigInReach{text, text, text, i == 1, text, text};
    finding.fingerprint = std::string(31, 'f') + std::to_string(i);
    audit.findings.push_back(finding);
    finding.status = Status::accepted;
    finding.suppression = Suppression{text, text, {}};
    finding.fingerprint = std::string(31, 'e') + std::to_string(i);
    audit.findings.push_back(finding);
  }
  audit.notes = {text};
  audit.units.push_back({text, UnitState::failed, 1, text, {text}});
  return audit;
}

static std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_F(ReportFormats, MarkdownIsWhatItLooksLikeWhateverTheCodeSays) {
  if (!llvm::sys::fs::exists("/usr/bin/cmark-gfm")) FAIL() << "cmark-gfm is missing; scripts/test installs it";
  Json model = report_model(hostile_audit());
  model["machines"] = {{{"name", "a|b"}, {"mermaid", "stateDiagram-v2\n```\n# x\n"}}};
  for (const char* language : {"en", "zh-CN", "zh-TW"})
    for (Format format : {Format::markdown, Format::github_summary, Format::pull_request}) {
      RenderOptions options = options_with_pages();
      options.language = language;
      const std::string page = write("page.md", llvm::cantFail(render(format, model, options)));
      ASSERT_EQ(
          run("/usr/bin/cmark-gfm", {"--extension", "table", "--extension", "tasklist", "--extension", "strikethrough",
                                     "--extension", "autolink", "--unsafe", "--to", "html", page}),
          0);
      for (const char* element :
           {"<script", "<img", "<em>", "<del>", "href=\"http", "mailto:", "\x1b", "\u202E", "\u200B"})
        EXPECT_THAT(output, testing::Not(testing::HasSubstr(element))) << language;
      for (const char* heading : {"heading", "item", "x"})
        for (const char* level : {"<h1>", "<h2>", "<h3>"})
          EXPECT_THAT(output, testing::Not(testing::HasSubstr(std::string(level) + heading))) << language;
      // Every table that was written is one: no row starts with a pipe, and as many separators as tables.
      EXPECT_THAT(output, testing::Not(testing::HasSubstr("<p>|"))) << language;
      const std::string source = read(page);
      EXPECT_EQ(count_of(output, "<table>"), count_of(source, "\n|---")) << language;
      EXPECT_EQ(count_of(output, "<details>"), count_of(output, "</details>")) << language;
      if (format == Format::markdown) EXPECT_EQ(count_of(output, "language-mermaid"), 1u);
    }
}

TEST_F(ReportFormats, HtmlParsesStrictlyAndHoldsNoElementOfTheCode) {
  for (const char* language : {"en", "zh-TW"}) {
    RenderOptions options = options_with_pages();
    options.language = language;
    const std::string page =
        write("page.html", llvm::cantFail(render(Format::html, report_model(hostile_audit()), options)));
    EXPECT_EQ(run("/usr/bin/python3", {SOURCE_DIR "/tests/html_page.py", page}), 0) << output;
  }
  const std::string wrong = write("page.html", "<!DOCTYPE html><html lang=en><title>x</title><p><script>1</script>");
  EXPECT_EQ(run("/usr/bin/python3", {SOURCE_DIR "/tests/html_page.py", wrong}), 1);
}

TEST_F(ReportFormats, JUnitFitsItsSchema) {
  Json model = report_model(rich_audit());
  model["gate"] = {{"passed", false}, {"rules", {{{"rule", "new:P0"}, {"limit", 0}, {"actual", 2}, {"broken", true}}}}};
  for (const Json& each : {report_model({}), report_model(run_audit(sample_input())), model}) {
    const std::string xml = write("junit.xml", llvm::cantFail(render(Format::junit, each, options_with_pages())));
    EXPECT_EQ(run("/usr/bin/xmllint", {"--noout", "--nonet", "--schema", SOURCE_DIR "/tests/junit.xsd", xml}), 0)
        << output;
  }
  const std::string wrong = write("junit.xml", "<testsuites name=\"plumbline\"><testsuite/></testsuites>");
  EXPECT_NE(run("/usr/bin/xmllint", {"--noout", "--nonet", "--schema", SOURCE_DIR "/tests/junit.xsd", wrong}), 0);
}

// The multitool can compute GitHub's line hashes itself: a second implementation to compare ours with.
TEST_F(ReportFormats, LineHashesAreThoseThatTheMultitoolComputes) {
  const RenderOptions options = options_with_pages();
  const std::string source = *options.read_source("src/app/worker.cpp");
  llvm::sys::fs::create_directories(file("src/app"));
  write("src/app/worker.cpp", source);
  Json ours = Json::parse(llvm::cantFail(render(Format::sarif, report_model(run_audit(sample_input())), options)),
                          nullptr, false);
  Json without = ours;
  for (Json& result : without["runs"][0]["results"]) result["partialFingerprints"].erase("primaryLocationLineHash");
  without["runs"][0]["originalUriBaseIds"]["SRCROOT"]["uri"] = "file://" + folder.str().str() + "/";
  if (llvm::sys::fs::exists(multitool)) llvm::sys::fs::setPermissions(multitool, llvm::sys::fs::perms(0755));
  const std::string result_file = file("rewritten.sarif");
  run(multitool, {"rewrite", write("without.sarif", without.dump()), "--output", result_file, "--insert",
                  "RollingHashPartialFingerprints", "--log", "ForceOverwrite"});
  const Json theirs = Json::parse(read(result_file), nullptr, false);
  ASSERT_FALSE(theirs.is_discarded()) << output;
  int compared = 0;
  for (std::size_t i = 0; i < ours["runs"][0]["results"].size(); ++i) {
    const Json& mine = ours["runs"][0]["results"][i]["partialFingerprints"];
    if (!mine.contains("primaryLocationLineHash")) continue;
    ++compared;
    EXPECT_EQ(mine["primaryLocationLineHash"],
              theirs["runs"][0]["results"][i]["partialFingerprints"]["primaryLocationLineHash"]);
  }
  EXPECT_EQ(compared, 3);
}

} // namespace plumbline
