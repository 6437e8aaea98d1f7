// A migration as its team follows it (design.md §8, scheduler-migration): a baseline taken at before/, an audit of
// after/ held against it. What must be in it is written down here from the sources and the team's own table; the whole
// report is golden/migration.{json,md,zh-CN.md}.
#include "audit/baseline.h"
#include "audit/comparison.h"
#include "golden.h"
#include "report/report.h"

#include <gmock/gmock.h>

using testing::ElementsAre;

namespace plumbline {

static const std::string system_folder = SOURCE_DIR "/fixtures/scheduler-migration";

static Audit audit_of_state(const std::string& root) {
  const std::string mock = SOURCE_DIR "/fixtures/mock";
  return audit_of(root, files_below(root, {".cpp"}),
                  {"-std=c++20", "-nostdinc++", "-isystem", mock + "/std", "-isystem", mock, "-I" + root + "/src",
                   "-I" + root + "/tests"},
                  "");
}

static SourceReader reader_of(const std::string& root) {
  return
      [root](std::string_view path) -> std::optional<std::string> { return read_text(root + "/" + std::string(path)); };
}

// Every file of the state was read, and every check has judged.
static SeenCode all_seen(const std::string& root) {
  SeenCode seen;
  for (const std::string& file : files_below(root, {".cpp", ".h"})) {
    const std::string path = file.substr(root.size() + 1);
    seen.files.insert(path);
    if (llvm::StringRef(path).ends_with(".cpp")) seen.sources.insert(path);
  }
  for (const RegisteredCheck& registered : all_checks()) seen.checks.emplace(registered.name);
  const std::set<std::string> files(seen.files.begin(), seen.files.end());
  seen.exists = [files](std::string_view path) { return files.contains(std::string(path)); };
  return seen;
}

static Json compared() {
  const std::string before = system_folder + "/before", after = system_folder + "/after";
  const Baseline baseline = baseline_of(audit_of_state(before), reader_of(before), "");
  Audit audit = audit_of_state(after);
  const Settings settings = settings_of(after);
  const Comparison comparison = compare(audit, baseline, all_seen(after), settings, reader_of(after), test_date);
  audit.baseline = BaselineOrigin{.path = ".plumbline/baseline.json", .commit = "", .schema = baseline_schema};
  audit.progress = progress_of(audit, baseline, comparison, settings, reader_of(after));
  Json model = report_model(audit);
  model["tool"]["version"] = "0";
  return model;
}

static const Json& migration() {
  static const Json model = compared(); // parsing both states takes most of this test's time
  return model;
}

static bool is_place(const Json& row) { return llvm::StringRef(row.value("check", "")).starts_with("hard-coded-"); }

TEST(Migration, HasMovedFifteenOfSixtyPlaces) {
  const Json& progress = migration()["progress"];
  std::size_t places = 0, done = 0;
  for (const Json& check : progress["by_check"]) {
    if (!llvm::StringRef(check.value("name", "")).starts_with("hard-coded-")) continue;
    places += check.value("places", 0u);
    done += check.value("done", 0u);
  }
  EXPECT_EQ(places, 60u);
  EXPECT_EQ(done, 15u);
  for (const Json& file : progress["files"])
    for (const Json& row : file["rows"]) EXPECT_FALSE(is_place(row) && row["status"] == "new") << row.dump();
}

TEST(Migration, ShowsWhatReplacedEachPlace) {
  const Json& model = migration();
  std::vector<std::string> rows;
  for (const Json& file : model["progress"]["files"])
    for (const Json& row : file["rows"])
      if (row["status"] == "fixed" && is_place(row))
        rows.push_back(file.value("path", "") + " " + row.value("before", "") + " -> " + row.value("now", ""));
  const std::string limits = "scheduler_cfg.redis_limits.", tasks = "config.scheduler.background_tasks.";
  const std::string redis = "src/redis/redis_handle.cpp ", startup = "src/startup.cpp std::chrono::seconds(";
  const std::string test = "tests/startup_test.cpp std::chrono::seconds(";
  EXPECT_THAT(
      rows,
      ElementsAre(
          redis + "handle.retry_attempts_ = std::max(cfg.retry_attempts, 1); -> " + limits + "min_retry_attempts",
          redis + "handle.retry_delay_ms_ = std::max(cfg.retry_delay_ms, 100); -> " + limits + "min_retry_delay_ms",
          redis + "handle.command_timeout_ms_ = std::max(cfg.command_timeout_ms, 100); -> " + limits +
              "min_command_timeout_ms",
          redis + "handle.block_ms_ = std::max(cfg.block_ms, 1); -> " + limits + "min_block_ms",
          redis + "handle.pool_size_ = std::max(cfg.pool_size, 1); -> " + limits + "min_pool_size",
          redis + "handle.retry_delay_cap_ms_ = std::min(cfg.retry_delay_cap_ms, 5000); -> " + limits +
              "max_retry_delay_ms",
          startup + "5) -> " + tasks + "snapshot_cache_ttl", startup + "1) -> " + tasks + "dispatch_tick",
          startup + "30) -> " + tasks + "lease_sweep_interval", startup + "60) -> " + tasks + "orphan_interval",
          startup + "60) -> " + tasks + "statistics_interval", startup + "1) -> " + tasks + "heartbeat_interval",
          test + "1) -> tasks.dispatch_tick", test + "5) -> tasks.snapshot_cache_ttl",
          test + "1) -> tasks.heartbeat_interval"));
}

// Name, places and done of each module, of the hard-coded places alone: what the team counted.
TEST(Migration, CountsEachModulesPlaces) {
  const Json& model = migration();
  std::map<std::string, std::string> module_of_file{
      {"src/startup.cpp", "Background tasks"}, {"src/redis/redis_handle.cpp", "Redis connection"},
      {"src/redis/streams.cpp", "Streams"},    {"src/runtime.cpp", "Runtime"},
      {"src/websocket.cpp", "WebSocket"},      {"src/websocket.h", "WebSocket"},
      {"src/node_cache.cpp", "Node cache"},    {"src/redis/pubsub.cpp", "Pub/sub"},
      {"src/jobs.cpp", "Job management"},
  };
  std::map<std::string, std::pair<int, int>> counts; // places, done
  for (const Json& file : model["progress"]["files"])
    for (const Json& row : file["rows"])
      if (is_place(row)) {
        const std::string path = file.value("path", "");
        std::pair<int, int>& count = counts[path.starts_with("tests/") ? "Tests" : module_of_file[path]];
        ++count.first;
        count.second += row["status"] == "fixed";
      }
  const std::map<std::string, std::pair<int, int>> by_hand{
      {"Background tasks", {6, 6}}, {"Redis connection", {6, 6}}, {"Streams", {5, 0}},
      {"Runtime", {4, 0}},          {"WebSocket", {3, 0}},        {"Node cache", {2, 0}},
      {"Pub/sub", {2, 0}},          {"Job management", {2, 0}},   {"Tests", {30, 3}}};
  EXPECT_EQ(counts, by_hand);
}

TEST(MigrationGolden, IsWhatWasAccepted) {
  const Json& model = migration();
  const std::string golden = system_folder + "/golden/migration";
  expect_golden(golden + ".json", model.dump(2) + "\n");
  for (const auto& [language, suffix] : {std::pair("en", ".md"), std::pair("zh-CN", ".zh-CN.md")}) {
    RenderOptions options;
    options.language = language;
    options.read_source = reader_of(system_folder + "/after");
    llvm::Expected<std::string> markdown = render(Format::markdown, model, options);
    ASSERT_TRUE(static_cast<bool>(markdown)) << llvm::toString(markdown.takeError());
    expect_golden(golden + suffix, *markdown);
  }
}

} // namespace plumbline
