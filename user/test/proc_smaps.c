/* SPDX-License-Identifier: MIT */
/*
 * Verifies /proc/PID/smaps, smaps_rollup and pagemap: their form, and the
 * numbers of areas whose pages the test knows.
 */
#include "user/test/probe.h"
#include "user/test/smaps.h"
#include "user/test/tmp.h"

#define NPAGES 16

static const char *const keys[] = {
    "Rss:",
    "Pss:",
    "Pss_Dirty:",
    "Shared_Clean:",
    "Shared_Dirty:",
    "Private_Clean:",
    "Private_Dirty:",
    "Referenced:",
    "Anonymous:",
    "KSM:",
    "LazyFree:",
    "AnonHugePages:",
    "ShmemPmdMapped:",
    "FilePmdMapped:",
    "Shared_Hugetlb:",
    "Private_Hugetlb:",
    "Swap:",
    "SwapPss:",
    "Locked:",
};

/* The line "Key:   number kB" at `at`. What follows it. */
static const char *check_line(const char *at, const char *key)
{
    const char *end = strchr(at, '\n');

    REQUIRE(strncmp(at, key, strlen(key)) == 0);
    REQUIRE(end != NULL);
    CHECK_EQ(end - at, 27);
    CHECK(strncmp(end - 3, " kB", 3) == 0);
    return end + 1;
}

static const char *after_line(const char *at)
{
    at = strchr(at, '\n');
    REQUIRE(at != NULL);
    return at + 1;
}

static void form_of_an_area(void)
{
    char *p = map_island(NPAGES);
    const char *at = after_line(smaps_of(p));
    size_t i;

    at = check_line(at, "Size:");
    at = check_line(at, "KernelPageSize:");
    at = check_line(at, "MMUPageSize:");
    for (i = 0; i < COUNT(keys); i++)
        at = check_line(at, keys[i]);
    CHECK(strncmp(at, "THPeligible:    ", 16) == 0);
    CHECK(strstr(at, "VmFlags: rd wr mr mw me ") != NULL);
}

static void form_of_the_rollup(void)
{
    const char *at = proc_text("/proc/self/smaps_rollup");
    const char *line = after_line(at);
    size_t i;

    CHECK(strncmp(line - 9, "[rollup]\n", 9) == 0);
    CHECK(strstr(at, " ---p 00000000 00:00 0 ") != NULL);
    at = line;
    for (i = 0; i < COUNT(keys); i++) {
        at = check_line(at, keys[i]);
        if (strcmp(keys[i], "Pss_Dirty:") != 0)
            continue;
        at = check_line(at, "Pss_Anon:");
        at = check_line(at, "Pss_File:");
        at = check_line(at, "Pss_Shmem:");
    }
    CHECK_EQ(*at, '\0');
}

static void private_pages(void)
{
    char *p = map_island(NPAGES);

    mark_pages(p, NPAGES / 2, 1);
    CHECK_EQ(smaps_value(p, "Size:"), NPAGES * 4);
    CHECK_EQ(smaps_value(p, "KernelPageSize:"), 4);
    CHECK_EQ(smaps_value(p, "Rss:"), NPAGES * 2);
    CHECK_EQ(smaps_value(p, "Pss:"), NPAGES * 2);
    CHECK_EQ(smaps_value(p, "Pss_Dirty:"), NPAGES * 2);
    CHECK_EQ(smaps_value(p, "Private_Dirty:"), NPAGES * 2);
    CHECK_EQ(smaps_value(p, "Anonymous:"), NPAGES * 2);
    CHECK_EQ(smaps_value(p, "Referenced:"), NPAGES * 2);
    CHECK_EQ(smaps_value(p, "Swap:"), 0);
    CHECK_EQ(smaps_value(p, "Locked:"), 0);
}

static int sees_shared(void *p)
{
    CHECK_EQ(smaps_value(p, "Rss:"), NPAGES * 4);
    CHECK_EQ(smaps_value(p, "Shared_Dirty:"), NPAGES * 4);
    CHECK_EQ(smaps_value(p, "Pss:"), NPAGES * 2);
    mark_pages(p, NPAGES / 2, 1);
    CHECK_EQ(smaps_value(p, "Private_Dirty:"), NPAGES * 2);
    CHECK_EQ(smaps_value(p, "Shared_Dirty:"), NPAGES * 2);
    CHECK_EQ(smaps_value(p, "Pss:"), NPAGES * 3);
    return 0;
}

static void shared_after_fork(void)
{
    char *p = map_island(NPAGES);

    mark_pages(p, NPAGES, 1);
    CHECK_CHILD(sees_shared, p);
    CHECK_EQ(smaps_value(p, "Private_Dirty:"), NPAGES * 4);
}

static void locked_pages(void)
{
    char *p = map_island(NPAGES);

    CHECK_OK(mlock(p, NPAGES * PAGE));
    CHECK_EQ(smaps_value(p, "Locked:"), NPAGES * 4);
    CHECK(smaps_flag(p, "lo"));
    CHECK_OK(munlock(p, NPAGES * PAGE));
    CHECK_EQ(smaps_value(p, "Locked:"), 0);
}

static void rollup_adds_up(void)
{
    const long large = 16 * 1024;
    long before = value_after(proc_text("/proc/self/smaps_rollup"), "Rss:");
    char *p = map_anon((size_t)large * KIB, RW);
    const char *text;

    mark_pages(p, (size_t)large * KIB / PAGE, 1);
    text = proc_text("/proc/self/smaps_rollup");
    CHECK(value_after(text, "Rss:") >= before + large);
    CHECK(value_after(text, "Rss:") < before + large + 256);
    CHECK(value_after(text, "Private_Dirty:") >= large);
    CHECK(value_after(text, "Pss_Anon:") >= large);
    CHECK(value_after(text, "Pss_Anon:") < large + 256);
    CHECK(value_after(text, "Anonymous:") >= large);
}

static void shared_memory(void)
{
    char *p = map_shared(NPAGES * PAGE, RW);
    long before =
        value_after(proc_text("/proc/self/smaps_rollup"), "Pss_Shmem:");

    mark_pages(p, NPAGES, 1);
    CHECK_EQ(smaps_value(p, "Rss:"), NPAGES * 4);
    CHECK_EQ(smaps_value(p, "Anonymous:"), 0);
    CHECK_EQ(smaps_value(p, "Private_Dirty:"), NPAGES * 4);
    CHECK(smaps_flag(p, "sh") && smaps_flag(p, "ms"));
    CHECK_EQ(value_after(proc_text("/proc/self/smaps_rollup"), "Pss_Shmem:"),
             before + NPAGES * 4);
}

/* Where the machine has a large page to give. */
static void large_pages(void)
{
    char *area = map_anon(4 * MIB, RW);
    char *p = (char *)(((uintptr_t)area + 2 * MIB - 1) & ~(2 * MIB - 1));
    long huge;

    if (madvise(p, 2 * MIB, MADV_HUGEPAGE) != 0)
        return;
    CHECK(smaps_flag(p, "hg"));
    poke(p, 1);
    huge = smaps_value(p, "AnonHugePages:");
    if (huge == 0)
        return;
    CHECK_EQ(huge, 2048);
    CHECK_EQ(smaps_value(p, "THPeligible:"), 1);
    CHECK_EQ(smaps_value(p, "Rss:"), 2048);
    CHECK_EQ(smaps_value(p, "Private_Dirty:"), 2048);
    CHECK(value_after(proc_text("/proc/meminfo"), "AnonHugePages:") >= 2048);
    CHECK(pagemap_of(p + MIB) & PM_EXCLUSIVE);
}

static void small_areas_get_none(void)
{
    char *p = map_island(NPAGES);

    (void)madvise(p, NPAGES * PAGE, MADV_HUGEPAGE);
    CHECK_EQ(smaps_value(p, "THPeligible:"), 0);
}

static int is_root(void)
{
    return geteuid() == 0;
}

static void entries_of_pagemap(void)
{
    char *q = map_shared(PAGE, RW), *p = map_island(4);
    uint64_t entry;

    poke(p, 1);
    CHECK_EQ(peek(p + PAGE), 0);
    poke(q, 1);
    entry = pagemap_of(p) & ~PM_SOFT_DIRTY;
    CHECK_EQ(entry & ~PM_PFN, PM_PRESENT | PM_EXCLUSIVE);
    CHECK_EQ((entry & PM_PFN) != 0, is_root());
    /* A page that was only read may be everybody's zero page, or its own. */
    entry = pagemap_of(p + PAGE) & ~(PM_SOFT_DIRTY | PM_EXCLUSIVE);
    CHECK_EQ(entry & ~PM_PFN, PM_PRESENT);
    entry = pagemap_of(p + 2 * PAGE) & ~PM_SOFT_DIRTY;
    CHECK_EQ(entry, 0);
    entry = pagemap_of(p + 4 * PAGE);
    CHECK_EQ(entry, 0);
    entry = pagemap_of(q) & ~PM_SOFT_DIRTY;
    CHECK_EQ(entry & ~PM_PFN, PM_PRESENT | PM_FILE | PM_EXCLUSIVE);
}

static int sees_the_frame(void *p)
{
    uint64_t frame = pagemap_of(p) & PM_PFN;

    CHECK((pagemap_of(p) & PM_EXCLUSIVE) == 0);
    poke(p, 2);
    CHECK((pagemap_of(p) & PM_EXCLUSIVE) != 0);
    CHECK((pagemap_of(p) & PM_PFN) != frame || !is_root());
    return 0;
}

static void frames_after_fork(void)
{
    char *p = map_island(1);

    poke(p, 1);
    CHECK_CHILD(sees_the_frame, p);
    CHECK((pagemap_of(p) & PM_EXCLUSIVE) != 0);
}

static int looks_without_rights(void *p)
{
    REQUIRE_OK(setuid(12345));
    /* Only root sees which frame it is. */
    if (access("/proc/self/pagemap", R_OK) == 0)
        CHECK_EQ(pagemap_of(p) & PM_PFN, 0);
    return 0;
}

static void frames_are_roots(void)
{
    char *p = map_island(1);

    poke(p, 1);
    if (is_root())
        CHECK_CHILD(looks_without_rights, p);
}

static const struct test_case cases[] = {
    CASE(form_of_an_area),      CASE(form_of_the_rollup),
    CASE(private_pages),        CASE(shared_after_fork),
    CASE(locked_pages),         CASE(rollup_adds_up),
    CASE(shared_memory),        CASE(large_pages),
    CASE(small_areas_get_none), CASE(entries_of_pagemap),
    CASE(frames_after_fork),    CASE(frames_are_roots),
};

TEST_MAIN(cases)
