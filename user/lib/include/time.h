/* SPDX-License-Identifier: MIT */
/* Clocks, sleeping and calendar dates (UTC only). */
#ifndef LIB_TIME_H
#define LIB_TIME_H

#include <stddef.h>

#include "kernel/abi/time.h"

#define CLOCKS_PER_SEC 1000000L

struct tm {
    int tm_sec;
    int tm_min;
    int tm_hour;
    int tm_mday; /* from 1 */
    int tm_mon;  /* from 0 */
    int tm_year; /* since 1900 */
    int tm_wday; /* Sunday is 0 */
    int tm_yday; /* from 0 */
    int tm_isdst;
};

int clock_gettime(clockid_t clock, struct timespec *out);
int clock_getres(clockid_t clock, struct timespec *out);
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                    struct timespec *left); /* returns the error */
int nanosleep(const struct timespec *time, struct timespec *left);
time_t time(time_t *out);
clock_t clock(void);

struct tm *gmtime(const time_t *time);
struct tm *gmtime_r(const time_t *time, struct tm *out);
time_t timegm(struct tm *tm);
/* Conversions a A b B d e H j M m n S T t D F R y Y Z p I %. */
size_t strftime(char *to, size_t size, const char *format, const struct tm *tm);

#endif
