#!/usr/bin/env python3
"""Link and judge on a synthetic program that doubles from 1,000 to 16,000 functions (design.md §7: near-linear).

    bench/whole_program.py PLUMBLINE [--from 1000] [--to 16000] [-n RUNS] [--checks GLOB]

Writes the program's sources into a temporary folder, scans them once to fill the cache, and then measures scans that
parse nothing: start, decoding the facts, link, judge, audit, report. What a scan of an empty program costs is
subtracted. Exits with 1 if the CPU time per function grows by more than 1.5 from the first size to the last.

The program is made of services of 20 functions in a unit, which is what code bases look like: a class with a
configuration, one without, helpers that pass values four calls deep, a few uses of one shared helper, a small state,
and one place in a hundred that reads one global setting.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

FUNCTIONS_PER_UNIT = 20

COMMON = """#pragma once
extern "C" int usleep(unsigned);
struct AppOptions { int timeout_ms = 100; int max_retries = 3; int queue_capacity = 10; };
extern AppOptions global_options;
void pause_shared(int delay_ms);
"""

MAIN = """#include "common.h"
AppOptions global_options;
void pause_shared(int delay_ms) { usleep(delay_ms * 1000); }
int main() { return 0; }
"""

UNIT = """#include "common.h"
namespace part@ {
struct Options { int poll_interval_ms = @; int max_attempts = 5; };
static void work0(int n) { usleep(n * 1000); }
static void work1(int n) { work0(n); }
static void work2(int n) { work1(n); }
static void work3(int n) { work2(n); }
void start() { work3(50 + @); }
class Configured {
public:
  explicit Configured(const Options& options) : options_(options), retries_(options.max_attempts) {}
  void run() { work1(options_.poll_interval_ms); usleep(2000 + @); }
  bool again(int attempt) const { return attempt < retries_; }
private:
  Options options_;
  int retries_;
};
class Frozen {
public:
  Frozen(int timeout_ms, int pool_size) : timeout_ms_(timeout_ms), pool_size_(pool_size) {}
  void run() { usleep(timeout_ms_ * 1000); }
  bool full(int pending) const { return pending >= 64; }
  void set_delay(int delay_ms) { delay_ms_ = delay_ms; }
  int size() const { return pool_size_; }
private:
  int timeout_ms_, pool_size_, delay_ms_ = 30;
};
class Holder {
public:
  Holder() : frozen_(700, 8) {}
  void run() { frozen_.run(); frozen_.set_delay(40); pause_shared(3); }
private:
  Frozen frozen_;
};
void serve(const Options& options) {
  Configured configured(options);
  Frozen frozen(options.poll_interval_ms, 4);
  Holder holder;
  configured.run(); frozen.run(); holder.run();
  for (int attempt = 0; attempt < 7; ++attempt) if (configured.again(attempt)) return;
}
int next(int state) { switch (state) { case 0: return 1; case 1: return 2; default: return 0; } }
int read_setting() { return @ % 100 == 0 ? global_options.timeout_ms : 1; }
bool old(long now, long last) { return now - last > 30; }
}
"""


def cpu_seconds(command, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stderr}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, done.stdout


def write_program(folder, functions):
    units = max(0, functions // FUNCTIONS_PER_UNIT)
    with open(os.path.join(folder, "common.h"), "w") as file:
        file.write(COMMON)
    sources = {"main.cpp": MAIN}
    for i in range(units):
        sources[f"part{i}.cpp"] = UNIT.replace("@", str(i + 1))
    for name, text in sources.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    database = [{"directory": folder, "file": name, "arguments": ["clang++", "-std=c++20", "-c", name]} for name in sources]
    with open(os.path.join(folder, "compile_commands.json"), "w") as file:
        json.dump(database, file)


def measure(arguments, functions):
    with tempfile.TemporaryDirectory() as folder:
        write_program(folder, functions)
        cache, report = os.path.join(folder, "cache"), os.path.join(folder, "report.json")
        command = [os.path.abspath(arguments.plumbline), "scan", "-p", ".", "--cache-dir", cache, "--quiet", "-o", report]
        if arguments.checks:
            command += ["--checks", arguments.checks]
        cpu_seconds(command, folder)
        times = [cpu_seconds(command, folder)[0] for _ in range(arguments.runs)]
        with open(report) as file:
            findings = len(json.load(file)["findings"])
    if functions and not findings:
        sys.exit("nothing was found, so nothing was judged")
    return min(times), statistics.median(times), findings


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plumbline")
    parser.add_argument("--from", dest="first", type=int, default=1000)
    parser.add_argument("--to", dest="last", type=int, default=16000)
    parser.add_argument("-n", dest="runs", type=int, default=3)
    parser.add_argument("--checks", help="only these checks judge")
    arguments = parser.parse_args()

    empty = measure(arguments, 0)[0]
    print(f"an empty program: {empty * 1000:.0f} ms")
    print("| functions | CPU, least | per function | findings |\n|---:|---:|---:|---:|")
    per_function = []
    size = arguments.first
    while size <= arguments.last:
        least, _, findings = measure(arguments, size)
        per_function.append((least - empty) / size)
        print(f"| {size:,} | {least:.2f} s | {per_function[-1] * 1e6:.1f} µs | {findings:,} |", flush=True)
        size *= 2
    growth = per_function[-1] / per_function[0]
    print(f"growth per function from end to end: {growth:.2f} (bound: 1.5)")
    return 0 if growth <= 1.5 else 1


if __name__ == "__main__":
    sys.exit(main())
