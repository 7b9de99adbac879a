#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the tests: `make test`, or `make test T=NAME` (a pattern: T='mmap*').

    tools/test.py [--jobs N] [--list] [NAME or pattern]...

Each test prints a line; one that fails says why and how to run it alone. The
last line is `N passed, N failed`; the exit status is 0 if none failed.
"""
import argparse
import concurrent.futures
import fnmatch
import importlib
import os
import signal
import sys
import time
import traceback

sys.dont_write_bytecode = True  # build output goes to build/ only

from testing import oracle  # noqa: E402
from testing.suite import Context, Failure, TESTS  # noqa: E402

MODULES = ("hostside", "boot", "foreign", "smp", "shell", "terminal", "screen",
           "exhaustion", "fuzz", "huge", "reports", "sweep", "tool",
           "build")
# The longest first, so that none is left running alone at the end.
ON_REQUEST = "stress-"  # testing/smp.py says why
LONG_FIRST = ("build-*", "smp-*", "stress-*", "boot-uefi*", "host-*",
              "exhaust-*", "boot-*")
STATUS_INTERRUPTED = 130


def load():
    """Makes every module register its tests."""
    for name in MODULES:
        importlib.import_module(f"testing.{name}")


def choose(patterns):
    """The tests that any pattern names, in the order to start them."""
    names = [name for name in TESTS if not name.startswith(ON_REQUEST)]
    if patterns:
        names = [name for name in TESTS
                 if any(fnmatch.fnmatch(name, each) for each in patterns)]
    return sorted(names, key=lambda name: min(
        [index for index, each in enumerate(LONG_FIRST)
         if fnmatch.fnmatch(name, each)] or [len(LONG_FIRST)]))


def run_test(name):
    """Runs one. => (name, None or why it failed, seconds)"""
    started = time.monotonic()
    context = Context()
    why = None
    try:
        TESTS[name].function(context)
    except Failure as failure:
        why = f"  {failure}"
    except Exception:   # a bug in the test fails the test, not the harness
        why = traceback.format_exc()
    finally:
        context.clean_up()
    if why is not None:
        why = "\n".join([why] + [each.describe() for each in context.results])
    return name, why, time.monotonic() - started


def run_all(names, jobs):
    """Runs the tests, some at a time. => the number that failed"""
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(run_test, name) for name in names]
        try:
            for future in concurrent.futures.as_completed(futures):
                name, why, seconds = future.result()
                word = "ok  " if why is None else "FAIL"
                print(f"{word} {name}  ({seconds:.1f} s)")
                if why is not None:
                    failed += 1
                    print(f"{why}\n  alone: make test T={name}")
                sys.stdout.flush()
        except KeyboardInterrupt:
            print("interrupted")
            sys.stdout.flush()
            os._exit(STATUS_INTERRUPTED)    # machines die with us
    return failed


def default_signals():
    """A shell that starts us in the background makes us ignore these, which
    programs under test would inherit."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


def main():
    """The command line."""
    default_signals()
    parser = argparse.ArgumentParser(description="Run Quire's tests.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(),
                        metavar="N", help="tests at the same time")
    parser.add_argument("--list", action="store_true",
                        help="print the tests' names")
    parser.add_argument("patterns", nargs="*", metavar="NAME")
    args = parser.parse_args()
    load()
    patterns = " ".join(args.patterns).split()
    names = choose(patterns)
    if not names:
        sys.exit("no such test: " + " ".join(patterns))
    if args.list:
        print("\n".join(names))
        return
    if oracle.linux_prefix() is None:
        print("note: this machine cannot run x86-64 programs and has no "
              "qemu-x86_64: what the tests print on Quire is not compared "
              "with Linux")
    started = time.monotonic()
    failed = run_all(names, args.jobs)
    print(f"{time.monotonic() - started:.0f} seconds")
    print(f"{len(names) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
