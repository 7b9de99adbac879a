/* SPDX-License-Identifier: MIT */
/*
 * Verifies what getrlimit, setrlimit, prlimit and getrusage refuse. What the
 * limits on memory do: mmap_limits.c, brk_limits.c, mlock.c.
 */
#include <sys/resource.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

#define NOBODY 65534
#define NO_PID 0x3fffffff

static void bad_resources(void)
{
    struct rlimit limit = { 1, 2 };

    CHECK_ERRNO(syscall(SYS_getrlimit, RLIM_NLIMITS, &limit), EINVAL);
    CHECK_ERRNO(syscall(SYS_getrlimit, -1, &limit), EINVAL);
    CHECK_ERRNO(syscall(SYS_setrlimit, RLIM_NLIMITS, &limit), EINVAL);
    CHECK_ERRNO(prlimit(0, RLIM_NLIMITS, NULL, &limit), EINVAL);
    CHECK_ERRNO(prlimit(0, RLIM_NLIMITS, NULL, NULL), EINVAL);
}

static void soft_above_hard(void)
{
    struct rlimit limit = { 3 * PAGE, 2 * PAGE }, now;

    CHECK_ERRNO(setrlimit(RLIMIT_DATA, &limit), EINVAL);
    CHECK_ERRNO(prlimit(0, RLIMIT_DATA, &limit, NULL), EINVAL);
    limit.rlim_cur = RLIM_INFINITY;
    CHECK_ERRNO(setrlimit(RLIMIT_MEMLOCK, &limit), EINVAL);
    CHECK_OK(getrlimit(RLIMIT_DATA, &now));
    CHECK(now.rlim_max != 2 * PAGE);
}

static void bad_pointers(void)
{
    char *end = map_island(1) + PAGE;
    struct rlimit limit;

    CHECK_ERRNO(syscall(SYS_getrlimit, RLIMIT_AS, 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_getrlimit, RLIMIT_AS, end - 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_setrlimit, RLIMIT_AS, 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_setrlimit, RLIM_NLIMITS, 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_getrlimit, RLIM_NLIMITS, 8), EINVAL);
    CHECK_ERRNO(syscall(SYS_prlimit64, 0, RLIMIT_AS, end - 8, NULL), EFAULT);
    CHECK_ERRNO(syscall(SYS_prlimit64, 0, RLIMIT_AS, NULL, end - 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_prlimit64, NO_PID, RLIMIT_AS, 8, NULL), EFAULT);
    CHECK_ERRNO(prlimit(NO_PID, RLIMIT_AS, NULL, &limit), ESRCH);
}

static int asks_for_more(void *unused)
{
    struct rlimit limit;

    (void)unused;
    REQUIRE_OK(getrlimit(RLIMIT_AS, &limit));
    limit.rlim_max = limit.rlim_cur = GIB;
    CHECK_OK(setrlimit(RLIMIT_AS, &limit));
    REQUIRE_OK(setresuid(NOBODY, NOBODY, NOBODY));
    limit.rlim_max++;
    CHECK_ERRNO(setrlimit(RLIMIT_AS, &limit), EPERM);
    CHECK_ERRNO(prlimit(0, RLIMIT_AS, &limit, NULL), EPERM);
    limit.rlim_max = limit.rlim_cur = GIB - PAGE;
    CHECK_OK(setrlimit(RLIMIT_AS, &limit));
    limit.rlim_max = GIB;
    CHECK_ERRNO(setrlimit(RLIMIT_AS, &limit), EPERM);
    return 0;
}

static void hard_limits(void)
{
    struct rlimit limit = { 5, RLIM_INFINITY };

    CHECK_ERRNO(setrlimit(RLIMIT_NOFILE, &limit), EPERM); /* fs.nr_open */
    if (geteuid() == 0)
        CHECK_CHILD(asks_for_more, NULL);
}

static int looks_at_parent(void *unused)
{
    struct rlimit limit = { GIB, GIB };

    (void)unused;
    REQUIRE_OK(setresuid(NOBODY, NOBODY, NOBODY));
    CHECK_ERRNO(prlimit(getppid(), RLIMIT_AS, NULL, &limit), EPERM);
    CHECK_ERRNO(prlimit(getppid(), RLIMIT_AS, &limit, NULL), EPERM);
    CHECK_ERRNO(prlimit(getppid(), RLIM_NLIMITS, NULL, &limit), EPERM);
    return 0;
}

static int exits(void *unused)
{
    (void)unused;
    return 0;
}

static void others(void)
{
    struct rlimit limit;
    pid_t pid = start_child(exits, NULL);

    CHECK_EXIT(wait_child(pid), 0);
    CHECK_ERRNO(prlimit(pid, RLIMIT_AS, NULL, &limit), ESRCH);
    if (geteuid() == 0)
        CHECK_CHILD(looks_at_parent, NULL);
}

static void usage(void)
{
    char *end = map_island(1) + PAGE;
    struct rusage usage;

    CHECK_ERRNO(syscall(SYS_getrusage, RUSAGE_SELF, 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_getrusage, RUSAGE_CHILDREN, end - 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_getrusage, RUSAGE_THREAD, NULL), EFAULT);
    CHECK_ERRNO(syscall(SYS_getrusage, 2, &usage), EINVAL);
    CHECK_ERRNO(syscall(SYS_getrusage, -3, &usage), EINVAL);
    CHECK_ERRNO(syscall(SYS_getrusage, 2, 8), EINVAL);
}

static const struct test_case cases[] = {
    CASE(bad_resources), CASE(soft_above_hard), CASE(bad_pointers),
    CASE(hard_limits),   CASE(others),          CASE(usage),
};

TEST_MAIN(cases)
