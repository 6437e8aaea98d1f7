// What sources read that the compile database does not compile, somebody reads: with the real binary.
#include "sandbox.h"

#include <gmock/gmock.h>

#include <set>

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct UncompiledTest : testing::Test {
  Sandbox sandbox;
  std::string notes;

  UncompiledTest() {
    sandbox.write("project/src/drivers/driver.h", "struct DriverConfig {\n"
                                                  "  int port = 1;\n"
                                                  "  int depth = 2;\n"
                                                  "  int assigned = 3;\n"
                                                  "};\n"
                                                  "int start(DriverConfig config);\n");
    sandbox.write("project/src/main.cpp", "#include \"drivers/driver.h\"\n"
                                          "int start(DriverConfig config) { return config.port; }\n"
                                          "int main() { return start({}); }\n");
    sandbox.write_database({sandbox.command("src/main.cpp")});
  }

  std::set<std::string> unused() {
    const RunResult result = sandbox.run({"scan", "--quiet", "--format", "json", "--checks", "unused-config"});
    EXPECT_EQ(result.status, 0) << result.err;
    const nlohmann::json document = nlohmann::json::parse(result.out, nullptr, /*allow_exceptions=*/false);
    std::set<std::string> found;
    if (document.is_discarded()) return found;
    for (const nlohmann::json& finding : document["findings"]) found.insert(finding["entity"].get<std::string>());
    notes = document["coverage"].dump();
    return found;
  }
};

TEST_F(UncompiledTest, AllThatNobodyReadsIsReported) {
  EXPECT_THAT(unused(), ElementsAre("DriverConfig::assigned", "DriverConfig::depth"));
}

// A driver for another system gets at the header by way of its own, and reads one member.
TEST_F(UncompiledTest, WhatAnotherBuildReadsIsNot) {
  sandbox.write("project/src/drivers/driver_bsd.h", "#include \"driver.h\"\n");
  sandbox.write("project/src/drivers/driver_bsd.cpp", "#include \"driver_bsd.h\"\n"
                                                      "int depth(DriverConfig* config) {\n"
                                                      "  config->assigned = 5;\n"
                                                      "  return config->depth;\n"
                                                      "}\n");
  EXPECT_THAT(unused(), ElementsAre("DriverConfig::assigned"));
  EXPECT_THAT(notes, HasSubstr("1 setting that nothing compiled here reads is not reported, because other sources of "
                               "the project name it: src/drivers/driver_bsd.cpp"));
}

// What it is a member of, a header says that nothing compiles; elsewhere the name stands for something else.
TEST_F(UncompiledTest, OfAMemberThatItsOwnHeaderDeclares) {
  sandbox.write("project/src/drivers/driver_bsd.h", "#include \"driver.h\"\n"
                                                    "class BsdDriver { int depth(); DriverConfig options_; };\n");
  sandbox.write("project/src/drivers/driver_bsd.cpp", "#include \"driver_bsd.h\"\n"
                                                      "int BsdDriver::depth() { return options_.depth; }\n");
  sandbox.write("project/src/other.cpp", "struct Entry { int depth; };\n"
                                         "struct Table { Entry options_; };\n"
                                         "int depth(Table& table) { return table.options_.depth; }\n");
  sandbox.write_database({sandbox.command("src/main.cpp"), sandbox.command("src/other.cpp")});
  EXPECT_THAT(unused(), ElementsAre("DriverConfig::assigned"));
}

TEST_F(UncompiledTest, ByAPointerToTheMemberOrItsOffset) {
  sandbox.write("project/bindings/module.cpp", "#include <drivers/driver.h>\n"
                                               "void bind() {\n"
                                               "  field(\"depth\", &DriverConfig::depth);\n"
                                               "  row(offsetof(struct DriverConfig, assigned));\n"
                                               "}\n");
  EXPECT_THAT(unused(), IsEmpty());
}

// Neither tests, nor members of other records, nor who includes another header of that name, nor third-party code.
TEST_F(UncompiledTest, OthersSayNothing) {
  const std::string reader = "#include \"driver.h\"\nint depth(DriverConfig config) { return config.depth; }\n";
  sandbox.write("project/tests/driver_test.cpp", "#include \"../src/drivers/driver.h\"\n" + reader);
  sandbox.write("project/tools/driver.h", "struct DriverConfig { int depth; };\n");
  sandbox.write("project/tools/tool.cpp", reader);
  sandbox.write("project/third_party/lib/driver.cpp", "#include \"drivers/driver.h\"\n" + reader);
  sandbox.write("project/src/entries.cpp", "#include \"drivers/driver.h\"\n"
                                           "struct Entry { int depth; };\n"
                                           "int depth(const Entry& entry) { return entry.depth; }\n");
  sandbox.write("project/src/other.cpp", "int depth(OtherConfig config) { return config.depth; }\n");
  EXPECT_THAT(unused(), ElementsAre("DriverConfig::assigned", "DriverConfig::depth"));
}

// A loader that this build leaves out may look at the range, and fill what is only given a constant here. What it only
// resets, it does not.
struct LoaderTest : UncompiledTest {
  LoaderTest() {
    sandbox.write("project/src/server.h", "struct ServerConfig {\n"
                                          "  int idle_timeout_ms;\n"
                                          "  int accept_timeout_ms;\n"
                                          "};\n"
                                          "struct Server {\n"
                                          "  int retry_interval_ms;\n"
                                          "  int ping_interval_ms;\n"
                                          "};\n");
    sandbox.write("project/src/main.cpp", "#include \"server.h\"\n"
                                          "extern \"C\" int atoi(const char*);\n"
                                          "extern \"C\" int poll(void*, unsigned long, int);\n"
                                          "void load(ServerConfig* config, char** words) {\n"
                                          "  config->idle_timeout_ms = atoi(words[0]);\n"
                                          "  config->accept_timeout_ms = atoi(words[1]);\n"
                                          "}\n"
                                          "void serve(const ServerConfig* config, Server* server) {\n"
                                          "  server->retry_interval_ms = 500;\n"
                                          "  server->ping_interval_ms = 700;\n"
                                          "  poll(nullptr, 0, config->idle_timeout_ms);\n"
                                          "  poll(nullptr, 0, config->accept_timeout_ms);\n"
                                          "  poll(nullptr, 0, server->retry_interval_ms);\n"
                                          "  poll(nullptr, 0, server->ping_interval_ms);\n"
                                          "}\n"
                                          "int main(int, char** words) {\n"
                                          "  ServerConfig config;\n"
                                          "  Server server;\n"
                                          "  load(&config, words);\n"
                                          "  serve(&config, &server);\n"
                                          "}\n");
  }

  std::set<std::string> found() {
    const RunResult result =
        sandbox.run({"scan", "--quiet", "--format", "json", "--checks", "unvalidated-config,missing-config-injection"});
    EXPECT_EQ(result.status, 0) << result.err;
    const nlohmann::json document = nlohmann::json::parse(result.out, nullptr, /*allow_exceptions=*/false);
    std::set<std::string> found;
    if (document.is_discarded()) return found;
    for (const nlohmann::json& finding : document["findings"])
      if (finding["kind"] == "unranged" || finding["kind"] == "never-injected")
        found.insert(finding["entity"].get<std::string>());
    notes = document["coverage"].dump();
    return found;
  }
};

TEST_F(LoaderTest, AllThatNothingLooksAtOrFillsIsReported) {
  EXPECT_THAT(found(), ElementsAre("Server::ping_interval_ms", "Server::retry_interval_ms",
                                   "ServerConfig::accept_timeout_ms", "ServerConfig::idle_timeout_ms"));
}

TEST_F(LoaderTest, WhatAnotherProgramFillsIsNot) {
  sandbox.write("project/tool/config_file.cpp", "#include \"../src/server.h\"\n"
                                                "void load(ServerConfig* config, Server* server, int value) {\n"
                                                "  if (value < 0 || value > 1000) return;\n"
                                                "  config->idle_timeout_ms = value;\n"
                                                "  config->accept_timeout_ms = 5;\n"
                                                "  read_number(\"retry\", &server->retry_interval_ms);\n"
                                                "  server->ping_interval_ms = 0;\n"
                                                "}\n");
  EXPECT_THAT(found(), ElementsAre("Server::ping_interval_ms", "ServerConfig::accept_timeout_ms"));
  EXPECT_THAT(notes, HasSubstr("2 findings are not reported about settings that other sources of the project fill: "
                               "tool/config_file.cpp"));
}

TEST_F(LoaderTest, NorWhatCodeBehindAnIfFills) {
  sandbox.write("project/src/load.cpp", "#include \"server.h\"\n"
                                        "#ifdef HAVE_JSON\n"
                                        "void load_json(ServerConfig* config, Server& server, const Json& json) {\n"
                                        "  config->idle_timeout_ms = json.number_within(\"idle\", 0, 1000);\n"
                                        "  server.retry_interval_ms = json.number(\"retry\");\n"
                                        "  server.ping_interval_ms = 900;\n"
                                        "}\n"
                                        "#endif\n");
  sandbox.write_database({sandbox.command("src/main.cpp"), sandbox.command("src/load.cpp")});
  EXPECT_THAT(found(), ElementsAre("Server::ping_interval_ms", "ServerConfig::accept_timeout_ms"));
}
