#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes compile_commands.json: how each C file is compiled, for editors and
for clang-tidy (tools/check).

    tools/compdb.py --output FILE --cc CC --kernel FLAGS --user FLAGS
"""
import argparse
import glob
import json
import os

from mkramdisk import write_if_changed

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KERNEL = ("boot/*.c", "kernel/*.c", "kernel/*/*.c", "mm/*.c")
USER = ("user/lib/*.c", "user/bin/*.c", "user/bin/*/*.c", "user/test/*.c",
        "user/test/lib/*.c")


def entries(patterns, command):
    """One entry a file."""
    for pattern in patterns:
        for path in sorted(glob.glob(pattern)):
            yield {"directory": ROOT, "file": path,
                   "command": f"{command} -c {path}"}


def main():
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Write compile_commands.json.")
    parser.add_argument("--output", required=True, metavar="FILE")
    parser.add_argument("--cc", required=True)
    parser.add_argument("--kernel", required=True, metavar="FLAGS")
    parser.add_argument("--user", required=True, metavar="FLAGS")
    args = parser.parse_args()
    os.chdir(ROOT)
    database = list(entries(KERNEL, f"{args.cc} {args.kernel}"))
    database += entries(USER, f"{args.cc} {args.user}")
    text = json.dumps(database, indent=1) + "\n"
    write_if_changed(args.output, text.encode())


if __name__ == "__main__":
    main()
