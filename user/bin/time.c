/* SPDX-License-Identifier: MIT */
/* time PROGRAM ARGS...: run it; then how long it took, and its faults. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void print_time(const char *what, long seconds, long microseconds)
{
    fprintf(stderr, "%-14s %ld.%06ld s\n", what, seconds, microseconds);
}

int main(int argc, char **argv)
{
    struct timespec start, end;
    struct rusage usage;
    int status;
    long ns;
    pid_t pid;

    if (argc < 2)
        errx(1, "usage: time PROGRAM ARGS...");
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid = fork();
    if (pid < 0)
        err(1, "no new process");
    if (pid == 0) {
        execvp(argv[1], argv + 1);
        warn("%s", argv[1]);
        _exit(errno == ENOENT ? 127 : 126);
    }
    if (wait4(pid, &status, 0, &usage) < 0)
        err(1, "wait");
    clock_gettime(CLOCK_MONOTONIC, &end);
    ns =
        (end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec;
    print_time("elapsed", ns / 1000000000L, ns % 1000000000L / 1000);
    print_time("in the program", usage.ru_utime.tv_sec, usage.ru_utime.tv_usec);
    print_time("in the kernel", usage.ru_stime.tv_sec, usage.ru_stime.tv_usec);
    fprintf(stderr, "%-14s %ld, of which %ld read a file\n", "page faults",
            usage.ru_minflt + usage.ru_majflt, usage.ru_majflt);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
