/* SPDX-License-Identifier: MIT */
/*
 * The mutex's slow paths.
 *
 *                  lock                    lock (sleeps)
 *      free (0) ----------> owner --------------------------> owner|WAITING
 *          <----------------      <-------------------------  (new owner)
 *                unlock             unlock: hands over to the first in line
 *
 * Only the holder of mutex->lock sets MUTEX_WAITING, and only while there is an
 * owner, whose unlock then fails its fast path and comes here: so nobody goes
 * to sleep unnoticed. A mutex with a queue is never free.
 */
#include "kernel/lib/mutex.h"

void mutex_init_class(struct mutex *mutex, uint64_t class)
{
    mutex->id = class;
    mutex->state = 0;
    spin_init(&mutex->lock);
    list_init(&mutex->waiters);
}

/* Takes the mutex if it is free, else announces a waiter. True if taken. */
static bool take_or_announce_locked(struct mutex *mutex)
{
    uintptr_t old = READ_ONCE(mutex->state), new;

    ASSERT(spin_is_locked(&mutex->lock));
    do {
        new = old == 0 ? (uintptr_t)current_thread() : old | MUTEX_WAITING;
    } while (!__atomic_compare_exchange_n(&mutex->state, &old, new, true,
                                          __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    return old == 0;
}

void mutex_lock_slow(struct mutex *mutex)
{
    struct waiter waiter = {.thread = current_thread()};
    bool taken;

    ASSERT(!mutex_held(mutex));
    spin_lock(&mutex->lock);
    taken = take_or_announce_locked(mutex);
    if (!taken)
        list_push_back(&mutex->waiters, &waiter.link);
    spin_unlock(&mutex->lock);
    if (!taken)
        waiter_sleep_until_granted(&mutex->lock, &waiter);
}

void mutex_unlock_slow(struct mutex *mutex)
{
    struct waiter *first;
    uintptr_t owner;

    ASSERT(mutex_held(mutex));
    spin_lock(&mutex->lock);
    first = list_first(&mutex->waiters, struct waiter, link);
    list_remove(&first->link);
    owner = (uintptr_t)first->thread;
    if (!list_empty(&mutex->waiters))
        owner |= MUTEX_WAITING;
    store_release(&mutex->state, owner);
    waiter_grant(first);
    spin_unlock(&mutex->lock);
}
