/* SPDX-License-Identifier: MIT */
/*
 * Verifies that fork gives the child a copy of private memory: neither sees
 * what the other writes afterwards, however the page was used before.
 */
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char *area;
static int baton[2];

static int sees_marks(void *first)
{
    CHECK_EQ(marked_pages(area, 8, (unsigned)(uintptr_t)first), 8);
    return 0;
}

static int writes_marks(void *first)
{
    CHECK_EQ(marked_pages(area, 8, 1), 8);
    mark_pages(area, 8, (unsigned)(uintptr_t)first);
    CHECK_EQ(marked_pages(area, 8, (unsigned)(uintptr_t)first), 8);
    return 0;
}

static void marked_area(void)
{
    area = map_island(8);
    mark_pages(area, 8, 1);
}

static void child_sees_the_parents_bytes(void)
{
    marked_area();
    CHECK_CHILD(sees_marks, (void *)1);
}

static void childs_writes_stay_with_it(void)
{
    marked_area();
    CHECK_CHILD(writes_marks, (void *)100);
    CHECK_EQ(marked_pages(area, 8, 1), 8);
}

static int sees_marks_later(void *first)
{
    baton_wait(baton);
    return sees_marks(first);
}

static void parents_writes_stay_with_it(void)
{
    pid_t pid;

    marked_area();
    baton_make(baton);
    pid = start_child(sees_marks_later, (void *)1);
    mark_pages(area, 8, 100);
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_EQ(marked_pages(area, 8, 100), 8);
}

/* One byte written: the rest of the copied page is as it was. */
static int writes_one_byte(void *unused)
{
    (void)unused;
    poke(area + 2000, 0xff);
    CHECK(all_bytes(area, 2000, 7));
    CHECK_EQ(peek(area + 2000), 0xff);
    CHECK(all_bytes(area + 2001, 2 * PAGE - 2001, 7));
    return 0;
}

static void the_whole_page_is_copied(void)
{
    area = map_island(2);
    memset(area, 7, 2 * PAGE);
    CHECK_CHILD(writes_one_byte, NULL);
    CHECK(all_bytes(area, 2 * PAGE, 7));
}

static int data = 1;
static int bss;

static int writes_variables(void *on_stack)
{
    CHECK_EQ(data, 1);
    CHECK_EQ(bss, 0);
    data = bss = *(volatile int *)on_stack = 5;
    return 0;
}

static void variables(void)
{
    volatile int local = 3;

    CHECK_CHILD(writes_variables, (void *)(uintptr_t)&local);
    CHECK_EQ(data, 1);
    CHECK_EQ(bss, 0);
    CHECK_EQ(local, 3);
}

static int finds_zeroes_and_writes(void *unused)
{
    (void)unused;
    CHECK(all_bytes(area, 8 * PAGE, 0));
    memset(area, 0xff, 8 * PAGE);
    CHECK(all_bytes(area, 8 * PAGE, 0xff));
    return 0;
}

static void untouched_memory(void)
{
    area = map_island(8);
    CHECK_CHILD(finds_zeroes_and_writes, NULL);
    CHECK(all_bytes(area, 8 * PAGE, 0));
}

static void zero_page_in_both(void)
{
    area = map_island(8);
    CHECK(all_bytes(area, 8 * PAGE, 0));
    CHECK_CHILD(finds_zeroes_and_writes, NULL);
    CHECK(all_bytes(area, 8 * PAGE, 0));
    mark_pages(area, 8, 1);
    CHECK_CHILD(sees_marks, (void *)1);
}

static int generation(void *depth)
{
    uintptr_t n = (uintptr_t)depth;

    CHECK_EQ(marked_pages(area, 8, (unsigned)n), 8);
    if (n < 8) {
        mark_pages(area, 8, (unsigned)n + 1);
        CHECK_CHILD(generation, (void *)(n + 1));
        CHECK_EQ(marked_pages(area, 8, (unsigned)n + 1), 8);
    }
    return 0;
}

static void grandchildren(void)
{
    marked_area();
    CHECK_CHILD(generation, (void *)1);
    CHECK_EQ(marked_pages(area, 8, 1), 8);
}

static int writes_own_mark(void *mark)
{
    unsigned value = (unsigned)(uintptr_t)mark;

    baton_wait(baton);
    CHECK_EQ(marked_pages(area, 8, 1), 8);
    mark_pages(area, 8, value);
    sleep_ms(2);
    CHECK_EQ(marked_pages(area, 8, value), 8);
    return 0;
}

static void many_children_at_once(void)
{
    pid_t pids[12];
    size_t i;

    marked_area();
    baton_make(baton);
    for (i = 0; i < COUNT(pids); i++)
        pids[i] = start_child(writes_own_mark, (void *)(20 + i));
    for (i = 0; i < COUNT(pids); i++)
        baton_pass(baton);
    for (i = 0; i < COUNT(pids); i++)
        CHECK_EXIT(wait_child(pids[i]), 0);
    CHECK_EQ(marked_pages(area, 8, 1), 8);
}

/* When the child is gone the parent owns the pages alone, and when it has
 * forked again they are shared once more. */
static void again_and_again(void)
{
    unsigned round;

    marked_area();
    for (round = 0; round < 20; round++) {
        CHECK_CHILD(writes_marks, (void *)(uintptr_t)(50 + round));
        CHECK_EQ(marked_pages(area, 8, 1), 8);
        mark_pages(area, 4, 200);
        CHECK_EQ(marked_pages(area + 4 * PAGE, 4, 5), 4);
        mark_pages(area, 4, 1);
    }
}

static int parent_goes_first(void *pipe_ends)
{
    const int *report = pipe_ends;
    pid_t pid = fork();

    REQUIRE_OK(pid);
    if (pid != 0) {
        mark_pages(area, 8, 60);
        baton_pass(baton);
        return 0;
    }
    baton_wait(baton);
    sleep_ms(5);
    if (marked_pages(area, 8, 1) == 8)
        mark_pages(area, 8, 70);
    baton_pass(marked_pages(area, 8, 70) == 8 ? report : baton);
    return 0;
}

static void orphan_keeps_its_copy(void)
{
    int report[2];

    marked_area();
    baton_make(baton);
    baton_make(report);
    CHECK_CHILD(parent_goes_first, report);
    CHECK_OK(close(report[1]));
    baton_wait(report);
    CHECK_EQ(marked_pages(area, 8, 1), 8);
}

static int unmaps(void *unused)
{
    (void)unused;
    CHECK_OK(munmap(area + 2 * PAGE, 4 * PAGE));
    CHECK_EQ(probe_read(area + 3 * PAGE), SIGSEGV);
    return 0;
}

static void childs_unmapping_stays_with_it(void)
{
    marked_area();
    CHECK_CHILD(unmaps, NULL);
    CHECK_EQ(marked_pages(area, 8, 1), 8);
    mark_pages(area, 8, 30);
    CHECK_EQ(marked_pages(area, 8, 30), 8);
}

static int maps_over(void *unused)
{
    (void)unused;
    REQUIRE(mmap(area, 4 * PAGE, RW, ANON | MAP_FIXED, -1, 0) == area);
    CHECK(all_bytes(area, 4 * PAGE, 0));
    CHECK_EQ(marked_pages(area + 4 * PAGE, 4, 5), 4);
    mark_pages(area, 8, 90);
    return 0;
}

static void childs_mapping_over_stays_with_it(void)
{
    marked_area();
    CHECK_CHILD(maps_over, NULL);
    CHECK_EQ(marked_pages(area, 8, 1), 8);
}

static int checks_sparse(void *unused)
{
    size_t i;

    (void)unused;
    for (i = 0; i < 16; i++) {
        CHECK_EQ(peek(area + i * 4 * GIB), i + 1);
        poke(area + i * 4 * GIB, 0);
    }
    return 0;
}

static void large_and_sparse(void)
{
    size_t i;

    area = mmap(NULL, 64 * GIB, RW, ANON | MAP_NORESERVE, -1, 0);
    REQUIRE_OK(area);
    for (i = 0; i < 16; i++)
        poke(area + i * 4 * GIB, (unsigned char)(i + 1));
    CHECK_CHILD(checks_sparse, NULL);
    CHECK_CHILD(checks_sparse, NULL);
}

static int sees_file_copy(void *unused)
{
    (void)unused;
    CHECK_EQ(peek(area), 'z');
    CHECK_EQ(peek(area + PAGE), 'b');
    mark_pages(area, 2, 'k');
    return 0;
}

static void private_file_memory(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char byte = 0;

    area = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE_OK(area);
    poke(area, 'z');
    CHECK_CHILD(sees_file_copy, NULL);
    CHECK_EQ(peek(area), 'z');
    CHECK_EQ(peek(area + PAGE), 'b');
    CHECK_EQ(pread(fd, &byte, 1, 0), 1);
    CHECK_EQ(byte, 'a');
}

static const struct test_case cases[] = {
    CASE(child_sees_the_parents_bytes),
    CASE(childs_writes_stay_with_it),
    CASE(parents_writes_stay_with_it),
    CASE(the_whole_page_is_copied),
    CASE(variables),
    CASE(untouched_memory),
    CASE(zero_page_in_both),
    CASE(grandchildren),
    CASE(many_children_at_once),
    CASE(again_and_again),
    CASE(orphan_keeps_its_copy),
    CASE(childs_unmapping_stays_with_it),
    CASE(childs_mapping_over_stays_with_it),
    CASE(large_and_sparse),
    CASE(private_file_memory),
};

TEST_MAIN(cases)
