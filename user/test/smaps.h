/* SPDX-License-Identifier: MIT */
/*
 * /proc/self/smaps and pagemap, parsed. For one program's inclusion: the
 * functions are static.
 */
#ifndef TEST_SMAPS_H
#define TEST_SMAPS_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/test/test.h"

#define PM_PRESENT (1UL << 63)
#define PM_SWAP (1UL << 62)
#define PM_FILE (1UL << 61)
#define PM_EXCLUSIVE (1UL << 56)
#define PM_SOFT_DIRTY (1UL << 55)
#define PM_PFN ((1UL << 55) - 1)

/* A text of /proc, whole. Whether it could be read; the text is valid until the
 * next call. */
static inline char *proc_text(const char *name)
{
    static char text[65536];
    int fd = open(name, O_RDONLY);
    size_t used = 0;
    ssize_t n;

    REQUIRE_OK(fd);
    while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
        used += (size_t)n;
    REQUIRE_OK(n);
    CHECK_OK(close(fd));
    text[used] = '\0';
    return text;
}

/* The number behind this key at a line's start; -1: there is none. */
static inline long value_after(const char *text, const char *key)
{
    size_t len = strlen(key);

    for (; text != NULL; text = strchr(text, '\n')) {
        text += *text == '\n';
        if (strncmp(text, key, len) == 0)
            return strtol(text + len, NULL, 10);
        if (*text == '\0')
            break;
    }
    return -1;
}

/* smaps from the area that starts at this address; ends the case if there is
 * none. */
static inline const char *smaps_of(const void *start)
{
    char line[40];
    char *at;

    snprintf(line, sizeof(line), "%08lx-", (unsigned long)(uintptr_t)start);
    at = proc_text("/proc/self/smaps");
    while (at != NULL && strncmp(at, line, strlen(line)) != 0) {
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    REQUIRE(at != NULL);
    return at;
}

/* A number of the area that starts there, in KiB. */
static inline long smaps_value(const void *start, const char *key)
{
    return value_after(smaps_of(start), key);
}

/* Whether the area has this two-letter flag. */
static inline int smaps_flag(const void *start, const char *flag)
{
    char *at = strstr(smaps_of(start), "VmFlags:"), *end;
    char word[8];

    REQUIRE(at != NULL);
    end = strchr(at, '\n');
    REQUIRE(end != NULL);
    *end = '\0';
    snprintf(word, sizeof(word), " %s ", flag);
    return strstr(at, word) != NULL;
}

/* The entry of the page at this address. */
static inline uint64_t pagemap_of(const void *at)
{
    int fd = open("/proc/self/pagemap", O_RDONLY);
    uint64_t entry = 0;

    REQUIRE_OK(fd);
    CHECK_EQ(
        pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)at / PAGE * 8)),
        sizeof(entry));
    CHECK_OK(close(fd));
    return entry;
}

#endif
