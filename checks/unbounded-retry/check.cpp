// A loop that tries again after a failure, without an end (no-bound) or without pausing longer each time (no-backoff).
//
// What is a retry is decided where the loop is read (src/collect/retry_loop.cpp). What its pause is fed by, and whether
// somebody else looks at the limit that a requeueing loop ignores, is a question to the whole program.
#include "check.h"
#include "collect/retries.h"
#include "facts/words.h"
#include "program/retries.h"

#include <algorithm>

namespace plumbline::unbounded_retry {

static Finding finding_at(const Program& program, EntityId function_id, const Location& location,
                          const std::string& line) {
  const EntityFact* function = program.entity(function_id);
  const EntityFact* record = function ? program.entity(function->owner) : nullptr;
  Finding finding;
  finding.check = "unbounded-retry";
  finding.priority = Priority::p1;
  finding.place = program.place(location);
  finding.source_text = line;
  finding.line_text = line;
  finding.entity = function ? function->qualified : "";
  finding.owner = record && record->kind == EntityKind::record ? record->qualified : finding.entity;
  finding.role = "backoff";
  return finding;
}

static std::string name_of(const Program& program, EntityId function) {
  const EntityFact* entity = program.entity(function);
  return entity && !entity->name.empty() ? entity->name + "()" : "this function";
}

// What only this machine can refuse: nobody else gains by a longer pause.
static bool is_local(std::string_view attempt) {
  static constexpr std::string_view words[] = {"open",   "fopen",  "mkdir", "listen", "bind", "fork",
                                               "rename", "unlink", "lock",  "execv",  "mmap", "mkstemp"};
  const std::vector<std::string> name = words_of(attempt);
  return name.size() == 1 && std::find(std::begin(words), std::end(words), name.front()) != std::end(words);
}

static void judge_loop(const Program& program, const RetryLoop& loop, std::vector<Finding>& findings) {
  const bool frozen =
      loop.pause == Pause::constant || (loop.pause == Pause::read && is_frozen(program, loop.pause_source));
  // A daemon may try for as long as it runs, if it can be stopped and its pause grows or can be configured.
  const bool deliberate = !loop.stop_flag.empty() && loop.pause != Pause::none && !frozen;
  if (loop.bounded ? !frozen || is_local(loop.attempt) : deliberate) return;
  Finding finding = finding_at(program, loop.function, loop.location, loop.line);
  const std::string attempt = loop.attempt + "()", in = name_of(program, loop.function);
  if (loop.bounded) {
    finding.kind = "no-backoff";
    finding.value = loop.pause_value;
    finding.message = in + " tries " + attempt + " again after " + loop.pause_value + " each time: it never backs off";
    finding.suggestion = "Double the pause after each failure up to a configured maximum, with some jitter.";
  } else if (!loop.together.empty()) {
    finding.kind = "no-bound";
    finding.message = in + " tries " + attempt +
                      " again after each failure, and its limit only counts together with '" + loop.together + "'";
    finding.suggestion = "Compare the count with the limit alone, whatever '" + loop.together +
                         "' says, so that the attempts end when the limit is reached.";
  } else {
    finding.kind = "no-bound";
    finding.message = in + " tries " + attempt + " again after each failure, with no bound on attempts or time";
    if (!loop.stop_flag.empty()) finding.message += "; only the stop flag '" + loop.stop_flag + "' ends it";
    if (loop.pause == Pause::none)
      finding.message += ", and without a pause";
    else if (frozen)
      finding.message += ", every " + loop.pause_value;
    finding.suggestion =
        "Bound the attempts or the time by configuration, back off between them, and report the failure "
        "to the caller.";
  }
  if (loop.pause_location.line != 0) finding.evidence.push_back({program.place(loop.pause_location), "it pauses here"});
  findings.push_back(std::move(finding));
}

static void judge_requeue(const Program& program, const UnlimitedRequeue& found, std::vector<Finding>& findings) {
  const Requeue& requeue = found.requeue;
  Finding finding = finding_at(program, requeue.function, requeue.location, requeue.line);
  const EntityFact* count = program.entity(found.elsewhere.count);
  finding.kind = "no-bound";
  finding.message = name_of(program, requeue.function) + " puts work back by " + requeue.call +
                    "() without looking at '" + (count ? count->name : "") + "', which " +
                    name_of(program, found.elsewhere.function) +
                    " compares with a limit: here it is tried again for ever";
  finding.suggestion = "Compare '" + (count ? count->name : std::string()) + "' with the limit here too, or inside " +
                       requeue.call + "(), so that no caller can forget it.";
  finding.evidence.push_back({program.place(requeue.call_location), requeue.call + "() puts it back"});
  finding.evidence.push_back(
      {program.place(found.elsewhere.location), name_of(program, found.elsewhere.function) + " looks at the limit"});
  findings.push_back(std::move(finding));
}

static void judge(const Program& program, std::vector<Finding>& findings) {
  const StringId kind = program.table.strings.find("retry-loop");
  for (const Fact& fact : program.table.facts) {
    if (kind == StringId::empty || fact.kind != kind || !program.is_ours(fact.location)) continue;
    judge_loop(program, read_retry_loop(program.table, fact), findings);
  }
  for (const UnlimitedRequeue& found : unlimited_requeues(program))
    if (program.is_ours(found.requeue.location)) judge_requeue(program, found, findings);
}

static constexpr std::string_view kinds[] = {"no-bound", "no-backoff"};

extern const Check check;
const Check check = {
    .title = "A loop tries again without an end, or without backing off",
    .priority = Priority::p1,
    .kinds = kinds,
    .collect = collect_retries,
    .judge = judge,
};

} // namespace plumbline::unbounded_retry
