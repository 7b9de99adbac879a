/* SPDX-License-Identifier: MIT */
/*
 * Verifies what each signal does to a process that has no handler for it.
 */
#include "user/test/signals.h"
#include "user/test/test.h"

#define SURVIVED 23

static int sends_to_itself(void *signo)
{
    REQUIRE_OK(kill(getpid(), (int)(long)signo));
    return SURVIVED;
}

static int status_after(int signo)
{
    pid_t child = start_child(sends_to_itself, (void *)(long)signo);
    int status = -1;

    CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
    if (WIFSTOPPED(status)) {
        CHECK_OK(kill(child, SIGKILL));
        CHECK_SIGNAL(wait_child(child), SIGKILL);
    }
    return status;
}

static int is_one_of(int signo, const int *list)
{
    for (; *list != 0; list++)
        if (*list == signo)
            return 1;
    return 0;
}

static const int harmless[] = { SIGCHLD, SIGCONT, SIGURG, SIGWINCH, 0 };
static const int stopping[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, 0 };

static void deadly_ones(void)
{
    int signo;

    for (signo = 1; signo <= SIGRTMAX; signo++) {
        if (is_one_of(signo, harmless) || is_one_of(signo, stopping))
            continue;
        CHECK_SIGNAL(status_after(signo), signo);
    }
}

static void harmless_ones(void)
{
    size_t i;

    for (i = 0; harmless[i] != 0; i++)
        CHECK_EXIT(status_after(harmless[i]), SURVIVED);
}

static void stopping_ones(void)
{
    size_t i;

    for (i = 0; stopping[i] != 0; i++)
        CHECK_EQ(status_after(stopping[i]), W_STOPCODE(stopping[i]));
}

static int ignores_all(void *unused)
{
    int signo;

    (void)unused;
    for (signo = 1; signo <= SIGRTMAX; signo++) {
        if (signo == SIGKILL || signo == SIGSTOP)
            continue;
        REQUIRE(signal(signo, SIG_IGN) != SIG_ERR);
        REQUIRE_OK(kill(getpid(), signo));
    }
    return SURVIVED;
}

static void ignored_ones(void)
{
    CHECK_EXIT(run_child(ignores_all, NULL), SURVIVED);
}

static int blocks_all(void *signo)
{
    sigset_t all;

    sigfillset(&all);
    REQUIRE_OK(sigprocmask(SIG_SETMASK, &all, NULL));
    REQUIRE_OK(kill(getpid(), (int)(long)signo));
    return SURVIVED;
}

static void no_mask_holds_sigkill(void)
{
    CHECK_SIGNAL(run_child(blocks_all, (void *)SIGKILL), SIGKILL);
    CHECK_EXIT(run_child(blocks_all, (void *)SIGTERM), SURVIVED);
}

static const struct test_case cases[] = {
    CASE(deadly_ones),  CASE(harmless_ones),         CASE(stopping_ones),
    CASE(ignored_ones), CASE(no_mask_holds_sigkill),
};

TEST_MAIN(cases)
