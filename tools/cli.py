# SPDX-License-Identifier: MIT
"""The command line of tools/quire: run, debug, window, bench."""
import argparse
import contextlib
import os
import shlex
import signal
import sys
import termios
import tty

import debug
import bench
from machine import Config, Machine, MachineError
from session import Console, STATUS_MACHINE, Session

SHELL = "/bin/sh"
FREE_TEXT_OPTIONS = ("--kernel-args", "--qemu-args", "--env", "--extra",
                     "--gdb-args")
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP,
                  signal.SIGQUIT)

RUN_HELP = """\
Boots Quire and runs PROGRAM there instead of the shell: its output comes out
here, byte for byte, and its exit status becomes ours (128 + signal if it was
killed, 124 after --timeout, 125 if the machine itself failed). Without a
program the console is on this terminal (Ctrl-A X leaves); if there is no
terminal the shell runs what arrives on standard input.
"""


class Interrupted(Exception):
    """A signal asks us to end."""


def on_signal(number, _frame):
    """Turns a signal into an exception, so that all is cleaned up."""
    raise Interrupted(number)


@contextlib.contextmanager
def ending_by_signal():
    """Within, signals end the work; after it, they end us as they should."""
    for each in ENDING_SIGNALS:
        if signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, on_signal)
    try:
        yield
    except Interrupted as interrupted:
        number = interrupted.args[0]
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


@contextlib.contextmanager
def raw_terminal(descriptor):
    """Within, keys arrive one by one, Ctrl-C too."""
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def say(text):
    """Tells the person something, apart from the program's output."""
    print(f"quire: {text}", file=sys.stderr, flush=True)


def run_console(config, args):
    """The console on this terminal."""
    with Machine(config) as machine, raw_terminal(0):
        session = Console(machine, 0, 1)
        session.log_file = args.log
        status = session.run(args.timeout)
    complaint = session.complaint()
    if complaint:
        say(complaint)
    return status


def run_program(config, args):
    """A program, with our standard input and output."""
    with Machine(config) as machine:
        session = Session(machine, 0, 1, 2)
        session.log_file = args.log
        if args.no_reports:
            session.hide_reports()
        try:
            status = session.run(args.timeout)
        except BrokenPipeError:     # nobody reads our output any more
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            machine.end()
            os.kill(os.getpid(), signal.SIGPIPE)
    complaint = session.complaint()
    if complaint:
        say(complaint)
    return status


def command_run(args):
    """tools/quire run."""
    config = config_from(args)
    if config.program is None:
        if os.isatty(0) and os.isatty(1):
            return run_console(config, args)
        config.program = [SHELL]
    return run_program(config, args)


def command_window(args):
    """tools/quire window: the console in a QEMU window, and here."""
    config = config_from(args)
    config.display = debug.find_display()
    config.vga = "std"
    if not os.isatty(0):
        raise MachineError("`window` needs a terminal too")
    return run_console(config, args)


def config_from(args):
    """The machine that the options ask for."""
    config = Config(mem=args.mem, cpus=args.cpus, cpu=args.cpu,
                    kernel_args=" ".join(args.kernel_args),
                    qemu_args=" ".join(args.qemu_args), extra=args.extra,
                    env=args.env, uefi=args.uefi, cdrom=args.cdrom,
                    icount=args.icount, vga=args.vga)
    config.program = args.program or None
    config.gdb_args = shlex.split(getattr(args, "gdb_args", ""))
    if args.iso:
        config.iso = args.iso
    return config


def add_machine_options(parser):
    """The options that say what machine to run."""
    many = {"action": "append", "default": []}
    parser.add_argument("--extra", metavar="DIR", **many,
                        help="add a folder's files to the ramdisk at /")
    parser.add_argument("--mem", default="1G", metavar="SIZE",
                        help="memory (default %(default)s)")
    parser.add_argument("--cpus", type=int, default=1, metavar="N",
                        help="processors (default %(default)s)")
    parser.add_argument("--cpu", default="max", metavar="MODEL",
                        help="qemu64, max, … (default %(default)s)")
    parser.add_argument("--kernel-args", metavar="TEXT", **many,
                        help="added to the kernel's command line")
    parser.add_argument("--qemu-args", metavar="TEXT", **many,
                        help="added to QEMU's command line")
    parser.add_argument("--env", metavar="NAME=VALUE", **many,
                        help="added to the environment of the first program")
    parser.add_argument("--timeout", type=float, metavar="SECONDS",
                        help="end the machine after that time, with status "
                             "124")
    parser.add_argument("--uefi", action="store_true",
                        help="boot under UEFI firmware instead of BIOS")
    parser.add_argument("--iso", metavar="FILE",
                        help="boot this ISO instead of build/quire.iso")
    parser.add_argument("--cdrom", action="store_true",
                        help="attach the ISO as CD-ROM instead of disk")
    parser.add_argument("--icount", action="store_true",
                        help="count instructions: each takes 1 ns")
    parser.add_argument("--vga", default="none", metavar="CARD",
                        help="QEMU's graphics card, such as std (default "
                             "%(default)s)")
    parser.add_argument("--log", type=argparse.FileType("wb"), metavar="FILE",
                        help="write the kernel's log there (with the console: "
                             "everything on it)")
    parser.add_argument("--no-reports", action="store_true",
                        help="do not show the reports of killed processes")


def make_parser():
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="tools/quire", description="Run Quire in QEMU.")
    commands = parser.add_subparsers(dest="command", required=True,
                                     metavar="COMMAND")
    for name, function, text in (
            ("run", command_run, "boot, and run a program or the shell"),
            ("debug", debug.command_debug, "boot, and stop in gdb"),
            ("window", command_window, "boot with a window")):
        command = commands.add_parser(
            name, help=text, description=RUN_HELP if name == "run" else text,
            usage=f"tools/quire {name} [options] [-- PROGRAM ARGS…]")
        add_machine_options(command)
        command.set_defaults(function=function)
        if name == "debug":
            command.add_argument("--gdb-args", metavar="TEXT", default="",
                                 help="added to gdb's command line")
    command = commands.add_parser("bench", help="measure")
    add_machine_options(command)
    command.set_defaults(function=bench.command_bench, cpu="qemu64")
    return parser


def glue_values(arguments):
    """Makes "--option value" one word where the value may start with "-",
    which argparse would take for an option."""
    glued = []
    for each in arguments:
        if glued and glued[-1] in FREE_TEXT_OPTIONS:
            glued[-1] += "=" + each
        else:
            glued.append(each)
    return glued


def main(arguments):
    """Runs a command line; returns the exit status."""
    program = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, program = arguments[:at], arguments[at + 1:]
    arguments = glue_values(arguments)
    args = make_parser().parse_args(arguments)
    args.program = program
    try:
        with ending_by_signal():
            return args.function(args)
    except (MachineError, OSError, ValueError) as error:
        say(error)
        return STATUS_MACHINE
