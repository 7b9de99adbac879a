/* SPDX-License-Identifier: MIT */
/*
 * Verifies stat, fstat, lstat and newfstatat.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define EMPTY_PATH 0x1000
#define NO_FOLLOW 0x100

static struct stat get(const char *name)
{
    struct stat st;

    memset(&st, 0xff, sizeof(st));
    REQUIRE_OK(stat(name, &st));
    return st;
}

static void regular_file(void)
{
    struct stat st, other;
    int fd;

    tmp_enter();
    fd = tmp_file("file", "abcdef", 6);
    st = get("file");
    CHECK(S_ISREG(st.st_mode));
    CHECK_EQ(st.st_mode & 07777, 0644);
    CHECK_EQ(st.st_size, 6);
    CHECK_EQ(st.st_nlink, 1);
    CHECK_EQ(st.st_uid, getuid());
    CHECK_EQ(st.st_gid, getgid());
    CHECK(st.st_ino != 0);
    CHECK(st.st_blksize >= 512);
    CHECK_OK(fstat(fd, &other));
    CHECK_EQ(other.st_ino, st.st_ino);
    CHECK_EQ(other.st_dev, st.st_dev);
    CHECK_EQ(other.st_size, 6);
    CHECK_EQ(pwrite(fd, "x", 1, 99), 1);
    CHECK_EQ(get("file").st_size, 100);
}

static void folder(void)
{
    struct stat st;

    tmp_enter();
    REQUIRE_OK(mkdir("folder", 0700));
    st = get("folder");
    CHECK(S_ISDIR(st.st_mode));
    CHECK_EQ(st.st_mode & 0777, 0700);
    CHECK_EQ(get("folder/.").st_ino, st.st_ino);
    CHECK_EQ(get("folder/..").st_ino, get(".").st_ino);
    CHECK(get(".").st_ino != st.st_ino);
}

/* Device and inode numbers together name one file. */
static void numbers_are_unique(void)
{
    struct stat one, two, maps;

    tmp_enter();
    close(tmp_file("one", "1", 1));
    close(tmp_file("two", "2", 1));
    one = get("one");
    two = get("two");
    maps = get("/proc/self/maps");
    CHECK_EQ(one.st_dev, two.st_dev);
    CHECK(one.st_ino != two.st_ino);
    CHECK(maps.st_dev != one.st_dev || maps.st_ino != one.st_ino);
    CHECK_EQ(get("one").st_ino, one.st_ino);
}

static void devices(void)
{
    static const struct {
        const char *name;
        unsigned minor;
    } memory_devices[] = { { "/dev/null", 3 },
                           { "/dev/zero", 5 },
                           { "/dev/urandom", 9 } };
    size_t i;

    for (i = 0; i < COUNT(memory_devices); i++) {
        struct stat st = get(memory_devices[i].name);

        CHECK(S_ISCHR(st.st_mode));
        CHECK_EQ(st.st_rdev, 0x100 | memory_devices[i].minor);
    }
}

static void pipes(void)
{
    struct stat one, two;
    int ends[2];

    REQUIRE_OK(pipe(ends));
    CHECK_OK(fstat(ends[0], &one));
    CHECK_OK(fstat(ends[1], &two));
    CHECK(S_ISFIFO(one.st_mode) && S_ISFIFO(two.st_mode));
    CHECK_EQ(one.st_ino, two.st_ino);
    CHECK_EQ(one.st_size, 0);
}

static void unlinked_file(void)
{
    struct stat st;
    int fd = tmp_pages(1, 5, 'a');

    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_nlink, 0);
    CHECK_EQ(st.st_size, PAGE + 5);
}

static void errors(void)
{
    struct stat st;

    tmp_enter();
    close(tmp_file("file", "abc", 3));
    CHECK_ERRNO(stat("none", &st), ENOENT);
    CHECK_ERRNO(stat("", &st), ENOENT);
    CHECK_ERRNO(stat("file/x", &st), ENOTDIR);
    CHECK_ERRNO(lstat("none", &st), ENOENT);
    CHECK_ERRNO(fstat(-1, &st), EBADF);
    CHECK_ERRNO(fstat(999, &st), EBADF);
}

static void relative_to_a_folder(void)
{
    struct stat st;
    int folder_fd, fd;

    tmp_enter();
    REQUIRE_OK(mkdir("folder", 0755));
    fd = tmp_file("folder/file", "abc", 3);
    folder_fd = open("folder", O_RDONLY);
    REQUIRE_OK(folder_fd);
    CHECK_OK(syscall(SYS_newfstatat, folder_fd, "file", &st, 0));
    CHECK_EQ(st.st_size, 3);
    CHECK_OK(syscall(SYS_newfstatat, AT_FDCWD, "folder/file", &st, NO_FOLLOW));
    CHECK_EQ(st.st_size, 3);
    CHECK_OK(syscall(SYS_newfstatat, fd, "", &st, EMPTY_PATH));
    CHECK_EQ(st.st_size, 3);
    CHECK_ERRNO(syscall(SYS_newfstatat, fd, "", &st, 0), ENOENT);
    CHECK_ERRNO(syscall(SYS_newfstatat, fd, "x", &st, 0), ENOTDIR);
    CHECK_ERRNO(syscall(SYS_newfstatat, 999, "x", &st, 0), EBADF);
    CHECK_ERRNO(syscall(SYS_newfstatat, folder_fd, "file", &st, 0x10), EINVAL);
}

static void nothing_of_the_kernels_leaks(void)
{
    static unsigned char buffer[sizeof(struct stat) + 16];
    size_t i;

    tmp_enter();
    close(tmp_file("file", "abc", 3));
    memset(buffer, 0xa5, sizeof(buffer));
    CHECK_OK(syscall(SYS_stat, "file", buffer));
    for (i = 144; i < sizeof(buffer); i++)
        CHECK_EQ(buffer[i], 0xa5);
    CHECK(all_bytes(buffer + 120, 24, 0));
}

static const struct test_case cases[] = {
    CASE(regular_file),
    CASE(folder),
    CASE(numbers_are_unique),
    CASE(devices),
    CASE(pipes),
    CASE(unlinked_file),
    CASE(errors),
    CASE(relative_to_a_folder),
    CASE(nothing_of_the_kernels_leaks),
};

TEST_MAIN(cases)
