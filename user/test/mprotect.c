/* SPDX-License-Identifier: MIT */
/*
 * Verifies that mprotect changes what may be done with exactly the pages it
 * names, keeps what they hold, and splits and joins areas.
 */
#include "user/test/brk.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static void whole(void)
{
    char *p = map_island(3);

    mark_pages(p, 3, 1);
    CHECK_OK(mprotect(p, 3 * PAGE, PROT_READ));
    CHECK_AREAS(p, 3, "r--p:3");
    CHECK_EQ(marked_pages(p, 3, 1), 3);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(probe_write(p + 2 * PAGE), SIGSEGV);
    CHECK_OK(mprotect(p, 3 * PAGE, RW));
    CHECK_AREAS(p, 3, "rw-p:3");
    mark_pages(p, 3, 4);
    CHECK_EQ(marked_pages(p, 3, 4), 3);
}

static void start(void)
{
    char *p = map_island(4);

    mark_pages(p, 4, 1);
    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_AREAS(p, 4, "r--p:1 rw-p:3");
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(probe_write(p + PAGE), 0);
    CHECK_EQ(marked_pages(p, 4, 1), 4);
}

static void end(void)
{
    char *p = map_island(4);

    mark_pages(p, 4, 1);
    CHECK_OK(mprotect(p + 3 * PAGE, PAGE, PROT_READ));
    CHECK_AREAS(p, 4, "rw-p:3 r--p:1");
    CHECK_EQ(probe_write(p + 2 * PAGE), 0);
    CHECK_EQ(probe_write(p + 3 * PAGE), SIGSEGV);
    CHECK_EQ(marked_pages(p, 4, 1), 4);
}

static void middle(void)
{
    char *p = map_island(5);

    mark_pages(p, 5, 1);
    CHECK_OK(mprotect(p + 2 * PAGE, PAGE, PROT_NONE));
    CHECK_AREAS(p, 5, "rw-p:2 ---p:1 rw-p:2");
    CHECK_EQ(probe_write(p + PAGE), 0);
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGSEGV);
    CHECK_EQ(probe_write(p + 3 * PAGE), 0);
    CHECK_OK(mprotect(p + 2 * PAGE, PAGE, RW));
    CHECK_AREAS(p, 5, "rw-p:5");
    CHECK_EQ(marked_pages(p, 5, 1), 5);
}

static void before_first_touch(void)
{
    char *p = map_island(3);

    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_OK(mprotect(p + PAGE, PAGE, PROT_NONE));
    CHECK_EQ(peek(p), 0);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(probe_read(p + PAGE), SIGSEGV);
    CHECK_OK(mprotect(p, 2 * PAGE, RW));
    CHECK(all_bytes(p, 3 * PAGE, 0));
    mark_pages(p, 3, 1);
    CHECK_EQ(marked_pages(p, 3, 1), 3);
}

/* The zero page stays a zero page when its area becomes writable. */
static void zero_page_made_writable(void)
{
    char *p = map_anon(4 * PAGE, PROT_READ), *q = map_anon(PAGE, PROT_READ);

    CHECK(all_bytes(p, 4 * PAGE, 0));
    CHECK_EQ(peek(q), 0);
    CHECK_OK(mprotect(p, 4 * PAGE, RW));
    memset(p, 0xff, 4 * PAGE);
    CHECK(all_bytes(p, 4 * PAGE, 0xff));
    CHECK(all_bytes(q, PAGE, 0));
}

static void across_several_areas(void)
{
    char *p = map_island(8);

    mark_pages(p, 8, 1);
    REQUIRE_OK(mprotect(p + 2 * PAGE, PAGE, PROT_READ));
    REQUIRE_OK(mprotect(p + 4 * PAGE, PAGE, PROT_NONE));
    CHECK_OK(mprotect(p + PAGE, 6 * PAGE, PROT_READ));
    CHECK_AREAS(p, 8, "rw-p:1 r--p:6 rw-p:1");
    CHECK_EQ(marked_pages(p, 8, 1), 8);
    CHECK_EQ(probe_write(p), 0);
    CHECK_EQ(probe_write(p + PAGE), SIGSEGV);
    CHECK_EQ(probe_write(p + 6 * PAGE), SIGSEGV);
    CHECK_EQ(probe_write(p + 7 * PAGE), 0);
}

/* Up to the hole the change is made; behind it nothing changes. */
static void hole(void)
{
    char *p = map_island(6);

    REQUIRE_OK(munmap(p + 3 * PAGE, PAGE));
    CHECK_ERRNO(mprotect(p + PAGE, 5 * PAGE, PROT_READ), ENOMEM);
    CHECK_AREAS(p, 6, "rw-p:1 r--p:2 -:1 rw-p:2");
    CHECK_EQ(probe_write(p + 2 * PAGE), SIGSEGV);
    CHECK_EQ(probe_write(p + 4 * PAGE), 0);
}

static void hole_first(void)
{
    char *p = map_island(3);

    CHECK_ERRNO(mprotect(p - PAGE, 3 * PAGE, PROT_READ), ENOMEM);
    CHECK_AREAS(p - PAGE, 4, "-:1 rw-p:3");
}

static void hole_last(void)
{
    char *p = map_island(3);

    CHECK_ERRNO(mprotect(p, 4 * PAGE, PROT_READ), ENOMEM);
    CHECK_AREAS(p, 4, "r--p:3 -:1");
}

static void length_is_rounded_up(void)
{
    char *p = map_island(4);

    CHECK_OK(mprotect(p, 1, PROT_READ));
    CHECK_OK(mprotect(p + 2 * PAGE, PAGE + 1, PROT_READ));
    CHECK_AREAS(p, 4, "r--p:1 rw-p:1 r--p:2");
}

static void write_only_is_readable(void)
{
    char *p = map_island(1);

    poke(p, 7);
    CHECK_OK(mprotect(p, PAGE, PROT_NONE));
    CHECK_OK(mprotect(p, PAGE, PROT_WRITE));
    CHECK_EQ(peek(p), 7);
    poke(p, 8);
    CHECK_EQ(peek(p), 8);
}

static void none_keeps_contents(void)
{
    char *p = map_island(16);

    mark_pages(p, 16, 1);
    CHECK_OK(mprotect(p, 16 * PAGE, PROT_NONE));
    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(probe_read(p + 15 * PAGE), SIGSEGV);
    CHECK_OK(mprotect(p, 16 * PAGE, PROT_READ));
    CHECK_EQ(marked_pages(p, 16, 1), 16);
}

static void same_again_changes_nothing(void)
{
    char *p = map_island(2);

    mark_pages(p, 2, 1);
    CHECK_OK(mprotect(p, 2 * PAGE, RW));
    CHECK_OK(mprotect(p, PAGE, RW));
    CHECK_AREAS(p - PAGE, 4, "-:1 rw-p:2 -:1");
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    poke(p, 5);
}

static void part_of_the_heap(void)
{
    char *heap = break_align();

    REQUIRE(break_set(heap + 4 * PAGE) == heap + 4 * PAGE);
    mark_pages(heap, 4, 1);
    CHECK_OK(mprotect(heap + PAGE, PAGE, PROT_READ));
    CHECK_EQ(probe_write(heap + PAGE), SIGSEGV);
    CHECK_EQ(probe_write(heap + 2 * PAGE), 0);
    CHECK_EQ(break_set(heap + 6 * PAGE), heap + 6 * PAGE);
    CHECK_EQ(marked_pages(heap, 4, 1), 4);
    CHECK_AREAS(heap, 6, "rw-p:1 r--p:1 rw-p:4");
}

static void large(void)
{
    char *p = map_anon(8 * MIB, RW);
    size_t i;

    for (i = 0; i < 8 * MIB; i += 32 * PAGE)
        poke(p + i, 3);
    CHECK_OK(mprotect(p, 8 * MIB, PROT_READ));
    CHECK_EQ(probe_write(p + 4 * MIB), SIGSEGV);
    CHECK_EQ(probe_write(p + 8 * MIB - 1), SIGSEGV);
    CHECK_OK(mprotect(p, 8 * MIB, RW));
    for (i = 0; i < 8 * MIB; i += 32 * PAGE)
        CHECK_EQ(peek(p + i), 3);
    poke(p, 4);
}

static const struct test_case cases[] = {
    CASE(whole),
    CASE(start),
    CASE(end),
    CASE(middle),
    CASE(before_first_touch),
    CASE(zero_page_made_writable),
    CASE(across_several_areas),
    CASE(hole),
    CASE(hole_first),
    CASE(hole_last),
    CASE(length_is_rounded_up),
    CASE(write_only_is_readable),
    CASE(none_keeps_contents),
    CASE(same_again_changes_nothing),
    CASE(part_of_the_heap),
    CASE(large),
};

TEST_MAIN(cases)
