# SPDX-License-Identifier: MIT
"""Checks of form: format, rules that the design sets, lengths, Python."""
import collections
import os
import re
import shutil
import subprocess

from checking.tree import in_kernel, is_c, read, without_comments

MAX_FUNCTION = 60
LONG_FILE = 400
FORMATTER = "clang-format-14"   # versions differ; this is Debian 12's
BATCH = 30              # files given to clang-format at a time
COMPLAINT = re.compile(r"^([^:\n]+):\d+:\d+: (?:warning|error):", re.MULTILINE)
SPDX = "SPDX-License-Identifier: MIT"
SPDX_WITHIN = 3         # lines
LEFTOVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
ASM = re.compile(r"\b(__asm__|__asm|asm)\b\s*(volatile|goto|__volatile__|\()")
# Where inline assembly lives in the kernel; offsets.c only names offsets.
ASM_HOMES = re.compile(r"kernel/cpu/(x86\w*\.h|offsets\.c)$|"
                       r"kernel/lib/lockck_site\.h$")
# The page's bits, spelled bare. Registers and layout are where they belong.
PAGE_NUMBER = re.compile(r"(<<|>>)\s*12\b|\b0x(1ff|fff)U?L?\b")
NUMBER_HOMES = re.compile(r"kernel/cpu/|kernel/abi/|mm/(layout|pagetable)\.h$|"
                          r"kernel/dev/|kernel/fs/")
NO_SPDX = (".json", ".md", ".txt")


def check_format(pool, files):
    """clang-format's complaints, counted by file."""
    sources = [path for path in files if is_c(path)]
    formatter = FORMATTER if shutil.which(FORMATTER) else "clang-format"
    batches = [sources[at:at + BATCH]
               for at in range(0, len(sources), BATCH)]

    def complaints(paths):
        done = subprocess.run([formatter, "--dry-run", *paths],
                              capture_output=True, text=True, check=False)
        return COMPLAINT.findall(done.stderr)

    try:
        found = collections.Counter(
            path for batch in pool.map(complaints, batches) for path in batch)
    except FileNotFoundError:
        return ["clang-format is missing: run `make setup`"]
    return [f"{path}: {count} places; {formatter} -i {path}"
            for path, count in sorted(found.items())]


def check_rules(files):
    """SPDX lines, leftovers, inline assembly, bare numbers."""
    problems = []
    for path in files:
        text = read(path)
        head = "\n".join(text.split("\n")[:SPDX_WITHIN])
        if SPDX not in head and not path.endswith(NO_SPDX):
            problems.append(f"{path}:1: no line with {SPDX}")
        rules = [(LEFTOVER, text, "left over")]
        if is_c(path) and in_kernel(path):
            code = without_comments(text)
            if not ASM_HOMES.search(path):
                rules.append((ASM, code, "inline assembly belongs in x86*.h"))
            if not NUMBER_HOMES.match(path):
                rules.append((PAGE_NUMBER, code, "a bare page number"))
        for pattern, where, what in rules:
            for match in pattern.finditer(where):
                line = where.count("\n", 0, match.start()) + 1
                problems.append(f"{path}:{line}: {what}: {match.group(0)}")
    return problems


def functions(text):
    """(name, first line, number of lines) of each function. Relies on the
    format: its braces stand alone at the line's start."""
    lines = text.split("\n")
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            head = start - 1
            while head > 0 and lines[head][:1] in (" ", "\t"):
                head -= 1
            name = re.search(r"(\w+)\s*\(", lines[head])
            yield (name.group(1) if name else "?", head + 1,
                   number - head + 1)
            start = None


def check_lengths(files):
    """Functions that are too long."""
    return [f"{path}:{line}: {name} has {length} lines"
            for path in files if path.endswith(".c")
            for name, line, length in functions(read(path))
            if length > MAX_FUNCTION]


def check_python(files):
    """Python files that do not compile, or are not plain 3.9."""
    problems = []
    for path in files:
        text = None
        if path.endswith(".py"):
            text = read(path)
        elif path.startswith("tools/") and "." not in os.path.basename(path):
            text = read(path)
            if "python3" not in text.split("\n", 1)[0]:
                continue
        if text is None:
            continue
        try:
            compile(text, path, "exec", dont_inherit=True)
        except SyntaxError as error:
            problems.append(f"{path}:{error.lineno}: {error.msg}")
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > 80:
                problems.append(f"{path}:{number}: {len(line)} columns")
    return problems


def print_sizes(files):
    """The largest C files, and sums by folder."""
    lengths = {path: read(path).count("\n") for path in files
               if path.endswith((".c", ".h", ".asm", ".py"))}
    print(f"files of more than {LONG_FILE} lines:")
    for path, length in sorted(lengths.items(), key=lambda item: -item[1]):
        if length > LONG_FILE:
            print(f"  {length:5} {path}")
    for top in ("boot", "kernel", "mm", "user", "tools"):
        total = sum(length for path, length in lengths.items()
                    if path.startswith(top + "/"))
        print(f"  {total:6} lines in {top}/")
