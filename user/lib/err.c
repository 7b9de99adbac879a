/* SPDX-License-Identifier: MIT */
/*
 * Messages to standard error: err(3); and assert's.
 */
#include <assert.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole line goes out in one write, so that those of several processes do
 * not mix. */
static void say(const char *format, va_list args, const char *reason)
{
    char line[1024];
    size_t len;

    snprintf(line, sizeof(line), "%s: ", program_invocation_short_name);
    len = strlen(line);
    vsnprintf(line + len, sizeof(line) - len, format, args);
    if (reason != NULL) {
        len = strlen(line);
        snprintf(line + len, sizeof(line) - len, ": %s", reason);
    }
    fflush(stdout);
    fprintf(stderr, "%s\n", line);
}

void vwarn(const char *format, va_list args)
{
    say(format, args, strerror(errno));
}

void vwarnx(const char *format, va_list args)
{
    say(format, args, NULL);
}

void warn(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vwarn(format, args);
    va_end(args);
}

void warnx(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vwarnx(format, args);
    va_end(args);
}

void err(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vwarn(format, args);
    va_end(args);
    exit(status);
}

void errx(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vwarnx(format, args);
    va_end(args);
    exit(status);
}

void lib_assert_fail(const char *condition, const char *file, int line,
                     const char *function)
{
    warnx("%s:%d: %s: assertion failed: %s", file, line, function, condition);
    abort();
}
