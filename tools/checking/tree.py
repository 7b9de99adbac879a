# SPDX-License-Identifier: MIT
"""The source tree, as the checks see it."""
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FOLDERS = ("boot", "kernel", "mm", "user", "tools", "iso", ".ci")
TOP_FILES = ("Makefile", "linker.ld", ".clang-format", ".clang-tidy",
             ".editorconfig", "user/.clang-format")
SKIPPED = ("__pycache__",)


def source_files():
    """Every source file, as a path from the root, sorted."""
    found = [name for name in TOP_FILES if os.path.exists(name)]
    for top in FOLDERS:
        for base, folders, files in os.walk(top):
            folders[:] = [each for each in folders if each not in SKIPPED]
            found += [os.path.join(base, name) for name in files
                      if not name.startswith(".")]
    return sorted(set(found))


def read(path):
    """A file's text."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def is_c(path):
    """C sources and headers."""
    return path.endswith((".c", ".h"))


def in_kernel(path):
    """Part of the kernel's image."""
    return path.split("/")[0] in ("boot", "kernel", "mm")


def without_comments(text):
    """C text with comments and strings blanked; lines stay where they are."""
    out, at, end = [], 0, len(text)
    while at < end:
        two = text[at:at + 2]
        if two == "/*":
            stop = text.find("*/", at + 2)
            stop = end if stop < 0 else stop + 2
        elif two == "//":
            stop = text.find("\n", at)
            stop = end if stop < 0 else stop
        elif text[at] in "\"'":
            stop = end_of_literal(text, at)
        else:
            out.append(text[at])
            at += 1
            continue
        out.append("".join(each if each == "\n" else " "
                           for each in text[at:stop]))
        at = stop
    return "".join(out)


def end_of_literal(text, at):
    """Where the string or character literal that starts at `at` ends."""
    quote, at = text[at], at + 1
    while at < len(text) and text[at] not in (quote, "\n"):
        at += 2 if text[at] == "\\" else 1
    return min(at + 1, len(text))
