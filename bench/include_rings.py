#!/usr/bin/env python3
"""Include cycles and module rings of real code, computed a second time without plumbline, and compared.

The second way asks Clang's driver, not its libraries: `clang++ -E -H -fshow-skipped-includes` prints each include with its
depth, also where a guard skips the file. Rings come from plain reachability, not from Tarjan's algorithm. What both
share is only the compile database.

  bench/include_rings.py PLUMBLINE NAME=PROJECT[:FOLDER]...     e.g. build/plumbline NuRaft=corpora/NuRaft:src

A line per project, and below it each ring that only one of the two has. Exit status 1 if there is one.
"""
import concurrent.futures, json, os, re, shlex, subprocess, sys, tempfile

THIRD_PARTY = {"third_party", "thirdparty", "third-party", "3rdparty", "3rd_party", "3rd-party", "external", "externals",
               "extern", "vendor", "vendored", "deps", "_deps", "node_modules", "submodules", "bundled", "CMakeFiles",
               ".git"}
SOURCE_FOLDERS = {"src", "source", "sources", "lib", "include"}


def is_ours(path):
    parts = path.split("/")
    name = parts[-1]
    if any(part in THIRD_PARTY for part in parts[:-1]) or parts[0] in ("build", "out"):
        return False
    return not re.search(r"\.pb\.|\.generated\.|_generated\.|\.tab\.|\.yy\.|^moc_|\.capnp\.", name)


def is_test(path):
    parts = path.split("/")
    folders = {"test", "tests", "testing", "unittest", "unittests", "unit_test", "unit_tests", "benchmark", "benchmarks",
               "testutil", "gtest", "gmock", "bench", "perf", "fuzz"}
    stem = parts[-1].split(".")[0]
    return any(p.lower() in folders for p in parts[:-1]) or bool(
        re.search(r"(^test_|_test$|_tests$|_unittest$|(?<=[a-z0-9])Tests?$|^Test[A-Z])", stem))


def module_of(path):
    folders = path.split("/")[:-1]
    if folders and folders[0].lower() in SOURCE_FOLDERS:
        folders = folders[1:]
    return folders[0] if folders else ""


def commands(project, folder):
    with open(os.path.join(project, "build", "compile_commands.json")) as file:
        entries = json.load(file)
    seen = set()
    for entry in entries:
        source = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        relative = os.path.relpath(source, project)
        if folder and not (relative + "/").startswith(folder.rstrip("/") + "/"):
            continue
        if not relative.endswith((".cpp", ".cc", ".cxx", ".c", ".C", ".c++")):
            continue
        arguments = entry.get("arguments") or shlex.split(entry["command"])
        kept, skip = [], False
        for argument in arguments[1:]:
            if skip:
                skip = False
            elif argument in ("-o", "-MF", "-MT", "-MQ"):
                skip = True
            elif argument not in ("-c", "-MD", "-MMD", "-MP"):
                kept.append(argument)
        key = (source, tuple(kept))
        if key not in seen:
            seen.add(key)
            yield entry["directory"], source, kept


def edges_of_unit(project, directory, source, arguments):
    compiler = "clang-22" if source.endswith(".c") else "clang++-22"
    run = subprocess.run([compiler, *arguments, "-w", "-E", "-H", "-fshow-skipped-includes", "-o", os.devnull],
                         cwd=directory, stderr=subprocess.PIPE, errors="replace", text=True)
    def relative(path):
        path = os.path.realpath(os.path.join(directory, path))
        return path[len(project) + 1:] if path.startswith(project + "/") else None
    stack, edges = [relative(source)], set()
    for line in run.stderr.splitlines():
        match = re.match(r"^(\.+) (.*)$", line)
        if not match:
            continue
        depth, target = len(match.group(1)), relative(match.group(2))
        del stack[depth:]
        stack.append(target)
        parent = stack[depth - 1]
        if parent and target and parent != target and is_ours(parent) and is_ours(target):
            edges.add((parent, target))
    return edges, run.returncode


def rings(edges):
    """Nodes that reach each other, by walking from each node forwards and backwards."""
    forward, backward = {}, {}
    for a, b in edges:
        forward.setdefault(a, set()).add(b)
        backward.setdefault(b, set()).add(a)
    def reach(start, graph):
        found, todo = set(), [start]
        while todo:
            for node in graph.get(todo.pop(), ()):
                if node not in found:
                    found.add(node)
                    todo.append(node)
        return found
    result, done = [], set()
    for node in sorted(forward):
        if node in done:
            continue
        ring = reach(node, forward) & reach(node, backward)
        if node in ring:
            ring |= {node}
            done |= ring
            result.append(ring)
    return [ring for ring in result if len(ring) > 1]


def without_idiom(project, edges):
    """x.h that includes x-inl.h at its end counts as one file with it."""
    head = {}
    for a, b in edges:
        stem = os.path.basename(a).split(".")[0]
        if (b, a) not in edges or not os.path.basename(b).startswith(stem):
            continue
        with open(os.path.join(project, a), errors="replace") as file:
            lines = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S).splitlines()
        at = [i for i, line in enumerate(lines) if re.match(r"\s*#\s*include\b.*" + re.escape(os.path.basename(b)), line)]
        if at and all(re.match(r"\s*(#.*|//.*)?$", line) for line in lines[at[-1] + 1:]):
            head[b] = a
    return {(head.get(a, a), head.get(b, b)) for a, b in edges if head.get(a, a) != head.get(b, b)}


def size_said(message):
    """How many members a message speaks of: "12 files include each other", "the modules 'a', 'b' and 3 more depend"."""
    files = re.match(r"(\d+) files include each other", message)
    if files:
        return int(files.group(1))
    modules = re.match(r"the modules (.*?)(?: and (\d+) more)? depend on each other", message)
    return len(re.findall(r"'[^']*'", modules.group(1))) + int(modules.group(2) or 0) if modules else None


def compare(plumbline, name, project, folder):
    project = os.path.realpath(project)
    units = list(commands(project, folder))
    edges, failed = set(), 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "1"))) as pool:
        for found, status in pool.map(lambda unit: edges_of_unit(project, *unit), units):
            edges |= found
            failed += status != 0
    file_rings = rings(without_idiom(project, edges))
    idioms = len(rings(edges)) - len(file_rings)
    module_edges = {(module_of(a), module_of(b)) for a, b in edges
                    if not is_test(a) and not is_test(b) and module_of(a) and module_of(b)
                    and module_of(a) != module_of(b)}
    module_rings = rings(module_edges)

    with tempfile.TemporaryDirectory() as scratch:
        report = os.path.join(scratch, "report.json")
        subprocess.run([plumbline, "scan", "-p", "build", *([folder] if folder else []), "--checks",
                        "include-cycle,layer-violation", "--quiet", "-j", os.environ.get("JOBS", "1"), "-o", report,
                        *(["--cache-dir", os.environ["CACHE"]] if "CACHE" in os.environ else [])],
                       cwd=project, stdout=subprocess.DEVNULL, check=False)
        with open(report) as file:
            model = json.load(file)
    complaints = []

    def pair_up(kind, expected, findings, members):
        left = [set(ring) for ring in expected]
        for finding in findings:
            mine = members(finding)
            match = next((ring for ring in left if mine <= ring), None)
            size = size_said(finding["message"])
            if match is None:
                complaints.append(f"  invented {kind}: {finding['message']}")
            elif size is not None and size < len(match):
                complaints.append(f"  {kind} has {len(match)} members, not {size}: {finding['message']}")
                left.remove(match)
            else:
                left.remove(match)
        for ring in left:
            complaints.append(f"  missed {kind}: {', '.join(sorted(ring))}")

    cycles = [f for f in model["findings"] if f["check"] == "include-cycle" and f["status"] != "suppressed"]
    modules = [f for f in model["findings"] if f["kind"] == "module-cycle" and f["status"] != "suppressed"]

    def files_of(finding):
        steps = [s["location"]["path"] for s in finding["evidence"] if " includes " in s["message"]]
        heads = {a for a, b in without_idiom(project, edges)} | {b for a, b in without_idiom(project, edges)}
        return {path for path in steps if path in heads}

    def modules_of(finding):
        return set(re.findall(r"'([^']*)' uses '", "\n".join(s["message"] for s in finding["evidence"])))

    pair_up("include cycle", file_rings, cycles, files_of)
    pair_up("module ring", module_rings, modules, modules_of)
    print(f"| {name} | {len(units)} | {failed} | {len(edges)} | {len(file_rings)} | {len(cycles)} | {idioms} | "
          f"{len(module_rings)} | {len(modules)} | {'differ' if complaints else 'agree'} |", flush=True)
    for complaint in complaints:
        print(complaint)
    return not complaints


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    print("| project | units | failed | includes between its files | include cycles: -H | plumbline | x-inl.h idioms | "
          "module rings: -H | plumbline | |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---|")
    agree = True
    for argument in sys.argv[2:]:
        name, _, place = argument.partition("=")
        project, _, folder = place.partition(":")
        agree = compare(os.path.realpath(sys.argv[1]), name, project, folder) and agree
    sys.exit(0 if agree else 1)


main()
