# SPDX-License-Identifier: MIT
"""Random memory calls give the same on Linux and on Quire: a few seeds of
`make fuzz`, on each kind of machine."""
import os
import platform

from machine import ROOT
from testing.suite import add_test

FUZZ = os.path.join(ROOT, "tools", "fuzz.py")
MACHINES = {"1": ("1", "1"), "2": ("2", "1001")}    # CPUs, first seed
SEEDS = "60"
FUZZ_TIMEOUT = 240


def fuzz(context, cpus, first):
    """Some seeds, all sets of calls."""
    result = context.host("python3", FUZZ, "--cpus", cpus, "--first", first,
                          "--seeds", SEEDS, timeout=FUZZ_TIMEOUT)
    context.equal(result.status, 0, "seeds that differ: exit status")


def register():
    """One test for each number of CPUs, where Linux programs run."""
    if platform.machine() != "x86_64":
        return
    for title, machine in MACHINES.items():
        add_test(f"fuzz-{title}", lambda context, machine=machine:
                 fuzz(context, *machine))


register()
