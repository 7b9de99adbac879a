/* SPDX-License-Identifier: MIT */
/* sleep SECONDS...: do nothing for so long; 0.25 is a quarter of a second. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define NANOSECONDS 1000000000L

static struct timespec parse(const char *text)
{
    struct timespec time = { 0, 0 };
    long unit = NANOSECONDS / 10;
    char *p;

    time.tv_sec = strtol(text, &p, 10);
    if (*p == '.')
        for (p++; isdigit((unsigned char)*p); p++, unit /= 10)
            time.tv_nsec += (*p - '0') * unit;
    if (*p != '\0' || p == text || time.tv_sec < 0)
        errx(1, "%s: not a time in seconds", text);
    return time;
}

int main(int argc, char **argv)
{
    int i;

    if (argc < 2)
        errx(1, "for how many seconds?");
    for (i = 1; i < argc; i++) {
        struct timespec left = parse(argv[i]);

        while (nanosleep(&left, &left) != 0)
            if (errno != EINTR)
                err(1, "nanosleep");
    }
    return 0;
}
