/* SPDX-License-Identifier: MIT */
/*
 * Run queues, shared by the scheduler's own files: sched.c (switching),
 * sched_wake.c (sleeping and waking) and sched_idle.c (boot, the idle loop,
 * the tick, figures). The model, invariants and locks stand in sched.c.
 */
#ifndef KERNEL_PROC_RUN_QUEUE_H
#define KERNEL_PROC_RUN_QUEUE_H

#include "kernel/cpu/cpu.h"
#include "kernel/lib/list.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/types.h"

struct thread;

struct run_queue {
    struct spinlock lock;
    struct list queue;                   /* Q: struct thread by run_link */
    unsigned nqueued;                    /* Q */
    struct thread *running;              /* Q */
    struct thread *idle;                 /* C */
    struct thread *prev;                 /* Q: leaves in the switch under way */
    bool prev_moves;                     /* Q: prev is runnable, but not here */
    uint64_t switches;                   /* Q */
    uint64_t start_time;                 /* C: clock_now() when it started */
    uint64_t user_sample, system_sample; /* Q: ns by the tick's sampling */
    uint64_t tick_time;                  /* O: of the last switch or sample */
    struct thread *fpu_thread; /* O: whose state the FPU holds; may be freed */
} __aligned(64); /* Q: lock; C: constant; O: own CPU, preemption off */

extern struct run_queue queues[MAX_CPUS];

/* A full turn of the thread, in ns, by its nice value. */
int64_t slice_length(const struct thread *thread);

/* Brings run_time and slice_left of a running thread up to now. */
void queue_charge_locked(struct run_queue *rq, uint64_t now);

/* Locks the queue the thread belongs to. => interrupts off */
struct run_queue *queue_lock_of(struct thread *thread);

/* Links a runnable thread: at the front if asked to and some of its turn is
 * left, else at the back. */
void queue_add_locked(struct run_queue *rq, struct thread *thread, bool front);
void queue_remove_locked(struct run_queue *rq, struct thread *thread);

/* Puts a runnable thread of rq's, which is in no queue and not running, into
 * that of a CPU where it may run. => interrupts off; rq's lock is released */
void queue_move_locked(struct run_queue *rq, struct thread *thread);

/* Makes a CPU run its scheduler soon. => interrupts off */
void queue_resched(unsigned cpu);

/* Nothing runs there, as far as can be told without its lock. */
static inline bool queue_is_idle(unsigned cpu)
{
    struct run_queue *rq = &queues[cpu];

    return READ_ONCE(rq->running) == rq->idle && READ_ONCE(rq->nqueued) == 0;
}

enum switch_reason {
    SWITCH_SLEEP,   /* the thread's state says it sleeps, or it is dead */
    SWITCH_YIELD,   /* it gives up its turn */
    SWITCH_PREEMPT, /* against its will; it goes on whatever its state */
};

/* Lets another thread run. => thread context, preemption on */
void schedule(enum switch_reason reason);

#endif
