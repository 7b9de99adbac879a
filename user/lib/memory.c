/* SPDX-License-Identifier: MIT */
/*
 * Bytes in memory: searching and comparing.
 */
#include <string.h>

void *memchr(const void *in, int byte, size_t len)
{
    const unsigned char *p = in;

    for (; len > 0; p++, len--)
        if (*p == (unsigned char)byte)
            return (void *)p;
    return NULL;
}

void *memrchr(const void *in, int byte, size_t len)
{
    const unsigned char *p = in;

    while (len > 0)
        if (p[--len] == (unsigned char)byte)
            return (void *)(p + len);
    return NULL;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const unsigned char *p = a, *q = b;

    for (; len > 0; p++, q++, len--)
        if (*p != *q)
            return *p - *q;
    return 0;
}

void *memmem(const void *in, size_t in_len, const void *what, size_t len)
{
    const char *p = in;

    for (; in_len >= len; p++, in_len--)
        if (memcmp(p, what, len) == 0)
            return (void *)p;
    return NULL;
}

void *mempcpy(void *restrict to, const void *restrict from, size_t len)
{
    return (char *)memcpy(to, from, len) + len;
}
