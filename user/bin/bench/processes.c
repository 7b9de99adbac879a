/* SPDX-License-Identifier: MIT */
/*
 * Costs of processes: fork with more and less memory, exec, a pipe.
 */
#include <err.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/bin/bench/bench.h"

#define FORKS 20L
#define EXECS 10L
#define ROUND_TRIPS 200L

static long fork_with(size_t mib, long n)
{
    char *mem = mib > 0 ? map(mib * MIB) : NULL;
    long i, start;

    if (mem != NULL)
        touch(mem, mib * MIB / PAGE);
    start = now();
    for (i = 0; i < n; i++) {
        int pid = fork_or_die();

        if (pid == 0)
            _exit(0);
        wait_for(pid);
    }
    start = now() - start;
    if (mem != NULL)
        munmap(mem, mib * MIB);
    return start / n;
}

static long fork_exit_wait(void)
{
    return fork_with(0, FORKS);
}

static long fork_16(void)
{
    return fork_with(16, 5);
}

static long fork_256(void)
{
    return fork_with(256, 1);
}

static long fork_exec(void)
{
    static char *const words[] = { "true", NULL };
    long i, start = now();

    for (i = 0; i < EXECS; i++) {
        int pid = fork_or_die();

        if (pid == 0) {
            execv("/bin/true", words);
            _exit(127);
        }
        wait_for(pid);
    }
    return (now() - start) / EXECS;
}

static long pipe_ping_pong(void)
{
    int to[2], from[2], pid;
    char byte = 0;
    long i, start;

    if (pipe(to) != 0 || pipe(from) != 0)
        err(1, "pipe");
    pid = fork_or_die();
    if (pid == 0) {
        close(to[1]);
        while (read(to[0], &byte, 1) == 1)
            if (write(from[1], &byte, 1) != 1)
                break;
        _exit(0);
    }
    start = now();
    for (i = 0; i < ROUND_TRIPS; i++)
        if (write(to[1], &byte, 1) != 1 || read(from[0], &byte, 1) != 1)
            err(1, "pipe");
    start = now() - start;
    close(to[0]);
    close(to[1]);
    close(from[0]);
    close(from[1]);
    wait_for(pid);
    return start / ROUND_TRIPS;
}

const struct operation process_operations[] = {
    { "pipe_ping_pong", pipe_ping_pong, 10235, 1800, "there and back" },
    { "fork_exit_wait", fork_exit_wait, 104458, 30000, "a child that ends" },
    { "fork_16_mib", fork_16, 1737176, 300000, "the same with 16 MiB" },
    { "fork_256_mib", fork_256, 26515736, 4000000, "… with 256 MiB" },
    { "fork_exec", fork_exec, 300729, 60000, "fork, exec of true, wait" },
    { NULL, NULL, 0, 0, NULL },
};
