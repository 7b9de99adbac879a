/* SPDX-License-Identifier: MIT */
/*
 * Verifies futex REQUEUE and CMP_REQUEUE: some sleepers are woken, others
 * moved to another word without waking, and only a wake-up there reaches
 * them.
 */
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"
#include "user/test/threads.h"

#define THREADS 6
#define PRIVATE FUTEX_PRIVATE_FLAG

static volatile int from, to, woken, arrived;
static volatile long results[THREADS];
static struct test_thread threads[THREADS];

static int sleeps(void *which)
{
    word_add(&arrived, 1);
    results[(long)which] = futex(&from, FUTEX_WAIT | PRIVATE, 7, NULL);
    word_add(&woken, 1);
    return 0;
}

/* All sleep on `from` when this returns: those that came later than a
 * requeueing are there the next time, and a wake-up finds them all. */
static void start_sleepers(int n)
{
    long i;

    from = 7;
    for (i = 0; i < n; i++)
        thread_start(&threads[i], sleeps, (void *)i);
    while (word_get(&arrived) < n)
        sched_yield();
}

static void join_sleepers(int n)
{
    int i;

    for (i = 0; i < n; i++) {
        thread_join(&threads[i]);
        CHECK_EQ(results[i], 0);
    }
}

/* Requeues until n have been moved. */
static void move(int n)
{
    long moved = 0, result;

    while (moved < n) {
        result = futex_move(&from, FUTEX_REQUEUE | PRIVATE, 0,
                            (unsigned)(n - moved), &to, 0);
        REQUIRE(result >= 0);
        moved += result;
        sched_yield();
    }
    CHECK_EQ(moved, n);
}

static void moved_without_waking(void)
{
    start_sleepers(THREADS);
    move(THREADS);
    CHECK_EQ(futex(&from, FUTEX_WAKE | PRIVATE, THREADS, NULL), 0);
    sleep_ms(3);
    CHECK_EQ(word_get(&woken), 0);
    CHECK_EQ(futex(&to, FUTEX_WAKE | PRIVATE, 2, NULL), 2);
    CHECK_EQ(futex(&to, FUTEX_WAKE | PRIVATE, THREADS, NULL), THREADS - 2);
    join_sleepers(THREADS);
}

static void some_woken_some_moved(void)
{
    start_sleepers(THREADS);
    move(THREADS); /* all are known to sleep now, on the other word */
    CHECK_EQ(futex_move(&to, FUTEX_REQUEUE | PRIVATE, 2, 3, &from, 0), 5);
    while (word_get(&woken) < 2)
        sched_yield();
    sleep_ms(3);
    CHECK_EQ(word_get(&woken), 2);
    CHECK_EQ(futex(&from, FUTEX_WAKE | PRIVATE, THREADS, NULL), 3);
    CHECK_EQ(futex(&to, FUTEX_WAKE | PRIVATE, THREADS, NULL), 1);
    join_sleepers(THREADS);
}

static void compared(void)
{
    start_sleepers(3);
    move(3);
    to = 40;
    CHECK_EQ(futex_move(&to, FUTEX_CMP_REQUEUE | PRIVATE, 1, 1, &from, 41),
             -EAGAIN);
    CHECK_EQ(word_get(&woken), 0);
    CHECK_EQ(futex_move(&to, FUTEX_CMP_REQUEUE | PRIVATE, 1, 1, &from, 40), 2);
    CHECK_EQ(futex(&from, FUTEX_WAKE | PRIVATE, 9, NULL), 1);
    CHECK_EQ(futex(&to, FUTEX_WAKE | PRIVATE, 9, NULL), 1);
    join_sleepers(3);
}

/* Back and forth; each stays asleep until it is woken. */
static void moved_often(void)
{
    int i;

    start_sleepers(THREADS);
    move(THREADS);
    for (i = 0; i < 50; i++) {
        CHECK_EQ(futex_move(&to, FUTEX_REQUEUE | PRIVATE, 0, THREADS, &from, 0),
                 THREADS);
        CHECK_EQ(futex_move(&from, FUTEX_REQUEUE | PRIVATE, 0, THREADS, &to, 0),
                 THREADS);
    }
    CHECK_EQ(word_get(&woken), 0);
    CHECK_EQ(futex(&to, FUTEX_WAKE | PRIVATE, 9, NULL), THREADS);
    join_sleepers(THREADS);
}

/* To the very same word: nobody is lost. */
static void onto_itself(void)
{
    start_sleepers(2);
    move(2);
    CHECK_EQ(futex_move(&to, FUTEX_REQUEUE | PRIVATE, 0, 9, &to, 0), 2);
    CHECK_EQ(futex(&to, FUTEX_WAKE | PRIVATE, 9, NULL), 2);
    join_sleepers(2);
}

static int times_out(void *result)
{
    const struct timespec span = { 0, 30000000 };

    *(volatile long *)result = futex(&from, FUTEX_WAIT | PRIVATE, 7, &span);
    return 0;
}

/* A timeout goes along. */
static void timeout_after_the_move(void)
{
    static volatile long result;

    from = 7;
    thread_start(&threads[0], times_out, (void *)(uintptr_t)&result);
    while (word_get(&threads[0].alive) != 0 &&
           futex_move(&from, FUTEX_REQUEUE | PRIVATE, 0, 1, &to, 0) == 0)
        sched_yield();
    thread_join(&threads[0]);
    CHECK_EQ(result, -ETIMEDOUT);
    CHECK_EQ(futex(&to, FUTEX_WAKE | PRIVATE, 1, NULL), 0);
}

static void refused(void)
{
    char *none = free_range(PAGE);
    char *aligned = (char *)(uintptr_t)&to;

    CHECK_EQ(futex_move(&from, FUTEX_REQUEUE, 1, 1, aligned + 2, 0), -EINVAL);
    CHECK_EQ(futex_move(&from, FUTEX_REQUEUE, 1, 1, none, 0), -EFAULT);
    CHECK_EQ(futex_move(none, FUTEX_CMP_REQUEUE, 1, 1, &from, 0), -EFAULT);
    CHECK_EQ(futex_move(&from, FUTEX_REQUEUE, 0xffffffff, 1, &to, 0), -EINVAL);
    CHECK_EQ(futex_move(&from, FUTEX_REQUEUE, 1, 0xffffffff, &to, 0), -EINVAL);
    CHECK_EQ(futex_move(&from, FUTEX_REQUEUE, 1, 1, &to, 0), 0);
}

static const struct test_case cases[] = {
    CASE(moved_without_waking),
    CASE(some_woken_some_moved),
    CASE(compared),
    CASE(moved_often),
    CASE(onto_itself),
    CASE(timeout_after_the_move),
    CASE(refused),
};

TEST_MAIN(cases)
