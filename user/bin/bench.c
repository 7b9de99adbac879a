/* SPDX-License-Identifier: MIT */
/*
 * bench [-v]: what the basic operations cost, in nanoseconds each.
 *
 * Under QEMU's `-icount shift=0` a nanosecond is an instruction. Each line is
 * `name value`, so that scripts can read it; -v says what the names mean.
 *
 * Every figure is the smallest of several rounds: what the clock's interrupt
 * adds to some of them is no part of the operation.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define AREA (16UL << 20)
#define AREA_PAGES (AREA / PAGE)
#define CALLS 2000L
#define FORKS 20L
#define ROUNDS 5
#define COW_PAGES 256UL

static long now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static char *map(size_t len)
{
    char *mem = mmap(NULL, len, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (mem == MAP_FAILED)
        err(1, "mmap");
    return mem;
}

static void touch(char *mem, size_t npages)
{
    size_t i;

    for (i = 0; i < npages; i++)
        *(volatile char *)(mem + i * PAGE) = 1;
}

/* ---- each returns the cost of one operation ---- */

/* getppid: the way into the kernel and back, and hardly anything there. */
static long null_syscall(void)
{
    long i, result, start = now();

    for (i = 0; i < CALLS; i++)
        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "0"((long)SYS_getppid)
                         : "rcx", "r11", "memory");
    return (now() - start) / CALLS;
}

static long touch_page(void)
{
    char *mem = map(AREA);
    long start = now(), end;

    touch(mem, AREA_PAGES);
    end = now();
    munmap(mem, AREA);
    return (end - start) / (long)AREA_PAGES;
}

static long munmap_page(void)
{
    char *mem = map(AREA);
    long start;

    touch(mem, AREA_PAGES);
    start = now();
    munmap(mem, AREA);
    return (now() - start) / (long)AREA_PAGES;
}

static long read_page(void)
{
    char *mem = map(AREA);
    long start = now(), end;
    size_t i;

    for (i = 0; i < AREA_PAGES; i++)
        (void)*(volatile char *)(mem + i * PAGE);
    end = now();
    munmap(mem, AREA);
    return (end - start) / (long)AREA_PAGES;
}

static long fork_exit_wait(void)
{
    long i, start = now();
    int status;

    for (i = 0; i < FORKS; i++) {
        pid_t pid = fork();

        if (pid < 0)
            err(1, "fork");
        if (pid == 0)
            _exit(0);
        waitpid(pid, &status, 0);
    }
    return (now() - start) / FORKS;
}

/* Writes to shared pages, in a child whose parent waits. */
static long cow_copy_page(void)
{
    char *mem = map(COW_PAGES * PAGE);
    long cost = 0;
    int ends[2], status;
    pid_t pid;

    touch(mem, COW_PAGES);
    if (pipe(ends) != 0 || (pid = fork()) < 0)
        err(1, "fork");
    if (pid == 0) {
        long start = now();

        touch(mem, COW_PAGES);
        cost = (now() - start) / (long)COW_PAGES;
        _exit(write(ends[1], &cost, sizeof(cost)) < 0);
    }
    waitpid(pid, &status, 0);
    if (read(ends[0], &cost, sizeof(cost)) != (ssize_t)sizeof(cost))
        err(1, "pipe");
    close(ends[0]);
    close(ends[1]);
    munmap(mem, COW_PAGES * PAGE);
    return cost;
}

/* Writes to pages that were shared with a child, which has ended. */
static long cow_reuse_page(void)
{
    char *mem = map(COW_PAGES * PAGE);
    long start, end;
    int status;
    pid_t pid;

    touch(mem, COW_PAGES);
    pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0)
        _exit(0);
    waitpid(pid, &status, 0);
    start = now();
    touch(mem, COW_PAGES);
    end = now();
    munmap(mem, COW_PAGES * PAGE);
    return (end - start) / (long)COW_PAGES;
}

static const struct {
    const char *name;
    long (*run)(void);
    const char *text;
} operations[] = {
    { "null_syscall", null_syscall, "getppid()" },
    { "touch_page", touch_page, "first write to a page of 16 MiB" },
    { "read_page", read_page, "first read of a page of 16 MiB" },
    { "munmap_page", munmap_page, "munmap of 16 MiB, for each page" },
    { "cow_copy_page", cow_copy_page, "write to a shared page: a copy" },
    { "cow_reuse_page", cow_reuse_page, "write as the last owner: no copy" },
    { "fork_exit_wait", fork_exit_wait, "a child that just ends" },
};

int main(int argc, char **argv)
{
    int explain = argc > 1 && strcmp(argv[1], "-v") == 0, round;
    size_t i;

    for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        long best = -1;

        for (round = 0; round < ROUNDS; round++) {
            long cost = operations[i].run();

            if (best < 0 || cost < best)
                best = cost;
        }
        printf("%s %ld", operations[i].name, best);
        if (explain)
            printf("    %s", operations[i].text);
        puts("");
        fflush(stdout);
    }
    return 0;
}
