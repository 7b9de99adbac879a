/* SPDX-License-Identifier: MIT */
/*
 * Verifies msync, which ranges and flags are errors and that files have what
 * was stored in their mappings, and mincore, which pages are in memory.
 */
#include <sys/mman.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static unsigned char vec[64];

static void flags_of_msync(void)
{
    static const int good[] = { 0,
                                MS_ASYNC,
                                MS_SYNC,
                                MS_INVALIDATE,
                                MS_ASYNC | MS_INVALIDATE,
                                MS_SYNC | MS_INVALIDATE };
    char *p = map_island(1);
    size_t i;

    for (i = 0; i < COUNT(good); i++)
        CHECK_OK(msync(p, PAGE, good[i]));
    CHECK_ERRNO(msync(p, PAGE, MS_ASYNC | MS_SYNC), EINVAL);
    CHECK_ERRNO(msync(p, PAGE, 8), EINVAL);
    CHECK_ERRNO(msync(p, PAGE, -1), EINVAL);
}

static void ranges_of_msync(void)
{
    char *p = map_island(3);

    CHECK_ERRNO(msync(p + 1, PAGE, MS_SYNC), EINVAL);
    CHECK_OK(msync(p, 0, MS_SYNC));
    CHECK_OK(msync(p - PAGE, 0, MS_SYNC));
    CHECK_ERRNO(msync(p, (size_t)-PAGE, MS_SYNC), ENOMEM);
    CHECK_OK(msync(p, 1, MS_SYNC));
    CHECK_OK(munmap(p + PAGE, PAGE));
    CHECK_ERRNO(msync(p, 3 * PAGE, MS_SYNC), ENOMEM);
    CHECK_ERRNO(msync(p, 3 * PAGE, MS_ASYNC), ENOMEM);
    CHECK_ERRNO(msync(p + PAGE, PAGE, MS_SYNC), ENOMEM);
    CHECK_ERRNO(msync(p - PAGE, 2 * PAGE, MS_INVALIDATE), ENOMEM);
}

static void locked_memory(void)
{
    char *p = map_island(3);

    CHECK_OK(mlock(p + 2 * PAGE, PAGE));
    CHECK_OK(msync(p, 3 * PAGE, MS_SYNC));
    CHECK_OK(msync(p, 2 * PAGE, MS_INVALIDATE));
    CHECK_ERRNO(msync(p, 3 * PAGE, MS_INVALIDATE), EBUSY);
    CHECK_OK(munmap(p + PAGE, PAGE));
    CHECK_ERRNO(msync(p, 3 * PAGE, MS_SYNC | MS_INVALIDATE), EBUSY);
}

static void stores_reach_the_file(void)
{
    int fd = tmp_pages(2, 0, 1);
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    char byte = 0;

    REQUIRE(p != MAP_FAILED);
    p[PAGE + 5] = 99;
    CHECK_OK(msync(p, 2 * PAGE, MS_SYNC));
    CHECK_EQ(pread(fd, &byte, 1, PAGE + 5), 1);
    CHECK_EQ(byte, 99);
}

static void arguments_of_mincore(void)
{
    char *p = map_island(3);

    CHECK_ERRNO(mincore(p + 1, PAGE, vec), EINVAL);
    CHECK_ERRNO(mincore(p, PAGE, NULL), EFAULT);
    CHECK_ERRNO(mincore(p, PAGE, (unsigned char *)-PAGE), EFAULT);
    CHECK_ERRNO(mincore(p, (size_t)-1, vec), ENOMEM);
    CHECK_OK(mincore(p, 0, vec));
    CHECK_OK(mincore(p - PAGE, 0, NULL));
    CHECK_OK(munmap(p + PAGE, PAGE));
    CHECK_ERRNO(mincore(p, 3 * PAGE, vec), ENOMEM);
    CHECK_ERRNO(mincore(p + PAGE, PAGE, vec), ENOMEM);
}

static void vector_of_mincore(void)
{
    char *p = map_island(2), *q = map_island(2);

    CHECK_OK(mprotect(q + PAGE, PAGE, PROT_READ));
    memset(vec, 0x77, sizeof(vec));
    CHECK_OK(mincore(p, PAGE + 1, vec));
    CHECK_EQ(vec[1] & 1, 0);
    CHECK_EQ(vec[2], 0x77);
    CHECK_ERRNO(mincore(p, 2 * PAGE, (unsigned char *)q + PAGE), EFAULT);
    CHECK_ERRNO(mincore(p, 2 * PAGE, (unsigned char *)q + 2 * PAGE), EFAULT);
}

static void private_memory(void)
{
    char *p = map_island(4);

    poke(p + PAGE, 1);
    peek(p + 2 * PAGE); /* the page of zeroes */
    CHECK_OK(mincore(p, 4 * PAGE, vec));
    CHECK_EQ(vec[0], 0);
    CHECK_EQ(vec[1], 1);
    CHECK_EQ(vec[2], 1);
    CHECK_EQ(vec[3], 0);
    CHECK_OK(madvise(p, 4 * PAGE, MADV_DONTNEED));
    CHECK_OK(mincore(p, 4 * PAGE, vec));
    CHECK_EQ(vec[1] + vec[2], 0);
}

static void without_access(void)
{
    char *p = map_island(2);

    poke(p, 1);
    CHECK_OK(mprotect(p, 2 * PAGE, PROT_NONE));
    CHECK_OK(mincore(p, 2 * PAGE, vec));
    CHECK_EQ(vec[0], 1);
    CHECK_EQ(vec[1], 0);
}

/* What one process has touched is in memory for all. */
static int looks(void *p)
{
    if (mincore(p, 3 * PAGE, vec) != 0)
        return 99;
    return vec[0] + vec[1] * 2 + vec[2] * 4;
}

static void shared_memory(void)
{
    char *p = map_shared(3 * PAGE, RW);

    CHECK_EQ(looks(p), 0);
    poke(p + PAGE, 1);
    CHECK_EQ(looks(p), 2);
    CHECK_EXIT(run_child(looks, p), 2);
    CHECK_OK(madvise(p, 3 * PAGE, MADV_DONTNEED));
    CHECK_EQ(looks(p), 2);
    CHECK_OK(madvise(p, 3 * PAGE, MADV_REMOVE));
    CHECK_EQ(looks(p), 0);
}

static void many_pages(void)
{
    static unsigned char many[1500];
    char *p = map_island(1500);
    size_t i, wrong = 0;

    for (i = 0; i < 1500; i += 3)
        poke(p + i * PAGE, 1);
    CHECK_OK(mincore(p, 1500 * PAGE, many));
    for (i = 0; i < 1500; i++)
        wrong += many[i] != (i % 3 == 0);
    CHECK_EQ(wrong, 0);
}

static const struct test_case cases[] = {
    CASE(flags_of_msync),       CASE(ranges_of_msync),
    CASE(locked_memory),        CASE(stores_reach_the_file),
    CASE(arguments_of_mincore), CASE(vector_of_mincore),
    CASE(private_memory),       CASE(without_access),
    CASE(shared_memory),        CASE(many_pages),
};

TEST_MAIN(cases)
