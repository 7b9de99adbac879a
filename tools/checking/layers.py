# SPDX-License-Identifier: MIT
"""Who may include whom (docs, "layers").

    kernel/lib <- kernel/cpu <- mm <- kernel/dev <- kernel/fs <- kernel/proc
               <- kernel/syscall <- kernel/main.c

kernel/abi (numbers, flags, structs) and boot/bootinfo.h may be included from
anywhere in the kernel. mm/layout.h, which is constants alone, too. user/ sees
of the kernel only kernel/abi.
"""
import os
import re

from checking.tree import in_kernel, is_c, read

LAYERS = ("kernel/lib", "kernel/cpu", "mm", "kernel/dev", "kernel/fs",
          "kernel/proc", "kernel/syscall", "kernel")
EVERYWHERE = ("boot/bootinfo.h", "mm/layout.h")
ABI = "kernel/abi"
# boot/ runs before there is anything; it may use the leaves.
BOOT = ("boot", "kernel/lib")
# mm/ never sees a process or a trap frame.
NOT_FOR_MM = ("kernel/cpu/trap.h", "kernel/cpu/syscall_entry.h")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def check(files):
    """The includes that should not be."""
    problems = []
    for path in files:
        if not is_c(path) or path.startswith("tools/"):
            continue
        text = read(path)
        for match in INCLUDE.finditer(text):
            why = verdict(path, match.group(1))
            if why:
                line = text.count("\n", 0, match.start(1)) + 1
                problems.append(f"{path}:{line}: {match.group(1)}: {why}")
    return problems


def verdict(path, target):
    """Why this file may not include that one; None if it may."""
    own, other = os.path.dirname(path), os.path.dirname(target)
    if not os.path.exists(target):
        return "no such file from the root"
    if path.startswith("user/"):
        if target.startswith("user/") or other == ABI:
            return None
        return "user/ may include only user/ and kernel/abi/"
    if target.startswith(("user/", "tools/")):
        return "the kernel may not include that"
    if own == ABI:
        return None if other == ABI else "kernel/abi/ includes only itself"
    if other == ABI or target in EVERYWHERE:
        return None
    if own == "boot":
        return None if other in BOOT else "boot/ may include kernel/lib/ only"
    if in_kernel(path) and other in LAYERS and own in LAYERS:
        if LAYERS.index(other) > LAYERS.index(own):
            return f"{own}/ is below {other}/"
        if own == "mm" and target in NOT_FOR_MM:
            return "mm/ never sees a trap frame"
        return None
    return f"{own}/ and {other}/ have no order"
