/* SPDX-License-Identifier: MIT */
/*
 * Verifies what a mapping shows at and beyond the end of its file: zeroes to
 * the end of the last page, then SIGBUS; and what truncation does to it.
 */
#include <sys/stat.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char *map(int fd, size_t npages, int flags)
{
    char *p = mmap(NULL, npages * PAGE, RW, flags, fd, 0);

    REQUIRE_OK(p);
    return p;
}

static void zeroes_to_the_pages_end(void)
{
    char *p = map(tmp_pages(1, 100, 'a'), 2, MAP_PRIVATE);

    CHECK(all_bytes(p + PAGE, 100, 'b'));
    CHECK(all_bytes(p + PAGE + 100, PAGE - 100, 0));
}

static void shared_zeroes_to_the_pages_end(void)
{
    char *p = map(tmp_pages(1, 1, 'a'), 2, MAP_SHARED);

    CHECK_EQ(peek(p + PAGE), 'b');
    CHECK(all_bytes(p + PAGE + 1, PAGE - 1, 0));
}

static void beyond_is_sigbus(void)
{
    char *p = map(tmp_pages(1, 100, 'a'), 4, MAP_PRIVATE);
    char *q = map(tmp_pages(1, 0, 'a'), 4, MAP_SHARED);

    CHECK_EQ(probe_read(p + 2 * PAGE), SIGBUS);
    CHECK_EQ(probe_write(p + 2 * PAGE), SIGBUS);
    CHECK_EQ(probe_read(p + 4 * PAGE - 1), SIGBUS);
    CHECK_EQ(probe_read(q + PAGE), SIGBUS);
    CHECK_EQ(probe_write(q + 3 * PAGE), SIGBUS);
    CHECK_EQ(probe_read(q), 0);
}

static void mapped_wholly_beyond(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 16 * PAGE);

    REQUIRE_OK(p);
    CHECK_EQ(probe_read(p), SIGBUS);
    CHECK_EQ(probe_write(p), SIGSEGV);
}

static void empty_file(void)
{
    char *p = map(tmp_pages(0, 0, 'a'), 1, MAP_SHARED);

    CHECK_EQ(probe_read(p), SIGBUS);
}

/* Bytes written behind the end do not become part of the file. */
static void written_tail_is_not_the_files(void)
{
    int fd = tmp_pages(1, 10, 'a');
    char *p = map(fd, 2, MAP_SHARED);
    char bytes[20];
    struct stat st;

    memset(p + PAGE, 'z', 20);
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_size, PAGE + 10);
    CHECK_EQ(pread(fd, bytes, 20, PAGE), 10);
    CHECK(all_bytes(bytes, 10, 'z'));
}

static void system_calls_meet_the_end(void)
{
    int fd = tmp_pages(1, 0, 'a'), from = tmp_pages(2, 0, 'k');
    char *p = map(fd, 2, MAP_SHARED);

    CHECK_ERRNO(read(from, p + PAGE, 10), EFAULT);
    CHECK_ERRNO(write(from, p + PAGE, 10), EFAULT);
    CHECK_EQ(read(from, p, 10), 10);
    CHECK_EQ(peek(p), 'k');
}

static void extended_file(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = map(fd, 3, MAP_SHARED);

    CHECK_EQ(probe_read(p + PAGE), SIGBUS);
    CHECK_OK(ftruncate(fd, 2 * PAGE));
    CHECK(all_bytes(p + PAGE, PAGE, 0));
    poke(p + PAGE, 'z');
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGBUS);
    CHECK_EQ(pwrite(fd, "x", 1, 3 * PAGE - 1), 1);
    CHECK_EQ(peek(p + 3 * PAGE - 1), 'x');
    CHECK_EQ(peek(p + 2 * PAGE), 0);
    CHECK_EQ(peek(p + PAGE), 'z');
}

static void cut_file(void)
{
    int fd = tmp_pages(3, 0, 'a');
    char *p = map(fd, 3, MAP_SHARED);

    CHECK_EQ(marked_pages(p, 3, 'a'), 3);
    CHECK_OK(ftruncate(fd, PAGE + 10));
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGBUS);
    CHECK_EQ(peek(p), 'a');
    CHECK(all_bytes(p + PAGE, 10, 'b'));
    CHECK(all_bytes(p + PAGE + 10, PAGE - 10, 0));
    CHECK_OK(ftruncate(fd, 0));
    CHECK_EQ(probe_read(p), SIGBUS);
    CHECK_EQ(probe_write(p + PAGE), SIGBUS);
}

/* What was cut off comes back as zeroes. */
static void cut_and_extended(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = map(fd, 2, MAP_SHARED);

    CHECK_EQ(marked_pages(p, 2, 'a'), 2);
    CHECK_OK(ftruncate(fd, 10));
    CHECK_OK(ftruncate(fd, 2 * PAGE));
    CHECK(all_bytes(p, 10, 'a'));
    CHECK(all_bytes(p + 10, 2 * PAGE - 10, 0));
}

/* A private page that was written stays within the file only. */
static void cut_under_a_private_copy(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = map(fd, 2, MAP_PRIVATE);

    poke(p, 'z');
    poke(p + PAGE, 'y');
    CHECK_OK(ftruncate(fd, PAGE));
    CHECK_EQ(peek(p), 'z');
    CHECK_EQ(probe_read(p + PAGE), SIGBUS);
}

static void mapped_before_the_file_grew(void)
{
    int fd = tmp_pages(0, 0, 'a');
    char *p = map(fd, 1, MAP_PRIVATE);

    CHECK_EQ(probe_read(p), SIGBUS);
    CHECK_EQ(write(fd, "abc", 3), 3);
    CHECK_EQ(memcmp(p, "abc", 4), 0);
}

static const struct test_case cases[] = {
    CASE(zeroes_to_the_pages_end),
    CASE(shared_zeroes_to_the_pages_end),
    CASE(beyond_is_sigbus),
    CASE(mapped_wholly_beyond),
    CASE(empty_file),
    CASE(written_tail_is_not_the_files),
    CASE(system_calls_meet_the_end),
    CASE(extended_file),
    CASE(cut_file),
    CASE(cut_and_extended),
    CASE(cut_under_a_private_copy),
    CASE(mapped_before_the_file_grew),
};

TEST_MAIN(cases)
