/* SPDX-License-Identifier: MIT */
/*
 * Verifies ftruncate: what is cut is gone, what is added is zero; and what it,
 * truncate and fallocate refuse.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define NOBODY 65534

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

static void by_path(void)
{
    static char longest[5000];

    tmp_enter();
    tmp_file("file", "abc", 3);
    REQUIRE_OK(mkdir("folder", 0755));
    REQUIRE_OK(symlink("loop", "loop"));
    memset(longest, 'n', sizeof(longest) - 1);
    CHECK_ERRNO(truncate("file", -1), EINVAL);
    CHECK_ERRNO(truncate("/dev/null", 1), EINVAL);
    CHECK_ERRNO(truncate("folder", 1), EISDIR);
    CHECK_ERRNO(truncate("loop", 1), ELOOP);
    CHECK_ERRNO(truncate("none", 1), ENOENT);
    CHECK_ERRNO(truncate("", 1), ENOENT);
    CHECK_ERRNO(truncate("file/file", 1), ENOTDIR);
    CHECK_ERRNO(truncate(longest, 1), ENAMETOOLONG);
    longest[256] = '\0';
    CHECK_ERRNO(truncate(longest, 1), ENAMETOOLONG);
    CHECK_ERRNO(truncate((char *)8, 1), EFAULT);
    CHECK_ERRNO(truncate(free_range(PAGE), 1), EFAULT);
}

static void without_rights(void)
{
    tmp_enter();
    tmp_file("file", "abc", 3);
    REQUIRE_OK(chmod("file", 0644));
    if (geteuid() != 0)
        return;
    REQUIRE_OK(setresuid(NOBODY, NOBODY, NOBODY));
    CHECK_ERRNO(truncate("file", 1), EACCES);
    CHECK_EQ(size_of(open("file", O_RDONLY)), 3);
}

/* RLIMIT_FSIZE: an errno and a signal. */
static void limit_on_size(void)
{
    int fd;

    tmp_enter();
    fd = tmp_file("file", "abc", 3);
    REQUIRE(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    set_limit(RLIMIT_FSIZE, PAGE);
    CHECK_OK(ftruncate(fd, PAGE));
    CHECK_ERRNO(ftruncate(fd, PAGE + 1), EFBIG);
    CHECK_ERRNO(truncate("file", PAGE + 1), EFBIG);
    CHECK_ERRNO(fallocate(fd, 0, 0, PAGE + 1), EFBIG);
    CHECK_OK(ftruncate(fd, 5));
    CHECK_EQ(size_of(fd), 5);
}

static int dies(void *unused)
{
    (void)unused;
    REQUIRE(signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
    set_limit(RLIMIT_FSIZE, PAGE);
    ftruncate(tmp_file("file", "abc", 3), PAGE + 1);
    return 0;
}

static void signal_of_limit(void)
{
    tmp_enter();
    CHECK_SIGNAL(run_child(dies, NULL), SIGXFSZ);
}

static const struct test_case cases[] = {
    CASE(shorter),
    CASE(longer),
    CASE(shorter_then_longer),
    CASE(shorter_then_written_beyond),
    CASE(to_nothing),
    CASE(position_stays),
    CASE(refused),
    CASE(by_path),
    CASE(without_rights),
    CASE(limit_on_size),
    CASE(signal_of_limit),
};

TEST_MAIN(cases)
