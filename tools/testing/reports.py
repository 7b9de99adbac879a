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
    # Of a broken rule of locks both halves are shown.
    "lockck-order": r"order violation: first_lock[\s\S]*"
                    r"take_first_in_second[\s\S]*take_second_in_first",
    "lockck-class": r"two locks of one class[\s\S]*run_class[\s\S]*run_class",
    "lockck-sleep": r"may sleep, but a spinlock is held[\s\S]*run_sleep"
                    r"[\s\S]*first_lock, which is held[\s\S]*run_sleep",
    "lockck-sleep-irq": r"may sleep, but interrupts are off[\s\S]*"
                        r"run_sleep_irq",
    "lockck-irq": r"first_lock is held with interrupts on[\s\S]*"
                  r"take_first_in_second[\s\S]*take_in_interrupt",
    "lockck-flush": r"second_lock is waited for with interrupts off[\s\S]*"
                    r"run_flush[\s\S]*take_first_in_second[\s\S]*"
                    r"tlb_flush_kernel",
    "lockck-unlock": r"a_mutex is released by who does not[\s\S]*run_unlock"
                     r"[\s\S]*hold_mutex",
    "lockck-recursive": r"recursion: a_mutex[\s\S]*run_recursive[\s\S]*"
                        r"run_recursive",
    "lockck-init": r"never initialised[\s\S]*run_init",
}


def selftest(context, name, pattern):
    """The kernel breaks a rule of its own and must be stopped."""
    args = f"selftest={name}"
    if name.startswith("lockck-"):
        args += " lockck"
    result = context.quire("/bin/true", kernel_args=args, cpu="max")
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
