/* SPDX-License-Identifier: MIT */
/*
 * select and pselect6: sets of descriptors over the wait of sys_poll.c.
 *
 * A descriptor that is in any of the three sets becomes one entry of the poll
 * table, in rising order. In the results each set keeps what is ready in its
 * own sense.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/poll.h"
#include "kernel/abi/time.h"
#include "kernel/lib/bitmap.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/poll.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

#define SETS 3        /* readable, writable, exceptional */
#define FDS_MAX 65536 /* no descriptor is as high: kernel/fs/fdtable.c */

/* What makes a member of each set ready. */
static const unsigned ready_events[SETS] = {
    POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
    POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
    POLLPRI,
};

struct select_sets {
    size_t nfds, nwords;     /* descriptors, and words of 64 of them */
    void __user *user[SETS]; /* NULL: an empty set that nobody reads */
    uint64_t *bits[SETS];    /* the kernel's copies, in one block of memory */
};

/* On success the caller frees bits[0]. */
static int sets_get(struct select_sets *sets)
{
    size_t size = sets->nwords * sizeof(uint64_t);
    uint64_t *block = kzalloc(MAX(SETS * size, sizeof(uint64_t)));

    if (block == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < SETS; i++) {
        sets->bits[i] = block + i * sets->nwords;
        if (sets->user[i] != NULL &&
            copy_from_user(sets->bits[i], sets->user[i], size) != 0) {
            kfree(block);
            return -EFAULT;
        }
    }
    return 0;
}

static int sets_put(const struct select_sets *sets)
{
    size_t size = sets->nwords * sizeof(uint64_t);

    for (size_t i = 0; i < SETS; i++)
        if (sets->user[i] != NULL &&
            copy_to_user(sets->user[i], sets->bits[i], size) != 0)
            return -EFAULT;
    return 0;
}

/* What fd, in the sets that it is in, waits for. 0: it is in none. */
static unsigned events_of(const struct select_sets *sets, size_t fd)
{
    unsigned events = 0;

    for (size_t i = 0; i < SETS; i++)
        if (bitmap_test(sets->bits[i], fd))
            events |= ready_events[i];
    return events;
}

static size_t count_members(const struct select_sets *sets)
{
    size_t n = 0;

    for (size_t fd = 0; fd < sets->nfds; fd++)
        n += events_of(sets, fd) != 0;
    return n;
}

static int fill_table(const struct select_sets *sets, struct poll_table *table)
{
    for (size_t fd = 0; fd < sets->nfds; fd++) {
        unsigned events = events_of(sets, fd);

        if (events != 0 && poll_table_add(table, (int)fd, events)->file == NULL)
            return -EBADF;
    }
    return 0;
}

/* Leaves in the sets only who is ready; how many, each set counted. Bits past
 * nfds in the last words go too, as on Linux. */
static long keep_ready(struct select_sets *sets, const struct poll_table *table)
{
    const struct poll_entry *entry = table->entries;
    long n = 0;

    for (size_t fd = 0; fd < sets->nwords * BITMAP_WORD_BITS; fd++) {
        unsigned ready = 0;

        if (fd < sets->nfds && events_of(sets, fd) != 0)
            ready = (entry++)->ready;
        for (size_t i = 0; i < SETS; i++) {
            if (bitmap_test(sets->bits[i], fd) && (ready & ready_events[i]))
                n++;
            else
                bitmap_clear(sets->bits[i], fd);
        }
    }
    return n;
}

static long select_sets(struct select_sets *sets, uint64_t deadline)
{
    struct poll_table table;
    long ret;
    int err;

    err = poll_table_create(count_members(sets), &table);
    if (err != 0)
        return err;
    ret = fill_table(sets, &table);
    if (ret == 0)
        ret = poll_wait(&table, 0, deadline);
    if (ret >= 0) {
        ret = keep_ready(sets, &table);
        err = sets_put(sets);
    }
    poll_table_destroy(&table);
    return err != 0 ? err : ret;
}

static long select_until(int nfds, void __user *const user[SETS],
                         uint64_t deadline)
{
    struct select_sets sets;
    long ret;

    if (nfds < 0)
        return -EINVAL;
    sets.nfds = (size_t)MIN(nfds, FDS_MAX);
    sets.nwords = BITMAP_WORDS(sets.nfds);
    for (size_t i = 0; i < SETS; i++)
        sets.user[i] = user[i];
    ret = sets_get(&sets);
    if (ret != 0)
        return ret;
    ret = select_sets(&sets, deadline);
    kfree(sets.bits[0]);
    return ret;
}

/* As poll_put_time_left. */
static long put_time_left(struct timeval __user *to, uint64_t deadline,
                          long ret)
{
    struct timeval left = timeval_make(deadline_left(deadline));

    if (to != NULL && copy_to_user(to, &left, sizeof(left)) != 0 &&
        ret == -ERESTARTNOHAND)
        ret = -EINTR;
    return ret;
}

long sys_select(int nfds, void __user *in, void __user *out,
                void __user *except, struct timeval __user *timeout)
{
    void __user *const user[SETS] = {in, out, except};
    uint64_t ns, deadline = WAIT_FOREVER;
    struct timeval tv;
    int err;

    if (timeout != NULL) {
        if (copy_from_user(&tv, timeout, sizeof(tv)) != 0)
            return -EFAULT;
        /* Linux normalises here, and only here. */
        if (__builtin_add_overflow(tv.tv_sec, tv.tv_usec / USEC_PER_SEC,
                                   &tv.tv_sec))
            return -EINVAL;
        tv.tv_usec %= USEC_PER_SEC;
        err = timeval_ns(&tv, &ns);
        if (err != 0)
            return err;
        deadline = deadline_after(ns);
    }
    return put_time_left(timeout, deadline, select_until(nfds, user, deadline));
}

long sys_pselect6(int nfds, void __user *in, void __user *out,
                  void __user *except, struct timespec __user *timeout,
                  void __user *mask_arg)
{
    void __user *const user[SETS] = {in, out, except};
    struct pselect_sigmask mask = {NULL, 0};
    uint64_t ns, deadline = WAIT_FOREVER;
    int err;

    if (mask_arg != NULL && copy_from_user(&mask, mask_arg, sizeof(mask)) != 0)
        return -EFAULT;
    if (timeout != NULL) {
        err = timespec_get(timeout, &ns);
        if (err != 0)
            return err;
        deadline = deadline_after(ns);
    }
    err = poll_set_mask(mask.mask, mask.size);
    if (err != 0)
        return err;
    return poll_put_time_left(timeout, deadline,
                              select_until(nfds, user, deadline));
}
