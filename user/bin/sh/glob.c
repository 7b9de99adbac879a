/* SPDX-License-Identifier: MIT */
/*
 * Patterns, matched against texts and against the file tree.
 *
 * Matching goes left to right and remembers the last * only: if the rest does
 * not match, that * takes one character more. Earlier ones need no second try,
 * as whatever they could take the last one can take too.
 *
 * File names are found one folder at a time: the pattern up to the next / is
 * matched against the names in the folder, and for each that fits the same is
 * done with what follows.
 */
#include "user/bin/sh/glob.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

/* At a [: the place behind the set, and whether c is in it. NULL: no set. */
static const char *match_set(const char *p, char c, bool *matches)
{
    bool negated = p[1] == '!' || p[1] == '^', found = false;
    const char *first;

    p += negated ? 2 : 1;
    for (first = p; *p != ']' || p == first; p++) {
        unsigned char low, high;

        if (*p == '\\')
            p++;
        if (*p == '\0')
            return NULL;
        low = high = (unsigned char)*p;
        if (p[1] == '-' && p[2] != ']' && p[2] != '\0') {
            high = (unsigned char)p[2];
            p += 2;
        }
        if ((unsigned char)c >= low && (unsigned char)c <= high)
            found = true;
    }
    *matches = found != negated;
    return p + 1;
}

/* One character, not at a *: the place behind what matched it; NULL. */
static const char *match_one(const char *p, char c)
{
    const char *end;
    bool matches;

    if (c == '\0')
        return NULL;
    if (*p == '?')
        return p + 1;
    if (*p == '[' && (end = match_set(p, c, &matches)) != NULL)
        return matches ? end : NULL;
    if (*p == '\\' && p[1] != '\0')
        p++;
    return *p == c ? p + 1 : NULL;
}

bool glob_matches(const char *pattern, const char *text)
{
    const char *star = NULL, *retry = NULL, *next;

    for (;;) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = text;
            continue;
        }
        if (*pattern == '\0' && *text == '\0')
            return true;
        next = *pattern != '\0' ? match_one(pattern, *text) : NULL;
        if (next != NULL) {
            pattern = next;
            text++;
        } else if (star != NULL && *retry != '\0') {
            pattern = star;
            text = ++retry;
        } else {
            return false;
        }
    }
}

/* ---- files ---- */

static bool has_magic(const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '\\' && pattern[1] != '\0')
            pattern++;
        else if (strchr("*?[", *pattern) != NULL)
            return true;
    }
    return false;
}

static void append_unescaped(struct text *out, const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '\\' && pattern[1] != '\0')
            pattern++;
        text_add(out, *pattern);
    }
}

static void search(const char *folder, const char *pattern,
                   struct strings *out);

/* A name that fits: `folder`, `name`, and what follows in the pattern. */
static void search_on(const char *folder, const char *name, const char *rest,
                      struct strings *out)
{
    struct text path = { NULL, 0, 0 };
    struct stat st;
    char *whole;

    text_append(&path, folder, strlen(folder));
    text_append(&path, name, strlen(name));
    if (*rest == '/')
        text_append(&path, rest, strspn(rest, "/"));
    whole = text_finish(&path);
    rest += strspn(rest, "/");
    if (*rest != '\0')
        search(whole, rest, out);
    else if (lstat(whole, &st) == 0)
        strings_add(out, whole);
}

static void search_folder(const char *folder, const char *part,
                          const char *rest, struct strings *out)
{
    DIR *dir = opendir(*folder != '\0' ? folder : ".");
    struct dirent *entry;

    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.' && part[0] != '.')
            continue; /* hidden */
        if (glob_matches(part, entry->d_name))
            search_on(folder, entry->d_name, rest, out);
    }
    closedir(dir);
}

static void search(const char *folder, const char *pattern, struct strings *out)
{
    size_t len = strcspn(pattern, "/");
    const char *part = mem_copy(pattern, len);

    if (has_magic(part)) {
        search_folder(folder, part, pattern + len, out);
    } else {
        struct text name = { NULL, 0, 0 };

        append_unescaped(&name, part);
        search_on(folder, text_finish(&name), pattern + len, out);
    }
}

size_t glob_add_files(const char *pattern, struct strings *out)
{
    size_t from = out->count;

    if (!has_magic(pattern))
        return 0;
    search("", pattern, out);
    if (out->count > from)
        strings_sort(out, from);
    return out->count - from;
}
