/* SPDX-License-Identifier: MIT */
/*
 * Verifies that forks in great number leave nothing behind: one after the
 * other, many at a time, from several threads, killed at any moment.
 */
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/stress.h"
#include "user/test/threads.h"

#define FORKS 400 /* stress_forks 500 makes 200,000 */
#define AT_ONCE 20
#define THREADS 3

static struct test_thread threads[THREADS];
static volatile int failed;

static int returns(void *code)
{
    return (int)(long)code;
}

static void one_after_the_other(void)
{
    unsigned long i, n = stress_rounds(FORKS);

    for (i = 0; i < n; i++)
        if (!CHECK_EXIT(run_child(returns, (void *)(i % 90)), (int)(i % 90)))
            break;
}

static void many_at_once(void)
{
    unsigned long round, n = stress_rounds(FORKS / AT_ONCE / 2);
    pid_t pids[AT_ONCE];
    long i;

    for (round = 0; round < n; round++) {
        for (i = 0; i < AT_ONCE; i++)
            pids[i] = start_child(returns, (void *)i);
        for (i = 0; i < AT_ONCE; i++)
            CHECK_EXIT(wait_child(pids[i]), (int)i);
    }
}

static int forks(void *unused)
{
    unsigned long i, n = stress_rounds(FORKS / 10);
    int status;

    (void)unused;
    for (i = 0; i < n; i++) {
        long child = ASK(fork);

        if (child == 0)
            ASK(exit_group, 5);
        if (child < 0 || ASK(wait4, child, &status, 0, NULL) != child ||
            status != W_EXITCODE(5, 0))
            word_add(&failed, 1);
    }
    return 0;
}

static void from_several_threads(void)
{
    int i;

    for (i = 0; i < THREADS; i++)
        thread_start(&threads[i], forks, NULL);
    for (i = 0; i < THREADS; i++)
        thread_join(&threads[i]);
    CHECK_EQ(failed, 0);
}

static int maps_for_ever(void *unused)
{
    (void)unused;
    for (;;) {
        char *p = map_anon(16 * PAGE, RW);

        mark_pages(p, 16, 1);
        REQUIRE_OK(munmap(p, 16 * PAGE));
    }
    return 1;
}

static int has_busy_threads(void *unused)
{
    int i;

    for (i = 0; i < THREADS; i++)
        thread_start(&threads[i], maps_for_ever, NULL);
    return maps_for_ever(unused);
}

/* Killed in the midst of whatever they do. */
static void killed_at_any_moment(void)
{
    unsigned long i, n = stress_rounds(15);
    volatile unsigned long spin;

    for (i = 0; i < n; i++) {
        pid_t child = start_child(has_busy_threads, NULL);

        for (spin = 0; spin < i * 977 % 20000; spin++)
            continue;
        if (i % 2 == 0)
            sched_yield();
        CHECK_OK(kill(child, SIGKILL));
        CHECK_SIGNAL(wait_child(child), SIGKILL);
    }
}

static const struct test_case cases[] = {
    CASE(one_after_the_other),
    CASE(many_at_once),
    CASE(from_several_threads),
    CASE(killed_at_any_moment),
};

STRESS_MAIN(cases)
