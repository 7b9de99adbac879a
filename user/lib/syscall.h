/* SPDX-License-Identifier: MIT */
/*
 * How the library asks the kernel: one instruction, and errno.
 *
 * The wrappers are all of one shape,
 *
 *     int close(int fd)
 *     {
 *         return (int)CALL(close, fd);
 *     }
 *
 * and those that cannot fail use ASK, which leaves errno alone.
 */
#ifndef LIB_SYSCALL_H
#define LIB_SYSCALL_H

#include <errno.h>

#include "kernel/abi/syscall.h"

/* System call `number`; its result, or a negative errno. */
static inline long syscall6(long number, long a, long b, long c, long d, long e,
                            long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
                       "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* What a C function returns for a system call's result: a negative errno
 * becomes -1 and is kept in errno. */
static inline long lib_result(long result)
{
    if ((unsigned long)result > -(MAX_ERRNO + 1UL)) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

/* ASK(name, arguments...): up to six, each cast to long, the rest zero. */
#define ASK(name, ...) LIB_ASK(SYS_##name, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define LIB_ASK(number, a, b, c, d, e, f, ...)                                 \
    syscall6((number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e),  \
             (long)(f))

/* The same, with errno. */
#define CALL(name, ...) lib_result(ASK(name, ##__VA_ARGS__))

#endif
