# SPDX-License-Identifier: MIT
"""The texts must be true: what they name in `code` has to exist."""
import glob
import os
import re

from checking.tree import read

TEXTS = ("README.md", "docs/*.md")
CODE = re.compile(r"`([^`]+)`")
BLOCK = re.compile(r"^ {4}.*$", re.M)     # code that is shown as such
LINK = re.compile(r"\]\(([^)#:]+)\)")
NAME = re.compile(r"([a-z]\w*)(?:\(.*\))?")
OTHER_NAME = re.compile(r"(?:struct \w+|[A-Z][A-Z0-9]*_\w+)")
PATH = re.compile(r"(?:boot|kernel|mm|user|tools|docs|iso)/[^ ]*")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
GOAL = re.compile(r"(?:.*\| )?make ([a-z]+).*")
PLACEHOLDER = re.compile(r"NAME|DIR|FILE|CASE|EXTRA")
ELSEWHERE = {"git", "apt", "gcc"}   # programs that the texts name
OTHERS_OPTIONS = {"--help"}


def texts():
    """The files to check."""
    return [path for pattern in TEXTS for path in sorted(glob.glob(pattern))]


def goals():
    """What one can ask make for."""
    return set(re.findall(r"\w+", " ".join(re.findall(
        r"^(?:\.PHONY:|(?=\w+:))([\w ]+)", read("Makefile"), re.M))))


def missing_in(code, words, known_goals):
    """What a piece of code names and is nowhere."""
    if PLACEHOLDER.search(code):
        return
    name, place, goal = (each.fullmatch(code) for each in (NAME, PATH, GOAL))
    if name and name[1] not in words:
        yield f"`{name[1]}` is nowhere in the sources"
    if OTHER_NAME.fullmatch(code) and code.split()[-1] not in words:
        yield f"`{code}` is nowhere in the sources"
    if place and not glob.glob(code):
        yield f"{code} does not exist"
    if goal and goal[1] not in known_goals:
        yield f"`make {goal[1]}` is not in the Makefile"


def check(files):
    """What the texts name and is nowhere in the tree."""
    sources = [read(path) for path in files if not path.endswith(".md")]
    words = ELSEWHERE.union(*(re.findall(r"\w+", text) for text in sources))
    options = OTHERS_OPTIONS.union(*(OPTION.findall(text)
                                     for text in sources))
    known_goals = goals()
    problems = set()
    for path in texts():
        text = read(path)
        found = [each for code in CODE.findall(BLOCK.sub("", text))
                 for each in missing_in(code, words, known_goals)]
        found += [f"no tool has the option {each}"
                  for each in OPTION.findall(text) if each not in options]
        found += [f"the link to {each} leads nowhere"
                  for each in LINK.findall(text)
                  if not os.path.exists(os.path.join(os.path.dirname(path),
                                                     each))]
        problems.update(f"{path}: {each}" for each in found)
    return sorted(problems)
