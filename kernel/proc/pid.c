/* SPDX-License-Identifier: MIT */
/*
 * PIDs: a bitmap of the numbers taken, which gives order and the next free
 * one, and a hash table from number to struct pid.
 *
 * I1: the bit is set from pid_alloc to pid_free or pid_release_locked.
 * I2: a struct pid is in the hash table from pid_publish_locked on, and is
 *     freed as soon as it stands for nothing.
 *
 * Interrupts take process_tree_lock, so nobody may wait for the allocator with
 * it held: a released struct pid is kept, for the next number or for pid_trim.
 *
 * Locks: process_tree_lock guards all of it.
 */
#include "kernel/proc/pid.h"

#include "kernel/lib/assert.h"
#include "kernel/lib/bitmap.h"
#include "mm/slab.h"

#define HASH_BUCKETS 1024 /* a power of two */
#define FIRST_AFTER_WRAP 300
#define RELEASED_KEPT 16

static uint64_t taken[BITMAP_WORDS(PID_MAX)];      /* T */
static struct list buckets[HASH_BUCKETS];          /* T */
static int last_pid;                               /* T */
static struct list released = LIST_INIT(released); /* T: by hash_link */
static unsigned nreleased;                         /* T */
static struct slab_cache *pid_cache;               /* C */

static struct list *bucket_of(int nr)
{
    return &buckets[(unsigned)nr % HASH_BUCKETS];
}

void pid_init(void)
{
    for (size_t i = 0; i < HASH_BUCKETS; i++)
        list_init(&buckets[i]);
    bitmap_set(taken, 0);
    pid_cache = slab_cache_create("pid", sizeof(struct pid), 16);
}

static int take_number(void)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    size_t nr = bitmap_find_clear(taken, PID_MAX, (size_t)last_pid + 1);

    if (nr >= PID_MAX)
        nr = bitmap_find_clear(taken, PID_MAX, FIRST_AFTER_WRAP);
    if (nr < PID_MAX) {
        bitmap_set(taken, nr);
        last_pid = (int)nr;
    }
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return nr < PID_MAX ? (int)nr : -EAGAIN;
}

/* A released one, if there are more than `keep`. */
static struct pid *take_released(unsigned keep)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct pid *pid = NULL;

    if (nreleased > keep) {
        pid = list_first(&released, struct pid, hash_link);
        list_remove(&pid->hash_link);
        nreleased--;
    }
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return pid;
}

void pid_trim(bool all)
{
    const unsigned keep = all ? 0 : RELEASED_KEPT;
    struct pid *pid;

    while (READ_ONCE(nreleased) > keep && (pid = take_released(keep)) != NULL)
        slab_free(pid_cache, pid);
}

int pid_alloc(struct pid **out)
{
    struct pid *pid = READ_ONCE(nreleased) != 0 ? take_released(0) : NULL;
    int nr;

    if (pid == NULL)
        pid = slab_alloc(pid_cache);
    if (pid == NULL)
        return -ENOMEM;
    nr = take_number();
    if (nr < 0) {
        slab_free(pid_cache, pid);
        return nr;
    }
    pid->nr = nr;
    pid->thread = NULL;
    pid->process = NULL;
    list_init(&pid->hash_link);
    list_init(&pid->group);
    list_init(&pid->session);
    *out = pid;
    return 0;
}

void pid_free(struct pid *pid)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);

    bitmap_clear(taken, (size_t)pid->nr);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    slab_free(pid_cache, pid);
}

void pid_publish_locked(struct pid *pid)
{
    ASSERT(spin_is_locked(&process_tree_lock));
    list_push_front(bucket_of(pid->nr), &pid->hash_link);
}

struct pid *pid_find_locked(int nr)
{
    struct list *bucket = bucket_of(nr);
    struct pid *pid;

    ASSERT(spin_is_locked(&process_tree_lock));
    list_for_each_entry (pid, bucket, hash_link)
        if (pid->nr == nr)
            return pid;
    return NULL;
}

struct pid *pid_next_locked(int after)
{
    size_t nr = after < 0 ? 0 : (size_t)after;
    struct pid *pid = NULL;

    ASSERT(spin_is_locked(&process_tree_lock));
    while (pid == NULL && nr + 1 < PID_MAX) {
        nr = bitmap_find_set(taken, PID_MAX, nr + 1);
        if (nr < PID_MAX)
            pid = pid_find_locked((int)nr);
    }
    return pid;
}

void pid_release_locked(struct pid *pid)
{
    ASSERT(spin_is_locked(&process_tree_lock));
    if (pid->thread != NULL || pid->process != NULL ||
        !list_empty(&pid->group) || !list_empty(&pid->session))
        return;
    list_remove(&pid->hash_link);
    bitmap_clear(taken, (size_t)pid->nr);
    list_push_front(&released, &pid->hash_link);
    nreleased++;
}

int pid_last(void)
{
    return READ_ONCE(last_pid);
}
