// A blocking call that can wait for ever on something outside the process or the thread.
//
// What limits a wait mostly stands somewhere else: an option set on the same handle in a helper, in the constructor, in
// another file. So collection writes down the waiting calls, the places that limit a handle, and how handles travel;
// judging asks, for each call, whether a limit reaches its handle. Handles are told apart as the value-flow graph tells
// variables apart: by declaration, without order. For futures "limited" means: the work is this component's own.
//
// Deliberately not reported: join, mutexes, semaphores; event loops; a handle that an unknown function made.
#include "check.h"
#include "collect/waits.h"
#include "program/handles.h"

#include <algorithm>
#include <array>

namespace plumbline::unbounded_wait {

struct Words {
  std::string_view api, what, remedy;
  std::string_view how_long = "for ever";
};

// What is missing and what would mend it; sources: the libraries' references (see README.md of fixtures/mock).
static constexpr std::array words{
    Words{
        "condition", "has no predicate and no time limit: a notification that comes too early, or never, leaves",
        "Wait with a predicate and a limit: wait_for(lock, limit, [&] { return ready; }), and say what happens when it "
        "returns false."},
    Words{
        "future", "has no time limit, and another component does the work: if that never ends, it leaves",
        "Use wait_for(limit) first, with the limit from configuration, and treat future_status::timeout as a failure."},
    Words{"curl", "runs without CURLOPT_TIMEOUT or CURLOPT_TIMEOUT_MS: a server that stops answering leaves",
          "Set CURLOPT_CONNECTTIMEOUT_MS and CURLOPT_TIMEOUT_MS on the handle, with values from configuration."},
    Words{"hiredis", "opens a connection without a timeout: a server that stops answering leaves",
          "Use redisConnectWithTimeout(), and redisSetTimeout() for the commands, with values from configuration."},
    Words{"grpc", "is called without a deadline: gRPC's default is to wait for ever, which leaves",
          "Call context.set_deadline(std::chrono::system_clock::now() + limit) first, with the limit from "
          "configuration."},
    Words{"mysql", "opens a connection without MYSQL_OPT_CONNECT_TIMEOUT and MYSQL_OPT_READ_TIMEOUT, which can leave",
          "Call mysql_options() with MYSQL_OPT_CONNECT_TIMEOUT and MYSQL_OPT_READ_TIMEOUT before it, with values from "
          "configuration."},
    Words{"socket", "blocks on a socket without SO_SNDTIMEO or SO_RCVTIMEO: a peer that drops packets leaves",
          "Set SO_SNDTIMEO and SO_RCVTIMEO on the socket, or make it non-blocking and poll() with a limit.",
          "for minutes"}, // Linux: net.ipv4.tcp_syn_retries, about two (tcp(7))
    Words{"asio", "is synchronous, and asio gives it no time limit: a peer that drops packets leaves",
          "Use async_connect() with a timer that closes the socket after a configured limit (Beast's "
          "tcp_stream::expires_after() does both)."},
};

static bool can_wait_for_ever(const Handles& handles, const WaitCall& call, Location& culprit) {
  if (call.api == "condition" || call.foreign) return true;
  if (call.handle == EntityId::none) return !handles.sets_limits(call.function);
  if (call.api == "socket" && (handles.is_limited(call.function, culprit) || handles.is_foreign(call.handle)))
    return false;
  // A limit that is set on a connection of hiredis comes after the connect, which is over by then.
  return !handles.is_limited(call.handle, culprit) &&
         (call.api == "hiredis" || !handles.may_be_limited_elsewhere(call.handle));
}

// Within the client library itself, calls hand on what the library's users gave.
static bool is_of_the_library(const Program& program, const WaitCall& call) {
  const EntityFact* callee = program.entity(call.callee);
  return (call.api == "hiredis" || call.api == "mysql") && callee && callee->has(is_defined);
}

static void judge(const Program& program, std::vector<Finding>& findings) {
  const Handles handles(program);
  for (const WaitCall& call : handles.calls()) {
    Location culprit;
    if (!program.is_ours(call.location) || is_of_the_library(program, call) ||
        !can_wait_for_ever(handles, call, culprit))
      continue;
    const EntityFact* function = program.entity(call.function);
    const EntityFact* record = function ? program.entity(function->owner) : nullptr;
    const EntityFact* maker = call.api == "future" ? handles.maker_of(call.handle) : nullptr;
    const Words& said = *std::find_if(words.begin(), words.end(), [&](const Words& w) { return w.api == call.api; });
    Finding finding;
    finding.check = "unbounded-wait";
    finding.kind = "wait";
    finding.priority = Priority::p1;
    finding.place = program.place(call.location);
    finding.source_text = call.text;
    finding.line_text = call.line;
    finding.entity = function ? function->qualified : "";
    finding.owner = record && record->kind == EntityKind::record ? record->qualified : finding.entity;
    finding.role = "timeout";
    // What an `if` before the wait has asked is known before, not after: threads also wake for no reason.
    const std::string_view what =
        call.asked_once ? "has no predicate but an 'if' that asks once, and no time limit: it may wake for no reason, "
                          "and a notification that never comes leaves"
                        : said.what;
    finding.message = call.call + "() " + std::string(what) + " " +
                      (function && !function->name.empty() ? function->name + "()" : "the caller") + " waiting " +
                      std::string(said.how_long);
    if (maker && !maker->name.empty() && maker->qualified != "std::get")
      finding.message += "; the future comes from " + maker->name + "()";
    finding.suggestion = said.remedy;
    if (culprit.line != 0)
      finding.evidence.push_back({program.place(culprit), "the handle that comes from here has no limit"});
    finding.evidence.push_back({finding.place, call.call + "() waits here"});
    findings.push_back(std::move(finding));
  }
}

static constexpr std::string_view kinds[] = {"wait"};

extern const Check check;
const Check check = {
    .title = "A blocking call can wait for ever",
    .priority = Priority::p1,
    .kinds = kinds,
    .collect = collect_waits,
    .judge = judge,
};

} // namespace plumbline::unbounded_wait
