# SPDX-License-Identifier: MIT
"""The texts must be true: what they name in `code` has to exist."""
import glob
import re

from checking.tree import read

TEXTS = ("README.md", "docs/*.md")
NAME = re.compile(r"`([a-z]\w*)(?:\([^`]*\))?`")
PATH = re.compile(r"`((?:boot|kernel|mm|user|tools|docs|iso)/[^` ]*)`")
PLACEHOLDER = re.compile(r"NAME|DIR|FILE")
ELSEWHERE = {"git"}     # programs that the texts name


def texts():
    """The files to check."""
    return [path for pattern in TEXTS for path in sorted(glob.glob(pattern))]


def check(files):
    """Names and paths in code spans that are nowhere in the tree."""
    words = set(ELSEWHERE)
    for path in files:
        if not path.endswith(".md"):
            words.update(re.findall(r"\w+", read(path)))
    problems = []
    for path in texts():
        text = read(path)
        for name in NAME.findall(text):
            if name not in words and not PLACEHOLDER.search(name):
                problems.append(f"{path}: `{name}` is nowhere in the sources")
        for place in PATH.findall(text):
            if not PLACEHOLDER.search(place) and not glob.glob(place):
                problems.append(f"{path}: {place} does not exist")
    return sorted(set(problems))
