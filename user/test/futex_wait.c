/* SPDX-License-Identifier: MIT */
/*
 * Verifies futex WAIT and WAKE, with and without bit sets: who sleeps, who is
 * woken, in which order, and timeouts of every kind.
 */
#include <time.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"
#include "user/test/threads.h"

#define THREADS 5
#define PRIVATE FUTEX_PRIVATE_FLAG

static volatile int word;
static volatile int order[THREADS], woken;
static struct test_thread threads[THREADS];

/* What a thread waits with, and what came of it. */
static struct {
    int op;
    unsigned bits;
    long result;
} waits[THREADS];

static int sleeps(void *which)
{
    long i = (long)which;

    waits[i].result = futex_bits(&word, waits[i].op, 0, NULL, waits[i].bits);
    order[word_add(&woken, 1) - 1] = (int)i;
    return 0;
}

/* Starts thread i and waits until it sleeps: who has been woken for nothing
 * would be back, so a bit that nobody else waits for tells. */
static void start_sleeper(long i, int op, unsigned bits)
{
    waits[i].op = op;
    waits[i].bits = bits;
    thread_start(&threads[i], sleeps, (void *)i);
}

/* Wakes until one has been: the sleeper may not be there yet. */
static void wake_one(int op, unsigned bits)
{
    long deadline = now_ms() + 20000;
    long n;

    do {
        REQUIRE(now_ms() < deadline);
        n = futex_bits(&word, op, 1, NULL, bits);
        sched_yield();
    } while (n == 0);
    CHECK_EQ(n, 1);
}

static void wait_woken(int n)
{
    while (word_get(&woken) < n)
        sched_yield();
}

static void wakes_one(int wait, int wake)
{
    start_sleeper(0, wait, FUTEX_BITSET_MATCH_ANY);
    wake_one(wake, FUTEX_BITSET_MATCH_ANY);
    thread_join(&threads[0]);
    CHECK_EQ(waits[0].result, 0);
    CHECK_EQ(futex_bits(&word, wake, 1, NULL, FUTEX_BITSET_MATCH_ANY),
             0); /* nobody is left */
}

static void wait_and_wake(void)
{
    wakes_one(FUTEX_WAIT, FUTEX_WAKE);
    wakes_one(FUTEX_WAIT | PRIVATE, FUTEX_WAKE | PRIVATE);
    wakes_one(FUTEX_WAIT_BITSET, FUTEX_WAKE);
    wakes_one(FUTEX_WAIT | PRIVATE, FUTEX_WAKE_BITSET | PRIVATE);
}

/* The two kinds do not meet, even in memory that nobody shares. */
static void private_and_shared_are_apart(void)
{
    int i;

    start_sleeper(0, FUTEX_WAIT, 0);
    for (i = 0; i < 10; i++) {
        CHECK_EQ(futex(&word, FUTEX_WAKE | PRIVATE, 1, NULL), 0);
        sleep_ms(1);
    }
    wake_one(FUTEX_WAKE, 0);
    thread_join(&threads[0]);
    start_sleeper(0, FUTEX_WAIT | PRIVATE, 0);
    for (i = 0; i < 10; i++) {
        CHECK_EQ(futex(&word, FUTEX_WAKE, 1, NULL), 0);
        sleep_ms(1);
    }
    wake_one(FUTEX_WAKE | PRIVATE, 0);
    thread_join(&threads[0]);
}

static void other_value(void)
{
    word = 5;
    CHECK_EQ(futex(&word, FUTEX_WAIT, 4, NULL), -EAGAIN);
    CHECK_EQ(futex(&word, FUTEX_WAIT | PRIVATE, 6, NULL), -EAGAIN);
    CHECK_EQ(futex_bits(&word, FUTEX_WAIT_BITSET, 6, NULL, 1), -EAGAIN);
}

/* As many as asked for, first come, first served. */
static void as_many_as_asked(void)
{
    long i, n, total = 0;

    for (i = 0; i < THREADS; i++) {
        start_sleeper(i, FUTEX_WAIT, 0);
        sleep_ms(3);
    }
    CHECK_EQ(futex(&word, FUTEX_WAKE, 2, NULL), 2);
    wait_woken(2);
    sleep_ms(2);
    CHECK_EQ(word_get(&woken), 2);
    CHECK((order[0] == 0 && order[1] == 1) || (order[0] == 1 && order[1] == 0));
    while (total < THREADS - 2) {
        n = futex(&word, FUTEX_WAKE, 0x7fffffff, NULL);
        REQUIRE(n >= 0);
        total += n;
    }
    for (i = 0; i < THREADS; i++) {
        thread_join(&threads[i]);
        CHECK_EQ(waits[i].result, 0);
    }
}

static void bit_sets(void)
{
    long i;

    start_sleeper(0, FUTEX_WAIT_BITSET, 1);
    start_sleeper(1, FUTEX_WAIT_BITSET, 2);
    start_sleeper(2, FUTEX_WAIT_BITSET, 6);
    CHECK_EQ(futex_bits(&word, FUTEX_WAKE_BITSET, 10, NULL, 8), 0);
    wake_one(FUTEX_WAKE_BITSET, 4);
    wait_woken(1);
    CHECK_EQ(order[0], 2);
    wake_one(FUTEX_WAKE_BITSET, 1);
    wait_woken(2);
    CHECK_EQ(order[1], 0);
    wake_one(FUTEX_WAKE_BITSET, 0x82);
    wait_woken(3);
    CHECK_EQ(order[2], 1);
    for (i = 0; i < 3; i++)
        thread_join(&threads[i]);
}

/* ---- timeouts ---- */

static long ns_now(clockid_t clock)
{
    struct timespec now;

    REQUIRE_OK(clock_gettime(clock, &now));
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct timespec at(long ns)
{
    struct timespec time = { ns / 1000000000, ns % 1000000000 };

    return time;
}

#define SPAN 15000000L /* ns */

static void relative_timeout(void)
{
    struct timespec span = at(SPAN);
    long begin = ns_now(CLOCK_MONOTONIC);

    CHECK_EQ(futex(&word, FUTEX_WAIT, 0, &span), -ETIMEDOUT);
    CHECK(ns_now(CLOCK_MONOTONIC) - begin >= SPAN);
    span = at(0);
    CHECK_EQ(futex(&word, FUTEX_WAIT, 0, &span), -ETIMEDOUT);
    CHECK_EQ(futex(&word, FUTEX_WAIT, 1, &span), -EAGAIN);
}

static void absolute_timeout(void)
{
    const unsigned any = FUTEX_BITSET_MATCH_ANY;
    long begin = ns_now(CLOCK_MONOTONIC);
    struct timespec until = at(begin + SPAN);

    CHECK_EQ(futex_bits(&word, FUTEX_WAIT_BITSET, 0, &until, any), -ETIMEDOUT);
    CHECK(ns_now(CLOCK_MONOTONIC) - begin >= SPAN);
    CHECK_EQ(futex_bits(&word, FUTEX_WAIT_BITSET, 0, &until, any),
             -ETIMEDOUT); /* it is over */
    begin = ns_now(CLOCK_REALTIME);
    until = at(begin + SPAN);
    CHECK_EQ(futex_bits(&word,
                        FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME | PRIVATE, 0,
                        &until, any),
             -ETIMEDOUT);
    CHECK(ns_now(CLOCK_REALTIME) - begin >= SPAN);
    until = at(1);
    CHECK_EQ(futex_bits(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0,
                        &until, any),
             -ETIMEDOUT);
}

static int sleeps_long(void *result)
{
    struct timespec span = { 50, 0 };

    *(volatile long *)result = futex(&word, FUTEX_WAIT, 0, &span);
    return 0;
}

static void woken_before_the_timeout(void)
{
    static volatile long result = 1;

    thread_start(&threads[0], sleeps_long, (void *)(uintptr_t)&result);
    wake_one(FUTEX_WAKE, 0);
    thread_join(&threads[0]);
    CHECK_EQ(result, 0);
}

/* ---- signals ---- */

static int waits_restarted(void *unused)
{
    struct timespec span = { 50, 0 };

    (void)unused;
    word_set(&woken, 1);
    waits[0].result = futex(&word, FUTEX_WAIT, 0, &span);
    return 0;
}

/* With a timeout it is EINTR, whatever the handler's flags; without one it
 * goes on. */
static void interrupted(void)
{
    catch_signal(SIGUSR1, SA_RESTART);
    thread_start(&threads[0], waits_restarted, NULL);
    wait_until(&woken);
    while (word_get(&threads[0].alive) != 0) {
        tgkill(getpid(), threads[0].tid, SIGUSR1);
        sleep_ms(1);
    }
    thread_join(&threads[0]);
    CHECK_EQ(waits[0].result, -EINTR);

    woken = 0;
    start_sleeper(0, FUTEX_WAIT, 0);
    sleep_ms(3);
    forget_signals();
    CHECK_OK(tgkill(getpid(), threads[0].tid, SIGUSR1));
    wait_until(&seen[SIGUSR1].count);
    wake_one(FUTEX_WAKE, 0);
    thread_join(&threads[0]);
    CHECK_EQ(waits[0].result, 0);
}

/* ---- refused ---- */

static void refused(void)
{
    struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 };
    char *none = free_range(PAGE);
    char *aligned = (char *)(uintptr_t)&word;

    CHECK_EQ(futex(aligned + 1, FUTEX_WAIT, 0, NULL), -EINVAL);
    CHECK_EQ(futex(aligned + 2, FUTEX_WAKE, 1, NULL), -EINVAL);
    CHECK_EQ(futex(none, FUTEX_WAIT, 0, NULL), -EFAULT);
    CHECK_EQ(futex(none, FUTEX_WAIT | PRIVATE, 0, NULL), -EFAULT);
    CHECK_EQ(futex(none, FUTEX_WAKE, 1, NULL), -EFAULT);
    CHECK_EQ(futex(none, FUTEX_WAKE | PRIVATE, 1, NULL), 0);
    CHECK_EQ(futex((void *)0xffff800000000000, FUTEX_WAKE | PRIVATE, 1, NULL),
             -EFAULT);
    CHECK_EQ(futex(&word, FUTEX_WAIT, 0, &bad), -EINVAL);
    CHECK_EQ(futex(&word, FUTEX_WAIT, 0, &negative), -EINVAL);
    CHECK_EQ(futex(&word, FUTEX_WAIT, 0, (void *)8), -EFAULT);
    CHECK_EQ(futex_bits(&word, FUTEX_WAIT_BITSET, 0, NULL, 0), -EINVAL);
    CHECK_EQ(futex_bits(&word, FUTEX_WAKE_BITSET, 1, NULL, 0), -EINVAL);
    CHECK_EQ(futex(&word, 99, 0, NULL), -ENOSYS);
    CHECK_EQ(futex(map_anon(PAGE, PROT_NONE), FUTEX_WAIT | PRIVATE, 0, NULL),
             -EFAULT);
}

static const struct test_case cases[] = {
    CASE(wait_and_wake),    CASE(private_and_shared_are_apart),
    CASE(other_value),      CASE(as_many_as_asked),
    CASE(bit_sets),         CASE(relative_timeout),
    CASE(absolute_timeout), CASE(woken_before_the_timeout),
    CASE(interrupted),      CASE(refused),
};

TEST_MAIN(cases)
