/* SPDX-License-Identifier: MIT */
/*
 * Verifies mremap: its arguments, shrinking, growing and moving, and that what
 * the memory holds goes along. MREMAP_FIXED and _DONTUNMAP: mremap_fixed.c.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "user/test/brk.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

/* mremap that may move. */
static char *resize(void *p, size_t len, size_t new_len)
{
    char *q = mremap(p, len, new_len, MREMAP_MAYMOVE);

    REQUIRE(q != MAP_FAILED);
    return q;
}

static void bad_arguments(void)
{
    char *p = map_island(2);

    CHECK_ERRNO(mremap(p + 1, PAGE, PAGE, 0), EINVAL);
    CHECK_ERRNO(mremap(p, PAGE, 0, 0), EINVAL);
    CHECK_ERRNO(mremap(p, PAGE, PAGE, 8), EINVAL);
    CHECK_ERRNO(mremap(p, PAGE, PAGE, -1), EINVAL);
    CHECK_ERRNO(mremap(p, PAGE, PAGE, MREMAP_FIXED, p), EINVAL);
    CHECK_ERRNO(mremap(p, PAGE, PAGE, MREMAP_DONTUNMAP, p), EINVAL);
    CHECK_ERRNO(mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, p),
                EINVAL);
}

static void not_mapped(void)
{
    char *p = free_range(2 * PAGE);

    CHECK_ERRNO(mremap(p, PAGE, PAGE, 0), EFAULT);
    CHECK_ERRNO(mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
    CHECK_ERRNO(mremap(p, 2 * PAGE, PAGE, 0), EFAULT);
}

static void same_size(void)
{
    char *p = map_island(3);

    mark_pages(p, 3, 1);
    CHECK(mremap(p, 3 * PAGE, 3 * PAGE, 0) == p);
    CHECK(mremap(p, 3 * PAGE - 5, 3 * PAGE - 99, 0) == p); /* rounded up */
    CHECK(mremap(p + PAGE, PAGE, PAGE, MREMAP_MAYMOVE) == p + PAGE);
    CHECK_AREAS(p, 3, "rw-p:3");
    CHECK_EQ(marked_pages(p, 3, 1), 3);
}

static void shrink(void)
{
    char *p = map_island(4);

    mark_pages(p, 4, 1);
    CHECK(mremap(p, 4 * PAGE, 2 * PAGE, 0) == p);
    CHECK_AREAS(p, 4, "rw-p:2 -:2");
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGSEGV);
}

static void shrink_the_middle(void)
{
    char *p = map_island(5);

    mark_pages(p, 5, 1);
    CHECK(mremap(p + PAGE, 3 * PAGE, PAGE, 0) == p + PAGE);
    CHECK_AREAS(p, 5, "rw-p:2 -:2 rw-p:1");
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK_EQ(peek(p + 4 * PAGE), 5);
}

static void grow_in_place(void)
{
    char *p = map_island(6);

    CHECK_OK(munmap(p + 2 * PAGE, 4 * PAGE));
    mark_pages(p, 2, 1);
    CHECK(mremap(p, 2 * PAGE, 5 * PAGE, 0) == p);
    CHECK_AREAS(p, 6, "rw-p:5 -:1");
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK(all_bytes(p + 2 * PAGE, 3 * PAGE, 0));
    mark_pages(p, 5, 3);
    CHECK_EQ(marked_pages(p, 5, 3), 5);
}

/* Only an area's end can grow. */
static void grow_where_there_is_no_room(void)
{
    char *p = map_island(4);

    mark_pages(p, 4, 1);
    CHECK_ERRNO(mremap(p, PAGE, 2 * PAGE, 0), ENOMEM);
    CHECK_ERRNO(mremap(p + PAGE, PAGE, 3 * PAGE, 0), ENOMEM);
    CHECK_OK(mprotect(p + 3 * PAGE, PAGE, PROT_READ));
    CHECK_ERRNO(mremap(p, 3 * PAGE, 4 * PAGE, 0), ENOMEM);
    CHECK_OK(munmap(p + 2 * PAGE, PAGE));
    CHECK_ERRNO(mremap(p, 2 * PAGE, 4 * PAGE, 0), ENOMEM);
    CHECK_EQ(marked_pages(p, 2, 1), 2);
}

/* It then joins what it meets, if that is alike. */
static void grow_and_merge(void)
{
    char *p = map_island(4);

    CHECK_OK(munmap(p + PAGE, 2 * PAGE));
    CHECK_AREAS(p, 4, "rw-p:1 -:2 rw-p:1");
    CHECK(mremap(p, PAGE, 3 * PAGE, 0) == p);
    CHECK_AREAS(p, 4, "rw-p:4");
}

static void grow_and_move(void)
{
    char *p = map_island(3), *q;

    mark_pages(p, 3, 1);
    CHECK_OK(mprotect(p + 2 * PAGE, PAGE, PROT_READ));
    q = resize(p, 2 * PAGE, 6 * PAGE);
    CHECK(q != p);
    CHECK_AREAS(p, 3, "-:2 r--p:1");
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK(all_bytes(q + 2 * PAGE, 4 * PAGE, 0));
    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(probe_read(p + PAGE), SIGSEGV);
    mark_pages(q, 6, 4);
    CHECK_EQ(marked_pages(q, 6, 4), 6);
    CHECK_OK(munmap(q, 6 * PAGE));
}

static void move_the_middle(void)
{
    char *p = map_island(5), *q;

    mark_pages(p, 5, 1);
    q = resize(p + PAGE, 2 * PAGE, 3 * PAGE);
    CHECK_AREAS(p, 5, "rw-p:1 -:2 rw-p:2");
    CHECK_EQ(marked_pages(q, 2, 2), 2);
    CHECK_EQ(peek(q + 2 * PAGE), 0);
    CHECK_EQ(peek(p), 1);
    CHECK_EQ(marked_pages(p + 3 * PAGE, 2, 4), 2);
}

static void more_than_an_area(void)
{
    char *p = map_island(3);

    CHECK_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    CHECK_ERRNO(mremap(p, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE), EFAULT);
    CHECK_AREAS(p, 3, "rw-p:1 r--p:1 rw-p:1");
}

static void protection_goes_along(void)
{
    char *p = map_island(3), *q;

    mark_pages(p, 3, 1);
    CHECK_OK(mprotect(p, 2 * PAGE, PROT_READ));
    q = resize(p, 2 * PAGE, 3 * PAGE);
    CHECK_AREAS(q, 3, "r--p:3");
    CHECK_EQ(probe_write(q), SIGSEGV);
    CHECK_EQ(probe_write(q + 2 * PAGE), SIGSEGV);
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK_OK(mprotect(q, 3 * PAGE, PROT_NONE));
    p = resize(q, 3 * PAGE, 5 * PAGE);
    CHECK_OK(mprotect(p, 5 * PAGE, RW));
    CHECK_EQ(marked_pages(p, 2, 1), 2);
}

/* As many pages as need several tables, at all offsets to one another. */
static void many_pages(void)
{
    const size_t n = 1400;
    char *p = map_island(n), *block = map_anon(PAGE, RW), *q;
    size_t i;

    (void)block;
    for (i = 0; i < 3; i++) {
        mark_pages(p, n, (unsigned)i);
        q = resize(p, n * PAGE, (n + 1 + i * 300) * PAGE);
        CHECK_EQ(marked_pages(q, n, (unsigned)i), n);
        CHECK_EQ(peek(q + n * PAGE), 0);
        CHECK(mremap(q, (n + 1 + i * 300) * PAGE, n * PAGE, 0) == q);
        p = q;
        map_anon(3 * PAGE, RW);
    }
}

static void shared_memory(void)
{
    char *p = map_shared(3 * PAGE, RW), *q;
    int status;
    pid_t pid;

    mark_pages(p, 3, 1);
    pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        q = resize(p, 3 * PAGE, 5 * PAGE);
        CHECK_EQ(marked_pages(q, 3, 1), 3);
        poke(q + PAGE, 77);
        CHECK_EQ(probe_read(q + 3 * PAGE), SIGBUS); /* past its end */
        _exit(test_result());
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(peek(p + PAGE), 77);
}

static void files(void)
{
    int fd = tmp_pages(6, 0, 1);
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 2 * PAGE), *q;
    char *r = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
    struct map_line line;

    REQUIRE(p != MAP_FAILED && r != MAP_FAILED);
    poke(r, 99);
    q = resize(p, 2 * PAGE, 4 * PAGE);
    CHECK_EQ(marked_pages(q, 4, 3), 4);
    REQUIRE(maps_find(q, &line));
    CHECK_EQ(line.offset, 2 * PAGE);
    q = resize(q + PAGE, PAGE, 3 * PAGE);
    CHECK_EQ(marked_pages(q, 3, 4), 3);
    REQUIRE(maps_find(q, &line));
    CHECK_EQ(line.offset, 3 * PAGE);
    q = resize(r, 2 * PAGE, 6 * PAGE);
    CHECK_EQ(peek(q), 99);
    CHECK_EQ(marked_pages(q + PAGE, 5, 2), 5);
}

/* Shared memory of length 0 is mapped a second time. */
static void duplicate(void)
{
    char *p = map_shared(3 * PAGE, RW), *q;

    mark_pages(p, 3, 1);
    CHECK_ERRNO(mremap(p, 0, 2 * PAGE, 0), ENOMEM);
    q = resize(p, 0, 3 * PAGE);
    CHECK(q != p);
    CHECK_EQ(marked_pages(q, 3, 1), 3);
    poke(q, 55);
    CHECK_EQ(peek(p), 55);
    q = resize(p + PAGE, 0, 2 * PAGE);
    CHECK_EQ(marked_pages(q, 2, 2), 2);
}

static void duplicate_private(void)
{
    char *p = map_island(2);

    CHECK_ERRNO(mremap(p, 0, PAGE, MREMAP_MAYMOVE), EINVAL);
    CHECK_ERRNO(mremap(p, 0, PAGE, 0), EINVAL);
}

/* Copy-on-write goes on working for pages that moved. */
static void after_fork(void)
{
    char *p = map_island(3), *q;
    int status;
    pid_t pid;

    mark_pages(p, 3, 1);
    pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        q = resize(p, 3 * PAGE, 600 * PAGE);
        CHECK_EQ(marked_pages(q, 3, 1), 3);
        mark_pages(q, 3, 7);
        CHECK_EQ(marked_pages(q, 3, 7), 3);
        _exit(test_result());
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(marked_pages(p, 3, 1), 3);
    mark_pages(p, 3, 5);
    CHECK_EQ(marked_pages(p, 3, 5), 3);
}

static void fork_after_it(void)
{
    char *p = map_island(3), *q;
    int status;
    pid_t pid;

    mark_pages(p, 3, 1);
    q = resize(p, 3 * PAGE, 600 * PAGE);
    pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        CHECK_EQ(marked_pages(q, 3, 1), 3);
        mark_pages(q, 3, 7);
        _exit(test_result());
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(marked_pages(q, 3, 1), 3);
}

static void too_large(void)
{
    char *p = map_island(2);

    CHECK_ERRNO(mremap(p, PAGE, 0x7fffffffe000, MREMAP_MAYMOVE), ENOMEM);
    CHECK_ERRNO(mremap(p, 1UL << 60, PAGE, 0), EINVAL);
    CHECK_ERRNO(mremap(p, (size_t)-PAGE, PAGE, 0), EINVAL);
    CHECK_AREAS(p, 2, "rw-p:2");
}

static void limit_on_address_space(void)
{
    struct rlimit limit = { 64 * MIB, 64 * MIB };
    char *p = map_island(2);

    CHECK_OK(setrlimit(RLIMIT_AS, &limit));
    CHECK_ERRNO(mremap(p, PAGE, 65 * MIB, MREMAP_MAYMOVE), ENOMEM);
    CHECK(mremap(p, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED);
}

static void limit_on_data(void)
{
    struct rlimit limit = { 16 * MIB, 16 * MIB };
    char *p = map_island(2);

    CHECK_OK(setrlimit(RLIMIT_DATA, &limit));
    CHECK_ERRNO(mremap(p, PAGE, 17 * MIB, MREMAP_MAYMOVE), ENOMEM);
    p = map_shared(PAGE, RW);
    CHECK(mremap(p, PAGE, 17 * MIB, MREMAP_MAYMOVE) != MAP_FAILED);
}

static const struct test_case cases[] = {
    CASE(bad_arguments),
    CASE(not_mapped),
    CASE(same_size),
    CASE(shrink),
    CASE(shrink_the_middle),
    CASE(grow_in_place),
    CASE(grow_where_there_is_no_room),
    CASE(grow_and_merge),
    CASE(grow_and_move),
    CASE(move_the_middle),
    CASE(more_than_an_area),
    CASE(protection_goes_along),
    CASE(many_pages),
    CASE(shared_memory),
    CASE(files),
    CASE(duplicate),
    CASE(duplicate_private),
    CASE(after_fork),
    CASE(fork_after_it),
    CASE(too_large),
    CASE(limit_on_address_space),
    CASE(limit_on_data),
};

TEST_MAIN(cases)
