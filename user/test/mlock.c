/* SPDX-License-Identifier: MIT */
/*
 * Verifies mlock, mlock2, munlock, mlockall and munlockall: which pages are
 * faulted in, what is counted, limits, and what locked memory refuses.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "user/test/brk.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define KPAGE (PAGE / KIB)

/* VmLck of /proc/self/status, in pages. */
static long locked(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];
    long value = -1;

    REQUIRE(file != NULL);
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "VmLck:", 6) == 0)
            value = atol(line + 6);
    fclose(file);
    REQUIRE(value >= 0);
    return value / (long)KPAGE;
}

/* How many of n pages are in memory. */
static size_t resident(void *p, size_t n)
{
    unsigned char vec[64];
    size_t i, count = 0;

    REQUIRE(n <= sizeof(vec));
    REQUIRE_OK(mincore(p, n * PAGE, vec));
    for (i = 0; i < n; i++)
        count += vec[i] & 1;
    return count;
}

/* Another user, whom RLIMIT_MEMLOCK binds, with room for n pages. */
static void become_limited(size_t n)
{
    struct rlimit limit = { n * PAGE, n * PAGE };

    REQUIRE_OK(setrlimit(RLIMIT_MEMLOCK, &limit));
    REQUIRE_OK(setresuid(1000, 1000, 1000));
}

static void faults_in(void)
{
    char *p = map_island(5);

    poke(p, 9);
    CHECK_EQ(resident(p, 5), 1);
    CHECK_OK(mlock(p + PAGE, 3 * PAGE));
    CHECK_EQ(resident(p, 5), 4);
    CHECK_EQ(locked(), 3);
    CHECK_AREAS(p, 5, "rw-p:1 rw-p:3 rw-p:1");
    CHECK(all_bytes(p + PAGE, 3 * PAGE, 0));
    CHECK_EQ(peek(p), 9);
    CHECK_OK(munlock(p, 5 * PAGE));
    CHECK_EQ(locked(), 0);
    CHECK_AREAS(p, 5, "rw-p:5");
    CHECK_EQ(resident(p, 5), 4);
}

static void rounded_to_pages(void)
{
    char *p = map_island(4);

    CHECK_OK(mlock(p + PAGE + 10, PAGE));
    CHECK_EQ(locked(), 2);
    CHECK_OK(munlock(p + PAGE + 100, 1));
    CHECK_EQ(locked(), 1);
    CHECK_OK(mlock(p, 0));
    CHECK_EQ(locked(), 1);
}

static void holes(void)
{
    char *p = map_island(3);

    CHECK_OK(munmap(p + PAGE, PAGE));
    CHECK_ERRNO(mlock(p, 3 * PAGE), ENOMEM);
    CHECK_EQ(locked(), 1); /* up to the hole */
    CHECK_ERRNO(munlock(p, 3 * PAGE), ENOMEM);
    CHECK_EQ(locked(), 0);
    CHECK_ERRNO(mlock(p + PAGE, PAGE), ENOMEM);
    CHECK_ERRNO(munlock(p + PAGE, PAGE), ENOMEM);
    CHECK_ERRNO(mlock(p, (size_t)-PAGE), EINVAL);
    CHECK_ERRNO(munlock(p, (size_t)-PAGE), EINVAL);
}

static void without_access(void)
{
    char *p = map_island(2);

    CHECK_OK(mprotect(p, PAGE, PROT_NONE));
    CHECK_ERRNO(mlock(p, 2 * PAGE), ENOMEM);
    CHECK_EQ(locked(), 2);
}

static void past_the_end_of_a_file(void)
{
    int fd = tmp_pages(1, 0, 1);
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);

    REQUIRE(p != MAP_FAILED);
    CHECK_ERRNO(mlock(p, 2 * PAGE), ENOMEM);
    CHECK_EQ(resident(p, 2), 1);
}

static void on_fault(void)
{
    char *p = map_island(3);

    CHECK_OK(mlock2(p, 3 * PAGE, MLOCK_ONFAULT));
    CHECK_EQ(resident(p, 3), 0);
    CHECK_EQ(locked(), 3);
    poke(p + PAGE, 1);
    CHECK_EQ(resident(p, 3), 1);
    CHECK_OK(mlock2(p, 3 * PAGE, 0));
    CHECK_EQ(resident(p, 3), 3);
    CHECK_EQ(locked(), 3);
    CHECK_ERRNO(mlock2(p, PAGE, 2), EINVAL);
    CHECK_ERRNO(mlock2(p, PAGE, (unsigned)-1), EINVAL);
}

static void all_of_now(void)
{
    char *p = map_island(3), *q;

    CHECK_OK(mlockall(MCL_CURRENT));
    CHECK_EQ(resident(p, 3), 3);
    CHECK(locked() > 3);
    q = map_island(2);
    CHECK_EQ(resident(q, 2), 0);
    CHECK_OK(munlockall());
    CHECK_EQ(locked(), 0);
}

static void all_to_come(void)
{
    char *p = map_island(3), *q, *end;
    long before;

    CHECK_OK(mlockall(MCL_FUTURE));
    CHECK_EQ(resident(p, 3), 0);
    locked(); /* needs memory itself */
    before = locked();
    q = map_island(2);
    CHECK_EQ(resident(q, 2), 2);
    CHECK_EQ(locked(), before + 2);
    end = sbrk(3 * PAGE);
    end += PAGE - (uintptr_t)end % PAGE;
    CHECK_EQ(resident(end, 2), 2);
    CHECK_OK(mlockall(MCL_FUTURE | MCL_ONFAULT));
    q = map_island(2);
    CHECK_EQ(resident(q, 2), 0);
    CHECK_OK(munlockall());
    CHECK_EQ(locked(), 0);
    q = map_island(2);
    CHECK_EQ(resident(q, 2), 0);
}

static void bad_flags(void)
{
    CHECK_ERRNO(mlockall(0), EINVAL);
    CHECK_ERRNO(mlockall(8), EINVAL);
    CHECK_ERRNO(mlockall(MCL_ONFAULT), EINVAL);
    CHECK_OK(mlockall(MCL_CURRENT | MCL_ONFAULT));
}

static void mapped_locked(void)
{
    char *p = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED,
                   -1, 0);

    REQUIRE(p != MAP_FAILED);
    CHECK_EQ(resident(p, 3), 3);
    CHECK_EQ(locked(), 3);
    CHECK_OK(munmap(p, PAGE));
    CHECK_EQ(locked(), 2);
}

static void what_is_refused(void)
{
    char *p = map_island(2);

    CHECK_OK(mlock(p, PAGE));
    CHECK_ERRNO(madvise(p, PAGE, MADV_DONTNEED), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_FREE), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_COLD), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_PAGEOUT), EINVAL);
    CHECK_ERRNO(msync(p, PAGE, MS_INVALIDATE), EBUSY);
    CHECK_OK(madvise(p + PAGE, PAGE, MADV_DONTNEED));
}

static int child_of_locked(void *p)
{
    return locked() == 0 && maps_count(p, 2 * PAGE) == 1 ? 0 : 1;
}

static void children_do_not_inherit(void)
{
    char *p = map_island(2);

    CHECK_OK(mlock(p, 2 * PAGE));
    CHECK_OK(mlockall(MCL_CURRENT | MCL_FUTURE));
    CHECK_EXIT(run_child(child_of_locked, p), 0);
}

static void moved(void)
{
    char *p = map_island(3), *q;
    long before;

    CHECK_OK(mprotect(p + 2 * PAGE, PAGE, PROT_READ));
    CHECK_OK(mlock(p, 2 * PAGE));
    before = locked();
    q = mremap(p, 2 * PAGE, 5 * PAGE, MREMAP_MAYMOVE);
    REQUIRE(q != MAP_FAILED);
    CHECK_EQ(locked(), before + 3);
    CHECK_EQ(resident(q, 5), 5);
    CHECK(mremap(q, 5 * PAGE, PAGE, 0) == q);
    CHECK_EQ(locked(), before - 1);
}

/* Locked memory that may be written to from now on gets its copies now. */
static void made_writable(void)
{
    char *p = map_island(2);

    CHECK_OK(mprotect(p, 2 * PAGE, PROT_READ));
    CHECK_OK(mlock(p, 2 * PAGE));
    CHECK_OK(mprotect(p, 2 * PAGE, RW));
    mark_pages(p, 2, 1);
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK_EQ(locked(), 2);
}

static void limit(void)
{
    char *p = map_island(8);

    become_limited(4);
    CHECK_OK(mlock(p, 3 * PAGE));
    CHECK_ERRNO(mlock(p + 4 * PAGE, 2 * PAGE), ENOMEM);
    CHECK_OK(mlock(p, 4 * PAGE)); /* three of these are locked already */
    CHECK_ERRNO(mlock(p, 5 * PAGE), ENOMEM);
    CHECK_EQ(locked(), 4);
    CHECK_ERRNO(
        mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0),
        EAGAIN);
    CHECK_ERRNO(mlockall(MCL_CURRENT), ENOMEM);
    CHECK_OK(munlock(p, PAGE));
    CHECK_OK(mlock(p + 5 * PAGE, PAGE));
}

static void limit_on_the_future(void)
{
    char *p, *end;

    become_limited(4);
    CHECK_OK(mlockall(MCL_FUTURE));
    p = mmap(NULL, 3 * PAGE, RW, ANON, -1, 0);
    REQUIRE(p != MAP_FAILED);
    CHECK_ERRNO(mmap(NULL, 2 * PAGE, RW, ANON, -1, 0), EAGAIN);
    CHECK_ERRNO(mremap(p, 3 * PAGE, 5 * PAGE, MREMAP_MAYMOVE), EAGAIN);
    end = sbrk(0);
    CHECK(sbrk(8 * PAGE) == (void *)-1);
    CHECK(sbrk(0) == end);
}

static void limit_of_nothing(void)
{
    char *p = map_island(1);

    become_limited(0);
    CHECK_ERRNO(mlock(p, PAGE), EPERM);
    CHECK_ERRNO(mlock2(p, PAGE, MLOCK_ONFAULT), EPERM);
    CHECK_ERRNO(mlockall(MCL_CURRENT), EPERM);
    CHECK_ERRNO(
        mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0),
        EPERM);
    CHECK_OK(munlock(p, PAGE));
    CHECK_OK(munlockall());
}

static const struct test_case cases[] = {
    CASE(faults_in),
    CASE(rounded_to_pages),
    CASE(holes),
    CASE(without_access),
    CASE(past_the_end_of_a_file),
    CASE(on_fault),
    CASE(all_of_now),
    CASE(all_to_come),
    CASE(bad_flags),
    CASE(mapped_locked),
    CASE(what_is_refused),
    CASE(children_do_not_inherit),
    CASE(moved),
    CASE(made_writable),
    CASE(limit),
    CASE(limit_on_the_future),
    CASE(limit_of_nothing),
};

TEST_MAIN(cases)
