#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds and runs the host tests: parts of the kernel, compiled for this
machine under AddressSanitizer and UndefinedBehaviorSanitizer, against simple
models.

    tools/hosttest/run.py [--seed N] [NAME...]

Prints `ok NAME` or `FAIL NAME` with the test's output for each; the exit
status is 0 if all passed. A failed test names its seed: give it to --seed to
see the same again.
"""
import argparse
import concurrent.futures
import os
import platform
import random
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
HERE = "tools/hosttest"
BUILD = "build/hosttest"

FLAGS = ["-std=gnu11", "-g", "-O1", "-fsanitize=address,undefined",
         "-fno-sanitize-recover=all", "-fno-omit-frame-pointer",
         # Per-CPU data stands at address 0 of GS.
         "-fno-sanitize=null", "-Wall", "-Wextra", "-Werror", "-Wshadow",
         "-Wstrict-prototypes", "-Wno-unused-function",
         # The kernel's memcpy and kin are not declared as the host's are.
         "-fno-builtin", "-I" + HERE + "/shim", "-I."]

PAGES = ["mm/buddy.c", "mm/early.c", "mm/page.c", "mm/page_ops.asm",
         "mm/percpu_pages.c", "mm/vmstat.c", HERE + "/ram.c"]
SLAB = PAGES + ["mm/kmalloc.c", "mm/slab.c", "mm/slabs.c"]
MM = SLAB + ["mm/%s.c" % name for name in (
    "access", "anon", "areas", "brk", "commit", "counts", "devmap", "fault",
    "filemap", "huge", "hugetlb", "hugetlb_area", "inspect", "kpage",
    "madvise", "mincore", "mlock", "mm", "mmap", "move", "mprotect",
    "mremap", "msync", "munmap", "pagecache", "pagetable", "pagetree",
    "pcid", "place", "populate", "range", "refs", "remap", "seal", "shmem",
    "stack", "tlb", "tlbdebt", "vma", "vmck", "vmck_frames")]
MM += ["kernel/lib/rbtree.c", "kernel/lib/rwsem.c", HERE + "/mm_host.c"]

# What each test is made of, besides its own NAME_test.c and host.c.
TESTS = {
    "bitmap": ["kernel/lib/bitmap.c"],
    "rbtree": ["kernel/lib/rbtree.c"],
    "string": ["kernel/lib/string.c", "kernel/lib/string.asm"],
    "format": ["kernel/lib/format.c"],
    "cpio": ["kernel/fs/cpio.c"],
    "elf": ["kernel/proc/elf.c"],
    "vma": ["mm/vma.c", "kernel/lib/rbtree.c"],
    "pages": PAGES + [HERE + "/no_tables.c"],
    "slab": SLAB + [HERE + "/no_tables.c"],
    "pagecache": MM,
    "mm": MM + [HERE + "/mm_model.c"],
}

# The kernel's own versions of what the host's C library has too: compiled
# under other names, so that a test can call both.
RENAMED = ["memcpy", "memmove", "memset", "memcmp", "memchr", "strlen",
           "strnlen", "strcmp", "strncmp", "strchr", "strrchr", "strlcpy"]


def flags_for(source):
    if source == "kernel/lib/string.c":
        return FLAGS + ["-D%s=kernel_%s" % (name, name) for name in RENAMED]
    return FLAGS


def is_fresh(target, command):
    """The target was made by this command from what its .d file lists."""
    try:
        made = os.path.getmtime(target)
        with open(target + ".cmd") as file:
            if file.read() != command:
                return False
        with open(target + ".d") as file:
            needs = file.read().replace("\\\n", " ").split(":", 1)[1].split()
        return all(os.path.getmtime(need) < made for need in needs)
    except OSError:
        return False


def run_command(argv):
    done = subprocess.run(argv, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError(" ".join(argv) + "\n" + done.stdout)


def new_name(target):
    """Where to make it before it is moved in place: this script may run
    several times at once."""
    return "%s.%d" % (target, os.getpid())


def compile_source(source):
    target = "%s/%s.o" % (BUILD, source)
    if source.endswith(".asm"):
        argv = ["nasm", "-f", "elf64", "-MD", target + ".d", "-I.", source]
    else:
        argv = ["gcc"] + flags_for(source) + ["-MD", "-MF", target + ".d",
                                              "-c", source]
    if is_fresh(target, " ".join(argv)):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    new = new_name(target)
    run_command(argv + ["-o", new])
    if source == "kernel/lib/string.asm":
        run_command(["objcopy"] + [arg for name in RENAMED for arg in
                                   ("--redefine-sym",
                                    "%s=kernel_%s" % (name, name))] + [new])
    os.replace(new, target)
    with open(target + ".cmd", "w") as file:
        file.write(" ".join(argv))


def sources_of(name):
    return ["%s/%s_test.c" % (HERE, name), HERE + "/host.c"] + TESTS[name]


def build_all(names, pool):
    """Compiles each source once; the errors of those that did not compile."""
    sources = sorted({s for name in names for s in sources_of(name)})
    jobs = {source: pool.submit(compile_source, source) for source in sources}
    errors = {}
    for source, job in jobs.items():
        try:
            job.result()
        except (RuntimeError, OSError) as error:
            errors[source] = str(error)
    return errors


def link(name):
    program = "%s/%s_test" % (BUILD, name)
    objects = ["%s/%s.o" % (BUILD, source) for source in sources_of(name)]
    if not os.path.exists(program) or any(
            os.path.getmtime(o) >= os.path.getmtime(program)
            for o in objects):
        new = new_name(program)
        run_command(["gcc", "-fsanitize=address,undefined", "-no-pie",
                     "-o", new] + objects)
        os.replace(new, program)
    return program


def run_test(name, seed, errors):
    """(passed, text)"""
    for source in sources_of(name):
        if source in errors:
            return False, errors[source]
    try:
        program = link(name)
    except RuntimeError as error:
        return False, str(error)
    try:
        done = subprocess.run([program, str(seed)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=120)
    except subprocess.TimeoutExpired as error:
        return False, "  took more than 120 s\n" + \
            (error.stdout or b"").decode(errors="replace")
    return done.returncode == 0, done.stdout.decode(errors="replace")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seed", type=lambda text: int(text, 0),
                        default=random.randrange(1, 2**32))
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help="which tests: " + " ".join(TESTS))
    args = parser.parse_args()
    if platform.machine() != "x86_64":
        print("host tests need an x86-64 machine: skipped")
        return 0
    unknown = [name for name in args.names if name not in TESTS]
    if unknown:
        parser.error("no such test: " + " ".join(unknown))
    os.chdir(ROOT)
    names = args.names or list(TESTS)
    print("seed %d" % args.seed)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        errors = build_all(names, pool)
        jobs = [(name, pool.submit(run_test, name, args.seed, errors))
                for name in names]
        for name, job in jobs:
            passed, text = job.result()
            print("%s %s" % ("ok" if passed else "FAIL", name))
            if not passed:
                failed += 1
                print(text.rstrip())
                print("  again: tools/hosttest/run.py --seed %d %s" %
                      (args.seed, name))
            sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
