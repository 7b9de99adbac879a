# SPDX-License-Identifier: MIT
"""The console, used as a person uses it: tools/quire on a terminal of its own
(a pty), keys in, the screen's text out; and with QEMU's keyboard."""
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time

from testing.suite import Failure, QUIRE, Result, test

PROMPT = r"[#$] $"
WAIT = 40
CTRL_A, CTRL_C, CTRL_D, CTRL_U, CTRL_Z = b"\x01", b"\x03", b"\x04", b"\x15", \
    b"\x1a"
UP, LEFT, BACKSPACE = b"\x1b[A", b"\x1b[D", b"\x7f"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\r")


class Terminal:
    """tools/quire run on a pty."""

    def __init__(self, context, *arguments, command="run"):
        self.context = context
        self.text = ""      # since the last expect
        self.raw = b""
        self.near, far = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, QUIRE, command, *arguments], stdin=far,
            stdout=far, stderr=far, start_new_session=True)
        os.close(far)
        self.result = Result("terminal", "running", b"")
        context.results.append(self.result)

    def read(self, seconds):
        """Takes what comes, within that time. False: nothing, or the end."""
        if not select.select([self.near], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.near, 65536)
        except OSError:     # the other side is closed
            return False
        self.raw += data
        self.text += ESCAPES.sub("", data.decode(errors="replace"))
        self.result.out = self.raw
        return True

    def expect(self, pattern, seconds=WAIT):
        """Waits until the text since the last time matches."""
        deadline = time.monotonic() + seconds
        while re.search(pattern, self.text, re.MULTILINE) is None:
            left = deadline - time.monotonic()
            if left <= 0 or (not self.read(left) and
                             self.process.poll() is not None):
                raise Failure(f"the terminal does not show {pattern!r}")
        text, self.text = self.text, ""
        return text

    def send(self, keys):
        """Types."""
        os.write(self.near, keys)

    def command(self, line, pattern=PROMPT):
        """Types a line and waits for the next prompt. => what it printed"""
        self.send(line.encode() + b"\r")
        return self.expect(pattern)

    def wait(self, seconds=WAIT):
        """Waits for the tool's end. => its status"""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise Failure("the tool does not end")
            self.read(0.2)
        while self.read(0):
            pass
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
        os.close(self.near)


@test("terminal-poweroff")
def terminal_poweroff(context):
    """The prompt comes; a command runs; poweroff leaves with status 0."""
    with Terminal(context) as terminal:
        terminal.expect(PROMPT)
        context.contains(terminal.command("echo hel''lo"), "^hello$", "output")
        terminal.send(b"poweroff\r")
        context.equal(terminal.wait(), 0, "status")


@test("terminal-leave")
def terminal_leave(context):
    """Ctrl-A X leaves."""
    with Terminal(context) as terminal:
        terminal.expect(PROMPT)
        terminal.send(CTRL_A + b"x")
        context.equal(terminal.wait(), 0, "status")


@test("terminal-exit")
def terminal_exit(context):
    """The end of the shell is the machine's, with its status."""
    with Terminal(context) as terminal:
        terminal.expect(PROMPT)
        terminal.send(b"exit 3\r")
        context.equal(terminal.wait(), 3, "status")


@test("terminal-end-of-file")
def terminal_end_of_file(context):
    """Ctrl-D at the prompt ends the shell; in a program it ends the input."""
    with Terminal(context) as terminal:
        terminal.expect(PROMPT)
        terminal.send(b"cat\r")
        terminal.expect("cat")
        time.sleep(1)   # the shell reads keys another way than cat
        terminal.send(b"li''ne\r")
        terminal.expect(r"^li''ne\n[^$]*^li''ne$")
        terminal.send(CTRL_D)
        terminal.expect(PROMPT)
        terminal.send(CTRL_D)
        context.equal(terminal.wait(), 0, "status")


@test("terminal-interrupt")
def terminal_interrupt(context):
    """Ctrl-C ends the program in front, not the shell."""
    with Terminal(context) as terminal:
        terminal.expect(PROMPT)
        terminal.send(b"sleep 1000\r")
        terminal.expect("sleep 1000")
        time.sleep(1)
        terminal.send(CTRL_C)
        terminal.expect(PROMPT)
        context.contains(terminal.command("echo $?"), "^130$", "status")


@test("terminal-editing")
def terminal_editing(context):
    """Line editing: erase, kill, arrows, history."""
    with Terminal(context) as terminal:
        terminal.expect(PROMPT)
        # The line is drawn anew, prompt and all: the result comes first.
        for keys, result in (
                (b"echo abx" + BACKSPACE + b"cd-" + b"e''f", "abcd-ef"),
                (b"echo wrong" + CTRL_U + b"echo ri''ght", "right"),
                (b"echo 1''3" + LEFT + b"2", "123"),
                (UP + b"4", "1234")):
            terminal.send(keys + b"\r")
            terminal.expect(rf"^{result}\s[\s\S]*{PROMPT}")


@test("terminal-jobs")
def terminal_jobs(context):
    """Ctrl-Z stops, fg goes on, & runs beside."""
    with Terminal(context) as terminal:
        terminal.expect(PROMPT)
        terminal.send(b"sleep 2\r")
        terminal.expect("sleep 2")
        time.sleep(0.7)
        terminal.send(CTRL_Z)
        terminal.expect(PROMPT)
        context.contains(terminal.command("jobs"), "(?i)stopped", "jobs")
        terminal.command("fg")
        terminal.command("sleep 1000 &")
        context.contains(terminal.command("ps"), "sleep", "ps")
        terminal.command("kill %1 || kill $!")


@test("terminal-killed")
def terminal_killed(context):
    """A killed program's report is on the console."""
    with Terminal(context) as terminal:
        terminal.expect(PROMPT)
        text = terminal.command("/test/wait_status")
        context.contains(text, r"wait_status: \d+ passed, 0 failed", "output")


@test("terminal-many-lines")
def terminal_many_lines(context):
    """Much output arrives complete and in order."""
    with Terminal(context) as terminal:
        terminal.expect(PROMPT)
        text = terminal.command("seq 1 2000")
        numbers = re.findall(r"^(\d+)$", text, re.MULTILINE)
        context.equal(numbers, [str(n) for n in range(1, 2001)], "lines")


@test("terminal-keyboard")
def terminal_keyboard(context):
    """Keys of the PS/2 keyboard, pressed through QEMU's monitor, reach the
    shell on a machine with a screen."""
    monitor = os.path.join(context.scratch, "monitor")
    with Terminal(context, "--vga", "std", "--qemu-args",
                  f"-monitor unix:{monitor},server=on,wait=off") as terminal:
        terminal.expect(PROMPT)
        press(monitor, list("echo") + ["spc", "shift-k", "e", "y", "minus",
                                       "1", "ret"])
        context.contains(terminal.expect(r"^Key-1\n[\s\S]*" + PROMPT),
                         "^Key-1$", "output")
        screen = os.path.join(context.scratch, "screen.ppm")
        monitor_command(monitor, f"screendump {screen}")
        check_screen(context, screen)
        press(monitor, list("poweroff") + ["ret"])
        context.equal(terminal.wait(), 0, "status")


def monitor_command(path, *lines):
    """Gives QEMU's monitor some commands."""
    talk = "\n".join(lines) + "\n"
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(path)
        link.settimeout(2)
        link.sendall(talk.encode())
        answer = b""
        try:
            while answer.count(b"(qemu)") < len(lines) + 1:
                answer += link.recv(65536)
        except socket.timeout:
            pass


def press(path, keys):
    """Presses keys, one after the other."""
    for key in keys:
        monitor_command(path, f"sendkey {key} 30")
        time.sleep(0.1)


def check_screen(context, path):
    """The picture has the measures asked for, and something on it."""
    with open(path, "rb") as file:
        picture = file.read()
    header = context.contains(picture[:32].decode("latin-1"),
                              r"^P6\s+(\d+) (\d+)\s+255\s", "screendump")
    pixels = picture[header.end():]
    lit = sum(1 for at in range(0, len(pixels), 3) if any(pixels[at:at + 3]))
    context.true(lit > 500, f"the screen shows text ({lit} pixels lit)")
