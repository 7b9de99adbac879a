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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vminfo.h>

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

void vmareas_sum(const void *start, size_t len, struct vmarea *out)
{
    unsigned long from = (unsigned long)start, to = from + len;
    FILE *areas = fopen("/proc/self/smaps", "r");
    struct vmarea area;

    memset(out, 0, sizeof(*out));
    out->start = from;
    out->end = to;
    if (areas == NULL)
        return;
    while (vmareas_next(areas, &area)) {
        if (area.end <= from || area.start >= to)
            continue;
        out->resident += area.resident;
        out->shared += area.shared;
        out->own += area.own;
        out->anonymous += area.anonymous;
    }
    fclose(areas);
}
