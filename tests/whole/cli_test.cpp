// The real binary, from its arguments to its exit status, output and files. No source includes a system header, so that
// a scan takes milliseconds.
#include "sandbox.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <dlfcn.h>
#include <thread>

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Two units that share a header, and one alone. The findings: 5 s, 7 s, 250 ms.
struct Cli : testing::Test {
  Sandbox sandbox;

  Cli() {
    sandbox.write("project/src/pause.h", "extern \"C\" unsigned sleep(unsigned);\n"
                                         "inline void pause_a_while() { sleep(7); }\n");
    sandbox.write("project/src/a.cpp", "#include \"pause.h\"\nvoid a() { sleep(5); }\n");
    sandbox.write("project/src/b.cpp", "#include \"pause.h\"\nvoid b() { pause_a_while(); }\n");
    sandbox.write("project/src/c.cpp", "extern \"C\" int usleep(unsigned);\nvoid c() { usleep(250000); }\n");
    sandbox.write_database(commands());
  }

  std::vector<nlohmann::json> commands() const {
    return {sandbox.command("src/a.cpp"), sandbox.command("src/b.cpp"), sandbox.command("src/c.cpp")};
  }

  // A file that stands alone in the database, with a hard-coded 5 s below what `text` says.
  void only(const std::string& text, const std::vector<std::string>& flags = {}) const {
    sandbox.write("project/src/only.cpp", text + "\nextern \"C\" unsigned sleep(unsigned);\nvoid f() { sleep(5); }\n");
    sandbox.write_database({sandbox.command("src/only.cpp", flags)});
  }

  // The document, or null with a failed expectation.
  nlohmann::json scan_json(const std::vector<std::string>& arguments = {}) const {
    std::vector<std::string> all = {"scan", "--format", "json"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const RunResult result = sandbox.run(all);
    EXPECT_EQ(result.status, 0) << result.err;
    nlohmann::json document = nlohmann::json::parse(result.out, nullptr, /*allow_exceptions=*/false);
    EXPECT_FALSE(document.is_discarded()) << result.out;
    return document;
  }

  static std::vector<std::string> values(const nlohmann::json& document) {
    std::vector<std::string> values;
    for (const nlohmann::json& finding : document["findings"])
      if (finding["check"] == "hard-coded-duration") values.push_back(finding["value"]);
    std::ranges::sort(values);
    return values;
  }
};

TEST_F(Cli, FindsInEachUnitAndOnceInASharedHeader) {
  EXPECT_EQ(values(scan_json()), (std::vector<std::string>{"250 ms", "5 s", "7 s"}));
}

TEST_F(Cli, ReportIsTheSameForAnyJobsCacheAndOrder) {
  const std::string cold = sandbox.run({"--format", "json", "-j", "1"}).out;
  ASSERT_THAT(cold, HasSubstr("250 ms"));
  EXPECT_EQ(sandbox.run({"--format", "json", "-j", "1"}).out, cold) << "warm cache";
  EXPECT_EQ(sandbox.run({"--format", "json", "-j", "2"}).out, cold) << "warm cache, two jobs";
  EXPECT_EQ(sandbox.run({"--format", "json", "-j", "2", "--no-cache"}).out, cold) << "two jobs, no cache";
  std::vector<nlohmann::json> shuffled = commands();
  std::ranges::reverse(shuffled);
  sandbox.write_database(shuffled);
  EXPECT_EQ(sandbox.run({"--format", "json", "-j", "2", "--no-cache"}).out, cold) << "other order, no cache";
  EXPECT_EQ(sandbox.run({"--format", "json", "-j", "1"}).out, cold) << "other order, warm cache";
}

TEST_F(Cli, ScansAgainWithoutParsing) {
  EXPECT_THAT(sandbox.run({}).err, HasSubstr("3 translation units: 3 parsed, 0 from the cache"));
  EXPECT_THAT(sandbox.run({}).err, HasSubstr("3 translation units: 0 parsed, 3 from the cache"));
  sandbox.write("project/src/pause.h", sandbox.read("project/src/pause.h") + "// changed\n");
  EXPECT_THAT(sandbox.run({}).err, HasSubstr("3 translation units: 2 parsed, 1 from the cache"));
  EXPECT_THAT(sandbox.run({"--no-cache"}).err, HasSubstr("3 translation units: 3 parsed, 0 from the cache"));
}

TEST_F(Cli, ParsesOnceWhatDiffersOnlyInTheOutputName) {
  nlohmann::json again = sandbox.command("src/a.cpp");
  again["arguments"].back() = "other.o";
  sandbox.write_database({sandbox.command("src/a.cpp"), again});
  EXPECT_THAT(sandbox.run({}).err, HasSubstr("1 translation unit: 1 parsed"));
}

TEST_F(Cli, PathsNarrowTheScan) {
  EXPECT_EQ(values(scan_json({"src/c.cpp"})), std::vector<std::string>{"250 ms"});
  EXPECT_THAT(sandbox.run({"src/c.cpp"}).out, HasSubstr("src/c.cpp:2:"));
  const RunResult header = sandbox.run({"src/pause.h"});
  EXPECT_EQ(header.status, 3);
  EXPECT_THAT(header.err, HasSubstr("src/pause.h"));
}

TEST_F(Cli, MistypedCommandIsNamed) {
  const RunResult result = sandbox.run({"docter"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, AllOf(HasSubstr("docter"), HasSubstr("doctor"), Not(HasSubstr("worker"))));
}

// Bad input: each is an error that names what is wrong, and no report is left behind.

struct BadInput : Cli {
  void expect_usage_error(const std::vector<std::string>& arguments, const std::string& part) const {
    std::vector<std::string> all = {"scan", "-o", sandbox.path("report.json")};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const RunResult result = sandbox.run(all);
    EXPECT_EQ(result.status, 3) << result.err;
    EXPECT_THAT(result.err, HasSubstr(part));
    EXPECT_EQ(result.out, "");
    EXPECT_FALSE(sandbox.exists("report.json"));
  }
};

TEST_F(BadInput, NoCompileDatabase) {
  llvm::sys::fs::remove(sandbox.path("project/compile_commands.json"));
  expect_usage_error({}, "compile_commands.json");
  expect_usage_error({"-p", "nowhere"}, "nowhere");
}

TEST_F(BadInput, DatabaseCutOffAnywhere) {
  const std::string whole = nlohmann::json(commands()).dump(1);
  for (std::size_t length = 0; length < whole.size(); length += whole.size() / 12) {
    sandbox.write("project/compile_commands.json", whole.substr(0, length));
    SCOPED_TRACE("cut at byte " + std::to_string(length));
    expect_usage_error({}, "compile_commands.json");
  }
}

TEST_F(BadInput, DatabaseThatIsSomethingElse) {
  for (const char* text : {"{}", "[1]", "[{\"file\": \"a.cpp\"}]", "[]", "null"}) {
    sandbox.write("project/compile_commands.json", text);
    SCOPED_TRACE(text);
    expect_usage_error({}, "compile_commands.json");
  }
}

TEST_F(BadInput, SettingsWithAnUnknownKey) {
  sandbox.write("project/.plumbline.yaml", "paths: { include: [src] }\nchekcs: {}\n");
  expect_usage_error({}, ".plumbline.yaml:2:1: ");
  expect_usage_error({}, "chekcs");
}

TEST_F(BadInput, SettingsFileNamedOnTheCommandLine) {
  sandbox.write("elsewhere.yaml", "gate: { on-incomplete: perhaps }\n");
  expect_usage_error({"--config", sandbox.path("elsewhere.yaml")}, "elsewhere.yaml:1:");
  expect_usage_error({"--config", sandbox.path("missing.yaml")}, "missing.yaml");
}

TEST_F(BadInput, CommandLine) {
  expect_usage_error({"--nonsense"}, "--nonsense");
  expect_usage_error({"-j", "0"}, "-j");
  expect_usage_error({"--format", "xml"}, "xml");
  expect_usage_error({"--fail-on", "new:P7"}, "new:P7");
  expect_usage_error({"--color", "sometimes"}, "sometimes");
  expect_usage_error({"-o", sandbox.path("report.xyz")}, "report.xyz");
  expect_usage_error({"-o", sandbox.path("no-such-folder/report.md")}, "no-such-folder");
  expect_usage_error({"--template", "missing.mustache"}, "missing.mustache");
  expect_usage_error({"--checks", "hard-coded-duratoin"}, "did you mean 'hard-coded-duration'?");
}

TEST_F(BadInput, DateOfTheEnvironment) {
  const RunResult result = sandbox.run({"scan"}, {"SOURCE_DATE_EPOCH=tomorrow"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("SOURCE_DATE_EPOCH"));
}

TEST_F(Cli, SourceWithAMissingHeaderIsIncompleteAndNamed) {
  sandbox.write("project/src/broken.cpp", "#include \"generated_by_nobody.h\"\n");
  std::vector<nlohmann::json> all = commands();
  all.push_back(sandbox.command("src/broken.cpp"));
  sandbox.write_database(all);
  const RunResult result = sandbox.run({});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("src/broken.cpp"), HasSubstr("generated_by_nobody.h")));
  EXPECT_THAT(result.out, HasSubstr("src/a.cpp:2:")) << "the others are audited all the same";

  sandbox.write("project/.plumbline.yaml", "gate: { on-incomplete: warn }\n");
  const RunResult allowed = sandbox.run({});
  EXPECT_EQ(allowed.status, 0);
  EXPECT_THAT(allowed.err, HasSubstr("src/broken.cpp"));
}

TEST_F(Cli, SourceThatIsGoneIsIncomplete) {
  llvm::sys::fs::remove(sandbox.path("project/src/c.cpp"));
  const RunResult result = sandbox.run({});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("src/c.cpp"));
  EXPECT_THAT(result.err, Not(HasSubstr(sandbox.path("project")))) << "no absolute paths unless asked for";
}

TEST_F(Cli, CrashInClangCostsOneUnit) {
  sandbox.write("project/src/crash.cpp", "#pragma clang __debug crash\n");
  std::vector<nlohmann::json> all = commands();
  all.push_back(sandbox.command("src/crash.cpp"));
  sandbox.write_database(all);
  const RunResult result = sandbox.run({"-j", "1"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("src/crash.cpp"));
  for (const char* other : {"src/a.cpp:2:", "src/pause.h:2:", "src/c.cpp:2:"})
    EXPECT_THAT(result.out, HasSubstr(other));
}

// The audited code is not trusted: a compile command that loads code into Clang must not.
TEST_F(Cli, PluginsAreNeverLoaded) {
  sandbox.write("plugin.c",
                "#include <stdio.h>\n__attribute__((constructor)) static void mark(void) {\n  fclose(fopen(\"" +
                    sandbox.path("loaded") + "\", \"w\"));\n}\n");
  const std::string plugin = sandbox.path("plugin.so"), source = sandbox.path("plugin.c");
  ASSERT_EQ(llvm::sys::ExecuteAndWait("/usr/bin/clang-22", {"clang-22", "-shared", "-fPIC", "-o", plugin, source}), 0);
  const std::vector<std::vector<std::string>> ways = {
      {"-fplugin=" + plugin},
      {"-fpass-plugin=" + plugin},
      {"-Xclang", "-load", "-Xclang", plugin},
      {"-Xclang", "-load", "-Xclang", plugin, "-Xclang", "-add-plugin", "-Xclang", "any"},
      {"-Xclang", "-fpass-plugin=" + plugin},
      {"-mllvm", "-load=" + plugin},
      {"-fplugin=/no/such/plugin.so"},
  };
  for (const std::vector<std::string>& flags : ways) {
    SCOPED_TRACE(flags.front() + " " + flags.back());
    only("", flags);
    EXPECT_EQ(values(scan_json({"--no-cache"})), std::vector<std::string>{"5 s"});
    EXPECT_FALSE(sandbox.exists("loaded"));
  }
  void* library = dlopen(plugin.c_str(), RTLD_NOW); // the trap works: whoever loads it is found out
  ASSERT_NE(library, nullptr) << dlerror();
  EXPECT_TRUE(sandbox.exists("loaded"));
  dlclose(library);
}

TEST_F(Cli, OutputWritingFlagsWriteNothing) {
  only("", {"-MD", "-MF", sandbox.path("written.d"), "-save-temps", "-ftime-trace=" + sandbox.path("written.json"),
            "-serialize-diagnostics", sandbox.path("written.dia")});
  EXPECT_EQ(values(scan_json({"--no-cache"})), std::vector<std::string>{"5 s"});
  for (const char* name : {"written.d", "written.json", "written.dia", "project/unit.o", "project/unit.s",
                           "project/unit.ii", "project/only.ii"})
    EXPECT_FALSE(sandbox.exists(name)) << name;
}

TEST_F(Cli, Latin1SourceIsReadAndReportedAsUtf8) {
  only("// caf\xe9\nconst char* name = \"caf\xe9\";\nvoid g(const char* caf) { (void)\"\xe9\"; }");
  const nlohmann::json document = scan_json();
  EXPECT_EQ(values(document), std::vector<std::string>{"5 s"});
  EXPECT_EQ(document["findings"][0]["location"]["line"], 5);
  EXPECT_EQ(sandbox.run({"--format", "sarif"}).status, 0);
}

TEST_F(Cli, ControlCharactersOfTheCodeDoNotReachTheTerminal) {
  sandbox.write("project/src/\x1b[2Jevil.cpp", "#include \"\x1b]0;title\x07.h\"\n");
  sandbox.write_database({sandbox.command("src/\x1b[2Jevil.cpp")});
  const RunResult result = sandbox.run({});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.out + result.err, AllOf(HasSubstr("evil.cpp"), Not(HasSubstr("\x1b"))));
}

// The cache never decides whether a scan works.

TEST_F(Cli, CacheFolderThatCannotBeWritten) {
  sandbox.write("file", ""); // permissions would not stop root
  const RunResult result = sandbox.run({"--cache-dir", sandbox.path("file/cache")});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("src/a.cpp:2:"));
  EXPECT_THAT(result.err, AllOf(HasSubstr("cache"), HasSubstr(sandbox.path("file/cache"))));
}

TEST_F(Cli, CacheStatisticsAndClearing) {
  const auto entries = [&] {
    const std::string out = sandbox.run({"cache", "stats"}).out;
    const std::size_t at = out.find("entries  ");
    return at == std::string::npos ? -1 : std::stoi(out.substr(at + 9));
  };
  sandbox.run({});
  EXPECT_GE(entries(), 3);
  EXPECT_EQ(sandbox.run({"cache", "clear"}).status, 0);
  EXPECT_EQ(entries(), 0);
  EXPECT_THAT(sandbox.run({}).err, HasSubstr("3 parsed, 0 from the cache"));
  EXPECT_EQ(sandbox.run({"cache"}).status, 3);
}

// Exit statuses, and what decides them.

TEST_F(Cli, FindingsFailAScanOnlyWhenAskedTo) {
  EXPECT_EQ(sandbox.run({}).status, 0);
  const RunResult broken = sandbox.run({"--fail-on", "new:P0,P1,P2"});
  EXPECT_EQ(broken.status, 1);
  EXPECT_THAT(broken.err, HasSubstr("3 findings"));
  EXPECT_EQ(sandbox.run({"--fail-on", "any"}).status, 1);
  EXPECT_EQ(sandbox.run({"--fail-on", "reopened"}).status, 0);
  EXPECT_EQ(sandbox.run({"--fail-on", "any", "--checks=-*"}).status, 0);
  sandbox.write("project/.plumbline.yaml", "checks: { hard-coded-duration: { priority: P2 } }\n");
  EXPECT_EQ(sandbox.run({"--fail-on", "new:P0,P1"}).status, 0);
  EXPECT_EQ(sandbox.run({"--fail-on", "P2"}).status, 1);
}

TEST_F(Cli, SuppressionsEndOnTheirDay) {
  only("// plumbline: allow(hard-coded-duration) the device needs it until 2027-03-01");
  sandbox.write("project/src/only.cpp",
                "extern \"C\" unsigned sleep(unsigned);\nvoid f() {\n"
                "  // plumbline: allow(hard-coded-duration) the device needs it until 2027-03-01\n  sleep(5);\n}\n");
  const std::vector<std::string> scan = {"--fail-on", "any"};
  EXPECT_EQ(sandbox.run(scan, {"SOURCE_DATE_EPOCH=1796083200"}).status, 0) << "2026-12-01";
  EXPECT_EQ(sandbox.run(scan, {"SOURCE_DATE_EPOCH=1806624000"}).status, 1) << "2027-04-02";
}

TEST_F(Cli, ChecksAreChosenByGlobs) {
  EXPECT_EQ(values(scan_json({"--checks", "hard-*"})).size(), 3u);
  EXPECT_EQ(values(scan_json({"--checks", "hard-coded-limit"})).size(), 0u);
  EXPECT_EQ(values(scan_json({"--checks", "*,-hard-coded-dur*"})).size(), 0u);
  sandbox.write("project/.plumbline.yaml", "checks: { hard-coded-duration: { enabled: false } }\n");
  EXPECT_EQ(values(scan_json()).size(), 0u);
  EXPECT_EQ(values(scan_json({"--checks", "hard-coded-duration"})).size(), 3u) << "the command line has the last word";
}

// Outputs.

TEST_F(Cli, WritesEachFileInTheFormatOfItsExtension) {
  const RunResult result = sandbox.run({"-o", sandbox.path("r.json"), "-o", sandbox.path("r.sarif"), "-o",
                                        sandbox.path("r.md"), "-o", sandbox.path("r.txt")});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(sandbox.read("r.json"), nullptr, false)["schema"], 1);
  EXPECT_EQ(nlohmann::json::parse(sandbox.read("r.sarif"), nullptr, false)["version"], "2.1.0");
  EXPECT_THAT(sandbox.read("r.md"), HasSubstr("|"));
  EXPECT_EQ(sandbox.read("r.txt"), result.out);
  EXPECT_EQ(sandbox.run({"--quiet", "-o", sandbox.path("r.json")}).out, "");
  EXPECT_EQ(sandbox.run({"-o", sandbox.path("r.out"), "--format", "json"}).status, 0);
  EXPECT_EQ(sandbox.read("r.out"), sandbox.read("r.json"));
}

TEST_F(Cli, PagesInOtherLanguagesAndFromTemplates) {
  EXPECT_EQ(sandbox.run({"--lang", "zh-TW", "-o", sandbox.path("r.md"), "-o", sandbox.path("r.html")}).status, 0);
  EXPECT_THAT(sandbox.read("r.md"), StartsWith("# 設計稽核報告\n"));
  EXPECT_THAT(sandbox.read("r.html"), HasSubstr("<html lang=\"zh-TW\">"));
  EXPECT_EQ(sandbox.run({"--lang", "fr", "-o", sandbox.path("r.md")}).status, 3);
  sandbox.write("mine.html", "{{count}} {{t.findings}}");
  const RunResult unused = sandbox.run({"--template", sandbox.path("mine.html"), "-o", sandbox.path("r.md")});
  EXPECT_EQ(unused.status, 3);
  EXPECT_THAT(unused.err, HasSubstr("by its name it is for HTML"));
  EXPECT_EQ(
      sandbox.run({"--template", sandbox.path("mine.html"), "-o", sandbox.path("r.html"), "--checks", "hard-coded-*"})
          .status,
      0);
  EXPECT_THAT(sandbox.read("r.html"), StartsWith("3 findings"));
}

TEST_F(Cli, FormatTakesTheFilesThatMayHoldIt) {
  EXPECT_EQ(sandbox.run({"--format", "codequality", "-o", sandbox.path("q.json"), "-o", sandbox.path("q.md")}).status,
            0);
  EXPECT_THAT(sandbox.read("q.json"), StartsWith("[\n"));
  EXPECT_THAT(sandbox.read("q.md"), StartsWith("#"));
  const RunResult github = sandbox.run({"--format", "github", "-o", sandbox.path("r.sarif")});
  EXPECT_THAT(github.out, StartsWith("::"));
  EXPECT_EQ(nlohmann::json::parse(sandbox.read("r.sarif"), nullptr, false)["version"], "2.1.0");
  EXPECT_EQ(sandbox
                .run({"-o", "codequality:" + sandbox.path("p.json"), "-o", sandbox.path("r.json"), "-o",
                      sandbox.path("r.xml"), "-o", "junit:" + sandbox.path("results")})
                .status,
            0);
  EXPECT_EQ(sandbox.read("p.json"), sandbox.read("q.json"));
  EXPECT_EQ(nlohmann::json::parse(sandbox.read("r.json"), nullptr, false)["schema"], 1);
  EXPECT_THAT(sandbox.read("r.xml"), HasSubstr("<testsuites"));
  EXPECT_EQ(sandbox.read("results"), sandbox.read("r.xml"));
}

TEST_F(Cli, FullDiskIsNoSuccess) {
  EXPECT_EQ(sandbox.run({"-o", "/dev/full", "--format", "json"}).status, 3);
  const std::vector<std::string> words = {
      "sh", "-c", "exec " PLUMBLINE_BINARY " scan --no-cache -p " + sandbox.path("project") + " > /dev/full"};
  const std::vector<llvm::StringRef> views(words.begin(), words.end());
  EXPECT_EQ(llvm::sys::ExecuteAndWait("/bin/sh", views), 3);
}

// -o json:/dev/stdout | jq, and -o json:>(jq …): a pipe has a name, but nothing can be put in its place.
TEST_F(Cli, WritesIntoAPipe) {
  const std::vector<std::string> words = {"bash", "-c",
                                          "set -o pipefail; " PLUMBLINE_BINARY " scan --no-cache --quiet -p " +
                                              sandbox.path("project") + " -o json:/dev/stdout | cat > " +
                                              sandbox.path("copy.json")};
  const std::vector<llvm::StringRef> views(words.begin(), words.end());
  ASSERT_EQ(llvm::sys::ExecuteAndWait("/bin/bash", views), 0);
  EXPECT_EQ(nlohmann::json::parse(sandbox.read("copy.json"), nullptr, false)["schema"], 1);
}

TEST_F(Cli, QuietSaysNothingAndPipesGetNoEscapes) {
  EXPECT_EQ(sandbox.run({"--quiet"}).err, "");
  const RunResult piped = sandbox.run({});
  EXPECT_THAT(piped.out + piped.err, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\r"))));
  EXPECT_THAT(sandbox.run({"--color", "always"}).out, HasSubstr("\x1b["));
}

TEST_F(Cli, InterruptKillsTheWorkersAndWritesNothing) {
  only("constexpr int spin() { unsigned n = 0; while (true) ++n; return 0; }\nconstexpr int spun = spin();",
       {"-fconstexpr-steps=2147483647"});
  const llvm::sys::ProcessInfo process = sandbox.start({"-j", "1", "-o", sandbox.path("report.json")});
  std::string workers; // process ids, separated by spaces
  const std::string tasks = "/proc/" + std::to_string(process.Pid) + "/task";
  for (int tries = 0; workers.empty() && tries < 500; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::error_code code;
    for (llvm::sys::fs::directory_iterator task(tasks, code), end; task != end && !code; task.increment(code)) {
      std::ifstream children(task->path() + "/children");
      std::string ids;
      std::getline(children, ids);
      workers += ids;
    }
  }
  ASSERT_NE(workers, "");
  kill(process.Pid, SIGINT);
  EXPECT_EQ(llvm::sys::Wait(process, 20).ReturnCode, 130);
  EXPECT_EQ(sandbox.read("out"), "");
  EXPECT_FALSE(sandbox.exists("report.json"));
  const pid_t worker = std::stoi(workers);
  bool gone = false;
  for (int tries = 0; !gone && tries < 200; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::ifstream stat("/proc/" + std::to_string(worker) + "/stat");
    std::string id, name, state;
    gone = !(stat >> id >> name >> state) || state == "Z"; // a zombie waits for whoever inherits orphans
  }
  EXPECT_TRUE(gone);
}

// What README.md shows is what the program prints about fixtures/hello. To accept other output, and then read it with
// git diff: UPDATE_GOLDENS=1 ctest -R Readme
struct Readme : testing::Test {
  static constexpr const char* file = SOURCE_DIR "/README.md";
  Sandbox sandbox;
  std::string text;

  Readme() {
    std::vector<nlohmann::json> commands;
    llvm::sys::fs::create_directories(sandbox.path("project/src"));
    for (const char* name : {".plumbline.yaml", "src/main.cpp", "src/mirror.cpp", "src/mirror.h", "src/mirror_config.h",
                             "src/peer.cpp", "src/peer.h"}) {
      const std::string from = std::string(SOURCE_DIR "/fixtures/hello/") + name;
      EXPECT_FALSE(llvm::sys::fs::copy_file(from, sandbox.path(std::string("project/") + name))) << from;
      if (llvm::StringRef(name).ends_with(".cpp")) commands.push_back(sandbox.command(name));
    }
    sandbox.write_database(commands);
    if (llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = llvm::MemoryBuffer::getFile(file))
      text = (*buffer)->getBuffer().str();
  }

  void expect_shown(const std::vector<std::string>& arguments) {
    std::string command = "\n$ plumbline -p ../../build/hello";
    for (const std::string& argument : arguments) command += " " + argument;
    const RunResult result = sandbox.run(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    const std::size_t at = text.find(command + "\n");
    ASSERT_NE(at, std::string::npos) << "README.md does not show" << command;
    const std::size_t start = at + command.size() + 1, end = text.find("```", start);
    if (std::getenv("UPDATE_GOLDENS")) {
      text.replace(start, end - start, result.out);
      std::ofstream(file, std::ios::binary) << text;
    } else {
      EXPECT_EQ(text.substr(start, end - start), result.out) << "to accept: UPDATE_GOLDENS=1 ctest -R Readme";
    }
  }
};

TEST_F(Readme, ShowsRealOutput) {
  expect_shown({});
  expect_shown({"--verbose", "src/mirror.cpp"});
}

// The small commands.

TEST_F(Cli, ExplainPrintsTheChecksPage) {
  const RunResult result = sandbox.run({"explain", "hard-coded-duration"});
  EXPECT_EQ(result.status, 0);
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> page =
      llvm::MemoryBuffer::getFile(SOURCE_DIR "/checks/hard-coded-duration/README.md");
  ASSERT_TRUE(page);
  EXPECT_THAT(result.out, StartsWith((*page)->getBuffer().str() + "\n## Weights\n"));
  EXPECT_THAT(result.out, HasSubstr("| kind | duration | 8 | 1–2 | operators cannot change it without a release |\n"));
  sandbox.write("project/.plumbline.yaml",
                "checks: { hard-coded-duration: { priority: P0, points: 12, effort: [2, 6] } }\n");
  EXPECT_THAT(sandbox.run({"explain", "hard-coded-duration"}).out,
              AllOf(HasSubstr("(with .plumbline.yaml)"), HasSubstr("Priority: P0"),
                    HasSubstr("| kind | duration | 12 | 2–6 |")));
  const RunResult unknown = sandbox.run({"explain", "hard-coded-durations"});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean 'hard-coded-duration'?"));
  EXPECT_EQ(sandbox.run({"explain"}).status, 3);
  // As a finding names it.
  EXPECT_EQ(sandbox.run({"explain", "hard-coded-duration/duration"}).status, 0);
  const RunResult no_kind = sandbox.run({"explain", "unvalidated-config/range"});
  EXPECT_EQ(no_kind.status, 3);
  EXPECT_THAT(no_kind.err,
              HasSubstr("unvalidated-config has no kind 'range'; its kinds are swallowed-parse, unranged"));
}

TEST_F(Cli, ChecksListsThem) {
  const RunResult result = sandbox.run({"checks"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, testing::ContainsRegex("hard-coded-duration +P"));
}

TEST_F(Cli, DoctorSaysWhetherAScanWouldWork) {
  const RunResult well = sandbox.run({"doctor"});
  EXPECT_EQ(well.status, 0) << well.out;
  EXPECT_THAT(well.out, AllOf(StartsWith("plumbline "), HasSubstr("LLVM              22."),
                              HasSubstr("project/compile_commands.json (3 commands)"), HasSubstr("not there yet")));
  EXPECT_FALSE(sandbox.exists("cache")) << "looking changes nothing";
  llvm::sys::fs::remove(sandbox.path("project/compile_commands.json"));
  const RunResult ill = sandbox.run({"doctor"});
  EXPECT_EQ(ill.status, 3);
  EXPECT_THAT(ill.out, HasSubstr("cannot be scanned"));
}

TEST_F(Cli, HelpAndVersion) {
  const RunResult help = sandbox.run({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* command : {"scan", "explain", "checks", "doctor", "cache"})
    EXPECT_THAT(help.out, HasSubstr(command));
  EXPECT_THAT(help.out, Not(HasSubstr("worker")));
  EXPECT_THAT(sandbox.run({"scan", "--help"}).out, HasSubstr("--fail-on"));
  const RunResult version = sandbox.run({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, StartsWith("plumbline "));
}
