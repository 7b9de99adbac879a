# SPDX-License-Identifier: MIT
"""Host tests: pure parts of the kernel, compiled for this machine under
AddressSanitizer and UndefinedBehaviorSanitizer (tools/hosttest/)."""
import importlib.util
import os
import sys

from machine import ROOT
from testing.suite import HOST_LOCK, add_test

RUNNER = os.path.join(ROOT, "tools", "hosttest", "run.py")
BUILD_TIMEOUT = 300


def names():
    """The tests that the runner has."""
    spec = importlib.util.spec_from_file_location("hosttest_run", RUNNER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return sorted(module.TESTS)


def run(context, name):
    """One host test. They share their objects: one at a time."""
    with HOST_LOCK:
        result = context.host(sys.executable, RUNNER, name,
                              timeout=BUILD_TIMEOUT)
    context.succeeded(result)
    context.true("skipped" not in result.text(), "the test was not skipped")


def register():
    """One test for each."""
    for name in names():
        add_test(f"host-{name}",
                 lambda context, name=name: run(context, name))


register()
