// Scans of a part of the program, with the real binary: what the part alone cannot say is not said, and a baseline's
// findings of that kind are no longer known rather than fixed.
#include "sandbox.h"

#include <gmock/gmock.h>

#include <map>

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Each of core/'s settings is read, checked or given by app/; tests/ is no production code.
struct PartTest : testing::Test {
  Sandbox sandbox;

  PartTest() {
    sandbox.write("project/core/core.h", "struct CoreConfig {\n"
                                         "  int pause_us = 5;\n"
                                         "  int banner = 3;\n"
                                         "};\n"
                                         "enum class LinkState { idle, opening, waiting, open };\n"
                                         "struct Link {\n"
                                         "  LinkState state = LinkState::idle;\n"
                                         "  void start();\n"
                                         "  void settle();\n"
                                         "};\n"
                                         "void run(const CoreConfig& config);\n"
                                         "void nap(unsigned seconds);\n");
    sandbox.write("project/core/core.cpp", "#include \"core.h\"\n"
                                           "extern \"C\" unsigned sleep(unsigned);\n"
                                           "extern \"C\" int usleep(unsigned);\n"
                                           "void nap(unsigned seconds) { sleep(seconds); }\n"
                                           "void run(const CoreConfig& config) {\n"
                                           "  usleep(config.pause_us);\n"
                                           "  nap(2);\n"
                                           "}\n"
                                           "void Link::start() {\n"
                                           "  if (state == LinkState::idle) state = LinkState::opening;\n"
                                           "}\n"
                                           "void Link::settle() {\n"
                                           "  if (state == LinkState::opening) state = LinkState::waiting;\n"
                                           "}\n");
    write_app("void move_on(Link& link) {\n"
              "  if (link.state == LinkState::waiting) link.state = LinkState::open;\n"
              "  if (link.state == LinkState::open) link.state = LinkState::idle;\n"
              "}\n",
              "  if (config.pause_us < 1) throw config.banner;\n"
              "  nap(config.pause_us);\n"
              "  move_on(link);\n");
    sandbox.write("project/tests/core_test.cpp", "#include \"core.h\"\nint main() { run({}); }\n");
    sandbox.write_database({sandbox.command("core/core.cpp", {"-Icore"}), sandbox.command("app/main.cpp", {"-Icore"}),
                            sandbox.command("tests/core_test.cpp", {"-Icore"})});
  }

  void write_app(const std::string& functions, const std::string& body) const {
    sandbox.write("project/app/main.cpp", "#include \"core.h\"\n" + functions +
                                              "int main() {\n"
                                              "  CoreConfig config;\n"
                                              "  Link link;\n"
                                              "  link.start();\n"
                                              "  link.settle();\n" +
                                              body + "  run(config);\n}\n");
  }

  nlohmann::json scan(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"scan", "--quiet", "--format", "json"});
    const RunResult result = sandbox.run(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    nlohmann::json document = nlohmann::json::parse(result.out, nullptr, /*allow_exceptions=*/false);
    EXPECT_FALSE(document.is_discarded()) << result.out;
    return document;
  }

  // The statuses of the findings by check and kind, of those that say that nothing does something.
  static std::map<std::string, std::string> absences(const nlohmann::json& document) {
    std::map<std::string, std::string> found;
    for (const nlohmann::json& finding : document["findings"]) {
      const std::string kind = finding["check"].get<std::string>() + "/" + finding["kind"].get<std::string>();
      for (const char* wanted : {"unused-config/unused", "unvalidated-config/unranged", "stuck-state/unreachable",
                                 "stuck-state/dead-end", "missing-config-injection/never-injected"})
        if (kind == wanted) found[kind] = finding["status"].get<std::string>();
    }
    return found;
  }
};

TEST_F(PartTest, SaysNothingOfWhatTheRestMayDo) {
  EXPECT_THAT(absences(scan({})), testing::IsEmpty());
  const nlohmann::json part = scan({"core"});
  EXPECT_THAT(absences(part), testing::IsEmpty());
  EXPECT_THAT(part["coverage"]["notes"].dump(),
              AllOf(HasSubstr("1 other production source "), HasSubstr("unused-config/unused"),
                    HasSubstr("unvalidated-config/unranged"), HasSubstr("missing-config-injection/never-injected"),
                    HasSubstr("stuck-state/dead-end"), HasSubstr("stuck-state/unreachable")));
  EXPECT_THAT(sandbox.run({"scan", "core"}).out, HasSubstr("1 other production source "));
}

TEST_F(PartTest, IsWholeWhereOnlyTestsAreLeftOut) {
  write_app("", "");
  const std::map<std::string, std::string> all = absences(scan({}));
  EXPECT_EQ(all.size(), 5u);
  const nlohmann::json production = scan({"core", "app"});
  EXPECT_EQ(absences(production), all);
  EXPECT_THAT(production["coverage"]["notes"].dump(), Not(HasSubstr("left out")));
}

TEST_F(PartTest, LeavesTheBaselineOpen) {
  write_app("", "");
  EXPECT_EQ(sandbox.run({"baseline", "create"}).status, 0);
  const std::map<std::string, std::string> known = absences(scan({}));
  ASSERT_EQ(known.size(), 5u);
  for (const std::pair<const std::string, std::string>& entry : absences(scan({"core"})))
    EXPECT_EQ(entry.second, "unknown") << entry.first;
  EXPECT_EQ(absences(scan({"core"})).size(), 5u);
  EXPECT_EQ(sandbox.run({"baseline", "update", "core"}).status, 0);
  EXPECT_THAT(sandbox.read("project/.plumbline/baseline.json"), Not(HasSubstr("\"fixed\"")));
  EXPECT_EQ(absences(scan({})), known);
}

// A light that the program switches between two of its four states.
struct UnseenTest : testing::Test {
  Sandbox sandbox;

  void write_program(const std::string& statement) const {
    sandbox.write("project/light.h", "enum class LightState { dark, bright, dimmed, broken };\n"
                                     "struct Light {\n"
                                     "  LightState state = LightState::dark;\n"
                                     "};\n");
    sandbox.write("project/main.cpp", "#include \"light.h\"\n"
                                      "static Light light;\n"
                                      "void toggle() {\n"
                                      "  if (light.state == LightState::dark) light.state = LightState::bright;\n"
                                      "  else light.state = LightState::dark;\n" +
                                          statement + "}\nint main() { toggle(); }\n");
    sandbox.write_database({sandbox.command("main.cpp")});
  }
  std::vector<std::string> unreachable(nlohmann::json& document) const {
    document = nlohmann::json::parse(sandbox.run({"scan", "--quiet", "--format", "json"}).out, nullptr, false);
    std::vector<std::string> states;
    for (const nlohmann::json& finding : document["findings"])
      if (finding["kind"] == "unreachable") states.push_back(finding["entity"]);
    return states;
  }
};

TEST_F(UnseenTest, AnotherSourceOfTheProjectMayEnterAState) {
  write_program("");
  sandbox.write("project/plugins/dimmer.cpp", "#include \"../light.h\"\n"
                                              "void dim(Light& light) {\n"
                                              "  if (light.state == LightState::broken) return;\n"
                                              "  light.state = LightState::dimmed;\n"
                                              "}\n");
  nlohmann::json document;
  EXPECT_THAT(unreachable(document), testing::ElementsAre("broken"));
  EXPECT_THAT(document["coverage"]["notes"].dump(),
              AllOf(HasSubstr("1 state that nothing compiled here enters"), HasSubstr("plugins/dimmer.cpp")));
}

TEST_F(UnseenTest, AUnitWithErrorsMayHaveLostTheStatement) {
  write_program("  if (light.level) light.state = LightState::dimmed;\n"
                "  if (light.state == LightState::broken) toggle();\n");
  nlohmann::json document;
  EXPECT_THAT(unreachable(document), testing::ElementsAre("broken"));
}
