// The compile database and what is built on it: every shape that real ones have, and every way in which one can be
// broken. A database that is read short is a scan that sees less and does not say so.
#include "project/project.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/ADT/Twine.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/raw_ostream.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace plumbline {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// A folder of its own for each test, under its physical name.
class ProjectTest : public testing::Test {
 protected:
  void SetUp() override {
    llvm::SmallString<128> created;
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("plumbline-project", created));
    ASSERT_FALSE(llvm::sys::fs::real_path(created, created_physical));
    root = created_physical.str();
  }
  void TearDown() override { llvm::sys::fs::remove_directories(root); }

  std::string at(const std::string& name) const { return root + "/" + name; }

  void write(const std::string& name, const std::string& text) const {
    std::string file = at(name);
    ASSERT_FALSE(llvm::sys::fs::create_directories(llvm::sys::path::parent_path(file)));
    std::error_code error;
    llvm::raw_fd_ostream(file, error) << text;
    ASSERT_FALSE(error) << error.message();
  }

  // One entry, for a file below the test's folder.
  json entry(const std::string& file, const std::string& command = "c++ -c x", const std::string& folder = "") const {
    return {{"directory", folder.empty() ? root : folder}, {"file", at(file)}, {"command", command}};
  }

  void write_database(const std::string& name, const std::vector<json>& entries) const {
    write(name, json(entries).dump(1));
  }

  ProjectRequest from(const std::string& folder = "") const {
    ProjectRequest request;
    request.working_directory = folder.empty() ? root : at(folder);
    return request;
  }

  Project loaded(const ProjectRequest& request) const {
    llvm::Expected<Project> project = load_project(request);
    if (project) return *project;
    ADD_FAILURE() << llvm::toString(project.takeError());
    return {};
  }

  std::string problem_of(const ProjectRequest& request) const {
    llvm::Expected<Project> project = load_project(request);
    return project ? "no error" : llvm::toString(project.takeError());
  }

  std::vector<CompileCommand> read(const std::string& text) const {
    write("compile_commands.json", text);
    llvm::Expected<std::vector<CompileCommand>> commands = read_compile_database(at("compile_commands.json"));
    if (commands) return *commands;
    ADD_FAILURE() << llvm::toString(commands.takeError());
    return {};
  }

  // Without the folder's name.
  std::string read_problem(const std::string& text) const {
    write("compile_commands.json", text);
    llvm::Expected<std::vector<CompileCommand>> commands = read_compile_database(at("compile_commands.json"));
    if (commands) return "no error";
    std::string problem = llvm::toString(commands.takeError());
    EXPECT_THAT(problem, StartsWith(at("compile_commands.json")));
    return problem.substr(root.size() + 1);
  }

  std::vector<std::string> words(const std::string& command) const {
    std::vector<CompileCommand> commands =
        read(json::array({{{"directory", "/d"}, {"file", "a.cpp"}, {"command", command}}}).dump());
    return commands.empty() ? std::vector<std::string>() : commands[0].arguments;
  }

  static std::vector<std::string> files(const Project& project) {
    std::vector<std::string> names;
    for (const CompileCommand& command : project.commands) names.push_back(relative_path(command.file, project.root));
    return names;
  }

  std::string root;

 private:
  llvm::SmallString<128> created_physical;
};

using CompileDatabase = ProjectTest;
using LoadProject = ProjectTest;

TEST_F(CompileDatabase, entries_with_arguments_or_command) {
  std::vector<CompileCommand> commands = read(R"([
    {"directory": "/d", "file": "src/a.cpp", "arguments": ["c++", "-DX=a b", "-c", "src/a.cpp"], "output": "a.o"},
    {"directory": "/d", "file": "/e/./x/../b.s", "command": "as -o b.o  b.s"},
    {"directory": "/d", "file": "c.cpp", "command": "ignored", "arguments": ["c++"], "tool": {"file": [1, {"arguments": null}]}}
  ])");
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_EQ(commands[0].directory, "/d");
  EXPECT_EQ(commands[0].file, "/d/src/a.cpp");
  EXPECT_THAT(commands[0].arguments, ElementsAre("c++", "-DX=a b", "-c", "src/a.cpp"));
  EXPECT_EQ(commands[1].file, "/e/b.s");
  EXPECT_THAT(commands[1].arguments, ElementsAre("as", "-o", "b.o", "b.s"));
  EXPECT_EQ(commands[2].file, "/d/c.cpp");
  EXPECT_THAT(commands[2].arguments, ElementsAre("c++"));
}

TEST_F(CompileDatabase, relative_folders_start_at_the_database) {
  write("b/compile_commands.json", R"([{"directory": "sub", "file": "../a.cpp", "command": "c++"}])");
  llvm::Expected<std::vector<CompileCommand>> commands = read_compile_database(at("b/compile_commands.json"));
  ASSERT_TRUE(static_cast<bool>(commands));
  EXPECT_EQ((*commands)[0].directory, at("b/sub"));
  EXPECT_EQ((*commands)[0].file, at("b/a.cpp"));
}

TEST_F(CompileDatabase, commands_are_split_as_a_shell_splits_words) {
  EXPECT_THAT(words("  c++  -c\ta.cpp "), ElementsAre("c++", "-c", "a.cpp"));
  EXPECT_THAT(words(R"(c++ "-DA=\"x y\"" -DB=\"z\")"), ElementsAre("c++", "-DA=\"x y\"", "-DB=\"z\""));
  EXPECT_THAT(words(R"(c++ '-DA=\"x\"' 'it'\''s')"), ElementsAre("c++", "-DA=\\\"x\\\"", "it's"));
  EXPECT_THAT(words(R"(c++ "a\nb" a\ b "" '')"), ElementsAre("c++", "a\\nb", "a b", "", ""));
  EXPECT_THAT(words("c++ $HOME `id` *.cpp; rm"), ElementsAre("c++", "$HOME", "`id`", "*.cpp;", "rm"));
  EXPECT_THAT(words("c++ a\\\nb"), ElementsAre("c++", "ab"));
}

TEST_F(CompileDatabase, an_empty_list_is_a_list) { EXPECT_THAT(read("[]"), IsEmpty()); }

TEST_F(CompileDatabase, a_file_that_is_cut_off_or_damaged_names_line_and_column) {
  std::string whole = "[\n{\"directory\": \"/d\", \"file\": \"a.cpp\", \"command\": \"c++\"},\n"
                      "{\"directory\": \"/d\", \"file\": \"b.cpp\", \"command\": \"c++\"}\n]\n";
  // However it is cut, it is never a shorter list; the last two bytes are the bracket and its line's end.
  for (std::size_t length = 0; length + 2 < whole.size(); ++length)
    EXPECT_THAT(read_problem(whole.substr(0, length)), HasSubstr("the file is damaged or was cut off")) << length;
  EXPECT_THAT(read_problem(whole.substr(0, 70)), StartsWith("compile_commands.json:3:"));
  EXPECT_THAT(read_problem(""), StartsWith("compile_commands.json:1:1: syntax error"));
  EXPECT_THAT(read_problem("[{]"), StartsWith("compile_commands.json:1:3: syntax error"));
  EXPECT_THAT(read_problem("[\n  {} {}\n]"), StartsWith("compile_commands.json: entry 1: has no 'file'"));
  EXPECT_THAT(read_problem("[] x"), StartsWith("compile_commands.json:1:4: syntax error"));
  EXPECT_THAT(read_problem("[\"\xff\"]"), StartsWith("compile_commands.json:1:3: "));
}

TEST_F(CompileDatabase, entries_of_the_wrong_shape_are_named) {
  EXPECT_EQ(read_problem("{}"), "compile_commands.json: expected a list of compile commands, found an object");
  EXPECT_EQ(read_problem("7"), "compile_commands.json: expected a list of compile commands, found a number");
  std::string good = R"({"directory": "/d", "file": "a.cpp", "command": "c++"})";
  EXPECT_EQ(read_problem("[" + good + R"(, {"directory": "/d", "command": "c++"}])"),
            "compile_commands.json: entry 2: has no 'file'");
  EXPECT_EQ(read_problem(R"([{"file": "a.cpp", "command": "c++"}])"),
            "compile_commands.json: entry 1 ('a.cpp'): has no 'directory'");
  EXPECT_EQ(read_problem(R"([{"directory": "/d", "file": "a.cpp"}])"),
            "compile_commands.json: entry 1 ('a.cpp'): has neither 'arguments' nor 'command'");
  EXPECT_EQ(read_problem(R"([{"directory": "/d", "file": "a.cpp", "arguments": []}])"),
            "compile_commands.json: entry 1 ('a.cpp'): has an empty command");
  EXPECT_EQ(read_problem(R"([{"directory": "/d", "file": "a.cpp", "command": "c++ 'x"}])"),
            "compile_commands.json: entry 1 ('a.cpp'): 'command' has a quote that is not closed");
  EXPECT_EQ(read_problem(R"([{"directory": "/d", "file": 7}])"),
            "compile_commands.json: entry 1: 'file' must be text, found a number");
  EXPECT_EQ(read_problem(R"([{"directory": "/d", "file": "a.cpp", "arguments": ["c++", 1]}])"),
            "compile_commands.json: entry 1 ('a.cpp'): 'arguments' must be a list of text, found a number in it");
  EXPECT_EQ(read_problem(R"([{"directory": "/d", "file": "a.cpp", "arguments": "c++"}])"),
            "compile_commands.json: entry 1 ('a.cpp'): 'arguments' must be a list of text, found text");
  EXPECT_EQ(read_problem("[" + good + ", []]"),
            "compile_commands.json: entry 2: expected an object with directory, file and command, found a list");
  EXPECT_EQ(read_problem("[\"a.cpp\"]"),
            "compile_commands.json: entry 1: expected an object with directory, file and command, found text");
}

TEST_F(CompileDatabase, deep_nesting_is_passed_over) {
  std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_EQ(read(R"([{"x": )" + deep + R"(, "directory": "/d", "file": "a.cpp", "command": "c++"}])").size(), 1u);
  EXPECT_THAT(read_problem(std::string(100000, '[')), HasSubstr("found a list"));
}

TEST_F(CompileDatabase, what_cannot_be_opened_says_why) {
  llvm::Expected<std::vector<CompileCommand>> commands = read_compile_database(at("none.json"));
  ASSERT_FALSE(static_cast<bool>(commands));
  EXPECT_THAT(llvm::toString(commands.takeError()), AllOf(StartsWith("cannot read '"), HasSubstr("No such file")));
}

TEST_F(LoadProject, finds_build_here_and_upwards) {
  write_database("build/compile_commands.json", {entry("src/a.cpp")});
  ASSERT_FALSE(llvm::sys::fs::create_directories(at("src/deep")));
  for (const char* folder : {"", "src", "src/deep", "build"})
    EXPECT_EQ(loaded(from(folder)).database, at("build/compile_commands.json")) << folder;
}

TEST_F(LoadProject, finds_the_only_other_build_folder) {
  write_database("cmake-build-debug/compile_commands.json", {entry("src/a.cpp")});
  EXPECT_EQ(loaded(from()).database, at("cmake-build-debug/compile_commands.json"));
  // From a folder further down only with something that says where the project begins.
  ASSERT_FALSE(llvm::sys::fs::create_directories(at("src")));
  EXPECT_THAT(problem_of(from("src")), StartsWith("no compile_commands.json"));
  write(".plumbline.yaml", "");
  EXPECT_EQ(loaded(from("src")).database, at("cmake-build-debug/compile_commands.json"));
}

TEST_F(LoadProject, finds_preset_folders) {
  write_database("out/build/x64-Debug/compile_commands.json", {entry("src/a.cpp")});
  EXPECT_EQ(loaded(from()).database, at("out/build/x64-Debug/compile_commands.json"));
}

TEST_F(LoadProject, several_build_folders_are_listed) {
  write_database("build/release/compile_commands.json", {entry("src/a.cpp")});
  write_database("build-debug/compile_commands.json", {entry("src/a.cpp")});
  EXPECT_THAT(problem_of(from()), HasSubstr("say which one is meant:\n  -p build-debug\n  -p build/release"));
}

TEST_F(LoadProject, takes_a_folder_or_a_file) {
  write_database("build/compile_commands.json", {entry("src/a.cpp")});
  write_database("x/other.json", {entry("src/b.cpp")});
  ProjectRequest request = from();
  request.build_directory = "build";
  EXPECT_EQ(loaded(request).database, at("build/compile_commands.json"));
  request.build_directory = "x/other.json";
  EXPECT_EQ(loaded(request).database, at("x/other.json"));
  request.build_directory = "x";
  EXPECT_THAT(problem_of(request), StartsWith("'x' (from -p) has no compile_commands.json"));
  request.build_directory = "y";
  EXPECT_EQ(problem_of(request), "'y' (from -p) does not exist");
}

TEST_F(LoadProject, without_a_database_says_how_to_make_one) {
  EXPECT_THAT(problem_of(from()), AllOf(StartsWith("no compile_commands.json"),
                                        HasSubstr("-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"), HasSubstr("bear -- make")));
}

TEST_F(LoadProject, an_empty_database_is_not_a_clean_audit) {
  write("build/compile_commands.json", "[]");
  EXPECT_THAT(problem_of(from()), StartsWith("build/compile_commands.json: lists no file"));
}

TEST_F(LoadProject, commands_are_sorted_and_the_same_for_any_order) {
  std::vector<json> entries = {entry("src/b.cpp"), entry("src/a.cpp", "c++ -DB"), entry("src/a.cpp", "c++ -DA"),
                               entry("src/x.S")};
  write_database("build/compile_commands.json", entries);
  Project project = loaded(from());
  EXPECT_THAT(files(project), ElementsAre("src/a.cpp", "src/a.cpp", "src/b.cpp", "src/x.S"));
  EXPECT_THAT(project.commands[0].arguments, ElementsAre("c++", "-DA"));
  std::reverse(entries.begin(), entries.end());
  write_database("build/compile_commands.json", entries);
  Project again = loaded(from());
  for (std::size_t i = 0; i < project.commands.size(); ++i)
    EXPECT_EQ(again.commands[i].arguments, project.commands[i].arguments);
}

TEST_F(LoadProject, output_names_do_not_make_a_command) {
  std::vector<json> entries = {entry("a.cpp", "c++ -O2 -o two/a.o -c a.cpp"),
                               entry("a.cpp", "c++ -O2 -o one/a.o -c a.cpp"),
                               entry("a.cpp", "c++ -O2 -oone/b.o -MD -MT b.o -MFb.d -c a.cpp"),
                               entry("a.cpp", "c++ -O2 -MD -MT c.o -MF c.d -o c.o -c a.cpp"),
                               entry("a.cpp", "c++ -O3 -o one/a.o -c a.cpp"),
                               entry("a.cpp", "c++ -O2 -o one/a.o -c a.cpp", at("sub")),
                               entry("b.cpp", "c++ -O2 -o one/a.o -c a.cpp")};
  write_database("build/compile_commands.json", entries);
  Project project = loaded(from());
  std::vector<std::vector<std::string>> kept;
  for (const CompileCommand& command : project.commands) kept.push_back(command.arguments);
  EXPECT_THAT(kept,
              ElementsAre(ElementsAre("c++", "-O2", "-MD", "-MT", "c.o", "-MF", "c.d", "-o", "c.o", "-c", "a.cpp"),
                          ElementsAre("c++", "-O2", "-o", "one/a.o", "-c", "a.cpp"),
                          ElementsAre("c++", "-O2", "-o", "one/a.o", "-c", "a.cpp"),
                          ElementsAre("c++", "-O3", "-o", "one/a.o", "-c", "a.cpp"),
                          ElementsAre("c++", "-O2", "-o", "one/a.o", "-c", "a.cpp")));
  EXPECT_EQ(project.commands[1].directory, root);
  EXPECT_EQ(project.commands[2].directory, at("sub"));
  EXPECT_EQ(project.commands[4].file, at("b.cpp"));
}

TEST_F(LoadProject, the_root_is_the_folder_of_the_settings) {
  write("p/.plumbline.yaml", "gate: { on-incomplete: warn }");
  write("p/.git/HEAD", "");
  write("p/lib/.git", "gitdir: ../.git/modules/lib");
  write_database("p/lib/build/compile_commands.json", {entry("p/lib/src/a.cpp")});
  Project project = loaded(from("p/lib/build"));
  EXPECT_EQ(project.root, at("p"));
  EXPECT_EQ(project.settings.path, "../../.plumbline.yaml");
  EXPECT_EQ(project.settings.gate.on_incomplete, "warn");
}

TEST_F(LoadProject, the_root_is_the_git_work_tree_then_the_working_directory) {
  write("p/.git", "gitdir: elsewhere");
  write_database("p/sub/build/compile_commands.json", {entry("p/sub/a.cpp")});
  EXPECT_EQ(loaded(from("p/sub")).root, at("p"));
  write_database("q/sub/build/compile_commands.json", {entry("q/sub/a.cpp")});
  EXPECT_EQ(loaded(from("q/sub")).root, at("q/sub"));
}

TEST_F(LoadProject, a_project_vendored_into_a_git_work_tree_is_its_own) {
  write("p/.git/HEAD", "");
  write_database("p/third_party/lib/build/compile_commands.json", {entry("p/third_party/lib/a.cpp")});
  EXPECT_EQ(loaded(from("p/third_party/lib")).root, at("p/third_party/lib"));
}

TEST_F(LoadProject, a_build_folder_with_generated_sources_is_not_the_root) {
  write_database("p/build/compile_commands.json",
                 {entry("p/build/app_autogen/mocs_compilation.cpp"), entry("p/a.cpp")});
  EXPECT_EQ(loaded(from("p/build")).root, at("p"));
}

TEST_F(LoadProject, a_build_folder_elsewhere_leaves_the_sources_common_folder) {
  write_database("b/compile_commands.json", {entry("p/src/a.cpp"), entry("p/lib/b.cpp"), entry("p/src2/c.cpp")});
  ASSERT_FALSE(llvm::sys::fs::create_directories(at("b/x")));
  ProjectRequest request = from("b/x");
  // The folder above the build directory comes first where it holds a source.
  EXPECT_EQ(loaded(request).root, root);
  write_database("b/c/d/compile_commands.json", {entry("p/src/a.cpp"), entry("p/lib/b.cpp"), entry("p/src2/c.cpp")});
  request.build_directory = at("b/c/d");
  EXPECT_EQ(loaded(request).root, at("p"));
  write("p/.plumbline.yaml", "paths: { include: [src] }");
  EXPECT_THAT(loaded(request).settings.include, ElementsAre("src"));
}

TEST_F(LoadProject, the_root_is_spelled_as_the_database_spells_it) {
  write("real/src/a.cpp", "");
  write("real/.plumbline.yaml", "");
  ASSERT_FALSE(llvm::sys::fs::create_link(at("real"), at("link")));
  write_database("real/build/compile_commands.json", {entry("link/src/a.cpp")});
  ProjectRequest request = from("real/src");
  Project project = loaded(request);
  EXPECT_EQ(project.root, at("link"));
  EXPECT_THAT(files(project), ElementsAre("src/a.cpp"));
  request.paths = {"a.cpp"};
  EXPECT_THAT(files(loaded(request)), ElementsAre("src/a.cpp"));
}

TEST_F(LoadProject, settings_errors_name_the_file_from_here) {
  write("p/.plumbline.yaml", "gate: { fail_on: [] }");
  write_database("p/build/compile_commands.json", {entry("p/a.cpp")});
  EXPECT_THAT(problem_of(from("p")), StartsWith(".plumbline.yaml:1:9: unknown key 'fail_on'"));
  EXPECT_THAT(problem_of(from("p/build")), StartsWith("../.plumbline.yaml:1:9: unknown key"));
  write("p/.plumbline.yaml", "checks: { stuck-stat: {} }");
  ProjectRequest request = from("p");
  request.known_checks = {"stuck-state"};
  EXPECT_THAT(problem_of(request), HasSubstr("did you mean 'stuck-state'?"));
}

TEST_F(LoadProject, settings_given_by_name) {
  write("p/.plumbline.yaml", "paths: { include: [a] }");
  write("p/ci/strict.yaml", "paths: { include: [b] }");
  write_database("p/build/compile_commands.json", {entry("p/a.cpp")});
  ProjectRequest request = from("p");
  request.settings_file = "ci/strict.yaml";
  EXPECT_THAT(loaded(request).settings.include, ElementsAre("b"));
  EXPECT_EQ(loaded(request).root, at("p"));
  request.settings_file = "ci/none.yaml";
  EXPECT_THAT(problem_of(request), StartsWith("cannot read the settings 'ci/none.yaml': "));
}

TEST_F(LoadProject, the_other_spelling_of_the_settings_is_not_passed_over) {
  write(".plumbline.yml", "");
  write_database("build/compile_commands.json", {entry("a.cpp")});
  EXPECT_EQ(problem_of(from()), "'.plumbline.yml' is not read under this name; call it .plumbline.yaml");
}

TEST_F(LoadProject, paths_select_main_files) {
  write_database("build/compile_commands.json",
                 {entry("src/net/a.cpp"), entry("src/net/b.cpp"), entry("src/network/c.cpp"), entry("tools/d.cpp")});
  ASSERT_FALSE(llvm::sys::fs::create_directories(at("src")));
  write(".git/HEAD", "");
  write("src/net/a.h", "");
  ProjectRequest request = from("src");
  request.paths = {"net"};
  EXPECT_THAT(files(loaded(request)), ElementsAre("src/net/a.cpp", "src/net/b.cpp"));
  request.paths = {"net/b.cpp", "../tools/", at("src/network/c.cpp")};
  EXPECT_THAT(files(loaded(request)), ElementsAre("src/net/b.cpp", "src/network/c.cpp", "tools/d.cpp"));
  request.paths = {"."};
  EXPECT_EQ(files(loaded(request)).size(), 3u);
  request.paths = {"net", "nowhere"};
  EXPECT_EQ(problem_of(request), "'nowhere' does not exist");
  request.paths = {"net/a.h"};
  EXPECT_EQ(problem_of(request), "nothing to scan at 'net/a.h': ../build/compile_commands.json compiles no headers; "
                                 "name a source file that includes it, or its folder");
  request.paths = {"../.git"};
  EXPECT_THAT(problem_of(request),
              AllOf(StartsWith("nothing to scan at '../.git': "), HasSubstr("compiles no file there")));
}

} // namespace plumbline
