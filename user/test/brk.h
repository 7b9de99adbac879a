/* SPDX-License-Identifier: MIT */
/*
 * The brk system call itself, past the C library: it returns the break after
 * the call, the old one if it could not move.
 */
#ifndef TEST_BRK_H
#define TEST_BRK_H

#include <sys/syscall.h>

#include "user/test/test.h"

static inline char *break_set(const void *wanted)
{
    return (char *)syscall(SYS_brk, wanted);
}

static inline char *break_now(void)
{
    return break_set(NULL);
}

/* Moves the break up to a page boundary with nothing of the C library's in
 * the page below it, and returns it. */
static inline char *break_align(void)
{
    uintptr_t now = (uintptr_t)break_now();
    char *up = (char *)((now + 2 * PAGE - 1) & ~(PAGE - 1));

    REQUIRE(break_set(up) == up);
    return up;
}

#endif
