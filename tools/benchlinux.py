#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Quire's /bin/bench beside Linux's, measured now, in the same machine.

    tools/benchlinux.py [--rounds N] [--mem SIZE] [NAME]...

Boots Debian's cloud kernel with build/ramdisk.cpio as its initramfs and
/bin/bench as its first program, and Quire with the same. Prints for each row
of bench: instructions (QEMU's -icount shift=0), then wall time, for which the
two systems take turns, round after round; what counts is each row's smallest
value. Large pages are off on both (transparent_hugepage=never).

The kernel is the package that linux-image-cloud-amd64 depends on: it is
fetched with apt-get and unpacked in build/linux, and nothing is installed.
"""
import argparse
import glob
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True  # build output goes to build/ only

from machine import (Config, Machine, QEMU, ROOT,  # noqa: E402
                     die_with_parent, hardware_options)
from session import REPORT_STDOUT, Session  # noqa: E402

METAPACKAGE = "linux-image-cloud-amd64"
FOLDER = os.path.join(ROOT, "build", "linux")
KERNELS = os.path.join(FOLDER, "boot", "vmlinuz-*")
RAMDISK = os.path.join(ROOT, "build", "ramdisk.cpio")
CPU = "qemu64"
NO_HUGE = "transparent_hugepage=never"
TIMEOUT = 600
ROW = re.compile(r"^(\w+) (\d+)\r?$", re.MULTILINE)


class BenchError(Exception):
    """Something that is needed is not there; the text says what."""


# ---- the kernel ----

def run(*command, **settings):
    """What a command prints; it must succeed."""
    done = subprocess.run(command, capture_output=True, text=True,
                          check=False, **settings)
    if done.returncode != 0:
        raise BenchError(" ".join(command) + "\n" + done.stderr)
    return done.stdout


def package_name():
    """The package with the kernel itself."""
    text = run("apt-cache", "depends", METAPACKAGE)
    found = re.search(r"Depends: (linux-image-\S+)", text)
    if found is None:
        raise BenchError(f"apt knows no {METAPACKAGE}: run `apt-get update`")
    return found[1]


def kernel():
    """The kernel's file, fetched if it is not there yet."""
    if not glob.glob(KERNELS):
        name = package_name()
        print(f"fetching {name}", flush=True)
        os.makedirs(FOLDER, exist_ok=True)
        run("apt-get", "download", name, cwd=FOLDER)
        package = glob.glob(os.path.join(FOLDER, name + "_*.deb"))[0]
        run("dpkg-deb", "-x", package, FOLDER)
        os.remove(package)
    return sorted(glob.glob(KERNELS))[-1]


# ---- a run of each ----

def config_for(mem, icount):
    """The machine."""
    return Config(cpu=CPU, mem=mem, icount=icount, kernel_args=NO_HUGE)


def rows_of(text, who):
    """`name value` lines as a dictionary."""
    rows = {name: int(value) for name, value in ROW.findall(text)}
    if not rows:
        raise BenchError(f"bench printed nothing on {who}:\n{text[-2000:]}")
    return rows


def linux_options(config):
    """The machine's options, but for the disk: the kernel comes directly."""
    options = hardware_options(config)
    at = options.index("-drive")
    return options[:at] + options[at + 2:]


def run_linux(config, names):
    """bench is process 1: when it ends Linux panics, and the machine ends."""
    words = ["console=ttyS0", "quiet", "loglevel=0", "panic=-1", NO_HUGE,
             "rdinit=/bin/bench", "--", *names]
    command = [QEMU, *linux_options(config), "-kernel", kernel(), "-initrd",
               RAMDISK, "-append", " ".join(words), "-serial", "stdio"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=TIMEOUT, check=False,
                          preexec_fn=die_with_parent)
    text = done.stdout.decode(errors="replace")
    return rows_of(text, "Linux")


def run_quire(config, names):
    """bench is the first program there too."""
    config.program = ["/bin/bench", *names]
    with Machine(config) as machine:
        session = Session(machine)
        session.run(TIMEOUT)
    text = bytes(session.kept[REPORT_STDOUT]).decode(errors="replace")
    return rows_of(text + (session.complaint() or ""), "Quire")


# ---- all of it ----

def keep_smallest(best, rows):
    """What other work adds is no part of the operation."""
    for name, value in rows.items():
        best[name] = min(value, best.get(name, value))


def print_table(title, linux, quire):
    """The rows that both have, in Quire's order."""
    print(f"{title:24} {'Linux':>10} {'Quire':>10} {'ratio':>7}")
    for name, ours in quire.items():
        if name in linux:
            print(f"  {name:22} {linux[name]:10} {ours:10} "
                  f"{linux[name] / max(ours, 1):7.1f}")
    sys.stdout.flush()


def measure(args):
    """Both tables."""
    print(f"Linux: {os.path.basename(kernel())[len('vmlinuz-'):]}; machine: "
          f"-cpu {CPU}, {args.mem}, {NO_HUGE}", flush=True)
    counted = config_for(args.mem, True)
    print_table("instructions", run_linux(counted, args.names),
                run_quire(counted, args.names))
    linux, quire = {}, {}
    for _ in range(args.rounds):
        timed = config_for(args.mem, False)
        keep_smallest(linux, run_linux(timed, args.names))
        keep_smallest(quire, run_quire(timed, args.names))
    if args.rounds > 0:
        print_table("nanoseconds", linux, quire)


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description="bench on Linux and Quire.")
    parser.add_argument("--rounds", type=int, default=3, metavar="N",
                        help="turns for wall time (default %(default)s)")
    parser.add_argument("--mem", default="1G", metavar="SIZE")
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    try:
        measure(args)
    except (BenchError, OSError, subprocess.TimeoutExpired) as error:
        sys.exit(f"bench-linux: {error}")


if __name__ == "__main__":
    main()
