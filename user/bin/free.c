/* SPDX-License-Identifier: MIT */
/* free: where the machine's memory is, from /proc/meminfo. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char text[8192];

/* In KiB; -1: not told. */
static long value(const char *key)
{
    size_t len = strlen(key);
    const char *line = text;

    while (line != NULL && (strncmp(line, key, len) != 0 || line[len] != ':')) {
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return line != NULL ? strtol(line + len + 1, NULL, 10) : -1;
}

static void print(const char *key, const char *what, long total)
{
    long kib = value(key);

    if (kib < 0)
        return;
    printf("%-34s %10ld KiB %8ld MiB", what, kib, kib / 1024);
    if (total > 0)
        printf(" %3ld%%", (kib * 100 + total / 2) / total);
    puts("");
}

int main(void)
{
    FILE *file = fopen("/proc/meminfo", "r");
    long total;

    if (file == NULL)
        err(1, "/proc/meminfo");
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    total = value("MemTotal");
    print("MemTotal", "memory that the kernel manages", 0);
    print("MemFree", "free", total);
    print("AnonPages", "processes: heap, stack, copies", total);
    print("Cached", "files, and memory that is shared", total);
    print("Mapped", "  of these: mapped by processes", total);
    print("Slab", "kernel: small objects", total);
    print("PageTables", "kernel: page tables", total);
    print("KernelStack", "kernel: stacks of threads", total);
    return 0;
}
