/* SPDX-License-Identifier: MIT */
/*
 * scale [WORKERS]: how much more work several CPUs do than one, in one run.
 *
 * Each worker touches all pages of a region of its own. First one worker alone,
 * then several at once: as threads of one address space, then as processes.
 * What is printed is the work a second of all, divided by that of one:
 * `threads 2 1.87`. Of several rounds the quickest counts: what else the host
 * does is no part of it.
 */
#include <err.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define REGION (128UL << 20)
#define ROUNDS 7
#define WORKERS_MAX 64
#define STACK_SIZE 16384UL

/* In memory that threads and processes share. */
struct board {
    volatile int go, ready;
    volatile long end[WORKERS_MAX]; /* when each had done its work */
};

static struct board *board;

static long now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void *map(size_t len, int sharing)
{
    void *mem =
        mmap(NULL, len, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);

    if (mem == MAP_FAILED)
        err(1, "mmap");
    return mem;
}

static int work(void *arg)
{
    char *mem = map(REGION, MAP_PRIVATE);
    size_t i;

    __atomic_fetch_add(&board->ready, 1, __ATOMIC_SEQ_CST);
    while (!board->go)
        continue;
    for (i = 0; i < REGION; i += PAGE)
        *(volatile char *)(mem + i) = 1;
    board->end[(long)arg] = now();
    munmap(mem, REGION);
    return 0;
}

/* As a thread, but one that wait4 sees, so that its end can be waited for. */
static pid_t start_thread(long self)
{
    char *stack = map(STACK_SIZE, MAP_PRIVATE);
    pid_t pid =
        clone(work, stack + STACK_SIZE,
              CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, (void *)self);

    if (pid < 0)
        err(1, "clone");
    return pid;
}

static pid_t start_process(long self)
{
    pid_t pid = fork();

    if (pid < 0)
        err(1, "fork");
    if (pid == 0)
        _exit(work((void *)self));
    return pid;
}

/* Nanoseconds until the last of n workers is done. */
static long measure(pid_t (*start)(long self), long n)
{
    long i, begin, last = 0;

    *board = (struct board){ 0 };
    for (i = 0; i < n; i++)
        start(i);
    while (board->ready < n)
        sched_yield();
    begin = now();
    board->go = 1;
    while (wait(NULL) > 0)
        continue;
    for (i = 0; i < n; i++)
        if (board->end[i] > last)
            last = board->end[i];
    return last - begin;
}

static void compare(const char *name, pid_t (*start)(long self), long n)
{
    long one = LONG_MAX, all = LONG_MAX, took, ratio;
    int round;

    for (round = 0; round < ROUNDS; round++) {
        took = measure(start, 1);
        one = took < one ? took : one;
        took = measure(start, n);
        all = took < all ? took : all;
    }
    ratio = n * one * 100 / all;
    printf("%s %ld %ld.%02ld    one in %ld us, all in %ld us\n", name, n,
           ratio / 100, ratio % 100, one / 1000, all / 1000);
}

int main(int argc, char **argv)
{
    long ncpus = argc > 1 ? atol(argv[1]) : sysconf(_SC_NPROCESSORS_ONLN);

    if (ncpus < 1 || ncpus > WORKERS_MAX)
        errx(2, "between 1 and %d workers", WORKERS_MAX);
    board = map(sizeof(*board), MAP_SHARED);
    compare("threads", start_thread, ncpus);
    compare("processes", start_process, ncpus);
    return 0;
}
