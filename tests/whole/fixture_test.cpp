// Runs checks/<name>/fixture/ against the expectations that stand beside the code.
//
// Each .cpp directly in the folder is a program of one file; each subfolder is one program of all the .cpp below it,
// with its own .plumbline.yaml if it has one. Only the check in whose folder it lies judges it. Annotations trail a
// line, or stand on a line of their own and speak of the next line of code; several may be stacked:
//
//   // expect: "5 s" "timeout"    exactly one finding here whose description (see describe()) holds all these texts
//   // expect[kind]: "5 s"        … and that is of this kind
//   // expect-evidence: "pause"   some finding's trace comes by here; its step or entity holds the text
//   // ok: why                    silence is intended
//   // todo-expect: "5 s"         a known miss, todo-ok: a known false alarm; both fail once they hold, to be promoted
//   // args: …                    in the first lines: compiler arguments instead of -std=c++20
//   // headers: real              in the first lines: the installed standard library instead of fixtures/mock/std
//   // part: why                  in the first lines: a partial scan, which left out other sources of the program
//
// The world is closed: a finding without an expect fails, and so does an expect without a finding. And whatever a
// finding says, a report in each language can say it.
#include "../translations.h"
#include "in_process.h"

#include <map>
#include <set>

namespace plumbline {

struct Fixture {
  std::string check, name, root;
  std::vector<std::string> files;
};
void PrintTo(const Fixture& fixture, std::ostream* out) { *out << fixture.check << "/" << fixture.name; }

struct Annotation {
  std::string word, kind;         // word: expect, expect-evidence, ok, todo-expect, todo-ok
  std::vector<std::string> texts; // all must be found
  std::string path;               // relative to the fixture's root
  unsigned line = 0;
  bool met = false;
};

static const std::string checks_folder = SOURCE_DIR "/checks";

static std::vector<Fixture> all_fixtures() {
  std::vector<Fixture> fixtures;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator check(checks_folder, error), end; !error && check != end;
       check.increment(error)) {
    const std::string name = llvm::sys::path::filename(check->path()).str(), root = check->path() + "/fixture";
    std::error_code inner;
    for (llvm::sys::fs::directory_iterator entry(root, inner); !inner && entry != end; entry.increment(inner)) {
      const llvm::StringRef path = entry->path();
      if (llvm::sys::fs::is_directory(path))
        fixtures.push_back(
            {name, llvm::sys::path::filename(path).str(), path.str(), files_below(path.str(), {".cpp"})});
      else if (path.ends_with(".cpp"))
        fixtures.push_back({name, llvm::sys::path::stem(path).str(), root, {path.str()}});
    }
  }
  std::sort(fixtures.begin(), fixtures.end(),
            [](const Fixture& a, const Fixture& b) { return std::tie(a.check, a.name) < std::tie(b.check, b.name); });
  return fixtures;
}

// The annotations in one comment-bearing line; their place is filled in by the caller.
static std::vector<Annotation> annotations_in(llvm::StringRef line) {
  std::vector<Annotation> found;
  for (std::size_t at = line.find("//"); at != llvm::StringRef::npos; at = line.find("//", at + 2)) {
    llvm::StringRef rest = line.substr(at + 2).ltrim();
    Annotation annotation;
    for (const char* word : {"expect-evidence", "expect", "ok", "todo-expect", "todo-ok"})
      if (annotation.word.empty() && rest.consume_front(word)) annotation.word = word;
    if (annotation.word.empty()) continue;
    if (rest.consume_front("[")) {
      annotation.kind = rest.take_until([](char c) { return c == ']'; }).str();
      rest = rest.drop_front(annotation.kind.size() + 1);
    }
    if (!rest.consume_front(":")) continue;
    for (rest = rest.ltrim(); rest.consume_front("\""); rest = rest.ltrim()) {
      const std::pair<llvm::StringRef, llvm::StringRef> parts = rest.split('"');
      annotation.texts.push_back(parts.first.str());
      rest = parts.second;
    }
    EXPECT_TRUE(annotation.word.ends_with("ok") || !annotation.texts.empty())
        << "an expectation needs a text in quotes: " << line.str();
    found.push_back(annotation);
  }
  return found;
}

static std::vector<Annotation> annotations_of(const std::string& root, const std::vector<std::string>& files) {
  std::vector<Annotation> annotations;
  for (const std::string& file : files) {
    std::vector<Annotation> waiting; // of lines that hold nothing but a comment
    llvm::SmallVector<llvm::StringRef> lines;
    const std::string text = read_text(file);
    llvm::StringRef(text).split(lines, '\n');
    for (unsigned i = 0; i < lines.size(); ++i) {
      std::vector<Annotation> here = annotations_in(lines[i]);
      const llvm::StringRef code = lines[i].trim();
      if (code.empty() || code.starts_with("//")) {
        waiting.insert(waiting.end(), here.begin(), here.end());
        continue;
      }
      here.insert(here.end(), waiting.begin(), waiting.end());
      waiting.clear();
      for (Annotation& annotation : here) {
        annotation.path = relative_path(file, root);
        annotation.line = i + 1;
        annotations.push_back(annotation);
      }
    }
    EXPECT_TRUE(waiting.empty()) << file << ": an annotation after the last line of code";
  }
  return annotations;
}

// What texts are looked for in: one aspect of the finding a line.
static std::string describe(const Finding& finding) {
  std::string text = finding.message + "\n" + finding.suggestion + "\n" + finding.kind + " " + finding.role + " " +
                     finding.value + "\n" + std::string(name_of(finding.scope)) + " " +
                     std::string(name_of(finding.priority)) + "\n";
  if (const std::optional<ConfigInReach>& config = finding.config_in_reach)
    return text + "in reach: " + config->expression + "." + config->field + "\n" + config->rewritten;
  return text + "no config in reach";
}

// Whole words, and whole numbers: "5 s" is neither in "15 s" nor in "2.5 s".
static bool holds(llvm::StringRef text, llvm::StringRef words) {
  static const auto joins = [](char left, char right) {
    return (llvm::isAlnum(left) || left == '_') && (llvm::isAlnum(right) || right == '_');
  };
  static const auto is_point = [](llvm::StringRef text, std::size_t i) {
    return i > 0 && i + 1 < text.size() && text[i] == '.' && llvm::isDigit(text[i - 1]) && llvm::isDigit(text[i + 1]);
  };
  for (std::size_t at = text.find_insensitive(words); at != llvm::StringRef::npos;
       at = text.find_insensitive(words, at + 1)) {
    const std::size_t end = at + words.size();
    if (at > 0 && (joins(text[at - 1], text[at]) || is_point(text, at - 1))) continue;
    if (end < text.size() && (joins(text[end - 1], text[end]) || is_point(text, end))) continue;
    return true;
  }
  return false;
}

static bool holds_all(const std::string& text, const Annotation& annotation) {
  return std::all_of(annotation.texts.begin(), annotation.texts.end(),
                     [&](const std::string& words) { return holds(text, words); });
}

static std::string at(const Place& place) { return place.path + ":" + std::to_string(place.line); }
static bool is_at(const Annotation& annotation, const Place& place) {
  return annotation.path == place.path && annotation.line == place.line;
}

// Pairs each finding with one annotation; the most demanding first, so that a loose one does not take its finding.
static void compare(const std::vector<Finding>& findings, std::vector<Annotation>& annotations) {
  std::sort(annotations.begin(), annotations.end(), [](const Annotation& a, const Annotation& b) {
    return std::tuple(b.texts.size(), a.path, a.line, a.texts) < std::tuple(a.texts.size(), b.path, b.line, b.texts);
  });
  for (const Finding& finding : findings) {
    for (Annotation& annotation : annotations)
      if (annotation.word == "expect-evidence")
        for (const Evidence& step : finding.evidence)
          if (is_at(annotation, step.place) && holds_all(step.message + "\n" + finding.entity, annotation))
            annotation.met = true;
    if (finding.status == Status::suppressed) continue;
    Annotation* match = nullptr;
    for (Annotation& annotation : annotations) {
      if (!is_at(annotation, finding.place) || annotation.word == "ok" || annotation.word == "expect-evidence")
        continue;
      const bool fits = annotation.word == "todo-ok" ||
                        (!annotation.met && (annotation.kind.empty() || annotation.kind == finding.kind) &&
                         holds_all(describe(finding), annotation));
      if (!match && fits) match = &annotation;
    }
    if (match)
      match->met = true;
    else
      ADD_FAILURE() << at(finding.place) << ":" << finding.place.column << ": no expect here matches the finding\n"
                    << describe(finding);
  }
  for (const Annotation& annotation : annotations) {
    const std::string place = annotation.path + ":" + std::to_string(annotation.line) + ": ";
    if (annotation.word.starts_with("expect") && !annotation.met)
      ADD_FAILURE() << place << "nothing found for " << annotation.word << ": " << llvm::join(annotation.texts, " + ");
    if (annotation.word == "todo-expect" && annotation.met)
      ADD_FAILURE() << place << "is found now; make this todo-expect an expect";
    if (annotation.word == "todo-ok" && !annotation.met)
      ADD_FAILURE() << place << "is no longer reported; make this todo-ok an ok";
  }
}

static void expect_translations(const Finding& finding) {
  std::vector<std::string> texts{finding.message, finding.suggestion};
  for (const Evidence& step : finding.evidence) texts.push_back(step.message);
  for (const std::string& text : texts)
    EXPECT_EQ(missing_translation(text), "") << finding.check << "/" << finding.kind << " at " << at(finding.place);
}

// How a fixture's program is looked at.
struct Manner {
  std::vector<std::string> arguments{"-std=c++20"};
  bool is_part = false;
};

static Manner manner_of(const std::string& main_file) {
  const std::string mock = SOURCE_DIR "/fixtures/mock", text = read_text(main_file);
  Manner manner;
  std::vector<std::string>& arguments = manner.arguments;
  bool real_headers = false;
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(text).split(lines, '\n', 3);
  for (llvm::StringRef line : lines) {
    if (line.consume_front("// args:")) {
      arguments.clear();
      llvm::SmallVector<llvm::StringRef> words;
      line.split(words, ' ', -1, /*KeepEmpty=*/false);
      for (const llvm::StringRef word : words) arguments.push_back(word.str());
    }
    if (line.starts_with("// headers: real")) real_headers = true;
    if (line.starts_with("// part:")) manner.is_part = true;
  }
  if (!real_headers) arguments.insert(arguments.end(), {"-nostdinc++", "-isystem", mock + "/std"});
  arguments.insert(arguments.end(), {"-isystem", mock});
  return manner;
}

class FixtureTest : public testing::TestWithParam<Fixture> {};

TEST_P(FixtureTest, FindsWhatItsCommentsExpect) {
  const Fixture& fixture = GetParam();
  ASSERT_FALSE(fixture.files.empty());
  std::vector<std::string> annotated = fixture.files;
  if (llvm::sys::path::parent_path(fixture.files.front()) != fixture.root || fixture.files.size() > 1 ||
      llvm::sys::path::filename(fixture.root) != "fixture")
    annotated = files_below(fixture.root, {".cpp", ".h"});
  std::vector<Annotation> annotations = annotations_of(fixture.root, annotated);
  const Manner manner = manner_of(fixture.files.front());
  const Audit audit = audit_of(fixture.root, fixture.files, manner.arguments, fixture.check, manner.is_part);
  compare(audit.findings, annotations);
  for (const Finding& finding : audit.findings) expect_translations(finding);
}
INSTANTIATE_TEST_SUITE_P(Check, FixtureTest, testing::ValuesIn(all_fixtures()), [](const auto& info) {
  std::string name = info.param.check + "_" + info.param.name;
  std::replace_if(name.begin(), name.end(), [](char c) { return !llvm::isAlnum(c); }, '_');
  return name;
});

// Every check shows what it finds and what it leaves alone, and every kind of finding that it can make.
TEST(FixtureCoverage, EveryCheckAndKindIsExpectedSomewhere) {
  std::map<std::string, std::set<std::string>> words, kinds; // by check
  for (const Fixture& fixture : all_fixtures())
    for (const Annotation& annotation : annotations_of(fixture.root, files_below(fixture.root, {".cpp", ".h"}))) {
      words[fixture.check].insert(annotation.word);
      kinds[fixture.check].insert(annotation.kind);
    }
  for (const RegisteredCheck& registered : all_checks()) {
    const std::string name(registered.name);
    EXPECT_TRUE(words[name].contains("expect")) << name << ": no expect in its fixtures";
    EXPECT_TRUE(words[name].contains("ok")) << name << ": no ok in its fixtures";
    // With a single kind, every expect is one for it.
    for (const std::string_view kind : registered.check->kinds)
      if (registered.check->kinds.size() > 1)
        EXPECT_TRUE(kinds[name].contains(std::string(kind))) << name << ": no expect[" << kind << "] in its fixtures";
  }
}

} // namespace plumbline
