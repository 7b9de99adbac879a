/* SPDX-License-Identifier: MIT */
/*
 * Verifies chdir and getcwd: the folder that relative paths start from.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char here[300];

static void check_here(const char *expected)
{
    REQUIRE(getcwd(here, sizeof(here)) == here);
    CHECK_STR(here, expected);
}

static void absolute_and_relative(void)
{
    char base[160];

    tmp_enter();
    tmp_path(base, sizeof(base), getpid());
    check_here(base);
    REQUIRE_OK(mkdir("a", 0755));
    REQUIRE_OK(mkdir("a/b", 0755));
    CHECK_OK(chdir("a/b"));
    strcat(base, "/a/b");
    check_here(base);
    CHECK_OK(chdir(".."));
    CHECK_OK(chdir("./b/."));
    check_here(base);
    CHECK_OK(chdir("/"));
    check_here("/");
    CHECK_OK(chdir("/.."));
    check_here("/");
    CHECK_OK(chdir("tmp"));
    check_here("/tmp");
}

static void relative_names(void)
{
    tmp_enter();
    REQUIRE_OK(mkdir("a", 0755));
    close(tmp_file("a/file", "abc", 3));
    CHECK_ERRNO(open("file", O_RDONLY), ENOENT);
    CHECK_OK(chdir("a"));
    CHECK_OK(open("file", O_RDONLY));
    CHECK_OK(open("../a/file", O_RDONLY));
}

static void refused(void)
{
    tmp_enter();
    close(tmp_file("file", "abc", 3));
    CHECK_ERRNO(chdir("none"), ENOENT);
    CHECK_ERRNO(chdir(""), ENOENT);
    CHECK_ERRNO(chdir("file"), ENOTDIR);
    CHECK_ERRNO(chdir("file/x"), ENOTDIR);
    CHECK_OK(open("file", O_RDONLY));
}

/* The system call counts the final zero, and does not fit it in by force. */
static void buffer_sizes(void)
{
    CHECK_OK(chdir("/tmp"));
    memset(here, 'x', sizeof(here));
    CHECK_ERRNO(syscall(SYS_getcwd, here, 4), ERANGE);
    CHECK_ERRNO(syscall(SYS_getcwd, here, 0), ERANGE);
    CHECK_EQ(here[0], 'x');
    CHECK_EQ(syscall(SYS_getcwd, here, 5), 5);
    CHECK_STR(here, "/tmp");
    CHECK_EQ(here[5], 'x');
}

static int moves(void *unused)
{
    (void)unused;
    check_here("/tmp");
    CHECK_OK(chdir("/dev"));
    check_here("/dev");
    return 0;
}

static void childs_folder_is_its_own(void)
{
    CHECK_OK(chdir("/tmp"));
    CHECK_CHILD(moves, NULL);
    check_here("/tmp");
}

static const struct test_case cases[] = {
    CASE(absolute_and_relative), CASE(relative_names),           CASE(refused),
    CASE(buffer_sizes),          CASE(childs_folder_is_its_own),
};

TEST_MAIN(cases)
