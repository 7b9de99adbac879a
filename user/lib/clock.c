/* SPDX-License-Identifier: MIT */
/*
 * Clocks and sleeping.
 */
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "user/lib/syscall.h"

int clock_gettime(clockid_t clk, struct timespec *out)
{
    return (int)CALL(clock_gettime, clk, out);
}

int clock_getres(clockid_t clk, struct timespec *out)
{
    return (int)CALL(clock_getres, clk, out);
}

int clock_nanosleep(clockid_t clk, int flags, const struct timespec *length,
                    struct timespec *left)
{
    return (int)-ASK(clock_nanosleep, clk, flags, length, left);
}

int nanosleep(const struct timespec *length, struct timespec *left)
{
    return (int)CALL(nanosleep, length, left);
}

unsigned sleep(unsigned seconds)
{
    struct timespec left = { seconds, 0 };

    return nanosleep(&left, &left) == 0 ? 0 : (unsigned)left.tv_sec;
}

int usleep(useconds_t microseconds)
{
    struct timespec length = { microseconds / 1000000,
                               microseconds % 1000000 * 1000 };

    return nanosleep(&length, NULL);
}

int gettimeofday(struct timeval *tv, struct timezone *tz)
{
    return (int)CALL(gettimeofday, tv, tz);
}

time_t time(time_t *out)
{
    struct timespec now;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

clock_t times(struct tms *out)
{
    return CALL(times, out);
}

clock_t clock(void)
{
    struct timespec used;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0)
        return -1;
    return used.tv_sec * CLOCKS_PER_SEC + used.tv_nsec / 1000;
}
