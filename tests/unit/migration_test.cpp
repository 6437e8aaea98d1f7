// What the team of scheduler-migration did to RedisHandle, as the accepted audits of both states tell it (that they are
// what the program says, golden_test sees to).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>

namespace plumbline {

using ::testing::ElementsAre;

using Json = nlohmann::json;

static Json audit_of(const std::string& state) {
  std::ifstream file(SOURCE_DIR "/fixtures/scheduler-migration/golden/" + state + ".json");
  return Json::parse(file, nullptr, /*allow_exceptions=*/false);
}

static std::vector<Json> findings_of(const Json& audit, const std::string& owner, const std::string& check) {
  std::vector<Json> found;
  for (const Json& finding : audit["findings"])
    if (finding["owner"] == owner && finding["check"] == check && finding["scope"] == "production")
      found.push_back(finding);
  return found;
}

// Production sites in RedisHandle, by what feeds them.
static std::map<std::string, int> feeds_of(const Json& audit) {
  std::map<std::string, int> feeds;
  for (const Json& site : audit["sites"]["list"])
    if (site["owner"] == "dispatch::RedisHandle" && site["scope"] == "production")
      ++feeds[site["fed_by"].get<std::string>()];
  return feeds;
}

TEST(RedisHandle, HasNoSeamForItsClampsBefore) {
  const std::vector<Json> found = findings_of(audit_of("before"), "dispatch::RedisHandle", "missing-config-injection");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["kind"], "no-seam");
  EXPECT_EQ(found[0]["location"]["path"], "src/redis/redis_handle.h");
  std::vector<std::string> values, calls;
  for (const Json& step : found[0]["evidence"]) {
    const std::string message = step["message"], path = step["location"]["path"];
    if (message.find("calls RedisHandle::connect()") != std::string::npos)
      calls.push_back(path);
    else
      values.push_back(message.substr(0, message.find(" (")));
  }
  EXPECT_THAT(values, ElementsAre("1", "100 ms", "100 ms", "1", "1", "5 s"));
  // Both call sites of connect() that must change, and the test that calls it.
  EXPECT_THAT(calls, ElementsAre("src/main.cpp", "src/tools/drain.cpp", "tests/redis_handle_test.cpp"));
}

TEST(RedisHandle, IsCleanAfter) {
  const Json after = audit_of("after");
  for (const char* check : {"missing-config-injection", "hard-coded-duration", "hard-coded-limit"})
    EXPECT_TRUE(findings_of(after, "dispatch::RedisHandle", check).empty()) << check;
}

TEST(RedisHandle, HasTheSameSitesConfiguredAfter) {
  const std::map<std::string, int> before = feeds_of(audit_of("before")), after = feeds_of(audit_of("after"));
  ASSERT_TRUE(before.contains("constant"));
  EXPECT_EQ(before.at("constant"), 6);
  EXPECT_FALSE(after.contains("constant"));
  EXPECT_EQ(after.at("configuration"), before.at("configuration") + before.at("constant"));
}

// Fifteen places were migrated: six intervals of the startup, six bounds of RedisHandle, three waits of its tests.
TEST(SchedulerMigration, CoverageGrewByWhatWasMigrated) {
  const Json before = audit_of("before"), after = audit_of("after");
  EXPECT_EQ(before["sites"]["total"], after["sites"]["total"]);
  EXPECT_EQ(after["sites"]["configured"].get<int>() - before["sites"]["configured"].get<int>(), 15);
}

} // namespace plumbline
