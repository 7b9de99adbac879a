/* SPDX-License-Identifier: MIT */
/*
 * Interval timers and alarm: the ABI's structs around kernel/proc/itimer.h.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/time.h"
#include "kernel/proc/itimer.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

/* A timer that is not off never shows as 0. */
static struct timeval left_timeval(uint64_t ns)
{
    return timeval_make(ns != 0 ? MAX(ns, NSEC_PER_USEC) : 0);
}

static int put_value(struct itimerval __user *to,
                     const struct itimer_value *value)
{
    struct itimerval tv = {
        .it_interval = timeval_make(value->interval),
        .it_value = left_timeval(value->left),
    };

    return copy_to_user(to, &tv, sizeof(tv)) == 0 ? 0 : -EFAULT;
}

/* As Linux has it, from NULL turns the timer off. */
static int get_value(const struct itimerval __user *from,
                     struct itimer_value *value)
{
    struct itimerval tv;
    int err;

    *value = (struct itimer_value){0};
    if (from == NULL)
        return 0;
    if (copy_from_user(&tv, from, sizeof(tv)) != 0)
        return -EFAULT;
    err = timeval_ns(&tv.it_value, &value->left);
    if (err == 0)
        err = timeval_ns(&tv.it_interval, &value->interval);
    return err;
}

long sys_getitimer(int which, struct itimerval __user *out)
{
    struct itimer_value value;

    if ((unsigned)which >= ITIMERS)
        return -EINVAL;
    itimer_get(which, &value);
    return put_value(out, &value);
}

long sys_setitimer(int which, const struct itimerval __user *in,
                   struct itimerval __user *out)
{
    struct itimer_value value, old;
    int err;

    err = get_value(in, &value);
    if (err != 0)
        return err;
    if ((unsigned)which >= ITIMERS)
        return -EINVAL;
    itimer_set(which, &value, &old);
    return out != NULL ? put_value(out, &old) : 0;
}

/* What was left, to the nearest second but not to 0. */
long sys_alarm(unsigned seconds)
{
    struct itimer_value value = {.left = seconds * NSEC_PER_SEC}, old;
    uint64_t left;

    itimer_set(ITIMER_REAL, &value, &old);
    left = (old.left + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
    return (long)(old.left != 0 ? MAX(left, 1UL) : 0);
}
