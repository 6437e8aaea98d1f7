"""What the benchmarks need of a compile database: distinct commands, and the same commands for Clang alone.

Python 3 and its standard library only.
"""

import json
import os
import shlex
import subprocess
import tempfile

WITH_VALUE = {"-o", "-MF", "-MT", "-MQ", "-MJ", "--serialize-diagnostics"}
JOINED_VALUE = ("-o", "--output=", "-MF", "-MT", "-MQ", "-MJ", "-Wp,-MD,", "-Wp,-MMD,", "-frandom-seed=")
DEPENDENCY_SWITCHES = {"-c", "-MD", "-MMD", "-MP", "-MG"}


def read_database(build_directory):
    """The entries of build_directory/compile_commands.json, each with "arguments" split."""
    with open(os.path.join(build_directory, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    for entry in entries:
        if "arguments" not in entry:
            entry["arguments"] = shlex.split(entry.pop("command"))
    return entries


def without_outputs(arguments):
    """The arguments without those that name an output: what plumbline does before it calls two commands the same."""
    kept, skip = [], False
    for argument in arguments:
        if skip:
            skip = False
        elif argument in WITH_VALUE:
            skip = True
        elif not argument.startswith(JOINED_VALUE):
            kept.append(argument)
    return kept


def source_path(entry):
    return os.path.normpath(os.path.join(entry["directory"], entry["file"]))


def distinct(entries):
    """One entry per file and command, sorted by path: the translation units that plumbline counts."""
    chosen = {}
    for entry in entries:
        key = (source_path(entry), entry["directory"], tuple(without_outputs(entry["arguments"])))
        chosen.setdefault(key, entry)
    return [chosen[key] for key in sorted(chosen)]


def syntax_only(entry, clang):
    """The command line that parses the same unit with `clang` (a C++ driver such as clang++-22) and writes nothing."""
    arguments = without_outputs(entry["arguments"])
    driver = clang if "++" in os.path.basename(arguments[0]) else clang.replace("++", "")
    rest = [argument for argument in arguments[1:] if argument not in DEPENDENCY_SWITCHES]
    return [driver, "-fsyntax-only", "-w", *rest]


class Usage:
    """What a finished process and the children that it waited for used."""

    def __init__(self, status, usage, output, errors):
        self.status = status
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.peak_kibibytes = usage.ru_maxrss  # of the largest single process among them
        self.output = output
        self.errors = errors


def run(command, directory):
    """Runs to the end."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        with subprocess.Popen(
            command, cwd=directory, stdin=subprocess.DEVNULL, stdout=output, stderr=errors
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return Usage(process.returncode, usage, *texts)
