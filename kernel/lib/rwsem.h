/* SPDX-License-Identifier: MIT */
/*
 * A sleeping reader/writer lock. Any number of readers, or one writer; first
 * come, first served. A waiting writer holds back new readers, so a reader
 * must not take the lock a second time. The free-lock paths are inline: one
 * atomic operation.
 */
#ifndef KERNEL_LIB_RWSEM_H
#define KERNEL_LIB_RWSEM_H

#include "kernel/lib/assert.h"
#include "kernel/lib/wait.h"

#define RWSEM_WRITER (1 << 30)  /* held for write */
#define RWSEM_WAITING (1 << 29) /* somebody sleeps: take the slow path */

struct rwsem {
    uint64_t id;          /* C: the class, for lockck */
    int32_t state;        /* A: number of readers, or'ed with the bits above */
    struct spinlock lock; /* guards the queue and the slow paths */
    struct list waiters;  /* L: struct rwsem_waiter; not empty iff
                             RWSEM_WAITING */
    struct thread *owner; /* A: the writer, for assertions */
};                        /* A: atomic; L: lock; C: constant */

/* Free, and of the class of all that are initialised by this line. */
#define rwsem_init(sem) rwsem_init_class((sem), LOCK_CLASS(#sem))

void rwsem_init_class(struct rwsem *sem, uint64_t class);

void rwsem_read_lock_slow(struct rwsem *sem);
void rwsem_write_lock_slow(struct rwsem *sem);
void rwsem_wake_slow(struct rwsem *sem);

/* Held by anybody; for assertions. */
static inline bool rwsem_held(const struct rwsem *sem)
{
    return (READ_ONCE(sem->state) & ~RWSEM_WAITING) != 0;
}

/* Held for write by the caller. */
static inline bool rwsem_write_held(const struct rwsem *sem)
{
    return READ_ONCE(sem->owner) == current_thread();
}

/* => thread context, no spinlock held, sem not held by the caller */
static inline void rwsem_read_lock(struct rwsem *sem)
{
    int32_t old;

    LOCKCK_TELL(LOCKCK_SLEEP_LOCK, &sem->id);
    old = READ_ONCE(sem->state);
    do {
        if (unlikely((old & (RWSEM_WRITER | RWSEM_WAITING)) != 0)) {
            rwsem_read_lock_slow(sem);
            return;
        }
    } while (!likely(__atomic_compare_exchange_n(
        &sem->state, &old, old + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)));
}

static inline void rwsem_read_unlock(struct rwsem *sem)
{
    int32_t now;

    LOCKCK_TELL(LOCKCK_SLEEP_UNLOCK, &sem->id);
    now = __atomic_sub_fetch(&sem->state, 1, __ATOMIC_RELEASE);
    if (unlikely(now == RWSEM_WAITING)) /* the last reader, with a queue */
        rwsem_wake_slow(sem);
}

static inline void rwsem_take_write(struct rwsem *sem)
{
    int32_t expected = 0;

    if (unlikely(!__atomic_compare_exchange_n(
            &sem->state, &expected, RWSEM_WRITER, false, __ATOMIC_ACQUIRE,
            __ATOMIC_RELAXED)))
        rwsem_write_lock_slow(sem);
    WRITE_ONCE(sem->owner, current_thread());
}

static inline void rwsem_write_lock(struct rwsem *sem)
{
    LOCKCK_TELL(LOCKCK_SLEEP_LOCK, &sem->id);
    rwsem_take_write(sem);
}

/* Takes the second of two of one class: the caller knows an order. */
static inline void rwsem_write_lock_nested(struct rwsem *sem)
{
    LOCKCK_TELL(LOCKCK_SLEEP_LOCK | LOCKCK_NESTED, &sem->id);
    rwsem_take_write(sem);
}

static inline void rwsem_write_unlock(struct rwsem *sem)
{
    int32_t now;

    LOCKCK_TELL(LOCKCK_SLEEP_UNLOCK, &sem->id);
    ASSERT(rwsem_write_held(sem));
    WRITE_ONCE(sem->owner, NULL);
    now = __atomic_sub_fetch(&sem->state, RWSEM_WRITER, __ATOMIC_RELEASE);
    if (unlikely(now != 0)) /* only RWSEM_WAITING can be left */
        rwsem_wake_slow(sem);
}

/* True if the lock was taken. => any context where a reader may unlock it */
bool rwsem_read_trylock(struct rwsem *sem);
/* The writer becomes a reader without letting another writer in. */
void rwsem_downgrade(struct rwsem *sem);

#endif
