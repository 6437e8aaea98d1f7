// Names decide which files are looked at: each case here is a file that a user would miss, or would not want to see.
#include "project/project.h"

#include <gtest/gtest.h>

namespace plumbline {

TEST(Globs, a_pattern_without_a_slash_matches_the_last_component_anywhere) {
  EXPECT_TRUE(glob_matches("*_test.cpp", "src/net/link_test.cpp"));
  EXPECT_TRUE(glob_matches("*_test.cpp", "link_test.cpp"));
  EXPECT_TRUE(glob_matches("link.h", "src/net/link.h"));
  EXPECT_FALSE(glob_matches("*_test.cpp", "src/link_test.cpp.in"));
  EXPECT_FALSE(glob_matches("*_test.cpp", "link_test.cpp/data.txt"));
}

TEST(Globs, a_pattern_with_a_slash_starts_at_the_root) {
  EXPECT_TRUE(glob_matches("src/*.cpp", "src/a.cpp"));
  EXPECT_FALSE(glob_matches("src/*.cpp", "lib/src/a.cpp"));
  EXPECT_TRUE(glob_matches("/a.cpp", "a.cpp"));
  EXPECT_FALSE(glob_matches("/a.cpp", "src/a.cpp"));
  EXPECT_TRUE(glob_matches("./src/a.cpp", "src/a.cpp"));
}

TEST(Globs, one_star_stays_in_its_folder) {
  EXPECT_FALSE(glob_matches("src/*.cpp", "src/net/a.cpp"));
  EXPECT_FALSE(glob_matches("src/*", "src/net/a.cpp"));
  EXPECT_TRUE(glob_matches("src/*", "src/a.cpp"));
  EXPECT_TRUE(glob_matches("src/*/a.cpp", "src/net/a.cpp"));
  EXPECT_FALSE(glob_matches("src/*/a.cpp", "src/a.cpp"));
}

TEST(Globs, two_stars_cross_folders_and_may_be_nothing) {
  EXPECT_TRUE(glob_matches("third_party/**", "third_party/a/b/c.h"));
  EXPECT_TRUE(glob_matches("**/test/**", "test/a.cpp"));
  EXPECT_TRUE(glob_matches("**/test/**", "src/net/test/deep/a.cpp"));
  EXPECT_FALSE(glob_matches("**/test/**", "src/testing/a.cpp"));
  EXPECT_TRUE(glob_matches("src/**/a.cpp", "src/a.cpp"));
  EXPECT_TRUE(glob_matches("src/**/a.cpp", "src/x/y/a.cpp"));
  EXPECT_TRUE(glob_matches("**/x/**/z.h", "x/x/y/x/z.h"));
  EXPECT_TRUE(glob_matches("**/*.h", "a.h"));
  EXPECT_TRUE(glob_matches("**", "any/thing.c"));
}

TEST(Globs, a_pattern_that_names_a_folder_covers_what_is_below) {
  EXPECT_TRUE(glob_matches("src", "src/net/a.cpp"));
  EXPECT_TRUE(glob_matches("src/net", "src/net/x/a.cpp"));
  EXPECT_TRUE(glob_matches("src/net/", "src/net/a.cpp"));
  EXPECT_TRUE(glob_matches("**/legacy", "src/legacy/a.cpp"));
  EXPECT_TRUE(glob_matches("build-*/", "build-debug/gen/a.cpp"));
  EXPECT_FALSE(glob_matches("src", "srcs/a.cpp"));
  EXPECT_FALSE(glob_matches("src", "lib/src/a.cpp"));
  EXPECT_FALSE(glob_matches("src/net/", "src/net"));
}

TEST(Globs, question_marks_brackets_and_braces) {
  EXPECT_TRUE(glob_matches("a?.cpp", "ab.cpp"));
  EXPECT_FALSE(glob_matches("a?.cpp", "a.cpp"));
  EXPECT_FALSE(glob_matches("a?b", "a/b"));
  EXPECT_TRUE(glob_matches("v[0-9].h", "v7.h"));
  EXPECT_FALSE(glob_matches("v[0-9].h", "vx.h"));
  EXPECT_TRUE(glob_matches("v[!0-9].h", "vx.h"));
  EXPECT_FALSE(glob_matches("v[!0-9].h", "v7.h"));
  EXPECT_TRUE(glob_matches("v[x", "v[x"));
  EXPECT_TRUE(glob_matches("*.{cc,cpp}", "src/a.cc"));
  EXPECT_TRUE(glob_matches("{src,lib/core}/*.{c,h}", "lib/core/a.h"));
  EXPECT_FALSE(glob_matches("{src,lib/core}/*.{c,h}", "lib/a.h"));
  EXPECT_TRUE(glob_matches("a{b", "a{b"));
}

TEST(Globs, nothing_matches_an_empty_pattern_and_many_stars_end) {
  EXPECT_FALSE(glob_matches("", "a.cpp"));
  EXPECT_FALSE(glob_matches("/", "a.cpp"));
  std::string many = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b";
  EXPECT_FALSE(glob_matches(many, std::string(200, 'a')));
  EXPECT_FALSE(glob_matches("**/a/**/a/**/a/**/a/**/a/**/b", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"));
}

TEST(RelativePath, only_below_the_root) {
  EXPECT_EQ(relative_path("/p/src/a.cpp", "/p"), "src/a.cpp");
  EXPECT_EQ(relative_path("/p/src/a.cpp", "/p/"), "src/a.cpp");
  EXPECT_EQ(relative_path("/p/src/a.cpp", "/"), "p/src/a.cpp");
  EXPECT_EQ(relative_path("/project/a.cpp", "/p"), "/project/a.cpp");
  EXPECT_EQ(relative_path("/usr/include/x.h", "/p"), "/usr/include/x.h");
}

static bool ours(llvm::StringRef path) { return is_ours(Settings(), path); }

TEST(Ours, everything_below_the_root_by_default) {
  EXPECT_TRUE(ours("main.cpp"));
  EXPECT_TRUE(ours("src/net/link.cpp"));
  EXPECT_TRUE(ours("contrib/tool.cpp"));
  EXPECT_FALSE(ours("/usr/include/stdio.h"));
  EXPECT_FALSE(ours("../sibling/a.cpp"));
  EXPECT_FALSE(ours(""));
}

TEST(Ours, third_party_folders_are_not) {
  for (const char* path : {"third_party/zlib/a.c", "src/3rdparty/a.c", "External/fmt/a.h", "a/vendor/b.c",
                           "node_modules/x/a.cc", "ThirdParty/a.h", "extern/a.h", "build/_deps/gtest/a.cc"})
    EXPECT_FALSE(ours(path)) << path;
  EXPECT_TRUE(ours("src/vendor.cpp"));
  EXPECT_TRUE(ours("src/external_api/a.cpp"));
}

TEST(Ours, build_folders_are_not_but_code_about_building_is) {
  for (const char* path : {"build/a.cpp", "build-debug/a.cpp", "out/x/a.cpp", "sub/cmake-build-debug/a.cpp",
                           "x/CMakeFiles/a.cpp", "app_autogen/mocs.cpp", ".plumbline/a.cpp"})
    EXPECT_FALSE(ours(path)) << path;
  EXPECT_TRUE(ours("src/build/graph.cpp"));
  EXPECT_TRUE(ours("build.cpp"));
  EXPECT_TRUE(ours("builder/a.cpp"));
}

TEST(Ours, generated_files_are_not) {
  for (const char* path : {"src/a.pb.h", "a.pb.cc", "a.grpc.pb.cc", "moc_window.cpp", "ui_window.h", "qrc_icons.cpp",
                           "monster_generated.h", "parser.yy.cc", "lex.calc.c", "calc.tab.cpp", "a.capnp.h"})
    EXPECT_FALSE(ours(path)) << path;
  EXPECT_TRUE(ours("src/ui_window.cpp"));
  EXPECT_TRUE(ours("src/pb.h"));
  EXPECT_TRUE(ours("src/lex.cpp"));
}

TEST(Ours, include_narrows_and_exclude_wins) {
  Settings settings;
  settings.include = {"src"};
  settings.exclude = {"src/legacy/**", "*_old.cpp"};
  EXPECT_TRUE(is_ours(settings, "src/a.cpp"));
  EXPECT_FALSE(is_ours(settings, "tools/a.cpp"));
  EXPECT_FALSE(is_ours(settings, "src/legacy/a.cpp"));
  EXPECT_FALSE(is_ours(settings, "src/a_old.cpp"));
  EXPECT_FALSE(is_ours(settings, "src/vendor/a.cpp"));
}

TEST(Ours, an_include_that_names_an_excluded_folder_brings_it_back) {
  Settings settings;
  settings.include = {"src/**", "third_party/ours", "*.pb.h"};
  EXPECT_TRUE(is_ours(settings, "third_party/ours/a.cpp"));
  EXPECT_FALSE(is_ours(settings, "third_party/theirs/a.cpp"));
  // What is excluded for a second reason needs a second word.
  EXPECT_FALSE(is_ours(settings, "third_party/ours/vendor/a.cpp"));
  EXPECT_FALSE(is_ours(settings, "third_party/ours/moc_a.cpp"));
  EXPECT_TRUE(is_ours(settings, "src/a.pb.h"));
  EXPECT_FALSE(is_ours(settings, "src/a.pb.cc"));
  EXPECT_FALSE(is_ours(settings, "src/third_party/a.pb.h"));
  settings.exclude = {"third_party/ours/generated/**"};
  EXPECT_FALSE(is_ours(settings, "third_party/ours/generated/a.cpp"));
}

static Scope scope(llvm::StringRef path) { return scope_of(Settings(), path); }

TEST(Scopes, test_folders) {
  for (const char* path : {"test/a.cpp", "src/Tests/a.cpp", "src/net/testing/a.h", "unit_tests/a.cpp", "mocks/a.h",
                           "fuzz/a.cpp", "bench/a.cpp", "benchmarks/a.cpp", "examples/a.cpp", "demo/a.cpp"})
    EXPECT_EQ(scope(path), Scope::test) << path;
  for (const char* path : {"src/attest/a.cpp", "src/testbed_driver/a.cpp", "src/a.cpp", "contests/a.cpp"})
    EXPECT_EQ(scope(path), Scope::production) << path;
}

TEST(Scopes, test_file_names) {
  for (const char* path : {"src/a_test.cpp", "src/a_tests.cc", "a_unittest.cc", "a_benchmark.cpp", "test_a.cpp",
                           "FooTest.cpp", "HTTPTest.cpp", "Http2Tests.cpp", "json_fuzz.cc", "src/test.cpp",
                           "rdunittest_fetcher.c", "db_mock.cpp", "mock_db.h"})
    EXPECT_EQ(scope(path), Scope::test) << path;
  for (const char* path : {"latest.cpp", "Contest.cpp", "src/protest.cpp", "testament.cpp", "tested.cpp", "attests.h",
                           "a_testing_hook.cpp", "Tester.cpp", "hammock.cpp"})
    EXPECT_EQ(scope(path), Scope::production) << path;
}

TEST(Scopes, settings_add_to_the_names) {
  Settings settings;
  settings.tests = {"qa/**"};
  EXPECT_EQ(scope_of(settings, "qa/a.cpp"), Scope::test);
  EXPECT_EQ(scope_of(settings, "src/a_test.cpp"), Scope::test);
  EXPECT_EQ(scope_of(settings, "src/a.cpp"), Scope::production);
  EXPECT_EQ(scope_of(settings, "src/a.cpp", "codec::unittest_decode"), Scope::test);
  EXPECT_EQ(scope_of(settings, "src/a.cpp", "rd_ut_backoff"), Scope::test);
  EXPECT_EQ(scope_of(settings, "src/a.cpp", "codec::put_data"), Scope::production);
}

TEST(Modules, the_top_folder_without_settings) {
  Settings settings;
  EXPECT_EQ(module_of(settings, "net/link.cpp"), "net");
  EXPECT_EQ(module_of(settings, "src/net/deep/link.cpp"), "net");
  EXPECT_EQ(module_of(settings, "lib/core/a.cpp"), "core");
  EXPECT_EQ(module_of(settings, "include/net/link.h"), "net");
  EXPECT_EQ(module_of(settings, "Source/Net/a.cpp"), "Net");
  EXPECT_EQ(module_of(settings, "app/src/a.cpp"), "app");
  EXPECT_EQ(module_of(settings, "src/main.cpp"), "");
  EXPECT_EQ(module_of(settings, "main.cpp"), "");
}

TEST(Modules, the_first_setting_that_matches) {
  Settings settings;
  settings.modules.push_back({"Networking", {"src/net/**", "include/net/**"}, Priority::p0, "platform"});
  settings.modules.push_back({"Everything in src", {"src"}, std::nullopt, ""});
  EXPECT_EQ(module_of(settings, "src/net/a.cpp"), "Networking");
  EXPECT_EQ(module_of(settings, "src/core/a.cpp"), "Everything in src");
  EXPECT_EQ(module_of(settings, "tools/a.cpp"), "tools");
  ASSERT_NE(module_setting_of(settings, "include/net/a.h"), nullptr);
  EXPECT_EQ(module_setting_of(settings, "include/net/a.h")->owner, "platform");
  EXPECT_EQ(module_setting_of(settings, "tools/a.cpp"), nullptr);
}

} // namespace plumbline
