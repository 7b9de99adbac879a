/* SPDX-License-Identifier: MIT */
/*
 * Verifies MAP_32BIT: without a hint the place lies between 1 and 2 GiB,
 * or there is none; a hint below 2 GiB is honoured; MAP_FIXED comes first.
 */
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define LOW ((char *)(1 * GIB))
#define HIGH ((char *)(2 * GIB))
#define ABOVE_4G 0x80 /* MAP_ABOVE4G, which not all C libraries name */
#define ANON32 (ANON | MAP_32BIT)

static char *map(void *hint, size_t len, int flags)
{
    return raw_mmap(hint, len, RW, flags, -1, 0);
}

static int is_low(const char *p, size_t len)
{
    return p >= LOW && p + len <= HIGH;
}

static void place(void)
{
    char *p = map(NULL, 16 * PAGE, ANON32);

    REQUIRE_OK(p);
    CHECK(is_low(p, 16 * PAGE));
    mark_pages(p, 16, 1);
    CHECK_EQ(marked_pages(p, 16, 1), 16);
}

static void not_without_the_flag(void)
{
    char *p = map(NULL, PAGE, ANON);

    REQUIRE_OK(p);
    CHECK(p > HIGH);
}

static void one_beside_another(void)
{
    char *p = map(NULL, 4 * PAGE, ANON32), *q;

    REQUIRE_OK(p);
    mark_pages(p, 4, 1);
    q = map(NULL, 4 * PAGE, ANON32);
    CHECK(is_low(q, 4 * PAGE));
    CHECK(q >= p + 4 * PAGE || q + 4 * PAGE <= p);
    mark_pages(q, 4, 10);
    CHECK_EQ(marked_pages(p, 4, 1), 4);
}

/* The only one there is. Far up: Linux starts its search at a random place
 * within the first 32 MiB. */
static void hole_is_used(void)
{
    REQUIRE_OK(raw_mmap(LOW, GIB, PROT_NONE, ANON | MAP_FIXED, -1, 0));
    REQUIRE_OK(munmap(LOW + 700 * MIB + PAGE, 2 * PAGE));
    CHECK_ERRNO(map(NULL, 3 * PAGE, ANON32), ENOMEM);
    CHECK_EQ(map(NULL, 2 * PAGE, ANON32), LOW + 700 * MIB + PAGE);
    CHECK_ERRNO(map(NULL, PAGE, ANON32), ENOMEM);
}

/* The opposite wish. */
static void above_4_gib(void)
{
    char *p = map(NULL, PAGE, ANON | ABOVE_4G);

    REQUIRE_OK(p);
    CHECK(p >= (char *)(4 * GIB));
    CHECK_EQ(map(LOW, PAGE, ANON | ABOVE_4G), LOW); /* the hint wins */
    CHECK(is_low(map(NULL, PAGE, ANON32), PAGE));
}

static void hint_within(void)
{
    char *at = LOW + 300 * MIB;

    CHECK_EQ(map(at, PAGE, ANON32), at);
    CHECK_EQ(map(HIGH - PAGE, PAGE, ANON32), HIGH - PAGE);
    CHECK_EQ(map(at + 4 * PAGE + 5, PAGE, ANON32), at + 4 * PAGE);
}

/* A hint may be below 1 GiB. */
static void hint_below(void)
{
    char *at = (char *)(768 * MIB);

    CHECK_EQ(map(at, PAGE, ANON32), at);
}

static void hint_above_is_ignored(void)
{
    char *p = map(HIGH, PAGE, ANON32), *q = map(HIGH - PAGE, 2 * PAGE, ANON32);
    char *r = map(HIGH + 20 * GIB, PAGE, ANON32);

    CHECK(is_low(p, PAGE));
    CHECK(is_low(q, 2 * PAGE));
    CHECK(is_low(r, PAGE));
}

static void taken_hint_is_ignored(void)
{
    char *p = map(NULL, 4 * PAGE, ANON32), *q;

    REQUIRE_OK(p);
    poke(p + PAGE, 7);
    q = map(p + PAGE, PAGE, ANON32);
    CHECK(is_low(q, PAGE));
    CHECK(q < p || q >= p + 4 * PAGE);
    CHECK_EQ(peek(p + PAGE), 7);
}

/* MAP_FIXED says where: the flag says nothing then. */
static void fixed_wins(void)
{
    char *p = free_range(PAGE);

    CHECK_EQ(map(p, PAGE, ANON32 | MAP_FIXED), p);
    CHECK_ERRNO(map(p, PAGE, ANON32 | MAP_FIXED_NOREPLACE), EEXIST);
    REQUIRE_OK(munmap(p, PAGE));
    CHECK_EQ(map(p, PAGE, ANON32 | MAP_FIXED_NOREPLACE), p);
}

static void too_large(void)
{
    CHECK_ERRNO(map(NULL, GIB + PAGE, ANON32), ENOMEM);
    CHECK_ERRNO(map(NULL, 4 * GIB, ANON32), ENOMEM);
    CHECK_ERRNO(map(LOW, 2 * GIB, ANON32), ENOMEM);
}

/* Until all is taken; the rest of the address space does not help out. */
static void used_up(void)
{
    size_t n = 0;
    char *p;

    while ((p = raw_mmap(NULL, 64 * MIB, PROT_NONE, ANON32, -1, 0)) !=
           MAP_FAILED) {
        REQUIRE(is_low(p, 64 * MIB));
        n++;
    }
    CHECK_EQ(errno, ENOMEM);
    CHECK(n >= 14 && n <= 16);
    CHECK_OK(map(NULL, 64 * MIB, ANON));
}

static void shared_and_files(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = raw_mmap(NULL, 2 * PAGE, RW,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    char *q = raw_mmap(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_32BIT, fd, 0);
    char *r =
        raw_mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_32BIT, fd, 0);

    CHECK(is_low(p, 2 * PAGE));
    CHECK(is_low(q, 2 * PAGE));
    CHECK(is_low(r, 2 * PAGE));
    poke(q, 'z');
    CHECK_EQ(peek(r), 'z');
    CHECK_EQ(peek(r + PAGE), 'b');
}

/* The flag is about the place alone: nothing of it stays with the area. */
static void moves_away(void)
{
    char *p = map(NULL, 2 * PAGE, ANON32);
    char *wall, *q;

    REQUIRE_OK(p);
    mark_pages(p, 2, 5);
    wall = map(p + 2 * PAGE, PAGE, ANON | MAP_FIXED);
    REQUIRE_OK(wall);
    REQUIRE_OK(mprotect(wall, PAGE, PROT_NONE));
    q = mremap(p, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
    REQUIRE_OK(q);
    CHECK(q > HIGH);
    CHECK_EQ(marked_pages(q, 2, 5), 2);
}

static const struct test_case cases[] = {
    CASE(place),
    CASE(not_without_the_flag),
    CASE(one_beside_another),
    CASE(hole_is_used),
    CASE(above_4_gib),
    CASE(hint_within),
    CASE(hint_below),
    CASE(hint_above_is_ignored),
    CASE(taken_hint_is_ignored),
    CASE(fixed_wins),
    CASE(too_large),
    CASE(used_up),
    CASE(shared_and_files),
    CASE(moves_away),
};

TEST_MAIN(cases)
