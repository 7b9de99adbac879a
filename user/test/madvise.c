/* SPDX-License-Identifier: MIT */
/*
 * Verifies madvise: its arguments, and the advice that drops memory or brings
 * it in. Advice about whole areas: madvise_areas.c.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "user/test/fault.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

/* Whether the page at p is in the page table, or swapped out. */
static int is_present(const void *p)
{
    int fd = open("/proc/self/pagemap", O_RDONLY);
    unsigned long entry = 0;

    REQUIRE(fd >= 0);
    REQUIRE(pread(fd, &entry, sizeof(entry),
                  (off_t)((uintptr_t)p / PAGE * sizeof(entry))) ==
            sizeof(entry));
    close(fd);
    return entry >> 63 != 0;
}

static void bad_arguments(void)
{
    char *p = map_island(2);

    CHECK_ERRNO(madvise(p + 1, PAGE, MADV_DONTNEED), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, 5), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, -1), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, 1000), EINVAL);
    CHECK_ERRNO(madvise(p, (size_t)-1, MADV_DONTNEED), EINVAL);
    CHECK_ERRNO(madvise(p, (size_t)-PAGE, MADV_NORMAL), EINVAL);
    CHECK_ERRNO(madvise(p, 0, 5), EINVAL);
    CHECK_ERRNO(madvise(p + 1, 0, MADV_DONTNEED), EINVAL);
}

static void nothing(void)
{
    char *p = map_island(1);

    CHECK_OK(madvise(p, 0, MADV_DONTNEED));
    CHECK_OK(madvise(NULL, 0, MADV_NORMAL));
    CHECK_OK(madvise(p + PAGE, 0, MADV_DONTNEED)); /* not mapped */
}

static void length_is_rounded_up(void)
{
    char *p = map_island(3);

    mark_pages(p, 3, 1);
    CHECK_OK(madvise(p, PAGE + 1, MADV_DONTNEED));
    CHECK_EQ(peek(p), 0);
    CHECK_EQ(peek(p + PAGE), 0);
    CHECK_EQ(peek(p + 2 * PAGE), 3);
}

static void dontneed_private(void)
{
    char *p = map_island(4);

    mark_pages(p, 4, 1);
    CHECK_OK(madvise(p + PAGE, 2 * PAGE, MADV_DONTNEED));
    CHECK(!is_present(p + PAGE));
    CHECK(is_present(p));
    CHECK_EQ(peek(p), 1);
    CHECK(all_bytes(p + PAGE, 2 * PAGE, 0));
    CHECK_EQ(peek(p + 3 * PAGE), 4);
    mark_pages(p, 4, 5);
    CHECK_EQ(marked_pages(p, 4, 5), 4);
    CHECK_AREAS(p, 4, "rw-p:4");
}

static void dontneed_read_only(void)
{
    char *p = map_island(1);

    mark_pages(p, 1, 1);
    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_OK(madvise(p, PAGE, MADV_DONTNEED));
    CHECK_EQ(peek(p), 0);
    CHECK_OK(mprotect(p, PAGE, PROT_NONE));
    CHECK_OK(madvise(p, PAGE, MADV_DONTNEED));
    CHECK_EQ(probe_read(p), SIGSEGV);
}

/* Shared memory keeps what it holds. */
static void dontneed_shared(void)
{
    char *p = map_shared(2 * PAGE, RW);

    mark_pages(p, 2, 1);
    CHECK_OK(madvise(p, 2 * PAGE, MADV_DONTNEED));
    CHECK(!is_present(p));
    CHECK_EQ(marked_pages(p, 2, 1), 2);
}

/* Private copies of a file's pages are dropped: the file shows again. */
static void dontneed_file(void)
{
    int fd = tmp_pages(2, 0, 'f');
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

    REQUIRE(p != MAP_FAILED);
    p[0] = 'x';
    p[PAGE] = 'y';
    CHECK_OK(madvise(p, PAGE, MADV_DONTNEED));
    CHECK_EQ(p[0], 'f');
    CHECK_EQ(p[PAGE], 'y');
}

static void dontneed_in_a_child(void)
{
    char *p = map_island(2);
    int status;
    pid_t pid;

    mark_pages(p, 2, 1);
    pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        CHECK_OK(madvise(p, 2 * PAGE, MADV_DONTNEED));
        CHECK_EQ(peek(p), 0);
        _exit(test_result());
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(marked_pages(p, 2, 1), 2);
}

/* A hole is an error, but what is around it is done. */
static void dontneed_across_a_hole(void)
{
    char *p = map_island(5);

    mark_pages(p, 5, 1);
    CHECK_OK(munmap(p + 2 * PAGE, PAGE));
    CHECK_ERRNO(madvise(p, 5 * PAGE, MADV_DONTNEED), ENOMEM);
    CHECK_EQ(peek(p), 0);
    CHECK_EQ(peek(p + 4 * PAGE), 0);
    CHECK_ERRNO(madvise(p + 2 * PAGE, PAGE, MADV_DONTNEED), ENOMEM);
    mark_pages(p, 2, 1);
    CHECK_ERRNO(madvise(p - PAGE, 2 * PAGE, MADV_DONTNEED), ENOMEM);
    CHECK_EQ(peek(p), 0);
    CHECK_EQ(peek(p + PAGE), 2);
}

static void dontneed_by_the_heap(void)
{
    char *p = sbrk(4 * PAGE);

    REQUIRE(p != (void *)-1);
    p += PAGE - (uintptr_t)p % PAGE;
    mark_pages(p, 3, 1);
    CHECK_OK(madvise(p + PAGE, PAGE, MADV_DONTNEED));
    CHECK_EQ(peek(p + PAGE), 0);
    CHECK_EQ(peek(p + 2 * PAGE), 3);
}

/* Until it is written to again it may be gone at any time. */
static void free_private(void)
{
    char *p = map_island(2);
    unsigned char now;

    mark_pages(p, 2, 1);
    CHECK_OK(madvise(p, 2 * PAGE, MADV_FREE));
    now = peek(p);
    CHECK(now == 0 || now == 1);
    poke(p, 7);
    CHECK_EQ(peek(p), 7);
    CHECK_AREAS(p, 2, "rw-p:2");
}

static void free_what_is_not_anonymous(void)
{
    int fd = tmp_pages(1, 0, 'f');
    char *p = map_shared(PAGE, RW);

    CHECK_ERRNO(madvise(p, PAGE, MADV_FREE), EINVAL);
    p = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE(p != MAP_FAILED);
    CHECK_ERRNO(madvise(p, PAGE, MADV_FREE), EINVAL);
}

/* Advice that nothing need come of. */
static void no_effect_on_contents(void)
{
    static const int advice[] = { MADV_WILLNEED, MADV_COLD, MADV_PAGEOUT };
    int fd = tmp_pages(3, 0, 'f');
    char *p, *q, *s = map_shared(3 * PAGE, RW);
    size_t i;

    p = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 0);
    q = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE(p != MAP_FAILED && q != MAP_FAILED);
    mark_pages(p, 3, 1);
    mark_pages(s, 3, 1);
    q[PAGE] = 77;
    for (i = 0; i < COUNT(advice); i++) {
        char *a = map_island(3);

        mark_pages(a, 3, 1);
        CHECK_OK(madvise(a, 3 * PAGE, advice[i]));
        CHECK_OK(madvise(p, 3 * PAGE, advice[i]));
        CHECK_OK(madvise(q, 3 * PAGE, advice[i]));
        CHECK_OK(madvise(s, 3 * PAGE, advice[i]));
        CHECK_EQ(marked_pages(a, 3, 1), 3);
        CHECK_EQ(marked_pages(p, 3, 1), 3);
        CHECK_EQ(marked_pages(s, 3, 1), 3);
        CHECK_EQ(peek(q), 1);
        CHECK_EQ(q[PAGE], 77);
        CHECK_OK(munmap(a + PAGE, PAGE));
        CHECK_ERRNO(madvise(a, 3 * PAGE, advice[i]), ENOMEM);
    }
}

static void populate_read(void)
{
    char *p = map_island(4);

    CHECK(!is_present(p));
    CHECK_OK(madvise(p, 4 * PAGE, MADV_POPULATE_READ));
    CHECK(is_present(p));
    CHECK(is_present(p + 3 * PAGE));
    CHECK(all_bytes(p, 4 * PAGE, 0));
}

static void populate_write(void)
{
    char *p = map_island(4);

    mark_pages(p + PAGE, 1, 9);
    CHECK_OK(madvise(p, 4 * PAGE, MADV_POPULATE_WRITE));
    CHECK(is_present(p));
    CHECK(is_present(p + 3 * PAGE));
    CHECK_EQ(peek(p + PAGE), 9);
    CHECK_EQ(peek(p), 0);
}

static void populate_what_is_forbidden(void)
{
    char *p = map_island(3);

    CHECK_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    CHECK_OK(madvise(p, 3 * PAGE, MADV_POPULATE_READ));
    CHECK_ERRNO(madvise(p, 3 * PAGE, MADV_POPULATE_WRITE), EINVAL);
    CHECK_OK(mprotect(p + PAGE, PAGE, PROT_NONE));
    CHECK_ERRNO(madvise(p, 3 * PAGE, MADV_POPULATE_READ), EINVAL);
    CHECK_OK(munmap(p + PAGE, PAGE));
    CHECK_ERRNO(madvise(p, 3 * PAGE, MADV_POPULATE_READ), ENOMEM);
    CHECK_ERRNO(madvise(p, 3 * PAGE, MADV_POPULATE_WRITE), ENOMEM);
}

static void populate_past_the_end(void)
{
    int fd = tmp_pages(1, 0, 'f');
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);

    REQUIRE(p != MAP_FAILED);
    CHECK_OK(madvise(p, PAGE, MADV_POPULATE_WRITE));
    CHECK_ERRNO(madvise(p, 2 * PAGE, MADV_POPULATE_READ), EFAULT);
    CHECK_ERRNO(madvise(p, 2 * PAGE, MADV_POPULATE_WRITE), EFAULT);
}

/* A hole in shared memory: seen by all who map it, but not in copies. */
static void remove_shared(void)
{
    char *p = map_shared(4 * PAGE, RW), *q;
    int status;
    pid_t pid;

    mark_pages(p, 4, 1);
    q = p;
    pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        CHECK_OK(madvise(q + PAGE, 2 * PAGE, MADV_REMOVE));
        _exit(test_result());
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(peek(p), 1);
    CHECK(all_bytes(p + PAGE, 2 * PAGE, 0));
    CHECK_EQ(peek(p + 3 * PAGE), 4);
    mark_pages(p, 4, 6);
    CHECK_EQ(marked_pages(p, 4, 6), 4);
}

static void remove_what_cannot_be(void)
{
    char *p = map_island(1);
    int fd = tmp_pages(1, 0, 'f');

    CHECK_ERRNO(madvise(p, PAGE, MADV_REMOVE), EINVAL);
    p = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE(p != MAP_FAILED);
    CHECK_ERRNO(madvise(p, PAGE, MADV_REMOVE), EACCES);
}

static const struct test_case cases[] = {
    CASE(bad_arguments),          CASE(nothing),
    CASE(length_is_rounded_up),   CASE(dontneed_private),
    CASE(dontneed_read_only),     CASE(dontneed_shared),
    CASE(dontneed_file),          CASE(dontneed_in_a_child),
    CASE(dontneed_across_a_hole), CASE(dontneed_by_the_heap),
    CASE(free_private),           CASE(free_what_is_not_anonymous),
    CASE(no_effect_on_contents),  CASE(populate_read),
    CASE(populate_write),         CASE(populate_what_is_forbidden),
    CASE(populate_past_the_end),  CASE(remove_shared),
    CASE(remove_what_cannot_be),
};

TEST_MAIN(cases)
