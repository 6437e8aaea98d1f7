#!/usr/bin/env python3
"""Identity under edits whose truth is known (design.md §5).

A code base is copied, and a comment /*@N*/ is put before the anchor of each finding: comments are no part of identity,
formatters and renamers keep them, so they say afterwards which finding is which. Then the copy is edited, audited
against the baseline taken before, and each finding's fingerprint compared with the one that its comment stood at.

  reformat    clang-format in another style, the whole tree
  files       every second source file and header gets another name; includes and the compile database follow
  functions   every function and class that is the owner of a finding gets another name, everywhere (with a prefix: the end of
              a name says what a type is for)
  reorder     the member functions defined in each source file that has findings, in another order
  neighbour   before every second finding that is a statement on one line, the same statement once more (which of two equal statements side by
              side is the old one nobody can say: either may be recognised, not both, not none)
  all         one after the other

Beside it stands, for scale, what others keep: a hash of file, message, line text and column, and the SARIF Multitool's
match-results-forward (npm @microsoft/sarif-multitool in tests/node), which says of each result whether it is known or new.

    bench/identity_edits.py --plumbline build/plumbline --only src NuRaft
"""
import argparse, collections, contextlib, json, os, pathlib, re, shutil, subprocess, sys, tempfile

SOURCES = (".c", ".cc", ".cpp", ".cxx")
HEADERS = (".h", ".hh", ".hpp", ".hxx")
MARK = re.compile(rb"/\*@(\d+)\*/")
STYLES = {"Google", "LLVM", "Mozilla", "WebKit", "Chromium"}


class Tree:
    """A copy of the code base, with its compile database."""

    def __init__(self, origin, folder, only):
        self.origin, self.root = origin, os.path.join(folder, "tree")
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(origin, self.root, symlinks=True, ignore=shutil.ignore_patterns("*.o", "*.a", ".git"))
        text = pathlib.Path(origin, "build/compile_commands.json").read_text().replace(origin, self.root)
        commands, seen = [], set()
        for command in json.loads(text):
            path = os.path.join(command["directory"], command["file"])
            if any(os.path.relpath(path, self.root).startswith(part) for part in only) and path not in seen:
                seen.add(path)
                commands.append(command)
        self.commands = commands
        pathlib.Path(self.root, ".plumbline.yaml").write_text("")
        self.write_database()

    def write_database(self):
        pathlib.Path(self.root, "build/compile_commands.json").write_text(json.dumps(self.commands, indent=1))

    def audit(self, arguments, output=None):
        done = subprocess.run([*arguments, "--quiet", "-p", "build", *(["-o", output] if output else [])], cwd=self.root, capture_output=True, text=True)
        if done.returncode not in (0, 1, 2):
            sys.exit(f"{arguments}: {done.stderr}")

    def sources(self):
        for path in sorted(pathlib.Path(self.root).rglob("*")):
            relative = path.relative_to(self.root)
            if path.suffix in SOURCES + HEADERS and path.is_file() and relative.parts[0] != "build":
                yield path


def broken(path):
    """Units that could not be analysed, or only with errors: an edit that makes more of them says nothing about identity."""
    units = json.load(open(path))["coverage"]["units"]
    return units["failed"] + units["analysed_with_errors"]


def findings(path):
    return [f for f in json.load(open(path))["findings"] if f["status"] in ("new", "open", "reopened")]


def offset(data, line, column):
    return sum(len(l) for l in data.splitlines(keepends=True)[: line - 1]) + column - 1


def put_marks(tree, found):
    """Comments before the anchors; returns how many findings have one of their own."""
    by_file = collections.defaultdict(dict)
    for finding in found:
        place = finding["location"]
        by_file[place["path"]].setdefault((place["line"], place["column"]), None)
    number = 0
    for path, places in sorted(by_file.items()):
        full = pathlib.Path(tree.root, path)
        data = full.read_bytes()
        for line, column in sorted(places, reverse=True):
            at = offset(data, line, column)
            data = data[:at] + b"/*@%d*/" % number + data[at:]
            number += 1
        full.write_bytes(data)
    return number


def marked(tree, found):
    """mark and check of each finding, to the fingerprints of those that have it."""
    result = collections.defaultdict(set)
    texts = {}
    for finding in found:
        place = finding["location"]
        data = texts.setdefault(place["path"], pathlib.Path(tree.root, place["path"]).read_bytes())
        before = data[: offset(data, place["line"], place["column"])].rstrip()
        marks = list(MARK.finditer(before[-16:]))
        if marks and marks[-1].end() == len(before[-16:]):
            result[(int(marks[-1].group(1)), finding["check"], finding["kind"])].add(finding["fingerprint"])
    return result


def edited_lines(clean, tree):
    """How many lines an edit wrote: an edit that finds nothing to do says nothing about identity."""
    difference = subprocess.run(["diff", "-rN", "--exclude=build", "--exclude=.plumbline", clean, tree.root], capture_output=True)
    return difference.stdout.count(b"\n> ")


def naive_hashes(tree, found):
    """The same keys, to hashes of file, message, text of the line and column: what many tools call a fingerprint."""
    result, lines = collections.defaultdict(set), {}
    marks = {fingerprint: mark for mark, fingerprints in marked(tree, found).items() for fingerprint in fingerprints}
    for finding in found:
        place = finding["location"]
        text = lines.setdefault(place["path"], MARK.sub(b"", pathlib.Path(tree.root, place["path"]).read_bytes()).splitlines())
        line = text[place["line"] - 1] if place["line"] <= len(text) else b""
        column = len(MARK.sub(b"", pathlib.Path(tree.root, place["path"]).read_bytes().splitlines()[place["line"] - 1][: place["column"] - 1]))
        if finding["fingerprint"] in marks:
            result[marks[finding["fingerprint"]]].add((place["path"], finding["message"], line, column))
    return result


def reformat(tree, _):
    style = "Google"
    files = [str(p) for p in tree.sources()]
    for i in range(0, len(files), 100):
        subprocess.run(["clang-format-22", f"--style={{BasedOnStyle: {style}, SortIncludes: Never}}", "-i", *files[i : i + 100]], check=True)


def rename_files(tree, _):
    # Names are taken for one whatever their folder; those that the build generates (platform.hpp, and its hand-written
    # twins for other compilers) stay, because nothing renames them in the build folder.
    generated = {path.name for path in pathlib.Path(tree.root, "build").rglob("*") if path.suffix in HEADERS}
    names = {}
    for k, path in enumerate(list(tree.sources())):
        if k % 2 == 0 and path.name not in generated:
            names[path.name] = path.stem + "_renamed" + path.suffix
    ours = {"/" + str(path.relative_to(tree.root)) for path in tree.sources()}
    for path in list(tree.sources()):
        data = path.read_text(errors="surrogateescape")
        def include(match):
            folder, name = os.path.split(match.group(2))
            if '"' not in match.group(1) and not any(known.endswith("/" + match.group(2)) for known in ours):
                return match.group(0)  # <sys/epoll.h> beside a file of the same name
            return match.group(1) + os.path.join(folder, names.get(name, name))
        data = re.sub(r'(#\s*include\s*["<])([^">]+)', include, data)
        path.write_text(data, errors="surrogateescape")
        if path.name in names:
            path.rename(path.with_name(names[path.name]))
    for command in tree.commands:
        for key in ("file", "command"):
            if key in command:
                command[key] = re.sub(r"[^/\s]+(?=\s|$)", lambda m: names.get(m.group(0), m.group(0)), command[key])
        if "arguments" in command:
            command["arguments"] = [os.path.join(os.path.dirname(a), names.get(os.path.basename(a), os.path.basename(a))) for a in command["arguments"]]
    tree.write_database()


def rename_functions(tree, found):
    words = set()
    for finding in found:
        name = finding["owner"].split("::")[-1]
        if re.fullmatch(r"[A-Za-z_]\w{3,}", name) and name != "main":
            words.add(name)
    system = {"string", "vector", "size", "list", "close", "read", "write", "open", "send", "connect", "accept", "bind", "init", "stop", "start"}
    words -= system
    if not words:
        return
    pattern = re.compile(r"(?<![\w#\"])(?<![^*]/)(" + "|".join(sorted(words)) + r")\b(?!\.hxx|\.h\b|\.cxx|/)")  # not in paths
    for path in tree.sources():
        lines = path.read_text(errors="surrogateescape").split("\n")
        path.write_text("\n".join(l if l.lstrip().startswith("#include") else pattern.sub(r"renamed_\1", l) for l in lines), errors="surrogateescape")


# A function that a class or namespace declares, from the comment above it to its brace in column 1. What stands between
# two of them (an #if, a static variable) stays where it is, and no function is carried past it.
FUNCTION = re.compile(r"(?:^(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n)*^[A-Za-z_][^\n;={#}]*::[^;={}#]*\([^;{}#]*\)[^;{}#]*\{\n(?:(?!\}).*\n)*\}[ \t]*\n", re.M)


def reorder(tree, found):
    """Each run of function definitions backwards."""
    for name in sorted({f["location"]["path"] for f in found}):
        path = pathlib.Path(tree.root, name)
        if path.suffix not in SOURCES or not path.exists():
            continue
        text = path.read_text(errors="surrogateescape")
        runs, at = [[]], 0
        for function in FUNCTION.finditer(text):
            if text[at : function.start()].strip():
                runs.append([])
            runs[-1].append((function.start(), function.end()))
            at = function.end()
        moved, at = "", 0
        for run in runs:
            for place, function in zip(run, reversed(run)):
                moved += text[at : place[0]] + text[function[0] : function[1]]
                at = place[1]
        path.write_text(moved + text[at:], errors="surrogateescape")


def neighbour(tree, found):
    """An equal statement before every second finding that is a statement of its own, on one line: a call or an assignment."""
    by_file, statements = collections.defaultdict(set), 0
    for place in sorted({(f["location"]["path"], f["location"]["line"]) for f in found}):
        lines = pathlib.Path(tree.root, place[0]).read_text(errors="surrogateescape").split("\n")
        previous = lines[place[1] - 2].strip() if place[1] > 1 else ""
        plain = re.sub(r"/\*@\d+\*/", "", lines[place[1] - 1])
        if re.fullmatch(r"\s+(?!return|throw)[\w.:>\-\[\]]+(\s*\(.*\)|\s*=\s*[^=].*);\s*", plain) and previous.endswith((";", "{", "}")):
            statements += 1
            if statements % 2:
                by_file[place[0]].add(place[1])
    for name, numbers in by_file.items():
        path = pathlib.Path(tree.root, name)
        lines = path.read_text(errors="surrogateescape").split("\n")
        for number in sorted(numbers, reverse=True):
            lines.insert(number - 1, lines[number - 1])
        path.write_text("\n".join(lines), errors="surrogateescape")


EDITS = {"reformat": [reformat], "files": [rename_files], "functions": [rename_functions], "reorder": [reorder], "neighbour": [neighbour],
         "all": [neighbour, reorder, rename_functions, rename_files, reformat]}


def multitool_keeps(program, before, after, folder):
    """What match-results-forward says of the results: unchanged, updated (known, said otherwise), new, absent."""
    out = os.path.join(folder, "matched.sarif")
    done = subprocess.run([program, "match-results-forward", after, "--previous", before, "--output-file-path", out, "--log", "ForceOverwrite"], capture_output=True, text=True)
    if done.returncode != 0 or not os.path.exists(out):
        return None
    runs = json.load(open(out, encoding="utf-8-sig"))["runs"]
    return collections.Counter(r.get("baselineState") for run in runs for r in run.get("results", []))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plumbline", required=True)
    parser.add_argument("--only", default="src", help="folders, comma separated")
    parser.add_argument("--edits", default=",".join(EDITS))
    parser.add_argument("--multitool", default="tests/node/node_modules/.bin/sarif-multitool")
    parser.add_argument("--folder", help="where to work, and keep facts for the next run; else a temporary folder")
    parser.add_argument("-v", action="store_true", help="list what was lost or paired wrongly, on standard error")
    parser.add_argument("root")
    options = parser.parse_args()
    plumbline, origin = os.path.abspath(options.plumbline), os.path.abspath(options.root)
    print("| edit | lines edited | findings | kept | lost | wrongly paired | kept (%) | naive hash keeps | Multitool known / new |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    with contextlib.ExitStack() as stack:
        folder = options.folder and os.path.abspath(options.folder) or stack.enter_context(tempfile.TemporaryDirectory())
        os.makedirs(folder, exist_ok=True)
        if options.folder:
            os.environ["PLUMBLINE_CACHE_DIR"] = os.path.join(folder, "cache")
            for stale in ("clean", "aside"):
                shutil.rmtree(os.path.join(folder, stale), ignore_errors=True)
        tree = Tree(origin, folder, options.only.split(","))
        first = os.path.join(folder, "first.json")
        tree.audit([plumbline, "scan"], first)
        put_marks(tree, findings(first))
        clean = os.path.join(folder, "clean")
        tree.audit([plumbline, "baseline", "create"])
        tree.audit([plumbline, "scan"], first)
        before, naive_before = marked(tree, findings(first)), naive_hashes(tree, findings(first))
        sarif = os.path.join(folder, "before.sarif")
        os.rename(os.path.join(tree.root, ".plumbline"), os.path.join(folder, "aside"))
        tree.audit([plumbline, "scan"], sarif)
        os.rename(os.path.join(folder, "aside"), os.path.join(tree.root, ".plumbline"))
        shutil.copytree(tree.root, clean, symlinks=True)
        commands = json.dumps(tree.commands)
        for edit in options.edits.split(","):
            shutil.rmtree(tree.root)
            shutil.copytree(clean, tree.root, symlinks=True)
            tree.commands = json.loads(commands)
            for step in EDITS[edit]:
                step(tree, findings(first))
            edited = edited_lines(clean, tree)
            after_path = os.path.join(folder, "after.json")
            tree.audit([plumbline, "scan"], after_path)
            if broken(after_path) > broken(first):
                units = json.load(open(after_path))["coverage"]
                sys.exit(f"{edit}: the edited code does not compile as it did: {json.dumps(units)[:2000]}")
            after = marked(tree, findings(after_path))
            owner_of = {fingerprint: mark for mark, fingerprints in before.items() for fingerprint in fingerprints}
            common = [mark for mark in before if mark in after]
            kept = sum(bool(after[mark] & before[mark]) for mark in common)
            wrong = sum(owner_of.get(fingerprint, mark) != mark for mark in after for fingerprint in after[mark])
            naive_after = naive_hashes(tree, findings(after_path))
            naive = sum(bool(naive_after[mark] & naive_before[mark]) for mark in common)
            if options.v:
                texts = {f["fingerprint"]: f"{f['location']['path']}:{f['location']['line']} {f['check']}/{f['kind']} {f['owner']}: {f['message']}" for f in findings(first) + findings(after_path)}
                for mark in common:
                    if not after[mark] & before[mark]:
                        print(f"{edit} lost {mark}: {[texts[x] for x in before[mark]]}", file=sys.stderr)
                for mark in after:
                    for fingerprint in after[mark]:
                        if owner_of.get(fingerprint, mark) != mark:
                            print(f"{edit} wrong: {mark} is taken for {owner_of[fingerprint]}: {texts[fingerprint]}", file=sys.stderr)
                for mark in before:
                    if mark not in after:
                        print(f"{edit} not found after the edit: {[texts[x] for x in before[mark]]}", file=sys.stderr)
            after_sarif = os.path.join(folder, "after.sarif")
            os.rename(os.path.join(tree.root, ".plumbline"), os.path.join(folder, "aside"))
            tree.audit([plumbline, "scan"], after_sarif)
            shutil.rmtree(os.path.join(folder, "aside"))
            states = multitool_keeps(options.multitool, sarif, after_sarif, folder) if os.path.exists(options.multitool) else None
            beside = f"{states['unchanged'] + states['updated']} / {states['new']}" if states else "not run"
            share = 100 * kept / len(common) if common else 0
            print(f"| {edit} | {edited} | {len(common)} of {len(before)} | {kept} | {len(common) - kept} | {wrong} | {share:.2f} | {naive} | {beside} |", flush=True)
            if os.environ.get("KEEP"):
                shutil.copytree(tree.root, os.path.join(os.environ["KEEP"], edit), dirs_exist_ok=True, symlinks=True)
                shutil.copy(after_path, os.path.join(os.environ["KEEP"], edit + ".json"))


main()
