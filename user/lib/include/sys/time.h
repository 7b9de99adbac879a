/* SPDX-License-Identifier: MIT */
/* The time of day and interval timers. */
#ifndef LIB_SYS_TIME_H
#define LIB_SYS_TIME_H

#include <sys/select.h>

#include "kernel/abi/time.h"

int gettimeofday(struct timeval *tv, struct timezone *tz);
int getitimer(int which, struct itimerval *out);
int setitimer(int which, const struct itimerval *in, struct itimerval *out);

#endif
