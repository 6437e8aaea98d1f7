// Whole audits of the reference systems in fixtures/<system>/ (design.md §8), held against two things:
//   expected.tsv          what somebody found by reading the sources, in both directions: all of it, and nothing else
//   golden/<state>.{json,md,zh-CN.md}   the audit, byte for byte; accepted by the command that a mismatch prints
// A system is any folder with an expected.tsv. One with before/ and after/ is two states of a migration, and its list
// names constants; any other is one program, and its list names findings of all checks.
#include "golden.h"
#include "in_process.h"
#include "report/report.h"

#include <tuple>

namespace plumbline {

static const std::string fixtures_folder = SOURCE_DIR "/fixtures";

struct State {
  std::string system, name; // name: "" for a system that is one program
};
void PrintTo(const State& state, std::ostream* out) { *out << state.system << "/" << state.name; }

static std::string folder_of(const State& state) {
  return fixtures_folder + "/" + state.system + (state.name.empty() ? "" : "/" + state.name);
}

static std::vector<State> all_states(bool migrations) {
  std::vector<State> states;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator at(fixtures_folder, error), end; !error && at != end; at.increment(error)) {
    const std::string system = llvm::sys::path::filename(at->path()).str();
    if (!llvm::sys::fs::exists(at->path() + "/expected.tsv")) continue;
    const bool migration = llvm::sys::fs::is_directory(at->path() + "/before");
    if (migration != migrations) continue;
    if (migration)
      states.insert(states.end(), {{system, "before"}, {system, "after"}});
    else
      states.push_back({system, ""});
  }
  std::sort(states.begin(), states.end(), [](const State& a, const State& b) {
    return std::tie(a.system, b.name) < std::tie(b.system, a.name); // before, then after
  });
  return states;
}

// The audit of one state as JSON. The mock headers keep it fast; the systems' CMakeLists.txt use the real ones.
static Json model_of(const State& state) {
  const std::string root = folder_of(state), mock = fixtures_folder + "/mock";
  const Audit audit = audit_of(root, files_below(root, {".cpp"}),
                               {"-std=c++20", "-nostdinc++", "-isystem", mock + "/std", "-isystem", mock,
                                "-I" + root + "/src", "-I" + root + "/tests"},
                               "");
  Json model = report_model(audit);
  model["tool"]["version"] = "0";
  return model;
}

// A place where a constant is expected: part of its source line, and the value as it is shown.
struct ExpectedPlace {
  std::string path, line_part, value;
  bool met = false;
};

static std::vector<ExpectedPlace> expected_places(const State& state) {
  std::vector<ExpectedPlace> places;
  llvm::SmallVector<llvm::StringRef> lines;
  const std::string text = read_text(fixtures_folder + "/" + state.system + "/expected.tsv");
  llvm::StringRef(text).split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (const llvm::StringRef line : lines) {
    if (line.starts_with("#")) continue;
    llvm::SmallVector<llvm::StringRef> cells;
    line.split(cells, '\t');
    if (cells.size() != 4) {
      ADD_FAILURE() << "expected.tsv: not four cells: " << line.str();
      continue;
    }
    if (cells[0] == "open" || state.name == "before")
      places.push_back({cells[1].str(), cells[2].str(), cells[3].str()});
  }
  return places;
}

static std::string source_line(const State& state, const std::string& path, unsigned number) {
  llvm::SmallVector<llvm::StringRef> lines;
  const std::string text = read_text(folder_of(state) + "/" + path);
  llvm::StringRef(text).split(lines, '\n');
  return number >= 1 && number <= lines.size() ? lines[number - 1].trim().str() : "";
}

class SystemTest : public testing::TestWithParam<State> {};

TEST_P(SystemTest, FindsThePlacesThatWereFoundByHand) {
  std::vector<ExpectedPlace> places = expected_places(GetParam());
  ASSERT_FALSE(places.empty());
  const Json model = model_of(GetParam());
  for (const Json& finding : model["findings"]) {
    const std::string check = finding.value("check", ""), value = finding.value("value", "");
    if (check != "hard-coded-duration" && check != "hard-coded-limit") continue;
    const std::string path = finding["location"].value("path", "");
    const unsigned line = finding["location"].value("line", 0u);
    const std::string source = source_line(GetParam(), path, line);
    const std::vector<ExpectedPlace>::iterator match =
        std::find_if(places.begin(), places.end(), [&](const ExpectedPlace& place) {
          return !place.met && place.path == path && place.value == value &&
                 llvm::StringRef(source).contains(place.line_part);
        });
    if (match != places.end())
      match->met = true;
    else
      ADD_FAILURE() << path << ":" << line << ": " << check << " '" << value << "' is not in expected.tsv: " << source;
  }
  for (const ExpectedPlace& place : places)
    EXPECT_TRUE(place.met) << place.path << ": " << place.value << " is not found in: " << place.line_part;
}

// A finding that a system's team made by hand.
struct ExpectedFinding {
  std::string state, check, kind, path, line_part, message_part; // state: found, pending
  bool met = false;
};

static std::vector<ExpectedFinding> expected_findings(const State& state) {
  std::vector<ExpectedFinding> expected;
  llvm::SmallVector<llvm::StringRef> lines;
  const std::string text = read_text(fixtures_folder + "/" + state.system + "/expected.tsv");
  llvm::StringRef(text).split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (const llvm::StringRef line : lines) {
    if (line.starts_with("#")) continue;
    llvm::SmallVector<llvm::StringRef> cells;
    line.split(cells, '\t');
    if (cells.size() != 6 || (cells[0] != "found" && cells[0] != "pending")) {
      ADD_FAILURE() << "expected.tsv: not six cells that begin with found or pending: " << line.str();
      continue;
    }
    expected.push_back(
        {cells[0].str(), cells[1].str(), cells[2].str(), cells[3].str(), cells[4].str(), cells[5].str()});
  }
  return expected;
}

class ProgramTest : public testing::TestWithParam<State> {};

// Closed for each check of which something is expected: all of it, and nothing else.
TEST_P(ProgramTest, FindsWhatItsTeamFoundByHand) {
  std::vector<ExpectedFinding> expected = expected_findings(GetParam());
  ASSERT_FALSE(expected.empty());
  const Json model = model_of(GetParam());
  for (const Json& finding : model["findings"]) {
    const std::string check = finding.value("check", ""), path = finding["location"].value("path", "");
    const unsigned line = finding["location"].value("line", 0u);
    const std::string source = source_line(GetParam(), path, line);
    const std::vector<ExpectedFinding>::iterator match =
        std::find_if(expected.begin(), expected.end(), [&](const ExpectedFinding& wanted) {
          return !wanted.met && wanted.check == check && wanted.path == path &&
                 (wanted.kind.empty() || wanted.kind == finding.value("kind", "")) &&
                 llvm::StringRef(source).contains(wanted.line_part) &&
                 llvm::StringRef(finding.value("message", "")).contains(wanted.message_part);
        });
    if (match != expected.end())
      match->met = true;
    else if (std::any_of(expected.begin(), expected.end(), [&](const ExpectedFinding& wanted) {
               return wanted.state == "found" && wanted.check == check;
             }))
      ADD_FAILURE() << path << ":" << line << ": " << check << " '" << finding.value("message", "")
                    << "' is not in expected.tsv: " << source;
  }
  for (const ExpectedFinding& wanted : expected) {
    const std::string what = wanted.path + ": " + wanted.check + " at: " + wanted.line_part;
    if (wanted.state == "found") EXPECT_TRUE(wanted.met) << what << " is not found";
    if (wanted.state == "pending") EXPECT_FALSE(wanted.met) << what << " is found now; make it 'found'";
  }
}

class Golden : public testing::TestWithParam<State> {};

TEST_P(Golden, AuditIsWhatWasAccepted) {
  const Json model = model_of(GetParam());
  const std::string golden =
      fixtures_folder + "/" + GetParam().system + "/golden/" + (GetParam().name.empty() ? "audit" : GetParam().name);
  expect_golden(golden + ".json", model.dump(2) + "\n");
  for (const auto& [language, suffix] : {std::pair("en", ".md"), std::pair("zh-CN", ".zh-CN.md")}) {
    RenderOptions options;
    options.language = language;
    llvm::Expected<std::string> markdown = render(Format::markdown, model, options);
    ASSERT_TRUE(static_cast<bool>(markdown)) << llvm::toString(markdown.takeError());
    expect_golden(golden + suffix, *markdown);
  }
}

static std::string name_of_state(const testing::TestParamInfo<State>& info) {
  std::string name = info.param.system + (info.param.name.empty() ? "" : "_" + info.param.name);
  std::replace_if(name.begin(), name.end(), [](char c) { return !llvm::isAlnum(c); }, '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Migrations, SystemTest, testing::ValuesIn(all_states(true)), name_of_state);
INSTANTIATE_TEST_SUITE_P(Programs, ProgramTest, testing::ValuesIn(all_states(false)), name_of_state);
INSTANTIATE_TEST_SUITE_P(Migrations, Golden, testing::ValuesIn(all_states(true)), name_of_state);
INSTANTIATE_TEST_SUITE_P(Programs, Golden, testing::ValuesIn(all_states(false)), name_of_state);

} // namespace plumbline
