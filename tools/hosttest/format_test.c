/* SPDX-License-Identifier: MIT */
/*
 * Verifies kernel/lib/format against the host's vsnprintf, on random
 * conversions that C defines.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/format.h"
#include "tools/hosttest/test.h"

#define TEXT_MAX 200

/* Both into memory of just `size` bytes; the results must be the same. */
static void compare(size_t size, const char *fmt, ...)
{
    char *ours = malloc(size + 1), *theirs = malloc(size + 1);
    va_list args;
    int n, expected;

    memset(ours, '!', size + 1);
    memset(theirs, '!', size + 1);
    va_start(args, fmt);
    expected = vsnprintf(theirs, size, fmt, args);
    va_end(args);
    va_start(args, fmt);
    n = kvsnprintf(ours, size, fmt, args);
    va_end(args);
    if (n != expected || memcmp(ours, theirs, size + 1) != 0)
        FAIL("\"%s\", %zu bytes: \"%.*s\", %d; expected \"%.*s\", %d", fmt,
             size, (int)size, ours, n, (int)size, theirs, expected);
    free(ours);
    free(theirs);
}

/* Adds some of these flags, perhaps a width and a precision. */
static char *add_flags(char *p, const char *flags)
{
    for (; *flags != '\0'; flags++)
        if (rnd_once_in(3))
            *p++ = *flags;
    if (rnd_once_in(2))
        p += sprintf(p, "%d", 1 + (int)rnd_below(25));
    if (rnd_once_in(2))
        p += sprintf(p, rnd_once_in(5) ? "." : ".%d", (int)rnd_below(25));
    return p;
}

static size_t random_size(void)
{
    return rnd_once_in(2) ? TEXT_MAX : rnd_below(30);
}

static uint64_t random_value(void)
{
    static const uint64_t ends[] = {0,          1,         UINT64_MAX,
                                    INT64_MAX,  1UL << 63, INT32_MAX,
                                    UINT32_MAX, 0x80,      0x8000};

    if (rnd_once_in(3))
        return ends[rnd_below(sizeof(ends) / sizeof(ends[0]))];
    return rnd() >> rnd_below(64);
}

static void integers(void)
{
    static const char *const lengths[] = {"",   "hh", "h", "l",
                                          "ll", "z",  "t", "j"};
    static const char conversions[] = "diuxXo";
    char conversion = conversions[rnd_below(6)];
    bool is_signed = conversion == 'd' || conversion == 'i';
    const char *length = lengths[rnd_below(8)];
    char fmt[60] = "a%", *p = fmt + 2;

    p = add_flags(p, is_signed ? "-0+ " : conversion == 'u' ? "-0" : "-0#");
    sprintf(p, "%s%cz", length, conversion);
    if (length[0] == 'h' || length[0] == '\0')
        compare(random_size(), fmt, (int)random_value());
    else
        compare(random_size(), fmt, random_value());
}

static void texts(void)
{
    char fmt[60] = "%", *p = add_flags(fmt + 1, "-"), text[30];
    size_t len = rnd_below(sizeof(text));

    memset(text, 'a' + (int)rnd_below(26), len);
    text[len] = '\0';
    strcpy(p, "s.");
    compare(random_size(), fmt, text);
    sprintf(fmt, "<%%%s%dc%%%%>", rnd_once_in(2) ? "-" : "",
            1 + (int)rnd_below(9));
    compare(random_size(), fmt, 'A' + (int)rnd_below(26));
}

static void stars(void)
{
    int width = (int)rnd_below(30) - 15, precision = (int)rnd_below(30) - 5;

    compare(random_size(), "%*d|%-*x", width, (int)random_value(), width,
            (unsigned)random_value());
    compare(random_size(), "%.*s|%*.*lu", precision, "several words", width,
            precision, random_value());
}

static void check_text(const char *expected, const char *fmt, ...)
{
    char text[100];
    va_list args;
    int n;

    va_start(args, fmt);
    n = kvsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (strcmp(text, expected) != 0 || n != (int)strlen(expected))
        FAIL("\"%s\" gives \"%s\", expected \"%s\"", fmt, text, expected);
}

/* Where we differ from the host on purpose, or C leaves it open. */
static void our_own(void)
{
    char text[4];

    check_text("0x0", "%p", NULL);
    check_text("0xffff800000001000", "%p", (void *)0xffff800000001000UL);
    check_text("(null)", "%s", (char *)NULL);
    check_text("100%", "100%%");
    check_text("%", "%");
    check_text("%y 5", "%y %d", 5);
    CHECK_EQ(ksnprintf(text, sizeof(text), "%d", 123456), 6);
    CHECK(strcmp(text, "123") == 0);
    CHECK_EQ(kscnprintf(text, sizeof(text), "%d", 123456), 3);
    CHECK_EQ(kscnprintf(text, sizeof(text), "%d", 12), 2);
    CHECK_EQ(kscnprintf(NULL, 0, "%d", 12), 0);
    CHECK_EQ(ksnprintf(NULL, 0, "%d", 12), 2);
}

void test_main(void)
{
    our_own();
    for (int i = 0; i < 30000; i++) {
        integers();
        texts();
        stars();
    }
}
