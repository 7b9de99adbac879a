/* SPDX-License-Identifier: MIT */
/*
 * Children of a case.
 */
#include <sys/resource.h>

#include "user/test/lib/frame.h"
#include "user/test/test.h"

pid_t start_child(int (*fn)(void *arg), void *arg)
{
    pid_t pid = fork();
    int result;

    REQUIRE_OK(pid);
    if (pid != 0)
        return pid;
    test_failures = 0;
    result = fn(arg);
    _exit(test_failures == 0 ? result : TEST_CHECK_FAILED);
}

int wait_child(pid_t pid)
{
    int status = -1;
    pid_t found;

    do {
        found = waitpid(pid, &status, 0);
    } while (found < 0 && errno == EINTR);
    REQUIRE_OK(found);
    CHECK_EQ(found == pid, 1);
    return status;
}

int run_child(int (*fn)(void *arg), void *arg)
{
    return wait_child(start_child(fn, arg));
}

void baton_make(int baton[2])
{
    REQUIRE_OK(pipe(baton));
}

void baton_pass(const int baton[2])
{
    REQUIRE(write(baton[1], "x", 1) == 1);
}

void baton_wait(const int baton[2])
{
    char byte;

    REQUIRE(read(baton[0], &byte, 1) == 1);
}

void set_limit(int resource, unsigned long value)
{
    struct rlimit limit = { value, value };

    REQUIRE_OK(setrlimit(resource, &limit));
}
