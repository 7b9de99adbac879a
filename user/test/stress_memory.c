/* SPDX-License-Identifier: MIT */
/*
 * Verifies one address space under threads that fault, map, unmap and protect
 * the same pages while others fork it.
 */
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/stress.h"
#include "user/test/threads.h"

#define THREADS 3
#define NPAGES 48
#define RUN_MAX 8
#define ROUNDS 200
#define FORKS 8

static char *area;
static volatile int running, gate;
static struct test_thread threads[THREADS], forker;

static char *page(unsigned i)
{
    return area + i * PAGE;
}

/* Forks as long as the others run; each child looks at all pages, changes
 * some and ends. */
static int forks(void *visit)
{
    unsigned long n = 0, limit = stress_rounds(FORKS);
    int status;

    while (word_get(&running) > 0 || n == 0) {
        pid_t child = (pid_t)ASK(fork);

        if (child == 0)
            ASK(exit_group, ((int (*)(void *))visit)(NULL));
        if (child < 0 || ASK(wait4, child, &status, 0, NULL) != child)
            return 1;
        CHECK_EXIT(status, 0);
        if (++n >= limit)
            break;
    }
    return 0;
}

static void run_threads(int (*work)(void *), int (*visit)(void *))
{
    long i;

    word_set(&running, THREADS);
    for (i = 0; i < THREADS; i++)
        thread_start(&threads[i], work, (void *)i);
    thread_start(&forker, forks, (void *)visit);
    word_set(&gate, 1);
    for (i = 0; i < THREADS; i++)
        thread_join(&threads[i]);
    thread_join(&forker);
}

/* No stack shall come to lie in a hole of the area. */
static void wait_for_all(void)
{
    while (word_get(&gate) == 0)
        ASK(sched_yield);
}

/* ---- all do anything to the same pages ---- */

static int changes_some(void *unused)
{
    unsigned i;
    unsigned long value;

    (void)unused;
    for (i = 0; i < NPAGES; i++) {
        stress_load(page(i), &value);
        if (i % 4 == 0)
            stress_store(page(i), i);
    }
    return 0;
}

static void do_anything(uint64_t *seed)
{
    static const int prots[] = { PROT_NONE, PROT_READ, RW, RW };
    unsigned first = stress_random(seed) % NPAGES;
    size_t len = (1 + stress_random(seed) % RUN_MAX) * PAGE;
    unsigned long value;

    if (page(first) + len > page(NPAGES))
        len = (size_t)(page(NPAGES) - page(first));
    switch (stress_random(seed) % 10) {
    case 0: ASK(munmap, page(first), len); break;
    case 1:
    case 2: ASK(mmap, page(first), len, RW, ANON | MAP_FIXED, -1, 0); break;
    case 3:
        ASK(mprotect, page(first), len, prots[stress_random(seed) % 4]);
        break;
    case 4:
    case 5:
    case 6:
    case 7: stress_store(page(first), value = first); break;
    default: stress_load(page(first), &value); break;
    }
}

static int does_anything(void *which)
{
    uint64_t seed = (uint64_t)which * 977 + 5;
    unsigned long i, n = stress_rounds(ROUNDS);

    wait_for_all();
    for (i = 0; i < n; i++)
        do_anything(&seed);
    word_add(&running, -1);
    return 0;
}

static void same_region(void)
{
    stress_catch_faults();
    area = map_island(NPAGES);
    run_threads(does_anything, changes_some);
}

/* ---- neighbours: each knows what its own pages hold ---- */

/* Page i is thread i % THREADS's; so areas split and merge under the others'
 * hands, and tables are shared. */
static int look_at_all(void *unused)
{
    unsigned i;
    unsigned long value, again;

    (void)unused;
    for (i = 0; i < NPAGES; i++) {
        if (!stress_load(page(i), &value))
            continue;
        if (value != 0 && value >> 32 != i)
            return 2; /* another page's */
        /* In the child nobody else writes. */
        if (stress_load(page(i), &again) && again != value)
            return 3;
        if (stress_store(page(i), 77) &&
            (!stress_load(page(i), &again) || again != 77))
            return 4;
    }
    return 0;
}

/* The page's value, its number above; 0: fresh. -1: not mapped. */
static long value_in(unsigned i)
{
    unsigned long value;

    if (!stress_load(page(i), &value))
        return -1;
    if (value != 0 && value >> 32 != i)
        return -2;
    return (long)(value & 0xffffffff);
}

static int put_value(unsigned i, unsigned value)
{
    return stress_store(page(i), (unsigned long)i << 32 | value);
}

/* One change to page i, and what it must hold then. The new value. */
static long change_page(unsigned i, long now, uint64_t *seed, unsigned next)
{
    long result = now;

    switch (stress_random(seed) % 6) {
    case 0:
        CHECK_EQ(ASK(munmap, page(i), PAGE), 0);
        result = -1;
        break;
    case 1:
        CHECK_EQ(ASK(mmap, page(i), PAGE, RW, ANON | MAP_FIXED, -1, 0),
                 page(i));
        result = 0;
        break;
    case 2:
        if (now < 0)
            break;
        CHECK_EQ(ASK(mprotect, page(i), PAGE, PROT_READ), 0);
        CHECK_EQ(put_value(i, 5), 0);
        CHECK_EQ(value_in(i), now);
        CHECK_EQ(ASK(mprotect, page(i), PAGE, RW), 0);
        break;
    case 3:
        if (now < 0)
            break;
        CHECK_EQ(ASK(mprotect, page(i), PAGE, PROT_NONE), 0);
        CHECK_EQ(value_in(i), -1);
        CHECK_EQ(ASK(mprotect, page(i), PAGE, RW), 0);
        break;
    default:
        CHECK_EQ(put_value(i, next), now >= 0);
        result = now >= 0 ? (long)next : -1;
        break;
    }
    CHECK_EQ(value_in(i), result);
    return result;
}

static int knows_its_pages(void *which)
{
    long now[NPAGES] = { 0 };
    uint64_t seed = (uint64_t)which * 31 + 3;
    unsigned long n, rounds = stress_rounds(ROUNDS);

    wait_for_all();
    for (n = 1; n <= rounds; n++) {
        unsigned i = stress_random(&seed) % (NPAGES / THREADS) * THREADS +
                     (unsigned)(uintptr_t)which;

        if (!CHECK_EQ(value_in(i), now[i]))
            break;
        now[i] = change_page(i, now[i], &seed, (unsigned)n);
        value_in(stress_random(&seed) % NPAGES); /* a neighbour's */
    }
    word_add(&running, -1);
    return 0;
}

static void neighbours(void)
{
    stress_catch_faults();
    area = map_island(NPAGES);
    run_threads(knows_its_pages, look_at_all);
}

/* ---- areas of their own ---- */

static int maps_and_unmaps(void *which)
{
    unsigned long n, rounds = stress_rounds(ROUNDS / 6);
    uint64_t seed = (uint64_t)which + 1;

    for (n = 0; n < rounds; n++) {
        size_t len = (1 + stress_random(&seed) % 64) * PAGE, i;
        char *p = (char *)ASK(mmap, NULL, len, RW, ANON, -1, 0);

        for (i = 0; i < len; i += PAGE) {
            if (!CHECK_EQ(p[i], 0))
                break;
            p[i] = (char)(uintptr_t)which + 1;
        }
        for (i = 0; i < len; i += PAGE)
            if (!CHECK_EQ(p[i], (char)(uintptr_t)which + 1))
                break;
        CHECK_EQ(ASK(munmap, p, len), 0);
    }
    word_add(&running, -1);
    return 0;
}

static int ends(void *unused)
{
    (void)unused;
    return 0;
}

/* Each has areas of its own, anywhere: nobody else's pages turn up in them. */
static void own_regions(void)
{
    stress_catch_faults();
    run_threads(maps_and_unmaps, ends);
}

static const struct test_case cases[] = {
    CASE(same_region),
    CASE(neighbours),
    CASE(own_regions),
};

STRESS_MAIN(cases)
