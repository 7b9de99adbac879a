/* SPDX-License-Identifier: MIT */
/*
 * Verifies which neighbours become one area when what set them apart is gone:
 * not those whose private pages began apart from each other, nor what a fork
 * has shared and what is new.
 */
#include <sys/mman.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"

#define PAGES 16

/* Areas of RW memory: [0, 16) of a fresh place. */
static char *fresh(void)
{
    return map_island(PAGES);
}

static char *page(char *start, size_t i)
{
    return start + i * PAGE;
}

static void part(char *start, size_t i, size_t n, int advice)
{
    CHECK_OK(madvise(page(start, i), n * PAGE, advice));
}

static void in_child(char *p, void (*run)(char *))
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        run(p);
        _exit(test_result());
    }
    REQUIRE(pid > 0);
    waitpid(pid, &status, 0);
    CHECK_EXIT(status, 0);
}

/* ---- in one process ---- */

static void untouched(void)
{
    char *p = fresh();

    part(p, 4, 2, MADV_DONTFORK);
    CHECK_AREAS(p, PAGES, "rw-p:4 rw-p:2 rw-p:10");
    part(p, 4, 2, MADV_DOFORK);
    CHECK_AREAS(p, PAGES, "rw-p:16");
}

static void one_written(void)
{
    for (size_t i = 0; i < PAGES; i += 5) {
        char *p = fresh();

        part(p, 4, 2, MADV_DONTFORK);
        poke(page(p, i), 1);
        part(p, 4, 2, MADV_DOFORK);
        CHECK_AREAS(p, PAGES, "rw-p:16");
    }
}

static void written_before_the_split(void)
{
    char *p = fresh();

    mark_pages(p, PAGES, 1);
    part(p, 4, 2, MADV_DONTFORK);
    part(p, 4, 2, MADV_DOFORK);
    CHECK_AREAS(p, PAGES, "rw-p:16");
}

static void all_written_apart(void)
{
    char *p = fresh();

    part(p, 4, 2, MADV_DONTFORK);
    mark_pages(p, PAGES, 1);
    part(p, 4, 2, MADV_DOFORK);
    CHECK_AREAS(p, PAGES, "rw-p:4 rw-p:2 rw-p:10");
    CHECK_EQ(marked_pages(p, PAGES, 1), PAGES);
}

/* The middle joins what is below first. */
static void outer_ones_written(void)
{
    char *p = fresh();

    part(p, 4, 2, MADV_DONTFORK);
    poke(p, 1);
    poke(page(p, 10), 1);
    part(p, 4, 2, MADV_DOFORK);
    CHECK_AREAS(p, PAGES, "rw-p:6 rw-p:10");
}

static void lower_two_written(void)
{
    char *p = fresh();

    part(p, 4, 2, MADV_DONTFORK);
    mark_pages(p, 6, 1);
    part(p, 4, 2, MADV_DOFORK);
    CHECK_AREAS(p, PAGES, "rw-p:4 rw-p:12");
}

/* Neighbours that differ in rights alone begin together. */
static void other_rights(void)
{
    char *p = fresh();

    CHECK_OK(mprotect(page(p, 4), 2 * PAGE, RWX));
    mark_pages(p, PAGES, 1);
    CHECK_OK(mprotect(page(p, 4), 2 * PAGE, RW));
    CHECK_AREAS(p, PAGES, "rw-p:16");
}

/* Reading begins it too. */
static void read_apart(void)
{
    char *p = fresh();

    part(p, 4, 12, MADV_DONTFORK);
    poke(p, 1);
    (void)peek(page(p, 4));
    part(p, 4, 12, MADV_DOFORK);
    CHECK_AREAS(p, PAGES, "rw-p:4 rw-p:12");
}

static void hole_filled(void)
{
    char *p = fresh();

    CHECK_OK(munmap(page(p, 4), 2 * PAGE));
    poke(p, 1);
    poke(page(p, 10), 1);
    CHECK_EQ(mmap(page(p, 4), 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0),
             page(p, 4));
    CHECK_AREAS(p, PAGES, "rw-p:6 rw-p:10");
}

/* What begins with pages of its own and is moved takes them along. */
static void moved_back(void)
{
    char *p = fresh(), *to = free_range(2 * PAGE);

    mark_pages(p, PAGES, 1);
    REQUIRE_OK(mremap(page(p, 4), 2 * PAGE, 2 * PAGE,
                      MREMAP_MAYMOVE | MREMAP_FIXED, to));
    CHECK_AREAS(p, PAGES, "rw-p:4 -:2 rw-p:10");
    REQUIRE_OK(mremap(to, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                      page(p, 4)));
    CHECK_AREAS(p, PAGES, "rw-p:16");
    CHECK_EQ(marked_pages(p, PAGES, 1), PAGES);
}

/* Locked memory that becomes writable gets its pages at once, but as part of
 * the area that it joins. */
static void locked_made_writable(void)
{
    char *p = map_island(10);

    CHECK_OK(mprotect(p, 5 * PAGE, PROT_NONE));
    CHECK_OK(mprotect(page(p, 5), PAGE, RX));
    poke(page(p, 6), 1);
    if (mlock(page(p, 1), 7 * PAGE) == 0 || errno != ENOMEM)
        return; /* RLIMIT_MEMLOCK */
    CHECK_AREAS(p, 10, "---p:1 ---p:4 r-xp:1 rw-p:2 rw-p:2");
    CHECK_OK(mprotect(page(p, 2), 4 * PAGE, RWX));
    CHECK_AREAS(p, 10, "---p:1 ---p:1 rwxp:4 rw-p:2 rw-p:2");
}

/* ---- after fork ---- */

static void extend(char *p)
{
    CHECK_EQ(mmap(page(p, PAGES), 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0),
             page(p, PAGES));
}

static void extends_inherited(char *p)
{
    extend(p);
    CHECK_AREAS(p, PAGES + 2, "rw-p:16 rw-p:2");
}

static void extends_untouched(char *p)
{
    extend(p);
    CHECK_AREAS(p, PAGES + 2, "rw-p:18");
}

static void child_extends(void)
{
    char *p = map_island(PAGES + 2);

    CHECK_OK(munmap(page(p, PAGES), 2 * PAGE));
    in_child(p, extends_untouched);
    poke(page(p, 5), 1);
    in_child(p, extends_inherited);
    extends_untouched(p);
}

/* What is moved stays what a fork has shared. */
static void moves_there_and_back(char *p)
{
    char *to = free_range(PAGES * PAGE);

    extend(p);
    REQUIRE_OK(mremap(p, PAGES * PAGE, PAGES * PAGE,
                      MREMAP_MAYMOVE | MREMAP_FIXED, to));
    REQUIRE_OK(mremap(to, PAGES * PAGE, PAGES * PAGE,
                      MREMAP_MAYMOVE | MREMAP_FIXED, p));
    CHECK_AREAS(p, PAGES + 2, "rw-p:16 rw-p:2");
}

static void child_moves(void)
{
    char *p = map_island(PAGES + 2);

    CHECK_OK(munmap(page(p, PAGES), 2 * PAGE));
    poke(page(p, 5), 1);
    in_child(p, moves_there_and_back);
}

static void splits_and_merges(char *p)
{
    CHECK_OK(mprotect(page(p, 4), 2 * PAGE, PROT_READ));
    CHECK_AREAS(p, PAGES, "rw-p:4 r--p:2 rw-p:10");
    CHECK_OK(mprotect(page(p, 4), 2 * PAGE, RW));
    CHECK_AREAS(p, PAGES, "rw-p:16");
}

static void child_splits(void)
{
    char *p = fresh();

    poke(page(p, 5), 1);
    in_child(p, splits_and_merges);
}

static void writable_again(char *p)
{
    CHECK_OK(mprotect(page(p, 4), 2 * PAGE, RW));
}

static void merges_upwards(char *p)
{
    writable_again(p);
    CHECK_AREAS(p, PAGES, "rw-p:4 rw-p:12");
}

static void merges_nothing(char *p)
{
    writable_again(p);
    CHECK_AREAS(p, PAGES, "rw-p:4 rw-p:2 rw-p:10");
}

static void child_makes_writable(void)
{
    char *p = fresh();

    CHECK_OK(mprotect(page(p, 4), 2 * PAGE, PROT_READ));
    poke(p, 1);
    in_child(p, merges_upwards);
    poke(page(p, 10), 1);
    in_child(p, merges_nothing);
    writable_again(p);
    CHECK_AREAS(p, PAGES, "rw-p:6 rw-p:10");
}

/* Two that fork has made alike stay two when the upper one grows. */
static void grows_alone(char *p)
{
    CHECK_EQ(mremap(page(p, 4), 4 * PAGE, 6 * PAGE, 0), page(p, 4));
    CHECK_AREAS(p, 10, "rw-s:4 rw-s:6");
}

static void child_grows(void)
{
    char *p = map_shared(PAGES * PAGE, RW);

    CHECK_OK(munmap(page(p, 8), 8 * PAGE));
    if (mlock(page(p, 4), 4 * PAGE) != 0)
        return; /* RLIMIT_MEMLOCK */
    in_child(p, grows_alone);
}

static const struct test_case cases[] = {
    CASE(untouched),
    CASE(one_written),
    CASE(written_before_the_split),
    CASE(all_written_apart),
    CASE(outer_ones_written),
    CASE(lower_two_written),
    CASE(other_rights),
    CASE(read_apart),
    CASE(hole_filled),
    CASE(moved_back),
    CASE(locked_made_writable),
    CASE(child_extends),
    CASE(child_moves),
    CASE(child_splits),
    CASE(child_makes_writable),
    CASE(child_grows),
};

TEST_MAIN(cases)
