# SPDX-License-Identifier: MIT
"""Builds by other compilers than the usual one, and that they boot."""
import os

from machine import ROOT
from testing.suite import test

CLANG_BUILD = "build/clang"     # kept: the next time there is little to do
BUILD_TIMEOUT = 1200


def make(context, *arguments):
    """Runs make, apart from the make that may have started us."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("MAKE") and name != "MFLAGS"}
    result = context.host("make", "-C", ROOT, f"-j{os.cpu_count()}",
                          *arguments, timeout=BUILD_TIMEOUT, env=environment)
    context.succeeded(result)


@test("build-clang")
def build_clang(context):
    """Clang builds everything, without a warning, and the result works."""
    iso = f"{CLANG_BUILD}/quire.iso"
    make(context, "LLVM=1", f"BUILD={CLANG_BUILD}", iso)
    iso = os.path.join(ROOT, iso)
    for name in ("fork_cow", "syscall_abi", "uaccess_fault"):
        context.succeeded(context.quire(f"/test/{name}", iso=iso))
