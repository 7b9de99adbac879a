/* SPDX-License-Identifier: MIT */
/*
 * A sleeping mutual-exclusion lock with an owner. First come, first served: an
 * unlock hands it to whoever has waited longest. The free-lock paths are
 * inline: one atomic operation.
 */
#ifndef KERNEL_LIB_MUTEX_H
#define KERNEL_LIB_MUTEX_H

#include "kernel/lib/assert.h"
#include "kernel/lib/wait.h"

#define MUTEX_WAITING 1UL /* somebody sleeps: unlock must hand over */

struct mutex {
    uint64_t id;          /* C: the class, for lockck; 0 of a static one */
    uintptr_t state;      /* A: the owner, a struct thread *, or'ed with
                             MUTEX_WAITING; 0 when free */
    struct spinlock lock; /* guards the queue and the slow paths */
    struct list waiters;  /* L: struct waiter; not empty iff MUTEX_WAITING */
};                        /* A: atomic; L: lock; C: constant, but lockck's */

#define MUTEX_INIT(name)                                                       \
    {                                                                          \
        .lock = SPINLOCK_INIT, .waiters = LIST_INIT((name).waiters)            \
    }

/* Free, and of the class of all that are initialised by this line. */
#define mutex_init(mutex) mutex_init_class((mutex), LOCK_CLASS(#mutex))

void mutex_init_class(struct mutex *mutex, uint64_t class);

void mutex_lock_slow(struct mutex *mutex);
void mutex_unlock_slow(struct mutex *mutex);

static inline bool mutex_take_if_free(struct mutex *mutex)
{
    uintptr_t expected = 0;

    return __atomic_compare_exchange_n(&mutex->state, &expected,
                                       (uintptr_t)current_thread(), false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* True if the lock was free and is now held. */
static inline bool mutex_trylock(struct mutex *mutex)
{
    bool taken = mutex_take_if_free(mutex);

    if (taken)
        LOCKCK_TELL(LOCKCK_SLEEP_TRYLOCK, &mutex->id);
    return taken;
}

/* => thread context, no spinlock held; not recursive (asserted) */
static inline void mutex_lock(struct mutex *mutex)
{
    LOCKCK_TELL(LOCKCK_SLEEP_LOCK, &mutex->id);
    if (unlikely(!mutex_take_if_free(mutex)))
        mutex_lock_slow(mutex);
}

/* => the caller is the owner (asserted) */
static inline void mutex_unlock(struct mutex *mutex)
{
    uintptr_t expected = (uintptr_t)current_thread();

    LOCKCK_TELL(LOCKCK_SLEEP_UNLOCK, &mutex->id);
    if (unlikely(!__atomic_compare_exchange_n(&mutex->state, &expected, 0,
                                              false, __ATOMIC_RELEASE,
                                              __ATOMIC_RELAXED)))
        mutex_unlock_slow(mutex);
}

/* Held by the caller. */
static inline bool mutex_held(const struct mutex *mutex)
{
    return (READ_ONCE(mutex->state) & ~MUTEX_WAITING) ==
           (uintptr_t)current_thread();
}

#endif
