/* SPDX-License-Identifier: MIT */
/*
 * Verifies remap_file_pages: pages of a shared mapping change places, by areas
 * of their own.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "user/lib/syscall.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static int remap(void *p, size_t len, int prot, size_t pgoff, int flags)
{
    return (int)CALL(remap_file_pages, p, len, prot, pgoff, flags);
}

static void swaps_pages(void)
{
    int fd = tmp_pages(4, 0, 1);
    char *p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);

    REQUIRE(p != MAP_FAILED);
    CHECK_OK(remap(p, PAGE, 0, 3, 0));
    CHECK_OK(remap(p + 3 * PAGE, PAGE, 0, 0, 0));
    CHECK_EQ(peek(p), 4);
    CHECK_EQ(peek(p + PAGE), 2);
    CHECK_EQ(peek(p + 3 * PAGE), 1);
    poke(p, 77);
    CHECK_OK(remap(p, 4 * PAGE, 0, 0, 0)); /* across areas of one file */
    CHECK_EQ(peek(p + 3 * PAGE), 77);
    CHECK_AREAS(p, 4, "rw-s:4");
}

static void shared_memory(void)
{
    char *p = map_shared(3 * PAGE, RW);

    mark_pages(p, 3, 1);
    CHECK_OK(remap(p, 2 * PAGE, 0, 1, 0));
    CHECK_EQ(marked_pages(p, 2, 2), 2);
    CHECK_EQ(peek(p + 2 * PAGE), 3);
}

static void what_it_refuses(void)
{
    int fd = tmp_pages(2, 0, 1);
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    char *q = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

    REQUIRE(p != MAP_FAILED && q != MAP_FAILED);
    CHECK_ERRNO(remap(p, PAGE, PROT_READ, 1, 0), EINVAL);
    CHECK_ERRNO(remap(q, PAGE, 0, 1, 0), EINVAL);
    CHECK_ERRNO(remap(map_island(1), PAGE, 0, 1, 0), EINVAL);
    CHECK_ERRNO(remap(p, 0, 0, 1, 0), EINVAL);
    CHECK_ERRNO(remap(p, 100, 0, 1, 0), EINVAL);
    CHECK_ERRNO(remap(p, (size_t)-PAGE, 0, 1, 0), EINVAL);
    CHECK_ERRNO(remap(free_range(PAGE), PAGE, 0, 1, 0), EINVAL);
}

static void areas_that_differ(void)
{
    char *p = map_shared(3 * PAGE, RW);

    CHECK_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    CHECK_ERRNO(remap(p, 3 * PAGE, 0, 0, 0), EINVAL);
    CHECK_OK(munmap(p + PAGE, PAGE));
    CHECK_ERRNO(remap(p, 3 * PAGE, 0, 0, 0), EINVAL);
}

static void rounds_down(void)
{
    char *p = map_shared(2 * PAGE, RW);

    mark_pages(p, 2, 1);
    CHECK_OK(remap(p + 100, PAGE + 200, 0, 1, 0));
    CHECK_EQ(peek(p), 2);
    CHECK_EQ(peek(p + PAGE), 2);
}

static void keeps_the_rights(void)
{
    int fd = tmp_pages(2, 0, 1);
    char *p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);

    REQUIRE(p != MAP_FAILED);
    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_OK(remap(p, PAGE, 0, 1, MAP_NONBLOCK));
    CHECK_EQ(peek(p), 2);
    CHECK_EQ(probe_write(p), SIGSEGV);
}

static const struct test_case cases[] = {
    CASE(swaps_pages),       CASE(shared_memory), CASE(what_it_refuses),
    CASE(areas_that_differ), CASE(rounds_down),   CASE(keeps_the_rights),
};

TEST_MAIN(cases)
