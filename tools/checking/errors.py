# SPDX-License-Identifier: MIT
"""The table of errors must be true: each test that docs/errors.md names has to
exist and to name the errno, and where none is named a reason has to stand."""
import glob
import re

from checking.tree import read

TABLE = "docs/errors.md"
PROGRAM = "user/test/{}.c"
SWEEP = "user/bin/sweep/ops_*.c"
HEADINGS = ("errno", "---")
ROW = re.compile(r"\| ([^|]+) \| ([^|]+) \| ([^|]+) \|")
TEST = re.compile(r"`([a-z_0-9]+) ([a-z_0-9-]+)`")
CASE = re.compile(r"\bCASE\((\w+)\)")
OPERATION = re.compile(r'^    \{ "([\w-]+)"', re.M)
REASON = "none: "
# The C library's answer, which no test of the call itself names.
BY_OTHER_MEANS = {"brk_limits", "sweep"}


def program_source(name):
    """The test program, or None."""
    path = PROGRAM.format(name)
    return read(path) if glob.glob(path) else None


def missing_test(program, case):
    """Why there is no such test. None: there is."""
    if program == "sweep":
        names = OPERATION.findall("".join(map(read, sorted(glob.glob(SWEEP)))))
        return None if case in names else f"sweep has no operation {case}"
    source = program_source(program)
    if source is None:
        return f"there is no test {program}"
    if case not in CASE.findall(source):
        return f"{program} has no case {case}"
    return None


def problems_of_row(errno, test):
    """What is wrong with one row."""
    tests = TEST.findall(test)
    for program, case in tests:
        problem = missing_test(program, case)
        if problem is not None:
            yield problem
    if test.startswith(REASON):
        return
    if not tests:
        yield f"{errno} has neither a test nor a reason"
    for program, _ in tests:
        source = program_source(program) or errno
        if program not in BY_OTHER_MEANS and errno not in source:
            yield f"{program} does not name {errno}"


def rows():
    """(line number, errno, test) of each row."""
    for number, line in enumerate(read(TABLE).split("\n"), 1):
        if not line.startswith("|"):
            continue
        row = ROW.fullmatch(line)
        if row is None or row[1] not in HEADINGS:
            yield number, row and row[1], row and row[3]


def check():
    """What docs/errors.md says and is not so."""
    problems = []
    for number, errno, test in rows():
        found = (problems_of_row(errno, test) if errno is not None
                 else ["this is not a row of three cells"])
        problems += [f"{TABLE}:{number}: {each}" for each in found]
    return problems
