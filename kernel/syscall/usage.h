/* SPDX-License-Identifier: MIT */
/*
 * What processes have used, for wait4, waitid, getrusage and times.
 * kernel/syscall/sys_limits.c.
 */
#ifndef KERNEL_SYSCALL_USAGE_H
#define KERNEL_SYSCALL_USAGE_H

#include "kernel/lib/types.h"

struct rusage;
struct usage;

/* Hands out a struct rusage. 0 or -EFAULT. */
__must_check int usage_put(struct rusage __user *to, const struct usage *usage);

/* Of the current process's children that it has waited for. */
void children_usage(struct usage *out);

#endif
