#!/usr/bin/env python3
"""Identity over real history (design.md §5): consecutive commits of a code base, each scanned and compared with the one before.

git says which lines a commit did not touch (git diff -M -U0). A finding that stands on such lines in both commits must be
known again: its old line, followed through git's line numbers, and its new line must be one finding. Counted are

  compared    findings of the older commit whose lines the newer one has unchanged
  lost        … that the newer commit has at the same place, by check and kind, and that were called fixed or new
  crossed     … that were recognised at another place than where git says their line is now
  judged      findings on unchanged lines that are really gone or really there now, because the commit changed code
              elsewhere that decides about them; each is listed, to be read by a person (-v)

    bench/identity_history.py --plumbline build/plumbline --origin NuRaft --only src,include NuRaft.git

The commits are those of the first-parent history that touch the folders. Compile commands are those of --origin (a built
checkout of the same code base, whose build folder has the generated headers); a file that is no longer there takes the
flags of another of its folder. All is checked out in one place, so that facts of unchanged units are reused.
"""
import argparse, collections, fnmatch, json, os, pathlib, re, shutil, subprocess, sys, tempfile

SOURCES = (".c", ".cc", ".cpp", ".cxx")


def git(repository, *arguments):
    done = subprocess.run(["git", "-C", repository, *arguments], capture_output=True)
    if done.returncode != 0:
        sys.exit(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="surrogateescape")


class Lines:
    """Where the lines of one commit are in the next, by git diff -M -U0."""

    def __init__(self, tree, before, after):
        self.names, self.hunks = {}, collections.defaultdict(list)  # old path to new; old path to [then, count, now, count]
        self.gone, self.added = set(), set()
        old, body = None, 0  # body: lines of a hunk that are still to come, whatever they look like
        for line in git(tree, "-c", "core.quotePath=false", "diff", "-M", "-U0", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/", before, after).split("\n"):
            if body and line[:1] in "+-":
                body -= 1
            elif line.startswith("rename from "):
                old = line[len("rename from ") :]
            elif line.startswith("rename to "):
                self.names[old] = line[len("rename to ") :]
            elif line.startswith("--- "):
                old = line[6:] if line.startswith("--- a/") else None
            elif line == "+++ /dev/null":
                self.gone.add(old)
            elif line.startswith("+++ b/") and old is None:
                self.added.add(line[6:])
            elif match := re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line):
                numbers = [int(group) if group is not None else 1 for group in match.groups()]
                body = numbers[1] + numbers[3]
                if old is not None:
                    self.hunks[old].append(numbers)
        self.back = {now: then for then, now in self.names.items()}

    def now(self, path, line):
        """The place in the newer commit, or nothing if the line was changed."""
        if path in self.gone:
            return None
        shift = 0
        for start, count, new_start, new_count in self.hunks.get(path, ()):
            first = start if count else start + 1  # a pure insertion stands behind its line
            if line < first:
                break
            if line < first + count:
                return None
            shift += new_count - count
        return self.names.get(path, path), line + shift

    def was_there(self, path, line):
        """Whether a line of the newer commit stood in the older one."""
        then = self.back.get(path, path)
        hunks = self.hunks.get(then, ())
        return path not in self.added and not any(first <= line < first + count for _, _, first, count in hunks)

    def same(self, finding):
        """The place now of a finding whose lines are all unchanged and still together."""
        place = finding["location"]
        first, last = place["line"], max(place["line"], place.get("end_line") or 0)
        moved = [self.now(place["path"], line) for line in range(first, min(last, first + 200) + 1)]
        if any(m is None for m in moved) or any(m[1] != moved[0][1] + k for k, m in enumerate(moved)):
            return None
        return moved[0]


class Tree:
    def __init__(self, repository, folder, origin, only, units):
        self.units = units
        self.root, self.origin, self.only = os.path.join(folder, "tree"), origin, only
        self.build = os.path.join(folder, "build")
        os.makedirs(self.build, exist_ok=True)
        if not os.path.exists(self.root):
            subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", repository, self.root], check=True)
        self.flags = {}
        for entry in json.load(open(os.path.join(origin, "build/compile_commands.json"))):
            path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), origin)
            self.flags.setdefault(path, entry)

    def checkout(self, commit):
        git(self.root, "checkout", "--quiet", "--force", "--detach", commit)
        pathlib.Path(self.root, ".plumbline.yaml").write_text("")  # the project's root, and no settings
        commands = []
        for folder in self.only:
            for path in sorted(pathlib.Path(self.root, folder).rglob("*")):
                name = str(path.relative_to(self.root))
                if path.suffix not in SOURCES or not any(fnmatch.fnmatch(name, glob) for glob in self.units.split(",")):
                    continue
                entry = self.flags.get(name)
                if entry is None:
                    if os.path.exists(os.path.join(self.origin, name)):
                        continue  # not built
                    siblings = [p for p in self.flags if os.path.dirname(p) == os.path.dirname(name)]
                    if not siblings:
                        continue
                    entry = self.renamed(self.flags[sorted(siblings)[0]], sorted(siblings)[0], name)
                commands.append(self.moved(entry))
        pathlib.Path(self.build, "compile_commands.json").write_text(json.dumps(commands, indent=1))
        return len(commands)

    def renamed(self, entry, old, new):
        return json.loads(json.dumps(entry).replace(old, new))

    def moved(self, entry):
        """Paths of the origin are the tree's, but for its build folder, which has what was generated."""
        build = json.dumps(os.path.join(self.origin, "build"))[1:-1]
        text = json.dumps(entry).replace(build, "\0").replace(json.dumps(self.origin)[1:-1], json.dumps(self.root)[1:-1])
        return json.loads(text.replace("\0", build))


def scan(plumbline, tree, arguments):
    done = subprocess.run([plumbline, *arguments, "--quiet", "-p", tree.build], cwd=tree.root, capture_output=True, text=True)
    if done.returncode not in (0, 1, 2):
        sys.exit(f"{arguments}: {done.stderr}")


def recorded(baseline):
    """The findings of a baseline, in the shape that they have in a report."""
    found = []
    for entry in json.load(open(baseline))["findings"]:
        location = {"path": entry["path"], "line": entry["line"], "end_line": entry["end"][0]}
        found.append({**{key: entry[key] for key in ("check", "kind", "fingerprint", "message")}, "location": location})
    return found


def live(report):
    return [f for f in report["findings"] if f["status"] in ("new", "open", "reopened")]


def compare(then, now, lines, tell):
    """Counts of one step. `then`, `now`: findings; those of now have the fingerprints of what they were recognised as."""
    counts = collections.Counter()
    by_fingerprint = {f["fingerprint"]: f for f in then}
    def key(finding, place):
        return finding["check"], finding["kind"], place
    def place(finding):
        return finding["location"]["path"], finding["location"]["line"]
    here = collections.defaultdict(list)
    for finding in now:
        here[key(finding, place(finding))].append(finding)
    recognised = {f["fingerprint"]: f for f in now if f["status"] != "new"}
    expected = collections.defaultdict(list)  # where unchanged findings of then should be
    for finding in then:
        to = lines.same(finding)
        if to is None:
            continue
        expected[key(finding, to)].append(finding)
    for slot, olds in sorted(expected.items()):
        counts["compared"] += len(olds)
        news = here.get(slot, [])
        for old in olds:
            found = recognised.get(old["fingerprint"])
            if found is not None and found in news:
                continue
            if found is not None:
                # Its line may have lost its finding while another one like it was written: then nobody can say.
                counts["crossed"] += 1
                tell("crossed", old, place(found))
            elif any(n["status"] == "new" for n in news):
                counts["lost"] += 1
                tell("lost", old, slot[2])
            else:
                counts["judged fixed"] += 1
                tell("judged fixed", old, slot[2])
    for slot in sorted(here):
        for finding in here[slot]:
            if finding["status"] == "new" and slot not in expected and lines.was_there(*slot[2]):
                counts["judged new"] += 1
                tell("judged new", finding, slot[2])
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plumbline", required=True)
    parser.add_argument("--origin", required=True, help="a built checkout, whose build/compile_commands.json says how to compile")
    parser.add_argument("--only", default="src", help="folders, comma separated")
    parser.add_argument("--units", default="*", help="globs of the translation units, comma separated; the commits stay those of the folders")
    parser.add_argument("--commits", type=int, default=100, help="steps from one commit to the next")
    parser.add_argument("--until", default="HEAD")
    parser.add_argument("--folder", help="where to work, and keep facts for the next run; else a temporary folder")
    parser.add_argument("--checks", default="*")
    parser.add_argument("-v", action="store_true", help="list what is not simply the same, on standard error")
    parser.add_argument("repository")
    options = parser.parse_args()
    plumbline, only = os.path.abspath(options.plumbline), options.only.split(",")
    folder = os.path.abspath(options.folder) if options.folder else tempfile.mkdtemp()
    os.environ.setdefault("PLUMBLINE_CACHE_DIR", os.path.join(folder, "cache"))
    tree = Tree(os.path.abspath(options.repository), folder, os.path.abspath(options.origin), only, options.units)
    commits = git(tree.root, "log", "--first-parent", "--format=%H", f"-n{options.commits + 1}", options.until, "--", *only).split()
    commits.reverse()
    baseline, report = os.path.join(folder, "baseline.json"), os.path.join(folder, "now.json")
    totals, then, before, steps, failing = collections.Counter(), [], None, 0, 0
    for commit in commits:
        tree.checkout(commit)
        checks = [] if options.checks == "*" else ["--checks", options.checks]
        if before is None:
            scan(plumbline, tree, ["scan", "-o", report, *checks])
        else:
            scan(plumbline, tree, ["scan", "--baseline", baseline, "-o", report, *checks])
        now = json.load(open(report))
        failing += now["coverage"]["units"]["failed"] > 0
        if before is not None:
            steps += 1
            def tell(what, finding, place):
                if options.v:
                    at = finding["location"]
                    print(f"{commit[:8]} {what}: {at['path']}:{at['line']} -> {place[0]}:{place[1]} {finding['check']}/{finding['kind']} {finding['message']}", file=sys.stderr, flush=True)
            counts = compare(then, live(now), Lines(tree.root, before, commit), tell)
            counts["findings"] = len(then)
            counts["new"] = sum(f["status"] == "new" for f in now["findings"])
            totals.update(counts)
            print(f"{steps} {commit[:8]} {dict(counts)}", file=sys.stderr, flush=True)
        scan(plumbline, tree, ["baseline", "create", "--force", "--baseline", baseline, *checks])
        then, before = recorded(baseline), commit
    wrong = totals["lost"] + totals["crossed"]
    share = 100 * wrong / totals["compared"] if totals["compared"] else 0
    name = os.path.basename(os.path.normpath(options.origin))
    print("| code base | folders | commits | with a failed unit | findings | on unchanged lines | lost | crossed | lost or crossed (%) | really fixed / new there |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    print(f"| {name} | {' '.join(only)} | {steps} | {failing} | {totals['findings']} | {totals['compared']} | {totals['lost']} | {totals['crossed']} | {share:.3f} | {totals['judged fixed']} / {totals['judged new']} |")
    if not options.folder:
        shutil.rmtree(folder)
    sys.exit(1 if share > 0.1 else 0)


main()
