/* SPDX-License-Identifier: MIT */
/*
 * grep [-i] [-v] [-c] [-n] [-q] PATTERN [FILE...]: lines that match.
 *
 * Patterns: ^ and $ are a line's start and end, . any character, [a-z] and
 * [^a-z] sets, x* any number of what x matches, \x the character x itself.
 */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int ignore_case, invert, only_count, numbers, quiet;

static int same(char a, char b)
{
    if (ignore_case)
        return tolower((unsigned char)a) == tolower((unsigned char)b);
    return a == b;
}

/* Behind the one-character pattern that starts here. */
static const char *item_end(const char *p)
{
    if (p[0] == '\\' && p[1] != '\0')
        return p + 2;
    if (*p == '[') {
        const char *q = p + 1;

        q += *q == '^';
        q += *q == ']';
        q = strchr(q, ']');
        if (q != NULL)
            return q + 1;
    }
    return p + 1;
}

static int in_set(const char *p, const char *end, char c)
{
    int negated = *p == '^', found = 0;

    for (p += negated; p < end; p++) {
        if (p + 2 < end && p[1] == '-') {
            found |= (c >= p[0] && c <= p[2]) ||
                     (ignore_case && tolower((unsigned char)c) >= p[0] &&
                      tolower((unsigned char)c) <= p[2]);
            p += 2;
        } else {
            found |= same(*p, c);
        }
    }
    return found != negated;
}

static int matches_one(const char *p, const char *end, char c)
{
    if (c == '\0')
        return 0;
    if (*p == '[' && end > p + 1)
        return in_set(p + 1, end - 1, c);
    if (*p == '\\' && end == p + 2)
        return same(p[1], c);
    return *p == '.' || same(*p, c);
}

/* The pattern from its current place against the text's start. */
static int matches_here(const char *p, const char *text)
{
    while (*p != '\0') {
        const char *end = item_end(p);

        if (p[0] == '$' && p[1] == '\0')
            return *text == '\0';
        if (*end == '*') {
            do {
                if (matches_here(end + 1, text))
                    return 1;
            } while (matches_one(p, end, *text++));
            return 0;
        }
        if (!matches_one(p, end, *text++))
            return 0;
        p = end;
    }
    return 1;
}

static int matches(const char *p, const char *text)
{
    if (*p == '^')
        return matches_here(p + 1, text);
    do {
        if (matches_here(p, text))
            return 1;
    } while (*text++ != '\0');
    return 0;
}

/* How many lines it found. */
static unsigned long search(FILE *file, const char *pattern, const char *prefix)
{
    unsigned long number = 0, found = 0;
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    while ((len = getline(&line, &size, file)) > 0) {
        number++;
        if (line[len - 1] == '\n')
            line[len - 1] = '\0';
        if (matches(pattern, line) == invert)
            continue;
        found++;
        if (quiet)
            break;
        if (only_count)
            continue;
        if (prefix != NULL)
            printf("%s:", prefix);
        if (numbers)
            printf("%lu:", number);
        puts(line);
    }
    free(line);
    if (only_count && !quiet)
        printf("%s%s%lu\n", prefix != NULL ? prefix : "",
               prefix != NULL ? ":" : "", found);
    return found;
}

static unsigned long search_file(const char *name, const char *pattern,
                                 int several, int *failed)
{
    FILE *file = fopen(name, "r");
    unsigned long found;

    if (file == NULL) {
        warn("%s", name);
        *failed = 1;
        return 0;
    }
    found = search(file, pattern, several ? name : NULL);
    fclose(file);
    return found;
}

int main(int argc, char **argv)
{
    unsigned long found = 0;
    const char *pattern;
    int option, failed = 0, several;

    while ((option = getopt(argc, argv, "ivcnq")) != -1) {
        if (option == '?')
            return 2;
        ignore_case |= option == 'i';
        invert |= option == 'v';
        only_count |= option == 'c';
        numbers |= option == 'n';
        quiet |= option == 'q';
    }
    if (optind == argc)
        errx(2, "usage: grep [-ivcnq] PATTERN [FILE...]");
    pattern = argv[optind++];
    several = argc - optind > 1;
    if (optind == argc)
        found = search(stdin, pattern, NULL);
    for (; optind < argc; optind++)
        found += search_file(argv[optind], pattern, several, &failed);
    if (failed)
        return 2;
    return found > 0 ? 0 : 1;
}
