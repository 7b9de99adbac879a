/* SPDX-License-Identifier: MIT */
/*
 * Verifies what is remembered of memory that is gone: VmPeak and VmHWM in
 * /proc/PID/status, ru_maxrss of getrusage. All numbers are KiB; Linux counts
 * with some delay, so they are compared with a margin.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "user/test/probe.h"
#include "user/test/test.h"

#define LARGE (16 * MIB)
#define LARGE_KIB ((long)(LARGE / KIB))
#define MARGIN 4096L

static char text[8192];

/* The number after this key in /proc/self/status. */
static long status(const char *key)
{
    int fd = open("/proc/self/status", O_RDONLY);
    const char *at;
    ssize_t n;

    REQUIRE_OK(fd);
    n = read(fd, text, sizeof(text) - 1);
    REQUIRE(n > 0);
    CHECK_OK(close(fd));
    text[n] = '\0';
    at = strstr(text, key);
    REQUIRE(at != NULL);
    return strtol(at + strlen(key), NULL, 10);
}

static long max_rss(int who)
{
    struct rusage usage;

    REQUIRE_OK(getrusage(who, &usage));
    return usage.ru_maxrss;
}

/* Touches LARGE bytes, and lets them go. */
static void grow_and_shrink(void)
{
    char *p = map_anon(LARGE, RW);

    mark_pages(p, LARGE / PAGE, 1);
    REQUIRE_OK(munmap(p, LARGE));
}

static int is_near(long value, long expected)
{
    return value > expected - MARGIN && value < expected + MARGIN;
}

static void peak_of_areas(void)
{
    long before = status("VmSize:");
    char *p = map_anon(LARGE, PROT_NONE);

    CHECK(is_near(status("VmPeak:"), before + LARGE_KIB));
    CHECK_OK(munmap(p, LARGE));
    CHECK(is_near(status("VmSize:"), before));
    CHECK(is_near(status("VmPeak:"), before + LARGE_KIB));
}

/* A peak is noted whatever the way down. */
static void peak_of_areas_by_others(void)
{
    long before = status("VmSize:");
    char *p = map_anon(LARGE, PROT_NONE);

    REQUIRE(mremap(p, LARGE, PAGE, 0) == p);
    CHECK(is_near(status("VmSize:"), before));
    CHECK(is_near(status("VmPeak:"), before + LARGE_KIB));
}

/* While an area moves, both its places do not count. */
static void moving_is_no_peak(void)
{
    char *p = map_anon(LARGE, PROT_NONE), *to = free_range(LARGE);
    long before = status("VmPeak:");

    REQUIRE(mremap(p, LARGE, LARGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
    CHECK(status("VmPeak:") < before + LARGE_KIB / 2);
}

static void peak_of_pages(void)
{
    long before = status("VmRSS:");

    grow_and_shrink();
    CHECK(is_near(status("VmRSS:"), before));
    CHECK(is_near(status("VmHWM:"), before + LARGE_KIB));
    CHECK(is_near(max_rss(RUSAGE_SELF), before + LARGE_KIB));
    CHECK(is_near(max_rss(RUSAGE_THREAD), before + LARGE_KIB));
}

static void pages_dropped_by_advice(void)
{
    long before = status("VmRSS:");
    char *p = map_anon(LARGE, RW);

    mark_pages(p, LARGE / PAGE, 1);
    CHECK_OK(madvise(p, LARGE, MADV_DONTNEED));
    CHECK(is_near(status("VmRSS:"), before));
    CHECK(is_near(status("VmHWM:"), before + LARGE_KIB));
}

/* Two peaks one after another are not one of twice the height. */
static void peaks_do_not_add_up(void)
{
    long before = status("VmRSS:");

    grow_and_shrink();
    grow_and_shrink();
    CHECK(is_near(status("VmHWM:"), before + LARGE_KIB));
}

static int starts_anew(void *parents_rss)
{
    CHECK(status("VmHWM:") < *(long *)parents_rss + MARGIN);
    CHECK(max_rss(RUSAGE_SELF) < *(long *)parents_rss + MARGIN);
    CHECK(status("VmPeak:") < status("VmSize:") + MARGIN);
    return 0;
}

static void fork_starts_anew(void)
{
    long before = status("VmRSS:");

    grow_and_shrink();
    CHECK_CHILD(starts_anew, &before);
}

static int grows(void *arg)
{
    (void)arg;
    grow_and_shrink();
    return 0;
}

static int has_a_child_that_grows(void *arg)
{
    CHECK_CHILD(grows, arg);
    CHECK(max_rss(RUSAGE_SELF) < LARGE_KIB);
    return 0;
}

static void of_children(void)
{
    CHECK_EQ(max_rss(RUSAGE_CHILDREN), 0);
    CHECK_CHILD(grows, NULL);
    CHECK(max_rss(RUSAGE_CHILDREN) > LARGE_KIB - MARGIN);
    CHECK(max_rss(RUSAGE_CHILDREN) < 2 * LARGE_KIB);
    CHECK(max_rss(RUSAGE_SELF) < LARGE_KIB);
}

static void of_grandchildren(void)
{
    CHECK_CHILD(has_a_child_that_grows, NULL);
    CHECK(max_rss(RUSAGE_CHILDREN) > LARGE_KIB - MARGIN);
}

static void in_wait4(void)
{
    struct rusage usage;
    pid_t pid = start_child(grows, NULL);
    int status_word;

    REQUIRE(wait4(pid, &status_word, 0, &usage) == pid);
    CHECK_EXIT(status_word, 0);
    CHECK(usage.ru_maxrss > LARGE_KIB - MARGIN);
}

/* A program that looks at itself after exec. */
static void looks_back(void)
{
    CHECK(status("VmHWM:") < LARGE_KIB);
    CHECK(status("VmPeak:") < LARGE_KIB);
    CHECK(max_rss(RUSAGE_SELF) > LARGE_KIB - MARGIN);
}

static int grows_and_executes(void *arg)
{
    static char *const argv[] = { "proc_peaks", "look", NULL };

    (void)arg;
    grow_and_shrink();
    execv(test_self(), argv);
    return 1;
}

/* The address space is new, the process is not. */
static void exec_keeps_the_process(void)
{
    CHECK_CHILD(grows_and_executes, NULL);
}

static const struct test_case cases[] = {
    CASE(peak_of_areas),          CASE(peak_of_areas_by_others),
    CASE(moving_is_no_peak),      CASE(peak_of_pages),
    CASE(peaks_do_not_add_up),    CASE(pages_dropped_by_advice),
    CASE(fork_starts_anew),       CASE(of_children),
    CASE(of_grandchildren),       CASE(in_wait4),
    CASE(exec_keeps_the_process),
};

int main(int argc, char **argv, char **envp)
{
    if (argc == 2 && strcmp(argv[1], "look") == 0) {
        test_start(argv, envp);
        looks_back();
        return test_result();
    }
    return test_main(argc, argv, envp, cases, COUNT(cases));
}
