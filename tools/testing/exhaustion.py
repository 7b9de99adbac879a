# SPDX-License-Identifier: MIT
"""Using up memory and processes ends in an error or in a killed process, the
shell goes on, and every frame comes back."""
import re

from testing.foreign import ANY_LIBC, compile_program
from testing.suite import test

MEMORY = "128M"         # little, so that it is soon used up
SLACK_KIB = 256         # caches may keep a few frames
ENDINGS = r"(killed by signal 9|ended with Out of memory)"
TIMEOUT = 180


def exhaust(context, what, ending):
    """Runs `exhaust WHAT` three times: the first fills caches; after the
    others MemFree must be what it was."""
    folder = compile_program(context, "exhaust", ANY_LIBC)
    step = f"/exhaust {what}; echo status $?; grep MemFree /proc/meminfo\n"
    result = context.shell("grep MemFree /proc/meminfo\n" + 3 * step +
                           "echo alive\n", extra=[folder], mem=MEMORY,
                           kernel_args="", timeout=TIMEOUT)
    context.succeeded(result)
    text = result.text()
    context.equal(len(re.findall(ending, text)), 3, "expected endings")
    context.equal(text.count("status 0"), 3, "runs with status 0")
    free = [int(each) for each in re.findall(r"MemFree: *(\d+) kB", text)]
    context.equal(len(free), 4, "lines of MemFree")
    context.true(abs(free[3] - free[1]) <= SLACK_KIB,
                 f"MemFree afterwards: {free[1]} kB, then {free[3]} kB")
    context.contains(text, "^alive$", "the shell, afterwards")


@test("exhaust-touch")
def exhaust_touch(context):
    """Anonymous memory."""
    exhaust(context, "touch", ENDINGS)


@test("exhaust-stacks")
def exhaust_stacks(context):
    """Stacks of threads that are gone are unmapped and freed when memory runs
    out: vmck sees that all CPUs forget them first."""
    folder = compile_program(context, "exhaust", ANY_LIBC)
    result = context.shell(
        "/test/thread_many > /dev/null || echo FAILED\n"
        "grep KernelStack /proc/meminfo\n/exhaust touch\n"
        "grep KernelStack /proc/meminfo\necho alive\n",
        extra=[folder], mem="48M", cpus=2, timeout=TIMEOUT)
    context.succeeded(result)
    context.true("FAILED" not in result.text(), "thread_many passes")
    before, after = [int(kib) for kib in re.findall(
        r"KernelStack: *(\d+) kB", result.text())]
    context.true(after < before, f"stacks were freed ({before}, {after} kB)")
    context.contains(result.text(), "^alive$", "the shell, afterwards")


@test("exhaust-brk")
def exhaust_brk(context):
    """The heap."""
    exhaust(context, "brk", ENDINGS)


@test("exhaust-copies")
def exhaust_copies(context):
    """Copies of a file's pages: who needs two frames and finds one does not
    try for ever."""
    exhaust(context, "copies", ENDINGS)


@test("exhaust-fork")
def exhaust_fork(context):
    """Processes, under RLIMIT_NPROC."""
    exhaust(context, "fork", "Resource temporarily unavailable after enough")


@test("exhaust-bomb")
def exhaust_bomb(context):
    """A fork bomb, under RLIMIT_NPROC."""
    exhaust(context, "bomb", "killed by signal 9")


OOM_MEMORY = "64M"


def run_oom(context, sizes, before="", cpus=2):
    """Lets memory run out with processes of these sizes in MiB."""
    folder = compile_program(context, "oom", ANY_LIBC)
    result = context.shell(
        before + f"/oom {sizes}\ngrep oom_kill /proc/vmstat\n",
        extra=[folder], mem=OOM_MEMORY, cpus=cpus, timeout=TIMEOUT)
    context.succeeded(result)
    return result


@test("oom-largest")
def oom_largest(context):
    """The largest process goes, not the one that needs memory; the report
    lists all and names it."""
    result = run_oom(context, "4 28 24")
    for line in ("more exited with 0", "large killed by signal 9",
                 "small lives", "oom_kill 1"):
        context.contains(result.text(), f"^{line}$", "what became of them")
    for pattern in (r"^out of memory: oom\[\d+\] needs a page",
                    r"^\[ +\d+\] +0 +\d+ +\d+ +\d+ +0 oom$",
                    r"^Out of memory: Killed process \d+ \(oom\) total-vm:"
                    r"\d+kB, anon-rss:2\d{4}kB, "):
        context.contains(result.reports, pattern, "the report")


@test("oom-allocating-task")
def oom_allocating_task(context):
    """Who asks goes, if vm.oom_kill_allocating_task says so."""
    result = run_oom(context, "4 28 24",
                     "echo 1 > /proc/sys/vm/oom_kill_allocating_task\n")
    for line in ("more killed by signal 9", "large lives", "small lives"):
        context.contains(result.text(), f"^{line}$", "what became of them")


@test("oom-allocating-task-spared")
def oom_allocating_task_spared(context):
    """… but not if he may not be killed."""
    result = run_oom(context, "4 28 24 0 -1000",
                     "echo 1 > /proc/sys/vm/oom_kill_allocating_task\n")
    for line in ("more exited with 0", "large killed by signal 9",
                 "small lives"):
        context.contains(result.text(), f"^{line}$", "what became of them")


@test("oom-dying")
def oom_dying(context):
    """Nobody is killed while the largest process is about to end anyway."""
    for cpus in (1, 2):
        result = run_oom(context, "8 28 28 0 0 kill", cpus=cpus)
        for line in ("more exited with 0", "large killed by signal 9",
                     "small lives", "oom_kill 0"):
            context.contains(result.text(), f"^{line}$", "what became of them")


@test("overcommit-file-pages")
def overcommit_file_pages(context):
    """A file in memory is promised page by page: past the limit it is as if
    the file system were full, and nobody can fork."""
    result = context.shell(
        "echo 4 > /proc/sys/vm/overcommit_kbytes\n"
        "echo 2 > /proc/sys/vm/overcommit_memory\n"
        "echo one > /dev/shm/file\n"
        "true | true\n"
        "echo 0 > /proc/sys/vm/overcommit_memory\n"
        "echo two > /dev/shm/file\ncat /dev/shm/file\n")
    context.contains(result.err.decode(), "No space left on device",
                     "the write")
    context.contains(result.err.decode(), "Cannot allocate memory",
                     "the fork")
    context.contains(result.text(), "^two$", "the file, afterwards")


@test("oom-adjusted")
def oom_adjusted(context):
    """oom_score_adj: who may not be killed is not, though it is the largest;
    the next one is."""
    result = run_oom(context, "16 24 20 -1000")
    for line in ("more exited with 0", "large lives",
                 "small killed by signal 9"):
        context.contains(result.text(), f"^{line}$", "what became of them")
