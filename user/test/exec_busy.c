/* SPDX-License-Identifier: MIT */
/*
 * Verifies ETXTBSY: a file that is open for writing is not executed, and one
 * that is being executed is not opened for writing, nor cut; a mapping counts
 * as an open file as long as it lasts.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define QUICK "quick" /* argv[1] of the executed program: ends at once */
#define SLOW "slow"   /* …: says so on descriptor 1 and waits for 0's end */

/* A copy of this program in the case's folder, closed. */
static void make_program(const char *name)
{
    static char data[64 * KIB];
    int from = open(test_self(), O_RDONLY);
    int to = open(name, O_WRONLY | O_CREAT | O_EXCL, 0755);
    ssize_t n;

    REQUIRE_OK(from);
    REQUIRE_OK(to);
    while ((n = read(from, data, sizeof(data))) > 0)
        REQUIRE(write(to, data, (size_t)n) == n);
    REQUIRE(n == 0);
    close(from);
    close(to);
}

/* In the child: what execve of the name says, or the program's status. */
static int executes(void *name)
{
    char *argv[] = { name, QUICK, NULL };

    execve(name, argv, argv + 2);
    return errno;
}

#define CHECK_EXECUTES(name, result)                                           \
    CHECK_EXIT(run_child(executes, (void *)(uintptr_t)(name)), (result))

/* A program that runs until `stop` is closed. */
struct running {
    pid_t pid;
    int stop;
};

static struct running start(const char *name)
{
    int to[2], from[2];
    char *argv[] = { (char *)(uintptr_t)name, SLOW, NULL };
    struct running it;
    char byte;

    REQUIRE_OK(pipe(to));
    REQUIRE_OK(pipe(from));
    it.pid = fork();
    REQUIRE_OK(it.pid);
    if (it.pid == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        close(to[1]);
        execve(name, argv, argv + 2);
        _exit(98);
    }
    close(to[0]);
    close(from[1]);
    it.stop = to[1];
    REQUIRE_OK(fcntl(it.stop, F_SETFD, FD_CLOEXEC)); /* others run too */
    REQUIRE(read(from[0], &byte, 1) == 1);
    close(from[0]);
    return it;
}

static void stop(const struct running *it)
{
    close(it->stop);
    CHECK_EXIT(wait_child(it->pid), 0);
}

static int run_slow(void)
{
    char byte;

    if (write(1, "", 1) != 1 || read(0, &byte, 1) != 0)
        return 1;
    return 0;
}

/* ---- open for writing ---- */

static void open_for_writing(void)
{
    int fd;

    tmp_enter();
    make_program("program");
    CHECK_EXECUTES("program", 0);
    fd = open("program", O_WRONLY);
    REQUIRE_OK(fd);
    CHECK_EXECUTES("program", ETXTBSY);
    REQUIRE_OK(close(fd));
    CHECK_EXECUTES("program", 0);
    fd = open("program", O_RDWR | O_APPEND);
    REQUIRE_OK(fd);
    CHECK_EXECUTES("program", ETXTBSY);
    REQUIRE_OK(close(fd));
    CHECK_EXECUTES("program", 0);
}

static void open_for_reading(void)
{
    tmp_enter();
    make_program("program");
    REQUIRE_OK(open("program", O_RDONLY));
    REQUIRE_OK(open("program", O_PATH));
    CHECK_EXECUTES("program", 0);
}

static void two_descriptors(void)
{
    int fd, copy;

    tmp_enter();
    make_program("program");
    fd = open("program", O_WRONLY);
    copy = dup(fd);
    REQUIRE_OK(copy);
    REQUIRE_OK(close(fd));
    CHECK_EXECUTES("program", ETXTBSY);
    fd = open("program", O_RDWR);
    REQUIRE_OK(close(copy));
    CHECK_EXECUTES("program", ETXTBSY);
    REQUIRE_OK(close(fd));
    CHECK_EXECUTES("program", 0);
}

static void by_another_name(void)
{
    int fd;

    tmp_enter();
    make_program("program");
    REQUIRE_OK(link("program", "other"));
    REQUIRE_OK(symlink("other", "third"));
    fd = open("program", O_WRONLY);
    CHECK_EXECUTES("third", ETXTBSY);
    REQUIRE_OK(close(fd));
    CHECK_EXECUTES("third", 0);
}

static void script(void)
{
    static const char text[] = "#!program\n";
    int fd;

    tmp_enter();
    make_program("program");
    fd = open("script", O_WRONLY | O_CREAT, 0755);
    REQUIRE(write(fd, text, sizeof(text) - 1) == sizeof(text) - 1);
    CHECK_EXECUTES("script", ETXTBSY);
    REQUIRE_OK(close(fd));
    fd = open("program", O_WRONLY);
    CHECK_EXECUTES("script", ETXTBSY);
    REQUIRE_OK(close(fd));
}

/* ---- mapped ---- */

static void mapped_writable(void)
{
    char *p;
    int fd;

    tmp_enter();
    make_program("program");
    fd = open("program", O_RDWR);
    p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    REQUIRE_OK(p);
    REQUIRE_OK(close(fd));
    CHECK_EXECUTES("program", ETXTBSY);
    REQUIRE_OK(munmap(p, PAGE));
    CHECK_EXECUTES("program", 0);
}

/* What matters is how the file was opened. */
static void mapped_otherwise(void)
{
    char *p, *q;
    int fd;

    tmp_enter();
    make_program("program");
    fd = open("program", O_RDONLY);
    p = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE_OK(p);
    poke(p, 1);
    CHECK_EXECUTES("program", 0);
    REQUIRE_OK(close(fd));
    fd = open("program", O_RDWR);
    q = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    REQUIRE_OK(q);
    REQUIRE_OK(close(fd));
    CHECK_EXECUTES("program", ETXTBSY);
    REQUIRE_OK(mmap(q, PAGE, RW, ANON | MAP_FIXED, -1, 0));
    CHECK_EXECUTES("program", 0);
}

/* ---- being executed ---- */

static void running_program(void)
{
    struct running it;

    tmp_enter();
    make_program("program");
    it = start("program");
    CHECK_ERRNO(open("program", O_WRONLY), ETXTBSY);
    CHECK_ERRNO(open("program", O_RDWR), ETXTBSY);
    CHECK_ERRNO(open("program", O_WRONLY | O_CREAT, 0755), ETXTBSY);
    CHECK_ERRNO(open("program", O_WRONLY | O_TRUNC), ETXTBSY);
    CHECK_ERRNO(open("program", O_RDONLY | O_TRUNC), ETXTBSY);
    CHECK_ERRNO(truncate("program", 0), ETXTBSY);
    CHECK_OK(open("program", O_RDONLY));
    CHECK_EXECUTES("program", 0);
    stop(&it);
    CHECK_OK(open("program", O_RDWR));
}

/* Its names may go, and others take their place. */
static void running_program_renamed(void)
{
    struct running it;
    struct stat st;

    tmp_enter();
    make_program("program");
    it = start("program");
    CHECK_OK(chmod("program", 0700));
    CHECK_OK(rename("program", "renamed"));
    CHECK_ERRNO(open("renamed", O_WRONLY), ETXTBSY);
    CHECK_OK(unlink("renamed"));
    make_program("program");
    CHECK_OK(open("program", O_RDWR));
    CHECK_OK(stat("program", &st));
    CHECK_EQ(st.st_mode & 0777, 0755);
    stop(&it);
}

static void two_that_run(void)
{
    struct running one, two;

    tmp_enter();
    make_program("program");
    one = start("program");
    two = start("program");
    stop(&one);
    CHECK_ERRNO(open("program", O_WRONLY), ETXTBSY);
    stop(&two);
    CHECK_OK(open("program", O_WRONLY));
}

/* A program cannot write to itself. */
static void itself(void)
{
    CHECK_ERRNO(open(test_self(), O_RDWR), ETXTBSY);
    CHECK_ERRNO(open("/proc/self/exe", O_WRONLY), ETXTBSY);
    CHECK_ERRNO(truncate(test_self(), 5), ETXTBSY);
    CHECK_OK(open("/proc/self/exe", O_RDONLY));
}

static const struct test_case cases[] = {
    CASE(open_for_writing),
    CASE(open_for_reading),
    CASE(two_descriptors),
    CASE(by_another_name),
    CASE(script),
    CASE(mapped_writable),
    CASE(mapped_otherwise),
    CASE(running_program),
    CASE(running_program_renamed),
    CASE(two_that_run),
    CASE(itself),
};

int main(int argc, char **argv, char **envp)
{
    if (argc > 1 && strcmp(argv[1], QUICK) == 0)
        return 0;
    if (argc > 1 && strcmp(argv[1], SLOW) == 0)
        return run_slow();
    return test_main(argc, argv, envp, cases, COUNT(cases));
}
