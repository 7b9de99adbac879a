# SPDX-License-Identifier: MIT
"""The command debug of tools/quire, and finding a display for window."""
import os
import shutil
import signal
import subprocess
import tempfile
import threading

from machine import Machine, MachineError, QEMU, ROOT
from session import Console, Session

SYMBOLS = os.path.join(ROOT, "build", "quire.debug")
COMMANDS = os.path.join(ROOT, "tools", "gdb", "quire.py")
DISPLAYS = ("gtk", "sdl")
GDB_SETTINGS = ("set confirm off", "set pagination off",
                "set architecture i386:x86-64")
HINT = """\
Quire stops at its first line of C. `continue` lets it run, Ctrl-C stops it
again, `quit` ends it. Besides gdb's own commands there are ps, vmas [PID],
walk ADDRESS [PID], user PROGRAM and keys TEXT; `help vmas` and so on say more.
"""


def find_display():
    """A kind of window that QEMU has and that can be shown here."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise MachineError(
            "there is no graphical session here to open a window in "
            "(DISPLAY and WAYLAND_DISPLAY are not set); `make run` has the "
            "console in the terminal")
    if shutil.which(QEMU) is None:
        raise MachineError(f"{QEMU} is missing: run `make setup`")
    done = subprocess.run([QEMU, "-display", "help"], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for display in DISPLAYS:
        if display in done.stdout.split():
            return display
    raise MachineError("this QEMU cannot open windows: "
                       "apt install qemu-system-gui")


def gdb_command(link, arguments):
    """How gdb is started."""
    command = ["gdb", "-q", SYMBOLS]
    for line in GDB_SETTINGS:
        command += ["-iex", line]
    command += ["-x", COMMANDS, "-ex", f"target remote {link}",
                "-ex", "thbreak kernel_main", "-ex", "continue"]
    return command + arguments


def command_debug(args):
    """tools/quire debug: gdb on this terminal, Quire's output in between."""
    from cli import config_from    # cli imports us
    if shutil.which("gdb") is None:
        raise MachineError("gdb is missing: run `make setup`")
    if not os.path.exists(SYMBOLS):
        raise MachineError(f"{SYMBOLS} is missing: run `make`")
    config = config_from(args)
    with tempfile.TemporaryDirectory(prefix="quire-debug.") as folder:
        link = os.path.join(folder, "gdb")
        keys = os.path.join(folder, "keys")
        os.mkfifo(keys)
        keyboard = os.open(keys, os.O_RDWR | os.O_NONBLOCK)
        options = ["-S", "-chardev",
                   f"socket,id=gdb,path={link},server=on,wait=off",
                   "-gdb", "chardev:gdb"]
        with Machine(config, more_options=options) as machine:
            return run_gdb(config, machine, link, (keys, keyboard))


def run_gdb(config, machine, link, console):
    """Runs gdb, with the machine's output carried by a thread."""
    keys, keyboard = console
    session = Session(machine, out=1, err=2) if config.program \
        else Console(machine, keyboard, 1)
    carrier = threading.Thread(target=session.run, daemon=True)
    carrier.start()
    print(HINT, flush=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)    # it is for gdb
    done = subprocess.run(
        gdb_command(link, config.gdb_args), check=False,
        env=dict(os.environ, QUIRE_KEYS=keys),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    if machine.process.poll() is None:
        machine.process.kill()
    carrier.join()
    return done.returncode
