/* SPDX-License-Identifier: MIT */
/*
 * Verifies that a child gets its parent's heap as a copy: the same break, the
 * same bytes, and from then on a break of its own.
 */
#include "user/test/brk.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"

static char *heap; /* page-aligned start of the pages under test */

static void make_heap(size_t npages)
{
    heap = break_align();
    REQUIRE(break_set(heap + npages * PAGE) == heap + npages * PAGE);
    mark_pages(heap, npages, 1);
}

static int see_copy(void *end)
{
    struct map_line area;

    CHECK_EQ(break_now(), end);
    CHECK_EQ(marked_pages(heap, 4, 1), 4);
    REQUIRE(maps_find(heap, &area));
    CHECK_STR(area.name, "[heap]");
    return 0;
}

static void child_has_the_same_break(void)
{
    make_heap(4);
    CHECK_CHILD(see_copy, heap + 4 * PAGE);
}

static int grow_and_write(void *end)
{
    char *up = (char *)end + 4 * PAGE;

    CHECK_EQ(break_set(up), up);
    memset(heap, 0xee, (size_t)(up - heap));
    return 0;
}

static void child_grows_alone(void)
{
    make_heap(4);
    CHECK_CHILD(grow_and_write, heap + 4 * PAGE);
    CHECK_EQ(break_now(), heap + 4 * PAGE);
    CHECK_EQ(marked_pages(heap, 4, 1), 4);
    CHECK_EQ(probe_read(heap + 4 * PAGE), SIGSEGV);
}

static int shrink(void *to)
{
    CHECK_EQ(break_set(to), to);
    CHECK_EQ(probe_read(to), SIGSEGV);
    return 0;
}

static void child_shrinks_alone(void)
{
    make_heap(4);
    CHECK_CHILD(shrink, heap + PAGE);
    CHECK_EQ(marked_pages(heap, 4, 1), 4);
    CHECK_EQ(break_now(), heap + 4 * PAGE);
}

static int wait_then_see(void *baton)
{
    baton_wait(baton);
    CHECK_EQ(break_now(), heap + 4 * PAGE);
    CHECK_EQ(marked_pages(heap, 4, 1), 4);
    return 0;
}

static void parent_moves_while_child_lives(void)
{
    int baton[2];
    pid_t pid;

    make_heap(4);
    baton_make(baton);
    pid = start_child(wait_then_see, baton);
    CHECK_EQ(break_set(heap), heap);
    CHECK_EQ(break_set(heap + 4 * PAGE), heap + 4 * PAGE);
    CHECK(all_bytes(heap, 4 * PAGE, 0));
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 0);
}

static const struct test_case cases[] = {
    CASE(child_has_the_same_break),
    CASE(child_grows_alone),
    CASE(child_shrinks_alone),
    CASE(parent_moves_while_child_lives),
};

TEST_MAIN(cases)
