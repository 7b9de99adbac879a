# SPDX-License-Identifier: MIT
"""tools/quire itself: exit statuses, bytes, input, several at a time, ends
that leave nothing behind."""
import os
import random
import signal
import subprocess
import sys
import time

from testing.suite import QUIRE, test

INPUT_BYTES = 200000


@test("tool-status")
def tool_status(context):
    """The program's exit status is the tool's."""
    for script, status in (("exit 0", 0), ("exit 1", 1), ("exit 255", 255)):
        result = context.tool("run", "--", "sh", "-c", script)
        context.equal(result.status, status, f"status of {script}")


@test("tool-signal")
def tool_signal(context):
    """Killed by a signal: 128 + its number, and a report on stderr."""
    result = context.tool("run", "--", "sh", "-c", "kill -TERM $$")
    context.equal(result.status, 128 + 15, "status")


@test("tool-not-found")
def tool_not_found(context):
    """No such program: 127, as a shell says."""
    result = context.tool("run", "--", "/nowhere")
    context.equal(result.status, 127, "status")
    context.contains(result.err.decode(), "/nowhere", "error output")


@test("tool-timeout")
def tool_timeout(context):
    """--timeout ends the machine with status 124."""
    started = time.monotonic()
    result = context.tool("run", "--timeout", "12", "--", "sh", "-c",
                          "echo before; sleep 100")
    context.equal(result.status, 124, "status")
    context.equal(result.text(), "before\n", "output")
    context.true(time.monotonic() - started < 20, "it ended in time")


@test("tool-panic")
def tool_panic(context):
    """A panic: status 125, its report on stderr, nothing on stdout."""
    result = context.tool("run", "--kernel-args", "selftest=panic", "--",
                          "true")
    context.equal(result.status, 125, "status")
    context.equal(result.text(), "", "output")
    context.contains(result.err.decode(), r"two \+ two == 5", "error output")


@test("tool-bytes")
def tool_bytes(context):
    """Standard input and output are exact, for every byte there is."""
    data = bytes(range(256)) * 2 + \
        random.Random(1).getrandbits(8 * INPUT_BYTES).to_bytes(INPUT_BYTES,
                                                                "big")
    result = context.tool("run", "--", "cat", data=data)
    context.succeeded(result)
    context.true(result.out == data, "the output is the input")


@test("tool-streams")
def tool_streams(context):
    """Standard output and standard error are kept apart."""
    result = context.tool("run", "--", "sh", "-c", "echo out; echo err >&2")
    context.succeeded(result)
    context.equal(result.out, b"out\n", "output")
    context.equal(result.err, b"err\n", "error output")


@test("tool-arguments")
def tool_arguments(context):
    """Arguments arrive as they are."""
    words = ["a b", "", "'q'", "$x", "ä", "--", "-n"]
    result = context.tool("run", "--", "sh", "-c",
                          'for x; do echo "[$x]"; done', "sh", *words)
    context.succeeded(result)
    context.equal(result.text(), "".join(f"[{each}]\n" for each in words),
                  "output")


@test("tool-piped")
def tool_piped(context):
    """Without a program, the shell runs what arrives, and ends with it."""
    result = context.tool("run", data=b"ls /\necho last\n")
    context.succeeded(result)
    context.contains(result.text(), r"^last$", "output")
    context.true("\r" not in result.text(), "no carriage returns")


@test("tool-extra")
def tool_extra(context):
    """--extra lays folders over the ramdisk."""
    folder = os.path.join(context.scratch, "extra")
    os.makedirs(os.path.join(folder, "data/deep"))
    with open(os.path.join(folder, "data/deep/file"), "wb") as file:
        file.write(b"contents\n" * 1000)
    os.symlink("deep/file", os.path.join(folder, "data/link"))
    result = context.tool("run", "--extra", folder, "--", "cat",
                          "/data/link")
    context.succeeded(result)
    context.equal(result.out, b"contents\n" * 1000, "output")


@test("tool-environment")
def tool_environment(context):
    """--env reaches the program."""
    result = context.tool("run", "--env", "COLOUR=blue", "--", "sh", "-c",
                          "echo $COLOUR $HOME $TERM")
    context.succeeded(result)
    context.equal(result.text(), "blue / dumb\n", "output")


@test("tool-parallel")
def tool_parallel(context):
    """Several machines at the same time do not disturb each other."""
    runs = [subprocess.Popen(
        [sys.executable, QUIRE, "run", "--", "sh", "-c",
         f"echo {number}; exit {number}"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for number in range(4)]
    for number, process in enumerate(runs):
        out, err = process.communicate(timeout=120)
        context.equal((out, process.returncode), (b"%d\n" % number, number),
                      f"machine {number} ({err.decode(errors='replace')})")


@test("tool-broken-pipe")
def tool_broken_pipe(context):
    """A reader that goes away ends the machine."""
    result = context.host("sh", "-c", f"{sys.executable} {QUIRE} run --timeout "
                          "60 -- yes | head -n 2", timeout=60)
    context.equal(result.text(), "y\ny\n", "output")


def machines_of(pid):
    """Processes that are children of pid, by /proc."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


def has_ended(pid):
    """Gone, or a zombie that its new parent has not yet noticed."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def ends_with(context, number):
    """A signal to the tool ends its machine too."""
    process = subprocess.Popen(
        [sys.executable, QUIRE, "run", "--timeout", "100", "--", "sleep",
         "100"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    children = []
    while not children and time.monotonic() < deadline:
        children = machines_of(process.pid)
        time.sleep(0.1)
    context.true(children, "the tool has started a machine")
    time.sleep(1)
    process.send_signal(number)
    context.equal(process.wait(20), -number, "how the tool ended")
    time.sleep(0.3)
    for child in children:
        context.true(has_ended(child), "the machine has ended")


@test("tool-interrupted")
def tool_interrupted(context):
    """Ctrl-C."""
    ends_with(context, signal.SIGINT)


@test("tool-terminated")
def tool_terminated(context):
    """SIGTERM."""
    ends_with(context, signal.SIGTERM)


@test("tool-killed")
def tool_killed(context):
    """Even SIGKILL leaves no QEMU behind."""
    ends_with(context, signal.SIGKILL)


@test("tool-bad-options")
def tool_bad_options(context):
    """What cannot work is said, not hung on."""
    result = context.tool("run", "--iso", "/nowhere.iso", "--", "true")
    context.equal(result.status, 125, "status without an ISO")
    context.contains(result.err.decode(), "run `make`", "error output")
    result = context.tool("run", "--qemu-args", "-nonsense", "--", "true")
    context.equal(result.status, 125, "status with a bad option of QEMU's")
    context.contains(result.err.decode(), "nonsense", "error output")


@test("tool-no-qemu")
def tool_no_qemu(context):
    """Without QEMU it says how to get it."""
    result = context.tool("run", "--", "true",
                          env={"PATH": "/usr/bin:/bin",
                               "QEMU": "qemu-that-is-not-there"})
    context.equal(result.status, 125, "status")
    context.contains(result.err.decode(), "make setup", "error output")
