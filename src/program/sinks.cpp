#include "program/sinks.h"
#include "facts/words.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

namespace plumbline {

static constexpr Dimension count = Dimension::limit;

// Sources: POSIX.1-2017 and Linux man-pages (sections 2, 3, 7); curl_easy_setopt(3); hiredis, libevent, libuv, SQLite,
// MySQL C API, ZeroMQ zmq_setsockopt(3), librdkafka, brpc/bthread, Qt 6, Win32 and gRPC references.
static constexpr std::array sinks{
    Sink{"sleep", 0, second, "sleep"},
    Sink{"usleep", 0, microsecond, "sleep"},
    Sink{"nanosleep", 0, 0, "sleep"},
    Sink{"clock_nanosleep", 2, 0, "sleep"},
    Sink{"Sleep", 0, millisecond, "sleep"},
    Sink{"SleepEx", 0, millisecond, "sleep"},
    Sink{"bthread_usleep", 0, microsecond, "sleep"},
    Sink{"sleep_for", 0, 0, "sleep"},
    Sink{"st_usleep", 0, microsecond, "sleep"},
    Sink{"st_sleep", 0, second, "sleep"},
    Sink{"SDL_Delay", 0, millisecond, "sleep"},
    Sink{"g_usleep", 0, microsecond, "sleep"},
    Sink{"apr_sleep", 0, microsecond, "sleep"},
    Sink{"QThread::sleep", 0, second, "sleep"},
    Sink{"QThread::msleep", 0, millisecond, "sleep"},
    Sink{"QThread::usleep", 0, microsecond, "sleep"},
    Sink{"QThread::wait", 0, millisecond, "wait"},
    Sink{"QTest::qWait", 0, millisecond, "sleep"},
    Sink{"poll", 2, millisecond, "timeout"},
    Sink{"ppoll", 2, 0, "timeout"},
    Sink{"epoll_wait", 3, millisecond, "timeout"},
    Sink{"epoll_pwait", 3, millisecond, "timeout"},
    Sink{"select", 4, 0, "timeout"},
    Sink{"pselect", 4, 0, "timeout"},
    Sink{"WSAPoll", 2, millisecond, "timeout"},
    Sink{"kevent", 5, 0, "timeout"},
    Sink{"io_getevents", 4, 0, "timeout"},
    Sink{"sigtimedwait", 2, 0, "timeout"},
    Sink{"mq_timedreceive", 4, 0, "deadline"},
    Sink{"mq_timedsend", 4, 0, "deadline"},
    Sink{"alarm", 0, second, "timeout"},
    Sink{"ualarm", 0, microsecond, "timeout"},
    Sink{"setitimer", 1, 0, "interval"},
    Sink{"timer_settime", 2, 0, "interval"},
    Sink{"timerfd_settime", 2, 0, "interval"},
    Sink{"pthread_cond_timedwait", 2, 0, "deadline"},
    Sink{"pthread_mutex_timedlock", 1, 0, "deadline"},
    Sink{"sem_timedwait", 1, 0, "deadline"},
    Sink{"bthread_cond_timedwait", 2, 0, "deadline"},
    Sink{"setsockopt", 3, 0, "timeout", Dimension::duration, "SO_RCVTIMEO,SO_SNDTIMEO"},
    Sink{"setsockopt", 3, second, "interval", Dimension::duration, "TCP_KEEPIDLE,TCP_KEEPINTVL,TCP_KEEPALIVE"},
    Sink{"setsockopt", 3, millisecond, "timeout", Dimension::duration, "TCP_USER_TIMEOUT"},
    Sink{"setsockopt", 3, second, "wait", Dimension::duration, "TCP_DEFER_ACCEPT,SO_LINGER,TCP_LINGER2"},
    Sink{"setsockopt", 3, 0, "retries", count, "TCP_KEEPCNT,TCP_SYNCNT"},
    Sink{"setsockopt", 3, 0, "capacity", count, "SO_RCVBUF,SO_SNDBUF"},
    Sink{"curl_easy_setopt", 2, millisecond, "timeout", Dimension::duration, "TIMEOUT_MS,UPKEEP_INTERVAL_MS"},
    Sink{"curl_easy_setopt", 2, second, "timeout", Dimension::duration,
         "TIMEOUT,LOW_SPEED_TIME,TCP_KEEPIDLE,TCP_KEEPINTVL,MAXAGE_CONN,MAXLIFETIME_CONN"},
    Sink{"curl_easy_setopt", 2, 0, "size", count,
         "LOW_SPEED_LIMIT,MAXREDIRS,MAXCONNECTS,BUFFERSIZE,MAX_RECV_SPEED,MAX_SEND_SPEED,MAXFILESIZE"},
    Sink{"curl_multi_wait", 3, millisecond, "timeout"},
    Sink{"curl_multi_poll", 3, millisecond, "timeout"},
    Sink{"redisConnectWithTimeout", 2, 0, "timeout"},
    Sink{"redisConnectUnixWithTimeout", 1, 0, "timeout"},
    Sink{"redisSetTimeout", 1, 0, "timeout"},
    Sink{"redisEnableKeepAliveWithInterval", 1, second, "interval"},
    Sink{"event_add", 1, 0, "timeout"},
    Sink{"evtimer_add", 1, 0, "timeout"},
    Sink{"event_base_loopexit", 1, 0, "timeout"},
    Sink{"event_base_once", 5, 0, "timeout"},
    Sink{"bufferevent_set_timeouts", -1, 0, "timeout"},
    Sink{"evhttp_set_timeout", 1, second, "timeout"},
    Sink{"evhttp_connection_set_timeout", 1, second, "timeout"},
    Sink{"uv_timer_start", 2, millisecond, "interval"},
    Sink{"uv_timer_start", 3, millisecond, "interval"},
    Sink{"uv_tcp_keepalive", 2, second, "interval"},
    Sink{"uv_sleep", 0, millisecond, "sleep"},
    Sink{"ev_timer_init", 2, second, "interval"},
    Sink{"ev_timer_init", 3, second, "interval"},
    Sink{"sqlite3_busy_timeout", 1, millisecond, "timeout"},
    Sink{"mysql_options", 2, second, "timeout", Dimension::duration, "TIMEOUT"},
    Sink{"PQconnectPoll", -1, 0, "timeout"},
    Sink{"zmq_setsockopt", 2, millisecond, "timeout", Dimension::duration,
         "TIMEO,LINGER,HEARTBEAT_,RECONNECT_IVL,HANDSHAKE_IVL,CONNECT_TIMEOUT,MAXRT"},
    Sink{"zmq_setsockopt", 2, second, "interval", Dimension::duration, "TCP_KEEPALIVE_IDLE,TCP_KEEPALIVE_INTVL"},
    Sink{"zmq_setsockopt", 2, 0, "capacity", count, "HWM,BACKLOG,MAXMSGSIZE,RCVBUF,SNDBUF,KEEPALIVE_CNT"},
    Sink{"zmq_poll", 2, millisecond, "timeout"},
    Sink{"zmq::poll", 2, millisecond, "timeout"},
    Sink{"rd_kafka_poll", 1, millisecond, "timeout"},
    Sink{"rd_kafka_consumer_poll", 1, millisecond, "timeout"},
    Sink{"rd_kafka_flush", 1, millisecond, "timeout"},
    Sink{"rd_kafka_consume", 2, millisecond, "timeout"},
    Sink{"rd_kafka_metadata", 4, millisecond, "timeout"},
    Sink{"rd_kafka_queue_poll", 1, millisecond, "timeout"},
    Sink{"rd_kafka_query_watermark_offsets", 5, millisecond, "timeout"},
    Sink{"rd_kafka_committed", 2, millisecond, "timeout"},
    Sink{"rd_kafka_offsets_for_times", 2, millisecond, "timeout"},
    Sink{"QTimer::start", 0, millisecond, "interval"},
    Sink{"QTimer::setInterval", 0, millisecond, "interval"},
    Sink{"QTimer::singleShot", 0, millisecond, "interval"},
    Sink{"QObject::startTimer", 0, millisecond, "interval"},
    Sink{"QBasicTimer::start", 0, millisecond, "interval"},
    Sink{"QDeadlineTimer::QDeadlineTimer", 0, millisecond, "deadline"},
    Sink{"QDeadlineTimer::setRemainingTime", 0, millisecond, "deadline"},
    Sink{"QMutex::tryLock", 0, millisecond, "timeout"},
    Sink{"QSemaphore::tryAcquire", 1, millisecond, "timeout"},
    Sink{"waitForConnected", 0, millisecond, "timeout"},
    Sink{"waitForReadyRead", 0, millisecond, "timeout"},
    Sink{"waitForBytesWritten", 0, millisecond, "timeout"},
    Sink{"waitForDisconnected", 0, millisecond, "timeout"},
    Sink{"waitForFinished", 0, millisecond, "timeout"},
    Sink{"waitForStarted", 0, millisecond, "timeout"},
    Sink{"QThreadPool::setMaxThreadCount", 0, 0, "threads", count},
    Sink{"QThreadPool::setExpiryTimeout", 0, millisecond, "ttl"},
    Sink{"QNetworkRequest::setTransferTimeout", 0, millisecond, "timeout"},
    Sink{"WaitForSingleObject", 1, millisecond, "timeout"},
    Sink{"WaitForSingleObjectEx", 1, millisecond, "timeout"},
    Sink{"WaitForMultipleObjects", 3, millisecond, "timeout"},
    Sink{"WaitForMultipleObjectsEx", 3, millisecond, "timeout"},
    Sink{"SleepConditionVariableCS", 2, millisecond, "timeout"},
    Sink{"SleepConditionVariableSRW", 2, millisecond, "timeout"},
    Sink{"GetQueuedCompletionStatus", 4, millisecond, "timeout"},
    Sink{"SetTimer", 2, millisecond, "interval"},
    Sink{"SetWaitableTimer", 2, millisecond, "interval"},
    Sink{"MsgWaitForMultipleObjects", 3, millisecond, "timeout"},
    Sink{"set_deadline", 0, 0, "deadline"},
    Sink{"gpr_time_from_seconds", 0, second, "deadline"},
    Sink{"gpr_time_from_millis", 0, millisecond, "deadline"},
    Sink{"gpr_time_from_micros", 0, microsecond, "deadline"},
    // limits
    Sink{"listen", 1, 0, "capacity", count},
    Sink{"sem_init", 2, 0, "capacity", count},
    Sink{"thread_pool::thread_pool", 0, 0, "threads", count},
    Sink{"ThreadPool::ThreadPool", 0, 0, "threads", count},
    Sink{"static_thread_pool::static_thread_pool", 0, 0, "threads", count},
    Sink{"counting_semaphore::counting_semaphore", 0, 0, "capacity", count},
    Sink{"CreateSemaphoreA", 2, 0, "capacity", count},
    Sink{"CreateSemaphoreW", 2, 0, "capacity", count},
    Sink{"QSemaphore::QSemaphore", 0, 0, "capacity", count},
    Sink{"epoll_wait", 2, 0, "size", count},
};

static bool names_same(std::string_view qualified, std::string_view wanted) {
  if (qualified == wanted) return true;
  return qualified.size() > wanted.size() + 2 && qualified.ends_with(wanted) &&
         qualified.substr(qualified.size() - wanted.size() - 2, 2) == "::";
}

static std::string_view last_component(std::string_view qualified) {
  std::size_t colon = qualified.rfind("::");
  return colon == std::string_view::npos ? qualified : qualified.substr(colon + 2);
}

static bool option_matches(std::string_view wanted, std::string_view options) {
  if (wanted.empty()) return true;
  for (std::size_t begin = 0; begin < wanted.size();) {
    std::size_t end = std::min(wanted.find(',', begin), wanted.size());
    if (options.find(wanted.substr(begin, end - begin)) != std::string_view::npos) return true;
    begin = end + 1;
  }
  return false;
}

const Sink* find_sink(std::string_view qualified, int index, std::string_view options) {
  using Index = std::unordered_map<std::string_view, std::vector<const Sink*>>;
  static const Index by_name = [] {
    Index result;
    for (const Sink& sink : sinks) result[last_component(sink.function)].push_back(&sink);
    return result;
  }();
  Index::const_iterator it = by_name.find(last_component(qualified));
  if (it == by_name.end()) return nullptr;
  for (const Sink* sink : it->second) {
    if (sink->argument != index && sink->argument != -1) continue;
    // A C function is not somebody's method of the same name.
    bool c_function =
        sink->function.find("::") == std::string_view::npos && qualified.find("::") != std::string_view::npos;
    if (c_function && sink->function != "sleep_for" && sink->function != "set_deadline" &&
        !sink->function.starts_with("waitFor"))
      continue;
    if (names_same(qualified, sink->function) && option_matches(sink->option, options)) return sink;
  }
  return nullptr;
}

bool is_config_lookup(std::string_view qualified) {
  // Sources: POSIX and GNU getenv(3), getopt(3); the references of Abseil flags, gflags, Qt 6, ROS 1 roscpp and ROS 2
  // rclcpp; wrappers of the environment as projects name them.
  static constexpr std::array<std::string_view, 36> functions{{"getenv",
                                                               "secure_getenv",
                                                               "std::getenv",
                                                               "std::secure_getenv",
                                                               "sd_getenv",
                                                               "GetEnv",
                                                               "getEnv",
                                                               "get_env",
                                                               "GetEnvironmentVariable",
                                                               "getopt",
                                                               "getopt_long",
                                                               "getopt_long_only",
                                                               "absl::GetFlag",
                                                               "GetFlag",
                                                               "qgetenv",
                                                               "qEnvironmentVariable",
                                                               "qEnvironmentVariableIntValue",
                                                               "Node::get_parameter",
                                                               "Node::get_parameter_or",
                                                               "Node::declare_parameter",
                                                               "LifecycleNode::get_parameter",
                                                               "LifecycleNode::get_parameter_or",
                                                               "LifecycleNode::declare_parameter",
                                                               "rclcpp::Parameter::as_int",
                                                               "rclcpp::Parameter::as_double",
                                                               "rclcpp::Parameter::as_bool",
                                                               "rclcpp::Parameter::as_string",
                                                               "rclcpp::Parameter::get_value",
                                                               "rclcpp::ParameterValue::get",
                                                               "ros::NodeHandle::param",
                                                               "ros::NodeHandle::getParam",
                                                               "ros::NodeHandle::getParamCached",
                                                               "ros::param::get",
                                                               "ros::param::getCached",
                                                               "ros::param::param",
                                                               "nav2_util::declare_parameter_if_not_declared"}};
  // Everything in these is about documents or the command line.
  static constexpr std::array<std::string_view, 13> libraries{
      {"nlohmann::", "YAML::", "rapidjson::", "toml::", "boost::property_tree::", "boost::program_options::",
       "libconfig::", "cxxopts::", "CLI::", "Json::", "QSettings::", "gflags::", "argparse::"}};
  for (std::string_view function : functions)
    if (names_same(qualified, function)) return true;
  for (std::string_view library : libraries)
    if (qualified.starts_with(library)) return true;
  return false;
}

bool is_output_function(std::string_view qualified) {
  // Verbs of writing; the short ones only where nothing follows: append_timeout() does more than append.
  static constexpr std::array<std::string_view, 9> verbs{
      {"print", "printf", "fprintf", "sprintf", "snprintf", "log", "dump", "println", "vsnprintf"}};
  static constexpr std::array<std::string_view, 13> alone{{"format", "trace", "debug", "info", "warn", "warning",
                                                           "error", "fatal", "critical", "append", "str", "string",
                                                           "describe"}};
  std::vector<std::string> words = words_of(last_component(qualified));
  if (words.empty()) return qualified.find("operator<<") != std::string_view::npos;
  if (words.size() > 1 && words[0] == "to" && (words[1] == "string" || words[1] == "printable")) return true;
  if (std::find(verbs.begin(), verbs.end(), words.front()) != verbs.end()) return true;
  return words.size() == 1 && std::find(alone.begin(), alone.end(), words.front()) != alone.end();
}

} // namespace plumbline
