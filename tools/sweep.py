#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fails every allocation of one operation after the other.

    tools/sweep.py [--cpus N] [--cpu MODEL] [NAME]...

Runs /bin/sweep in Quire under `vmck lockck`: see user/bin/sweep/main.c. NAME
chooses operations (`mremap`, `mremap-move`); none: all. The exit status is 0 if
every run ended well and all memory came back.
"""
import argparse
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
QUIRE = os.path.join(ROOT, "tools", "quire")
# Little, since vmck looks at all frames after each run, and some large pages.
MEMORY = "96M"
KERNEL_ARGS = "vmck lockck hugepages=8"
TIMEOUT = "600"


def command(cpus, cpu, names):
    """The command line that sweeps."""
    return [QUIRE, "run", "--no-reports", "--mem", MEMORY, "--cpus", str(cpus),
            "--cpu", cpu, "--kernel-args", KERNEL_ARGS, "--timeout", TIMEOUT,
            "--", "/bin/sweep", *names]


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description="Fail every allocation.")
    parser.add_argument("--cpus", type=int, default=1, metavar="N")
    parser.add_argument("--cpu", default="max", metavar="MODEL")
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    done = subprocess.run(command(args.cpus, args.cpu, args.names),
                          stdin=subprocess.DEVNULL, check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
