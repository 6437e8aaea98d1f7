#!/usr/bin/env python3
"""What plumbline and clang-tidy's magic-number checks say about the same 50 lines of one code base.

    bench/side_by_side.py PLUMBLINE BUILD_DIR -o bench/side_by_side.md [--keep FOLDER]

The 50 sites stand in side_by_side_judged.tsv, each with a judgement made by reading the source: would a maintainer want
this number to be configurable? They stay the same while plumbline changes, so that its figures can be compared.
--choose says how they came about: without a seed, of each of three groups (plumbline flags the line; only clang-tidy
does; it has a number other than 0 and 1 and neither flags it) those lines whose path and number hash lowest. It prints
a new file, in which the judgements that exist already are kept.

Exits 1 if a site is not judged, or if its source line is no longer the one that was judged.
"""

import argparse
import collections
import hashlib
import json
import os
import re
import sys
import tempfile

from compile_commands import distinct, read_database, run, source_path

TIDY_CHECKS = "-*,readability-magic-numbers,cppcoreguidelines-avoid-magic-numbers"
GROUPS = (("plumbline", 16), ("clang-tidy only", 17), ("neither", 17))
JUDGED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "side_by_side_judged.tsv")
SOURCES = (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".ipp")

Site = collections.namedtuple("Site", "path line")
Row = collections.namedtuple("Row", "site group tunable reason source")  # tunable: "yes" or "no", "?" if not judged


def production_files(options):
    """Source files below the production folders, relative to the root, sorted."""
    found = []
    for top in options.production:
        for folder, _, names in os.walk(os.path.join(options.root, top)):
            paths = (os.path.relpath(os.path.join(folder, name), options.root) for name in names)
            found += [path for path in paths if path.endswith(SOURCES)]
    return sorted(found)


# Comments and quoted text; digits grouped as in 1'000 are no quotes. Raw strings are not known: none in NuRaft.
QUIET = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'", re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])(?:0[xX][0-9A-Fa-f']+|\d[\d']*(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)\w*")
UNREMARKABLE = re.compile(r"0*[01](?:\.0*)?[uUlLfFzZ]*|0[xX]0*[01][uUlL]*")


def code_lines(text):
    """The lines with comments and quoted text blanked."""
    return QUIET.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text).split("\n")


def has_number(line):
    directive = re.match(r"\s*#\s*(\w+)", line)
    if directive and directive.group(1) != "define":
        return False
    numbers = NUMBER.findall(line)
    return len(numbers) <= 3 and any(not UNREMARKABLE.fullmatch(number) for number in numbers)


def kept(options, name, produce):
    """The text that `produce` returns; with --keep, that of an earlier run if there is one."""
    path = os.path.join(options.keep, name) if options.keep else None
    if path and os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            return file.read()
    text = produce()
    if path:
        os.makedirs(options.keep, exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return text


def run_plumbline(options):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command = [options.plumbline, "scan", "-p", options.build_directory, "--no-cache", "-o", report]
        usage = run(command, options.root)
        if usage.status != 0:
            sys.exit(f"plumbline ended with {usage.status}:\n{usage.errors}")
        with open(report, encoding="utf-8") as file:
            return file.read()


def run_clang_tidy(options):
    """One process a unit, as run-clang-tidy does; with headers, but not those of the system."""
    outputs = []
    for entry in distinct(read_database(options.build_directory)):
        command = [options.clang_tidy, "-p", options.build_directory, "-quiet", "-header-filter=.*",
                   f"-checks={TIDY_CHECKS}", source_path(entry)]
        outputs.append(run(command, options.root).output)
    return "".join(outputs)


def plumbline_findings(options):
    """Of each production line, what plumbline says, in the order of the columns."""
    report = json.loads(kept(options, "plumbline.json", lambda: run_plumbline(options)))
    said = collections.defaultdict(list)
    for finding in report["findings"]:
        place = finding["location"]
        if finding["scope"] == "production" and finding["status"] != "suppressed" and in_production(options, place["path"]):
            said[Site(place["path"], place["line"])].append((place["column"], f"{finding['check']}: {finding['value']}"))
    return {site: [text for _, text in sorted(each)] for site, each in said.items()}


WARNING = re.compile(r"(.*?):(\d+):(\d+): warning: (\S+) is a magic number")


def clang_tidy_warnings(options):
    """The same of clang-tidy; what several units see in one header counts once."""
    said = collections.defaultdict(set)
    for line in kept(options, "clang-tidy.txt", lambda: run_clang_tidy(options)).splitlines():
        match = WARNING.match(line)
        if not match:
            continue
        path = os.path.relpath(os.path.join(options.root, match.group(1)), options.root)
        if in_production(options, path):
            said[Site(path, int(match.group(2)))].add((int(match.group(3)), match.group(4)))
    return {site: [text for _, text in sorted(each)] for site, each in said.items()}


def in_production(options, path):
    return path.split(os.sep)[0] in options.production


def hash_of(site):
    return hashlib.sha256(f"{site.path}:{site.line}".encode()).hexdigest()


def read_rows():
    """The judged sites, and how many lines each group had that they were sampled from."""
    sizes, rows = {}, []
    with open(JUDGED, encoding="utf-8", newline="") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            if cells[0] == "# group":
                sizes[cells[1]] = int(cells[2])
            elif cells[0] != "site" and not line.startswith("#"):
                path, _, number = cells[0].rpartition(":")
                rows.append(Row(Site(path, int(number)), *cells[1:]))
    return sizes, rows


def choose(options, groups, texts):
    """Prints a file of sites to judge, by group, then path and line."""
    judged = {(row.site, row.source): row for row in read_rows()[1]} if os.path.exists(JUDGED) else {}
    print(f"# Sites in {options.name}, chosen by side_by_side.py --choose and judged by reading. Sizes of the groups:")
    for name, _ in GROUPS:
        print("# group", name, len(groups[name]), sep="\t")
    print(*Row._fields, sep="\t")
    for name, count in GROUPS:
        for site in sorted(sorted(groups[name], key=hash_of)[:count]):
            known = judged.get((site, texts[site]), Row(site, name, "?", "?", texts[site]))
            print(f"{site.path}:{site.line}", name, known.tunable, known.reason, texts[site], sep="\t")


def unusable(rows, texts):
    """What must be judged (again), as sentences."""
    for row in rows:
        place = f"{row.site.path}:{row.site.line}"
        if texts.get(row.site) != row.source:
            yield f"{place} reads '{texts.get(row.site)}' now, judged was '{row.source}'"
        elif row.tunable not in ("yes", "no"):
            yield f"{place} is not judged"


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def ratio(part, whole):
    return f"{part:g}/{whole:g} = {part / whole:.2f}" if whole else "–"


def score(name, flagged, rows, weights):
    """Precision and recall on the judged rows; weighted, each row counts for all the lines that it was sampled from."""
    yes = [row for row in rows if row.tunable == "yes"]
    shown = [row for row in rows if row.site in flagged]
    hits = [row for row in yes if row.site in flagged]
    figures = [ratio(len(hits), len(shown)), ratio(len(hits), len(yes))]
    hit, said, wanted = (sum(weights[row.group] for row in chosen) for chosen in (hits, shown, yes))
    figures += [f"{hit / whole:.2f}" if whole else "–" for whole in (said, wanted)]
    return f"| {name} | {' | '.join(figures)} |"


def render(options, sizes, rows, ours, theirs, code_line_count):
    thousands = code_line_count / 1000
    counts = [sum(len(said) for said in tool.values()) for tool in (ours, theirs)]
    lines = [
        "# Side by side with clang-tidy's magic-number checks",
        "",
        f"{options.name}, folders {', '.join(options.production)}: {code_line_count} lines of code "
        "(neither blank nor only comment). Made by:",
        "",
        f"    bench/side_by_side.py PLUMBLINE {options.name}/build -o bench/side_by_side.md",
        "",
        f"clang-tidy is `{os.path.basename(options.clang_tidy)} -checks='{TIDY_CHECKS}'`. How the sites were chosen, "
        "and what *tunable* means, is said in [README.md](README.md).",
        "",
        "## All production code",
        "",
        "| tool | warnings | lines | warnings per 1,000 lines of code |",
        "|---|---|---|---|",
        f"| plumbline | {counts[0]} | {len(ours)} | {counts[0] / thousands:.1f} |",
        f"| clang-tidy | {counts[1]} | {len(theirs)} | {counts[1] / thousands:.1f} |",
        "",
        "## The 50 sites",
        "",
        "| tool | precision | recall | precision, weighted | recall, weighted |",
        "|---|---|---|---|---|",
    ]
    sampled = collections.Counter(row.group for row in rows)
    weights = {name: sizes[name] / sampled[name] for name in sampled}
    lines += [score("plumbline", ours, rows, weights), score("clang-tidy", theirs, rows, weights), ""]
    origin = "; ".join(f"{name}: {sampled[name]} of {sizes[name]} lines" for name, _ in GROUPS)
    lines += [f"Sampled from, when they were chosen: {origin}. Weighted: each site counts for all the lines of its group "
              "that it stands for.", "",
              "| site | source line | plumbline | clang-tidy | tunable | why |", "|---|---|---|---|---|---|"]
    for row in rows:
        said = cell("; ".join(ours.get(row.site, []))), cell(", ".join(theirs.get(row.site, [])))
        lines.append(f"| {row.site.path}:{row.site.line} | `{cell(row.source)}` | {said[0]} | {said[1]} "
                     f"| {row.tunable} | {cell(row.reason)} |")
    return "\n".join(lines) + "\n"


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plumbline", type=os.path.abspath)
    parser.add_argument("build_directory", type=os.path.abspath)
    parser.add_argument("-o", dest="output", help="the markdown file to write")
    parser.add_argument("--choose", action="store_true", help="print a file of sites to judge instead")
    parser.add_argument("--root", type=os.path.abspath, help="the project's folder; else the one above BUILD_DIR")
    parser.add_argument("--name", help="how the table calls the code base; else its folder's name")
    parser.add_argument("--production", nargs="+", default=["src", "include"], help="top folders (%(default)s)")
    parser.add_argument("--clang-tidy", default="clang-tidy-22")
    parser.add_argument("--keep", help="folder where both tools' output is kept, and taken from the next time")
    options = parser.parse_args()
    if bool(options.output) == options.choose:
        parser.error("say either -o FILE or --choose")
    options.root = options.root or os.path.dirname(options.build_directory)
    options.name = options.name or os.path.basename(options.root)
    return options


def main():
    options = parse_options()
    ours, theirs = plumbline_findings(options), clang_tidy_warnings(options)
    texts, with_number, code_line_count = {}, set(), 0
    for path in production_files(options):
        with open(os.path.join(options.root, path), encoding="utf-8", errors="replace", newline="") as file:
            text = file.read()
        plain = [" ".join(line.split()) for line in text.split("\n")]
        for number, code in enumerate(code_lines(text), 1):
            site = Site(path, number)
            texts[site] = plain[number - 1]
            code_line_count += bool(code.strip())
            if has_number(code):
                with_number.add(site)
    if options.choose:
        only_theirs = set(theirs) - set(ours)
        groups = {"plumbline": set(ours), "clang-tidy only": only_theirs, "neither": with_number - set(ours) - only_theirs}
        choose(options, groups, texts)
        return 0
    sizes, rows = read_rows()
    missing = list(unusable(rows, texts))
    if missing:
        print(f"{os.path.basename(JUDGED)} does not fit:", *missing, sep="\n", file=sys.stderr)
        return 1
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(render(options, sizes, rows, ours, theirs, code_line_count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
