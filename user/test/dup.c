/* SPDX-License-Identifier: MIT */
/*
 * Verifies dup, dup2, dup3 and what fcntl does with descriptors, and the
 * limit of open files.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static int byte_at(int fd)
{
    char byte = 0;

    CHECK_EQ(pread(fd, &byte, 1, 0), 1);
    return byte;
}

static void dup_takes_the_lowest(void)
{
    int fd = tmp_pages(1, 0, 'a'), first = dup(fd), second = dup(fd);

    CHECK(first > fd && second > first);
    CHECK_OK(close(first));
    CHECK_EQ(dup(fd), first);
    CHECK_OK(close(fd));
    CHECK_EQ(byte_at(first), 'a');
    CHECK_EQ(byte_at(second), 'a');
}

static void dup2_replaces(void)
{
    int one = tmp_pages(1, 0, 'a'), two = tmp_pages(1, 0, 'k');

    CHECK_EQ(dup2(one, two), two);
    CHECK_EQ(byte_at(two), 'a');
    CHECK_EQ(dup2(one, 77), 77);
    CHECK_EQ(byte_at(77), 'a');
    CHECK_OK(close(one));
    CHECK_EQ(byte_at(77), 'a');
}

static void dup2_onto_itself(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_OK(fcntl(fd, F_SETFD, FD_CLOEXEC));
    CHECK_EQ(dup2(fd, fd), fd);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_ERRNO(dup2(999, 999), EBADF);
}

static void dup3_flags(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_EQ(syscall(SYS_dup3, fd, 77, O_CLOEXEC), 77);
    CHECK_EQ(fcntl(77, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(syscall(SYS_dup3, fd, 78, 0), 78);
    CHECK_EQ(fcntl(78, F_GETFD), 0);
    CHECK_ERRNO(syscall(SYS_dup3, fd, fd, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_dup3, fd, 79, O_APPEND), EINVAL);
    CHECK_ERRNO(syscall(SYS_dup3, fd, 79, 1), EINVAL);
    CHECK_ERRNO(fcntl(79, F_GETFD), EBADF);
}

/* The mark belongs to the descriptor, and copies come without it. */
static void copies_are_not_marked(void)
{
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(dup(fd), F_GETFD), 0);
    CHECK_EQ(dup2(fd, 77), 77);
    CHECK_EQ(fcntl(77, F_GETFD), 0);
}

static void bad_descriptors(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_ERRNO(dup(-1), EBADF);
    CHECK_ERRNO(dup(999), EBADF);
    CHECK_ERRNO(dup2(999, 5), EBADF);
    CHECK_ERRNO(dup2(fd, -1), EBADF);
    CHECK_ERRNO(dup2(fd, 1 << 30), EBADF);
    CHECK_ERRNO(syscall(SYS_dup3, 999, 5, 0), EBADF);
    CHECK_ERRNO(syscall(SYS_dup3, fd, -1, 0), EBADF);
}

static void fcntl_copies_from(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_EQ(fcntl(fd, F_DUPFD, 60), 60);
    CHECK_EQ(fcntl(fd, F_DUPFD, 60), 61);
    CHECK_EQ(fcntl(61, F_GETFD), 0);
    CHECK_EQ(fcntl(fd, F_DUPFD_CLOEXEC, 60), 62);
    CHECK_EQ(fcntl(62, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(byte_at(62), 'a');
    CHECK_ERRNO(fcntl(fd, F_DUPFD, -1), EINVAL);
    CHECK_ERRNO(fcntl(fd, F_DUPFD, 1 << 30), EINVAL);
    CHECK_ERRNO(fcntl(999, F_DUPFD, 0), EBADF);
    CHECK_ERRNO(fcntl(fd, 12345, 0), EINVAL);
}

static void status_flags(void)
{
    int fd = open("/dev/null", O_WRONLY | O_APPEND);

    CHECK_EQ(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_WRONLY | O_APPEND);
    CHECK_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
    CHECK_EQ(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK),
             O_WRONLY | O_NONBLOCK);
    CHECK_EQ(fcntl(dup(fd), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    CHECK_ERRNO(fcntl(999, F_GETFL), EBADF);
}

static void limit_of_files(void)
{
    int fd = tmp_pages(1, 0, 'a'), ends[2] = { -5, -5 }, last = fd, next;

    set_limit(RLIMIT_NOFILE, 20);
    while ((next = dup(fd)) >= 0)
        last = next;
    CHECK_EQ(errno, EMFILE);
    CHECK_EQ(last, 19);
    CHECK_ERRNO(open("/dev/null", O_RDONLY), EMFILE);
    CHECK_ERRNO(pipe(ends), EMFILE);
    CHECK_EQ(ends[0], -5);
    CHECK_ERRNO(fcntl(fd, F_DUPFD, 0), EMFILE);
    CHECK_ERRNO(fcntl(fd, F_DUPFD, 20), EINVAL);
    CHECK_ERRNO(dup2(fd, 20), EBADF);
    CHECK_EQ(dup2(fd, 19), 19);
    CHECK_OK(close(18));
    CHECK_ERRNO(pipe(ends), EMFILE);
    CHECK_EQ(open("/dev/null", O_RDONLY), 18);
}

static void many_descriptors(void)
{
    int fd = tmp_pages(1, 0, 'a'), i;

    for (i = 100; i < 600; i++)
        REQUIRE(dup2(fd, i) == i);
    for (i = 100; i < 600; i += 50)
        CHECK_EQ(byte_at(i), 'a');
    for (i = 100; i < 600; i++)
        REQUIRE_OK(close(i));
    CHECK_ERRNO(close(300), EBADF);
    CHECK_EQ(byte_at(fd), 'a');
}

static int closes(void *fd)
{
    CHECK_OK(close(*(int *)fd));
    return 0;
}

static void tables_part_at_fork(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_CHILD(closes, &fd);
    CHECK_EQ(byte_at(fd), 'a');
}

static const struct test_case cases[] = {
    CASE(dup_takes_the_lowest),  CASE(dup2_replaces),
    CASE(dup2_onto_itself),      CASE(dup3_flags),
    CASE(copies_are_not_marked), CASE(bad_descriptors),
    CASE(fcntl_copies_from),     CASE(status_flags),
    CASE(limit_of_files),        CASE(many_descriptors),
    CASE(tables_part_at_fork),
};

TEST_MAIN(cases)
