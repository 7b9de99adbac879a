/* SPDX-License-Identifier: MIT */
/*
 * Verifies which neighbouring areas become one, as /proc/self/maps shows it.
 */
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static void add(char *at, size_t npages, int prot)
{
    REQUIRE(mmap(at, npages * PAGE, prot, ANON | MAP_FIXED_NOREPLACE, -1, 0) ==
            at);
}

static void below_and_above(void)
{
    char *p = free_range(8 * PAGE) + 2 * PAGE;

    add(p, 2, RW);
    add(p + 2 * PAGE, 1, RW);
    CHECK_AREAS(p - PAGE, 5, "-:1 rw-p:3 -:1");
    add(p - PAGE, 1, RW);
    CHECK_AREAS(p - 2 * PAGE, 6, "-:1 rw-p:4 -:1");
    CHECK_EQ(maps_count(p - PAGE, 4 * PAGE), 1);
}

static void filled_hole_joins_three(void)
{
    char *p = map_island(5);

    REQUIRE_OK(munmap(p + 2 * PAGE, PAGE));
    CHECK_AREAS(p, 5, "rw-p:2 -:1 rw-p:2");
    add(p + 2 * PAGE, 1, RW);
    CHECK_AREAS(p, 5, "rw-p:5");
}

static void touched_areas_too(void)
{
    char *p = map_island(5);

    mark_pages(p, 5, 1);
    REQUIRE_OK(munmap(p + 2 * PAGE, PAGE));
    add(p + 2 * PAGE, 1, RW);
    CHECK_AREAS(p, 5, "rw-p:5");
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK_EQ(peek(p + 2 * PAGE), 0);
    CHECK_EQ(marked_pages(p + 3 * PAGE, 2, 4), 2);
}

static void different_protection_stays_apart(void)
{
    char *p = free_range(6 * PAGE);

    add(p + PAGE, 1, RW);
    add(p + 2 * PAGE, 1, PROT_READ);
    add(p + 3 * PAGE, 1, PROT_NONE);
    add(p + 4 * PAGE, 1, RX);
    CHECK_AREAS(p, 6, "-:1 rw-p:1 r--p:1 ---p:1 r-xp:1 -:1");
}

static void shared_stays_apart_from_private(void)
{
    char *p = map_island(2);

    REQUIRE(mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
                 0) == p + PAGE);
    CHECK_AREAS(p, 2, "rw-p:1 rw-s:1");
}

/* Each shared anonymous mapping is a file of its own. */
static void shared_stay_apart(void)
{
    const int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;
    char *p = free_range(2 * PAGE);

    REQUIRE(mmap(p, PAGE, RW, flags, -1, 0) == p);
    REQUIRE(mmap(p + PAGE, PAGE, RW, flags, -1, 0) == p + PAGE);
    CHECK_AREAS(p, 2, "rw-s:1 rw-s:1");
}

static void map_file(char *at, int fd, size_t page, size_t npages)
{
    REQUIRE(mmap(at, npages * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd,
                 (off_t)(page * PAGE)) == at);
}

static void file_pages_in_sequence(void)
{
    int fd = tmp_pages(8, 0, 'a');
    char *p = free_range(8 * PAGE);

    map_file(p, fd, 1, 2);
    map_file(p + 2 * PAGE, fd, 3, 3);
    CHECK_AREAS(p, 5, "r--p:5");
    CHECK_EQ(marked_pages(p, 5, 'b'), 5);
}

static void file_pages_out_of_sequence(void)
{
    int fd = tmp_pages(8, 0, 'a');
    char *p = free_range(8 * PAGE);
    struct map_line area;

    map_file(p, fd, 3, 2);
    map_file(p + 2 * PAGE, fd, 1, 2);
    CHECK_AREAS(p, 4, "r--p:2 r--p:2");
    REQUIRE(maps_find(p, &area));
    CHECK_EQ(area.offset, 3 * PAGE);
    REQUIRE(maps_find(p + 2 * PAGE, &area));
    CHECK_EQ(area.offset, PAGE);
    CHECK_EQ(marked_pages(p, 2, 'd'), 2);
    CHECK_EQ(marked_pages(p + 2 * PAGE, 2, 'b'), 2);
}

static void two_files_stay_apart(void)
{
    int one = tmp_pages(4, 0, 'a'), two = tmp_pages(4, 0, 'k');
    char *p = free_range(4 * PAGE);

    map_file(p, one, 0, 1);
    map_file(p + PAGE, two, 1, 1);
    CHECK_AREAS(p, 2, "r--p:1 r--p:1");
    CHECK_EQ(peek(p), 'a');
    CHECK_EQ(peek(p + PAGE), 'l');
}

static void unmapping_splits(void)
{
    char *p = map_island(5);

    REQUIRE_OK(munmap(p + PAGE, PAGE));
    REQUIRE_OK(munmap(p + 3 * PAGE, PAGE));
    CHECK_AREAS(p - PAGE, 7, "-:1 rw-p:1 -:1 rw-p:1 -:1 rw-p:1 -:1");
}

static void mprotect_splits_and_joins(void)
{
    char *p = map_island(5);

    REQUIRE_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    CHECK_AREAS(p, 5, "rw-p:1 r--p:1 rw-p:3");
    REQUIRE_OK(mprotect(p + 2 * PAGE, PAGE, PROT_READ));
    CHECK_AREAS(p, 5, "rw-p:1 r--p:2 rw-p:2");
    REQUIRE_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_AREAS(p, 5, "r--p:3 rw-p:2");
    REQUIRE_OK(mprotect(p, 3 * PAGE, RW));
    CHECK_AREAS(p, 5, "rw-p:5");
}

static const struct test_case cases[] = {
    CASE(below_and_above),
    CASE(filled_hole_joins_three),
    CASE(touched_areas_too),
    CASE(different_protection_stays_apart),
    CASE(shared_stays_apart_from_private),
    CASE(shared_stay_apart),
    CASE(file_pages_in_sequence),
    CASE(file_pages_out_of_sequence),
    CASE(two_files_stay_apart),
    CASE(unmapping_splits),
    CASE(mprotect_splits_and_joins),
};

TEST_MAIN(cases)
