/* SPDX-License-Identifier: MIT */
/*
 * Verifies read, write, pread, pwrite and lseek on regular files.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static long long size_of(int fd)
{
    struct stat st;

    REQUIRE_OK(fstat(fd, &st));
    return st.st_size;
}

static int fresh(void)
{
    int fd = tmp_pages(0, 0, 0);

    REQUIRE_OK(fd);
    return fd;
}

static void written_is_read(void)
{
    char text[8] = "";
    int fd = fresh();

    CHECK_EQ(write(fd, "abc", 3), 3);
    CHECK_EQ(write(fd, "def", 3), 3);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(read(fd, text, 4), 4);
    CHECK_STR(text, "abcd");
    CHECK_EQ(read(fd, text, 4), 2);
    CHECK_EQ(memcmp(text, "ef", 2), 0);
    CHECK_EQ(read(fd, text, 4), 0);
    CHECK_EQ(read(fd, text, 4), 0);
}

static void large_transfers(void)
{
    const size_t len = 40 * PAGE + 123;
    char *from = map_anon(len, RW), *to = map_anon(len, RW);
    int fd = fresh();
    size_t i;

    for (i = 0; i < len; i += 8)
        *(uint64_t *)(from + i) = i * 0x9e3779b97f4a7c15;
    CHECK_EQ(write(fd, from, len), len);
    CHECK_EQ(size_of(fd), len);
    CHECK_EQ(pread(fd, to, len, 0), len);
    CHECK_EQ(memcmp(from, to, len), 0);
    CHECK_EQ(pread(fd, to, len, 1000), len - 1000);
    CHECK_EQ(memcmp(from + 1000, to, len - 1000), 0);
}

static void overwriting_keeps_the_rest(void)
{
    char text[10];
    int fd = fresh();

    CHECK_EQ(write(fd, "abcdefghij", 10), 10);
    CHECK_EQ(lseek(fd, 3, SEEK_SET), 3);
    CHECK_EQ(write(fd, "XY", 2), 2);
    CHECK_EQ(pread(fd, text, 10, 0), 10);
    CHECK_EQ(memcmp(text, "abcXYfghij", 10), 0);
    CHECK_EQ(size_of(fd), 10);
}

static void at_an_offset(void)
{
    char text[8];
    int fd = fresh();

    CHECK_EQ(write(fd, "abcdef", 6), 6);
    CHECK_EQ(lseek(fd, 1, SEEK_SET), 1);
    CHECK_EQ(pread(fd, text, 8, 4), 2);
    CHECK_EQ(memcmp(text, "ef", 2), 0);
    CHECK_EQ(pwrite(fd, "XYZ", 3, 5), 3);
    CHECK_EQ(size_of(fd), 8);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 1);
    CHECK_EQ(pread(fd, text, 8, 8), 0);
    CHECK_EQ(pread(fd, text, 8, 1000000), 0);
    CHECK_ERRNO(pread(fd, text, 8, -1), EINVAL);
    CHECK_ERRNO(pwrite(fd, text, 8, -1), EINVAL);
}

static void holes_are_zero(void)
{
    static char text[3 * PAGE];
    int fd = fresh();

    CHECK_EQ(write(fd, "abc", 3), 3);
    CHECK_EQ(pwrite(fd, "z", 1, 3 * PAGE - 1), 1);
    CHECK_EQ(pread(fd, text, sizeof(text), 0), sizeof(text));
    CHECK_EQ(memcmp(text, "abc", 3), 0);
    CHECK(all_bytes(text + 3, sizeof(text) - 4, 0));
    CHECK_EQ(text[sizeof(text) - 1], 'z');
}

static void far_holes(void)
{
    char byte = 1;
    int fd = fresh();

    CHECK_EQ(pwrite(fd, "z", 1, 1L << 32), 1);
    CHECK_EQ(size_of(fd), (1L << 32) + 1);
    CHECK_EQ(pread(fd, &byte, 1, 1L << 31), 1);
    CHECK_EQ(byte, 0);
    CHECK_EQ(pread(fd, &byte, 1, 1L << 32), 1);
    CHECK_EQ(byte, 'z');
}

static void seeking(void)
{
    int fd = fresh();

    REQUIRE(write(fd, "abcdef", 6) == 6);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 6);
    CHECK_EQ(lseek(fd, -2, SEEK_CUR), 4);
    CHECK_EQ(lseek(fd, 2, SEEK_SET), 2);
    CHECK_EQ(lseek(fd, 3, SEEK_CUR), 5);
    CHECK_EQ(lseek(fd, 0, SEEK_END), 6);
    CHECK_EQ(lseek(fd, -6, SEEK_END), 0);
    CHECK_EQ(lseek(fd, 100, SEEK_END), 106);
    CHECK_EQ(size_of(fd), 6);
    CHECK_EQ(lseek(fd, 1L << 33, SEEK_SET), 1L << 33);
}

static void bad_seeks(void)
{
    int fd = fresh(), ends[2];

    REQUIRE_OK(pipe(ends));
    CHECK_EQ(lseek(fd, 3, SEEK_SET), 3);
    CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
    CHECK_ERRNO(lseek(fd, -4, SEEK_CUR), EINVAL);
    CHECK_ERRNO(lseek(fd, -1, SEEK_END), EINVAL);
    CHECK_ERRNO(lseek(fd, 0, 99), EINVAL);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 3);
    CHECK_ERRNO(lseek(ends[0], 0, SEEK_CUR), ESPIPE);
    CHECK_ERRNO(lseek(ends[1], 0, SEEK_SET), ESPIPE);
    CHECK_ERRNO(lseek(999, 0, SEEK_SET), EBADF);
    CHECK_ERRNO(pread(ends[0], &fd, 1, 0), ESPIPE);
    CHECK_ERRNO(pwrite(ends[1], &fd, 1, 0), ESPIPE);
}

static void each_open_has_its_position(void)
{
    char byte;
    int one, two, copy;

    tmp_enter();
    one = tmp_file("file", "abcdef", 6);
    two = open("file", O_RDONLY);
    copy = dup(one);
    REQUIRE_OK(two);
    REQUIRE_OK(copy);
    CHECK_EQ(lseek(one, 3, SEEK_SET), 3);
    CHECK_EQ(read(two, &byte, 1), 1);
    CHECK_EQ(byte, 'a');
    CHECK_EQ(read(copy, &byte, 1), 1);
    CHECK_EQ(byte, 'd');
    CHECK_EQ(read(one, &byte, 1), 1);
    CHECK_EQ(byte, 'e');
}

static int reads_one(void *fd)
{
    char byte;

    return read(*(int *)fd, &byte, 1) == 1 ? byte : 0;
}

static void fork_shares_the_position(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_EXIT(run_child(reads_one, &fd), 'a');
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 1);
    CHECK_EQ(lseek(fd, 5, SEEK_CUR), 6);
    CHECK_EXIT(run_child(reads_one, &fd), 'a');
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 7);
}

static void stays_after_closing(void)
{
    char text[8] = "";
    int fd;

    tmp_enter();
    close(tmp_file("file", "abcdef", 6));
    fd = open("file", O_RDWR);
    CHECK_EQ(pwrite(fd, "X", 1, 5), 1);
    CHECK_OK(close(fd));
    fd = open("file", O_RDONLY);
    CHECK_EQ(read(fd, text, 8), 6);
    CHECK_STR(text, "abcdeX");
}

static void offset_overflows(void)
{
    int fd = fresh();

    CHECK_ERRNO(pwrite(fd, "x", 1, 0x7fffffffffffffffL), EINVAL);
    CHECK_EQ(size_of(fd), 0);
}

static const struct test_case cases[] = {
    CASE(written_is_read),
    CASE(large_transfers),
    CASE(overwriting_keeps_the_rest),
    CASE(at_an_offset),
    CASE(holes_are_zero),
    CASE(far_holes),
    CASE(seeking),
    CASE(bad_seeks),
    CASE(each_open_has_its_position),
    CASE(fork_shares_the_position),
    CASE(stays_after_closing),
    CASE(offset_overflows),
};

TEST_MAIN(cases)
