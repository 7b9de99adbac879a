/* SPDX-License-Identifier: MIT */
/*
 * Verifies what /proc/PID/status, statm and stat say of memory: the keys and
 * their order, and how each kind of memory moves its own number. All numbers
 * are KiB but statm's and stat's, which are pages.
 */
#include <sys/resource.h>

#include "user/test/probe.h"
#include "user/test/smaps.h"
#include "user/test/tmp.h"

#define LARGE (16 * MIB)
#define LARGE_KIB ((long)(LARGE / KIB))
#define MARGIN 1024L

static long status(const char *key)
{
    return value_after(proc_text("/proc/self/status"), key);
}

/* By how much a number has grown, within the margin that Linux's counting
 * needs. */
static int grew(const char *key, long before, long by)
{
    long now = status(key);

    return now - before > by - MARGIN && now - before < by + MARGIN;
}

static void keys_in_order(void)
{
    static const char *const keys[] = {
        "\nVmPeak:",      "\nVmSize:",      "\nVmLck:",   "\nVmPin:",
        "\nVmHWM:",       "\nVmRSS:",       "\nRssAnon:", "\nRssFile:",
        "\nRssShmem:",    "\nVmData:",      "\nVmStk:",   "\nVmExe:",
        "\nVmLib:",       "\nVmPTE:",       "\nVmSwap:",  "\nHugetlbPages:",
        "\nCoreDumping:", "\nTHP_enabled:", "\nThreads:",
    };
    const char *at = proc_text("/proc/self/status");
    size_t i;

    for (i = 0; i < COUNT(keys); i++) {
        const char *next = strstr(at, keys[i]);

        if (!CHECK(next != NULL))
            say("  %s\n", keys[i] + 1);
        else
            at = next;
    }
}

static void private_memory(void)
{
    long size = status("VmSize:"), data = status("VmData:");
    long anon = status("RssAnon:"), rss = status("VmRSS:");
    long shmem = status("RssShmem:");
    char *p = map_anon(LARGE, RW);

    CHECK_EQ(status("VmSize:") - size, LARGE_KIB);
    CHECK_EQ(status("VmData:") - data, LARGE_KIB);
    CHECK(grew("RssAnon:", anon, 0));
    mark_pages(p, LARGE / PAGE, 1);
    CHECK(grew("RssAnon:", anon, LARGE_KIB));
    CHECK(grew("VmRSS:", rss, LARGE_KIB));
    CHECK(grew("RssShmem:", shmem, 0));
    CHECK_OK(mprotect(p, LARGE, PROT_READ));
    CHECK_EQ(status("VmData:") - data, 0);
    CHECK(grew("RssAnon:", anon, LARGE_KIB));
}

static void shared_memory(void)
{
    long data = status("VmData:"), anon = status("RssAnon:");
    long shmem = status("RssShmem:");
    char *p = map_shared(LARGE, RW);

    mark_pages(p, LARGE / PAGE, 1);
    CHECK_EQ(status("VmData:") - data, 0);
    CHECK(grew("RssAnon:", anon, 0));
    CHECK(grew("RssShmem:", shmem, LARGE_KIB));
}

static void locked_memory(void)
{
    long locked = status("VmLck:");
    char *p = map_anon(32 * PAGE, RW);

    CHECK_OK(mlock(p, 16 * PAGE));
    CHECK_EQ(status("VmLck:") - locked, 64);
    CHECK_OK(munmap(p, 8 * PAGE));
    CHECK_EQ(status("VmLck:") - locked, 32);
}

static void stacks_and_code(void)
{
    long stack = status("VmStk:"), lib = status("VmLib:");
    long exe = status("VmExe:"), data = status("VmData:");

    CHECK(stack > 0 && exe > 0);
    REQUIRE_OK(mmap(NULL, 16 * PAGE, RW, ANON | MAP_GROWSDOWN, -1, 0));
    CHECK_EQ(status("VmStk:") - stack, 64);
    CHECK_EQ(status("VmData:") - data, 0);
    (void)map_anon(16 * PAGE, RX);
    CHECK_EQ(status("VmLib:") - lib, 64);
    CHECK_EQ(status("VmExe:") - exe, 0);
}

static void page_tables(void)
{
    long before = status("VmPTE:");
    char *p = map_anon(64 * MIB, RW);

    for (size_t i = 0; i < 16; i++)
        poke(p + i * 4 * MIB, 1);
    CHECK(status("VmPTE:") - before >= 60);
    CHECK(status("VmPTE:") - before <= 80);
}

static void pages_of_statm(void)
{
    long numbers[7], more[7];
    char *p, *at = proc_text("/proc/self/statm");
    size_t i;

    for (i = 0; i < 7; i++)
        numbers[i] = strtol(at, &at, 10);
    CHECK_STR(at, "\n");
    CHECK_EQ(numbers[0] * 4, status("VmSize:"));
    CHECK_EQ(numbers[3] * 4, status("VmExe:"));
    CHECK_EQ(numbers[4], 0);
    CHECK_EQ(numbers[5] * 4, status("VmData:") + status("VmStk:"));
    CHECK_EQ(numbers[6], 0);
    p = map_shared(LARGE, RW);
    mark_pages(p, LARGE / PAGE, 1);
    at = proc_text("/proc/self/statm");
    for (i = 0; i < 7; i++)
        more[i] = strtol(at, &at, 10);
    CHECK_EQ(more[0] - numbers[0], LARGE / PAGE);
    CHECK(more[1] - numbers[1] > (LARGE_KIB - MARGIN) / 4);
    CHECK(more[2] - numbers[2] > (LARGE_KIB - MARGIN) / 4);
    CHECK_EQ(more[5], numbers[5]);
}

static void bytes_of_stat(void)
{
    char *at = strrchr(proc_text("/proc/self/stat"), ')');
    long number = 0;
    int i;

    REQUIRE(at != NULL);
    at += 3; /* behind the state, field 3 */
    for (i = 4; i <= 23; i++)
        number = strtol(at, &at, 10);
    CHECK_EQ(number / 1024, status("VmSize:"));
}

static const struct test_case cases[] = {
    CASE(keys_in_order),  CASE(private_memory),  CASE(shared_memory),
    CASE(locked_memory),  CASE(stacks_and_code), CASE(page_tables),
    CASE(pages_of_statm), CASE(bytes_of_stat),
};

TEST_MAIN(cases)
