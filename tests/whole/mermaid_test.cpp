// Every Mermaid text in the golden reports, and some with hostile names in them, read by Mermaid's own parser (npm,
// tests/node). scripts/test installs it; a missing one is a failure.
#include "in_process.h"
#include "report/mermaid.h"

#include <llvm/Support/FileUtilities.h>
#include <llvm/Support/Program.h>

#include <gmock/gmock.h>

namespace plumbline {

// What the parser says about the files.
static std::pair<int, std::string> parse(const std::vector<std::string>& files) {
  const llvm::ErrorOr<std::string> node = llvm::sys::findProgramByName("node");
  if (!node) return {-1, "node is not installed"};
  llvm::SmallString<128> output;
  if (llvm::sys::fs::createTemporaryFile("mermaid", "txt", output)) return {-1, "no temporary file"};
  const llvm::FileRemover remover(output);
  const std::string script = SOURCE_DIR "/tests/node/mermaid.mjs";
  std::vector<llvm::StringRef> arguments{*node, script};
  arguments.insert(arguments.end(), files.begin(), files.end());
  const std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(""), output.str(), output.str()};
  const int status = llvm::sys::ExecuteAndWait(*node, arguments, std::nullopt, redirects);
  return {status, read_text(output.str().str())};
}

TEST(Mermaid, ReadsEveryPictureOfTheGoldenReports) {
  std::vector<std::string> files;
  for (const std::string& file : files_below(SOURCE_DIR "/fixtures", {".json", ".md"}))
    if (llvm::StringRef(file).contains("/golden/")) files.push_back(file);
  ASSERT_FALSE(files.empty());
  const auto [status, said] = parse(files);
  EXPECT_EQ(status, 0) << said << "\nnpm --prefix tests/node ci installs the parser";
  EXPECT_THAT(said, testing::Not(testing::HasSubstr("\n0 read")));
  EXPECT_THAT(said, testing::Not(testing::StartsWith("0 read"))) << "no golden report has a picture";
}

static Json edge(const Json& from, const Json& to, const std::string& function, const Json& finding) {
  return Json{{"from", from}, {"to", to}, {"function", function}, {"finding", finding}};
}

TEST(Mermaid, ReadsPicturesOfHostileNames) {
  const std::string hostile = "a\"; --> [*] : `x` {{#quot;}} %%{init}%% <script>\n\xC3\xA9 end note\tstate";
  Json machine{{"name", hostile},
               {"states", Json::array({{{"name", hostile}, {"finding", nullptr}},
                                       {{"name", "end"}, {"finding", "stuck-state/dead-end"}},
                                       {{"name", "state"}, {"finding", nullptr}}})},
               {"initial", Json::array({"end"})},
               {"final", Json::array({hostile, "state"})},
               {"transitions", Json::array({edge(hostile, "end", "ns::operator<=>", nullptr),
                                            edge(nullptr, nullptr, hostile, "unchecked-self-transition/unguarded"),
                                            edge("end", "state", "", nullptr),
                                            edge("end", "state", "std::function<void (int)>::f", nullptr),
                                            edge("end", "state", "a::b::c", "state-guard-bypass/bypass"),
                                            edge("end", "state", "d", nullptr), edge("end", "state", "e", nullptr)})}};
  Json empty{{"name", "E"},
             {"states", Json::array()},
             {"initial", Json::array()},
             {"final", Json::array()},
             {"transitions", Json::array()}};
  std::vector<std::string> files;
  for (const Json& one : {machine, empty}) {
    llvm::SmallString<128> path;
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("machine", "mmd", path));
    llvm::Error error = write_file_atomically(path, state_diagram(one));
    ASSERT_FALSE(error) << llvm::toString(std::move(error));
    files.push_back(path.str().str());
  }
  const auto [status, said] = parse(files);
  EXPECT_EQ(status, 0) << said;
  EXPECT_THAT(said, testing::HasSubstr("2 read, 0 refused"));
  for (const std::string& file : files) llvm::sys::fs::remove(file);
}

TEST(Mermaid, MarksWhatHasAFinding) {
  const Json machine{
      {"name", "Job"},
      {"states", Json::array({{{"name", "idle"}, {"finding", nullptr}},
                              {{"name", "stuck"}, {"finding", "stuck-state/dead-end"}}})},
      {"initial", Json::array({"idle"})},
      {"final", Json::array()},
      {"transitions", Json::array({edge("idle", "stuck", "app::Job::start", nullptr),
                                   edge(nullptr, nullptr, "app::Job::set", "unchecked-self-transition/unguarded")})}};
  EXPECT_EQ(state_diagram(machine), "stateDiagram-v2\n"
                                    "    s0 : idle\n"
                                    "    s1 : stuck\n"
                                    "    note right of s1 : dead-end\n"
                                    "    [*] --> s0\n"
                                    "    any : any state\n"
                                    "    s0 --> s1 : start()\n"
                                    "    any --> any : ⚠ unguarded in set()\n"
                                    "    classDef finding fill:#fdd,stroke:#c00\n"
                                    "    class s1 finding\n");
}

// A function that comes from all states, or from all but its target, is one arrow; names lose what they all begin with.
TEST(Mermaid, GathersArrowsThatSayTheSame) {
  Json machine{{"name", "txn"}, {"states", Json::array()}, {"initial", Json::array()}, {"final", Json::array()}};
  machine["transitions"] = Json::array();
  const std::string prefix = "RD_KAFKA_TXN_STATE_";
  for (const char* name : {"INIT", "READY", "COMMITTING", "ABORTING", "FATAL"}) {
    machine["states"].push_back(Json{{"name", prefix + name}, {"finding", nullptr}});
    machine["transitions"].push_back(edge(prefix + name, prefix + "READY", "txn_reset", nullptr));
    if (name != std::string("FATAL"))
      machine["transitions"].push_back(edge(prefix + name, prefix + "FATAL", "txn_fatal", nullptr));
    if (name != std::string("INIT"))
      machine["transitions"].push_back(edge(prefix + name, prefix + "ABORTING", "txn_abort", nullptr));
  }
  EXPECT_EQ(state_diagram(machine), "stateDiagram-v2\n"
                                    "    s0 : INIT\n"
                                    "    s1 : READY\n"
                                    "    s2 : COMMITTING\n"
                                    "    s3 : ABORTING\n"
                                    "    s4 : FATAL\n"
                                    "    any : any state\n"
                                    "    any_s0 : any state but INIT\n"
                                    "    other : any other state\n"
                                    "    any --> s1 : txn_reset()\n"
                                    "    other --> s4 : txn_fatal()\n"
                                    "    any_s0 --> s3 : txn_abort()\n");
}

} // namespace plumbline
