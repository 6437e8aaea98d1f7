// fixtures/<system>/must_find.tsv: what the system's team found by hand, each line a finding that the audit must hold.
// It may hold more; that is what the fixtures of the single checks are closed worlds for. A check that this build does
// not have yet is not asked for.
#include "in_process.h"

#include <set>

namespace plumbline {

struct Required {
  std::string system, state;
};
void PrintTo(const Required& required, std::ostream* out) { *out << required.system << "/" << required.state; }

static std::string line_of(const std::string& root, const Place& place) {
  llvm::SmallVector<llvm::StringRef> lines;
  const std::string text = read_text(root + "/" + place.path);
  llvm::StringRef(text).split(lines, '\n');
  return place.line >= 1 && place.line <= lines.size() ? lines[place.line - 1].str() : "";
}

class RequiredFindings : public testing::TestWithParam<Required> {};

TEST_P(RequiredFindings, AreFound) {
  const std::string system = std::string(SOURCE_DIR "/fixtures/") + GetParam().system;
  const std::string root = system + "/" + GetParam().state, mock = SOURCE_DIR "/fixtures/mock";
  const Audit audit =
      audit_of(root, files_below(root, {".cpp"}),
               {"-std=c++20", "-nostdinc++", "-isystem", mock + "/std", "-isystem", mock, "-I" + root + "/src"}, "");
  std::set<std::string> known;
  for (const RegisteredCheck& registered : all_checks()) known.emplace(registered.name);

  const std::string list = read_text(system + "/must_find.tsv");
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(list).split(lines, '\n', -1, /*KeepEmpty=*/false);
  unsigned asked = 0;
  for (const llvm::StringRef line : lines) {
    if (line.starts_with("#")) continue;
    llvm::SmallVector<llvm::StringRef> cells;
    line.split(cells, '\t');
    ASSERT_EQ(cells.size(), 4u) << "must_find.tsv: check/kind, path, part of the line, part of the message: "
                                << line.str();
    const std::pair<llvm::StringRef, llvm::StringRef> rule = cells[0].split('/');
    if (!known.contains(rule.first.str())) continue;
    ++asked;
    const bool found = std::any_of(audit.findings.begin(), audit.findings.end(), [&](const Finding& finding) {
      return finding.check == rule.first && finding.kind == rule.second && finding.place.path == cells[1] &&
             llvm::StringRef(line_of(root, finding.place)).contains(cells[2]) &&
             llvm::StringRef(finding.message).contains(cells[3]);
    });
    EXPECT_TRUE(found) << "not found: " << line.str();
  }
  EXPECT_GT(asked, 0u);
}
INSTANTIATE_TEST_SUITE_P(Fixtures, RequiredFindings, testing::Values(Required{"ota-platform", "system"}),
                         [](const testing::TestParamInfo<Required>& info) {
                           std::string name = info.param.system;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

} // namespace plumbline
