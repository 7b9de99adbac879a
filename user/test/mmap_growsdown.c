/* SPDX-License-Identifier: MIT */
/*
 * Verifies MAP_GROWSDOWN: an area that grows by a fault below it, as a stack
 * does, up to a guard gap, and within the limits; and mprotect's
 * PROT_GROWSDOWN.
 */
#include <sys/resource.h>

#include "user/test/fault.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define GAP (256 * PAGE)
#define ROOM (4 * GAP) /* around an area under test */
#define GROWS (ANON | MAP_GROWSDOWN)

/* An area of npages with ROOM below it where nothing is. */
static char *stack(size_t npages, int prot)
{
    char *p = free_range(2 * ROOM) + ROOM;

    REQUIRE(raw_mmap(p, npages * PAGE, prot, GROWS | MAP_FIXED, -1, 0) == p);
    return p;
}

static unsigned long start_of(const char *p)
{
    struct map_line line;

    REQUIRE(maps_find(p, &line));
    return line.start;
}

static void grows_by_a_write(void)
{
    char *p = stack(2, RW);

    mark_pages(p, 2, 1);
    poke(p - 1, 7);
    CHECK_EQ(start_of(p), p - PAGE);
    CHECK_EQ(peek(p - 1), 7);
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK(all_bytes(p - PAGE, PAGE - 1, 0));
}

static void grows_by_a_read(void)
{
    char *p = stack(1, RW);

    CHECK_EQ(peek(p - 3 * PAGE), 0);
    CHECK_EQ(start_of(p), p - 3 * PAGE);
    CHECK_AREAS(p - 4 * PAGE, 5, "-:1 rw-p:4");
}

/* As far as one likes: there is no window around the stack pointer. */
static void grows_far(void)
{
    char *p = stack(1, RW);

    poke(p - 2 * GAP, 1);
    CHECK_EQ(start_of(p), p - 2 * GAP);
    poke(p - GAP, 2);
    CHECK_EQ(peek(p - 2 * GAP), 1);
    CHECK_EQ(peek(p - 2 * GAP + PAGE), 0);
}

static void grows_in_system_calls(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = stack(1, RW);

    CHECK_EQ(read(fd, p - 2 * PAGE, 2 * PAGE), 2 * PAGE);
    CHECK_EQ(marked_pages(p - 2 * PAGE, 2, 'a'), 2);
    CHECK_EQ(start_of(p), p - 2 * PAGE);
    CHECK_EQ(pwrite(fd, p - 5 * PAGE, 1, 0), 1);
    CHECK_EQ(start_of(p), p - 5 * PAGE);
}

static void not_upwards(void)
{
    char *p = stack(1, RW);

    CHECK_FAULT(poke(p + PAGE, 1), SIGSEGV, SEGV_MAPERR, p + PAGE);
}

static void without_the_flag(void)
{
    char *p = free_range(2 * ROOM) + ROOM;

    REQUIRE_OK(raw_mmap(p, PAGE, RW, ANON | MAP_FIXED, -1, 0));
    CHECK_FAULT(poke(p - 1, 1), SIGSEGV, SEGV_MAPERR, p - 1);
}

/* The gap of 256 pages above a mapping that can be used. */
static void guard_gap(void)
{
    char *p = stack(1, RW), *wall = p - 2 * GAP;

    REQUIRE_OK(raw_mmap(wall - PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0));
    CHECK_FAULT(poke(wall, 1), SIGSEGV, SEGV_MAPERR, wall);
    CHECK_FAULT(poke(wall + GAP - PAGE, 1), SIGSEGV, SEGV_MAPERR,
                wall + GAP - PAGE);
    CHECK_NO_FAULT(poke(wall + GAP, 1));
    CHECK_EQ(start_of(p), wall + GAP);
    REQUIRE_OK(mprotect(wall - PAGE, PAGE, PROT_NONE));
    CHECK_NO_FAULT(poke(wall, 1)); /* which is a guard itself */
    CHECK_EQ(start_of(p), wall);
}

/* A stack above a stack needs no gap between them. */
static void above_another(void)
{
    char *p = stack(1, RW), *other = p - 10 * PAGE;

    REQUIRE_OK(raw_mmap(other, PAGE, RW, GROWS | MAP_FIXED, -1, 0));
    poke(other, 7);
    CHECK_NO_FAULT(poke(p - PAGE, 1));
    CHECK_NO_FAULT(poke(other + 2 * PAGE, 1));
    CHECK_EQ(peek(other), 7);
}

/* mmap keeps new mappings away from it, unless MAP_FIXED insists. */
static void hint_in_the_gap(void)
{
    char *p = stack(1, RW), *q;

    q = raw_mmap(p - PAGE, PAGE, RW, ANON, -1, 0);
    CHECK(q != p - PAGE);
    q = raw_mmap(p - GAP, PAGE, RW, ANON, -1, 0);
    CHECK(q != p - GAP);
    q = raw_mmap(p - GAP - PAGE, PAGE, RW, ANON, -1, 0);
    CHECK_EQ(q, p - GAP - PAGE);
    REQUIRE_OK(munmap(q, PAGE));
    q = raw_mmap(p - 2 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
    CHECK_EQ(q, p - 2 * PAGE);
    CHECK_FAULT(poke(p - 1, 1), SIGSEGV, SEGV_MAPERR, p - 1);
}

static void rights(void)
{
    char *p = stack(2, PROT_READ);

    CHECK_EQ(peek(p - PAGE), 0);
    CHECK_EQ(start_of(p), p - PAGE);
    CHECK_FAULT(poke(p - PAGE, 1), SIGSEGV, SEGV_ACCERR, p - PAGE);
}

static void fault_grows_whatever_the_rights(void)
{
    char *p = stack(1, PROT_NONE);

    CHECK_FAULT(peek(p - PAGE), SIGSEGV, SEGV_ACCERR, p - PAGE);
    CHECK_EQ(start_of(p), p - PAGE);
}

/* ---- limits ---- */

static void limit_of_stacks(void)
{
    char *p = stack(1, RW);

    set_limit(RLIMIT_STACK, 64 * PAGE);
    CHECK_NO_FAULT(poke(p - 63 * PAGE, 1));
    CHECK_FAULT(poke(p - 64 * PAGE, 1), SIGSEGV, SEGV_MAPERR, p - 64 * PAGE);
    CHECK_FAULT(poke(p - 63 * PAGE - 1, 1), SIGSEGV, SEGV_MAPERR,
                p - 63 * PAGE - 1);
    CHECK_EQ(start_of(p), p - 63 * PAGE);
}

/* mmap itself does not ask that limit. */
static void mapped_beyond_the_limit(void)
{
    char *p = free_range(2 * ROOM) + ROOM;

    set_limit(RLIMIT_STACK, 64 * PAGE);
    CHECK_EQ(raw_mmap(p, 100 * PAGE, RW, GROWS | MAP_FIXED, -1, 0), p);
    poke(p, 1);
    CHECK_FAULT(poke(p - 1, 1), SIGSEGV, SEGV_MAPERR, p - 1);
}

static void limit_of_address_space(void)
{
    char *p = stack(1, RW);

    set_limit(RLIMIT_AS, 32 * MIB);
    while (mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0) != MAP_FAILED)
        continue;
    CHECK_EQ(errno, ENOMEM);
    CHECK_FAULT(poke(p - 1, 1), SIGSEGV, SEGV_MAPERR, p - 1);
}

/* Stacks are no data. */
static void limit_of_data(void)
{
    set_limit(RLIMIT_DATA, PAGE);
    CHECK_ERRNO(mmap(NULL, MIB, RW, ANON, -1, 0), ENOMEM);
    CHECK_OK(mmap(NULL, MIB, RW, GROWS, -1, 0));
}

/* ---- areas ---- */

static void merges_with_its_like(void)
{
    char *p = stack(2, RW);

    REQUIRE_OK(raw_mmap(p + 2 * PAGE, PAGE, RW, GROWS | MAP_FIXED, -1, 0));
    CHECK_AREAS(p, 3, "rw-p:3");
    REQUIRE_OK(raw_mmap(p + 3 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0));
    CHECK_AREAS(p, 4, "rw-p:3 rw-p:1");
}

/* Grown down to another area of its kind, it stays one of its own. */
static void meets_another(void)
{
    char *p = stack(1, RW), *other = p - 3 * PAGE;

    REQUIRE_OK(raw_mmap(other, PAGE, RW, GROWS | MAP_FIXED, -1, 0));
    CHECK_NO_FAULT(poke(other + PAGE, 1));
    CHECK_AREAS(other, 4, "rw-p:1 rw-p:3");
}

static void split_grows_in_the_hole(void)
{
    char *p = stack(5, RW);

    mark_pages(p, 5, 1);
    REQUIRE_OK(munmap(p + PAGE, 2 * PAGE));
    CHECK_AREAS(p, 5, "rw-p:1 -:2 rw-p:2");
    CHECK_NO_FAULT(poke(p + 2 * PAGE, 9)); /* both are stacks */
    CHECK_EQ(peek(p), 1);
    CHECK_EQ(peek(p + 3 * PAGE), 4);
    CHECK_NO_FAULT(poke(p - PAGE, 9));
}

/* Linux lets a child grow what it has from its parent. */
static char *area;

static int grows_there(void *unused)
{
    (void)unused;
    CHECK_NO_FAULT(poke(area - 2 * PAGE, 1));
    CHECK_EQ(start_of(area), area - 2 * PAGE);
    return 0;
}

static void child_grows_its_own(void)
{
    area = stack(1, RW);
    poke(area - PAGE, 5);
    CHECK_CHILD(grows_there, NULL);
    CHECK_EQ(start_of(area), area - PAGE);
    CHECK_EQ(peek(area - PAGE), 5);
}

static void populated_and_locked(void)
{
    unsigned char resident[2] = { 0 };
    char *p = free_range(2 * ROOM) + ROOM;

    REQUIRE_OK(
        raw_mmap(p, 2 * PAGE, RW, GROWS | MAP_FIXED | MAP_POPULATE, -1, 0));
    CHECK_OK(mincore(p, 2 * PAGE, resident));
    CHECK_EQ(resident[0] & resident[1], 1);
    CHECK_OK(mlock(p, 2 * PAGE));
    CHECK_NO_FAULT(poke(p - PAGE, 1));
}

static void refused(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW,
                         MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0),
                EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0),
                EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW, MAP_SHARED | MAP_GROWSDOWN, fd, 0),
                EINVAL);
}

/* ---- mprotect ---- */

static void protects_down_to_the_start(void)
{
    char *p = stack(4, RW);

    mark_pages(p, 4, 1);
    CHECK_OK(raw_mprotect(p + 2 * PAGE, PAGE, PROT_READ | PROT_GROWSDOWN));
    CHECK_AREAS(p, 4, "r--p:3 rw-p:1");
    CHECK_FAULT(poke(p, 1), SIGSEGV, SEGV_ACCERR, p);
    CHECK_EQ(marked_pages(p, 4, 1), 4);
}

/* Its rights are those of what grows on. */
static void grown_after_mprotect(void)
{
    char *p = stack(2, RW);

    poke(p, 1);
    CHECK_OK(raw_mprotect(p + PAGE, PAGE, PROT_READ | PROT_GROWSDOWN));
    CHECK_EQ(peek(p - PAGE), 0);
    CHECK_AREAS(p - PAGE, 3, "r--p:3");
}

static void protects_an_area_only_once(void)
{
    char *p = stack(2, RW), *plain = map_island(2);

    CHECK_ERRNO(raw_mprotect(plain, PAGE, PROT_READ | PROT_GROWSDOWN), EINVAL);
    CHECK_AREAS(plain, 2, "rw-p:2");
    CHECK_ERRNO(
        raw_mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP),
        EINVAL);
    CHECK_ERRNO(raw_mprotect(p, PAGE, PROT_READ | PROT_GROWSUP), EINVAL);
    CHECK_ERRNO(raw_mprotect(p - 4 * PAGE, PAGE, PROT_READ | PROT_GROWSDOWN),
                ENOMEM);
    CHECK_AREAS(p, 2, "rw-p:2");
}

/* A range that begins below the area and ends in it. */
static void protects_from_below(void)
{
    char *p = stack(3, RW);

    CHECK_OK(raw_mprotect(p - 2 * PAGE, 3 * PAGE, PROT_READ | PROT_GROWSDOWN));
    CHECK_AREAS(p, 3, "r--p:1 rw-p:2");
}

static const struct test_case cases[] = {
    CASE(grows_by_a_write),
    CASE(grows_by_a_read),
    CASE(grows_far),
    CASE(grows_in_system_calls),
    CASE(not_upwards),
    CASE(without_the_flag),
    CASE(guard_gap),
    CASE(above_another),
    CASE(hint_in_the_gap),
    CASE(rights),
    CASE(fault_grows_whatever_the_rights),
    CASE(limit_of_stacks),
    CASE(mapped_beyond_the_limit),
    CASE(limit_of_address_space),
    CASE(limit_of_data),
    CASE(merges_with_its_like),
    CASE(meets_another),
    CASE(split_grows_in_the_hole),
    CASE(child_grows_its_own),
    CASE(populated_and_locked),
    CASE(refused),
    CASE(protects_down_to_the_start),
    CASE(grown_after_mprotect),
    CASE(protects_an_area_only_once),
    CASE(protects_from_below),
};

TEST_MAIN(cases)
