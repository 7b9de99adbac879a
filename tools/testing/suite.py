# SPDX-License-Identifier: MIT
"""The frame of the tests: what a test is, and what it may use.

A test is a function of one argument, the Context, registered with @test; it
fails by raising Failure (or any exception). Tests run at the same time as
others, each with machines and folders of its own.
"""
import os
import re
import subprocess
import sys
import tempfile
import threading

from machine import Config, Machine, ROOT
from session import (REPORT_KILLED, REPORT_PANIC, REPORT_STDERR,
                     REPORT_STDOUT, Session)

QUIRE = os.path.join(ROOT, "tools", "quire")
RUN_TIMEOUT = 90        # seconds for a machine, far more than any should take
HOST_TIMEOUT = 120
SHOWN_CHARACTERS = 6000
LOG_LINES = 40

TESTS = {}              # by name


class Failure(Exception):
    """A test's expectation did not hold."""


class Test:
    """A test: its name, and the function that is the test."""

    def __init__(self, name, function):
        self.name = name
        self.function = function


def add_test(name, function):
    """Registers a test under a name of its own."""
    assert name not in TESTS, name
    TESTS[name] = Test(name, function)


def test(name):
    """Decorator: registers the function as the test `name`."""
    def decorate(function):
        add_test(name, function)
        return function
    return decorate


class Result:
    """What came of one run, in Quire or here."""

    def __init__(self, what, status, out, err=b""):
        self.what = what
        self.status = status
        self.out = out
        self.err = err
        self.log = self.reports = self.panic = ""
        self.seconds = 0

    def text(self):
        """The output as text."""
        return self.out.decode(errors="replace")

    def describe(self):
        """For a person who wants to know why a test failed."""
        lines = [f"  --- {self.what}: status {self.status}"]
        for title, text in (
                ("output", self.text()),
                ("error output", self.err.decode(errors="replace")),
                ("panic", self.panic), ("reports", self.reports),
                ("kernel log, last lines",
                 "\n".join(self.log.rstrip().split("\n")[-LOG_LINES:]))):
            if text.strip():
                lines.append(f"  --- {title}")
                lines.append(text[-SHOWN_CHARACTERS:].rstrip())
        return "\n".join(lines)


class Context:
    """What a test gets: ways to run things and to say what must hold."""

    def __init__(self):
        self.results = []
        self._scratch = None

    @property
    def scratch(self):
        """A folder of the test's own."""
        if self._scratch is None:
            self._scratch = tempfile.mkdtemp(prefix="quire-test.")
        return self._scratch

    def clean_up(self):
        """Removes the scratch folder."""
        if self._scratch is not None:
            subprocess.run(["rm", "-rf", self._scratch], check=False)

    # ---- running ----

    def quire(self, *program, data=b"", timeout=RUN_TIMEOUT, **settings):
        """Runs a program in Quire, vmck on unless kernel_args says else."""
        settings.setdefault("kernel_args", "vmck lockck")
        config = Config(program=list(program), **settings)
        with Machine(config) as machine:
            session = Session(machine, data=data)
            status = session.run(timeout)
            seconds = machine.seconds()
        result = Result("Quire: " + " ".join(program), status,
                        bytes(session.kept[REPORT_STDOUT]),
                        bytes(session.kept[REPORT_STDERR]))
        result.seconds = seconds
        result.log = session.log.decode(errors="replace").replace("\r", "")
        for kind, name in ((REPORT_KILLED, "reports"),
                           (REPORT_PANIC, "panic")):
            text = session.kept[kind].decode(errors="replace")
            setattr(result, name, text)
        complaint = session.complaint()
        if complaint:
            result.log += f"\nquire: {complaint}"
        self.results.append(result)
        return result

    def shell(self, script, **settings):
        """Runs a shell script in Quire."""
        return self.quire("/bin/sh", data=script.encode(), **settings)

    def host(self, *command, data=b"", timeout=HOST_TIMEOUT, cwd=None,
             env=None):
        """Runs a command on this machine."""
        command = [str(word) for word in command]
        try:
            done = subprocess.run(
                command, input=data, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, timeout=timeout, check=False, cwd=cwd,
                env=env)
            status = done.returncode
            if status < 0:
                status = 128 - status
            result = Result("here: " + " ".join(command), status,
                            done.stdout, done.stderr)
        except subprocess.TimeoutExpired as late:
            result = Result("here: " + " ".join(command), "timed out",
                            late.stdout or b"", late.stderr or b"")
        except OSError as error:
            raise Failure(f"{command[0]} cannot be run: {error}") from error
        self.results.append(result)
        return result

    def tool(self, *arguments, **settings):
        """Runs tools/quire."""
        return self.host(sys.executable, QUIRE, *arguments, **settings)

    def build(self, *command):
        """Runs a command that must work, such as a compiler."""
        result = self.host(*command)
        self.equal(result.status, 0, f"the status of {command[0]}")
        self.results.pop()

    # ---- expecting ----

    def equal(self, found, expected, what):
        """Fails unless they are the same."""
        if found != expected:
            raise Failure(f"{what}: expected {shorten(expected)}, "
                          f"found {shorten(found)}")

    def true(self, holds, what):
        """Fails unless it holds."""
        if not holds:
            raise Failure(what)

    def contains(self, text, pattern, what):
        """Fails unless the regular expression is found. => the match"""
        found = re.search(pattern, text, re.MULTILINE)
        if found is None:
            raise Failure(f"{what}: expected to find {pattern!r}")
        return found

    def succeeded(self, result):
        """Fails unless the status is 0."""
        self.equal(result.status, 0, f"status of {result.what}")
        return result


def shorten(value):
    """A value as text of bearable length."""
    text = repr(value)
    return text if len(text) < 500 else text[:240] + " … " + text[-240:]


HOST_LOCK = threading.Lock()    # host tests share their objects' folder
