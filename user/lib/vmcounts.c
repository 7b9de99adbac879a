/* SPDX-License-Identifier: MIT */
/*
 * The kernel's counters, read before and after something to see what it took.
 *
 * Reading them is itself at work in the machine, so it does as little as it
 * can: one open, one buffer that is always the same, no allocation.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vminfo.h>

static const struct {
    const char *key; /* in /proc/vmstat, with its blank */
    const char *text;
} counters[VMCOUNTS] = {
    [VMCOUNT_FAULTS] = { "pgfault ", "faults" },
    [VMCOUNT_ZERO_PAGE] = { "fault_zero ", "zero page mapped" },
    [VMCOUNT_FILLED] = { "fault_anon ", "zero-filled" },
    [VMCOUNT_COPIED] = { "fault_cow_copy ", "copied" },
    [VMCOUNT_REUSED] = { "fault_cow_reuse ", "reused" },
    [VMCOUNT_FILE_MAPPED] = { "fault_file_map ", "file pages mapped" },
    [VMCOUNT_FILE_READ] = { "fault_file_read ", "file pages read" },
    [VMCOUNT_STACK_GROWN] = { "fault_stack_grow ", "stack grown" },
    [VMCOUNT_TABLES] = { "tables_built ", "tables built" },
    [VMCOUNT_FORK_PTES] = { "fork_ptes ", "entries copied by fork" },
};

static char buffer[16384];

/* The number behind the key at a line's start; -1: it is not there. */
static long find(const char *key)
{
    size_t len = strlen(key);
    const char *line = buffer;

    while (line != NULL && strncmp(line, key, len) != 0) {
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return line != NULL ? strtol(line + len, NULL, 10) : -1;
}

void vmcounts_read(struct vmcounts *out)
{
    int fd = open("/proc/vmstat", O_RDONLY | O_CLOEXEC), i;
    size_t used = 0;
    ssize_t n = 1;

    while (fd >= 0 && n > 0 && used < sizeof(buffer) - 1) {
        n = read(fd, buffer + used, sizeof(buffer) - 1 - used);
        used += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    buffer[used] = '\0';
    for (i = 0; i < VMCOUNTS; i++)
        out->value[i] = find(counters[i].key);
}

long vmcounts_diff(const struct vmcounts *from, const struct vmcounts *to,
                   enum vmcount which)
{
    if (from->value[which] < 0 || to->value[which] < 0)
        return -1;
    return to->value[which] - from->value[which];
}

static int is_listed(const enum vmcount *list, enum vmcount which)
{
    for (; list != NULL && *list != VMCOUNTS; list++)
        if (*list == which)
            return 1;
    return 0;
}

void vmcounts_print(const struct vmcounts *from, const struct vmcounts *to,
                    const enum vmcount *always)
{
    const char *before = "   counted: ";
    int i, columns = 0, len;
    char item[48];

    for (i = 0; i < VMCOUNTS; i++) {
        long n = vmcounts_diff(from, to, i);

        if (n < 0 || (n == 0 && !is_listed(always, i)))
            continue;
        len = snprintf(item, sizeof(item), "%s %ld", counters[i].text, n);
        if (columns > 0 && columns + len + 2 > 78) {
            before = "\n            ";
            columns = 0;
        }
        printf("%s%s", before, item);
        columns += (columns == 0 ? 12 : 2) + len;
        before = ", ";
    }
    puts(columns > 0 ? "" : "   counted: nothing");
}
