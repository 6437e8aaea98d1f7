#include "program/field_names.h"
#include "facts/words.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>

#include <cmath>

namespace plumbline {

std::string_view chrono_type(std::int64_t tick) {
  switch (tick) {
  case nanosecond:
    return "std::chrono::nanoseconds";
  case microsecond:
    return "std::chrono::microseconds";
  case millisecond:
    return "std::chrono::milliseconds";
  case second:
    return "std::chrono::seconds";
  case minute:
    return "std::chrono::minutes";
  case hour:
    return "std::chrono::hours";
  default:
    return "";
  }
}

static std::string unit_word(std::int64_t tick) {
  switch (tick) {
  case nanosecond:
    return "ns";
  case microsecond:
    return "us";
  case millisecond:
    return "ms";
  case second:
    return "seconds";
  case minute:
    return "minutes";
  case hour:
    return "hours";
  default:
    return "";
  }
}

std::int64_t tick_of(const Tunable& tunable) {
  if (tunable.constant.tick > 0) return tunable.constant.tick;
  std::string_view own =
      tunable.named ? std::string_view(tunable.named->name) : std::string_view(tunable.constant.macro);
  if (std::int64_t unit = own.empty() ? 0 : unit_of_name(own)) return unit;
  // What the number was found to mean: the seconds of `usleep(3 * MICROSECONDS_PER_SECOND)`, not what usleep() takes.
  if (tunable.nanoseconds > 0 && tunable.constant.value > 0) {
    const double meant = tunable.nanoseconds / tunable.constant.value;
    if (const std::int64_t tick = std::llround(meant);
        !unit_word(tick).empty() && std::abs(meant - static_cast<double>(tick)) < 1e-6 * meant)
      return tick;
  }
  return tunable.consumer.tick;
}

// What is asked of any container: its owner says what there is so much of.
static bool says_how_many(std::string_view word) { return word == "size" || word == "length" || word == "count"; }

// Of what a value bounds, that name with the side: min_block_ms, max_attempts of `attempts > 5`. Empty for other
// values.
std::string bound_field(const Tunable& tunable) {
  const Consumer& consumer = tunable.consumer;
  const bool lower = consumer.what.starts_with("the lower bound"), upper = consumer.what.starts_with("the upper bound");
  const bool compared = consumer.dimension == Dimension::limit && consumer.what.starts_with("the comparison");
  if (tunable.named || !tunable.constant.macro.empty() || (!lower && !upper && !compared)) return {};
  const std::vector<std::string> words = words_of(consumer.name);
  const bool of_a_container = words.size() == 1 && says_how_many(words.front());
  if (words.empty() || (compared && (of_a_container || words.back() == "limit"))) return {};
  std::string name = lower ? "min" : "max";
  for (const std::string& word : words)
    if (word != "min" && word != "max") name += "_" + word;
  return name;
}

// What a bare constant is compared with, word by word: queue, size of `queue_.size() > 150`.
std::vector<std::string> compared_words(const Tunable& tunable) {
  std::string_view what = tunable.consumer.what;
  if (tunable.named || !what.starts_with("the comparison with '")) return {};
  return words_of(what.substr(what.find('\'')));
}

// What the code calls the value: the constant or macro, one handed to a conversion (`milliseconds_from(PAUSE_MS)`), or
// what takes it.
static std::string_view own_name(const Tunable& tunable) {
  if (tunable.named) return tunable.named->name;
  if (!tunable.constant.macro.empty()) return tunable.constant.macro;
  const llvm::StringRef text = tunable.constant.text;
  const llvm::StringRef argument = text.rsplit('(').second.take_until([](char c) { return c == ')'; }).trim();
  const bool is_name = !argument.empty() && !llvm::isDigit(argument.front()) &&
                       llvm::all_of(argument, [](char c) { return llvm::isAlnum(c) || c == '_' || c == ':'; });
  return is_name ? std::string_view(argument) : std::string_view(tunable.consumer.name);
}

// timeout_ms, and timeout_s
static bool ends_in_unit(const std::vector<std::string>& words) {
  return unit_of_word(words.back()) ||
         (words.size() > 1 && words.back() == "s" && unit_of_name(words[words.size() - 2] + "_s"));
}

static bool says_what_is_done(const std::string& word) {
  static constexpr std::string_view words[] = {
      "sleep",   "usleep", "nanosleep", "wait",    "poll",  "select", "now",   "difference", "duration", "cast",
      "elapsed", "expire", "expires",   "expiry",  "from",  "for",    "until", "load",       "next",     "add",
      "sub",     "listen", "start",     "after",   "to",    "at",     "t",     "tv",         "ts",       "tm",
      "new",     "time",   "cur",       "current", "clock", "tick",   "ticks", "timestamp",  "stamp"};
  return word.size() == 1 || llvm::is_contained(words, word);
}

// Words that fit every second setting: timeout, max_size.
static bool says_of_anything(const std::string& word) {
  static constexpr std::string_view words[] = {
      "timeout",   "interval", "intvl",    "period",  "delay",  "backoff",  "wait",    "ttl",    "deadline",
      "idle",      "abs",      "retry",    "retries", "max",    "min",      "size",    "length", "count",
      "capacity",  "limit",    "seconds",  "buffer",  "buf",    "attempts", "attempt", "trial",  "time",
      "threshold", "num",      "duration", "threads", "jitter", "sleep"};
  return llvm::is_contained(words, word);
}

static std::string noun_of(const Tunable& tunable) {
  const std::string_view role = tunable.consumer.role;
  if (tunable.consumer.dimension == Dimension::limit)
    return role == "other" || role.empty() ? "limit" : std::string(role);
  return role == "other" || role == "sleep" || role.empty() ? "interval" : std::string(role);
}

// The simple name of the owner: peer of net::peer, handle_fetch of handle_fetch. Of a long one the end.
static std::vector<std::string> owner_words(const Tunable& tunable) {
  static constexpr std::size_t most_words = 4;
  const std::size_t colon = tunable.owner.rfind("::");
  std::vector<std::string> words = words_of(
      colon == std::string::npos ? std::string_view(tunable.owner) : std::string_view(tunable.owner).substr(colon + 2));
  if (words.size() > most_words) words.erase(words.begin(), words.end() - most_words);
  return words;
}

// What a call names its subject by, `every("lease-sweep", seconds(30))`: the one text of the line, if it is a name.
static std::vector<std::string> label_words(const Tunable& tunable) {
  static constexpr std::size_t most_words = 3;
  const llvm::StringRef line = tunable.constant.line;
  if (line.count('"') != 2) return {};
  const llvm::StringRef label = line.split('"').second.split('"').first;
  if (!llvm::all_of(label, [](char c) { return llvm::isAlnum(c) || c == '-' || c == '_' || c == '.'; })) return {};
  std::vector<std::string> words = words_of(label);
  return words.size() > most_words ? std::vector<std::string>() : words;
}

// The side and what it bounds, where the name alone would be `size`: max_queue_size. Else nothing.
static std::string bounded_size(const Tunable& tunable) {
  const std::string& name = tunable.consumer.name;
  if (!says_how_many(name)) return {};
  std::string bounded = "max";
  for (const std::string& word : compared_words(tunable)) bounded += "_" + word;
  return bounded.size() > name.size() + 4 && bounded.size() < 40 ? bounded : std::string();
}

// eloop_register_timeout(): what is registered, not how. Takes away the words up to the last verb.
static void drop_verbs(std::vector<std::string>& words) {
  static constexpr std::string_view verbs[] = {"set",   "register", "start", "schedule", "add",  "arm",   "create",
                                               "make",  "init",     "run",   "enable",   "new",  "reset", "update",
                                               "setup", "apply",    "with",  "request",  "begin"};
  for (std::size_t i = words.size(); i-- > 1;)
    if (llvm::is_contained(verbs, words[i - 1])) {
      words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
}

// What setsockopt() and curl_easy_setopt() are told to set, in words: receive timeout of SO_RCVTIMEO.
static std::vector<std::string> option_words(const Tunable& tunable) {
  static constexpr std::pair<std::string_view, std::string_view> spelled[] = {{"rcvtimeo", "receive timeout"},
                                                                              {"sndtimeo", "send timeout"},
                                                                              {"rcvbuf", "receive buffer"},
                                                                              {"sndbuf", "send buffer"},
                                                                              {"rcvhwm", "receive high water"},
                                                                              {"sndhwm", "send high water"},
                                                                              {"keepidle", "keepalive idle"},
                                                                              {"keepintvl", "keepalive interval"},
                                                                              {"keepcnt", "keepalive probes"},
                                                                              {"connecttimeout", "connect timeout"},
                                                                              {"maxredirs", "max redirects"},
                                                                              {"ivl", "interval"},
                                                                              {"timeo", "timeout"}};
  static constexpr std::string_view families[] = {"so", "tcp", "curlopt", "zmq", "mysql", "opt", "ip", "ipv6", "udp"};
  // The level stands before the option, and macros that wrap the call may stand behind it.
  llvm::StringRef option;
  for (const llvm::StringRef name : llvm::split(llvm::StringRef(tunable.consumer.option), ','))
    if (!name.starts_with("SOL_") && !name.starts_with("IPPROTO_") &&
        llvm::none_of(name, [](char c) { return llvm::isLower(c); }))
      option = name;
  std::vector<std::string> words;
  for (const std::string& word : words_of(std::string_view(option))) {
    if (words.empty() && llvm::is_contained(families, word)) continue;
    const auto* known = llvm::find_if(spelled, [&](const auto& pair) { return pair.first == word; });
    if (known == std::end(spelled))
      words.push_back(word);
    else
      for (const std::string& part : words_of(known->second)) words.push_back(part);
  }
  return words;
}

static bool names_a_pause(const std::vector<std::string>& words) {
  return llvm::any_of(words, [](const std::string& word) {
    return word == "sleep" || word == "usleep" || word == "msleep" || word == "nanosleep";
  });
}

// Without unit. A tool that was called (wait_for, difference, listen) does not say what for; then the role has to.
static std::vector<std::string> value_words(const Tunable& tunable) {
  std::vector<std::string> words = words_of(own_name(tunable));
  while (!words.empty() &&
         (words.front() == "set" || words.front() == "default" || words.front() == "with" || words.front() == "get"))
    words.erase(words.begin());
  if (tunable.consumer.what == "the call of " + tunable.consumer.name + "()" &&
      own_name(tunable) == tunable.consumer.name) {
    drop_verbs(words);
    // The system's functions say how, not what for: setsockopt, poll; and so does a wrapper around sleep().
    if (tunable.consumer.certainty == Certainty::by_api || names_a_pause(words)) words = option_words(tunable);
  }
  const bool is_span = tunable.consumer.dimension == Dimension::duration;
  while (words.size() > 1 && words.front().size() == 1) words.erase(words.begin()); // iTimeOut, pConnectLimit
  while (!words.empty() && (ends_in_unit(words) || (is_span && words.back() == "s"))) words.pop_back(); // CACHE_SEC_MIN
  if (llvm::all_of(words, says_what_is_done)) words = {noun_of(tunable)};
  return words;
}

static std::string with_unit(const std::vector<std::string>& words, const Tunable& tunable) {
  const std::string unit = tunable.consumer.dimension == Dimension::duration ? unit_word(tick_of(tunable)) : "";
  return llvm::join(words, "_") + (unit.empty() ? "" : "_" + unit);
}

std::string value_name(const Tunable& tunable) {
  if (std::string bound = bound_field(tunable); !bound.empty()) return bound;
  if (std::string bounded = bounded_size(tunable); !bounded.empty()) return bounded;
  return with_unit(value_words(tunable), tunable);
}

std::string proposed_field(const Tunable& tunable) {
  std::vector<std::string> words = value_words(tunable);
  const bool has_owner = tunable.record != EntityId::none || tunable.function != EntityId::none;
  if (!has_owner || !bound_field(tunable).empty() || !bounded_size(tunable).empty() ||
      !llvm::all_of(words, says_of_anything))
    return value_name(tunable);
  std::vector<std::string> qualified = label_words(tunable);
  if (qualified.empty()) qualified = owner_words(tunable);
  qualified.insert(qualified.end(), words.begin(), words.end());
  return with_unit(qualified, tunable);
}

} // namespace plumbline
