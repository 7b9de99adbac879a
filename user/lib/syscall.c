/* SPDX-License-Identifier: MIT */
/*
 * System calls by number, for programs.
 */
#include "user/lib/syscall.h"

#include <stdarg.h>
#include <sys/syscall.h>

long syscall(long number, ...)
{
    va_list args;
    long a[6];
    int i;

    va_start(args, number);
    for (i = 0; i < 6; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    return lib_result(syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}
