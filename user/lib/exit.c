/* SPDX-License-Identifier: MIT */
/*
 * The end of a program: exit runs what atexit registered, last first, and
 * flushes the streams; _exit just ends.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/lib/stream.h"
#include "user/lib/syscall.h"

static void (*at_exit[ATEXIT_MAX])(void);
static int nat_exit;

/* Set by the stream code when a stream is first used, so that a program
 * without one does not carry it along. */
void (*lib_flush_streams)(void);

int atexit(void (*function)(void))
{
    if (nat_exit == ATEXIT_MAX) {
        errno = ENOMEM;
        return -1;
    }
    at_exit[nat_exit++] = function;
    return 0;
}

void exit(int status)
{
    while (nat_exit > 0)
        at_exit[--nat_exit]();
    if (lib_flush_streams != NULL)
        lib_flush_streams();
    _exit(status);
}

void _exit(int status)
{
    ASK(exit_group, status);
    __builtin_trap();
}

void _Exit(int status)
{
    _exit(status);
}

void abort(void)
{
    sigset_t abrt;

    raise(SIGABRT);

    /* It was blocked, ignored or handled: now it is not. */
    signal(SIGABRT, SIG_DFL);
    sigemptyset(&abrt);
    sigaddset(&abrt, SIGABRT);
    sigprocmask(SIG_UNBLOCK, &abrt, NULL);
    raise(SIGABRT);
    _exit(127);
}
