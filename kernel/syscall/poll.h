/* SPDX-License-Identifier: MIT */
/*
 * One wait over many open files, for poll (sys_poll.c) and select
 * (sys_select.c).
 */
#ifndef KERNEL_SYSCALL_POLL_H
#define KERNEL_SYSCALL_POLL_H

#include "kernel/lib/types.h"
#include "kernel/lib/wait.h"
#include "kernel/syscall/syscalls.h"

struct file;

struct poll_entry {
    struct file *file;    /* a reference; NULL: nothing to wait for */
    unsigned events;      /* POLL* that are asked for */
    unsigned ready;       /* … and that hold, with those always reported */
    struct waitqueue *wq; /* where the file announces changes, or NULL */
    struct waitqueue *joined; /* the queue that `waiter` is in, or NULL */
    struct waiter waiter;
};

/* Its own thread's alone. */
struct poll_table {
    struct poll_entry *entries;
    size_t n, capacity;
};

/* Room for that many entries. 0 or -ENOMEM. */
__must_check int poll_table_create(size_t capacity, struct poll_table *out);
void poll_table_destroy(struct poll_table *table);

/* Adds an entry; its file stays NULL if fd is below 0 or not open.
 * => there is room */
struct poll_entry *poll_table_add(struct poll_table *table, int fd,
                                  unsigned events);

/* Waits until an entry is ready or the deadline passes. nready: how many the
 * caller has found ready already. How many are; 0 after the deadline;
 * -ERESTARTNOHAND. */
long poll_wait(struct poll_table *table, size_t nready, uint64_t deadline);

/* The signal mask argument of ppoll and pselect6. 0, -EINVAL, -EFAULT. */
__must_check int poll_set_mask(const uint64_t __user *mask, size_t size);

/* Tells the user how much of a timeout is left (to: NULL if there was none);
 * the result of the call, given what it was so far. */
long poll_put_time_left(struct timespec __user *to, uint64_t deadline,
                        long ret);

#endif
