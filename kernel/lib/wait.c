/* SPDX-License-Identifier: MIT */
/*
 * Wait queues.
 *
 * Why no wake-up is lost. A waiter joins, marks itself asleep (a full barrier)
 * and then reads its condition. A waker makes the condition true, passes a full
 * barrier and then looks at the queue. Whichever barrier comes first: either
 * the waker sees the waiter on the queue, or the waiter sees the condition.
 * The same holds for the waiter's `woken`, which it clears before it marks
 * itself asleep: a waker that still sees it set, and turns to the next waiter,
 * has made the condition true before this waiter reads it.
 *
 * Why none is wasted. wake_up_one passes over those who have been woken
 * already, and who leaves the queue woken but not served passes the wake-up on.
 */
#include "kernel/lib/wait.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/atomic.h"

void waitqueue_init(struct waitqueue *wq)
{
    spin_init(&wq->lock);
    list_init(&wq->waiters);
}

/* After a full barrier, so that it is right without the lock. */
static bool is_empty(const struct waitqueue *wq)
{
    atomic_fence();
    return READ_ONCE(wq->waiters.next) == &wq->waiters;
}

static void wake_one_locked(struct waitqueue *wq)
{
    struct waiter *waiter;

    ASSERT(spin_is_locked(&wq->lock));
    list_for_each_entry (waiter, &wq->waiters, link) {
        if (READ_ONCE(waiter->woken))
            continue;
        WRITE_ONCE(waiter->woken, true);
        sched_wake(waiter->thread);
        return;
    }
}

void wake_up_one(struct waitqueue *wq)
{
    uint64_t flags;

    if (is_empty(wq))
        return;
    flags = spin_lock_irqsave(&wq->lock);
    wake_one_locked(wq);
    spin_unlock_irqrestore(&wq->lock, flags);
}

void wake_up_all(struct waitqueue *wq)
{
    struct waiter *waiter;
    uint64_t flags;

    if (is_empty(wq))
        return;
    flags = spin_lock_irqsave(&wq->lock);
    list_for_each_entry (waiter, &wq->waiters, link) {
        WRITE_ONCE(waiter->woken, true);
        sched_wake(waiter->thread);
    }
    spin_unlock_irqrestore(&wq->lock, flags);
}

void waiter_join(struct waitqueue *wq, struct waiter *waiter)
{
    uint64_t flags;

    waiter->thread = current_thread();
    waiter->woken = waiter->served = false;
    flags = spin_lock_irqsave(&wq->lock);
    list_push_back(&wq->waiters, &waiter->link);
    spin_unlock_irqrestore(&wq->lock, flags);
}

void waiter_leave(struct waitqueue *wq, struct waiter *waiter)
{
    uint64_t flags = spin_lock_irqsave(&wq->lock);

    list_remove(&waiter->link);
    if (waiter->woken && !waiter->served)
        wake_one_locked(wq);
    spin_unlock_irqrestore(&wq->lock, flags);
}

void waiter_sleep_until_granted(struct spinlock *lock, struct waiter *waiter)
{
    for (;;) {
        sched_sleep_prepare(false);
        if (load_acquire(&waiter->woken))
            break;
        (void)sched_sleep(WAIT_FOREVER);
    }
    sched_sleep_cancel();
    /* The granter still uses the waiter until it releases the lock. */
    spin_lock(lock);
    spin_unlock(lock);
}

void waiter_grant(struct waiter *waiter)
{
    store_release(&waiter->woken, true);
    sched_wake(waiter->thread);
}
