/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: one run queue a CPU, served in turns.
 *
 * A turn (slice) lasts 6 ms at nice 0. Who has used it up goes to the back
 * with a new one; who sleeps or is preempted keeps the rest of it and comes
 * back at the front, so that a thread that mostly waits is served soon, and
 * none can keep the others waiting for longer than the turns of all.
 *
 * A thread's states, and what moves it:
 *
 *              schedule()             schedule()
 *     queued ------------> running ---------------> asleep (in no queue)
 *        ^ ^---------------- |  preempt, yield         |
 *        '------------------- sched_wake --------------'
 *
 * The queue's lock is held through the whole switch: taken by the thread that
 * leaves, released by the one that comes (finish_switch). So a waker on
 * another CPU, which needs the same lock, never meets a thread half off.
 *
 * I1: thread.queued <=> linked in queues[thread.cpu].queue.
 * I2: a thread that is neither queued nor running is asleep or dead.
 * I3: a sleeper's state is written before its condition is read, and a waker
 *     makes the condition true before it reads the state; both with a full
 *     barrier between: no wake-up is lost.
 * I4: fpu_save happens on every switch away, so a thread's area is true while
 *     it is off CPU; the registers are loaded again only if another thread's
 *     were loaded meanwhile.
 *
 * Locks: run_queue.lock (Q), with interrupts off; innermost of all but the
 * timer's. Two are never held at once, except by steal's trylock.
 */
#include "kernel/proc/sched.h"

#include "kernel/cpu/cpu.h"
#include "kernel/cpu/fpu.h"
#include "kernel/cpu/time.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/spinlock.h"
#include "kernel/proc/process.h"
#include "kernel/proc/run_queue.h"
#include "kernel/proc/thread.h"
#include "mm/mm.h"

/* A turn at nice value n: (20 - n) times this. */
#define SLICE_STEP_NS (300 * NSEC_PER_USEC)

struct run_queue queues[MAX_CPUS];

int64_t slice_length(const struct thread *thread)
{
    return (20 - READ_ONCE(thread->process->nice)) * (int64_t)SLICE_STEP_NS;
}

struct run_queue *queue_lock_of(struct thread *thread)
{
    struct run_queue *rq;

    for (;;) {
        rq = &queues[READ_ONCE(thread->cpu)];
        spin_lock(&rq->lock);
        if (likely(rq == &queues[thread->cpu]))
            return rq;
        spin_unlock(&rq->lock);
    }
}

void queue_charge_locked(struct run_queue *rq, uint64_t now)
{
    struct thread *thread = rq->running;
    uint64_t ran = now - thread->run_start;

    ASSERT(spin_is_locked(&rq->lock));
    thread->run_start = now;
    thread->run_time += ran;
    thread->slice_left -= (int64_t)ran;
}

void queue_add_locked(struct run_queue *rq, struct thread *thread, bool front)
{
    ASSERT(spin_is_locked(&rq->lock));
    if (thread->slice_left <= 0) {
        thread->slice_left = slice_length(thread);
        front = false;
    }
    if (front)
        list_push_front(&rq->queue, &thread->run_link);
    else
        list_push_back(&rq->queue, &thread->run_link);
    thread->queued = true;
    rq->nqueued++;
}

void queue_remove_locked(struct run_queue *rq, struct thread *thread)
{
    ASSERT(spin_is_locked(&rq->lock));
    list_remove(&thread->run_link);
    thread->queued = false;
    rq->nqueued--;
}

void queue_resched(unsigned cpu)
{
    if (cpu == cpu_id()) {
        cpu_head_gs->need_resched = 1;
    } else {
        __atomic_store_n(&cpus[cpu]->head.need_resched, 1, __ATOMIC_SEQ_CST);
        cpu_kick(cpu);
    }
}

/* Another queue's last thread that may run here: idle CPUs pull work.
 * => own lock held; the other's is only tried, so there is no deadlock */
static struct thread *steal(struct run_queue *rq)
{
    unsigned self = (unsigned)(rq - queues);
    struct list *pos;

    for (unsigned i = 0; i < cpu_count; i++) {
        struct run_queue *other = &queues[i];
        struct thread *thread = NULL;

        if (other == rq || READ_ONCE(other->nqueued) == 0 ||
            !spin_trylock(&other->lock))
            continue;
        pos = other->queue.prev;
        while (thread == NULL && pos != &other->queue) {
            thread = list_entry(pos, struct thread, run_link);
            pos = pos->prev;
            if ((thread->affinity >> self & 1) == 0)
                thread = NULL;
        }
        if (thread != NULL) {
            queue_remove_locked(other, thread);
            thread->cpu = self;
        }
        spin_unlock(&other->lock);
        if (thread != NULL)
            return thread;
    }
    return NULL;
}

/* The running thread stays runnable but has to make room: back into the
 * queue, or to another CPU if it may not run here any more. */
static void put_back_locked(struct run_queue *rq, struct thread *prev,
                            enum switch_reason reason)
{
    if (unlikely((prev->affinity >> (rq - queues) & 1) == 0))
        rq->prev_moves = true; /* finish_switch does the rest */
    else
        queue_add_locked(rq, prev, reason == SWITCH_PREEMPT);
}

/* Decides who runs next and puts prev where it belongs. */
static struct thread *choose_locked(struct run_queue *rq, struct thread *prev,
                                    enum switch_reason reason)
{
    bool here = (prev->affinity >> (rq - queues) & 1) != 0;
    struct thread *next = NULL;

    if (reason == SWITCH_SLEEP) {
        if (prev->state == THREAD_RUNNABLE)
            return prev; /* woken before it slept */
        prev->voluntary_switches++;
    }
    if (!list_empty(&rq->queue)) {
        next = list_first(&rq->queue, struct thread, run_link);
        queue_remove_locked(rq, next);
    }
    if (reason != SWITCH_SLEEP && prev != rq->idle) {
        if (next == NULL && likely(here)) {
            if (prev->slice_left <= 0)
                prev->slice_left = slice_length(prev);
            return prev;
        }
        prev->involuntary_switches += reason == SWITCH_PREEMPT;
        prev->voluntary_switches += reason == SWITCH_YIELD;
        put_back_locked(rq, prev, reason);
    }
    if (next == NULL && cpu_count > 1)
        next = steal(rq);
    return next != NULL ? next : rq->idle;
}

/* Loads what user mode needs of next. => rq lock held */
static void load_user_state(struct run_queue *rq, struct thread *next)
{
    struct cpu *cpu = this_cpu();

    if (cpu->mm != next->mm)
        mm_switch(next->mm);
    cpu_set_kernel_stack(next->head.stack_top);
    cpu_set_user_fs(next->fs_base);
    cpu_set_user_gs(next->gs_base);
    if (rq->fpu_thread != next || next->fpu_cpu != cpu->id) {
        fpu_restore(next->fpu);
        rq->fpu_thread = next;
        next->fpu_cpu = cpu->id;
    }
}

/* After cpu_switch, in the thread that comes: releases the queue. Returns the
 * thread before if it is dead, for the caller to let go of. */
static struct thread *finish_switch(void)
{
    struct run_queue *rq = &queues[cpu_id()];
    struct thread *prev = rq->prev;
    bool dead = prev->state == THREAD_DEAD;
    bool moves = rq->prev_moves;

    rq->prev = NULL;
    rq->prev_moves = false;
    if (unlikely(moves))
        queue_move_locked(rq, prev);
    else
        spin_unlock(&rq->lock);
    return dead ? prev : NULL;
}

/* => rq's lock held (released on return, on whichever CPU that is) */
static struct thread *switch_to(struct run_queue *rq, struct thread *prev,
                                struct thread *next, uint64_t now)
{
    next->run_start = now;
    rq->running = next;
    rq->prev = prev;
    rq->tick_time = now;
    rq->switches++;
    if (prev->mm != NULL) {
        prev->fs_base = cpu_user_fs();
        prev->gs_base = cpu_user_gs();
        fpu_save(prev->fpu);
    }
    if (next->mm != NULL)
        load_user_state(rq, next);
    else if (cpu_count > 1)
        mm_switch(NULL); /* its last user may end on another CPU */
    cpu_head_gs->current = next;
    cpu_switch(&prev->head, &next->head);
    return finish_switch();
}

void schedule(enum switch_reason reason)
{
    uint64_t flags = irq_save(), now = clock_now();
    struct run_queue *rq = &queues[cpu_id()];
    struct thread *prev = current_thread(), *next, *dead = NULL;

    ASSERT(cpu_head_gs->preempt_count == 0);
    spin_lock(&rq->lock);
    cpu_head_gs->need_resched = 0;
    queue_charge_locked(rq, now);
    next = choose_locked(rq, prev, reason);
    timer_set_slice_end(next == rq->idle ? UINT64_MAX
                                         : now + (uint64_t)next->slice_left);
    if (next == prev)
        spin_unlock(&rq->lock);
    else
        dead = switch_to(rq, prev, next, now);
    irq_restore(flags);
    if (unlikely(dead != NULL))
        thread_put(dead);
}

void sched_load_user_state(void)
{
    load_user_state(&queues[cpu_id()], current_thread());
}

void sched_begin(void)
{
    struct thread *dead = finish_switch();

    irq_restore(irq_save() | RFLAGS_IF_BIT);
    if (dead != NULL)
        thread_put(dead);
}

void sched_yield(void)
{
    struct thread *thread = current_thread();
    uint64_t flags = irq_save();
    struct run_queue *rq = queue_lock_of(thread);

    thread->slice_left = 0;
    spin_unlock_irqrestore(&rq->lock, flags);
    schedule(SWITCH_YIELD);
}

void preempt_schedule(void)
{
    if (irq_enabled() && cpu_head_gs->preempt_count == 0)
        schedule(SWITCH_PREEMPT);
}

/* An interrupt that came while preemption was on has ended: the interrupted
 * code had interrupts on, so it may lose the CPU. */
void preempt_schedule_irq(void)
{
    ASSERT(!irq_enabled());
    schedule(SWITCH_PREEMPT);
}

void sched_exit(void)
{
    if (unlikely(lockck_enabled))
        lockck_check_nothing_held();
    /* Not to be preempted once it is marked: it would count as off CPU for
     * good. */
    irq_save();
    current_thread()->state = THREAD_DEAD;
    schedule(SWITCH_SLEEP);
    panic("a dead thread runs");
}
