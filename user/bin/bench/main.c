/* SPDX-License-Identifier: MIT */
/*
 * bench [-v] [NAME...]: what the basic operations cost, in nanoseconds each.
 *
 * Under QEMU's `-icount shift=0` a nanosecond is an instruction. Each line is
 * `name value`, so that scripts can read it; -v adds what Linux 6.1 takes in
 * the same machine, what the aim is, and what the name means.
 *
 * Every figure is the smallest of several rounds: what the clock's interrupt
 * adds to some of them is no part of the operation.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user/bin/bench/bench.h"

#define ROUNDS 3

long now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

char *map(size_t len)
{
    char *mem = mmap(NULL, len, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (mem == MAP_FAILED)
        err(1, "mmap");
    return mem;
}

void touch(char *mem, size_t npages)
{
    size_t i;

    for (i = 0; i < npages; i++)
        *(volatile char *)(mem + i * PAGE) = 1;
}

void look(const char *mem, size_t npages)
{
    size_t i;

    for (i = 0; i < npages; i++)
        (void)*(const volatile char *)(mem + i * PAGE);
}

int fork_or_die(void)
{
    int pid = fork();

    if (pid < 0)
        err(1, "fork");
    return pid;
}

void wait_for(int pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid)
        err(1, "waitpid");
}

static void measure(const struct operation *op, int explain)
{
    long best = -1, cost;
    int round;

    for (round = 0; round < ROUNDS; round++) {
        cost = op->run();
        if (best < 0 || cost < best)
            best = cost;
    }
    if (explain)
        printf("%-20s %9ld   Linux %9ld   aim %8ld   %s\n", op->name, best,
               op->linux_cost, op->aim, op->text);
    else
        printf("%s %ld\n", op->name, best);
    fflush(stdout);
}

static int is_asked_for(const char *name, int argc, char **argv)
{
    int i;

    for (i = 0; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return 1;
    return argc == 0;
}

static void measure_all(const struct operation *op, int explain, int argc,
                        char **argv)
{
    for (; op->name != NULL; op++)
        if (is_asked_for(op->name, argc, argv))
            measure(op, explain);
}

int main(int argc, char **argv)
{
    int explain = argc > 1 && strcmp(argv[1], "-v") == 0;

    argv += 1 + explain;
    argc -= 1 + explain;
    measure_all(call_operations, explain, argc, argv);
    measure_all(page_operations, explain, argc, argv);
    measure_all(process_operations, explain, argc, argv);
    return 0;
}
