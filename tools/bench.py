# SPDX-License-Identifier: MIT
"""The command bench of tools/quire: what operations cost, and how long the
boot takes."""
import sys
import time

from machine import Machine, MachineError
from session import Session, STATUS_MACHINE

BENCH = ["/bin/bench", "-v"]
PROMPT = b"# "
BOOTS = 5
BOOT_TIMEOUT = 60


class Boot(Session):
    """Boots to the prompt and notes when what came."""

    def __init__(self, machine):
        super().__init__(machine)
        self.first_line = self.prompt = None

    def on_log(self):
        data = super().on_log()
        if self.first_line is None:
            self.first_line = self.machine.seconds()
        if self.log.endswith(PROMPT):
            self.prompt = self.machine.seconds()
        return data

    def run(self, timeout=None):
        deadline = time.monotonic() + timeout
        while self.alive and self.prompt is None:
            if time.monotonic() > deadline:
                break
            self.step(1)
        self.machine.process.kill()
        self.finish()
        if self.prompt is None:
            raise MachineError("no prompt came\n" + self.log_tail())


def measure_boot(config):
    """Seconds from QEMU's start: to the kernel's first line, to the prompt.
    The best of several, since other work only ever adds."""
    best = None
    for _ in range(BOOTS):
        with Machine(config) as machine:
            boot = Boot(machine)
            boot.run(BOOT_TIMEOUT)
        if best is None or boot.prompt < best[1]:
            best = boot.first_line, boot.prompt
    return best


def command_bench(args):
    """tools/quire bench."""
    from cli import config_from    # cli imports us
    config = config_from(args)
    first_line, prompt = measure_boot(config)
    print(f"boot: firmware and loader {first_line:.2f} s, "
          f"kernel to the prompt {prompt - first_line:.2f} s, "
          f"together {prompt:.2f} s", flush=True)
    print("instructions for each operation (-icount shift=0, -cpu "
          f"{config.cpu}):", flush=True)
    config.icount = True
    config.program = BENCH
    with Machine(config) as machine:
        session = Session(machine, out=1, err=2)
        status = session.run(args.timeout)
    complaint = session.complaint()
    if complaint:
        print(f"quire: {complaint}", file=sys.stderr)
    return STATUS_MACHINE if complaint else status
