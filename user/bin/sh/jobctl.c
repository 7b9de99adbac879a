/* SPDX-License-Identifier: MIT */
/*
 * Builtins about jobs.
 */
#include <ctype.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "user/bin/sh/builtin.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/sh.h"

int builtin_jobs(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    jobs_list();
    return 0;
}

int builtin_fg(int argc, char **argv)
{
    struct job *job;

    if (!shell.job_control) {
        warnx("%s: there is no job control here", argv[0]);
        return 1;
    }
    job = job_find(argc > 1 ? argv[1] : NULL);
    return job != NULL ? job_continue(job, argv[0][0] == 'f') : 1;
}

int builtin_wait(int argc, char **argv)
{
    int i, status = 0;

    if (argc < 2)
        return job_await(NULL);
    for (i = 1; i < argc; i++) {
        struct job *job = job_find(argv[i]);

        status = job != NULL ? job_await(job) : 127;
    }
    return status;
}

static int list_signals(void)
{
    int sig;

    for (sig = 1; sigabbrev_np(sig) != NULL; sig++)
        printf("%2d %-8s%s", sig, sigabbrev_np(sig), sig % 6 == 0 ? "\n" : "");
    puts("");
    return 0;
}

static int kill_one(const char *target, int sig)
{
    char *end;
    long pid = 0;
    struct job *job;

    if (*target == '%') {
        job = job_find(target);
        if (job == NULL)
            return 1;
        pid = job_group(job);
    } else {
        pid = strtol(target, &end, 10);
        if (*end != '\0' || end == target) {
            warnx("kill: %s: neither a PID nor a %%JOB", target);
            return 1;
        }
    }
    if (kill((pid_t)pid, sig) == 0) {
        /* What is stopped could not end. */
        if (*target == '%' && (sig == SIGTERM || sig == SIGHUP))
            kill((pid_t)pid, SIGCONT);
        return 0;
    }
    warn("kill: %s", target);
    return 1;
}

int builtin_kill(int argc, char **argv)
{
    int i = 1, sig = SIGTERM, status = 0;
    const char *name = NULL;

    if (argc > 1 && strcmp(argv[1], "-l") == 0)
        return list_signals();
    if (argc > 2 && strcmp(argv[1], "-s") == 0)
        name = argv[2];
    else if (argc > 1 && argv[1][0] == '-' && strcmp(argv[1], "--") != 0)
        name = argv[1] + 1;
    if (name != NULL && str2sig(name, &sig) != 0) {
        warnx("kill: %s: no such signal", name);
        return 1;
    }
    if (argc > 1 && argv[1][0] == '-')
        i = name == argv[2] ? 3 : 2;
    if (i >= argc) {
        warnx("kill: whom?");
        return 2;
    }
    for (; i < argc; i++)
        status |= kill_one(argv[i], sig);
    return status;
}
