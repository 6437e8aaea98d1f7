#!/usr/bin/env python3
"""Cold scan against `clang++ -fsyntax-only` over the same translation units, as a ratio of CPU times.

    bench/cold_scan.py PLUMBLINE BUILD_DIR [-n 3] [--every 1] [--clang clang++-22]

Both run one unit at a time, alternating N times in one run, so that whatever else the machine does hits both alike.
A cold scan is `plumbline scan --no-cache -j1` as a user starts it: it also links, judges and writes a report. Clang gets
one process per unit. CPU time is user and system time, children included. After that come scans with a cache: one that
fills it and N that find everything there.

Exits 1 if the median ratio is above --limit, or if the two did not look at the same units.
"""

import argparse
import json
import os
import re
import statistics
import sys
import tempfile

from compile_commands import distinct, read_database, run, source_path, syntax_only


class Scan:
    """One run of plumbline, and what its report says about the units."""

    def __init__(self, usage, report_file, root):
        self.usage = usage
        if usage.status not in (0, 2):  # 2: some unit was not analysed; the report says which
            sys.exit(f"plumbline ended with {usage.status}:\n{usage.errors}")
        with open(report_file, encoding="utf-8") as file:
            coverage = json.load(file)["coverage"]
        self.counts = coverage["units"]
        self.units = sum(self.counts.values())
        self.with_errors = {
            os.path.normpath(os.path.join(root, problem["path"]))
            for problem in coverage["problems"]
            if problem["state"] in ("analysed_with_errors", "failed")
        }


def scan(options, database, folder, cache):
    report_file = os.path.join(folder, "report.json")
    storing = ["--cache-dir", cache] if cache else ["--no-cache"]
    command = [options.plumbline, "scan", "-p", database, "-j1", *storing, "-o", report_file]
    return Scan(run(command, options.root), report_file, options.root)


class Reference:
    """Clang over all units, one process each."""

    def __init__(self, entries, clang):
        self.cpu_seconds = 0.0
        self.peak_kibibytes = 0
        self.largest = ""
        self.with_errors = set()
        for entry in entries:
            usage = run(syntax_only(entry, clang), entry["directory"])
            self.cpu_seconds += usage.cpu_seconds
            if usage.peak_kibibytes > self.peak_kibibytes:
                self.peak_kibibytes, self.largest = usage.peak_kibibytes, source_path(entry)
            if usage.status != 0:
                self.with_errors.add(source_path(entry))


def spread(values):
    return f"{min(values):.3f} / {statistics.median(values):.3f} / {max(values):.3f}"


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plumbline", type=os.path.abspath)
    parser.add_argument("build_directory", type=os.path.abspath)
    parser.add_argument("--root", type=os.path.abspath, help="the project's folder; else the one above BUILD_DIR")
    parser.add_argument("-n", type=int, default=3, dest="repetitions")
    parser.add_argument("--every", type=int, default=1, help="only each K-th unit, where all take too long")
    parser.add_argument("--clang", default="clang++-22")
    parser.add_argument("--limit", type=float, default=0.8, help="highest median ratio that passes (%(default)s)")
    options = parser.parse_args()
    options.root = options.root or os.path.dirname(options.build_directory)
    return options


def compare_units(entries, cold, reference, root):
    """Prints who analysed what; false if the two did not look at the same units."""
    print(f"units: {len(entries)}, seen by plumbline {cold.units} ({cold.counts})")
    both = cold.with_errors & reference.with_errors
    only = cold.with_errors ^ reference.with_errors
    print(f"units with errors: plumbline {len(cold.with_errors)}, clang {len(reference.with_errors)}, both {len(both)}")
    for path in sorted(only):
        who = "plumbline" if path in cold.with_errors else "clang"
        print(f"  only in {who}: {os.path.relpath(path, root)}")
    return cold.units == len(entries)


def measure_warm(options, database, folder, cold_median):
    cache = os.path.join(folder, "cache")
    filling = scan(options, database, folder, cache)
    print(f"scan that fills the cache: {filling.usage.cpu_seconds / cold_median:.3f}x of the cold scan")
    warm = [scan(options, database, folder, cache) for _ in range(options.repetitions)]
    for each in warm:
        parsed = re.search(r"(\d+) parsed,", each.usage.errors)
        if not parsed or int(parsed.group(1)) > each.counts["failed"]:  # what failed is tried again
            sys.exit(f"the second scan parsed something:\n{each.usage.errors}")
    print(f"warm scan, CPU s:       {spread([each.usage.cpu_seconds for each in warm])}")
    print(f"warm / cold:            {spread([each.usage.cpu_seconds / cold_median for each in warm])}")


def main():
    options = parse_options()
    entries = distinct(read_database(options.build_directory))[:: options.every]
    with tempfile.TemporaryDirectory() as folder:
        database = os.path.join(folder, "database")
        os.mkdir(database)
        with open(os.path.join(database, "compile_commands.json"), "w", encoding="utf-8") as file:
            json.dump(entries, file)

        cold, reference = [], []
        for repetition in range(options.repetitions):
            cold.append(scan(options, database, folder, None))
            reference.append(Reference(entries, options.clang))
            ours, theirs = cold[-1].usage.cpu_seconds, reference[-1].cpu_seconds
            print(f"run {repetition + 1}: plumbline {ours:.1f} CPU s, clang {theirs:.1f}, ratio {ours / theirs:.3f}",
                  flush=True)
        same = compare_units(entries, cold[-1], reference[-1], options.root)

        ratios = [a.usage.cpu_seconds / b.cpu_seconds for a, b in zip(cold, reference)]
        print("                        min / median / max")
        print(f"cold scan, CPU s:       {spread([each.usage.cpu_seconds for each in cold])}")
        print(f"clang, CPU s:           {spread([each.cpu_seconds for each in reference])}")
        print(f"cold / clang:           {spread(ratios)}")
        measure_warm(options, database, folder, statistics.median(each.usage.cpu_seconds for each in cold))

        ours = max(each.usage.peak_kibibytes for each in cold)
        largest = max(reference, key=lambda each: each.peak_kibibytes)
        print(f"peak memory, MiB:       largest plumbline process {ours / 1024:.0f}, "
              f"clang on {os.path.relpath(largest.largest, options.root)} {largest.peak_kibibytes / 1024:.0f}, "
              f"ratio {ours / largest.peak_kibibytes:.3f}")

    passed = same and statistics.median(ratios) <= options.limit
    print(f"{'holds' if passed else 'FAILS'}: at most {options.limit}x")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
