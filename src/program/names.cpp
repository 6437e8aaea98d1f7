#include "program/names.h"
#include "facts/words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

namespace plumbline {

using Words = std::vector<std::string>;

static bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}
static bool has_any(const Words& words, std::initializer_list<std::string_view> list) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_one_of(word, list); });
}

// The role that a time noun gives, or "".
static std::string_view role_of_noun(std::string_view noun, const Words& words) {
  bool retrying = has_any(words, {"retry", "retries", "backoff", "reconnect", "reconnection"});
  if (is_one_of(noun, {"timeout", "timeo", "keepidle", "tmo", "timout", "idle", "staleness"})) return "timeout";
  if (is_one_of(noun, {"interval", "intvl", "ivl", "period", "heartbeat", "poll", "polling", "keepalive", "alive",
                       "debounce", "throttle", "cadence", "tick", "frequency"}))
    return noun == "frequency" || noun == "tick" ? "" : retrying ? "backoff" : "interval";
  if (is_one_of(noun, {"ttl", "expiry", "expiration", "expire", "expires", "lease", "retention", "lifetime", "lifespan",
                       "age", "validity", "freshness"}))
    return "ttl";
  if (is_one_of(noun, {"deadline"})) return "deadline";
  if (is_one_of(noun, {"backoff", "cooldown", "cooloff"})) return "backoff";
  if (is_one_of(noun, {"delay", "pause", "sleep"})) return retrying ? "backoff" : "sleep";
  if (is_one_of(noun, {"wait", "linger", "grace", "patience", "leeway", "nap"})) return retrying ? "backoff" : "wait";
  if (is_one_of(noun, {"duration", "timespan", "latency", "timeslice", "jitter"})) return "other";
  return "";
}

// "wait_time", "retry time", but not "start_time", "mtime", "last_time".
static bool is_span_time(const Words& words, std::size_t time_index) {
  if (time_index == 0) return false;
  return is_one_of(words[time_index - 1],
                   {"wait",     "sleep",    "hold",     "retry",      "idle",      "alive", "live",    "poll",
                    "refresh",  "expire",   "expiry",   "expiration", "reconnect", "delay", "linger",  "lease",
                    "pause",    "life",     "cool",     "max",        "min",       "block", "keep",    "keepalive",
                    "timeout",  "interval", "recovery", "response",   "ban",       "cache", "backoff", "waiting",
                    "blocking", "grace",    "flush",    "rest",       "busy",      "quiet", "settle",  "lag"});
}

static bool names_a_moment(const Words& words) {
  return has_any(words, {"now",     "timestamp", "epoch", "date",  "since", "start",    "started",
                         "begin",   "end",       "last",  "first", "prev",  "previous", "current",
                         "created", "updated",   "birth", "mtime", "ctime", "atime"});
}

// Trailing words that do not change what is named: units, "default", "value", numbers.
static std::size_t meaningful_length(const Words& words) {
  std::size_t n = words.size();
  while (n > 1) {
    const std::string& last = words[n - 1];
    bool digits = std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits || unit_of_word(last) || (last == "s" && unit_of_name(words[n - 2] + "_s")) ||
        is_one_of(last, {"default", "value",   "val",     "const",   "constant", "def",     "in",    "arg",
                         "param",   "opt",     "option",  "setting", "max",      "min",     "limit", "threshold",
                         "maximum", "minimum", "initial", "base",    "t",        "internal"}))
      --n;
    else
      break;
  }
  return n;
}

// Nouns of which software has or does too many under load.
static bool is_load_noun(std::string_view word) {
  return is_one_of(
      word, {"attempts",  "attempt",      "retries",     "retry",         "tries",       "connections", "connection",
             "conns",     "conn",         "clients",     "client",        "sessions",    "session",     "threads",
             "thread",    "workers",      "worker",      "jobs",          "tasks",       "requests",    "request",
             "messages",  "msgs",         "msg",         "message",       "items",       "entries",     "elements",
             "batch",     "batches",      "pending",     "inflight",      "outstanding", "queue",       "queued",
             "queues",    "buffer",       "buffers",     "buf",           "payload",     "records",     "rows",
             "streams",   "channels",     "subscribers", "subscriptions", "children",    "peers",       "failures",
             "failure",   "errors",       "misses",      "concurrency",   "concurrent",  "parallel",    "parallelism",
             "backlog",   "window",       "page",        "pages",         "pool",        "cache",       "cached",
             "packets",   "packet",       "frames",      "events",        "iobuf",       "readahead",   "chunk",
             "chunks",    "bulk",         "body",        "upload",        "download",    "redirects",   "hops",
             "recursion", "transactions", "operations",  "ops",           "commands",    "consumers",   "producers",
             "servers",   "nodes",        "replicas",    "tablets",       "partitions",  "shards",      "descriptors",
             "file",      "files",        "segments",    "logs",          "log",         "reads",       "writes",
             "read",      "write",        "fetch",       "responses",     "response",    "replies",     "votes",
             "vote",      "rejections",   "rejection",   "leave",         "reconnect",   "reconnects",  "warnings",
             "warning",   "locks",        "waiters",     "inodes",        "memory",      "mem",         "rss",
             "resume",    "resends",      "resend",      "prefetch",      "rpcs",        "rpc",         "calls",
             "blocks",    "rounds",       "depth"});
}

static bool is_no_quantity(std::string_view word) {
  return is_one_of(word, {"id",          "ids",        "fd",       "fds",      "index",      "idx",       "name",
                          "type",        "kind",       "flag",     "flags",    "mode",       "state",     "status",
                          "code",        "errno",      "error",    "port",     "version",    "seq",       "sequence",
                          "offset",      "pos",        "position", "key",      "hash",       "mask",      "bit",
                          "bits",        "shift",      "factor",   "ratio",    "multiplier", "multiple",  "scale",
                          "percent",     "percentage", "pct",      "rate",     "weight",     "priority",  "order",
                          "color",       "style",      "format",   "callback", "handler",    "func",      "fn",
                          "function",    "ptr",        "thread",   "timer",    "event",      "reason",    "message",
                          "msg",         "str",        "string",   "text",     "path",       "file",      "method",
                          "field",       "tag",        "enabled",  "disabled", "supported",  "count",     "counter",
                          "total",       "num",        "number",   "exponent", "base2",      "precision", "digits",
                          "probability", "sum",        "column",   "row",      "line",       "level"});
}

static Meaning duration_meaning(const Words& words, std::string_view name, TypeClass type_class) {
  Meaning meaning;
  if (words.empty() ||
      (type_class != TypeClass::integer && type_class != TypeClass::floating && type_class != TypeClass::duration &&
       type_class != TypeClass::time_point && type_class != TypeClass::other))
    return meaning;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == "per") return meaning; // a rate
  if (has_any(words, {"rate", "bytes", "factor", "ratio", "multiplier", "percent", "percentage"}) ||
      words.front() == "tm")
    return meaning;
  // had_ttl says whether, or how often, not how long.
  if (is_one_of(words.front(), {"had", "has", "is", "was", "did", "should"})) return meaning;
  // HTTP_STATUS_GATEWAY_TIMEOUT is an answer; releaseIfIdle() says whether.
  if (words.back() == "timeout" && has_any(words, {"status", "errno", "err", "error", "code"})) return meaning;
  if (has_any(words, {"if", "unless"})) return meaning;
  std::int64_t unit = unit_of_name(name);
  std::size_t n = meaningful_length(words);
  const std::string& head = words[n - 1];
  std::string_view role = role_of_noun(head, words);
  if (role.empty() && head == "time" && is_span_time(words, n - 1))
    role = role_of_noun(words[n - 2], words).empty() ? "other" : role_of_noun(words[n - 2], words);
  if (head == "period" && n >= 2 && words[n - 2] == "grace") role = "wait";
  if (role.empty() && head == "after" && n >= 2 && words[n - 2] == "retry") role = "backoff";
  if (role.empty() && head == "time" && words.back() == "limit") role = "timeout";
  if (role.empty() && head == "live" && n >= 3 && words[n - 2] == "to") role = "ttl";
  if (role.empty() && head == "out" && n >= 2 && words[n - 2] == "time") role = "timeout";
  // "timeoutms", "connecttimeout"
  if (role.empty())
    for (std::string_view noun : {"timeout", "timeo", "interval", "intvl", "ivl", "backoff", "deadline", "keepalive",
                                  "heartbeat", "cooldown", "expiration", "expiry", "keepidle"})
      if (head.size() > noun.size() && (head.ends_with(noun) || (unit && head.starts_with(noun))))
        role = role_of_noun(noun, words);
  if (head == "jitter" && !unit && type_class != TypeClass::duration) return meaning; // a percentage more often
  if (!role.empty()) {
    // `max_idle` and `min_idle` count idle things.
    if (head == "idle" && !unit && n >= 2 && is_one_of(words[n - 2], {"max", "min", "num"})) return meaning;
    // As the only word and without a unit, weak nouns are verbs or flags more often than spans.
    bool weak = is_one_of(head, {"wait", "poll", "idle", "age", "lease", "sleep", "alive", "expire", "expires", "stale",
                                 "pause", "tick", "polling", "throttle", "grace", "validity"}) &&
                words.size() == 1 && !unit;
    meaning = {Dimension::duration, role, unit, !weak};
    return meaning;
  }
  if (!unit || words.size() < 2) return meaning;
  // Only a unit says so: "slow_usecs", "flush_secs"; singular units are calendar fields or pair members more often.
  const std::string& last = words.back();
  if (is_one_of(last, {"second", "minute", "hour", "day", "month", "week", "min", "mins"})) return meaning;
  if (names_a_moment(words) || has_any(words, {"tv", "ts", "tm", "hours12", "business", "leap"})) return meaning;
  if (is_no_quantity(head) && !is_one_of(head, {"message", "thread", "event", "file", "error", "timer"}))
    return meaning;
  meaning = {Dimension::duration, has_any(words, {"retry", "retries", "backoff", "reconnect"}) ? "backoff" : "other",
             unit, true};
  return meaning;
}

// Words that make a number part of a format, a protocol or a picture.
static bool has_veto(const Words& words) {
  // RESPHDR_SIZE
  if (std::any_of(words.begin(), words.end(), [](const std::string& word) { return word.ends_with("hdr"); }))
    return true;
  if (has_any(words, {"per"}) && !has_any(words, {"max", "min", "maximum"}))
    return true; // a rate or a conversion, no cap per something
  return has_any(words,
                 {"factor", "ratio",  "multiplier", "percent",  "percentage", "pct",    "probability", "version",
                  "bits",   "nbit",   "nbits",      "bit",      "mask",       "shift",  "align",       "alignment",
                  "digits", "index",  "idx",        "offset",   "id",         "header", "headers",     "trailer",
                  "hdr",    "magic",  "hash",       "checksum", "digest",     "crc",    "color",       "pixel",
                  "pixels", "width",  "height",     "font",     "port",       "name",   "path",        "line",
                  "prefix", "suffix", "salt",       "nonce",    "mtu",        "uuid",   "sha",         "md5",
                  "aes",    "iv",     "addr",       "address",  "ip",         "opcode"});
}

bool names_no_tunable(std::string_view name) {
  Words words = words_of(name);
  return has_veto(words) && duration_meaning(words, name, TypeClass::integer).dimension == Dimension::none;
}

bool is_uninformative(std::string_view name) {
  Words words = words_of(name);
  if (!words.empty() && is_one_of(words.front(), {"new", "a", "the", "in", "my"}) && words.size() > 1)
    words.erase(words.begin());
  return words.empty() || (words.size() == 1 &&
                           (words[0].size() == 1 || unit_of_word(words[0]) ||
                            is_one_of(words[0], {"value",    "val",   "v",    "x",   "n",   "num",  "amount",  "arg",
                                                 "count",    "limit", "size", "max", "min", "time", "t",       "secs",
                                                 "duration", "new",   "to",   "tv",  "ts",  "wait", "interval"})));
}

static Meaning limit_meaning(Words words, TypeClass type_class) {
  Meaning meaning;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == "in" && words[i + 1] == "flight")
      words[i] = "inflight", words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
  if (words.size() < 1 ||
      (type_class != TypeClass::integer && type_class != TypeClass::floating && type_class != TypeClass::other))
    return meaning;
  if (has_veto(words)) return meaning;
  const std::string& last = words.back();
  std::string_view before = words.size() > 1 ? std::string_view(words[words.size() - 2]) : std::string_view();
  bool bounded = has_any(words, {"max", "maximum", "min", "minimum"});
  auto is = [&](std::string_view role, bool strong) {
    meaning = {Dimension::limit, role, 0, strong};
    return meaning;
  };
  if (is_one_of(last, {"attempts", "retries", "tries"}) || (is_one_of(last, {"retry", "attempt"}) && bounded))
    return bounded || words.size() == 1 ||
                   is_one_of(before, {"connect", "reconnect", "retry", "login", "num", "send", "read", "write", "fetch",
                                      "resend", "request"})
               ? is("retries", true)
               : meaning;
  if (is_one_of(last, {"count", "limit", "num", "times", "max", "number"}) &&
      is_one_of(before, {"retry", "retries", "attempt", "attempts", "tries", "redirect", "failure", "failures"}))
    return is("retries", true);
  if (is_one_of(last, {"left", "remaining"}) && is_one_of(before, {"retries", "attempts", "tries"}))
    return is("retries", true); // int retries_left = 6: how many there are to begin with
  if (last == "retry" && words.size() > 1) return is("retries", false); // get_leader_retry = 3
  if (last == "backlog") return is("capacity", true);
  if (is_one_of(last, {"concurrency", "parallelism"})) return is("threads", true);
  if (last == "capacity" || last == "quota" || last == "watermark" || last == "hwm" ||
      (last == "mark" && before == "water"))
    return is("capacity", words.size() > 1 || last != "capacity");
  if (last == "size" || last == "sz" || last == "bytes" || last == "length" || last == "len" || last == "depth" ||
      last == "kb" || last == "mb") {
    if (is_one_of(before,
                  {"queue", "batch", "page", "pool", "chunk", "readahead", "window", "bulk", "prefetch", "backlog"}))
      return is(before == "batch" || before == "page" || before == "chunk" ? "size" : "capacity", true);
    if (is_one_of(before, {"buffer", "buf", "iobuf", "cache"})) return is("capacity", true);
    if (bounded && std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_load_noun(word); }))
      return is("size", true);
    if (bounded && words.size() == 2 && is_one_of(last, {"size", "length", "depth"})) return is("size", true);
    return meaning;
  }
  if (is_one_of(last, {"threads", "workers"}) && words.size() == 1) return is("threads", false);
  if (is_one_of(last, {"threads", "workers"}) &&
      (bounded || is_one_of(before, {"num", "n", "worker", "io", "pool", "of", "nr", "background"})))
    return is("threads", true);
  if (is_one_of(last, {"count", "num"}) &&
      is_one_of(before, {"thread", "threads", "worker", "workers", "pool", "connection", "io"}))
    return is("threads", true);
  if (last == "limit" || last == "limits")
    return words.size() > 1 && !is_one_of(before, {"no", "un", "rate", "time", "soft", "hard"}) ? is("threshold", true)
                                                                                                : meaning;
  if (last == "threshold" || last == "trigger") return words.size() > 1 ? is("threshold", true) : meaning;
  if (bounded && is_load_noun(last) && words.size() > 1) return is("capacity", true);
  if (is_one_of(last, {"max", "maximum"}) && is_load_noun(before)) return is("capacity", true);
  if (is_one_of(last, {"num", "count", "number"}) && bounded)
    return is("capacity",
              std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_load_noun(word); }));
  return meaning;
}

Meaning meaning_of(std::string_view name, TypeClass type_class) {
  Words words = words_of(name);
  Meaning meaning = duration_meaning(words, name, type_class);
  return meaning.dimension == Dimension::none ? limit_meaning(words, type_class) : meaning;
}

Meaning meaning_of_setter(std::string_view function_name) {
  Words words = words_of(function_name);
  if (words.empty() ||
      is_one_of(words.front(), {"get",     "on",     "is",        "has",    "handle", "check", "parse",  "print",
                                "log",     "test",   "assert",    "expect", "to",     "from",  "format", "convert",
                                "compute", "calc",   "calculate", "read",   "reset",  "clear", "cancel", "stop",
                                "make",    "create", "find",      "remove", "erase",  "push",  "pop"}))
    return {};
  if (is_one_of(words.front(), {"set", "with", "update", "change", "configure", "use"})) {
    std::size_t skip =
        function_name.find(words.front().size() > 1 ? function_name.substr(0, words.front().size()) : function_name);
    return meaning_of(function_name.substr(skip + words.front().size()), TypeClass::integer);
  }
  if (is_one_of(words.front(), {"expires", "expire"}) && words.size() > 1)
    return {Dimension::duration, "deadline", 0, true};
  return meaning_of(function_name, TypeClass::integer);
}

bool converts_units(double scale) {
  for (double factor : {1e3, 1e6, 1e9, 60.0, 3600.0, 86400.0, 6e4, 3.6e6, 6e7, 3.6e9})
    if (std::fabs(scale - factor) < 1e-9 * factor || std::fabs(scale * factor - 1) < 1e-9) return true;
  return false;
}

bool names_an_action(std::string_view function_name) {
  Words words = words_of(function_name);
  if (words.empty()) return true;
  // C puts the module in front: rd_kafka_transport_poll()
  if (words.size() > 1 && is_one_of(words.back(), {"jitter", "poll", "retry", "sleep", "pause", "expire", "throttle"}))
    return true;
  // jbuf_set_delay() returns whether it could, sec_to_ms() another number.
  for (std::size_t i = 1; i + 1 < words.size(); ++i)
    if (is_one_of(words[i], {"set", "update", "is", "to", "validate", "verify", "register"})) return true;
  return is_one_of(words.front(),
                   {"adjust", "compute", "calc",    "calculate", "check",  "is",       "has",      "set",    "handle",
                    "wait",   "process", "update",  "on",        "parse",  "start",    "stop",     "cancel", "reset",
                    "send",   "recv",    "receive", "poll",      "sleep",  "schedule", "do",       "run",    "try",
                    "read",   "write",   "add",     "remove",    "find",   "next",     "convert",  "print",  "format",
                    "log",    "test",    "delay",   "pause",     "expire", "increase", "decrease", "extend", "clear",
                    "enable", "disable", "init",    "open",      "close"});
}

bool names_a_clock(std::string_view names) {
  if (names.find("tm_") != std::string_view::npos) return false; // parts of a calendar date
  std::size_t begin = 0;
  while (begin <= names.size()) {
    std::size_t end = std::min(names.find(',', begin), names.size());
    std::string_view name = names.substr(begin, end - begin);
    begin = end + 1;
    Words words = words_of(name);
    if (words.empty()) continue;
    if (has_any(words, {"tm", "year", "years", "month", "times", "id", "index", "count", "runtime"})) continue;
    if (has_any(words, {"now", "elapsed", "clock", "gettime", "gettimeofday", "timestamp", "uptime", "monotonic",
                        "gettimeus", "steady"}))
      return true;
    if (is_one_of(words.back(), {"time", "age", "at", "duration", "timeofday", "millis", "ts"}) &&
        !has_any(words, {"format", "str", "string", "look", "start"}))
      return words.back() == "at" ? words.size() > 1 : true;
    if (duration_meaning(words, name, TypeClass::integer).strong) return true;
    if (unit_of_name(name) && words.size() > 1 &&
        duration_meaning(words, name, TypeClass::integer).dimension == Dimension::duration)
      return true;
  }
  return false;
}

bool names_a_load(std::string_view names) {
  Words words = words_of(names);
  if (words.empty()) return false;
  bool sized = is_one_of(words.back(), {"size", "length", "count"});
  if (has_any(words, {"attempt", "attempts", "retry", "retries", "tries", "trial", "trials", "failures", "misses",
                      "missed", "inflight", "pending", "backlog", "outstanding"}) &&
      !is_one_of(words.back(), {"id", "idx", "index", "errno", "code", "status", "state", "type", "begin", "end"}))
    return true;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if ((words[i] == "in" && words[i + 1] == "flight") ||
        (words[i] == "fail" && is_one_of(words[i + 1], {"count", "cnt", "times", "num"})) ||
        (words[i] == "error" && is_one_of(words[i + 1], {"count", "cnt"})))
      return true;
  // queue_depth, but not the depth of a recursion, which guards the stack and bears no load.
  if (words.back() == "depth" && words.size() > 1) return true;
  if (is_one_of(words.back(), {"failcount", "retrycount"})) return true;
  return sized && has_any(words, {"queue",    "clients",  "connections", "sessions", "pool",    "cache", "buffer",
                                  "messages", "requests", "tasks",       "jobs",     "waiters", "inbox", "outbox",
                                  "mailbox",  "backlog",  "subscribers", "workers",  "deque",   "list"});
}

} // namespace plumbline
