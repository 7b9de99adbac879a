/* SPDX-License-Identifier: MIT */
/*
 * Verifies that 10,000 threads can be started and joined, one after the other
 * and many at a time, and that nothing is left of them.
 */

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/threads.h"

#define IN_ALL 10000
#define AT_ONCE 100

static struct test_thread threads[AT_ONCE];
static char *stacks;
static volatile int started, gate;

static int counts(void *unused)
{
    (void)unused;
    word_add(&started, 1);
    return 0;
}

static int waits_at_gate(void *unused)
{
    counts(unused);
    while (word_get(&gate) == 0)
        futex(&gate, FUTEX_WAIT, 0, NULL);
    return 0;
}

static void start(int i, int (*fn)(void *))
{
    int result = thread_start_on(&threads[i], stacks + (size_t)i * THREAD_STACK,
                                 THREAD_FLAGS, fn, NULL);

    REQUIRE(result > 0);
}

/* The stack stays: the caller owns it. */
static void join(int i)
{
    int alive;

    while ((alive = word_get(&threads[i].alive)) != 0)
        futex(&threads[i].alive, FUTEX_WAIT, (unsigned)alive, NULL);
}

static void started_and_joined(void)
{
    int round, i;

    stacks = map_anon(AT_ONCE * THREAD_STACK, RW);
    for (round = 0; round < IN_ALL / AT_ONCE; round++) {
        for (i = 0; i < AT_ONCE; i++)
            start(i, counts);
        for (i = 0; i < AT_ONCE; i++)
            join(i);
    }
    CHECK_EQ(started, IN_ALL);
}

static void all_at_once(void)
{
    int i;

    stacks = map_anon(AT_ONCE * THREAD_STACK, RW);
    for (i = 0; i < AT_ONCE; i++)
        start(i, waits_at_gate);
    while (word_get(&started) < AT_ONCE)
        sched_yield();
    word_set(&gate, 1);
    CHECK(futex(&gate, FUTEX_WAKE, AT_ONCE, NULL) <= AT_ONCE);
    for (i = 0; i < AT_ONCE; i++)
        join(i);
}

/* Each with a stack of its own that is mapped and unmapped. */
static void stacks_come_and_go(void)
{
    int i;

    for (i = 0; i < 300; i++) {
        thread_start(&threads[0], counts, NULL);
        thread_join(&threads[0]);
    }
    CHECK_EQ(started, 300);
}

static const struct test_case cases[] = {
    CASE(started_and_joined),
    CASE(all_at_once),
    CASE(stacks_come_and_go),
};

TEST_MAIN(cases)
