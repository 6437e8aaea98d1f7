#include "audit/comparison.h"

#include "sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace plumbline {

// A file whose `N s` stand where findings are: each becomes one, so that the tests read as the code does.
using Sources = std::map<std::string, std::string>;

static Audit audit_of(const Sources& sources) {
  AuditInput input;
  for (const auto& [path, text] : sources) {
    std::string owner;
    std::uint32_t line = 1;
    for (std::size_t begin = 0; begin < text.size(); ++line) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string code = text.substr(begin, end - begin);
      begin = end + 1;
      if (code.starts_with("void ")) owner = code.substr(5, code.find('(') - 5);
      for (std::size_t at = code.find("sleep("); at != std::string::npos; at = code.find("sleep(", at + 1)) {
        const std::size_t from = at + 6, to = code.find(')', from);
        Finding finding = sample_finding("hard-coded-duration", "duration", path, line);
        finding.place = {path, line, static_cast<std::uint32_t>(from + 1), line, static_cast<std::uint32_t>(to + 1)};
        finding.source_text = code.substr(from, to - from);
        finding.line_text = code;
        finding.entity = "sleep";
        finding.owner = owner;
        input.findings.push_back(std::move(finding));
      }
    }
  }
  return run_audit(std::move(input));
}

static SourceReader reader_of(const Sources& sources) {
  return [sources](std::string_view path) -> std::optional<std::string> {
    auto found = sources.find(std::string(path));
    return found == sources.end() ? std::nullopt : std::optional(found->second);
  };
}

static SeenCode all_seen(const Sources& sources) {
  SeenCode seen;
  for (const auto& [path, text] : sources) seen.files.insert(path), seen.sources.insert(path);
  seen.checks = {"hard-coded-duration"};
  seen.exists = [sources](std::string_view path) { return sources.contains(std::string(path)); };
  return seen;
}

// The sources before and after, compared: "path:line status" for each finding, sorted.
static std::vector<std::string> compared(const Sources& before, const Sources& now, const SeenCode* what = nullptr) {
  const Baseline baseline = baseline_of(audit_of(before), reader_of(before), "c1");
  Audit audit = audit_of(now);
  const SeenCode seen = what ? *what : all_seen(now);
  compare(audit, baseline, seen, {}, reader_of(now), "2026-11-21");
  std::vector<std::string> result;
  for (const Finding& finding : audit.findings)
    result.push_back(finding.place.path + ":" + std::to_string(finding.place.line) + " " +
                     std::string(name_of(finding.status)));
  std::sort(result.begin(), result.end());
  return result;
}

using testing::ElementsAre;

static const Sources three = {{"a.cpp", "void poll() {\n  begin();\n  sleep(5);\n  end();\n}\n"
                                        "void flush() {\n  open();\n  sleep(5);\n  close();\n}\n"},
                              {"b.cpp", "void copy() {\n  start();\n  sleep(7);\n  finish();\n}\n"}};

static Sources changed(const Sources& sources, const std::string& path, const std::string& from,
                       const std::string& to) {
  Sources result = sources;
  std::string& text = result[path];
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  return result;
}

TEST(Compare, KnowsWhatDidNotChange) {
  EXPECT_THAT(compared(three, three), ElementsAre("a.cpp:3 open", "a.cpp:8 open", "b.cpp:3 open"));
}

TEST(Compare, TellsEqualNeighboursApart) {
  // An equal one is added before the one that was there.
  EXPECT_THAT(
      compared(three, changed(three, "a.cpp", "  begin();\n", "  warm_up();\n  sleep(5);\n  rest();\n  begin();\n")),
      ElementsAre("a.cpp:11 open", "a.cpp:3 new", "a.cpp:6 open", "b.cpp:3 open"));
  const Sources two = changed(three, "a.cpp", "  begin();\n", "  warm_up();\n  sleep(5);\n  rest();\n  begin();\n");
  // The first of two equals goes.
  EXPECT_THAT(compared(two, three), ElementsAre("a.cpp:3 fixed", "a.cpp:3 open", "a.cpp:8 open", "b.cpp:3 open"));
}

TEST(Compare, NeverPairsOneWithTwo) {
  EXPECT_THAT(compared(three, changed(three, "b.cpp", "  sleep(7);\n", "  sleep(7);\n  sleep(7);\n")),
              testing::UnorderedElementsAre("a.cpp:3 open", "a.cpp:8 open",
                                            testing::AnyOf("b.cpp:3 open", "b.cpp:3 new"),
                                            testing::AnyOf("b.cpp:4 open", "b.cpp:4 new")));
}

TEST(Compare, FollowsRenamedFilesAndFunctions) {
  Sources renamed = changed(three, "a.cpp", "void poll", "void drain");
  renamed["queue/a.cpp"] = renamed["a.cpp"];
  renamed.erase("a.cpp");
  EXPECT_THAT(compared(three, renamed), ElementsAre("b.cpp:3 open", "queue/a.cpp:3 open", "queue/a.cpp:8 open"));
}

TEST(Compare, DoesNotHideWhatWasAddedBehindWhatWasFixed) {
  Sources now = changed(three, "b.cpp", "  sleep(7);\n", "");
  now["c.cpp"] = "void watch() {\n  look();\n  sleep(7);\n}\n";
  EXPECT_THAT(compared(three, now), ElementsAre("a.cpp:3 open", "a.cpp:8 open", "b.cpp:3 fixed", "c.cpp:3 new"));
}

TEST(Compare, TakesAnotherValueAtTheSamePlaceForTheSameFinding) {
  EXPECT_THAT(compared(three, changed(three, "b.cpp", "sleep(7)", "sleep(9)")),
              ElementsAre("a.cpp:3 open", "a.cpp:8 open", "b.cpp:3 open"));
}

TEST(Compare, SaysUnknownOfWhatItDidNotSee) {
  const Sources now = {{"b.cpp", three.at("b.cpp")}};
  SeenCode seen = all_seen(now);
  seen.exists = [](std::string_view) { return true; };
  EXPECT_THAT(compared(three, now, &seen), ElementsAre("a.cpp:3 unknown", "a.cpp:8 unknown", "b.cpp:3 open"));
  seen = all_seen(now); // a.cpp is gone, but so is part of the scan
  seen.whole = false;
  EXPECT_THAT(compared(three, now, &seen), ElementsAre("a.cpp:3 unknown", "a.cpp:8 unknown", "b.cpp:3 open"));
  EXPECT_THAT(compared(three, now), ElementsAre("a.cpp:3 fixed", "a.cpp:8 fixed", "b.cpp:3 open"));

  const Sources fixed = changed(three, "b.cpp", "  sleep(7);\n", "");
  seen = all_seen(fixed);
  seen.checks.clear();
  EXPECT_THAT(compared(three, fixed, &seen), ElementsAre("a.cpp:3 open", "a.cpp:8 open", "b.cpp:3 unknown"));
  seen = all_seen(fixed);
  seen.doubtful = {"b.cpp"}; // its unit had errors
  EXPECT_THAT(compared(three, fixed, &seen), ElementsAre("a.cpp:3 open", "a.cpp:8 open", "b.cpp:3 unknown"));
  seen = all_seen(fixed);
  seen.sources.erase("b.cpp"); // a header, and some unit failed
  seen.whole = false;
  EXPECT_THAT(compared(three, fixed, &seen), ElementsAre("a.cpp:3 open", "a.cpp:8 open", "b.cpp:3 unknown"));
}

TEST(Compare, KeepsFingerprintsAndRenewsKeys) {
  const Baseline baseline = baseline_of(audit_of(three), reader_of(three), "c1");
  Sources now = three;
  now["d.cpp"] = now["b.cpp"];
  now.erase("b.cpp");
  Audit audit = audit_of(now);
  const Comparison comparison = compare(audit, baseline, all_seen(now), {}, reader_of(now), "");
  const Baseline after = updated(baseline, audit, comparison, reader_of(now), "c2");
  ASSERT_EQ(after.entries.size(), 3u);
  EXPECT_EQ(after.entries[2].place.path, "d.cpp");
  EXPECT_EQ(after.entries[2].fingerprint, baseline.entries[2].fingerprint);
  EXPECT_EQ(after.entries[2].since, "c1");
  EXPECT_EQ(baseline_text(after).find("b.cpp"), std::string::npos);
}

TEST(Update, ChangesNoLineToWhichNothingHappened) {
  const Baseline baseline = baseline_of(audit_of(three), reader_of(three), "c1");
  const Sources now = changed(three, "a.cpp", "void poll", "int unrelated;\n\nvoid poll");
  Audit audit = audit_of(now);
  const Comparison comparison = compare(audit, baseline, all_seen(now), {}, reader_of(now), "");
  EXPECT_EQ(baseline_text(updated(baseline, audit, comparison, reader_of(now), "c2")), baseline_text(baseline));
}

TEST(Update, LosesNoStatusWhenTheAlgorithmChanges) {
  Baseline baseline = baseline_of(audit_of(three), reader_of(three), "c1");
  baseline.algorithm = "plumbline/v0";
  for (std::size_t i = 0; i < 3; ++i) baseline.entries[i].fingerprint = std::string(32, static_cast<char>('a' + i));
  baseline.entries[0].status = Status::accepted;
  baseline.entries[0].reason = "as it is";
  baseline.entries[2].status = Status::fixed;
  const Sources now = changed(three, "b.cpp", "  sleep(7);\n", "");
  Audit audit = audit_of(now);
  const Comparison comparison = compare(audit, baseline, all_seen(now), {}, reader_of(now), "");
  const Baseline after = updated(baseline, audit, comparison, reader_of(now), "c2");
  ASSERT_EQ(after.entries.size(), 3u);
  EXPECT_EQ(after.algorithm, fingerprint_algorithm);
  EXPECT_EQ(after.entries[0].status, Status::accepted);
  EXPECT_EQ(after.entries[1].status, Status::open);
  EXPECT_EQ(after.entries[2].status, Status::fixed);
  const Audit fresh = audit_of(three);
  for (const BaselineEntry& entry : after.entries)
    EXPECT_TRUE(std::any_of(fresh.findings.begin(), fresh.findings.end(),
                            [&](const Finding& finding) { return finding.fingerprint == entry.fingerprint; }));
}

TEST(Compare, ListsWhatIsFixedUntilTheBaselineKnows) {
  const Sources now = changed(three, "b.cpp", "  sleep(7);\n", "");
  const Baseline baseline = baseline_of(audit_of(three), reader_of(three), "c1");
  Audit audit = audit_of(now);
  const Comparison comparison = compare(audit, baseline, all_seen(now), {}, reader_of(now), "");
  ASSERT_EQ(audit.findings.size(), 3u);
  EXPECT_EQ(audit.findings[2].status, Status::fixed);
  EXPECT_EQ(audit.findings[2].place.path, "b.cpp");
  EXPECT_EQ(llvm::StringRef(audit.findings[2].line_text).trim(), "sleep(7);");
  const Baseline after = updated(baseline, audit, comparison, reader_of(now), "c2");
  ASSERT_EQ(after.entries.size(), 3u);
  Audit again = audit_of(now);
  compare(again, after, all_seen(now), {}, reader_of(now), "");
  EXPECT_EQ(again.findings.size(), 2u);
}

TEST(Progress, CountsAgainstTheBaseline) {
  const Baseline baseline = baseline_of(audit_of(three), reader_of(three), "c1");
  Sources now = changed(three, "b.cpp", "  sleep(7);\n", "");
  now["c.cpp"] = "void watch() {\n  look();\n  sleep(1);\n}\n";
  Audit audit = audit_of(now);
  const Comparison comparison = compare(audit, baseline, all_seen(now), {}, reader_of(now), "");
  const MigrationProgress progress = progress_of(audit, baseline, comparison, {}, reader_of(now));
  EXPECT_EQ(progress.baseline_total, 3u);
  EXPECT_EQ(progress.fixed, 1u);
  EXPECT_EQ(progress.open, 2u);
  EXPECT_EQ(progress.new_, 1u);
  ASSERT_EQ(progress.files.size(), 3u);
  EXPECT_EQ(progress.files[1].path, "b.cpp");
  EXPECT_EQ(progress.files[1].rows[0].line_before, 3u);
  EXPECT_EQ(progress.files[1].rows[0].before, "sleep(7);") << "a number by itself says nothing";
  ASSERT_EQ(progress.by_check.size(), 1u);
  EXPECT_EQ(progress.by_check[0].places, 4u);
  EXPECT_EQ(progress.by_check[0].done, 1u);
}

} // namespace plumbline
