// Which files are ours, which are tests, and which module they belong to: judged by name alone, so that the answer is
// the same on every machine and for files that are gone.
//
// The names are those that GitHub's linguist (vendor.yml, generated.rb), Chromium, CMake, Qt, protobuf and the common
// test frameworks use. Wrongly calling a folder third-party hides findings without a trace, so a name that is also an
// everyday word counts only where it is unlikely to be code: build/ and out/ at the top, nothing called contrib/.

#include "project/project.h"

#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Path.h>

namespace plumbline {

using llvm::StringRef;
using Components = llvm::SmallVector<StringRef, 16>;

static Components components_of(StringRef path) {
  Components components;
  path.split(components, '/', -1, false);
  return components;
}

// [a-z], [!a-z] or [^a-z] at the start of `pattern`: takes it off and says whether it has `c`. A bracket without end is
// itself.
static bool bracket_matches(StringRef& pattern, char c) {
  std::size_t end = pattern.find(']', 2);
  if (end == StringRef::npos) {
    pattern = pattern.drop_front();
    return c == '[';
  }
  StringRef set = pattern.slice(1, end);
  pattern = pattern.drop_front(end + 1);
  bool negated = set.size() > 1 && (set.front() == '!' || set.front() == '^');
  if (negated) set = set.drop_front();
  bool found = false;
  while (!set.empty()) {
    bool range = set.size() >= 3 && set[1] == '-';
    found |= range ? set[0] <= c && c <= set[2] : set[0] == c;
    set = set.drop_front(range ? 3 : 1);
  }
  return found != negated;
}

// One component against one component of a pattern. Remembering only the last star is enough and keeps it linear in
// practice: what an earlier star could take more of, the later one can as well.
static bool component_matches(StringRef pattern, StringRef text) {
  std::optional<StringRef> pattern_after_star;
  StringRef text_after_star;
  while (true) {
    StringRef rest = pattern;
    if (pattern.consume_front("*")) {
      pattern_after_star = pattern;
      text_after_star = text;
      continue;
    }
    if (text.empty() && pattern.empty()) return true;
    if (!text.empty() && !pattern.empty()) {
      bool matches;
      if (pattern.front() == '[') {
        matches = bracket_matches(rest, text.front());
      } else {
        matches = pattern.front() == '?' || pattern.front() == text.front();
        rest = pattern.drop_front();
      }
      if (matches) {
        pattern = rest;
        text = text.drop_front();
        continue;
      }
    }
    if (!pattern_after_star || text_after_star.empty()) return false;
    text_after_star = text_after_star.drop_front();
    pattern = *pattern_after_star;
    text = text_after_star;
  }
}

// The same over components with `**` as the star. With `covers_below`, a match of the path's first components will do.
static bool components_match(llvm::ArrayRef<StringRef> pattern, llvm::ArrayRef<StringRef> path, bool covers_below) {
  std::optional<llvm::ArrayRef<StringRef>> pattern_after_star;
  llvm::ArrayRef<StringRef> path_after_star;
  while (true) {
    if (!pattern.empty() && pattern.front() == "**") {
      pattern = pattern.drop_front();
      if (pattern.empty()) return true;
      pattern_after_star = pattern;
      path_after_star = path;
      continue;
    }
    if (pattern.empty() && (path.empty() || covers_below)) return true;
    if (!pattern.empty() && !path.empty() && component_matches(pattern.front(), path.front())) {
      pattern = pattern.drop_front();
      path = path.drop_front();
      continue;
    }
    if (!pattern_after_star || path_after_star.empty()) return false;
    path_after_star = path_after_star.drop_front();
    pattern = *pattern_after_star;
    path = path_after_star;
  }
}

static bool has_wildcard(StringRef component) { return component.find_first_of("*?[") != StringRef::npos; }

static bool glob_without_braces_matches(StringRef pattern, StringRef path) {
  while (pattern.consume_front("./")) {
  }
  bool anchored = pattern.contains('/');
  bool folder = pattern.ends_with("/");
  Components wanted = components_of(pattern);
  if (wanted.empty()) return false;
  Components given = components_of(path);
  if (!anchored && !given.empty() && component_matches(wanted.front(), given.back())) return true;
  bool covers_below = folder || !has_wildcard(wanted.back());
  // "src/" is the folder, not a file of that name.
  if (folder && !given.empty()) {
    given.pop_back();
  }
  return components_match(wanted, given, covers_below);
}

// Braces are written out into one pattern per alternative before anything is matched, because an alternative may have
// slashes in it. `budget` bounds what a pattern with many braces can cost; beyond it braces are ordinary characters.
static bool braced_glob_matches(StringRef pattern, StringRef path, unsigned& budget) {
  std::size_t open = pattern.find('{');
  std::size_t close = pattern.find('}', open == StringRef::npos ? open : open + 1);
  if (close == StringRef::npos || budget == 0) return glob_without_braces_matches(pattern, path);
  llvm::SmallVector<StringRef> alternatives;
  pattern.slice(open + 1, close).split(alternatives, ',');
  for (StringRef alternative : alternatives) {
    if (budget > 0) --budget;
    std::string written_out = (pattern.take_front(open) + alternative + pattern.drop_front(close + 1)).str();
    if (braced_glob_matches(written_out, path, budget)) return true;
  }
  return false;
}

bool glob_matches(StringRef pattern, StringRef path) {
  unsigned budget = 256;
  return braced_glob_matches(pattern, path, budget);
}

static bool any_glob_matches(const std::vector<std::string>& patterns, StringRef path) {
  return llvm::any_of(patterns, [&](const std::string& pattern) { return glob_matches(pattern, path); });
}

std::string relative_path(StringRef path, StringRef root) {
  StringRef rest = path;
  StringRef folder = root.rtrim('/');
  if (!rest.consume_front(folder) || !rest.consume_front("/")) return path.str();
  return llvm::sys::path::convert_to_slash(rest.ltrim('/'));
}

// In lower case; compared without regard to case.
static bool is_third_party_folder(StringRef component) {
  static constexpr llvm::StringLiteral names[] = {
      "third_party", "thirdparty", "third-party", "3rdparty", "3rd_party", "3rd-party",    "external",   "externals",
      "extern",      "vendor",     "vendored",    "deps",     "_deps",     "node_modules", "submodules", "bundled"};
  return llvm::is_contained(names, component.lower());
}

static bool is_build_folder(StringRef component, bool at_top) {
  static constexpr llvm::StringLiteral anywhere[] = {".plumbline", "CMakeFiles", ".git"};
  if (llvm::is_contained(anywhere, component) || component.starts_with("cmake-build-") ||
      component.ends_with("_autogen"))
    return true;
  return at_top && (component == "build" || component == "out" || component.starts_with("build-") ||
                    component.starts_with("build_") || component.starts_with("bazel-"));
}

static bool is_generated_name(StringRef name) {
  // protoc, grpc, protoc-gen-validate, Cap'n Proto, FlatBuffers and others, bison, flex.
  static constexpr llvm::StringLiteral inner[] = {".pb.", ".capnp.", ".generated.", "_generated.", ".tab.", ".yy."};
  for (StringRef part : inner)
    if (name.contains(part)) return true;
  // Qt's moc, uic and rcc; flex with a prefix.
  return name.starts_with("moc_") || name.starts_with("mocs_compilation") || name.ends_with(".moc") ||
         (name.starts_with("ui_") && name.ends_with(".h")) || name.starts_with("qrc_") ||
         (name.starts_with("lex.") && name.ends_with(".c"));
}

// Whether everything about the path that the defaults exclude is named by the pattern itself.
static bool names_explicitly(StringRef pattern, const Components& path) {
  Components wanted = components_of(pattern);
  if (wanted.empty()) return false;
  if (is_generated_name(path.back()) && !is_generated_name(wanted.back())) return false;
  for (std::size_t i = 0; i + 1 < path.size(); ++i)
    if (is_third_party_folder(path[i]) || is_build_folder(path[i], i == 0))
      if (!llvm::is_contained(wanted, path[i])) return false;
  return true;
}

static bool is_excluded_by_default(const Components& path) {
  for (std::size_t i = 0; i + 1 < path.size(); ++i)
    if (is_third_party_folder(path[i]) || is_build_folder(path[i], i == 0)) return true;
  return is_generated_name(path.back());
}

bool is_ours(const Settings& settings, StringRef path) {
  Components components = components_of(path);
  if (components.empty() || path.starts_with("/") || components.front() == "..") return false;
  if (any_glob_matches(settings.exclude, path)) return false;
  bool excluded = is_excluded_by_default(components);
  if (settings.include.empty()) return !excluded;
  return llvm::any_of(settings.include, [&](const std::string& pattern) {
    return glob_matches(pattern, path) && (!excluded || names_explicitly(pattern, components));
  });
}

static bool is_test_folder(StringRef component) {
  static constexpr llvm::StringLiteral names[] = {
      "test",       "tests",   "testing",  "unittest", "utest",   "utests",  "unittests", "unit_test",
      "unit_tests", "gtest",   "mock",     "mocks",    "fuzz",    "fuzzing", "benchmark", "benchmarks",
      "bench",      "example", "examples", "sample",   "samples", "demo",    "demos"};
  return llvm::is_contained(names, component.lower());
}

static bool is_test_name(StringRef name) {
  static constexpr llvm::StringLiteral endings[] = {"_test.",      "_tests.", "_unittest.", "_unittests.",
                                                    "_benchmark.", "_bench.", "_fuzz.",     "_fuzzer."};
  std::string lower = name.lower();
  StringRef folded = lower;
  for (StringRef ending : endings)
    if (folded.contains(ending)) return true;
  if (folded.contains("unittest")) return true; // rdunittest_fetcher.c
  // FooTest.cpp, but neither latest.cpp nor Contest.cpp: here the capital is what tells a word from its end.
  if (folded.starts_with("mock_") || folded.contains("_mock.") || folded.contains("_mock_")) return true;
  return folded.starts_with("test_") || folded.starts_with("test.") || folded.starts_with("tests.") ||
         name.contains("Test.") || name.contains("Tests.");
}

Scope scope_of(const Settings& settings, StringRef path) {
  if (any_glob_matches(settings.tests, path)) return Scope::test;
  Components components = components_of(path);
  if (components.empty()) return Scope::production;
  bool in_folder = llvm::any_of(llvm::ArrayRef(components).drop_back(), is_test_folder);
  return in_folder || is_test_name(components.back()) ? Scope::test : Scope::production;
}

Scope scope_of(const Settings& settings, StringRef path, StringRef owner) {
  StringRef name = owner.rsplit("::").second.empty() ? owner : owner.rsplit("::").second;
  if (name.contains_insensitive("unittest") || name.contains_insensitive("unit_test") || name.starts_with("ut_") ||
      name.contains("_ut_"))
    return Scope::test;
  return scope_of(settings, path);
}

const ModuleSetting* module_setting_of(const Settings& settings, StringRef path) {
  for (const ModuleSetting& module : settings.modules)
    if (any_glob_matches(module.paths, path)) return &module;
  return nullptr;
}

std::string module_of(const Settings& settings, StringRef path) {
  static constexpr llvm::StringLiteral source_folders[] = {"src", "source", "sources", "lib", "include"};
  if (const ModuleSetting* module = module_setting_of(settings, path)) return module->name;
  Components components = components_of(path);
  if (components.empty()) return "";
  llvm::ArrayRef<StringRef> folders = llvm::ArrayRef(components).drop_back();
  if (!folders.empty() && llvm::is_contained(source_folders, folders.front().lower())) folders = folders.drop_front();
  return folders.empty() ? "" : folders.front().str();
}

} // namespace plumbline
