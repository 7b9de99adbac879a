/* SPDX-License-Identifier: MIT */
/*
 * The break: the end of the heap that starts behind a program's bss.
 *
 * The system call takes the end that is wished for and returns the end that
 * there is, the old one if it could not move: so a wish of 0, which can never
 * be granted, asks. brk and sbrk make of it what POSIX had: brk says whether
 * it moved, sbrk moves by a difference and returns where the end was, which
 * is where the new memory starts.
 *
 * The library does not remember the break between calls: a program may have
 * moved it with the system call itself.
 */
#include <stdint.h>
#include <unistd.h>

#include "user/lib/syscall.h"

int brk(void *end)
{
    if (ASK(brk, end) != (long)end) {
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

void *sbrk(intptr_t increment)
{
    long end = ASK(brk, 0), wished;

    if (increment == 0)
        return (void *)end;
    if (__builtin_saddl_overflow(end, increment, &wished) || wished < 0 ||
        brk((void *)wished) != 0) {
        errno = ENOMEM;
        return (void *)-1;
    }
    return (void *)end;
}
