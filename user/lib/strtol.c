/* SPDX-License-Identifier: MIT */
/*
 * Numbers from text: strtol(3). One parser reads sign, prefix and digits into
 * an unsigned magnitude; the functions differ in the range they accept.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

struct number {
    unsigned long magnitude; /* ULONG_MAX if it overflowed */
    int negative;
    int overflow;
};

static int digit_value(int c)
{
    if (isdigit(c))
        return c - '0';
    return isalpha(c) ? tolower(c) - 'a' + 10 : INT_MAX;
}

/* Skips "0x" where base allows it, and settles what base 0 stands for. */
static const char *skip_prefix(const char *s, int *base)
{
    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') &&
        (*base == 0 || *base == 16) && digit_value(s[2]) < 16) {
        *base = 16;
        return s + 2;
    }
    if (*base == 0)
        *base = s[0] == '0' ? 8 : 10;
    return s;
}

static struct number parse(const char *text, char **end, int base)
{
    struct number n = { 0, 0, 0 };
    const char *s = text, *first;

    if (end != NULL)
        *end = (char *)text;
    if (base < 0 || base == 1 || base > 36) {
        errno = EINVAL;
        return n;
    }
    while (isspace(*s))
        s++;
    if (*s == '-' || *s == '+')
        n.negative = *s++ == '-';
    s = skip_prefix(s, &base);
    for (first = s; digit_value(*s) < base; s++)
        if (__builtin_umull_overflow(n.magnitude, (unsigned long)base,
                                     &n.magnitude) ||
            __builtin_uaddl_overflow(
                n.magnitude, (unsigned long)digit_value(*s), &n.magnitude))
            n.overflow = 1;
    if (n.overflow)
        n.magnitude = ULONG_MAX;
    if (end != NULL && s != first)
        *end = (char *)s;
    return n;
}

long strtol(const char *text, char **end, int base)
{
    struct number n = parse(text, end, base);
    unsigned long limit = LONG_MAX + (n.negative ? 1UL : 0UL);

    if (n.magnitude > limit) {
        errno = ERANGE;
        n.magnitude = limit;
    }
    return (long)(n.negative ? -n.magnitude : n.magnitude);
}

unsigned long strtoul(const char *text, char **end, int base)
{
    struct number n = parse(text, end, base);

    if (n.overflow) {
        errno = ERANGE;
        return ULONG_MAX;
    }
    return n.negative ? -n.magnitude : n.magnitude;
}

long long strtoll(const char *text, char **end, int base)
{
    return strtol(text, end, base);
}

unsigned long long strtoull(const char *text, char **end, int base)
{
    return strtoul(text, end, base);
}

intmax_t strtoimax(const char *text, char **end, int base)
{
    return strtol(text, end, base);
}

uintmax_t strtoumax(const char *text, char **end, int base)
{
    return strtoul(text, end, base);
}

int atoi(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

long atol(const char *text)
{
    return strtol(text, NULL, 10);
}

long long atoll(const char *text)
{
    return strtol(text, NULL, 10);
}
