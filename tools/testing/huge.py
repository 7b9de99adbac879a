# SPDX-License-Identifier: MIT
"""Large pages for all who could have them (transparent_hugepage=always): the
programs about memory pass as they do without, and large pages come, are
taken apart, and go."""
import re

from testing.smp import names
from testing.suite import test

ALWAYS = "vmck lockck transparent_hugepage=always"
KINDS = ("huge_*", "brk_*", "fork_*", "mmap_*", "mprotect*", "munmap",
         "mremap*", "madvise*", "mlock*", "proc_*", "thread_*", "uaccess_*",
         "stress_memory", "stress_stale")
PROGRAMS_TIMEOUT = 300


def counters(text):
    """What `grep thp_ /proc/vmstat` printed, each time it ran."""
    found = {}
    for name, value in re.findall(r"^(thp_\w+) (\d+)$", text, re.M):
        found.setdefault(name, []).append(int(value))
    return found


@test("huge-pages-programs")
def programs(context):
    """All programs about memory, with 2 CPUs."""
    script = "".join(f"/test/{name} > /tmp/out || "
                     f"{{ cat /tmp/out; echo FAILED {name}; }}\n"
                     for name in names(KINDS))
    result = context.succeeded(context.shell(
        script, timeout=PROGRAMS_TIMEOUT, kernel_args=ALWAYS, cpus=2))
    context.true("FAIL" not in result.text(), "no program fails")


@test("huge-pages-counters")
def count(context):
    """They are there, once in `always`, and not without being asked for."""
    look = "grep thp_ /proc/vmstat\n"
    script = look + "/test/huge_pages > /dev/null || echo FAILED\n" + look
    for args, expected in ((ALWAYS, True),
                           (ALWAYS.replace("always", "never"), False)):
        result = context.succeeded(context.shell(script, kernel_args=args))
        context.true("FAIL" not in result.text(), "the program passes")
        found = counters(result.text())
        for name in ("thp_fault_alloc", "thp_split_pmd"):
            before, after = found[name]
            context.equal(after - before > 10, expected,
                          f"many counted as {name} ({after - before})")


@test("huge-pages-pool")
def pool(context):
    """The pool of MAP_HUGETLB is whole again after its users have gone."""
    result = context.succeeded(context.shell(
        "/test/hugetlb > /tmp/out || { cat /tmp/out; echo FAILED; }\n"
        "grep HugePages /proc/meminfo\n", cpus=2,
        kernel_args=ALWAYS + " hugepages=16"))
    context.true("FAIL" not in result.text(), "the program passes")
    for name, value in (("Total", 16), ("Free", 16), ("Rsvd", 0)):
        context.contains(result.text(), rf"^HugePages_{name}: +{value}$",
                         f"HugePages_{name} afterwards")


@test("huge-pages-short")
def short_of_memory(context):
    """Where there is no block of 2 MiB, small pages do."""
    script = ("/test/huge_pages > /tmp/out || { cat /tmp/out; echo FAILED; }\n"
              "grep thp_ /proc/vmstat\n")
    result = context.succeeded(context.shell(
        script, mem="24M", kernel_args=ALWAYS))
    context.true("FAIL" not in result.text(), "the program passes")
    found = counters(result.text())
    context.true(found["thp_fault_fallback"][-1] > 0, "small pages instead")
