/* SPDX-License-Identifier: MIT */
/*
 * Verifies kernel/lib/string against the host's <string.h>. The kernel's
 * functions are compiled under names with kernel_ in front (run.py).
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/hosttest/test.h"

#define SIZE 160

void *kernel_memcpy(void *dst, const void *src, size_t n);
void *kernel_memmove(void *dst, const void *src, size_t n);
void *kernel_memset(void *dst, int byte, size_t n);
int kernel_memcmp(const void *a, const void *b, size_t n);
void *kernel_memchr(const void *s, int byte, size_t n);
size_t kernel_strlen(const char *s);
size_t kernel_strnlen(const char *s, size_t max);
int kernel_strcmp(const char *a, const char *b);
int kernel_strncmp(const char *a, const char *b, size_t n);
char *kernel_strchr(const char *s, int c);
char *kernel_strrchr(const char *s, int c);
size_t kernel_strlcpy(char *dst, const char *src, size_t size);
size_t parse_u64(const char *s, unsigned base, uint64_t *out);

/* Bytes of few kinds, so that runs of equal ones are common. */
static void fill(unsigned char *buf, size_t n)
{
    unsigned kinds = rnd_once_in(2) ? 3 : 256;

    for (size_t i = 0; i < n; i++)
        buf[i] = (unsigned char)(rnd_below(kinds) + (kinds == 3 ? 0x7f : 0));
}

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

/* Moves within one buffer: what lies outside stays. */
static void moving(void)
{
    unsigned char buf[SIZE], expected[SIZE];
    size_t n = rnd_below(SIZE / 2), from = rnd_below(SIZE - n + 1);
    size_t to = rnd_below(SIZE - n + 1);

    fill(buf, SIZE);
    memcpy(expected, buf, SIZE);
    memmove(expected + to, expected + from, n);
    CHECK(kernel_memmove(buf + to, buf + from, n) == buf + to);
    CHECK(memcmp(buf, expected, SIZE) == 0);
}

static void copying_and_setting(void)
{
    unsigned char src[SIZE], buf[SIZE], expected[SIZE];
    size_t n = rnd_below(SIZE + 1), at = rnd_below(SIZE - n + 1);
    size_t from = rnd_below(SIZE - n + 1);
    int byte = (int)rnd_below(1024) - 512;

    fill(src, SIZE);
    fill(buf, SIZE);
    memcpy(expected, buf, SIZE);
    memcpy(expected + at, src + from, n);
    CHECK(kernel_memcpy(buf + at, src + from, n) == buf + at);
    CHECK(memcmp(buf, expected, SIZE) == 0);
    memset(expected + at, byte, n);
    CHECK(kernel_memset(buf + at, byte, n) == buf + at);
    CHECK(memcmp(buf, expected, SIZE) == 0);
}

static void comparing(void)
{
    unsigned char a[SIZE], b[SIZE];
    size_t n = rnd_below(SIZE + 1);
    int byte = (int)rnd_below(256);

    fill(a, SIZE);
    memcpy(b, a, SIZE);
    if (rnd_once_in(2))
        b[rnd_below(SIZE)] ^= (unsigned char)rnd();
    CHECK_EQ(sign(kernel_memcmp(a, b, n)), sign(memcmp(a, b, n)));
    CHECK(kernel_memchr(a, byte, n) == memchr(a, byte, n));
}

/* A string in memory of just its size, so that ASan sees reads past it. */
static char *new_string(size_t max)
{
    size_t len = rnd_below(max);
    char *s = malloc(len + 1);

    fill((unsigned char *)s, len);
    for (size_t i = 0; i < len; i++)
        if (s[i] == '\0')
            s[i] = 'x';
    s[len] = '\0';
    return s;
}

static void strings(void)
{
    char *a = new_string(20), *b = rnd_once_in(2) ? strdup(a) : new_string(20);
    size_t n = rnd_below(25);
    int c = rnd_once_in(4) ? 0 : 0x7f + (int)rnd_below(4);
    char cut[30], expected[30];

    if (*b != '\0' && rnd_once_in(2))
        b[strlen(b) - 1]++;
    CHECK_EQ(kernel_strlen(a), strlen(a));
    CHECK_EQ(kernel_strnlen(a, n), strnlen(a, n));
    CHECK_EQ(sign(kernel_strcmp(a, b)), sign(strcmp(a, b)));
    CHECK_EQ(sign(kernel_strncmp(a, b, n)), sign(strncmp(a, b, n)));
    CHECK(kernel_strchr(a, c) == strchr(a, c));
    CHECK(kernel_strrchr(a, c) == strrchr(a, c));
    memset(cut, 'z', sizeof(cut));
    memset(expected, 'z', sizeof(expected));
    if (n > 0)
        snprintf(expected, n, "%s", a);
    CHECK_EQ(kernel_strlcpy(cut, a, n), strlen(a));
    CHECK(memcmp(cut, expected, sizeof(cut)) == 0);
    free(a);
    free(b);
}

static void check_number(const char *text, unsigned base, size_t used,
                         uint64_t value)
{
    uint64_t found = 12345;

    CHECK_EQ(parse_u64(text, base, &found), used);
    CHECK_EQ(found, used == 0 ? 12345 : value);
}

static void numbers(void)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    uint64_t value = rnd() >> rnd_below(64), rest = value;
    unsigned base = 2 + (unsigned)rnd_below(35);
    char text[80], *p = text + sizeof(text) - 1;

    *p = '\0';
    *--p = base == 36 ? '.' : digits[base]; /* no digit of this base */
    do
        *--p = digits[rest % base];
    while ((rest /= base) != 0);
    check_number(p, base, strlen(p) - 1, value);
}

static void odd_numbers(void)
{
    check_number("", 10, 0, 0);
    check_number("x", 16, 0, 0);
    check_number("-1", 10, 0, 0);
    check_number("18446744073709551615", 10, 20, UINT64_MAX);
    check_number("18446744073709551616", 10, 0, 0);
    check_number("0x1F", 0, 4, 31);
    check_number("0x", 0, 1, 0);
    check_number("0755", 0, 4, 0755);
    check_number("89", 0, 2, 89);
    check_number("FFFFFFFFFFFFFFFFF", 16, 0, 0);
}

void test_main(void)
{
    odd_numbers();
    for (int i = 0; i < 20000; i++) {
        moving();
        copying_and_setting();
        comparing();
        strings();
        numbers();
    }
}
