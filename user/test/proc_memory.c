/* SPDX-License-Identifier: MIT */
/*
 * Verifies /proc/meminfo and /proc/vmstat: their form, the keys that programs
 * look for, and counters that count.
 */
#include <fcntl.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static char text[32768];

static void read_text(const char *name)
{
    int fd = open(name, O_RDONLY);
    size_t used = 0;
    ssize_t n;

    REQUIRE_OK(fd);
    while ((n = read(fd, text + used, 1000)) > 0) {
        used += (size_t)n;
        REQUIRE(used + 1000 < sizeof(text));
    }
    CHECK_EQ(n, 0);
    text[used] = '\0';
    CHECK_OK(close(fd));
}

/* The number after this word at a line's start; -1 if there is none. */
static long value_of(const char *key)
{
    size_t len = strlen(key);
    const char *at = text;
    long value = 0;

    while (at != NULL && strncmp(at, key, len) != 0) {
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    if (at == NULL)
        return -1;
    for (at += len; *at == ' '; at++)
        continue;
    REQUIRE(*at >= '0' && *at <= '9');
    for (; *at >= '0' && *at <= '9'; at++)
        value = value * 10 + (*at - '0');
    return value;
}

static void memory_in_kib(void)
{
    static const char *const keys[] = {
        "MemTotal:", "MemFree:",   "MemAvailable:", "Buffers:",
        "Cached:",   "SwapTotal:", "SwapFree:",     "AnonPages:",
        "Mapped:",   "Shmem:",     "Slab:",         "PageTables:",
    };
    size_t i;

    read_text("/proc/meminfo");
    for (i = 0; i < COUNT(keys); i++)
        if (!CHECK(value_of(keys[i]) >= 0))
            say("  %s\n", keys[i]);
    CHECK(value_of("MemTotal:") > 16 * 1024);
    CHECK(value_of("MemFree:") > 0);
    CHECK(value_of("MemFree:") <= value_of("MemTotal:"));
    CHECK(value_of("MemAvailable:") <= value_of("MemTotal:"));
    CHECK(strncmp(text, "MemTotal:       ", 16) == 0);
    CHECK(strstr(text, " kB\nMemFree:") != NULL);
}

static void counters_are_words_and_numbers(void)
{
    const char *at;

    read_text("/proc/vmstat");
    for (at = text; *at != '\0'; at++) {
        while ((*at >= 'a' && *at <= 'z') || *at == '_' ||
               (*at >= '0' && *at <= '9'))
            at++;
        REQUIRE(*at++ == ' ');
        REQUIRE(*at >= '0' && *at <= '9');
        while (*at >= '0' && *at <= '9')
            at++;
        REQUIRE(*at == '\n');
    }
    CHECK(value_of("pgfault ") > 0);
    CHECK(value_of("pgmajfault ") >= 0);
    CHECK(value_of("nr_free_pages ") > 0);
}

static void faults_are_counted(void)
{
    char *p = map_anon(200 * PAGE, RW);
    long before;

    read_text("/proc/vmstat");
    before = value_of("pgfault ");
    mark_pages(p, 200, 1);
    read_text("/proc/vmstat");
    CHECK(value_of("pgfault ") >= before + 200);
}

static const struct test_case cases[] = {
    CASE(memory_in_kib),
    CASE(counters_are_words_and_numbers),
    CASE(faults_are_counted),
};

TEST_MAIN(cases)
