// .plumbline.yaml: what each key does, and that every mistake is told with its place.
#include "project/settings.h"

#include <llvm/Support/MemoryBuffer.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <set>

namespace plumbline {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

static Settings parsed(llvm::StringRef text) {
  llvm::Expected<Settings> settings = parse_settings(text, "p.yaml");
  if (settings) return *settings;
  ADD_FAILURE() << llvm::toString(settings.takeError());
  return {};
}

static constexpr std::string_view check_names[] = {"hard-coded-duration", "hard-coded-limit", "stuck-state"};

static std::string problem_of(llvm::StringRef text) {
  llvm::Expected<Settings> settings = parse_settings(text, "p.yaml", check_names);
  return settings ? "no error" : llvm::toString(settings.takeError());
}

TEST(Settings, the_example_of_the_design) {
  Settings settings = parsed(R"(
paths:   { include: [src, include], exclude: [third_party/**], tests: ['**/test/**', '*_test.cpp'] }
config-types: ['*Tuning', '*Options']
modules:
  - { name: Background tasks, paths: [src/app/**], priority: P0, owner: platform }
layers: [[cli], [app], [domain, config], [errors]]          # highest first; a layer may use those below it
checks:
  hard-coded-limit: { enabled: false, priority: P2 }
sinks:      [{ function: 'Timer::schedule', argument: 2, unit: ms, role: interval }]
config-sources: ['AppContext::setting']
cycle-checks:   ['Graph::assertAcyclic']
state-machines: [{ enum: 'net::LinkState', final: [Closed] }]
gate:   { fail-on: [new:P0, open:P1], max-open: { P0: 0, P2: 40 }, on-incomplete: warn }
)");
  EXPECT_EQ(settings.path, "p.yaml");
  EXPECT_THAT(settings.include, ElementsAre("src", "include"));
  EXPECT_THAT(settings.exclude, ElementsAre("third_party/**"));
  EXPECT_THAT(settings.tests, ElementsAre("**/test/**", "*_test.cpp"));
  std::vector<std::string> types = default_config_types();
  types.insert(types.end(), {"*Tuning", "*Options"});
  EXPECT_EQ(settings.config_types, types);

  ASSERT_EQ(settings.modules.size(), 1u);
  EXPECT_EQ(settings.modules[0].name, "Background tasks");
  EXPECT_THAT(settings.modules[0].paths, ElementsAre("src/app/**"));
  EXPECT_EQ(settings.modules[0].priority, Priority::p0);
  EXPECT_EQ(settings.modules[0].owner, "platform");
  EXPECT_THAT(settings.layers, ElementsAre(ElementsAre("cli"), ElementsAre("app"), ElementsAre("domain", "config"),
                                           ElementsAre("errors")));
  ASSERT_EQ(settings.checks.size(), 1u);
  EXPECT_FALSE(settings.checks["hard-coded-limit"].enabled);
  EXPECT_EQ(settings.checks["hard-coded-limit"].priority, Priority::p2);

  ASSERT_EQ(settings.sinks.size(), 1u);
  EXPECT_EQ(settings.sinks[0].function, "Timer::schedule");
  EXPECT_EQ(settings.sinks[0].argument, 2u);
  EXPECT_EQ(settings.sinks[0].unit, "ms");
  EXPECT_EQ(settings.sinks[0].role, "interval");
  EXPECT_EQ(settings.sinks[0].kind, "duration");
  EXPECT_THAT(settings.config_sources, ElementsAre("AppContext::setting"));
  EXPECT_THAT(settings.cycle_checks, ElementsAre("Graph::assertAcyclic"));
  ASSERT_EQ(settings.state_machines.size(), 1u);
  EXPECT_EQ(settings.state_machines[0].enum_name, "net::LinkState");
  EXPECT_THAT(settings.state_machines[0].final_states, ElementsAre("Closed"));

  EXPECT_THAT(settings.gate.fail_on, ElementsAre("new:P0", "open:P1"));
  EXPECT_THAT(settings.gate.max_open, ElementsAre(testing::Pair(Priority::p0, 0), testing::Pair(Priority::p2, 40)));
  EXPECT_EQ(settings.gate.on_incomplete, "warn");
}

TEST(Settings, no_file_an_empty_file_and_comments_alone_are_the_defaults) {
  for (llvm::StringRef text : {"", "\n\n", "# nothing yet\n", "---\n", "\xef\xbb\xbf# with a byte order mark\n"}) {
    Settings settings = parsed(text);
    EXPECT_EQ(settings.config_types, Settings().config_types) << text.str();
    EXPECT_THAT(settings.gate.fail_on, ElementsAre("new:P0", "new:P1", "reopened"));
    EXPECT_EQ(settings.gate.on_incomplete, "fail");
    EXPECT_TRUE(settings.include.empty());
  }
  EXPECT_THAT(Settings().config_types, testing::Contains("*Options"));
}

TEST(Settings, config_types_add_or_replace) {
  EXPECT_EQ(parsed("config-types: [Knobs]").config_types.size(), default_config_types().size() + 1);
  EXPECT_THAT(parsed("config-types-only: true\nconfig-types: [Knobs]").config_types, ElementsAre("Knobs"));
  EXPECT_THAT(parsed("config-types: [Knobs]\nconfig-types-only: true").config_types, ElementsAre("Knobs"));
  EXPECT_EQ(parsed("config-types-only: false\nconfig-types: [Knobs]").config_types.size(),
            default_config_types().size() + 1);
}

TEST(Settings, an_empty_rule_list_is_no_rule) { EXPECT_TRUE(parsed("gate: { fail-on: [] }").gate.fail_on.empty()); }

TEST(Settings, block_style_crlf_and_quotes) {
  Settings settings = parsed("paths:\r\n  include:\r\n    - src\r\n    - \"in\\u0063lude\"\r\nlayers:\r\n- [a]\r\n");
  EXPECT_THAT(settings.include, ElementsAre("src", "include"));
  EXPECT_THAT(settings.layers, ElementsAre(ElementsAre("a")));
}

TEST(SettingsErrors, unknown_keys_name_the_place_the_closest_key_and_all_keys) {
  EXPECT_EQ(problem_of("# gate\ngate:\n    fail_on: [new]\n"),
            "p.yaml:3:5: unknown key 'fail_on'; did you mean 'fail-on'? "
            "(known here: fail-on, max-open, on-incomplete)");
  EXPECT_THAT(problem_of("path: {}"), StartsWith("p.yaml:1:1: unknown key 'path'; did you mean 'paths'?"));
  EXPECT_THAT(problem_of("paths: { frobnicate: [] }"),
              testing::AllOf(StartsWith("p.yaml:1:10: unknown key 'frobnicate' (known here"),
                             testing::Not(HasSubstr("did you mean"))));
  EXPECT_THAT(problem_of("modules:\n- name: a\n  path: [x]"),
              StartsWith("p.yaml:3:3: unknown key 'path'; did you mean"));
  EXPECT_THAT(problem_of("gate: { max-open: { P3: 1 } }"), StartsWith("p.yaml:1:21: unknown key 'P3'"));
}

TEST(SettingsErrors, unknown_names) {
  EXPECT_EQ(problem_of("checks:\n  hard-coded-limits: {}\n"),
            "p.yaml:2:3: unknown check 'hard-coded-limits'; did you mean 'hard-coded-limit'? "
            "(known: hard-coded-duration, hard-coded-limit, stuck-state)");
  EXPECT_THAT(problem_of("sinks: [{ function: f, unit: sec }]"), StartsWith("p.yaml:1:30: unknown unit 'sec'"));
  EXPECT_THAT(problem_of("sinks: [{ function: f, role: intervall }]"),
              StartsWith("p.yaml:1:30: unknown role 'intervall'; did you mean 'interval'?"));
  EXPECT_THAT(problem_of("sinks: [{ function: f, kind: size }]"), StartsWith("p.yaml:1:30: unknown kind 'size'"));
  EXPECT_THAT(problem_of("gate: { fail-on: [new:P0, nwe:P1] }"),
              StartsWith("p.yaml:1:27: unknown gate rule 'nwe:P1'; did you mean 'new:P1'?"));
  EXPECT_THAT(problem_of("gate: { on-incomplete: ignore }"), HasSubstr("'ignore' (known: fail, warn)"));
  EXPECT_EQ(problem_of("checks: { stuck-state: { priority: P3 } }"),
            "p.yaml:1:36: unknown priority 'P3' (known: P0, P1, P2)");
}

TEST(SettingsErrors, any_check_name_will_do_when_none_are_known) {
  EXPECT_EQ(parsed("checks: { whatever: { enabled: false } }").checks.size(), 1u);
}

TEST(SettingsErrors, wrong_types) {
  EXPECT_EQ(problem_of("paths: { include: src }"), "p.yaml:1:19: expected a list of globs, found 'src'");
  EXPECT_EQ(
      problem_of("config-types: { a: b }"),
      "p.yaml:1:15: expected a list of globs over type names, found a mapping (text that starts with { needs quotes)");
  EXPECT_THAT(problem_of("gate: []"), StartsWith("p.yaml:1:7: expected a mapping"));
  EXPECT_THAT(problem_of("- a\n- b\n"), StartsWith("p.yaml:1:1: expected a mapping (keys: paths, config-types,"));
  EXPECT_THAT(problem_of("just text"), StartsWith("p.yaml:1:1: expected a mapping"));
  EXPECT_THAT(problem_of("checks: { stuck-state: false }"),
              StartsWith("p.yaml:1:24: expected a mapping (keys: enabled"));
  EXPECT_EQ(problem_of("checks: { stuck-state: { enabled: 1 } }"), "p.yaml:1:35: expected true or false, found '1'");
  EXPECT_EQ(problem_of("checks: { stuck-state: { enabled: 'true' } }"),
            "p.yaml:1:35: expected true or false, found 'true'");
  EXPECT_EQ(problem_of("sinks: [{ function: f, argument: first }]"),
            "p.yaml:1:34: expected a whole number, found 'first'");
  EXPECT_EQ(problem_of("layers: [cli]"), "p.yaml:1:10: expected a list of module names or top folders, found 'cli'");
  EXPECT_THAT(problem_of("paths: { include: [[src]] }"), StartsWith("p.yaml:1:20: expected a glob, found a list"));
}

TEST(SettingsErrors, keys_without_a_value_stand_at_the_key) {
  EXPECT_EQ(problem_of("paths:\n  include:\n  exclude: [x]\n"),
            "p.yaml:2:3: has no value: expected a list of globs; remove the key to get the default");
}

TEST(SettingsErrors, impossible_values) {
  EXPECT_EQ(problem_of("sinks: [{ function: f, argument: 0 }]"), "p.yaml:1:34: must be at least 1, found 0");
  EXPECT_EQ(problem_of("gate: { max-open: { P0: -1 } }"), "p.yaml:1:25: must be at least 0, found -1");
  EXPECT_THAT(problem_of("sinks: [{ function: f, argument: 99999999999 }]"), HasSubstr("expected a whole number"));
  EXPECT_EQ(problem_of("sinks:\n  - { argument: 1 }"), "p.yaml:2:5: a sink needs a 'function'");
  EXPECT_THAT(problem_of("sinks: [{ function: f, kind: limit, unit: ms }]"), HasSubstr("a limit is a count"));
  EXPECT_EQ(problem_of("modules:\n  - paths: [src]"), "p.yaml:2:5: a module needs a 'name'");
  EXPECT_THAT(problem_of("modules:\n  - name: a"), StartsWith("p.yaml:2:5: module 'a' needs 'paths'"));
  EXPECT_EQ(problem_of("state-machines: [{ final: [x] }]"), "p.yaml:1:18: a state machine needs an 'enum'");
  EXPECT_EQ(problem_of("layers: [[a], [b, a]]"), "p.yaml:1:19: 'a' stands in layer 1 already");
  EXPECT_THAT(problem_of("paths: { include: [../other] }"), StartsWith("p.yaml:1:20: '../other' leads out of"));
  EXPECT_EQ(problem_of("paths: { include: [''] }"), "p.yaml:1:20: expected a glob, found empty text");
}

TEST(SettingsErrors, duplicate_keys) {
  EXPECT_EQ(problem_of("gate: {}\nlayers: []\ngate: {}\n"),
            "p.yaml:3:1: duplicate key 'gate'; it stands on line 1 already");
  EXPECT_THAT(problem_of("checks:\n  stuck-state: {}\n  stuck-state: {}\n"), StartsWith("p.yaml:3:3: duplicate key"));
}

TEST(SettingsErrors, broken_yaml) {
  EXPECT_THAT(problem_of("paths: { include: [src }\n"), StartsWith("p.yaml:1:24: cannot be read as YAML: "));
  EXPECT_THAT(problem_of("layers: []\n\tgate: {}\n"), StartsWith("p.yaml:2:6: cannot be read as YAML: "));
  EXPECT_THAT(problem_of("config-types: [\"*Knobs]\n"), HasSubstr("cannot be read as YAML"));
  EXPECT_THAT(problem_of("layers: []\n]\n"), StartsWith("p.yaml:2:1: cannot be read as YAML: "));
  EXPECT_THAT(problem_of("]"), HasSubstr("cannot be read as YAML"));
  EXPECT_EQ(problem_of("# caf\xe9\n"), "p.yaml:1:6: not UTF-8; save the file in that encoding");
  EXPECT_EQ(problem_of("layers: []\n---\ngate: {}\n"), "p.yaml:3:1: a second YAML document; the settings are one");
}

TEST(SettingsErrors, a_glob_without_quotes_is_an_alias) {
  EXPECT_EQ(problem_of("config-types: [*Config]"),
            "p.yaml:1:16: YAML takes *Config for an alias; put it in quotes: '*Config'");
  EXPECT_THAT(problem_of("paths:\n  tests:\n    - **/test/**\n"), StartsWith("p.yaml:3:7: YAML takes **/test/**"));
}

TEST(SettingsErrors, a_hundred_thousand_brackets_are_an_error_like_any_other) {
  EXPECT_THAT(problem_of("layers: " + std::string(100000, '[')), StartsWith("p.yaml:1:"));
  EXPECT_THAT(problem_of("layers: [[a], " + std::string(100000, '[')), StartsWith("p.yaml:1:"));
}

TEST(Settings, weights_and_effort) {
  const Settings settings = llvm::cantFail(
      parse_settings("checks: { a: { points: 12, effort: [0.5, 2], kinds: { b: { points: 3, effort: [1, 1] } } } }\n"
                     "weights: { roles: { ttl: 8 }, uses: 0, config: 7, module: 9 }\n",
                     "p.yaml"));
  const CheckSetting& check = settings.checks.at("a");
  EXPECT_EQ(check.all_kinds.points, 12);
  EXPECT_EQ(check.all_kinds.effort->low, 0.5);
  EXPECT_EQ(check.kinds.at("b").effort->high, 1);
  EXPECT_EQ(settings.weights.roles.at("ttl"), 8);
  EXPECT_EQ(settings.weights.uses, 0);
  EXPECT_EQ(settings.weights.module, 9);
}

TEST(SettingsErrors, weights_and_effort_that_are_impossible) {
  EXPECT_THAT(problem_of("checks: { stuck-state: { points: 31 } }"), testing::HasSubstr("at most 30"));
  EXPECT_THAT(problem_of("checks: { stuck-state: { effort: [2, 1] } }"), testing::HasSubstr("[0.5, 2]"));
  EXPECT_THAT(problem_of("checks: { stuck-state: { effort: 2 } }"), testing::HasSubstr("a list of two numbers"));
  EXPECT_THAT(problem_of("checks: { stuck-state: { effort: [x, 1] } }"), testing::HasSubstr("a number of hours"));
  EXPECT_THAT(problem_of("checks: { stuck-state: { effort: [nan, 1] } }"), testing::HasSubstr("hours"));
  EXPECT_THAT(problem_of("weights: { roles: { nap: 1 } }"), testing::HasSubstr("unknown role 'nap'"));
}

// The keys that a schema allows, written as settings_keys() writes them.
static void collect_keys(const nlohmann::json& root, const nlohmann::json& schema, const std::string& prefix,
                         std::set<std::string>& keys) {
  std::string separator = prefix.empty() ? "" : ".";
  if (schema.contains("properties"))
    for (const auto& [name, property] : schema["properties"].items()) {
      keys.insert(prefix + separator + name);
      collect_keys(root, property, prefix + separator + name, keys);
    }
  if (schema.contains("items")) collect_keys(root, schema["items"], prefix + "[]", keys);
  if (schema.contains("additionalProperties") && schema["additionalProperties"].is_object())
    collect_keys(root, schema["additionalProperties"], prefix + separator + "*", keys);
}

static nlohmann::json schema() {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> file =
      llvm::MemoryBuffer::getFile(SOURCE_DIR "/schemas/settings.schema.json");
  if (!file) return nlohmann::json();
  return nlohmann::json::parse((*file)->getBuffer().str(), nullptr, false);
}

TEST(SettingsSchema, has_the_keys_that_the_parser_accepts) {
  nlohmann::json root = schema();
  ASSERT_TRUE(root.is_object());
  std::set<std::string> described;
  collect_keys(root, root, "", described);
  std::vector<std::string> accepted = settings_keys();
  EXPECT_THAT(accepted, testing::ElementsAreArray(described));
  EXPECT_THAT(accepted,
              testing::IsSupersetOf({"paths.include", "modules[].owner", "checks.*.enabled", "gate.max-open.P0"}));
}

// Every object closes its keys and describes each, or editors would neither warn nor help.
static void expect_closed_and_described(const nlohmann::json& schema, const std::string& name) {
  if (schema.value("type", "") == "object") EXPECT_TRUE(schema.contains("additionalProperties")) << name;
  if (schema.contains("properties"))
    for (const auto& [key, property] : schema["properties"].items()) {
      EXPECT_FALSE(property.value("description", "").empty()) << name << "." << key;
      expect_closed_and_described(property, name + "." + key);
    }
  if (schema.contains("items")) expect_closed_and_described(schema["items"], name + "[]");
  if (schema.contains("additionalProperties") && schema["additionalProperties"].is_object())
    expect_closed_and_described(schema["additionalProperties"], name + ".*");
}

TEST(SettingsSchema, closes_and_describes_everything) { expect_closed_and_described(schema(), "settings"); }

// The parser's word lists are the schema's.
TEST(SettingsSchema, allows_the_words_that_the_parser_allows) {
  nlohmann::json root = schema();
  ASSERT_TRUE(root.is_object());
  nlohmann::json& properties = root["properties"];
  nlohmann::json& sink = properties["sinks"]["items"]["properties"];
  nlohmann::json& gate = properties["gate"]["properties"];
  const std::pair<const char*, nlohmann::json> lists[] = {
      {"sinks: [{ function: f, unit: WORD }]", sink["unit"]["enum"]},
      {"sinks: [{ function: f, role: WORD }]", sink["role"]["enum"]},
      {"sinks: [{ function: f, kind: WORD }]", sink["kind"]["enum"]},
      {"gate: { fail-on: [WORD] }", gate["fail-on"]["items"]["enum"]},
      {"gate: { on-incomplete: WORD }", gate["on-incomplete"]["enum"]},
      {"modules: [{ name: m, paths: [p], priority: WORD }]", root["$defs"]["priority"]["enum"]},
  };
  for (const auto& [text, words] : lists) {
    ASSERT_TRUE(words.is_array()) << text;
    std::string listed;
    for (const nlohmann::json& word : words) {
      std::string settings = text;
      settings.replace(settings.find("WORD"), 4, word.get<std::string>());
      EXPECT_EQ(problem_of(settings), "no error");
      listed += (listed.empty() ? "" : ", ") + word.get<std::string>();
    }
    // And in the other direction: the error lists what the parser knows.
    std::string settings = text;
    EXPECT_THAT(problem_of(settings), HasSubstr("(known: " + listed + ")"));
  }
}

} // namespace plumbline
