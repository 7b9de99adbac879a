# SPDX-License-Identifier: MIT
"""One run of Quire in QEMU: starting it, talking to it, ending it.

Nothing of a run is left behind, however it ends: QEMU dies with the process
that started it (PR_SET_PDEATHSIG), and what it is given are unnamed files.

    host                                  guest
    fw_cfg files opt/quire/*       ->     command line, program, ramdisk
    report pipe                    <-     port 0xe9: framed output, exit, panic
    socket, DLE escapes            ->     COM2: standard input of the program
    socket                         <->    COM1: the kernel's log and console
    QEMU's exit status             <-     port 0xf4: the machine has ended

tools/session.py carries the bytes of these channels.
"""
import ctypes
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import time

import mkramdisk

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
QEMU = os.environ.get("QEMU", "qemu-system-x86_64")
UEFI_IMAGES = ("/usr/share/ovmf/OVMF.fd", "/usr/share/OVMF/OVMF_CODE_4M.fd",
               "/usr/share/OVMF/OVMF_CODE.fd")

NONCE_LEN = 8
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class MachineError(Exception):
    """QEMU cannot be started; the text says why."""


class Config:
    """What a run is: see `tools/quire run --help`."""

    def __init__(self, **given):
        self.iso = os.path.join(ROOT, "build", "quire.iso")
        self.mem = "1G"
        self.cpus = 1
        self.cpu = "max"
        self.kernel_args = ""
        self.qemu_args = ""
        self.extra = []         # folders laid over the ramdisk
        self.overlay = None     # … or the archive itself
        self.env = []           # NAME=VALUE
        self.program = None     # argv: run mode; None: the console
        self.uefi = False
        self.cdrom = False      # boot the ISO as CD-ROM (slower)
        self.icount = False
        self.gdb_args = []
        self.display = "none"
        self.vga = "none"
        self.bare = False       # no fw_cfg files, no debug devices
        for name, value in given.items():
            if not hasattr(self, name):
                raise TypeError(f"no such setting: {name}")
            setattr(self, name, value)


def die_with_parent():
    """In the child: the kernel kills it when its parent is gone."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def unnamed_file(data):
    """A descriptor of an unnamed file in memory with these bytes."""
    descriptor = os.memfd_create("quire")
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view):]
    return descriptor


def joined(strings):
    """NUL-terminated strings, one after the other."""
    return b"".join(os.fsencode(each) + b"\0" for each in strings)


def uefi_firmware():
    """The file with UEFI firmware for virtual machines."""
    for image in UEFI_IMAGES:
        if os.path.exists(image):
            return image
    raise MachineError("there is no UEFI firmware (OVMF): run `make setup`")


def fw_cfg_files(config, nonce):
    """What the guest is told, by name."""
    files = {}
    if config.bare:
        return files
    files["nonce"] = nonce
    if config.kernel_args:
        files["cmdline"] = os.fsencode(config.kernel_args)
    if config.program:
        files["argv"] = joined(config.program)
    if config.env:
        files["env"] = joined(config.env)
    if config.overlay is not None:
        files["ramdisk"] = config.overlay
    elif config.extra:
        files["ramdisk"] = mkramdisk.make_overlay(config.extra)
    return files


def hardware_options(config):
    """QEMU's options for the machine itself."""
    image = config.iso.replace(",", ",,")
    options = ["-nodefaults", "-no-user-config", "-no-reboot",
               "-cpu", config.cpu, "-m", config.mem, "-smp", str(config.cpus),
               "-accel", "tcg", "-display", config.display,
               "-vga", config.vga]
    if config.cdrom:
        options += ["-cdrom", config.iso]
    else:
        options += ["-drive",
                    f"file={image},format=raw,if=virtio,readonly=on"]
    if config.uefi:
        options += ["-bios", uefi_firmware()]
    if config.icount:
        options += ["-icount", "shift=0,sleep=off"]
    return options


class Machine:
    """A running QEMU and the near ends of its channels."""

    def __init__(self, config, own_session=True, more_options=()):
        self.config = config
        self.nonce = secrets.token_hex(NONCE_LEN // 2).encode()
        self.started = time.monotonic()
        self.process = None
        self.report = self.messages = None
        self.theirs = []    # QEMU's ends and files, ours until it has started
        try:
            self._start(own_session, list(more_options))
        finally:
            for descriptor in self.theirs:
                os.close(descriptor)

    def _start(self, own_session, more):
        if shutil.which(QEMU) is None:
            raise MachineError(f"{QEMU} is missing: run `make setup`")
        if not os.path.exists(self.config.iso):
            raise MachineError(f"{self.config.iso} is missing: run `make`")
        command = [QEMU] + hardware_options(self.config)
        for name, data in fw_cfg_files(self.config, self.nonce).items():
            number = self._give(unnamed_file(data))
            command += ["-fw_cfg", f"name=opt/quire/{name},"
                                   f"file=/proc/self/fd/{number}"]
        self.report, far = os.pipe()
        self._give(far)
        self.com1, com1 = self._socket("com1")
        self.com2, com2 = self._socket("com2")
        command += com1 + com2 + ["-serial", "chardev:com1",
                                  "-serial", "chardev:com2"]
        if not self.config.bare:
            command += [
                "-chardev", f"file,id=report,path=/proc/self/fd/{far}",
                "-device", "isa-debugcon,iobase=0xe9,chardev=report",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=1"]
        command += more + shlex.split(self.config.qemu_args)
        self.messages, far = os.pipe()
        self._give(far)
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=far, stderr=far,
            pass_fds=self.theirs, preexec_fn=die_with_parent,
            start_new_session=own_session)

    def _give(self, descriptor):
        self.theirs.append(descriptor)
        return descriptor

    def _socket(self, name):
        near, far = socket.socketpair()
        near.setblocking(False)
        number = self._give(far.detach())
        return near, ["-chardev", f"socket,id={name},fd={number}"]

    def seconds(self):
        """Seconds since QEMU was started."""
        return time.monotonic() - self.started

    def end(self):
        """Ends QEMU, if it runs, and frees everything. Its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.kill()
        status = self.process.wait()
        for each in (self.com1, self.com2):
            each.close()
        for name in ("report", "messages"):
            if getattr(self, name) is not None:
                os.close(getattr(self, name))
                setattr(self, name, None)
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
