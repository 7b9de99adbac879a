/* SPDX-License-Identifier: MIT */
/*
 * faultdemo: a table of accesses to memory, and how each fault is answered.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vmdemo.h>

static const char path[] = "/tmp/faultdemo.file";
static struct vmcounts before, after;
static struct rusage usage_before, usage_after;
static int failures;

static void start(void)
{
    fflush(stdout);
    demo_read(path); /* what is only needed to measure is there from now on */
    vmcounts_read(&after);
    vmcounts_read(&before);
    getrusage(RUSAGE_SELF, &usage_before);
}

/* What the kernel did, by the counter that went up. */
static const char *answer(int sig)
{
    static const struct {
        enum vmcount which;
        const char *text;
    } answers[] = {
        { VMCOUNT_ZERO_PAGE, "the page of zeroes is mapped" },
        { VMCOUNT_STACK_GROWN, "the stack grows, a cleared frame" },
        { VMCOUNT_COPIED, "the frame is copied" },
        { VMCOUNT_REUSED, "the last owner may write" },
        { VMCOUNT_FILLED, "a cleared frame" },
        { VMCOUNT_FILE_MAPPED, "the file's page is mapped" },
    };
    size_t i;

    if (sig == SIGBUS)
        return "SIGBUS: nothing is behind it";
    if (sig == SIGSEGV)
        return demo_code == SEGV_MAPERR ? "SIGSEGV: nothing is mapped there"
                                        : "SIGSEGV: that is not permitted";
    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        if (vmcounts_diff(&before, &after, answers[i].which) > 0)
            return answers[i].text;
    return before.value[VMCOUNT_FILLED] < 0 ? "(not counted here)" : "no fault";
}

/* Prints the row of the access since start(). `expected`: its signal. */
static void end(const char *what, int sig, int expected)
{
    long faults;

    getrusage(RUSAGE_SELF, &usage_after);
    vmcounts_read(&after);
    faults = usage_after.ru_minflt - usage_before.ru_minflt +
             usage_after.ru_majflt - usage_before.ru_majflt;
    if (sig != 0)
        faults = 1; /* which is not counted, as it was not resolved */
    printf("%-38s %4ld  %s\n", what, faults, answer(sig));
    if (sig == expected)
        return;
    failures++;
    printf("! signal %d was expected, it was %d\n", expected, sig);
}

static void try_read(const char *what, const char *at, int expected)
{
    int sig;

    start();
    sig = demo_read(at);
    end(what, sig, expected);
}

static void try_write(const char *what, char *at, int expected)
{
    int sig;

    start();
    sig = demo_write(at, 1);
    end(what, sig, expected);
}

static void anonymous(void)
{
    char *mem = demo_island(4);

    try_read("read new memory", mem, 0);
    try_write("  ... then write to it", mem, 0);
    try_write("write to new memory", mem + DEMO_PAGE, 0);
    try_write("  ... again", mem + DEMO_PAGE, 0);
    try_read("read a page without rights", mem - DEMO_PAGE, SIGSEGV);
    mprotect(mem, DEMO_PAGE, PROT_READ);
    try_write("write to a read-only page", mem, SIGSEGV);
    munmap(mem, 4 * DEMO_PAGE);
    try_read("read what was unmapped", mem, SIGSEGV);
    try_read("read address 0", NULL, SIGSEGV);
    try_write("write to the program's code", (char *)(unsigned long)end,
              SIGSEGV);
}

static void files(void)
{
    char page[DEMO_PAGE], *mem;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    memset(page, 'f', sizeof(page));
    if (fd < 0 || write(fd, page, sizeof(page)) != (ssize_t)sizeof(page))
        err(1, "%s", path);
    unlink(path);
    mem = mmap(NULL, 2 * DEMO_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (mem == MAP_FAILED)
        err(1, "mmap");
    try_read("read a private mapping of a file", mem, 0);
    try_write("  ... then write to it", mem, 0);
    try_read("read behind the file's end", mem + DEMO_PAGE, SIGBUS);
    munmap(mem, 2 * DEMO_PAGE);
    mem = mmap(NULL, DEMO_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mem == MAP_FAILED)
        err(1, "mmap");
    try_write("write to a shared mapping", mem, 0);
    munmap(mem, DEMO_PAGE);
    close(fd);
}

/* A child that holds all pages until the pipe closes. */
static pid_t hold(int ends[2])
{
    pid_t pid;
    char byte;

    fflush(stdout);
    if (pipe(ends) != 0 || (pid = fork()) < 0)
        err(1, "fork");
    if (pid == 0) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) != 0);
    }
    close(ends[0]);
    return pid;
}

static void forked(void)
{
    char *mem = demo_island(2);
    int ends[2], status;
    pid_t pid;

    mem[0] = mem[DEMO_PAGE] = 1;
    pid = hold(ends);
    try_read("after fork: read", mem, 0);
    try_write("after fork: write", mem, 0);
    close(ends[1]);
    waitpid(pid, &status, 0);
    try_write("when the child has ended: write", mem + DEMO_PAGE, 0);
    munmap(mem, 2 * DEMO_PAGE);
}

static void stack(void)
{
    char *top = __builtin_frame_address(0);
    struct rlimit limit;

    getrlimit(RLIMIT_STACK, &limit);
    try_write("write 256 KiB below the stack", top - (256UL << 10), 0);
    if (limit.rlim_cur < (64UL << 20))
        try_write("write below the stack's limit",
                  top - limit.rlim_cur - (1UL << 20), SIGSEGV);
}

int main(void)
{
    demo_title("faultdemo: how page faults are answered");
    printf("\n%-38s %s  %s\n\n", "access", "faults", "the kernel's answer");
    anonymous();
    files();
    forked();
    stack();
    puts("\nA fault is the processor's question; most are answered with a "
         "frame, and\nthe access is then simply done again.");
    return failures == 0 ? 0 : 1;
}
