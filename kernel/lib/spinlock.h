/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks: ticket locks, fair, 4 bytes. Holding one turns preemption off;
 * the holder must not sleep. A lock that an interrupt handler takes is
 * taken with interrupts off everywhere (the _irqsave forms).
 */
#ifndef KERNEL_LIB_SPINLOCK_H
#define KERNEL_LIB_SPINLOCK_H

#include "kernel/lib/irqflags.h"
#include "kernel/lib/preempt.h"
#include "kernel/lib/types.h"

struct spinlock {
    uint16_t next;  /* A: the next ticket to hand out */
    uint16_t owner; /* A: the ticket that holds the lock */
};                  /* A: atomic */

#define SPINLOCK_INIT                                                          \
    {                                                                          \
        0, 0                                                                   \
    }

static inline void spin_init(struct spinlock *lock)
{
    lock->next = lock->owner = 0;
}

static __always_inline void spin_lock(struct spinlock *lock)
{
    uint16_t ticket;

    preempt_disable();
    ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_ACQUIRE);
    while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
        __builtin_ia32_pause();
}

/* True if the lock was free and is now held. */
static __always_inline bool spin_trylock(struct spinlock *lock)
{
    uint16_t ticket = __atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE);
    uint16_t expected = ticket;

    preempt_disable();
    if (__atomic_compare_exchange_n(&lock->next, &expected,
                                    (uint16_t)(ticket + 1), false,
                                    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return true;
    preempt_enable();
    return false;
}

static __always_inline void spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1),
                     __ATOMIC_RELEASE);
    preempt_enable();
}

static __always_inline uint64_t spin_lock_irqsave(struct spinlock *lock)
{
    uint64_t flags = irq_save();

    spin_lock(lock);
    return flags;
}

static __always_inline void spin_unlock_irqrestore(struct spinlock *lock,
                                                   uint64_t flags)
{
    __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1),
                     __ATOMIC_RELEASE);
    irq_restore(flags);
    preempt_enable();
}

/* Held by somebody; for assertions at the top of _locked functions. */
static inline bool spin_is_locked(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) !=
           __atomic_load_n(&lock->next, __ATOMIC_RELAXED);
}

#endif
