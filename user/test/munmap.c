/* SPDX-License-Identifier: MIT */
/*
 * Verifies that munmap takes away exactly the pages it names: whole areas,
 * ends, middles, several at once, with holes between.
 */
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static void whole(void)
{
    char *p = map_island(3);

    mark_pages(p, 3, 1);
    CHECK_OK(munmap(p, 3 * PAGE));
    CHECK_AREAS(p, 3, "-:3");
    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(probe_write(p + 2 * PAGE), SIGSEGV);
}

static void head(void)
{
    char *p = map_island(4);

    mark_pages(p, 4, 1);
    CHECK_OK(munmap(p, PAGE));
    CHECK_AREAS(p, 4, "-:1 rw-p:3");
    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(marked_pages(p + PAGE, 3, 2), 3);
}

static void tail(void)
{
    char *p = map_island(4);

    mark_pages(p, 4, 1);
    CHECK_OK(munmap(p + 2 * PAGE, 2 * PAGE));
    CHECK_AREAS(p, 4, "rw-p:2 -:2");
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGSEGV);
    CHECK_EQ(marked_pages(p, 2, 1), 2);
}

static void middle(void)
{
    char *p = map_island(5);

    mark_pages(p, 5, 1);
    CHECK_OK(munmap(p + 2 * PAGE, PAGE));
    CHECK_AREAS(p, 5, "rw-p:2 -:1 rw-p:2");
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGSEGV);
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK_EQ(marked_pages(p + 3 * PAGE, 2, 4), 2);
    poke(p + PAGE, 9);
    CHECK_EQ(peek(p + PAGE), 9);
}

static void untouched_middle(void)
{
    char *p = map_island(5);

    CHECK_OK(munmap(p + 2 * PAGE, PAGE));
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGSEGV);
    mark_pages(p, 2, 1);
    mark_pages(p + 3 * PAGE, 2, 4);
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK_EQ(marked_pages(p + 3 * PAGE, 2, 4), 2);
}

static void every_other_page(void)
{
    char *p = map_island(32);
    size_t i;

    mark_pages(p, 32, 1);
    for (i = 1; i < 32; i += 2)
        CHECK_OK(munmap(p + i * PAGE, PAGE));
    CHECK_EQ(maps_count(p, 32 * PAGE), 16);
    for (i = 0; i < 32; i += 2)
        CHECK_EQ(peek(p + i * PAGE), 1 + i);
    CHECK_EQ(probe_read(p + PAGE), SIGSEGV);
    CHECK_EQ(probe_read(p + 31 * PAGE), SIGSEGV);
}

static void several_areas_and_holes(void)
{
    char *p = map_island(10);

    mark_pages(p, 10, 1);
    REQUIRE_OK(munmap(p + 2 * PAGE, 2 * PAGE));
    REQUIRE_OK(mprotect(p + 5 * PAGE, PAGE, PROT_READ));
    REQUIRE_OK(munmap(p + 7 * PAGE, PAGE));
    CHECK_AREAS(p, 10, "rw-p:2 -:2 rw-p:1 r--p:1 rw-p:1 -:1 rw-p:2");
    CHECK_OK(munmap(p + PAGE, 8 * PAGE));
    CHECK_AREAS(p - PAGE, 12, "-:1 rw-p:1 -:8 rw-p:1 -:1");
    CHECK_EQ(peek(p), 1);
    CHECK_EQ(peek(p + 9 * PAGE), 10);
}

static void nothing_there(void)
{
    char *p = free_range(4 * PAGE);

    CHECK_OK(munmap(p, 4 * PAGE));
    CHECK_OK(munmap(p, PAGE));
    CHECK_OK(munmap((void *)PAGE, PAGE));
    CHECK_OK(munmap((void *)0x7fffffffe000UL, PAGE));
}

static void huge_and_empty(void)
{
    char *p = map_anon(64 * GIB, PROT_NONE);

    REQUIRE_OK(munmap(p, 64 * GIB));
    CHECK_OK(munmap(p, 64 * GIB));
}

static void twice(void)
{
    char *p = map_island(2);

    CHECK_OK(munmap(p, 2 * PAGE));
    CHECK_OK(munmap(p, 2 * PAGE));
}

static void length_is_rounded_up(void)
{
    char *p = map_island(4);

    CHECK_OK(munmap(p, 1));
    CHECK_AREAS(p, 4, "-:1 rw-p:3");
    CHECK_OK(munmap(p + 2 * PAGE, PAGE + 1));
    CHECK_AREAS(p, 4, "-:1 rw-p:1 -:2");
}

static void mapped_again_is_zero(void)
{
    char *p = map_island(4);

    memset(p, 0xff, 4 * PAGE);
    CHECK_OK(munmap(p + PAGE, 2 * PAGE));
    REQUIRE(mmap(p + PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0) == p + PAGE);
    CHECK(all_bytes(p, PAGE, 0xff));
    CHECK(all_bytes(p + PAGE, 2 * PAGE, 0));
    CHECK(all_bytes(p + 3 * PAGE, PAGE, 0xff));
}

/* The parts of a split file mapping keep their places in the file. */
static void file_mapping_split(void)
{
    int fd = tmp_pages(6, 0, 'a');
    char *p = mmap(NULL, 6 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    struct map_line area;

    REQUIRE_OK(p);
    CHECK_OK(munmap(p + 2 * PAGE, PAGE));
    CHECK_OK(munmap(p, PAGE));
    CHECK_EQ(peek(p + PAGE), 'b');
    CHECK_EQ(marked_pages(p + 3 * PAGE, 3, 'd'), 3);
    REQUIRE(maps_find(p + PAGE, &area));
    CHECK_EQ(area.offset, PAGE);
    REQUIRE(maps_find(p + 4 * PAGE, &area));
    CHECK_EQ(area.offset, 3 * PAGE);
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGSEGV);
}

static void across_kinds(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = map_island(3);

    REQUIRE(mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0) ==
            p + PAGE);
    mark_pages(p, 3, 1);
    CHECK_OK(munmap(p, 3 * PAGE));
    CHECK_AREAS(p, 3, "-:3");
    REQUIRE(mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == p);
    CHECK_EQ(peek(p), 2);
}

static void large_and_touched(void)
{
    char *p = map_anon(8 * MIB, RW);
    size_t i;

    for (i = 0; i < 8 * MIB; i += 16 * PAGE)
        poke(p + i, 1);
    CHECK_OK(munmap(p, 8 * MIB));
    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(probe_read(p + 8 * MIB - 1), SIGSEGV);
}

static void unaligned(void)
{
    char *p = map_island(2);

    poke(p, 7);
    CHECK_ERRNO(raw_munmap(p + 1, PAGE), EINVAL);
    CHECK_ERRNO(raw_munmap(p + PAGE - 1, 1), EINVAL);
    CHECK_ERRNO(raw_munmap(p + 512, 0), EINVAL);
    CHECK_EQ(peek(p), 7);
    CHECK_AREAS(p, 2, "rw-p:2");
}

static void length_zero(void)
{
    char *p = map_island(1);

    CHECK_ERRNO(raw_munmap(p, 0), EINVAL);
    CHECK_ERRNO(raw_munmap(NULL, 0), EINVAL);
    CHECK_EQ(probe_read(p), 0);
}

static void beyond_user_space(void)
{
    char *p = map_island(1);

    CHECK_ERRNO(raw_munmap(p, (size_t)-1), EINVAL);
    CHECK_ERRNO(raw_munmap(p, (size_t)-PAGE), EINVAL);
    CHECK_ERRNO(raw_munmap(p, 1UL << 47), EINVAL);
    CHECK_ERRNO(raw_munmap((void *)0x7ffffffff000UL, PAGE), EINVAL);
    CHECK_ERRNO(raw_munmap((void *)0x7fffffffe000UL, 2 * PAGE), EINVAL);
    CHECK_ERRNO(raw_munmap((void *)0x800000000000UL, PAGE), EINVAL);
    CHECK_ERRNO(raw_munmap((void *)0xffff800000000000UL, PAGE), EINVAL);
    CHECK_ERRNO(raw_munmap((void *)0xfffffffffffff000UL, PAGE), EINVAL);
    CHECK_ERRNO(raw_munmap((void *)0xffffffff80000000UL, (size_t)-1), EINVAL);
    CHECK_EQ(probe_read(p), 0);
}

static const struct test_case cases[] = {
    CASE(whole),
    CASE(head),
    CASE(tail),
    CASE(middle),
    CASE(untouched_middle),
    CASE(every_other_page),
    CASE(several_areas_and_holes),
    CASE(nothing_there),
    CASE(huge_and_empty),
    CASE(twice),
    CASE(length_is_rounded_up),
    CASE(mapped_again_is_zero),
    CASE(file_mapping_split),
    CASE(across_kinds),
    CASE(large_and_touched),
    CASE(unaligned),
    CASE(length_zero),
    CASE(beyond_user_space),
};

TEST_MAIN(cases)
