/* SPDX-License-Identifier: MIT */
/*
 * Verifies what the memory calls answer when a process has as many areas as it
 * may (vm.max_map_count): those that would need one more fail, and change
 * nothing; the others work.
 */
#include <sys/mman.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/settings.h"
#include "user/test/sysv.h"
#include "user/test/test.h"

/* A page with rights that neither neighbour has, so that it is an area. */
static int split_off(char *p, size_t page)
{
    return mprotect(p + page * PAGE, PAGE, page % 2 ? RX : PROT_READ);
}

/* Makes areas of one page until that is refused, of memory that can be read
 * whole pages on. What is behind them is one large area without access. */
static char *fill(size_t *nareas)
{
    const size_t most = (size_t)setting_get("vm/max_map_count");
    char *p = map_anon((most + 100) * PAGE, PROT_NONE);
    size_t n = 0;

    while (n < most && split_off(p, n) == 0)
        n++;
    REQUIRE(n > 1000 && n < most);
    CHECK_EQ(errno, ENOMEM);
    *nareas = n;
    return p;
}

static void protecting(void)
{
    size_t n;
    char *p = fill(&n), *rest = p + n * PAGE;

    CHECK_ERRNO(mprotect(rest, PAGE, RW), ENOMEM);
    CHECK_ERRNO(mprotect(rest + PAGE, PAGE, PROT_READ), ENOMEM);
    CHECK_EQ(probe_read(rest), SIGSEGV);
    CHECK_OK(mprotect(p, PAGE, PROT_NONE));        /* needs none */
    CHECK_OK(mprotect(p + PAGE, PAGE, PROT_READ)); /* becomes one with two */
    CHECK_OK(mprotect(rest, PAGE, RW));
}

static void unmapping(void)
{
    size_t n;
    char *p = fill(&n), *rest = p + n * PAGE;

    CHECK_ERRNO(munmap(rest + PAGE, PAGE), ENOMEM);
    CHECK_EQ(maps_count(rest, 3 * PAGE), 1);
    CHECK_OK(munmap(rest, PAGE)); /* an end is cut off */
    CHECK_OK(munmap(p, PAGE));
    CHECK_OK(munmap(rest + 2 * PAGE, PAGE));
}

/* Linux takes one more than the limit, and then no other. */
static void mapping(void)
{
    size_t n;
    char *p = fill(&n);

    CHECK_OK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    CHECK_ERRNO(mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0), ENOMEM);
    CHECK_ERRNO(mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
                ENOMEM);
    CHECK_ERRNO(mmap(p, PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    CHECK(sbrk(8 * PAGE) == (void *)-1);
    CHECK_EQ(errno, ENOMEM);
    CHECK_OK(munmap(p, 2 * PAGE));
    CHECK_OK(mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0));
}

static void attaching(void)
{
    int id = sysv_make(1);
    size_t n;

    fill(&n);
    CHECK_OK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    CHECK_ERRNO(shmat(id, NULL, 0), ENOMEM);
    CHECK_EQ(sysv_attached(id), 0);
}

static void moving(void)
{
    char *q = map_island(2); /* its first page cannot grow in place */
    size_t n;
    char *p = fill(&n);

    CHECK_ERRNO(mremap(q, PAGE, 2 * PAGE, MREMAP_MAYMOVE), ENOMEM);
    CHECK_ERRNO(mremap(q, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p),
                ENOMEM);
    CHECK_OK(munmap(p, 10 * PAGE));
    q = mremap(q, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    CHECK(q != MAP_FAILED);
}

static void locking(void)
{
    size_t n;
    char *p = fill(&n), *rest = p + n * PAGE;

    CHECK_ERRNO(mlock2(rest + PAGE, PAGE, MLOCK_ONFAULT), ENOMEM);
    CHECK_OK(mlock2(p, PAGE, MLOCK_ONFAULT)); /* a whole area */
    CHECK_OK(munlock(p, PAGE));
}

/* What passes for a lack that will not last. */
static void advising(void)
{
    size_t n;
    char *p = fill(&n), *rest = p + n * PAGE;

    CHECK_ERRNO(madvise(rest + PAGE, PAGE, MADV_DONTFORK), EAGAIN);
    CHECK_EQ(maps_count(rest, 3 * PAGE), 1);
    CHECK_OK(madvise(p, PAGE, MADV_DONTFORK));
    CHECK_OK(madvise(rest + PAGE, PAGE, MADV_DONTNEED));
}

static const struct test_case cases[] = {
    CASE(protecting), CASE(unmapping), CASE(mapping),  CASE(attaching),
    CASE(moving),     CASE(locking),   CASE(advising),
};

SYSV_MAIN(cases)
