/* SPDX-License-Identifier: MIT */
/*
 * A sleeping mutual-exclusion lock with an owner.
 */
#ifndef KERNEL_LIB_MUTEX_H
#define KERNEL_LIB_MUTEX_H

#include "kernel/lib/wait.h"

struct mutex {
    struct thread *owner; /* A: who holds it; NULL when free */
    struct waitqueue waiters;
}; /* A: atomic */

#define MUTEX_INIT(name)                                                       \
    {                                                                          \
        NULL, WAITQUEUE_INIT((name).waiters)                                   \
    }

void mutex_init(struct mutex *mutex);

/* => thread context, no spinlock held; not recursive (asserted) */
void mutex_lock(struct mutex *mutex);
bool mutex_trylock(struct mutex *mutex);
/* => the caller is the owner (asserted) */
void mutex_unlock(struct mutex *mutex);
bool mutex_held(const struct mutex *mutex);

#endif
