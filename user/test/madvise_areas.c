/* SPDX-License-Identifier: MIT */
/*
 * Verifies the advice that is about whole areas: which flags it sets, that
 * areas split and merge by it, and what fork makes of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

/* Whether smaps shows the flag, two letters, for the area at p. */
static int has_flag(const void *p, const char *flag)
{
    FILE *file = fopen("/proc/self/smaps", "r");
    char line[256], word[5] = { ' ', flag[0], flag[1], ' ', 0 };
    char *dash;
    int inside = 0, found = -1;

    REQUIRE(file != NULL);
    while (fgets(line, sizeof(line), file) != NULL) {
        unsigned long start = strtoul(line, &dash, 16);

        if (*dash == '-')
            inside = start <= (uintptr_t)p &&
                     (uintptr_t)p < strtoul(dash + 1, NULL, 16);
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, word) != NULL;
    }
    fclose(file);
    REQUIRE(found >= 0);
    return found;
}

/* Each advice with its flag, and what takes it back. */
static const struct {
    int on, off;
    const char *flag;
} advice[] = {
    { MADV_RANDOM, MADV_NORMAL, "rr" },
    { MADV_SEQUENTIAL, MADV_NORMAL, "sr" },
    { MADV_DONTFORK, MADV_DOFORK, "dc" },
    { MADV_WIPEONFORK, MADV_KEEPONFORK, "wf" },
    { MADV_DONTDUMP, MADV_DODUMP, "dd" },
};

static void flags_and_areas(void)
{
    size_t i;

    for (i = 0; i < COUNT(advice); i++) {
        char *p = map_island(4);

        mark_pages(p, 4, 1);
        CHECK_OK(madvise(p + PAGE, 2 * PAGE, advice[i].on));
        CHECK_EQ(maps_count(p, 4 * PAGE), 3);
        CHECK(!has_flag(p, advice[i].flag));
        CHECK(has_flag(p + PAGE, advice[i].flag));
        CHECK(!has_flag(p + 3 * PAGE, advice[i].flag));
        CHECK_OK(madvise(p + PAGE, PAGE, advice[i].off));
        CHECK_AREAS(p, 4, "rw-p:2 rw-p:1 rw-p:1");
        CHECK_OK(madvise(p, 4 * PAGE, advice[i].off));
        CHECK_EQ(maps_count(p, 4 * PAGE), 1);
        CHECK(!has_flag(p, advice[i].flag));
        CHECK_EQ(marked_pages(p, 4, 1), 4);
    }
}

static void the_same_twice(void)
{
    char *p = map_island(2);

    CHECK_OK(madvise(p, 2 * PAGE, MADV_RANDOM));
    CHECK_OK(madvise(p, PAGE, MADV_RANDOM));
    CHECK_EQ(maps_count(p, 2 * PAGE), 1);
    CHECK_OK(madvise(p, 2 * PAGE, MADV_SEQUENTIAL));
    CHECK(!has_flag(p, "rr"));
    CHECK(has_flag(p, "sr"));
}

static void across_a_hole(void)
{
    char *p = map_island(3);

    CHECK_OK(munmap(p + PAGE, PAGE));
    CHECK_ERRNO(madvise(p, 3 * PAGE, MADV_DONTFORK), ENOMEM);
    CHECK(has_flag(p, "dc"));
    CHECK(has_flag(p + 2 * PAGE, "dc"));
}

static int reads(void *p)
{
    return peek(p);
}

static void dontfork(void)
{
    char *p = map_island(3);

    mark_pages(p, 3, 1);
    CHECK_OK(madvise(p + PAGE, PAGE, MADV_DONTFORK));
    CHECK_EXIT(run_child(reads, p), 1);
    CHECK_SIGNAL(run_child(reads, p + PAGE), SIGSEGV);
    CHECK_EXIT(run_child(reads, p + 2 * PAGE), 3);
    CHECK_EQ(peek(p + PAGE), 2);
    CHECK_OK(madvise(p + PAGE, PAGE, MADV_DOFORK));
    CHECK_EXIT(run_child(reads, p + PAGE), 2);
}

static int child_and_its_child(void *p)
{
    if (peek(p) != 0)
        return 1;
    poke(p, 7);
    if (WEXITSTATUS(run_child(reads, p)) != 0)
        return 2;
    return peek(p) == 7 ? 0 : 3;
}

static void wipeonfork(void)
{
    char *p = map_island(2);

    mark_pages(p, 2, 1);
    CHECK_OK(madvise(p, PAGE, MADV_WIPEONFORK));
    CHECK_EXIT(run_child(child_and_its_child, p), 0); /* and its child's */
    CHECK_EXIT(run_child(reads, p + PAGE), 2);
    CHECK_EQ(peek(p), 1);
    CHECK_OK(madvise(p, PAGE, MADV_KEEPONFORK));
    CHECK_EXIT(run_child(reads, p), 1);
}

static void wipeonfork_is_for_private_memory(void)
{
    int fd = tmp_pages(1, 0, 1);
    char *p = map_shared(PAGE, RW);

    CHECK_ERRNO(madvise(p, PAGE, MADV_WIPEONFORK), EINVAL);
    CHECK_OK(madvise(p, PAGE, MADV_KEEPONFORK));
    p = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE(p != MAP_FAILED);
    CHECK_ERRNO(madvise(p, PAGE, MADV_WIPEONFORK), EINVAL);
}

/* Files read in any order give the same. */
static void random_and_sequential(void)
{
    int fd = tmp_pages(40, 0, 1);
    char *p = mmap(NULL, 40 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    char *q = mmap(NULL, 40 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    size_t i;

    REQUIRE(p != MAP_FAILED && q != MAP_FAILED);
    CHECK_OK(madvise(p, 40 * PAGE, MADV_RANDOM));
    CHECK_OK(madvise(q, 40 * PAGE, MADV_SEQUENTIAL));
    for (i = 0; i < 40; i++)
        CHECK_EQ(peek(p + (i * 7 % 40) * PAGE), i * 7 % 40 + 1);
    CHECK_EQ(marked_pages(q + 3 * PAGE, 37, 4), 37);
    CHECK_EQ(marked_pages(q, 40, 1), 40);
}

static const struct test_case cases[] = {
    CASE(flags_and_areas),
    CASE(the_same_twice),
    CASE(across_a_hole),
    CASE(dontfork),
    CASE(wipeonfork),
    CASE(wipeonfork_is_for_private_memory),
    CASE(random_and_sequential),
};

TEST_MAIN(cases)
