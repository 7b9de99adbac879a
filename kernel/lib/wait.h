/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: threads sleep on a queue until a condition holds; whoever
 * makes it true wakes the queue. A wake-up between the check of the
 * condition and the sleep is never lost: the sleeper announces itself
 * first, then checks, then sleeps.
 */
#ifndef KERNEL_LIB_WAIT_H
#define KERNEL_LIB_WAIT_H

#include "kernel/abi/errno.h"
#include "kernel/lib/list.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/types.h"

/* No deadline. */
#define WAIT_FOREVER UINT64_MAX

/*
 * Errors that never reach user space (numbers as in Linux): the return to
 * user mode turns them into EINTR or repeats the system call.
 *   ERESTARTSYS: repeated if the signal's action has SA_RESTART or there is no
 *   handler; ERESTARTNOHAND: repeated only if no handler runs;
 *   ERESTARTNOINTR: always repeated; ERESTART_RESTARTBLOCK: as
 *   ERESTARTNOHAND, but the call resumes with the time that is left.
 */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516

struct waitqueue {
    struct spinlock lock; /* taken with interrupts off */
    struct list waiters;  /* Q: struct waiter, first come first served */
};                        /* Q: lock */

struct waiter {
    struct list link;      /* Q: the queue's lock */
    struct thread *thread; /* C */
    bool woken;            /* A: set under the queue's lock; cleared by the
                              waiter before it looks at its condition */
    bool served;           /* the waiter's own: it leaves because its condition
                              holds, so a wake-up has not been wasted on it */
};                         /* Q: the queue's lock; A: atomic; C: constant */

#define WAITQUEUE_INIT(name)                                                   \
    {                                                                          \
        SPINLOCK_INIT, LIST_INIT((name).waiters)                               \
    }

void waitqueue_init(struct waitqueue *wq);

/*
 * Wakes the first waiter that has not been woken yet, or all. They stay queued
 * until they leave by themselves. Make the condition true first; no other
 * barrier is needed. With nobody waiting this takes no lock.
 *   => any context
 */
void wake_up_one(struct waitqueue *wq);
void wake_up_all(struct waitqueue *wq);

/*
 * For wait_event, and for waiting on several queues at once (poll): joins and
 * leaves the queue. One that leaves without being `served` hands the wake-up
 * that it may have got from wake_up_one to the next waiter.
 */
void waiter_join(struct waitqueue *wq, struct waiter *waiter);
void waiter_leave(struct waitqueue *wq, struct waiter *waiter);

/*
 * For the sleeping locks, which hand themselves over: sleeps until somebody
 * calls waiter_grant.
 *   => waiter: queued, its thread set to the current one, under `lock`, which
 *      the caller has released since and every granter holds
 */
void waiter_sleep_until_granted(struct spinlock *lock, struct waiter *waiter);
void waiter_grant(struct waiter *waiter);

/*
 * What the scheduler gives to the sleeping locks; kernel/proc/sched.c.
 *
 * sched_sleep_prepare: the current thread is marked asleep; from now on a
 *   sched_wake makes the next sched_sleep return at once. A full memory
 *   barrier: what is read after it is at least as new as the mark.
 * sched_sleep: gives up the CPU until woken, until deadline_ns (as
 *   clock_now() counts, WAIT_FOREVER for none), or, if interruptible, until
 *   a signal is pending. Returns 0, -ETIMEDOUT or -ERESTARTSYS.
 *   => no spinlock held, interrupts on
 * sched_sleep_cancel: marked running again without having slept.
 * sched_wake: makes a sleeping thread runnable; a no-op on others.
 *   => any context; the caller keeps the thread from being freed
 */
void sched_sleep_prepare(bool interruptible);
int sched_sleep(uint64_t deadline_ns);
void sched_sleep_cancel(void);
void sched_wake(struct thread *thread);

/* Sleeps until cond holds, deadline_ns passes (-ETIMEDOUT) or, if
 * interruptible, a signal is pending (-ERESTARTSYS). 0 when cond held. cond is
 * evaluated with the thread marked asleep: it must not sleep itself. */
#define wait_event_until(wq, cond, interruptible, deadline_ns)                 \
    ({                                                                         \
        struct waiter waiter_;                                                 \
        int wait_err_ = 0;                                                     \
        waiter_join((wq), &waiter_);                                           \
        for (;;) {                                                             \
            WRITE_ONCE(waiter_.woken, false);                                  \
            sched_sleep_prepare(interruptible);                                \
            if (cond) {                                                        \
                wait_err_ = 0;                                                 \
                waiter_.served = true;                                         \
                break;                                                         \
            }                                                                  \
            if (wait_err_ != 0)                                                \
                break;                                                         \
            wait_err_ = sched_sleep(deadline_ns);                              \
        }                                                                      \
        sched_sleep_cancel();                                                  \
        waiter_leave((wq), &waiter_);                                          \
        wait_err_;                                                             \
    })

/* Sleeps until cond holds, come what may. */
#define wait_event(wq, cond)                                                   \
    ((void)wait_event_until(wq, cond, false, WAIT_FOREVER))

/* 0, or -ERESTARTSYS when a signal came first. */
#define wait_event_interruptible(wq, cond)                                     \
    wait_event_until(wq, cond, true, WAIT_FOREVER)

/* The current process is being ended: what may take long need not be finished,
 * for nobody will see its result. kernel/proc/signal.c. */
bool signal_fatal_pending(void);

#endif
