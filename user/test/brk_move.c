/* SPDX-License-Identifier: MIT */
/*
 * Verifies that brk moves the end of the heap: grows, shrinks, rounds to
 * pages, keeps what stays mapped and gives zeroes for what comes anew.
 */
#include "user/test/brk.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"

static void query_with_zero(void)
{
    char *now = break_now();

    CHECK(now != NULL);
    CHECK_EQ(break_now(), now);
}

static void grows_zeroed(void)
{
    char *start = break_align();

    CHECK_EQ(break_set(start + 8 * PAGE), start + 8 * PAGE);
    CHECK(all_bytes(start, 8 * PAGE, 0));
    mark_pages(start, 8, 1);
    CHECK_EQ(marked_pages(start, 8, 1), 8);
}

static void growing_keeps_contents(void)
{
    char *start = break_align();

    REQUIRE(break_set(start + 2 * PAGE) == start + 2 * PAGE);
    memset(start, 7, 2 * PAGE);
    CHECK_EQ(break_set(start + 5 * PAGE), start + 5 * PAGE);
    CHECK(all_bytes(start, 2 * PAGE, 7));
    CHECK(all_bytes(start + 2 * PAGE, 3 * PAGE, 0));
}

static void shrinking_unmaps(void)
{
    char *start = break_align();

    REQUIRE(break_set(start + 4 * PAGE) == start + 4 * PAGE);
    mark_pages(start, 4, 1);
    CHECK_EQ(break_set(start + 2 * PAGE), start + 2 * PAGE);
    CHECK_EQ(marked_pages(start, 2, 1), 2);
    CHECK_EQ(probe_read(start + 2 * PAGE - 1), 0);
    CHECK_EQ(probe_read(start + 2 * PAGE), SIGSEGV);
    CHECK_EQ(probe_write(start + 3 * PAGE), SIGSEGV);
}

static void regrown_pages_are_zero(void)
{
    char *start = break_align();

    REQUIRE(break_set(start + 4 * PAGE) == start + 4 * PAGE);
    memset(start, 0xff, 4 * PAGE);
    REQUIRE(break_set(start + PAGE) == start + PAGE);
    CHECK_EQ(break_set(start + 4 * PAGE), start + 4 * PAGE);
    CHECK(all_bytes(start, PAGE, 0xff));
    CHECK(all_bytes(start + PAGE, 3 * PAGE, 0));
}

/* A break inside a page keeps the whole page: what was written beyond the
 * break stays there when the break passes over it again. */
static void partial_page_stays(void)
{
    char *start = break_align();

    REQUIRE(break_set(start + 100) == start + 100);
    memset(start, 0x11, PAGE);
    CHECK_EQ(break_set(start + 50), start + 50);
    CHECK_EQ(probe_read(start + PAGE - 1), 0);
    CHECK_EQ(break_set(start + PAGE), start + PAGE);
    CHECK(all_bytes(start, PAGE, 0x11));
    CHECK_EQ(probe_read(start + PAGE), SIGSEGV);
}

static void unbreak_aligns_are_kept_exactly(void)
{
    char *start = break_align();

    CHECK_EQ(break_set(start + 1), start + 1);
    CHECK_EQ(break_now(), start + 1);
    CHECK_EQ(probe_write(start + PAGE - 1), 0);
    CHECK_EQ(break_set(start + PAGE + 1), start + PAGE + 1);
    CHECK_EQ(probe_write(start + 2 * PAGE - 1), 0);
    CHECK_EQ(probe_write(start + 2 * PAGE), SIGSEGV);
    CHECK_EQ(break_set(start + 1), start + 1);
    CHECK_EQ(probe_read(start + PAGE), SIGSEGV);
}

/* The C library may have put something at the heap's start before main; where
 * it has not, the heap's area goes when the break is back at its start. */
static void shrinks_to_where_it_was(void)
{
    struct map_line heap;
    int unused = !maps_find_name("[heap]", &heap);
    char *start = break_now();

    REQUIRE(break_set(start + 3 * PAGE) == start + 3 * PAGE);
    memset(start, 1, 3 * PAGE);
    CHECK(maps_find_name("[heap]", &heap));
    CHECK_EQ(break_set(start), start);
    CHECK_EQ(maps_find_name("[heap]", &heap), !unused);
    CHECK_EQ(probe_read(start + PAGE), SIGSEGV);
    REQUIRE(break_set(start + 3 * PAGE) == start + 3 * PAGE);
    CHECK(all_bytes(start + PAGE, 2 * PAGE, 0));
}

static void many_small_steps(void)
{
    char *start = break_align();
    int i;

    for (i = 1; i <= 64; i++) {
        REQUIRE(break_set(start + i * 512) == start + i * 512);
        start[i * 512 - 1] = (char)i;
    }
    for (i = 1; i <= 64; i++)
        CHECK_EQ(start[i * 512 - 1], i);
    for (i = 63; i >= 0; i--)
        REQUIRE(break_set(start + i * 512) == start + i * 512);
    CHECK_EQ(probe_read(start), SIGSEGV);
}

static void heap_is_one_area(void)
{
    char *start = break_align();
    struct map_line heap;
    int i;

    for (i = 1; i <= 4; i++) {
        REQUIRE(break_set(start + i * PAGE) == start + i * PAGE);
        poke(start + (i - 1) * PAGE, 1);
    }
    CHECK_AREAS(start, 4, "rw-p:4");
    REQUIRE(maps_find(start, &heap));
    CHECK_STR(heap.name, "[heap]");
    CHECK_STR(heap.perms, "rw-p");
    CHECK_EQ(heap.end, start + 4 * PAGE);
    CHECK_EQ(heap.inode, 0);
    REQUIRE(break_set(start + PAGE + 1) == start + PAGE + 1);
    REQUIRE(maps_find(start, &heap));
    CHECK_EQ(heap.end, start + 2 * PAGE);
}

static void heap_is_not_executable(void)
{
    char *start = break_align();

    REQUIRE(break_set(start + PAGE) == start + PAGE);
    poke(start, 0xc3);
    CHECK_EQ(probe_exec(start), SIGSEGV);
}

/* The heap starts above the program's bss. */
static void heap_lies_above_the_program(void)
{
    static char bss;
    struct map_line heap;

    break_align();
    REQUIRE(maps_find_name("[heap]", &heap));
    CHECK(heap.start > (unsigned long)&bss);
    CHECK(heap.end < (unsigned long)&heap);
}

static const struct test_case cases[] = {
    CASE(query_with_zero),
    CASE(grows_zeroed),
    CASE(growing_keeps_contents),
    CASE(shrinking_unmaps),
    CASE(regrown_pages_are_zero),
    CASE(partial_page_stays),
    CASE(unbreak_aligns_are_kept_exactly),
    CASE(shrinks_to_where_it_was),
    CASE(many_small_steps),
    CASE(heap_is_one_area),
    CASE(heap_is_not_executable),
    CASE(heap_lies_above_the_program),
};

TEST_MAIN(cases)
