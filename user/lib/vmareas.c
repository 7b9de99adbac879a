/* SPDX-License-Identifier: MIT */
/*
 * The areas of an address space: /proc/PID/smaps, parsed. An area is a line
 *
 *     start-end perms offset device inode     name
 *
 * and then lines `Key:   number kB`, until the next line that does not start
 * with a capital letter. See proc(5).
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vminfo.h>

#define PAGE_SIZE 4096UL
#define PAGE_KIB (PAGE_SIZE / 1024)

FILE *vmareas_open(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
    return fopen(path, "r");
}

/* The blanks, then a word; where it ends. */
static char *skip_word(char *p)
{
    p += strspn(p, " ");
    return p + strcspn(p, " \n");
}

/* 0: that is not an area's first line. */
static int parse_head(char *line, struct vmarea *out)
{
    char *p;

    memset(out, 0, sizeof(*out));
    out->start = strtoul(line, &p, 16);
    if (p == line || *p != '-')
        return 0;
    out->end = strtoul(p + 1, &p, 16);
    p += strspn(p, " ");
    strlcpy(out->perms, p, sizeof(out->perms));
    p = skip_word(p);
    out->offset = strtoul(p, &p, 16);
    p = skip_word(skip_word(p)); /* device, inode */
    p += strspn(p, " ");
    p[strcspn(p, "\n")] = '\0';
    strlcpy(out->name, p, sizeof(out->name));
    return 1;
}

static void parse_value(const char *line, struct vmarea *out)
{
    unsigned long kib = strtoul(line + strcspn(line, ":") + 1, NULL, 10);

    if (strncmp(line, "Rss:", 4) == 0)
        out->resident = kib;
    else if (strncmp(line, "Shared_", 7) == 0 && line[7] != 'H')
        out->shared += kib;
    else if (strncmp(line, "Private_", 8) == 0 && line[8] != 'H')
        out->own += kib;
    else if (strncmp(line, "Anonymous:", 10) == 0)
        out->anonymous = kib;
}

int vmareas_next(FILE *areas, struct vmarea *out)
{
    char line[512];
    int c;

    do {
        if (fgets(line, sizeof(line), areas) == NULL)
            return 0;
    } while (!parse_head(line, out));
    for (;;) {
        c = fgetc(areas);
        if (c == EOF)
            return 1;
        ungetc(c, areas);
        if (!isupper(c) || fgets(line, sizeof(line), areas) == NULL)
            return 1;
        parse_value(line, out);
    }
}

/* ---- pages: /proc/self/pagemap, eight bytes for each ---- */

#define PRESENT (1ULL << 63)
#define EXCLUSIVE (1ULL << 56) /* nobody else maps its frame */
#define OF_FILE (1ULL << 61)   /* or of shared memory */
#define BATCH 64

static void count_entry(uint64_t entry, struct vmarea *out)
{
    if (!(entry & PRESENT))
        return;
    out->resident += PAGE_KIB;
    if (entry & EXCLUSIVE)
        out->own += PAGE_KIB;
    else
        out->shared += PAGE_KIB;
    if (!(entry & OF_FILE))
        out->anonymous += PAGE_KIB;
}

void vmpages_sum(const void *start, size_t len, struct vmarea *out)
{
    unsigned long page = (unsigned long)start / PAGE_SIZE;
    unsigned long end =
        ((unsigned long)start + len + PAGE_SIZE - 1) / PAGE_SIZE;
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    uint64_t entries[BATCH];
    ssize_t got = 1, i;

    memset(out, 0, sizeof(*out));
    out->start = (unsigned long)start;
    out->end = out->start + len;
    while (fd >= 0 && page < end && got > 0) {
        size_t n = end - page < BATCH ? end - page : BATCH;

        got = pread(fd, entries, n * sizeof(*entries),
                    (off_t)(page * sizeof(*entries)));
        for (i = 0; i < got / (ssize_t)sizeof(*entries); i++)
            count_entry(entries[i], out);
        page += got > 0 ? (unsigned long)got / sizeof(*entries) : 0;
    }
    if (fd >= 0)
        close(fd);
}
