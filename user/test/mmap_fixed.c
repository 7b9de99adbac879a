/* SPDX-License-Identifier: MIT */
/*
 * Verifies that MAP_FIXED replaces exactly what it covers, whatever lies
 * there, and that MAP_FIXED_NOREPLACE refuses to.
 */
#include <fcntl.h>

#include "user/test/brk.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static char *fixed(void *at, size_t len, int prot)
{
    return mmap(at, len, prot, ANON | MAP_FIXED, -1, 0);
}

static char *careful(void *at, size_t len)
{
    return mmap(at, len, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
}

static void replaces_the_whole(void)
{
    char *p = map_island(3);

    memset(p, 7, 3 * PAGE);
    CHECK_EQ(fixed(p, 3 * PAGE, RW), p);
    CHECK(all_bytes(p, 3 * PAGE, 0));
    CHECK_AREAS(p - PAGE, 5, "-:1 rw-p:3 -:1");
}

static void replaces_the_head(void)
{
    char *p = map_island(4);

    mark_pages(p, 4, 1);
    CHECK_EQ(fixed(p, 2 * PAGE, PROT_READ), p);
    CHECK(all_bytes(p, 2 * PAGE, 0));
    CHECK_EQ(marked_pages(p + 2 * PAGE, 2, 3), 2);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_AREAS(p, 4, "r--p:2 rw-p:2");
}

static void replaces_the_tail(void)
{
    char *p = map_island(4);

    mark_pages(p, 4, 1);
    CHECK_EQ(fixed(p + 2 * PAGE, 2 * PAGE, PROT_NONE), p + 2 * PAGE);
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGSEGV);
    CHECK_AREAS(p, 4, "rw-p:2 ---p:2");
}

static void splits_the_middle(void)
{
    char *p = map_island(5);

    mark_pages(p, 5, 1);
    CHECK_EQ(fixed(p + 2 * PAGE, PAGE, PROT_READ), p + 2 * PAGE);
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK_EQ(peek(p + 2 * PAGE), 0);
    CHECK_EQ(marked_pages(p + 3 * PAGE, 2, 4), 2);
    CHECK_AREAS(p, 5, "rw-p:2 r--p:1 rw-p:2");
}

static void replaces_several_areas_and_holes(void)
{
    char *p = map_island(8);

    mark_pages(p, 8, 1);
    REQUIRE_OK(munmap(p + 2 * PAGE, PAGE));
    REQUIRE_OK(mprotect(p + 4 * PAGE, PAGE, PROT_READ));
    CHECK_AREAS(p, 8, "rw-p:2 -:1 rw-p:1 r--p:1 rw-p:3");
    CHECK_EQ(fixed(p + PAGE, 6 * PAGE, PROT_READ), p + PAGE);
    CHECK_AREAS(p, 8, "rw-p:1 r--p:6 rw-p:1");
    CHECK_EQ(peek(p), 1);
    CHECK(all_bytes(p + PAGE, 6 * PAGE, 0));
    CHECK_EQ(peek(p + 7 * PAGE), 8);
}

static void over_a_file_and_back(void)
{
    int fd = tmp_pages(4, 0, 'a');
    char *p = map_island(4);

    CHECK_EQ(mmap(p, 4 * PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0), p);
    CHECK_EQ(marked_pages(p, 4, 'a'), 4);
    CHECK_EQ(fixed(p + PAGE, PAGE, RW), p + PAGE);
    CHECK(all_bytes(p + PAGE, PAGE, 0));
    CHECK_EQ(peek(p + 2 * PAGE), 'c');
    CHECK_EQ(mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 3 * PAGE),
             p + PAGE);
    CHECK_EQ(peek(p + PAGE), 'd');
    CHECK_EQ(peek(p + 3 * PAGE), 'd');
}

/* As musl's allocator does. */
static void over_the_heaps_first_page(void)
{
    char *heap = break_align();

    REQUIRE(break_set(heap + 3 * PAGE) == heap + 3 * PAGE);
    mark_pages(heap, 3, 1);
    CHECK_EQ(fixed(heap, PAGE, PROT_NONE), heap);
    CHECK_EQ(probe_read(heap), SIGSEGV);
    CHECK_EQ(marked_pages(heap + PAGE, 2, 2), 2);
    CHECK_EQ(break_set(heap + 5 * PAGE), heap + 5 * PAGE);
    poke(heap + 4 * PAGE, 1);
}

/* What is refused leaves the old mapping as it was. */
static void refused_leaves_the_old(void)
{
    char *p = map_island(2);
    int fd = open("/dev/null", O_RDONLY);

    REQUIRE_OK(fd);
    memset(p, 7, 2 * PAGE);
    CHECK_ERRNO(mmap(p, 2 * PAGE, RW, MAP_PRIVATE | MAP_FIXED, 999, 0), EBADF);
    CHECK_ERRNO(mmap(p, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0),
                ENODEV);
    CHECK_ERRNO(mmap(p, 2 * PAGE, RW, MAP_ANONYMOUS | MAP_FIXED, -1, 0),
                EINVAL);
    CHECK_ERRNO(fixed(p + 1, PAGE, RW), EINVAL);
    CHECK_ERRNO(fixed(p, 0, RW), EINVAL);
    CHECK(all_bytes(p, 2 * PAGE, 7));
    CHECK_AREAS(p - PAGE, 4, "-:1 rw-p:2 -:1");
}

static void noreplace_in_a_hole(void)
{
    char *p = free_range(4 * PAGE);

    CHECK_EQ(careful(p + PAGE, 2 * PAGE), p + PAGE);
    CHECK_AREAS(p, 4, "-:1 rw-p:2 -:1");
}

static void noreplace_refuses(void)
{
    char *p = map_island(4);

    memset(p, 7, 4 * PAGE);
    CHECK_ERRNO(careful(p, 4 * PAGE), EEXIST);
    CHECK_ERRNO(careful(p + PAGE, PAGE), EEXIST);
    CHECK_ERRNO(careful(p - PAGE, 2 * PAGE), EEXIST);
    CHECK_ERRNO(careful(p + 3 * PAGE, 2 * PAGE), EEXIST);
    CHECK_ERRNO(careful(p - PAGE, 6 * PAGE), EEXIST);
    CHECK(all_bytes(p, 4 * PAGE, 7));
    CHECK_AREAS(p - PAGE, 6, "-:1 rw-p:4 -:1");
    CHECK_EQ(careful(p - PAGE, PAGE), p - PAGE);
    CHECK_EQ(careful(p + 4 * PAGE, PAGE), p + 4 * PAGE);
}

static void noreplace_wins_over_fixed(void)
{
    char *p = map_island(1);

    poke(p, 7);
    CHECK_ERRNO(
        mmap(p, PAGE, RW, ANON | MAP_FIXED | MAP_FIXED_NOREPLACE, -1, 0),
        EEXIST);
    CHECK_EQ(peek(p), 7);
}

static void noreplace_unaligned(void)
{
    char *p = free_range(2 * PAGE);

    CHECK_ERRNO(careful(p + 8, PAGE), EINVAL);
    CHECK_ERRNO(careful((void *)0x800000000000UL, PAGE), ENOMEM);
}

static const struct test_case cases[] = {
    CASE(replaces_the_whole),
    CASE(replaces_the_head),
    CASE(replaces_the_tail),
    CASE(splits_the_middle),
    CASE(replaces_several_areas_and_holes),
    CASE(over_a_file_and_back),
    CASE(over_the_heaps_first_page),
    CASE(refused_leaves_the_old),
    CASE(noreplace_in_a_hole),
    CASE(noreplace_refuses),
    CASE(noreplace_wins_over_fixed),
    CASE(noreplace_unaligned),
};

TEST_MAIN(cases)
