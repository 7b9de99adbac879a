/* SPDX-License-Identifier: MIT */
/*
 * Verifies that anonymous memory is zero-filled on demand, a page at a time,
 * whatever flags of no consequence come with it.
 */
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"

static void zero_filled(void)
{
    char *p = map_anon(16 * PAGE, RW);

    CHECK_EQ((uintptr_t)p % PAGE, 0);
    CHECK(all_bytes(p, 16 * PAGE, 0));
}

static void shared_zero_filled(void)
{
    char *p = map_shared(16 * PAGE, RW);

    CHECK(all_bytes(p, 16 * PAGE, 0));
    mark_pages(p, 16, 1);
    CHECK_EQ(marked_pages(p, 16, 1), 16);
}

/* Reading maps the zero page everywhere; a write must not reach it. */
static void read_then_written(void)
{
    char *p = map_anon(8 * PAGE, RW);
    char *other = map_anon(8 * PAGE, RW);

    CHECK(all_bytes(p, 8 * PAGE, 0));
    CHECK(all_bytes(other, 8 * PAGE, 0));
    memset(p + 3 * PAGE, 0xaa, PAGE);
    CHECK(all_bytes(p, 3 * PAGE, 0));
    CHECK(all_bytes(p + 3 * PAGE, PAGE, 0xaa));
    CHECK(all_bytes(p + 4 * PAGE, 4 * PAGE, 0));
    CHECK(all_bytes(other, 8 * PAGE, 0));
}

static void written_byte_leaves_rest_zero(void)
{
    char *p = map_anon(2 * PAGE, RW);

    poke(p + 100, 1);
    CHECK_EQ(peek(p + 100), 1);
    CHECK(all_bytes(p, 100, 0));
    CHECK(all_bytes(p + 101, 2 * PAGE - 101, 0));
}

static void write_only_is_readable(void)
{
    char *p = map_anon(PAGE, PROT_WRITE);

    poke(p, 9);
    CHECK_EQ(peek(p), 9);
}

/* On x86 a page that may be written may be read, touched or not. */
static void write_only_is_readable_first(void)
{
    char *p = map_anon(PAGE, PROT_WRITE);

    CHECK_EQ(peek(p), 0);
    poke(p, 9);
    CHECK_EQ(peek(p), 9);
}

static void length_is_rounded_up(void)
{
    char *p = map_island(3);

    REQUIRE_OK(munmap(p, 3 * PAGE));
    CHECK_EQ(mmap(p, PAGE + 1, RW, ANON | MAP_FIXED, -1, 0), p);
    CHECK_AREAS(p, 3, "rw-p:2 -:1");
    poke(p + 2 * PAGE - 1, 1);
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGSEGV);
}

static void ignored_flags(void)
{
    static const int flags[] = {
        MAP_NORESERVE,
        MAP_STACK,
        MAP_DENYWRITE,
        MAP_EXECUTABLE,
        MAP_STACK | MAP_NORESERVE | MAP_DENYWRITE | MAP_EXECUTABLE,
    };
    size_t i;

    for (i = 0; i < COUNT(flags); i++) {
        char *p = mmap(NULL, PAGE, RW, ANON | flags[i], -1, 0);

        REQUIRE_OK(p);
        CHECK_EQ(peek(p), 0);
        poke(p, 1);
        CHECK_EQ(peek(p), 1);
        CHECK_OK(munmap(p, PAGE));
    }
}

/* Neither the descriptor nor the offset means anything. */
static void descriptor_is_ignored(void)
{
    char *p = mmap(NULL, PAGE, RW, ANON, 12345, 0);

    REQUIRE_OK(p);
    poke(p, 1);
    p = mmap(NULL, PAGE, RW, ANON, -1, 64 * PAGE);
    REQUIRE_OK(p);
    CHECK_EQ(peek(p), 0);
}

static void populated(void)
{
    char *p = mmap(NULL, 32 * PAGE, RW, ANON | MAP_POPULATE, -1, 0);

    REQUIRE_OK(p);
    CHECK(all_bytes(p, 32 * PAGE, 0));
    mark_pages(p, 32, 1);
    CHECK_EQ(marked_pages(p, 32, 1), 32);
    p = mmap(NULL, 4 * PAGE, PROT_READ, ANON | MAP_POPULATE, -1, 0);
    REQUIRE_OK(p);
    CHECK(all_bytes(p, 4 * PAGE, 0));
    p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1,
             0);
    REQUIRE_OK(p);
    CHECK(all_bytes(p, 4 * PAGE, 0));
}

/* What cannot be populated is left alone: the call succeeds. */
static void populated_without_access(void)
{
    char *p = mmap(NULL, 4 * PAGE, PROT_NONE, ANON | MAP_POPULATE, -1, 0);

    REQUIRE_OK(p);
    CHECK_EQ(probe_read(p), SIGSEGV);
}

/* Address space costs nothing until it is touched. */
static void huge_and_sparse(void)
{
    const size_t step = 64 * GIB;
    char *p = mmap(NULL, 16 * step, RW, ANON | MAP_NORESERVE, -1, 0);
    size_t i;

    REQUIRE_OK(p);
    for (i = 0; i < 16; i++)
        poke(p + i * step + i * PAGE, (unsigned char)(i + 1));
    for (i = 0; i < 16; i++)
        CHECK_EQ(peek(p + i * step + i * PAGE), i + 1);
    CHECK_EQ(peek(p + step), 0);
    CHECK_OK(munmap(p, 16 * step));
    CHECK_EQ(probe_read(p + step), SIGSEGV);
}

static void huge_without_access(void)
{
    char *p = map_anon(64 * GIB, PROT_NONE);

    REQUIRE_OK(mprotect(p + 32 * GIB, PAGE, RW));
    poke(p + 32 * GIB, 1);
    CHECK_EQ(probe_read(p + 32 * GIB + PAGE), SIGSEGV);
    CHECK_OK(munmap(p, 64 * GIB));
}

static void many_areas(void)
{
    char *p = map_anon(400 * PAGE, PROT_NONE);
    size_t i;

    for (i = 0; i < 400; i += 2)
        REQUIRE(mmap(p + i * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) ==
                p + i * PAGE);
    for (i = 0; i < 400; i += 2)
        poke(p + i * PAGE, (unsigned char)i);
    CHECK_EQ(maps_count(p, 400 * PAGE), 400);
    for (i = 0; i < 400; i += 2)
        CHECK_EQ(peek(p + i * PAGE), (unsigned char)i);
    CHECK_OK(munmap(p, 400 * PAGE));
    CHECK_EQ(maps_count(p, 400 * PAGE), 0);
}

static const struct test_case cases[] = {
    CASE(zero_filled),
    CASE(shared_zero_filled),
    CASE(read_then_written),
    CASE(written_byte_leaves_rest_zero),
    CASE(write_only_is_readable),
    CASE(write_only_is_readable_first),
    CASE(length_is_rounded_up),
    CASE(ignored_flags),
    CASE(descriptor_is_ignored),
    CASE(populated),
    CASE(populated_without_access),
    CASE(huge_and_sparse),
    CASE(huge_without_access),
    CASE(many_areas),
};

TEST_MAIN(cases)
