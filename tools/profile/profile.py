#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where the instructions of an operation go, function by function.

    tools/profile/profile.py [--per N] [--lines] -- PROGRAM ARGS…

Runs PROGRAM, a static Linux program of this machine's, in Quire and counts the
kernel's instructions between each call of its function profile_start() and the
next of profile_stop(), with a QEMU plugin (plugin.c). --per N divides the
counts, for so many operations. --lines shows single instructions too.
"""
import argparse
import bisect
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(TOP, "build")


def symbols(path):
    """=> sorted [(address, name)] of the functions of an ELF file."""
    text = subprocess.run(["nm", "--defined-only", path], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    found = []
    for line in text.splitlines():
        address, kind, name = line.split()
        if kind in "tTW":
            found.append((int(address, 16), name))
    return sorted(found)


def build_plugin(folder):
    plugin = os.path.join(folder, "plugin.so")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", plugin,
                    os.path.join(HERE, "plugin.c")], check=True)
    return plugin


def run(program, args, plugin, out):
    """Runs the program under the plugin, between its two markers."""
    marks = {name: address for address, name in symbols(program)}
    if "profile_start" not in marks or "profile_stop" not in marks:
        sys.exit(f"{program} has no profile_start() and profile_stop()")
    option = (f"{plugin},start={marks['profile_start']:#x},"
              f"stop={marks['profile_stop']:#x},out={out}")
    extra = os.path.join(os.path.dirname(out), "extra")
    os.mkdir(extra)
    shutil.copy(program, extra)
    subprocess.run([os.path.join(TOP, "tools", "quire"), "run", "--cpu",
                    "qemu64", "--icount", "--qemu-args", f"-plugin {option}",
                    "--extra", extra, "--", "/" + os.path.basename(program),
                    *args], check=True)


def read_counts(path):
    counts = {}
    with open(path, encoding="ascii") as file:
        for line in file:
            address, count = line.split()
            counts[int(address, 16)] = int(count)
    return counts


def name_of(address, table, starts):
    index = bisect.bisect_right(starts, address) - 1
    return table[index][1] if index >= 0 else "?"


def show(counts, per, lines):
    table = symbols(os.path.join(BUILD, "quire.debug"))
    starts = [address for address, _ in table]
    sums, inside = {}, {}
    for address, count in counts.items():
        name = "(program)" if address < 1 << 47 else name_of(address, table,
                                                            starts)
        sums[name] = sums.get(name, 0) + count
        inside.setdefault(name, []).append((address, count))
    total = sum(sums.values())
    print(f"{total / per:12.1f}  in all")
    for name, count in sorted(sums.items(), key=lambda item: -item[1]):
        if count / per < 0.5:
            continue
        print(f"{count / per:12.1f}  {name}")
        if lines and name != "(program)":
            for address, each in sorted(inside[name]):
                print(f"{each / per:12.1f}      {address:#x}")


def main():
    parser = argparse.ArgumentParser(
        description="Where an operation's instructions go.")
    parser.add_argument("--per", type=int, default=1)
    parser.add_argument("--lines", action="store_true")
    parser.add_argument("program")
    parser.add_argument("args", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "counts")
        run(options.program, options.args, build_plugin(folder), out)
        show(read_counts(out), options.per, options.lines)


if __name__ == "__main__":
    main()
