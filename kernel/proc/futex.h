/* SPDX-License-Identifier: MIT */
/*
 * Futexes: sleeping on a word of user memory until somebody else wakes the
 * word. Follows futex(2).
 *
 * A word is known by its address space and address, or, in shared memory, by
 * its file and offset there, so that processes meet that map it anywhere.
 */
#ifndef KERNEL_PROC_FUTEX_H
#define KERNEL_PROC_FUTEX_H

#include "kernel/lib/types.h"

struct thread;

/* Boot. => before the first user thread */
void futex_init(void);

/* A word, as a caller names it. Only sharers of the address space count if
 * it is private; else the kernel finds out whether the memory is shared. */
struct futex_word {
    uint32_t __user *at; /* a multiple of 4, in user space */
    bool private;
};

/*
 * Sleeps while the word is `expected`, until woken with a bit of bitset or
 * until deadline (as clock_now(), or WAIT_FOREVER).
 *   => 0: woken; -EAGAIN: the word is not as expected; -ETIMEDOUT;
 *      -ERESTARTSYS; -EFAULT, -ENOMEM
 */
__must_check int futex_wait(const struct futex_word *word, uint32_t expected,
                            uint32_t bitset, uint64_t deadline);

/* Wakes up to n sleepers (one at least, as Linux does) that wait for a bit of
 * bitset. How many, or -EFAULT. */
int futex_wake(const struct futex_word *word, int n, uint32_t bitset);

struct futex_requeue {
    struct futex_word from, to;
    int nwake, nmove;        /* how many to wake, and of the rest, to move */
    const uint32_t *compare; /* NULL, or what `from` has to hold */
};

/* Wakes some sleepers of one word and lets others wait for another. How many
 * woken and moved, -EAGAIN if `from` does not compare, or -EFAULT. */
int futex_requeue(const struct futex_requeue *req);

/*
 * The current thread leaves its address space, by exit or execve: marks the
 * locks on its robust list as left behind by a dead owner, then clears and
 * wakes clear_child_tid's word, if others still use the address space.
 *   => the address space is still there; may sleep
 */
void futex_release(void);

#endif
