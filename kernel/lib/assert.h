/* SPDX-License-Identifier: MIT */
/*
 * ASSERT and panic: for programmers' errors only; user input never gets
 * here.
 */
#ifndef KERNEL_LIB_ASSERT_H
#define KERNEL_LIB_ASSERT_H

#include "kernel/lib/types.h"

/*
 * Stops the machine with a report: the message, the registers, a
 * symbolised backtrace, what the other CPUs ran.
 *   => any context, any locks
 *   implemented in kernel/proc/report.c, above everything it describes
 */
__noreturn __printf(1, 2) void panic(const char *fmt, ...);

/* Always on. */
#define ASSERT(cond)                                                           \
    do {                                                                       \
        if (unlikely(!(cond)))                                                 \
            panic("%s:%d: %s: assertion failed: %s", __FILE__, __LINE__,       \
                  __func__, #cond);                                            \
    } while (0)

#endif
