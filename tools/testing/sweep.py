# SPDX-License-Identifier: MIT
"""Every allocation fails once, in all operations of `make sweep`: errors are
clean and no memory is lost. And /proc/PID/fail-nth, which makes them fail."""
import os
import re

from machine import ROOT
from testing.suite import add_test, test

SWEEP = os.path.join(ROOT, "tools", "sweep.py")
MACHINES = {"1": ("1", "max"), "2": ("2", "qemu64")}    # CPUs, their kind
SWEEP_TIMEOUT = 240
OPERATIONS_MIN = 90     # so many there are
FAILURES_MIN = 600      # … and so many allocations in them


def sweep(context, cpus, cpu):
    """All operations on one machine."""
    result = context.succeeded(context.host(
        "python3", SWEEP, "--cpus", cpus, "--cpu", cpu, timeout=SWEEP_TIMEOUT))
    found = context.contains(result.text(), r"^(\d+) operations, 0 problems$",
                             "the last line")
    context.true(int(found[1]) >= OPERATIONS_MIN, "all operations are swept")
    total = sum(int(each) for each in re.findall(r"(\d+) allocations:",
                                                 result.text()))
    context.true(total >= FAILURES_MIN, f"many allocations fail ({total})")


for title, machine in MACHINES.items():
    add_test(f"sweep-{title}",
             lambda context, machine=machine: sweep(context, *machine))


@test("sweep-interface")
def interface(context):
    """The files: fail-nth of a process and drop_caches take numbers only."""
    result = context.succeeded(context.shell(
        "cat /proc/self/fail-nth\n"
        "for text in x -1 2147483648 '1 2'; do\n"
        "echo $text > /proc/self/fail-nth || echo refused\ndone\n"
        "echo 5 > /proc/$$/fail-nth; echo 0 > /proc/$$/fail-nth\n"
        "echo 7 > /proc/sys/vm/drop_caches || echo refused\n"
        "echo 3 > /proc/sys/vm/drop_caches; cat /proc/sys/vm/drop_caches\n"))
    context.equal(result.text(), "0\n" + 5 * "refused\n" + "3\n", "output")


@test("sweep-names")
def names(context):
    """An operation that does not exist is refused, not passed over."""
    result = context.host("python3", SWEEP, "nothing")
    context.equal(result.status, 2, "status")
