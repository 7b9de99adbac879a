#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random memory calls on Linux and on Quire, compared.

    tools/fuzz.py [--first SEED] [--seeds N] [--steps N] [--cpus N]
                  [--sets core,remap,advise,lock]

Runs /bin/vmfuzz here and in Quire (`vmck lockck`) with the same seeds; both
print a hash of each seed's transcript. Where they differ, steps are left out as
long as the difference stays, and what remains is printed as two transcripts.
The exit status is 0 if no seed differs.
"""
import argparse
import difflib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.join(ROOT, "build", "user", "bin", "vmfuzz")
BATCH = 250             # seeds for one boot
TIMEOUT = 300
SHOWN = 5               # seeds that are shrunk and printed


def here(*words):
    """vmfuzz's output on this machine."""
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False).stdout


def quire_command(cpus, *words):
    """The command that runs vmfuzz in Quire."""
    return [os.path.join(ROOT, "tools", "quire"), "run", "--no-reports",
            "--cpus", str(cpus), "--kernel-args", "vmck lockck", "--timeout",
            str(TIMEOUT), "--", "/bin/vmfuzz", *words]


def there(cpus, *words):
    """vmfuzz's output in Quire, and what the kernel complained of."""
    done = subprocess.run(quire_command(cpus, *words), capture_output=True,
                          text=True, check=False)
    return done.stdout, done.stderr


def hashes(text):
    """SEED HASH lines as a dictionary."""
    return dict(line.split(" ", 1) for line in text.splitlines()
                if " " in line)


class Seed:
    """A seed whose transcripts differ."""

    def __init__(self, number, args):
        self.number = str(number)
        self.args = args

    def words(self, steps):
        """vmfuzz's arguments for just these steps."""
        return ["-s", self.args.sets, self.number, str(self.args.steps),
                *map(str, steps)]

    def transcripts(self, steps):
        """Linux's and Quire's."""
        words = self.words(steps)
        out, complaint = there(self.args.cpus, *words)
        return here(*words), out + complaint

    def differs(self, steps):
        """With these steps alone?"""
        ours, theirs = self.transcripts(steps)
        return ours != theirs

    def shrink(self):
        """Leaves out as many steps as can be: halves, quarters, … single
        ones (Zeller, Hildebrandt, "Simplifying and isolating failure-inducing
        input", 2002)."""
        steps = list(range(self.args.steps))
        if not self.differs(steps):
            return None
        size = len(steps) // 2
        while size > 0:
            at = 0
            while at < len(steps):
                fewer = steps[:at] + steps[at + size:]
                if fewer and self.differs(fewer):
                    steps = fewer
                else:
                    at += size
            size //= 2
        return steps

    def show(self):
        """Shrinks, and prints what is left."""
        steps = self.shrink()
        if steps is None:
            print(f"seed {self.number}: differs, but not when run alone")
            return
        ours, theirs = self.transcripts(steps)
        words = " ".join(self.words(steps))
        print(f"seed {self.number}: /bin/vmfuzz {words}")
        for line in difflib.unified_diff(
                ours.splitlines(), theirs.splitlines(), "Linux", "Quire",
                lineterm="", n=100):
            print("  " + line)


def compare(args):
    """The seeds that differ."""
    different = []
    for first in range(args.first, args.first + args.seeds, BATCH):
        count = min(BATCH, args.first + args.seeds - first)
        words = ["-q", "-s", args.sets, str(first), str(count),
                 str(args.steps)]
        ours = hashes(here(*words))
        out, complaint = there(args.cpus, *words)
        theirs = hashes(out)
        if len(ours) != count:
            sys.exit(f"fuzz: vmfuzz said nothing of {count - len(ours)} seeds")
        if complaint.strip():
            print(complaint, file=sys.stderr)
        different += [seed for seed, value in ours.items()
                      if theirs.get(seed) != value]
    return different


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description="Compare with Linux.")
    parser.add_argument("--first", type=int, default=1, metavar="SEED")
    parser.add_argument("--seeds", type=int, default=250, metavar="N")
    parser.add_argument("--steps", type=int, default=300, metavar="N")
    parser.add_argument("--cpus", type=int, default=1, metavar="N")
    parser.add_argument("--sets", default="core,remap,advise,lock")
    args = parser.parse_args()
    different = compare(args)
    for seed in different[:SHOWN]:
        Seed(seed, args).show()
    print(f"{args.seeds} seeds of {args.steps} steps, {args.cpus} CPUs: "
          f"{len(different)} differ"
          + (": " + " ".join(different) if different else ""))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
