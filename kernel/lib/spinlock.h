/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks: test and set, 8 bytes. Holding one turns preemption off; the
 * holder must not sleep. A lock that an interrupt handler takes is taken with
 * interrupts off everywhere (the _irqsave forms).
 *
 * Whoever finds the lock free takes it: no queue, and so no fairness. Queues
 * (tickets, MCS) are fair, but stand still as soon as the CPU whose turn it is
 * does not run, and a virtual CPU often does not: the machine may have more of
 * them than the host has cores. Sections are short, so no CPU starves long.
 *
 * The change of the preemption count is where lockck looks: lockck.h.
 */
#ifndef KERNEL_LIB_SPINLOCK_H
#define KERNEL_LIB_SPINLOCK_H

#include "kernel/lib/irqflags.h"
#include "kernel/lib/lockck.h"
#include "kernel/lib/preempt.h"
#include "kernel/lib/types.h"

struct spinlock {
    union {
        struct {
            uint32_t class; /* K; 0: a static lock that lockck has not seen */
            uint32_t held;  /* A: 1 if somebody holds it, else 0 */
        };
        uint64_t all;
    };
}; /* A: atomic; K: the low half of a struct lock_class's address */

#define SPINLOCK_INIT                                                          \
    {                                                                          \
        .all = 0                                                               \
    }

/* Free, and of the class of all locks that are initialised by this line. */
#define spin_init(lock) spin_init_class((lock), LOCK_CLASS(#lock))

static inline void spin_init_class(struct spinlock *lock, uint64_t class)
{
    lock->all = (uint32_t) class;
}

/* Waits with loads only: the line stays shared until the holder's store. */
static __always_inline void spin_acquire(struct spinlock *lock)
{
    while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE) != 0) {
        while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED) != 0)
            __builtin_ia32_pause();
    }
}

static __always_inline void spin_lock(struct spinlock *lock)
{
    LOCKCK_DISABLE(LOCKCK_SPIN_LOCK, &lock->class);
    spin_acquire(lock);
}

/* Takes the second of two locks of one class: the caller knows an order. */
static __always_inline void spin_lock_nested(struct spinlock *lock)
{
    LOCKCK_DISABLE(LOCKCK_SPIN_LOCK | LOCKCK_NESTED, &lock->class);
    spin_acquire(lock);
}

/* True if the lock was free and is now held. */
static __always_inline bool spin_trylock(struct spinlock *lock)
{
    preempt_disable();
    if (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE) == 0) {
        LOCKCK_TELL(LOCKCK_SPIN_TRYLOCK, &lock->class);
        return true;
    }
    preempt_enable();
    return false;
}

static __always_inline void spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
    LOCKCK_ENABLE(LOCKCK_SPIN_UNLOCK, &lock->class);
    preempt_check();
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
    __atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
    LOCKCK_ENABLE(LOCKCK_SPIN_UNLOCK, &lock->class);
    irq_restore(flags);
    preempt_check();
}

/* Held by somebody; for assertions at the top of _locked functions. */
static inline bool spin_is_locked(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->held, __ATOMIC_RELAXED) != 0;
}

#endif
