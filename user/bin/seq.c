/* SPDX-License-Identifier: MIT */
/* seq [FIRST [STEP]] LAST: whole numbers, one a line. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (*end != '\0' || end == text)
        errx(1, "%s: not a whole number", text);
    return value;
}

int main(int argc, char **argv)
{
    long first, step, last, n;

    if (argc < 2 || argc > 4)
        errx(1, "usage: seq [FIRST [STEP]] LAST");
    first = argc > 2 ? number(argv[1]) : 1;
    step = argc > 3 ? number(argv[2]) : 1;
    last = number(argv[argc - 1]);
    if (step == 0)
        errx(1, "a step of 0 never arrives");
    for (n = first; step > 0 ? n <= last : n >= last;) {
        printf("%ld\n", n);
        if (__builtin_add_overflow(n, step, &n))
            break;
    }
    return fflush(stdout) != 0;
}
