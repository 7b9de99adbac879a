# SPDX-License-Identifier: MIT
"""Carries the bytes of one run between a machine and the person or program
that asked for it, until the machine ends.

A frame of the report channel: 8 bytes of nonce, type, 0, length (16 bits,
little endian), payload. A panic may cut a frame short: the nonce, which no
program knows, then shows up inside the payload, and a new frame starts there.

On COM2 the byte DLE is an escape: DLE E is the end of the input, DLE DLE a
DLE. We send nothing before the guest has sent a byte or a frame: what arrives
before it has set the port up could be lost.

One thread, one loop (Session.step). Nothing in it waits but poll: a reader of
our output that is slow stops the guest in its tracks, not the loop.
"""
import os
import select
import time

from machine import NONCE_LEN

REPORT_STDOUT, REPORT_STDERR, REPORT_EXIT, REPORT_PANIC, REPORT_KILLED = \
    REPORT_TYPES = range(1, 6)
HEADER_LEN = NONCE_LEN + 4
DLE = b"\x10"
END_OF_INPUT = DLE + b"E"

STATUS_TIMEOUT = 124    # as timeout(1)
STATUS_MACHINE = 125    # the machine failed, not the program
QEMU_POWERED_OFF = 0x10 << 1 | 1
QEMU_PANICKED = 0x20 << 1 | 1

CHUNK = 65536
PIPE_ATOMIC = 4096      # what a pipe that poll calls writable surely takes
INPUT_AHEAD = 16384     # input we read before the guest has taken it
BATCHING = 0.0005
LOG_KEPT = 1 << 20
LOG_TAIL = 25           # lines of the kernel's log shown after a failure
KEY_PREFIX = 0x01       # Ctrl-A


def escape(data):
    """Input as it travels over COM2."""
    return data.replace(DLE, DLE + DLE)


class Frames:
    """Takes the bytes of the report channel apart."""

    def __init__(self, nonce):
        self.nonce = nonce
        self.buffer = bytearray()

    def _next(self):
        """The first frame, if it is complete."""
        start = self.buffer.find(self.nonce)
        if start < 0:
            del self.buffer[:-NONCE_LEN]
            return None
        del self.buffer[:start]
        if len(self.buffer) < HEADER_LEN:
            return None
        kind = self.buffer[NONCE_LEN]
        length = int.from_bytes(self.buffer[NONCE_LEN + 2:HEADER_LEN],
                                "little")
        cut = self.buffer.find(self.nonce, NONCE_LEN, HEADER_LEN + length)
        if 0 <= cut < HEADER_LEN:
            del self.buffer[:cut]
            return self._next()
        if cut >= 0:
            length = cut - HEADER_LEN
        elif len(self.buffer) < HEADER_LEN + length:
            return None
        payload = bytes(self.buffer[HEADER_LEN:HEADER_LEN + length])
        del self.buffer[:HEADER_LEN + length]
        return kind, payload

    def feed(self, data):
        """Yields (type, payload) for each frame that is complete now."""
        self.buffer += data
        frame = self._next()
        while frame is not None:
            yield frame
            frame = self._next()


class Output:
    """A descriptor to which we write without waiting for its reader."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.pending = bytearray()

    def flush_some(self):
        """Writes what surely goes without waiting."""
        sent = os.write(self.descriptor, self.pending[:PIPE_ATOMIC])
        del self.pending[:sent]

    def flush(self):
        """Writes everything, waiting for the reader."""
        while self.pending:
            self.flush_some()


class Session:
    """Run mode: a program's input and output.

    `source` is the descriptor of its standard input (None: `data` is all of
    it); `out` and `err` are descriptors. What has none is kept in
    self.kept[type].
    """

    def __init__(self, machine, source=None, out=None, err=None, data=b""):
        self.machine = machine
        self.frames = Frames(machine.nonce)
        self.source = source
        self.input = bytearray(escape(data))
        if source is None:
            self.input += END_OF_INPUT
        self.guest_listens = False
        self.outputs = {}               # by report type
        if out is not None:
            self.outputs[REPORT_STDOUT] = Output(out)
        if err is not None:
            error_output = Output(err)
            for kind in (REPORT_STDERR, REPORT_PANIC, REPORT_KILLED):
                self.outputs[kind] = error_output
        self.kept = {kind: bytearray() for kind in REPORT_TYPES}
        self.log = bytearray()          # COM1: the kernel's log
        self.log_file = None
        self.messages = bytearray()     # what QEMU itself says
        self.exit_code = None
        self.qemu_status = None
        self.timed_out = False
        self.alive = True

    def hide_reports(self):
        """Keeps the reports of killed processes to ourselves."""
        self.outputs.pop(REPORT_KILLED, None)

    # ---- what arrives ----

    def on_report(self):
        """Frames from the guest; none: it has ended."""
        time.sleep(BATCHING)    # they come byte by byte
        data = os.read(self.machine.report, CHUNK)
        self.alive = bool(data)
        for kind, payload in self.frames.feed(data):
            self.guest_listens = True
            if kind == REPORT_EXIT:
                self.exit_code = int.from_bytes(payload[:4], "little") & 0xff
            if kind == REPORT_PANIC or kind not in self.outputs:
                self.kept.setdefault(kind, bytearray()).extend(payload)
            if kind in self.outputs:
                self.outputs[kind].pending += payload

    def on_log(self):
        """The kernel's log, or the console."""
        data = self.machine.com1.recv(CHUNK)
        self.log += data
        del self.log[:-LOG_KEPT]
        if self.log_file is not None:
            self.log_file.write(data)
            self.log_file.flush()
        return data

    def on_messages(self):
        """What QEMU has to say."""
        self.messages += os.read(self.machine.messages, CHUNK)

    def on_source(self):
        """Standard input, to be passed on."""
        try:
            data = os.read(self.source, CHUNK)
        except OSError:     # it is closed, or a terminal that has gone
            data = b""
        if data:
            self.input += escape(data)
        else:
            self.input += END_OF_INPUT
            self.source = None

    def on_com2(self):
        """The guest listens."""
        self.guest_listens |= bool(self.machine.com2.recv(CHUNK))

    def send_input(self):
        """Passes input on; QEMU takes it no faster than the guest does."""
        sent = self.machine.com2.send(self.input[:PIPE_ATOMIC])
        del self.input[:sent]

    # ---- the loop ----

    def watch(self, readers, writers):
        """Fills in what to call when a descriptor is ready."""
        machine = self.machine
        outputs = set(self.outputs.values())
        if all(len(each.pending) < CHUNK for each in outputs):
            readers[machine.report] = self.on_report
        readers[machine.messages] = self.on_messages
        readers[machine.com1.fileno()] = self.on_log
        readers[machine.com2.fileno()] = self.on_com2
        if self.input and self.guest_listens:
            writers[machine.com2.fileno()] = self.send_input
        if self.source is not None and len(self.input) < INPUT_AHEAD:
            readers[self.source] = self.on_source
        for each in outputs:
            if each.pending:
                writers[each.descriptor] = each.flush_some

    def step(self, seconds=None):
        """Waits for something to happen, and deals with it."""
        readers, writers = {}, {}
        self.watch(readers, writers)
        poller = select.poll()
        for each in readers.keys() | writers.keys():
            poller.register(each, (each in readers and select.POLLIN) |
                            (each in writers and select.POLLOUT))
        wait = None if seconds is None else max(0, seconds) * 1000
        for each, events in poller.poll(wait):
            try:
                if each in writers and events & ~select.POLLIN:
                    writers[each]()
                if each in readers and events & ~select.POLLOUT:
                    readers[each]()
            except (BlockingIOError, ConnectionResetError):
                pass
            except BrokenPipeError:
                if each not in (self.machine.com1.fileno(),
                                self.machine.com2.fileno()):
                    raise

    def run(self, timeout=None):
        """Goes on until the machine ends, `timeout` seconds at most.
        => the exit status, as tools/quire gives it"""
        deadline = None if not timeout else time.monotonic() + timeout
        while self.alive and not self.timed_out:
            left = None if deadline is None else deadline - time.monotonic()
            self.timed_out = left is not None and left <= 0
            if not self.timed_out:
                self.step(left)
        return self.finish()

    def finish(self):
        """Ends the machine and takes what is still on its way."""
        if not self.timed_out:
            self.machine.process.wait()
        else:
            self.machine.process.kill()
        for take in (self.on_log, self.on_messages):
            before = None
            while before != (len(self.log), len(self.messages)):
                before = (len(self.log), len(self.messages))
                try:
                    take()
                except (BlockingIOError, ConnectionResetError):
                    break
        self.qemu_status = self.machine.end()
        for each in self.outputs.values():
            each.flush()
        return self.status()

    # ---- how it ended ----

    def status(self):
        """The exit status: the program's, or why there is none."""
        if self.timed_out:
            return STATUS_TIMEOUT
        if self.kept[REPORT_PANIC] or self.qemu_status == QEMU_PANICKED:
            return STATUS_MACHINE
        if self.exit_code is not None:
            return self.exit_code
        return 0 if self.qemu_status == QEMU_POWERED_OFF else STATUS_MACHINE

    def complaint(self):
        """What to tell a person about an end that the program did not
        choose; None if there is nothing."""
        if self.timed_out:
            return "timed out"
        if self.status() != STATUS_MACHINE or self.exit_code is not None:
            return None
        said = self.messages.decode(errors="replace").strip()
        if self.kept[REPORT_PANIC]:
            return None
        if self.qemu_status == QEMU_PANICKED:
            return "the kernel panicked\n" + self.log_tail()
        if self.qemu_status == 0:
            return "the machine reset itself\n" + self.log_tail()
        return f"QEMU failed with status {self.qemu_status}: {said}"

    def log_tail(self):
        """The last lines of the kernel's log."""
        text = self.log.decode(errors="replace").replace("\r", "")
        return "\n".join(text.rstrip().split("\n")[-LOG_TAIL:])


class Console(Session):
    """The machine's console on our terminal: COM1, byte for byte.

    Ctrl-A is a prefix: Ctrl-A X leaves, Ctrl-A A sends a Ctrl-A. Keys wait
    until the guest has set its ports up, as input does in run mode.
    """

    def __init__(self, machine, keyboard, screen):
        super().__init__(machine)
        self.keyboard = keyboard
        self.screen = Output(screen)
        self.keys = bytearray()
        self.prefixed = False
        self.left = False

    def on_log(self):
        data = super().on_log()
        self.screen.pending += data
        return data

    def on_keys(self):
        """Keys typed at our terminal."""
        data = os.read(self.keyboard, CHUNK)
        self.left |= not data
        for key in data:
            if not self.prefixed and key == KEY_PREFIX:
                self.prefixed = True
                continue
            if self.prefixed and key in b"xX":
                self.left = True
            elif self.prefixed and key in b"aA":
                self.keys.append(KEY_PREFIX)
            elif not self.prefixed:
                self.keys.append(key)
            self.prefixed = False

    def send_keys(self):
        """Passes keys on as the guest takes them."""
        sent = self.machine.com1.send(self.keys[:PIPE_ATOMIC])
        del self.keys[:sent]

    def watch(self, readers, writers):
        super().watch(readers, writers)
        if len(self.keys) < INPUT_AHEAD:
            readers[self.keyboard] = self.on_keys
        if self.keys and self.guest_listens:
            writers[self.machine.com1.fileno()] = self.send_keys
        if self.screen.pending:
            writers[self.screen.descriptor] = self.screen.flush_some

    def run(self, timeout=None):
        deadline = None if not timeout else time.monotonic() + timeout
        while self.alive and not self.left and not self.timed_out:
            left = None if deadline is None else deadline - time.monotonic()
            self.timed_out = left is not None and left <= 0
            self.step(left)
        if self.left:
            self.machine.process.kill()
        status = self.finish()
        self.screen.flush()
        return 0 if self.left else status

    def complaint(self):
        windowed = self.machine.config.display != "none"
        if self.left or (windowed and self.qemu_status == 0):
            return None
        complaint = super().complaint()
        # What the log says is on the screen already.
        return complaint and complaint.split("\n")[0]
