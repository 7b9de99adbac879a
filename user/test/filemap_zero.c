/* SPDX-License-Identifier: MIT */
/*
 * Verifies that mapping /dev/zero gives anonymous memory, private or shared.
 */
#include <fcntl.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static char *map(int flags)
{
    int fd = open("/dev/zero", O_RDWR);
    char *p;

    REQUIRE_OK(fd);
    p = mmap(NULL, 4 * PAGE, RW, flags, fd, 0);
    REQUIRE_OK(p);
    REQUIRE_OK(close(fd));
    return p;
}

static char *area;

static int writes(void *unused)
{
    (void)unused;
    mark_pages(area, 4, 50);
    return 0;
}

static void private_zeroes(void)
{
    area = map(MAP_PRIVATE);
    CHECK(all_bytes(area, 4 * PAGE, 0));
    mark_pages(area, 4, 1);
    CHECK_CHILD(writes, NULL);
    CHECK_EQ(marked_pages(area, 4, 1), 4);
}

static void shared_zeroes(void)
{
    area = map(MAP_SHARED);
    CHECK(all_bytes(area, 4 * PAGE, 0));
    CHECK_CHILD(writes, NULL);
    CHECK_EQ(marked_pages(area, 4, 50), 4);
}

static void each_mapping_is_new(void)
{
    char *p = map(MAP_SHARED), *q = map(MAP_SHARED), *r = map(MAP_PRIVATE);

    memset(p, 7, 4 * PAGE);
    CHECK(all_bytes(q, 4 * PAGE, 0));
    CHECK(all_bytes(r, 4 * PAGE, 0));
}

static void read_only_descriptor(void)
{
    int fd = open("/dev/zero", O_RDONLY);
    char *p;

    REQUIRE_OK(fd);
    CHECK_ERRNO(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), EACCES);
    p = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE_OK(p);
    poke(p, 1);
    CHECK_EQ(peek(p), 1);
}

static const struct test_case cases[] = {
    CASE(private_zeroes),
    CASE(shared_zeroes),
    CASE(each_mapping_is_new),
    CASE(read_only_descriptor),
};

TEST_MAIN(cases)
