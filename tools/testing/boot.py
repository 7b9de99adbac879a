# SPDX-License-Identifier: MIT
"""Boots: processors, memory sizes, BIOS and UEFI; and what happens when what
the loader hands over is damaged or missing."""
import os
import sys

from machine import ROOT
from testing.suite import add_test, test

KERNEL = os.path.join(ROOT, "build", "quire.elf")
RAMDISK = os.path.join(ROOT, "build", "ramdisk.cpio")
MKISO = os.path.join(ROOT, "tools", "mkiso.py")
LOADER = os.path.join(ROOT, "tools", "testing", "programs", "badloader.c")
MIB = {"128M": 128, "512M": 512, "1G": 1024, "4G": 4096}
MIN_SHARE = 0.85    # of the memory that programs must be able to use
UEFI_TIMEOUT = 150

MACHINES = {
    "qemu64-128m": {"cpu": "qemu64", "mem": "128M"},
    "qemu64-1g": {"cpu": "qemu64", "mem": "1G"},
    "qemu64-4g": {"cpu": "qemu64", "mem": "4G"},
    "max-128m": {"cpu": "max", "mem": "128M"},
    "max-1g": {"cpu": "max", "mem": "1G"},
    "max-4g": {"cpu": "max", "mem": "4G"},
    "4cpus": {"cpus": 4},
    "cdrom": {"cdrom": True},
    "screen": {"vga": "std"},
    "q35": {"qemu_args": "-machine q35"},
    "icount": {"icount": True},
    "uefi-max": {"uefi": True, "mem": "512M", "vga": "std"},
    "uefi-qemu64": {"uefi": True, "mem": "1G", "cpu": "qemu64"},
    "uefi-4g-cdrom": {"uefi": True, "mem": "4G", "cdrom": True},
}


def boot(context, settings):
    """The machine boots, runs a program, and has the memory it should."""
    result = context.quire("/bin/cat", "/proc/meminfo", timeout=UEFI_TIMEOUT,
                           **settings)
    context.succeeded(result)
    total = context.contains(result.text(), r"^MemTotal: *(\d+) kB",
                             "/proc/meminfo")
    mib = int(total.group(1)) / 1024
    size = MIB[settings.get("mem", "1G")]
    context.true(MIN_SHARE * size <= mib <= size,
                 f"MemTotal is {mib:.0f} MiB of {size} MiB")


def register():
    """One test for each machine."""
    for name, settings in MACHINES.items():
        add_test(f"boot-{name}",
                 lambda context, settings=settings: boot(context, settings))


register()


def make_iso(context, kernel, ramdisk):
    """An ISO of the test's own. => its path"""
    path = os.path.join(context.scratch, "test.iso")
    command = [sys.executable, MKISO, "--output", path, "--kernel", kernel]
    if ramdisk is not None:
        command += ["--ramdisk", ramdisk]
    context.build(*command)
    return path


def boot_with_ramdisk(context, data):
    """Boots with these bytes as ramdisk (None: without one)."""
    path = None
    if data is not None:
        path = os.path.join(context.scratch, "ramdisk.cpio")
        with open(path, "wb") as file:
            file.write(data)
    iso = make_iso(context, KERNEL, path)
    return context.quire("/bin/true", iso=iso, timeout=60)


def ramdisk_bytes():
    """The proper ramdisk."""
    with open(RAMDISK, "rb") as file:
        return bytearray(file.read())


def refused(context, result, pattern):
    """A clear message on the console, and an end that is not the program's."""
    context.contains(result.log, pattern, "the kernel's log")
    context.true(result.status not in (0, 124), "it ended, and not well")


@test("boot-no-ramdisk")
def boot_no_ramdisk(context):
    """No module at all."""
    result = boot_with_ramdisk(context, None)
    refused(context, result, r"(?i)ramdisk")


@test("boot-garbage-ramdisk")
def boot_garbage_ramdisk(context):
    """A module that is no archive."""
    result = boot_with_ramdisk(context, bytes(range(256)) * 64)
    refused(context, result, r"ramdisk is damaged")


@test("boot-truncated-ramdisk")
def boot_truncated_ramdisk(context):
    """An archive that ends within a file."""
    data = ramdisk_bytes()
    result = boot_with_ramdisk(context, data[:5000])
    refused(context, result, r"(?i)ramdisk")


@test("boot-corrupt-ramdisk")
def boot_corrupt_ramdisk(context):
    """An archive with a damaged header in its middle."""
    data = ramdisk_bytes()
    at = data.rfind(b"070701", 0, len(data) // 2)
    data[at:at + 4] = b"junk"
    result = boot_with_ramdisk(context, data)
    context.contains(result.log, r"(?i)ramdisk", "the kernel's log")
    context.true(result.status != 124, "it ended by itself")


@test("boot-empty-ramdisk")
def boot_empty_ramdisk(context):
    """An archive without a program."""
    trailer = b"070701" + b"0" * 88 + b"0000000b" + b"0" * 8 + b"TRAILER!!!\0"
    trailer += bytes(-len(trailer) % 4)
    result = boot_with_ramdisk(context, trailer)
    refused(context, result, r"none of /init")


@test("boot-corrupt-elf")
def boot_corrupt_elf(context):
    """A damaged program gets an errno, not a panic."""
    folder = os.path.join(context.scratch, "extra")
    os.makedirs(folder)
    with open(os.path.join(ROOT, "build", "user", "bin", "true"), "rb") as file:
        program = bytearray(file.read())
    for name, at, value in (("machine", 18, 0x28), ("class", 4, 1),
                            ("phoff", 32, 0xff), ("phnum", 57, 0xff)):
        damaged = bytearray(program)
        damaged[at] = value
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(damaged)
        os.chmod(path, 0o755)
    result = context.shell("".join(
        f"/{name} 2>/dev/null; echo {name} $?\n"
        for name in ("machine", "class", "phoff", "phnum")), extra=[folder])
    context.succeeded(result)
    for line in result.text().strip().split("\n"):
        context.contains(line, r"^\w+ (126|2|139)$",
                         "status of a damaged program")


# What a bad loader does wrong, and what Quire must say to it. Without the magic
# number nothing is certain: it stops where it is, on COM1's and the screen's
# last words.
LOADER_FAULTS = {
    "magic": (r"not started by a multiboot2", 124),
    "null": (r"cannot boot: .*missing or not aligned", 125),
    "size": (r"cannot boot: .*impossible size", 125),
    "no-end": (r"cannot boot: .*(no end tag|reaches past)", 125),
    "no-map": (r"cannot boot: .*no memory map", 125),
}


def bad_loader(context, number, pattern, status):
    """Quire started by a loader that lies (programs/badloader.c)."""
    stub = os.path.join(context.scratch, "badloader.elf")
    context.build("x86_64-linux-gnu-gcc", "-m32", "-O1", "-ffreestanding",
                  "-fno-pic", "-no-pie", "-fno-stack-protector", "-nostdlib",
                  "-static", "-fcf-protection=none",
                  "-fno-asynchronous-unwind-tables", f"-DFAULT={number}",
                  "-Wl,-Ttext=0x2000000,-z,noexecstack,--build-id=none",
                  "-o", stub, LOADER)
    iso = make_iso(context, stub, KERNEL)
    result = context.quire("/bin/true", iso=iso,
                           timeout=5 if status == 124 else 60)
    context.contains(result.log, pattern, "the kernel's log")
    context.equal(result.status, status, "status")


def register_loader():
    """One test for each fault."""
    for number, (name, expected) in enumerate(LOADER_FAULTS.items()):
        add_test(f"boot-loader-{name}",
                 lambda context, number=number, expected=expected:
                 bad_loader(context, number, *expected))


register_loader()


@test("boot-same-image")
def boot_same_image(context):
    """The ramdisk has all programs, and making it anew gives the same."""
    programs = []
    for folder in ("bin", "test"):
        for name in os.listdir(os.path.join(ROOT, "user", folder)):
            path = os.path.join(ROOT, "build", "user", folder,
                                name.partition(".")[0])
            if os.path.isfile(path):
                programs.append(path)
    again = os.path.join(context.scratch, "again.cpio")
    context.build(sys.executable, os.path.join(ROOT, "tools/mkramdisk.py"),
                  "--output", again, *programs)
    listing = context.host("cmp", again, RAMDISK)
    context.succeeded(listing)
