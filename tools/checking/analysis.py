# SPDX-License-Identifier: MIT
"""Static analysis by clang-tidy (.clang-tidy says which checks).

Files that were clean are remembered in build/check/ by a hash of their own
text, of every header's and of the settings, and are not looked at again.
"""
import hashlib
import os
import shutil
import subprocess

from checking.tree import in_kernel

DATABASE = "build/compile_commands.json"
STAMPS = "build/check"
SETTINGS = ".clang-tidy"


def digest_of(paths):
    """A hash of files' contents."""
    total = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            total.update(file.read() + b"\0")
    return total.hexdigest()


def analyse(path, common):
    """clang-tidy's complaints about one file; None: there are none."""
    stamp = os.path.join(STAMPS, path)
    digest = digest_of([path]) + common
    try:
        with open(stamp, encoding="ascii") as file:
            if file.read() == digest:
                return None
    except FileNotFoundError:
        pass
    command = ["clang-tidy", "--quiet", "-p", os.path.dirname(DATABASE)]
    if not in_kernel(path):
        command.append("--checks=-clang-analyzer-*")
    done = subprocess.run(command + [path], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        return done.stdout.strip() or done.stderr.strip()
    os.makedirs(os.path.dirname(stamp), exist_ok=True)
    with open(stamp, "w", encoding="ascii") as file:
        file.write(digest)
    return None


def check(pool, files):
    """What is wrong, file by file."""
    if shutil.which("clang-tidy") is None:
        return ["clang-tidy is missing: run `make setup`"]
    if not os.path.exists(DATABASE):
        return [f"{DATABASE} is missing: run `make`"]
    sources = [path for path in files if path.endswith(".c")
               and not path.startswith("tools/")]
    common = digest_of([path for path in files if path.endswith(".h")] +
                       [SETTINGS])
    return [each for each in
            pool.map(lambda path: analyse(path, common), sources) if each]
