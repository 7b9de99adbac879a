/* SPDX-License-Identifier: MIT */
/*
 * Verifies the errno of execve for each thing that it refuses, and that a
 * refused execve leaves the process as it was.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char *one_argument[] = { "name", NULL };

static long exec(const void *path)
{
    return syscall(SYS_execve, path, one_argument, one_argument + 1);
}

static void make(const char *name, const char *text, int mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, mode);

    REQUIRE_OK(fd);
    REQUIRE(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    REQUIRE_OK(close(fd));
}

static void not_there(void)
{
    tmp_enter();
    CHECK_ERRNO(exec("none"), ENOENT);
    CHECK_ERRNO(exec("none/none"), ENOENT);
    CHECK_ERRNO(exec(""), ENOENT);
    CHECK_ERRNO(exec("/"), EACCES);
}

static void not_a_folder(void)
{
    tmp_enter();
    make("file", "text", 0755);
    CHECK_ERRNO(exec("file/program"), ENOTDIR);
    CHECK_ERRNO(exec("file/"), ENOTDIR);
}

/* The superuser too needs an x bit somewhere. */
static void not_executable(void)
{
    tmp_enter();
    make("file", "#!/bin/sh\n", 0644);
    CHECK_ERRNO(exec("file"), EACCES);
    REQUIRE_OK(mkdir("folder", 0755));
    CHECK_ERRNO(exec("folder"), EACCES);
    CHECK_ERRNO(exec("/dev/null"), EACCES);
}

static void no_known_format(void)
{
    tmp_enter();
    make("text", "hello\n", 0755);
    make("empty", "", 0755);
    make("short",
         "\x7f"
         "EL",
         0755);
    CHECK_ERRNO(exec("text"), ENOEXEC);
    CHECK_ERRNO(exec("empty"), ENOEXEC);
    CHECK_ERRNO(exec("short"), ENOEXEC);
}

static void bad_pointers(void)
{
    char *p = map_island(1);
    char *bad_argument[] = { "name", (char *)8, NULL };

    CHECK_ERRNO(exec(NULL), EFAULT);
    CHECK_ERRNO(exec((void *)0xffff800000000000UL), EFAULT);
    CHECK_ERRNO(syscall(SYS_execve, test_self(), 8, one_argument + 1), EFAULT);
    CHECK_ERRNO(syscall(SYS_execve, test_self(), one_argument, 8), EFAULT);
    CHECK_ERRNO(
        syscall(SYS_execve, test_self(), bad_argument, one_argument + 1),
        EFAULT);
    CHECK_ERRNO(syscall(SYS_execve, test_self(), one_argument, bad_argument),
                EFAULT);
    CHECK_ERRNO(syscall(SYS_execve, test_self(), 0xffff800000000000UL,
                        one_argument + 1),
                EFAULT);
    /* An array that ends with the page, but not with a NULL. */
    ((char **)(p + PAGE))[-1] = one_argument[0];
    CHECK_ERRNO(
        syscall(SYS_execve, test_self(), p + PAGE - 8, one_argument + 1),
        EFAULT);
}

static void names_too_long(void)
{
    static char path[5000];

    memset(path, 'x', sizeof(path) - 1);
    CHECK_ERRNO(exec(path), ENAMETOOLONG);
    path[300] = '\0';
    CHECK_ERRNO(exec(path), ENAMETOOLONG);
}

static void refused_changes_nothing(void)
{
    char *p = map_island(4);
    int fd = tmp_pages(1, 0, 'a');
    pid_t pid = getpid();
    char byte;

    mark_pages(p, 4, 1);
    REQUIRE_OK(fcntl(fd, F_SETFD, FD_CLOEXEC));
    CHECK_ERRNO(exec("/does/not/exist"), ENOENT);
    CHECK_ERRNO(exec("/dev/null"), EACCES);
    CHECK_EQ(marked_pages(p, 4, 1), 4);
    CHECK_EQ(read(fd, &byte, 1), 1);
    CHECK_EQ(getpid(), pid);
    mark_pages(p, 4, 2);
}

static const struct test_case cases[] = {
    CASE(not_there),
    CASE(not_a_folder),
    CASE(not_executable),
    CASE(no_known_format),
    CASE(bad_pointers),
    CASE(names_too_long),
    CASE(refused_changes_nothing),
};

TEST_MAIN(cases)
