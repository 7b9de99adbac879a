/* SPDX-License-Identifier: MIT */
/*
 * Threads for the tests named thread_*.c and futex_*.c, made with clone(2)
 * itself and the flags that C libraries use.
 *
 * errno is one for all threads here, so threads make system calls with ASK
 * (user/lib/syscall.h), whose result is the kernel's, a negative errno.
 */
#ifndef TEST_THREADS_H
#define TEST_THREADS_H

#include <sched.h>
#include <stdint.h>
#include <time.h>

#include "kernel/abi/futex.h"
#include "user/lib/syscall.h"

/* What musl and glibc make threads with, but for CLONE_SETTLS: nothing here
 * has thread-local variables. */
#define THREAD_FLAGS                                                           \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |        \
     CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

#define THREAD_STACK (32 * 1024UL)

struct test_thread {
    int alive; /* its TID; the kernel clears it at its end, and wakes */
    int tid;
    char *stack;
};

/* Starts fn(arg) in a thread of this process; ends the case on failure. */
void thread_start(struct test_thread *thread, int (*fn)(void *arg), void *arg);
/* The same on a stack of THREAD_STACK bytes that the caller owns, and with
 * flags of its own. What clone returned: negative: its errno. */
int thread_start_on(struct test_thread *thread, char *stack, int flags,
                    int (*fn)(void *arg), void *arg);
/* Waits for its end and frees its stack. */
void thread_join(struct test_thread *thread);

/* The system call, by its result. */
static inline long futex(const volatile void *word, int op, unsigned val,
                         const struct timespec *timeout)
{
    return ASK(futex, word, op, val, timeout, 0, 0);
}

static inline long futex_bits(const volatile void *word, int op, unsigned val,
                              const struct timespec *timeout, unsigned bits)
{
    return ASK(futex, word, op, val, timeout, 0, bits);
}

static inline long futex_move(const volatile void *word, int op, unsigned nwake,
                              unsigned nmove, const volatile void *to,
                              unsigned expected)
{
    return ASK(futex, word, op, nwake, (unsigned long)nmove, to, expected);
}

/* Atomic words that threads meet over. */
static inline int word_get(const volatile int *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static inline void word_set(volatile int *word, int value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

static inline int word_add(volatile int *word, int value)
{
    return __atomic_add_fetch(word, value, __ATOMIC_SEQ_CST);
}

#endif
