/* SPDX-License-Identifier: MIT */
/*
 * Waiting for descriptors: poll, ppoll, select, pselect6.
 *
 * All four are one wait over a table of entries, one an open file:
 *
 *     look at all -> something is ready, or no time: done
 *     join all wait queues -> look at all -> sleep -> look at all -> ...
 *
 * Looking at a file may sleep, so it is not done with the thread marked
 * asleep. Instead each entry's waiter remembers (woken) that something has
 * changed since it was last looked at: after the mark, the thread sleeps only
 * if none has.
 *
 *   I1  an entry with a file holds a reference to it; its queue lives as long
 *   I2  a waiter is in its queue exactly while `joined`
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/poll.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/time.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/string.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/process.h"
#include "kernel/proc/signal.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/poll.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

/* What is reported without being asked for. */
#define POLL_ALWAYS (POLLERR | POLLHUP | POLLNVAL)

int poll_table_create(size_t capacity, struct poll_table *out)
{
    *out = (struct poll_table){.capacity = capacity};
    if (capacity == 0)
        return 0;
    out->entries = kzalloc(capacity * sizeof(struct poll_entry));
    return out->entries != NULL ? 0 : -ENOMEM;
}

void poll_table_destroy(struct poll_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->entries[i].file != NULL)
            file_put(table->entries[i].file);
    kfree(table->entries);
}

struct poll_entry *poll_table_add(struct poll_table *table, int fd,
                                  unsigned events)
{
    struct poll_entry *entry = &table->entries[table->n++];

    ASSERT(table->n <= table->capacity);
    entry->events = events;
    if (fd >= 0)
        entry->file = fd_get(fd);
    return entry;
}

/* How many entries have something to report. */
static size_t look_at_all(struct poll_table *table)
{
    size_t nready = 0;

    for (size_t i = 0; i < table->n; i++) {
        struct poll_entry *entry = &table->entries[i];

        if (entry->file == NULL)
            continue;
        WRITE_ONCE(entry->waiter.woken, false);
        entry->ready =
            file_poll(entry->file, &entry->wq) & (entry->events | POLL_ALWAYS);
        nready += entry->ready != 0;
    }
    return nready;
}

static void join_all(struct poll_table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        struct poll_entry *entry = &table->entries[i];

        if (entry->file == NULL || entry->wq == NULL)
            continue;
        entry->joined = entry->wq;
        waiter_join(entry->joined, &entry->waiter);
    }
}

/* Having looked takes nothing away: wake-ups for one waiter are passed on
 * (waiter_leave, since none is `served`). */
static void leave_all(struct poll_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->entries[i].joined != NULL)
            waiter_leave(table->entries[i].joined, &table->entries[i].waiter);
}

static bool any_woken(const struct poll_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->entries[i].joined != NULL &&
            READ_ONCE(table->entries[i].waiter.woken))
            return true;
    return false;
}

/* 0 when woken or when one should look again. */
static int sleep_once(struct poll_table *table, uint64_t deadline)
{
    sched_sleep_prepare(true);
    if (any_woken(table)) {
        sched_sleep_cancel();
        return 0;
    }
    return sched_sleep(deadline);
}

/* As Linux has it: what is ready goes before a signal, a signal before the
 * end of the time. */
long poll_wait(struct poll_table *table, size_t nready, uint64_t deadline)
{
    size_t found = nready + look_at_all(table);
    int err = 0;

    if (found != 0)
        return (long)found;
    if (signal_pending())
        return -ERESTARTNOHAND;
    if (deadline <= clock_now())
        return 0;
    join_all(table);
    for (;;) {
        found = look_at_all(table);
        if (found != 0 || err != 0)
            break;
        err = sleep_once(table, deadline);
    }
    leave_all(table);
    if (found != 0)
        return (long)found;
    return err == -ETIMEDOUT ? 0 : -ERESTARTNOHAND;
}

int poll_set_mask(const uint64_t __user *mask, size_t size)
{
    uint64_t set;

    if (mask == NULL)
        return 0;
    if (size != sizeof(set))
        return -EINVAL;
    if (copy_from_user(&set, mask, sizeof(set)) != 0)
        return -EFAULT;
    signal_set_temporary_mask(set);
    return 0;
}

long poll_put_time_left(struct timespec __user *to, uint64_t deadline, long ret)
{
    if (to == NULL)
        return ret;
    /* A constant in read-only memory is no reason to fail; but a call that
     * starts anew would wait too long. */
    if (timespec_put(to, deadline_left(deadline)) != 0 &&
        ret == -ERESTARTNOHAND)
        ret = -EINTR;
    return ret;
}

/* ---- poll, ppoll ---- */

/* Descriptors below 0 are left out; ones that are not open are "ready". */
static size_t fill_table(struct poll_table *table, const struct pollfd *fds,
                         size_t n)
{
    size_t nready = 0;

    for (size_t i = 0; i < n; i++) {
        struct poll_entry *entry =
            poll_table_add(table, fds[i].fd, (uint16_t)fds[i].events);

        if (fds[i].fd >= 0 && entry->file == NULL) {
            entry->ready = POLLNVAL;
            nready++;
        }
    }
    return nready;
}

/* Only revents is the kernel's to write. */
static int put_results(struct pollfd __user *to, const struct poll_table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        int16_t revents = (int16_t)table->entries[i].ready;

        if (copy_to_user(&to[i].revents, &revents, sizeof(revents)) != 0)
            return -EFAULT;
    }
    return 0;
}

static long poll_fds(struct pollfd __user *user_fds, const struct pollfd *fds,
                     size_t n, uint64_t deadline)
{
    struct poll_table table;
    size_t nready;
    long ret;
    int err;

    err = poll_table_create(n, &table);
    if (err != 0)
        return err;
    nready = fill_table(&table, fds, n);
    ret = poll_wait(&table, nready, deadline);
    err = put_results(user_fds, &table);
    poll_table_destroy(&table);
    return err != 0 ? err : ret;
}

static long poll_until(struct pollfd __user *user_fds, unsigned n,
                       uint64_t deadline)
{
    struct pollfd *fds;
    size_t size = n * sizeof(*fds);
    long ret = -EFAULT;

    if (n > current_rlimit(RLIMIT_NOFILE))
        return -EINVAL;
    fds = kmalloc(MAX(size, sizeof(*fds)));
    if (fds == NULL)
        return -ENOMEM;
    if (copy_from_user(fds, user_fds, size) == 0)
        ret = poll_fds(user_fds, fds, n, deadline);
    kfree(fds);
    return ret;
}

/* A poll that a signal broke off keeps its deadline when it goes on. */
static long poll_restartable(struct pollfd __user *fds, unsigned n,
                             uint64_t deadline);

static long poll_restart(struct restart_block *block)
{
    return poll_restartable((struct pollfd __user *)block->arg[0],
                            (unsigned)block->arg[1], block->deadline);
}

static long poll_restartable(struct pollfd __user *fds, unsigned n,
                             uint64_t deadline)
{
    long ret = poll_until(fds, n, deadline);

    if (ret != -ERESTARTNOHAND)
        return ret;
    current_thread()->restart = (struct restart_block){
        .fn = poll_restart,
        .deadline = deadline,
        .arg = {(uint64_t)fds, n},
    };
    return -ERESTART_RESTARTBLOCK;
}

long sys_poll(struct pollfd __user *fds, unsigned nfds, int timeout_ms)
{
    uint64_t deadline = WAIT_FOREVER;

    if (timeout_ms >= 0)
        deadline = deadline_after((uint64_t)timeout_ms * NSEC_PER_MSEC);
    return poll_restartable(fds, nfds, deadline);
}

long sys_ppoll(struct pollfd __user *fds, unsigned nfds,
               struct timespec __user *timeout, const uint64_t __user *mask,
               size_t mask_size)
{
    uint64_t ns, deadline = WAIT_FOREVER;
    long ret;
    int err;

    if (timeout != NULL) {
        err = timespec_get(timeout, &ns);
        if (err != 0)
            return err;
        deadline = deadline_after(ns);
    }
    err = poll_set_mask(mask, mask_size);
    if (err != 0)
        return err;
    ret = poll_until(fds, nfds, deadline);
    return poll_put_time_left(timeout, deadline, ret);
}
