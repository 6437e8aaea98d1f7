#include "program/configuration.h"

#include "facts_builder.h"

#include <gtest/gtest.h>

namespace plumbline {

static bool is_config_type(const std::string& name, Settings settings = {}) {
  Unit unit;
  EntityId record = unit.record(name);
  Linked linked(unit, std::move(settings));
  return linked.configuration.is_config_type(record);
}

TEST(ConfigTypes, ByNameInEveryStyle) {
  for (const char* name :
       {"ServerConfig", "server_config", "ServerConfiguration", "ServerOptions", "server_options_t", "HttpSettings",
        "raft_params", "QueryParameters", "WorkerProperties", "RetryPolicy", "ServerCfg", "SERVER_CFG", "NetConf",
        "UserPrefs", "Config", "Options", "net::PoolOptions", "options"})
    EXPECT_TRUE(is_config_type(name)) << name;
  for (const char* name : {"Server", "ConfigLoader", "Configurator", "PolicyEngine", "OptionsParser", "Conflict",
                           "Reoption", "SettingsDialog", "Param", "JobDescription"})
    EXPECT_FALSE(is_config_type(name)) << name;
}

TEST(ConfigTypes, TheSettingsCanReplaceTheNames) {
  Settings settings;
  settings.config_types = {"*Tuning", "Knobs"};
  EXPECT_TRUE(is_config_type("ServerTuning", settings));
  EXPECT_TRUE(is_config_type("server_tuning", settings));
  EXPECT_TRUE(is_config_type("Knobs", settings));
  EXPECT_FALSE(is_config_type("MoreKnobs", settings));
  EXPECT_FALSE(is_config_type("ServerConfig", settings));
}

TEST(ConfigTypes, ByAnnotation) {
  Unit unit;
  EntityId tuning = unit.record("Tuning", is_defined | is_config_annotated), other = unit.record("Other");
  Linked linked(unit);
  EXPECT_TRUE(linked.configuration.is_config_type(tuning));
  EXPECT_FALSE(linked.configuration.is_config_type(other));
}

TEST(ConfigTypes, NestedRecordsAndTypesOfFields) {
  Unit unit;
  EntityId config = unit.record("ServerConfig");
  EntityId nested = unit.record("Limits", is_defined, config), deeper = unit.record("Burst", is_defined, nested);
  EntityId backoff = unit.record("Backoff"), jitter = unit.record("Jitter"), other = unit.record("Server");
  unit.field(config, "backoff", object_of(backoff, "Backoff"));
  unit.field(backoff, "jitter", object_of(jitter, "Jitter"));
  unit.field(jitter, "percent");
  unit.field(other, "config", object_of(config, "ServerConfig"));
  EntityId library = unit.record("std::mutex", is_defined | is_external);
  unit.field(config, "guard", object_of(library, "std::mutex"));
  Linked linked(unit);
  for (EntityId record : {config, nested, deeper, backoff, jitter})
    EXPECT_TRUE(linked.configuration.is_config_type(record));
  EXPECT_FALSE(linked.configuration.is_config_type(other));
  EXPECT_FALSE(linked.configuration.is_config_type(library));
}

// A logger factory, a request, a session that a configuration points to: what they hold is state.
TEST(ConfigTypes, NotTheObjectsAtWorkInTheirFields) {
  Unit unit;
  EntityId config = unit.record("ClientConfig");
  EntityId factory = unit.record("LoggerFactory"), session = unit.record("Session"), raw = unit.record("Connection"),
           empty = unit.record("Tag");
  unit.field(factory, "level");
  unit.function("make_logger", {}, void_type, factory, is_virtual);
  unit.field(session, "bytes");
  unit.function("send", {{"text", text_type}}, void_type, session);
  unit.field(raw, "port");
  unit.function("port", {}, integer_type, raw, is_defined | is_const_method);
  unit.field(config, "factory", object_of(factory, "std::shared_ptr<LoggerFactory>"));
  unit.field(config, "session", object_of(session, "Session"));
  unit.field(config, "connection", object_of(raw, "Connection *"));
  unit.field(config, "tag", object_of(empty, "Tag"));
  Linked linked(unit);
  for (EntityId record : {factory, session, raw, empty}) EXPECT_FALSE(linked.configuration.is_config_type(record));
}

TEST(ConfigTypes, TypesOfFieldsWithSettersGettersAndValidation) {
  Unit unit;
  EntityId config = unit.record("ClientConfig"), pool = unit.record("Pool"), tls = unit.record("Tls"),
           impl = unit.record("ClientConfigImpl");
  unit.field(pool, "size");
  unit.function("size", {}, integer_type, pool, is_defined | is_const_method);
  unit.function("set_size", {{"n"}}, void_type, pool);
  unit.function("limit", {{"n"}}, object_of(pool, "Pool &"), pool); // fluent
  unit.function("validate", {}, void_type, pool);
  unit.field(tls, "verify", truth_type);
  unit.field(config, "pool", object_of(pool, "Pool"));
  unit.field(config, "tls", object_of(tls, "Tls *")); // plain data behind a pointer, as in C
  unit.field(impl, "timeout_ms");
  unit.function("rebuild", {}, void_type, impl);
  unit.field(config, "impl_", object_of(impl, "std::shared_ptr<ClientConfigImpl>")); // where the values are kept
  Linked linked(unit);
  for (EntityId record : {pool, tls, impl}) EXPECT_TRUE(linked.configuration.is_config_type(record));
}

// What a codec reads bit by bit is data, even if it is called parameters; stored settings are read byte by byte.
TEST(ConfigTypes, NotWhatIsDecodedFromABinaryStream) {
  Unit unit;
  EntityId config = unit.record("CodecConfig"), sps = unit.record("Sps"), vui = unit.record("VuiParameters"),
           stored = unit.record("StoredOptions");
  EntityId bits = unit.library_function("BitReader::read_bits", {{"n"}}),
           bytes = unit.library_function("Reader::read_u32");
  unit.field(config, "sps", object_of(sps, "Sps"));
  EntityId decode = unit.function("decode");
  for (EntityId record : {sps, vui})
    for (const char* name : {"width", "height"}) unit.assign(decode, unit.field(record, name), unit.call(decode, bits));
  for (const char* name : {"timeout", "retries"})
    unit.assign(decode, unit.field(stored, name), unit.call(decode, bytes));
  Linked linked(unit);
  EXPECT_TRUE(linked.configuration.is_config_type(config));
  EXPECT_TRUE(linked.configuration.is_config_type(stored));
  EXPECT_FALSE(linked.configuration.is_config_type(sps));
  EXPECT_FALSE(linked.configuration.is_config_type(vui));
}

// Configuration in all but name: plain values with a tunable among them, which a class takes whole.
TEST(ConfigTypes, PlainValuesThatAClassTakesWhole) {
  Unit unit;
  EntityId limits = unit.record("Tuning"), point = unit.record("Point"), server = unit.record("Server");
  for (const char* name : {"retry_limit", "idle_timeout_ms", "depth"}) unit.field(limits, name);
  for (const char* name : {"x", "y", "z"}) unit.field(point, name);
  unit.function("Server", {{"tuning", object_of(limits, "const Tuning &")}, {"at", object_of(point, "Point")}},
                void_type, server, is_defined | is_constructor | is_public);
  Linked linked(unit);
  EXPECT_TRUE(linked.configuration.is_config_type(limits));
  EXPECT_FALSE(linked.configuration.is_config_type(point));
}

TEST(ConfigSources, FieldsOfConfigTypes) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  EntityId server = unit.record("Server"), own = unit.field(server, "timeout_ms");
  EntityId annotated = unit.field(server, "delay_ms", integer_type, is_config_annotated);
  Linked linked(unit);
  EXPECT_TRUE(linked.configuration.is_source(timeout));
  EXPECT_FALSE(linked.configuration.is_source(own));
  EXPECT_TRUE(linked.configuration.is_source(annotated));
}

TEST(ConfigSources, FlagsEnvironmentAndDocuments) {
  Unit unit;
  EntityId flag = unit.variable("FLAGS_timeout_ms"), plain = unit.variable("timeout_ms");
  EntityId optarg = unit.variable("optarg", text_type, is_external);
  EntityId getenv = unit.library_function("getenv", {{"name", text_type}}, text_type);
  EntityId get = unit.library_function("nlohmann::basic_json::value", {{"key", text_type}, {"otherwise"}});
  EntityId parameter = unit.library_function("rclcpp::Node::declare_parameter", {{"name", text_type}, {"value"}});
  EntityId lookup = unit.library_function("std::map::at", {{"key"}}, integer_type);
  Linked linked(unit);
  EXPECT_TRUE(linked.configuration.is_source(flag));
  EXPECT_FALSE(linked.configuration.is_source(plain));
  EXPECT_TRUE(linked.configuration.is_source(optarg));
  EXPECT_TRUE(linked.configuration.is_source(return_of(getenv)));
  EXPECT_TRUE(linked.configuration.is_source(return_of(get)));
  EXPECT_TRUE(linked.configuration.is_source(return_of(parameter)));
  EXPECT_FALSE(linked.configuration.is_source(return_of(lookup)));
}

TEST(ConfigSources, FunctionsThatTheSettingsName) {
  Unit unit;
  EntityId context = unit.record("app::AppContext");
  EntityId setting = unit.function("setting", {{"key", text_type}}, integer_type, context);
  EntityId other = unit.function("uptime", {}, integer_type, context);
  Settings settings;
  settings.config_sources = {"AppContext::setting"};
  Linked linked(unit, settings), without(unit);
  EXPECT_TRUE(linked.configuration.is_source(return_of(setting)));
  EXPECT_FALSE(linked.configuration.is_source(return_of(other)));
  EXPECT_FALSE(without.configuration.is_source(return_of(setting)));
}

TEST(ConfigReach, GoesWhereValuesGoAndWhatTheyShape) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  EntityId pause = unit.function("pause", {{"n"}}), work = unit.function("work");
  EntityId seconds = unit.local(work, "seconds", real_type), untouched = unit.local(work, "untouched");
  unit.initialise(seconds, Value(timeout) * 0.001, work);
  unit.call(work, pause, {seconds});
  EntityId getenv = unit.library_function("getenv", {{"name", text_type}}, text_type);
  EntityId number = unit.local(work, "number");
  unit.initialise(number, derived_from(unit.call(work, getenv, {})), work); // atoi(getenv("N"))
  Linked linked(unit);
  EXPECT_TRUE(linked.configuration.reaches(timeout));
  EXPECT_TRUE(linked.configuration.reaches(seconds));
  EXPECT_TRUE(linked.configuration.reaches(parameter_of(pause, 0)));
  EXPECT_TRUE(linked.configuration.reaches(number));
  EXPECT_FALSE(linked.configuration.reaches(untouched));
}

TEST(ConfigReach, ComesOutOnlyWhereItWentIn) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  EntityId twice = unit.function("twice", {{"n"}}, integer_type);
  unit.give_back(twice, parameter_of(twice, 0));
  EntityId work = unit.function("work"), configured = unit.local(work, "a"), frozen = unit.local(work, "b");
  unit.initialise(configured, unit.call(work, twice, {timeout}), work);
  unit.initialise(frozen, unit.call(work, twice, {unit.number(5)}), work);
  Linked linked(unit);
  EXPECT_TRUE(linked.configuration.reaches(configured));
  EXPECT_FALSE(linked.configuration.reaches(frozen));
}

TEST(ConfigLoaders, FillOrReturnConfiguration) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  EntityId getenv = unit.library_function("getenv", {{"name", text_type}}, text_type);
  EntityId load = unit.function("load", {{"config", object_of(config, "ServerConfig&")}});
  unit.assign(load, timeout, derived_from(unit.call(load, getenv, {})));
  EntityId defaults = unit.function("defaults", {}, object_of(config, "ServerConfig"));
  EntityId tune = unit.function("tune", {{"config", object_of(config, "ServerConfig&")}});
  unit.assign(tune, timeout, unit.number(5));
  EntityId read = unit.function("read", {{"config", object_of(config, "const ServerConfig&")}});
  Linked linked(unit);
  EXPECT_TRUE(linked.configuration.is_loader(load));
  EXPECT_TRUE(linked.configuration.is_loader(defaults));
  EXPECT_FALSE(linked.configuration.is_loader(tune));
  EXPECT_FALSE(linked.configuration.is_loader(read));
}

// Whether the one flow out of a constant is the default of configuration.
static bool is_default(const Unit& unit, EntityId constant) {
  Linked linked(unit);
  std::span<const std::uint32_t> flows = linked.program.flows_from(constant);
  EXPECT_EQ(flows.size(), 1u);
  return !flows.empty() && linked.configuration.is_default(linked.program, linked.program.flows[flows[0]]);
}

TEST(ConfigDefaults, MemberInitialisersOfConfigTypesOnly) {
  Unit unit;
  EntityId timeout = unit.field(unit.record("ServerConfig"), "timeout_ms"), five = unit.number(5);
  unit.flow(FlowKind::member_default, five, timeout);
  EntityId own = unit.field(unit.record("Server"), "timeout_ms"), seven = unit.number(7);
  unit.flow(FlowKind::member_default, seven, own);
  EXPECT_TRUE(is_default(unit, five));
  EXPECT_FALSE(is_default(unit, seven));
}

TEST(ConfigDefaults, ConstructorsOfConfigTypes) {
  Unit unit;
  EntityId options = unit.record("ServerOptions");
  EntityId timeout = unit.field(options, "timeout_ms"), delay = unit.field(options, "delay_ms");
  EntityId constructor = unit.constructor(options), five = unit.number(5), seven = unit.number(7);
  unit.flow(FlowKind::constructor_initialise, five, timeout, constructor);
  unit.assign(constructor, delay, seven); // in the body
  EXPECT_TRUE(is_default(unit, five));
  EXPECT_TRUE(is_default(unit, seven));
}

TEST(ConfigDefaults, Flags) {
  Unit unit;
  EntityId five = unit.number(5);
  unit.initialise(unit.variable("FLAGS_timeout_ms"), five);
  EXPECT_TRUE(is_default(unit, five));
}

TEST(ConfigDefaults, FallbackArgumentsOfLookups) {
  Unit unit;
  EntityId value = unit.library_function("nlohmann::basic_json::value", {{"key", text_type}, {"otherwise"}});
  EntityId at_most = unit.function("at_most", {{"limit"}, {"otherwise"}});
  EntityId work = unit.function("work"), five = unit.number(5), seven = unit.number(7);
  unit.call(work, value, {five}, "", 1);
  unit.call(work, at_most, {seven}, "", 1);
  EXPECT_TRUE(is_default(unit, five));
  EXPECT_FALSE(is_default(unit, seven));
}

TEST(ConfigDefaults, WhatStandsInWhereConfigurationSaysNothing) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  EntityId getenv = unit.library_function("getenv", {{"name", text_type}}, text_type);
  EntityId work = unit.function("work"), a = unit.local(work, "a"), b = unit.local(work, "b"),
           c = unit.local(work, "c"), computed = unit.local(work, "computed");
  EntityId five = unit.number(5), seven = unit.number(7), nine = unit.number(9);
  unit.initialise(a, instead_of(timeout, five), work); // config.timeout_ms.value_or(5)
  EntityId text = unit.local(work, "text", text_type);
  unit.initialise(text, unit.call(work, getenv, {}), work);
  unit.initialise(b, instead_of(text, seven), work);    // text ? atoi(text) : 7
  unit.initialise(c, instead_of(computed, nine), work); // nothing that is configured
  EXPECT_TRUE(is_default(unit, five));
  EXPECT_TRUE(is_default(unit, seven));
  EXPECT_FALSE(is_default(unit, nine));
}

TEST(ConfigDefaults, WhatConfigurationOverwrites) {
  Unit unit;
  EntityId optarg = unit.variable("optarg", text_type, is_external);
  EntityId work = unit.function("work"), timeout = unit.local(work, "timeout_ms"), other = unit.local(work, "other_ms");
  EntityId five = unit.number(5), seven = unit.number(7);
  unit.initialise(timeout, five, work);
  unit.assign(work, timeout, derived_from(optarg)); // timeout_ms = atoi(optarg)
  unit.initialise(other, seven, work);
  EXPECT_TRUE(is_default(unit, five));
  EXPECT_FALSE(is_default(unit, seven));
}

TEST(ConfigDefaults, AssignmentsInLoadersOnly) {
  Unit unit;
  EntityId config = unit.record("ServerConfig"), timeout = unit.field(config, "timeout_ms");
  EntityId defaults = unit.function("defaults", {}, object_of(config, "ServerConfig"));
  EntityId tune = unit.function("tune", {{"config", object_of(config, "ServerConfig&")}});
  EntityId five = unit.number(5), seven = unit.number(7);
  unit.assign(defaults, timeout, five);
  unit.assign(tune, timeout, seven);
  EXPECT_TRUE(is_default(unit, five));
  EXPECT_FALSE(is_default(unit, seven));
}

} // namespace plumbline
