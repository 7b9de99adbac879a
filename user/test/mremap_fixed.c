/* SPDX-License-Identifier: MIT */
/*
 * Verifies mremap to an address of the caller's choice (MREMAP_FIXED), and
 * with the old area left in place, empty (MREMAP_DONTUNMAP).
 */
#include <sys/mman.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/threads.h"
#include "user/test/tmp.h"

#define TO (MREMAP_MAYMOVE | MREMAP_FIXED)
#define KEEP (MREMAP_MAYMOVE | MREMAP_DONTUNMAP)

static void bad_addresses(void)
{
    char *p = map_island(4), *q = free_range(8 * PAGE);

    CHECK_ERRNO(mremap(p, PAGE, PAGE, TO, q + 1), EINVAL);
    CHECK_ERRNO(mremap(p, PAGE, PAGE, TO, 1UL << 47), EINVAL);
    CHECK_ERRNO(mremap(p, PAGE, 2 * PAGE, TO, 0x7fffffffe000), EINVAL);
    CHECK_ERRNO(mremap(p, 2 * PAGE, PAGE, TO, p + PAGE), EINVAL); /* overlap */
    CHECK_ERRNO(mremap(p, PAGE, 2 * PAGE, TO, p - PAGE), EINVAL);
    CHECK_ERRNO(mremap(p, PAGE, PAGE, TO, p), EINVAL);
    CHECK_AREAS(p, 4, "rw-p:4");
}

static void to_a_free_place(void)
{
    char *p = map_island(3), *q = free_range(8 * PAGE) + PAGE;

    mark_pages(p, 3, 1);
    CHECK(mremap(p, 3 * PAGE, 3 * PAGE, TO, q) == q);
    CHECK_AREAS(p, 3, "-:3");
    CHECK_AREAS(q, 4, "rw-p:3 -:1");
    CHECK_EQ(marked_pages(q, 3, 1), 3);
    CHECK_EQ(probe_read(p), SIGSEGV);
}

static void replaces_what_is_there(void)
{
    char *p = map_island(2), *q = map_island(5);

    mark_pages(p, 2, 1);
    mark_pages(q, 5, 11);
    CHECK(mremap(p, 2 * PAGE, 2 * PAGE, TO, q + PAGE) == q + PAGE);
    CHECK_EQ(peek(q), 11);
    CHECK_EQ(marked_pages(q + PAGE, 2, 1), 2);
    CHECK_EQ(marked_pages(q + 3 * PAGE, 2, 14), 2);
    CHECK_EQ(probe_read(p), SIGSEGV);
}

static void grows_and_shrinks(void)
{
    char *p = map_island(4), *q = free_range(8 * PAGE) + PAGE;

    mark_pages(p, 4, 1);
    CHECK(mremap(p, 3 * PAGE, 2 * PAGE, TO, q) == q);
    CHECK_AREAS(p, 4, "-:3 rw-p:1");
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK_EQ(probe_read(q + 2 * PAGE), SIGSEGV);
    CHECK(mremap(q, 2 * PAGE, 3 * PAGE, TO, p) == p);
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK_EQ(peek(p + 2 * PAGE), 0);
    CHECK_EQ(peek(p + 3 * PAGE), 4);
}

static void to_the_neighbour(void)
{
    char *p = map_island(6);

    mark_pages(p, 2, 1);
    CHECK_OK(munmap(p + 2 * PAGE, 4 * PAGE));
    CHECK(mremap(p, 2 * PAGE, 2 * PAGE, TO, p + 2 * PAGE) == p + 2 * PAGE);
    CHECK_AREAS(p, 6, "-:2 rw-p:2 -:2");
    CHECK_EQ(marked_pages(p + 2 * PAGE, 2, 1), 2);
}

/* An area that was never written to has no past: it joins its new neighbours.
 * One that was keeps apart. */
static void merging(void)
{
    char *p = map_island(2), *q = map_island(4);

    CHECK_OK(munmap(q + 2 * PAGE, 2 * PAGE));
    CHECK(mremap(p, PAGE, PAGE, TO, q + 2 * PAGE) == q + 2 * PAGE);
    CHECK_AREAS(q, 4, "rw-p:3 -:1");
    poke(p + PAGE, 1);
    CHECK(mremap(p + PAGE, PAGE, PAGE, TO, q + 3 * PAGE) == q + 3 * PAGE);
    CHECK_AREAS(q, 4, "rw-p:3 rw-p:1");
}

static void there_and_back(void)
{
    char *p = map_island(3), *q = free_range(8 * PAGE) + PAGE;

    mark_pages(p, 3, 1);
    CHECK(mremap(p + PAGE, PAGE, PAGE, TO, q) == q);
    CHECK_AREAS(p, 3, "rw-p:1 -:1 rw-p:1");
    CHECK(mremap(q, PAGE, PAGE, TO, p + PAGE) == p + PAGE);
    CHECK_AREAS(p, 3, "rw-p:3");
    CHECK_EQ(marked_pages(p, 3, 1), 3);
}

static void failure_of_the_source(void)
{
    char *q = map_island(3), *p = free_range(4 * PAGE);

    mark_pages(q, 3, 1);
    CHECK_ERRNO(mremap(p, PAGE, PAGE, TO, q), EFAULT);
}

/* Whole tables' worth, in step and out of step. */
static void large(void)
{
    const size_t n = 1536, step = 512 * PAGE;
    char *mem = map_anon(5 * n * PAGE, RW);
    char *p = mem + (step - (uintptr_t)mem % step), *q = p + 2 * n * PAGE;
    size_t i;

    CHECK_OK(munmap(q - PAGE, (2 * n + 2) * PAGE));
    for (i = 0; i < 3; i++) {
        mark_pages(p, n, (unsigned)i);
        q += i * PAGE; /* 0: in step */
        CHECK(mremap(p, n * PAGE, n * PAGE, TO, q) == q);
        CHECK_EQ(marked_pages(q, n, (unsigned)i), n);
        CHECK_EQ(probe_read(p), SIGSEGV);
        CHECK_EQ(probe_read(p + (n - 1) * PAGE), SIGSEGV);
        CHECK(mremap(q, n * PAGE, n * PAGE, TO, p) == p);
        CHECK_EQ(marked_pages(p, n, (unsigned)i), n);
    }
    CHECK_EQ(probe_read(p + n * PAGE), 0);
}

static void large_pages(void)
{
    const size_t large = 2 * MIB;
    char *mem = map_anon(10 * large, RW);
    char *p = mem + (large - (uintptr_t)mem % large), *q = p + 4 * large;

    madvise(p, 3 * large, MADV_HUGEPAGE); /* refused where there are none */
    mark_pages(p, 3 * 512, 1);
    CHECK_OK(munmap(q, 4 * large));
    CHECK(mremap(p, 2 * large, 2 * large, TO, q) == q);
    CHECK_EQ(marked_pages(q, 2 * 512, 1), 2 * 512);
    CHECK_EQ(marked_pages(p + 2 * large, 512, 1), 512);
    CHECK(mremap(q + PAGE, large, large, TO, p) == p);
    CHECK_EQ(marked_pages(p, 512, 2), 512);
    CHECK_EQ(peek(q), 1);
    CHECK_EQ(probe_read(q + PAGE), SIGSEGV);
    CHECK_EQ(probe_read(q + large), SIGSEGV);
    CHECK_EQ(marked_pages(q + large + PAGE, 511, 2), 511);
}

static void dontunmap(void)
{
    char *p = map_island(4), *q;

    mark_pages(p, 4, 1);
    q = mremap(p + PAGE, 2 * PAGE, 2 * PAGE, KEEP, NULL);
    REQUIRE(q != MAP_FAILED);
    CHECK_EQ(marked_pages(q, 2, 2), 2);
    CHECK(all_bytes(p + PAGE, 2 * PAGE, 0));
    CHECK_EQ(peek(p), 1);
    CHECK_EQ(peek(p + 3 * PAGE), 4);
    mark_pages(p, 4, 9);
    CHECK_EQ(marked_pages(p, 4, 9), 4);
    CHECK_EQ(marked_pages(q, 2, 2), 2);
}

static void dontunmap_fixed(void)
{
    char *p = map_island(2), *q = map_island(2);

    mark_pages(p, 2, 1);
    mark_pages(q, 2, 5);
    CHECK(mremap(p, 2 * PAGE, 2 * PAGE, KEEP | MREMAP_FIXED, q) == q);
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK(all_bytes(p, 2 * PAGE, 0));
    CHECK_AREAS(p, 2, "rw-p:2");
}

/* Lengths are compared in pages. */
static void dontunmap_length(void)
{
    char *p = map_island(2), *q = free_range(4 * PAGE) + PAGE;

    mark_pages(p, 2, 1);
    CHECK(mremap(p, 2 * PAGE, 2 * PAGE - 1, KEEP | MREMAP_FIXED, q) == q);
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK_AREAS(p, 2, "rw-p:2");
}

/* Untouched memory right above its old place is one with what is below that,
 * but for the hole. */
static void beside_itself(void)
{
    char *p = free_range(10 * PAGE);

    p = mmap(p + PAGE, 6 * PAGE, RW,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    REQUIRE(p != MAP_FAILED);
    CHECK(mremap(p + 4 * PAGE, 2 * PAGE, 2 * PAGE, TO, p + 6 * PAGE) ==
          p + 6 * PAGE);
    CHECK_AREAS(p, 8, "rw-p:4 -:2 rw-p:2");
    CHECK(mremap(p + 2 * PAGE, 2 * PAGE, 2 * PAGE, TO, p + 4 * PAGE) ==
          p + 4 * PAGE);
    CHECK_AREAS(p, 8, "rw-p:2 -:2 rw-p:4");
}

static void dontunmap_shared(void)
{
    char *p = map_shared(2 * PAGE, RW), *q;

    mark_pages(p, 2, 1);
    q = mremap(p, 2 * PAGE, 2 * PAGE, KEEP, NULL);
    REQUIRE(q != MAP_FAILED);
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK_EQ(marked_pages(p, 2, 1), 2); /* the same memory twice */
    poke(p, 44);
    CHECK_EQ(peek(q), 44);
}

#define ROUNDS 200

static char *volatile place;
static volatile int stop, lost;

/* Counts up in the page, wherever it is at the moment. */
static int counts(void *unused)
{
    (void)unused;
    while (!stop) {
        volatile unsigned *word = (volatile unsigned *)place;
        unsigned now = __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);

        if (now < ROUNDS / 4)
            word_set(&lost, 1);
    }
    return 0;
}

/* Another thread writes to the page while it moves, by way of an area that
 * always has both: the one it leaves is mapped again at once. No write is
 * lost, whichever address it went by. */
static void writes_meanwhile(void)
{
    char *shared = map_shared(PAGE, RW), *q = free_range(8 * PAGE) + PAGE;
    static struct test_thread thread;
    int i;

    *(volatile unsigned *)shared = ROUNDS;
    place = shared;
    thread_start(&thread, counts, NULL);
    while (*(volatile unsigned *)shared == ROUNDS)
        sched_yield();
    for (i = 0; i < ROUNDS; i++) {
        CHECK(mremap(shared, PAGE, PAGE, KEEP | MREMAP_FIXED, q) == q);
        CHECK_OK(munmap(q, PAGE));
    }
    stop = 1;
    thread_join(&thread);
    CHECK_EQ(lost, 0);
}

static const struct test_case cases[] = {
    CASE(bad_addresses),
    CASE(to_a_free_place),
    CASE(replaces_what_is_there),
    CASE(grows_and_shrinks),
    CASE(to_the_neighbour),
    CASE(merging),
    CASE(there_and_back),
    CASE(failure_of_the_source),
    CASE(large),
    CASE(large_pages),
    CASE(dontunmap),
    CASE(dontunmap_fixed),
    CASE(dontunmap_length),
    CASE(dontunmap_shared),
    CASE(beside_itself),
    CASE(writes_meanwhile),
};

TEST_MAIN(cases)
