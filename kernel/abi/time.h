/* SPDX-License-Identifier: MIT */
/*
 * Times and clocks: clock_gettime(2), setitimer(2), times(2).
 */
#ifndef ABI_TIME_H
#define ABI_TIME_H

#include "kernel/abi/types.h"

struct timespec {
    time_t tv_sec;
    int64_t tv_nsec;
};

struct timeval {
    time_t tv_sec;
    suseconds_t tv_usec;
};

struct timezone {
    int32_t tz_minuteswest;
    int32_t tz_dsttime;
};

struct itimerval {
    struct timeval it_interval; /* to reload it_value from; 0: once */
    struct timeval it_value;    /* until it next expires; 0: off */
};

struct itimerspec {
    struct timespec it_interval;
    struct timespec it_value;
};

/* times(2), in units of 1 / USER_HZ seconds. */
struct tms {
    clock_t tms_utime;
    clock_t tms_stime;
    clock_t tms_cutime;
    clock_t tms_cstime;
};

_Static_assert(sizeof(struct timespec) == 16, "struct timespec is Linux's");
_Static_assert(sizeof(struct itimerval) == 32, "struct itimerval is Linux's");

/* Clock ticks a second, as programs see them (AT_CLKTCK). */
#define USER_HZ 100

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9
#define CLOCK_TAI 11

#define TIMER_ABSTIME 1

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2

#endif
