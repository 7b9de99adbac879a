/* SPDX-License-Identifier: MIT */
/*
 * Verifies rename: what may take whose place.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static void make(const char *name, const char *text)
{
    close(tmp_file(name, text, strlen(text)));
}

/* The file's bytes; "" if there is no such file. */
static const char *content(const char *name)
{
    static char text[16];
    int fd = open(name, O_RDONLY);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static int exists(const char *name)
{
    struct stat st;

    return stat(name, &st) == 0;
}

static void file(void)
{
    tmp_enter();
    make("one", "1");
    CHECK_OK(rename("one", "two"));
    CHECK(!exists("one"));
    CHECK_STR(content("two"), "1");
}

static void over_a_file(void)
{
    char byte = 0;
    int fd;

    tmp_enter();
    make("one", "1");
    fd = tmp_file("two", "2", 1);
    CHECK_OK(rename("one", "two"));
    CHECK(!exists("one"));
    CHECK_STR(content("two"), "1");
    CHECK_EQ(read(fd, &byte, 1), 1);
    CHECK_EQ(byte, '2');
}

static void open_file(void)
{
    int fd;

    tmp_enter();
    fd = tmp_file("one", "1", 1);
    CHECK_OK(rename("one", "two"));
    CHECK_EQ(pwrite(fd, "x", 1, 0), 1);
    CHECK_STR(content("two"), "x");
}

static void into_another_folder(void)
{
    tmp_enter();
    REQUIRE_OK(mkdir("a", 0755));
    REQUIRE_OK(mkdir("b", 0755));
    make("a/file", "1");
    CHECK_OK(rename("a/file", "b/other"));
    CHECK_STR(content("b/other"), "1");
    CHECK_OK(rename("b/other", "file"));
    CHECK_STR(content("file"), "1");
    CHECK_OK(rmdir("a"));
    CHECK_OK(rmdir("b"));
}

static void folder(void)
{
    tmp_enter();
    REQUIRE_OK(mkdir("a", 0755));
    REQUIRE_OK(mkdir("b", 0755));
    make("a/file", "1");
    CHECK_OK(rename("a", "b/c"));
    CHECK_STR(content("b/c/file"), "1");
    CHECK(!exists("a"));
    REQUIRE_OK(chdir("b/c"));
    CHECK_OK(chdir("../.."));
    CHECK_STR(content("b/c/file"), "1");
}

/* The folder's parent is another one afterwards. */
static void moved_while_inside(void)
{
    char text[200];

    tmp_enter();
    REQUIRE_OK(mkdir("a", 0755));
    REQUIRE_OK(mkdir("b", 0755));
    REQUIRE_OK(chdir("a"));
    CHECK_OK(rename("../a", "../b/a"));
    REQUIRE(getcwd(text, sizeof(text)) != NULL);
    CHECK(strlen(text) > 4);
    CHECK_STR(text + strlen(text) - 4, "/b/a");
    CHECK(exists("../../b"));
}

static void folder_over_folder(void)
{
    tmp_enter();
    REQUIRE_OK(mkdir("a", 0755));
    REQUIRE_OK(mkdir("empty", 0755));
    REQUIRE_OK(mkdir("full", 0755));
    make("a/file", "1");
    make("full/file", "2");
    CHECK_ERRNO(rename("a", "full"), ENOTEMPTY);
    CHECK_OK(rename("a", "empty"));
    CHECK_STR(content("empty/file"), "1");
    CHECK_STR(content("full/file"), "2");
}

static void kinds_do_not_mix(void)
{
    tmp_enter();
    REQUIRE_OK(mkdir("folder", 0755));
    make("file", "1");
    CHECK_ERRNO(rename("file", "folder"), EISDIR);
    CHECK_ERRNO(rename("folder", "file"), ENOTDIR);
    CHECK_ERRNO(rename("file", "new/"), ENOTDIR);
    CHECK_OK(rename("folder", "new/"));
    CHECK(exists("new"));
}

static void into_itself(void)
{
    tmp_enter();
    REQUIRE_OK(mkdir("a", 0755));
    REQUIRE_OK(mkdir("a/b", 0755));
    CHECK_ERRNO(rename("a", "a/b/c"), EINVAL);
    CHECK_ERRNO(rename("a", "a/c"), EINVAL);
    CHECK_ERRNO(rename("a/b", "a"), ENOTEMPTY);
    CHECK_OK(rename("a", "a"));
    CHECK_OK(rename("a", "./a"));
    CHECK(exists("a/b"));
}

static void same_file(void)
{
    tmp_enter();
    make("file", "1");
    CHECK_OK(rename("file", "file"));
    CHECK_STR(content("file"), "1");
}

static void not_there(void)
{
    tmp_enter();
    make("file", "1");
    CHECK_ERRNO(rename("none", "two"), ENOENT);
    CHECK_ERRNO(rename("file", "none/two"), ENOENT);
    CHECK_ERRNO(rename("file/x", "two"), ENOTDIR);
    CHECK_ERRNO(rename("file", ""), ENOENT);
    CHECK_ERRNO(rename("", "file"), ENOENT);
    CHECK_ERRNO(rename(".", "two"), EBUSY);
    CHECK_STR(content("file"), "1");
}

static const struct test_case cases[] = {
    CASE(file),
    CASE(over_a_file),
    CASE(open_file),
    CASE(into_another_folder),
    CASE(folder),
    CASE(moved_while_inside),
    CASE(folder_over_folder),
    CASE(kinds_do_not_mix),
    CASE(into_itself),
    CASE(same_file),
    CASE(not_there),
};

TEST_MAIN(cases)
