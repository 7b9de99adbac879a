# SPDX-License-Identifier: MIT
"""Oracle tests: each program of user/test runs on this machine's Linux and on
Quire, from the same binary, and must pass and print the same on both."""
import contextlib
import glob
import os
import platform
import shutil
import threading

from machine import ROOT
from testing.suite import Failure, add_test

SOURCES = os.path.join(ROOT, "user", "test", "*.c")
# Not the usual `vmck lockck`.
KERNEL_ARGS = {
    "hugetlb": "vmck lockck hugepages=16",
    "hugetlb_advice": "vmck lockck hugepages=16",
    "too_many_areas": "lockck",  # vmck looks at all of them at each call
}
MACHINES = {"framebuffer": {"vga": "std"}}
# These look at what is this whole machine's, or change it: one at a time.
ALONE = ("hugetlb", "hugetlb_advice", "overcommit", "sysv_shm", "sysv_shmctl",
         "too_many_areas")
ONE_AT_A_TIME = threading.Lock()
BINARIES = os.path.join(ROOT, "build", "user", "test")


def linux_prefix():
    """What runs an x86-64 Linux program here. None: nothing does."""
    if platform.machine() == "x86_64":
        return []
    for name in ("qemu-x86_64", "qemu-x86_64-static"):
        if shutil.which(name):
            return [name]
    return None


def compare(context, name):
    """The test `name`: here, there, and the same."""
    binary = os.path.join(BINARIES, name)
    settings = dict(MACHINES.get(name, {}))
    if name in KERNEL_ARGS:
        settings["kernel_args"] = KERNEL_ARGS[name]
    there = context.quire(f"/test/{name}", **settings)
    prefix = linux_prefix()
    if prefix is not None:
        with ONE_AT_A_TIME if name in ALONE else contextlib.nullcontext():
            here = context.host(*prefix, binary, cwd=context.scratch,
                                env={"PATH": "/bin:/usr/bin", "HOME": "/"})
        context.equal(here.status, 0, "status on Linux")
    context.equal(there.status, 0, "status on Quire")
    if prefix is not None and there.out != here.out:
        raise Failure("the output differs: " + first_difference(
            here.text(), there.text()))


def first_difference(here, there):
    """Where two texts part."""
    left, right = here.split("\n"), there.split("\n")
    for number, pair in enumerate(zip(left, right), 1):
        if pair[0] != pair[1]:
            return (f"line {number}:\n    Linux: {pair[0]!r}\n"
                    f"    Quire: {pair[1]!r}")
    return f"Linux has {len(left)} lines, Quire {len(right)}"


def register():
    """One test for each program."""
    for source in sorted(glob.glob(SOURCES)):
        name = os.path.basename(source)[:-2]
        add_test(name, lambda context, name=name: compare(context, name))


register()
