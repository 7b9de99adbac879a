/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks: ticket locks, fair, 8 bytes. Holding one turns preemption off;
 * the holder must not sleep. A lock that an interrupt handler takes is
 * taken with interrupts off everywhere (the _irqsave forms).
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
            uint16_t next;  /* A: the next ticket to hand out */
            uint16_t owner; /* A: the ticket that holds the lock */
        };
        uint64_t all;
    };
}; /* A: atomic; K: the low half of a struct lock_class's address */

#define SPINLOCK_INIT                                                          \
    {                                                                          \
        .all = 0                                                               \
    }

/* Free, and of the class of all locks that are initialised by this line. One
 * store: the upper half of the class's address leaves both tickets alike. */
#define spin_init(lock) spin_init_class((lock), LOCK_CLASS(#lock))

static inline void spin_init_class(struct spinlock *lock, uint64_t class)
{
    lock->all = class;
}

static __always_inline void spin_wait_turn(struct spinlock *lock)
{
    uint16_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_ACQUIRE);

    while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
        __builtin_ia32_pause();
}

static __always_inline void spin_lock(struct spinlock *lock)
{
    LOCKCK_DISABLE(LOCKCK_SPIN_LOCK, &lock->class);
    spin_wait_turn(lock);
}

/* Takes the second of two locks of one class: the caller knows an order. */
static __always_inline void spin_lock_nested(struct spinlock *lock)
{
    LOCKCK_DISABLE(LOCKCK_SPIN_LOCK | LOCKCK_NESTED, &lock->class);
    spin_wait_turn(lock);
}

/* True if the lock was free and is now held. */
static __always_inline bool spin_trylock(struct spinlock *lock)
{
    uint16_t ticket = __atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE);
    uint16_t expected = ticket;

    preempt_disable();
    if (__atomic_compare_exchange_n(&lock->next, &expected,
                                    (uint16_t)(ticket + 1), false,
                                    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        LOCKCK_TELL(LOCKCK_SPIN_TRYLOCK, &lock->class);
        return true;
    }
    preempt_enable();
    return false;
}

static __always_inline void spin_unlock(struct spinlock *lock)
{
    __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1),
                     __ATOMIC_RELEASE);
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
    __atomic_store_n(&lock->owner, (uint16_t)(lock->owner + 1),
                     __ATOMIC_RELEASE);
    LOCKCK_ENABLE(LOCKCK_SPIN_UNLOCK, &lock->class);
    irq_restore(flags);
    preempt_check();
}

/* Held by somebody; for assertions at the top of _locked functions. */
static inline bool spin_is_locked(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) !=
           __atomic_load_n(&lock->next, __ATOMIC_RELAXED);
}

#endif
