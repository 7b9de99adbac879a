# SPDX-License-Identifier: MIT
"""Panics and killed processes print a report that a student understands; the
kernel's own protections stop what they are there for."""
import os

from machine import ROOT
from session import STATUS_MACHINE
from testing.foreign import ANY_LIBC, compile_program
from testing.suite import add_test, test

# selftest=NAME (kernel/proc/selftest.c) and what its report must say.
SELFTESTS = {
    "panic": r"two \+ two == 5",
    "overflow": r"(?i)double fault[\s\S]*recurse",
    "null": r"(?i)page fault[\s\S]*run_null|read_at",
    "wx-text": r"run_wx_text",
    "wx-data": r"instruction fetch[\s\S]*no execute",
    "wx-direct": r"run_wx_direct",
    "smap": r"(?i)smap|read_at",
}


def selftest(context, name, pattern):
    """The kernel breaks a rule of its own and must be stopped."""
    result = context.quire("/bin/true", kernel_args=f"selftest={name}",
                           cpu="max")
    context.equal(result.status, STATUS_MACHINE, "status")
    context.true("was not stopped" not in result.panic, "it was not stopped")
    context.contains(result.panic, pattern, "the report")
    context.contains(result.log, pattern, "the report on the console")


def register():
    """One test for each self-test."""
    for name, pattern in SELFTESTS.items():
        add_test(f"report-{name}",
                 lambda context, name=name, pattern=pattern:
                 selftest(context, name, pattern))


register()


def killed(context, how, status, *patterns):
    """A program that misbehaves is killed, with a report on it."""
    folder = compile_program(context, "misbehave", ANY_LIBC)
    result = context.quire("/misbehave", how, extra=[folder])
    context.equal(result.status, status, "status")
    for pattern in ("misbehave",) + patterns:
        context.contains(result.reports, pattern, "the report")


@test("report-killed-write")
def report_killed_write(context):
    """A write to a constant: the error code in words, the area hit."""
    killed(context, "constant", 128 + 11, "SIGSEGV", r"(?i)writ",
           r"r--p|r-x")


@test("report-killed-unmapped")
def report_killed_unmapped(context):
    """A read outside every area: the address, the four-level walk."""
    killed(context, "unmapped", 128 + 11, "SIGSEGV", r"0x?0*1234567000",
           r"(?i)no area|between|below|above")


@test("report-killed-divide")
def report_killed_divide(context):
    """A division by zero."""
    killed(context, "divide", 128 + 8, "SIGFPE")


@test("report-killed-kernel")
def report_killed_kernel(context):
    """A jump into the kernel's half."""
    killed(context, "kernel", 128 + 11, "SIGSEGV")


@test("report-named")
def report_named(context):
    """The backtrace of one of our own programs names its functions."""
    source = os.path.join(ROOT, "user", "test", "wait_status.c")
    context.true(os.path.exists(source), "user/test/wait_status.c exists")
    result = context.quire("/test/wait_status")
    context.succeeded(result)
    context.contains(result.reports, r"wait_status", "the reports")
