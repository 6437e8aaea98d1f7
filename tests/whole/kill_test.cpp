// kill -9 while the baseline and the history are written (design.md §7): whatever the moment, each file is afterwards
// one that an undisturbed run wrote, to the byte, and the next run goes on from it.
#include "sandbox.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

using Clock = std::chrono::steady_clock;

namespace {

struct Files {
  std::string baseline, history;
  friend bool operator==(const Files&, const Files&) = default;
};

// Two states of a program, so that each run has something to write: many findings, and one less.
class KillTest : public testing::Test {
 protected:
  KillTest() {
    sandbox.write_database({sandbox.command("src/all.cpp"), sandbox.command("src/less.cpp")});
    sandbox.write("project/.plumbline.yaml", "checks: { missing-config-injection: { enabled: false } }\n");
  }

  void program(bool with_last) const {
    const std::string head = "extern \"C\" int usleep(unsigned);\n";
    std::string all = head;
    for (int i = 1; i <= 200; ++i)
      all += "void wait_" + std::to_string(i) + "() { usleep(" + std::to_string(i) + "000); }\n";
    sandbox.write("project/src/all.cpp", all);
    sandbox.write("project/src/less.cpp", with_last ? head + "void wait_last() { usleep(777000); }\n" : head);
  }

  Files files() const {
    return {sandbox.read("project/.plumbline/baseline.json"), sandbox.read("project/.plumbline/history.jsonl")};
  }

  Files updated(bool with_last) const {
    program(with_last);
    const RunResult result = sandbox.run({"baseline", "update"});
    EXPECT_EQ(result.status, 0) << result.err;
    return files();
  }

  // Files that are being written: they have another name until they are whole.
  std::vector<std::string> unfinished() const {
    std::vector<std::string> found;
    std::error_code code;
    for (llvm::sys::fs::directory_iterator file(sandbox.path("project/.plumbline"), code), end; file != end && !code;
         file.increment(code))
      if (llvm::StringRef(file->path()).ends_with(".tmp")) found.push_back(file->path());
    return found;
  }

  Sandbox sandbox;
};

} // namespace

TEST_F(KillTest, DamagesNeitherBaselineNorHistory) {
  program(true);
  ASSERT_EQ(sandbox.run({"baseline", "create"}).status, 0);
  updated(false);
  const Files with = updated(true), without = updated(false);
  ASSERT_NE(with.baseline, without.baseline);
  ASSERT_NE(with.history, without.history);
  const Clock::time_point began = Clock::now();
  ASSERT_EQ(updated(false), without);
  const std::chrono::duration<double> whole = Clock::now() - began;

  std::mt19937 random(std::random_device{}());
  std::uniform_real_distribution<double> part(0, 1.1);
  int killed = 0, while_writing = 0;
  const Clock::time_point enough = Clock::now() + std::chrono::seconds(4);
  for (int round = 0; killed < 20 && Clock::now() < enough; ++round) {
    program(round % 2 == 0);
    const std::vector<std::string> command =
        round % 4 == 3 ? std::vector<std::string>{"report", "--record", "-o", sandbox.path("report.json")}
                       : std::vector<std::string>{"baseline", "update"};
    const llvm::sys::ProcessInfo process = sandbox.start(command);
    // Anywhere in the run; every second time as soon as it is seen to write, which a blind shot rarely hits.
    const std::chrono::duration<double> delay = whole * part(random);
    const Clock::time_point last =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(round % 2 == 0 ? delay : whole * 2);
    while (Clock::now() < last && !(round % 2 == 1 && !unfinished().empty()))
      if (round % 2 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    kill(process.Pid, SIGKILL);
    std::string problem;
    killed += llvm::sys::Wait(process, std::nullopt, &problem).ReturnCode == -2; // ended by a signal
    const std::vector<std::string> left = unfinished();
    while_writing += !left.empty();
    for (const std::string& file : left) llvm::sys::fs::remove(file);
    const Files now = files();
    EXPECT_TRUE(now.baseline == with.baseline || now.baseline == without.baseline) << "round " << round << "\n"
                                                                                   << now.baseline;
    EXPECT_TRUE(now.history == with.history || now.history == without.history) << "round " << round << "\n"
                                                                               << now.history;
    if (HasFailure()) return;
  }
  RecordProperty("killed", killed);
  RecordProperty("while_writing", while_writing);
  EXPECT_GE(killed, 3);
  EXPECT_EQ(updated(true), with);
  EXPECT_EQ(updated(false), without);
}

TEST_F(KillTest, LeavesNothingForGood) {
  program(true);
  ASSERT_EQ(sandbox.run({"baseline", "create"}).status, 0);
  const std::string old = "project/.plumbline/baseline.json.0123abcd.tmp";
  const std::string young = "project/.plumbline/history.jsonl.0123abcd.tmp";
  for (const std::string& file : {old, young}) sandbox.write(file, "{");
  std::filesystem::last_write_time(sandbox.path(old),
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));
  EXPECT_EQ(sandbox.run({"baseline", "update"}).status, 0);
  EXPECT_FALSE(sandbox.exists(old));
  EXPECT_TRUE(sandbox.exists(young)); // somebody may be writing it
}
