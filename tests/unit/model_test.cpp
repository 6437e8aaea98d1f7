#include "report/report.h"

#include "sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/MemoryBuffer.h>

namespace plumbline {

using testing::ElementsAre;
using testing::HasSubstr;

static std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

// The order of design.md §3.6 "JSON", and behind it what that list does not name.
TEST(Model, HasTheSpecifiedKeysInOrder) {
  const Json model = report_model(run_audit(sample_input()));
  EXPECT_THAT(keys_of(model), ElementsAre("schema", "tool", "coverage", "findings", "sites", "baseline", "progress",
                                          "history", "gate", "machines", "graphs"));
  EXPECT_EQ(model["schema"], 1);
  EXPECT_THAT(keys_of(model["findings"][0]),
              ElementsAre("check", "kind", "location", "entity", "owner", "module", "scope", "role", "value", "message",
                          "suggestion", "evidence", "priority", "score", "factors", "effort", "fingerprint", "status",
                          "config_in_reach", "suppression", "related", "uses", "source", "line_text"));
  EXPECT_THAT(keys_of(model["findings"][0]["location"]),
              ElementsAre("path", "line", "column", "end_line", "end_column"));
}

TEST(Model, StatesEveryUnit) {
  const Json coverage = report_model(run_audit(sample_input()))["coverage"];
  EXPECT_EQ(coverage["units"], (Json{{"analysed", 1}, {"analysed_with_errors", 1}, {"skipped", 1}, {"failed", 1}}));
  EXPECT_EQ(coverage["incomplete"], true);
  ASSERT_EQ(coverage["problems"].size(), 3u);
  EXPECT_EQ(coverage["problems"][0]["path"], "src/app/boot.s");
  EXPECT_EQ(coverage["problems"][0]["details"][0], "dropped -fplugin=x.so");
  EXPECT_EQ(coverage["problems"][1]["state"], "analysed_with_errors");
  EXPECT_EQ(coverage["problems"][1]["errors"], 2);
  EXPECT_EQ(coverage["problems"][2]["reason"], "the worker ran out of memory");
}

TEST(Model, ListsSuppressedFindingsWithTheReason) {
  const Json model = report_model(run_audit(sample_input()));
  int suppressed = 0;
  for (const Json& finding : model["findings"]) {
    if (finding["status"] != "suppressed") {
      EXPECT_TRUE(finding["suppression"].is_null());
      continue;
    }
    ++suppressed;
    EXPECT_EQ(finding["suppression"]["reason"], "RFC 1 says so");
    EXPECT_EQ(finding["suppression"]["until"], "2027-03-01");
  }
  EXPECT_EQ(suppressed, 1);
}

TEST(Model, CountsSites) {
  const Json sites = report_model(run_audit(sample_input()))["sites"];
  EXPECT_EQ(sites["total"], 2);
  EXPECT_EQ(sites["configured"], 1);
  EXPECT_EQ(sites["by_check"], Json::array({{{"name", "hard-coded-duration"}, {"total", 2}, {"configured", 1}}}));
  EXPECT_EQ(sites["list"][1]["source"], "demo::WorkerOptions::interval");
}

TEST(Model, CarriesTextAsItIsAndSurvivesForeignBytes) {
  Audit audit;
  Finding finding = sample_finding("hard-coded-duration", "literal", "a.cpp", 1);
  finding.message = "\"<b>\" \x1b[31m | ü";
  finding.line_text = "f(); // caf\xe9"; // Latin-1
  audit.findings = {finding};
  const Json model = report_model(audit);
  EXPECT_EQ(model["findings"][0]["message"], finding.message);
  EXPECT_EQ(model["findings"][0]["line_text"], "f(); // caf\uFFFD");
  const std::string json = llvm::cantFail(render(Format::json, model, {}));
  EXPECT_TRUE(llvm::json::isUTF8(json));
  EXPECT_EQ(Json::parse(json, nullptr, false), model);
}

TEST(Formats, AreFoundByNameAndExtension) {
  EXPECT_EQ(format_from("sarif"), Format::sarif);
  EXPECT_EQ(format_from("pdf"), std::nullopt);
  EXPECT_EQ(format_of_file("out/audit.MD"), Format::markdown);
  EXPECT_EQ(format_of_file("x.json"), Format::json);
  EXPECT_EQ(format_of_file("x.txt"), Format::text);
  EXPECT_EQ(format_of_file("report"), std::nullopt);
}

// A folder that goes away with the test.
struct Folder {
  llvm::SmallString<128> path;
  Folder() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("plumbline-output", path)); }
  ~Folder() { llvm::sys::fs::remove_directories(path); }
  std::string file(const char* name) const { return (path + "/" + name).str(); }
  int entries() const {
    std::error_code error;
    int count = 0;
    for (llvm::sys::fs::directory_iterator at(path, error), end; at != end && !error; at.increment(error)) ++count;
    return count;
  }
};

static std::string read(const std::string& path) {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : "cannot be read";
}

TEST(WriteFile, ReplacesAndLeavesNothingBeside) {
  Folder folder;
  const std::string file = folder.file("report.md");
  EXPECT_FALSE(write_file_atomically(file, "one"));
  EXPECT_FALSE(write_file_atomically(file, "two"));
  EXPECT_EQ(read(file), "two");
  EXPECT_EQ(folder.entries(), 1);
}

TEST(WriteFile, FollowsLinksAndKeepsPermissions) {
  Folder folder;
  const std::string file = folder.file("real"), link = folder.file("link");
  EXPECT_FALSE(write_file_atomically(file, "one"));
  ASSERT_FALSE(llvm::sys::fs::setPermissions(file, llvm::sys::fs::owner_read | llvm::sys::fs::owner_write));
  ASSERT_FALSE(llvm::sys::fs::create_link(file, link));
  EXPECT_FALSE(write_file_atomically(link, "two"));
  EXPECT_EQ(read(file), "two");
  EXPECT_TRUE(llvm::sys::fs::is_symlink_file(link));
  EXPECT_EQ(*llvm::sys::fs::getPermissions(file), llvm::sys::fs::owner_read | llvm::sys::fs::owner_write);
}

TEST(WriteFile, SaysWhatWentWrong) {
  Folder folder;
  EXPECT_THAT(llvm::toString(write_file_atomically(folder.path, "x")), HasSubstr("it is a folder"));
  EXPECT_THAT(llvm::toString(write_file_atomically(folder.file("none/report.md"), "x")), HasSubstr("cannot write"));
  EXPECT_THAT(llvm::toString(write_file_atomically("/dev/full", "x")), HasSubstr("No space left"));
  EXPECT_EQ(folder.entries(), 0);
}

} // namespace plumbline
