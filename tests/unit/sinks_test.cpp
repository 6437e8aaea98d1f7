#include "program/sinks.h"

#include "facts/words.h"

#include <gtest/gtest.h>

namespace plumbline {

struct ExpectedSink {
  std::string_view function;
  int argument;
  std::string_view options;
  Dimension dimension;
  std::string_view role;
  std::int64_t tick;
};

// The units are those of each library's reference, cited in sinks.cpp; design.md §3.2 (b) names the functions.
TEST(Sinks, FunctionsThatTheDesignNames) {
  constexpr Dimension duration = Dimension::duration;
  for (const ExpectedSink& expected : {
           ExpectedSink{"sleep", 0, "", duration, "sleep", second},
           ExpectedSink{"usleep", 0, "", duration, "sleep", microsecond},
           ExpectedSink{"nanosleep", 0, "", duration, "sleep", 0},
           ExpectedSink{"bthread_usleep", 0, "", duration, "sleep", microsecond},
           ExpectedSink{"Sleep", 0, "", duration, "sleep", millisecond},
           ExpectedSink{"std::this_thread::sleep_for", 0, "", duration, "sleep", 0},
           ExpectedSink{"poll", 2, "", duration, "timeout", millisecond},
           ExpectedSink{"ppoll", 2, "", duration, "timeout", 0},
           ExpectedSink{"epoll_wait", 3, "", duration, "timeout", millisecond},
           ExpectedSink{"select", 4, "", duration, "timeout", 0},
           ExpectedSink{"pselect", 4, "", duration, "timeout", 0},
           ExpectedSink{"alarm", 0, "", duration, "timeout", second},
           ExpectedSink{"setitimer", 1, "", duration, "interval", 0},
           ExpectedSink{"timer_settime", 2, "", duration, "interval", 0},
           ExpectedSink{"timerfd_settime", 2, "", duration, "interval", 0},
           ExpectedSink{"pthread_cond_timedwait", 2, "", duration, "deadline", 0},
           ExpectedSink{"sem_timedwait", 1, "", duration, "deadline", 0},
           ExpectedSink{"redisConnectWithTimeout", 2, "", duration, "timeout", 0},
           ExpectedSink{"event_add", 1, "", duration, "timeout", 0},
           ExpectedSink{"uv_timer_start", 2, "", duration, "interval", millisecond},
           ExpectedSink{"uv_timer_start", 3, "", duration, "interval", millisecond},
           ExpectedSink{"sqlite3_busy_timeout", 1, "", duration, "timeout", millisecond},
           ExpectedSink{"rd_kafka_poll", 1, "", duration, "timeout", millisecond},
           ExpectedSink{"WaitForSingleObject", 1, "", duration, "timeout", millisecond},
           ExpectedSink{"QTimer::start", 0, "", duration, "interval", millisecond},
           ExpectedSink{"QThread::msleep", 0, "", duration, "sleep", millisecond},
           ExpectedSink{"QThread::sleep", 0, "", duration, "sleep", second},
           ExpectedSink{"QDeadlineTimer::QDeadlineTimer", 0, "", duration, "deadline", millisecond},
           ExpectedSink{"grpc::ClientContext::set_deadline", 0, "", duration, "deadline", 0},
       }) {
    const Sink* sink = find_sink(expected.function, expected.argument, expected.options);
    ASSERT_NE(sink, nullptr) << expected.function;
    EXPECT_EQ(sink->dimension, expected.dimension) << expected.function;
    EXPECT_EQ(sink->role, expected.role) << expected.function;
    EXPECT_EQ(sink->tick, expected.tick) << expected.function;
  }
}

TEST(Sinks, AnotherArgumentDecides) {
  constexpr Dimension duration = Dimension::duration, limit = Dimension::limit;
  for (const ExpectedSink& expected : {
           ExpectedSink{"setsockopt", 3, "SOL_SOCKET,SO_RCVTIMEO", duration, "timeout", 0},
           ExpectedSink{"setsockopt", 3, "SOL_SOCKET,SO_SNDTIMEO", duration, "timeout", 0},
           ExpectedSink{"setsockopt", 3, "IPPROTO_TCP,TCP_KEEPIDLE", duration, "interval", second},
           ExpectedSink{"setsockopt", 3, "IPPROTO_TCP,TCP_KEEPINTVL", duration, "interval", second},
           ExpectedSink{"setsockopt", 3, "IPPROTO_TCP,TCP_USER_TIMEOUT", duration, "timeout", millisecond},
           ExpectedSink{"setsockopt", 3, "IPPROTO_TCP,TCP_KEEPCNT", limit, "retries", 0},
           ExpectedSink{"setsockopt", 3, "SOL_SOCKET,SO_RCVBUF", limit, "capacity", 0},
           ExpectedSink{"curl_easy_setopt", 2, "CURLOPT_TIMEOUT", duration, "timeout", second},
           ExpectedSink{"curl_easy_setopt", 2, "CURLOPT_TIMEOUT_MS", duration, "timeout", millisecond},
           ExpectedSink{"curl_easy_setopt", 2, "CURLOPT_CONNECTTIMEOUT", duration, "timeout", second},
           ExpectedSink{"curl_easy_setopt", 2, "CURLOPT_CONNECTTIMEOUT_MS", duration, "timeout", millisecond},
           ExpectedSink{"curl_easy_setopt", 2, "CURLOPT_MAXREDIRS", limit, "size", 0},
           ExpectedSink{"mysql_options", 2, "MYSQL_OPT_CONNECT_TIMEOUT", duration, "timeout", second},
           ExpectedSink{"zmq_setsockopt", 2, "ZMQ_RCVTIMEO", duration, "timeout", millisecond},
           ExpectedSink{"zmq_setsockopt", 2, "ZMQ_LINGER", duration, "timeout", millisecond},
           ExpectedSink{"zmq_setsockopt", 2, "ZMQ_HEARTBEAT_IVL", duration, "timeout", millisecond},
           ExpectedSink{"zmq_setsockopt", 2, "ZMQ_RCVHWM", limit, "capacity", 0},
           ExpectedSink{"zmq_setsockopt", 2, "ZMQ_TCP_KEEPALIVE_INTVL", duration, "interval", second},
       }) {
    const Sink* sink = find_sink(expected.function, expected.argument, expected.options);
    ASSERT_NE(sink, nullptr) << expected.options;
    EXPECT_EQ(sink->dimension, expected.dimension) << expected.options;
    EXPECT_EQ(sink->role, expected.role) << expected.options;
    EXPECT_EQ(sink->tick, expected.tick) << expected.options;
  }
  EXPECT_EQ(find_sink("setsockopt", 3, "SOL_SOCKET,SO_REUSEADDR"), nullptr);
  EXPECT_EQ(find_sink("setsockopt", 3, ""), nullptr);
  EXPECT_EQ(find_sink("curl_easy_setopt", 2, "CURLOPT_URL"), nullptr);
  EXPECT_EQ(find_sink("mysql_options", 2, "MYSQL_OPT_COMPRESS"), nullptr);
}

TEST(Sinks, Limits) {
  for (const ExpectedSink& expected : {
           ExpectedSink{"listen", 1, "", Dimension::limit, "capacity", 0},
           ExpectedSink{"sem_init", 2, "", Dimension::limit, "capacity", 0},
           ExpectedSink{"std::counting_semaphore::counting_semaphore", 0, "", Dimension::limit, "capacity", 0},
           ExpectedSink{"boost::asio::thread_pool::thread_pool", 0, "", Dimension::limit, "threads", 0},
       }) {
    const Sink* sink = find_sink(expected.function, expected.argument, expected.options);
    ASSERT_NE(sink, nullptr) << expected.function;
    EXPECT_EQ(sink->dimension, expected.dimension) << expected.function;
    EXPECT_EQ(sink->role, expected.role) << expected.function;
  }
}

TEST(Sinks, OnlyTheArgumentThatIsMeant) {
  EXPECT_EQ(find_sink("poll", 0, ""), nullptr);
  EXPECT_EQ(find_sink("poll", 1, ""), nullptr);
  EXPECT_EQ(find_sink("listen", 0, ""), nullptr);
  EXPECT_EQ(find_sink("usleep", 1, ""), nullptr);
  EXPECT_NE(find_sink("bufferevent_set_timeouts", 1, ""), nullptr);
  EXPECT_NE(find_sink("bufferevent_set_timeouts", 2, ""), nullptr);
}

TEST(Sinks, AFunctionOfCIsNotSomebodysMethodOfThatName) {
  EXPECT_EQ(find_sink("Consumer::poll", 2, ""), nullptr);
  EXPECT_EQ(find_sink("kennel::Dog::sleep", 0, ""), nullptr);
  EXPECT_EQ(find_sink("Query::select", 4, ""), nullptr);
  EXPECT_EQ(find_sink("ui::Window::alarm", 0, ""), nullptr);
  EXPECT_EQ(find_sink("Server::listen", 1, ""), nullptr);
  EXPECT_EQ(find_sink("start", 0, ""), nullptr);           // QTimer::start
  EXPECT_EQ(find_sink("MyQTimer::start", 0, ""), nullptr); // ends like it, and is another class
  EXPECT_EQ(find_sink("my_usleep", 0, ""), nullptr);
  EXPECT_EQ(find_sink("", 0, ""), nullptr);
}

TEST(ConfigLookups, EnvironmentFlagsAndDocuments) {
  for (std::string_view function :
       {"getenv", "std::getenv", "secure_getenv", "absl::GetFlag", "getopt", "getopt_long",
        "nlohmann::basic_json::value", "YAML::Node::as", "boost::property_tree::basic_ptree::get",
        "boost::program_options::variable_value::as", "cxxopts::ParseResult::operator[]", "CLI::App::add_option",
        "rapidjson::GenericValue::GetInt", "toml::node::value_or", "libconfig::Setting::lookupValue",
        "rclcpp::Node::declare_parameter", "rclcpp::Node::get_parameter", "QSettings::value"})
    EXPECT_TRUE(is_config_lookup(function)) << function;
  for (std::string_view function :
       {"get", "Cache::get", "putenv", "environment", "std::map::at", "my_getenv", "value", "", "std::stoi", "jsonify"})
    EXPECT_FALSE(is_config_lookup(function)) << function;
}

TEST(OutputFunctions, PrintFormatAndLog) {
  for (std::string_view function :
       {"printf", "fprintf", "std::snprintf", "std::format", "fmt::format", "fmt::print", "std::to_string",
        "spdlog::info", "log_message", "LogWarning", "std::println", "print_interval"})
    EXPECT_TRUE(is_output_function(function)) << function;
  for (std::string_view function : {"usleep", "set_timeout", "login", "stringify_never", "poll", "information_timeout",
                                    "", "connect", "formatter_timeout"})
    EXPECT_FALSE(is_output_function(function)) << function;
}

} // namespace plumbline
