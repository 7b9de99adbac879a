/* SPDX-License-Identifier: MIT */
/*
 * Verifies what madvise and mremap refuse for memory of large pages
 * (MAP_HUGETLB). The rest of it: hugetlb.c.
 */
#include <sys/mman.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/settings.h"
#include "user/test/test.h"

#define LARGE (2 * MIB)
#define POOL 4

/* Two large pages; NULL: there are none to test with. */
static char *map_two(void)
{
    char *p;

    if (meminfo("HugePages_Free") - meminfo("HugePages_Rsvd") < POOL)
        setting_write("vm/nr_hugepages", "16");
    p = mmap(NULL, 2 * LARGE, RW, ANON | MAP_HUGETLB, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static void advice(void)
{
    char *p = map_two();

    if (p == NULL)
        return;
    poke(p, 1);
    CHECK_ERRNO(madvise(p, LARGE, MADV_FREE), EINVAL);
    CHECK_ERRNO(madvise(p, LARGE, MADV_COLD), EINVAL);
    CHECK_ERRNO(madvise(p, LARGE, MADV_PAGEOUT), EINVAL);
    CHECK_ERRNO(madvise(p, LARGE, MADV_WIPEONFORK), EINVAL);
    CHECK_ERRNO(madvise(p, LARGE, MADV_REMOVE), EACCES);
    CHECK_ERRNO(madvise(p + PAGE, LARGE, MADV_DONTNEED), EINVAL);
    CHECK_EQ(peek(p), 1);
    CHECK_OK(madvise(p, LARGE, MADV_POPULATE_READ));
    CHECK_OK(madvise(p, LARGE, MADV_DONTNEED));
    CHECK_EQ(peek(p), 0);
}

/* Advice that would need an area of a part of a large page. */
static void parts(void)
{
    char *p = map_two();

    if (p == NULL)
        return;
    CHECK_ERRNO(madvise(p, PAGE, MADV_DONTFORK), EINVAL);
    CHECK_ERRNO(madvise(p + PAGE, PAGE, MADV_RANDOM), EINVAL);
    CHECK_EQ(maps_count(p, 2 * LARGE), 1);
    CHECK_OK(madvise(p, LARGE, MADV_DONTFORK));
}

static void remapping(void)
{
    char *p = map_two();

    if (p == NULL)
        return;
    CHECK_ERRNO(mremap(p, LARGE, 2 * LARGE, MREMAP_MAYMOVE), EINVAL);
    CHECK_ERRNO(
        mremap(p, LARGE, LARGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL),
        EINVAL);
    CHECK_ERRNO(mremap(p + PAGE, LARGE, LARGE, MREMAP_MAYMOVE), EINVAL);
    CHECK_EQ(maps_count(p, 2 * LARGE), 1);
}

static const struct test_case cases[] = {
    CASE(advice),
    CASE(parts),
    CASE(remapping),
};

TEST_MAIN(cases)
