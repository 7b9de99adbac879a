/* SPDX-License-Identifier: MIT */
/*
 * Verifies open and openat: each flag, each refusal.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static void make(const char *name, const char *text)
{
    close(tmp_file(name, text, strlen(text)));
}

static long long size_of(const char *name)
{
    struct stat st;

    REQUIRE_OK(stat(name, &st));
    return st.st_size;
}

static void creates(void)
{
    struct stat st;
    int fd;

    tmp_enter();
    fd = open("file", O_WRONLY | O_CREAT, 0600);
    REQUIRE_OK(fd);
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_mode, S_IFREG | 0600);
    CHECK_EQ(st.st_size, 0);
    CHECK_EQ(st.st_nlink, 1);
}

static void creating_opens_what_is_there(void)
{
    char text[4] = "";
    int fd;

    tmp_enter();
    make("file", "abc");
    fd = open("file", O_RDWR | O_CREAT, 0600);
    REQUIRE_OK(fd);
    CHECK_EQ(read(fd, text, 4), 3);
    CHECK_STR(text, "abc");
}

static void exclusively(void)
{
    tmp_enter();
    CHECK_OK(open("file", O_RDWR | O_CREAT | O_EXCL, 0600));
    CHECK_ERRNO(open("file", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    REQUIRE_OK(mkdir("folder", 0755));
    CHECK_ERRNO(open("folder", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
}

static void truncates(void)
{
    tmp_enter();
    make("file", "abcdef");
    CHECK_OK(open("file", O_WRONLY));
    CHECK_EQ(size_of("file"), 6);
    CHECK_OK(open("file", O_WRONLY | O_TRUNC));
    CHECK_EQ(size_of("file"), 0);
}

static void appends(void)
{
    char text[16] = "";
    int fd;

    tmp_enter();
    make("file", "abc");
    fd = open("file", O_RDWR | O_APPEND);
    REQUIRE_OK(fd);
    CHECK_EQ(write(fd, "de", 2), 2);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(write(fd, "f", 1), 1);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 6);
    CHECK_EQ(pread(fd, text, 16, 0), 6);
    CHECK_STR(text, "abcdef");
}

static void not_there(void)
{
    tmp_enter();
    make("file", "abc");
    CHECK_ERRNO(open("none", O_RDONLY), ENOENT);
    CHECK_ERRNO(open("none/file", O_WRONLY | O_CREAT, 0600), ENOENT);
    CHECK_ERRNO(open("", O_RDONLY), ENOENT);
    CHECK_ERRNO(open("file/file", O_RDONLY), ENOTDIR);
    CHECK_ERRNO(open("file/", O_RDONLY), ENOTDIR);
    CHECK_ERRNO(open("file/.", O_RDONLY), ENOTDIR);
    CHECK_ERRNO(open("file/..", O_RDONLY), ENOTDIR);
}

static void folders(void)
{
    int fd;

    tmp_enter();
    make("file", "abc");
    REQUIRE_OK(mkdir("folder", 0755));
    CHECK_OK(open("folder", O_RDONLY));
    CHECK_OK(open("folder/", O_RDONLY));
    CHECK_OK(open(".", O_RDONLY));
    CHECK_OK(open("folder/..", O_RDONLY | O_DIRECTORY));
    CHECK_ERRNO(open("folder", O_WRONLY), EISDIR);
    CHECK_ERRNO(open("folder", O_RDWR), EISDIR);
    CHECK_ERRNO(open("folder", O_RDONLY | O_CREAT, 0600), EISDIR);
    CHECK_ERRNO(open("none/", O_RDWR | O_CREAT, 0600), EISDIR);
    CHECK_ERRNO(open("file", O_RDONLY | O_DIRECTORY), ENOTDIR);
    fd = open("folder", O_RDONLY | O_DIRECTORY);
    REQUIRE_OK(fd);
    CHECK_ERRNO(read(fd, "x", 1), EISDIR);
    CHECK_ERRNO(write(fd, "x", 1), EBADF);
}

static void by_many_paths(void)
{
    tmp_enter();
    REQUIRE_OK(mkdir("folder", 0755));
    make("folder/file", "abc");
    CHECK_OK(open("folder/file", O_RDONLY));
    CHECK_OK(open("./folder/./file", O_RDONLY));
    CHECK_OK(open("folder//file", O_RDONLY));
    CHECK_OK(open("folder/../folder/file", O_RDONLY));
    CHECK_OK(open("/../../tmp", O_RDONLY));
    CHECK_OK(open("//tmp///", O_RDONLY));
}

static void names_too_long(void)
{
    static char path[4200];

    tmp_enter();
    memset(path, 'n', 256);
    CHECK_ERRNO(open(path, O_RDWR | O_CREAT, 0600), ENAMETOOLONG);
    path[255] = '\0';
    CHECK_OK(open(path, O_RDWR | O_CREAT, 0600));
    CHECK_OK(unlink(path));
    memset(path, '/', 4199);
    CHECK_ERRNO(open(path, O_RDONLY), ENAMETOOLONG);
    path[4095] = '\0';
    CHECK_OK(open(path, O_RDONLY));
}

static void access_mode_is_kept_to(void)
{
    char byte;
    int fd;

    tmp_enter();
    make("file", "abc");
    fd = open("file", O_RDONLY);
    CHECK_ERRNO(write(fd, "x", 1), EBADF);
    CHECK_ERRNO(pwrite(fd, "x", 1, 0), EBADF);
    CHECK_EQ(read(fd, &byte, 1), 1);
    fd = open("file", O_WRONLY);
    CHECK_ERRNO(read(fd, &byte, 1), EBADF);
    CHECK_ERRNO(pread(fd, &byte, 1, 0), EBADF);
    CHECK_EQ(write(fd, "x", 1), 1);
}

static void lowest_descriptor(void)
{
    int first, second, third;

    tmp_enter();
    make("file", "abc");
    first = open("file", O_RDONLY);
    second = open("file", O_RDONLY);
    third = open("file", O_RDONLY);
    REQUIRE(first >= 0 && second > first && third > second);
    CHECK_OK(close(second));
    CHECK_EQ(open("file", O_RDONLY), second);
    CHECK_OK(close(first));
    CHECK_OK(close(second));
    CHECK_EQ(open("file", O_RDONLY), first);
    CHECK_EQ(open("file", O_RDONLY), second);
    CHECK_EQ(open("file", O_RDONLY), third + 1);
}

static void relative_to_a_folder(void)
{
    int folder, file;

    tmp_enter();
    REQUIRE_OK(mkdir("folder", 0755));
    make("folder/inner", "abc");
    make("file", "abc");
    folder = open("folder", O_RDONLY | O_DIRECTORY);
    file = open("file", O_RDONLY);
    REQUIRE_OK(folder);
    CHECK_OK(syscall(SYS_openat, folder, "inner", O_RDONLY));
    CHECK_OK(syscall(SYS_openat, folder, "../file", O_RDONLY));
    CHECK_OK(syscall(SYS_openat, AT_FDCWD, "file", O_RDONLY));
    CHECK_OK(syscall(SYS_openat, -1, "/tmp", O_RDONLY));
    CHECK_ERRNO(syscall(SYS_openat, folder, "file", O_RDONLY), ENOENT);
    CHECK_ERRNO(syscall(SYS_openat, -1, "file", O_RDONLY), EBADF);
    CHECK_ERRNO(syscall(SYS_openat, 999, "file", O_RDONLY), EBADF);
    CHECK_ERRNO(syscall(SYS_openat, file, "file", O_RDONLY), ENOTDIR);
    CHECK_ERRNO(syscall(SYS_openat, folder, "", O_RDONLY), ENOENT);
}

static void closed(void)
{
    char byte;
    int fd;

    tmp_enter();
    fd = tmp_file("file", "abc", 3);
    CHECK_OK(close(fd));
    CHECK_ERRNO(close(fd), EBADF);
    CHECK_ERRNO(read(fd, &byte, 1), EBADF);
    CHECK_ERRNO(close(-1), EBADF);
    CHECK_ERRNO(close(100000), EBADF);
}

static const struct test_case cases[] = {
    CASE(creates),
    CASE(creating_opens_what_is_there),
    CASE(exclusively),
    CASE(truncates),
    CASE(appends),
    CASE(not_there),
    CASE(folders),
    CASE(by_many_paths),
    CASE(names_too_long),
    CASE(access_mode_is_kept_to),
    CASE(lowest_descriptor),
    CASE(relative_to_a_folder),
    CASE(closed),
};

TEST_MAIN(cases)
