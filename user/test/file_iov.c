/* SPDX-License-Identifier: MIT */
/*
 * Verifies readv and writev: many buffers in one call, and bad lists.
 */
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static struct iovec list[1025];

static void part(size_t i, const void *base, size_t len)
{
    list[i].iov_base = (void *)(uintptr_t)base;
    list[i].iov_len = len;
}

static void gathers_and_scatters(void)
{
    int fd = tmp_pages(0, 0, 0);
    char one[3], two[1], three[8];

    part(0, "abc", 3);
    part(1, "", 0);
    part(2, "defg", 4);
    CHECK_EQ(writev(fd, list, 3), 7);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    part(0, one, 3);
    part(1, two, 1);
    part(2, three, 8);
    CHECK_EQ(readv(fd, list, 3), 7);
    CHECK_EQ(memcmp(one, "abc", 3), 0);
    CHECK_EQ(two[0], 'd');
    CHECK_EQ(memcmp(three, "efg", 3), 0);
    CHECK_EQ(readv(fd, list, 3), 0);
}

static void through_a_pipe(void)
{
    char one[2], two[10];
    int ends[2];

    REQUIRE_OK(pipe(ends));
    part(0, "ab", 2);
    part(1, "cdef", 4);
    CHECK_EQ(writev(ends[1], list, 2), 6);
    part(0, one, 2);
    part(1, two, 10);
    CHECK_EQ(readv(ends[0], list, 2), 6);
    CHECK_EQ(memcmp(one, "ab", 2), 0);
    CHECK_EQ(memcmp(two, "cdef", 4), 0);
}

static void counts(void)
{
    int fd = tmp_pages(0, 0, 0);
    size_t i;

    for (i = 0; i < COUNT(list); i++)
        part(i, "x", 1);
    CHECK_EQ(writev(fd, list, 0), 0);
    CHECK_EQ(syscall(SYS_writev, fd, NULL, 0), 0);
    CHECK_EQ(writev(fd, list, 1024), 1024);
    CHECK_ERRNO(writev(fd, list, 1025), EINVAL);
    CHECK_ERRNO(syscall(SYS_writev, fd, list, -1L), EINVAL);
    CHECK_ERRNO(readv(fd, list, 1025), EINVAL);
    CHECK_EQ(lseek(fd, 0, SEEK_END), 1024);
}

static void lengths_too_large(void)
{
    int fd = tmp_pages(1, 0, 'a');

    part(0, "x", 1);
    part(1, "x", (size_t)-1);
    CHECK_ERRNO(writev(fd, list, 2), EINVAL);
    part(1, "x", 1UL << 63);
    CHECK_ERRNO(writev(fd, list, 2), EINVAL);
    CHECK_ERRNO(readv(fd, list, 2), EINVAL);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 0);
}

static void bad_pointers(void)
{
    int fd = tmp_pages(1, 0, 'a');

    part(0, (void *)8, 4);
    CHECK_ERRNO(writev(fd, list, 1), EFAULT);
    CHECK_ERRNO(readv(fd, list, 1), EFAULT);
    part(0, (void *)0xffff800000000000UL, 4);
    CHECK_ERRNO(writev(fd, list, 1), EFAULT);
    CHECK_ERRNO(syscall(SYS_writev, fd, 8, 1), EFAULT);
    CHECK_ERRNO(syscall(SYS_readv, fd, 0xffff800000000000UL, 1), EFAULT);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 0);
}

/* What came before the bad buffer is read. */
static void bad_pointer_in_the_middle(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char text[4] = "";

    part(0, text, 3);
    part(1, (void *)8, 4);
    CHECK_EQ(readv(fd, list, 2), 3);
    CHECK_STR(text, "aaa");
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 3);
}

static void bad_descriptors(void)
{
    part(0, "x", 1);
    CHECK_ERRNO(writev(-1, list, 1), EBADF);
    CHECK_ERRNO(readv(999, list, 1), EBADF);
    CHECK_ERRNO(writev(open("/dev/null", O_RDONLY), list, 1), EBADF);
    CHECK_ERRNO(readv(open("/dev/null", O_WRONLY), list, 1), EBADF);
}

static const struct test_case cases[] = {
    CASE(gathers_and_scatters),
    CASE(through_a_pipe),
    CASE(counts),
    CASE(lengths_too_large),
    CASE(bad_pointers),
    CASE(bad_pointer_in_the_middle),
    CASE(bad_descriptors),
};

TEST_MAIN(cases)
