/* SPDX-License-Identifier: MIT */
/*
 * ulimit: how much the shell, and what it starts from now on, may use.
 * Each limit is two numbers: the soft one is what counts, and may be raised up
 * to the hard one.
 */
#include <ctype.h>
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "user/bin/sh/builtin.h"

static const struct limit {
    char letter;
    int resource;
    unsigned long unit; /* bytes, or whatever is counted */
    const char *what;
} limits[] = {
    { 'c', RLIMIT_CORE, 1024, "size of a core file (KiB)" },
    { 'd', RLIMIT_DATA, 1024, "data: heap and private memory (KiB)" },
    { 'f', RLIMIT_FSIZE, 1024, "size of a file (KiB)" },
    { 'l', RLIMIT_MEMLOCK, 1024, "locked memory (KiB)" },
    { 'n', RLIMIT_NOFILE, 1, "open descriptors" },
    { 's', RLIMIT_STACK, 1024, "stack (KiB)" },
    { 't', RLIMIT_CPU, 1, "processor time (seconds)" },
    { 'u', RLIMIT_NPROC, 1, "processes" },
    { 'v', RLIMIT_AS, 1024, "address space (KiB)" },
};

#define NLIMITS (sizeof(limits) / sizeof(limits[0]))

static const struct limit *limit_find(char letter)
{
    size_t i;

    for (i = 0; i < NLIMITS; i++)
        if (limits[i].letter == letter)
            return &limits[i];
    return NULL;
}

static int print_limit(const struct limit *limit, bool hard)
{
    struct rlimit values;
    rlim_t value;

    if (getrlimit(limit->resource, &values) != 0) {
        warn("ulimit: -%c", limit->letter);
        return 1;
    }
    value = hard ? values.rlim_max : values.rlim_cur;
    if (value == RLIM_INFINITY)
        puts("unlimited");
    else
        printf("%lu\n", value / limit->unit);
    return 0;
}

static int print_all(bool hard)
{
    int status = 0;
    size_t i;

    for (i = 0; i < NLIMITS; i++) {
        printf("-%c  %-36s ", limits[i].letter, limits[i].what);
        status |= print_limit(&limits[i], hard);
    }
    return status;
}

/* false, with a message: that is no limit. */
static bool parse_value(const struct limit *limit, const char *text,
                        rlim_t *value)
{
    unsigned long number;
    char *end;

    *value = RLIM_INFINITY;
    if (strcmp(text, "unlimited") == 0)
        return true;
    number = strtoul(text, &end, 10);
    if (*end != '\0' || !isdigit((unsigned char)*text) ||
        number > ULONG_MAX / limit->unit) {
        warnx("ulimit: %s: not a limit", text);
        return false;
    }
    *value = number * limit->unit;
    return true;
}

/* which: 'S', 'H' or 0 for both */
static int set_limit(const struct limit *limit, const char *text, char which)
{
    struct rlimit values;
    rlim_t value;

    if (!parse_value(limit, text, &value))
        return 1;
    if (getrlimit(limit->resource, &values) == 0) {
        if (which != 'H')
            values.rlim_cur = value;
        if (which != 'S')
            values.rlim_max = value;
        if (setrlimit(limit->resource, &values) == 0)
            return 0;
    }
    warn("ulimit: -%c %s", limit->letter, text);
    return 1;
}

int builtin_ulimit(int argc, char **argv)
{
    const struct limit *limit = limit_find('f');
    char which = '\0';
    bool all = false;
    const char *c;
    int i;

    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        for (c = argv[i] + 1; *c != '\0'; c++) {
            if (*c == 'a')
                all = true;
            else if (*c == 'S' || *c == 'H')
                which = *c;
            else
                limit = limit_find(*c);
            if (limit == NULL) {
                warnx("ulimit: -%c: there is no such limit; see ulimit -a", *c);
                return 2;
            }
        }
    }
    if (all)
        return print_all(which == 'H');
    if (i < argc)
        return set_limit(limit, argv[i], which);
    return print_limit(limit, which == 'H');
}
