// The baseline and the gate in real git repositories, with the real binary.
#include "sandbox.h"

#include <gmock/gmock.h>

#include <algorithm>

using testing::HasSubstr;
using testing::Not;

namespace {

// Without a standard library: sleep(3) is enough of a consumer.
constexpr const char* worker = R"(#include "clock.h"
namespace app {

// Polls the queue.
void poll_queue() {
  connect_queue();
  usleep(250000);
}

void flush_log() {
  open_log();
  usleep(40000);
}

} // namespace app
)";

constexpr const char* mirror = R"(#include "clock.h"
namespace app {

void copy_files() {
  start_copy();
  usleep(70000);
}

} // namespace app
)";

constexpr const char* clock_header = R"(#pragma once
extern "C" int usleep(unsigned);
void connect_queue();
void open_log();
void start_copy();
)";

class Repository : public Sandbox {
 public:
  Repository() {
    write("project/src/worker.cpp", worker);
    write("project/src/mirror.cpp", mirror);
    write("project/src/clock.h", clock_header);
    write("project/.plumbline.yaml", "gate: { fail-on: [new, reopened] }\n"
                                     "checks: { missing-config-injection: { enabled: false } }\n");
    write("project/.gitignore", "compile_commands.json\n");
    compile({"src/worker.cpp", "src/mirror.cpp"});
    git({"init", "--quiet", "--initial-branch=main"});
    git({"config", "user.name", "Ann"});
    git({"config", "user.email", "ann@example.invalid"});
    commit("first");
  }

  void compile(const std::vector<std::string>& sources) const {
    std::vector<nlohmann::json> commands;
    for (const std::string& source : sources) commands.push_back(command(source));
    write_database(commands);
  }

  RunResult git(const std::vector<std::string>& arguments, bool must_work = true) const {
    std::vector<std::string> words = {"git", "-C", path("project")};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const std::vector<llvm::StringRef> views(words.begin(), words.end());
    const std::string out = path("git-out"), err = path("git-err");
    for (const std::string& file : {out, err}) llvm::sys::fs::remove(file);
    const llvm::ErrorOr<std::string> program = llvm::sys::findProgramByName("git");
    EXPECT_TRUE(program) << "git is needed";
    const int status = llvm::sys::ExecuteAndWait(*program, views, std::nullopt, {llvm::StringRef(""), out, err});
    RunResult result{.status = status, .out = read("git-out"), .err = read("git-err")};
    if (must_work) {
      EXPECT_EQ(status, 0) << result.out << result.err;
    }
    return result;
  }

  void commit(const std::string& message) const {
    git({"add", "--all"});
    git({"commit", "--quiet", "--message", message});
  }

  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = read("project/" + file);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write("project/" + file, text.replace(at, from.size(), to));
  }

  nlohmann::json report() const { return nlohmann::json::parse(read("report.json"), nullptr, false); }
  RunResult gate(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.begin(), {"gate", "--quiet", "-o", path("report.json")});
    return run(arguments);
  }
  // How many findings have each status, "new 1, open 2", and how many of the baseline are fixed.
  std::string statuses() const {
    const nlohmann::json model = report();
    std::map<std::string, int> counts;
    for (const nlohmann::json& finding : model["findings"]) ++counts[finding.value("status", "")];
    std::string text;
    for (const auto& [status, count] : counts)
      text += (text.empty() ? "" : ", ") + status + " " + std::to_string(count);
    const int fixed = model["progress"].is_object() ? model["progress"].value("fixed", 0) : 0;
    return text + (fixed ? "; fixed " + std::to_string(fixed) : "");
  }
};

class GateTest : public testing::Test {
 protected:
  GateTest() {
    const RunResult created = project.run({"baseline", "create"});
    EXPECT_EQ(created.status, 0) << created.err;
    project.commit("baseline");
  }
  void expect_gate(int status, const std::string& statuses, const std::vector<std::string>& arguments = {}) const {
    const RunResult result = project.gate(arguments);
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_EQ(project.statuses(), statuses) << result.err;
  }
  Repository project;
};

} // namespace

TEST_F(GateTest, PassesWhereNothingChanged) { expect_gate(0, "open 3"); }

TEST_F(GateTest, KnowsWhatWasMovedInItsFile) {
  const std::string text = project.read("project/src/worker.cpp");
  const std::size_t first = text.find("// Polls"), second = text.find("void flush_log"),
                    end = text.find("} // namespace");
  project.write("project/src/worker.cpp", text.substr(0, first) + "int unrelated;\n" +
                                              text.substr(second, end - second) + text.substr(first, second - first) +
                                              text.substr(end));
  expect_gate(0, "open 3");
}

TEST_F(GateTest, KnowsWhatWasReformatted) {
  project.replace("src/worker.cpp", "  usleep(250000);", "  usleep( // a quarter of a second\n      250000\n  );");
  expect_gate(0, "open 3");
}

TEST_F(GateTest, KnowsWhatIsInARenamedFile) {
  project.git({"mv", "src/worker.cpp", "src/queue_worker.cpp"});
  project.compile({"src/queue_worker.cpp", "src/mirror.cpp"});
  expect_gate(0, "open 3");
}

TEST_F(GateTest, KnowsWhatIsInARenamedFunction) {
  project.replace("src/worker.cpp", "void poll_queue", "void drain_queue");
  expect_gate(0, "open 3");
}

TEST_F(GateTest, KnowsWhatIsInARenamedFunctionOfARenamedFile) {
  project.replace("src/mirror.cpp", "void copy_files", "void replicate");
  project.git({"mv", "src/mirror.cpp", "src/replica.cpp"});
  project.compile({"src/worker.cpp", "src/replica.cpp"});
  expect_gate(0, "open 3");
}

TEST_F(GateTest, SeesWhatWasFixed) {
  project.replace("src/worker.cpp", "  usleep(40000);\n", "");
  expect_gate(0, "fixed 1, open 2; fixed 1");
}

TEST_F(GateTest, SeesWhatWasAdded) {
  project.replace("src/mirror.cpp", "  start_copy();", "  start_copy();\n  usleep(5000);");
  const RunResult result = project.gate();
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(project.statuses(), "new 1, open 3");
  EXPECT_THAT(result.err, HasSubstr("gate: new: 1 finding"));
  EXPECT_THAT(result.err, HasSubstr("src/mirror.cpp:6: new"));
  EXPECT_FALSE(project.report()["gate"].value("passed", true));
}

TEST_F(GateTest, IsNotFooledByOneFixedAndAnEqualOneAdded) {
  project.replace("src/worker.cpp", "  usleep(40000);\n", "");
  project.replace("src/mirror.cpp", "  start_copy();", "  usleep(40000);\n  start_copy();");
  expect_gate(1, "fixed 1, new 1, open 2; fixed 1");
}

TEST_F(GateTest, SeesWhatCameBack) {
  project.replace("src/worker.cpp", "  usleep(40000);\n", "");
  EXPECT_EQ(project.run({"baseline", "update"}).status, 0);
  EXPECT_THAT(project.read("project/.plumbline/baseline.json"), HasSubstr("\"status\":\"fixed\""));
  expect_gate(0, "open 2; fixed 1");
  project.write("project/src/worker.cpp", worker);
  expect_gate(1, "open 2, reopened 1");
}

TEST_F(GateTest, TakesWhatIsAcceptedUntilItsDay) {
  const RunResult accepted = project.run(
      {"baseline", "accept", "src/mirror.cpp:6", "--reason", "the protocol says so", "--until", "2027-01-31"});
  EXPECT_EQ(accepted.status, 0) << accepted.err;
  EXPECT_THAT(project.read("project/.plumbline/baseline.json"), HasSubstr("\"by\":\"Ann\""));
  const std::vector<std::string> command = {"gate", "--quiet", "-o", project.path("report.json")};
  EXPECT_EQ(project.run(command, {"SOURCE_DATE_EPOCH=1801353600"}).status, 0); // 2027-01-31
  EXPECT_EQ(project.statuses(), "accepted 1, open 2");
  project.run(command, {"SOURCE_DATE_EPOCH=1801440000"}); // the day after
  EXPECT_EQ(project.statuses(), "open 3");
  EXPECT_THAT(project.report()["coverage"]["notes"].dump(), HasSubstr("was accepted until 2027-01-31 by Ann"));
}

TEST_F(GateTest, NeverTakesForFixedWhatItDidNotSee) {
  project.replace("src/worker.cpp", "#include \"clock.h\"", "#include \"missing.h\"");
  const RunResult failed = project.gate();
  EXPECT_EQ(failed.status, 2);
  EXPECT_EQ(project.statuses(), "open 1, unknown 2");
  EXPECT_EQ(project.run({"baseline", "update"}).status, 2);
  EXPECT_THAT(project.read("project/.plumbline/baseline.json"), Not(HasSubstr("\"status\":\"fixed\"")));
  project.run({"scan", "--quiet", "src/mirror.cpp", "-o", project.path("report.json")});
  EXPECT_EQ(project.statuses(), "open 1, unknown 2");
  project.run({"scan", "--quiet", "--checks=hard-coded-limit", "-o", project.path("report.json")});
  EXPECT_EQ(project.statuses(), "unknown 3") << "the check did not run";
  project.compile({"src/mirror.cpp"});
  expect_gate(0, "open 1, unknown 2"); // the file is there, and nothing compiles it
}

TEST_F(GateTest, ComparesTheIndexWithHead) {
  project.replace("src/mirror.cpp", "  start_copy();", "  start_copy();\n  usleep(5000);");
  expect_gate(0, "open 3", {"--staged"}); // not staged
  project.git({"add", "src/mirror.cpp"});
  project.write("project/src/mirror.cpp", mirror); // the working tree is clean again, the index is not
  expect_gate(1, "new 1, open 3", {"--staged"});
  expect_gate(0, "open 3", {"--changed"});
  const nlohmann::json model = project.report();
  EXPECT_EQ(model["gate"].value("passed", false), true);
}

TEST_F(GateTest, IsAHook) {
  project.write("project/.git/hooks/pre-commit", "#!/bin/sh\nexec " PLUMBLINE_BINARY
                                                 " gate --staged --quiet --cache-dir " +
                                                     project.path("cache") + "\n");
  llvm::sys::fs::setPermissions(project.path("project/.git/hooks/pre-commit"), llvm::sys::fs::all_all);
  project.replace("src/mirror.cpp", "  start_copy();", "  start_copy();\n  usleep(5000);");
  const RunResult refused = project.git({"commit", "--quiet", "--all", "--message", "adds"}, false);
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("gate: new: 1 finding"));
  project.write("project/src/mirror.cpp", mirror);
  project.replace("src/mirror.cpp", "void copy_files", "void copy_all_files");
  EXPECT_EQ(project.git({"commit", "--quiet", "--all", "--message", "renames"}, false).status, 0);
}

TEST_F(GateTest, ComparesWithWhereTheBranchBegan) {
  project.run({"baseline", "prune"}); // what is compared is the other state, whatever the file says
  llvm::sys::fs::remove(project.path("project/.plumbline/baseline.json"));
  project.commit("no baseline");
  project.git({"checkout", "--quiet", "-b", "feature"});
  project.git({"mv", "src/worker.cpp", "src/queue_worker.cpp"});
  project.compile({"src/queue_worker.cpp", "src/mirror.cpp"});
  project.commit("renames");
  expect_gate(0, "open 3", {"--base", "main"});
  project.replace("src/mirror.cpp", "  start_copy();", "  start_copy();\n  usleep(5000);");
  project.commit("adds");
  expect_gate(1, "new 1, open 3", {"--base", "main"});
  project.replace("src/mirror.cpp", "  usleep(5000);\n", "");
  project.replace("src/mirror.cpp", "  usleep(70000);\n", "");
  expect_gate(0, "fixed 1, open 2; fixed 1", {"--base", "main"});
  EXPECT_EQ(project.gate({"--base", "no-such-branch"}).status, 3);
  EXPECT_EQ(project.gate({"--base", ""}).status, 3) << "a variable that is not set";
}

TEST_F(GateTest, LooksAtWhatIncludesAChangedHeader) {
  project.replace("src/clock.h", "void start_copy();", "void start_copy();\ninline void rest() { usleep(9000); }");
  project.write("project/src/lonely.h", "inline int nobody() { return 1; }\n");
  project.write("project/src/windows.cpp", "int elsewhere;\n");
  project.git({"add", "src/lonely.h", "src/windows.cpp"});
  expect_gate(1, "new 1, open 3", {"--changed"});
  EXPECT_THAT(project.report()["coverage"]["notes"].dump(),
              HasSubstr("src/lonely.h was changed, but no translation unit"));
  EXPECT_THAT(project.report()["coverage"]["notes"].dump(),
              HasSubstr("src/windows.cpp was changed, but the compile database does not have it"));
}

// Two branches, each of which fixes one finding and adds another, and takes that into the baseline.
TEST_F(GateTest, BranchesMergeTheirBaselines) {
  project.git({"checkout", "--quiet", "-b", "left"});
  project.replace("src/worker.cpp", "  usleep(40000);\n", "");
  project.replace("src/worker.cpp", "  connect_queue();", "  connect_queue();\n  usleep(1000);");
  EXPECT_EQ(project.run({"baseline", "update"}).status, 0);
  project.commit("left");
  project.git({"checkout", "--quiet", "-b", "right", "main"});
  project.replace("src/mirror.cpp", "  usleep(70000);\n", "  usleep(8000);\n  start_copy();\n");
  project.replace("src/mirror.cpp", "namespace app {\n", "namespace app {\nvoid beat() { usleep(3000); }\n");
  EXPECT_EQ(project.run({"baseline", "update"}).status, 0);
  project.commit("right");
  const RunResult merged = project.git({"merge", "--quiet", "--no-edit", "left"}, false);
  EXPECT_EQ(merged.status, 0) << merged.out << merged.err << project.read("project/.plumbline/baseline.json");
  const RunResult result = project.gate();
  EXPECT_EQ(result.status, 0) << result.err << project.read("project/.plumbline/baseline.json");
  EXPECT_THAT(project.statuses(), HasSubstr("open 4"));
}

TEST_F(GateTest, RefusesADamagedBaseline) {
  const std::string good = project.read("project/.plumbline/baseline.json");
  project.write("project/.plumbline/baseline.json", good.substr(0, good.size() / 2));
  const RunResult truncated = project.gate();
  EXPECT_EQ(truncated.status, 3);
  EXPECT_THAT(truncated.err, testing::ContainsRegex("baseline\\.json:[0-9]+: "));
  EXPECT_EQ(project.run({"baseline", "update"}).status, 3);
  EXPECT_EQ(project.read("project/.plumbline/baseline.json"), good.substr(0, good.size() / 2)) << "nothing is lost";
  project.write("project/.plumbline/baseline.json", "<<<<<<< HEAD\n" + good);
  EXPECT_THAT(project.gate().err, HasSubstr("baseline.json:1: git left a conflict marker"));
}

// prlimit(1) gives the disk's answer to a write that is too long.
TEST_F(GateTest, AFullDiskLeavesTheOldBaseline) {
  const std::string good = project.read("project/.plumbline/baseline.json");
  project.replace("src/mirror.cpp", "  start_copy();", "  start_copy();\n  usleep(5000);");
  const llvm::ErrorOr<std::string> prlimit = llvm::sys::findProgramByName("prlimit");
  ASSERT_TRUE(bool(prlimit)) << "prlimit(1) belongs to util-linux, which every Debian has";
  const std::vector<std::string> words = {
      *prlimit,     "--fsize=600", PLUMBLINE_BINARY,        "baseline", "update",
      "--no-cache", "-p",          project.path("project"), "--config", project.path("project/.plumbline.yaml")};
  const std::vector<llvm::StringRef> views(words.begin(), words.end());
  EXPECT_NE(llvm::sys::ExecuteAndWait(*prlimit, views), 0);
  EXPECT_EQ(project.read("project/.plumbline/baseline.json"), good);
}

TEST_F(GateTest, AsksGitForAgeAndChurnWhereTheSettingsDo) {
  const auto factors = [&](const std::string& line) {
    EXPECT_EQ(project.run({"scan", "--quiet", "-o", project.path("report.json")}).status, 0);
    std::string text;
    const nlohmann::json model = project.report();
    for (const nlohmann::json& finding : model["findings"])
      if (llvm::StringRef(finding.value("line_text", "")).contains(line))
        for (const nlohmann::json& factor : finding["factors"])
          if (factor["name"] == "age" || factor["name"] == "churn")
            text += factor["name"].get<std::string>() + " " + factor["value"].get<std::string>() + " +" +
                    std::to_string(factor["points"].get<int>()) + "; ";
    return text;
  };
  EXPECT_EQ(factors("usleep(250000)"), "");
  project.write("project/.plumbline.yaml", "weights: { churn: 6, age: 3 }\n");
  EXPECT_EQ(factors("usleep(250000)"), "age 0 days +3; ");
  for (int i = 0; i < 4; ++i) {
    project.replace("src/worker.cpp", "  open_log();", "  open_log();\n  open_log();");
    project.commit("log more");
  }
  EXPECT_EQ(factors("usleep(250000)"), "churn 5 commits in a year +2; age 0 days +3; ");
  EXPECT_EQ(factors("usleep(70000)"), "age 0 days +3; ");
  project.replace("src/worker.cpp", "usleep(250000)", "usleep(260000)"); // not committed: no age
  EXPECT_EQ(factors("usleep(260000)"), "churn 5 commits in a year +2; ");
}
