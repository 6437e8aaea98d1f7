#include "facts/binary.h"
#include "facts/digests.h"
#include "facts/encoding.h"
#include "facts/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plumbline {

namespace fs = std::filesystem;
using testing::HasSubstr;

static constexpr std::uint64_t no_limit = 0;

static void write(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

static std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

class Store : public testing::Test {
 protected:
  Store() {
    llvm::SmallString<128> made;
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("plumbline-store", made));
    top = made.str().str();
    root = top / "root";
    folder = top / "cache";
    write(root / "a.cpp", "int a;");
  }
  ~Store() override { fs::remove_all(top); }

  std::unique_ptr<FactStore> open() const { return open_disk_store(folder.string(), no_limit); }
  StoreKey key(const std::string& name = "a.cpp") const {
    return make_store_key("build", root.string(), root.string(), {"c++", name}, (root / name).string());
  }
  // A unit that read a.cpp as it is now; `reason` tells it from others.
  TuFacts unit(const std::string& reason) const {
    TuFacts facts;
    facts.main_file = "a.cpp";
    facts.state = UnitState::analysed;
    facts.reason = reason;
    facts.inputs = {{"a.cpp", digest_of(read(root / "a.cpp"))}};
    return facts;
  }
  // The reason of what the store has for a.cpp, "miss" without.
  std::string loaded(FactStore& store) const {
    std::optional<TuFacts> facts = store.load(key(), root.string());
    return facts ? facts->reason : "miss";
  }
  std::vector<fs::path> entries() const {
    std::vector<fs::path> found;
    if (!fs::exists(folder)) return found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".facts") found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }

  fs::path top, root, folder;
};

static void set_age(const fs::path& path, long seconds) {
  timespec times[2]{};
  times[0].tv_sec = times[1].tv_sec = std::time(nullptr) - seconds;
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
}

TEST(StoreKey, DependsOnEveryPart) {
  StoreKey key = make_store_key("b", "/r", "/d", {"c++", "-c"}, "/f");
  EXPECT_EQ(key.text.size(), 64u);
  EXPECT_EQ(key.text, make_store_key("b", "/r", "/d", {"c++", "-c"}, "/f").text);
  EXPECT_NE(key.text, make_store_key("x", "/r", "/d", {"c++", "-c"}, "/f").text);
  EXPECT_NE(key.text, make_store_key("b", "/x", "/d", {"c++", "-c"}, "/f").text);
  EXPECT_NE(key.text, make_store_key("b", "/r", "/x", {"c++", "-c"}, "/f").text);
  EXPECT_NE(key.text, make_store_key("b", "/r", "/d", {"c++", "-x"}, "/f").text);
  EXPECT_NE(key.text, make_store_key("b", "/r", "/d", {"-c", "c++"}, "/f").text);
  EXPECT_NE(key.text, make_store_key("b", "/r", "/d", {"c++", "-c"}, "/x").text);
}

TEST(StoreKey, PartsDoNotRunTogether) {
  EXPECT_NE(make_store_key("ab", "c", "", {}, "").text, make_store_key("a", "bc", "", {}, "").text);
  EXPECT_NE(make_store_key("", "", "", {"a", "b"}, "").text, make_store_key("", "", "", {"ab"}, "").text);
  EXPECT_NE(make_store_key("", "", "", {"a", ""}, "").text, make_store_key("", "", "", {"a"}, "").text);
  EXPECT_NE(make_store_key("", "", "", {"a"}, "b").text, make_store_key("", "", "", {"a", "b"}, "").text);
  EXPECT_NE(make_store_key("", "", "", {"1:bargument 1:c"}, "").text, make_store_key("", "", "", {"b", "c"}, "").text);
}

TEST_F(Store, GivesBackWhatWasSaved) {
  EXPECT_EQ(loaded(*open()), "miss");
  EXPECT_FALSE(fs::exists(folder)) << "reading makes nothing";
  TuFacts facts = unit("first");
  FactBuilder(facts.table, "flow").text("op", "init");
  open()->save(key(), facts);
  std::optional<TuFacts> found = open()->load(key(), root.string());
  ASSERT_TRUE(found);
  EXPECT_EQ(encode(*found), encode(facts));
  EXPECT_FALSE(open()->load(key("b.cpp"), root.string()));
  EXPECT_THAT(read(folder / "CACHEDIR.TAG"), testing::StartsWith("Signature: 8a477f597d28d172789f06886806bc55\n"));
}

TEST_F(Store, MissesWhenAnInputChangedOrIsGone) {
  open()->save(key(), unit("first"));
  write(root / "a.cpp", "int b;");
  EXPECT_EQ(loaded(*open()), "miss");
  write(root / "a.cpp", "int a;");
  EXPECT_EQ(loaded(*open()), "first");
  fs::remove(root / "a.cpp");
  EXPECT_EQ(loaded(*open()), "miss");
  fs::create_directories(root / "a.cpp");
  EXPECT_EQ(loaded(*open()), "miss") << "a folder has no digest";
}

TEST_F(Store, ChecksAbsoluteInputs) {
  TuFacts facts = unit("first");
  fs::path header = top / "elsewhere.h";
  write(header, "x");
  facts.inputs.push_back({header.string(), digest_of("x")});
  open()->save(key(), facts);
  EXPECT_EQ(loaded(*open()), "first");
  write(header, "y");
  EXPECT_EQ(loaded(*open()), "miss");
}

TEST_F(Store, DoesNotWaitForPipes) {
  TuFacts facts = unit("first");
  facts.inputs.push_back({(top / "pipe").string(), digest_of("")});
  open()->save(key(), facts);
  ASSERT_EQ(mkfifo((top / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(loaded(*open()), "miss");
}

TEST_F(Store, KeepsTheLastStatesOfAUnit) {
  for (int state = 0; state < 4; ++state) {
    write(root / "a.cpp", std::to_string(state));
    open()->save(key(), unit("state " + std::to_string(state)));
  }
  EXPECT_EQ(entries().size(), 4u);
  for (int state = 0; state < 4; ++state) {
    write(root / "a.cpp", std::to_string(state));
    EXPECT_EQ(loaded(*open()), "state " + std::to_string(state));
  }
}

TEST_F(Store, ReplacesTheSlotNotUsedForLongest) {
  for (int state = 0; state < 4; ++state) {
    write(root / "a.cpp", std::to_string(state));
    open()->save(key(), unit("state " + std::to_string(state)));
  }
  std::vector<fs::path> slots = entries();
  ASSERT_EQ(slots.size(), 4u);
  for (std::size_t slot = 0; slot < 4; ++slot) set_age(slots[slot], slot == 2 ? 9'000 : 100);
  write(root / "a.cpp", "4");
  open()->save(key(), unit("state 4"));
  EXPECT_EQ(entries().size(), 4u);
  EXPECT_EQ(loaded(*open()), "state 4");
  write(root / "a.cpp", "2");
  EXPECT_EQ(loaded(*open()), "miss");
  write(root / "a.cpp", "3");
  EXPECT_EQ(loaded(*open()), "state 3");
}

TEST_F(Store, TakesDamagedEntriesForMissing) {
  open()->save(key(), unit("first"));
  ASSERT_EQ(entries().size(), 1u);
  fs::path entry = entries()[0];
  std::string bytes = read(entry);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    write(entry, bytes.substr(0, size));
    EXPECT_EQ(loaded(*open()), "miss") << size;
    EXPECT_FALSE(fs::exists(entry)) << "a damaged entry does not stay";
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    write(entry, changed);
    EXPECT_EQ(loaded(*open()), "miss") << i;
  }
  write(entry, bytes);
  EXPECT_EQ(loaded(*open()), "first");
  std::unique_ptr<FactStore> store = open();
  fs::remove(entry);
  fs::create_directories(entry);
  EXPECT_EQ(loaded(*store), "miss");
}

TEST_F(Store, SaysOnceThatItCannotWrite) {
  write(folder, "a file where the folder should be");
  std::unique_ptr<FactStore> store = open();
  EXPECT_EQ(loaded(*store), "miss");
  EXPECT_EQ(store->problem(), "") << "nothing was lost yet";
  store->save(key(), unit("first"));
  EXPECT_THAT(store->problem(), HasSubstr("the cache folder " + folder.string() + " cannot be used: "));
  std::string first = store->problem();
  store->save(key("b.cpp"), unit("second"));
  EXPECT_EQ(store->problem(), first);
  EXPECT_EQ(read(folder), "a file where the folder should be");
}

TEST_F(Store, SurvivesAFullDisk) {
  fs::create_directories(folder);
  // Without the right to mount, a limit on the size of files ends a write halfway as well.
  const bool mounted = mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=64k") == 0;
  rlimit whole{};
  if (!mounted) {
    std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &whole), 0);
    const rlimit small{64 << 10, whole.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  }
  {
    std::unique_ptr<FactStore> store = open();
    TuFacts small = unit("small");
    store->save(key(), small);
    EXPECT_EQ(store->problem(), "");
    TuFacts large = unit("large");
    for (int i = 0; i < 200'000; ++i) large.reason.push_back(static_cast<char>(std::rand()));
    store->save(key("large.cpp"), large);
    EXPECT_THAT(store->problem(), HasSubstr(mounted ? "No space left" : "File too large"));
    EXPECT_EQ(loaded(*store), "small") << "what was there stays";
    EXPECT_FALSE(store->load(key("large.cpp"), root.string()));
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
      EXPECT_NE(entry.path().filename().string().substr(0, 5), ".tmp-") << "half a file is left";
  }
  ASSERT_EQ(mounted ? umount(folder.c_str()) : setrlimit(RLIMIT_FSIZE, &whole), 0);
}

TEST_F(Store, LetsProcessesSaveAtOnce) {
  constexpr int processes = 4, units = 100;
  std::vector<pid_t> children;
  for (int process = 0; process < processes; ++process) {
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      bool good = true;
      {
        std::unique_ptr<FactStore> store = open();
        for (int i = 0; i < units; ++i) {
          std::string name = std::to_string(i);
          store->save(key(name), unit(name));
          std::optional<TuFacts> found = store->load(key(name), root.string());
          good = good && found && found->reason == name;
        }
        good = good && store->problem().empty();
      }
      _exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  std::unique_ptr<FactStore> store = open();
  for (int i = 0; i < units; ++i) {
    std::optional<TuFacts> found = store->load(key(std::to_string(i)), root.string());
    ASSERT_TRUE(found) << i;
    EXPECT_EQ(found->reason, std::to_string(i));
  }
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    EXPECT_NE(entry.path().filename().string().substr(0, 5), ".tmp-");
}

TEST_F(Store, StaysBelowItsLimitAndKeepsWhatIsUsed) {
  std::uint64_t entry_size = 0;
  for (int i = 0; i < 20; ++i) open()->save(key(std::to_string(i)), unit("unit " + std::to_string(i)));
  for (const fs::path& entry : entries()) {
    entry_size = std::max<std::uint64_t>(entry_size, fs::file_size(entry));
    set_age(entry, 10'000);
  }
  ASSERT_TRUE(open()->load(key("7"), root.string())); // a hit makes it recent
  std::uint64_t limit = entry_size * 10;
  open_disk_store(folder.string(), limit)->save(key("new"), unit("new"));
  llvm::Expected<StoreStatistics> statistics = store_statistics(folder.string(), limit);
  ASSERT_TRUE(static_cast<bool>(statistics));
  EXPECT_LE(statistics->bytes, limit);
  EXPECT_GE(statistics->entries, 5u) << "it should not throw away all";
  EXPECT_EQ(statistics->entries, entries().size());
  EXPECT_TRUE(open()->load(key("7"), root.string()));
  EXPECT_TRUE(open()->load(key("new"), root.string()));
}

TEST_F(Store, StaysBelowItsLimitDuringAScan) {
  std::unique_ptr<FactStore> store = open_disk_store(folder.string(), 4'000);
  std::uint64_t most = 0;
  for (int i = 0; i < 300; ++i) {
    store->save(key(std::to_string(i)), unit("unit " + std::to_string(i)));
    std::uint64_t bytes = 0;
    for (const fs::path& entry : entries()) bytes += fs::file_size(entry);
    most = std::max(most, bytes);
  }
  EXPECT_LE(most, 4'000u * 12 / 10);
  EXPECT_GE(most, 2'000u);
}

TEST_F(Store, SweepsWhatKilledProcessesLeft) {
  open()->save(key(), unit("first"));
  fs::path subfolder = entries()[0].parent_path();
  write(subfolder / ".tmp-1-old", "half");
  write(subfolder / ".tmp-1-new", "half");
  set_age(subfolder / ".tmp-1-old", 10'000);
  open()->save(key("b.cpp"), unit("second"));
  EXPECT_FALSE(fs::exists(subfolder / ".tmp-1-old"));
  EXPECT_TRUE(fs::exists(subfolder / ".tmp-1-new")) << "may still be written";
}

TEST_F(Store, ClearsOnlyWhatItMade) {
  open()->save(key(), unit("first"));
  open()->save(key("b.cpp"), unit("second"));
  std::string entry_name = entries()[0].filename().string();
  fs::path outside = top / "outside";
  write(outside / entry_name, "not in the store");
  fs::create_directory_symlink(outside, folder / "zz");
  fs::path link = folder / "00";
  fs::remove_all(link);
  fs::create_directory_symlink(outside, link);
  write(folder / "notes.txt", "mine");
  write(folder / "ab" / "notes.txt", "mine");
  write(folder / "abc" / entry_name, "not an entry folder");

  ASSERT_FALSE(static_cast<bool>(clear_store(folder.string())));
  EXPECT_EQ(read(outside / entry_name), "not in the store");
  EXPECT_EQ(read(folder / "notes.txt"), "mine");
  EXPECT_EQ(read(folder / "ab" / "notes.txt"), "mine");
  EXPECT_EQ(read(folder / "abc" / entry_name), "not an entry folder");
  EXPECT_FALSE(fs::exists(folder / "CACHEDIR.TAG"));
  llvm::Expected<StoreStatistics> statistics = store_statistics(folder.string(), 5);
  ASSERT_TRUE(static_cast<bool>(statistics));
  EXPECT_EQ(statistics->entries, 0u);
  EXPECT_EQ(statistics->bytes, 0u);
}

TEST_F(Store, ClearsItselfAwayWhenNothingElseIsThere) {
  open()->save(key(), unit("first"));
  llvm::Expected<StoreStatistics> statistics = store_statistics(folder.string(), 5);
  ASSERT_TRUE(static_cast<bool>(statistics));
  EXPECT_EQ(statistics->entries, 1u);
  EXPECT_EQ(statistics->limit_bytes, 5u);
  EXPECT_GE(statistics->bytes, fs::file_size(entries()[0]));
  ASSERT_FALSE(static_cast<bool>(clear_store(folder.string())));
  EXPECT_FALSE(fs::exists(folder));
  ASSERT_FALSE(static_cast<bool>(clear_store(folder.string()))) << "clearing nothing is no error";
  statistics = store_statistics(folder.string(), 5);
  ASSERT_TRUE(static_cast<bool>(statistics));
  EXPECT_EQ(statistics->entries, 0u);
}

TEST_F(Store, SaysWhyAFolderCannotBeRead) {
  write(folder, "a file");
  llvm::Expected<StoreStatistics> statistics = store_statistics(folder.string(), 5);
  ASSERT_FALSE(static_cast<bool>(statistics));
  EXPECT_THAT(llvm::toString(statistics.takeError()), HasSubstr("cannot read the cache folder " + folder.string()));
  EXPECT_THAT(llvm::toString(clear_store(folder.string())), HasSubstr("cannot clear the cache folder"));
  EXPECT_EQ(read(folder), "a file");
}

TEST_F(Store, InMemoryAnswersTheSame) {
  std::unique_ptr<FactStore> store = make_memory_store();
  EXPECT_EQ(loaded(*store), "miss");
  store->save(key(), unit("first"));
  EXPECT_EQ(loaded(*store), "first");
  write(root / "a.cpp", "int b;");
  EXPECT_EQ(loaded(*store), "miss");
  store->save(key(), unit("second"));
  EXPECT_EQ(loaded(*store), "second");
  write(root / "a.cpp", "int a;");
  EXPECT_EQ(loaded(*store), "first");
}

// An index that claims `digest` for `path` with the status that it has now.
static std::string index_claiming(const fs::path& path, std::uint64_t digest, std::int64_t mtime_shift = 0) {
  struct stat status;
  EXPECT_EQ(stat(path.c_str(), &status), 0);
  ByteWriter out;
  out.bytes = "pbindex\x01";
  out.number(1);
  out.text(path.string());
  out.number(static_cast<std::uint64_t>(status.st_size));
  out.number(status.st_ino);
  out.signed_number(status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec + mtime_shift);
  out.signed_number(status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec);
  out.hash(digest);
  out.hash(digest_of(out.bytes));
  return out.bytes;
}

TEST_F(Store, DoesNotReadFilesWhoseStatusIsRecorded) {
  FileDigests digests;
  digests.read_index(index_claiming(root / "a.cpp", 4711)); // a wrong digest shows that the file was not read
  EXPECT_EQ(digests.digest((root / "a.cpp").string()), 4711u);
  EXPECT_FALSE(digests.index()) << "nothing new to write";
}

TEST_F(Store, ReadsFilesWhoseStatusChanged) {
  FileDigests digests;
  digests.read_index(index_claiming(root / "a.cpp", 4711, -1));
  EXPECT_EQ(digests.digest((root / "a.cpp").string()), digest_of("int a;"));
}

TEST_F(Store, IgnoresDamagedIndexes) {
  std::string index = index_claiming(root / "a.cpp", 4711);
  for (std::size_t i = 0; i < index.size(); ++i) {
    std::string changed = index;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    for (const std::string& damaged : {changed, index.substr(0, i)}) {
      FileDigests digests;
      digests.read_index(damaged);
      EXPECT_EQ(digests.digest((root / "a.cpp").string()), digest_of("int a;")) << i;
    }
  }
}

TEST_F(Store, RecordsOnlyFilesThatHaveSettled) {
  FileDigests early;
  EXPECT_EQ(early.digest((root / "a.cpp").string()), digest_of("int a;"));
  EXPECT_FALSE(early.index()) << "the file is younger than two seconds";

  timespec pause{2, 200'000'000}; // ctime cannot be set
  nanosleep(&pause, nullptr);
  FileDigests late;
  EXPECT_EQ(late.digest((root / "a.cpp").string()), digest_of("int a;"));
  ASSERT_TRUE(late.index());
  FileDigests next;
  next.read_index(*late.index());
  EXPECT_EQ(next.digest((root / "a.cpp").string()), digest_of("int a;"));
  EXPECT_FALSE(next.index());

  // Same size, and mtime set back: ctime still tells.
  struct stat before;
  ASSERT_EQ(stat((root / "a.cpp").c_str(), &before), 0);
  write(root / "a.cpp", "int b;");
  timespec times[2] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(utimensat(AT_FDCWD, (root / "a.cpp").c_str(), times, 0), 0);
  FileDigests fooled;
  fooled.read_index(*late.index());
  EXPECT_EQ(fooled.digest((root / "a.cpp").string()), digest_of("int b;"));
}

TEST(FileStamp, SettlesAfterTwoSeconds) {
  constexpr std::int64_t second = 1'000'000'000;
  FileStamp stamp{.size = 1, .inode = 1, .mtime = 100 * second, .ctime = 100 * second};
  EXPECT_FALSE(is_settled(stamp, 100 * second));
  EXPECT_FALSE(is_settled(stamp, 102 * second));
  EXPECT_TRUE(is_settled(stamp, 102 * second + 1));
  stamp.ctime = 105 * second;
  EXPECT_FALSE(is_settled(stamp, 106 * second)) << "the younger time counts";
  stamp = {.size = 1, .inode = 1, .mtime = 900 * second, .ctime = 100 * second};
  EXPECT_FALSE(is_settled(stamp, 200 * second)) << "a file from the future never settles";
}

} // namespace plumbline
