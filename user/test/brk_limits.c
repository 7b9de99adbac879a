/* SPDX-License-Identifier: MIT */
/*
 * Verifies that brk refuses, by answering with the old break, what the limits,
 * the heap's start and the neighbouring mappings forbid.
 */
#include <sys/resource.h>

#include "user/test/brk.h"
#include "user/test/probe.h"
#include "user/test/test.h"

static void below_the_start(void)
{
    static char bss;
    char *now = break_now();

    CHECK_EQ(break_set((void *)1), now);
    CHECK_EQ(break_set((void *)PAGE), now);
    CHECK_EQ(break_set(&bss), now);
    CHECK_EQ(break_set((void *)(uintptr_t)&below_the_start), now);
    CHECK_EQ(break_now(), now);
}

static void beyond_user_space(void)
{
    char *now = break_now();

    CHECK_EQ(break_set((void *)(1UL << 47)), now);
    CHECK_EQ(break_set((void *)0x7ffffffff000UL), now);
    CHECK_EQ(break_set((void *)0x7fffffffffffUL), now);
    CHECK_EQ(break_set((void *)0x0000800000000000UL), now);
    CHECK_EQ(break_set((void *)0xffff800000000000UL), now);
    CHECK_EQ(break_set((void *)-1L), now);
    CHECK_EQ(break_set((void *)-PAGE), now);
    CHECK_EQ(break_now(), now);
}

/* The break stops a page short of the next mapping. */
static void into_another_mapping(void)
{
    char *start = break_align();
    char *wall = start + 4 * PAGE;

    REQUIRE_OK(mmap(wall, PAGE, RW, ANON | MAP_FIXED, -1, 0));
    poke(wall, 7);
    CHECK_EQ(break_set(wall + PAGE), start);
    CHECK_EQ(break_set(wall + 16 * PAGE), start);
    CHECK_EQ(break_set(wall + 1), start);
    CHECK_EQ(break_set(wall), start);
    CHECK_EQ(break_set(start + 3 * PAGE + 1), start);
    CHECK_EQ(break_set(start + 3 * PAGE), start + 3 * PAGE);
    CHECK_EQ(peek(wall), 7);
    CHECK_EQ(probe_read(wall - 1), SIGSEGV);
}

static void again_once_the_mapping_is_gone(void)
{
    char *start = break_align();
    char *wall = start + 2 * PAGE;

    REQUIRE_OK(mmap(wall, PAGE, RW, ANON | MAP_FIXED, -1, 0));
    CHECK_EQ(break_set(wall + PAGE), start);
    REQUIRE_OK(munmap(wall, PAGE));
    CHECK_EQ(break_set(wall + PAGE), wall + PAGE);
    CHECK(all_bytes(start, 3 * PAGE, 0));
}

/* Within the last page no limit is asked: nothing new is mapped. */
static void inside_the_last_page(void)
{
    char *start = break_align();

    REQUIRE(break_set(start + 1) == start + 1);
    set_limit(RLIMIT_AS, PAGE);
    CHECK_EQ(break_set(start + 100), start + 100);
    CHECK_EQ(break_set(start + PAGE), start + PAGE);
    CHECK_EQ(break_set(start + PAGE + 1), start + PAGE);
}

static void limit_of_data(void)
{
    char *start = break_align();

    set_limit(RLIMIT_DATA, 16 * MIB);
    CHECK_EQ(break_set(start + 17 * MIB), start);
    CHECK_EQ(break_set(start + 8 * MIB), start + 8 * MIB);
    CHECK_EQ(break_set(start + 16 * MIB), start + 8 * MIB);
    CHECK_EQ(break_set(start), start);
}

/* The break may stay above a limit that was lowered later, and may come
 * below it, but not move while above. */
static void limit_of_data_lowered(void)
{
    char *start = break_align();

    REQUIRE(break_set(start + 8 * MIB) == start + 8 * MIB);
    set_limit(RLIMIT_DATA, 4 * MIB);
    CHECK_EQ(break_now(), start + 8 * MIB);
    CHECK_EQ(break_set(start + 9 * MIB), start + 8 * MIB);
    CHECK_EQ(break_set(start + 7 * MIB), start + 8 * MIB);
    CHECK_EQ(break_set(start + 1 * MIB), start + 1 * MIB);
}

static void limit_of_address_space(void)
{
    char *start = break_align();

    set_limit(RLIMIT_AS, 64 * MIB);
    CHECK_EQ(break_set(start + 64 * MIB), start);
    CHECK_EQ(break_set(start + 16 * MIB), start + 16 * MIB);
    CHECK_EQ(break_set(start + 80 * MIB), start + 16 * MIB);
}

/* A loop that doubles its heap until it cannot ends with the break where the
 * last success put it. */
static void until_it_fails(void)
{
    char *start = break_align(), *now = start;
    size_t step;

    set_limit(RLIMIT_AS, 64 * MIB);
    for (step = 4 * MIB; step >= PAGE; step /= 2)
        while (break_set(now + step) == now + step)
            now += step;
    CHECK_EQ(break_now(), now);
    CHECK(now > start + 32 * MIB);
    CHECK(now < start + 64 * MIB);
    poke(now - 1, 1);
    CHECK_EQ(probe_read(now), SIGSEGV);
    CHECK_EQ(break_set(start), start);
    CHECK_EQ(break_set(now), now);
}

static const struct test_case cases[] = {
    CASE(below_the_start),       CASE(beyond_user_space),
    CASE(into_another_mapping),  CASE(again_once_the_mapping_is_gone),
    CASE(inside_the_last_page),  CASE(limit_of_data),
    CASE(limit_of_data_lowered), CASE(limit_of_address_space),
    CASE(until_it_fails),
};

TEST_MAIN(cases)
