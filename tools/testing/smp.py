# SPDX-License-Identifier: MIT
"""Several CPUs: the programs about signals, threads and futexes, and the stress
programs, with 2 and 4 CPUs and on both kinds of processor; and that memory is
as free afterwards as it was before.

Those whose names begin with `stress-` want the host for themselves and take
minutes: they run only when named (`make stress`). QUIRE_STRESS=N makes the
stress programs N times as long.
"""
import glob
import os
import re

from machine import ROOT
from testing.suite import add_test, test

SOURCES = os.path.join(ROOT, "user", "test")
KINDS = ("sig_*", "thread_*", "futex_*", "sched_*", "preempt", "fork_*",
         "vfork", "fpu_state")
MACHINES = {"2": {"cpus": 2}, "4": {"cpus": 4},
            "4-qemu64": {"cpus": 4, "cpu": "qemu64"}}
TIMES = int(os.environ.get("QUIRE_STRESS", "1"))
TIMEOUT = 300 * TIMES
CHECKS = "vmck lockck"

# Frames that may be in other hands the second time: each CPU's reserve, and
# half-full slabs.
SLACK_FRAMES = 256


def names(patterns):
    """The programs that match."""
    return sorted(os.path.basename(path)[:-2] for pattern in patterns
                  for path in glob.glob(f"{SOURCES}/{pattern}.c"))


def programs(context, machine):
    """All of them in one machine, one after the other."""
    script = "".join(f"/test/{name} || echo FAILED {name}\n"
                     for name in names(KINDS))
    result = context.succeeded(context.shell(
        script, timeout=TIMEOUT, kernel_args=CHECKS, **machine))
    context.true("FAIL" not in result.text(), "no program fails")


def stress(context, name, machine):
    """One stress program."""
    context.succeeded(context.quire(f"/test/{name}", str(TIMES),
                                    timeout=TIMEOUT, kernel_args=CHECKS,
                                    **machine))


def register():
    """One test for each machine, and for each stress program on it."""
    for title, machine in MACHINES.items():
        always = title == "2"
        add_test(f"{'smp' if always else 'stress'}-programs-{title}",
                 lambda context, machine=machine: programs(context, machine))
        for name in names(("stress_*",)):
            add_test(f"{name}-{title}".replace("_", "-"),
                     lambda context, name=name, machine=machine:
                     stress(context, name, machine))


register()


@test("stress-memory-comes-back")
def memory_comes_back(context):
    """10,000 threads, forks, stress: afterwards as many frames are free as
    after the first time."""
    once = "".join(f"/test/{name} > /dev/null || echo FAILED {name}\n"
                   for name in ("thread_many", "stress_forks",
                                "stress_memory", "futex_shared"))
    look = "grep nr_free_pages /proc/vmstat\n"
    result = context.succeeded(context.shell(
        once + look + once + look, cpus=4, timeout=TIMEOUT, kernel_args=""))
    context.true("FAIL" not in result.text(), "no program fails")
    first, second = [int(number) for number in
                     re.findall(r"nr_free_pages (\d+)", result.text())]
    context.true(first - second <= SLACK_FRAMES,
                 f"{first - second} frames are missing")
