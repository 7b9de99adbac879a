/* SPDX-License-Identifier: MIT */
/*
 * Verifies that each call that takes a descriptor answers EBADF to one that
 * is not open, and one that does not exist.
 */
#include <fcntl.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static char buffer[256];

/* The calls: number and the arguments after the descriptor. */
static const struct {
    long number, second, third, fourth;
} calls[] = {
    { SYS_read, (long)buffer, 1, 0 },
    { SYS_write, (long)buffer, 1, 0 },
    { SYS_close, 0, 0, 0 },
    { SYS_fstat, (long)buffer, 0, 0 },
    { SYS_lseek, 0, SEEK_SET, 0 },
    { SYS_ioctl, 0x5401, (long)buffer, 0 },
    { SYS_pread64, (long)buffer, 1, 0 },
    { SYS_pwrite64, (long)buffer, 1, 0 },
    { SYS_readv, (long)buffer, 1, 0 },
    { SYS_writev, (long)buffer, 1, 0 },
    { SYS_dup, 0, 0, 0 },
    { SYS_dup2, 5, 0, 0 },
    { SYS_dup3, 5, 0, 0 },
    { SYS_fcntl, F_GETFD, 0, 0 },
    { SYS_fcntl, F_SETFD, 0, 0 },
    { SYS_fcntl, F_GETFL, 0, 0 },
    { SYS_fcntl, F_DUPFD, 0, 0 },
    { SYS_ftruncate, 0, 0, 0 },
    { SYS_getdents64, (long)buffer, sizeof(buffer), 0 },
    { SYS_openat, (long)"name", O_RDONLY, 0 },
    { SYS_newfstatat, (long)"name", (long)buffer, 0 },
};

static void each_call(int fd)
{
    size_t i;

    for (i = 0; i < COUNT(calls); i++)
        if (!CHECK_ERRNO(syscall(calls[i].number, (long)fd, calls[i].second,
                                 calls[i].third, calls[i].fourth),
                         EBADF))
            say("  system call %ld, descriptor %d\n", calls[i].number, fd);
}

static void negative(void)
{
    each_call(-1);
    each_call(-2147483647 - 1);
}

static void never_opened(void)
{
    each_call(500);
}

static void too_large(void)
{
    each_call(1 << 20);
    each_call(2147483647);
}

static void closed(void)
{
    int fd = open("/dev/null", O_RDWR);

    REQUIRE_OK(fd);
    REQUIRE_OK(close(fd));
    each_call(fd);
}

static void mapped(void)
{
    CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 500, 0), EBADF);
    CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, -1, 0), EBADF);
}

/* Only the low half of the register is the descriptor. */
static void high_half_is_ignored(void)
{
    long fd = open("/dev/null", O_RDWR);

    REQUIRE_OK(fd);
    CHECK_EQ(syscall(SYS_write, fd | (5L << 32), buffer, 4), 4);
    CHECK_OK(syscall(SYS_close, fd | (1L << 40)));
    CHECK_ERRNO(syscall(SYS_close, fd), EBADF);
}

static const struct test_case cases[] = {
    CASE(negative), CASE(never_opened), CASE(too_large),
    CASE(closed),   CASE(mapped),       CASE(high_half_is_ignored),
};

TEST_MAIN(cases)
