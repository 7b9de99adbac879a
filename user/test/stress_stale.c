/* SPDX-License-Identifier: MIT */
/*
 * Verifies that no CPU goes on using a translation that another one has taken
 * back: once munmap, mmap, mprotect or fork has returned, nobody reads
 * the old page or writes to it.
 */
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/stress.h"
#include "user/test/threads.h"

#define READERS 2
#define ROUNDS 60
#define TURN 10 /* accesses before others are let on the CPU */
#define JUNK 0xdeadbeefcafe0000UL

static volatile unsigned long *page; /* the one in question */
static volatile unsigned long published;
static volatile int stop, bad, attempts;
static struct test_thread threads[READERS + 1];

static unsigned long get(const volatile unsigned long *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static void start_all(int n, int (*fn)(void *))
{
    int i;

    stop = bad = attempts = 0;
    for (i = 0; i < n; i++)
        thread_start(&threads[i], fn, NULL);
    while (word_get(&attempts) == 0)
        sched_yield();
}

static void stop_all(int n)
{
    int i;

    word_set(&stop, 1);
    for (i = 0; i < n; i++)
        thread_join(&threads[i]);
    CHECK_EQ(bad, 0);
}

/* Lets the others run for a moment, on this CPU or another. */
static void let_others_try(void)
{
    volatile int i;

    ASK(sched_yield);
    for (i = 0; i < 300; i++)
        continue;
}

/* ---- readers ---- */

/* Generation g is published when the page holds it: from then on the page
 * holds g or later, or is fresh (0) or gone. Junk is what frames are filled
 * with after the page has been given back. */
static int reads_generations(void *unused)
{
    unsigned long before, value, after, n = 0;

    (void)unused;
    while (word_get(&stop) == 0) {
        if (n++ % TURN == 0)
            ASK(sched_yield);
        before = get(&published);
        if (stress_load(page, &value) && value != 0) {
            after = get(&published);
            if (value < before || value > after + 1)
                word_add(&bad, 1);
        }
        word_set(&attempts, 1);
    }
    return 0;
}

static void map_at(volatile void *at, size_t npages)
{
    REQUIRE(ASK(mmap, at, npages * PAGE, RW, ANON | MAP_FIXED, -1, 0) ==
            (long)at);
}

/* Frames that were given back come here first. */
static void fill_with_junk(char *p)
{
    size_t i;

    for (i = 0; i < 8; i++)
        *(volatile unsigned long *)(p + i * PAGE) = JUNK + i;
    map_at(p, 8);
}

static void remove_by_munmap(void)
{
    ASK(munmap, page, PAGE);
}

static void remove_by_mmap(void)
{
    /* the new mapping replaces it */
}

static void read_over(void (*take_back)(void))
{
    char *junk = map_anon(8 * PAGE, RW);
    unsigned long n, rounds = stress_rounds(ROUNDS);

    stress_catch_faults();
    page = (volatile unsigned long *)map_island(1);
    published = 0;
    start_all(READERS, reads_generations);
    for (n = 1; n <= rounds && word_get(&bad) == 0; n++) {
        take_back();
        fill_with_junk(junk);
        map_at(page, 1);
        *page = n;
        __atomic_store_n(&published, n, __ATOMIC_SEQ_CST);
        let_others_try();
    }
    stop_all(READERS);
    CHECK_EQ(*page, rounds);
}

static void readers_over_munmap(void)
{
    read_over(remove_by_munmap);
}

static void readers_over_mmap(void)
{
    read_over(remove_by_mmap);
}

/* ---- writers ---- */

static int stores(void *unused)
{
    unsigned long n = 1;

    (void)unused;
    while (word_get(&stop) == 0) {
        if (n % TURN == 0)
            ASK(sched_yield);
        stress_store(page, JUNK + n++ % 1000);
        word_set(&attempts, 1);
    }
    return 0;
}

/* Waits until a store has gone through, so that a CPU has the translation. */
static void wait_stored(void)
{
    while (*page < JUNK)
        ASK(sched_yield);
}

/* The value must stay while nobody may write. */
static void check_still(const volatile unsigned long *word)
{
    unsigned long value = *word;
    int i;

    for (i = 0; i < 3; i++) {
        let_others_try();
        CHECK_EQ(*word, value);
    }
}

static void writers_over_mprotect(void)
{
    unsigned long n, rounds = stress_rounds(ROUNDS);

    stress_catch_faults();
    page = (volatile unsigned long *)map_island(1);
    start_all(READERS, stores);
    for (n = 0; n < rounds; n++) {
        *page = 0;
        wait_stored();
        REQUIRE(ASK(mprotect, page, PAGE, PROT_READ) == 0);
        check_still(page);
        REQUIRE(ASK(mprotect, page, PAGE, RW) == 0);
    }
    stop_all(READERS);
}

/* The frame that the writers had comes to be another page's. */
static void writers_over_munmap(void)
{
    volatile unsigned long *other =
        (volatile unsigned long *)map_anon(PAGE, RW);
    unsigned long n, rounds = stress_rounds(ROUNDS);

    stress_catch_faults();
    page = (volatile unsigned long *)map_island(1);
    start_all(READERS, stores);
    for (n = 0; n < rounds; n++) {
        *page = 0;
        wait_stored();
        REQUIRE(ASK(munmap, page, PAGE) == 0);
        *other = n;
        CHECK_EQ(other[1], 0);
        check_still(other);
        map_at(other, 1);
        map_at(page, 1);
    }
    stop_all(READERS);
}

/* A child has the page as it was when fork returned: the parent's other
 * threads write to a copy from then on, wherever they run. */
static int sees_stillness(void *unused)
{
    unsigned long value = *page;
    int i;

    (void)unused;
    for (i = 0; i < 5; i++) {
        let_others_try();
        if (*page != value)
            return 1;
    }
    *page = 1; /* and they do not see this */
    return *page == 1 ? 0 : 2;
}

static void writers_over_fork(void)
{
    unsigned long n, rounds = stress_rounds(15);

    stress_catch_faults();
    page = (volatile unsigned long *)map_island(1);
    start_all(READERS, stores);
    for (n = 0; n < rounds; n++) {
        *page = 0;
        wait_stored();
        CHECK_EXIT(run_child(sees_stillness, NULL), 0);
        CHECK(*page != 1);
    }
    stop_all(READERS);
}

static const struct test_case cases[] = {
    CASE(readers_over_munmap),   CASE(readers_over_mmap),
    CASE(writers_over_mprotect), CASE(writers_over_munmap),
    CASE(writers_over_fork),
};

STRESS_MAIN(cases)
