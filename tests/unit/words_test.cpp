#include "facts/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Words, OfEveryNamingStyle) {
  for (std::string_view name : {"max_retry_ms", "max_retry_ms_", "_max_retry_ms", "maxRetryMs", "MaxRetryMs",
                                "kMaxRetryMs", "MAX_RETRY_MS", "K_MAX_RETRY_MS", "m_maxRetryMs", "m_max_retry_ms",
                                "s_maxRetryMs", "g_max_retry_ms", "max-retry-ms", "Max_Retry_MS", "__max__retry__ms__"})
    EXPECT_THAT(words_of(name), ElementsAre("max", "retry", "ms")) << name;
}

TEST(Words, AcronymsEndWhereTheNextWordBegins) {
  EXPECT_THAT(words_of("HTTPServer"), ElementsAre("http", "server"));
  EXPECT_THAT(words_of("parseJSONFile"), ElementsAre("parse", "json", "file"));
  EXPECT_THAT(words_of("cacheTTL"), ElementsAre("cache", "ttl"));
  EXPECT_THAT(words_of("TTLSeconds"), ElementsAre("ttl", "seconds"));
  EXPECT_THAT(words_of("allTTLs"), ElementsAre("all", "ttls"));
  EXPECT_THAT(words_of("peerIDs"), ElementsAre("peer", "ids"));
  EXPECT_THAT(words_of("peerIDsSeen"), ElementsAre("peer", "ids", "seen"));
}

TEST(Words, DigitsStayWithTheirWord) {
  EXPECT_THAT(words_of("utf8_length"), ElementsAre("utf8", "length"));
  EXPECT_THAT(words_of("sha256Sum"), ElementsAre("sha256", "sum"));
  EXPECT_THAT(words_of("HTTP2_TIMEOUT"), ElementsAre("http2", "timeout"));
  EXPECT_THAT(words_of("timeout2"), ElementsAre("timeout2"));
}

TEST(Words, OneLetterIsAPrefixOnlyInFrontOfAWord) {
  EXPECT_THAT(words_of("k"), ElementsAre("k"));
  EXPECT_THAT(words_of("s"), ElementsAre("s"));
  EXPECT_THAT(words_of("x_offset"), ElementsAre("x", "offset"));
  EXPECT_THAT(words_of("kTimeout"), ElementsAre("timeout"));
  EXPECT_THAT(words_of("keep"), ElementsAre("keep"));
}

TEST(Words, OfNothing) {
  EXPECT_THAT(words_of(""), IsEmpty());
  EXPECT_THAT(words_of("_"), IsEmpty());
  EXPECT_THAT(words_of("__"), IsEmpty());
}

// Bytes of UTF-8 identifiers must not confuse the character classes of <cctype>.
TEST(Words, SurviveOtherAlphabets) { EXPECT_THAT(words_of("d\xc3\xa9lai_ms").back(), "ms"); }

TEST(UnitOfName, IsTheOneThatItEndsIn) {
  struct Case {
    std::string_view name;
    std::int64_t unit;
  };
  for (const Case& expected : {
           Case{"timeout_ms", millisecond},
           Case{"timeoutMs", millisecond},
           Case{"TIMEOUT_MSEC", millisecond},
           Case{"kRpcTimeoutMillis", millisecond},
           Case{"delay_milliseconds", millisecond},
           Case{"FromMilliseconds", millisecond},
           Case{"delay_milli_seconds", millisecond},
           Case{"DelayMilliSeconds", millisecond},
           Case{"timeoutms", millisecond},
           Case{"keepAliveIntervalInSeconds", second},
           Case{"timeout_sec", second},
           Case{"TIMEOUT_SECS", second},
           Case{"delaySeconds", second},
           Case{"delaysec", second},
           Case{"wait_us", microsecond},
           Case{"wait_usec", microsecond},
           Case{"wait_usecs", microsecond},
           Case{"waitMicros", microsecond},
           Case{"wait_micro_seconds", microsecond},
           Case{"wait_ns", nanosecond},
           Case{"waitNanos", nanosecond},
           Case{"wait_nsec", nanosecond},
           Case{"age_minutes", minute},
           Case{"kLockMins", minute},
           Case{"retention_hours", hour},
           Case{"retention_hrs", hour},
           Case{"max_age_days", day},
           Case{"retention_weeks", 7 * day},
       })
    EXPECT_EQ(unit_of_name(expected.name), expected.unit) << expected.name;
}

TEST(UnitOfName, IsNoneWhereTheNameEndsInSomethingElse) {
  for (std::string_view name : {"timeout", "ms_elapsed_count", "seconds_per_request", "s", "m", "h", "n", "", "status",
                                "items", "params", "bonus", "min", "queue_min", "timeouts", "intervals", "waiter"})
    EXPECT_EQ(unit_of_name(name), 0) << name;
}

TEST(UnitOfWord, SingleLettersAreNone) {
  for (std::string_view word : {"s", "m", "h", "d", "u", ""}) EXPECT_EQ(unit_of_word(word), 0) << word;
}

TEST(NamesAUnit, OnlyWhereItNamesNothingElse) {
  for (std::string_view name : {"kSecond", "MILLIS_PER_SEC", "USECS_IN_DAY", "kMillisecondsPerSecond", "NSEC_PER_SEC",
                                "SECONDS_IN_A_DAY", "ONE_DAY", "kDay", "NUM_SECONDS_PER_MINUTE", "minutes_per_hour"})
    EXPECT_TRUE(names_a_unit(name)) << name;
  for (std::string_view name : {"kRetryMs", "timeout_ms", "MAX_SECONDS", "kPollSeconds", "requests_per_second",
                                "seconds_until_retry", "timeout", "count", "time", ""})
    EXPECT_FALSE(names_a_unit(name)) << name;
}

TEST(FormatDuration, AsAPersonWritesIt) {
  EXPECT_EQ(format_duration(5.0 * second), "5 s");
  EXPECT_EQ(format_duration(250.0 * millisecond), "250 ms");
  EXPECT_EQ(format_duration(10.0 * minute), "10 min");
  EXPECT_EQ(format_duration(1.0 * millisecond), "1 ms");
  EXPECT_EQ(format_duration(100.0 * microsecond), "100 us");
  EXPECT_EQ(format_duration(7.0), "7 ns");
  EXPECT_EQ(format_duration(2000.0 * millisecond), "2 s");
  EXPECT_EQ(format_duration(90.0 * second), "90 s"); // not 1.5 min
  EXPECT_EQ(format_duration(3600.0 * second), "1 h");
  EXPECT_EQ(format_duration(36.0 * hour), "36 h");
  EXPECT_EQ(format_duration(7.0 * day), "7 d");
}

TEST(FormatDuration, FractionsOfSecondsAreWholeMilliseconds) {
  EXPECT_EQ(format_duration(0.1 * second), "100 ms");
  EXPECT_EQ(format_duration(0.25 * second), "250 ms");
  EXPECT_EQ(format_duration(0.5 * millisecond), "500 us");
}

TEST(FormatDuration, RoundingErrorsDoNotShow) {
  EXPECT_EQ(format_duration(0.3 * second), "300 ms");
  EXPECT_EQ(format_duration(0.1 * 3 * second), "300 ms");
  EXPECT_EQ(format_duration(0.7 * minute), "42 s");
}

TEST(FormatNumber, WithoutNoise) {
  EXPECT_EQ(format_number(5), "5");
  EXPECT_EQ(format_number(0.25), "0.25");
  EXPECT_EQ(format_number(65536), "65536");
  EXPECT_EQ(format_number(1000000), "1000000");
  EXPECT_EQ(format_number(0.1), "0.1");
}

} // namespace plumbline
