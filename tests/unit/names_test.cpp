// What names say, as a table. The expectations are design.md §3.2 and §3.6 and how such names are used in real code
// bases, not what the code answers.
#include "program/names.h"

#include "facts/words.h"

#include <gtest/gtest.h>

namespace plumbline {

static constexpr std::string_view any_role = "any"; // the name allows several roles

struct DurationName {
  std::string_view name;
  std::string_view role;
  std::int64_t tick = 0;
  TypeClass type_class = TypeClass::integer;
};

static constexpr DurationName duration_names[] = {
    {"timeout", "timeout"},
    {"timeout_ms", "timeout", millisecond},
    {"m_timeoutMs", "timeout", millisecond},
    {"timeout_usec", "timeout", microsecond},
    {"timeout_ns", "timeout", nanosecond},
    {"timeoutms", "timeout", millisecond},
    {"timeoutInMilliseconds", "timeout", millisecond},
    {"connect_timeout", "timeout", 0, TypeClass::floating},
    {"connect_timeout", "timeout", 0, TypeClass::duration},
    {"connectTimeout", "timeout"},
    {"CONNECT_TIMEOUT_SEC", "timeout", second},
    {"socketTimeoutSecs", "timeout", second},
    {"request_timeout_minutes", "timeout", minute},
    {"lockTimeoutMins", "timeout", minute},
    {"kRpcTimeoutMillis", "timeout", millisecond},
    {"g_rpcTimeout", "timeout"},
    {"lock_wait_timeout", "timeout"},
    {"visibility_timeout_seconds", "timeout", second},
    {"watchdogTimeout", "timeout"},
    {"timeout_default", "timeout"},
    {"DEFAULT_TIMEOUT", "timeout"},
    {"max_timeout_ms", "timeout", millisecond},
    {"timeout_max", "timeout"},
    {"time_out", "timeout"},
    {"idle_timeout", "timeout"},
    {"clientIdleTimeoutMs", "timeout", millisecond},
    {"max_idle_time_ms", "timeout", millisecond},
    {"idle_seconds", any_role, second},
    {"poll_interval", "interval"},
    {"pollIntervalMs", "interval", millisecond},
    {"DEFAULT_POLL_INTERVAL_MS", "interval", millisecond},
    {"keepAliveIntervalInSeconds", "interval", second},
    {"heartbeat_interval_ms", "interval", millisecond},
    {"heartbeat_period", "interval"},
    {"heartbeat", "interval"},
    {"heartbeat_ms", "interval", millisecond},
    {"gc_period_minutes", "interval", minute},
    {"refreshPeriodHours", "interval", hour},
    {"flush_interval_us", "interval", microsecond},
    {"ping_interval", "interval"},
    {"sync_period_sec", "interval", second},
    {"polling_interval", "interval"},
    {"keepalive", "interval"},
    {"keepalive_seconds", "interval", second},
    {"tcp_keepintvl_interval", "interval"},
    {"debounce_ms", "interval", millisecond},
    {"ttl", "ttl"},
    {"snapshot_cache_ttl", "ttl"},
    {"cache_ttl_seconds", "ttl", second},
    {"cacheTTL", "ttl"},
    {"time_to_live", "ttl"},
    {"TIME_TO_LIVE_MS", "ttl", millisecond},
    {"lease_ttl", "ttl"},
    {"lease_seconds", "ttl", second},
    {"session_expiry_minutes", "ttl", minute},
    {"tokenExpirationSeconds", "ttl", second},
    {"expires_in_seconds", "ttl", second},
    {"cookieMaxAge", "ttl"},
    {"max_age_days", "ttl", day},
    {"retention_days", "ttl", day},
    {"log_retention_hours", "ttl", hour},
    {"connection_lifetime_minutes", "ttl", minute},
    {"lease_duration_ms", any_role, millisecond},
    {"deadline_ms", "deadline", millisecond},
    {"rpcDeadline", "deadline"},
    {"backoff", "backoff"},
    {"backoff_ms", "backoff", millisecond},
    {"initial_backoff_ms", "backoff", millisecond},
    {"max_backoff_seconds", "backoff", second},
    {"backoffBaseMs", "backoff", millisecond},
    {"retry_delay_ms", "backoff", millisecond},
    {"reconnect_delay_seconds", "backoff", second},
    {"retryInterval", any_role},
    {"cooldown_minutes", "backoff", minute},
    {"delay", any_role},
    {"startup_delay", any_role},
    {"DELAY_USEC", any_role, microsecond},
    {"sleep_ms", "sleep", millisecond},
    {"sleep_time_us", "sleep", microsecond},
    {"kSleepMicros", "sleep", microsecond},
    {"wait_ms", "wait", millisecond},
    {"max_wait_time_ms", "wait", millisecond},
    {"dequeue_wait_us", "wait", microsecond},
    {"linger_ms", "wait", millisecond},
    {"shutdown_grace_ms", "wait", millisecond},
    {"grace_period_seconds", any_role, second},
    {"quiet_period_ms", any_role, millisecond},
    {"max_latency_ms", any_role, millisecond},
    {"duration_seconds", any_role, second},
    // Only the unit says so.
    {"slow_query_usecs", any_role, microsecond},
    {"stale_after_seconds", any_role, second},
    {"recheck_every_ms", any_role, millisecond},
    {"warmup_seconds", any_role, second},
    {"flush_secs", any_role, second},
    {"pool_recycle_hours", any_role, hour},
};

TEST(MeaningOf, DurationNames) {
  for (const DurationName& expected : duration_names) {
    Meaning meaning = meaning_of(expected.name, expected.type_class);
    EXPECT_EQ(meaning.dimension, Dimension::duration) << expected.name;
    EXPECT_EQ(meaning.tick, expected.tick) << expected.name;
    if (expected.role != any_role) EXPECT_EQ(meaning.role, expected.role) << expected.name;
  }
}

struct LimitName {
  std::string_view name, role;
};

static constexpr LimitName limit_names[] = {
    {"max_attempts", "retries"},
    {"maxAttempts", "retries"},
    {"max_retries", "retries"},
    {"kMaxRetries", "retries"},
    {"retries", "retries"},
    {"num_retries", "retries"},
    {"numRetries", "retries"},
    {"MAX_RETRY_COUNT", "retries"},
    {"retry_limit", "retries"},
    {"retry_count", "retries"},
    {"max_retry_attempts", "retries"},
    {"connect_retries", "retries"},
    {"max_login_attempts", "retries"},
    {"queue_capacity", "capacity"},
    {"channelCapacity", "capacity"},
    {"DEFAULT_MAX_QUEUE_SIZE", "capacity"},
    {"max_queue_size", "capacity"},
    {"queueSize", "capacity"},
    {"queue_depth", "capacity"},
    {"buffer_size", "capacity"},
    {"kBufferSize", "capacity"},
    {"recv_buffer_size", "capacity"},
    {"cache_size", "capacity"},
    {"listen_backlog", "capacity"},
    {"backlog", "capacity"},
    {"high_watermark", any_role},
    {"batch_size", "size"},
    {"BATCH_SIZE", "size"},
    {"max_batch_size", "size"},
    {"page_size", "size"},
    {"maxPageSize", "size"},
    {"chunk_size", "size"},
    {"connection_pool_size", any_role},
    {"thread_pool_size", any_role},
    {"num_threads", "threads"},
    {"numWorkers", "threads"},
    {"worker_threads", "threads"},
    {"max_workers", "threads"},
    {"io_threads", "threads"},
    {"thread_count", "threads"},
    {"max_concurrency", any_role},
    {"max_connections", any_role},
    {"maxClients", any_role},
    {"max_inflight_requests", any_role},
    {"max_in_flight", any_role},
    {"max_pending_jobs", any_role},
    {"max_concurrent_streams", any_role},
    {"max_length", "size"},
    {"max_message_size", "size"},
    {"maxPayloadBytes", "size"},
    {"max_body_size", "size"},
    {"max_recursion_depth", any_role},
    {"failure_threshold", any_role},
    {"max_consecutive_failures", any_role},
    {"max_redirects", any_role},
    {"max_cache_entries", any_role},
};

TEST(MeaningOf, LimitNames) {
  for (const LimitName& expected : limit_names) {
    Meaning meaning = meaning_of(expected.name, TypeClass::integer);
    EXPECT_EQ(meaning.dimension, Dimension::limit) << expected.name;
    EXPECT_EQ(meaning.tick, 0) << expected.name;
    if (expected.role != any_role) EXPECT_EQ(meaning.role, expected.role) << expected.name;
  }
}

TEST(MeaningOf, NamesOfNeither) {
  for (std::string_view name :
       {// design.md §3.6
        "next_lease_id", "retry_fd", "missed_deadlines", "backoff_multiplier", "idle_ratio", "timeout_offset",
        "heartbeat_sequence",
        // factors, rates and units
        "backoff_factor", "timeout_percent", "jitter_ratio", "seconds_per_day", "kMillisPerSecond", "bytes_per_second",
        "frame_rate", "sample_rate",
        // moments and calendars
        "start_time_ms", "tm_hour", "tm_min", "created_at_ms", "last_seen_ms", "timestamp_ms", "now_ms", "begin_us",
        "day_of_week", "mtime", "first_seen_seconds", "seconds_since_epoch", "timezone_offset_seconds",
        // counters of what happened
        "num_retries_so_far", "timeout_count", "num_timeouts", "timeouts", "interval_count", "wait_count",
        "total_delay_count", "attempt_index", "error_code", "retry_errors_total",
        // things that a time noun only describes
        "timer_id", "poll_fd", "poll_index", "sleep_state", "wait_status", "timeout_handler", "delay_mode",
        "lease_version", "ttl_index", "heartbeat_port", "interval_tree_depth_index", "retry_policy", "lease_key",
        "deadline_type", "backoff_strategy_id", "expiry_bit",
        // plain numbers
        "i", "n", "index", "size", "width", "height", "port", "count", "total", "x", "offset", "version", "array_index",
        "thread_id", "worker_id", "queue_id", "batch_id", "page_number", "page_index",
        // formats and protocols
        "header_size", "HEADER_LENGTH", "key_length_bits", "MD5_DIGEST_LENGTH", "uuid_length", "bits_per_sample",
        "ip_header_len", "magic_number"})
    EXPECT_EQ(meaning_of(name, TypeClass::integer).dimension, Dimension::none) << name;
}

// Counts of things that idle, wait or expire may be limits, but never times.
TEST(MeaningOf, CountsOfIdleThingsAreNoTimes) {
  for (std::string_view name : {"min_idle_workers", "max_idle", "max_idle_connections", "idle_threads", "wait_queue",
                                "sleeping_threads", "expired_keys", "polling_threads", "lease_holders",
                                "max_pending_timeouts", "timeout_queue_size", "poll_events"})
    EXPECT_NE(meaning_of(name, TypeClass::integer).dimension, Dimension::duration) << name;
}

TEST(MeaningOf, TheTypeCanContradictTheName) {
  for (TypeClass type : {TypeClass::boolean, TypeClass::text, TypeClass::record, TypeClass::callable})
    for (std::string_view name : {"keepalive", "timeout", "timeout_ms", "heartbeat", "max_retries", "queue_size"})
      EXPECT_EQ(meaning_of(name, type).dimension, Dimension::none) << name << static_cast<int>(type);
  EXPECT_EQ(meaning_of("max_retries", TypeClass::duration).dimension, Dimension::none);
}

// Alone, these are verbs or flags more often than spans.
TEST(MeaningOf, IsWeakForWordsThatAreVerbsAsWell) {
  for (std::string_view name : {"timeout", "poll_interval", "cache_ttl_seconds", "max_retries", "queue_capacity"})
    EXPECT_TRUE(meaning_of(name, TypeClass::integer).strong) << name;
  for (std::string_view name : {"wait", "poll", "idle", "sleep"})
    EXPECT_FALSE(meaning_of(name, TypeClass::integer).strong) << name;
}

TEST(MeaningOfSetter, IsThatOfWhatItSets) {
  struct Case {
    std::string_view name;
    Dimension dimension;
    std::string_view role;
    std::int64_t tick;
  };
  for (const Case& expected : {
           Case{"set_timeout", Dimension::duration, "timeout", 0},
           Case{"set_timeout_ms", Dimension::duration, "timeout", millisecond},
           Case{"setConnectTimeoutSeconds", Dimension::duration, "timeout", second},
           Case{"SetPollInterval", Dimension::duration, "interval", 0},
           Case{"with_retry_backoff", Dimension::duration, "backoff", 0},
           Case{"expires_after", Dimension::duration, "deadline", 0},
           Case{"set_max_retries", Dimension::limit, "retries", 0},
           Case{"setQueueCapacity", Dimension::limit, "capacity", 0},
           Case{"set_num_threads", Dimension::limit, "threads", 0},
       }) {
    Meaning meaning = meaning_of_setter(expected.name);
    EXPECT_EQ(meaning.dimension, expected.dimension) << expected.name;
    EXPECT_EQ(meaning.role, expected.role) << expected.name;
    EXPECT_EQ(meaning.tick, expected.tick) << expected.name;
  }
}

TEST(MeaningOfSetter, IsNoneForWhatSetsNothing) {
  for (std::string_view name :
       {"get_timeout", "on_timeout", "is_idle", "parse_timeout", "handle_retry", "print_interval", "set_name", "set",
        "reserve", "resize", "reset_timeout", "test_backoff", ""})
    EXPECT_EQ(meaning_of_setter(name).dimension, Dimension::none) << name;
}

TEST(NamesAClock, MomentsAndElapsedTimes) {
  for (std::string_view names :
       {"now", "std,chrono,steady_clock,now", "elapsed", "elapsed_ms", "start,now", "clock", "uptime", "cache_age",
        "last_seen_at", "current_time", "time", "timeout_ms", "message,timestamp"})
    EXPECT_TRUE(names_a_clock(names)) << names;
  for (std::string_view names : {"", "i", "size", "queue,size", "tm_hour", "year", "now_count", "timer_id", "known",
                                 "format_time", "attempt", "at"})
    EXPECT_FALSE(names_a_clock(names)) << names;
}

TEST(NamesALoad, AttemptsFailuresAndPendingWork) {
  for (std::string_view names :
       {"attempt", "attempts", "retry_count", "retries", "num_failures", "cache_misses", "missed_deadlines",
        "in_flight", "inflight", "pending_jobs", "recursion_depth", "queue_,size", "work_queue,size", "job,attempts"})
    EXPECT_TRUE(names_a_load(names)) << names;
  for (std::string_view names :
       {"", "i", "index", "name,size", "text,length", "retry_id", "attempt_index", "retry_state", "argc", "width"})
    EXPECT_FALSE(names_a_load(names)) << names;
}

TEST(NamesNoTunable, PartsOfFormatsAndIds) {
  for (std::string_view name : {"HEADER_SIZE", "PROTOCOL_VERSION", "max_id", "crc_length", "HASH_BUCKET_INDEX"})
    EXPECT_TRUE(names_no_tunable(name)) << name;
  for (std::string_view name : {"MAX_RETRIES", "kTimeout", "kBatchSize", "POLL_MS"})
    EXPECT_FALSE(names_no_tunable(name)) << name;
}

TEST(IsUninformative, NamesThatLeaveItToTheFunction) {
  for (std::string_view name : {"value", "val", "n", "x", "ms", "seconds", "new_value", "amount", ""})
    EXPECT_TRUE(is_uninformative(name)) << name;
  for (std::string_view name : {"timeout", "timeout_ms", "retry_limit", "port", "id", "key"})
    EXPECT_FALSE(is_uninformative(name)) << name;
}

} // namespace plumbline
