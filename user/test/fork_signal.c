/* SPDX-License-Identifier: MIT */
/*
 * Verifies fork and clone against signals: a child's end is told by the signal
 * that clone was given, and by none if that is no signal; a fork succeeds
 * however many signals come that change nothing.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>

#include "user/test/raw.h"
#include "user/test/test.h"

#define LAST_SIGNAL 64
#define NUMBERS 256 /* CSIGNAL: what clone's flags have room for */
#define FORKS 100

static volatile int seen[LAST_SIGNAL + 1];

static void note(int sig)
{
    seen[sig]++;
}

static void note_all(void)
{
    struct sigaction action = { .sa_handler = note };
    int sig;

    for (sig = 1; sig < 32; sig++)
        if (sig != SIGKILL && sig != SIGSTOP)
            REQUIRE_OK(sigaction(sig, &action, NULL));
}

/* A child that ends at once, and tells it by this number. */
static void child_with(int number)
{
    long pid = syscall(SYS_clone, (long)number, NULL, NULL, NULL, NULL);
    int status;

    if (pid == 0)
        _exit(7);
    REQUIRE_OK(pid);
    CHECK_EQ(waitpid((pid_t)pid, &status, __WALL), pid);
    CHECK_EXIT(status, 7);
}

static int number_of_signals(void)
{
    int sig, sum = 0;

    for (sig = 1; sig <= LAST_SIGNAL; sig++)
        sum += seen[sig];
    return sum;
}

static void told_by_a_signal(void)
{
    note_all();
    child_with(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1], 1);
    child_with(SIGCHLD);
    CHECK_EQ(seen[SIGCHLD], 1);
    child_with(0);
    CHECK_EQ(number_of_signals(), 2);
}

static void told_by_no_signal(void)
{
    int number;

    note_all();
    for (number = LAST_SIGNAL + 1; number < NUMBERS; number++)
        child_with(number);
    CHECK_EQ(number_of_signals(), 0);
}

/* ---- signals to the group while it forks ---- */

static int sends_for_ever(void *unused)
{
    (void)unused;
    for (;;)
        (void)kill(0, SIGUSR1);
    return 0;
}

static int does_nothing(void *unused)
{
    (void)unused;
    return 0;
}

static void fork_among_signals(void)
{
    pid_t sender = start_child(sends_for_ever, NULL);
    int i;

    for (i = 0; i < FORKS; i++)
        CHECK_CHILD(does_nothing, NULL);
    CHECK_OK(kill(sender, SIGKILL));
    CHECK_SIGNAL(wait_child(sender), SIGKILL);
}

static void ignored_signals(void)
{
    REQUIRE_OK(setpgid(0, 0));
    REQUIRE(signal(SIGUSR1, SIG_IGN) != SIG_ERR);
    fork_among_signals();
}

static void blocked_signals(void)
{
    sigset_t set;

    REQUIRE_OK(setpgid(0, 0));
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    REQUIRE_OK(sigprocmask(SIG_BLOCK, &set, NULL));
    fork_among_signals();
}

static const struct test_case cases[] = {
    CASE(told_by_a_signal),
    CASE(told_by_no_signal),
    CASE(ignored_signals),
    CASE(blocked_signals),
};

TEST_MAIN(cases)
