/* SPDX-License-Identifier: MIT */
/*
 * Verifies that writing to a pipe without readers answers EPIPE where SIGPIPE
 * is ignored or caught.
 */
#include <signal.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static int ends[2];
static volatile int caught;

static void count(int signo)
{
    caught += signo == SIGPIPE;
}

static void set(void (*handler)(int))
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = handler;
    REQUIRE_OK(sigaction(SIGPIPE, &action, NULL));
    REQUIRE_OK(pipe(ends));
    REQUIRE_OK(close(ends[0]));
}

static void ignored(void)
{
    set(SIG_IGN);
    CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
    CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
}

static void handled(void)
{
    set(count);
    CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
    CHECK_EQ(caught, 1);
    CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
    CHECK_EQ(caught, 2);
}

/* Nothing to write is not an error. */
static void nothing_to_write(void)
{
    set(SIG_IGN);
    CHECK_EQ(write(ends[1], "", 0), 0);
}

static const struct test_case cases[] = {
    CASE(ignored),
    CASE(handled),
    CASE(nothing_to_write),
};

TEST_MAIN(cases)
