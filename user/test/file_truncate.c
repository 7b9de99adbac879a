/* SPDX-License-Identifier: MIT */
/*
 * Verifies ftruncate: what is cut is gone, what is added is zero.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char text[4 * PAGE];

static long long size_of(int fd)
{
    struct stat st;

    REQUIRE_OK(fstat(fd, &st));
    return st.st_size;
}

static void shorter(void)
{
    int fd = tmp_pages(3, 0, 'a');

    CHECK_OK(ftruncate(fd, PAGE + 10));
    CHECK_EQ(size_of(fd), PAGE + 10);
    CHECK_EQ(read(fd, text, sizeof(text)), PAGE + 10);
    CHECK(all_bytes(text, PAGE, 'a'));
    CHECK(all_bytes(text + PAGE, 10, 'b'));
    CHECK_EQ(read(fd, text, 1), 0);
}

static void longer(void)
{
    int fd = tmp_pages(1, 5, 'a');

    CHECK_OK(ftruncate(fd, 3 * PAGE));
    CHECK_EQ(size_of(fd), 3 * PAGE);
    CHECK_EQ(read(fd, text, sizeof(text)), 3 * PAGE);
    CHECK(all_bytes(text + PAGE, 5, 'b'));
    CHECK(all_bytes(text + PAGE + 5, 2 * PAGE - 5, 0));
}

static void shorter_then_longer(void)
{
    int fd = tmp_pages(2, 0, 'a');

    CHECK_OK(ftruncate(fd, 100));
    CHECK_OK(ftruncate(fd, 2 * PAGE));
    CHECK_EQ(read(fd, text, sizeof(text)), 2 * PAGE);
    CHECK(all_bytes(text, 100, 'a'));
    CHECK(all_bytes(text + 100, 2 * PAGE - 100, 0));
}

static void shorter_then_written_beyond(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_OK(ftruncate(fd, 100));
    CHECK_EQ(pwrite(fd, "z", 1, 200), 1);
    CHECK_EQ(pread(fd, text, sizeof(text), 0), 201);
    CHECK(all_bytes(text + 100, 100, 0));
    CHECK_EQ(text[200], 'z');
}

static void to_nothing(void)
{
    int fd = tmp_pages(2, 0, 'a');

    CHECK_OK(ftruncate(fd, 0));
    CHECK_EQ(size_of(fd), 0);
    CHECK_EQ(read(fd, text, 1), 0);
    CHECK_OK(ftruncate(fd, 0));
}

static void position_stays(void)
{
    int fd = tmp_pages(2, 0, 'a');

    CHECK_EQ(lseek(fd, PAGE + 7, SEEK_SET), PAGE + 7);
    CHECK_OK(ftruncate(fd, 10));
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), PAGE + 7);
    CHECK_EQ(read(fd, text, 1), 0);
    CHECK_EQ(write(fd, "z", 1), 1);
    CHECK_EQ(size_of(fd), PAGE + 8);
    CHECK_EQ(pread(fd, text, PAGE, 10), PAGE - 2);
    CHECK(all_bytes(text, PAGE - 3, 0));
    CHECK_EQ(text[PAGE - 3], 'z');
}

static void refused(void)
{
    int fd, ends[2];

    tmp_enter();
    fd = tmp_file("file", "abc", 3);
    REQUIRE_OK(pipe(ends));
    CHECK_ERRNO(ftruncate(fd, -1), EINVAL);
    CHECK_ERRNO(ftruncate(open("file", O_RDONLY), 1), EINVAL);
    CHECK_ERRNO(ftruncate(open(".", O_RDONLY), 1), EINVAL);
    CHECK_ERRNO(ftruncate(ends[1], 1), EINVAL);
    CHECK_ERRNO(ftruncate(open("/dev/null", O_WRONLY), 1), EINVAL);
    CHECK_ERRNO(ftruncate(-1, 1), EBADF);
    CHECK_ERRNO(ftruncate(999, 1), EBADF);
    CHECK_EQ(size_of(fd), 3);
}

static const struct test_case cases[] = {
    CASE(shorter),
    CASE(longer),
    CASE(shorter_then_longer),
    CASE(shorter_then_written_beyond),
    CASE(to_nothing),
    CASE(position_stays),
    CASE(refused),
};

TEST_MAIN(cases)
