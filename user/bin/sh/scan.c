/* SPDX-License-Identifier: MIT */
/*
 * Where quotes and substitutions end: see scan.h.
 */
#include "user/bin/sh/scan.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

bool scan_is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

unsigned long scan_name_length(const char *p)
{
    unsigned long len = 0;

    if (!isdigit((unsigned char)*p))
        while (scan_is_name(p[len]))
            len++;
    return len;
}

/* Up to `end` outside quotes, and behind it. */
static const char *scan_until(const char *p, char end)
{
    while (p != NULL && *p != end) {
        if (*p == '\0')
            return NULL;
        p = scan_unit(p);
    }
    return p != NULL ? p + 1 : NULL;
}

static const char *scan_double_quotes(const char *p)
{
    p++;
    while (p != NULL && *p != '"') {
        if (*p == '\0')
            return NULL;
        p = *p == '\'' ? p + 1 : scan_unit(p); /* ' means itself in here */
    }
    return p != NULL ? p + 1 : NULL;
}

static const char *scan_backquotes(const char *p)
{
    p++;
    while (*p != '\0' && *p != '`')
        p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
    return *p == '`' ? p + 1 : NULL;
}

const char *scan_braces(const char *p)
{
    return scan_until(p + 1, '}');
}

const char *scan_parens(const char *p)
{
    unsigned depth = 0;

    while (p != NULL && *p != '\0') {
        if (*p == '(')
            depth++;
        if (*p == ')' && --depth == 0)
            return p + 1;
        p = scan_unit(p);
    }
    return NULL;
}

const char *scan_unit(const char *p)
{
    switch (*p) {
    case '\\': return p[1] != '\0' ? p + 2 : NULL;
    case '\'': p = strchr(p + 1, '\''); return p != NULL ? p + 1 : NULL;
    case '"': return scan_double_quotes(p);
    case '`': return scan_backquotes(p);
    case '$':
        if (p[1] == '(')
            return scan_parens(p + 1);
        if (p[1] == '{')
            return scan_braces(p + 1);
        return p + 1;
    default: return p + 1;
    }
}

const char *scan_word(const char *p)
{
    while (*p != '\0' && strchr(" \t\n;&|<>()", *p) == NULL) {
        bool joined = p[0] == '\\' && p[1] == '\n';

        p = scan_unit(p);
        if (p == NULL || (joined && *p == '\0'))
            return NULL; /* the word may go on on the next line */
    }
    return p;
}
