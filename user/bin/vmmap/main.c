/* SPDX-License-Identifier: MIT */
/*
 * vmmap [-t] PID|self: an address space, drawn for a person.
 *
 * First a table of its areas from the lowest address up, with the gaps between
 * them: what backs each, and how much of it is in memory. Then a picture of
 * the same to scale (picture.c); -t leaves that out.
 *
 * Everything comes from /proc/PID/smaps and /proc/PID/pagemap.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/vmmap/vmmap.h"

#define KIB 1024UL

const char *size_text(unsigned long bytes, char to[16])
{
    static const char units[] = "KMGTP";
    unsigned long kib = bytes / KIB, tenths;
    int unit = 0;

    tenths = kib * 10;
    while (tenths >= 10240 && units[unit + 1] != '\0') {
        tenths /= 1024;
        unit++;
    }
    if (tenths % 10 == 0 || tenths >= 1000)
        snprintf(to, 16, "%lu %c", tenths / 10, units[unit]);
    else
        snprintf(to, 16, "%lu.%lu %c", tenths / 10, tenths % 10, units[unit]);
    return to;
}

const char *backing_text(const struct vmarea *area)
{
    static char text[64];
    size_t len = strlen(area->name);

    if (strcmp(area->name, "[heap]") == 0)
        return "[heap]: below the break";
    if (strcmp(area->name, "[stack]") == 0)
        return "[stack]: grows downwards";
    if (len == 0 && strncmp(area->perms, "---", 3) == 0)
        return "guard: no access";
    if (len == 0)
        return "anonymous memory";
    /* The end of a long path says more than its start. */
    if (len > 26)
        snprintf(text, sizeof(text), "...%s", area->name + len - 23);
    else
        strlcpy(text, area->name, sizeof(text));
    return text;
}

/* ---- reading ---- */

static void add_area(struct space *space, const struct vmarea *area)
{
    struct vmarea *more =
        reallocarray(space->areas, space->count + 1, sizeof(*more));

    if (more == NULL)
        err(1, "areas");
    space->areas = more;
    more[space->count++] = *area;
}

static void read_space(pid_t pid, struct space *space)
{
    FILE *file = vmareas_open(pid);
    struct vmarea area;
    char path[64];

    if (file == NULL && errno == ENOENT)
        errx(1, "%d: no such process", pid);
    if (file == NULL)
        err(1, "process %d's smaps", pid);
    while (vmareas_next(file, &area))
        if (area.start < USER_END)
            add_area(space, &area);
    fclose(file);
    snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
    space->pagemap = open(path, O_RDONLY);
}

/* ---- the table ---- */

static void print_gap(unsigned long from, unsigned long to)
{
    char text[16];

    if (to > from)
        printf("%12s %6s\n", "-", size_text(to - from, text));
}

static void print_kib(unsigned long kib)
{
    char text[16];

    printf(" %6s", kib > 0 ? size_text(kib * KIB, text) : "-");
}

/* Pages of a file that this process has its own copies of. */
static unsigned long copied(const struct vmarea *area)
{
    int of_file = area->name[0] == '/';

    return of_file && area->perms[3] == 'p' ? area->anonymous : 0;
}

static void print_area(const struct vmarea *area)
{
    char text[16];

    printf("%12lx %6s %s", area->start,
           size_text(area->end - area->start, text), area->perms);
    print_kib(area->resident);
    print_kib(area->shared);
    print_kib(area->own);
    print_kib(copied(area));
    printf("  %s\n", backing_text(area));
}

static void print_table(const struct space *space)
{
    struct vmarea total = { .name = "/", .perms = "---p" };
    unsigned long end = 0, size = 0;
    char text[16];
    size_t i;

    puts("       start   size perm  resid shared    own copied  what");
    for (i = 0; i < space->count; i++) {
        const struct vmarea *area = &space->areas[i];

        print_gap(end, area->start);
        print_area(area);
        end = area->end;
        size += area->end - area->start;
        total.resident += area->resident;
        total.shared += area->shared;
        total.own += area->own;
        total.anonymous += copied(area);
    }
    print_gap(end, USER_END);
    printf("%12s %6s     ", "total", size_text(size, text));
    print_kib(total.resident);
    print_kib(total.shared);
    print_kib(total.own);
    print_kib(total.anonymous);
    printf("  in %zu areas\n", space->count);
    puts("\n"
         "- in the first column: a gap, where nothing is mapped.\n"
         "resid: in memory now. shared: these frames are mapped elsewhere as\n"
         "well. own: nobody else has them. copied: pages of a file that were\n"
         "written to, so that the process has a copy of its own.");
}

/* ---- the start ---- */

static pid_t parse_pid(const char *text)
{
    char *end;
    long pid;

    if (strcmp(text, "self") == 0)
        return getpid();
    pid = strtol(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end != '\0' || pid <= 0)
        errx(1, "%s: neither a PID nor `self'", text);
    return (pid_t)pid;
}

static void print_title(pid_t pid)
{
    char path[64], name[64] = "?";
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    file = fopen(path, "r");
    if (file != NULL && fgets(name, sizeof(name), file) != NULL)
        name[strcspn(name, "\n")] = '\0';
    if (file != NULL)
        fclose(file);
    printf("The address space of process %d, %s\n\n", pid, name);
}

int main(int argc, char **argv)
{
    struct space space = { NULL, 0, -1 };
    int table_only = argc > 2 && strcmp(argv[1], "-t") == 0;
    pid_t pid;

    if (argc != 2 + table_only)
        errx(1, "usage: vmmap [-t] PID|self");
    pid = parse_pid(argv[1 + table_only]);
    read_space(pid, &space);
    if (space.count == 0)
        errx(1,
             "process %d has no address space: it has ended, or is a "
             "thread of the kernel",
             pid);
    print_title(pid);
    print_table(&space);
    if (!table_only)
        picture_print(&space);
    free(space.areas);
    return 0;
}
