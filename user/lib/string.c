/* SPDX-License-Identifier: MIT */
/*
 * Strings: measuring, copying, comparing. Searching is in strsearch.c.
 */
#include <string.h>

#include <ctype.h>
#include <stdlib.h>

size_t strlen(const char *s)
{
    const char *end = s;

    while (*end != '\0')
        end++;
    return (size_t)(end - s);
}

size_t strnlen(const char *s, size_t max)
{
    size_t len = 0;

    while (len < max && s[len] != '\0')
        len++;
    return len;
}

char *stpcpy(char *restrict to, const char *restrict from)
{
    size_t len = strlen(from);

    memcpy(to, from, len + 1);
    return to + len;
}

char *strcpy(char *restrict to, const char *restrict from)
{
    stpcpy(to, from);
    return to;
}

char *strncpy(char *restrict to, const char *restrict from, size_t len)
{
    size_t used = strnlen(from, len);

    memcpy(to, from, used);
    memset(to + used, 0, len - used);
    return to;
}

char *strcat(char *restrict to, const char *restrict from)
{
    stpcpy(to + strlen(to), from);
    return to;
}

char *strncat(char *restrict to, const char *restrict from, size_t len)
{
    char *end = to + strlen(to);
    size_t used = strnlen(from, len);

    memcpy(end, from, used);
    end[used] = '\0';
    return to;
}

size_t strlcpy(char *restrict to, const char *restrict from, size_t size)
{
    size_t len = strlen(from);

    if (size > 0) {
        size_t used = len < size ? len : size - 1;

        memcpy(to, from, used);
        to[used] = '\0';
    }
    return len;
}

size_t strlcat(char *restrict to, const char *restrict from, size_t size)
{
    size_t used = strnlen(to, size);

    return used + strlcpy(to + used, from, size - used);
}

int strcmp(const char *a, const char *b)
{
    while (*a == *b && *a != '\0')
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t len)
{
    for (; len > 0; a++, b++, len--)
        if (*a != *b || *a == '\0')
            return (unsigned char)*a - (unsigned char)*b;
    return 0;
}

int strcoll(const char *a, const char *b)
{
    return strcmp(a, b);
}

int strcasecmp(const char *a, const char *b)
{
    return strncasecmp(a, b, (size_t)-1);
}

int strncasecmp(const char *a, const char *b, size_t len)
{
    for (; len > 0; a++, b++, len--) {
        int x = tolower((unsigned char)*a), y = tolower((unsigned char)*b);

        if (x != y || x == '\0')
            return x - y;
    }
    return 0;
}

char *strdup(const char *s)
{
    return strndup(s, strlen(s));
}

char *strndup(const char *s, size_t max)
{
    size_t len = strnlen(s, max);
    char *copy = malloc(len + 1);

    if (copy != NULL) {
        memcpy(copy, s, len);
        copy[len] = '\0';
    }
    return copy;
}
