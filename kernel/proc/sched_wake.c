/* SPDX-License-Identifier: MIT */
/*
 * Sleeping and waking: the functions that wait queues and the sleeping locks
 * are built on (kernel/lib/wait.h), and where a woken thread goes. Model,
 * invariants and locks: sched.c.
 */
#include "kernel/proc/sched.h"

#include "kernel/cpu/time.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/process.h"
#include "kernel/proc/run_queue.h"
#include "kernel/proc/thread.h"

/* A thread that wakes up lets the running one have this much. */
#define WAKE_GRANULARITY_NS NSEC_PER_MSEC

#define STATE_BIT(state) (1U << (state))
#define STATES_ASLEEP                                                          \
    (STATE_BIT(THREAD_SLEEPING) | STATE_BIT(THREAD_INTERRUPTIBLE) |            \
     STATE_BIT(THREAD_KILLABLE))

/* ---- sleeping ---- */

static void sleep_prepare(enum thread_state state)
{
    /* An exchange is a full barrier: I3 of sched.c. */
    __atomic_exchange_n(&current_thread()->state, state, __ATOMIC_SEQ_CST);
}

void sched_sleep_prepare(bool interruptible)
{
    sleep_prepare(interruptible ? THREAD_INTERRUPTIBLE : THREAD_SLEEPING);
}

void sched_sleep_prepare_killable(void)
{
    sleep_prepare(THREAD_KILLABLE);
}

void sched_sleep_cancel(void)
{
    WRITE_ONCE(current_thread()->state, THREAD_RUNNABLE);
}

/* A signal ends a sleep of this kind. Looked at before going to sleep, it is
 * read after the state was written: I3 of sched.c. */
static bool is_broken_off(const struct thread *thread, int state)
{
    switch (state) {
    case THREAD_INTERRUPTIBLE:
        return (READ_ONCE(thread->head.work) & THREAD_WORK_SIGNAL) != 0 &&
               signal_pending();
    case THREAD_KILLABLE:
        return READ_ONCE(thread->process->exiting) ||
               READ_ONCE(thread->must_exit);
    default: return false;
    }
}

int sched_sleep(uint64_t deadline_ns)
{
    struct thread *thread = current_thread();
    int state = READ_ONCE(thread->state);
    bool timed = deadline_ns != WAIT_FOREVER;

    if (unlikely(lockck_enabled))
        lockck_check_sleep();
    if (is_broken_off(thread, state)) {
        sched_sleep_cancel();
        return -ERESTARTSYS;
    }
    if (timed && clock_now() >= deadline_ns) {
        sched_sleep_cancel();
        return -ETIMEDOUT;
    }
    if (timed)
        timer_arm(&thread->sleep_timer, deadline_ns);
    schedule(SWITCH_SLEEP);
    if (timed)
        timer_cancel_sync(&thread->sleep_timer);
    if (is_broken_off(thread, state))
        return -ERESTARTSYS;
    return timed && clock_now() >= deadline_ns ? -ETIMEDOUT : 0;
}

/* ---- waking ---- */

/* A thread has joined rq: shall the running one make room? */
static void check_preempt_locked(struct run_queue *rq,
                                 const struct thread *thread)
{
    unsigned id = (unsigned)(rq - queues);
    uint64_t until = rq->running->run_start + WAKE_GRANULARITY_NS;

    if (rq->running != rq->idle) {
        if (rq->queue.next != &thread->run_link)
            return; /* it has used up its turn: it waits for the next */
        if (clock_now() < until) {
            if (id == cpu_id())
                timer_shorten_slice(until);
            return;
        }
    }
    queue_resched(id);
}

/* The CPU for a thread that becomes runnable: where it ran last, unless that
 * one is busy and another is idle. */
static unsigned choose_cpu(const struct thread *thread)
{
    unsigned last = thread->cpu;
    uint64_t allowed = thread->affinity & cpu_online_mask();

    if (likely(cpu_count == 1))
        return last;
    if ((allowed >> last & 1) != 0 && queue_is_idle(last))
        return last;
    for (unsigned i = 0; i < cpu_count; i++)
        if ((allowed >> i & 1) != 0 && queue_is_idle(i))
            return i;
    if ((allowed >> last & 1) != 0)
        return last;
    return (unsigned)__builtin_ctzl(allowed);
}

/* => rq, the thread's queue, locked, interrupts off; the lock is released */
static void make_runnable(struct run_queue *rq, struct thread *thread)
{
    unsigned target = choose_cpu(thread);

    if (target != thread->cpu) {
        thread->cpu = target;
        spin_unlock(&rq->lock);
        rq = &queues[target];
        spin_lock(&rq->lock);
    }
    queue_add_locked(rq, thread, true);
    check_preempt_locked(rq, thread);
    spin_unlock(&rq->lock);
}

void queue_move_locked(struct run_queue *rq, struct thread *thread)
{
    ASSERT(spin_is_locked(&rq->lock) && !thread->queued);
    /* Preempted on its way to sleep, it is in neither queue for a moment: a
     * waker would put it into one itself. Being awake is no harm: it looks at
     * its condition again. */
    thread->state = THREAD_RUNNABLE;
    make_runnable(rq, thread);
}

/* Wakes the thread if its state is one of `states` (STATE_BITs). */
static void wake(struct thread *thread, unsigned states)
{
    uint64_t flags = irq_save();
    struct run_queue *rq = queue_lock_of(thread);
    bool asleep = (states >> thread->state & 1) != 0;

    if (asleep)
        thread->state = THREAD_RUNNABLE;
    if (asleep && !thread->queued && rq->running != thread)
        make_runnable(rq, thread);
    else
        spin_unlock(&rq->lock);
    irq_restore(flags);
    preempt_check();
}

void sched_wake(struct thread *thread)
{
    wake(thread, STATES_ASLEEP);
}

void sched_wake_signal(struct thread *thread, bool fatal)
{
    unsigned cpu = READ_ONCE(thread->cpu);

    /* The setting of its work was the full barrier of sched.c's I3. */
    if (READ_ONCE(thread->state) != THREAD_RUNNABLE)
        wake(thread, STATE_BIT(THREAD_INTERRUPTIBLE) |
                         (fatal ? STATE_BIT(THREAD_KILLABLE) : 0));
    /* In user mode on another CPU it would not notice by itself. */
    if (cpu_count > 1 && READ_ONCE(queues[cpu].running) == thread &&
        thread != current_thread())
        cpu_kick(cpu);
}

void sched_start(struct thread *thread)
{
    uint64_t flags = irq_save();

    make_runnable(queue_lock_of(thread), thread);
    irq_restore(flags);
    preempt_check();
}
