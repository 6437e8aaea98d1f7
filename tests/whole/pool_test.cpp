// The pool with real processes: this binary is its own worker (see main below), with a collector that does what the
// name of the file says.
#include "collect/pool.h"
#include "facts/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace plumbline {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

static std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

// Appends one line to <root>/log: O_APPEND keeps lines of several processes whole.
static void log(const std::string& root, const std::string& line) {
  int file = open((root + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (write(file, (line + "\n").data(), line.size() + 1) < 0) _exit(9);
  close(file);
}

static TuFacts fake_collect(const CompileCommand& command, const CollectOptions& options) {
  static int served = 0; // by this process
  std::string name = fs::path(command.file).stem();
  log(options.root, name + " " + std::to_string(getpid()));
  ++served;
  std::signal(SIGSEGV, SIG_DFL); // sanitizers catch it
  if (name == "crash") raise(SIGSEGV);
  if (name == "killed") raise(SIGKILL);
  if (name == "leave") _exit(3);
  if (name == "abort") {
    std::fputs("PLEASE submit a bug report\nLLVM ERROR: something is broken\nStack dump:\n", stderr);
    std::abort();
  }
  if (name == "crash_when_used" && served > 1) raise(SIGSEGV);
  if (name == "hang")
    for (;;) pause();
  if (name == "slow") std::this_thread::sleep_for(std::chrono::milliseconds(300));
  if (name == "eat")
    for (;;) {
      volatile char* block = static_cast<char*>(std::malloc(16 << 20)); // volatile, or the optimiser drops it
      if (!block) {
        std::fputs("LLVM ERROR: out of memory\nAllocation failed\n", stderr);
        std::abort();
      }
      block[0] = 1;
    }
  if (name == "noise") {
    std::puts("text that Clang prints for -v and the like");
    std::fflush(stdout);
    for (int i = 0; i < 100'000; ++i) std::fputs("a warning\n", stderr); // more than a pipe holds
    EXPECT_EQ(std::getchar(), EOF) << "the requests are not for Clang to read";
  }
  TuFacts facts;
  facts.main_file = relative_path(command.file, options.root);
  facts.state = UnitState::analysed;
  if (name == "errors") facts.state = UnitState::analysed_with_errors, facts.error_count = 2;
  if (name == "failed") facts.state = UnitState::failed, facts.reason = "'gone.h' file not found";
  facts.inputs = {{facts.main_file, digest_of(read(command.file))}};
  FactBuilder(facts.table, "arguments").text("last", command.arguments.back()).text("directory", command.directory);
  if (name == "large")
    for (int i = 0; i < 100'000; ++i) FactBuilder(facts.table, "many").number("value", i * 7919);
  return facts;
}

class Pool : public testing::Test {
 protected:
  Pool() {
    llvm::SmallString<128> made;
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("plumbline-pool", made));
    llvm::SmallString<128> real;
    EXPECT_FALSE(llvm::sys::fs::real_path(made, real));
    options.root = real.str().str();
    pool.executable = "/proc/self/exe";
    pool.jobs = 2;
    pool.timeout_seconds = 60;
  }
  ~Pool() override { fs::remove_all(options.root); }

  CompileCommand command(const std::string& name, std::size_t size = 0) const {
    std::string path = options.root + "/" + name;
    std::ofstream(path) << std::string(size, ' ');
    return {options.root, path, {"c++", "-c", path}};
  }
  Collection collect(const std::vector<CompileCommand>& commands, FactStore* store = nullptr) const {
    return collect_all(commands, options, pool, store, {});
  }
  TuFacts one(const std::string& name) const { return collect({command(name)}).units.at(0); }
  // The units that workers were asked for, in order.
  std::vector<std::string> asked() const {
    std::vector<std::string> names;
    std::istringstream lines(read(options.root + "/log"));
    for (std::string name, process; lines >> name >> process;) names.push_back(name);
    return names;
  }
  std::vector<std::string> processes() const {
    std::vector<std::string> ids;
    std::istringstream lines(read(options.root + "/log"));
    for (std::string name, process; lines >> name >> process;) ids.push_back(process);
    return ids;
  }

  CollectOptions options;
  PoolOptions pool;
};

TEST_F(Pool, GivesOneUnitPerCommandInOrder) {
  std::vector<CompileCommand> commands;
  for (int i = 0; i < 40; ++i) commands.push_back(command("f" + std::to_string(i) + ".cpp", i * 37 % 40));
  Collection collection = collect(commands);
  ASSERT_EQ(collection.units.size(), 40u);
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(collection.units[i].main_file, "f" + std::to_string(i) + ".cpp");
    EXPECT_EQ(collection.units[i].state, UnitState::analysed);
    const FactTable& table = collection.units[i].table;
    EXPECT_EQ(table.text(table.facts.at(0), "last"), commands[i].file);
    EXPECT_EQ(table.text(table.facts.at(0), "directory"), options.root);
  }
  EXPECT_EQ(collection.parsed, 40u);
  EXPECT_EQ(collection.from_cache, 0u);
  EXPECT_THAT(collection.notes, testing::IsEmpty());
}

TEST_F(Pool, HandlesNoCommands) { EXPECT_EQ(collect({}).units.size(), 0u); }

TEST_F(Pool, DoesNotDependOnJobs) {
  std::vector<CompileCommand> commands;
  for (const char* name : {"a.cpp", "crash.cpp", "b.cpp", "errors.cpp", "killed.cpp", "c.cpp", "d.S", "failed.cpp"})
    commands.push_back(command(name));
  std::vector<std::string> first;
  for (unsigned jobs : {1u, 2u, 8u}) {
    pool.jobs = jobs;
    std::vector<std::string> encoded;
    for (const TuFacts& facts : collect(commands).units) encoded.push_back(encode(facts));
    if (first.empty()) first = encoded;
    EXPECT_EQ(encoded, first) << jobs;
  }
}

TEST_F(Pool, LosesOnlyTheUnitThatCrashes) {
  Collection collection =
      collect({command("a.cpp"), command("crash.cpp"), command("b.cpp"), command("killed.cpp"), command("c.cpp")});
  EXPECT_EQ(collection.units[0].state, UnitState::analysed);
  EXPECT_EQ(collection.units[1].state, UnitState::failed);
  EXPECT_EQ(collection.units[1].reason, "Clang crashed (signal 11) while parsing");
  EXPECT_EQ(collection.units[1].main_file, "crash.cpp");
  EXPECT_EQ(collection.units[2].state, UnitState::analysed);
  EXPECT_EQ(collection.units[3].reason, "Clang crashed (signal 9) while parsing");
  EXPECT_EQ(collection.units[4].state, UnitState::analysed);
}

TEST_F(Pool, QuotesWhatLlvmSaidLast) {
  EXPECT_EQ(one("abort.cpp").reason, "Clang crashed (signal 6) while parsing (LLVM ERROR: something is broken)");
  EXPECT_EQ(one("leave.cpp").reason, "the worker process ended (exit status 3) while parsing");
}

// Otherwise the outcome would depend on which units a worker happened to have before.
TEST_F(Pool, TriesAgainInAFreshWorker) {
  pool.jobs = 1;
  Collection collection = collect({command("a.cpp", 100), command("crash_when_used.cpp", 10)});
  EXPECT_EQ(collection.units[1].state, UnitState::analysed);
  EXPECT_THAT(asked(), ElementsAre("a", "crash_when_used", "crash_when_used"));
}

TEST_F(Pool, TriesACrashInAFreshWorkerOnlyOnce) {
  one("crash.cpp");
  EXPECT_THAT(asked(), ElementsAre("crash"));
}

TEST_F(Pool, StopsWhatTakesTooLong) {
  pool.timeout_seconds = 1;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  Collection collection = collect({command("hang.cpp"), command("a.cpp"), command("slow.cpp")});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_EQ(collection.units[0].state, UnitState::failed);
  EXPECT_EQ(collection.units[0].reason, "took longer than 1 s");
  EXPECT_EQ(collection.units[1].state, UnitState::analysed);
  EXPECT_EQ(collection.units[2].state, UnitState::analysed);
  std::vector<std::string> names = asked(), ids = processes();
  std::size_t hanging = std::find(names.begin(), names.end(), "hang") - names.begin();
  ASSERT_LT(hanging, ids.size());
  EXPECT_NE(kill(std::stoi(ids[hanging]), 0), 0) << "the worker was left behind";
}

TEST_F(Pool, LimitsMemory) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  GTEST_SKIP() << "sanitizers reserve more address space than any limit";
#endif
  pool.memory_bytes = 512 << 20;
  Collection collection = collect({command("eat.cpp"), command("a.cpp")});
  EXPECT_EQ(collection.units[0].state, UnitState::failed);
  EXPECT_EQ(collection.units[0].reason, "ran out of memory (limit 512 MiB)");
  EXPECT_EQ(collection.units[1].state, UnitState::analysed);
}

TEST_F(Pool, IsNotConfusedByOutput) {
  TuFacts facts = one("noise.cpp");
  EXPECT_EQ(facts.state, UnitState::analysed) << facts.reason;
}

TEST_F(Pool, TakesLargeRequestsAndAnswers) {
  CompileCommand large = command("large.cpp");
  for (int i = 0; i < 50'000; ++i) large.arguments.push_back("-DMACRO_" + std::to_string(i) + "=1");
  Collection collection = collect({large});
  EXPECT_EQ(collection.units[0].state, UnitState::analysed) << collection.units[0].reason;
  EXPECT_EQ(collection.units[0].table.facts.size(), 100'001u);
}

TEST_F(Pool, SaysWhenNoWorkerStarts) {
  pool.executable = options.root + "/nowhere";
  Collection collection = collect({command("a.cpp"), command("b.cpp")});
  for (const TuFacts& facts : collection.units) {
    EXPECT_EQ(facts.state, UnitState::failed);
    EXPECT_EQ(facts.reason, "the worker process could not be started: No such file or directory");
  }
}

TEST_F(Pool, SaysWhenTheWorkerIsAnotherProgram) {
  pool.executable = "/bin/echo";
  EXPECT_EQ(one("a.cpp").state, UnitState::failed);
  EXPECT_NE(one("a.cpp").reason, "");
}

TEST_F(Pool, SkipsOtherLanguagesWithoutAWorker) {
  Collection collection = collect({command("boot.S"), command("kernel.cu"), command("app.rc")});
  for (const TuFacts& facts : collection.units) EXPECT_EQ(facts.state, UnitState::skipped);
  EXPECT_EQ(collection.units[0].reason, "not C or C++ (assembly)");
  EXPECT_EQ(collection.units[1].reason, "not C or C++ (CUDA)");
  EXPECT_EQ(collection.parsed, 0u);
  EXPECT_FALSE(fs::exists(options.root + "/log"));
}

TEST_F(Pool, FailsCommandsOfForeignCompilers) {
  CompileCommand foreign = command("a.cpp");
  foreign.arguments[0] = "C:/VC/bin/cl.exe";
  TuFacts facts = collect({foreign}).units.at(0);
  EXPECT_EQ(facts.state, UnitState::failed);
  EXPECT_THAT(facts.reason, HasSubstr("compiled with cl, whose command lines are not understood"));
}

TEST_F(Pool, StartsWithTheLargestFiles) {
  pool.jobs = 1;
  collect({command("small.cpp", 10), command("big.cpp", 1000), command("b.cpp", 100), command("a.cpp", 100)});
  EXPECT_THAT(asked(), ElementsAre("big", "b", "a", "small"));
}

TEST_F(Pool, ReplacesWorkersNowAndThen) {
  pool.jobs = 1;
  std::vector<CompileCommand> commands;
  for (int i = 0; i < 120; ++i) commands.push_back(command("f" + std::to_string(i) + ".cpp"));
  collect(commands);
  std::vector<std::string> ids = processes();
  ASSERT_EQ(ids.size(), 120u);
  EXPECT_EQ(ids[0], ids[49]);
  EXPECT_NE(ids[49], ids[50]);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 3u);
}

TEST_F(Pool, ParsesOnlyWhatChanged) {
  std::unique_ptr<FactStore> store = make_memory_store();
  std::vector<CompileCommand> commands{command("a.cpp"), command("errors.cpp"), command("c.S")};
  Collection cold = collect(commands, store.get());
  EXPECT_EQ(cold.parsed, 2u);
  Collection warm = collect(commands, store.get());
  EXPECT_EQ(warm.parsed, 0u);
  EXPECT_EQ(warm.from_cache, 2u);
  for (std::size_t i = 0; i < commands.size(); ++i) EXPECT_EQ(encode(warm.units[i]), encode(cold.units[i]));
  std::ofstream(commands[0].file) << "int changed;";
  Collection changed = collect(commands, store.get());
  EXPECT_EQ(changed.parsed, 1u);
  EXPECT_EQ(changed.from_cache, 1u);
  commands[1].arguments.insert(commands[1].arguments.begin() + 1, "-DOTHER");
  EXPECT_EQ(collect(commands, store.get()).parsed, 1u);
  commands[1].arguments.insert(commands[1].arguments.begin() + 1, {"-o", "elsewhere.o"});
  EXPECT_EQ(collect(commands, store.get()).parsed, 0u) << "output names do not count";
  options.skip_system_bodies = false;
  EXPECT_EQ(collect(commands, store.get()).parsed, 2u);
}

TEST_F(Pool, DoesNotKeepFailures) {
  std::unique_ptr<FactStore> store = make_memory_store();
  std::vector<CompileCommand> commands{command("crash.cpp"), command("failed.cpp"), command("killed.cpp")};
  collect(commands, store.get());
  Collection again = collect(commands, store.get());
  EXPECT_EQ(again.from_cache, 0u);
  EXPECT_EQ(again.parsed, 3u);
}

TEST_F(Pool, NotesWhatIsWrongWithTheStore) {
  std::ofstream(options.root + "/cache") << "a file";
  std::unique_ptr<FactStore> store = open_disk_store(options.root + "/cache", 0);
  Collection collection = collect({command("a.cpp"), command("b.cpp")}, store.get());
  EXPECT_EQ(collection.units[0].state, UnitState::analysed);
  ASSERT_EQ(collection.notes.size(), 1u);
  EXPECT_THAT(collection.notes[0], HasSubstr("cannot be used"));
}

TEST_F(Pool, ReportsProgressOneCallAtATime) {
  std::vector<CompileCommand> commands{command("crash.cpp"), command("s.S")};
  for (int i = 0; i < 20; ++i) commands.push_back(command("f" + std::to_string(i) + ".cpp"));
  std::vector<Progress> seen;
  std::atomic<int> inside = 0;
  pool.jobs = 4;
  collect_all(commands, options, pool, nullptr, [&](const Progress& progress) {
    EXPECT_EQ(inside++, 0);
    seen.push_back(progress);
    --inside;
  });
  ASSERT_EQ(seen.size(), commands.size() + 1);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].done, i);
    EXPECT_EQ(seen[i].total, commands.size());
  }
  EXPECT_EQ(seen.back().failed, 1u);
}

// A killed scan leaves no worker behind, whatever that is doing.
TEST_F(Pool, WorkersDieWithTheirParent) {
  CompileCommand hang = command("hang.cpp");
  pid_t parent = fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    collect({hang});
    _exit(0);
  }
  for (int i = 0; i < 1000 && asked().empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_FALSE(asked().empty());
  pid_t worker = std::stoi(processes()[0]);
  EXPECT_EQ(kill(worker, 0), 0);
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  // Nobody may be there to reap it: a zombie is dead as well.
  auto alive = [&] {
    std::string status = read("/proc/" + std::to_string(worker) + "/stat");
    return !status.empty() && status.find(") Z ") == std::string::npos;
  };
  for (int i = 0; i < 500 && alive(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(alive());
}

TEST_F(Pool, LeavesNoDescriptorsOrChildren) {
  auto descriptors = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()); };
  long before = descriptors();
  collect({command("a.cpp"), command("crash.cpp"), command("leave.cpp"), command("b.cpp")});
  EXPECT_EQ(descriptors(), before);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child was not waited for";
}

TEST(Worker, EndsAtTheEndOfItsInputAndAtNonsense) {
  auto status_for = [](const std::string& bytes) {
    int to[2], from[2];
    EXPECT_EQ(pipe(to), 0);
    EXPECT_EQ(pipe(from), 0);
    EXPECT_EQ(write(to[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    close(to[1]);
    int status = run_worker(to[0], from[1], fake_collect);
    for (int descriptor : {to[0], from[0], from[1]}) close(descriptor);
    return status;
  };
  EXPECT_EQ(status_for(""), 0);
  EXPECT_EQ(status_for(std::string(8, '\xff')), 1);                        // an absurd length
  EXPECT_EQ(status_for(std::string("\x09\0\0\0\0\0\0\0ab", 10)), 1);       // less than announced
  EXPECT_EQ(status_for(std::string("\x02\0\0\0\0\0\0\0\xff\xff", 10)), 1); // no request
}

} // namespace plumbline

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "worker")
    return plumbline::run_worker(STDIN_FILENO, STDOUT_FILENO, plumbline::fake_collect);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
