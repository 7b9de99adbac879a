/* SPDX-License-Identifier: MIT */
/*
 * Verifies that shared memory, anonymous or a file's, stays shared across
 * fork: what one process writes the others read.
 */
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char *area;
static int there[2], back[2];

static int writes(void *first)
{
    mark_pages(area, 4, (unsigned)(uintptr_t)first);
    return 0;
}

static void childs_writes_are_seen(void)
{
    area = map_shared(4 * PAGE, RW);
    mark_pages(area, 4, 1);
    CHECK_CHILD(writes, (void *)50);
    CHECK_EQ(marked_pages(area, 4, 50), 4);
}

/* The child is the first to touch the pages. */
static void first_touch_in_the_child(void)
{
    area = map_shared(4 * PAGE, RW);
    CHECK_CHILD(writes, (void *)50);
    CHECK_EQ(marked_pages(area, 4, 50), 4);
    CHECK(all_bytes(area + 1, PAGE - 1, 0));
}

static int plays(void *unused)
{
    unsigned round;

    (void)unused;
    for (round = 0; round < 10; round++) {
        baton_wait(there);
        CHECK_EQ(marked_pages(area, 4, 2 * round), 4);
        mark_pages(area, 4, 2 * round + 1);
        baton_pass(back);
    }
    return 0;
}

static void ping_pong(void)
{
    unsigned round;
    pid_t pid;

    area = map_shared(4 * PAGE, RW);
    baton_make(there);
    baton_make(back);
    pid = start_child(plays, NULL);
    for (round = 0; round < 10; round++) {
        mark_pages(area, 4, 2 * round);
        baton_pass(there);
        baton_wait(back);
        CHECK_EQ(marked_pages(area, 4, 2 * round + 1), 4);
    }
    CHECK_EXIT(wait_child(pid), 0);
}

static int grandchild_writes(void *first)
{
    CHECK_CHILD(writes, first);
    return 0;
}

static void grandchilds_writes_are_seen(void)
{
    area = map_shared(4 * PAGE, RW);
    CHECK_CHILD(grandchild_writes, (void *)33);
    CHECK_EQ(marked_pages(area, 4, 33), 4);
}

static int raises_and_writes(void *unused)
{
    (void)unused;
    CHECK_EQ(probe_write(area), SIGSEGV);
    CHECK_OK(mprotect(area, 4 * PAGE, RW));
    mark_pages(area, 4, 9);
    return 0;
}

static void protection_is_each_processs_own(void)
{
    area = map_shared(4 * PAGE, RW);
    REQUIRE_OK(mprotect(area, 4 * PAGE, PROT_READ));
    CHECK_CHILD(raises_and_writes, NULL);
    CHECK_EQ(probe_write(area), SIGSEGV);
    CHECK_EQ(marked_pages(area, 4, 9), 4);
}

static int unmaps(void *unused)
{
    (void)unused;
    mark_pages(area, 4, 9);
    CHECK_OK(munmap(area, 4 * PAGE));
    return 0;
}

static void outlives_an_unmapping(void)
{
    area = map_shared(4 * PAGE, RW);
    CHECK_CHILD(unmaps, NULL);
    CHECK_EQ(marked_pages(area, 4, 9), 4);
}

/* Split in one process, whole in the other, still the same pages. */
static int writes_around_a_hole(void *unused)
{
    (void)unused;
    CHECK_OK(munmap(area + PAGE, PAGE));
    poke(area, 1);
    poke(area + 2 * PAGE, 3);
    poke(area + 3 * PAGE, 4);
    return 0;
}

static void split_in_the_child(void)
{
    area = map_shared(4 * PAGE, RW);
    poke(area + PAGE, 2);
    CHECK_CHILD(writes_around_a_hole, NULL);
    CHECK_EQ(marked_pages(area, 4, 1), 4);
}

static void file(void)
{
    int fd = tmp_pages(4, 0, 'a');
    unsigned char byte = 0;

    area = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
    REQUIRE_OK(area);
    CHECK_CHILD(writes, (void *)'p');
    CHECK_EQ(marked_pages(area, 4, 'p'), 4);
    CHECK_EQ(pread(fd, &byte, 1, 3 * PAGE), 1);
    CHECK_EQ(byte, 'p' + 3);
}

/* A page is shared or private by its area, whoever forked. */
static int writes_both(void *private_area)
{
    mark_pages(area, 4, 70);
    mark_pages(private_area, 4, 80);
    return 0;
}

static void beside_private_memory(void)
{
    char *own = map_anon(4 * PAGE, RW);

    area = map_shared(4 * PAGE, RW);
    mark_pages(own, 4, 1);
    CHECK_CHILD(writes_both, own);
    CHECK_EQ(marked_pages(area, 4, 70), 4);
    CHECK_EQ(marked_pages(own, 4, 1), 4);
}

static int adds(void *unused)
{
    volatile uint64_t *counter = (volatile uint64_t *)area;
    int i;

    (void)unused;
    for (i = 0; i < 2000; i++)
        __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
    return 0;
}

static void atomic_counter(void)
{
    pid_t pids[4];
    size_t i;

    area = map_shared(PAGE, RW);
    for (i = 0; i < COUNT(pids); i++)
        pids[i] = start_child(adds, NULL);
    for (i = 0; i < COUNT(pids); i++)
        CHECK_EXIT(wait_child(pids[i]), 0);
    CHECK_EQ(*(volatile uint64_t *)area, 8000);
}

static const struct test_case cases[] = {
    CASE(childs_writes_are_seen),
    CASE(first_touch_in_the_child),
    CASE(ping_pong),
    CASE(grandchilds_writes_are_seen),
    CASE(protection_is_each_processs_own),
    CASE(outlives_an_unmapping),
    CASE(split_in_the_child),
    CASE(file),
    CASE(beside_private_memory),
    CASE(atomic_counter),
};

TEST_MAIN(cases)
