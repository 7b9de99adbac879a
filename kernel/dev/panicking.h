/* SPDX-License-Identifier: MIT */
/*
 * Locks of the devices that a panic report goes to. A panicking machine has
 * one CPU left, and whoever held a lock will not go on: then they are passed
 * by.
 */
#ifndef KERNEL_DEV_PANICKING_H
#define KERNEL_DEV_PANICKING_H

#include "kernel/lib/atomic.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/types.h"

/* A: set for good by report_enter_panic. */
extern bool dev_panicking;

/* The state for dev_unlock. => any context */
static inline uint64_t dev_lock(struct spinlock *lock)
{
    return READ_ONCE(dev_panicking) ? 0 : spin_lock_irqsave(lock);
}

static inline void dev_unlock(struct spinlock *lock, uint64_t flags)
{
    if (!READ_ONCE(dev_panicking))
        spin_unlock_irqrestore(lock, flags);
}

#endif
