#!/usr/bin/env bash
# bench/determinism.sh PLUMBLINE BUILD_DIR [PATH…]: scans a real code base in the ways that must not matter (one or two
# workers, cold or warm cache, any order of the compile database) and compares the JSON byte for byte; the scans with a
# warm cache must parse nothing. PATHs, relative to the folder above BUILD_DIR, limit it to some of the sources.
set -euo pipefail

[ $# -ge 2 ] || {
  echo "usage: $0 PLUMBLINE BUILD_DIR [PATH…]" >&2
  exit 3
}
plumbline=$(realpath "$1")
build_folder=$(realpath "$2")
shift 2
cd "$build_folder/.."
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
failures=0

# shuffled SEED: a folder with the same compile database in another order.
shuffled() {
  mkdir -p "$work/shuffled-$1"
  python3 - "$1" "$build_folder/compile_commands.json" "$work/shuffled-$1/compile_commands.json" << 'END'
import json, random, sys

seed, source, target = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    entries = json.load(file)
random.Random(int(seed)).shuffle(entries)
with open(target, "w", encoding="utf-8") as file:
    json.dump(entries, file)
END
  echo "$work/shuffled-$1"
}

fail() {
  echo "  FAILS: $1"
  failures=$((failures + 1))
}

# scan NAME BUILD_FOLDER OPTION…: a scan; its JSON must be that of the first one.
scan() {
  local name=$1 database=$2 status=0
  shift 2
  "$plumbline" scan -p "$database" "$@" "${paths[@]}" -o "$work/$name.json" > "$work/$name.out" 2> "$work/$name.err" ||
    status=$?
  if [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then # 2: some unit cannot be analysed; the same one each time
    cat "$work/$name.err" >&2
    exit 4
  fi
  echo "$name: $(grep " parsed, " "$work/$name.err" | sed 's/^plumbline: //')"
  first=${first:-$name}
  cmp "$work/$first.json" "$work/$name.json" || fail "the JSON is not that of $first"
  cmp "$work/$first.out" "$work/$name.out" || fail "the text is not that of $first"
}

# count NAME KEY…: what stands in that report under these keys: a number, or a list, whose length it is.
count() {
  python3 - "$work/$1.json" "${@:2}" << 'END'
import json, sys

with open(sys.argv[1], encoding="utf-8") as file:
    value = json.load(file)
for key in sys.argv[2:]:
    value = value[key]
print(value if isinstance(value, int) else len(value))
END
}

# parsed_nothing NAME: nothing but what failed before, which is tried again.
parsed_nothing() {
  local failed
  failed=$(count "$1" coverage units failed)
  grep --quiet " $failed parsed," "$work/$1.err" || fail "$1 parsed something"
}

paths=("$@")
cache=$work/cache
scan one-worker-no-cache "$build_folder" -j1 --no-cache
scan two-workers-fill-cache "$build_folder" -j2 --cache-dir "$cache"
scan two-workers-warm "$build_folder" -j2 --cache-dir "$cache"
parsed_nothing two-workers-warm
scan one-worker-warm-shuffled "$(shuffled 1)" -j1 --cache-dir "$cache"
parsed_nothing one-worker-warm-shuffled
scan two-workers-no-cache-shuffled "$(shuffled 2)" -j2 --no-cache

findings=$(count "$first" findings)
echo "$findings findings, $(stat --format=%s "$work/$first.json") bytes of JSON, $failures failures"
[ "$findings" -gt 0 ] || fail "nothing was found, so nothing was compared"
[ "$failures" -eq 0 ]
