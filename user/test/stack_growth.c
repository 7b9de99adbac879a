/* SPDX-License-Identifier: MIT */
/*
 * Verifies that the stack grows by itself, wherever below it a process
 * touches, down to RLIMIT_STACK and not into the gap above a mapping.
 */
#include <sys/resource.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

/* The page that holds the stack pointer, about. */
static char *stack_page(void)
{
    return (char *)((uintptr_t)__builtin_frame_address(0) & ~(PAGE - 1));
}

static char *stack_end(void)
{
    struct map_line stack;

    REQUIRE(maps_find_name("[stack]", &stack));
    return (char *)stack.end;
}

/* Uses a KiB of stack a level, and finds it unharmed on the way back. */
static int __attribute__((noinline)) descend(int depth)
{
    volatile unsigned char frame[900];
    int sum;

    frame[0] = frame[899] = (unsigned char)depth;
    sum = depth > 0 ? descend(depth - 1) : 0;
    return sum + (frame[0] == (unsigned char)depth &&
                  frame[899] == (unsigned char)depth);
}

static void deep_recursion(void)
{
    CHECK_EQ(descend(1500), 1501);
}

static int recurses_without_end(void *unused)
{
    (void)unused;
    return descend(1 << 30);
}

static void endless_recursion(void)
{
    set_limit(RLIMIT_STACK, 2 * MIB);
    CHECK_SIGNAL(run_child(recurses_without_end, NULL), SIGSEGV);
}

static void far_access_grows(void)
{
    char *p = stack_page() - 4 * MIB;

    CHECK_EQ(peek(p), 0);
    poke(p + 2 * MIB, 7);
    CHECK_EQ(peek(p + 2 * MIB), 7);
    CHECK(all_bytes(p, PAGE, 0));
}

static void grown_part_is_in_maps(void)
{
    char *p = stack_page() - 2 * MIB;
    struct map_line stack;

    CHECK(!maps_find(p, &stack));
    poke(p + 100, 1);
    REQUIRE(maps_find(p, &stack));
    CHECK_STR(stack.name, "[stack]");
    CHECK_STR(stack.perms, "rw-p");
    CHECK_EQ(stack.start, p);
    CHECK_EQ(stack.end, stack_end());
}

static void down_to_the_limit(void)
{
    char *lowest;

    set_limit(RLIMIT_STACK, 1 * MIB);
    lowest = stack_end() - 1 * MIB;
    CHECK_EQ(probe_write(lowest - 1), SIGSEGV);
    CHECK_EQ(probe_read(lowest - PAGE), SIGSEGV);
    CHECK_EQ(probe_write(lowest), 0);
    poke(lowest, 1);
    CHECK_EQ(probe_write(lowest - 1), SIGSEGV);
    CHECK_EQ(peek(lowest), 1);
}

static void limit_lowered_below_the_size(void)
{
    char *p = stack_page() - 1 * MIB;

    poke(p, 7);
    set_limit(RLIMIT_STACK, 512 * KIB);
    CHECK_EQ(peek(p), 7);
    poke(p + PAGE, 8);
    CHECK_EQ(probe_write(p - PAGE), SIGSEGV);
}

static void limit_of_address_space(void)
{
    char *p = stack_page() - 4 * MIB;

    set_limit(RLIMIT_AS, 32 * MIB);
    while (mmap(NULL, MIB, PROT_NONE, ANON, -1, 0) != MAP_FAILED)
        continue;
    CHECK_EQ(probe_write(p), SIGSEGV);
}

/* The gap of 256 pages between the stack and a mapping below it. */
static void gap_above_a_mapping(void)
{
    char *wall = stack_page() - 4 * MIB;
    char *wall_end = wall + PAGE;

    REQUIRE_OK(mmap(wall, PAGE, RW, ANON | MAP_FIXED, -1, 0));
    CHECK_EQ(probe_write(wall_end), SIGSEGV);
    CHECK_EQ(probe_read(wall_end + 128 * PAGE), SIGSEGV);
    CHECK_EQ(probe_write(wall_end + 256 * PAGE - 1), SIGSEGV);
    CHECK_EQ(probe_write(wall_end + 256 * PAGE), 0);
    poke(wall_end + 300 * PAGE, 1);
    CHECK_EQ(probe_write(wall_end + 255 * PAGE), SIGSEGV);
    CHECK_EQ(probe_write(wall), 0);
    REQUIRE_OK(munmap(wall, PAGE));
    CHECK_EQ(probe_write(wall_end), 0);
}

/* Memory nobody may touch makes a gap itself. */
static void no_gap_above_no_access(void)
{
    char *wall = stack_page() - 4 * MIB;

    REQUIRE_OK(mmap(wall, PAGE, PROT_NONE, ANON | MAP_FIXED, -1, 0));
    CHECK_EQ(probe_write(wall + PAGE), 0);
    CHECK_EQ(probe_write(wall), SIGSEGV);
}

static void not_through_a_mapping(void)
{
    char *wall = stack_page() - 2 * MIB;

    REQUIRE_OK(mmap(wall, PAGE, RW, ANON | MAP_FIXED, -1, 0));
    CHECK_EQ(probe_write(wall - PAGE), SIGSEGV);
    CHECK_EQ(probe_write(wall - MIB), SIGSEGV);
}

static int grows(void *at)
{
    struct map_line area;

    poke(at, 1);
    CHECK(maps_find(at, &area));
    return 0;
}

static void childs_growth_stays_with_it(void)
{
    char *p = stack_page() - 3 * MIB;
    struct map_line area;

    CHECK_CHILD(grows, p);
    CHECK(!maps_find(p, &area));
}

/* The kernel's own access grows the stack too. */
static void read_below_the_stack(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = stack_page() - 2 * MIB;

    CHECK_EQ(read(fd, p + 100, 2 * PAGE), 2 * PAGE);
    CHECK(all_bytes(p + 100, PAGE, 'a'));
    CHECK(all_bytes(p, 100, 0));
    set_limit(RLIMIT_STACK, 3 * MIB);
    CHECK_ERRNO(pread(fd, p - 4 * MIB, 10, 0), EFAULT);
}

static void cut_by_munmap(void)
{
    char *p = stack_page() - 2 * MIB;

    poke(p, 7);
    REQUIRE_OK(munmap(p, 256 * PAGE));
    CHECK_EQ(probe_read(p + 300 * PAGE), 0);
    CHECK_EQ(peek(p), 0);
}

static const struct test_case cases[] = {
    CASE(deep_recursion),
    CASE(endless_recursion),
    CASE(far_access_grows),
    CASE(grown_part_is_in_maps),
    CASE(down_to_the_limit),
    CASE(limit_lowered_below_the_size),
    CASE(limit_of_address_space),
    CASE(gap_above_a_mapping),
    CASE(no_gap_above_no_access),
    CASE(not_through_a_mapping),
    CASE(childs_growth_stays_with_it),
    CASE(read_below_the_stack),
    CASE(cut_by_munmap),
};

TEST_MAIN(cases)
