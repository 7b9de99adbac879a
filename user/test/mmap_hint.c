/* SPDX-License-Identifier: MIT */
/*
 * Verifies where mmap puts a mapping whose place is not fixed: at a hint that
 * is free, else as high as it fits below the stack.
 */
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"

static char *map_at(void *hint, size_t len)
{
    return mmap(hint, len, RW, ANON, -1, 0);
}

static void free_hint_is_honoured(void)
{
    char *hint = free_range(16 * PAGE) + 4 * PAGE;

    CHECK_EQ(map_at(hint, 2 * PAGE), hint);
    CHECK_AREAS(hint - PAGE, 4, "-:1 rw-p:2 -:1");
}

static void low_hint_is_honoured(void)
{
    char *hint = (char *)0x10000000;

    CHECK_EQ(map_at(hint, PAGE), hint);
    poke(hint, 1);
    CHECK_EQ(peek(hint), 1);
}

/* A hint is rounded down to its page. */
static void unaligned_hint(void)
{
    char *hint = free_range(4 * PAGE);

    CHECK_EQ(map_at(hint + 1, PAGE), hint);
    CHECK_EQ(map_at(hint + 2 * PAGE - 1, PAGE), hint + PAGE);
}

static void taken_hint_is_ignored(void)
{
    char *taken = map_island(2), *p;

    memset(taken, 7, 2 * PAGE);
    p = map_at(taken, PAGE);
    REQUIRE_OK(p);
    CHECK(p != taken && p != taken + PAGE);
    CHECK_EQ(peek(p), 0);
    CHECK(all_bytes(taken, 2 * PAGE, 7));
}

static void partly_taken_hint_is_ignored(void)
{
    char *hole = free_range(8 * PAGE), *p;

    REQUIRE(map_at(hole + 4 * PAGE, PAGE) == hole + 4 * PAGE);
    poke(hole + 4 * PAGE, 7);
    p = map_at(hole + 2 * PAGE, 3 * PAGE);
    REQUIRE_OK(p);
    CHECK(p + 3 * PAGE <= hole + 4 * PAGE || p >= hole + 5 * PAGE);
    CHECK(p != hole + 2 * PAGE);
    CHECK_EQ(peek(hole + 4 * PAGE), 7);
    CHECK_EQ(map_at(hole + 2 * PAGE, 2 * PAGE), hole + 2 * PAGE);
}

static void hint_beyond_user_space_is_ignored(void)
{
    static const uintptr_t hints[] = {
        0x7ffffffff000UL,     0x0000800000000000UL, 0x00ffffffffff0000UL,
        0xffff800000000000UL, 0xffffffff81000000UL, 0xfffffffffffff000UL,
    };
    size_t i;

    for (i = 0; i < COUNT(hints); i++) {
        char *p = map_at((void *)hints[i], PAGE);

        REQUIRE_OK(p);
        CHECK((uintptr_t)p < 0x7ffffffff000UL);
        poke(p, 1);
    }
}

static void hint_across_the_end_is_ignored(void)
{
    char *hint = (char *)0x7fffffffe000UL;
    char *p = map_at(hint, 2 * PAGE);

    REQUIRE_OK(p);
    CHECK(p < hint);
}

/* Page 0 is never handed out. */
static void hint_near_zero(void)
{
    char *p = map_at((void *)1, PAGE);

    REQUIRE_OK(p);
    CHECK((uintptr_t)p >= PAGE);
    poke(p, 1);
    CHECK_EQ(probe_read(NULL), SIGSEGV);
}

static void without_hint_downwards(void)
{
    char *stack = (char *)&stack;
    char *last = map_at(NULL, 64 * KIB);
    int i;

    REQUIRE_OK(last);
    CHECK(last < stack);
    for (i = 0; i < 8; i++) {
        char *next = map_at(NULL, 64 * KIB);

        REQUIRE_OK(next);
        CHECK(next + 64 * KIB <= last);
        last = next;
    }
}

static void highest_hole_is_reused(void)
{
    char *first = map_at(NULL, 64 * KIB);
    char *second = map_at(NULL, 64 * KIB);

    REQUIRE_OK(first);
    REQUIRE_OK(second);
    REQUIRE_OK(munmap(first, 64 * KIB));
    CHECK_EQ(map_at(NULL, 64 * KIB), first);
}

static void hole_is_filled_from_its_top(void)
{
    char *p = map_at(NULL, 64 * KIB);
    char *below = map_at(NULL, 64 * KIB);

    REQUIRE_OK(below);
    REQUIRE_OK(munmap(p, 64 * KIB));
    CHECK_EQ(map_at(NULL, 20 * KIB), p + 44 * KIB);
    CHECK_EQ(map_at(NULL, 44 * KIB), p);
}

static void too_small_hole_is_passed_over(void)
{
    char *first = map_at(NULL, 64 * KIB);
    char *second = map_at(NULL, 64 * KIB);
    char *p;

    REQUIRE_OK(second);
    REQUIRE_OK(munmap(first, 64 * KIB));
    p = map_at(NULL, 128 * KIB);
    REQUIRE_OK(p);
    CHECK(p + 128 * KIB <= second || p >= first + 64 * KIB);
    CHECK_EQ(map_at(NULL, 64 * KIB), first);
}

/* Nothing is put close below the stack, hint or not: its guard gap. */
static void hint_in_the_stacks_gap_is_ignored(void)
{
    struct map_line stack;
    char *hint, *p;

    REQUIRE(maps_find_name("[stack]", &stack));
    hint = (char *)stack.start - 16 * PAGE;
    p = map_at(hint, PAGE);
    REQUIRE_OK(p);
    CHECK(p != hint);
    CHECK(p + 256 * PAGE <= (char *)stack.start);
}

static const struct test_case cases[] = {
    CASE(free_hint_is_honoured),
    CASE(low_hint_is_honoured),
    CASE(unaligned_hint),
    CASE(taken_hint_is_ignored),
    CASE(partly_taken_hint_is_ignored),
    CASE(hint_beyond_user_space_is_ignored),
    CASE(hint_across_the_end_is_ignored),
    CASE(hint_near_zero),
    CASE(without_hint_downwards),
    CASE(highest_hole_is_reused),
    CASE(hole_is_filled_from_its_top),
    CASE(too_small_hole_is_passed_over),
    CASE(hint_in_the_stacks_gap_is_ignored),
};

TEST_MAIN(cases)
