// A small audit, written by hand, that has one of everything that a report must be able to show.
#pragma once

#include "audit/audit.h"

namespace plumbline {

inline Finding sample_finding(std::string check, std::string kind, std::string path, std::uint32_t line) {
  Finding finding;
  finding.check = std::move(check);
  finding.kind = std::move(kind);
  finding.place = {std::move(path), line, 5, line, 9};
  finding.source_text = "5s";
  finding.line_text = "wait(5s);";
  finding.entity = "demo::poll";
  finding.owner = "demo::Worker";
  finding.role = "sleep";
  finding.value = "5 s";
  finding.message = "5 s is written into poll()";
  finding.suggestion = "Make it a field of the worker's options.";
  finding.priority = Priority::p1;
  return finding;
}

inline AuditInput sample_input() {
  AuditInput input;
  input.today = "2026-11-21";
  input.known_checks = {"hard-coded-duration", "hard-coded-limit", "missing-config-injection"};
  input.units = {
      {"src/net/socket.cpp", UnitState::failed, 0, "the worker ran out of memory", {}},
      {"src/app/worker.cpp", UnitState::analysed, 0, "", {}},
      {"src/app/old.cpp", UnitState::analysed_with_errors, 2, "src/app/old.cpp:3:1: error: expected ';'", {}},
      {"src/app/boot.s", UnitState::skipped, 0, "it is not C or C++", {"dropped -fplugin=x.so"}}};

  Finding first = sample_finding("hard-coded-duration", "literal", "src/app/worker.cpp", 4);
  first.evidence = {{{"src/app/worker.cpp", 4, 5, 4, 9}, "5 s is passed to wait()"},
                    {{"src/app/wait.h", 2, 1, 2, 5}, "wait() sleeps for it"}};
  first.config_in_reach = ConfigInReach{"options_", "demo::WorkerOptions", "poll_interval_seconds", true,
                                        "wait(std::chrono::seconds(options_.poll_interval_seconds));"};
  Finding pair = sample_finding("missing-config-injection", "bypassed", "src/app/worker.cpp", 4);
  pair.message = "wait() is configured at 2 other calls, and gets a constant here";
  Finding limit = sample_finding("hard-coded-limit", "literal", "src/net/socket.cpp", 8);
  limit.message = "100 is the capacity of `queue` | <b>for ever</b>";
  limit.source_text = limit.line_text = "Queue queue{100};";
  limit.priority = Priority::p0;
  Finding quiet = sample_finding("hard-coded-duration", "literal", "src/app/worker.cpp", 6);
  quiet.message = "2 s is fixed by the protocol";
  input.findings = {quiet, limit, pair, first};
  input.suppressions = {{{"src/app/worker.cpp", 6, 20, 6, 70},
                         "plumbline: allow(hard-coded-duration) RFC 1 says so [until 2027-03-01]",
                         false}};

  Site configured;
  configured.check = "hard-coded-duration";
  configured.place = {"src/app/worker.cpp", 9, 3, 9, 10};
  configured.owner = "demo::Worker";
  configured.entity = "demo::Worker::run";
  configured.role = "interval";
  configured.fed_by = "configuration";
  configured.source = "demo::WorkerOptions::interval";
  Site frozen = configured;
  frozen.place = {"src/app/worker.cpp", 4, 5, 4, 9};
  frozen.fed_by = "constant";
  frozen.source = "5 s";
  input.sites = {configured, frozen};
  return input;
}

} // namespace plumbline
