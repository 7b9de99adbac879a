/* SPDX-License-Identifier: MIT */
/*
 * Verifies symbolic links: made, read, followed, and followed in circles.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static void made_and_read(void)
{
    char text[16];
    struct stat st;

    tmp_enter();
    CHECK_OK(symlink("target", "link"));
    memset(text, 'x', sizeof(text));
    CHECK_EQ(readlink("link", text, sizeof(text)), 6);
    CHECK_EQ(memcmp(text, "targetx", 7), 0);
    CHECK_EQ(readlink("link", text, 3), 3);
    CHECK_OK(lstat("link", &st));
    CHECK(S_ISLNK(st.st_mode));
    CHECK_EQ(st.st_size, 6);
    CHECK_ERRNO(stat("link", &st), ENOENT);
    CHECK_ERRNO(symlink("other", "link"), EEXIST);
    CHECK_ERRNO(symlink("", "empty"), ENOENT);
}

static void not_a_link(void)
{
    char text[16];

    tmp_enter();
    close(tmp_file("file", "abc", 3));
    CHECK_ERRNO(readlink("file", text, sizeof(text)), EINVAL);
    CHECK_ERRNO(readlink(".", text, sizeof(text)), EINVAL);
    CHECK_ERRNO(readlink("none", text, sizeof(text)), ENOENT);
    CHECK_OK(symlink("x", "link"));
    CHECK_ERRNO(syscall(SYS_readlink, "link", text, 0), EINVAL);
}

static void followed(void)
{
    struct stat st;
    char byte = 0;
    int fd;

    tmp_enter();
    REQUIRE_OK(mkdir("folder", 0755));
    close(tmp_file("folder/file", "abc", 3));
    CHECK_OK(symlink("folder/file", "to-file"));
    CHECK_OK(symlink("folder", "to-folder"));
    CHECK_OK(symlink("../to-file", "folder/back"));
    fd = open("to-file", O_RDONLY);
    CHECK_EQ(read(fd, &byte, 1), 1);
    CHECK_EQ(byte, 'a');
    CHECK_OK(open("to-folder/file", O_RDONLY));
    CHECK_OK(open("to-folder/back", O_RDONLY));
    CHECK_OK(open("to-folder", O_RDONLY | O_DIRECTORY));
    CHECK_OK(stat("to-folder", &st));
    CHECK(S_ISDIR(st.st_mode));
    CHECK_OK(lstat("to-folder/", &st));
    CHECK(S_ISDIR(st.st_mode));
    CHECK_OK(chdir("to-folder"));
    CHECK_OK(open("file", O_RDONLY));
    CHECK_OK(open("../to-file", O_RDONLY));
}

static void absolute_target(void)
{
    tmp_enter();
    CHECK_OK(symlink("/dev/null", "link"));
    CHECK_EQ(write(open("link", O_WRONLY), "abc", 3), 3);
}

static void circles(void)
{
    struct stat st;

    tmp_enter();
    CHECK_OK(symlink("two", "one"));
    CHECK_OK(symlink("one", "two"));
    CHECK_OK(symlink("self", "self"));
    CHECK_ERRNO(open("one", O_RDONLY), ELOOP);
    CHECK_ERRNO(stat("self", &st), ELOOP);
    CHECK_ERRNO(open("self/x", O_RDONLY), ELOOP);
    CHECK_OK(lstat("self", &st));
}

static void not_followed(void)
{
    struct stat st;

    tmp_enter();
    close(tmp_file("file", "abc", 3));
    CHECK_OK(symlink("file", "link"));
    CHECK_ERRNO(open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
    CHECK_ERRNO(open("link", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    CHECK_OK(unlink("link"));
    CHECK_OK(stat("file", &st));
    CHECK_OK(symlink("file", "link"));
    CHECK_OK(rename("link", "renamed"));
    CHECK_OK(lstat("renamed", &st));
    CHECK(S_ISLNK(st.st_mode));
    CHECK_ERRNO(rmdir("renamed"), ENOTDIR);
}

/* Opening by a link that dangles makes what it points to. */
static void created_through_a_link(void)
{
    struct stat st;

    tmp_enter();
    CHECK_OK(symlink("target", "link"));
    CHECK_OK(open("link", O_RDWR | O_CREAT, 0600));
    CHECK_OK(lstat("target", &st));
    CHECK(S_ISREG(st.st_mode));
}

static const struct test_case cases[] = {
    CASE(made_and_read),          CASE(not_a_link), CASE(followed),
    CASE(absolute_target),        CASE(circles),    CASE(not_followed),
    CASE(created_through_a_link),
};

TEST_MAIN(cases)
