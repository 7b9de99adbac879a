/* SPDX-License-Identifier: MIT */
/*
 * Verifies that memory that may be mapped by large pages behaves like any
 * other: every call can take any part of it, at any page, and what the rest
 * holds and allows stays as it is.
 *
 * Whether there are large pages at all is up to the system; on Quire the tests
 * huge-pages-* see to it, and look at the counters.
 */
#include <sys/mman.h>

#include "user/test/brk.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/threads.h"

#define LARGE (2 * MIB)
#define LARGE_PAGES (LARGE / PAGE)

/* n large pages' worth of memory, aligned, touched, each page marked. */
static char *map_large(size_t n)
{
    char *mem =
        mmap(NULL, (n + 1) * LARGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *p = mem + LARGE - (uintptr_t)mem % LARGE;

    REQUIRE(mem != MAP_FAILED);
    madvise(p, n * LARGE, MADV_HUGEPAGE); /* refused where there are none */
    mark_pages(p, n * LARGE_PAGES, 1);
    return p;
}

static void starts_as_zeroes(void)
{
    char *p = map_large(2);
    size_t i, sum = 0;

    CHECK_OK(munmap(p, 2 * LARGE));
    p = map_large(2);
    for (i = 0; i < 2 * LARGE; i++)
        sum += (unsigned char)p[i];
    for (i = 0; i < 2 * LARGE_PAGES; i++)
        sum -= (unsigned char)p[i * PAGE];
    CHECK_EQ(sum, 0);
    CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 1), 2 * LARGE_PAGES);
}

/* A first touch in the middle, and a read before the first write. */
static void touched_in_the_middle(void)
{
    char *mem = mmap(NULL, 3 * LARGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *p = mem + LARGE - (uintptr_t)mem % LARGE;

    REQUIRE(mem != MAP_FAILED);
    madvise(p, 2 * LARGE, MADV_HUGEPAGE);
    p[LARGE / 2] = 7;
    CHECK_EQ(p[0], 0);
    CHECK_EQ(p[LARGE / 2], 7);
    CHECK_EQ(p[LARGE - 1], 0);
    CHECK_EQ(p[LARGE + PAGE], 0);
    p[LARGE + 3 * PAGE] = 8;
    CHECK_EQ(p[LARGE + 3 * PAGE], 8);
    CHECK_EQ(p[LARGE + PAGE], 0);
}

static void protect_part(void)
{
    char *p = map_large(2);

    CHECK_OK(mprotect(p + 5 * PAGE, PAGE, PROT_READ));
    CHECK_EQ(probe_write(p + 5 * PAGE), SIGSEGV);
    CHECK_EQ(probe_write(p + 4 * PAGE), 0);
    CHECK_EQ(probe_write(p + 6 * PAGE), 0);
    CHECK_EQ(probe_write(p + LARGE), 0);
    CHECK_OK(mprotect(p + LARGE - PAGE, 2 * PAGE, PROT_NONE));
    CHECK_EQ(probe_read(p + LARGE - PAGE), SIGSEGV);
    CHECK_EQ(probe_read(p + LARGE), SIGSEGV);
    CHECK_EQ(probe_write(p + LARGE - 2 * PAGE), 0);
    CHECK_EQ(probe_write(p + LARGE + PAGE), 0);
    CHECK_OK(mprotect(p, 2 * LARGE, RW));
    CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 1), 2 * LARGE_PAGES);
}

static void protect_whole(void)
{
    char *p = map_large(2);

    CHECK_OK(mprotect(p, LARGE, PROT_READ));
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(probe_write(p + LARGE - PAGE), SIGSEGV);
    CHECK_EQ(probe_write(p + LARGE), 0);
    CHECK_OK(mprotect(p, 2 * LARGE, PROT_NONE));
    CHECK_EQ(probe_read(p + PAGE), SIGSEGV);
    CHECK_EQ(probe_read(p + LARGE), SIGSEGV);
    CHECK_OK(mprotect(p, 2 * LARGE, PROT_READ | PROT_EXEC));
    CHECK_EQ(probe_write(p + 9 * PAGE), SIGSEGV);
    CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 1), 2 * LARGE_PAGES);
    CHECK_OK(mprotect(p, 2 * LARGE, RW));
    mark_pages(p, 2 * LARGE_PAGES, 3);
    CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 3), 2 * LARGE_PAGES);
}

/* What lost its rights as a large page is then taken apart. */
static void split_without_access(void)
{
    char *p = map_large(1);

    CHECK_OK(mprotect(p, LARGE, PROT_NONE));
    CHECK_OK(mprotect(p + 7 * PAGE, PAGE, RW));
    CHECK_EQ(marked_pages(p + 7 * PAGE, 1, 8), 1);
    CHECK_EQ(probe_write(p + 7 * PAGE), 0);
    CHECK_EQ(probe_read(p + 6 * PAGE), SIGSEGV);
    CHECK_EQ(probe_read(p + 8 * PAGE), SIGSEGV);
    CHECK_OK(mprotect(p, LARGE, PROT_READ));
    CHECK_EQ(marked_pages(p, LARGE_PAGES, 1), LARGE_PAGES);
}

static void unmap_part(void)
{
    char *p = map_large(3);

    CHECK_OK(munmap(p, PAGE));
    CHECK_OK(munmap(p + LARGE + 17 * PAGE, PAGE));
    CHECK_OK(munmap(p + 3 * LARGE - PAGE, PAGE));
    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(probe_read(p + LARGE + 17 * PAGE), SIGSEGV);
    CHECK_EQ(probe_read(p + 3 * LARGE - PAGE), SIGSEGV);
    CHECK_EQ(marked_pages(p + PAGE, LARGE_PAGES + 16, 2), LARGE_PAGES + 16);
    CHECK_EQ(marked_pages(p + LARGE + 18 * PAGE, 2 * LARGE_PAGES - 19,
                          LARGE_PAGES + 19),
             2 * LARGE_PAGES - 19);
}

static void unmap_whole_and_map_again(void)
{
    char *p = map_large(3), *q;

    CHECK_OK(munmap(p + LARGE, LARGE));
    CHECK_EQ(probe_read(p + LARGE), SIGSEGV);
    q = mmap(p + LARGE, LARGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
             0);
    REQUIRE(q == p + LARGE);
    CHECK_EQ(q[0], 0);
    CHECK_EQ(q[LARGE - PAGE], 0);
    CHECK_EQ(marked_pages(p, LARGE_PAGES, 1), LARGE_PAGES);
}

static void replace_part(void)
{
    char *p = map_large(1), *q;

    q = mmap(p + 3 * PAGE, 2 * PAGE, RW,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    REQUIRE(q == p + 3 * PAGE);
    CHECK_EQ(q[0], 0);
    CHECK_EQ(q[PAGE], 0);
    CHECK_EQ(marked_pages(p, 3, 1), 3);
    CHECK_EQ(marked_pages(p + 5 * PAGE, LARGE_PAGES - 5, 6), LARGE_PAGES - 5);
}

/* Each sees its own after fork, whoever writes. */
static void fork_copies_on_write(void)
{
    char *p = map_large(2);
    int status;
    pid_t pid = fork();

    REQUIRE(pid >= 0);
    if (pid == 0) {
        CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 1), 2 * LARGE_PAGES);
        mark_pages(p + LARGE, LARGE_PAGES, 5);
        CHECK_EQ(marked_pages(p + LARGE, LARGE_PAGES, 5), LARGE_PAGES);
        _exit(test_result());
    }
    mark_pages(p, LARGE_PAGES, 9);
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(marked_pages(p, LARGE_PAGES, 9), LARGE_PAGES);
    mark_pages(p, LARGE_PAGES, 1);
    CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 1), 2 * LARGE_PAGES);
}

/* System calls copy to and from it. */
static void copies_by_the_kernel(void)
{
    char *p = map_large(2);
    int fds[2];

    CHECK_OK(pipe(fds));
    CHECK_EQ(write(fds[1], p + LARGE - 100, 200), 200);
    CHECK_EQ(read(fds[0], p + 64 * PAGE - 50, 200), 200);
    CHECK_EQ(memcmp(p + 64 * PAGE - 50, p + LARGE - 100, 200), 0);
    CHECK_OK(mprotect(p + 64 * PAGE, PAGE, PROT_READ));
    CHECK_EQ(write(fds[1], p, 100), 100);
    CHECK_ERRNO(read(fds[0], p + 64 * PAGE - 50, 100), EFAULT);
    CHECK_EQ(read(fds[0], p + 64 * PAGE - 100, 100), 100);
}

/* The heap is such memory too. */
static void heap(void)
{
    char *end = sbrk(0);
    char *p;

    REQUIRE(sbrk((intptr_t)(4 * LARGE)) != (void *)-1);
    p = end + LARGE - (uintptr_t)end % LARGE;
    madvise(p, 2 * LARGE, MADV_HUGEPAGE);
    mark_pages(p, 2 * LARGE_PAGES, 1);
    CHECK_OK(brk(p + LARGE + 3 * PAGE));
    CHECK_EQ(marked_pages(p, LARGE_PAGES + 3, 1), LARGE_PAGES + 3);
    CHECK_EQ(probe_read(p + LARGE + 3 * PAGE), SIGSEGV);
    CHECK_OK(brk(p + 2 * LARGE));
    CHECK_EQ(p[LARGE + 3 * PAGE], 0);
}

#define TOUCHERS 3
#define ROUNDS 60

static char *shared_large;
static volatile int stop, bad_reads;

/* Writes on, wherever it may; what it reads back is what it wrote. */
static int touch(void *arg)
{
    const size_t self = (size_t)(uintptr_t)arg;
    size_t i;

    while (!stop)
        for (i = self; i < LARGE_PAGES / 2; i += TOUCHERS) {
            volatile char *at = shared_large + i * PAGE + self;

            *at = (char)i;
            if (*at != (char)i)
                word_add(&bad_reads, 1);
        }
    return 0;
}

/* One thread takes large pages apart that others write to. */
static void threads(void)
{
    struct test_thread thread[TOUCHERS];
    size_t i;

    shared_large = map_large(1);
    for (i = 0; i < TOUCHERS; i++)
        thread_start(&thread[i], touch, (void *)(uintptr_t)i);
    for (i = 0; i < ROUNDS; i++) {
        char *half = shared_large + LARGE / 2;

        CHECK_OK(mprotect(half + i % 100 * PAGE, PAGE, PROT_READ));
        CHECK_OK(mprotect(half, LARGE / 2, RW));
    }
    stop = 1;
    for (i = 0; i < TOUCHERS; i++)
        thread_join(&thread[i]);
    CHECK_EQ(bad_reads, 0);
}

static const struct test_case cases[] = {
    CASE(starts_as_zeroes),
    CASE(touched_in_the_middle),
    CASE(protect_part),
    CASE(protect_whole),
    CASE(split_without_access),
    CASE(unmap_part),
    CASE(unmap_whole_and_map_again),
    CASE(replace_part),
    CASE(fork_copies_on_write),
    CASE(copies_by_the_kernel),
    CASE(heap),
    CASE(threads),
};

TEST_MAIN(cases)
