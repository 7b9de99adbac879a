/* SPDX-License-Identifier: MIT */
/*
 * Verifies mappings of /dev/zero beyond their first zeroes: whose stores are
 * seen by whom, what grows, what the descriptor permits, and how they are
 * shown.
 */
#include <fcntl.h>

#include "user/test/fault.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"

static int zero(int flags)
{
    int fd = open("/dev/zero", flags);

    REQUIRE_OK(fd);
    return fd;
}

static char *map(size_t npages, int flags)
{
    int fd = zero(O_RDWR);
    char *p = raw_mmap(NULL, npages * PAGE, RW, flags, fd, 0);

    REQUIRE_OK(p);
    close(fd);
    return p;
}

static char *area;

static int writes_all(void *value)
{
    memset(area, (int)(uintptr_t)value, 2 * PAGE);
    return 0;
}

/* A child that has a child: all share, or none. */
static int has_a_child(void *value)
{
    return run_child(writes_all, value);
}

static void shared_by_generations(void)
{
    area = map(2, MAP_SHARED);
    CHECK_CHILD(has_a_child, (void *)7);
    CHECK(all_bytes(area, 2 * PAGE, 7));
}

static void private_to_each(void)
{
    area = map(2, MAP_PRIVATE);
    poke(area, 1);
    CHECK_CHILD(has_a_child, (void *)7);
    CHECK_EQ(peek(area), 1);
    CHECK(all_bytes(area + 1, 2 * PAGE - 1, 0));
}

/* Nothing of it reaches the device. */
static void device_stays_zero(void)
{
    char *p = map(1, MAP_SHARED), bytes[16];
    int fd = zero(O_RDWR);

    memset(p, 9, PAGE);
    CHECK_EQ(read(fd, bytes, 16), 16);
    CHECK(all_bytes(bytes, 16, 0));
    CHECK_EQ(read(fd, p, 100), 100);
    CHECK(all_bytes(p, 100, 0));
    CHECK_EQ(peek(p + 100), 9);
}

/* Private memory is zero wherever; a shared object is as long as its mapping,
 * and an offset leads out of it. */
static void offsets(void)
{
    int fd = zero(O_RDWR);
    char *p = raw_mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 1UL << 40);
    char *q = raw_mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, PAGE);

    REQUIRE_OK(p);
    REQUIRE_OK(q);
    CHECK_EQ(peek(p), 0);
    poke(q, 1);
    CHECK_EQ(peek(q), 1);
    CHECK_FAULT(peek(q + PAGE), SIGBUS, BUS_ADRERR, q + PAGE);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 1), EINVAL);
}

/* Shared: an object of the mapping's size, which the mapping outgrows. */
static void shared_ends_where_it_was_made(void)
{
    char *p = map(2, MAP_SHARED), *q;

    mark_pages(p, 2, 1);
    q = mremap(p, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
    REQUIRE_OK(q);
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK_FAULT(peek(q + 2 * PAGE), SIGBUS, BUS_ADRERR, q + 2 * PAGE);
    CHECK_FAULT(poke(q + 3 * PAGE + 9, 1), SIGBUS, BUS_ADRERR,
                q + 3 * PAGE + 9);
}

static void private_grows(void)
{
    char *p = map(2, MAP_PRIVATE), *q;

    mark_pages(p, 2, 1);
    q = mremap(p, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
    REQUIRE_OK(q);
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK(all_bytes(q + 2 * PAGE, 6 * PAGE, 0));
    mark_pages(q, 8, 20);
    CHECK_EQ(marked_pages(q, 8, 20), 8);
}

static void mapped_a_second_time(void)
{
    char *p = map(2, MAP_SHARED), *q;

    poke(p + PAGE, 5);
    q = mremap(p, 0, 2 * PAGE, MREMAP_MAYMOVE);
    REQUIRE_OK(q);
    CHECK_EQ(peek(q + PAGE), 5);
    poke(q, 6);
    REQUIRE_OK(munmap(p, 2 * PAGE));
    CHECK_EQ(peek(q), 6);
    p = map(2, MAP_PRIVATE);
    CHECK_ERRNO(mremap(p, 0, 2 * PAGE, MREMAP_MAYMOVE), EINVAL);
}

static void dropped_pages(void)
{
    char *p = map(2, MAP_PRIVATE), *q = map(2, MAP_SHARED);

    mark_pages(p, 2, 1);
    mark_pages(q, 2, 1);
    CHECK_OK(madvise(p, 2 * PAGE, MADV_DONTNEED));
    CHECK_OK(madvise(q, 2 * PAGE, MADV_DONTNEED));
    CHECK(all_bytes(p, 2 * PAGE, 0));
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK_OK(madvise(q, PAGE, MADV_REMOVE));
    CHECK(all_bytes(q, PAGE, 0));
    CHECK_EQ(peek(q + PAGE), 2);
}

static void rights(void)
{
    int fd = zero(O_RDONLY);
    char *p = raw_mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    char *q = raw_mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

    REQUIRE_OK(p);
    REQUIRE_OK(q);
    CHECK_EQ(peek(p), 0);
    CHECK_ERRNO(mprotect(p, PAGE, RW), EACCES);
    CHECK_OK(mprotect(q, PAGE, RW));
    poke(q, 1);
    fd = zero(O_WRONLY);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), EACCES);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_WRITE, MAP_PRIVATE, fd, 0), EACCES);
}

static void shown(void)
{
    struct map_line line;

    REQUIRE(maps_find(map(1, MAP_PRIVATE), &line));
    CHECK_STR(line.perms, "rw-p");
    CHECK_STR(line.name, "/dev/zero");
    REQUIRE(maps_find(map(1, MAP_SHARED), &line));
    CHECK_STR(line.perms, "rw-s");
    CHECK_STR(line.name, "/dev/zero (deleted)");
}

static const struct test_case cases[] = {
    CASE(shared_by_generations),
    CASE(private_to_each),
    CASE(device_stays_zero),
    CASE(offsets),
    CASE(shared_ends_where_it_was_made),
    CASE(private_grows),
    CASE(mapped_a_second_time),
    CASE(dropped_pages),
    CASE(rights),
    CASE(shown),
};

TEST_MAIN(cases)
