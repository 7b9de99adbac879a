#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the ramdisk: a cpio archive in the "newc" format, as a Linux initramfs.

    tools/mkramdisk.py --output build/ramdisk.cpio build/user/bin/init ...

Programs come to lie as they do under build/user (/bin, /test); init also at
/init, where Linux looks for it.

The same inputs give the same bytes: entries are sorted, and times, owners and
inode numbers do not depend on the machine. Folders come before what is in
them. tools/quire uses make_overlay() to pass a folder (--extra) to a run.
"""
import argparse
import os
import stat
import sys

MAGIC = "070701"
TRAILER = "TRAILER!!!"
FIRST_INODE = 1
MTIME = 1767225600  # 2026-01-01 00:00:00 UTC
INIT = "init"

# Folders and nodes that every system has. The kernel mounts its own /dev and
# /proc; Linux, booted with the same archive, needs /dev/console to start init.
STANDARD_FOLDERS = ("bin", "dev", "etc", "proc", "root", "test", "tmp")
CONSOLE = ("dev/console", stat.S_IFCHR | 0o600, 5, 1)


class Entry:
    """One file of the archive: its mode, contents and device numbers."""

    def __init__(self, mode, data=b"", major=0, minor=0):
        self.mode = mode
        self.data = data
        self.major = major
        self.minor = minor


class Archive:
    """A tree of entries by name; later additions replace earlier ones."""

    def __init__(self):
        self.entries = {}

    def add_folder(self, name):
        """Adds a folder and those above it, where they are missing."""
        parts = [part for part in name.split("/") if part]
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            mode = 0o1777 if path == "tmp" else 0o755
            self.entries.setdefault(path, Entry(stat.S_IFDIR | mode))

    def add(self, name, entry):
        """Adds an entry and the folders above it."""
        name = name.strip("/")
        self.add_folder(os.path.dirname(name))
        self.entries[name] = entry

    def add_path(self, name, path, executable=None):
        """Adds one file, link or folder (not its contents) of the host."""
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            target = os.fsencode(os.readlink(path))
            self.add(name, Entry(stat.S_IFLNK | 0o777, target))
        elif stat.S_ISDIR(status.st_mode):
            self.add_folder(name)
            kept = stat.S_IFDIR | stat.S_IMODE(status.st_mode)
            self.entries[name.strip("/")] = Entry(kept)
        elif stat.S_ISREG(status.st_mode):
            if executable is None:
                executable = bool(status.st_mode & 0o111)
            with open(path, "rb") as file:
                data = file.read()
            mode = 0o755 if executable else 0o644
            self.add(name, Entry(stat.S_IFREG | mode, data))
        else:
            raise ValueError(f"{path}: not a file, folder or symbolic link")

    def add_tree(self, name, folder):
        """Adds all that is in a folder of the host, at `name`."""
        if not os.path.isdir(folder):
            raise ValueError(f"{folder}: no such folder")
        for base, folders, files in os.walk(folder):
            prefix = os.path.join(name, os.path.relpath(base, folder))
            for each in folders + files:
                self.add_path(os.path.normpath(os.path.join(prefix, each)),
                              os.path.join(base, each))

    def pack(self):
        """The archive's bytes."""
        out = bytearray()
        names = sorted(self.entries, key=lambda name: name.split("/"))
        for inode, name in enumerate(names, FIRST_INODE):
            pack_entry(out, name, self.entries[name], inode)
        pack_entry(out, TRAILER, Entry(0), 0)
        return bytes(out)


def pack_entry(out, name, entry, inode):
    """Appends a header, the name and the data, each padded to 4 bytes."""
    encoded = os.fsencode(name) + b"\0"
    folder = stat.S_ISDIR(entry.mode)
    mtime = MTIME if inode else 0
    fields = (inode, entry.mode, 0, 0, 2 if folder else 1, mtime,
              len(entry.data), 0, 0, entry.major, entry.minor, len(encoded), 0)
    out += (MAGIC + "".join(f"{field:08x}" for field in fields)).encode()
    out += encoded
    out += bytes(-len(out) % 4)
    out += entry.data
    out += bytes(-len(out) % 4)


def make_overlay(folders):
    """An archive of host folders laid over each other at /, for fw_cfg."""
    archive = Archive()
    for folder in folders:
        archive.add_tree("", folder)
    return archive.pack()


def make_ramdisk(args):
    """The archive that the command line describes."""
    archive = Archive()
    for folder in STANDARD_FOLDERS:
        archive.add_folder(folder)
    name, mode, major, minor = CONSOLE
    archive.add(name, Entry(mode, b"", major, minor))
    for path in args.programs:
        folder, program = os.path.split(os.path.abspath(path))
        archive.add_path(f"{os.path.basename(folder)}/{program}", path)
        if program == INIT:
            archive.add_path(INIT, path)
    for name, path in args.tree:
        archive.add_tree(name, path)
    return archive.pack()


def write_if_changed(path, data):
    """Writes a file, but leaves it alone if it has these bytes already."""
    try:
        with open(path, "rb") as file:
            if file.read() == data:
                return False
    except FileNotFoundError:
        pass
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.replace(path + ".new", path)
    return True


def main():
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Make a ramdisk (cpio newc archive).")
    parser.add_argument("--output", required=True, metavar="FILE")
    parser.add_argument("--tree", metavar=("NAME", "FOLDER"), nargs=2,
                        action="append", default=[],
                        help="all that is in FOLDER, at NAME")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM")
    args = parser.parse_args()
    try:
        data = make_ramdisk(args)
    except (OSError, ValueError) as error:
        sys.exit(f"mkramdisk: {error}")
    if not write_if_changed(args.output, data):
        os.utime(args.output)


if __name__ == "__main__":
    main()
