/* SPDX-License-Identifier: MIT */
/*
 * The machine's memory in figures that only depend on what is in use.
 *
 * Slabs are counted by their objects: how objects lie in slabs, and so how many
 * frames those take, changes with the order of things. So the frames of slabs
 * count as free.
 */
#include "user/bin/sweep/memory.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIGURES_MAX 64
#define NAME_MAX_LEN 20
#define TRIES 20
#define PAUSE_NS 2000000L

struct figure {
    char name[NAME_MAX_LEN];
    long value;
};

struct figures {
    unsigned n;
    struct figure all[FIGURES_MAX];
};

static int drop_fd, meminfo_fd, slabinfo_fd;
static struct figures remembered, now;

/* What meminfo says of frames in use for one thing. */
static const char *const uses[] = { "AnonPages", "Cached", "KernelStack",
                                    "PageTables", "HugePages_Free" };

static int open_or_die(const char *name, int flags)
{
    int fd = open(name, flags);

    if (fd < 0)
        err(1, "%s", name);
    return fd;
}

void memory_drop_caches(void)
{
    if (write(drop_fd, "3", 1) != 1)
        err(1, "drop_caches");
}

static void add(struct figures *to, const char *name, size_t len, long value)
{
    struct figure *figure = &to->all[to->n];

    if (to->n == FIGURES_MAX)
        errx(1, "too many figures");
    len = len < sizeof(figure->name) ? len : sizeof(figure->name) - 1;
    memcpy(figure->name, name, len);
    figure->name[len] = '\0';
    figure->value = value;
    to->n++;
}

static const char *read_text(int fd)
{
    static char text[16384];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

    if (n < 0)
        err(1, "/proc");
    text[n] = '\0';
    return text;
}

/* The number behind `NAME:`. */
static long number_of(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    if (at == NULL || at[strlen(name)] != ':')
        errx(1, "/proc/meminfo has no %s", name);
    return strtol(at + strlen(name) + 1, NULL, 10);
}

/* Lines `NAME ACTIVE TOTAL …`, after two of headings. */
static void add_slabs(struct figures *to, const char *text)
{
    const char *line = text;

    while ((line = strchr(line, '\n')) != NULL && *++line != '\0') {
        size_t len = strcspn(line, " ");

        if (*line != '#')
            add(to, line, len, strtol(line + len, NULL, 10));
    }
}

static void take(struct figures *to)
{
    const char *text;
    size_t i;

    to->n = 0;
    memory_drop_caches();
    text = read_text(meminfo_fd);
    add(to, "MemFree + Slab", strlen("MemFree + Slab"),
        number_of(text, "MemFree") + number_of(text, "Slab"));
    for (i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
        add(to, uses[i], strlen(uses[i]), number_of(text, uses[i]));
    add_slabs(to, read_text(slabinfo_fd));
}

/* Prints what differs, if asked to; how many do. */
static int differences(const char *name, unsigned n)
{
    int found = 0;
    unsigned i;

    for (i = 0; i < now.n; i++) {
        const long before = remembered.all[i].value, value = now.all[i].value;

        if (before == value)
            continue;
        found++;
        if (name != NULL)
            printf("%s, N = %u: %s was %ld, is %ld\n", name, n, now.all[i].name,
                   before, value);
    }
    return found;
}

static void wait_a_little(void)
{
    const struct timespec pause = { 0, PAUSE_NS };

    nanosleep(&pause, NULL);
}

/* What ended just now may not be freed yet: until nothing changes any more. */
void memory_remember(void)
{
    int tries = 0;

    take(&now);
    do {
        remembered = now;
        wait_a_little();
        take(&now);
    } while (differences(NULL, 0) != 0 && ++tries < TRIES);
}

int memory_compare(const char *name, unsigned n)
{
    int found = 0, tries;

    for (tries = 0; tries < TRIES; tries++) {
        take(&now);
        found = differences(NULL, n);
        if (found == 0)
            return 0;
        wait_a_little();
    }
    found = differences(name, n);
    remembered = now;
    return found;
}

/* What looking itself takes is there afterwards. */
void memory_begin(void)
{
    drop_fd = open_or_die("/proc/sys/vm/drop_caches", O_WRONLY);
    meminfo_fd = open_or_die("/proc/meminfo", O_RDONLY);
    slabinfo_fd = open_or_die("/proc/slabinfo", O_RDONLY);
    memory_remember();
}
